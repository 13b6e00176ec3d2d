/* Exact singular values: Drmač and Veselić 2008, "New fast and accurate Jacobi SVD algorithm", in
 * its basic form. A tall matrix is first reduced to its triangle; the triangle is factorised again
 * with column pivoting, P1 R = Q2 R2; and the Jacobi rotations work on the rows of R2, which are
 * nearly orthogonal already. Matrices are kept transposed here, a row of memory for each column, so
 * that columns are contiguous. */
#include "num/svd.h"

#include "base/memory.h"
#include "num/kernels.h"
#include "num/linalg.h"
#include "num/parallel.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

/* ---- Householder reflectors ---- */

/* H_0 H_1 ... H_{count-1} with H_i = I - tau_i v_i v_iᵀ; v (count, length), row i zero up to its
 * element i, which is 1. */
typedef struct {
    size_t count, length;
    double *v, *tau;
    double *work; /* for apply_block on up to `count` columns */
} reflectors;

enum { BLOCK = 32 };

static reflectors new_reflectors(lp_arena *arena, size_t count, size_t length) {
    return (reflectors){
        .count = count,
        .length = length,
        .v = lp_arena_alloc_zero(arena, count, length * sizeof(double)),
        .tau = lp_arena_alloc_zero(arena, count, sizeof(double)),
        .work = lp_arena_alloc(arena, 2 * count, BLOCK * sizeof(double)),
    };
}

/* Makes reflector k the one that zeroes column x (length) behind its element k, and applies it to x
 * (Golub and Van Loan 2013, algorithm 5.1.1). */
static void reflect(reflectors *h, size_t k, double *x) {
    const lp_kernels *num = lp_kernels_of(LP_F8);
    size_t below = h->length - k - 1;
    double *v = h->v + k * h->length + k;
    double alpha = x[k], rest = num->dot(below, x + k + 1, x + k + 1);
    v[0] = 1;
    h->tau[k] = 0;
    if (rest == 0)
        return;
    double beta = -copysign(sqrt(fma(alpha, alpha, rest)), alpha);
    h->tau[k] = (beta - alpha) / beta;
    num->scale(below, 1 / (alpha - beta), x + k + 1, v + 1);
    x[k] = beta;
    memset(x + k + 1, 0, below * sizeof *x);
}

/* y = H_k y. */
static void apply_one(const reflectors *h, size_t k, double *y) {
    const lp_kernels *num = lp_kernels_of(LP_F8);
    const double *v = h->v + k * h->length + k;
    size_t n = h->length - k;
    num->axpy(n, -h->tau[k] * num->dot(n, v, y + k), v, y + k);
}

/* Multiplies the columns y (rows, length) by reflectors first .. first+n-1 (n <= BLOCK) at once:
 * y = (I - V T Vᵀ) y or, reversed, y = (I - V Tᵀ Vᵀ) y (Schreiber and Van Loan 1989). */
static void apply_block(const reflectors *h, size_t first, size_t n, bool reversed, size_t rows,
                        double *y) {
    const lp_kernels *num = lp_kernels_of(LP_F8);
    const double *v = h->v + first * h->length, *tau = h->tau + first;
    double gram[BLOCK * BLOCK], t[BLOCK * BLOCK] = {0};
    num->gemm(LP_NT, n, n, h->length, v, v, gram, false);
    for (size_t j = 0; j < n; j++) {
        /* Column j of T is -tau_j T (V v_j) above the diagonal. */
        for (size_t i = 0; i < j; i++) {
            double sum = 0;
            for (size_t k = i; k < j; k++)
                sum = fma(t[i * n + k], gram[k * n + j], sum);
            t[i * n + j] = -tau[j] * sum;
        }
        t[j * n + j] = tau[j];
    }
    double *yv = h->work, *yvt = yv + rows * n;
    num->gemm(LP_NT, rows, n, h->length, y, v, yv, false);
    num->gemm(reversed ? LP_NN : LP_NT, rows, n, n, yv, t, yvt, false);
    num->scale(rows * n, -1, yvt, yvt);
    num->gemm(LP_NN, rows, h->length, n, yvt, v, y, true);
}

/* Triangularises the columns x (h->count, h->length): on return column j holds R's column j. */
static void factorise(reflectors *h, double *x) {
    for (size_t first = 0; first < h->count; first += BLOCK) {
        size_t end = first + BLOCK < h->count ? first + BLOCK : h->count;
        for (size_t k = first; k < end; k++) {
            reflect(h, k, x + k * h->length);
            for (size_t j = k + 1; j < end; j++)
                apply_one(h, k, x + j * h->length);
        }
        /* The transposes multiply the columns behind, the first reflector first. */
        if (end < h->count)
            apply_block(h, first, end - first, true, h->count - end, x + end * h->length);
    }
}

/* The columns y (rows, h->length) = Q y, rows <= h->count. */
static void apply_q(const reflectors *h, size_t rows, double *y) {
    size_t first = (h->count - 1) / BLOCK * BLOCK + BLOCK;
    while (first > 0) {
        first -= BLOCK;
        size_t n = h->count - first < BLOCK ? h->count - first : BLOCK;
        apply_block(h, first, n, false, rows, y);
    }
}

/* The same as factorise for a square x, taking at every step the longest of the columns that
 * remain (the first of equals): column j of R belongs to column column[j] of x. */
static void factorise_pivoted(reflectors *h, double *x, size_t *column) {
    const lp_kernels *num = lp_kernels_of(LP_F8);
    size_t n = h->length;
    for (size_t j = 0; j < n; j++)
        column[j] = j;
    for (size_t k = 0; k < n; k++) {
        size_t longest = k;
        double max_square = -1;
        for (size_t j = k; j < n; j++) {
            double square = num->dot(n - k, x + j * n + k, x + j * n + k);
            if (square > max_square) {
                max_square = square;
                longest = j;
            }
        }
        if (longest != k) {
            for (size_t i = 0; i < n; i++) {
                double kept = x[k * n + i];
                x[k * n + i] = x[longest * n + i];
                x[longest * n + i] = kept;
            }
            size_t kept = column[k];
            column[k] = column[longest];
            column[longest] = kept;
        }
        reflect(h, k, x + k * n);
        for (size_t j = k + 1; j < n; j++)
            apply_one(h, k, x + j * n);
    }
}

void lp_orthonormalise(size_t n, size_t length, double *x) {
    LP_CLEANUP(lp_arena_free) lp_arena arena = {0};
    reflectors h = new_reflectors(&arena, n, length);
    factorise(&h, x);
    memset(x, 0, n * length * sizeof *x);
    for (size_t i = 0; i < n; i++)
        x[i * length + i] = 1;
    apply_q(&h, n, x);
}

struct lp_qr {
    reflectors h;
    double *columns; /* (n, m), for lp_qr_multiply */
};

lp_qr *lp_qr_new(lp_arena *arena, size_t m, size_t n, const double *x, double *r) {
    lp_qr *q = lp_arena_alloc(arena, 1, sizeof *q);
    q->h = new_reflectors(arena, n, m);
    q->columns = lp_arena_alloc(arena, n, m * sizeof *q->columns);
    lp_svd_transpose(m, n, n, 1, x, q->columns);
    factorise(&q->h, q->columns);
    lp_svd_transpose(n, n, m, 1, q->columns, r);
    return q;
}

void lp_qr_multiply(const lp_qr *q, size_t k, size_t width, const double *y, double *z) {
    size_t m = q->h.length, n = q->h.count;
    memset(q->columns, 0, k * m * sizeof *q->columns);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < k; j++)
            q->columns[j * m + i] = y[i * width + j];
    apply_q(&q->h, k, q->columns);
    lp_svd_transpose(k, m, m, 1, q->columns, z);
}

/* ---- one-sided Jacobi ---- */

/* Columns go in groups of a few, so that two groups stay in the cache while each column of one
 * meets each of the other. */
enum { MAX_SWEEPS = 60, GROUP = 16, THREADED_FROM = 256 };

typedef struct {
    size_t n, stride; /* stride: n, or 2 n with the rotations */
    double *x;        /* the columns, n of n, each followed by its row of the rotations if wanted */
    double *square, *root; /* their squared norms, and the norms */
    double orthogonal;     /* the part of two columns' norms that their product may have */
    size_t *seat;          /* a tournament of the groups: seat[i] meets seat[seats - 1 - i] */
    size_t seats;          /* an even number; a group beyond the last column is empty */
    bool first;            /* the round in which members of one group meet, too */
    bool *rotated;         /* for each pair of groups */
} jacobi;

/* Makes the columns i and j orthogonal; false where they are already. */
static bool rotate_pair(jacobi *s, size_t i, size_t j) {
    const lp_kernels *num = lp_kernels_of(LP_F8);
    double *x = s->x + i * s->stride, *y = s->x + j * s->stride;
    double a = s->square[i], b = s->square[j];
    if (a == 0 || b == 0)
        return false;
    double product = num->dot(s->n, x, y);
    if (fabs(product) <= s->orthogonal * (s->root[i] * s->root[j]))
        return false;
    /* tan of the smaller of the two angles that do it. */
    double zeta = (b - a) / (2 * product);
    double root = fabs(zeta) < 0x1p500 ? sqrt(fma(zeta, zeta, 1)) : fabs(zeta);
    double t = copysign(1, zeta) / (fabs(zeta) + root);
    double c = 1 / sqrt(fma(t, t, 1));
    num->rotate(s->stride, c, c * t, x, y);
    s->square[i] = fmax(0, fma(-t, product, a));
    s->square[j] = fma(t, product, b);
    s->root[i] = sqrt(s->square[i]);
    s->root[j] = sqrt(s->square[j]);
    return true;
}

static void meet(void *context, size_t pair) {
    jacobi *s = context;
    size_t group[2] = {s->seat[pair], s->seat[s->seats - 1 - pair]};
    bool rotated = false;
    size_t start[2], end[2];
    for (int g = 0; g < 2; g++) {
        start[g] = group[g] * GROUP < s->n ? group[g] * GROUP : s->n;
        end[g] = start[g] + GROUP < s->n ? start[g] + GROUP : s->n;
        for (size_t i = start[g]; s->first && i < end[g]; i++)
            for (size_t j = i + 1; j < end[g]; j++)
                rotated |= rotate_pair(s, i, j);
    }
    for (size_t i = start[0]; i < end[0]; i++)
        for (size_t j = start[1]; j < end[1]; j++)
            rotated |= rotate_pair(s, i < j ? i : j, i < j ? j : i);
    s->rotated[pair] = rotated;
}

/* Every pair of columns once. No two meetings of a round share a column, so their order does not
 * matter; after each round all but the first seat move on by one. */
static bool sweep(jacobi *s) {
    const lp_kernels *num = lp_kernels_of(LP_F8);
    size_t pairs = s->seats / 2;
    bool rotated = false;
    for (size_t j = 0; j < s->n; j++) {
        const double *x = s->x + j * s->stride;
        s->square[j] = num->dot(s->n, x, x);
        s->root[j] = sqrt(s->square[j]);
    }
    for (size_t round = 1; round < s->seats; round++) {
        s->first = round == 1;
        if (s->n >= THREADED_FROM)
            lp_parallel(pairs, meet, s);
        else
            for (size_t pair = 0; pair < pairs; pair++)
                meet(s, pair);
        for (size_t pair = 0; pair < pairs; pair++)
            rotated |= s->rotated[pair];
        size_t last = s->seat[s->seats - 1];
        memmove(s->seat + 2, s->seat + 1, (s->seats - 2) * sizeof *s->seat);
        s->seat[1] = last;
    }
    return rotated;
}

/* x J = orthogonal columns, x (n, stride) with J's rows behind the columns of x where stride is
 * 2 n. */
static int orthogonalise(lp_arena *arena, size_t n, size_t stride, double orthogonal, double *x,
                         lp_error *e) {
    size_t groups = (n + GROUP - 1) / GROUP, seats = groups + groups % 2;
    jacobi s = {
        .n = n,
        .stride = stride,
        .x = x,
        .square = lp_arena_alloc(arena, n, sizeof(double)),
        .root = lp_arena_alloc(arena, n, sizeof(double)),
        .orthogonal = orthogonal,
        .seat = lp_arena_alloc(arena, seats, sizeof(size_t)),
        .seats = seats,
        .rotated = lp_arena_alloc(arena, seats / 2, sizeof(bool)),
    };
    for (size_t i = 0; i < seats; i++)
        s.seat[i] = i;
    for (int sweeps = 0; sweep(&s);)
        if (++sweeps == MAX_SWEEPS)
            return lp_fail(e,
                           "singular values of a %zu x %zu triangle: no convergence in %d sweeps",
                           n, n, MAX_SWEEPS);
    return 0;
}

/* ---- putting it together ---- */

/* A column this small beside a largest element of 1 counts as zero: its square would lose digits in
 * the subnormals. */
#define NEGLIGIBLE 0x1p-480

/* As orthogonal as rounding leaves them. */
static double rounding(size_t n) {
    return (double)n * DBL_EPSILON * 0.5;
}

/* The order in which the n norms fall; among equals the earlier one stays first. */
static void sort_falling(size_t n, const double *norm, size_t *order) {
    for (size_t i = 0; i < n; i++) {
        size_t place = i;
        for (; place > 0 && norm[order[place - 1]] < norm[i]; place--)
            order[place] = order[place - 1];
        order[place] = i;
    }
}

/* Singular values of the square columns x (n, n), destroyed: s falling, and the singular vectors
 * as rows: left (n, n) always orthonormal, or NULL; right (n, n) zero where s is. */
static int svd_square(lp_arena *arena, size_t n, double orthogonal, double *x, double *left,
                      double *s, double *right, lp_error *e) {
    const lp_kernels *num = lp_kernels_of(LP_F8);
    size_t *column = lp_arena_alloc(arena, n, sizeof *column);
    size_t *order = lp_arena_alloc(arena, n, sizeof *order);
    size_t stride = left != NULL ? 2 * n : n;
    double *work = lp_arena_alloc_zero(arena, n, stride * sizeof *work);
    double *norm = lp_arena_alloc(arena, n, sizeof *norm);
    reflectors h = new_reflectors(arena, n, n);
    factorise_pivoted(&h, x, column);
    /* The Jacobi columns are R's rows. */
    for (size_t i = 0; i < n; i++) {
        double *row = work + i * stride;
        for (size_t j = i; j < n; j++)
            row[j] = x[j * n + i];
        if (num->dot(n, row, row) < NEGLIGIBLE * NEGLIGIBLE)
            num->fill(n, 0, row);
        if (left != NULL)
            row[n + i] = 1;
    }
    if (orthogonalise(arena, n, stride, orthogonal, work, e) != 0)
        return -1;
    for (size_t i = 0; i < n; i++)
        norm[i] = sqrt(num->dot(n, work + i * stride, work + i * stride));
    sort_falling(n, norm, order);
    for (size_t i = 0; i < n; i++) {
        const double *from = work + order[i] * stride;
        s[i] = norm[order[i]];
        for (size_t j = 0; j < n; j++)
            right[i * n + column[j]] = s[i] > 0 ? from[j] / s[i] : 0;
        if (left != NULL)
            memcpy(left + i * n, from + n, n * sizeof *left);
    }
    if (left != NULL)
        apply_q(&h, n, left);
    return 0;
}

/* The same for columns x (n, m), m >= n: left (n, m). */
static int svd_tall(lp_arena *arena, size_t m, size_t n, double *x, double *left, double *s,
                    double *right, lp_error *e) {
    if (m == n)
        return svd_square(arena, n, rounding(n), x, left, s, right, e);
    reflectors h = new_reflectors(arena, n, m);
    double *square = lp_arena_alloc(arena, n, n * sizeof *square);
    double *square_left = lp_arena_alloc(arena, n, n * sizeof *square);
    factorise(&h, x);
    for (size_t j = 0; j < n; j++)
        memcpy(square + j * n, x + j * m, n * sizeof *square);
    if (svd_square(arena, n, rounding(n), square, square_left, s, right, e) != 0)
        return -1;
    memset(left, 0, n * m * sizeof *left);
    for (size_t i = 0; i < n; i++)
        memcpy(left + i * m, square_left + i * n, n * sizeof *left);
    apply_q(&h, n, left);
    return 0;
}

/* Replaces the zero rows of v (r, n), those from `from` on, so that all are orthonormal: each by
 * the unit vector that the rows before it contain least, made orthogonal to them. */
static void complete(size_t r, size_t n, size_t from, double *v) {
    const lp_kernels *num = lp_kernels_of(LP_F8);
    for (size_t k = from; k < r; k++) {
        size_t min = 0;
        double min_square = INFINITY;
        for (size_t j = 0; j < n; j++) {
            double square = 0;
            for (size_t i = 0; i < k; i++)
                square = fma(v[i * n + j], v[i * n + j], square);
            if (square < min_square) {
                min_square = square;
                min = j;
            }
        }
        double *row = v + k * n;
        num->fill(n, 0, row);
        row[min] = 1;
        for (int pass = 0; pass < 2; pass++)
            for (size_t i = 0; i < k; i++)
                num->axpy(n, -num->dot(n, v + i * n, row), v + i * n, row);
        num->scale(n, 1 / sqrt(num->dot(n, row, row)), row, row);
    }
}

/* The number of positive values in the falling s. */
static size_t rank_of(size_t n, const double *s) {
    size_t rank = 0;
    while (rank < n && s[rank] > 0)
        rank++;
    return rank;
}

void lp_svd_transpose(size_t rows, size_t cols, size_t stride, double factor, const double *from,
                      double *to) {
    enum { TILE = 16 };
    for (size_t i0 = 0; i0 < rows; i0 += TILE)
        for (size_t j0 = 0; j0 < cols; j0 += TILE)
            for (size_t i = i0; i < i0 + TILE && i < rows; i++)
                for (size_t j = j0; j < j0 + TILE && j < cols; j++)
                    to[j * rows + i] = from[i * stride + j] * factor;
}

static void transpose(size_t rows, size_t cols, double factor, const double *from, double *to) {
    lp_svd_transpose(rows, cols, cols, factor, from, to);
}

void lp_svd_fix_signs(size_t m, size_t n, size_t r, double *u, double *v) {
    for (size_t k = 0; k < r; k++) {
        size_t largest = 0;
        for (size_t j = 1; j < n; j++)
            if (fabs(v[j * r + k]) > fabs(v[largest * r + k]))
                largest = j;
        if (v[largest * r + k] >= 0)
            continue;
        for (size_t j = 0; j < n; j++)
            v[j * r + k] = -v[j * r + k];
        for (size_t i = 0; i < m; i++)
            u[i * r + k] = u[i * r + k] == 0 ? 0 : -u[i * r + k];
    }
}

static inline void take(double x, double *max, double *odd) {
    double magnitude = fabs(x);
    *max = magnitude > *max ? magnitude : *max;
    *odd += magnitude - magnitude; /* 0, or NaN if x is not finite */
}

/* The largest magnitude, NaN if any element is not finite. Eight chains side by side, which the
 * compiler puts in vectors. */
static double max_magnitude(size_t n, const double *x) {
    enum { CHAINS = 8 };
    double max[CHAINS] = {0}, odd[CHAINS] = {0};
    size_t i = 0;
    for (; i + CHAINS <= n; i += CHAINS)
        for (size_t j = 0; j < CHAINS; j++)
            take(x[i + j], &max[j], &odd[j]);
    for (; i < n; i++)
        take(x[i], &max[0], &odd[0]);
    for (size_t j = 1; j < CHAINS; j++) {
        take(max[j], &max[0], &odd[0]);
        odd[0] += odd[j];
    }
    return max[0] + odd[0];
}

int lp_svd_check(size_t m, size_t n, const double *x, double *largest, lp_error *e) {
    if (m == 0 || n == 0)
        return lp_fail(e, "singular values: the matrix is %zu x %zu (it has to hold something)", m,
                       n);
    *largest = max_magnitude(m * n, x);
    if (isfinite(*largest))
        return 0;
    size_t at = 0;
    while (isfinite(x[at]))
        at++;
    return lp_fail(e, "singular values: row %zu, column %zu is not finite", at / n, at % n);
}

/* The power of two that takes the largest element to [1/2, 1), so that no square overflows. */
static int exponent_of(double largest) {
    int exponent = 0;
    frexp(largest, &exponent);
    return exponent < -1000 ? -1000 : exponent; /* subnormals: 2^1000 does as well */
}

int lp_svd_right(size_t n, const double *x, double orthogonal, double *s, double *v, lp_error *e) {
    double largest;
    if (lp_svd_check(n, n, x, &largest, e) != 0)
        return -1;
    LP_CLEANUP(lp_arena_free) lp_arena arena = {0};
    double *columns = lp_arena_alloc(&arena, n, n * sizeof *columns);
    int exponent = exponent_of(largest);
    transpose(n, n, ldexp(1, -exponent), x, columns);
    if (svd_square(&arena, n, orthogonal, columns, NULL, s, v, e) != 0)
        return -1;
    complete(n, n, rank_of(n, s), v);
    for (size_t i = 0; i < n; i++)
        s[i] = ldexp(s[i], exponent);
    return 0;
}

int lp_svd(size_t m, size_t n, const double *x, double *u, double *s, double *v, lp_error *e) {
    double largest;
    if (lp_svd_check(m, n, x, &largest, e) != 0)
        return -1;
    bool wide = m < n;
    size_t r = wide ? m : n, length = wide ? n : m;
    LP_CLEANUP(lp_arena_free) lp_arena arena = {0};
    double *columns = lp_arena_alloc(&arena, r, length * sizeof *columns);
    double *left = lp_arena_alloc(&arena, r, length * sizeof *left);
    double *right = lp_arena_alloc(&arena, r, r * sizeof *right);
    int exponent = exponent_of(largest);
    double down = ldexp(1, -exponent);
    if (wide)
        lp_kernels_of(LP_F8)->scale(r * length, down, x, columns);
    else
        transpose(m, n, down, x, columns);
    if (svd_tall(&arena, length, r, columns, left, s, right, e) != 0)
        return -1;
    size_t rank = rank_of(r, s);
    if (wide) {
        transpose(r, r, 1, right, u);
        transpose(r, length, 1, left, v);
    } else {
        complete(r, r, rank, right);
        memset(left + rank * length, 0, (r - rank) * length * sizeof *left);
        transpose(r, length, 1, left, u);
        transpose(r, r, 1, right, v);
    }
    for (size_t i = 0; i < r; i++)
        s[i] = ldexp(s[i], exponent);
    lp_svd_fix_signs(m, n, r, u, v);
    if (isinf(s[0]))
        return lp_fail(e, "singular values: the largest is over the largest double");
    return 0;
}
