#include "num/window.h"

enum { MOST = 1 << 20 };

static bool in_range(size_t size) {
    return size >= 1 && size <= MOST;
}

int lp_window_check(const lp_window *w, bool pooling, lp_error *e) {
    if (!in_range(w->channels) || !in_range(w->height) || !in_range(w->width))
        return lp_fail(e, "a picture of %zu channels, %zu x %zu, expected sizes from 1 to %d",
                       w->channels, w->height, w->width, MOST);
    if (!in_range(w->kernel_height) || !in_range(w->kernel_width) || !in_range(w->stride))
        return lp_fail(e, "a window of %zu x %zu with stride %zu, expected sizes from 1 to %d",
                       w->kernel_height, w->kernel_width, w->stride, MOST);
    size_t smaller = w->kernel_height < w->kernel_width ? w->kernel_height : w->kernel_width;
    if (w->padding > (pooling ? smaller / 2 : smaller - 1))
        return lp_fail(e, "padding %zu is too much for a window of %zu x %zu (at most %s)",
                       w->padding, w->kernel_height, w->kernel_width,
                       pooling ? "half of it" : "its size less 1");
    if (w->kernel_height > w->height + 2 * w->padding ||
        w->kernel_width > w->width + 2 * w->padding)
        return lp_fail(e,
                       "a window of %zu x %zu is larger than the picture, %zu x %zu and padding "
                       "%zu",
                       w->kernel_height, w->kernel_width, w->height, w->width, w->padding);
    return 0;
}
