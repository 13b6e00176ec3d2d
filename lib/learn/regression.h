/* Metrics of predicted numbers, defined as in scikit-learn's sklearn.metrics: rows are added batch
 * by batch; with several columns, each metric is computed for each of them and averaged. */
#ifndef LP_LEARN_REGRESSION_H
#define LP_LEARN_REGRESSION_H

#include "base/memory.h"
#include "base/tensor.h"

#include <stddef.h>

/* The sum of squared deviations from the mean (Welford 1962), of values less the first one, so that
 * a mean far from 0 costs no digits. */
typedef struct {
    double first, mean, sum;
} lp_variation;

typedef struct {
    size_t n, cols;
    /* (cols) each, of the targets t and the residuals r = t - the prediction: */
    double *squares, *absolutes; /* sums of r² and |r| */
    lp_variation *target, *residual;
} lp_regression;

/* No rows yet; all of it is in `memory`. */
lp_regression *lp_regression_new(size_t cols, lp_arena *memory);

/* Adds n rows; target and predicted are (n, cols), of type f4 or f8 both. */
void lp_regression_add(lp_regression *s, lp_type type, size_t n, const void *target,
                       const void *predicted);

typedef struct {
    double mse, rmse, mae;
    double r2; /* of a constant target 1 where every prediction is exact, else 0; NaN for n < 2 */
    /* 1 - the residuals' variance / the targets', both summed over the columns: the share of the
     * variance that is explained. The same rule for constant targets. */
    double explained_variance;
} lp_regression_metrics;

/* All are NaN for n = 0. */
lp_regression_metrics lp_regression_result(const lp_regression *s);

#endif
