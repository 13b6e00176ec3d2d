/* Convolution of small pictures, and its gradients: each output one chain of fma over its terms,
 * per block of CHAIN terms from +0, the blocks' sums added in order to +0. */
#include "num/kernels/kernel.h"

enum { CHAIN = 256 }; /* terms; part of the contract, since it shows in the bits */

#if LP_SIZE == 4
#define T_FMA fmaf
#else
#define T_FMA fma
#endif

/* A sum in progress. */
typedef struct {
    T total, block;
    size_t terms;
} chain;

LP_INLINE void add_term(chain *s, T a, T b) {
    s->block = T_FMA(a, b, s->block);
    if (++s->terms % CHAIN == 0)
        s->total += s->block, s->block = 0;
}

LP_INLINE T sum_of(const chain *s) {
    return s->total + s->block;
}

/* Element (row, col) of a channel, counted from the padding's corner; +0 in the padding. */
LP_INLINE T padded(const lp_window *g, const T *channel, size_t row, size_t col) {
    row -= g->padding, col -= g->padding; /* below 0: beyond the end */
    return row < g->height && col < g->width ? channel[row * g->width + col] : 0;
}

static T conv_at(const lp_window *g, const T *x, const T *w, size_t row, size_t col) {
    chain s = {0};
    for (size_t c = 0; c < g->channels; c++, x += g->height * g->width)
        for (size_t i = 0; i < g->kernel_height; i++)
            for (size_t j = 0; j < g->kernel_width; j++)
                add_term(&s, *w++, padded(g, x, row * g->stride + i, col * g->stride + j));
    return sum_of(&s);
}

static void k_conv(const lp_window *g, size_t n, size_t out, const void *x, const void *w,
                   const void *bias, lp_unary f, void *y) {
    size_t rows = lp_window_rows(g), cols = lp_window_cols(g);
    T *to = y;
    for (size_t p = 0; p < n; p++)
        for (size_t o = 0; o < out; o++, to += rows * cols) {
            const T *picture = (const T *)x + p * lp_window_picture(g);
            const T *kernel = (const T *)w + o * lp_window_elements(g);
            for (size_t i = 0; i < rows; i++)
                for (size_t j = 0; j < cols; j++)
                    to[i * cols + j] = conv_at(g, picture, kernel, i, j);
            k_bias_unary(f, 1, rows * cols, bias ? (const T *)bias + o : NULL, 1, to);
        }
}

/* Where the padded place `at` is met by element k of a window: at row or column `place` of the
 * output. False where no window begins at that distance. */
LP_INLINE bool window_at(const lp_window *g, size_t at, size_t k, size_t *place) {
    *place = (at - k) / g->stride;
    return at >= k ? (at - k) % g->stride == 0 : (k - at) % g->stride == 0;
}

static T input_gradient_at(const lp_window *g, size_t out, const T *dy, const T *w, size_t row,
                           size_t col) {
    size_t rows = lp_window_rows(g), cols = lp_window_cols(g), elements = lp_window_elements(g);
    chain s = {0};
    for (size_t o = 0; o < out; o++, dy += rows * cols, w += elements)
        for (size_t i = 0, r, c; i < g->kernel_height; i++) {
            if (!window_at(g, row + g->padding, i, &r))
                continue;
            for (size_t j = 0; j < g->kernel_width; j++)
                if (window_at(g, col + g->padding, j, &c))
                    add_term(&s, w[i * g->kernel_width + j],
                             row + g->padding >= i && col + g->padding >= j && r < rows && c < cols
                                 ? dy[r * cols + c]
                                 : 0);
        }
    return sum_of(&s);
}

static void k_conv_backward_input(const lp_window *g, size_t n, size_t out, const void *dy,
                                  const void *w, void *dx, bool accumulate) {
    size_t window = g->kernel_height * g->kernel_width;
    T *to = dx;
    for (size_t p = 0; p < n; p++)
        for (size_t c = 0; c < g->channels; c++) {
            const T *from = (const T *)dy + p * out * lp_window_places(g);
            const T *kernel = (const T *)w + c * window;
            for (size_t i = 0; i < g->height; i++)
                for (size_t j = 0; j < g->width; j++, to++) {
                    T d = input_gradient_at(g, out, from, kernel, i, j);
                    *to = accumulate ? *to + d : d;
                }
        }
}

static void k_conv_backward_weights(const lp_window *g, size_t n, size_t out, const void *dy,
                                    const void *x, void *dw, bool accumulate) {
    size_t rows = lp_window_rows(g), cols = lp_window_cols(g), area = g->height * g->width;
    T *to = dw;
    for (size_t o = 0; o < out; o++)
        for (size_t c = 0; c < g->channels; c++)
            for (size_t i = 0; i < g->kernel_height; i++)
                for (size_t j = 0; j < g->kernel_width; j++, to++) {
                    chain s = {0};
                    for (size_t p = 0; p < n; p++) {
                        const T *channel = (const T *)x + (p * g->channels + c) * area;
                        const T *d = (const T *)dy + (p * out + o) * rows * cols;
                        for (size_t r = 0; r < rows; r++)
                            for (size_t q = 0; q < cols; q++)
                                add_term(&s, *d++,
                                         padded(g, channel, r * g->stride + i, q * g->stride + j));
                    }
                    *to = accumulate ? *to + sum_of(&s) : sum_of(&s);
                }
}
