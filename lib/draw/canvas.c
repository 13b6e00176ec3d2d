#include "draw/canvas.h"

#include "base/tensor.h"
#include "draw/font.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <string.h>

static const double POINTS_A_PIXEL = 72.0 / 96;

const lp_colour lp_white = {1, 1, 1}, lp_ink = {0.15, 0.15, 0.15}, lp_faint = {0.45, 0.45, 0.45};

static cairo_status_t append(void *canvas, const unsigned char *bytes, unsigned size) {
    lp_canvas *c = canvas;
    lp_buffer_append(&c->document, bytes, size);
    return CAIRO_STATUS_SUCCESS;
}

static cairo_surface_t *open_surface(lp_canvas *c) {
    cairo_surface_t *surface;
    switch (c->format) {
    case LP_PLOT_SVG:
        surface = cairo_svg_surface_create_for_stream(append, c, c->width, c->height);
        cairo_svg_surface_set_document_unit(surface, CAIRO_SVG_UNIT_PX);
        return surface;
    case LP_PLOT_PDF:
        surface = cairo_pdf_surface_create_for_stream(append, c, c->width * POINTS_A_PIXEL,
                                                      c->height * POINTS_A_PIXEL);
        cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, "");
        cairo_surface_set_device_scale(surface, POINTS_A_PIXEL, POINTS_A_PIXEL);
        return surface;
    default:
        return cairo_image_surface_create(CAIRO_FORMAT_RGB24, c->width, c->height);
    }
}

int lp_canvas_open(lp_canvas *c, lp_plot_format format, int width, int height, lp_error *e) {
    *c = (lp_canvas){.format = format, .width = width, .height = height};
    c->surface = open_surface(c);
    c->cr = cairo_create(c->surface);
    c->face[0] = lp_font_face(false);
    c->face[1] = lp_font_face(true);
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_set_font_options(c->cr, options);
    cairo_font_options_destroy(options);
    lp_set_colour(c->cr, lp_white);
    cairo_paint(c->cr);
    if (cairo_status(c->cr) != CAIRO_STATUS_SUCCESS)
        return lp_fail(e, "drawing: %s", cairo_status_to_string(cairo_status(c->cr)));
    return 0;
}

/* What cairo met since the canvas was opened; after an error it draws no more. */
static int check_drawn(const lp_canvas *c, lp_error *e) {
    cairo_status_t status = cairo_status(c->cr);
    if (status == CAIRO_STATUS_SUCCESS)
        status = cairo_surface_status(c->surface);
    for (int i = 0; i < 2 && status == CAIRO_STATUS_SUCCESS; i++)
        status = cairo_font_face_status(c->face[i]);
    return status == CAIRO_STATUS_SUCCESS
               ? 0
               : lp_fail(e, "drawing: %s", cairo_status_to_string(status));
}

int lp_canvas_image(lp_canvas *c, lp_image *image, lp_error *e) {
    if (check_drawn(c, e) || lp_image_new(image, (size_t)c->width, (size_t)c->height, 3, e))
        return -1;
    cairo_surface_flush(c->surface);
    const unsigned char *from = cairo_image_surface_get_data(c->surface);
    int stride = cairo_image_surface_get_stride(c->surface);
    uint8_t *to = image->pixels;
    for (int y = 0; y < c->height; y++)
        for (int x = 0; x < c->width; x++) {
            uint32_t pixel;
            memcpy(&pixel, from + (ptrdiff_t)y * stride + 4 * (ptrdiff_t)x, sizeof pixel);
            *to++ = (uint8_t)(pixel >> 16);
            *to++ = (uint8_t)(pixel >> 8);
            *to++ = (uint8_t)pixel;
        }
    return 0;
}

int lp_canvas_write(lp_canvas *c, FILE *out, lp_error *e) {
    if (c->format != LP_PLOT_PNG && cairo_status(c->cr) == CAIRO_STATUS_SUCCESS)
        cairo_surface_finish(c->surface);
    if (check_drawn(c, e))
        return -1;
    if (c->format != LP_PLOT_PNG) {
        if (fwrite(c->document.data, 1, c->document.size, out) != c->document.size)
            return lp_fail_errno(e, "writing");
        return 0;
    }
    LP_CLEANUP(lp_image_free) lp_image image = {0};
    return lp_canvas_image(c, &image, e) || lp_image_write_png(out, &image, e) ? -1 : 0;
}

void lp_canvas_free(lp_canvas *c) {
    if (c->cr != NULL)
        cairo_destroy(c->cr);
    if (c->surface != NULL)
        cairo_surface_destroy(c->surface);
    for (int i = 0; i < 2 && c->face[i] != NULL; i++)
        cairo_font_face_destroy(c->face[i]);
    lp_buffer_free(&c->document);
    *c = (lp_canvas){0};
}

// ---- colours and markers ----

lp_colour lp_colour_of(int index) {
    static const lp_colour palette[LP_COLOURS] = {
        {0.000, 0.447, 0.698}, // blue
        {0.835, 0.369, 0.000}, // vermillion
        {0.000, 0.620, 0.451}, // bluish green
        {0.902, 0.624, 0.000}, // orange
        {0.800, 0.475, 0.655}, // reddish purple
        {0.337, 0.706, 0.914}, // sky blue
        {0.330, 0.330, 0.330}, // black, softened
        {0.720, 0.670, 0.050}, // yellow, darkened
        {0.400, 0.180, 0.000}, // brown
        {0.380, 0.100, 0.550}, // purple
        {0.450, 0.820, 0.350}, // light green
        {0.750, 0.050, 0.250}, // crimson
        {0.470, 0.470, 1.000}, // periwinkle
        {0.000, 0.330, 0.350}, // dark teal
        {0.950, 0.620, 0.700}, // pink
        {0.050, 0.050, 0.470}, // navy
        {0.400, 0.480, 0.100}, // olive
        {0.850, 0.150, 0.850}, // magenta
        {0.660, 0.520, 0.420}, // tan
        {0.200, 0.780, 0.780}, // turquoise
    };
    return palette[index % LP_COLOURS];
}

int lp_marker_of(int index) {
    return (index + index / LP_MARKERS * 3) % LP_MARKERS;
}

lp_colour lp_colour_mix(lp_colour a, lp_colour b, double share) {
    return (lp_colour){a.red + (b.red - a.red) * share, a.green + (b.green - a.green) * share,
                       a.blue + (b.blue - a.blue) * share};
}

void lp_set_colour(cairo_t *cr, lp_colour colour) {
    cairo_set_source_rgb(cr, colour.red, colour.green, colour.blue);
}

static void polygon(cairo_t *cr, double x, double y, double radius, const double (*corner)[2],
                    size_t corners) {
    for (size_t i = 0; i < corners; i++)
        cairo_line_to(cr, x + corner[i][0] * radius, y + corner[i][1] * radius);
    cairo_close_path(cr);
}

/* Four Bézier curves, whose control points need no sine (cairo_arc's do). */
static void circle(cairo_t *cr, double x, double y, double r) {
    double h = 0.5522847498 * r;
    cairo_move_to(cr, x + r, y);
    cairo_curve_to(cr, x + r, y + h, x + h, y + r, x, y + r);
    cairo_curve_to(cr, x - h, y + r, x - r, y + h, x - r, y);
    cairo_curve_to(cr, x - r, y - h, x - h, y - r, x, y - r);
    cairo_curve_to(cr, x + h, y - r, x + r, y - h, x + r, y);
    cairo_close_path(cr);
}

static void trace_marker(cairo_t *cr, int marker, double x, double y, double radius) {
    // Corners on shapes of about the same area as the unit circle's.
    static const double triangle_up[][2] = {{0, -1.25}, {1.15, 0.85}, {-1.15, 0.85}},
                        square[][2] = {{-0.88, -0.88}, {0.88, -0.88}, {0.88, 0.88}, {-0.88, 0.88}},
                        diamond[][2] = {{0, -1.3}, {1.1, 0}, {0, 1.3}, {-1.1, 0}},
                        triangle_down[][2] = {{0, 1.25}, {1.15, -0.85}, {-1.15, -0.85}},
                        plus[][2] = {{-0.4, -1.2}, {0.4, -1.2}, {0.4, -0.4},  {1.2, -0.4},
                                     {1.2, 0.4},   {0.4, 0.4},  {0.4, 1.2},   {-0.4, 1.2},
                                     {-0.4, 0.4},  {-1.2, 0.4}, {-1.2, -0.4}, {-0.4, -0.4}},
                        cross[][2] = {{-1.1, -0.6}, {-0.6, -1.1}, {0, -0.5},   {0.6, -1.1},
                                      {1.1, -0.6},  {0.5, 0},     {1.1, 0.6},  {0.6, 1.1},
                                      {0, 0.5},     {-0.6, 1.1},  {-1.1, 0.6}, {-0.5, 0}},
                        hexagon[][2] = {{-0.55, -1}, {0.55, -1}, {1.1, 0},
                                        {0.55, 1},   {-0.55, 1}, {-1.1, 0}};
    static const struct {
        const double (*corner)[2];
        size_t corners;
    } shape[LP_MARKERS] = {{NULL, 0},          {triangle_up, 3}, {square, 4}, {diamond, 4},
                           {triangle_down, 3}, {plus, 12},       {cross, 12}, {hexagon, 6}};
    cairo_new_path(cr);
    if (shape[marker].corners == 0)
        circle(cr, x, y, radius);
    else
        polygon(cr, x, y, radius, shape[marker].corner, shape[marker].corners);
}

void lp_draw_marker(cairo_t *cr, int marker, double x, double y, double radius, lp_colour colour,
                    double outline) {
    trace_marker(cr, marker, x, y, radius);
    if (outline > 0) {
        lp_set_colour(cr, lp_white);
        cairo_set_line_width(cr, 2 * outline);
        cairo_stroke_preserve(cr);
    }
    lp_set_colour(cr, colour);
    cairo_fill(cr);
}

void lp_draw_ring(cairo_t *cr, int marker, double x, double y, double radius, lp_colour colour) {
    trace_marker(cr, marker, x, y, radius - 0.4);
    lp_set_colour(cr, colour);
    cairo_set_line_width(cr, 1.4);
    cairo_stroke(cr);
}

// ---- text ----

enum { MAX_TEXT = 600 };

/* A copy that cairo accepts. */
static void clean(char to[MAX_TEXT + 8], const char *text) {
    size_t used = 0;
    while (*text != '\0' && used < MAX_TEXT) {
        const char *from = text;
        uint32_t c = lp_utf8_next(&text);
        bool is_shown = c >= 0x20 && c != 0x7f && c != 0xfffd;
        size_t length = is_shown ? (size_t)(text - from) : 1;
        memcpy(to + used, is_shown ? from : "?", length);
        used += length;
    }
    to[used] = '\0';
}

static double set_font(lp_canvas *c, lp_font font, const char *text) {
    cairo_set_font_face(c->cr, c->face[font.bold]);
    cairo_set_font_size(c->cr, font.size);
    cairo_text_extents_t extents;
    cairo_text_extents(c->cr, text, &extents);
    return extents.x_advance;
}

double lp_text_width(lp_canvas *c, const char *text, lp_font font) {
    char shown[MAX_TEXT + 8];
    clean(shown, text);
    return set_font(c, font, shown);
}

static bool is_inside(const char *letter) {
    return (*letter & 0xc0) == 0x80;
}

/* Replaces characters in the middle of a name, or at the end of a sentence, by an ellipsis until
 * the text is no wider than `room`: many names differ in their ends alone. Returns its width. */
static double cut(lp_canvas *c, char shown[MAX_TEXT + 8], lp_font font, bool is_sentence,
                  double room) {
    char text[MAX_TEXT + 8];
    strcpy(text, shown);
    size_t length = strlen(text), head = is_sentence ? length : length / 2;
    while (is_inside(text + head))
        head--;
    size_t tail = head;
    double width = set_font(c, font, shown);
    while (width > room && (head > 0 || tail < length)) {
        if (head > length - tail)
            while (is_inside(text + --head))
                ;
        else
            while (is_inside(text + ++tail))
                ;
        snprintf(shown, MAX_TEXT + 8, "%.*s…%s", (int)head, text, text + tail);
        if (head == 0 && tail == length)
            shown[0] = '\0';
        width = set_font(c, font, shown);
    }
    return width;
}

static void draw_text(lp_canvas *c, const char *text, lp_font font, bool is_sentence, double x,
                      double y, double anchor, double room) {
    char shown[MAX_TEXT + 8];
    clean(shown, text);
    double width = cut(c, shown, font, is_sentence, room);
    cairo_move_to(c->cr, x - anchor * width, y);
    if (c->format != LP_PLOT_PNG) {
        cairo_show_text(c->cr, shown);
        return;
    }
    // cairo would put each glyph on a whole pixel.
    cairo_text_path(c->cr, shown);
    cairo_fill(c->cr);
}

void lp_draw_text(lp_canvas *c, const char *text, lp_font font, double x, double y, double anchor,
                  double room) {
    draw_text(c, text, font, false, x, y, anchor, room);
}

void lp_draw_title(lp_canvas *c, const char *text, lp_font font, double x, double y, double room) {
    draw_text(c, text, font, true, x, y, 0, room);
}

void lp_draw_text_upwards(lp_canvas *c, const char *text, lp_font font, double x, double y,
                          double room) {
    cairo_matrix_t quarter_turn = {0, -1, 1, 0, x, y};
    cairo_save(c->cr);
    cairo_transform(c->cr, &quarter_turn);
    lp_draw_text(c, text, font, 0, 0, 0.5, room);
    cairo_restore(c->cr);
}
