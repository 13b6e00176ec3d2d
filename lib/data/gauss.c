#include "data/points.h"

#include "base/memory.h"
#include "num/linalg.h"
#include "num/rng.h"

#include <math.h>
#include <stdlib.h>

/* The lists are as long as each other, and so are the numbers in each. */
static int check_lists(const lp_reals_list *means, const lp_reals_list *covs, lp_error *e) {
    if (means->count == 0 || means->item[0].count == 0)
        return lp_fail_usage(e, "there is no mean");
    size_t d = means->item[0].count, squared;
    if (means->count > UINT32_MAX || !lp_multiply(d, d, &squared))
        return lp_fail_usage(e, "%zu classes in %zu dimensions are too many", means->count, d);
    for (size_t c = 0; c < means->count; c++)
        if (means->item[c].count != d)
            return lp_fail_usage(e, "mean 0 has %zu numbers and mean %zu has %zu", d, c,
                                 means->item[c].count);
    if (covs->count > 1 && covs->count != means->count)
        return lp_fail_usage(e,
                             "%zu means and %zu covariances (give one a mean, one for all, or "
                             "none for the identity)",
                             means->count, covs->count);
    for (size_t c = 0; c < covs->count; c++)
        if (covs->item[c].count != squared)
            return lp_fail_usage(e,
                                 "covariance %zu has %zu numbers, %zu dimensions need %zu (row by "
                                 "row)",
                                 c, covs->item[c].count, d, squared);
    return 0;
}

/* l (d, d) = the Cholesky factor of class c's covariance. */
static int factor(const lp_reals_list *covs, size_t c, size_t d, double *l, lp_error *e) {
    size_t which = covs->count == 1 ? 0 : c;
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j < d; j++)
            l[i * d + j] = covs->count == 0 ? i == j : covs->item[which].item[i * d + j];
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j < i; j++)
            if (l[i * d + j] != l[j * d + i])
                return lp_fail_usage(e,
                                     "covariance %zu is not symmetric: row %zu, column %zu is %g "
                                     "and row %zu, column %zu is %g",
                                     which, i, j, l[i * d + j], j, i, l[j * d + i]);
    if (lp_cholesky(d, l, e) == 0)
        return 0;
    e->status = LP_USAGE;
    return lp_within(e, "covariance %zu", which);
}

static void draw_class(size_t n, size_t d, const double *mean, const double *l, double *z, lp_rng r,
                       double *point) {
    for (size_t i = 0; i < n; i++, point += d) {
        for (size_t j = 0; j < d; j++)
            z[j] = lp_rng_normal(&r);
        for (size_t j = 0; j < d; j++) {
            double value = mean[j];
            for (size_t k = 0; k <= j; k++)
                value = fma(l[j * d + k], z[k], value);
            point[j] = value;
        }
    }
}

int lp_gauss(size_t n, const lp_reals_list *means, const lp_reals_list *covariances, uint64_t seed,
             lp_tensor *x, lp_tensor *y, lp_error *e) {
    *x = *y = (lp_tensor){0};
    if (n == 0)
        return lp_fail_usage(e, "drawing Gaussians: no points were asked for");
    if (check_lists(means, covariances, e))
        return lp_within(e, "drawing Gaussians");
    size_t rows, classes = means->count, d = means->item[0].count;
    if (!lp_multiply(n, classes, &rows))
        return lp_fail_usage(e, "drawing Gaussians: %zu points of %zu classes are too many", n,
                             classes);
    double *l = lp_alloc(d * d, sizeof *l, e), *z = lp_alloc(d, sizeof *z, e);
    int failed = l == NULL || z == NULL;
    for (size_t c = 0; c < classes && !failed; c++) /* refuse before the large allocation */
        failed = factor(covariances, c, d, l, e);
    failed =
        failed || lp_tensor_matrix(x, LP_F8, rows, d, e) || lp_tensor_vector(y, LP_I8, rows, e);
    for (size_t c = 0; c < classes && !failed; c++) {
        failed = factor(covariances, c, d, l, e);
        draw_class(n, d, means->item[c].item, l, z, lp_rng_new(seed, LP_RNG_POINTS, (uint32_t)c),
                   (double *)x->data + c * n * d);
        for (size_t i = 0; i < n; i++)
            ((int64_t *)y->data)[c * n + i] = (int64_t)c;
    }
    free(l);
    free(z);
    if (!failed)
        return 0;
    lp_tensor_free(x);
    return lp_within(e, "drawing Gaussians");
}
