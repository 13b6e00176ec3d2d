#include "draw/confusion.h"

#include "draw/frame.h"

#include <math.h>

static const lp_font name_font = {.size = 12}, share_font = {.size = 11};
static const double name_height = 15, bar_width = 14;

enum { MAX_CLASSES = 2000 };

typedef struct {
    lp_canvas *canvas;
    size_t classes;
    const size_t *count;
    const char *const *class_names;
    lp_box box; /* the cells, in whole pixels */
    double cell;
    size_t name_step;     /* every so many classes are named */
    bool upright;         /* the names below the matrix are drawn upwards */
    double name_room;     /* for a name beside the matrix */
    lp_colour full_share; /* the tint of share 1 */
} matrix;

static const char *name_of(const matrix *m, size_t k, char text[24]) {
    if (m->class_names != NULL)
        return m->class_names[k];
    snprintf(text, 24, "%zu", k);
    return text;
}

static double widest_name(const matrix *m) {
    char text[24];
    double widest = 0;
    for (size_t k = 0; k < m->classes; k++)
        widest = fmax(widest, lp_text_width(m->canvas, name_of(m, k, text), name_font));
    return ceil(widest) + 1;
}

/* The largest square of cells that leaves room for names, labels and the bar. */
static void place_cells(matrix *m, lp_box place) {
    const double labels = 22, bar = bar_width + 52;
    double widest = widest_name(m), most = floor(place.width / 4);
    m->name_room = widest < most ? widest : most;
    double width = place.width - m->name_room - 6 - labels - bar;
    double height = place.height - name_height - 6 - labels;
    double cell = fmin(width, height) / (double)m->classes;
    m->upright = m->name_room + 8 > cell * ceil(name_height / cell);
    if (m->upright)
        height -= m->name_room - name_height;
    double side = fmin(width, height);
    m->cell = side >= 2 * (double)m->classes ? floor(side / (double)m->classes)
                                             : side / (double)m->classes;
    side = m->cell * (double)m->classes;
    m->box = (lp_box){floor(place.x + labels + m->name_room + 6 + (width - side) / 2),
                      floor(place.y), side, side};
    m->name_step = (size_t)ceil(name_height / m->cell);
}

static size_t rows_of(const matrix *m, size_t k) {
    size_t rows = 0;
    for (size_t j = 0; j < m->classes; j++)
        rows += m->count[k * m->classes + j];
    return rows;
}

static lp_colour tint(const matrix *m, double share) {
    return lp_colour_mix(lp_white, m->full_share, share);
}

/* The largest size at which every count fits its cell; 0 where they would be too small to read. */
static double count_size(const matrix *m) {
    size_t most = 0;
    char text[24];
    for (size_t i = 0; i < m->classes * m->classes; i++)
        most = m->count[i] > most ? m->count[i] : most;
    snprintf(text, sizeof text, "%zu", most);
    double size = fmin(16, m->cell * 0.45);
    double width = lp_text_width(m->canvas, text, (lp_font){.size = size});
    size *= fmin(1, m->cell * 0.8 / fmax(width, 1));
    return size >= 6.5 ? size : 0;
}

static void draw_cells(const matrix *m) {
    cairo_t *cr = m->canvas->cr;
    double size = count_size(m);
    char text[24];
    for (size_t i = 0; i < m->classes; i++) {
        double rows = (double)rows_of(m, i);
        for (size_t j = 0; j < m->classes; j++) {
            size_t count = m->count[i * m->classes + j];
            double share = rows > 0 ? (double)count / rows : 0;
            double x = m->box.x + (double)j * m->cell, y = m->box.y + (double)i * m->cell;
            lp_set_colour(cr, tint(m, share));
            cairo_rectangle(cr, x, y, m->cell, m->cell);
            cairo_fill(cr);
            if (size == 0)
                continue;
            snprintf(text, sizeof text, "%zu", count);
            lp_set_colour(cr, share > 0.55 ? lp_white : count == 0 ? lp_faint : lp_ink);
            lp_draw_text(m->canvas, text, (lp_font){.size = size}, x + m->cell / 2,
                         y + m->cell / 2 + size * 0.36, 0.5, m->cell);
        }
    }
    cairo_set_line_width(cr, 1);
    cairo_set_source_rgba(cr, 0, 0, 0, 0.12);
    for (size_t i = 1; i < m->classes && m->cell >= 8; i++) {
        double at = floor((double)i * m->cell) + 0.5;
        cairo_move_to(cr, m->box.x + at, m->box.y);
        cairo_rel_line_to(cr, 0, m->box.height);
        cairo_move_to(cr, m->box.x, m->box.y + at);
        cairo_rel_line_to(cr, m->box.width, 0);
    }
    cairo_stroke(cr);
    cairo_set_source_rgb(cr, 0.6, 0.6, 0.6);
    cairo_rectangle(cr, m->box.x - 0.5, m->box.y - 0.5, m->box.width + 1, m->box.height + 1);
    cairo_stroke(cr);
}

static void draw_names(const matrix *m, const lp_plot_frame *frame) {
    lp_canvas *c = m->canvas;
    double bottom = m->box.y + m->box.height, below = m->upright ? m->name_room : name_height;
    char text[24];
    lp_set_colour(c->cr, lp_ink);
    for (size_t k = 0; k < m->classes; k += m->name_step) {
        const char *name = name_of(m, k, text);
        double middle = ((double)k + 0.5) * m->cell;
        double width = fmin(lp_text_width(c, name, name_font), m->name_room);
        lp_draw_text(c, name, name_font, m->box.x - 6, m->box.y + middle + 4, 1, m->name_room);
        if (m->upright)
            lp_draw_text_upwards(c, name, name_font, m->box.x + middle + 4, bottom + 6 + width / 2,
                                 m->name_room);
        else
            lp_draw_text(c, name, name_font, m->box.x + middle, bottom + 16, 0.5, m->name_room);
    }
    lp_draw_text(c, frame->x_label, name_font, m->box.x + m->box.width / 2, bottom + below + 20,
                 0.5, c->width);
    lp_draw_text_upwards(c, frame->y_label, name_font, m->box.x - m->name_room - 14,
                         m->box.y + m->box.height / 2, m->box.height);
}

/* What the tints mean. */
static void draw_bar(const matrix *m) {
    cairo_t *cr = m->canvas->cr;
    double x = m->box.x + m->box.width + 14, bottom = m->box.y + m->box.height;
    cairo_pattern_t *shares = cairo_pattern_create_linear(0, bottom, 0, m->box.y);
    lp_colour from = tint(m, 0), to = tint(m, 1);
    cairo_pattern_add_color_stop_rgb(shares, 0, from.red, from.green, from.blue);
    cairo_pattern_add_color_stop_rgb(shares, 1, to.red, to.green, to.blue);
    cairo_rectangle(cr, x, m->box.y, bar_width, m->box.height);
    cairo_set_source(cr, shares);
    cairo_fill(cr);
    cairo_pattern_destroy(shares);
    cairo_set_source_rgb(cr, 0.6, 0.6, 0.6);
    cairo_set_line_width(cr, 1);
    cairo_rectangle(cr, floor(x) - 0.5, m->box.y - 0.5, bar_width + 1, m->box.height + 1);
    cairo_stroke(cr);
    lp_set_colour(cr, lp_faint);
    lp_draw_text(m->canvas, "100 %", share_font, x + bar_width + 4, m->box.y + 8, 0, 44);
    lp_draw_text(m->canvas, "0 %", share_font, x + bar_width + 4, bottom, 0, 44);
    if (m->box.height > 200)
        lp_draw_text_upwards(m->canvas, "share of the true class", share_font, x + bar_width + 16,
                             m->box.y + m->box.height / 2, m->box.height - 60);
}

int lp_draw_confusion(FILE *out, const lp_plot_frame *frame, size_t classes, const size_t *count,
                      const char *const *class_names, lp_error *e) {
    if (classes > MAX_CLASSES)
        return lp_fail(e, "drawing: a picture has no room for %zu classes (%d at most)", classes,
                       MAX_CLASSES);
    lp_canvas c = {0};
    int failed = lp_frame_open(&c, frame, e);
    if (!failed) {
        matrix m = {.canvas = &c,
                    .classes = classes,
                    .count = count,
                    .class_names = class_names,
                    .full_share = lp_colour_of(0)};
        place_cells(&m, lp_frame_head(&c, frame, NULL, 0));
        draw_cells(&m);
        draw_names(&m, frame);
        draw_bar(&m);
        failed = lp_canvas_write(&c, out, e);
    }
    lp_canvas_free(&c);
    return failed;
}
