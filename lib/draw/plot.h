/* Plots with axes and text, through cairo: scatter plots and curves, as PNG or SVG. */
#ifndef LP_DRAW_PLOT_H
#define LP_DRAW_PLOT_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

typedef enum { LP_PLOT_PNG, LP_PLOT_SVG } lp_plot_format;

/* What both kinds share. NULL texts are left out. Sizes in pixels (PNG) or points (SVG). */
typedef struct {
    lp_plot_format format;
    int width, height;
    const char *title, *x_label, *y_label;
} lp_plot_frame;

/* Points in classes, each class with its own colour and marker (Okabe and Ito's palette, told
 * apart by colour-blind readers). */
typedef struct {
    size_t n;
    const double *x, *y; /* (n) */
    const int *label;    /* (n) 0 .. classes-1, or NULL: one class */
    size_t classes;
    const char *const *class_names; /* (classes), or NULL: no legend */
    bool equal_scale;               /* one unit is as long on both axes */

    /* A decision region behind the points, or NULL: for each cell of a grid over the axes'
     * ranges, decide() fills label[count] for count points. */
    int (*decide)(void *context, size_t count, const double *x, const double *y, int *label,
                  lp_error *e);
    void *decide_context;
} lp_scatter;

int lp_draw_scatter(FILE *out, const lp_plot_frame *frame, const lp_scatter *scatter, lp_error *e);

/* Curves y over x, in one or more panels side by side that share the legend. */
typedef struct {
    const char *name; /* in the legend */
    size_t n;
    const double *x, *y; /* (n); NaN breaks the line */
    int style;           /* colour and dash: equal numbers look alike across panels */
} lp_curve;

typedef struct {
    const char *title, *y_label;
    bool log_y;
    size_t curve_count;
    const lp_curve *curves;
} lp_panel;

int lp_draw_curves(FILE *out, const lp_plot_frame *frame, size_t panels, const lp_panel *panel,
                   lp_error *e);

#endif
