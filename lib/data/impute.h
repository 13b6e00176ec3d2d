/* Imputation: a number in place of every NaN, column by column.
 *
 * x is [n, ...], floats; a row's elements are its columns. The numbers are fitted once, on the
 * training part, and kept in the stream, so that later data can be filled alike:
 *     impute.value   f8 [d], what fills each column, in the units of x before any scaling */
#ifndef LP_DATA_IMPUTE_H
#define LP_DATA_IMPUTE_H

#include "base/error.h"
#include "base/tensor.h"
#include "io/stream.h"

/* What a column is filled with: a statistic of its values that are not NaN, or one constant for all
 * columns. The same as scikit-learn's SimpleImputer. */
typedef enum {
    LP_IMPUTE_MEAN,
    LP_IMPUTE_MEDIAN,        /* of an even number of values the mean of the middle two */
    LP_IMPUTE_MOST_FREQUENT, /* of several the smallest */
    LP_IMPUTE_CONSTANT,
} lp_impute_by;

#define LP_IMPUTE_CHOICES "mean|median|most-frequent|constant" /* in the order above */

/* value, f8 [d], the caller's to free; `constant` is used for LP_IMPUTE_CONSTANT alone. `features`
 * names the columns in errors, and may be NULL. Refused: no rows, text, an infinity, a column
 * without a number (but for LP_IMPUTE_CONSTANT), a mean outside the range of double. */
int lp_impute_fit(const lp_tensor *x, lp_impute_by by, double constant, const lp_tensor *features,
                  lp_tensor *value, lp_error *e);

/* out = x with value[j] for every NaN in column j, rounded to x's type; a view of x where nothing
 * is missing. The caller's to free. Refused: text, another number of columns than `value` has. */
int lp_impute_apply(const lp_tensor *x, const lp_tensor *value, lp_tensor *out, lp_error *e);

/* Fills x; or x_train, on which alone the values are fitted, and x_val and x_test with the same
 * values. They are kept as `impute.value`; where the stream has them already and nothing is
 * missing, they stay. Refused: data that has been scaled (scale.offset). */
int lp_impute(lp_stream *s, lp_impute_by by, double constant, lp_error *e);

#endif
