#include "draw/frame.h"

#include <math.h>
#include <string.h>

enum { SAMPLES = 2 }; /* a pixel's side is that many cells of the decision grid */

static int sample_regions(const lp_axes *a, const lp_scatter *s, size_t width, size_t height,
                          int *label, lp_error *e) {
    LP_CLEANUP(lp_free) double *x = lp_alloc(width, sizeof *x);
    LP_CLEANUP(lp_free) double *y = lp_alloc(width, sizeof *y);
    for (size_t j = 0; j < width; j++)
        x[j] = a->x.lo + (a->x.hi - a->x.lo) * (((double)j + 0.5) / (double)width);
    for (size_t i = 0; i < height; i++, label += width) {
        for (size_t j = 0; j < width; j++)
            y[j] = a->y.hi - (a->y.hi - a->y.lo) * (((double)i + 0.5) / (double)height);
        if (s->decide(s->decide_context, width, x, y, label, e))
            return -1;
        for (size_t j = 0; j < width; j++)
            if (label[j] < 0 || (size_t)label[j] >= s->classes)
                return lp_fail(e, "drawing: the model decided for class %d of %zu", label[j],
                               s->classes);
    }
    return 0;
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
            lp_colour cell =
                is_border(label, width, height, p, q)
                    ? lp_faint
                    : lp_colour_mix(lp_colour_of(label[p * width + q]), lp_white, 0.75);
            sum.red += cell.red;
            sum.green += cell.green;
            sum.blue += cell.blue;
        }
    double cells = (double)(size * size);
    return pixel_of((lp_colour){sum.red / cells, sum.green / cells, sum.blue / cells});
}

/* Draws the cells as a picture behind the points. A PNG's pixels are the cells' means; an SVG keeps
 * the cells, for a reader who zooms in. */
static int draw_cells(lp_canvas *c, lp_box box, const int *label, size_t width, size_t height,
                      lp_error *e) {
    size_t size = c->format == LP_PLOT_SVG ? 1 : SAMPLES;
    cairo_surface_t *picture =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)(width / size), (int)(height / size));
    unsigned char *to = cairo_image_surface_get_data(picture);
    if (to == NULL) {
        cairo_surface_destroy(picture);
        return lp_fail(e, "drawing: no memory for the decision regions");
    }
    size_t stride = (size_t)cairo_image_surface_get_stride(picture);
    for (size_t i = 0; i < height / size; i++)
        for (size_t j = 0; j < width / size; j++) {
            uint32_t pixel = tint(label, width, height, i * size, j * size, size);
            memcpy(to + i * stride + j * sizeof pixel, &pixel, sizeof pixel);
        }
    cairo_surface_mark_dirty(picture);
    cairo_save(c->cr);
    cairo_translate(c->cr, box.x, box.y);
    cairo_scale(c->cr, (double)size / SAMPLES, (double)size / SAMPLES);
    cairo_set_source_surface(c->cr, picture, 0, 0);
    cairo_pattern_set_filter(cairo_get_source(c->cr), CAIRO_FILTER_NEAREST);
    cairo_paint(c->cr);
    cairo_restore(c->cr);
    cairo_surface_destroy(picture);
    return 0;
}

static int draw_regions(lp_canvas *c, const lp_axes *a, const lp_scatter *s, lp_error *e) {
    size_t width = (size_t)a->box.width * SAMPLES, height = (size_t)a->box.height * SAMPLES;
    LP_CLEANUP(lp_free) int *label = lp_alloc(width * height, sizeof *label);
    if (sample_regions(a, s, width, height, label, e))
        return -1;
    return draw_cells(c, a->box, label, width, height, e);
}

static int check_points(const lp_scatter *s, lp_error *e) {
    if (s->n == 0)
        return lp_fail(e, "drawing: there is no point to draw");
    for (size_t i = 0; i < s->n; i++) {
        if (!(fabs(s->x[i]) <= 1e300) || !(fabs(s->y[i]) <= 1e300))
            return lp_fail(e, "drawing: row %zu: (%g, %g) has no place on an axis", i, s->x[i],
                           s->y[i]);
        if (s->value != NULL && !(fabs(s->value[i]) <= 1e300))
            return lp_fail(e, "drawing: row %zu: %s is %g, which has no colour", i, s->value_name,
                           s->value[i]);
        if (s->label != NULL && (s->label[i] < 0 || (size_t)s->label[i] >= s->classes))
            return lp_fail(e, "drawing: row %zu: label %d is outside the %zu classes", i,
                           s->label[i], s->classes);
    }
    return 0;
}

// ---- colour by a number ----

/* Dark to light over the share from 0 to 1, in order also for colour-blind readers and in grey
 * (Matplotlib's viridis, at five places). */
static lp_colour shade(double share) {
    static const lp_colour stop[] = {{0.267, 0.005, 0.329},
                                     {0.229, 0.322, 0.546},
                                     {0.128, 0.567, 0.551},
                                     {0.369, 0.789, 0.383},
                                     {0.993, 0.906, 0.144}};
    int i = share < 1 ? (int)(share * 4) : 3;
    return lp_colour_mix(stop[i], stop[i + 1], share * 4 - i);
}

static const lp_font tick_font = {.size = 11}, name_font = {.size = 12};
static const double bar_width = 14;

/* The range of the values as an axis, and the room at the right that its bar needs. */
static double make_bar(lp_canvas *c, lp_axis *axis, const lp_scatter *s) {
    double min = s->value[0], max = s->value[0], widest = 0;
    for (size_t i = 0; i < s->n; i++)
        lp_widen(&min, &max, s->value[i]);
    lp_axis_linear(axis, min, max, 0, 6, false);
    for (size_t i = 0; i < axis->ticks; i++)
        widest = fmax(widest, lp_text_width(c, axis->label[i], tick_font));
    return bar_width + widest + 40;
}

static void draw_bar(lp_canvas *c, const lp_axis *axis, const lp_scatter *s, lp_box beside) {
    cairo_t *cr = c->cr;
    double x = floor(beside.x + beside.width) + 14, bottom = beside.y + beside.height;
    char text[100];
    for (double y = beside.y; y < bottom; y++) {
        lp_set_colour(cr, shade((bottom - y) / beside.height));
        cairo_rectangle(cr, x, y, bar_width, fmin(1, bottom - y));
        cairo_fill(cr);
    }
    lp_set_colour(cr, lp_faint);
    for (size_t i = 0; i < axis->ticks; i++)
        lp_draw_text(c, axis->label[i], tick_font, x + bar_width + 5,
                     bottom - lp_axis_share(axis, axis->tick[i]) * beside.height + 4, 0, c->width);
    lp_set_colour(cr, lp_ink);
    snprintf(text, sizeof text, axis->base[0] != '\0' ? "%s (%s + …)" : "%s", s->value_name,
             axis->base);
    lp_draw_text_upwards(c, text, name_font, c->width - 10, beside.y + beside.height / 2,
                         beside.height);
}

static void draw_valued_points(lp_canvas *c, const lp_axes *a, const lp_axis *bar,
                               const lp_scatter *s, double radius) {
    for (size_t i = 0; i < s->n; i++)
        lp_draw_marker(c->cr, 0, lp_axes_x(a, s->x[i]), lp_axes_y(a, s->y[i]), radius,
                       shade(lp_axis_share(bar, s->value[i])), s->n <= 3000 ? 0.6 : 0);
}

static double radius_of(const lp_scatter *s) {
    return s->n <= 300 ? 4.2 : s->n <= 3000 ? 3.2 : s->n <= 20000 ? 2.2 : 1.4;
}

static int class_of(const lp_scatter *s, size_t i) {
    return s->label != NULL ? s->label[i] : 0;
}

static void draw_points(lp_canvas *c, const lp_axes *a, const lp_scatter *s) {
    double radius = radius_of(s);
    for (size_t i = 0; i < s->n; i++) {
        int class = class_of(s, i), set = s->set != NULL ? s->set[i] : 0;
        lp_draw_set_marker(c->cr, set, lp_marker_of(class), lp_axes_x(a, s->x[i]),
                           lp_axes_y(a, s->y[i]), radius, lp_colour_of(class),
                           s->n <= 3000 ? 0.6 : 0);
    }
}

static void join_points(lp_canvas *c, const lp_axes *a, const lp_scatter *s) {
    size_t classes = s->label != NULL ? s->classes : 1;
    for (size_t class = 0; class < classes; class ++) {
        cairo_new_path(c->cr);
        for (size_t i = 0; i < s->n; i++)
            if ((size_t)class_of(s, i) == class)
                cairo_line_to(c->cr, lp_axes_x(a, s->x[i]), lp_axes_y(a, s->y[i]));
        lp_set_colour(c->cr, lp_colour_of((int)class));
        cairo_set_line_width(c->cr, 1.8);
        cairo_stroke(c->cr);
    }
}

// ---- lines ----

/* Where the line meets the edges of the axes' box: its two ends in the picture; false where it
 * passes by. Liang and Barsky (1984), on the direction (b, -a) from the point of the line that is
 * nearest to the box's middle. */
static bool clip_line(const lp_axes *a, const lp_line *line, double end[4]) {
    double x = (a->x.lo + a->x.hi) / 2, y = (a->y.lo + a->y.hi) / 2;
    double norm = hypot(line->a, line->b), na = line->a / norm, nb = line->b / norm;
    double away = na * x + nb * y + line->c / norm, from = -INFINITY, to = INFINITY;
    x -= away * na;
    y -= away * nb;
    const double step[] = {-nb, nb, na, -na};
    const double room[] = {x - a->x.lo, a->x.hi - x, y - a->y.lo, a->y.hi - y};
    for (int edge = 0; edge < 4; edge++) {
        if (step[edge] == 0 && room[edge] < 0)
            return false;
        if (step[edge] < 0)
            from = fmax(from, room[edge] / step[edge]);
        if (step[edge] > 0)
            to = fmin(to, room[edge] / step[edge]);
    }
    if (!(from < to))
        return false;
    end[0] = lp_axes_x(a, x + from * nb);
    end[1] = lp_axes_y(a, y - from * na);
    end[2] = lp_axes_x(a, x + to * nb);
    end[3] = lp_axes_y(a, y - to * na);
    return true;
}

/* The colour and the dash of line i, after the classes' colours. */
static lp_colour line_colour(const lp_scatter *s, size_t i) {
    return lp_colour_of((int)((s->classes > 0 ? s->classes : 1) + i));
}

static void draw_lines(lp_canvas *c, const lp_axes *a, const lp_scatter *s) {
    double end[4];
    for (size_t i = 0; i < s->lines; i++) {
        if (!clip_line(a, &s->line[i], end))
            continue;
        lp_set_colour(c->cr, line_colour(s, i));
        cairo_set_line_width(c->cr, 2.4);
        lp_set_dash(c->cr, (int)i);
        cairo_move_to(c->cr, end[0], end[1]);
        cairo_line_to(c->cr, end[2], end[3]);
        cairo_stroke(c->cr);
        lp_set_dash(c->cr, 0);
    }
}

static void draw_diagonal(lp_canvas *c, const lp_axes *a) {
    double from = fmax(a->x.lo, a->y.lo), to = fmin(a->x.hi, a->y.hi);
    if (from >= to)
        return;
    lp_set_colour(c->cr, lp_faint);
    cairo_set_line_width(c->cr, 1.2);
    lp_set_dash(c->cr, 1);
    cairo_move_to(c->cr, lp_axes_x(a, from), lp_axes_y(a, from));
    cairo_line_to(c->cr, lp_axes_x(a, to), lp_axes_y(a, to));
    cairo_stroke(c->cr);
    lp_set_dash(c->cr, 0);
}

/* The legend: classes, sets, lines. */
static lp_box draw_head(lp_canvas *c, const lp_plot_frame *frame, const lp_scatter *s) {
    size_t classes = s->class_names != NULL ? s->classes : 0, n = 0;
    LP_CLEANUP(lp_free)
    lp_legend_entry *entry = lp_alloc(classes + s->sets + s->lines, sizeof *entry);
    for (size_t i = 0; i < classes; i++)
        entry[n++] =
            (lp_legend_entry){s->class_names[i], lp_marker_of((int)i), -1, lp_colour_of((int)i), 0};
    for (size_t i = 0; i < s->sets; i++)
        entry[n++] = (lp_legend_entry){s->set_names[i], 0, -1, lp_faint, (int)i};
    for (size_t i = 0; i < s->lines; i++)
        entry[n++] = (lp_legend_entry){s->line[i].name, -1, (int)i, line_colour(s, i), 0};
    return lp_frame_head(c, frame, entry, n);
}

static lp_axes_wish ranges_of(const lp_plot_frame *frame, const lp_scatter *s) {
    lp_axes_wish wish = {.x_min = s->x[0],
                         .x_max = s->x[0],
                         .y_min = s->y[0],
                         .y_max = s->y[0],
                         .x_pad = 0.05,
                         .y_pad = 0.05,
                         .equal_scale = s->equal_scale,
                         .x_label = frame->x_label,
                         .y_label = frame->y_label};
    wish.whole_x = s->joined;
    for (size_t i = 0; i < s->n; i++) {
        lp_widen(&wish.x_min, &wish.x_max, s->x[i]);
        lp_widen(&wish.y_min, &wish.y_max, s->y[i]);
        wish.whole_x = wish.whole_x && floor(s->x[i]) == s->x[i];
    }
    for (size_t i = 0; i < s->x_range.count; i++)
        lp_widen(&wish.x_min, &wish.x_max, s->x_range.item[i]);
    for (size_t i = 0; i < s->y_range.count; i++)
        lp_widen(&wish.y_min, &wish.y_max, s->y_range.item[i]);
    return wish;
}

static int draw_all(lp_canvas *c, const lp_plot_frame *frame, const lp_scatter *s, lp_error *e) {
    lp_box place = draw_head(c, frame, s);
    lp_axes_wish wish = ranges_of(frame, s);
    lp_axes a;
    lp_axis bar;
    if (s->value != NULL)
        place.width -= make_bar(c, &bar, s);
    lp_axes_make(c, &a, place, wish);
    if (s->decide != NULL && draw_regions(c, &a, s, e))
        return -1;
    lp_axes_draw(c, &a, &wish);
    if (s->diagonal)
        draw_diagonal(c, &a);
    if (s->joined)
        join_points(c, &a, s);
    draw_lines(c, &a, s);
    if (s->value == NULL) {
        draw_points(c, &a, s);
        return 0;
    }
    draw_valued_points(c, &a, &bar, s, radius_of(s));
    draw_bar(c, &bar, s, a.box);
    return 0;
}

int lp_draw_scatter(FILE *out, const lp_plot_frame *frame, const lp_scatter *s, lp_error *e) {
    LP_CLEANUP(lp_canvas_free) lp_canvas c = {0};
    if (check_points(s, e) || lp_frame_open(&c, frame, e) || draw_all(&c, frame, s, e))
        return -1;
    return lp_canvas_write(&c, out, e);
}
