#include "page/run.h"

#include "data/summary.h"
#include "draw/confusion.h"
#include "draw/history.h"
#include "draw/tile_sets.h"
#include "io/number.h"
#include "io/recipe.h"
#include "learn/evaluate.h"
#include "learn/model.h"
#include "learn/summarise.h"
#include "mf/factors.h"
#include "page/html.h"
#include "page/parameters.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_CLASSES = 60,
    MOST_SVG_CLASSES = 20,
    MOST_CURVES = 12,
    TILES = 64,
    FEW = 6,
    MOST_OPEN = 12
};

void lp_page_run_read(lp_page_run *r, lp_stream *s, const char *path, const char *name,
                      const char *about) {
    *r = (lp_page_run){.path = path, .name = name, .about = about, .stream = s};
    if (lp_can_be_evaluated(s))
        r->is_evaluated =
            lp_evaluate(s, NULL, &(lp_evaluate_options){0}, &r->report, &r->why_not) == 0;
}

void lp_page_run_free(lp_page_run *r) {
    if (r->is_evaluated)
        lp_report_free(&r->report);
    *r = (lp_page_run){0};
}

/* ---- figures ---- */

static void write_head(lp_buffer *b, const char *first) {
    lp_buffer_printf(b, "<div class=\"wide\"><table>\n<thead><tr>");
    lp_html_element(b, "th scope=\"col\"", first);
}

static void write_number(lp_buffer *b, double value) {
    lp_buffer_printf(b, "<td class=\"n\">");
    lp_html_number(b, value);
    lp_buffer_printf(b, "</td>");
}

/* A column for each part, a line for each figure: few columns, for a phone. */
static void write_figures(const lp_report *r, lp_buffer *b) {
    write_head(b, "");
    for (size_t i = 0; i < r->parts; i++)
        lp_html_element(b, "th scope=\"col\"", r->part[i].name);
    lp_buffer_printf(b, "</tr></thead>\n<tr>");
    lp_html_element(b, "th scope=\"row\"", r->counted);
    for (size_t i = 0; i < r->parts; i++)
        lp_buffer_printf(b, "<td class=\"n\">%zu</td>", r->part[i].n);
    lp_buffer_printf(b, "</tr>\n");
    for (size_t k = 0; k < LP_MAX_METRICS && r->metric[k] != NULL; k++) {
        lp_buffer_printf(b, "<tr>");
        lp_html_element(b, "th scope=\"row\"", r->metric[k]);
        for (size_t i = 0; i < r->parts; i++)
            write_number(b, r->part[i].metric[k]);
        lp_buffer_printf(b, "</tr>\n");
    }
    for (size_t k = 0; k < r->part[0].figures; k++) {
        lp_buffer_printf(b, "<tr>");
        lp_html_element(b, "th scope=\"row\"", r->part[0].figure[k].name);
        for (size_t i = 0; i < r->parts; i++)
            write_number(b, r->part[i].figure[k].value);
        lp_buffer_printf(b, "</tr>\n");
    }
    lp_buffer_printf(b, "</table></div>\n");
}

/* ---- pictures: drawn into memory ---- */

typedef struct {
    char *bytes;
    size_t size;
    FILE *file;
} drawing;

static drawing *begin_drawing(drawing *d) {
    *d = (drawing){0};
    d->file = open_memstream(&d->bytes, &d->size);
    return d;
}

/* Puts the picture on the page, unless drawing it failed. */
static void end_drawing(drawing *d, int failed, bool is_svg, const char *caption, const char *kind,
                        lp_buffer *b) {
    failed = d->file == NULL || fclose(d->file) != 0 || failed;
    if (!failed)
        lp_html_picture(b, is_svg ? "image/svg+xml" : "image/png", d->bytes, d->size, caption,
                        kind);
    free(d->bytes);
}

static size_t history_length(const lp_page_run *r) {
    lp_tensor t;
    return lp_stream_describe(r->stream, "history.epoch", &t) ? t.count : 0;
}

/* A picture for each metric, beside each other where there is room. What cannot be drawn is left
 * out: a history of one point, of another program, of other metrics. */
static void draw_curves(size_t n, const lp_curves_run *run, const lp_texts *name, bool is_svg,
                        const char *caption, lp_buffer *b) {
    static const char *const metrics[] = {"loss", "accuracy"};
    for (int k = 0; k < 2; k++) {
        const lp_curves_options o = {.of = {(const char *[]){metrics[k]}, 1}, .name = *name};
        const lp_plot_frame frame = {
            .format = is_svg ? LP_PLOT_SVG : LP_PLOT_PNG, .size = {480, 400}, .x_label = "epoch"};
        drawing d;
        lp_curves h;
        lp_error unread;
        char text[100];
        snprintf(text, sizeof text, "%s: %s", caption, metrics[k]);
        if (lp_curves_read(&h, n, run, &o, &unread) == 0) {
            begin_drawing(&d);
            int failed =
                d.file == NULL || lp_draw_curves(d.file, &frame, h.panels, h.panel, &unread);
            end_drawing(&d, failed, is_svg, text, "plot", b);
        }
        lp_arena_free(&h.arena);
    }
}

static void write_curves(const lp_page_run *r, bool is_svg, lp_buffer *b) {
    const lp_curves_run run = {r->stream, r->path};
    if (history_length(r) > 1)
        draw_curves(1, &run, &(lp_texts){0}, is_svg, "Learning curve", b);
}

/* Of the last part that has classes. */
static void write_confusion(const lp_page_run *r, bool may_be_svg, lp_buffer *b) {
    const lp_report_part *part = NULL;
    for (size_t i = 0; r->is_evaluated && i < r->report.parts; i++)
        if (r->report.part[i].confusion.classes > 0 &&
            r->report.part[i].confusion.classes <= MOST_CLASSES)
            part = &r->report.part[i];
    if (part == NULL)
        return;
    drawing d;
    lp_error unread;
    char caption[100];
    bool is_svg = may_be_svg && part->confusion.classes <= MOST_SVG_CLASSES;
    const lp_plot_frame frame = {.format = is_svg ? LP_PLOT_SVG : LP_PLOT_PNG,
                                 .size = {480, 400},
                                 .x_label = "predicted class",
                                 .y_label = "true class"};
    snprintf(caption, sizeof caption, "Confusion matrix of part %s, %zu rows", part->name, part->n);
    begin_drawing(&d);
    int failed = d.file == NULL ||
                 lp_draw_confusion(d.file, &frame, part->confusion.classes, part->confusion.count,
                                   (const char *const *)r->report.class_name, &unread);
    end_drawing(&d, failed, is_svg, caption, "plot", b);
}

/* The first tiles of what render-weights would draw, where that is pictures. */
static void write_tiles(const lp_page_run *r, lp_buffer *b) {
    static const struct {
        const char *name, *caption;
    } kinds[] = {{"layer1.weight", "Weights of the first layer: red above 0, blue below"},
                 {"v", "Columns of v"},
                 {"x", "Pictures in x"},
                 {"x_train", "Pictures in x_train"}};
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        if (!lp_stream_has(r->stream, kinds[k].name))
            continue;
        const lp_tile_options o = {
            .of = {(const char *[]){kinds[k].name}, 1}, .first = TILES, .tiles = {.gap = 4}};
        lp_tile_sets tiles;
        lp_image image = {0};
        lp_error unread;
        if (lp_tile_sets_read(&tiles, r->stream, &o, &unread) == 0 &&
            lp_draw_tiles(&image, tiles.sets, tiles.set, &tiles.wish, &unread) == 0) {
            drawing d;
            begin_drawing(&d);
            int failed = d.file == NULL || lp_image_write_png(d.file, &image, &unread);
            end_drawing(&d, failed, false, kinds[k].caption, "", b);
        }
        lp_image_free(&image);
        lp_arena_free(&tiles.arena);
        return;
    }
}

/* ---- how it was made ---- */

/* Where the first byte of `ends` is outside of quotes and brackets, or the text ends. */
static const char *find_plain(const char *text, char ends) {
    int depth = 0;
    bool is_quoted = false;
    for (; *text != '\0' && (is_quoted || depth > 0 || *text != ends); text++) {
        if (*text == '\'')
            is_quoted = !is_quoted;
        else if (!is_quoted && *text == '\\' && text[1] != '\0')
            text++;
        else if (!is_quoted)
            depth += (*text == '(') - (*text == ')');
    }
    return text;
}

/* A line for each stage, broken between words. What is copied is the recipe itself. */
static void write_recipe(const char *recipe, lp_buffer *b) {
    lp_buffer_printf(b, "<pre class=\"recipe\"><code>");
    for (const char *at = recipe; *at != '\0';) {
        const char *end = find_plain(at, '|');
        end += *end == '|';
        end += *end == ' ';
        lp_buffer_printf(b, "<span>");
        while (at < end) {
            const char *blank = find_plain(at, ' ');
            blank = blank < end ? blank : end;
            lp_buffer_printf(b, "<b>");
            lp_html_code(b, at, (size_t)(blank - at));
            lp_buffer_printf(b, "</b>%s", blank < end ? " " : "");
            at = blank < end ? blank + 1 : end;
        }
        lp_buffer_printf(b, "</span>");
    }
    lp_buffer_printf(b, "</code></pre>\n");
}

static void write_origin(const lp_page_run *r, lp_buffer *b) {
    const char *recipe = lp_stream_recipe(r->stream);
    char *reason = NULL;
    lp_buffer_printf(b, "<h4>How it was made</h4>\n");
    if (recipe[0] == '\0') {
        lp_buffer_printf(b, "<p>The file came without a recipe.</p>\n");
        return;
    }
    write_recipe(recipe, b);
    if (lp_recipe_is_broken(recipe, &reason)) {
        lp_buffer_printf(b, "<p class=\"bad\">It cannot be made again: ");
        lp_html_text(b, reason != NULL ? reason : "a part has no recipe");
        lp_buffer_printf(b, ".</p>\n");
    }
    free(reason);
    const lp_texts *versions = lp_stream_versions(r->stream);
    lp_buffer_printf(b, "<p class=\"path\">Versions of labpipe: ");
    for (size_t i = 0; i < versions->count; i++) {
        lp_buffer_printf(b, i > 0 ? ", " : "");
        lp_html_text(b, versions->item[i]);
    }
    lp_buffer_printf(b, versions->count > 0 ? "</p>\n" : "unknown</p>\n");
}

/* The fields of a line, numbers to six digits. */
static void append_fields(lp_buffer *b, const char *line, size_t length) {
    double value;
    for (const char *end = line + length; line <= end;) {
        const char *stop = memchr(line, '\t', (size_t)(end - line));
        stop = stop != NULL ? stop : end;
        if (stop > line && lp_number_read(line, stop, '.', &value) == stop)
            lp_buffer_printf(b, "%.6g", value);
        else
            lp_buffer_append(b, line, (size_t)(stop - line));
        lp_buffer_printf(b, "\t");
        line = stop + 1;
    }
}

/* inspect's table, with a column of digests. */
static int write_tensors(const lp_page_run *r, lp_buffer *b, lp_error *e) {
    char *bytes = NULL;
    size_t size = 0;
    LP_CLEANUP(lp_buffer_free) lp_buffer table = {0};
    FILE *file = open_memstream(&bytes, &size);
    if (file == NULL)
        return lp_fail(e, "out of memory");
    int failed = lp_summary_write(r->stream, true, file, e);
    fclose(file);
    const char *line = bytes;
    for (size_t i = 0; !failed && line < bytes + size; i++) {
        size_t length = strcspn(line, "\n");
        lp_sha256 sha256 = {"SHA-256"};
        if (i > 0 && i <= lp_stream_count(r->stream))
            failed = lp_stream_sha256(r->stream, i - 1, &sha256, e);
        append_fields(&table, line, length);
        lp_buffer_printf(&table, "%s\n", sha256.hex);
        line += length + 1;
    }
    free(bytes);
    if (failed)
        return -1;
    lp_buffer_printf(b, "<details><summary>%zu tensor%s, with SHA-256</summary>\n",
                     lp_stream_count(r->stream), lp_stream_count(r->stream) == 1 ? "" : "s");
    lp_html_table(b, table.data, table.size);
    lp_buffer_printf(b, "</details>\n");
    return 0;
}

int lp_page_run_write(const lp_page_run *r, bool small, lp_buffer *b, lp_error *e) {
    lp_buffer_printf(b, "<article>\n");
    lp_html_element(b, "h3", r->name);
    if (r->about != NULL)
        lp_html_element(b, "p", r->about);
    lp_buffer_printf(b, "<p class=\"path\">");
    lp_html_text(b, r->path);
    lp_buffer_printf(b, "</p>\n");
    if (r->is_evaluated)
        write_figures(&r->report, b);
    else if (r->why_not.text[0] != '\0')
        lp_html_element(b, "p class=\"bad\"", r->why_not.text);
    lp_buffer_printf(b, "<div class=\"pictures\">\n");
    write_curves(r, !small, b);
    write_confusion(r, !small, b);
    write_tiles(r, b);
    lp_buffer_printf(b, "</div>\n");
    write_origin(r, b);
    int failed = write_tensors(r, b, e);
    lp_buffer_printf(b, "</article>\n");
    return failed;
}

/* ---- several runs ---- */

/* The metrics of any run, "test accuracy", in the order in which they come. */
typedef struct {
    char name[32][60];
    size_t count;
} metric_names;

static void add_name(metric_names *m, const char *part, const char *metric) {
    char name[60];
    snprintf(name, sizeof name, "%s %s", part, metric);
    for (size_t i = 0; i < m->count; i++)
        if (strcmp(m->name[i], name) == 0)
            return;
    if (m->count < sizeof m->name / sizeof *m->name)
        strcpy(m->name[m->count++], name);
}

/* Of one run; NaN where it does not have the metric. */
static double metric_of(const lp_page_run *r, const char *wanted) {
    char name[60];
    for (size_t i = 0; r->is_evaluated && i < r->report.parts; i++)
        for (size_t k = 0; k < LP_MAX_METRICS && r->report.metric[k] != NULL; k++) {
            snprintf(name, sizeof name, "%s %s", r->report.part[i].name, r->report.metric[k]);
            if (strcmp(name, wanted) == 0)
                return r->report.part[i].metric[k];
        }
    return NAN;
}

static metric_names names_of(const lp_page_run *r, size_t runs) {
    metric_names m = {0};
    for (size_t i = 0; i < runs; i++)
        for (size_t p = 0; r[i].is_evaluated && p < r[i].report.parts; p++)
            for (size_t k = 0; k < LP_MAX_METRICS && r[i].report.metric[k] != NULL; k++)
                if (!isnan(r[i].report.part[p].metric[k]))
                    add_name(&m, r[i].report.part[p].name, r[i].report.metric[k]);
    return m;
}

static void write_metrics(const lp_page_run *r, size_t runs, lp_buffer *b) {
    const metric_names m = names_of(r, runs);
    if (m.count == 0)
        return;
    write_head(b, "run");
    for (size_t k = 0; k < m.count; k++)
        lp_html_element(b, "th scope=\"col\"", m.name[k]);
    lp_buffer_printf(b, "</tr></thead>\n");
    for (size_t i = 0; i < runs; i++) {
        lp_buffer_printf(b, "<tr>");
        lp_html_element(b, "th scope=\"row\"", r[i].name);
        for (size_t k = 0; k < m.count; k++)
            write_number(b, metric_of(&r[i], m.name[k]));
        lp_buffer_printf(b, "</tr>\n");
    }
    lp_buffer_printf(b, "</table></div>\n");
}

/* A column for each parameter, or, of few runs, a line: what is long stands upright then. */
static void write_parameters(const lp_parameters *p, const lp_page_run *r, lp_buffer *b) {
    if (p->count == 0)
        return;
    bool by_run = p->runs > FEW;
    size_t lines = by_run ? p->runs : p->count, columns = by_run ? p->count : p->runs;
    lp_buffer_printf(b, "<details%s><summary>What differs between them</summary>\n",
                     p->count <= MOST_OPEN ? " open" : "");
    write_head(b, by_run ? "run" : "");
    for (size_t c = 0; c < columns; c++)
        lp_html_element(b, "th scope=\"col\"", by_run ? p->parameter[c].name : r[c].name);
    lp_buffer_printf(b, "</tr></thead>\n");
    for (size_t l = 0; l < lines; l++) {
        lp_buffer_printf(b, "<tr>");
        lp_html_element(b, "th scope=\"row\"", by_run ? r[l].name : p->parameter[l].name);
        for (size_t c = 0; c < columns; c++) {
            const char *value = p->parameter[by_run ? c : l].value[by_run ? l : c];
            lp_html_element(b, "td", value != NULL ? value : "–");
        }
        lp_buffer_printf(b, "</tr>\n");
    }
    lp_buffer_printf(b, "</table></div>\n</details>\n");
}

static void write_recipes(const lp_page_run *r, size_t runs, lp_buffer *b) {
    lp_buffer_printf(b, "<details><summary>How they were made</summary>\n");
    for (size_t i = 0; i < runs; i++) {
        lp_html_element(b, "h4", r[i].name);
        write_recipe(lp_stream_recipe(r[i].stream), b);
    }
    lp_buffer_printf(b, "</details>\n");
}

void lp_page_runs_table(const lp_page_run *r, size_t runs, bool recipes, lp_buffer *b) {
    lp_parameters parameters;
    LP_CLEANUP(lp_free) const char **recipe = lp_alloc(runs, sizeof *recipe);
    for (size_t i = 0; i < runs; i++)
        recipe[i] = lp_stream_recipe(r[i].stream);
    lp_parameters_read(&parameters, runs, recipe);
    write_metrics(r, runs, b);
    write_parameters(&parameters, r, b);
    lp_parameters_free(&parameters);
    if (recipes)
        write_recipes(r, runs, b);
}

void lp_page_runs_curves(const lp_page_run *r, size_t runs, lp_buffer *b) {
    lp_curves_run run[MOST_CURVES];
    const char *name[MOST_CURVES];
    size_t n = 0;
    for (size_t i = 0; i < runs; i++) {
        if (history_length(&r[i]) < 2)
            continue;
        if (n == MOST_CURVES)
            return;
        name[n] = r[i].name;
        run[n++] = (lp_curves_run){r[i].stream, r[i].path};
    }
    if (n < 2)
        return;
    lp_buffer_printf(b, "<div class=\"pictures\">\n");
    draw_curves(n, run, &(lp_texts){name, n}, true, "All runs", b);
    lp_buffer_printf(b, "</div>\n");
}
