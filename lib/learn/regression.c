#include "learn/regression.h"

#include <math.h>

lp_regression *lp_regression_new(size_t cols, lp_arena *memory) {
    lp_regression *s = lp_arena_alloc_zero(memory, 1, sizeof *s);
    s->cols = cols;
    s->squares = lp_arena_alloc_zero(memory, cols, sizeof(double));
    s->absolutes = lp_arena_alloc_zero(memory, cols, sizeof(double));
    s->target = lp_arena_alloc_zero(memory, cols, sizeof(lp_variation));
    s->residual = lp_arena_alloc_zero(memory, cols, sizeof(lp_variation));
    return s;
}

static double at(lp_type type, const void *x, size_t i) {
    return type.size == 4 ? (double)((const float *)x)[i] : ((const double *)x)[i];
}

/* Takes in value number i. */
static void vary(lp_variation *v, size_t i, double value) {
    if (i == 0)
        v->first = value;
    double from_old_mean = value - v->first - v->mean;
    v->mean += from_old_mean / (double)(i + 1);
    v->sum += from_old_mean * (value - v->first - v->mean);
}

void lp_regression_add(lp_regression *s, lp_type type, size_t n, const void *target,
                       const void *predicted) {
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < s->cols; j++) {
            double t = at(type, target, i * s->cols + j);
            double r = t - at(type, predicted, i * s->cols + j);
            s->squares[j] += r * r;
            s->absolutes[j] += fabs(r);
            vary(&s->target[j], s->n + i, t);
            vary(&s->residual[j], s->n + i, r);
        }
    s->n += n;
}

/* The share of a variation that is explained. */
static double explained(double unexplained, double variation) {
    if (unexplained == 0)
        return 1;
    return variation == 0 ? 0 : 1 - unexplained / variation;
}

lp_regression_metrics lp_regression_result(const lp_regression *s) {
    if (s->n == 0)
        return (lp_regression_metrics){NAN, NAN, NAN, NAN, NAN};
    lp_regression_metrics m = {0};
    double residual_variation = 0, variation = 0, n = (double)s->n, cols = (double)s->cols;
    for (size_t j = 0; j < s->cols; j++) {
        m.mse += s->squares[j] / n / cols;
        m.rmse += sqrt(s->squares[j] / n) / cols;
        m.mae += s->absolutes[j] / n / cols;
        m.r2 += explained(s->squares[j], s->target[j].sum) / cols;
        residual_variation += s->residual[j].sum;
        variation += s->target[j].sum;
    }
    if (s->n < 2)
        m.r2 = NAN;
    m.explained_variance = explained(residual_variation, variation);
    return m;
}
