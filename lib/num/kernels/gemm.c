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
    COPY_ROWS = 5 * ROWS, /* from so many rows on a panel of b is copied by its first tile */
    SMALL = 90000 * RL,   /* multiply-adds below which one thread does it all: some 15 us */
    CHUNKS = 4,           /* a thread, so that one that is held up holds up little */
};

/* An operand: element (i, p) at [i * stride + p], or at [p * stride + i] where by_column. */
typedef struct {
    const T *at;
    size_t stride;
    bool by_column;
} operand;

/* ---- tiles ---- */

/* c (rows, regs registers) = or += the product over k steps; a's element (i, p) as in operand, b's
 * row p at b + p * b_stride; the last register of c has `last` columns. A copying tile leaves what
 * it reads of b in `copy`, k rows of regs registers: so packing costs next to nothing. */
typedef void tile(size_t k, const T *a, size_t a_stride, const T *b, size_t b_stride, T *c,
                  size_t c_stride, size_t last, bool add, T *copy);

/* One step along k: the row of b at b; a's row i at group[i / 3] + i % 3 strides. */
LP_INLINE void tile_step(int rows, int regs, bool by_column, const T *const *group, size_t stride,
                         const T *b, R sum[ROWS][4], T *copy) {
    R x[4];
#pragma GCC unroll 4
    for (int r = 0; r < regs; r++) {
        x[r] = r_load(b + r * RL);
        if (copy)
            r_store(copy + r * RL, x[r]);
    }
#pragma GCC unroll 16
    for (int i = 0; i < rows; i++) {
        R y = r_set1(by_column ? group[0][i] : group[i / 3][(size_t)(i % 3) * stride]);
#pragma GCC unroll 4
        for (int r = 0; r < regs; r++)
            sum[i][r] = r_fma(y, x[r], sum[i][r]);
    }
}

enum {
    GROUPS_OF_ROWS = (ROWS + 2) / 3,
    UNROLL = 4,
    AHEAD = 16,    /* steps that b is fetched ahead where it is not packed yet */
    PREFETCH = 64, /* from so many steps on c is fetched while they run */
};

LP_INLINE void tile_of(int rows, int regs, bool by_column, size_t k, const T *a, size_t a_stride,
                       const T *b, size_t b_stride, T *c, size_t c_stride, size_t last, bool add,
                       T *copy) {
    R sum[ROWS][4];
#pragma GCC unroll 16
    for (int i = 0; i < rows; i++) {
#pragma GCC unroll 4
        for (int r = 0; r < regs; r++) {
            sum[i][r] = r_set1(0);
        }
    }
    /* Three rows a pointer is what x86 addresses reach with one more register for the stride; the
     * compiler, left alone, keeps an offset a row, and spills. */
    const T *group[GROUPS_OF_ROWS];
    int groups = by_column ? 1 : (rows + 2) / 3;
#pragma GCC unroll 16
    for (int g = 0; g < groups; g++) {
        group[g] = a + (size_t)(3 * g) * a_stride;
        __asm__("" : "+r"(group[g]));
    }
    size_t step = by_column ? a_stride : 1;
#define STEP                                                                                       \
    tile_step(rows, regs, by_column, group, a_stride, b, sum, copy);                               \
    b += b_stride;                                                                                 \
    if (copy)                                                                                      \
        copy += regs * RL;                                                                         \
    _Pragma("GCC unroll 16") for (int g = 0; g < groups; g++) group[g] += step;
    size_t p = 0;
    /* c is asked for row by row while the first steps run, not at once: that would keep a from
     * coming. */
    const T *next = c;
    int asked = k >= PREFETCH ? rows : 0;
    for (; p + UNROLL <= k; p += UNROLL) {
        if (asked > 0) {
#pragma GCC unroll 4
            for (int r = 0; r < regs * LP_REGISTER_BYTES; r += 64)
                __builtin_prefetch((const char *)next + r, 1);
            next += c_stride;
            asked--;
        }
        if (copy) /* b comes from afar: its next rows are asked for while these are multiplied */
#pragma GCC unroll 4
            for (int u = 0; u < UNROLL; u++)
#pragma GCC unroll 4
                for (int r = 0; r < regs * LP_REGISTER_BYTES; r += 64)
                    __builtin_prefetch((const char *)(b + (AHEAD + (size_t)u) * b_stride) + r, 0);
#pragma GCC unroll 4
        for (int u = 0; u < UNROLL; u++) {
            STEP
        }
    }
    for (; p < k; p++) {
        STEP
    }
#undef STEP
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

#define TILE_ARGUMENTS                                                                             \
    size_t k, const T *a, size_t a_stride, const T *b, size_t b_stride, T *c, size_t c_stride,     \
        size_t last, bool add, T *copy
#define TILE(rows, regs)                                                                           \
    static void rows_##rows##_##regs(TILE_ARGUMENTS) {                                             \
        (void)copy;                                                                                \
        tile_of(rows, regs, false, k, a, a_stride, b, b_stride, c, c_stride, last, add, NULL);     \
    }                                                                                              \
    static void columns_##rows##_##regs(TILE_ARGUMENTS) {                                          \
        (void)copy;                                                                                \
        tile_of(rows, regs, true, k, a, a_stride, b, b_stride, c, c_stride, last, add, NULL);      \
    }
#define COPYING_TILE(rows)                                                                         \
    static void copy_rows_##rows(TILE_ARGUMENTS) {                                                 \
        tile_of(rows, 2, false, k, a, a_stride, b, b_stride, c, c_stride, last, add, copy);        \
    }                                                                                              \
    static void copy_columns_##rows(TILE_ARGUMENTS) {                                              \
        tile_of(rows, 2, true, k, a, a_stride, b, b_stride, c, c_stride, last, add, copy);         \
    }
#define TILES(rows) TILE(rows, 1) TILE(rows, 2) COPYING_TILE(rows)
TILES(1)
TILES(2)
TILES(3)
TILES(4)
TILE(1, 3)
TILE(2, 3)
TILE(3, 3)
TILE(1, 4) TILE(2, 4) TILE(3, 4)
#if LP_IS != LP_IS_generic
    TILES(5) TILES(6)
#if LP_IS != LP_IS_avx2
        TILES(7) TILES(8) TILES(9) TILES(10) TILES(11) TILES(12)
#if LP_IS != LP_IS_neon
            TILES(13) TILES(14)
#endif
#endif
#endif

#define ONE(rows, regs)                                                                            \
    { rows_##rows##_##regs, columns_##rows##_##regs }
#define TWO(rows)                                                                                  \
    { rows_##rows##_2, columns_##rows##_2, copy_rows_##rows, copy_columns_##rows }
#define ROWS_OF(rows) [rows] = {[1] = ONE(rows, 1), [2] = TWO(rows)}
#define WIDE_ROWS_OF(rows)                                                                         \
    [rows] = {[1] = ONE(rows, 1), [2] = TWO(rows), [3] = ONE(rows, 3), [4] = ONE(rows, 4)}
                static tile *const tiles[ROWS + 1][5][4] = {
                    /* by rows, registers, by_column + 2 copy */
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

/* k rows of n columns of b as a panel: as many registers a row as n needs, the columns beyond it
 * zero. */
static void pack_rows(size_t k, size_t n, const T *b, size_t stride, T *panel) {
    size_t full = n / RL, last = n % RL;
    for (size_t p = 0; p < k; p++, b += stride) {
        for (size_t r = 0; r < full; r++, panel += RL)
            r_store(panel, r_load(b + r * RL));
        if (last) {
            r_store(panel, r_load_n(b + full * RL, last));
            panel += RL;
        }
    }
}

/* 16-byte groups: what a transposition moves within one 128-bit lane of a register. */
enum {
    GROUP = 16 / LP_SIZE,
    GROUPS = RL / GROUP,
    LINE = 4 * GROUP, /* elements of a cache line */
};

/* A register whose group g holds GROUP elements from row[GROUP * g + i] + p on. */
LP_INLINE R load_groups(const T *const row[RL], int i, size_t p) {
#if LP_IS == LP_IS_avx512 && LP_SIZE == 4
    __m512 x = _mm512_castps128_ps512(_mm_loadu_ps(row[i] + p));
    x = _mm512_insertf32x4(x, _mm_loadu_ps(row[4 + i] + p), 1);
    x = _mm512_insertf32x4(x, _mm_loadu_ps(row[8 + i] + p), 2);
    return (R)_mm512_insertf32x4(x, _mm_loadu_ps(row[12 + i] + p), 3);
#elif LP_IS == LP_IS_avx512
    __m512d x = _mm512_castpd128_pd512(_mm_loadu_pd(row[i] + p));
    x = _mm512_insertf64x2(x, _mm_loadu_pd(row[2 + i] + p), 1);
    x = _mm512_insertf64x2(x, _mm_loadu_pd(row[4 + i] + p), 2);
    return (R)_mm512_insertf64x2(x, _mm_loadu_pd(row[6 + i] + p), 3);
#elif LP_IS == LP_IS_avx2 && LP_SIZE == 4
    __m256 x = _mm256_castps128_ps256(_mm_loadu_ps(row[i] + p));
    return (R)_mm256_insertf128_ps(x, _mm_loadu_ps(row[4 + i] + p), 1);
#elif LP_IS == LP_IS_avx2
    __m256d x = _mm256_castpd128_pd256(_mm_loadu_pd(row[i] + p));
    return (R)_mm256_insertf128_pd(x, _mm_loadu_pd(row[2 + i] + p), 1);
#else
    return r_load(row[i] + p);
#endif
}

/* The lower, or upper, elements of each group of a and b in turn; and the lower, or upper, halves
 * of each group of a and b. */
#if LP_IS == LP_IS_avx512
#define MM(name) LP_CAT(_mm512_, name)
#define MMF __m512
#define MMD __m512d
#elif LP_IS == LP_IS_avx2
#define MM(name) LP_CAT(_mm256_, name)
#define MMF __m256
#define MMD __m256d
#endif
#if defined MM && LP_SIZE == 4
#define LOW(a, b) ((R)MM(unpacklo_ps)((MMF)(a), (MMF)(b)))
#define HIGH(a, b) ((R)MM(unpackhi_ps)((MMF)(a), (MMF)(b)))
#define LOW_HALF(a, b) ((R)MM(unpacklo_pd)((MMD)(a), (MMD)(b)))
#define HIGH_HALF(a, b) ((R)MM(unpackhi_pd)((MMD)(a), (MMD)(b)))
#elif defined MM
#define LOW(a, b) ((R)MM(unpacklo_pd)((MMD)(a), (MMD)(b)))
#define HIGH(a, b) ((R)MM(unpackhi_pd)((MMD)(a), (MMD)(b)))
#elif LP_SIZE == 4
#define LOW(a, b) ((R){(a)[0], (b)[0], (a)[1], (b)[1]})
#define HIGH(a, b) ((R){(a)[2], (b)[2], (a)[3], (b)[3]})
#define LOW_HALF(a, b) ((R){(a)[0], (a)[1], (b)[0], (b)[1]})
#define HIGH_HALF(a, b) ((R){(a)[2], (a)[3], (b)[2], (b)[3]})
#else
#define LOW(a, b) ((R){(a)[0], (b)[0]})
#define HIGH(a, b) ((R){(a)[1], (b)[1]})
#endif

/* Elements p .. p + count * GROUP of RL rows, as so many registers of RL columns each: `stride`
 * apart in `to`. A row's elements are read together, so that rows that fall on the same set of the
 * cache do not drive each other out. */
LP_INLINE void transpose(int count, const T *const row[RL], size_t p, T *to, size_t stride) {
    R x[4][4];
#pragma GCC unroll 4
    for (int i = 0; i < GROUP; i++)
#pragma GCC unroll 4
        for (int e = 0; e < count; e++)
            x[e][i] = load_groups(row, i, p + (size_t)(e * GROUP));
#pragma GCC unroll 4
    for (int e = 0; e < count; e++, to += GROUP * stride) {
#if LP_SIZE == 4
        R a = LOW(x[e][0], x[e][1]), b = LOW(x[e][2], x[e][3]);
        R c = HIGH(x[e][0], x[e][1]), d = HIGH(x[e][2], x[e][3]);
        r_store(to, LOW_HALF(a, b));
        r_store(to + stride, HIGH_HALF(a, b));
        r_store(to + 2 * stride, LOW_HALF(c, d));
        r_store(to + 3 * stride, HIGH_HALF(c, d));
#else
        r_store(to, LOW(x[e][0], x[e][1]));
        r_store(to + stride, HIGH(x[e][0], x[e][1]));
#endif
    }
}

/* The same where b's column j is at b + j * stride. Columns beyond n repeat the last: nobody stores
 * what comes of them. */
static void pack_columns(size_t k, size_t n, const T *b, size_t stride, T *panel) {
    size_t step = (n + RL - 1) / RL * RL;
    for (size_t j = 0; j < n; j += RL, panel += RL) {
        const T *row[RL];
        for (size_t i = 0; i < RL; i++)
            row[i] = b + (j + i < n ? j + i : n - 1) * stride;
        size_t p = 0;
        for (; p + LINE <= k; p += LINE)
            transpose(LINE / GROUP, row, p, panel + p * step, step);
        for (; p + GROUP <= k; p += GROUP)
            transpose(1, row, p, panel + p * step, step);
        for (; p < k; p++)
            for (size_t i = 0; i < RL; i++)
                panel[p * step + i] = row[i][p];
    }
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

/* c's columns are the tile's rows. */
LP_INLINE void store_transposed(size_t rows, size_t width, T tile[ROWS][WIDE], T *c, size_t stride,
                                bool add) {
    if (add) {
        for (size_t j = 0; j < width; j++, c += stride)
            for (size_t i = 0; i < rows; i++)
                c[i] += tile[i][j];
    } else {
        for (size_t j = 0; j < width; j++, c += stride)
            for (size_t i = 0; i < rows; i++)
                c[i] = tile[i][j];
    }
}

/* The tiles of one panel of c: `rows` rows from `from`, split evenly; columns j .. j + width. a is
 * the operand's block of these rows. Where there is a copy to be made of b, the first tile does. */
static void panel_tiles(const product *g, operand a, size_t from, size_t rows, size_t j,
                        size_t width, size_t k, const T *b, size_t b_stride, bool add, T *copy) {
    size_t regs = (width + RL - 1) / RL, last = width - (regs - 1) * RL;
    size_t count = (rows + ROWS - 1) / ROWS, height = rows / count, higher = rows % count;
    for (size_t t = 0; t < count; t++) {
        size_t h = height + (t < higher);
        tile *run = tiles[h][regs][a.by_column + 2 * (copy != NULL)];
        if (!g->transposed) {
            run(k, a.at, a.stride, b, b_stride, g->c + from * g->c_stride + j, g->c_stride, last,
                add, copy);
        } else {
            T buffer[ROWS][WIDE];
            run(k, a.at, a.stride, b, b_stride, buffer[0], WIDE, RL, false, copy);
            T *c = g->c + j * g->c_stride + from;
            switch (h) {
            case 1:
                store_transposed(1, width, buffer, c, g->c_stride, add);
                break;
            case 2:
                store_transposed(2, width, buffer, c, g->c_stride, add);
                break;
            case 3:
                store_transposed(3, width, buffer, c, g->c_stride, add);
                break;
            default:
                store_transposed(h, width, buffer, c, g->c_stride, add);
            }
        }
        a.at += a.by_column ? h : h * a.stride;
        from += h;
        if (copy)
            b = copy, b_stride = regs * RL, copy = NULL;
    }
}

enum {
    A_STRIDE = BLOCK + LINE, /* of packed rows: neighbours fall on different sets of the cache */
    A_ROWS = LP_SCRATCH / LP_SIZE / A_STRIDE, /* of a at once: they are to stay in the L2 cache */
    PACK_WIDTH = 4 * WIDTH,                   /* from so many columns on a is packed */
};

/* k elements of `rows` rows of a, copied together. */
static operand pack_a(operand a, size_t rows, size_t k, T *to) {
    operand packed = {to, a.by_column ? (rows + LINE - 1) / LINE * LINE : A_STRIDE, a.by_column};
    size_t lines = a.by_column ? k : rows, length = a.by_column ? rows : k;
    for (size_t i = 0; i < lines; i++, a.at += a.stride, to += packed.stride)
        memcpy(to, a.at, length * sizeof(T));
    return packed;
}

static void piece(const product *g, size_t from, size_t to, size_t column, size_t end) {
    T panel[BLOCK * WIDE] __attribute__((aligned(64)));
    size_t wide = to - from <= WIDE_ROWS ? WIDE : WIDTH;
    size_t blocks = (to - from + A_ROWS - 1) / A_ROWS;
    for (size_t block = 0, rows; block < blocks; block++, from += rows) {
        rows = (to - from) / (blocks - block);
        for (size_t p = 0; p < g->k; p += BLOCK) {
            size_t k = g->k - p < BLOCK ? g->k - p : BLOCK;
            bool add = p > 0 || g->accumulate;
            operand a = g->a;
            a.at += a.by_column ? p * a.stride + from : from * a.stride + p;
            if (end - column >= PACK_WIDTH && (a.by_column || a.stride * LP_SIZE % 1024 == 0))
                a = pack_a(a, rows, k, lp_scratch());
            for (size_t j = column; j < end; j += wide) {
                size_t width = end - j < wide ? end - j : wide, regs = (width + RL - 1) / RL;
                const T *b = g->b.at + (g->b.by_column ? j * g->b.stride + p : p * g->b.stride + j);
                size_t stride = g->b.stride;
                T *copy = NULL;
                if (g->b.by_column)
                    pack_columns(k, width, b, stride, panel), b = panel, stride = regs * RL;
                else if (width < regs * RL)
                    pack_rows(k, width, b, stride, panel), b = panel, stride = regs * RL;
                else if (rows >= COPY_ROWS && regs == 2)
                    copy = panel;
                panel_tiles(g, a, from, rows, j, width, k, b, stride, add, copy);
            }
        }
    }
}

/* ---- the product, shared among threads ---- */

typedef struct {
    product g;
    size_t rows, columns;             /* of c, as the product has it */
    size_t row_chunks, column_chunks; /* the grid that it is cut into */
} work;

/* The place where chunk i of `chunks` begins: a multiple of `unit`, chunk `chunks` at the end. */
static size_t chunk_start(size_t size, size_t unit, size_t chunks, size_t i) {
    size_t units = (size + unit - 1) / unit,
           at = (units / chunks * i + units % chunks * i / chunks) * unit;
    return at < size ? at : size;
}

static void run_chunk(void *context, size_t i) {
    const work *w = context;
    size_t r = i / w->column_chunks, j = i % w->column_chunks;
    piece(&w->g, chunk_start(w->rows, ROWS, w->row_chunks, r),
          chunk_start(w->rows, ROWS, w->row_chunks, r + 1),
          chunk_start(w->columns, WIDTH, w->column_chunks, j),
          chunk_start(w->columns, WIDTH, w->column_chunks, j + 1));
}

LP_INLINE size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

/* Whole panels of c are the best pieces: each packs its own part of b. Rows are cut too where there
 * are too few panels to go round, but not so fine that packing would show. */
static void share(work *w) {
    double operations = (double)w->rows * (double)w->columns * (double)w->g.k;
    size_t threads = (size_t)lp_threads();
    w->row_chunks = w->column_chunks = 1;
    if (threads > 1 && operations >= SMALL) {
        size_t most = least(CHUNKS * threads, (size_t)(operations / (SMALL / 2)));
        size_t panels = (w->columns + WIDTH - 1) / WIDTH, tiles = (w->rows + ROWS - 1) / ROWS;
        w->column_chunks = least(panels, most);
        if (w->column_chunks < threads)
            w->row_chunks = least(tiles, most / w->column_chunks);
        else if (w->column_chunks < most)
            w->row_chunks = least((tiles + 2) / 3, most / w->column_chunks);
        w->row_chunks += w->row_chunks == 0;
    }
    if (w->row_chunks * w->column_chunks == 1)
        piece(&w->g, 0, w->rows, 0, w->columns);
    else
        lp_parallel(w->row_chunks * w->column_chunks, run_chunk, w);
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
    operand x = {a, form == LP_TN ? m : k, form == LP_TN}; /* element (i, p) */
    operand y = {b, form == LP_NT ? k : n, form == LP_NT}; /* element (p, j) */
    work w = {{n, k, x, y, c, n, false, accumulate}, m, n, 1, 1};
    /* Fma a step along k, as it is and with the roles exchanged, where transposing a costs about
     * as much as LP_SIZE / 12 fma an element. */
    size_t as_is = m * ((n + RL - 1) / RL), exchanged = n * ((m + RL - 1) / RL);
    if (form != LP_TN)
        exchanged += m * LP_SIZE / 12;
    if (n <= ROWS && 4 * exchanged <= 3 * as_is) {
        x.by_column = !x.by_column;
        y.by_column = !y.by_column;
        w = (work){{m, k, y, x, c, n, true, accumulate}, n, m, 1, 1};
    }
    share(&w);
}
