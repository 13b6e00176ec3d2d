/* Pooling: the largest, or the mean, of what a window holds. */
#include "num/kernels/kernel.h"

/* The part of a window that lies in the picture: rows top .. bottom, columns left .. right. */
typedef struct {
    size_t top, bottom, left, right;
} part;

LP_INLINE size_t less_padding(size_t at, size_t padding, size_t end) {
    at = at > padding ? at - padding : 0;
    return at < end ? at : end;
}

LP_INLINE part part_of(const lp_window *g, size_t row, size_t col) {
    row *= g->stride, col *= g->stride;
    return (part){less_padding(row, g->padding, g->height),
                  less_padding(row + g->kernel_height, g->padding, g->height),
                  less_padding(col, g->padding, g->width),
                  less_padding(col + g->kernel_width, g->padding, g->width)};
}

/* The number of the window's largest element, the first of equal ones; of the last NaN, if any. */
LP_INLINE size_t largest(const lp_window *g, const T *x, part of, size_t row, size_t col,
                         T *value) {
    size_t best = SIZE_MAX;
    for (size_t i = of.top; i < of.bottom; i++)
        for (size_t j = of.left; j < of.right; j++) {
            T v = x[i * g->width + j];
            if (best == SIZE_MAX || v > *value || v != v)
                best = (i + g->padding - row * g->stride) * g->kernel_width + j + g->padding -
                       col * g->stride,
                *value = v;
        }
    return best;
}

/* For every channel of every picture (at `x`, its window's results at index `y` on) and each place
 * of the window. */
#define EACH_PLACE(g, n)                                                                           \
    size_t rows = lp_window_rows(g), cols = lp_window_cols(g), area = (g)->height * (g)->width;    \
    for (size_t at = 0, channel = 0; channel < (n) * (g)->channels; channel++)                     \
        for (size_t row = 0; row < rows; row++)                                                    \
            for (size_t col = 0; col < cols; col++, at++)

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

/* 2 n elements += the even and the odd ones, which replace them unless `accumulate`. */
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

static void max_row_of_2(size_t cols, const T *above, const T *below, T *y, T *which) {
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

LP_INLINE void max_row_of_2_backward(size_t cols, const T *dy, const T *which, T *above, T *below,
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

/* ---- any window ---- */

static void max_pool(const lp_window *g, size_t n, const T *x, T *y, T *which) {
    EACH_PLACE (g, n)
        which[at] = (T)largest(g, x + channel * area, part_of(g, row, col), row, col, &y[at]);
}

static void max_pool_backward(const lp_window *g, size_t n, const T *dy, const T *which, T *dx) {
    EACH_PLACE (g, n) {
        size_t number = (size_t)which[at];
        size_t i = row * g->stride + number / g->kernel_width - g->padding;
        size_t j = col * g->stride + number % g->kernel_width - g->padding;
        dx[channel * area + i * g->width + j] += dy[at];
    }
}

static void k_max_pool(const lp_window *g, size_t n, const void *x, void *y, void *which) {
    if (!is_2_by_2(g)) {
        max_pool(g, n, x, y, which);
        return;
    }
    size_t rows = g->height / 2, cols = g->width / 2, at = 0;
    for (size_t channel = 0; channel < n * g->channels; channel++)
        for (size_t row = 0; row < rows; row++, at += cols) {
            const T *above = (const T *)x + (channel * g->height + 2 * row) * g->width;
            max_row_of_2(cols, above, above + g->width, (T *)y + at, (T *)which + at);
        }
}

static void k_max_pool_backward(const lp_window *g, size_t n, const void *dy, const void *which,
                                void *dx, bool accumulate) {
    bool covered = is_2_by_2(g) && g->height % 2 == 0 && g->width % 2 == 0;
    if (!accumulate && !covered)
        k_fill(n * lp_window_picture(g), 0, dx);
    if (!is_2_by_2(g)) {
        max_pool_backward(g, n, dy, which, dx);
        return;
    }
    size_t rows = g->height / 2, cols = g->width / 2, at = 0;
    for (size_t channel = 0; channel < n * g->channels; channel++)
        for (size_t row = 0; row < rows; row++, at += cols) {
            T *above = (T *)dx + (channel * g->height + 2 * row) * g->width;
            max_row_of_2_backward(cols, (const T *)dy + at, (const T *)which + at, above,
                                  above + g->width, accumulate);
        }
}

static void k_average_pool(const lp_window *g, size_t n, const void *x, void *y) {
    T *to = y, size = (T)(g->kernel_height * g->kernel_width);
    EACH_PLACE (g, n) {
        const T *from = (const T *)x + channel * area;
        part of = part_of(g, row, col);
        T sum = 0;
        for (size_t i = of.top; i < of.bottom; i++)
            for (size_t j = of.left; j < of.right; j++)
                sum += from[i * g->width + j];
        to[at] = sum / size;
    }
}

static void k_average_pool_backward(const lp_window *g, size_t n, const void *dy, void *dx,
                                    bool accumulate) {
    const T *from = dy;
    T size = (T)(g->kernel_height * g->kernel_width);
    if (!accumulate)
        k_fill(n * lp_window_picture(g), 0, dx);
    EACH_PLACE (g, n) {
        T *to = (T *)dx + channel * area, share = from[at] / size;
        part of = part_of(g, row, col);
        for (size_t i = of.top; i < of.bottom; i++)
            for (size_t j = of.left; j < of.right; j++)
                to[i * g->width + j] += share;
    }
}
