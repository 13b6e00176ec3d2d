#include "data/points.h"

#include "base/memory.h"
#include "num/kernels.h"
#include "num/rng.h"

#include <math.h>
#include <stdlib.h>

static int new_points(size_t n, size_t d, lp_tensor *x, lp_tensor *y, lp_error *e) {
    *x = *y = (lp_tensor){0};
    if (lp_tensor_matrix(x, LP_F8, n, d, e) == 0 && lp_tensor_vector(y, LP_I8, n, e) == 0)
        return 0;
    lp_tensor_free(x);
    return -1;
}

int lp_moons(size_t n, double noise, bool shuffle, uint64_t seed, lp_tensor *x, lp_tensor *y,
             lp_error *e) {
    *x = *y = (lp_tensor){0};
    if (n < 2)
        return lp_fail_usage(e, "drawing moons: %zu point%s cannot fill two moons (at least 2)", n,
                             n == 1 ? "" : "s");
    if (!(noise >= 0) || !isfinite(noise))
        return lp_fail_usage(e, "drawing moons: the noise has to be 0 or more and finite");
    size_t *place = lp_alloc(n, sizeof *place, e);
    if (place == NULL || new_points(n, 2, x, y, e)) {
        free(place);
        return lp_within(e, "drawing moons");
    }
    if (shuffle) {
        lp_rng order = lp_rng_new(seed, LP_RNG_ROW_ORDER, 0);
        lp_rng_permutation(&order, n, place);
    } else {
        for (size_t i = 0; i < n; i++)
            place[i] = i;
    }
    const double pi = 3.14159265358979323846;
    lp_rng r = lp_rng_new(seed, LP_RNG_NOISE, 0);
    size_t outer = n / 2;
    for (size_t i = 0; i < n; i++) {
        bool inner = i >= outer;
        size_t step = inner ? i - outer : i, steps = inner ? n - outer : outer;
        double t = steps == 1          ? 0
                   : step == steps - 1 ? pi
                                       : (double)step * (pi / (double)(steps - 1));
        double *point = (double *)x->data + 2 * place[i];
        point[0] = inner ? 1 - lp_cos(t) : lp_cos(t);
        point[1] = inner ? 1 - lp_sin(t) - 0.5 : lp_sin(t);
        for (int j = 0; j < 2 && noise > 0; j++)
            point[j] = fma(noise, lp_rng_normal(&r), point[j]);
        ((int64_t *)y->data)[place[i]] = inner;
    }
    free(place);
    return 0;
}

int lp_ellipse(size_t n, const lp_reals *q, double threshold, uint64_t seed, lp_tensor *x,
               lp_tensor *y, lp_error *e) {
    *x = *y = (lp_tensor){0};
    size_t d = (size_t)sqrt((double)q->count);
    if (q->count == 0 || d * d != q->count)
        return lp_fail_usage(e,
                             "drawing an ellipse: Q has %zu numbers, which is no square matrix (4 "
                             "for two dimensions, 9 for three, row by row)",
                             q->count);
    if (n == 0)
        return lp_fail_usage(e, "drawing an ellipse: no points were asked for");
    if (new_points(n, d, x, y, e))
        return lp_within(e, "drawing an ellipse");
    lp_rng r = lp_rng_new(seed, LP_RNG_POINTS, 0);
    double *point = x->data;
    for (size_t i = 0; i < n; i++, point += d) {
        for (size_t j = 0; j < d; j++)
            point[j] = lp_rng_normal(&r);
        double form = 0;
        for (size_t j = 0; j < d; j++) {
            double row = 0;
            for (size_t k = 0; k < d; k++)
                row = fma(q->item[j * d + k], point[k], row);
            form = fma(point[j], row, form);
        }
        ((int64_t *)y->data)[i] = form > threshold;
    }
    return 0;
}
