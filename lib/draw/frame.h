/* What every plot has: title, legend and axes. Used inside this room only. */
#ifndef LP_DRAW_FRAME_H
#define LP_DRAW_FRAME_H

#include "draw/axis.h"
#include "draw/canvas.h"
#include "draw/plot.h"

/* A canvas of the frame's size; freed with lp_canvas_free, also after a failure. */
int lp_frame_open(lp_canvas *c, const lp_plot_frame *frame, lp_error *e);

typedef struct {
    const char *name;
    int marker; /* -1: none */
    int dash;   /* -1: no line */
    lp_colour colour;
    int set; /* whose look the marker has; 0: filled */
} lp_legend_entry;

/* The marker of a point of one of LP_SCATTER_SETS sets: filled, with an outline as lp_draw_marker
 * draws it, a ring, or a dot. */
void lp_draw_set_marker(cairo_t *cr, int set, int marker, double x, double y, double radius,
                        lp_colour colour, double outline);

/* Draws the title and the legend, as many entries as fit, the rest counted; returns what is left of
 * the picture for the panels. */
lp_box lp_frame_head(lp_canvas *c, const lp_plot_frame *frame, const lp_legend_entry *entry,
                     size_t n);

/* Dash 0 is a solid line. */
void lp_set_dash(cairo_t *cr, int dash);

/* What the axes have to show. */
typedef struct {
    double x_min, x_max, y_min, y_max, x_pad, y_pad;
    bool log_y, whole_x, equal_scale;
    const char *title, *x_label, *y_label;
} lp_axes_wish;

typedef struct {
    lp_axis x, y;
    lp_box box; /* whole pixels */
} lp_axes;

/* Fits axes with their labels into the place. */
void lp_axes_make(lp_canvas *c, lp_axes *a, lp_box place, lp_axes_wish w);

/* Draws the grid, the border and the labels. */
void lp_axes_draw(lp_canvas *c, const lp_axes *a, const lp_axes_wish *w);

/* Where a value lies in the picture. */
double lp_axes_x(const lp_axes *a, double x);
double lp_axes_y(const lp_axes *a, double y);

/* Widens [*min, *max] so that it holds the value. */
static inline void lp_widen(double *min, double *max, double value) {
    *min = value < *min ? value : *min;
    *max = value > *max ? value : *max;
}

#endif
