/* Scaling of features, column by column: x' = (x - offset) / divisor.
 *
 * Columns are the elements of a row of x [n, ...]: d of them. The type of x' is that of x for f4
 * and f8; integers of up to 16 bits and bools become f4, which holds them exactly, wider ones f8.
 * Everything is computed in double and rounded once. */
#ifndef LP_DATA_SCALE_H
#define LP_DATA_SCALE_H

#include "base/error.h"
#include "base/tensor.h"
#include "io/stream.h"

/* With a column's mean, its variance (the mean of the squared deviations: the population's,
 * divided by n, as NumPy and scikit-learn have it), its minimum and its maximum. A constant column
 * has divisor 1, so that it becomes 0. */
typedef enum {
    LP_SCALE_CENTRE,   /* offset mean, divisor 1 */
    LP_SCALE_STANDARD, /* offset mean, divisor the square root of the variance */
    LP_SCALE_VARIANCE, /* offset mean, divisor the variance itself */
    LP_SCALE_MINMAX,   /* offset min, divisor max - min */
} lp_scale_by;

#define LP_SCALE_CHOICES "centre|standard|variance|minmax" /* in the order above */

/* offset and divisor, f8 [d], the caller's to free. Refused: no rows, text, a NaN or infinity
 * (named by row and column), a column whose range overflows. */
int lp_scale_fit(const lp_tensor *x, lp_scale_by by, lp_tensor *offset, lp_tensor *divisor,
                 lp_error *e);

/* out = (x - offset) / divisor, the caller's to free. */
int lp_scale_apply(const lp_tensor *x, const lp_tensor *offset, const lp_tensor *divisor,
                   lp_tensor *out, lp_error *e);

/* Scales x; or x_train, on which alone it is fitted, and x_val and x_test with the same numbers.
 * They are kept as `scale.offset` and `scale.divisor`, f8 [d], so that later data can be scaled
 * alike; on data that has been scaled before, they combine both scalings. */
int lp_scale(lp_stream *s, lp_scale_by by, lp_error *e);

/* The same with offset 0 and one divisor (finite, not 0) for every column: pixels 0 .. 255. */
int lp_scale_divide(lp_stream *s, double divisor, lp_error *e);

#endif
