/* Linear algebra above the matrix product: exact and top-k singular values, Cholesky. In double,
 * row-major, the same bits on every machine. */
#ifndef LP_NUM_LINALG_H
#define LP_NUM_LINALG_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

/* x (m, n) = u diag(s) vᵀ with r = min(m, n): u (m, r), s (r) falling, v (n, r). Exact (one-sided
 * Jacobi; Demmel and Veselić 1992). Signs: in each column of v the element of largest magnitude
 * (the first of equals) is positive; u follows. Columns of u for zero singular values are zero. */
int lp_svd(size_t m, size_t n, const double *x, double *u, double *s, double *v, lp_error *e);

/* The k largest only, by randomised subspace iteration with a fixed seed, then an exact small
 * problem (Halko, Martinsson, Tropp 2011, algorithms 4.4 and 5.1), the same conventions.
 * u (m, k), s (k), v (n, k); k <= min(m, n). Accuracy: see the source. */
int lp_svd_top(size_t m, size_t n, size_t k, const double *x, uint64_t seed, double *u, double *s,
               double *v, lp_error *e);

/* a (n, n) symmetric = l lᵀ, l lower triangular, in place (the upper part is set to zero). A
 * matrix that is not positive semi-definite is refused, with the pivot; a zero pivot of a
 * semi-definite one gives a zero column. */
int lp_cholesky(size_t n, double *a, lp_error *e);

/* Solves l lᵀ x = b for one right-hand side, in place; every pivot has to be positive. */
void lp_cholesky_solve(size_t n, const double *l, double *b);

#endif
