#include "data/points.h"

#include "base/memory.h"
#include "num/kernels.h"
#include "num/linalg.h"
#include "num/rng.h"

#include <math.h>
#include <stdlib.h>

/* The elements of x and y, which the stream owns. */
typedef struct {
    double *x;
    int64_t *y;
} points;

static points put_points(lp_stream *s, size_t n, size_t d) {
    lp_tensor x = lp_tensor_matrix(LP_F8, n, d), y = lp_tensor_vector(LP_I8, n);
    points p = {x.data, y.data};
    lp_stream_put(s, "x", &x);
    lp_stream_put(s, "y", &y);
    return p;
}

/* ---- Gaussians ---- */

static int check_gauss(const lp_gauss_options *o, size_t *rows, lp_error *e) {
    const lp_reals_list *means = &o->mean, *covs = &o->cov;
    if (o->n < 1)
        return lp_fail_usage(e, "no points were asked for");
    if (means->count == 0 || means->item[0].count == 0)
        return lp_fail_usage(e, "no mean was given");
    size_t d = means->item[0].count, squared;
    if (means->count > UINT32_MAX || !lp_multiply(d, d, &squared))
        return lp_fail_usage(e, "%zu classes in %zu dimensions are too many", means->count, d);
    if (!lp_multiply((size_t)o->n, means->count, rows))
        return lp_fail_usage(e, "%zu points of %zu classes are too many", (size_t)o->n,
                             means->count);
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

/* l (d, d) = the Cholesky factor of covariance c. */
static int factor(const lp_reals_list *covs, size_t c, size_t d, double *l, lp_error *e) {
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j < d; j++)
            l[i * d + j] = covs->count == 0 ? i == j : covs->item[c].item[i * d + j];
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j < i; j++)
            if (l[i * d + j] != l[j * d + i])
                return lp_fail_usage(e,
                                     "covariance %zu is not symmetric: row %zu, column %zu is %g "
                                     "and row %zu, column %zu is %g",
                                     c, i, j, l[i * d + j], j, i, l[j * d + i]);
    if (lp_cholesky(d, l, e) == 0)
        return 0;
    e->status = LP_USAGE;
    return lp_within(e, "covariance %zu", c);
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

int lp_gauss(lp_stream *s, const lp_gauss_options *o, lp_error *e) {
    size_t rows;
    if (check_gauss(o, &rows, e))
        return lp_within(e, "drawing Gaussians");
    size_t n = (size_t)o->n, classes = o->mean.count, d = o->mean.item[0].count;
    size_t factors = o->cov.count == 0 ? 1 : o->cov.count;
    LP_CLEANUP(lp_arena_free) lp_arena arena = {0};
    double *l = lp_arena_alloc(&arena, factors * d * d, sizeof *l);
    double *z = lp_arena_alloc(&arena, d, sizeof *z);
    for (size_t c = 0; c < factors; c++)
        if (factor(&o->cov, c, d, l + c * d * d, e))
            return lp_within(e, "drawing Gaussians");
    points p = put_points(s, rows, d);
    for (size_t c = 0; c < classes; c++) {
        draw_class(n, d, o->mean.item[c].item, l + (factors == 1 ? 0 : c) * d * d, z,
                   lp_rng_new(o->seed, LP_RNG_POINTS, (uint32_t)c), p.x + c * n * d);
        for (size_t i = 0; i < n; i++)
            p.y[c * n + i] = (int64_t)c;
    }
    return 0;
}

/* ---- moons ---- */

int lp_moons(lp_stream *s, const lp_moons_options *o, lp_error *e) {
    if (o->n < 2)
        return lp_fail_usage(e, "drawing moons: %lld point%s cannot fill two moons (at least 2)",
                             (long long)o->n, o->n == 1 ? "" : "s");
    if (!(o->noise >= 0) || !isfinite(o->noise))
        return lp_fail_usage(e, "drawing moons: the noise has to be 0 or more and finite");
    const double pi = 3.14159265358979323846;
    size_t n = (size_t)o->n, outer = n / 2;
    LP_CLEANUP(lp_free) size_t *place = lp_alloc(n, sizeof *place);
    points p = put_points(s, n, 2);
    lp_rng order = lp_rng_new(o->seed, LP_RNG_ROW_ORDER, 0);
    if (!o->no_shuffle)
        lp_rng_permutation(&order, n, place);
    for (size_t i = 0; i < n && o->no_shuffle; i++)
        place[i] = i;
    lp_rng r = lp_rng_new(o->seed, LP_RNG_NOISE, 0);
    for (size_t i = 0; i < n; i++) {
        bool inner = i >= outer;
        size_t step = inner ? i - outer : i, steps = inner ? n - outer : outer;
        double t = steps == 1          ? 0
                   : step == steps - 1 ? pi
                                       : (double)step * (pi / (double)(steps - 1));
        double *point = p.x + 2 * place[i];
        point[0] = inner ? 1 - lp_cos(t) : lp_cos(t);
        point[1] = inner ? 1 - lp_sin(t) - 0.5 : lp_sin(t);
        for (int j = 0; j < 2 && o->noise > 0; j++)
            point[j] = fma(o->noise, lp_rng_normal(&r), point[j]);
        p.y[place[i]] = inner;
    }
    return 0;
}

/* ---- ellipse ---- */

int lp_ellipse(lp_stream *s, const lp_ellipse_options *o, lp_error *e) {
    size_t d = (size_t)sqrt((double)o->form.count);
    if (o->form.count == 0 || d * d != o->form.count)
        return lp_fail_usage(e,
                             "drawing an ellipse: Q has %zu numbers, which make no square matrix "
                             "(4 for two dimensions, 9 for three, row by row)",
                             o->form.count);
    if (o->n < 1)
        return lp_fail_usage(e, "drawing an ellipse: no points were asked for");
    points p = put_points(s, (size_t)o->n, d);
    lp_rng r = lp_rng_new(o->seed, LP_RNG_POINTS, 0);
    for (size_t i = 0; i < (size_t)o->n; i++) {
        double *point = p.x + i * d, form = 0;
        for (size_t j = 0; j < d; j++)
            point[j] = lp_rng_normal(&r);
        for (size_t j = 0; j < d; j++) {
            double row = 0;
            for (size_t k = 0; k < d; k++)
                row = fma(o->form.item[j * d + k], point[k], row);
            form = fma(point[j], row, form);
        }
        p.y[i] = form > o->threshold;
    }
    return 0;
}
