/* The largest singular values of a large matrix: a block Krylov space of few steps, restarted from
 * its own best vectors (Halko, Martinsson, Tropp 2011, algorithm 4.4; Musco and Musco 2015,
 * "Randomized block Krylov methods", algorithm 2), then an exact problem as wide as the answer. */
#include "num/svd.h"

#include "base/memory.h"
#include "num/kernels.h"
#include "num/linalg.h"
#include "num/rng.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    STEPS = 3, /* blocks of a Krylov space */
    FEW_RESTARTS = 3,
    MAX_RESTARTS = 50
};

/* Restarts end when the sum of the k largest squares will grow by no more than this part of itself.
 */
#define CONVERGED 1e-10

/* How orthogonal the vectors of one restart are for the next. What they capture changes with the
 * square of that. */
#define NEARLY 0x1p-26

/* x itself. */
typedef struct {
    lp_svd_operator base;
    size_t m, n;
    const double *x;
    double *work; /* what lies between the two products without the Gram matrix */
} whole;

static void apply_whole(const lp_svd_operator *self, size_t rows, const double *y, double *z) {
    const whole *a = (const whole *)self;
    const lp_kernels *num = lp_kernels_of(LP_F8);
    if (self->side == a->n) {
        num->gemm(LP_NT, rows, a->m, a->n, y, a->x, a->work, false);
        num->gemm(LP_NN, rows, a->n, a->m, a->work, a->x, z, false);
    } else {
        num->gemm(LP_NN, rows, a->n, a->m, y, a->x, a->work, false);
        num->gemm(LP_NT, rows, a->m, a->n, a->work, a->x, z, false);
    }
}

static void apply(const lp_svd_operator *a, size_t rows, const double *y, double *z) {
    if (a->gram != NULL)
        lp_kernels_of(LP_F8)->gemm(LP_NN, rows, a->side, a->side, y, a->gram, z, false);
    else
        a->apply(a, rows, y, z);
}

/* Blocks of a Krylov space. */
static size_t steps_of(size_t side, size_t keep) {
    return side / keep < STEPS ? side / keep : STEPS;
}

size_t lp_svd_max_rows(size_t side, size_t k) {
    return (k + LP_SVD_OVERSAMPLE) * steps_of(side, k + LP_SVD_OVERSAMPLE);
}

/* By row, two products with x are 4 m n operations and one with the Gram matrix 2 side^2, which
 * takes 2 m n side to make. */
bool lp_svd_gram_pays(size_t side, size_t k) {
    size_t keep = k + LP_SVD_OVERSAMPLE, steps = steps_of(side, keep);
    return side <= 2 * (keep * (2 * steps - 1) * FEW_RESTARTS);
}

static whole new_operator(lp_arena *arena, size_t m, size_t n, size_t k, const double *x) {
    const lp_kernels *num = lp_kernels_of(LP_F8);
    size_t side = m < n ? m : n;
    whole a = {.base = {.side = side, .apply = apply_whole}, .m = m, .n = n, .x = x};
    if (!lp_svd_gram_pays(side, k)) {
        a.work = lp_arena_alloc(arena, lp_svd_max_rows(side, k), (m < n ? n : m) * sizeof *a.work);
        return a;
    }
    double *gram = a.base.gram = lp_arena_alloc(arena, side, side * sizeof *gram);
    if (m >= n) {
        num->gemm(LP_TN, n, n, m, x, x, gram, false);
        return a;
    }
    /* x xᵀ up to the diagonal, some rows at a time, and the rest by symmetry. */
    enum { ROWS = 64 };
    double *strip = lp_arena_alloc(arena, ROWS, m * sizeof *strip);
    for (size_t from = 0; from < m; from += ROWS) {
        size_t end = from + ROWS < m ? from + ROWS : m;
        num->gemm(LP_NT, end - from, end, n, x + from * n, x, strip, false);
        for (size_t i = from; i < end; i++)
            for (size_t j = 0; j <= i; j++)
                gram[i * m + j] = gram[j * m + i] = strip[(i - from) * end + j];
    }
    return a;
}

int lp_svd_dominant(lp_arena *arena, const lp_svd_operator *a, size_t k, uint64_t seed, double *q,
                    lp_error *e) {
    const lp_kernels *num = lp_kernels_of(LP_F8);
    size_t keep = k + LP_SVD_OVERSAMPLE, steps = steps_of(a->side, keep);
    size_t block = keep * a->side, width = keep * steps;
    double *space = lp_arena_alloc(arena, steps, block * sizeof *space);
    double *image = lp_arena_alloc(arena, steps, block * sizeof *image);
    double *value = lp_arena_alloc(arena, width, sizeof *value);
    double *product = lp_arena_alloc(arena, width, width * sizeof *product);
    double *vectors = lp_arena_alloc(arena, width, width * sizeof *vectors);
    double captured = 0, growth = 0;
    lp_rng r = lp_rng_new(seed, LP_RNG_SVD, 0);
    for (size_t i = 0; i < block; i++)
        q[i] = lp_rng_normal(&r);
    for (int restart = 0; restart < MAX_RESTARTS; restart++) {
        memcpy(space, q, block * sizeof *space);
        for (size_t step = 1; step < steps; step++) {
            double *next = space + step * block;
            apply(a, keep, next - block, next);
            lp_orthonormalise(keep, a->side, next);
        }
        /* Rayleigh and Ritz: the eigenvectors of the operator within the space. */
        lp_orthonormalise(width, a->side, space);
        apply(a, width, space, image);
        num->gemm(LP_NT, width, width, a->side, image, space, product, false);
        if (lp_svd_right(width, product, NEARLY, value, vectors, e) != 0)
            return -1;
        num->gemm(LP_NN, keep, a->side, width, vectors, space, q, false);
        double now = num->sum(k, value);
        /* If the growth goes on shrinking like this, growth^2 / (before - growth) is to come. */
        double before = growth;
        growth = now - captured;
        captured = now;
        if (growth <= 0 ||
            (growth < before && growth * growth <= CONVERGED * now * (before - growth)))
            break;
    }
    lp_orthonormalise(keep, a->side, q);
    return 0;
}

/* to (rows, k) = the first k columns of from (rows, cols). */
static void take_columns(size_t rows, size_t cols, size_t k, const double *from, double *to) {
    for (size_t i = 0; i < rows; i++)
        memcpy(to + i * k, from + i * cols, k * sizeof *to);
}

/* The k largest of an exact factorisation. */
static int from_all(lp_arena *arena, size_t m, size_t n, size_t k, const double *x, double *u,
                    double *s, double *v, lp_error *e) {
    size_t r = m < n ? m : n;
    double *all_u = lp_arena_alloc(arena, m, r * sizeof *all_u);
    double *all_v = lp_arena_alloc(arena, n, r * sizeof *all_v);
    double *all_s = lp_arena_alloc(arena, r, sizeof *all_s);
    if (lp_svd(m, n, x, all_u, all_s, all_v, e) != 0)
        return -1;
    take_columns(m, r, k, all_u, u);
    take_columns(n, r, k, all_v, v);
    memcpy(s, all_s, k * sizeof *s);
    return 0;
}

/* The exact factorisation of x within the space of q (keep, side). */
static int within(lp_arena *arena, size_t m, size_t n, size_t k, size_t keep, const double *x,
                  const double *q, double *u, double *s, double *v, lp_error *e) {
    const lp_kernels *num = lp_kernels_of(LP_F8);
    bool wide = m < n;
    size_t side = wide ? m : n, longer = wide ? n : m;
    double *projected = lp_arena_alloc(arena, longer, keep * sizeof *projected);
    double *along = lp_arena_alloc(arena, longer, keep * sizeof *along);
    double *across = lp_arena_alloc(arena, side, keep * sizeof *across);
    double *inner = lp_arena_alloc(arena, keep, keep * sizeof *inner);
    double *value = lp_arena_alloc(arena, keep, sizeof *value);
    if (wide)
        num->gemm(LP_NN, keep, n, m, q, x, projected, false);
    else
        num->gemm(LP_NT, m, keep, n, x, q, projected, false);
    if ((wide ? lp_svd(keep, n, projected, inner, value, along, e)
              : lp_svd(m, keep, projected, along, value, inner, e)) != 0)
        return -1;
    num->gemm(LP_TN, side, keep, keep, q, inner, across, false);
    take_columns(m, keep, k, wide ? across : along, u);
    take_columns(n, keep, k, wide ? along : across, v);
    memcpy(s, value, k * sizeof *s);
    lp_svd_fix_signs(m, n, k, u, v);
    return 0;
}

int lp_svd_top_exponent(double largest) {
    int exponent = 0;
    frexp(largest, &exponent);
    return abs(exponent) < 200 ? 0 : exponent < -1000 ? -1000 : exponent;
}

int lp_svd_top(size_t m, size_t n, size_t k, const double *x, uint64_t seed, double *u, double *s,
               double *v, lp_error *e) {
    double largest;
    if (lp_svd_check(m, n, x, &largest, e) != 0)
        return -1;
    size_t side = m < n ? m : n, keep = k + LP_SVD_OVERSAMPLE;
    if (k == 0 || k > side)
        return lp_fail(e, "singular values: %zu of a %zu x %zu matrix were asked for (1 to %zu)", k,
                       m, n, side);
    LP_CLEANUP(lp_arena_free) lp_arena arena = {0};
    if (2 * keep > side)
        return from_all(&arena, m, n, k, x, u, s, v, e);
    int exponent = lp_svd_top_exponent(largest);
    if (exponent != 0) {
        double *scaled = lp_arena_alloc(&arena, m, n * sizeof *scaled);
        lp_kernels_of(LP_F8)->scale(m * n, ldexp(1, -exponent), x, scaled);
        x = scaled;
    }

    double *q = lp_arena_alloc(&arena, keep, side * sizeof *q);
    whole a = new_operator(&arena, m, n, k, x);
    if (lp_svd_dominant(&arena, &a.base, k, seed, q, e) != 0 ||
        within(&arena, m, n, k, keep, x, q, u, s, v, e) != 0)
        return -1;
    for (size_t i = 0; i < k; i++)
        s[i] = ldexp(s[i], exponent);
    return 0;
}
