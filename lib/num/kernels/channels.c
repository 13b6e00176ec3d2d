/* What goes over pictures channel by channel, and dropout. */
#include "num/kernels/kernel.h"

static void k_transpose_each(size_t n, size_t rows, size_t cols, const void *x, void *y) {
    const T *from = x;
    T *to = y;
    for (size_t p = 0; p < n; p++, from += rows * cols, to += rows * cols)
        for (size_t j = 0; j < cols; j++)
            for (size_t i = 0; i < rows; i++)
                to[j * rows + i] = from[i * cols + j];
}

static void k_scale_channels(size_t n, size_t channels, size_t area, const void *x,
                             const void *minus, const void *times, const void *plus, void *y) {
    const T *from = x, *m = minus, *t = times, *s = plus;
    T *to = y;
    for (size_t p = 0; p < n; p++)
        for (size_t c = 0; c < channels; c++, from += area, to += area) {
            V before = v_set1(m[c]), factor = v_set1(t[c]), after = v_set1(s[c]);
            for (size_t i = 0; i < area; i += LANES) {
                size_t left = lanes_left(area, i);
                V d = v_sub(v_load_n(from + i, left), before);
                v_store_n(to + i, v_fma(d, factor, after), left);
            }
        }
}

enum { AT_ONCE_DRAWN = 256 }; /* words */

static void k_dropout(size_t n, double rate, const lp_rng *at, const void *x, void *y,
                      bool accumulate) {
    const T *from = x;
    T *to = y, scale = (T)(1 / (1 - rate));
    uint64_t dropped = (uint64_t)(rate * 0x1p32); /* words below it */
    lp_rng rng = *at;
    uint32_t word[AT_ONCE_DRAWN];
    for (size_t i = 0; i < n; i++) {
        if (i % AT_ONCE_DRAWN == 0)
            lp_rng_words(&rng, min_of(n - i, AT_ONCE_DRAWN), word);
        T kept = from[i] * (word[i % AT_ONCE_DRAWN] < dropped ? 0 : scale);
        to[i] = accumulate ? to[i] + kept : kept;
    }
}
