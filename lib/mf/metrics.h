/* How well factors approximate a matrix. */
#ifndef LP_MF_METRICS_H
#define LP_MF_METRICS_H

#include "base/error.h"
#include "io/stream.h"

/* Over a part of the matrix, added up in row-major order: the number of entries, the sum of squared
 * errors, its mean and the root of that, the mean absolute error. The means are 0 for n = 0. */
typedef struct {
    const char *part; /* "observed", "validation", "held_out" or "all" */
    size_t n;
    double sse, mse, rmse, mae;
} lp_factors_metrics;

/* Evaluates a stream's factors on its matrix; metrics[0 .. *count) gets the parts there are.
 * Sparse: "observed" (the training part, or all entries of a matrix that was not split),
 * "validation" and "held_out" (the test part); with `zero_filled` also "all", every place of the
 * matrix, 0 where nothing was observed. Dense x (or x_train): "all"; with the name of a mask,
 * "observed" (where it is not 0) and "held_out" (where it is 0) before it. Refused: what
 * lp_factors_read, lp_sparse_read, lp_matrix_read and lp_mask_read refuse, a matrix of another
 * shape, a mask for a sparse matrix, zero_filled for a dense one. */
int lp_factors_evaluate(lp_stream *s, const char *mask, bool zero_filled,
                        lp_factors_metrics metrics[4], size_t *count, lp_error *e);

#endif
