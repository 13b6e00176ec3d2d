/* Singular values in shards: the longer side of the matrix is cut, and what crosses from shard to
 * shard is as small as the shorter one. All values: a QR factorisation of each shard, then one of
 * their triangles (Demmel, Grigori, Hoemmen and Langou 2012, "Communication-optimal parallel and
 * sequential QR and LU factorizations": TSQR of one level). A few: svd_top.c's iteration, with xᵀ x
 * as the sum of what the shards contribute. Everything else is small, and done by every rank alike.
 */
#include "num/svd.h"

#include "base/memory.h"
#include "num/kernels.h"
#include "num/linalg.h"
#include "num/ranks.h"

#include <math.h>
#include <string.h>

/* x (m, n), or its transpose where it is wide, by ranges of rows. */
typedef struct {
    lp_svd_operator base;
    bool wide;
    size_t longer, shards;
    size_t first, end;  /* this rank's shards */
    const double *rows; /* theirs, (…, base.side) */
    double *work;
} sharded;

static size_t row_of(const sharded *a, size_t shard) {
    return lp_cut(a->longer, a->shards, shard);
}

static size_t length_of(const sharded *a, size_t shard) {
    return row_of(a, shard + 1) - row_of(a, shard);
}

static const double *piece(const sharded *a, size_t shard) {
    return a->rows + (row_of(a, shard) - row_of(a, a->first)) * a->base.side;
}

static size_t max_length(const sharded *a) {
    return a->longer / a->shards + 1;
}

/* x times 2^-exponent, this rank's part of it; a copy only where x is wide or exponent is not 0. */
static sharded new_sharded(lp_arena *arena, size_t m, size_t n, size_t shards, int exponent,
                           const double *x) {
    bool wide = m < n;
    sharded a = {.base.side = wide ? m : n,
                 .wide = wide,
                 .longer = wide ? n : m,
                 .shards = shards,
                 .first = lp_cut(shards, lp_rank_count(), lp_rank()),
                 .end = lp_cut(shards, lp_rank_count(), lp_rank() + 1)};
    size_t side = a.base.side, from = row_of(&a, a.first), count = row_of(&a, a.end) - from;
    if (!wide && exponent == 0) {
        a.rows = x + from * side;
        return a;
    }
    double *rows = lp_arena_alloc(arena, count, side * sizeof *rows), factor = ldexp(1, -exponent);
    if (wide)
        lp_svd_transpose(m, count, n, factor, x + from, rows);
    else
        lp_kernels_of(LP_F8)->scale(count * side, factor, x + from * side, rows);
    a.rows = rows;
    return a;
}

/* ---- all values ---- */

/* stack (height, side) = left diag(s) acrossᵀ. The columns of x's v stay orthonormal where s is 0,
 * so they have to come from a v. */
static int factorise_stack(lp_arena *arena, bool wide, size_t height, size_t side,
                           const double *stack, double *left, double *s, double *across,
                           lp_error *e) {
    if (!wide)
        return lp_svd(height, side, stack, left, s, across, e);
    double *transposed = lp_arena_alloc(arena, side, height * sizeof *transposed);
    lp_svd_transpose(height, side, side, 1, stack, transposed);
    return lp_svd(side, height, transposed, across, s, left, e);
}

/* x (longer, side) = along diag(s) acrossᵀ, of which along gets k columns: (longer, k); s (side),
 * across (side, side). The triangles lie below each other, and of a shard with fewer rows than
 * columns these rows themselves. */
static int factorise(lp_arena *arena, const sharded *a, size_t k, double *along, double *s,
                     double *across, lp_error *e) {
    size_t side = a->base.side, height = 0, ranks = lp_rank_count();
    LP_CLEANUP(lp_free) size_t *start = lp_alloc(a->shards + 1, sizeof *start);
    LP_CLEANUP(lp_free) size_t *bytes = lp_alloc(ranks + 1, sizeof *bytes);
    for (size_t i = 0; i < a->shards; i++) {
        start[i] = height;
        height += length_of(a, i) < side ? length_of(a, i) : side;
    }
    start[a->shards] = height;
    double *stack = lp_arena_alloc_zero(arena, height, side * sizeof *stack);
    double *left = lp_arena_alloc(arena, height, side * sizeof *left);
    lp_qr **q = lp_arena_alloc_zero(arena, a->end - a->first, sizeof(lp_qr *));
    for (size_t i = a->first; i < a->end; i++)
        if (length_of(a, i) < side)
            memcpy(stack + start[i] * side, piece(a, i), length_of(a, i) * side * sizeof *stack);
        else
            q[i - a->first] =
                lp_qr_new(arena, length_of(a, i), side, piece(a, i), stack + start[i] * side);
    for (size_t r = 0; r <= ranks; r++)
        bytes[r] = start[lp_cut(a->shards, ranks, r)] * side * sizeof *stack;
    lp_ranks_gather(stack, bytes);
    if (factorise_stack(arena, a->wide, height, side, stack, left, s, across, e))
        return -1;
    for (size_t i = a->first; i < a->end; i++) {
        const double *from = left + start[i] * side;
        double *to = along + row_of(a, i) * k;
        for (size_t r = 0; q[i - a->first] == NULL && r < length_of(a, i); r++)
            memcpy(to + r * k, from + r * side, k * sizeof *to);
        if (q[i - a->first] != NULL)
            lp_qr_multiply(q[i - a->first], k, side, from, to);
    }
    lp_ranks_gather_rows(along, a->longer, k * sizeof *along, a->shards);
    return 0;
}

/* to (rows, k) = the first k columns of from (rows, cols). */
static void take_columns(size_t rows, size_t cols, size_t k, const double *from, double *to) {
    for (size_t i = 0; i < rows; i++)
        memcpy(to + i * k, from + i * cols, k * sizeof *to);
}

static int all_values(lp_arena *arena, const sharded *a, size_t k, double *along, double *s,
                      double *across, lp_error *e) {
    size_t side = a->base.side;
    double *value = lp_arena_alloc(arena, side, sizeof *value);
    double *inner = lp_arena_alloc(arena, side, side * sizeof *inner);
    if (factorise(arena, a, k, along, value, inner, e))
        return -1;
    take_columns(side, side, k, inner, across);
    memcpy(s, value, k * sizeof *s);
    return 0;
}

/* ---- a few ---- */

/* z = sum of (y pieceᵀ) piece */
static void apply(const lp_svd_operator *self, size_t rows, const double *y, double *z) {
    const sharded *a = (const sharded *)self;
    const lp_kernels *num = lp_kernels_of(LP_F8);
    LP_CLEANUP(lp_arena_free) lp_arena memory = {0};
    lp_shard_sum sum = lp_shard_sum_new(&memory, LP_F8, rows * self->side, a->shards);
    for (size_t i = sum.first; i < sum.end; i++) {
        size_t length = length_of(a, i);
        num->gemm(LP_NT, rows, length, self->side, y, piece(a, i), a->work, false);
        num->gemm(LP_NN, rows, self->side, length, a->work, piece(a, i), lp_shard_sum_next(&sum),
                  false);
    }
    memcpy(z, lp_shard_sum_all(&sum), rows * self->side * sizeof *z);
}

static void prepare(lp_arena *arena, sharded *a, size_t k) {
    size_t side = a->base.side;
    a->base.apply = apply;
    if (!lp_svd_gram_pays(side, k)) {
        a->work = lp_arena_alloc(arena, lp_svd_max_rows(side, k), max_length(a) * sizeof *a->work);
        return;
    }
    lp_shard_sum sum = lp_shard_sum_new(arena, LP_F8, side * side, a->shards);
    for (size_t i = sum.first; i < sum.end; i++)
        lp_kernels_of(LP_F8)->gemm(LP_TN, side, side, length_of(a, i), piece(a, i), piece(a, i),
                                   lp_shard_sum_next(&sum), false);
    a->base.gram = lp_shard_sum_all(&sum);
}

static int few_values(lp_arena *arena, sharded *a, size_t k, uint64_t seed, double *along,
                      double *s, double *across, lp_error *e) {
    const lp_kernels *num = lp_kernels_of(LP_F8);
    size_t side = a->base.side, keep = k + LP_SVD_OVERSAMPLE, from = row_of(a, a->first);
    double *q = lp_arena_alloc(arena, keep, side * sizeof *q);
    prepare(arena, a, k);
    if (lp_svd_dominant(arena, &a->base, k, seed, q, e))
        return -1;
    /* The exact factorisation of x within the space of q. */
    double *projected = lp_arena_alloc(arena, row_of(a, a->end) - from, keep * sizeof *projected);
    double *value = lp_arena_alloc(arena, keep, sizeof *value);
    double *inner = lp_arena_alloc(arena, keep, keep * sizeof *inner);
    double *turned = lp_arena_alloc(arena, side, keep * sizeof *turned);
    sharded within = *a;
    within.base = (lp_svd_operator){.side = keep};
    within.rows = projected;
    for (size_t i = a->first; i < a->end; i++)
        num->gemm(LP_NT, length_of(a, i), keep, side, piece(a, i), q,
                  projected + (row_of(a, i) - from) * keep, false);
    if (factorise(arena, &within, k, along, value, inner, e))
        return -1;
    num->gemm(LP_TN, side, keep, keep, q, inner, turned, false);
    take_columns(side, keep, k, turned, across);
    memcpy(s, value, k * sizeof *s);
    return 0;
}

int lp_svd_shards(size_t m, size_t n, size_t k, size_t shards, bool exact, const double *x,
                  uint64_t seed, double *u, double *s, double *v, lp_error *e) {
    double largest;
    if (lp_svd_check(m, n, x, &largest, e))
        return -1;
    size_t side = m < n ? m : n;
    if (k == 0 || k > side)
        return lp_fail(e, "singular values: %zu of a %zu x %zu matrix were asked for (1 to %zu)", k,
                       m, n, side);
    LP_CLEANUP(lp_arena_free) lp_arena arena = {0};
    double *along = m < n ? v : u, *across = m < n ? u : v;
    bool all = exact || 2 * (k + LP_SVD_OVERSAMPLE) > side;
    int exponent = lp_svd_top_exponent(largest);
    sharded a = new_sharded(&arena, m, n, shards, exponent, x);
    if (all ? all_values(&arena, &a, k, along, s, across, e)
            : few_values(&arena, &a, k, seed, along, s, across, e))
        return -1;
    for (size_t i = 0; i < k; i++)
        s[i] = ldexp(s[i], exponent);
    lp_svd_fix_signs(m, n, k, u, v);
    return isinf(s[0]) ? lp_fail(e, "singular values: the largest is over the largest double") : 0;
}
