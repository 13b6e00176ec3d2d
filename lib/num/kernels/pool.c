/* Pooling: the largest, or the mean, of what a window holds; each channel of each picture by
 * itself. */
#include "num/kernels/kernel.h"

typedef struct {
    const lp_window *g;
    const T *from;
    T *to, *which;
    bool accumulate;
} pooling;

enum { POOL_COST = 16 }; /* multiply-adds that an element costs as much as */

LP_INLINE void pool_all(pooling a, size_t n, void (*body)(void *context, size_t p)) {
    each_item(n, n * lp_window_picture(a.g) * POOL_COST, body, &a);
}

/* ---- windows of 2 x 2 side by side, which most networks have ---- */

LP_INLINE bool is_2_by_2(const lp_window *g) {
    return g->kernel_height == 2 && g->kernel_width == 2 && g->stride == 2 && g->padding == 0;
}

/* The even and the odd ones of 2 n elements, n <= LANES. */
LP_INLINE void load_pairs(const T *x, size_t n, V *even, V *odd) {
    V low = v_load_n(x, 2 * n), high = v_load_n(x + LANES, 2 * n > LANES ? 2 * n - LANES : 0);
    *even = v_even(low, high);
    *odd = v_odd(low, high);
}

/* 2 n elements = or += the even and the odd ones. */
LP_INLINE void store_pairs(T *x, size_t n, V even, V odd, bool accumulate) {
    size_t more = 2 * n > LANES ? 2 * n - LANES : 0;
    V low = v_zip_low(even, odd), high = v_zip_high(even, odd), zero = v_set1(0);
    v_store_n(x, v_add(accumulate ? v_load_n(x, 2 * n) : zero, low), 2 * n);
    v_store_n(x + LANES, v_add(accumulate ? v_load_n(x + LANES, more) : zero, high), more);
}

LP_INLINE void take_larger(V x, T number, V *best, V *which) {
    M larger = m_or(v_lt(*best, x), v_nan(x));
    *best = v_select(larger, x, *best);
    *which = v_select(larger, v_set1(number), *which);
}

/* A row of the output, from two rows of the picture. */
LP_INLINE void max_of_2_by_2(size_t cols, const T *above, const T *below, T *y, T *which) {
    for (size_t j = 0; j < cols; j += LANES) {
        size_t n = lanes_left(cols, j);
        V best, x, number = v_set1(0), below_even, below_odd;
        load_pairs(above + 2 * j, n, &best, &x);
        load_pairs(below + 2 * j, n, &below_even, &below_odd);
        take_larger(x, 1, &best, &number);
        take_larger(below_even, 2, &best, &number);
        take_larger(below_odd, 3, &best, &number);
        v_store_n(y + j, best, n);
        v_store_n(which + j, number, n);
    }
}

LP_INLINE void max_of_2_by_2_backward(size_t cols, const T *dy, const T *which, T *above, T *below,
                                      bool accumulate) {
    for (size_t j = 0; j < cols; j += LANES) {
        size_t n = lanes_left(cols, j);
        V d = v_load_n(dy + j, n), number = v_load_n(which + j, n), part[4];
        for (int i = 0; i < 4; i++)
            part[i] = v_select(v_eq(number, v_set1((T)i)), d, v_set1(0));
        store_pairs(above + 2 * j, n, part[0], part[1], accumulate);
        store_pairs(below + 2 * j, n, part[2], part[3], accumulate);
    }
}

static void max_2_by_2(void *context, size_t p) {
    const pooling *a = context;
    size_t rows = a->g->height / 2, width = a->g->width, cols = width / 2;
    const T *x = a->from + p * lp_window_picture(a->g);
    size_t at = p * a->g->channels * rows * cols;
    for (size_t c = 0; c < a->g->channels; c++, x += a->g->height * width)
        for (size_t row = 0; row < rows; row++, at += cols)
            max_of_2_by_2(cols, x + 2 * row * width, x + (2 * row + 1) * width, a->to + at,
                          a->which + at);
}

static void max_2_by_2_backward(void *context, size_t p) {
    const pooling *a = context;
    size_t rows = a->g->height / 2, width = a->g->width, cols = width / 2;
    T *dx = a->to + p * lp_window_picture(a->g);
    size_t at = p * a->g->channels * rows * cols;
    if (!a->accumulate && (a->g->height % 2 || width % 2)) /* the last row or column is in none */
        k_fill(lp_window_picture(a->g), 0, dx);
    for (size_t c = 0; c < a->g->channels; c++, dx += a->g->height * width)
        for (size_t row = 0; row < rows; row++, at += cols)
            max_of_2_by_2_backward(cols, a->from + at, a->which + at, dx + 2 * row * width,
                                   dx + (2 * row + 1) * width, a->accumulate);
}

/* ---- any window ---- */

/* The part of a window that lies in the picture: rows top .. bottom, columns left .. right; and the
 * number that element (0, 0) of the picture would have in the window. */
typedef struct {
    size_t top, bottom, left, right, origin;
} view;

LP_INLINE size_t less_padding(size_t at, size_t padding, size_t end) {
    at = at > padding ? at - padding : 0;
    return at < end ? at : end;
}

LP_INLINE view view_of(const lp_window *g, size_t row, size_t col) {
    row *= g->stride, col *= g->stride;
    return (view){less_padding(row, g->padding, g->height),
                  less_padding(row + g->kernel_height, g->padding, g->height),
                  less_padding(col, g->padding, g->width),
                  less_padding(col + g->kernel_width, g->padding, g->width),
                  (g->padding - row) * g->kernel_width + g->padding - col};
}

/* For each place of the window in each channel of a picture: output `at`, which sees `v` of x. */
#define EACH_PLACE(g, x)                                                                           \
    size_t rows = lp_window_rows(g), cols = lp_window_cols(g),                                     \
           at = p * (g)->channels * rows * cols;                                                   \
    for (size_t c = 0; c < (g)->channels; c++, (x) += (g)->height * (g)->width)                    \
        for (size_t row = 0; row < rows; row++)                                                    \
            for (size_t col = 0; col < cols; col++, at++)

static void max_pool(void *context, size_t p) {
    const pooling *a = context;
    const lp_window *g = a->g;
    const T *x = a->from + p * lp_window_picture(g);
    EACH_PLACE (g, x) {
        view v = view_of(g, row, col);
        size_t best = v.top * g->width + v.left, number = v.top * g->kernel_width + v.left;
        for (size_t i = v.top; i < v.bottom; i++)
            for (size_t j = v.left; j < v.right; j++) {
                T e = x[i * g->width + j];
                if (e > x[best] || e != e)
                    best = i * g->width + j, number = i * g->kernel_width + j;
            }
        a->to[at] = x[best];
        a->which[at] = (T)(number + v.origin);
    }
}

static void max_pool_backward(void *context, size_t p) {
    const pooling *a = context;
    const lp_window *g = a->g;
    T *dx = a->to + p * lp_window_picture(g);
    if (!a->accumulate)
        k_fill(lp_window_picture(g), 0, dx);
    EACH_PLACE (g, dx) {
        size_t number = (size_t)a->which[at];
        size_t i = row * g->stride + number / g->kernel_width - g->padding;
        size_t j = col * g->stride + number % g->kernel_width - g->padding;
        dx[i * g->width + j] += a->from[at];
    }
}

static void average_pool(void *context, size_t p) {
    const pooling *a = context;
    const lp_window *g = a->g;
    const T *x = a->from + p * lp_window_picture(g);
    EACH_PLACE (g, x) {
        view v = view_of(g, row, col);
        T sum = 0;
        for (size_t i = v.top; i < v.bottom; i++)
            for (size_t j = v.left; j < v.right; j++)
                sum += x[i * g->width + j];
        a->to[at] = sum / (T)(g->kernel_height * g->kernel_width);
    }
}

static void average_pool_backward(void *context, size_t p) {
    const pooling *a = context;
    const lp_window *g = a->g;
    T *dx = a->to + p * lp_window_picture(g);
    if (!a->accumulate)
        k_fill(lp_window_picture(g), 0, dx);
    EACH_PLACE (g, dx) {
        view v = view_of(g, row, col);
        T share = a->from[at] / (T)(g->kernel_height * g->kernel_width);
        for (size_t i = v.top; i < v.bottom; i++)
            for (size_t j = v.left; j < v.right; j++)
                dx[i * g->width + j] += share;
    }
}

/* ---- the kernels ---- */

static void k_max_pool(const lp_window *g, size_t n, const void *x, void *y, void *which) {
    pool_all((pooling){g, x, y, which, false}, n, is_2_by_2(g) ? max_2_by_2 : max_pool);
}

static void k_max_pool_backward(const lp_window *g, size_t n, const void *dy, const void *which,
                                void *dx, bool accumulate) {
    pool_all((pooling){g, dy, dx, (T *)which, accumulate}, n,
             is_2_by_2(g) ? max_2_by_2_backward : max_pool_backward);
}

static void k_average_pool(const lp_window *g, size_t n, const void *x, void *y) {
    pool_all((pooling){g, x, y, NULL, false}, n, average_pool);
}

static void k_average_pool_backward(const lp_window *g, size_t n, const void *dy, void *dx,
                                    bool accumulate) {
    pool_all((pooling){g, dy, dx, NULL, accumulate}, n, average_pool_backward);
}
