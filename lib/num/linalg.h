/* Linear algebra above the matrix product: exact and top-k singular values, Cholesky. In double,
 * row-major, the same bits on every machine. */
#ifndef LP_NUM_LINALG_H
#define LP_NUM_LINALG_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* x (m, n) = u diag(s) vᵀ with r = min(m, n): u (m, r), s (r) falling, v (n, r). Exact (QR, then
 * one-sided Jacobi; Drmač and Veselić 2008). Signs: in each column of v the element of largest
 * magnitude (the first of equals) is positive; u follows. The columns of v are orthonormal, and so
 * are those of u for positive singular values; those for singular values of zero are zero. Refuses
 * an empty x, and one with a NaN or an infinity. Values are within 1e-12 s[0] of the true ones;
 * where the columns of x differ in scale alone, each is within 1e-14 of itself. */
int lp_svd(size_t m, size_t n, const double *x, double *u, double *s, double *v, lp_error *e);

/* The k largest only, 1 <= k <= min(m, n), in the same conventions: u (m, k), s (k), v (n, k).
 * Block Krylov iteration from a random start that `seed` fixes, then an exact small problem (Halko,
 * Martinsson, Tropp 2011, algorithms 4.4 and 5.1; Musco and Musco 2015, algorithm 2). The iteration
 * ends when the variance explained, sum s^2, should be within 1e-10 of its limit. Measured on
 * 400 x 4096 with k = 24, from nearly equal values to values falling as 1/i^2: variance explained
 * within 2e-11 of the exact one, each value within 2e-9 of itself. Values under 1e-8 s[0] are not
 * resolved, the iteration works with squares. x is copied only where its largest element is beyond
 * 2^-200 .. 2^200. */
int lp_svd_top(size_t m, size_t n, size_t k, const double *x, uint64_t seed, double *u, double *s,
               double *v, lp_error *e);

/* The same by the ranks of a job (num/ranks.h), each of which has all of x and gets all of u, s and
 * v: the longer side is cut into shards, and their number alone decides the bytes. The k largest
 * of all values where `exact`, or where k is not far below min(m, n), as lp_svd finds them; else
 * by lp_svd_top's iteration. shards >= the number of ranks; one shard gives other bytes than those
 * two do. A rank copies its part of x where it is wide; values are within what the other two
 * promise. */
int lp_svd_shards(size_t m, size_t n, size_t k, size_t shards, bool exact, const double *x,
                  uint64_t seed, double *u, double *s, double *v, lp_error *e);

/* a (n, n) symmetric = l lᵀ, l lower triangular, in place; only the lower triangle of a is read,
 * the upper one is set to zero. A pivot within rounding (n 2^-52 of the diagonal element) of zero
 * counts as zero and gives a zero column; a matrix that is not positive semi-definite is refused,
 * with the pivot, and so is one with a NaN or an infinity. */
int lp_cholesky(size_t n, double *a, lp_error *e);

/* Solves l lᵀ x = b for one right-hand side, in place; every pivot has to be positive. */
void lp_cholesky_solve(size_t n, const double *l, double *b);

#endif
