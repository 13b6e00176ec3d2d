#include "draw/frame.h"

#include <math.h>
#include <string.h>

static bool is_drawn(const lp_panel *p, double x, double y) {
    return fabs(x) <= 1e300 && fabs(y) <= 1e300 && (!p->log_y || y > 0);
}

/* The ends of the vertical axis, where they are given. */
static void take_range(const lp_panel *p, lp_axes_wish *w) {
    if (p->y_range.count != 2)
        return;
    w->y_min = p->y_range.item[0];
    w->y_max = p->y_range.item[1];
    w->y_pad = 0;
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
    take_range(p, w);
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

/* How a curve is drawn: one that is not solid thinner and paler. */
typedef struct {
    lp_colour colour;
    double width;
    bool markers;
} curve_look;

static curve_look look_of(int colour, int dash) {
    lp_colour own = lp_colour_of(colour);
    return dash == 0 ? (curve_look){own, 1.8, true}
                     : (curve_look){lp_colour_mix(own, lp_white, 0.35), 1.3, false};
}

/* True where the later curve has a point upon the earlier's point i; *from, its point to look from,
 * moves up. */
static bool is_covered(const lp_axes *a, const lp_panel *p, const lp_curve *earlier, size_t i,
                       const lp_curve *later, size_t *from) {
    double x = earlier->x[i], y = earlier->y[i];
    while (*from < later->n && later->x[*from] < x)
        ++*from;
    return *from < later->n && later->x[*from] == x && is_drawn(p, x, y) &&
           is_drawn(p, x, later->y[*from]) &&
           fabs(lp_axes_y(a, y) - lp_axes_y(a, later->y[*from])) < 1.5;
}

/* Where the later curve runs upon this one, for three points and more, a pale band in the colour of
 * this one, which shows beside it. Says whether there is any. */
static bool draw_casing(lp_canvas *c, const lp_axes *a, const lp_panel *p, const lp_curve *curve,
                        const lp_curve *later, double width) {
    bool any = false;
    lp_set_colour(c->cr, lp_colour_mix(lp_colour_of(curve->colour), lp_white, 0.45));
    cairo_set_line_width(c->cr, width);
    for (size_t i = 0, from = 0; i < curve->n; i++) {
        size_t begin = i;
        while (i < curve->n && is_covered(a, p, curve, i, later, &from))
            i++;
        if (i < begin + 3)
            continue;
        draw_piece(c, a, curve, begin, i);
        any = true;
    }
    return any;
}

/* The casings of the solid curves, the wider the more curves lie upon one. */
static void draw_casings(lp_canvas *c, const lp_axes *a, const lp_panel *p) {
    for (size_t k = 0; k < p->curve_count; k++) {
        double width = 5;
        for (size_t i = k + 1; i < p->curve_count; i++)
            if (p->curves[k].dash == 0 && p->curves[i].dash == 0 &&
                draw_casing(c, a, p, &p->curves[k], &p->curves[i], width))
                width += 3.2;
    }
}

/* A ring on the curve at the x that was kept, and a line from it down to the axis. */
static void draw_kept(lp_canvas *c, const lp_axes *a, const lp_panel *p, const lp_curve *curve) {
    for (size_t i = 0; curve->kept != NULL && i < curve->n; i++) {
        if (curve->x[i] != *curve->kept || !is_drawn(p, curve->x[i], curve->y[i]))
            continue;
        double x = lp_axes_x(a, curve->x[i]), y = lp_axes_y(a, curve->y[i]);
        lp_set_colour(c->cr, lp_colour_of(curve->colour));
        cairo_set_line_width(c->cr, 1.2);
        lp_set_dash(c->cr, 2);
        cairo_move_to(c->cr, x, y + 7);
        cairo_line_to(c->cr, x, a->box.y + a->box.height);
        cairo_stroke(c->cr);
        lp_set_dash(c->cr, 0);
        lp_draw_ring(c->cr, 0, x, y, 7, lp_colour_of(curve->colour));
    }
}

static void draw_curve(lp_canvas *c, const lp_axes *a, const lp_panel *p, size_t number) {
    cairo_t *cr = c->cr;
    const lp_curve *curve = &p->curves[number];
    curve_look look = look_of(curve->colour, curve->dash);
    size_t every = curve->n <= 30 ? 1 : curve->n / 10;
    for (size_t i = 0; i < curve->n;) {
        size_t from = i;
        while (i < curve->n && is_drawn(p, curve->x[i], curve->y[i]))
            i++;
        if (i > from) {
            lp_set_colour(cr, look.colour);
            cairo_set_line_width(cr, look.width);
            cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
            lp_set_dash(cr, curve->dash);
            draw_piece(c, a, curve, from, i);
            lp_set_dash(cr, 0);
        }
        for (size_t k = from; k < i; k++)
            if (i - from == 1 || (look.markers && k % every == (number * every / 4) % every))
                lp_draw_marker(cr, lp_marker_of(curve->colour), lp_axes_x(a, curve->x[k]),
                               lp_axes_y(a, curve->y[k]), 3.2, look.colour, 0.6);
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
                /* A run alone has no parts' entries: its curves' names stand for their dashes. */
                int dash = parts || curve->part == NULL ? curve->dash : 0;
                curve_look look = look_of(curve->colour, dash);
                lp_legend_entry new = {name,
                                       !parts && look.markers ? lp_marker_of(curve->colour) : -1,
                                       dash, parts ? lp_faint : look.colour, 0};
                size_t i = 0;
                while (i < n && (strcmp(entry[i].name, name) != 0 ||
                                 entry[i].marker != new.marker || entry[i].dash != new.dash))
                    i++;
                if (i == n)
                    entry[n++] = new;
            }
    for (size_t p = 0; p < panels; p++)
        for (size_t k = 0; k < panel[p].curve_count; k++)
            if (panel[p].curves[k].kept != NULL) {
                entry[n++] = (lp_legend_entry){"the model that was kept", 0, -1, lp_faint, 1};
                return n;
            }
    return n;
}

static lp_box draw_legend(lp_canvas *c, const lp_plot_frame *frame, size_t panels,
                          const lp_panel *panel) {
    size_t curves = 0;
    for (size_t p = 0; p < panels; p++)
        curves += panel[p].curve_count;
    LP_CLEANUP(lp_free) lp_legend_entry *entry = lp_alloc(2 * curves + 1, sizeof *entry);
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
    cairo_save(c->cr);
    if (p->y_range.count == 2) {
        cairo_rectangle(c->cr, a.box.x, a.box.y, a.box.width, a.box.height);
        cairo_clip(c->cr);
    }
    for (size_t k = 0; k < p->curve_count; k++)
        if (p->curves[k].sd != NULL)
            draw_band(c, &a, p, &p->curves[k]);
    // The solid ones lie above the others.
    for (int solid = 0; solid < 2; solid++) {
        if (solid)
            draw_casings(c, &a, p);
        for (size_t k = 0; k < p->curve_count; k++)
            if ((p->curves[k].dash == 0) == solid)
                draw_curve(c, &a, p, k);
    }
    for (size_t k = 0; k < p->curve_count; k++)
        draw_kept(c, &a, p, &p->curves[k]);
    cairo_restore(c->cr);
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
