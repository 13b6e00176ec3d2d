/* Plots with axes and text, through cairo: scatter plots and curves, as PNG, SVG or PDF. Text is
 * never clipped and the legend, in rows under the title, hides no point. */
#ifndef LP_DRAW_PLOT_H
#define LP_DRAW_PLOT_H

#include "base/error.h"
#include "base/values.h"

#include <stdio.h>

typedef enum { LP_PLOT_PNG, LP_PLOT_SVG, LP_PLOT_PDF } lp_plot_format;

/* The format that the ending of a path names, in upper or lower case; PNG for NULL and for a file
 * without an ending. Refused: any other ending. */
int lp_plot_format_of(lp_plot_format *format, const char *path, lp_error *e);

enum { LP_PLOT_MIN_SIDE = 200, LP_PLOT_MAX_SIDE = 8192 };

/* What both kinds share. NULL texts are left out. */
typedef struct {
    lp_plot_format format;
    lp_size size; /* in pixels, of which a PDF has 96 an inch */
    const char *title, *x_label, *y_label;
} lp_plot_frame;

/* The line a x + b y + c = 0, as far as it is within the axes. */
typedef struct {
    double a, b, c; /* a and b not both 0 */
    const char *name;
} lp_line;

/* Points in classes, each class with its own colour and marker (Okabe and Ito's palette, which
 * colour-blind readers can tell apart). Values are finite and within 1e300 of 0; any other value is
 * an error that names the point. An axis of equal values, or of one point, has them in its middle.
 */
typedef struct {
    size_t n;
    const double *x, *y; /* (n) */
    const int *label;    /* (n) 0 .. classes-1, or NULL: one class */
    size_t classes;
    const char *const *class_names; /* (classes), or NULL: no legend */
    bool equal_scale;               /* one unit is as long on both axes */
    bool joined;                    /* a line joins the points of each class in their order */
    lp_reals x_range, y_range; /* {from, to}, which the axes cover besides the points; or {0} */

    /* Which of several sets each point is from, told apart by filled markers, rings and dots: (n)
     * 0 .. sets-1, at most LP_SCATTER_SETS; or NULL: all filled. */
    const int *set;
    size_t sets;
    const char *const *set_names; /* (sets), in the legend */

    size_t lines;
    const lp_line *line; /* (lines), behind the points, each with its own colour and dash */

    /* A decision region behind the points, or NULL: for each cell of a grid over the axes'
     * ranges, decide() fills label[count] (0 .. classes-1) for count points. Regions are tinted in
     * their class's colour with a dark line where they meet: a perceptron's line. */
    int (*decide)(void *context, size_t count, const double *x, const double *y, int *label,
                  lp_error *e);
    void *decide_context;

    bool diagonal;       /* the line y = x behind the points */
    const double *value; /* (n), finite, or NULL: the points' colour, in place of their classes, */
    const char *value_name; /* with a bar of this name beside the axes */
} lp_scatter;

enum { LP_SCATTER_SETS = 3 };

int lp_draw_scatter(FILE *out, const lp_plot_frame *frame, const lp_scatter *scatter, lp_error *e);

/* Curves y over x, in one or more panels side by side that share the legend. */
typedef struct {
    const char *name; /* in the legend, for the colour; NULL: none */
    const char *part; /* in the legend, for the dash ("training", "validation"); NULL: none */
    int colour, dash; /* from 0; equal numbers look alike across panels; dash 0 is a solid line,
                         the others are thinner, paler and without markers */
    size_t n;
    const double *x, *y; /* (n); what is not finite, or not positive on a log axis, breaks the
                            line */
    const double *sd;    /* (n): a band from y - sd to y + sd is filled where both are finite; or
                            NULL */
    const double *kept;  /* an x at which the curve is ringed, with a line down to the axis: whose
                            model was kept; or NULL */
} lp_curve;

typedef struct {
    const char *title, *y_label;
    bool log_y;
    size_t curve_count;
    const lp_curve *curves;
    lp_reals y_range; /* {from, to}: the ends of the axis, beyond which nothing is drawn; or {0} */
} lp_panel;

/* Where solid curves run on each other, the covered ones show as bands beside the last. A panel
 * without any point to draw is an error that names it. */
int lp_draw_curves(FILE *out, const lp_plot_frame *frame, size_t panels, const lp_panel *panel,
                   lp_error *e);

#endif
