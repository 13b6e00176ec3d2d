/* What the exact and the top-k singular values share; linalg.h is the interface. */
#ifndef LP_NUM_SVD_H
#define LP_NUM_SVD_H

#include "base/error.h"
#include "base/memory.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Turns the rows of x (n, length), n <= length, into orthonormal ones that span the same space (and
 * more, where they are dependent). By Householder reflectors, so orthonormal to the last bits for
 * every x. */
void lp_orthonormalise(size_t n, size_t length, double *x);

/* q of x (m, n) = q r, m >= n, as Householder reflectors, which live in the arena. */
typedef struct lp_qr lp_qr;

/* r (n, n), zero below the diagonal. */
lp_qr *lp_qr_new(lp_arena *arena, size_t m, size_t n, const double *x, double *r);

/* z (m, k) = q y, y the first k of the `width` columns of n rows, k <= n. */
void lp_qr_multiply(const lp_qr *q, size_t k, size_t width, const double *y, double *z);

/* Of a square x (n, n): s (n) falling, and the right singular vectors as rows of v (n, n), in
 * no certain sign, of which no two have a product over `orthogonal` (about; 0 < orthogonal < 1).
 * Less than half the work of lp_svd. */
int lp_svd_right(size_t n, const double *x, double orthogonal, double *s, double *v, lp_error *e);

/* linalg.h's signs, for u (m, r) and v (n, r). */
void lp_svd_fix_signs(size_t m, size_t n, size_t r, double *u, double *v);

/* Refuses an empty matrix and one with a NaN or an infinity; *largest is the largest magnitude. */
int lp_svd_check(size_t m, size_t n, const double *x, double *largest, lp_error *e);

/* to (cols, rows) = fromᵀ, every element times factor; from is the first `rows` rows and `cols`
 * columns of a matrix with `stride` columns. */
void lp_svd_transpose(size_t rows, size_t cols, size_t stride, double factor, const double *from,
                      double *to);

/* ---- a few values of a large matrix ---- */

/* x xᵀ or xᵀ x, whichever is smaller, as an operator on the rows of a matrix. */
typedef struct lp_svd_operator {
    size_t side;  /* the smaller of x */
    double *gram; /* (side, side), or NULL where it would cost more than it saves */
    /* Without it: z (rows, side) = y (rows, side) times the operator. */
    void (*apply)(const struct lp_svd_operator *self, size_t rows, const double *y, double *z);
} lp_svd_operator;

/* For k values: the directions that are iterated, LP_SVD_OVERSAMPLE beyond k; the most rows that
 * the operator is applied to at once; whether the Gram matrix pays. */
enum { LP_SVD_OVERSAMPLE = 10 };
size_t lp_svd_max_rows(size_t side, size_t k);
bool lp_svd_gram_pays(size_t side, size_t k);

/* The power of two that the elements are to be divided by, so that squares of squares stay within
 * the exponents: 0 for most. */
int lp_svd_top_exponent(double largest);

/* q (k + LP_SVD_OVERSAMPLE, side) = orthonormal rows that span the best directions of the smaller
 * side, from a start that `seed` fixes. Converged by the first k. */
int lp_svd_dominant(lp_arena *arena, const lp_svd_operator *a, size_t k, uint64_t seed, double *q,
                    lp_error *e);

#endif
