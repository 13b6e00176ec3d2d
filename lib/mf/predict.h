/* Predictions by factors: one entry of their matrix, a row's best columns, every entry that the
 * stream holds, the whole matrix, or rows that they have not seen. */
#ifndef LP_MF_PREDICT_H
#define LP_MF_PREDICT_H

#include "base/error.h"
#include "base/memory.h"
#include "io/stream.h"

typedef struct {
    const char *row, *col; /* names in `rows` and `cols`, or places from 0 where the stream has
                              no names; NULL: all */
    int64_t top;           /* with a row: how many of the columns that it has no entry in; else 0 */
    bool whole;            /* without a row: the whole matrix, also where it is sparse */
    bool clip;             /* to the range of the observed values */
} lp_factors_query;

/* Puts y_pred or x_pred, f8:
 *   row and col   y_pred [1], that entry
 *   row and top   y_pred [up to top], the largest first, of equal ones the smaller column; and
 *                 beside it y_cols, the columns' names (U), or their places (i8) where they have
 *                 none. Columns of a sparse matrix without any entry are left out: nothing was
 *                 learned of them
 *   neither       y_pred [count], every entry of the sparse matrix in row-major order: of its test
 *                 part, where it was split; without a sparse matrix, or with `whole`,
 *                 x_pred [rows, cols], u diag(s) vᵀ + mean + biases
 * An entry of the test part does not count as one that the row has.
 * Refused: a row or column that is missing or ambiguous, a row with an entry in every column that
 * has any, a matrix of another shape than the factors'. */
int lp_factors_predict(lp_stream *s, const lp_factors_query *query, lp_error *e);

/* Puts x_pred [n, cols], f8: the projection x v vᵀ of the rows of tensor `x_name` (NULL: x, or else
 * x_test, or else x_train) onto the space that the columns of v span. For the rows that were
 * factorised that is u diag(s) vᵀ. `model` is the stream that holds the factors, NULL for s itself;
 * x is matched to its data by lp_features_match (data/features.h), which says what `warnings` gets.
 * Refused: factors without s (only an SVD's v
 * is orthonormal), an x of another width or with a value that is not finite. */
int lp_factors_project(lp_stream *s, lp_stream *model, const char *x_name, lp_buffer *warnings,
                       lp_error *e);

#endif
