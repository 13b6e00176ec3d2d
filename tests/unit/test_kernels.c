/* Every row of lp_kernels but gemm against plain scalar C that does what num/kernels.h says, one
 * rounding at a time, for every instruction set that runs here: the same bits, at odd lengths, with
 * NaN and infinities among the numbers. Only exp and its kin come from elsewhere: their values are
 * held against libm's wider type, and the instruction sets against each other. */
#include "bits.h"
#include "num/parallel.h"

#include <stdlib.h>

/* ---- elementwise ---- */

/* The maps that are one operation. */
static double exact_map(lp_unary map, double x) {
    switch (map) {
    case LP_SQRT:
        return narrow(sqrt(x));
    case LP_RELU:
        return x > 0 || isnan(x) ? x : 0;
    case LP_LEAKY_RELU:
        return x > 0 || isnan(x) ? x : narrow(narrow(0.01) * x);
    case LP_NEGATE:
        return -x;
    case LP_SQUARE:
        return narrow(x * x);
    default:
        return x;
    }
}

static void maps(void) {
    static const lp_unary exact[] = {LP_SQRT,   LP_RELU,   LP_LEAKY_RELU,
                                     LP_NEGATE, LP_SQUARE, LP_IDENTITY};
    for (size_t m = 0; m < 6; m++)
        for (size_t n = 0; n <= 70; n++) {
            fill(a, n, n, true);
            fill(b, n, 1, false);
            for (size_t i = 0; i < n; i++)
                set(want, i, exact_map(exact[m], at(a, i)));
            num->unary(exact[m], n, a, b);
            expect("map", n, b, want);
            num->unary(exact[m], n, a, a);
            expect("map in place", n, a, want);
        }
}

static void test_maps(void) {
    everywhere(maps);
}

static long double wide(lp_unary map, long double x) {
    switch (map) {
    case LP_EXP:
        return expl(x);
    case LP_LOG:
        return logl(x);
    case LP_TANH:
        return tanhl(x);
    case LP_SIGMOID:
        return 1 / (1 + expl(-x));
    case LP_SIN:
        return sinl(x);
    default:
        return cosl(x);
    }
}

/* Within the bound that num/kernels.h states, at every length; the map in the middle of an array is
 * the map of the number alone. */
static void curves(void) {
    for (int m = LP_EXP; m <= LP_COS; m++)
        for (size_t n = 0; n <= 70; n += n < 35 ? 1 : 7) {
            fill(a, n, n, true);
            fill(b, n, 1, false);
            num->unary((lp_unary)m, n, a, b);
            for (size_t i = 0; i < n; i++) {
                double x = at(a, i), y = at(b, i);
                long double truth = wide((lp_unary)m, (long double)x);
                long double ulp = (long double)nextafter(fabs((double)truth), INFINITY) -
                                  fabsl((long double)(double)truth);
                if (size == 4)
                    ulp = (long double)nextafterf(fabsf((float)truth), INFINITY) -
                          fabsl((long double)(float)truth);
                bool right = isfinite(truth)
                                 ? fabsl((long double)y - truth) <= (size == 4 ? 1 : 1.5L) * ulp
                             : isnan(truth) ? isnan(y)
                                            : y == (double)truth;
                if (!right)
                    snprintf(failure, sizeof failure, "map %d f%d %s of %a is %a", m, size,
                             num->isa, x, y);
                char one[8], alone[8];
                set(one, 0, x);
                num->unary((lp_unary)m, 1, one, alone);
                if (!equal(at(alone, 0), y))
                    snprintf(failure, sizeof failure, "map %d f%d %s of %a depends on its place", m,
                             size, num->isa, x);
            }
        }
}

static void test_curves(void) {
    everywhere(curves);
}

/* dx + dy map'(x), written down as calculus has it. */
static double slope(lp_unary map, double x, double y, double dy, double dx) {
    switch (map) {
    case LP_EXP:
        return fused(dy, y, dx);
    case LP_LOG:
        return narrow(dx + narrow(dy / x));
    case LP_TANH:
        return fused(dy, fused(-y, y, 1), dx);
    case LP_SIGMOID:
        return fused(dy, fused(-y, y, y), dx);
    case LP_SQRT:
        return fused(dy, narrow(0.5 / y), dx);
    case LP_RELU:
        return narrow(dx + (y <= 0 ? 0 : dy));
    case LP_LEAKY_RELU:
        return fused(dy, y <= 0 ? narrow(0.01) : 1, dx);
    case LP_ELU:
        return fused(dy, y <= 0 ? narrow(y + 1) : 1, dx);
    case LP_NEGATE:
        return narrow(dx - dy);
    case LP_SQUARE:
        return fused(dy, narrow(x + x), dx);
    default:
        return narrow(dx + dy);
    }
}

static void slopes(void) {
    static const lp_unary list[] = {LP_EXP,    LP_LOG,    LP_TANH,       LP_SIGMOID,
                                    LP_SQRT,   LP_RELU,   LP_LEAKY_RELU, LP_ELU,
                                    LP_NEGATE, LP_SQUARE, LP_IDENTITY};
    for (size_t m = 0; m < sizeof list / sizeof *list; m++)
        for (size_t n = 0; n <= 70; n += n < 35 ? 1 : 5) {
            fill(a, n, n, true);
            fill(b, n, n + 1, true);
            fill(c, n, n + 2, true);
            fill(d, n, n + 3, true);
            for (size_t i = 0; i < n; i++)
                set(want, i, slope(list[m], at(a, i), at(b, i), at(c, i), at(d, i)));
            num->unary_backward(list[m], n, a, b, c, d, true);
            expect("map_backward", n, d, want);
            fill(d, n, n + 3, false);
            for (size_t i = 0; i < n; i++)
                set(want, i, slope(list[m], at(a, i), at(b, i), at(c, i), 0));
            num->unary_backward(list[m], n, a, b, c, d, false);
            expect("map_backward, not accumulated", n, d, want);
        }
    /* sin' is cos and cos' is -sin, of the kernels' own making. */
    fill(a, 45, 1, false);
    fill(c, 45, 2, false);
    for (int m = LP_SIN; m <= LP_COS; m++) {
        num->unary(m == LP_SIN ? LP_COS : LP_SIN, 45, a, b);
        fill(d, 45, 3, false);
        for (size_t i = 0; i < 45; i++)
            set(want, i, fused(at(c, i), m == LP_SIN ? at(b, i) : -at(b, i), at(d, i)));
        num->unary_backward((lp_unary)m, 45, a, NULL, c, d, true);
        expect("map_backward", 45, d, want);
    }
}

static void test_slopes(void) {
    everywhere(slopes);
}

static long double slope_of_input(lp_unary map, long double x) {
    if (map == LP_GELU)
        return erfcl(-x / sqrtl(2)) / 2 + x * expl(-x * x / 2) / sqrtl(2 * acosl(-1));
    long double s = 1 / (1 + expl(-x));
    return s + x * s * (1 - s);
}

/* The derivatives that are curves of their own: within a few units of the last place of 1, their
 * scale, and those of one number alone. */
static void curved_slopes(void) {
    static const lp_unary list[] = {LP_GELU, LP_SILU};
    static const double far[] = {-INFINITY, -1e30, -104.5, -38.6, -14.4, -0.0, 0, 14.4, 1e30};
    for (size_t m = 0; m < 2; m++)
        for (size_t n = 1; n <= 70; n += n < 35 ? 1 : 5) {
            fill(a, n, n, false);
            for (size_t i = 0; i < n; i++)
                set(a, i, i % 5 == 4 ? far[i / 5 % 9] : 4 * at(a, i));
            fill(c, n, n + 2, false);
            fill(d, n, n + 3, false);
            for (size_t i = 0; i < n; i++) {
                long double x = at(a, i), truth = x < -1000  ? 0
                                                  : x > 1000 ? 1
                                                             : slope_of_input(list[m], x);
                set(want, i, at(d, i)); /* what it was */
                set(want2, i, (double)truth);
            }
            num->unary_backward(list[m], n, a, NULL, c, d, true);
            double unit = size == 4 ? 0x1p-23 : 0x1p-52;
            for (size_t i = 0; i < n; i++) {
                double expected = fma(at(c, i), at(want2, i), at(want, i));
                double scale = fabs(at(c, i)) + fabs(at(want, i));
                if (!(fabs(at(d, i) - expected) <= 6 * unit * scale))
                    snprintf(failure, sizeof failure, "slope %d f%d %s at %g is %a, expected %a",
                             (int)list[m], size, num->isa, at(a, i), at(d, i), expected);
                char x[8], dy[8], one[8];
                set(x, 0, at(a, i));
                set(dy, 0, at(c, i));
                set(one, 0, at(want, i));
                num->unary_backward(list[m], 1, x, NULL, dy, one, true);
                if (!equal(at(one, 0), at(d, i)))
                    snprintf(failure, sizeof failure, "slope %d f%d %s at %g depends on its place",
                             (int)list[m], size, num->isa, at(a, i));
            }
            if (at(d, n) != 12345)
                snprintf(failure, sizeof failure, "slope %d f%d %s: wrote behind", (int)list[m],
                         size, num->isa);
        }
}

static void test_curved_slopes(void) {
    everywhere(curved_slopes);
}

static double pair_of(lp_binary pair, double x, double y) {
    switch (pair) {
    case LP_ADD:
        return narrow(x + y);
    case LP_SUBTRACT:
        return narrow(x - y);
    case LP_MULTIPLY:
        return narrow(x * y);
    default:
        return narrow(x / y);
    }
}

static void pairs(void) {
    static const size_t shapes[][2] = {{1, 1}, {1, 37}, {37, 1}, {3, 5}, {4, 16}, {5, 33}, {7, 66}};
    for (int p = 0; p < LP_BINARIES; p++)
        for (size_t s = 0; s < 7; s++)
            for (int cast = 0; cast < 32; cast++) {
                size_t rows = shapes[s][0], cols = shapes[s][1], n = rows * cols;
                size_t ar = cast & 1 ? rows : 1, ac = cast & 2 ? cols : 1;
                size_t br = cast & 4 ? rows : 1, bc = cast & 8 ? cols : 1;
                bool accumulate = cast & 16;
                fill(a, ar * ac, s, true);
                fill(b, br * bc, s + 9, true);
                fill(c, n, s + 5, true);
                for (size_t i = 0; i < rows; i++)
                    for (size_t j = 0; j < cols; j++) {
                        double x = at(a, (ar == 1 ? 0 : i) * ac + (ac == 1 ? 0 : j));
                        double y = at(b, (br == 1 ? 0 : i) * bc + (bc == 1 ? 0 : j));
                        double old = at(c, i * cols + j), v = pair_of((lp_binary)p, x, y);
                        if (accumulate)
                            v = p == LP_MULTIPLY ? fused(x, y, old) : narrow(old + v);
                        set(want, i * cols + j, v);
                    }
                num->binary((lp_binary)p, rows, cols, a, ar, ac, b, br, bc, c, accumulate);
                expect("pair", n, c, want);
                if (!accumulate && ar == rows && ac == cols) {
                    num->binary((lp_binary)p, rows, cols, a, ar, ac, b, br, bc, a, false);
                    expect("pair in place", n, a, want);
                }
            }
}

static void test_pairs(void) {
    everywhere(pairs);
}

static void vectors(void) {
    for (size_t n = 0; n <= 70; n++) {
        double alpha = narrow(0.3);
        fill(a, n, n, true);
        fill(b, n, n + 1, true);
        for (size_t i = 0; i < n; i++) {
            set(want, i, fused(alpha, at(a, i), at(b, i)));
            set(want2, i, narrow(alpha * at(a, i)));
        }
        num->axpy(n, 0.3, a, b);
        expect("axpy", n, b, want);
        fill(b, n, 3, false);
        num->scale(n, 0.3, a, b);
        expect("scale", n, b, want2);
        for (size_t i = 0; i < n; i++)
            set(want, i, narrow(0.1));
        num->fill(n, 0.1, b);
        expect("fill", n, b, want);
    }
}

static void rotations(void) {
    for (size_t n = 0; n <= 70; n++) {
        double cosine = narrow(0.8), sine = narrow(0.6);
        fill(a, n, n, true);
        fill(b, n, n + 1, true);
        for (size_t i = 0; i < n; i++) {
            double x = at(a, i), y = at(b, i);
            set(want, i, fused(-sine, y, narrow(cosine * x)));
            set(want2, i, fused(sine, x, narrow(cosine * y)));
        }
        num->rotate(n, 0.8, 0.6, a, b);
        expect("rotate's x", n, a, want);
        expect("rotate's y", n, b, want2);
    }
}

static void test_rotations(void) {
    everywhere(rotations);
}

static void test_vectors(void) {
    everywhere(vectors);
}

static void biases(void) {
    static const lp_unary list[] = {LP_RELU, LP_LEAKY_RELU, LP_IDENTITY, LP_SQUARE};
    for (size_t m = 0; m < 4; m++)
        for (size_t cols = 1; cols <= 70; cols += cols < 36 ? 1 : 6)
            for (size_t kind = 0; kind < 3; kind++)
                for (size_t rows = 1; rows < 40; rows += 18) {
                    size_t n = rows * cols, bias = kind == 0 ? 0 : kind == 1 ? 1 : cols;
                    fill(a, bias, cols, true);
                    fill(b, n, cols + 1, true);
                    for (size_t i = 0; i < n; i++) {
                        double x = at(b, i);
                        if (bias)
                            x = narrow(x + at(a, bias == 1 ? 0 : i % cols));
                        set(want, i, exact_map(list[m], x));
                    }
                    num->bias_unary(list[m], rows, cols, bias ? a : NULL, bias, b);
                    expect("bias_map", n, b, want);
                }
}

static void test_biases(void) {
    everywhere(biases);
}

/* A bias and a curve in one pass are the sum and the curve in two. */
static void bias_curves(void) {
    for (int m = LP_EXP; m < LP_UNARIES; m++)
        for (size_t cols = 1; cols < 40; cols += 6) {
            fill(a, cols, 1, false);
            fill(b, 5 * cols, 2, false);
            fill(want, 5 * cols, 2, false);
            num->binary(LP_ADD, 5, cols, want, 5, cols, a, 1, cols, want, false);
            num->unary((lp_unary)m, 5 * cols, want, want);
            num->bias_unary((lp_unary)m, 5, cols, a, cols, b);
            expect("bias_map", 5 * cols, b, want);
        }
}

static void test_bias_curves(void) {
    everywhere(bias_curves);
}

/* ---- sums ---- */

enum { SUM, DOT, SQUARED };

static double step(int what, double acc, double x, double y) {
    if (what == SUM)
        return narrow(acc + x);
    if (what == DOT)
        return fused(x, y, acc);
    double e = narrow(x - y);
    return fused(e, e, acc);
}

/* One block, as the header has it. */
static double block(int what, size_t from, size_t n, const void *x, const void *y) {
    double lane[64] = {0};
    size_t lanes = 256 / (size_t)size;
    for (size_t i = 0; i < n; i++)
        lane[i % lanes] = step(what, lane[i % lanes], at(x, from + i), at(y, from + i));
    size_t quarter = lanes / 4;
    for (size_t i = 0; i < quarter; i++)
        lane[i] = narrow(narrow(lane[i] + lane[i + quarter]) +
                         narrow(lane[i + 2 * quarter] + lane[i + 3 * quarter]));
    for (size_t half = quarter / 2; half > 0; half /= 2)
        for (size_t i = 0; i < half; i++)
            lane[i] = narrow(lane[i] + lane[i + half]);
    return lane[0];
}

/* Blocks first .. first + count: where count is a power of two, the sum of its halves. */
static double tree(int what, size_t n, size_t first, size_t count, const void *x, const void *y) {
    if (count == 1) {
        size_t from = first * 4096;
        return block(what, from, n - from < 4096 ? n - from : 4096, x, y);
    }
    return narrow(tree(what, n, first, count / 2, x, y) +
                  tree(what, n, first + count / 2, count / 2, x, y));
}

static double reference_sum(int what, size_t n, const void *x, const void *y) {
    size_t blocks = (n + 4095) / 4096, first = 0;
    double part[64];
    int parts = 0;
    for (int bit = 40; bit >= 0; bit--)
        if (blocks >> bit & 1) {
            part[parts++] = tree(what, n, first, (size_t)1 << bit, x, y);
            first += (size_t)1 << bit;
        }
    double sum = parts ? part[parts - 1] : 0;
    for (int i = parts - 2; i >= 0; i--)
        sum = narrow(part[i] + sum);
    return sum;
}

static void expect_number(const char *what, size_t n, double got, double expected) {
    if (!equal(got, expected))
        snprintf(failure, sizeof failure, "%s f%d %s of %zu is %a, expected %a", what, size,
                 num->isa, n, got, expected);
}

static void sums(void) {
    for (size_t n = 0; n < MOST; n += n < 140 ? 1 : n < 4090 ? 1319 : n < 4100 ? 1 : 3277) {
        fill(a, n, n, false);
        fill(b, n, n + 1, false);
        expect_number("sum", n, num->sum(n, a), reference_sum(SUM, n, a, a));
        expect_number("dot", n, num->dot(n, a, b), reference_sum(DOT, n, a, b));
        expect_number("sum_squared_difference", n, num->sum_squared_difference(n, a, b),
                      reference_sum(SQUARED, n, a, b));
        double most = -INFINITY;
        for (size_t i = 0; i < n; i++)
            most = at(a, i) > most ? at(a, i) : most;
        expect_number("max", n, num->max(n, a), most);
        if (n) {
            set(a, n / 2, NAN);
            expect_number("max", n, num->max(n, a), NAN);
            expect_number("sum", n, num->sum(n, a), NAN);
        }
    }
    for (size_t i = 0; i < 70; i++)
        set(a, i, -5);
    expect_number("max", 3, num->max(3, a), -5);
}

static void test_sums(void) {
    everywhere(sums);
}

static void row_sums(void) {
    static const size_t shapes[][2] = {{1, 1},    {3, 70},  {255, 3},  {256, 17},  {257, 33},
                                       {600, 16}, {769, 3}, {1023, 5}, {1025, 16}, {2000, 9}};
    for (size_t s = 0; s < 10; s++)
        for (int accumulate = 0; accumulate < 2; accumulate++) {
            size_t rows = shapes[s][0], cols = shapes[s][1];
            fill(a, rows * cols, s, false);
            fill(b, rows, 1, false);
            for (size_t r = 0; r < rows; r++) {
                const void *row = a + r * cols * (size_t)size;
                double sum = reference_sum(SUM, cols, row, row);
                set(want, r, accumulate ? narrow(at(b, r) + sum) : sum);
            }
            num->sum_each_row(rows, cols, a, b, accumulate);
            expect("sum_each_row", rows, b, want);
            fill(b, cols, 1, false);
            for (size_t j = 0; j < cols; j++) {
                double total = accumulate ? at(b, j) : 0;
                for (size_t r = 0; r < rows; r += 256) {
                    double sum = 0;
                    for (size_t i = r; i < rows && i < r + 256; i++)
                        sum = narrow(sum + at(a, i * cols + j));
                    total = narrow(total + sum);
                }
                set(want, j, total);
            }
            num->sum_over_rows(rows, cols, a, b, accumulate);
            expect("sum_over_rows", cols, b, want);
        }
}

static void test_row_sums(void) {
    everywhere(row_sums);
}

/* ---- softmax ---- */

/* In long double, so that the kernels' error is what is seen: some units of the last place. */
static void softmaxes(void) {
    long double eps = size == 4 ? 0x1p-23L : 0x1p-52L;
    for (size_t cols = 1; cols <= 70; cols += cols < 20 ? 1 : 5)
        for (size_t rows = 1; rows <= 19; rows += 9) {
            size_t n = rows * cols;
            int32_t label[19];
            fill(a, n, cols, false);
            fill(b, n, 1, false);
            fill(c, n, 1, false);
            num->softmax(rows, cols, a, b);
            num->log_softmax(rows, cols, a, c);
            for (size_t i = 0; i < n; i++) /* the target is a distribution: the softmax itself */
                set(d, i, at(b, i));
            for (size_t r = 0; r < rows; r++) {
                long double sum = 0, loss = 0, top = -1e9L;
                for (size_t j = 0; j < cols; j++) {
                    long double x = (long double)at(a, r * cols + j);
                    sum += expl(x);
                    top = x > top ? x : top;
                }
                for (size_t j = 0; j < cols; j++) {
                    size_t i = r * cols + j;
                    long double p = expl((long double)at(a, i)) / sum;
                    if (!(fabsl(at(b, i) - p) <= 30 * eps * p))
                        snprintf(failure, sizeof failure, "softmax f%d %s: %a, not %La", size,
                                 num->isa, at(b, i), p);
                    if (!(fabsl(at(c, i) - logl(p)) <= 30 * eps * (1 + fabsl(logl(p)))))
                        snprintf(failure, sizeof failure, "log_softmax f%d %s: %a, not %La", size,
                                 num->isa, at(c, i), logl(p));
                    loss -= p * logl(p);
                }
                label[r] = (int32_t)((r * 7 + 1) % cols);
                set(want, r, (double)loss);
                set(want2, r,
                    (double)(logl(sum) - (long double)at(a, r * cols + (size_t)label[r])));
            }
            for (int labels = 0; labels < 2; labels++) {
                char loss[19 * 8], p[70 * 19 * 8], dx[70 * 19 * 8], more[70 * 19 * 8];
                const int32_t *l = labels ? label : NULL;
                num->softmax_cross_entropy(rows, cols, a, l, d, loss, p);
                for (size_t r = 0; r < rows; r++) {
                    double truth = at(labels ? want2 : want, r);
                    if (!(fabs(at(loss, r) - truth) <= 60 * (double)eps * (4 + fabs(truth))))
                        snprintf(failure, sizeof failure, "cross entropy f%d %s: %a, not %a", size,
                                 num->isa, at(loss, r), truth);
                }
                for (size_t i = 0; i < n; i++)
                    if (!equal(at(p, i), at(b, i)))
                        snprintf(failure, sizeof failure, "cross entropy f%d %s: not the softmax",
                                 size, num->isa);
                /* The gradient: scale (p - target); for a target that is p itself, about 0. */
                memcpy(more, a, sizeof more);
                num->softmax_cross_entropy_backward(rows, cols, p, l, d, 0.25, dx, true);
                num->softmax_cross_entropy_backward(rows, cols, p, l, d, 0.25, more, false);
                for (size_t i = 0; i < n; i++) {
                    double target = labels ? i % cols == (size_t)label[i / cols] : at(d, i);
                    double g = 0.25 * (at(p, i) - target), tolerance = 8 * (double)eps;
                    if (!(fabs(at(dx, i) - g) <= tolerance) ||
                        !(fabs(at(more, i) - at(a, i) - g) <= tolerance * (1 + 16)))
                        snprintf(failure, sizeof failure, "gradient f%d %s: %a, not %a", size,
                                 num->isa, at(dx, i), g);
                }
                num->softmax_cross_entropy_backward(rows, cols, p, l, d, 0.25, p, true);
                if (memcmp(p, dx, n * (size_t)size) != 0)
                    snprintf(failure, sizeof failure, "gradient f%d %s: in place", size, num->isa);
            }
        }
}

/* One lane a number of a vector of 64 bytes, each one chain, halved until one is left. */
static double lane_sum(size_t n, const double *x, const double *y) {
    size_t lanes = 64 / (size_t)size;
    double lane[16] = {0};
    for (size_t i = 0; i < n; i++)
        lane[i % lanes] = y ? fused(x[i], y[i], lane[i % lanes]) : narrow(lane[i % lanes] + x[i]);
    for (size_t half = lanes / 2; half > 0; half /= 2)
        for (size_t i = 0; i < half; i++)
            lane[i] = narrow(lane[i] + lane[i + half]);
    return lane[0];
}

static double log_of(double x) {
    char one[8], y[8];
    set(one, 0, x);
    num->unary(LP_LOG, 1, one, y);
    return at(y, 0);
}

/* Every operation in the order of the kernels, exp and log being the kernels' own. Logits beyond
 * what exp can take, targets that do not sum to 1, some of them 0. */
static void softmax_bits(void) {
    enum { MOST_COLS = 70, MOST_ROWS = 19, N = MOST_COLS * MOST_ROWS };
    static char target[N * 8], loss[(MOST_ROWS + 70) * 8], p[(N + 70) * 8], dx[(N + 70) * 8];
    static char row[MOST_COLS * 8], want_p[N * 8], want_dx[N * 8];
    for (size_t cols = 1; cols <= MOST_COLS; cols += cols < 20 ? 1 : 5)
        for (size_t rows = 1; rows <= MOST_ROWS; rows += 6)
            for (int labels = 0; labels < 2; labels++) {
                size_t n = rows * cols;
                int32_t label[MOST_ROWS];
                fill(a, n, cols, false);
                fill(b, n, cols + 1, false);
                for (size_t i = 0; i < n; i++) {
                    set(a, i, narrow(at(a, i) + 1000));
                    set(target, i, i % 4 == 1 ? 0 : fabs(at(b, i)));
                }
                for (size_t r = 0; r < rows; r++) {
                    double top = -INFINITY, shifted[MOST_COLS], e[MOST_COLS], t[MOST_COLS];
                    label[r] = (int32_t)((r * 7 + 1) % cols);
                    for (size_t j = 0; j < cols; j++)
                        top = at(a, r * cols + j) > top ? at(a, r * cols + j) : top;
                    for (size_t j = 0; j < cols; j++) {
                        shifted[j] = narrow(at(a, r * cols + j) - top);
                        set(row, j, shifted[j]);
                        t[j] = at(target, r * cols + j);
                    }
                    num->unary(LP_EXP, cols, row, row);
                    for (size_t j = 0; j < cols; j++)
                        e[j] = at(row, j);
                    double sum = reference_sum(SUM, cols, row, row);
                    double log_sum = log_of(sum), lanes = log_of(lane_sum(cols, e, NULL));
                    double weight = reference_sum(SUM, cols, target + r * cols * (size_t)size, row);
                    double w = labels ? 1 : weight;
                    double expected = labels ? shifted[label[r]] : lane_sum(cols, t, shifted);
                    set(want2, r, narrow(narrow(w * log_sum) - expected));
                    for (size_t j = 0; j < cols; j++) {
                        size_t i = r * cols + j;
                        double q = narrow(e[j] / sum);
                        set(want_p, i, q);
                        set(want, i, narrow(shifted[j] - lanes));
                        set(want_dx, i,
                            !labels                 ? fused(q, weight, -t[j])
                            : j == (size_t)label[r] ? narrow(q - 1)
                                                    : q);
                    }
                }
                fill(p, n, 5, false);
                num->softmax(rows, cols, a, p);
                expect("softmax", n, p, want_p);
                num->log_softmax(rows, cols, a, p);
                expect("log_softmax", n, p, want);

                const int32_t *l = labels ? label : NULL;
                fill(loss, rows, 6, false);
                num->softmax_cross_entropy(rows, cols, a, l, target, loss, p);
                expect("cross entropy", rows, loss, want2);
                expect("cross entropy's softmax", n, p, want_p);

                double scale = narrow(0.3);
                fill(dx, n, 7, false);
                for (size_t i = 0; i < n; i++)
                    set(want, i, fused(scale, at(want_dx, i), at(dx, i)));
                num->softmax_cross_entropy_backward(rows, cols, p, l, target, 0.3, dx, false);
                expect("gradient, accumulated", n, dx, want);
                for (size_t i = 0; i < n; i++)
                    set(want, i, narrow(scale * at(want_dx, i)));
                num->softmax_cross_entropy_backward(rows, cols, p, l, target, 0.3, dx, true);
                expect("gradient", n, dx, want);
                num->softmax_cross_entropy_backward(rows, cols, p, l, target, 0.3, p, true);
                expect("gradient in place", n, p, want);
            }
}

static void test_softmax_bits(void) {
    everywhere(softmax_bits);
}

static void test_softmaxes(void) {
    everywhere(softmaxes);
}

/* What overflows without the maximum subtracted; a NaN spoils its row alone; a target of 0 for a
 * logit of -inf counts nothing. */
static void edges(void) {
    double rows[3][3] = {{1000, 1000, -1000}, {NAN, 1, 2}, {-INFINITY, 0, 0}};
    double target[3][3] = {{0.5, 0.5, 0}, {1, 0, 0}, {0, 1, 0}};
    for (size_t i = 0; i < 9; i++) {
        set(a, i, rows[i / 3][i % 3]);
        set(b, i, target[i / 3][i % 3]);
    }
    num->softmax_cross_entropy(3, 3, a, NULL, b, c, d);
    double ln2 = 0.69314718055994530942;
    if (!(fabs(at(c, 0) - ln2) < 1e-6) || !isnan(at(c, 1)) || !(fabs(at(c, 2) - ln2) < 1e-6))
        snprintf(failure, sizeof failure, "edges f%d %s: losses %g %g %g", size, num->isa, at(c, 0),
                 at(c, 1), at(c, 2));
    if (at(d, 0) != 0.5 || at(d, 2) != 0 || !isnan(at(d, 3)) || at(d, 6) != 0 || at(d, 7) != 0.5)
        snprintf(failure, sizeof failure, "edges f%d %s: softmax", size, num->isa);
}

static void test_edges(void) {
    everywhere(edges);
}

/* ---- optimisers ---- */

static void sgd_steps(void) {
    for (size_t n = 0; n <= 70; n += n < 35 ? 1 : 7)
        for (int flags = 0; flags < 16; flags++) {
            bool with_v = flags & 1, nesterov = flags & 2, first = flags & 4;
            double lr = narrow(0.1), mu = narrow(0.9), decay = flags & 8 ? narrow(0.01) : 0;
            fill(a, n, n, true);
            fill(b, n, n + 1, true);
            fill(c, n, n + 2, true);
            for (size_t i = 0; i < n; i++) {
                double g = at(b, i), w = at(a, i);
                if (decay != 0)
                    g = fused(decay, w, g);
                set(want2, i, at(c, i));
                if (with_v) {
                    double v = first ? g : fused(mu, at(c, i), g);
                    set(want2, i, v);
                    g = nesterov ? fused(mu, v, g) : v;
                }
                set(want, i, fused(-lr, g, w));
            }
            num->sgd_step(n, a, b, with_v ? c : NULL, 0.1, 0.9, flags & 8 ? 0.01 : 0, nesterov,
                          first);
            expect("sgd_step", n, a, want);
            expect("sgd_step's velocity", n, c, want2);
        }
}

static void test_sgd(void) {
    everywhere(sgd_steps);
}

static void adam_steps(void) {
    for (size_t n = 0; n <= 70; n++)
        for (int flags = 0; flags < 4; flags++) {
            bool decayed = flags & 1;
            double shrink = flags & 2 ? 0.99 : 1;
            lp_adam k = {1e-3, 0.9, 0.999, 1e-8, decayed ? 0.01 : 0, 0.19, 0.001999, shrink};
            static char want3[71 * 8];
            fill(a, n, n, false);
            fill(b, n, n + 1, false);
            fill(c, n, n + 2, false);
            fill(d, n, n + 3, false);
            for (size_t i = 0; i < n; i++)
                set(d, i, i % 3 == 0 ? 0 : fabs(at(d, i))); /* 0: what is added shows whole */
            for (size_t i = 0; i < n; i++) {
                double w = at(a, i), g = at(b, i);
                if (decayed)
                    g = fused(narrow(0.01), w, g);
                double m = fused(narrow(0.9), at(c, i), narrow(narrow(1 - 0.9) * g));
                double v =
                    fused(narrow(0.999), at(d, i), narrow(narrow(1 - 0.999) * narrow(g * g)));
                /* lr/c1 m / (sqrt(v)/sqrt(c2) + eps), both sides of the fraction times sqrt(c2) */
                double root2 = sqrt(k.correction2);
                double divisor = narrow(narrow(sqrt(v)) + narrow(1e-8 * root2));
                w = narrow(narrow(shrink) * w);
                set(want, i, fused(narrow(-1e-3 / 0.19 * root2), narrow(m / divisor), w));
                set(want2, i, m);
                set(want3, i, v);
            }
            num->adam_step(n, a, b, c, d, &k);
            expect("adam_step", n, a, want);
            expect("adam_step's first moment", n, c, want2);
            expect("adam_step's second moment", n, d, want3);
        }
}

static void test_adam(void) {
    everywhere(adam_steps);
}

static void root_steps(void) {
    for (size_t n = 0; n <= 70; n++)
        for (int flags = 0; flags < 8; flags++) {
            bool decayed = flags & 1, with_b = flags & 2, sums = flags & 4;
            lp_root_step k = {.lr = 0.1,
                              .epsilon = 1e-3,
                              .weight_decay = decayed ? 0.01 : 0,
                              .momentum = 0.9,
                              .keep = sums ? 1 : 0.7,
                              .take = sums ? 1 : 0.3};
            static char want3[71 * 8];
            fill(a, n, n, false);
            fill(b, n, n + 1, false);
            fill(c, n, n + 2, false);
            fill(d, n, n + 3, true);
            for (size_t i = 0; i < n; i++)
                set(c, i, i % 3 == 0 ? 0 : fabs(at(c, i)));
            for (size_t i = 0; i < n; i++) {
                double w = at(a, i), g = at(b, i);
                if (decayed)
                    g = fused(narrow(0.01), w, g);
                double v = fused(narrow(k.keep), at(c, i), narrow(narrow(k.take) * narrow(g * g)));
                g = narrow(g / narrow(narrow(sqrt(v)) + narrow(1e-3)));
                set(want3, i, at(d, i));
                if (with_b) {
                    g = fused(narrow(0.9), at(d, i), g);
                    set(want3, i, g);
                }
                set(want, i, fused(narrow(-0.1), g, w));
                set(want2, i, v);
            }
            num->root_step(n, a, b, c, with_b ? d : NULL, &k);
            expect("root_step", n, a, want);
            expect("root_step's squares", n, c, want2);
            expect("root_step's momentum", n, d, want3);
        }
}

static void test_root(void) {
    everywhere(root_steps);
}

/* ---- gather ---- */

static void gathers(void) {
    enum { ROWS = 9, COLS = 37 };
    static uint16_t half[ROWS * COLS];
    static float single[ROWS * COLS];
    static double twice[ROWS * COLS];
    static int8_t i1[ROWS * COLS];
    static int16_t i2[ROWS * COLS];
    static int32_t i4[ROWS * COLS];
    static int64_t i8[ROWS * COLS];
    static uint8_t u1[ROWS * COLS];
    static uint16_t u2[ROWS * COLS];
    static uint32_t u4[ROWS * COLS];
    static uint64_t u8[ROWS * COLS];
    const struct {
        lp_type type;
        const void *x;
    } from[] = {{{'f', 2}, half}, {{'f', 4}, single}, {{'f', 8}, twice}, {{'i', 1}, i1},
                {{'i', 2}, i2},   {{'i', 4}, i4},     {{'i', 8}, i8},    {{'u', 1}, u1},
                {{'u', 2}, u2},   {{'u', 4}, u4},     {{'u', 8}, u8},    {{'b', 1}, u1}};
    static const size_t index[] = {8, 0, 3, 3, 7};
    for (size_t i = 0; i < ROWS * COLS; i++) {
        double v = (double)(i % 100);
        /* a half of 1 + i/1024 in [1, 2) is 0x3c00 + i; the least of all, 2^-24, is 1 */
        half[i] = (uint16_t)(i == 0 ? 1 : 0x3c00 + i);
        single[i] = (float)(v / 3);
        twice[i] = v / 3;
        i1[i] = (int8_t)-v, i2[i] = (int16_t)(-300 * v), i4[i] = (int32_t)(-70000 * v);
        i8[i] = -(int64_t)1000000007 * (int64_t)i * 1000;
        u1[i] = (uint8_t)(v * 2.5), u2[i] = (uint16_t)(600 * v), u4[i] = (uint32_t)(40000000 * v);
        u8[i] = UINT64_MAX - (uint64_t)i * 12345678912345u;
    }
    for (size_t t = 0; t < sizeof from / sizeof from[0]; t++)
        for (size_t cols = 1; cols <= COLS; cols++)
            for (int scaled = 0; scaled < 2; scaled++) {
                double alpha = scaled ? 1 / 255.0 : 1;
                for (size_t r = 0; r < 5; r++)
                    for (size_t j = 0; j < cols; j++) {
                        size_t i = index[r] * cols + j;
                        double v = 0;
                        switch (from[t].type.kind << 8 | (int)from[t].type.size) {
                        case 'f' << 8 | 2:
                            v = i == 0 ? 0x1p-24 : 1 + (double)i / 1024;
                            break;
                        case 'f' << 8 | 4:
                            v = (double)single[i];
                            break;
                        case 'f' << 8 | 8:
                            v = twice[i];
                            break;
                        case 'i' << 8 | 1:
                            v = i1[i];
                            break;
                        case 'i' << 8 | 2:
                            v = i2[i];
                            break;
                        case 'i' << 8 | 4:
                            v = i4[i];
                            break;
                        case 'i' << 8 | 8:
                            v = size == 4 ? (double)(float)i8[i] : (double)i8[i];
                            break;
                        case 'u' << 8 | 1:
                        case 'b' << 8 | 1:
                            v = u1[i];
                            break;
                        case 'u' << 8 | 2:
                            v = u2[i];
                            break;
                        case 'u' << 8 | 4:
                            v = u4[i];
                            break;
                        default:
                            v = size == 4 ? (double)(float)u8[i] : (double)u8[i];
                        }
                        set(want, r * cols + j, narrow(narrow(v) * narrow(alpha)));
                    }
                fill(b, 5 * cols, 1, false);
                num->gather_rows(5, cols, from[t].type, from[t].x, index, alpha, b);
                expect("gather_rows", 5 * cols, b, want);
            }
}

/* As many rows as threads share. */
static void shared_gathers(void) {
    enum { ROWS = 3000, COLS = 20 };
    static uint8_t x[ROWS * COLS];
    static size_t index[ROWS];
    double *y = lp_alloc(ROWS * COLS, sizeof *y);
    for (size_t i = 0; i < ROWS * COLS; i++)
        x[i] = (uint8_t)(i * 7919 >> 4);
    for (size_t i = 0; i < ROWS; i++)
        index[i] = i * 1009 % ROWS;
    num->gather_rows(ROWS, COLS, (lp_type){'u', 1}, x, index, 2, y);
    size_t wrong = 0;
    for (size_t i = 0; i < ROWS * COLS; i++) {
        double got = size == 4 ? (double)((float *)y)[i] : y[i];
        wrong += !(got == 2.0 * x[index[i / COLS] * COLS + i % COLS]);
    }
    CHECK(wrong == 0);
    free(y);
}

static void test_gather(void) {
    everywhere(gathers);
    lp_threads_set(3);
    lp_threads_insist(true);
    everywhere(shared_gathers);
    lp_threads_insist(false);
    lp_threads_set(0);
}

/* ---- the choice of an instruction set ---- */

static void test_tables(void) {
    for (size = 4; size <= 8; size += 4) {
        const lp_kernels *const *all = lp_kernels_all((lp_type){'f', (uint32_t)size});
        bool own = false;
        for (; *all; all++) {
            CHECK(lp_type_is((*all)->type, (lp_type){'f', (uint32_t)size}));
            own = own || *all == lp_kernels_of((*all)->type);
        }
        CHECK(own);
    }
}

int main(void) {
    return check_main("test_kernels", (check_test[]){
                                          {"sqrt, relu, negate, square, identity", test_maps},
                                          {"exp, log, tanh, sigmoid, sin, cos", test_curves},
                                          {"derivatives of maps", test_slopes},
                                          {"derivatives that are curves", test_curved_slopes},
                                          {"pairs, broadcast and accumulated", test_pairs},
                                          {"axpy, scale, fill", test_vectors},
                                          {"rotations of two vectors", test_rotations},
                                          {"bias and map", test_biases},
                                          {"bias and curve", test_bias_curves},
                                          {"sums in the order of the header, and max", test_sums},
                                          {"sums of rows and columns", test_row_sums},
                                          {"softmax and cross-entropy", test_softmaxes},
                                          {"softmax, operation by operation", test_softmax_bits},
                                          {"softmax at its edges", test_edges},
                                          {"SGD", test_sgd},
                                          {"Adam", test_adam},
                                          {"RMSprop and Adagrad", test_root},
                                          {"rows gathered from every type", test_gather},
                                          {"tables", test_tables},
                                          {0},
                                      });
}
