#include "data/augment.h"

#include "base/memory.h"
#include "io/groups.h"
#include "num/rng.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    size_t height, width;
    size_t pixel; /* bytes of one, all channels */
} picture;

/* ---- one picture ---- */

/* The place of what comes to place `to` of `size` when all moves by `by`; SIZE_MAX: from outside.
 */
static size_t origin(size_t to, int64_t by, size_t size, lp_fill fill) {
    int64_t from = (int64_t)to - by, last = (int64_t)size - 1;
    if (from >= 0 && from <= last)
        return (size_t)from;
    return fill == LP_FILL_ZEROS ? SIZE_MAX : from < 0 ? 0 : (size_t)last;
}

static void change(const picture *p, const char *from, bool mirror, int64_t down, int64_t right,
                   lp_fill fill, char *to) {
    for (size_t r = 0; r < p->height; r++)
        for (size_t c = 0; c < p->width; c++, to += p->pixel) {
            size_t row = origin(r, down, p->height, fill);
            size_t column = origin(c, right, p->width, fill);
            if (row == SIZE_MAX || column == SIZE_MAX) {
                memset(to, 0, p->pixel);
                continue;
            }
            if (mirror)
                column = p->width - 1 - column;
            memcpy(to, from + (row * p->width + column) * p->pixel, p->pixel);
        }
}

static int64_t draw_shift(lp_rng *rng, int64_t most) {
    return most > 0 ? (int64_t)lp_rng_below(rng, 2 * (uint64_t)most + 1) - most : 0;
}

/* Changes rows n .. of x, which are copies of the first n, n at a time. */
static void change_copies(const lp_augment_options *o, const picture *p, size_t n, char *x) {
    size_t size = p->height * p->width * p->pixel;
    for (uint32_t copy = 1; copy < (uint64_t)o->times; copy++) {
        lp_rng rng = lp_rng_new(o->seed, LP_RNG_AUGMENT, copy);
        for (size_t i = 0; i < n; i++) {
            bool mirror = o->mirror && lp_rng_below(&rng, 2) == 1;
            int64_t down = draw_shift(&rng, o->shift), right = draw_shift(&rng, o->shift);
            change(p, x + i * size, mirror, down, right, (lp_fill)o->fill,
                   x + (copy * n + i) * size);
        }
    }
}

/* ---- what is in the stream ---- */

/* The shape of a row of x: its own, or, where it is flat, the stream's input_shape. */
static int find_picture(lp_stream *s, const char *name, const lp_tensor *x, picture *p,
                        lp_error *e) {
    char text[200];
    size_t shape[3] = {0}, dims = (size_t)x->ndim - 1, size = 1;
    for (size_t i = 0; i < dims && dims <= 3; i++)
        shape[i] = x->shape[i + 1];
    if (dims == 1 && lp_stream_has(s, "input_shape")) {
        const lp_tensor *t = lp_stream_get(s, "input_shape", e);
        if (t == NULL)
            return -1;
        dims = lp_type_is_integer(t->type) && t->ndim == 1 && t->count <= 3 ? t->count : 0;
        for (size_t i = 0; i < dims; i++)
            shape[i] = (size_t)lp_tensor_at(t, i);
    }
    for (size_t i = 0; i < dims && dims <= 3; i++)
        if (!lp_multiply(size, shape[i], &size))
            dims = 0;
    if ((dims != 2 && dims != 3) || size != lp_tensor_row_size(x) || size == 0)
        return lp_fail(e,
                       "%s has shape %s, expected pictures: [n, height, width] or [n, height, "
                       "width, channels], or [n, pixels] with their shape in input_shape",
                       name, lp_shape_text(x->ndim, x->shape, text));
    size_t channels = dims == 3 ? shape[2] : 1;
    *p = (picture){.height = shape[0], .width = shape[1], .pixel = channels * x->type.size};
    return 0;
}

/* Scaling column by column gives each pixel a meaning of its own, which it would take with it. */
static int check_scaling(lp_stream *s, lp_error *e) {
    static const char *const names[] = {"scale.offset", "scale.divisor"};
    for (int i = 0; i < 2; i++) {
        lp_tensor t;
        if (!lp_stream_describe(s, names[i], &t))
            continue;
        const lp_tensor *numbers = lp_stream_get(s, names[i], e);
        if (numbers == NULL)
            return -1;
        for (size_t k = 1; lp_type_is_number(t.type) && k < numbers->count; k++)
            if (lp_tensor_at(numbers, k) != lp_tensor_at(numbers, 0))
                return lp_fail(e,
                               "%s differs from pixel to pixel: a moved pixel would be scaled as "
                               "another one (labpipe augment before labpipe scale)",
                               names[i]);
    }
    return 0;
}

/* True for a tensor, other than x, that has a row for each of n pictures. */
static int has_rows(const lp_stream *s, const char *name, bool split, size_t n, lp_error *e) {
    static const char *const always[2][2] = {{"y", "ids"}, {"y_train", "ids_train"}};
    lp_tensor t;
    size_t length = strlen(name);
    if (!lp_stream_describe(s, name, &t) || t.ndim == 0)
        return 0;
    for (int i = 0; i < 2; i++)
        if (strcmp(name, always[split][i]) == 0)
            return t.shape[0] == n ? 1
                                   : lp_fail(e, "%s has %zu rows, %s has %zu", name, t.shape[0],
                                             split ? "x_train" : "x", n);
    bool of_train = length > 6 && strcmp(name + length - 6, "_train") == 0;
    return lp_group_of(name) == LP_GROUP_OTHER && t.shape[0] == n && (!split || of_train);
}

/* NAME = its rows index[0..rows). */
static int repeat(lp_stream *s, const char *name, const size_t *index, size_t rows, lp_error *e) {
    const lp_tensor *t = lp_stream_get(s, name, e);
    if (t == NULL)
        return -1;
    lp_tensor longer = lp_tensor_take_rows(t, index, rows);
    lp_stream_put(s, name, &longer);
    return 0;
}

static int augment(lp_stream *s, const lp_augment_options *o, lp_error *e) {
    bool split = lp_stream_has(s, "x_train");
    const char *x_name = split ? "x_train" : "x";
    const lp_tensor *x = lp_stream_get(s, x_name, e);
    picture p = {0};
    if (x == NULL)
        return -1;
    if (x->ndim == 0 || !lp_type_is_number(x->type))
        return lp_fail(e, "%s is not an array of numbers", x_name);
    if (find_picture(s, x_name, x, &p, e) || check_scaling(s, e))
        return -1;
    size_t n = x->shape[0], rows, least = p.height < p.width ? p.height : p.width;
    if ((uint64_t)o->shift >= least)
        return lp_fail(e, "option --shift: %" PRId64 " is too far for pictures of %zu x %zu",
                       o->shift, p.height, p.width);
    if (!lp_multiply(n, (size_t)o->times, &rows))
        return lp_fail(e, "%zu rows %" PRId64 " times are too many", n, o->times);
    LP_CLEANUP(lp_free) size_t *index = lp_alloc(rows, sizeof *index);
    for (size_t i = 0; i < rows; i++)
        index[i] = i % n;
    for (size_t i = 0; i < lp_stream_count(s); i++) {
        const char *name = lp_stream_name(s, i);
        int repeats = has_rows(s, name, split, n, e);
        if (repeats < 0 || (repeats > 0 && repeat(s, name, index, rows, e)))
            return -1;
    }
    lp_tensor longer = lp_tensor_take_rows(x, index, rows);
    change_copies(o, &p, n, longer.data);
    lp_stream_put(s, x_name, &longer);
    return 0;
}

int lp_augment(lp_stream *s, const lp_augment_options *options, lp_error *e) {
    return augment(s, options, e) ? lp_within(e, "augmenting") : 0;
}
