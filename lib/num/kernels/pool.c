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

/* The place of the largest element, the first of equal ones; of the last NaN, if any. */
LP_INLINE size_t largest(const lp_window *g, const T *x, part of) {
    size_t best = of.top * g->width + of.left;
    for (size_t i = of.top; i < of.bottom; i++)
        for (size_t j = of.left; j < of.right; j++) {
            T v = x[i * g->width + j];
            if (v > x[best] || v != v)
                best = i * g->width + j;
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

static void k_max_pool(const lp_window *g, size_t n, const void *x, void *y, int32_t *place) {
    T *to = y;
    EACH_PLACE (g, n) {
        const T *from = (const T *)x + channel * area;
        size_t best = largest(g, from, part_of(g, row, col));
        to[at] = from[best];
        place[at] = (int32_t)best;
    }
}

static void k_max_pool_backward(const lp_window *g, size_t n, const void *dy, const int32_t *place,
                                void *dx, bool accumulate) {
    const T *from = dy;
    if (!accumulate)
        k_fill(n * lp_window_picture(g), 0, dx);
    EACH_PLACE (g, n)
        ((T *)dx)[channel * area + (size_t)place[at]] += from[at];
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
