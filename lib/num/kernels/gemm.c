/* The matrix product: c (m, n) (+)= op(a) op(b), packed and register-tiled.
 *
 * Numeric contract (num/kernels/list.h): each element of c is one chain of fma from +0 per block of
 * KC along k, and the blocks' sums are added in order. So only m and n may be cut, vectorised and
 * shared among threads as is convenient: the bits do not show how.
 *
 * The names are those of BLIS (Van Zee and van de Geijn 2015, "BLIS: A framework for rapidly
 * instantiating BLAS functionality"): a micro-kernel holds a tile of c, MR rows by NR columns, in
 * registers over KC steps along k; MC rows of a are packed at once. Each step loads the registers
 * of one row of b and broadcasts one element of a for each row, so the roles of a and b are
 * exchanged (as in row-major BLIS).
 *
 * a is read in place, or packed tile by tile where many panels share it. b is read in place where
 * few tiles share a panel, else from a packed panel, which its first tile leaves behind and which
 * stays in the L1 cache. A load may pass the end of a row of b, whose next row it then reads to no
 * effect; the last rows, where it would pass the end of b, are copied and padded.
 *
 * Where c has few columns the roles are swapped: cᵀ = op(b)ᵀ op(a)ᵀ, the same chains, with vectors
 * along m. */
#include "num/kernels/kernel.h"

/* The heights that a tile may have: of one or two registers' width, which fill the registers of
 * the CPU but for four; of three; and of those that copy b, which tall products begin with. */
#if defined LP_IS_avx512
#define HEIGHTS(X) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14)
#define HEIGHTS_OF_3(X) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9)
#define COPY_HEIGHTS(X) X(11) X(12) X(13) X(14)
enum { MR = 14, MR_OF_3 = 9 };
#elif defined LP_IS_neon
#define HEIGHTS(X) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12)
#define HEIGHTS_OF_3(X) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8)
#define COPY_HEIGHTS(X) X(10) X(11) X(12)
enum { MR = 12, MR_OF_3 = 8 };
#elif defined LP_IS_avx2
#define HEIGHTS(X) X(1) X(2) X(3) X(4) X(5) X(6)
#define HEIGHTS_OF_3(X) X(1) X(2) X(3) X(4)
#define COPY_HEIGHTS(X) X(5) X(6)
enum { MR = 6, MR_OF_3 = 4 };
#else
#define HEIGHTS(X) X(1) X(2) X(3) X(4)
#define HEIGHTS_OF_3(X) X(1) X(2) X(3) X(4)
#define COPY_HEIGHTS(X) X(3) X(4)
enum { MR = 4, MR_OF_3 = 4 };
#endif
#define HEIGHTS_OF_4(X) X(1) X(2) X(3)
enum { MR_OF_4 = 3 };

enum {
    NR = 2 * RL,                  /* columns of a panel */
    NR_WIDE = 4 * RL,             /* and of one for few rows */
    COPY_ROWS = 5 * MR,           /* rows from which the first tile of a panel of b copies it, */
    COPY_ROWS_SPLIT = 4 * MR + 2, /* and where its registers lie across cache lines */
    CHUNKS = 3,                   /* a thread, so that one that is held up holds up little */
};

/* An operand: element (i, p), p along k, at [i * row + p * step]; one of the two is 1. */
typedef struct {
    const T *at;
    size_t row, step;
} operand;

/* ---- tiles ---- */

/* c = or += the product over k steps. a as in operand; b's row p at b + p * b_stride for the first
 * `here` steps, the rest in `tail`, whose rows are as wide as the tile; the last register of c has
 * `last` columns. A copying tile leaves what it reads of b in `copy`, k rows of its own width: so
 * packing costs next to nothing. */
typedef struct {
    size_t k, here;
    operand a;
    const T *b, *tail;
    size_t b_stride;
    T *c;
    size_t c_stride, last;
    bool add;
    T *copy;
} tile;

/* One step along k: the row of b at b; a's row i at group[i / 3] + i % 3 rows. */
LP_INLINE void tile_step(int rows, int regs, const T *const *group, size_t row, const T *b,
                         R sum[MR][4], T *copy) {
    R x[4];
#pragma GCC unroll 4
    for (int r = 0; r < regs; r++) {
        x[r] = r_load(b + r * RL);
        if (copy)
            r_store(copy + r * RL, x[r]);
    }
#pragma GCC unroll 16
    for (int i = 0; i < rows; i++) {
        R y = r_set1(group[i / 3][(size_t)(i % 3) * row]);
#pragma GCC unroll 4
        for (int r = 0; r < regs; r++)
            sum[i][r] = r_fma(y, x[r], sum[i][r]);
    }
}

enum {
    UNROLL = 4,
    AHEAD = 16,    /* steps that b is fetched ahead where it is not packed yet */
    PREFETCH = 64, /* steps from which c is fetched while they run */
};

/* b comes from afar where it is copied: its next rows are fetched while these are multiplied.
 */
LP_INLINE void prefetch_ahead(int regs, const T *b, size_t stride) {
#pragma GCC unroll 4
    for (int u = 0; u < UNROLL; u++)
#pragma GCC unroll 4
        for (int r = 0; r < regs * LP_REGISTER_BYTES; r += 64)
            __builtin_prefetch((const char *)(b + (AHEAD + (size_t)u) * stride) + r, 0);
}

/* c = or += sum; its last register has `last` columns. */
LP_INLINE void store_tile(int rows, int regs, R sum[MR][4], T *c, size_t stride, size_t last,
                          bool add) {
#pragma GCC unroll 16
    for (int i = 0; i < rows; i++, c += stride) {
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

LP_INLINE void micro_kernel(int rows, int regs, bool copying, const tile *t) {
    R sum[MR][4];
#pragma GCC unroll 16
    for (int i = 0; i < rows; i++) {
#pragma GCC unroll 4
        for (int r = 0; r < regs; r++) {
            sum[i][r] = r_set1(0);
        }
    }
    const T *b = t->b;
    T *c = t->c, *copy = copying ? t->copy : NULL;
    size_t row = t->a.row, step = t->a.step, b_stride = t->b_stride, c_stride = t->c_stride;
    /* Three rows a pointer is what x86 addresses reach with one more register for the stride; the
     * compiler, left alone, keeps an offset a row, and spills. */
    const T *group[(MR + 2) / 3];
    int groups = (rows + 2) / 3;
#pragma GCC unroll 16
    for (int g = 0; g < groups; g++) {
        group[g] = t->a.at + (size_t)(3 * g) * row;
        __asm__("" : "+r"(group[g]));
    }
#define STEP                                                                                       \
    tile_step(rows, regs, group, row, b, sum, copy);                                               \
    b += b_stride;                                                                                 \
    if (copying)                                                                                   \
        copy += regs * RL;                                                                         \
    _Pragma("GCC unroll 16") for (int g = 0; g < groups; g++) {                                    \
        group[g] += step;                                                                          \
        __asm__("" : "+r"(group[g]));                                                              \
    }
    size_t p = 0;
    /* c is asked for row by row while the first steps run, not at once: that would keep a from
     * coming. */
    const T *next = c;
    int asked = t->k >= PREFETCH ? rows : 0;
    for (size_t here = t->here; p + UNROLL <= here; p += UNROLL) {
        if (asked > 0) {
#pragma GCC unroll 4
            for (int r = 0; r < regs * LP_REGISTER_BYTES; r += 64)
                __builtin_prefetch((const char *)next + r, 1);
            next += c_stride;
            asked--;
        }
        if (copying)
            prefetch_ahead(regs, b, b_stride);
#pragma GCC unroll 4
        for (int u = 0; u < UNROLL; u++) {
            STEP
        }
    }
    for (; p < t->k; p++) {
        if (p == t->here)
            b = t->tail, b_stride = (size_t)regs * RL;
        STEP
    }
#undef STEP
    store_tile(rows, regs, sum, c, c_stride, t->last, t->add);
}

#define KERNEL(name, rows, regs, copying)                                                          \
    static void name(const tile *t) {                                                              \
        micro_kernel(rows, regs, copying, t);                                                      \
    }
#define KERNEL_1(rows) KERNEL(kernel_1_##rows, rows, 1, false)
#define KERNEL_2(rows) KERNEL(kernel_2_##rows, rows, 2, false)
#define KERNEL_3(rows) KERNEL(kernel_3_##rows, rows, 3, false)
#define KERNEL_4(rows) KERNEL(kernel_4_##rows, rows, 4, false)
#define COPYING_KERNEL(rows) KERNEL(copying_kernel_##rows, rows, 2, true)
HEIGHTS(KERNEL_1)
HEIGHTS(KERNEL_2)
HEIGHTS_OF_3(KERNEL_3)
HEIGHTS_OF_4(KERNEL_4)
COPY_HEIGHTS(COPYING_KERNEL)

#define ENTRY_1(rows) [rows] = kernel_1_##rows,
#define ENTRY_2(rows) [rows] = kernel_2_##rows,
#define ENTRY_3(rows) [rows] = kernel_3_##rows,
#define ENTRY_4(rows) [rows] = kernel_4_##rows,
#define COPYING_ENTRY(rows) [rows] = copying_kernel_##rows,
typedef void micro_kernel_function(const tile *t);
static micro_kernel_function *const micro_kernels[5][MR + 1] = {{COPY_HEIGHTS(COPYING_ENTRY)},
                                                                {HEIGHTS(ENTRY_1)},
                                                                {HEIGHTS(ENTRY_2)},
                                                                {HEIGHTS_OF_3(ENTRY_3)},
                                                                {HEIGHTS_OF_4(ENTRY_4)}};
static const size_t max_rows[5] = {[1] = MR, MR, MR_OF_3, MR_OF_4};

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

/* A register whose group g holds the GROUP elements at from[g]. */
LP_INLINE R load_groups(const T *const from[GROUPS]) {
#if defined LP_IS_avx512 && LP_SIZE == 4
    __m512 x = _mm512_castps128_ps512(_mm_loadu_ps(from[0]));
    x = _mm512_insertf32x4(x, _mm_loadu_ps(from[1]), 1);
    x = _mm512_insertf32x4(x, _mm_loadu_ps(from[2]), 2);
    return (R)_mm512_insertf32x4(x, _mm_loadu_ps(from[3]), 3);
#elif defined LP_IS_avx512
    __m512d x = _mm512_castpd128_pd512(_mm_loadu_pd(from[0]));
    x = _mm512_insertf64x2(x, _mm_loadu_pd(from[1]), 1);
    x = _mm512_insertf64x2(x, _mm_loadu_pd(from[2]), 2);
    return (R)_mm512_insertf64x2(x, _mm_loadu_pd(from[3]), 3);
#elif defined LP_IS_avx2 && LP_SIZE == 4
    __m256 x = _mm256_castps128_ps256(_mm_loadu_ps(from[0]));
    return (R)_mm256_insertf128_ps(x, _mm_loadu_ps(from[1]), 1);
#elif defined LP_IS_avx2
    __m256d x = _mm256_castpd128_pd256(_mm_loadu_pd(from[0]));
    return (R)_mm256_insertf128_pd(x, _mm_loadu_pd(from[1]), 1);
#else
    return r_load(from[0]);
#endif
}

/* The lower, or upper, elements of each group of a and b in turn; and the lower, or upper, halves
 * of each group of a and b. */
#if defined LP_IS_avx512
#define MM(name) LP_CAT(_mm512_, name)
#define MMF __m512
#define MMD __m512d
#elif defined LP_IS_avx2
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

/* Elements p .. p + GROUP of RL rows as GROUP registers, register u with the elements p + u. */
LP_INLINE void unzip_groups(const R x[4], R y[4]) {
#if LP_SIZE == 4
    R a = LOW(x[0], x[1]), b = LOW(x[2], x[3]);
    R c = HIGH(x[0], x[1]), d = HIGH(x[2], x[3]);
    y[0] = LOW_HALF(a, b);
    y[1] = HIGH_HALF(a, b);
    y[2] = LOW_HALF(c, d);
    y[3] = HIGH_HALF(c, d);
#else
    y[0] = LOW(x[0], x[1]);
    y[1] = HIGH(x[0], x[1]);
#endif
}

/* Elements p .. p + count * GROUP of RL rows, as registers of RL columns each, `stride`
 * apart in `to`. A row's elements are read together, so that rows that fall on the same set of the
 * cache do not drive each other out. */
LP_INLINE void transpose(int count, const T *const row[RL], size_t p, T *to, size_t stride) {
    R x[4][4];
#pragma GCC unroll 4
    for (int i = 0; i < GROUP; i++)
#pragma GCC unroll 4
        for (int e = 0; e < count; e++) {
            const T *from[GROUPS];
#pragma GCC unroll 4
            for (int g = 0; g < GROUPS; g++)
                from[g] = row[GROUP * g + i] + p + e * GROUP;
            x[e][i] = load_groups(from);
        }
#pragma GCC unroll 4
    for (int e = 0; e < count; e++) {
        R y[4];
        unzip_groups(x[e], y);
#pragma GCC unroll 4
        for (int i = 0; i < GROUP; i++, to += stride)
            r_store(to, y[i]);
    }
}

/* The same where b's column j is at b + j * stride. Columns beyond n repeat the last one; their
 * results are never stored. */
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

/* ---- few columns: b is transposed in registers ---- */

enum {
    FEW = RL / 2 < 4 ? RL / 2 : 4, /* rows; more fill a register well enough as they are */
    FEW_STEPS = 64,                /* beyond, the lines of many rows do not stay in the cache */
    STRIP = 2 * RL, /* columns at once: two chains an element hide an fma's latency */
};

/* Element p of column j of b, the columns `stride` apart: as in tile_step, three a pointer. */
LP_INLINE const T *column_at(const T *const *group, size_t stride, int j) {
    return group[j / 3] + (size_t)(j % 3) * stride;
}

/* `rows` rows by STRIP columns of c over k steps: out (rows, STRIP). */
LP_INLINE void strip_of(int rows, size_t k, operand a, const T *b, size_t stride, T out[4][STRIP]) {
    R sum[4][2];
#pragma GCC unroll 4
    for (int i = 0; i < rows; i++)
        sum[i][0] = sum[i][1] = r_set1(0);
    const T *group[(STRIP + 2) / 3];
#pragma GCC unroll 16
    for (int g = 0; g < (STRIP + 2) / 3; g++) {
        group[g] = b + (size_t)(3 * g) * stride;
        __asm__("" : "+r"(group[g]));
    }
    size_t p = 0;
    for (; p + GROUP <= k; p += GROUP) {
        R x[2][4], y[2][4];
#pragma GCC unroll 2
        for (int r = 0; r < 2; r++) {
#pragma GCC unroll 4
            for (int i = 0; i < GROUP; i++) {
                const T *from[GROUPS];
#pragma GCC unroll 4
                for (int g = 0; g < GROUPS; g++)
                    from[g] = column_at(group, stride, r * RL + GROUP * g + i);
                x[r][i] = load_groups(from);
            }
            unzip_groups(x[r], y[r]);
        }
#pragma GCC unroll 4
        for (int u = 0; u < GROUP; u++)
#pragma GCC unroll 4
            for (int i = 0; i < rows; i++) {
                R z = r_set1(a.at[(size_t)i * a.row + (p + (size_t)u) * a.step]);
                sum[i][0] = r_fma(z, y[0][u], sum[i][0]);
                sum[i][1] = r_fma(z, y[1][u], sum[i][1]);
            }
#pragma GCC unroll 16
        for (int g = 0; g < (STRIP + 2) / 3; g++)
            group[g] += GROUP;
    }
    for (; p < k; p++) {
        T x[STRIP];
        for (int j = 0; j < STRIP; j++)
            x[j] = b[(size_t)j * stride + p];
#pragma GCC unroll 4
        for (int i = 0; i < rows; i++) {
            R z = r_set1(a.at[(size_t)i * a.row + p * a.step]);
            sum[i][0] = r_fma(z, r_load(x), sum[i][0]);
            sum[i][1] = r_fma(z, r_load(x + RL), sum[i][1]);
        }
    }
#pragma GCC unroll 4
    for (int i = 0; i < rows; i++) {
        r_store(out[i], sum[i][0]);
        r_store(out[i] + RL, sum[i][1]);
    }
}

/* c's columns are the rows of what was computed. */
LP_INLINE void store_transposed(size_t rows, size_t width, const T *from, size_t from_stride, T *c,
                                size_t stride, bool add) {
    for (size_t j = 0; j < width; j++, c += stride)
        for (size_t i = 0; i < rows; i++)
            // cppcheck-suppress uninitvar ; the micro-kernel has filled the buffer
            c[i] = add ? c[i] + from[i * from_stride + j] : from[i * from_stride + j];
}

/* c (columns, rows), its rows `stride` apart, = or += the product, whose b has its column j at
 * b + j * b_stride. */
LP_INLINE void few_of(int rows, size_t columns, size_t k, operand a, const T *b, size_t b_stride,
                      T *c, size_t stride, bool add) {
    T out[4][STRIP];
    size_t j = 0;
    for (; j + STRIP <= columns; j += STRIP) {
        strip_of(rows, k, a, b + j * b_stride, b_stride, out);
        if (add)
            store_transposed((size_t)rows, STRIP, out[0], STRIP, c + j * stride, stride, true);
        else
            store_transposed((size_t)rows, STRIP, out[0], STRIP, c + j * stride, stride, false);
    }
    if (j < columns) { /* the last columns once more, and those before them left alone */
        strip_of(rows, k, a, b + (columns - STRIP) * b_stride, b_stride, out);
        store_transposed((size_t)rows, columns - j, out[0] + STRIP - (columns - j), STRIP,
                         c + j * stride, stride, add);
    }
}

static void few(size_t rows, size_t columns, size_t k, operand a, const T *b, size_t b_stride, T *c,
                size_t stride, bool add) {
    switch (rows) {
        CASE(1, few_of, columns, k, a, b, b_stride, c, stride, add)
        CASE(2, few_of, columns, k, a, b, b_stride, c, stride, add)
        CASE(3, few_of, columns, k, a, b, b_stride, c, stride, add)
    default:
        few_of(4, columns, k, a, b, b_stride, c, stride, add);
    }
}

/* ---- few steps: b stays in registers, and c is written row by row ---- */

enum { SHORT = 4, SHORT_REGS = 3 }; /* steps, registers of columns */

LP_INLINE void short_of(int k, int regs, size_t m, size_t n, operand a, const T *b, size_t b_stride,
                        T *c, bool add) {
    R x[SHORT][SHORT_REGS];
    size_t last = n - (size_t)(regs - 1) * RL;
#pragma GCC unroll 4
    for (int p = 0; p < k; p++)
#pragma GCC unroll 4
        for (int r = 0; r < regs; r++)
            x[p][r] = r_load_n(b + (size_t)p * b_stride + r * RL, r < regs - 1 ? RL : last);
    for (size_t i = 0; i < m; i++, c += n, a.at += a.row) {
        R sum[SHORT_REGS];
#pragma GCC unroll 4
        for (int r = 0; r < regs; r++)
            sum[r] = r_set1(0);
#pragma GCC unroll 4
        for (int p = 0; p < k; p++) {
            R y = r_set1(a.at[(size_t)p * a.step]);
#pragma GCC unroll 4
            for (int r = 0; r < regs; r++)
                sum[r] = r_fma(y, x[p][r], sum[r]);
        }
#pragma GCC unroll 4
        for (int r = 0; r < regs; r++) {
            size_t lanes = r < regs - 1 ? RL : last;
            T *to = c + r * RL;
            r_store_n(to, add ? r_add(r_load_n(to, lanes), sum[r]) : sum[r], lanes);
        }
    }
}

#define SHORT_OF(regs)                                                                             \
    static void short_##regs(size_t m, size_t n, size_t k, operand a, const T *b, size_t b_stride, \
                             T *c, bool add) {                                                     \
        switch (k) {                                                                               \
            CASE(1, short_of, regs, m, n, a, b, b_stride, c, add)                                  \
            CASE(2, short_of, regs, m, n, a, b, b_stride, c, add)                                  \
            CASE(3, short_of, regs, m, n, a, b, b_stride, c, add)                                  \
        default:                                                                                   \
            short_of(SHORT, regs, m, n, a, b, b_stride, c, add);                                   \
        }                                                                                          \
    }
SHORT_OF(1)
SHORT_OF(2)
SHORT_OF(3)

/* c (m, n) with k <= SHORT and n <= SHORT_REGS registers; b: element (j, p). */
static void few_steps(size_t m, size_t n, size_t k, operand a, operand b, T *c, bool add) {
    T packed[SHORT * SHORT_REGS * RL] __attribute__((aligned(64)));
    if (b.row != 1) {
        size_t wide = (n + RL - 1) / RL * RL;
        for (size_t p = 0; p < k; p++)
            for (size_t j = 0; j < n; j++)
                packed[p * wide + j] = b.at[j * b.row + p * b.step];
        b = (operand){packed, 1, wide};
    }
    static void (*const run[])(size_t, size_t, size_t, operand, const T *, size_t, T *,
                               bool) = {short_1, short_2, short_3};
    run[(n - 1) / RL](m, n, k, a, b.at, b.step, c, add);
}

/* ---- a piece of c, on one thread ---- */

typedef struct {
    size_t n, k;
    operand a, b;   /* b: element (j, p), j along n */
    const T *b_end; /* of its array: nothing is read from there on */
    T *c;
    size_t c_stride;
    bool transposed; /* element (i, j) of c at [j * c_stride + i] */
    bool accumulate;
} product;

/* A panel of b for one block along k: as in tile. `copy`: where the first tile is to leave it. */
typedef struct {
    size_t j, width, regs, here, stride;
    const T *b, *tail;
    T *copy;
} panel;

enum {
    /* Elements that a packed tile of a has for one step along k, at most. */
    PACKED_STEP = (MR + RL - 1) / RL * RL,
    WAYS = 8,                                          /* of a L1 cache */
    MC = LP_SCRATCH / LP_SIZE / KC / PACKED_STEP * MR, /* of a at once: to stay in L2 */
    PACK_WIDTH = 8 * NR,            /* a is packed where c has at least these columns */
    PACK_ROWS = 4 * MR,             /* and these rows */
    PANELS = 16,                    /* of b that are used together, at most, */
    TOGETHER = 16 * 1024 / LP_SIZE, /* with this many elements, which L1 holds */
    PANEL = KC * NR_WIDE > TOGETHER ? KC *NR_WIDE : TOGETHER,
    TAIL = NR_WIDE * NR_WIDE, /* elements of the padded last rows of b: at most NR_WIDE rows */
};

/* a's tiles one after another, each as k steps of whole registers: KC * PACKED_STEP apart. */
static void pack_a(operand a, size_t rows, size_t k, T *to) {
    cut tiles = cut_rows(rows, MR);
    for (size_t t = 0, h; t < tiles.count; t++, to += KC * PACKED_STEP, a.at += h * a.row) {
        h = tiles.height + (t < tiles.higher);
        if (a.row == 1)
            pack_rows(k, h, a.at, a.step, to);
        else
            pack_columns(k, h, a.at, a.row, to);
    }
}

/* Columns j .. j + width of k rows of b, from row p on. `room` and `tail` are memory to pack into;
 * copying: the panel is to be copied where it is read in place. */
static panel panel_of(const product *g, size_t p, size_t k, size_t j, size_t width, bool copying,
                      T *room, T *tail) {
    const T *b = g->b.at + j * g->b.row + p * g->b.step;
    size_t regs = (width + RL - 1) / RL, wide = regs * RL, stride = g->b.step;
    panel x = {j, width, regs, k, stride, b, tail, NULL};
    if (g->b.row != 1) {
        pack_columns(k, width, b, g->b.row, room);
        x.b = room, x.stride = wide;
        return x;
    }
    while (x.here > 0 && b + (x.here - 1) * stride + wide > g->b_end)
        x.here--;
    if (x.here < k)
        pack_rows(k - x.here, width, b + x.here * stride, stride, tail);
    if (copying && regs == 2 && x.here == k)
        x.copy = room;
    return x;
}

/* Whether a's rows, read in place, all fall on the same set of an L1 cache, which has a multiple of
 * 4096 bytes a way: more rows than it has ways would drive each other out at each step. */
LP_INLINE bool same_set(const operand *a) {
    return a->row * LP_SIZE % 4096 == 0;
}

/* The tiles of some panels of c, over one block along k: `rows` rows from `from`. */
static void panel_tiles(const product *g, operand a, bool packed, size_t from, size_t rows,
                        size_t panels, panel *x, size_t k, bool add) {
    size_t most = max_rows[x->regs];
    if (!packed && same_set(&a))
        most = min_of(most, WAYS);
    cut heights = cut_rows(rows, most);
    for (size_t t = 0, h; t < heights.count; t++, from += h) {
        h = heights.height + (t < heights.higher);
        if (packed)
            a.row = 1, a.step = (h + RL - 1) / RL * RL;
        for (size_t i = 0; i < panels; i++) {
            panel *q = &x[i];
            size_t last = q->width - (q->regs - 1) * RL;
            tile job = {k, q->here, a, q->b, q->tail, q->stride, NULL, 0, last, add, q->copy};
            micro_kernel_function *run = micro_kernels[q->copy ? 0 : q->regs][h];
            if (!g->transposed) {
                job.c = g->c + from * g->c_stride + q->j, job.c_stride = g->c_stride;
                run(&job);
            } else {
                T buffer[MR * NR_WIDE];
                job.c = buffer, job.c_stride = NR_WIDE, job.last = RL, job.add = false;
                run(&job);
                store_transposed(h, q->width, buffer, NR_WIDE, g->c + q->j * g->c_stride + from,
                                 g->c_stride, add);
            }
            if (q->copy)
                q->b = q->copy, q->stride = q->regs * RL, q->copy = NULL;
        }
        a.at += packed ? KC * PACKED_STEP : h * a.row;
    }
}

static void piece(const product *g, size_t from, size_t to, size_t column, size_t end) {
    T room[PANEL] __attribute__((aligned(64))), tail[TAIL] __attribute__((aligned(64)));
    size_t columns = end - column, wide = NR;
    if (to - from <= MR_OF_4)
        wide = NR_WIDE;
    else if (columns > NR && columns <= 3 * RL)
        wide = 3 * RL;
    size_t copy_rows = same_set(&g->a)                 ? SIZE_MAX
                       : g->b.step * LP_SIZE % 64 == 0 ? COPY_ROWS
                                                       : COPY_ROWS_SPLIT;
    size_t blocks = (to - from + MC - 1) / MC;
    for (size_t block = 0, rows; block < blocks; block++, from += rows) {
        rows = blocks == 1 ? to - from : (to - from) / (blocks - block);
        for (size_t p = 0; p < g->k; p += KC) {
            size_t k = g->k - p < KC ? g->k - p : KC;
            bool add = p > 0 || g->accumulate;
            bool packed = columns >= PACK_WIDTH && rows >= PACK_ROWS;
            operand a = g->a;
            a.at += from * a.row + p * a.step;
            if (packed)
                pack_a(a, rows, k, lp_scratch()), a.at = lp_scratch();
            /* Where k is short, the panels of many columns are in L1 together, and c is written
             * row by row. */
            bool alone = k * wide > TOGETHER / 2;
            for (size_t j = column; j < end;) {
                panel x[PANELS];
                size_t n = 0;
                T *space = room;
                do {
                    size_t width = end - j < wide ? end - j : wide;
                    x[n++] = panel_of(g, p, k, j, width, alone && rows >= copy_rows, space, tail);
                    space += k * wide, j += wide;
                } while (j < end && !alone && n < PANELS && space + k * wide <= room + TOGETHER);
                panel_tiles(g, a, packed, from, rows, n, x, k, add);
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
    piece(&w->g, chunk_start(w->rows, MR, w->row_chunks, r),
          chunk_start(w->rows, MR, w->row_chunks, r + 1),
          chunk_start(w->columns, NR, w->column_chunks, j),
          chunk_start(w->columns, NR, w->column_chunks, j + 1));
}

enum {
    TALL = 10, /* tiles that a chunk's rows are worth, */
    EACH = 5,  /* and that it should have where it has all columns */
};

/* How often a and b are read where `max` chunks are `row_chunks` high, weighed by their sizes. */
LP_INLINE size_t reads(const work *w, size_t row_chunks, size_t max) {
    return w->columns * row_chunks + w->rows * (max / row_chunks);
}

/* Whole panels of c are the best pieces: each packs its own part of b. Rows are cut too where that
 * lets less of a be read again, or where there are too few panels to go round, but not so fine that
 * packing would show. */
static void share(work *w) {
    double operations = (double)w->rows * (double)w->columns * (double)w->g.k;
    size_t threads = operations < SMALL ? 1 : lp_threads_now();
    w->row_chunks = w->column_chunks = 1;
    if (threads > 1) {
        size_t max = min_of(CHUNKS * threads, (size_t)(operations / (SMALL / 2)));
        size_t panels = (w->columns + NR - 1) / NR, tiles = (w->rows + MR - 1) / MR;
        for (size_t twice = 2; twice <= max && tiles / twice >= TALL; twice *= 2)
            if (5 * reads(w, twice, max) < 4 * reads(w, twice / 2, max))
                w->row_chunks = twice;
        size_t most = tiles / EACH > threads ? tiles / EACH : min_of(tiles, threads);
        w->column_chunks = min_of(panels, max / w->row_chunks);
        if (w->column_chunks < threads)
            w->row_chunks = min_of(most, max / w->column_chunks);
        else if (w->column_chunks * w->row_chunks < max)
            w->row_chunks = min_of((tiles + 2) / 3, max / w->column_chunks);
        w->row_chunks += w->row_chunks == 0;
    }
    if (w->row_chunks * w->column_chunks == 1)
        piece(&w->g, 0, w->rows, 0, w->columns);
    else
        lp_parallel(w->row_chunks * w->column_chunks, run_chunk, w);
}

static void k_gemm(lp_form form, size_t m, size_t n, size_t k, const void *a, const void *b,
                   void *c, bool accumulate) {
    if (m == 0 || n == 0)
        return;
    if (k == 0) {
        if (!accumulate)
            k_fill(m * n, 0, c);
        return;
    }
    operand x = form == LP_TN ? (operand){a, 1, m} : (operand){a, k, 1}; /* element (i, p) */
    operand y = form == LP_NT ? (operand){b, k, 1} : (operand){b, 1, n}; /* element (j, p) */
    if (form != LP_TN && n <= FEW && k <= FEW_STEPS && m >= STRIP && m * n * k < SMALL) {
        few(n, m, k, y, x.at, k, c, n, accumulate);
        return;
    }
    if (k <= SHORT && n <= SHORT_REGS * RL && m * n * k < SMALL) {
        few_steps(m, n, k, x, y, c, accumulate);
        return;
    }
    /* Fma a step along k, as it is and with the roles exchanged, where transposing a costs about
     * as much as LP_SIZE / 12 fma an element. */
    size_t as_is = m * ((n + RL - 1) / RL), exchanged = n * ((m + RL - 1) / RL);
    if (form != LP_TN)
        exchanged += m * LP_SIZE / 12;
    work w = {{n, k, x, y, y.at + n * k, c, n, false, accumulate}, m, n, 1, 1};
    if (n <= MR && 4 * exchanged <= 3 * as_is)
        w = (work){{m, k, y, x, x.at + m * k, c, n, true, accumulate}, n, m, 1, 1};
    share(&w);
}
