#include "io/image.h"

#include "base/memory.h"

#include <math.h>
#include <png.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

void lp_image_free(lp_image *image) {
    free(image->pixels);
    *image = (lp_image){0};
}

static int check_size(size_t width, size_t height, lp_error *e) {
    if (width < 1 || height < 1)
        return lp_fail(e, "a picture of %zu x %zu pixels has none", width, height);
    if (width > LP_IMAGE_MAX_SIDE || height > LP_IMAGE_MAX_SIDE ||
        width * height > LP_IMAGE_MAX_PIXELS)
        return lp_fail(e, "a picture of %zu x %zu pixels is over the limit (%d a side, %d in all)",
                       width, height, LP_IMAGE_MAX_SIDE, LP_IMAGE_MAX_PIXELS);
    return 0;
}

/* Pixels of any value; the limits keep a size that a file states small. */
static int allocate(lp_image *image, size_t width, size_t height, size_t channels, lp_error *e) {
    *image = (lp_image){0};
    if (check_size(width, height, e))
        return -1;
    *image = (lp_image){width, height, channels, lp_alloc(width * height, channels)};
    return 0;
}

int lp_image_new(lp_image *image, size_t width, size_t height, size_t channels, lp_error *e) {
    if (allocate(image, width, height, channels, e))
        return -1;
    memset(image->pixels, 255, width * height * channels);
    return 0;
}

/* ---- PNG ---- */

/* What libpng's callbacks share. libpng leaves through longjmp, so whatever has to be freed
 * afterwards is here and not in local variables. */
typedef struct {
    lp_error *e;
    jmp_buf leave;
    const uint8_t *bytes; /* reading */
    size_t size, at;
    FILE *out; /* writing */
    png_structp png;
    png_infop info;
    png_bytep *rows;
    uint8_t *wide; /* pixels with alpha, before it is laid over white */
} png_job;

static _Noreturn void png_failed(png_structp png, png_const_charp text) {
    png_job *job = png_get_error_ptr(png);
    if (job->e->status == LP_OK)
        lp_fail(job->e, "PNG: %s", text);
    longjmp(job->leave, 1);
}

/* libpng's warnings concern nothing that changes a pixel, such as odd colour profiles. */
static void png_warned(png_structp png, png_const_charp text) {
    (void)png;
    (void)text;
}

static void png_take(png_structp png, png_bytep to, size_t n) {
    png_job *job = png_get_io_ptr(png);
    if (n > job->size - job->at) {
        lp_fail(job->e, "PNG: cut short after %zu bytes", job->size);
        png_failed(png, "");
    }
    memcpy(to, job->bytes + job->at, n);
    job->at += n;
}

static void png_give(png_structp png, png_bytep from, size_t n) {
    png_job *job = png_get_io_ptr(png);
    if (fwrite(from, 1, n, job->out) != n) {
        lp_fail_errno(job->e, "writing");
        png_failed(png, "");
    }
}

static void png_flush_nothing(png_structp png) {
    (void)png;
}

static uint8_t over_white(unsigned value, unsigned alpha) {
    return (uint8_t)((value * alpha + 255 * (255 - alpha) + 127) / 255);
}

static int png_steps(png_job *job, lp_image *image) {
    lp_error *e = job->e;
    job->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, job, png_failed, png_warned);
    if (job->png == NULL || (job->info = png_create_info_struct(job->png)) == NULL)
        return lp_fail(e, "PNG: libpng could not be started");
    png_structp png = job->png;
    png_set_read_fn(png, job, png_take);
    png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
    png_set_user_limits(png, 0x7fffffff, 0x7fffffff); /* ours apply */
    /* Texts and profiles change no pixel; libpng would take memory on the word of their headers. */
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    png_read_info(png, job->info);

    /* Before libpng allocates its rows: our limits, and the most that the file can hold. Deflate
     * makes at most 1032 bytes of one (a match of 258 bytes costs two bits). */
    size_t width = png_get_image_width(png, job->info);
    size_t height = png_get_image_height(png, job->info);
    if (check_size(width, height, e))
        return -1;
    if ((png_get_rowbytes(png, job->info) + 1) * height / 1032 > job->size)
        return lp_fail(e, "PNG: %zu bytes cannot hold the %zu x %zu pixels that it declares",
                       job->size, width, height);

    png_set_expand(png);
    png_set_scale_16(png);
    int passes = png_set_interlace_handling(png);
    png_read_update_info(png, job->info);
    size_t given = png_get_channels(png, job->info);
    size_t channels = given < 3 ? 1 : 3;
    if (allocate(image, width, height, channels, e))
        return -1;
    job->rows = lp_alloc(height, sizeof *job->rows);
    job->wide = given == channels ? NULL : lp_alloc(width * height, given);
    uint8_t *pixels = job->wide != NULL ? job->wide : image->pixels;
    for (size_t y = 0; y < height; y++)
        job->rows[y] = pixels + y * width * given;
    for (int pass = 0; pass < passes; pass++)
        png_read_rows(png, job->rows, NULL, (png_uint_32)height);
    png_read_end(png, NULL);
    if (job->at != job->size)
        return lp_fail(e, "PNG: %zu bytes follow its end", job->size - job->at);

    if (job->wide != NULL)
        for (size_t i = 0; i < width * height; i++)
            for (size_t c = 0; c < channels; c++)
                image->pixels[i * channels + c] =
                    over_white(pixels[i * given + c], pixels[i * given + channels]);
    return 0;
}

static int decode_png(lp_image *image, const uint8_t *bytes, size_t size, lp_error *e) {
    png_job job = {.e = e, .bytes = bytes, .size = size};
    e->status = LP_OK;
    int failed = setjmp(job.leave) ? -1 : png_steps(&job, image);
    png_destroy_read_struct(&job.png, &job.info, NULL);
    free(job.rows);
    free(job.wide);
    return failed;
}

/* A picture of at most 256 colours: index (height, width) into them. */
typedef struct {
    int colours;
    png_color colour[256];
    uint8_t *index;
} palette;

/* The pixels' colours, each channel rounded to `steps` equal steps; false where they are too many.
 */
static bool fill_palette(palette *p, const lp_image *image, int steps) {
    int16_t place[16 * 16 * 16];
    for (int i = 0; i < steps * steps * steps; i++)
        place[i] = -1;
    p->colours = 0;
    for (size_t i = 0; i < image->width * image->height; i++) {
        int step[3], at = 0;
        for (int c = 0; c < 3; c++) {
            step[c] = (image->pixels[3 * i + (size_t)c] * (steps - 1) + 127) / 255;
            at = at * steps + step[c];
        }
        if (place[at] < 0 && p->colours == 256)
            return false;
        if (place[at] < 0) {
            png_byte value[3];
            for (int c = 0; c < 3; c++)
                value[c] = (png_byte)((step[c] * 255 + (steps - 1) / 2) / (steps - 1));
            p->colour[p->colours] = (png_color){value[0], value[1], value[2]};
            place[at] = (int16_t)p->colours++;
        }
        p->index[i] = (uint8_t)place[at];
    }
    return true;
}

/* With a palette where it is not NULL. */
static int png_write_steps(png_job *job, const lp_image *image, const palette *p) {
    job->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, job, png_failed, png_warned);
    if (job->png == NULL || (job->info = png_create_info_struct(job->png)) == NULL)
        return lp_fail(job->e, "PNG: libpng could not be started");
    png_structp png = job->png;
    png_set_write_fn(png, job, png_give, png_flush_nothing);
    png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_NONE);
    png_set_compression_level(png, p != NULL ? 9 : 6);
    png_set_IHDR(png, job->info, (png_uint_32)image->width, (png_uint_32)image->height, 8,
                 p != NULL              ? PNG_COLOR_TYPE_PALETTE
                 : image->channels == 1 ? PNG_COLOR_TYPE_GRAY
                                        : PNG_COLOR_TYPE_RGB,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    if (p != NULL)
        png_set_PLTE(png, job->info, p->colour, p->colours);
    png_write_info(png, job->info);
    const uint8_t *pixels = p != NULL ? p->index : image->pixels;
    for (size_t y = 0; y < image->height; y++)
        png_write_row(png, pixels + y * image->width * (p != NULL ? 1 : image->channels));
    png_write_end(png, NULL);
    return 0;
}

static int write_png(FILE *out, const lp_image *image, const palette *p, lp_error *e) {
    png_job job = {.e = e, .out = out};
    e->status = LP_OK;
    int failed = setjmp(job.leave) ? -1 : png_write_steps(&job, image, p);
    png_destroy_write_struct(&job.png, &job.info);
    return failed;
}

int lp_image_write_png(FILE *out, const lp_image *image, lp_error *e) {
    return write_png(out, image, NULL, e);
}

int lp_image_write_png_palette(FILE *out, const lp_image *image, lp_error *e) {
    static const int steps[] = {16, 12, 9, 6}; /* 6 x 6 x 6 are at most 216 colours */
    if (image->channels == 1)
        return write_png(out, image, NULL, e);
    LP_CLEANUP(lp_free) palette *p = lp_alloc_zero(1, sizeof *p);
    LP_CLEANUP(lp_free) uint8_t *index = lp_alloc(image->width, image->height);
    p->index = index;
    for (int i = 0; !fill_palette(p, image, steps[i]);)
        i++;
    return write_png(out, image, p, e);
}

/* ---- PGM and PPM (netpbm's plain and raw formats) ---- */

typedef struct {
    const uint8_t *bytes;
    size_t size, at;
} reader;

static bool is_space(int c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* The next decimal number, after white space and comments; false where there is none or it is over
 * 65,535. */
static bool next_number(reader *r, unsigned *value) {
    while (r->at < r->size && (is_space(r->bytes[r->at]) || r->bytes[r->at] == '#')) {
        if (r->bytes[r->at] == '#')
            while (r->at < r->size && r->bytes[r->at] != '\n' && r->bytes[r->at] != '\r')
                r->at++;
        else
            r->at++;
    }
    size_t start = r->at;
    *value = 0;
    while (r->at < r->size && r->bytes[r->at] >= '0' && r->bytes[r->at] <= '9' && *value <= 65535)
        *value = *value * 10 + (r->bytes[r->at++] - '0');
    return r->at > start && *value <= 65535;
}

static int read_pixels(reader *r, lp_image *image, bool plain, unsigned maximum, lp_error *e) {
    const size_t n = image->width * image->height * image->channels;
    const int width = plain ? 0 : maximum > 255 ? 2 : 1;
    for (size_t i = 0; i < n; i++) {
        unsigned value = 0;
        if (plain && !next_number(r, &value))
            return lp_fail(e, "%s after %zu of %zu values",
                           r->at >= r->size ? "PNM: cut short" : "PNM: not a number", i, n);
        for (int k = 0; k < width; k++)
            value = value << 8 | r->bytes[r->at++];
        if (value > maximum)
            return lp_fail(e, "PNM: value %zu is %u, over its own maximum of %u", i + 1, value,
                           maximum);
        image->pixels[i] = (uint8_t)((value * 255 + maximum / 2) / maximum);
    }
    while (plain && r->at < r->size && is_space(r->bytes[r->at]))
        r->at++;
    return 0;
}

static int decode_pnm(lp_image *image, const uint8_t *bytes, size_t size, lp_error *e) {
    reader r = {bytes, size, 2};
    char kind = (char)bytes[1];
    bool plain = kind == '2' || kind == '3';
    size_t channels = kind == '2' || kind == '5' ? 1 : 3;
    unsigned width, height, maximum;
    if (!next_number(&r, &width) || !next_number(&r, &height) || !next_number(&r, &maximum) ||
        maximum == 0)
        return lp_fail(e, "PNM: its header does not give width, height and maximum, 65535 at most");
    if (r.at >= size || !is_space(bytes[r.at]))
        return lp_fail(e, "PNM: cut short, or no white space, after its header");
    r.at++;
    /* A value takes a digit and a space, or 1 or 2 raw bytes, at least. */
    size_t each = !plain && maximum <= 255 ? 1 : 2;
    if ((size_t)width * height * channels * each > size - r.at + (plain ? 1 : 0))
        return lp_fail(e, "PNM: cut short: %zu bytes cannot hold the %u x %u pixels it declares",
                       size, width, height);
    if (allocate(image, width, height, channels, e) || read_pixels(&r, image, plain, maximum, e))
        return -1;
    return r.at == size ? 0 : lp_fail(e, "PNM: %zu bytes follow its last pixel", size - r.at);
}

int lp_image_decode(lp_image *image, const void *bytes, size_t size, lp_error *e) {
    const uint8_t *b = bytes;
    int failed;
    *image = (lp_image){0};
    if (size >= 8 && png_sig_cmp(b, 0, 8) == 0)
        failed = decode_png(image, b, size, e);
    else if (size >= 3 && b[0] == 'P' && b[1] != '\0' && strchr("2356", b[1]) && is_space(b[2]))
        failed = decode_pnm(image, b, size, e);
    else
        failed = lp_fail(e, size == 0 ? "it is empty"
                                      : "it is not a PNG, PGM or PPM picture (convert it to PNG)");
    if (failed)
        lp_image_free(image);
    return failed;
}

/* ---- what is done to pixels ---- */

void lp_image_grey(lp_image *image) {
    if (image->channels == 1)
        return;
    size_t n = image->width * image->height;
    for (size_t i = 0; i < n; i++) {
        const uint8_t *p = image->pixels + 3 * i;
        image->pixels[i] = (uint8_t)((299 * p[0] + 587 * p[1] + 114 * p[2] + 500) / 1000);
    }
    image->channels = 1;
}

/* One side's filter: target t takes weight[t * taps + k] of source first[t] + k. */
typedef struct {
    size_t taps;
    size_t *first;
    double *weight;
} filter;

static filter make_filter(lp_arena *a, size_t from, size_t to) {
    double factor = (double)from / (double)to;
    double support = fmax(factor, 1);
    size_t taps = (size_t)(2 * support) + 2;
    filter f = {.taps = taps < from ? taps : from};
    f.first = lp_arena_alloc(a, to, sizeof *f.first);
    f.weight = lp_arena_alloc(a, to * f.taps, sizeof *f.weight);
    for (size_t t = 0; t < to; t++) {
        double centre = ((double)t + 0.5) * factor - 0.5;
        size_t first = (size_t)fmax(centre - support, 0);
        if (first + f.taps > from)
            first = from - f.taps;
        double *weight = f.weight + t * f.taps, sum = 0;
        for (size_t k = 0; k < f.taps; k++) {
            double distance = fabs((double)(first + k) - centre) / support;
            weight[k] = distance < 1 ? 1 - distance : 0;
            sum += weight[k];
        }
        for (size_t k = 0; k < f.taps; k++)
            weight[k] /= sum;
        f.first[t] = first;
    }
    return f;
}

static void apply_filters(const lp_image *from, const filter *across, const filter *down,
                          double *middle, lp_image *to) {
    size_t channels = from->channels, row = to->width * channels;
    for (size_t y = 0; y < from->height; y++)
        for (size_t x = 0; x < to->width; x++)
            for (size_t c = 0; c < channels; c++) {
                double sum = 0;
                for (size_t k = 0; k < across->taps; k++)
                    sum += across->weight[x * across->taps + k] *
                           from->pixels[(y * from->width + across->first[x] + k) * channels + c];
                middle[y * row + x * channels + c] = sum;
            }
    for (size_t y = 0; y < to->height; y++)
        for (size_t i = 0; i < row; i++) {
            double sum = 0;
            for (size_t k = 0; k < down->taps; k++)
                sum += down->weight[y * down->taps + k] * middle[(down->first[y] + k) * row + i];
            to->pixels[y * row + i] = (uint8_t)(sum + 0.5);
        }
}

int lp_image_resize(lp_image *image, size_t width, size_t height, lp_error *e) {
    if (width == image->width && height == image->height)
        return 0;
    lp_image to;
    if (allocate(&to, width, height, image->channels, e))
        return -1;
    LP_CLEANUP(lp_arena_free) lp_arena arena = {0};
    filter across = make_filter(&arena, image->width, width);
    filter down = make_filter(&arena, image->height, height);
    double *middle =
        lp_arena_alloc(&arena, width * image->height, image->channels * sizeof *middle);
    apply_filters(image, &across, &down, middle, &to);
    lp_image_free(image);
    *image = to;
    return 0;
}
