/* The matrix product against three nested loops in the order that num/kernels.h promises, bit for
 * bit, for every instruction set that runs here and several thread counts. Every array ends where a
 * page ends that may not be touched, so a read or write past it ends the test. */
#include "check.h"
#include "num/kernels.h"
#include "num/parallel.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static const int threads[] = {1, 2, 3, 7};
static const lp_form forms[] = {LP_NN, LP_NT, LP_TN};

/* ---- arrays that end at a forbidden page ---- */

typedef struct {
    void *at;
    void *map;
    size_t mapped;
} guarded;

static guarded guarded_new(size_t bytes) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE), size = (bytes + page - 1) / page * page + page;
    guarded g = {NULL, mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
                 size};
    if (g.map == MAP_FAILED || mprotect((char *)g.map + size - page, page, PROT_NONE) != 0)
        abort();
    g.at = (char *)g.map + size - page - bytes;
    return g;
}

static void guarded_free(guarded g) {
    munmap(g.map, g.mapped);
}

/* ---- the reference ---- */

/* Whole bit patterns would mix exponents wildly; these have random signs and fractions, and
 * exponents from -8 to 7, so that almost every sum is rounded. */
static double value(uint64_t *state) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return ldexp((double)(int64_t)*state * 0x1p-63, (int)(*state >> 20 & 15) - 8);
}

static double at(const void *x, int size, size_t i) {
    return size == 4 ? ((const float *)x)[i] : ((const double *)x)[i];
}

static void set(void *x, int size, size_t i, double v) {
    if (size == 4)
        ((float *)x)[i] = (float)v;
    else
        ((double *)x)[i] = v;
}

static void naive(int size, lp_form form, size_t m, size_t n, size_t k, const void *a,
                  const void *b, void *c, bool accumulate) {
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++) {
            double total = accumulate ? at(c, size, i * n + j) : 0;
            for (size_t from = 0; from < k; from += 256) {
                double sum = 0;
                for (size_t p = from; p < k && p < from + 256; p++) {
                    double x = at(a, size, form == LP_TN ? p * m + i : i * k + p);
                    double y = at(b, size, form == LP_NT ? j * k + p : p * n + j);
                    sum = size == 4 ? (double)fmaf((float)x, (float)y, (float)sum) : fma(x, y, sum);
                }
                if (from == 0 && !accumulate)
                    total = sum;
                else
                    total = size == 4 ? (double)((float)total + (float)sum) : total + sum;
            }
            set(c, size, i * n + j, total);
        }
}

/* NaN for NaN, else the same bits. */
static bool same(int size, size_t n, const void *x, const void *y) {
    for (size_t i = 0; i < n; i++) {
        double p = at(x, size, i), q = at(y, size, i);
        if (!(isnan(p) && isnan(q)) && (p != q || signbit(p) != signbit(q)))
            return false;
    }
    return true;
}

static char failure[200];

/* One shape and form, for every instruction set and thread count. */
static bool shape_holds(int size, lp_form form, size_t m, size_t n, size_t k, bool accumulate,
                        uint64_t seed) {
    size_t bytes = (size_t)size;
    guarded a = guarded_new(m * k * bytes), b = guarded_new(k * n * bytes);
    guarded c = guarded_new(m * n * bytes);
    void *expected = malloc(m * n * bytes + 1), *start = malloc(m * n * bytes + 1);
    for (size_t i = 0; i < m * k; i++)
        set(a.at, size, i, value(&seed));
    for (size_t i = 0; i < k * n; i++)
        set(b.at, size, i, value(&seed));
    for (size_t i = 0; i < m * n; i++)
        set(start, size, i, accumulate ? value(&seed) : NAN);
    memcpy(expected, start, m * n * bytes);
    naive(size, form, m, n, k, a.at, b.at, expected, accumulate);
    bool holds = true;
    for (const lp_kernels *const *num = lp_kernels_all((lp_type){'f', (uint32_t)size}); *num; num++)
        for (size_t t = 0; t < sizeof threads / sizeof threads[0]; t++) {
            lp_threads_set(threads[t]);
            memcpy(c.at, start, m * n * bytes);
            (*num)->gemm(form, m, n, k, a.at, b.at, c.at, accumulate);
            if (!same(size, m * n, c.at, expected)) {
                snprintf(failure, sizeof failure,
                         "f%d %s form %d, %zu x %zu x %zu, %d threads, accumulate %d", size,
                         (*num)->isa, form, m, k, n, threads[t], accumulate);
                holds = false;
            }
        }
    lp_threads_set(0);
    free(expected);
    free(start);
    guarded_free(a);
    guarded_free(b);
    guarded_free(c);
    return holds;
}

static void check_shape(size_t m, size_t n, size_t k) {
    for (int size = 4; size <= 8; size += 4)
        for (size_t f = 0; f < 3; f++)
            for (int accumulate = 0; accumulate < 2; accumulate++) {
                failure[0] = '\0';
                shape_holds(size, forms[f], m, n, k, accumulate, m * 1000003 + n * 1009 + k);
                CHECK_TEXT(failure, "");
            }
}

/* ---- tests ---- */

static void test_small(void) {
    static const size_t sizes[] = {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33};
    static const size_t depths[] = {1, 2, 5, 17};
    for (size_t i = 0; i < 13; i++)
        for (size_t j = 0; j < 13; j++)
            check_shape(sizes[i], sizes[j], depths[(i + j) % 4]);
}

/* Every height of a tile, at widths on both sides of a register, a panel and two. */
static void test_edges(void) {
    static const size_t widths[] = {6, 10, 32, 48, 65};
    for (size_t m = 1; m <= 29; m++)
        check_shape(m, widths[m % 5], 19);
}

/* Several blocks along k, and their ends. */
static void test_blocks(void) {
    static const size_t depths[] = {255, 256, 257, 511, 512, 513, 1000};
    for (size_t i = 0; i < 7; i++) {
        check_shape(5, 18, depths[i]);
        check_shape(19, 3, depths[i]);
    }
}

/* Large enough for threads, packing and every blocking. */
/* Few steps along k, with narrow and wide c; few columns, with whole strips of rows and a rest. */
static void test_thin(void) {
    static const size_t widths[] = {1, 2, 3, 4, 6, 8, 12, 20, 24, 25, 47, 48, 49};
    for (size_t k = 1; k <= 5; k++)
        for (size_t i = 0; i < 13; i++)
            check_shape(3 + 7 * (i % 5), widths[i], k);
    static const size_t heights[] = {3, 4, 7, 8, 15, 16, 17, 31, 32, 33, 50, 100};
    static const size_t depths[] = {6, 7, 8, 20, 63, 64, 65};
    for (size_t n = 1; n <= 5; n++)
        for (size_t i = 0; i < 12; i++)
            check_shape(heights[i], n, depths[(i + n) % 7]);
}

/* A chain starts from +0, so that no sum of products of zero is -0. */
static void test_zero(void) {
    static const size_t shapes[][3] = {{5, 3, 1}, {5, 20, 2},   {40, 2, 9},
                                       {3, 9, 1}, {2, 100, 30}, {60, 260, 5}};
    static float a[60 * 30], b[3000], c[60 * 260];
    for (size_t i = 0; i < sizeof b / sizeof b[0]; i++)
        b[i] = -1;
    for (const lp_kernels *const *num = lp_kernels_all(LP_F4); *num; num++)
        for (size_t s = 0; s < sizeof shapes / sizeof shapes[0]; s++)
            for (size_t form = 0; form < 3; form++) {
                size_t m = shapes[s][0], n = shapes[s][1], k = shapes[s][2];
                memset(c, 0xff, sizeof c);
                (*num)->gemm(forms[form], m, n, k, a, b, c, false);
                bool right = true;
                for (size_t i = 0; i < m * n; i++)
                    right = right && c[i] == 0 && !signbit(c[i]);
                CHECK(right);
            }
}

static void test_large(void) {
    static const size_t shapes[][3] = {
        {200, 61, 259}, {33, 300, 150}, {3, 700, 700},  {1500, 2, 500},
        {2, 1500, 500}, {97, 129, 300}, {75, 290, 270}, {1300, 260, 9},
    };
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
        check_shape(shapes[i][0], shapes[i][1], shapes[i][2]);
}

static void test_empty(void) {
    float c[6] = {1, 2, 3, 4, 5, 6}, a[1] = {0};
    for (const lp_kernels *const *num = lp_kernels_all(LP_F4); *num; num++) {
        (*num)->gemm(LP_NN, 2, 3, 0, a, a, c, true);
        CHECK(c[0] == 1 && c[5] == 6);
        (*num)->gemm(LP_NN, 0, 3, 5, a, a, c, false);
        (*num)->gemm(LP_NT, 3, 0, 5, a, a, c, false);
        CHECK(c[0] == 1 && c[5] == 6);
    }
    for (const lp_kernels *const *num = lp_kernels_all(LP_F4); *num; num++) {
        c[0] = c[5] = 1;
        (*num)->gemm(LP_TN, 2, 3, 0, a, a, c, false);
        CHECK(c[0] == 0 && c[5] == 0 && !signbit(c[0]));
    }
}

/* Powers of two: every product and sum is exact, so the true answer is known: with a[i][p] = 2^i
 * and b[p][j] = 2^-j, c[i][j] = k 2^(i-j). */
static void test_exact(void) {
    enum { M = 17, N = 35, K = 300 };
    static double a[M * K], b[K * N], c[M * N];
    for (size_t i = 0; i < M; i++)
        for (size_t p = 0; p < K; p++)
            a[i * K + p] = ldexp(1, (int)i);
    for (size_t p = 0; p < K; p++)
        for (size_t j = 0; j < N; j++)
            b[p * N + j] = ldexp(1, -(int)j);
    for (const lp_kernels *const *num = lp_kernels_all(LP_F8); *num; num++) {
        (*num)->gemm(LP_NN, M, N, K, a, b, c, false);
        bool right = true;
        for (size_t i = 0; i < M; i++)
            for (size_t j = 0; j < N; j++)
                right = right && c[i * N + j] == K * ldexp(1, (int)i - (int)j);
        CHECK(right);
    }
}

/* x I = x, and x P has x's columns in P's order. */
static void test_identity(void) {
    enum { M = 21, N = 37 };
    static float x[M * N], eye[N * N], shift[N * N], y[M * N];
    for (size_t i = 0; i < M * N; i++)
        x[i] = (float)i * 0.1f - 30;
    for (size_t i = 0; i < N; i++) {
        eye[i * N + i] = 1;
        shift[i * N + (i + 5) % N] = 1;
    }
    for (const lp_kernels *const *num = lp_kernels_all(LP_F4); *num; num++) {
        (*num)->gemm(LP_NN, M, N, N, x, eye, y, false);
        CHECK(memcmp(x, y, sizeof x) == 0);
        (*num)->gemm(LP_NT, M, N, N, x, eye, y, false);
        CHECK(memcmp(x, y, sizeof x) == 0);
        (*num)->gemm(LP_NN, M, N, N, x, shift, y, false);
        bool right = true;
        for (size_t i = 0; i < M; i++)
            for (size_t j = 0; j < N; j++)
                right = right && y[i * N + (j + 5) % N] == x[i * N + j];
        CHECK(right);
    }
}

/* One NaN of a spoils its row of c, one infinity of b its column (with NaN where it meets 0), and
 * nothing else, however much is skipped or padded inside. */
static void test_nonfinite(void) {
    enum { M = 30, N = 45, K = 70 };
    static float a[M * K], b[K * N], c[M * N];
    for (size_t i = 0; i < M * K; i++)
        a[i] = 1;
    for (size_t i = 0; i < K * N; i++)
        b[i] = 1;
    a[7 * K + 69] = NAN;
    a[9 * K + 3] = 0;
    b[3 * N + 44] = INFINITY;
    for (const lp_kernels *const *num = lp_kernels_all(LP_F4); *num; num++) {
        (*num)->gemm(LP_NN, M, N, K, a, b, c, false);
        bool right = true;
        for (size_t i = 0; i < M; i++)
            for (size_t j = 0; j < N; j++) {
                float x = c[i * N + j];
                if (i == 7 || (i == 9 && j == 44))
                    right = right && isnan(x);
                else if (j == 44)
                    right = right && isinf(x) && x > 0;
                else
                    right = right && x == (i == 9 ? K - 1 : K);
            }
        CHECK(right);
    }
}

/* The reference itself can fail: one wrong bit in c is seen. */
static void test_comparison(void) {
    float x[2] = {1, NAN}, y[2] = {nextafterf(1, 2), NAN}, zero = 0, minus = -0.0f;
    CHECK(same(4, 2, x, x));
    CHECK(!same(4, 2, x, y));
    CHECK(!same(4, 1, &zero, &minus));
}

int main(void) {
    return check_main("test_gemm", (check_test[]){
                                       {"small products, every form", test_small},
                                       {"every height of a tile", test_edges},
                                       {"blocks along k", test_blocks},
                                       {"few steps, few columns", test_thin},
                                       {"sums of zeros are +0", test_zero},
                                       {"large products on several threads", test_large},
                                       {"empty products", test_empty},
                                       {"powers of two are exact", test_exact},
                                       {"identity and permutation", test_identity},
                                       {"NaN and infinity go where they belong", test_nonfinite},
                                       {"the comparison sees one bit", test_comparison},
                                       {0},
                                   });
}
