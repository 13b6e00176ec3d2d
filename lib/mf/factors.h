/* Factors of a matrix: x ≈ u diag(s) vᵀ + mean + row bias + column bias.
 *
 * In a stream, f8: `u` [m, r], `v` [n, r], `s` [r] (singular values; absent for the gradient
 * methods), `mean` (0-d, what all entries have in common), `row_bias` [m], `col_bias` [n]. A model
 * without factors, the mean or the biases alone, has no u and v. (Mean and biases: Koren, Bell and
 * Volinsky 2009, "Matrix factorization techniques for recommender systems", equation 4.) */
#ifndef LP_MF_FACTORS_H
#define LP_MF_FACTORS_H

#include "base/error.h"
#include "base/memory.h"
#include "data/sparse.h"
#include "io/stream.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    size_t rows, cols, rank; /* rank 0: no factors */
    double *u, *v;           /* (rows, rank), (cols, rank) */
    double *s;               /* (rank), or NULL */
    bool has_mean;           /* else mean is 0 */
    double mean;
    double *row_bias, *col_bias; /* (rows), (cols), or both NULL */
    lp_arena memory;             /* holds the arrays */
} lp_factors;

/* Zeros; s and the biases (with a mean) only where asked for. Freed with lp_factors_free. */
lp_factors lp_factors_new(size_t rows, size_t cols, size_t rank, bool values, bool biases);
void lp_factors_free(lp_factors *f);

/* True where the stream holds a model of this kind: u, or a mean. */
bool lp_factors_are_in(const lp_stream *s);

/* Reads it from PREFIX + the names above: shapes that fit each other, every value finite. The shape
 * of a model of the mean alone is that of the matrix beside it (sparse, or x). */
int lp_factors_read(lp_stream *s, const char *prefix, lp_factors *f, lp_error *e);

/* Puts it, and drops those of the names that this model does not have. */
void lp_factors_write(lp_stream *s, const char *prefix, const lp_factors *f);

/* The approximation of one entry. */
double lp_factors_at(const lp_factors *f, size_t row, size_t col);

/* Errors of the approximation over a part of the matrix, added up in row-major order; the means are
 * 0 for n = 0. */
typedef struct {
    const char *part; /* "observed", "held_out" or "all" */
    size_t n;
    double sse, mse, rmse, mae;
} lp_factors_metrics;

/* Judges a stream's factors on its matrix; metrics[0 .. *count) gets the parts there are.
 * Sparse: "observed" (the training part, or all entries of a matrix that was not split) and
 * "held_out" (the test part); with `zero_filled`, "all": every place of the matrix, 0 where
 * nothing was observed.
 * Dense x (or x_train): "all"; and with the name of a mask, "observed" (where it is not 0) and
 * "held_out" (where it is 0) before it. */
int lp_factors_evaluate(lp_stream *s, const char *mask, bool zero_filled,
                        lp_factors_metrics metrics[3], size_t *count, lp_error *e);

/* The dense matrix of a stream, x or else x_train, as f8 [m, n], every value finite; *x is the
 * caller's to free. */
int lp_matrix_read(lp_stream *s, lp_tensor *x, lp_error *e);

/* Its mask, a number tensor of the same shape as *x, as f8; not 0 is observed. */
int lp_mask_read(lp_stream *s, const char *name, const lp_tensor *x, lp_tensor *mask, lp_error *e);

/* The entries of x where mask is not 0 (all, where it is NULL), or those where it is, `hidden`. */
int lp_sparse_from_dense(lp_sparse *m, const lp_tensor *x, const lp_tensor *mask, bool hidden,
                         lp_error *e);

#endif
