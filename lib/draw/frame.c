#include "draw/frame.h"

#include <math.h>
#include <string.h>
#include <strings.h>

static const double outer = 14, line_height = 20;
static const lp_font title_font = {15, true}, panel_font = {12.5, true}, label_font = {12, false},
                     tick_font = {11, false}, legend_font = {12, false};

int lp_plot_format_of(lp_plot_format *format, const char *path, lp_error *e) {
    const char *folder = path != NULL ? strrchr(path, '/') : NULL;
    const char *name = folder != NULL ? folder + 1 : path;
    const char *ending = name != NULL ? strrchr(name, '.') : NULL;
    *format = LP_PLOT_PNG;
    if (ending == NULL || strcasecmp(ending, ".png") == 0)
        return 0;
    *format = strcasecmp(ending, ".svg") == 0 ? LP_PLOT_SVG : LP_PLOT_PDF;
    if (*format == LP_PLOT_SVG || strcasecmp(ending, ".pdf") == 0)
        return 0;
    return lp_fail_usage(e, "option --output: %s: pictures end in .png, .svg or .pdf, not in %s",
                         path, ending);
}

int lp_frame_open(lp_canvas *c, const lp_plot_frame *frame, lp_error *e) {
    size_t width = frame->size.width, height = frame->size.height;
    *c = (lp_canvas){0};
    if (width < LP_PLOT_MIN_SIDE || height < LP_PLOT_MIN_SIDE || width > LP_PLOT_MAX_SIDE ||
        height > LP_PLOT_MAX_SIDE)
        return lp_fail_usage(e, "drawing: a picture of %zu x %zu is out of range (%d to %d a side)",
                             width, height, LP_PLOT_MIN_SIDE, LP_PLOT_MAX_SIDE);
    return lp_canvas_open(c, frame->format, (int)width, (int)height, e);
}

// ---- the legend: entries in rows, as many as fit, the rest counted ----

void lp_set_dash(cairo_t *cr, int dash) {
    static const double pattern[3][4] = {{6, 4}, {1.5, 3}, {8, 3, 1.5, 3}};
    int i = dash % 4;
    cairo_set_dash(cr, i ? pattern[i - 1] : NULL, i == 0 ? 0 : i == 3 ? 4 : 2, 0);
}

void lp_draw_set_marker(cairo_t *cr, int set, int marker, double x, double y, double radius,
                        lp_colour colour, double outline) {
    if (set == 1)
        lp_draw_ring(cr, marker, x, y, radius, colour);
    else
        lp_draw_marker(cr, marker, x, y, set == 2 ? radius / 2 : radius, colour, outline);
}

static void draw_entry(lp_canvas *c, const lp_legend_entry *entry, double x, double y,
                       double symbol, double room) {
    if (entry->dash >= 0) {
        lp_set_colour(c->cr, entry->colour);
        cairo_set_line_width(c->cr, 2);
        lp_set_dash(c->cr, entry->dash);
        cairo_move_to(c->cr, x, y - 4);
        cairo_line_to(c->cr, x + symbol, y - 4);
        cairo_stroke(c->cr);
        lp_set_dash(c->cr, 0);
    }
    if (entry->marker >= 0)
        lp_draw_set_marker(c->cr, entry->set, entry->marker, x + symbol / 2, y - 4, 4.5,
                           entry->colour, 0);
    lp_set_colour(c->cr, lp_ink);
    lp_draw_text(c, entry->name, legend_font, x + symbol + 6, y, 0, room);
}

/* Draws n entries within the box; returns the height that they take. */
static double legend(lp_canvas *c, const lp_legend_entry *entry, size_t n, lp_box box) {
    const double gap = 18;
    double x = box.x, y = box.y + line_height - 5, more_width;
    size_t rows = (size_t)(box.height / line_height), row = 1;
    char more[40];
    for (size_t i = 0; i < n; i++) {
        double symbol = entry[i].dash >= 0 ? 26 : 10, room = box.width - symbol - 6;
        double width = symbol + 6 + lp_text_width(c, entry[i].name, legend_font);
        if (width > box.width)
            width = box.width;
        // On the last row room is kept for what counts the rest, while there is a rest.
        snprintf(more, sizeof more, "+ %zu more", n - i);
        more_width = lp_text_width(c, more, legend_font);
        if (x > box.x && x + width > box.x + box.width) {
            if (row == rows)
                break;
            row++;
            x = box.x;
            y += line_height;
        }
        if (row == rows && i + 1 < n && x > box.x &&
            x + width + gap + more_width > box.x + box.width) {
            lp_set_colour(c->cr, lp_faint);
            lp_draw_text(c, more, legend_font, x, y, 0, more_width + 1);
            break;
        }
        draw_entry(c, &entry[i], x, y, symbol, room);
        x += width + gap;
    }
    return n > 0 ? (double)row * line_height + 2 : 0;
}

lp_box lp_frame_head(lp_canvas *c, const lp_plot_frame *frame, const lp_legend_entry *entry,
                     size_t n) {
    lp_box box = {outer, outer, c->width - 2 * outer, c->height - 2 * outer};
    if (frame->title != NULL && frame->title[0] != '\0') {
        lp_set_colour(c->cr, lp_ink);
        lp_draw_title(c, frame->title, title_font, box.x, box.y + 12, box.width);
        box.y += 22;
        box.height -= 22;
    }
    lp_box place = {box.x, box.y, box.width, box.height / 3};
    double height = legend(c, entry, n, place);
    box.y += height + 6;
    box.height -= height + 6;
    return box;
}

// ---- axes ----

static double widest_label(lp_canvas *c, const lp_axis *axis) {
    double widest = 0;
    for (size_t i = 0; i < axis->ticks; i++) {
        double width = lp_text_width(c, axis->label[i], tick_font);
        widest = width > widest ? width : widest;
    }
    return widest;
}

/* An x axis whose labels keep apart. */
static void make_x(lp_canvas *c, lp_axes *a, const lp_axes_wish *w) {
    for (size_t wanted = (size_t)(a->box.width / 60) + 1; wanted > 0; wanted--) {
        lp_axis_linear(&a->x, w->x_min, w->x_max, w->x_pad, wanted, w->whole_x);
        if (widest_label(c, &a->x) * 1.3 + 6 <= a->box.width / (double)(wanted + 1) ||
            a->x.ticks <= 2)
            return;
    }
}

static void make_y(lp_axes *a, const lp_axes_wish *w) {
    size_t wanted = (size_t)(a->box.height / 50) + 1;
    if (w->log_y)
        lp_axis_log(&a->y, w->y_min, w->y_max, w->y_pad, wanted);
    else
        lp_axis_linear(&a->y, w->y_min, w->y_max, w->y_pad, wanted, false);
}

/* Widens a range about its middle, so that `length` pixels hold `unit` of it each. */
static void widen(const lp_axis *axis, double length, double unit, double *min, double *max,
                  double *pad) {
    double middle = axis->lo / 2 + axis->hi / 2, half = unit * length / 2;
    *min = middle - half;
    *max = middle + half;
    *pad = 0;
}

/* Widens one range so that a unit is as long on both axes. */
static void equalise(const lp_axes *a, lp_axes_wish *w) {
    double x = (a->x.hi - a->x.lo) / a->box.width, y = (a->y.hi - a->y.lo) / a->box.height;
    if (x > y)
        widen(&a->y, a->box.height, x, &w->y_min, &w->y_max, &w->y_pad);
    else
        widen(&a->x, a->box.width, y, &w->x_min, &w->x_max, &w->x_pad);
}

void lp_axes_make(lp_canvas *c, lp_axes *a, lp_box place, lp_axes_wish w) {
    double top = w.title != NULL ? 20 : 6;
    double bottom = 20 + (w.x_label != NULL ? 20 : 0), left = 0, right = 8;
    *a = (lp_axes){.box = place};
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

double lp_axes_x(const lp_axes *a, double x) {
    return a->box.x + lp_axis_share(&a->x, x) * a->box.width;
}

double lp_axes_y(const lp_axes *a, double y) {
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

static void draw_grid(lp_canvas *c, const lp_axes *a) {
    cairo_t *cr = c->cr;
    lp_box b = a->box;
    cairo_set_line_width(cr, 1);
    cairo_set_source_rgba(cr, 0, 0, 0, 0.04);
    for (size_t i = 0; i < a->y.minors; i++)
        line(cr, b.x, sharp(lp_axes_y(a, a->y.minor[i])), b.x + b.width,
             sharp(lp_axes_y(a, a->y.minor[i])));
    cairo_set_source_rgba(cr, 0, 0, 0, 0.10);
    for (size_t i = 0; i < a->x.ticks; i++)
        line(cr, sharp(lp_axes_x(a, a->x.tick[i])), b.y, sharp(lp_axes_x(a, a->x.tick[i])),
             b.y + b.height);
    for (size_t i = 0; i < a->y.ticks; i++)
        line(cr, b.x, sharp(lp_axes_y(a, a->y.tick[i])), b.x + b.width,
             sharp(lp_axes_y(a, a->y.tick[i])));
}

/* The label of an axis, with what its ticks leave out. */
static const char *full_label(char text[700], const char *label, const lp_axis *axis) {
    if (axis->base[0] == '\0')
        return label;
    snprintf(text, 700, "%s%s%s + …%s", label != NULL ? label : "", label != NULL ? " (" : "",
             axis->base, label != NULL ? ")" : "");
    return text;
}

static void draw_labels(lp_canvas *c, const lp_axes *a, const lp_axes_wish *w) {
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
        double half = lp_text_width(c, a->x.label[i], tick_font) / 2,
               x = lp_axes_x(a, a->x.tick[i]);
        double max = b.x + b.width + 12 - half;
        lp_draw_text(c, a->x.label[i], tick_font, x < max ? x : max, b.y + b.height + 15, 0.5,
                     b.width);
    }
    for (size_t i = 0; i < a->y.ticks; i++)
        lp_draw_text(c, a->y.label[i], tick_font, b.x - 6, lp_axes_y(a, a->y.tick[i]) + 4, 1, b.x);
    lp_set_colour(cr, lp_ink);
    if (full_label(text, w->x_label, &a->x) != NULL)
        lp_draw_text(c, full_label(text, w->x_label, &a->x), label_font, b.x + b.width / 2,
                     b.y + b.height + 34, 0.5, b.width);
    if (full_label(text, w->y_label, &a->y) != NULL)
        lp_draw_text_upwards(c, full_label(text, w->y_label, &a->y), label_font,
                             b.x - 14 - widest_label(c, &a->y), b.y + b.height / 2, b.height);
    if (w->title != NULL)
        lp_draw_text(c, w->title, panel_font, b.x, b.y - 7, 0, b.width);
}

void lp_axes_draw(lp_canvas *c, const lp_axes *a, const lp_axes_wish *w) {
    draw_grid(c, a);
    draw_labels(c, a, w);
}
