#include "draw/plot.h"

#include "draw/axis.h"
#include "draw/canvas.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double outer = 14, title_size = 15, panel_title_size = 12.5, label_size = 12,
                    tick_size = 11, legend_size = 12, line_height = 20;

lp_plot_format lp_plot_format_of(const char *path) {
    size_t length = path != NULL ? strlen(path) : 0;
    return length >= 4 && strcmp(path + length - 4, ".svg") == 0 ? LP_PLOT_SVG : LP_PLOT_PNG;
}

static int check_frame(const lp_plot_frame *frame, lp_error *e) {
    if (frame->width < LP_PLOT_MIN_SIDE || frame->height < LP_PLOT_MIN_SIDE ||
        frame->width > LP_PLOT_MAX_SIDE || frame->height > LP_PLOT_MAX_SIDE)
        return lp_fail_usage(e, "drawing: a picture of %d x %d is out of range (%d to %d a side)",
                             frame->width, frame->height, LP_PLOT_MIN_SIDE, LP_PLOT_MAX_SIDE);
    return 0;
}

// ---- the legend: entries in rows, as many as fit, the rest counted ----

typedef struct {
    const char *name;
    int marker; /* -1: none */
    int dash;   /* -1: no line */
    lp_colour colour;
} legend_entry;

static void set_dash(cairo_t *cr, int dash) {
    static const double pattern[3][4] = {{6, 4}, {1.5, 3}, {8, 3, 1.5, 3}};
    int i = dash % 4;
    cairo_set_dash(cr, i ? pattern[i - 1] : NULL, i == 0 ? 0 : i == 3 ? 4 : 2, 0);
}

static void draw_entry(lp_canvas *c, const legend_entry *entry, double x, double y, double symbol,
                       double room) {
    if (entry->dash >= 0) {
        lp_set_colour(c->cr, entry->colour);
        cairo_set_line_width(c->cr, 2);
        set_dash(c->cr, entry->dash);
        cairo_move_to(c->cr, x, y - 4);
        cairo_line_to(c->cr, x + symbol, y - 4);
        cairo_stroke(c->cr);
        set_dash(c->cr, 0);
    }
    if (entry->marker >= 0)
        lp_draw_marker(c->cr, entry->marker, x + symbol / 2, y - 4, 4.5, entry->colour, 0);
    lp_set_colour(c->cr, lp_ink);
    lp_draw_text(c, entry->name, legend_size, x + symbol + 6, y, 0, room);
}

/* Returns the height taken by n entries within the box, and draws them where `draw`. */
static double legend(lp_canvas *c, const legend_entry *entry, size_t n, lp_box box, bool draw) {
    const double gap = 18;
    double x = box.x, y = box.y + line_height - 5, more_width;
    size_t rows = (size_t)(box.height / line_height), row = 1;
    char more[40];
    for (size_t i = 0; i < n; i++) {
        double symbol = entry[i].dash >= 0 ? 26 : 10, room = box.width - symbol - 6;
        double width = symbol + 6 + lp_text_width(c, entry[i].name, legend_size);
        if (width > box.width)
            width = box.width;
        // On the last row room is kept for what counts the rest, while there is a rest.
        snprintf(more, sizeof more, "+ %zu more", n - i);
        more_width = lp_text_width(c, more, legend_size);
        if (x > box.x && x + width > box.x + box.width) {
            if (row == rows)
                break;
            row++;
            x = box.x;
            y += line_height;
        }
        if (row == rows && i + 1 < n && x > box.x &&
            x + width + gap + more_width > box.x + box.width) {
            if (draw) {
                lp_set_colour(c->cr, lp_faint);
                lp_draw_text(c, more, legend_size, x, y, 0, more_width + 1);
            }
            break;
        }
        if (draw)
            draw_entry(c, &entry[i], x, y, symbol, room);
        x += width + gap;
    }
    return n > 0 ? (double)row * line_height + 2 : 0;
}

/* Draws the title and the legend; returns what is left of the picture for the panels. */
static lp_box head(lp_canvas *c, const lp_plot_frame *frame, const legend_entry *entry, size_t n) {
    lp_box box = {outer, outer, c->width - 2 * outer, c->height - 2 * outer};
    if (frame->title != NULL && frame->title[0] != '\0') {
        lp_set_colour(c->cr, lp_ink);
        lp_draw_heading(c, frame->title, title_size, box.x, box.y + 12, 0, box.width);
        box.y += 22;
        box.height -= 22;
    }
    lp_box place = {box.x, box.y, box.width, box.height / 3};
    double height = legend(c, entry, n, place, true);
    box.y += height + 6;
    box.height -= height + 6;
    return box;
}

// ---- axes ----

typedef struct {
    double x_min, x_max, y_min, y_max, x_pad, y_pad;
    bool log_y, whole_x, equal_scale;
    const char *title, *x_label, *y_label;
} axes_wish;

typedef struct {
    lp_axis x, y;
    lp_box box; /* whole pixels */
} axes;

static double widest_label(lp_canvas *c, const lp_axis *axis) {
    double widest = 0;
    for (size_t i = 0; i < axis->ticks; i++) {
        double width = lp_text_width(c, axis->label[i], tick_size);
        widest = width > widest ? width : widest;
    }
    return widest;
}

/* An x axis whose labels keep apart. */
static void make_x(lp_canvas *c, axes *a, const axes_wish *w) {
    for (size_t wanted = (size_t)(a->box.width / 60) + 1; wanted > 0; wanted--) {
        lp_axis_linear(&a->x, w->x_min, w->x_max, w->x_pad, wanted, w->whole_x);
        if (widest_label(c, &a->x) * 1.3 + 6 <= a->box.width / (double)(wanted + 1) ||
            a->x.ticks <= 2)
            return;
    }
}

static void make_y(axes *a, const axes_wish *w) {
    size_t wanted = (size_t)(a->box.height / 50) + 1;
    if (w->log_y)
        lp_axis_log(&a->y, w->y_min, w->y_max, w->y_pad, wanted);
    else
        lp_axis_linear(&a->y, w->y_min, w->y_max, w->y_pad, wanted, false);
}

/* Widens one range about its middle so that a unit is as long on both axes. */
static void equalise(const axes *a, axes_wish *w) {
    double x = (a->x.hi - a->x.lo) / a->box.width, y = (a->y.hi - a->y.lo) / a->box.height;
    double middle, half;
    if (x > y) {
        middle = a->y.lo / 2 + a->y.hi / 2;
        half = x * a->box.height / 2;
        w->y_min = middle - half;
        w->y_max = middle + half;
        w->y_pad = 0;
    } else {
        middle = a->x.lo / 2 + a->x.hi / 2;
        half = y * a->box.width / 2;
        w->x_min = middle - half;
        w->x_max = middle + half;
        w->x_pad = 0;
    }
}

/* Fits axes with their labels into the place. */
static void make_axes(lp_canvas *c, axes *a, lp_box place, axes_wish w) {
    double top = w.title != NULL ? 20 : 6;
    double bottom = 20 + (w.x_label != NULL ? 20 : 0), left = 0, right = 8;
    *a = (axes){.box = place};
    a->box.y = floor(place.y + top);
    a->box.height = floor(place.y + place.height - bottom - a->box.y);
    // The margins depend on the labels and, with an equal scale, the labels on the margins.
    for (int round = 0; round < 2; round++) {
        make_y(a, &w);
        double labels =
            widest_label(c, &a->y) + 8 + (w.y_label != NULL || a->y.base[0] != '\0' ? 20 : 0);
        left = labels > left ? labels : left;
        a->box.x = ceil(place.x + left);
        a->box.width = floor(place.x + place.width - right - a->box.x);
        make_x(c, a, &w);
        if (w.equal_scale && round == 0)
            equalise(a, &w);
    }
}

static double to_x(const axes *a, double x) {
    return a->box.x + lp_axis_share(&a->x, x) * a->box.width;
}

static double to_y(const axes *a, double y) {
    return a->box.y + (1 - lp_axis_share(&a->y, y)) * a->box.height;
}

static void line(cairo_t *cr, double x0, double y0, double x1, double y1) {
    cairo_move_to(cr, x0, y0);
    cairo_line_to(cr, x1, y1);
    cairo_stroke(cr);
}

/* The middle of the pixel that holds v: a line of one pixel there is sharp. */
static double sharp(double v) {
    return floor(v) + 0.5;
}

static void draw_grid(lp_canvas *c, const axes *a) {
    cairo_t *cr = c->cr;
    lp_box b = a->box;
    cairo_set_line_width(cr, 1);
    cairo_set_source_rgba(cr, 0, 0, 0, 0.04);
    for (size_t i = 0; i < a->y.minors; i++)
        line(cr, b.x, sharp(to_y(a, a->y.minor[i])), b.x + b.width, sharp(to_y(a, a->y.minor[i])));
    cairo_set_source_rgba(cr, 0, 0, 0, 0.10);
    for (size_t i = 0; i < a->x.ticks; i++)
        line(cr, sharp(to_x(a, a->x.tick[i])), b.y, sharp(to_x(a, a->x.tick[i])), b.y + b.height);
    for (size_t i = 0; i < a->y.ticks; i++)
        line(cr, b.x, sharp(to_y(a, a->y.tick[i])), b.x + b.width, sharp(to_y(a, a->y.tick[i])));
}

/* The label of an axis, with what its ticks leave out. */
static const char *full_label(char text[700], const char *label, const lp_axis *axis) {
    if (axis->base[0] == '\0')
        return label;
    snprintf(text, 700, "%s%s%s + …%s", label != NULL ? label : "", label != NULL ? " (" : "",
             axis->base, label != NULL ? ")" : "");
    return text;
}

static void draw_labels(lp_canvas *c, const axes *a, const axes_wish *w) {
    cairo_t *cr = c->cr;
    lp_box b = a->box;
    char text[700];
    cairo_set_source_rgb(cr, 0.6, 0.6, 0.6);
    cairo_set_line_width(cr, 1);
    cairo_rectangle(cr, b.x - 0.5, b.y - 0.5, b.width + 1, b.height + 1);
    cairo_stroke(cr);
    lp_set_colour(cr, lp_faint);
    for (size_t i = 0; i < a->x.ticks; i++) {
        // The last label leans inwards rather than leave the picture.
        double half = lp_text_width(c, a->x.label[i], tick_size) / 2, x = to_x(a, a->x.tick[i]);
        double most = b.x + b.width + 12 - half;
        lp_draw_text(c, a->x.label[i], tick_size, x < most ? x : most, b.y + b.height + 15, 0.5,
                     b.width);
    }
    for (size_t i = 0; i < a->y.ticks; i++)
        lp_draw_text(c, a->y.label[i], tick_size, b.x - 6, to_y(a, a->y.tick[i]) + 4, 1, b.x);
    lp_set_colour(cr, lp_ink);
    if (full_label(text, w->x_label, &a->x) != NULL)
        lp_draw_text(c, full_label(text, w->x_label, &a->x), label_size, b.x + b.width / 2,
                     b.y + b.height + 34, 0.5, b.width);
    if (full_label(text, w->y_label, &a->y) != NULL)
        lp_draw_text_upwards(c, full_label(text, w->y_label, &a->y), label_size,
                             b.x - 14 - widest_label(c, &a->y), b.y + b.height / 2, b.height);
    if (w->title != NULL)
        lp_draw_heading(c, w->title, panel_title_size, b.x, b.y - 7, 0, b.width);
}

// ---- scatter ----

enum { SAMPLES = 2 }; /* a pixel's side is that many cells of the decision grid */

static int sample_regions(const axes *a, const lp_scatter *s, size_t width, size_t height,
                          int *label, lp_error *e) {
    double *x = lp_alloc(width, 2 * sizeof *x, e);
    if (x == NULL)
        return -1;
    double *y = x + width;
    int failed = 0;
    for (size_t i = 0; i < height && !failed; i++) {
        for (size_t j = 0; j < width; j++) {
            x[j] = a->x.lo + (a->x.hi - a->x.lo) * (((double)j + 0.5) / (double)width);
            y[j] = a->y.hi - (a->y.hi - a->y.lo) * (((double)i + 0.5) / (double)height);
        }
        failed = s->decide(s->decide_context, width, x, y, label + i * width, e);
        for (size_t j = 0; j < width && !failed; j++)
            if (label[i * width + j] < 0 || (size_t)label[i * width + j] >= s->classes)
                failed = lp_fail(e, "drawing: the model decided for class %d of %zu",
                                 label[i * width + j], s->classes);
    }
    free(x);
    return failed;
}

/* True where a neighbour of the cell belongs to another class. */
static bool is_border(const int *label, size_t width, size_t height, size_t i, size_t j) {
    const int *at = label + i * width + j;
    return (j > 0 && at[-1] != *at) || (j + 1 < width && at[1] != *at) ||
           (i > 0 && at[-(ptrdiff_t)width] != *at) || (i + 1 < height && at[width] != *at);
}

static uint32_t pixel_of(lp_colour c) {
    return (uint32_t)(c.red * 255 + 0.5) << 16 | (uint32_t)(c.green * 255 + 0.5) << 8 |
           (uint32_t)(c.blue * 255 + 0.5);
}

/* The mean of the cells [i, i + size) x [j, j + size), tinted. */
static uint32_t tint(const int *label, size_t width, size_t height, size_t i, size_t j,
                     size_t size) {
    lp_colour sum = {0, 0, 0};
    for (size_t p = i; p < i + size; p++)
        for (size_t q = j; q < j + size; q++) {
            lp_colour cell = is_border(label, width, height, p, q)
                                 ? lp_faint
                                 : lp_colour_mix(lp_colour_of(label[p * width + q]), lp_white, 0.8);
            sum.red += cell.red;
            sum.green += cell.green;
            sum.blue += cell.blue;
        }
    double cells = (double)(size * size);
    return pixel_of((lp_colour){sum.red / cells, sum.green / cells, sum.blue / cells});
}

static int draw_regions(lp_canvas *c, const axes *a, const lp_scatter *s, lp_error *e) {
    size_t width = (size_t)a->box.width * SAMPLES, height = (size_t)a->box.height * SAMPLES;
    int *label = lp_alloc(width * height, sizeof *label, e);
    if (label == NULL || sample_regions(a, s, width, height, label, e)) {
        free(label);
        return -1;
    }
    // A PNG's pixels are the cells' means; an SVG keeps the cells, for whoever zooms in.
    size_t size = c->format == LP_PLOT_SVG ? 1 : SAMPLES;
    cairo_surface_t *picture =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)(width / size), (int)(height / size));
    int failed = 0;
    if (cairo_surface_status(picture) != CAIRO_STATUS_SUCCESS) {
        failed = lp_fail(e, "drawing: no memory for the decision regions");
    } else {
        unsigned char *to = cairo_image_surface_get_data(picture);
        size_t stride = (size_t)cairo_image_surface_get_stride(picture);
        for (size_t i = 0; i < height / size; i++)
            for (size_t j = 0; j < width / size; j++) {
                uint32_t pixel = tint(label, width, height, i * size, j * size, size);
                memcpy(to + i * stride + j * sizeof pixel, &pixel, sizeof pixel);
            }
        cairo_surface_mark_dirty(picture);
        cairo_save(c->cr);
        cairo_translate(c->cr, a->box.x, a->box.y);
        cairo_scale(c->cr, (double)size / SAMPLES, (double)size / SAMPLES);
        cairo_set_source_surface(c->cr, picture, 0, 0);
        cairo_pattern_set_filter(cairo_get_source(c->cr), CAIRO_FILTER_NEAREST);
        cairo_paint(c->cr);
        cairo_restore(c->cr);
    }
    cairo_surface_destroy(picture);
    free(label);
    return failed;
}

static int check_points(const lp_scatter *s, lp_error *e) {
    if (s->n == 0)
        return lp_fail(e, "drawing: there is no point to draw");
    for (size_t i = 0; i < s->n; i++) {
        if (!(fabs(s->x[i]) <= 1e300) || !(fabs(s->y[i]) <= 1e300))
            return lp_fail(e, "drawing: row %zu: (%g, %g) has no place on an axis", i, s->x[i],
                           s->y[i]);
        if (s->label != NULL && (s->label[i] < 0 || (size_t)s->label[i] >= s->classes))
            return lp_fail(e, "drawing: row %zu: label %d is outside the %zu classes", i,
                           s->label[i], s->classes);
    }
    return 0;
}

static void grow(double *min, double *max, double value) {
    *min = value < *min ? value : *min;
    *max = value > *max ? value : *max;
}

static void draw_points(lp_canvas *c, const axes *a, const lp_scatter *s) {
    double radius = s->n <= 300 ? 4.2 : s->n <= 3000 ? 3.2 : s->n <= 20000 ? 2.2 : 1.4;
    for (size_t i = 0; i < s->n; i++) {
        int class = s->label != NULL ? s->label[i] : 0;
        lp_draw_marker(c->cr, lp_marker_of(class), to_x(a, s->x[i]), to_y(a, s->y[i]), radius,
                       lp_colour_of(class), s->n <= 3000 ? 0.6 : 0);
    }
}

static int scatter_steps(lp_canvas *c, const lp_plot_frame *frame, const lp_scatter *s,
                         legend_entry *entry, lp_error *e) {
    size_t names = s->class_names != NULL ? s->classes : 0;
    for (size_t i = 0; i < names; i++)
        entry[i] =
            (legend_entry){s->class_names[i], lp_marker_of((int)i), -1, lp_colour_of((int)i)};
    lp_box place = head(c, frame, entry, names);
    axes_wish wish = {.x_min = s->x[0],
                      .x_max = s->x[0],
                      .y_min = s->y[0],
                      .y_max = s->y[0],
                      .x_pad = 0.05,
                      .y_pad = 0.05,
                      .equal_scale = s->equal_scale,
                      .x_label = frame->x_label,
                      .y_label = frame->y_label};
    for (size_t i = 0; i < s->n; i++) {
        grow(&wish.x_min, &wish.x_max, s->x[i]);
        grow(&wish.y_min, &wish.y_max, s->y[i]);
    }
    axes a;
    make_axes(c, &a, place, wish);
    if (s->decide != NULL && draw_regions(c, &a, s, e))
        return -1;
    draw_grid(c, &a);
    draw_labels(c, &a, &wish);
    draw_points(c, &a, s);
    return 0;
}

int lp_draw_scatter(FILE *out, const lp_plot_frame *frame, const lp_scatter *s, lp_error *e) {
    if (check_frame(frame, e) || check_points(s, e))
        return -1;
    lp_canvas c = {0};
    legend_entry *entry = lp_alloc(s->classes, sizeof *entry, e);
    int failed = entry == NULL ||
                 lp_canvas_open(&c, frame->format, frame->width, frame->height, e) ||
                 scatter_steps(&c, frame, s, entry, e) || lp_canvas_write(&c, out, e);
    lp_canvas_free(&c);
    free(entry);
    return failed ? -1 : 0;
}

// ---- curves ----

static bool is_drawn(const lp_panel *p, double x, double y) {
    return fabs(x) <= 1e300 && fabs(y) <= 1e300 && (!p->log_y || y > 0);
}

/* Gathers the ranges; false where there is no point. */
static bool panel_range(const lp_panel *p, axes_wish *w) {
    bool any = false;
    w->whole_x = true;
    for (size_t k = 0; k < p->curve_count; k++) {
        const lp_curve *curve = &p->curves[k];
        for (size_t i = 0; i < curve->n; i++) {
            double x = curve->x[i], y = curve->y[i];
            if (!is_drawn(p, x, y))
                continue;
            if (!any) {
                w->x_min = w->x_max = x;
                w->y_min = w->y_max = y;
            }
            any = true;
            grow(&w->x_min, &w->x_max, x);
            grow(&w->y_min, &w->y_max, y);
            w->whole_x = w->whole_x && floor(x) == x;
        }
    }
    return any;
}

/* One unbroken piece, points [from, to) of the curve. Of many points in one column of pixels only
 * the outermost are stroked, which looks the same and takes no longer than the picture is wide. */
static void draw_piece(lp_canvas *c, const axes *a, const lp_curve *curve, size_t from, size_t to) {
    cairo_t *cr = c->cr;
    size_t i = from;
    cairo_new_path(cr);
    while (i < to) {
        double x = to_x(a, curve->x[i]), first = to_y(a, curve->y[i]), last = first;
        double top = first, bottom = first;
        size_t column = i;
        while (++i < to && floor(to_x(a, curve->x[i]) * 2) == floor(x * 2)) {
            last = to_y(a, curve->y[i]);
            grow(&top, &bottom, last);
        }
        cairo_line_to(cr, x, first);
        if (i - column > 2) {
            cairo_line_to(cr, x, top);
            cairo_line_to(cr, x, bottom);
        }
        cairo_line_to(cr, x, last);
    }
    cairo_stroke(cr);
}

static void draw_curve(lp_canvas *c, const axes *a, const lp_panel *p, const lp_curve *curve,
                       size_t stagger) {
    cairo_t *cr = c->cr;
    lp_colour colour = lp_colour_of(curve->colour);
    size_t every = curve->n <= 30 ? 1 : curve->n / 10;
    for (size_t i = 0; i < curve->n;) {
        size_t from = i;
        while (i < curve->n && is_drawn(p, curve->x[i], curve->y[i]))
            i++;
        if (i > from) {
            lp_set_colour(cr, colour);
            cairo_set_line_width(cr, 1.8);
            cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
            set_dash(cr, curve->dash);
            draw_piece(c, a, curve, from, i);
            set_dash(cr, 0);
        }
        for (size_t k = from; k < i; k++)
            if (i - from == 1 || k % every == (stagger * every / 4) % every)
                lp_draw_marker(cr, lp_marker_of(curve->colour), to_x(a, curve->x[k]),
                               to_y(a, curve->y[k]), 3.2, colour, 0.6);
        while (i < curve->n && !is_drawn(p, curve->x[i], curve->y[i]))
            i++;
    }
}

/* Every name once, in order of appearance, as its colour; then every part once, as its dash. */
static size_t curve_entries(size_t panels, const lp_panel *panel, legend_entry *entry) {
    size_t n = 0;
    for (int parts = 0; parts < 2; parts++)
        for (size_t p = 0; p < panels; p++)
            for (size_t k = 0; k < panel[p].curve_count; k++) {
                const lp_curve *curve = &panel[p].curves[k];
                const char *name = parts ? curve->part : curve->name;
                if (name == NULL)
                    continue;
                legend_entry new = {name, parts ? -1 : lp_marker_of(curve->colour),
                                    parts ? curve->dash : 0,
                                    parts ? lp_faint : lp_colour_of(curve->colour)};
                size_t i = 0;
                while (i < n && (strcmp(entry[i].name, name) != 0 ||
                                 entry[i].marker != new.marker || entry[i].dash != new.dash))
                    i++;
                if (i == n)
                    entry[n++] = new;
            }
    return n;
}

static int curves_steps(lp_canvas *c, const lp_plot_frame *frame, size_t panels,
                        const lp_panel *panel, legend_entry *entry, lp_error *e) {
    lp_box place = head(c, frame, entry, curve_entries(panels, panel, entry));
    double width = place.width / (double)panels;
    for (size_t p = 0; p < panels; p++) {
        axes_wish wish = {.x_pad = 0.02,
                          .y_pad = 0.05,
                          .log_y = panel[p].log_y,
                          .title = panel[p].title,
                          .x_label = frame->x_label,
                          .y_label = panel[p].y_label};
        if (!panel_range(&panel[p], &wish))
            return lp_fail(e, "drawing: panel %s: there is no %s to draw",
                           panel[p].title != NULL ? panel[p].title : "without a title",
                           panel[p].log_y ? "positive value" : "finite value");
        axes a;
        make_axes(c, &a, (lp_box){place.x + width * (double)p, place.y, width, place.height}, wish);
        draw_grid(c, &a);
        draw_labels(c, &a, &wish);
        for (size_t k = 0; k < panel[p].curve_count; k++)
            draw_curve(c, &a, &panel[p], &panel[p].curves[k], k);
    }
    return 0;
}

int lp_draw_curves(FILE *out, const lp_plot_frame *frame, size_t panels, const lp_panel *panel,
                   lp_error *e) {
    if (check_frame(frame, e))
        return -1;
    if (panels < 1 || (size_t)frame->width / panels < LP_PLOT_MIN_SIDE)
        return lp_fail_usage(e, "drawing: %zu panels need a picture of another width", panels);
    size_t curves = 0;
    for (size_t p = 0; p < panels; p++)
        curves += panel[p].curve_count;
    lp_canvas c = {0};
    legend_entry *entry = lp_alloc(2 * curves, sizeof *entry, e);
    int failed = entry == NULL ||
                 lp_canvas_open(&c, frame->format, frame->width, frame->height, e) ||
                 curves_steps(&c, frame, panels, panel, entry, e) || lp_canvas_write(&c, out, e);
    lp_canvas_free(&c);
    free(entry);
    return failed ? -1 : 0;
}
