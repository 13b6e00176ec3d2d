/* Runs every kernel of lib/num over many odd shapes and prints a digest of each one's results, then
 * one of all: `selftest THREADS`. Two machines, instruction sets (LABPIPE_ISA) or thread counts
 * are held against each other by comparing what it prints. Needs lib/base and lib/num alone. */
#include "num/entries.h"
#include "num/kernels.h"
#include "num/linalg.h"
#include "num/parallel.h"
#include "num/rng.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 400000 }; /* elements of an array */

static int size; /* of the element type: 4 or 8 */
static const lp_kernels *num;
static void *a, *b, *c, *d;
static uint64_t digest, total = 0xcbf29ce484222325u;

/* FNV-1a over the values' bytes; every NaN counts as the same. */
static void add_byte(uint64_t *hash, unsigned byte) {
    *hash = (*hash ^ byte) * 0x100000001b3u;
}

static double at(const void *x, size_t i) {
    return size == 4 ? (double)((const float *)x)[i] : ((const double *)x)[i];
}

static void add_number(double v) {
    uint64_t bits;
    v = isnan(v) ? NAN : v;
    memcpy(&bits, &v, sizeof bits);
    if (isnan(v))
        bits = 0x7ff8000000000000u;
    for (int i = 0; i < 64; i += 8) {
        add_byte(&digest, bits >> i & 255);
        add_byte(&total, bits >> i & 255);
    }
}

static void add(size_t n, const void *x) {
    for (size_t i = 0; i < n; i++)
        add_number(at(x, i));
}

static void say(const char *what) {
    printf("f%d %-22s %016llx\n", size, what, (unsigned long long)digest);
    digest = 0xcbf29ce484222325u;
}

/* Numbers whose sums are rounded: signs and fractions at random, exponents from -span to span. */
static void fill(void *x, size_t n, uint64_t seed, int span) {
    lp_rng r = lp_rng_new(seed, LP_RNG_POINTS, 0);
    for (size_t i = 0; i < n; i++) {
        double v = 2 * lp_rng_uniform(&r) - 1;
        v = ldexp(v, (int)lp_rng_below(&r, (uint64_t)(2 * span + 1)) - span);
        if (size == 4)
            ((float *)x)[i] = (float)v;
        else
            ((double *)x)[i] = v;
    }
}

static void run_gemm(void) {
    static const size_t shapes[][3] = {{1, 1, 1},     {3, 5, 7},     {14, 32, 256}, {15, 33, 257},
                                       {29, 31, 513}, {100, 12, 3},  {100, 3, 12},  {128, 10, 71},
                                       {64, 129, 90}, {1, 300, 300}, {300, 1, 300}, {700, 2, 100},
                                       {2, 700, 100}, {7, 15, 1000}, {85, 200, 97}, {250, 70, 300}};
    for (size_t s = 0; s < sizeof shapes / sizeof shapes[0]; s++)
        for (int form = LP_NN; form <= LP_TN; form++)
            for (int accumulate = 0; accumulate < 2; accumulate++) {
                size_t m = shapes[s][0], n = shapes[s][1], k = shapes[s][2];
                fill(a, m * k, s, 4);
                fill(b, k * n, s + 100, 4);
                fill(c, m * n, s + 200, 4);
                num->gemm((lp_form)form, m, n, k, a, b, c, accumulate);
                add(m * n, c);
            }
    say("gemm");
}

static void run_elementwise(void) {
    static const char *const names[] = {"exp",  "log",  "tanh",   "sigmoid", "sin",
                                        "cos",  "sqrt", "relu",   "leaky",   "elu",
                                        "gelu", "silu", "negate", "square",  "identity"};
    for (int map = 0; map < LP_UNARIES; map++) {
        for (size_t n = 0; n < 70; n++) {
            fill(a, n, n, 10);
            num->unary((lp_unary)map, n, a, b);
            add(n, b);
            fill(c, n, n + 1, 2);
            fill(d, n, n + 2, 2);
            num->unary_backward((lp_unary)map, n, a, b, c, d, true);
            add(n, d);
            num->unary_backward((lp_unary)map, n, a, b, c, d, false);
            add(n, d);
        }
        fill(a, 20000, 7, map == LP_SIN || map == LP_COS ? 60 : 7);
        num->unary((lp_unary)map, 20000, a, b);
        add(20000, b);
        for (size_t cols = 1; cols < 40; cols += 3) {
            fill(a, cols, cols, 2);
            fill(b, 9 * cols, cols, 2);
            num->bias_unary((lp_unary)map, 9, cols, a, cols, b);
            add(9 * cols, b);
            num->bias_unary((lp_unary)map, 9, cols, a, 1, b);
            add(9 * cols, b);
            num->bias_unary((lp_unary)map, 9, cols, NULL, 0, b);
            add(9 * cols, b);
            fill(b, 37 * cols, cols, 2); /* many narrow rows */
            num->bias_unary((lp_unary)map, 37, cols, a, cols, b);
            add(37 * cols, b);
        }
        say(names[map]);
    }
    for (int pair = 0; pair < LP_BINARIES; pair++)
        for (size_t rows = 1; rows < 9; rows++)
            for (size_t cols = 1; cols < 40; cols += 3)
                for (int shape = 0; shape < 16; shape++) {
                    size_t ar = shape & 1 ? rows : 1, ac = shape & 2 ? cols : 1;
                    size_t br = shape & 4 ? rows : 1, bc = shape & 8 ? cols : 1;
                    fill(a, ar * ac, rows, 5);
                    fill(b, br * bc, cols, 5);
                    fill(c, rows * cols, 3, 5);
                    num->binary((lp_binary)pair, rows, cols, a, ar, ac, b, br, bc, c,
                                shape % 3 == 0);
                    add(rows * cols, c);
                }
    say("pair");
    for (size_t n = 0; n < 70; n++) {
        fill(a, n, n, 5);
        fill(b, n, n + 1, 5);
        num->axpy(n, 0.3, a, b);
        add(n, b);
        num->scale(n, 1 / 3.0, b, b);
        add(n, b);
        num->rotate(n, 0.6, 0.8, a, b);
        add(n, a);
        add(n, b);
        num->fill(n, 0.1, b);
        add(n, b);
    }
    say("axpy scale rotate fill");
}

static void run_sums(void) {
    static const size_t lengths[] = {0, 1, 5, 16, 31, 64, 65, 1000, 4095, 4096, 4097, 50001, 99999};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        size_t n = lengths[i];
        fill(a, n, n, 8);
        fill(b, n, n + 1, 8);
        add_number(num->sum(n, a));
        add_number(num->dot(n, a, b));
        add_number(num->sum_squared_difference(n, a, b));
        add_number(num->max(n, a));
    }
    for (size_t cols = 1; cols < 70; cols += 4)
        for (size_t rows = 1; rows < 600; rows = rows * 3 + 1) {
            fill(a, rows * cols, rows, 8);
            fill(b, cols + rows, cols, 8);
            num->sum_over_rows(rows, cols, a, b, rows % 2);
            add(cols, b);
            num->sum_each_row(rows, cols, a, b, cols % 3);
            add(rows, b);
        }
    say("sums");
}

static void run_softmax(void) {
    int32_t label[12];
    for (size_t cols = 1; cols < 90; cols += cols < 20 ? 1 : 3) {
        size_t n = 12 * cols;
        for (size_t i = 0; i < 12; i++)
            label[i] = (int32_t)(i * 7 % cols);
        fill(a, n, cols, 3);
        num->softmax(12, cols, a, b);
        add(n, b);
        num->log_softmax(12, cols, a, c);
        add(n, c);
        for (int labels = 0; labels < 2; labels++) {
            const int32_t *l = labels ? label : NULL;
            num->softmax_cross_entropy(12, cols, a, l, b, d, c);
            add(12, d);
            add(n, c);
            num->softmax_cross_entropy_backward(12, cols, c, l, b, 1 / 12.0, d, true);
            add(n, d);
            num->softmax_cross_entropy_backward(12, cols, c, l, b, 1 / 12.0, d, false);
            add(n, d);
        }
    }
    say("softmax");
}

static void run_steps(void) {
    lp_adam adam = {1e-3, 0.9, 0.999, 1e-8, 1e-2, 0.1, 0.001, 0.99};
    lp_root_step root = {1e-2, 1e-8, 1e-2, 0.9, 0.99, 0.01};
    for (size_t n = 0; n < 70; n++) {
        fill(a, n, n, 3);
        fill(b, n, n + 1, 3);
        fill(c, n, n + 2, 3);
        num->unary(LP_SQUARE, n, b, d);
        num->adam_step(n, a, b, c, d, &adam);
        add(n, a);
        num->root_step(n, a, b, d, n % 2 ? c : NULL, &root);
        add(n, a);
        num->sgd_step(n, a, b, c, 0.1, 0.9, 1e-4, n % 2, n % 3 == 0);
        add(n, a);
        num->sgd_step(n, a, b, NULL, 0.1, 0, 0, false, false);
        add(n, a);
    }
    say("sgd adam root");
}

static void run_gather(void) {
    static const lp_type types[] = {{'f', 2}, {'f', 4}, {'f', 8}, {'i', 1}, {'i', 2}, {'i', 4},
                                    {'i', 8}, {'u', 1}, {'u', 2}, {'u', 4}, {'u', 8}, {'b', 1}};
    lp_rng r = lp_rng_new(5, LP_RNG_POINTS, 1);
    uint64_t raw[2000];
    size_t index[20];
    for (size_t i = 0; i < 2000; i++)
        raw[i] = lp_rng_u64(&r);
    for (size_t i = 0; i < 20; i++)
        index[i] = lp_rng_below(&r, 40);
    for (size_t t = 0; t < sizeof types / sizeof types[0]; t++)
        for (size_t cols = 1; cols < 50; cols += 7) {
            num->gather_rows(20, cols, types[t], raw, index, 1 / 255.0, b);
            add(20 * cols, b);
            num->gather_rows(20, cols, types[t], raw, index, 1, b);
            add(20 * cols, b);
        }
    say("gather_rows");
}

static void run_pictures(void) {
    /* channels, height, width; kernel's height, width; stride, padding; some worth several threads
     */
    static const lp_window windows[] = {
        {1, 5, 5, 3, 3, 1, 1},   {3, 9, 8, 5, 5, 2, 2},   {2, 7, 19, 2, 4, 3, 1},
        {3, 32, 32, 5, 5, 1, 0}, {6, 14, 14, 5, 5, 1, 0}, {17, 8, 9, 3, 3, 1, 1},
        {5, 9, 71, 2, 2, 2, 0},  {2, 7, 40, 3, 3, 2, 1},  {6, 28, 28, 2, 2, 2, 0},
    };
    for (size_t w = 0; w < sizeof windows / sizeof *windows; w++)
        for (size_t out = 1; out < 20; out += 5) {
            const lp_window *g = &windows[w];
            size_t n = 8 + w % 5 * 3, x = n * lp_window_picture(g);
            size_t y = n * out * lp_window_places(g), weights = out * lp_window_elements(g);
            fill(a, x, w, 3);
            fill(b, weights, out, 3);
            fill(d, out, 1, 3);
            num->conv(g, n, out, a, b, d, out % 2 ? LP_RELU : LP_IDENTITY, c);
            add(y, c);
            num->conv_backward_weights(g, n, out, c, a, b, out % 2);
            add(weights, b);
            num->conv_backward_input(g, n, out, c, b, a, out % 2);
            add(x, a);
        }
    say("conv");
    for (size_t w = 0; w < sizeof windows / sizeof *windows; w++) {
        const lp_window *g = &windows[w];
        lp_error e;
        size_t n = 20, x = n * lp_window_picture(g), y = n * g->channels * lp_window_places(g);
        if (lp_window_check(g, true, &e) != 0)
            continue;
        fill(a, x, w, 3);
        num->max_pool(g, n, a, b, c);
        add(y, b);
        add(y, c);
        num->max_pool_backward(g, n, b, c, a, w % 2);
        add(x, a);
        num->average_pool(g, n, a, b);
        add(y, b);
        num->average_pool_backward(g, n, b, a, w % 2);
        add(x, a);
    }
    say("pools");
    for (size_t area = 1; area < 70; area += 5) {
        fill(a, 12 * area, area, 3);
        fill(b, 12, area, 3);
        num->scale_channels(3, 4, area, a, b, (char *)b + 4 * size, (char *)b + 8 * size, c);
        add(12 * area, c);
        num->transpose_each(3, 4, area, a, c);
        add(12 * area, c);
        lp_rng at = lp_rng_new(area, LP_RNG_DROPOUT, 1);
        num->dropout(12 * area, 0.3, &at, a, c, area % 2);
        add(12 * area, c);
    }
    say("channels dropout");
}

/* The kernels over the entries of a sparse matrix, at widths that stay in registers and wider. */
static void run_entries(void) {
    enum { LINES = 31, EACH = 9, N = LINES * EACH };
    const lp_entries_kernels *entries = lp_kernels_of(LP_F8)->entries;
    int32_t row[N], col[N], place[N];
    size_t start[LINES + 1];
    double value[N], error[N];
    lp_entries_rate rate = {.keep = 0.99, .step = 0.01};
    for (int l = 0; l < LP_ENTRIES_LANES; l++) {
        rate.keep_first[l] = l == 2 ? 1 : 0.98;
        rate.step_first[l] = l == 2 ? 0 : 0.02;
    }
    for (int32_t i = 0; i < N; i++) {
        row[i] = i / EACH;
        col[i] = i * 7 % LINES;
        place[i] = i * 10 % N;
    }
    for (size_t r = 0; r <= LINES; r++)
        start[r] = r * EACH;
    fill(value, N, 1, 2);
    for (size_t width = LP_ENTRIES_LANES; width <= 7 * LP_ENTRIES_LANES;
         width += LP_ENTRIES_LANES) {
        size_t n = LINES * width;
        fill(a, n, width, 2);
        fill(b, n, width + 1, 2);
        add_number(entries->row_gradient(LINES, start, col, value, width, a, b, error, c));
        add(N, error);
        add(n, c);
        entries->col_gradient(LINES, start, row, place, error, width, a, d);
        add(n, d);
        entries->step(LINES, width, a, c, &rate);
        entries->step(LINES, width, b, d, &rate);
        add_number(entries->sgd(N, row, col, value, width, a, b, &rate, &rate));
        add(n, a);
        add(n, b);
        fill(c, width * width, 1, 2);
        fill(d, width, 2, 2);
        entries->normal(N, col, value, width, b, c, d);
        add(width * width, c);
        add(width, d);
    }
    say("entries");
}

/* What is computed in double alone. */
static void run_doubles(void) {
    double *x = a, *u = b, *v = c, s[60];
    lp_error e;
    fill(x, 3000, 11, 9);
    for (size_t i = 0; i < 3000; i++) {
        add_number(lp_exp(x[i]));
        add_number(lp_log(fabs(x[i])));
        add_number(lp_tanh(x[i]));
        add_number(lp_sin(x[i] * 1e5));
        add_number(lp_cos(x[i] * 1e5));
        add_number(lp_pow(fabs(x[i]), 1.7));
    }
    say("scalars");
    lp_rng r = lp_rng_new(1, LP_RNG_NOISE, 3);
    for (size_t i = 0; i < 5000; i++)
        add_number(lp_rng_normal(&r));
    say("normals");
    for (size_t n = 1; n < 60; n += 13) {
        fill(x, 70 * n, n, 2);
        if (lp_svd(70, n, x, u, s, v, &e) != 0)
            exit(1);
        add(70 * n, u);
        add(n, s);
        add(n * n, v);
    }
    fill(x, 300 * 200, 1, 2);
    if (lp_svd_top(300, 200, 7, x, 3, u, s, v, &e) != 0)
        exit(1);
    add(300 * 7, u);
    add(7, s);
    add(200 * 7, v);
    say("svd");
    for (size_t n = 1; n < 40; n += 6) {
        fill(x, 50 * n, n, 1);
        lp_kernels_of(LP_F8)->gemm(LP_TN, n, n, 50, x, x, u, false);
        if (lp_cholesky(n, u, &e) != 0)
            exit(1);
        add(n * n, u);
        fill(v, n, 1, 2);
        lp_cholesky_solve(n, u, v);
        add(n, v);
    }
    say("cholesky");
}

int main(int argc, char **argv) {
    lp_error e;
    if (argc != 2 || lp_kernels_check(&e) != 0) {
        fprintf(stderr, "selftest: %s\n", argc != 2 ? "give the number of threads" : e.text);
        return 2;
    }
    lp_threads_set(atoi(argv[1]));
    lp_threads_insist(true);
    a = aligned_alloc(64, MOST * 8);
    b = aligned_alloc(64, MOST * 8);
    c = aligned_alloc(64, MOST * 8);
    d = aligned_alloc(64, MOST * 8);
    if (!a || !b || !c || !d)
        return 1;
    digest = total;
    for (size = 4; size <= 8; size += 4) {
        num = lp_kernels_of((lp_type){'f', (uint32_t)size});
        run_gemm();
        run_elementwise();
        run_sums();
        run_softmax();
        run_steps();
        run_gather();
        run_pictures();
    }
    size = 8;
    run_entries();
    run_doubles();
    printf("all %016llx\n", (unsigned long long)total);
    return fflush(stdout) != 0;
}
