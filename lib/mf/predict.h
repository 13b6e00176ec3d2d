/* What factors answer: one entry of their matrix, a row's best columns, every entry that the stream
 * holds, or rows that they have not seen. */
#ifndef LP_MF_PREDICT_H
#define LP_MF_PREDICT_H

#include "base/error.h"
#include "io/stream.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    const char *row, *col; /* names among `rows` and `cols`, or, where the stream has none, places
                              from 0; NULL: all */
    int64_t top; /* with a row: so many columns that it has no entry in; 0: not asked for */
    bool clip;   /* cut to the range of the values that were observed */
} lp_factors_query;

/* Puts y_pred, f8:
 *   row and col   [1], that entry
 *   row and top   [up to top], the largest first, of equal ones the smaller column; and beside it
 *                 y_cols, the columns' names (U), or their places (i8) where they have none
 *   neither       [count], every entry of the sparse matrix in row-major order: of its test part,
 *                 where it was split
 * A column that is among the test part alone counts as one without an entry. */
int lp_factors_predict(lp_stream *s, const lp_factors_query *question, lp_error *e);

/* Puts y_pred [n, cols], f8: what is left of each row of tensor `x_name` (NULL: x, or else x_test,
 * or else x_train) in the space that the columns of v span, x v vᵀ. For the rows that were
 * factorised that is u diag(s) vᵀ. `model` is the stream that holds the factors, NULL for s itself;
 * scaling is lp_predict's. Refused: factors that are not an
 * SVD's, whose v is not orthonormal. */
int lp_factors_project(lp_stream *s, lp_stream *model, const char *x_name, lp_error *e);

#endif
