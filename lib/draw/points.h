/* What plot-scatter draws, out of a stream: two columns of a tensor, and the rows' classes. */
#ifndef LP_DRAW_POINTS_H
#define LP_DRAW_POINTS_H

#include "base/error.h"
#include "base/memory.h"
#include "base/values.h"
#include "draw/plot.h"
#include "io/stream.h"
#include "learn/model.h"

typedef struct {
    lp_texts of;        /* tensors [n, ...] of numbers and of the same columns, one after the other;
                           none: x, or else x_train and x_test. Or one pair "A,B" of tensors of
                           one shape, [n] or [n, m], A's elements along x and B's along y */
    const char *x, *y;  /* two columns: numbers from 0, or names from the stream's features */
    const char *colour; /* in place of classes: y (of x_train y_train, ...), or a column as above;
                           NULL: none */
    bool plain;         /* without classes */
    bool equal;         /* a unit is as long on both axes */
    bool join;          /* a line joins the points of each class in their order */
    lp_reals x_range, y_range; /* {from, to}, which the axes cover besides the points; or {0} */
    bool by_tensor;            /* which tensor a point is of shows in its marker */
    lp_texts name;             /* of the tensors, in the legend; none: their own */
    bool boundary; /* with the regions in which the stream's model decides for each class */
} lp_points_options;

/* The points, in an arena of their own. */
typedef struct {
    lp_arena arena;
    lp_scatter scatter;
    const char *x_name, *y_name; /* the features, or as NumPy would write them: "u[:, 0]" */
    size_t x_column, y_column, columns;
    lp_schema data;       /* what describes the data that is drawn */
    lp_model model;       /* whose regions are drawn */
    size_t taken[2];      /* the columns that it takes, in their order */
    lp_schema taken_data; /* what describes these */
} lp_points;

/* Rows are classed by y (x_train's by y_train, and so on; data/classes.h says what labels are),
 * unless `plain` or where there is no such tensor. The classes of all of the stream's labels are
 * numbered together, and called "class 0", ... where they have no names.
 *
 * Of a pair every column is a class, if there are several, and the diagonal is drawn: targets
 * against predictions lie on it where they agree.
 *
 * A boundary needs a model that takes two columns, the two that are drawn: any two of the data
 * where both sides have names. It is applied to the points of the picture as to the data
 * (data/features.h), and the classes are the model's; those that it does not know follow.
 *
 * p->scatter borrows from p, which must not move, and is freed with lp_points_free, also after a
 * failure. */
int lp_points_read(lp_points *p, lp_stream *s, const lp_points_options *o, lp_error *e);

/* Adds the line of the perceptron in a stream, x·weight + bias = 0, which takes the two columns
 * that are drawn, as for a boundary. `name`, which is borrowed, is its name in the legend. */
int lp_points_add_line(lp_points *p, lp_stream *model, const char *name, lp_error *e);

void lp_points_free(lp_points *p);

#endif
