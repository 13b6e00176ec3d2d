/* Sums in one fixed order, which num/kernels.h states. */
#include "num/kernels/kernel.h"

#include <math.h>

enum {
    CHAINS = 4,                  /* vectors added to side by side: a sum's latency is hidden */
    STRIDE = CHAINS * LANES,     /* elements a step */
    BLOCK = 4096,                /* elements a block; a multiple of STRIDE */
    ROWS = 256,                  /* rows a block of sum_over_rows */
    LEVELS = 8 * sizeof(size_t), /* of the pairwise tree */
    AT_ONCE = LP_REGISTERS == 1 ? 3 : 1, /* vectors of columns, each in CHAINS sums */
};

typedef enum { SUM, DOT, SQUARED_DIFFERENCE } reduction;

LP_INLINE V add_step(reduction what, V acc, V x, V y) {
    if (what == SUM)
        return v_add(acc, x);
    if (what == DOT)
        return v_fma(x, y, acc);
    V d = v_sub(x, y);
    return v_fma(d, d, acc);
}

/* At most BLOCK elements: element i is added to lane i % STRIDE of CHAINS vectors; then the
 * vectors, then the lanes are added. */
LP_INLINE T block_sum(reduction what, size_t n, const T *x, const T *y) {
    V a = v_set1(0), b = a, c = a, d = a;
    size_t i = 0;
    for (; i + STRIDE <= n; i += STRIDE) {
        a = add_step(what, a, v_load(x + i), v_load(y + i));
        b = add_step(what, b, v_load(x + i + LANES), v_load(y + i + LANES));
        c = add_step(what, c, v_load(x + i + 2 * LANES), v_load(y + i + 2 * LANES));
        d = add_step(what, d, v_load(x + i + 3 * LANES), v_load(y + i + 3 * LANES));
    }
    /* What is missing of the last step counts as +0. */
    V *chain[CHAINS] = {&a, &b, &c, &d};
    for (int j = 0; i < n; i += LANES, j++) {
        size_t left = lanes_left(n, i);
        *chain[j] = add_step(what, *chain[j], v_load_n(x + i, left), v_load_n(y + i, left));
    }
    return v_sum_lanes(v_add(v_add(a, b), v_add(c, d)));
}

/* The blocks' sums are added pairwise: two blocks, two pairs, ... as soon as both are there; the
 * incomplete ones at the end from the smallest to the largest. */
LP_INLINE T reduce(reduction what, size_t n, const T *x, const T *y) {
    if (n <= BLOCK)
        return block_sum(what, n, x, y);
    T tree[LEVELS];
    size_t blocks = 0;
    for (size_t i = 0; i < n; i += BLOCK, blocks++) {
        T s = block_sum(what, n - i < BLOCK ? n - i : BLOCK, x + i, y + i);
        int level = 0;
        for (; blocks >> level & 1; level++)
            // cppcheck-suppress uninitvar ; an earlier block has set every level below
            s = tree[level] + s;
        tree[level] = s;
    }
    T s = 0;
    for (int level = 0; blocks >> level; level++)
        if (blocks >> level & 1)
            s = tree[level] + s;
    return s;
}

static double k_sum(size_t n, const void *x) {
    return reduce(SUM, n, x, x);
}

static double k_dot(size_t n, const void *x, const void *y) {
    return reduce(DOT, n, x, y);
}

static double k_sum_squared_difference(size_t n, const void *x, const void *y) {
    return reduce(SQUARED_DIFFERENCE, n, x, y);
}

/* a where it is larger or NaN, else b. */
LP_INLINE V larger(V a, V b) {
    return v_select(m_or(v_lt(b, a), v_nan(a)), a, b);
}

static double k_max(size_t n, const void *x) {
    const T *p = x;
    V lowest = v_set1(-(T)INFINITY), max = lowest;
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        max = larger(v_load(p + i), max);
    if (i < n)
        max = larger(v_select(m_first(n - i), v_load_n(p + i, n - i), lowest), max);
    T lane[LANES];
    v_store(lane, max);
    for (int j = 1; j < LANES; j++)
        lane[0] = lane[j] > lane[0] || lane[j] != lane[j] ? lane[j] : lane[0];
    return lane[0];
}

static void k_sum_each_row(size_t rows, size_t cols, const void *x, void *out, bool accumulate) {
    const T *p = x;
    T *to = out;
    for (size_t r = 0; r < rows; r++, p += cols) {
        T s = reduce(SUM, cols, p, p);
        to[r] = accumulate ? to[r] + s : s;
    }
}

/* `vectors` vectors of columns, the last of `left` lanes. Up to CHAINS blocks of rows are summed
 * side by side, which hides the latency of an addition, and then added in order. */
LP_INLINE void sum_columns(int vectors, size_t rows, size_t cols, size_t left, const T *x, T *out,
                           bool accumulate) {
    V total[AT_ONCE];
#define EACH_VECTOR _Pragma("GCC unroll 4") for (int v = 0; v < vectors; v++)
#define LOAD(at) v_load_n((at) + v * LANES, v < vectors - 1 ? LANES : left)
    EACH_VECTOR total[v] = accumulate ? LOAD(out) : v_set1(0);
    size_t r = 0;
    for (; r + (CHAINS - 1) * ROWS < rows; r += CHAINS * ROWS) {
        V s[CHAINS][AT_ONCE];
        const T *row = x + r * cols;
        size_t last = rows - r - (CHAINS - 1) * ROWS; /* rows of the last block */
        EACH_VECTOR s[0][v] = s[1][v] = s[2][v] = s[3][v] = v_set1(0);
        for (size_t i = 0; i < ROWS; i++, row += cols) {
            EACH_VECTOR s[0][v] = v_add(s[0][v], LOAD(row));
            EACH_VECTOR s[1][v] = v_add(s[1][v], LOAD(row + ROWS * cols));
            EACH_VECTOR s[2][v] = v_add(s[2][v], LOAD(row + 2 * ROWS * cols));
            if (i < last)
                EACH_VECTOR s[3][v] = v_add(s[3][v], LOAD(row + 3 * ROWS * cols));
        }
        for (int c = 0; c < CHAINS; c++)
            EACH_VECTOR total[v] = v_add(total[v], s[c][v]);
    }
    for (; r < rows; r += ROWS) {
        size_t end = rows - r < ROWS ? rows : r + ROWS;
        V s[AT_ONCE];
        EACH_VECTOR s[v] = v_set1(0);
        for (size_t i = r; i < end; i++)
            EACH_VECTOR s[v] = v_add(s[v], LOAD(x + i * cols));
        EACH_VECTOR total[v] = v_add(total[v], s[v]);
    }
    EACH_VECTOR v_store_n(out + v * LANES, total[v], v < vectors - 1 ? LANES : left);
#undef LOAD
#undef EACH_VECTOR
}

static void k_sum_over_rows(size_t rows, size_t cols, const void *x, void *out, bool accumulate) {
    const T *p = x;
    T *to = out;
    size_t vectors = (cols + LANES - 1) / LANES, left = cols - (vectors - 1) * LANES;
    size_t v = 0;
    for (; vectors - v > AT_ONCE; v += AT_ONCE)
        sum_columns(AT_ONCE, rows, cols, LANES, p + v * LANES, to + v * LANES, accumulate);
    p += v * LANES, to += v * LANES;
    if (AT_ONCE >= 3 && vectors - v == 3)
        sum_columns(3, rows, cols, left, p, to, accumulate);
    else if (AT_ONCE >= 2 && vectors - v == 2)
        sum_columns(2, rows, cols, left, p, to, accumulate);
    else if (vectors - v == 1)
        sum_columns(1, rows, cols, left, p, to, accumulate);
}
