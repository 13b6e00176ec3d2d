/* The matrix product: c (m, n) (+)= op(a) op(b), packed and register-tiled.
 *
 * Numeric contract (num/math.h): each element of c is one chain of fma from +0 per block of BLOCK
 * along k, and the blocks' sums are added in order. So only m and n may be cut, vectorised and
 * shared among threads as is convenient, and the result does not show how it was.
 *
 * A tile of c, some rows by one to four registers of columns, is held in registers over a block of
 * k. Each step loads the registers of one row of b and broadcasts one element of a for each row.
 * a is read in place, by rows or by columns; b in place too where few tiles share a panel of it,
 * else from a packed panel, which is made just before its tiles and stays in the L1 cache. What is
 * narrower than a panel is packed and padded with zeros, so that no load passes an array's end.
 * (Goto and van de Geijn 2008, "Anatomy of high-performance matrix multiplication", with the roles
 * of a and b exchanged.)
 *
 * Where c has few columns the roles are swapped: cᵀ = op(b)ᵀ op(a)ᵀ, the same chains, with vectors
 * along m. */
#include "num/kernels/kernel.h"

enum { BLOCK = 256 }; /* along k; part of the contract, since it shows in the bits */

typedef LP_CAT(rf, LP_SIZE) R;
#define r_set1 LP_CAT(LP_CAT(rf, LP_SIZE), _set1)
#define r_load LP_CAT(LP_CAT(rf, LP_SIZE), _load)
#define r_store LP_CAT(LP_CAT(rf, LP_SIZE), _store)
#define r_load_n LP_CAT(LP_CAT(rf, LP_SIZE), _load_n)
#define r_store_n LP_CAT(LP_CAT(rf, LP_SIZE), _store_n)
#define r_add LP_CAT(LP_CAT(rf, LP_SIZE), _add)
#define r_fma LP_CAT(LP_CAT(rf, LP_SIZE), _fma)

enum {
    RL = LP_REGISTER_BYTES / LP_SIZE, /* lanes of a register */
#if LP_IS == LP_IS_avx512
    ROWS = 14, /* of a tile two registers wide: 28 of 32 registers */
#elif LP_IS == LP_IS_neon
    ROWS = 12,
#elif LP_IS == LP_IS_avx2
    ROWS = 6, /* 12 of 16 registers */
#else
    ROWS = 4,
#endif
    WIDE_ROWS = 3,  /* up to so many rows a tile is four registers wide */
    WIDTH = 2 * RL, /* columns of a panel */
    WIDE = 4 * RL,
    PACK_ROWS = 6 * ROWS, /* from so many rows on a panel of b is packed */
    SMALL = 100000,       /* multiply-adds below which one thread does it all */
};

/* An operand: element (i, p) at [i * stride + p], or at [p * stride + i] where by_column. */
typedef struct {
    const T *at;
    size_t stride;
    bool by_column;
} operand;

/* ---- tiles ---- */

/* c (rows, regs registers) = or += the product over k steps; a's element (i, p) as in operand, b's
 * row p at b + p * b_stride; the last register of c has `last` columns. */
typedef void tile(size_t k, const T *a, size_t a_stride, const T *b, size_t b_stride, T *c,
                  size_t c_stride, size_t last, bool add);

LP_INLINE void tile_of(int rows, int regs, bool by_column, size_t k, const T *a, size_t a_stride,
                       const T *b, size_t b_stride, T *c, size_t c_stride, size_t last, bool add) {
    R sum[ROWS][4], x[4];
#pragma GCC unroll 16
    for (int i = 0; i < rows; i++)
#pragma GCC unroll 4
        for (int r = 0; r < regs; r++)
            sum[i][r] = r_set1(0);
    size_t step = by_column ? a_stride : 1, row = by_column ? 1 : a_stride;
    for (size_t p = 0; p < k; p++, a += step, b += b_stride) {
#pragma GCC unroll 4
        for (int r = 0; r < regs; r++)
            x[r] = r_load(b + r * RL);
#pragma GCC unroll 16
        for (int i = 0; i < rows; i++) {
            R y = r_set1(a[(size_t)i * row]);
#pragma GCC unroll 4
            for (int r = 0; r < regs; r++)
                sum[i][r] = r_fma(y, x[r], sum[i][r]);
        }
    }
#pragma GCC unroll 16
    for (int i = 0; i < rows; i++, c += c_stride) {
#pragma GCC unroll 4
        for (int r = 0; r < regs - 1; r++)
            r_store(c + r * RL, add ? r_add(r_load(c + r * RL), sum[i][r]) : sum[i][r]);
        T *end = c + (regs - 1) * RL;
        R total = sum[i][regs - 1];
        if (last == RL)
            r_store(end, add ? r_add(r_load(end), total) : total);
        else
            r_store_n(end, add ? r_add(r_load_n(end, last), total) : total, last);
    }
}

#define TILE(rows, regs)                                                                           \
    static void rows_##rows##_##regs(size_t k, const T *a, size_t a_stride, const T *b,            \
                                     size_t b_stride, T *c, size_t c_stride, size_t last,          \
                                     bool add) {                                                   \
        tile_of(rows, regs, false, k, a, a_stride, b, b_stride, c, c_stride, last, add);           \
    }                                                                                              \
    static void columns_##rows##_##regs(size_t k, const T *a, size_t a_stride, const T *b,         \
                                        size_t b_stride, T *c, size_t c_stride, size_t last,       \
                                        bool add) {                                                \
        tile_of(rows, regs, true, k, a, a_stride, b, b_stride, c, c_stride, last, add);            \
    }
#define TILES(rows) TILE(rows, 1) TILE(rows, 2)
TILES(1)
TILES(2) TILES(3) TILES(4) TILE(1, 3) TILE(2, 3) TILE(3, 3) TILE(1, 4) TILE(2, 4) TILE(3, 4)
#if LP_IS != LP_IS_generic
    TILES(5) TILES(6)
#if LP_IS != LP_IS_avx2
        TILES(7) TILES(8) TILES(9) TILES(10) TILES(11) TILES(12)
#if LP_IS != LP_IS_neon
            TILES(13) TILES(14)
#endif
#endif
#endif

#define ROW(rows, regs)                                                                            \
    { rows_##rows##_##regs, columns_##rows##_##regs }
#define ROWS_OF(rows) [rows] = {[1] = ROW(rows, 1), [2] = ROW(rows, 2)}
#define WIDE_ROWS_OF(rows)                                                                         \
    [rows] = {[1] = ROW(rows, 1), [2] = ROW(rows, 2), [3] = ROW(rows, 3), [4] = ROW(rows, 4)}
                static tile *const tiles[ROWS + 1][5][2] = {
                    /* by rows, registers, by_column */
                    WIDE_ROWS_OF(1), WIDE_ROWS_OF(2), WIDE_ROWS_OF(3), ROWS_OF(4),
#if LP_IS != LP_IS_generic
                    ROWS_OF(5),      ROWS_OF(6),
#if LP_IS != LP_IS_avx2
                    ROWS_OF(7),      ROWS_OF(8),      ROWS_OF(9),      ROWS_OF(10),
                    ROWS_OF(11),     ROWS_OF(12),
#if LP_IS != LP_IS_neon
                    ROWS_OF(13),     ROWS_OF(14),
#endif
#endif
#endif
};

/* ---- packing ---- */

/* A panel of b: k rows of `regs` registers, the columns beyond n zero. */
static void pack_rows(size_t k, size_t n, size_t regs, const T *b, size_t stride, T *panel) {
    size_t full = n / RL, last = n % RL;
    for (size_t p = 0; p < k; p++, b += stride, panel += regs * RL) {
        for (size_t r = 0; r < full; r++)
            r_store(panel + r * RL, r_load(b + r * RL));
        if (last)
            r_store(panel + full * RL, r_load_n(b + full * RL, last));
    }
}

/* The same where b's column j is at b + j * stride. */
static void pack_columns(size_t k, size_t n, size_t regs, const T *b, size_t stride, T *panel) {
    for (size_t j = 0; j < regs * RL; j++)
        for (size_t p = 0; p < k; p++)
            panel[p * regs * RL + j] = j < n ? b[j * stride + p] : 0;
}

/* ---- a piece of c, on one thread ---- */

typedef struct {
    size_t n, k;
    operand a, b; /* b: element (p, j) at [p * stride + j], or at [j * stride + p] by_column */
    T *c;
    size_t c_stride;
    bool transposed; /* element (i, j) of c at [j * c_stride + i] */
    bool accumulate;
} product;

/* The tiles of one panel of c: rows from..to, split evenly, columns j .. j + width. */
static void panel_tiles(const product *g, size_t from, size_t to, size_t j, size_t width, size_t p,
                        size_t k, const T *b, size_t b_stride) {
    size_t regs = (width + RL - 1) / RL, last = width - (regs - 1) * RL;
    size_t count = (to - from + ROWS - 1) / ROWS;
    for (size_t t = 0; t < count; t++) {
        size_t rows = (to - from + count - t - 1) / (count - t);
        const T *a = g->a.at + (g->a.by_column ? p * g->a.stride + from : from * g->a.stride + p);
        tile *run = tiles[rows][regs][g->a.by_column];
        bool add = p > 0 || g->accumulate;
        if (!g->transposed) {
            run(k, a, g->a.stride, b, b_stride, g->c + from * g->c_stride + j, g->c_stride, last,
                add);
        } else {
            T buffer[ROWS][WIDE];
            run(k, a, g->a.stride, b, b_stride, buffer[0], WIDE, RL, false);
            T *c = g->c + j * g->c_stride + from;
            for (size_t l = 0; l < width; l++, c += g->c_stride)
                for (size_t i = 0; i < rows; i++)
                    c[i] = add ? c[i] + buffer[i][l] : buffer[i][l];
        }
        from += rows;
    }
}

static void piece(const product *g, size_t from, size_t to, size_t column, size_t end) {
    T panel[BLOCK * WIDTH * 2] __attribute__((aligned(64)));
    size_t wide = to - from <= WIDE_ROWS ? WIDE : WIDTH;
    bool pack = g->b.by_column || to - from > PACK_ROWS;
    for (size_t p = 0; p < g->k; p += BLOCK) {
        size_t k = g->k - p < BLOCK ? g->k - p : BLOCK;
        for (size_t j = column; j < end; j += wide) {
            size_t width = end - j < wide ? end - j : wide;
            size_t regs = (width + RL - 1) / RL;
            const T *b = g->b.at + (g->b.by_column ? j * g->b.stride + p : p * g->b.stride + j);
            if (!pack && width == regs * RL) {
                panel_tiles(g, from, to, j, width, p, k, b, g->b.stride);
                continue;
            }
            if (g->b.by_column)
                pack_columns(k, width, regs, b, g->b.stride, panel);
            else
                pack_rows(k, width, regs, b, g->b.stride, panel);
            panel_tiles(g, from, to, j, width, p, k, panel, regs * RL);
        }
    }
}

void k_gemm(lp_form form, size_t m, size_t n, size_t k, const void *a, const void *b, void *c,
            bool accumulate) {
    if (m == 0 || n == 0)
        return;
    if (k == 0) {
        if (!accumulate)
            k_fill(m * n, 0, c);
        return;
    }
    product g = {n,
                 k,
                 {a, form == LP_TN ? m : k, form == LP_TN},
                 {b, form == LP_NT ? k : n, form == LP_NT},
                 c,
                 n,
                 false,
                 accumulate};
    piece(&g, 0, m, 0, n);
}
