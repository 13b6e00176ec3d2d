/* The geometry of what slides a window over pictures: convolution and pooling.
 *
 * A batch of n pictures is a matrix (n, channels * height * width): a row is one picture, channel
 * after channel, each row by row, which is PyTorch's order. So what a convolution gives is flat
 * already, and a dense layer reads it as it is. The window is moved over the picture, widened by
 * `padding` on all four sides, in steps of `stride`; it never passes the end. */
#ifndef LP_NUM_WINDOW_H
#define LP_NUM_WINDOW_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    size_t channels, height, width;     /* of a picture that goes in */
    size_t kernel_height, kernel_width; /* of the window */
    size_t stride, padding;             /* the same in both directions */
} lp_window;

/* The height and width of what comes out: (height + 2 padding - kernel_height) / stride + 1,
 * rounded down, and the same of the widths. */
static inline size_t lp_window_rows(const lp_window *w) {
    return (w->height + 2 * w->padding - w->kernel_height) / w->stride + 1;
}
static inline size_t lp_window_cols(const lp_window *w) {
    return (w->width + 2 * w->padding - w->kernel_width) / w->stride + 1;
}

/* Elements of a picture that goes in; places of the window, which are the elements of a channel
 * that comes out; elements that the window holds, of all channels. */
static inline size_t lp_window_picture(const lp_window *w) {
    return w->channels * w->height * w->width;
}
static inline size_t lp_window_places(const lp_window *w) {
    return lp_window_rows(w) * lp_window_cols(w);
}
static inline size_t lp_window_elements(const lp_window *w) {
    return w->channels * w->kernel_height * w->kernel_width;
}

/* -1 and e where a size is 0 or above 2^20, where the window is larger than the padded picture, or
 * where the padding reaches the window's own size: then a whole window would be padding. With
 * `pooling`, the padding is at most half the window, as in PyTorch. */
int lp_window_check(const lp_window *w, bool pooling, lp_error *e);

#endif
