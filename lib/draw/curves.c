#include "draw/frame.h"

#include <math.h>
#include <string.h>

static bool is_drawn(const lp_panel *p, double x, double y) {
    return fabs(x) <= 1e300 && fabs(y) <= 1e300 && (!p->log_y || y > 0);
}

/* Gathers the ranges; false without any point. */
static bool panel_range(const lp_panel *p, lp_axes_wish *w) {
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
            lp_widen(&w->x_min, &w->x_max, x);
            for (int side = -1; side <= 1; side++) {
                double edge = y + side * (curve->sd != NULL ? curve->sd[i] : 0);
                if (is_drawn(p, x, edge))
                    lp_widen(&w->y_min, &w->y_max, edge);
            }
            w->whole_x = w->whole_x && floor(x) == x;
        }
    }
    return any;
}

/* One unbroken piece, points [from, to) of the curve. Of many points in one column of pixels only
 * the outermost are stroked, which looks the same and takes no longer than the picture is wide. */
static void draw_piece(lp_canvas *c, const lp_axes *a, const lp_curve *curve, size_t from,
                       size_t to) {
    cairo_t *cr = c->cr;
    size_t i = from;
    cairo_new_path(cr);
    while (i < to) {
        double x = lp_axes_x(a, curve->x[i]), first = lp_axes_y(a, curve->y[i]), last = first;
        double top = first, bottom = first;
        size_t column = i;
        while (++i < to && floor(lp_axes_x(a, curve->x[i]) * 2) == floor(x * 2)) {
            last = lp_axes_y(a, curve->y[i]);
            lp_widen(&top, &bottom, last);
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

static bool has_band(const lp_panel *p, const lp_curve *c, size_t i) {
    return is_drawn(p, c->x[i], c->y[i]) && is_drawn(p, c->x[i], c->y[i] + c->sd[i]);
}

/* The lower edge of a band; on a logarithmic axis it may lie below the axis, where it is cut. */
static double low_edge(const lp_axes *a, const lp_panel *p, const lp_curve *curve, size_t i) {
    double low = curve->y[i] - curve->sd[i], bottom = a->box.y + a->box.height;
    return is_drawn(p, curve->x[i], low) ? fmin(lp_axes_y(a, low), bottom) : bottom;
}

/* The band of a curve: there along its upper edge, and back along its lower one. */
static void draw_band(lp_canvas *c, const lp_axes *a, const lp_panel *p, const lp_curve *curve) {
    cairo_t *cr = c->cr;
    lp_colour colour = lp_colour_of(curve->colour);
    for (size_t i = 0; i < curve->n;) {
        size_t from = i;
        while (i < curve->n && has_band(p, curve, i))
            i++;
        cairo_new_path(cr);
        for (size_t k = from; k < i; k++)
            cairo_line_to(cr, lp_axes_x(a, curve->x[k]), lp_axes_y(a, curve->y[k] + curve->sd[k]));
        for (size_t k = i; k-- > from;)
            cairo_line_to(cr, lp_axes_x(a, curve->x[k]), low_edge(a, p, curve, k));
        cairo_set_source_rgba(cr, colour.red, colour.green, colour.blue, 0.18);
        cairo_fill(cr);
        while (i < curve->n && !has_band(p, curve, i))
            i++;
    }
}

static void draw_curve(lp_canvas *c, const lp_axes *a, const lp_panel *p, const lp_curve *curve,
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
            lp_set_dash(cr, curve->dash);
            draw_piece(c, a, curve, from, i);
            lp_set_dash(cr, 0);
        }
        for (size_t k = from; k < i; k++)
            if (i - from == 1 || k % every == (stagger * every / 4) % every)
                lp_draw_marker(cr, lp_marker_of(curve->colour), lp_axes_x(a, curve->x[k]),
                               lp_axes_y(a, curve->y[k]), 3.2, colour, 0.6);
        while (i < curve->n && !is_drawn(p, curve->x[i], curve->y[i]))
            i++;
    }
}

/* Every name once, in order of appearance, as its colour; then every part once, as its dash. */
static size_t curve_entries(size_t panels, const lp_panel *panel, lp_legend_entry *entry) {
    size_t n = 0;
    for (int parts = 0; parts < 2; parts++)
        for (size_t p = 0; p < panels; p++)
            for (size_t k = 0; k < panel[p].curve_count; k++) {
                const lp_curve *curve = &panel[p].curves[k];
                const char *name = parts ? curve->part : curve->name;
                if (name == NULL)
                    continue;
                lp_legend_entry new = {name, parts ? -1 : lp_marker_of(curve->colour),
                                       parts ? curve->dash : 0,
                                       parts ? lp_faint : lp_colour_of(curve->colour), 0};
                size_t i = 0;
                while (i < n && (strcmp(entry[i].name, name) != 0 ||
                                 entry[i].marker != new.marker || entry[i].dash != new.dash))
                    i++;
                if (i == n)
                    entry[n++] = new;
            }
    return n;
}

static lp_box draw_legend(lp_canvas *c, const lp_plot_frame *frame, size_t panels,
                          const lp_panel *panel) {
    size_t curves = 0;
    for (size_t p = 0; p < panels; p++)
        curves += panel[p].curve_count;
    LP_CLEANUP(lp_free) lp_legend_entry *entry = lp_alloc(2 * curves, sizeof *entry);
    return lp_frame_head(c, frame, entry, curve_entries(panels, panel, entry));
}

static int draw_panel(lp_canvas *c, const lp_plot_frame *frame, const lp_panel *p, lp_box place,
                      lp_error *e) {
    lp_axes_wish wish = {.x_pad = 0.02,
                         .y_pad = 0.05,
                         .log_y = p->log_y,
                         .title = p->title,
                         .x_label = frame->x_label,
                         .y_label = p->y_label};
    if (!panel_range(p, &wish))
        return lp_fail(e, "drawing: panel %s: there is no %s value to draw",
                       p->title != NULL ? p->title : "without a title",
                       p->log_y ? "positive" : "finite");
    lp_axes a;
    lp_axes_make(c, &a, place, wish);
    lp_axes_draw(c, &a, &wish);
    for (size_t k = 0; k < p->curve_count; k++)
        if (p->curves[k].sd != NULL)
            draw_band(c, &a, p, &p->curves[k]);
    for (size_t k = 0; k < p->curve_count; k++)
        draw_curve(c, &a, p, &p->curves[k], k);
    return 0;
}

int lp_draw_curves(FILE *out, const lp_plot_frame *frame, size_t panels, const lp_panel *panel,
                   lp_error *e) {
    LP_CLEANUP(lp_canvas_free) lp_canvas c = {0};
    if (panels < 1 || frame->size.width / panels < LP_PLOT_MIN_SIDE)
        return lp_fail_usage(e, "drawing: %zu panels need a picture of another width", panels);
    if (lp_frame_open(&c, frame, e))
        return -1;
    lp_box place = draw_legend(&c, frame, panels, panel);
    place.width /= (double)panels;
    double left = place.x;
    for (size_t p = 0; p < panels; p++) {
        place.x = left + place.width * (double)p;
        if (draw_panel(&c, frame, &panel[p], place, e))
            return -1;
    }
    return lp_canvas_write(&c, out, e);
}
