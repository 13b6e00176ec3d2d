#include "num/linalg.h"

#include "num/kernels.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>

/* Outer-product form (Golub and Van Loan 2013, section 4.2.4) on the upper triangle, where a
 * column of l is contiguous: u = lᵀ grows from the top, and each of its rows is taken off the rows
 * below. */
int lp_cholesky(size_t n, double *a, lp_error *e) {
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++) {
            if (!isfinite(a[i * n + j]))
                return lp_fail(e, "Cholesky factorisation: row %zu, column %zu is not finite", i,
                               j);
            a[j * n + i] = a[i * n + j];
        }
    const lp_kernels *num = lp_kernels_of(LP_F8);
    for (size_t k = 0; k < n; k++) {
        /* The lower triangle's diagonal is the upper one's: what a[k][k] was at first is the sum
         * of squares of column k so far, plus what is left of it. */
        double pivot = a[k * n + k], original = pivot;
        for (size_t i = 0; i < k; i++)
            original = fma(a[i * n + k], a[i * n + k], original);
        double noise = (double)n * DBL_EPSILON * fabs(original);
        if (pivot < -noise)
            return lp_fail(e,
                           "Cholesky factorisation: the matrix is not positive semi-definite: "
                           "pivot %zu is %g",
                           k, pivot);
        double *row = a + k * n;
        if (pivot > noise) {
            double root = sqrt(pivot);
            row[k] = root;
            for (size_t j = k + 1; j < n; j++)
                row[j] /= root;
            for (size_t i = k + 1; i < n; i++)
                num->axpy(n - i, -row[i], row + i, a + i * n + i);
        } else {
            /* |a_kj|^2 <= a_kk a_jj in a semi-definite matrix, of what is left as of the whole. */
            for (size_t j = k; j < n; j++) {
                if (row[j] * row[j] > noise * fabs(a[j * n + j]) && fabs(row[j]) > noise)
                    return lp_fail(e,
                                   "Cholesky factorisation: the matrix is not positive "
                                   "semi-definite: pivot %zu is 0 and row %zu, column %zu is not",
                                   k, j, k);
                row[j] = 0;
            }
        }
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n; j++) {
            a[j * n + i] = a[i * n + j];
            a[i * n + j] = 0;
        }
    return 0;
}

void lp_cholesky_solve(size_t n, const double *l, double *b) {
    const lp_kernels *num = lp_kernels_of(LP_F8);
    for (size_t i = 0; i < n; i++)
        b[i] = (b[i] - num->dot(i, l + i * n, b)) / l[i * n + i];
    for (size_t i = n; i-- > 0;) {
        b[i] /= l[i * n + i];
        num->axpy(i, -b[i], l + i * n, b);
    }
}
