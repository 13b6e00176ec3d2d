#include "page/page.h"

#include "io/digest.h"
#include "io/folder.h"
#include "io/image.h"
#include "io/source.h"
#include "page/html.h"
#include "page/run.h"
#include "page/style.h"

#include <stdlib.h>
#include <string.h>

enum {
    MOST_SVG_RUNS = 6, /* of more runs, pictures are PNGs, a third in size */
    LARGE = 56000,     /* bytes of a picture that is made smaller */
    BROAD = 640,       /* pixels that a phone does not have */
};

/* ---- head and foot ---- */

/* 'sha256-...' of a style or a script, as a Content-Security-Policy has it. */
static void append_hash(lp_buffer *b, const char *text) {
    const lp_sha256 sha256 = lp_sha256_of(text, strlen(text));
    unsigned char bytes[32];
    for (int i = 0; i < 32; i++) {
        const char two[3] = {sha256.hex[2 * i], sha256.hex[2 * i + 1], '\0'};
        bytes[i] = (unsigned char)strtoul(two, NULL, 16);
    }
    lp_buffer_printf(b, "'sha256-");
    lp_html_base64(b, bytes, sizeof bytes);
    lp_buffer_printf(b, "'");
}

static void begin_page(lp_buffer *b, const char *title) {
    lp_buffer_printf(b,
                     "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                     "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                     "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                     "img-src data:; style-src ");
    append_hash(b, lp_page_style);
    lp_buffer_printf(b, "; script-src ");
    append_hash(b, lp_page_script);
    lp_buffer_printf(b, "\">\n");
    lp_html_element(b, "title", title);
    lp_buffer_printf(b, "\n<style>%s</style>\n</head>\n<body>\n", lp_page_style);
    lp_html_element(b, "h1", title);
    lp_buffer_printf(b, "\n");
}

static void end_page(lp_buffer *b) {
    lp_buffer_printf(b,
                     "<footer>Made by labpipe report %s. The page needs nothing from "
                     "elsewhere.</footer>\n<script>%s</script>\n</body>\n</html>\n",
                     LP_VERSION, lp_page_script);
}

static void write_contents(lp_buffer *b, size_t items, const lp_page_item *item) {
    if (items < 2)
        return;
    lp_buffer_printf(b, "<nav><ul>\n");
    for (size_t i = 0; i < items; i++) {
        lp_buffer_printf(b, "<li><a href=\"#%zu\">", i + 1);
        lp_html_text(b, item[i].name);
        lp_buffer_printf(b, "</a></li>\n");
    }
    lp_buffer_printf(b, "</ul></nav>\n");
}

/* ---- streams ---- */

static int write_streams(lp_buffer *b, size_t items, const lp_page_item *item, lp_error *e) {
    LP_CLEANUP(lp_free) lp_page_run *run = lp_alloc_zero(items, sizeof *run);
    LP_CLEANUP(lp_free) size_t *number = lp_alloc_zero(items, sizeof *number);
    size_t runs = 0;
    int failed = 0;
    for (size_t i = 0; i < items; i++)
        if (item[i].stream != NULL) {
            number[runs] = i + 1;
            lp_page_run_read(&run[runs++], item[i].stream, item[i].path, item[i].name,
                             item[i].about);
        }
    if (runs > 1) {
        lp_buffer_printf(b, "<section>\n<h2>%zu runs</h2>\n", runs);
        lp_page_runs_table(run, runs, false, b);
        lp_page_runs_curves(run, runs, b);
        lp_buffer_printf(b, "</section>\n");
    }
    for (size_t i = 0; i < runs && !failed; i++) {
        lp_buffer_printf(b, "<section id=\"%zu\">\n", number[i]);
        failed = lp_page_run_write(&run[i], runs > MOST_SVG_RUNS, b, e);
        lp_buffer_printf(b, "</section>\n");
        if (failed)
            lp_within(e, "%s", run[i].path);
    }
    for (size_t i = 0; i < runs; i++)
        lp_page_run_free(&run[i]);
    return failed;
}

/* ---- folders ---- */

/* A file that is read whole. Closed with lp_source_close. */
static int open_file(lp_source *s, const char *path, lp_error *e) {
    return lp_source_open(s, path, e) || lp_source_fill_all(s, e) ? lp_within(e, "reading %s", path)
                                                                  : 0;
}

static const char *name_of(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

static int write_table(lp_buffer *b, const char *path, const char *name, lp_error *e) {
    lp_source s;
    if (open_file(&s, path, e))
        return -1;
    if (name[0] != '\0') {
        lp_buffer_printf(b, "<details><summary>");
        lp_html_text(b, name);
        lp_buffer_printf(b, "</summary>\n");
    }
    lp_html_table(b, (const char *)s.data, s.size);
    lp_buffer_printf(b, name[0] != '\0' ? "</details>\n" : "");
    lp_source_close(&s);
    return 0;
}

/* table.tsv, open, then table-NAME.tsv; where there is no table.tsv, all that there are. */
static int write_tables(lp_buffer *b, const lp_texts *files, lp_error *e) {
    bool has_own = false;
    for (size_t i = 0; i < files->count; i++) {
        bool is_own = strcmp(name_of(files->item[i]), "table.tsv") == 0;
        if (is_own && write_table(b, files->item[i], "", e))
            return -1;
        has_own = has_own || is_own;
    }
    for (size_t i = 0; i < files->count; i++) {
        LP_CLEANUP(lp_free) char *stem = lp_source_stem(files->item[i]);
        bool is_named = strncmp(stem, "table-", 6) == 0;
        if ((is_named || !has_own) && write_table(b, files->item[i], has_own ? stem + 6 : stem, e))
            return -1;
    }
    return 0;
}

/* A plot is black on white; pictures and weights are not. */
static bool is_plot(const lp_image *image) {
    size_t white = 0, n = image->width * image->height;
    for (size_t i = 0; i < n; i++) {
        const uint8_t *pixel = image->pixels + i * image->channels;
        bool is_white = true;
        for (size_t c = 0; c < image->channels; c++)
            is_white = is_white && pixel[c] >= 250;
        white += is_white;
    }
    return 2 * white > n;
}

/* The picture with few colours, in *bytes, the caller's to free; 0 where that fails. */
static size_t reduce(const lp_image *image, char **bytes) {
    size_t size = 0;
    lp_error unread;
    FILE *file = open_memstream(bytes, &size);
    int failed = file == NULL || lp_image_write_png_palette(file, image, &unread);
    failed = (file != NULL && fclose(file) != 0) || failed;
    return failed ? 0 : size;
}

/* A large picture gets few colours and, while it is large still, fewer pixels. */
static int write_picture(lp_buffer *b, const lp_source *s, const char *caption, lp_error *e) {
    static const size_t widths[] = {0, 720, 560, 420, 320};
    LP_CLEANUP(lp_image_free) lp_image image = {0};
    if (lp_image_decode(&image, s->data, s->size, e))
        return -1;
    const char *kind = !is_plot(&image) ? "" : image.width > BROAD ? "plot broad" : "plot";
    const char *best = (const char *)s->data;
    char *held = NULL;
    size_t size = s->size;
    for (size_t i = 0; i < sizeof widths / sizeof *widths && size > LARGE; i++) {
        char *bytes = NULL;
        if (widths[i] >= image.width)
            continue;
        if (widths[i] > 0 &&
            lp_image_resize(&image, widths[i],
                            (image.height * widths[i] + image.width - 1) / image.width, e))
            break;
        size_t reduced = reduce(&image, &bytes);
        bool is_better = reduced > 0 && reduced < size;
        free(is_better ? held : bytes);
        if (!is_better)
            continue;
        best = held = bytes;
        size = reduced;
    }
    lp_html_picture(b, "image/png", best, size, caption, kind);
    free(held);
    return 0;
}

static int write_pictures(lp_buffer *b, const lp_texts *files, lp_error *e) {
    if (files->count == 0)
        return 0;
    lp_buffer_printf(b, "<div class=\"pictures\">\n");
    for (size_t i = 0; i < files->count; i++) {
        LP_CLEANUP(lp_free) char *caption = lp_source_stem(files->item[i]);
        lp_source s;
        if (open_file(&s, files->item[i], e))
            return -1;
        int failed = write_picture(b, &s, caption, e);
        lp_source_close(&s);
        if (failed)
            return lp_within(e, "reading %s", files->item[i]);
    }
    lp_buffer_printf(b, "</div>\n");
    return 0;
}

static int write_runs(lp_buffer *b, const lp_texts *files, lp_error *e) {
    size_t n = files->count, read = 0;
    if (n == 0)
        return 0;
    LP_CLEANUP(lp_free) lp_page_run *run = lp_alloc_zero(n, sizeof *run);
    LP_CLEANUP(lp_free) char **name = lp_alloc_zero(n, sizeof *name);
    LP_CLEANUP(lp_free) lp_stream **s = lp_alloc_zero(n, sizeof *s);
    for (; read < n; read++) {
        const lp_input input = {.path = files->item[read]};
        name[read] = lp_source_stem(input.path);
        s[read] = lp_stream_read(&input, 1, e);
        if (s[read] == NULL)
            break;
        lp_page_run_read(&run[read], s[read], input.path, name[read], NULL);
    }
    if (read == n) {
        lp_buffer_printf(b, "<details><summary>%zu stream%s</summary>\n", n, n == 1 ? "" : "s");
        lp_page_runs_table(run, n, true, b);
        lp_buffer_printf(b, "</details>\n");
    }
    for (size_t i = 0; i < n; i++) {
        lp_page_run_free(&run[i]);
        lp_stream_free(s[i]);
        free(name[i]);
    }
    return read == n ? 0 : -1;
}

static int write_folder(lp_buffer *b, const lp_page_item *item, size_t number, lp_error *e) {
    static const char *const endings[] = {"tsv", "png", "npz|npy"};
    static int (*const write[])(lp_buffer *, const lp_texts *,
                                lp_error *) = {write_tables, write_pictures, write_runs};
    size_t found = 0;
    int failed = 0;
    lp_buffer_printf(b, "<section id=\"%zu\">\n", number);
    lp_html_element(b, "h2", item->name);
    lp_buffer_printf(b, "\n");
    if (item->about != NULL)
        lp_html_element(b, "p class=\"lead\"", item->about);
    for (int i = 0; i < 3 && !failed; i++) {
        lp_texts files = {0};
        failed = lp_folder_list(&files, item->path, endings[i], false, e) || write[i](b, &files, e);
        found += files.count;
        lp_folder_free(&files);
    }
    lp_buffer_printf(b, "</section>\n");
    if (!failed && found == 0)
        return lp_fail(e, "reading %s: the folder has no streams, tables or pictures", item->path);
    return failed ? -1 : 0;
}

int lp_page_write(lp_buffer *b, const char *title, size_t items, const lp_page_item *item,
                  lp_error *e) {
    if (items == 0)
        return lp_fail(e, "there is nothing to report on");
    begin_page(b, title);
    write_contents(b, items, item);
    if (write_streams(b, items, item, e))
        return -1;
    for (size_t i = 0; i < items; i++)
        if (item[i].stream == NULL && write_folder(b, &item[i], i + 1, e))
            return -1;
    end_page(b);
    return 0;
}
