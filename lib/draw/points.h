/* What plot-scatter draws, out of a stream: two columns of a tensor, and the rows' classes. */
#ifndef LP_DRAW_POINTS_H
#define LP_DRAW_POINTS_H

#include "base/error.h"
#include "base/values.h"
#include "draw/plot.h"
#include "io/stream.h"
#include "learn/model.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    size_t n;
    double *x, *y; /* (n) */
    int *label;    /* (n), NULL without classes */
    size_t classes;
    char **class_name; /* (classes) */
    char *x_name, *y_name;
    size_t x_column, y_column, columns;
} lp_points;

/* The rows of the tensors named `of` ([n, ...], numbers; all of the same columns), one after the
 * other; without any name x, or else x_train and x_test. `x` and `y` say which two columns: a
 * number from 0, or a name from the stream's `features`. An axis is named by its feature, or as
 * NumPy would write the column: "u[:, 0]".
 *
 * Rows are classed by y (x_train's by y_train, x_test's by y_test), whole numbers [n] or one-hot
 * rows [n, k], unless `plain` or where there is no such tensor; the classes are named by the
 * stream's `classes`, or "class 0", .... Freed with lp_points_free. */
int lp_points_read(lp_points *p, lp_stream *s, const lp_texts *of, const char *x, const char *y,
                   bool plain, lp_error *e);

void lp_points_free(lp_points *p);

/* The regions in which a model decides for each class. lp_regions_read takes the stream's model:
 * it has to take two columns, the two that are drawn. Classes that the model tells apart and the
 * points do not have are added to p. lp_regions_decide is what lp_scatter.decide wants, with the
 * lp_regions as its context. Freed with lp_regions_free. */
typedef struct {
    lp_model model;
    bool swapped; /* the first axis is the model's second column */
} lp_regions;

int lp_regions_read(lp_regions *r, lp_stream *s, lp_points *p, lp_error *e);
int lp_regions_decide(void *regions, size_t count, const double *x, const double *y, int *label,
                      lp_error *e);
void lp_regions_free(lp_regions *r);

#endif
