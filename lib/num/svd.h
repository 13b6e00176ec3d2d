/* What the exact and the top-k singular values share; linalg.h is the interface. */
#ifndef LP_NUM_SVD_H
#define LP_NUM_SVD_H

#include "base/error.h"

#include <stddef.h>

/* Turns the rows of x (n, length), n <= length, into orthonormal ones that span the same space (and
 * more, where they are dependent). By Householder reflectors, so orthonormal to the last bits for
 * every x. */
void lp_orthonormalise(size_t n, size_t length, double *x);

/* Of a square x (n, n): s (n) falling, and the right singular vectors as rows of v (n, n), in
 * no certain sign, of which no two have a product over `orthogonal` (about; 0 < orthogonal < 1).
 * Less than half the work of lp_svd. */
int lp_svd_right(size_t n, const double *x, double orthogonal, double *s, double *v, lp_error *e);

/* linalg.h's signs, for u (m, r) and v (n, r). */
void lp_svd_fix_signs(size_t m, size_t n, size_t r, double *u, double *v);

/* Refuses an empty matrix and one with a NaN or an infinity; *largest is the largest magnitude. */
int lp_svd_check(size_t m, size_t n, const double *x, double *largest, lp_error *e);

#endif
