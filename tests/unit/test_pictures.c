/* The kernels on pictures against exhaustive loops, written from the definition of the forward
 * pass: the same bits, for every instruction set that runs here, at odd sizes, strides and
 * paddings. */
#include "bits.h"
#include "num/parallel.h"

enum { BLOCK = 256 };

/* channels, height, width; kernel's height, width; stride, padding. */
static const lp_window windows[] = {
    {1, 1, 1, 1, 1, 1, 0},    {1, 5, 5, 3, 3, 1, 0},   {1, 5, 5, 3, 3, 1, 1},
    {2, 6, 7, 3, 2, 1, 1},    {3, 9, 8, 5, 5, 1, 0},   {3, 9, 8, 5, 5, 2, 2},
    {2, 7, 19, 2, 4, 3, 1},   {1, 28, 28, 5, 5, 1, 0}, {3, 12, 33, 5, 5, 1, 0},
    {12, 8, 8, 5, 5, 1, 0},   {7, 8, 9, 3, 3, 1, 1},   {5, 8, 8, 2, 2, 2, 0},
    {40, 4, 4, 3, 3, 1, 1},   {17, 3, 18, 3, 1, 2, 0}, {4, 3, 30, 3, 7, 1, 2},
    {4, 30, 1, 7, 1, 1, 0},   {1, 16, 16, 4, 4, 4, 0}, {3, 9, 71, 2, 2, 2, 0},
    {8, 40, 50, 5, 5, 1, 2},  /* packed in two bands */
    {70, 5, 250, 5, 5, 1, 0}, /* more than a thread's scratch */
    {3, 32, 32, 5, 5, 1, 0},  {2, 7, 40, 3, 3, 2, 1},  {2, 6, 9, 2, 2, 2, 1},
    {1, 11, 11, 4, 4, 5, 0},  {6, 14, 14, 5, 5, 1, 0}, {2, 10, 34, 3, 3, 1, 1},
    {6, 28, 28, 2, 2, 2, 0},
};
enum { WINDOWS = sizeof windows / sizeof *windows };

static size_t first; /* window to try */
static const lp_window *g;
static size_t rows, cols, n, out;

/* One chain per block of terms, the blocks' sums added in order. */
typedef struct {
    double total, block;
    size_t terms;
} sum;

static void add(sum *s, double x, double y) {
    s->block = fused(x, y, s->block);
    if (++s->terms % BLOCK == 0) {
        s->total = narrow(s->total + s->block);
        s->block = 0;
    }
}

static double ended(const sum *s) {
    return narrow(s->total + s->block);
}

/* Element (c, row, col) of picture p of x, counted from the corner of the padding. */
static bool inside(size_t row, size_t col) {
    return row >= g->padding && row < g->height + g->padding && col >= g->padding &&
           col < g->width + g->padding;
}

static size_t place_of(size_t c, size_t row, size_t col) {
    return (c * g->height + row - g->padding) * g->width + col - g->padding;
}

static double x_at(const void *x, size_t p, size_t c, size_t row, size_t col) {
    return inside(row, col) ? at(x, p * lp_window_picture(g) + place_of(c, row, col)) : 0;
}

static size_t w_index(size_t o, size_t c, size_t i, size_t j) {
    return ((o * g->channels + c) * g->kernel_height + i) * g->kernel_width + j;
}

static size_t y_index(size_t p, size_t o, size_t row, size_t col) {
    return ((p * out + o) * rows + row) * cols + col;
}

#define EACH(i, n) for (size_t i = 0; i < (n); i++)

static void conv_reference(const void *x, const void *w, const void *bias, bool relu, void *y) {
    EACH (p, n)
        EACH (o, out)
            EACH (row, rows)
                EACH (col, cols) {
                    sum s = {0};
                    EACH (c, g->channels)
                        EACH (i, g->kernel_height)
                            EACH (j, g->kernel_width)
                                add(&s, at(w, w_index(o, c, i, j)),
                                    x_at(x, p, c, row * g->stride + i, col * g->stride + j));
                    double v = bias ? narrow(ended(&s) + at(bias, o)) : ended(&s);
                    set(y, y_index(p, o, row, col), relu && v <= 0 ? 0 : v);
                }
}

/* Element (r, q) is element (i, j) of the window at (down, right) / stride, where that is one. */
static void input_reference(const void *dy, const void *w, void *dx) {
    long stride = (long)g->stride, padding = (long)g->padding;
    EACH (p, n)
        EACH (c, g->channels)
            EACH (r, g->height)
                EACH (q, g->width) {
                    sum s = {0};
                    EACH (o, out)
                        EACH (i, g->kernel_height)
                            EACH (j, g->kernel_width) {
                                long down = (long)r + padding - (long)i;
                                long right = (long)q + padding - (long)j;
                                if (down % stride != 0 || right % stride != 0)
                                    continue;
                                long row = down / stride, col = right / stride;
                                bool is =
                                    down >= 0 && right >= 0 && row < (long)rows && col < (long)cols;
                                add(&s, at(w, w_index(o, c, i, j)),
                                    is ? at(dy, y_index(p, o, (size_t)row, (size_t)col)) : 0);
                            }
                    size_t place = p * lp_window_picture(g) + (c * g->height + r) * g->width + q;
                    set(dx, place, ended(&s));
                }
}

static void weights_reference(const void *dy, const void *x, void *dw) {
    EACH (o, out)
        EACH (c, g->channels)
            EACH (i, g->kernel_height)
                EACH (j, g->kernel_width) {
                    sum s = {0};
                    EACH (p, n)
                        EACH (row, rows)
                            EACH (col, cols)
                                add(&s, at(dy, y_index(p, o, row, col)),
                                    x_at(x, p, c, row * g->stride + i, col * g->stride + j));
                    size_t place = w_index(o, c, i, j);
                    set(dw, place, ended(&s));
                }
}

/* The pictures and channels that one case has, as many as fit. */
static bool choose(size_t w, size_t pictures, size_t channels) {
    g = &windows[w];
    rows = lp_window_rows(g);
    cols = lp_window_cols(g);
    n = pictures;
    out = channels;
    return n * lp_window_picture(g) < MOST && n * out * rows * cols < MOST &&
           out * lp_window_elements(g) < MOST;
}

#define EACH_CASE(...)                                                                             \
    static const size_t cases[][2] = {__VA_ARGS__};                                                \
    for (size_t w = first; w < WINDOWS; w++)                                                       \
        EACH (k, sizeof cases / sizeof *cases)                                                     \
            if (choose(w, cases[k][0], cases[k][1]))

static void conv(void) {
    EACH_CASE ({1, 1}, {3, 6}, {1, 16}, {2, 19}, {7, 5}, {7, 16}) {
        fill(a, n * lp_window_picture(g), w, false);
        fill(b, out * lp_window_elements(g), w + 1, false);
        fill(c, out, w + 2, false);
        bool bias = k % 2 == 1, relu = k % 3 == 1;
        fill(d, n * out * rows * cols, 3, false);
        conv_reference(a, b, bias ? c : NULL, relu, want);
        num->conv(g, n, out, a, b, bias ? c : NULL, relu ? LP_RELU : LP_IDENTITY, d);
        expect("conv", n * out * rows * cols, d, want);
    }
}

/* want2 = d + want: what a gradient that accumulates ends as. */
static void add_want(size_t count) {
    fill(d, count, 3, false);
    memcpy(want2, d, count * (size_t)size);
    EACH (i, count)
        set(want2, i, narrow(at(want2, i) + at(want, i)));
}

static void conv_backward_input(void) {
    EACH_CASE ({1, 1}, {3, 6}, {1, 16}, {2, 19}, {5, 3}, {2, 16}) {
        size_t count = n * lp_window_picture(g);
        fill(a, n * out * rows * cols, w, false);
        fill(b, out * lp_window_elements(g), w + 1, false);
        input_reference(a, b, want);
        add_want(count);
        num->conv_backward_input(g, n, out, a, b, d, true);
        expect("conv_backward_input, accumulated", count, d, want2);
        num->conv_backward_input(g, n, out, a, b, d, false);
        expect("conv_backward_input", count, d, want);
    }
}

static void weights_of_case(void) {
    size_t count = out * lp_window_elements(g);
    fill(a, n * out * rows * cols, out, false);
    fill(b, n * lp_window_picture(g), n + 1, false);
    weights_reference(a, b, want);
    add_want(count);
    num->conv_backward_weights(g, n, out, a, b, d, true);
    expect("conv_backward_weights, accumulated", count, d, want2);
    num->conv_backward_weights(g, n, out, a, b, d, false);
    expect("conv_backward_weights", count, d, want);
}

static void conv_backward_weights(void) {
    EACH_CASE ({1, 1}, {3, 6}, {1, 16}, {2, 19}, {9, 3}, {7, 16}, {1, 24}, {60, 1})
        weights_of_case();
}

/* Threads share the blocks of terms, or the weights where these are many; more pictures than are
 * packed at once. */
static void shared_weights(void) {
    static const struct {
        lp_window window;
        size_t n, out;
    } cases[] = {
        {{1, 130, 130, 8, 8, 4, 0}, 11, 6},
        {{3, 12, 12, 5, 5, 1, 2}, 21, 7},
        {{40, 4, 4, 3, 3, 1, 1}, 16, 16},
        {{40, 4, 4, 3, 3, 1, 1}, 17, 16},
    };
    EACH (i, sizeof cases / sizeof *cases) {
        g = &cases[i].window, n = cases[i].n, out = cases[i].out;
        rows = lp_window_rows(g), cols = lp_window_cols(g);
        weights_of_case();
    }
}

/* ---- pooling ---- */

static bool pools(size_t w) {
    lp_error e;
    return lp_window_check(&windows[w], true, &e) == 0;
}

static void max_pool(void) {
    EACH_CASE ({1, 1}, {4, 1}, {13, 1}, {20, 1}) {
        if (!pools(w))
            continue;
        out = g->channels;
        fill(a, n * lp_window_picture(g), w, k == 1);
        if (k == 2) /* many are equal */
            EACH (i, n * lp_window_picture(g))
                set(a, i, (double)(i * 7 % 3));
        fill(b, n * out * rows * cols, 1, false);
        fill(c, n * out * rows * cols, 1, false);
        EACH (p, n)
            EACH (c, out)
                EACH (row, rows)
                    EACH (col, cols) {
                        double best = -INFINITY;
                        double number = -1;
                        EACH (i, g->kernel_height)
                            EACH (j, g->kernel_width) {
                                size_t r = row * g->stride + i, q = col * g->stride + j;
                                double v = x_at(a, p, c, r, q);
                                if (inside(r, q) && (number < 0 || v > best || isnan(v)))
                                    best = v, number = (double)(i * g->kernel_width + j);
                            }
                        set(want, y_index(p, c, row, col), best);
                        set(want2, y_index(p, c, row, col), number);
                    }
        num->max_pool(g, n, a, b, c);
        expect("max_pool", n * out * rows * cols, b, want);
        expect("max_pool's choice", n * out * rows * cols, c, want2);
    }
}

static void max_pool_backward(void) {
    EACH_CASE ({1, 1}, {4, 1}, {20, 1}) {
        if (!pools(w))
            continue;
        out = g->channels;
        size_t picture = lp_window_picture(g);
        fill(a, n * picture, w, false);
        num->max_pool(g, n, a, b, c);
        fill(b, n * out * rows * cols, w + 1, false);
        for (int accumulate = 0; accumulate < 2; accumulate++) {
            fill(d, n * picture, 3, false);
            memcpy(want, d, sizeof want);
            EACH (i, accumulate ? 0 : n * picture)
                set(want, i, 0);
            EACH (i, n * out * rows * cols) {
                size_t number = (size_t)at(c, i);
                size_t row = i / cols % rows * g->stride + number / g->kernel_width;
                size_t col = i % cols * g->stride + number % g->kernel_width;
                size_t to =
                    i / (rows * cols * out) * picture + place_of(i / (rows * cols) % out, row, col);
                set(want, to, narrow(at(want, to) + at(b, i)));
            }
            num->max_pool_backward(g, n, b, c, d, accumulate);
            expect("max_pool_backward", n * picture, d, want);
        }
    }
}

static void average_pool(void) {
    EACH_CASE ({1, 1}, {4, 1}, {20, 1}) {
        if (!pools(w))
            continue;
        out = g->channels;
        fill(a, n * lp_window_picture(g), w, false);
        fill(b, n * out * rows * cols, 1, false);
        EACH (p, n)
            EACH (c, out)
                EACH (row, rows)
                    EACH (col, cols) {
                        double s = 0;
                        EACH (i, g->kernel_height)
                            EACH (j, g->kernel_width)
                                if (inside(row * g->stride + i, col * g->stride + j))
                                    s = narrow(s + x_at(a, p, c, row * g->stride + i,
                                                        col * g->stride + j));
                        double size = (double)(g->kernel_height * g->kernel_width);
                        set(want, y_index(p, c, row, col), narrow(s / size));
                    }
        num->average_pool(g, n, a, b);
        expect("average_pool", n * out * rows * cols, b, want);
    }
}

static void average_pool_backward(void) {
    EACH_CASE ({1, 1}, {4, 1}, {20, 1}) {
        if (!pools(w))
            continue;
        out = g->channels;
        fill(b, n * out * rows * cols, w + 1, false);
        for (int accumulate = 0; accumulate < 2; accumulate++) {
            size_t picture = lp_window_picture(g);
            fill(d, n * picture, 3, false);
            memcpy(want, d, sizeof want);
            EACH (i, accumulate ? 0 : n * picture)
                set(want, i, 0);
            double size = (double)(g->kernel_height * g->kernel_width);
            EACH (p, n)
                EACH (c, out)
                    EACH (row, rows)
                        EACH (col, cols)
                            EACH (i, g->kernel_height)
                                EACH (j, g->kernel_width) {
                                    size_t r = row * g->stride + i, q = col * g->stride + j;
                                    if (!inside(r, q))
                                        continue;
                                    size_t to = p * picture + place_of(c, r, q);
                                    double share = narrow(at(b, y_index(p, c, row, col)) / size);
                                    set(want, to, narrow(at(want, to) + share));
                                }
            num->average_pool_backward(g, n, b, d, accumulate);
            expect("average_pool_backward", n * picture, d, want);
        }
    }
}

/* ---- channels and dropout ---- */

static void channels(void) {
    for (size_t channels = 1; channels < 40; channels += 3)
        for (size_t area = 1; area < 70; area += area < 4 ? 1 : 11) {
            size_t all = 3 * channels * area;
            fill(a, all, area, true);
            fill(b, channels, 1, false);
            fill(c, channels, 2, false);
            fill(d, channels, 3, false);
            char y[sizeof a];
            fill(y, all, 4, false);
            EACH (i, all) {
                size_t k = i / area % channels;
                set(want, i, fused(narrow(at(a, i) - at(b, k)), at(c, k), at(d, k)));
            }
            num->scale_channels(3, channels, area, a, b, c, d, y);
            expect("scale_channels", all, y, want);
            num->scale_channels(3, channels, area, a, b, c, d, a);
            expect("scale_channels in place", all, a, want);

            fill(a, all, area, true);
            EACH (p, 3)
                EACH (i, area)
                    EACH (k, channels)
                        set(want, (p * channels + k) * area + i,
                            at(a, (p * area + i) * channels + k));
            fill(y, all, 4, false);
            num->transpose_each(3, area, channels, a, y);
            expect("transpose_each", all, y, want);
        }
}

static void dropout(void) {
    static const double rates[] = {0, 0.25, 0.5, 0.9, 1};
    EACH (k, 5)
        for (size_t count = 0; count < 600; count += count < 70 ? 1 : 97) {
            lp_rng start = lp_rng_new(5, LP_RNG_DROPOUT, 2), r = start;
            start.next = r.next = 1000 + count;
            fill(a, count, k, false);
            fill(b, count, 1, false);
            fill(c, count, 1, false);
            EACH (i, count) {
                bool dropped = lp_rng_u32(&r) < rates[k] * 0x1p32;
                double m = narrow(at(a, i) * (dropped ? 0 : narrow(1 / (1 - rates[k]))));
                set(want, i, m);
                set(want2, i, narrow(at(c, i) + m));
            }
            num->dropout(count, rates[k], &start, a, b, false);
            expect("dropout", count, b, want);
            num->dropout(count, rates[k], &start, a, c, true);
            expect("dropout, accumulated", count, c, want2);
            num->dropout(count, rates[k], &start, a, a, false);
            expect("dropout in place", count, a, want);
        }
}

/* ---- windows ---- */

static void test_windows(void) {
    lp_error e;
    EACH (w, WINDOWS)
        CHECK(lp_window_check(&windows[w], false, &e) == 0);
    CHECK(lp_window_rows(&windows[5]) == 5 && lp_window_cols(&windows[5]) == 4);
    CHECK(lp_window_rows(&windows[6]) == 3 && lp_window_cols(&windows[6]) == 6);
    static const struct {
        lp_window window;
        bool pooling;
        const char *text;
    } refused[] = {
        {{0, 4, 4, 2, 2, 1, 0}, false, "0 channels"},
        {{1, 4, 4, 2, 0, 1, 0}, false, "2 x 0"},
        {{1, 4, 4, 2, 2, 0, 0}, false, "stride 0"},
        {{1, 4, 4, 5, 2, 1, 0}, false, "larger than the picture"},
        {{1, 4, 4, 2, 2, 1, 2}, false, "padding 2 is too much"},
        {{1, 4, 4, 2, 2, 1, 2}, true, "padding 2 is too much"},
        {{1, 4, 4, 3, 3, 1, 2}, true, "at most half"},
        {{1, (size_t)-1, 4, 3, 3, 1, 1}, false, "expected sizes"},
    };
    EACH (i, sizeof refused / sizeof *refused) {
        CHECK(lp_window_check(&refused[i].window, refused[i].pooling, &e) == -1);
        CHECK_HOLDS(e.text, refused[i].text);
    }
}

#define EVERYWHERE(body)                                                                           \
    static void test_##body(void) {                                                                \
        everywhere(body);                                                                          \
    }
EVERYWHERE(conv)
EVERYWHERE(conv_backward_input)
EVERYWHERE(conv_backward_weights)
EVERYWHERE(max_pool)
EVERYWHERE(max_pool_backward)
EVERYWHERE(average_pool)
EVERYWHERE(average_pool_backward)
EVERYWHERE(channels)
EVERYWHERE(dropout)

/* The same bits with any number of threads, which the last windows are worth. */
static void test_threads(void) {
    first = WINDOWS - 3;
    for (int threads = 1; threads <= 3; threads++) {
        lp_threads_set(threads);
        everywhere(conv);
        everywhere(conv_backward_input);
        everywhere(conv_backward_weights);
        everywhere(shared_weights);
        everywhere(max_pool);
        everywhere(max_pool_backward);
        everywhere(average_pool);
        everywhere(average_pool_backward);
    }
    lp_threads_set(0);
    first = 0;
}

int main(void) {
    return check_main("test_pictures",
                      (check_test[]){
                          {"windows that do not fit are refused", test_windows},
                          {"convolution", test_conv},
                          {"its gradient by the pictures", test_conv_backward_input},
                          {"its gradient by the weights", test_conv_backward_weights},
                          {"max-pooling, with NaN and equal elements", test_max_pool},
                          {"its gradient", test_max_pool_backward},
                          {"average-pooling", test_average_pool},
                          {"its gradient", test_average_pool_backward},
                          {"scaled and transposed channels", test_channels},
                          {"dropout", test_dropout},
                          {"convolutions and pooling with 1 to 3 threads", test_threads},
                          {0},
                      });
}
