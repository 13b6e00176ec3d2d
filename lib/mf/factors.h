/* Factors of a matrix: x ≈ u diag(s) vᵀ + mean + row bias + column bias.
 *
 * In a stream, f8: `u` [m, r], `v` [n, r], `s` [r] (singular values; absent for the gradient
 * methods), `mean` (0-d), `row_bias` [m], `col_bias` [n]. A model of the mean or the biases alone
 * has no u and v. (Mean and biases: Koren, Bell and Volinsky 2009, "Matrix factorization techniques
 * for recommender systems", equation 4.) */
#ifndef LP_MF_FACTORS_H
#define LP_MF_FACTORS_H

#include "base/error.h"
#include "base/memory.h"
#include "io/stream.h"

typedef struct {
    size_t rows, cols, rank; /* rank 0: no factors */
    double *u, *v;           /* (rows, rank), (cols, rank) */
    double *s;               /* (rank), or NULL */
    bool has_mean;           /* else mean is 0 */
    double mean;
    double *row_bias, *col_bias; /* (rows), (cols), or both NULL */
    lp_arena memory;             /* holds the arrays */
} lp_factors;

/* Zeros, with s only for `values`, and with a mean and biases only for `biases`. Freed with
 * lp_factors_free. */
lp_factors lp_factors_new(size_t rows, size_t cols, size_t rank, bool values, bool biases);
void lp_factors_free(lp_factors *f);

/* True for a stream with u or a mean. */
bool lp_factors_are_in(const lp_stream *s);

/* Reads them; freed with lp_factors_free. A model of the mean alone has the shape of the matrix
 * beside it (sparse, or x). Refused: shapes that do not fit each other, a value that is not finite.
 */
int lp_factors_read(lp_stream *s, lp_factors *f, lp_error *e);

/* Puts copies, and drops those of the names that this model does not have. */
void lp_factors_write(lp_stream *s, const lp_factors *f);

/* The approximation of one entry. */
double lp_factors_at(const lp_factors *f, size_t row, size_t col);

#endif
