/* What factors answer: one entry of their matrix, a row's best columns, or every entry that the
 * stream holds. */
#ifndef LP_LEARN_FACTOR_PREDICT_H
#define LP_LEARN_FACTOR_PREDICT_H

#include "base/error.h"
#include "io/stream.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    const char *row, *col; /* names among `rows` and `cols`, or, where the stream has none, places
                              from 0; NULL: all */
    int64_t top; /* with a row: so many columns that it has no entry in; 0: not asked for */
    bool clip;   /* cut to the range of the values that were observed */
} lp_factor_question;

/* Puts y_pred, f8:
 *   row and col   [1], that entry
 *   row and top   [up to top], the largest first, of equal ones the smaller column; and beside it
 *                 y_cols, the columns' names (U), or their places (i8) where they have none
 *   neither       [count], every entry of the sparse matrix in row-major order: of its test part,
 *                 where it was split
 * A column that is among the test part alone counts as one without an entry. */
int lp_factors_predict(lp_stream *s, const lp_factor_question *question, lp_error *e);

#endif
