/* Convolution of small pictures, and its gradients, without a matrix of the windows.
 *
 * Numeric contract (num/kernels/list.h): each output is one chain of fma over its terms, per block
 * of KC of them, the blocks' sums added in order. So tiles, vectors and threads run over outputs.
 *
 * Forward, the lanes are places of the output, row after row. The source is packed for each column
 * of the kernel: its elements that this column meets, so that any term reads consecutive places
 * from consecutive addresses: kernel_width copies of the picture, not kernel_width * kernel_height.
 * The gradient by the pictures is the same loop over dy, with the kernel turned by 180 degrees; a
 * stride divides the pictures into stride² lattices, and each meets a part of the kernel.
 *
 * The gradient by the weights runs along the places, so its lanes are elements of the window: with
 * the channels of a pixel side by side, a row of the window is consecutive. */
#include "base/memory.h"
#include "num/kernels/kernel.h"

#include <stdlib.h>

#if defined LP_IS_avx512 || defined LP_IS_neon
enum { SUM_ROWS = 6, SUM_REGS = 4 }; /* a tile of sums that are held in registers */
#elif defined LP_IS_avx2
enum { SUM_ROWS = 6, SUM_REGS = 2 };
#else
enum { SUM_ROWS = 4, SUM_REGS = 2 };
#endif

#if defined LP_IS_avx512 || defined LP_IS_neon
#define EACH_REGS(X, rows, ...)                                                                    \
    X(rows, 1, __VA_ARGS__)                                                                        \
    X(rows, 2, __VA_ARGS__) X(rows, 3, __VA_ARGS__) X(rows, 4, __VA_ARGS__)
#else
#define EACH_REGS(X, rows, ...) X(rows, 1, __VA_ARGS__) X(rows, 2, __VA_ARGS__)
#endif
#if defined LP_IS_generic
#define EACH_TILE(X, ...)                                                                          \
    EACH_REGS(X, 1, __VA_ARGS__)                                                                   \
    EACH_REGS(X, 2, __VA_ARGS__) EACH_REGS(X, 3, __VA_ARGS__) EACH_REGS(X, 4, __VA_ARGS__)
#else
#define EACH_TILE(X, ...)                                                                          \
    EACH_REGS(X, 1, __VA_ARGS__)                                                                   \
    EACH_REGS(X, 2, __VA_ARGS__)                                                                   \
    EACH_REGS(X, 3, __VA_ARGS__)                                                                   \
    EACH_REGS(X, 4, __VA_ARGS__) EACH_REGS(X, 5, __VA_ARGS__) EACH_REGS(X, 6, __VA_ARGS__)
#endif
/* A function for every size of a tile, and the table of them: name[rows][regs]. */
#define TILE_FUNCTION(rows, regs, name, type)                                                      \
    static void name##_##rows##_##regs(const type *t) {                                            \
        name##_of(rows, regs, t);                                                                  \
    }
#define TILE_ENTRY(rows, regs, name) [rows][regs] = name##_##rows##_##regs,
#define TILES(name, type)                                                                          \
    EACH_TILE(TILE_FUNCTION, name, type)                                                           \
    static void (*const name[SUM_ROWS + 1][SUM_REGS + 1])(const type *t) = {                       \
        EACH_TILE(TILE_ENTRY, name)};

#define EACH_SUM(i, rows, r, regs)                                                                 \
    _Pragma("GCC unroll 8") for (int i = 0; i < (rows); i++)                                       \
        _Pragma("GCC unroll 8") for (int r = 0; r < (regs); r++)

/* Memory for a kernel, `count` elements of T: the thread's own where that is enough, else new,
 * which release() frees. */
LP_INLINE T *room_for(size_t count) {
    return count <= LP_SCRATCH / sizeof(T) ? lp_scratch() : lp_alloc(count, sizeof(T));
}

LP_INLINE void release(T *room) {
    if (room != lp_scratch())
        free(room);
}

/* ---- tiles of outputs ---- */

/* Some channels of the output at consecutive places, = or += the sums over `terms` terms: term k
 * has the weights w + weight[k] + i * w_out and the pixels x + source[k]. */
typedef struct {
    size_t terms;
    const size_t *weight, *source;
    const T *w, *x;
    size_t w_out;
    T *y;
    size_t y_out, last; /* between channels of the output; lanes of the last register */
    bool add;
} slide_tile;

LP_INLINE void slide_of(int rows, int regs, const slide_tile *t) {
    R sum[SUM_ROWS][SUM_REGS], x[SUM_REGS];
    EACH_SUM(i, rows, r, regs) sum[i][r] = r_set1(0);
    size_t w_out = t->w_out;
    for (size_t k = 0; k < t->terms; k++) {
        const T *from = t->x + t->source[k], *w = t->w + t->weight[k];
#pragma GCC unroll 8
        for (int r = 0; r < regs; r++)
            x[r] = r_load(from + r * RL);
#pragma GCC unroll 8
        for (int i = 0; i < rows; i++, w += w_out) {
            R weight = r_set1(*w);
#pragma GCC unroll 8
            for (int r = 0; r < regs; r++)
                sum[i][r] = r_fma(weight, x[r], sum[i][r]);
        }
    }
    EACH_SUM(i, rows, r, regs) {
        T *to = t->y + (size_t)i * t->y_out + r * RL;
        size_t lanes = r < regs - 1 ? RL : t->last;
        R before = t->add ? r_load_n(to, lanes) : r_set1(0);
        r_store_n(to, r_add(before, sum[i][r]), lanes);
    }
}
TILES(slide, slide_tile)

/* ---- a window that slides, forward and for the gradient by the pictures ---- */

typedef struct {
    size_t channels, height, width; /* of the source */
    ptrdiff_t top, left;            /* padding before its first row and column */
    size_t step;                    /* between windows */
    size_t kernel_rows, kernel_cols;
    bool turned;       /* element (i, j) of the kernel meets the window's last but (i, j) */
    size_t rows, cols; /* places of the output */

    const T *w; /* of channel o and term (c, i, j) at o * w_out + c * w_channel + ... */
    size_t outs, w_out, w_channel, w_row, w_col;
} sliding;

/* A band of rows of the output, packed. */
typedef struct {
    size_t from, rows; /* of the output */
    size_t lines;      /* packed rows of each residue by the step */
    size_t plane;      /* elements of one channel, for one column of the kernel */
    T *packed;
} band;

LP_INLINE size_t lines_of(const sliding *s, size_t rows) {
    return rows + (s->kernel_rows - 1) / s->step;
}

/* With room behind for what a vector that is copied writes beyond the end. */
LP_INLINE size_t plane_of(const sliding *s, size_t rows) {
    return s->step * lines_of(s, rows) * s->cols + LANES;
}

LP_INLINE size_t packed_size(const sliding *s, size_t rows) {
    return s->channels * s->kernel_cols * plane_of(s, rows) + SUM_REGS * RL;
}

/* What column j of the kernel meets, in every line of a band. */
typedef struct {
    ptrdiff_t from;      /* column of the source at the line's place 0 */
    size_t begin, count; /* the places that lie in the source */
} meeting;

static meeting meeting_of(const sliding *s, size_t j) {
    ptrdiff_t from = (ptrdiff_t)(s->turned ? s->kernel_cols - 1 - j : j) - s->left;
    ptrdiff_t step = (ptrdiff_t)s->step, cols = (ptrdiff_t)s->cols;
    ptrdiff_t begin = from < 0 ? (-from + step - 1) / step : 0;
    ptrdiff_t end = (ptrdiff_t)s->width > from ? ((ptrdiff_t)s->width - from + step - 1) / step : 0;
    end = end < cols ? end : cols;
    return (meeting){from, (size_t)begin, end > begin ? (size_t)(end - begin) : 0};
}

/* `count` elements; with `over`, up to the end of the last vector is written. */
LP_INLINE void copy_line(size_t count, const T *from, T *to, bool over) {
    size_t q = 0;
    for (; q + LANES <= count; q += LANES)
        v_store(to + q, v_load(from + q));
    if (q == count)
        return;
    V rest = v_load_n(from + q, count - q);
    if (over)
        v_store(to + q, rest);
    else
        v_store_n(to + q, rest, count - q);
}

LP_INLINE void copy_lines(size_t lines, size_t count, const T *from, size_t from_line, T *to,
                          size_t to_line, bool over) {
    for (size_t v = 0; v < lines; v++, from += from_line, to += to_line)
        copy_line(count, from, to, over);
}

/* One plane: the lines of a channel for one column of the kernel. Where all of them are whole, each
 * may write over the start of the next. */
static void pack_plane(const sliding *s, const band *b, const T *x, const meeting *m, T *plane) {
    ptrdiff_t row = (ptrdiff_t)(b->from * s->step) - s->top; /* of the source, for line 0 */
    ptrdiff_t lines = (ptrdiff_t)((b->rows - 1) * s->step + s->kernel_rows);
    ptrdiff_t v = row < 0 ? -row : 0, end = (ptrdiff_t)s->height - row;
    end = end < lines ? end : lines;
    if (m->count < s->cols || v > 0 || end < lines)
        k_fill(b->plane, 0, plane);
    if (m->count == 0 || end <= v)
        return;
    const T *from = x + (row + v) * (ptrdiff_t)s->width + m->from + (ptrdiff_t)(m->begin * s->step);
    T *to = plane + m->begin;
    if (s->step == 1 && m->count == s->cols && end == lines)
        copy_lines((size_t)(end - v), m->count, from, s->width, to + (size_t)v * s->cols, s->cols,
                   true);
    else if (s->step == 1)
        copy_lines((size_t)(end - v), m->count, from, s->width, to + (size_t)v * s->cols, s->cols,
                   false);
    else
        for (; v < end; v++, from += s->width) {
            size_t line = (size_t)v % s->step * b->lines + (size_t)v / s->step;
            for (size_t q = 0; q < m->count; q++)
                to[line * s->cols + q] = from[q * s->step];
        }
}

static void pack_band(const sliding *s, const band *b, const T *x) {
    for (size_t j = 0; j < s->kernel_cols; j++) {
        meeting m = meeting_of(s, j);
        for (size_t c = 0; c < s->channels; c++)
            pack_plane(s, b, x + c * s->height * s->width, &m,
                       b->packed + (c * s->kernel_cols + j) * b->plane);
    }
}

/* Where the terms first .. first + count are, in the weights and in what is packed. */
static void find_terms(const sliding *s, const band *b, size_t first, size_t count, size_t *weight,
                       size_t *source) {
    size_t cols = s->kernel_cols, window = s->kernel_rows * cols;
    size_t c = first / window, i = first % window / cols, j = first % cols;
    for (size_t k = 0; k < count; j = 0) {
        size_t down = s->turned ? s->kernel_rows - 1 - i : i;
        size_t line = s->step == 1 ? down : down % s->step * b->lines + down / s->step;
        size_t w = c * s->w_channel + i * s->w_row, x = c * cols * b->plane + line * s->cols;
        for (; j < cols && k < count; j++, k++) {
            weight[k] = w + j * s->w_col;
            source[k] = x + j * b->plane;
        }
        if (++i == s->kernel_rows)
            i = 0, c++;
    }
}

/* The places of a band, y (outs, ...) with y_out elements between its channels. */
static void slide_band(const sliding *s, const band *b, T *y, size_t y_out) {
    size_t terms = s->channels * s->kernel_rows * s->kernel_cols, places = b->rows * s->cols;
    cut regs = cut_rows((places + RL - 1) / RL, SUM_REGS), outs = cut_rows(s->outs, SUM_ROWS);
    size_t weight[KC], source[KC];
    for (size_t k = 0; k < terms; k += KC) {
        slide_tile t = {.terms = min_of(terms - k, KC), .weight = weight, .source = source};
        find_terms(s, b, k, t.terms, weight, source);
        t.w_out = s->w_out, t.y_out = y_out, t.add = k > 0;
        for (size_t r = 0, at = 0, width; r < regs.count; r++, at += width * RL) {
            width = regs.height + (r < regs.higher);
            t.x = b->packed + at;
            t.last = min_of(places - at - (width - 1) * RL, RL);
            for (size_t i = 0, o = 0, height; i < outs.count; i++, o += height) {
                height = outs.height + (i < outs.higher);
                t.w = s->w + o * s->w_out;
                t.y = y + o * y_out + at;
                slide[height][width](&t);
            }
        }
    }
}

/* Rows of the output in a band: packed, they stay in the L2 cache. */
static size_t band_rows(const sliding *s) {
    size_t rows = s->rows;
    while (rows > 1 && packed_size(s, rows) > LP_SCRATCH / 4 / sizeof(T))
        rows = (rows + 1) / 2;
    return rows;
}

/* y (outs, rows, cols) = the sliding sums of one picture, band by band. */
static void slide_picture(const sliding *s, const T *x, T *y) {
    size_t places = s->rows * s->cols, most = band_rows(s);
    band b = {.packed = room_for(packed_size(s, most))};
    for (; b.from < s->rows; b.from += b.rows) {
        b.rows = min_of(most, s->rows - b.from);
        b.lines = lines_of(s, b.rows);
        b.plane = plane_of(s, b.rows);
        pack_band(s, &b, x);
        slide_band(s, &b, y + b.from * s->cols, places);
    }
    release(b.packed);
}

/* ---- the forward pass ---- */

typedef struct {
    const lp_window *g;
    size_t out;
    const T *from, *w, *bias;
    T *to;
    lp_unary f;
    bool accumulate;
} pictures;

static void conv_picture(void *context, size_t p) {
    const pictures *a = context;
    const lp_window *g = a->g;
    size_t window = g->kernel_height * g->kernel_width, places = lp_window_places(g);
    sliding s = {.channels = g->channels, .height = g->height, .width = g->width};
    s.top = s.left = (ptrdiff_t)g->padding;
    s.step = g->stride, s.kernel_rows = g->kernel_height, s.kernel_cols = g->kernel_width;
    s.rows = lp_window_rows(g), s.cols = lp_window_cols(g);
    s.w = a->w, s.outs = a->out, s.w_out = g->channels * window;
    s.w_channel = window, s.w_row = g->kernel_width, s.w_col = 1;
    T *y = a->to + p * a->out * places;
    slide_picture(&s, a->from + p * lp_window_picture(g), y);
    if (a->bias || a->f != LP_IDENTITY)
        for (size_t o = 0; o < a->out; o++)
            k_bias_unary(a->f, 1, places, a->bias ? a->bias + o : NULL, 1, y + o * places);
}

static void each(pictures *a, size_t n, void (*body)(void *context, size_t p)) {
    size_t terms = lp_window_elements(a->g) * lp_window_places(a->g);
    each_item(n, n * a->out * terms, body, a);
}

static void k_conv(const lp_window *g, size_t n, size_t out, const void *x, const void *w,
                   const void *bias, lp_unary f, void *y) {
    each(&(pictures){g, out, x, w, bias, y, f, false}, n, conv_picture);
}

/* ---- the gradient by the pictures ---- */

/* Along one axis, the places of a picture that windows meet with the elements first, first +
 * stride,
 * ... of the kernel: places from, from + stride, ..., `count` of them, with `elements` elements;
 * the first of these places meets the first element in window `window`. */
typedef struct {
    size_t first, elements, from, count, window;
} lattice;

LP_INLINE lattice lattice_of(const lp_window *g, size_t first, size_t kernel, size_t size) {
    lattice l = {.first = first};
    l.from = (first + g->stride - g->padding % g->stride) % g->stride;
    l.elements = first < kernel ? (kernel - first + g->stride - 1) / g->stride : 0;
    l.count = l.from < size ? (size - l.from + g->stride - 1) / g->stride : 0;
    l.window = (l.from + g->padding - first) / g->stride;
    return l;
}

/* dx at the lattice's places = or += y (channels, rows.count, cols.count), or 0 where y is NULL. */
static void spread(const lp_window *g, const lattice *rows, const lattice *cols, const T *y, T *dx,
                   bool accumulate) {
    for (size_t c = 0; c < g->channels; c++, dx += g->height * g->width)
        for (size_t i = 0; i < rows->count; i++)
            for (size_t j = 0; j < cols->count; j++) {
                T *to = dx + (rows->from + i * g->stride) * g->width + cols->from + j * g->stride;
                T d = y ? *y++ : 0;
                *to = accumulate ? *to + d : d;
            }
}

static void input_gradient_of(const pictures *a, const T *dy, const lattice *rows,
                              const lattice *cols, T *dx) {
    const lp_window *g = a->g;
    size_t window = g->kernel_height * g->kernel_width;
    sliding s = {.channels = a->out, .height = lp_window_rows(g), .width = lp_window_cols(g)};
    s.kernel_rows = rows->elements, s.kernel_cols = cols->elements;
    s.top = (ptrdiff_t)rows->elements - 1 - (ptrdiff_t)rows->window;
    s.left = (ptrdiff_t)cols->elements - 1 - (ptrdiff_t)cols->window;
    s.step = 1, s.turned = true, s.rows = rows->count, s.cols = cols->count;
    s.w = a->w + rows->first * g->kernel_width + cols->first;
    s.outs = g->channels, s.w_out = window, s.w_channel = g->channels * window;
    s.w_row = g->stride * g->kernel_width, s.w_col = g->stride;
    if (s.rows == 0 || s.cols == 0)
        return;
    if (s.kernel_rows == 0 || s.kernel_cols == 0) {
        spread(g, rows, cols, NULL, dx, a->accumulate);
    } else if (g->stride == 1 && !a->accumulate) {
        slide_picture(&s, dy, dx);
    } else {
        T *y = lp_alloc(g->channels * s.rows * s.cols, sizeof *y);
        slide_picture(&s, dy, y);
        spread(g, rows, cols, y, dx, a->accumulate);
        free(y);
    }
}

static void input_gradient(void *context, size_t p) {
    const pictures *a = context;
    const lp_window *g = a->g;
    for (size_t i = 0; i < g->stride; i++)
        for (size_t j = 0; j < g->stride; j++) {
            lattice rows = lattice_of(g, i, g->kernel_height, g->height);
            lattice cols = lattice_of(g, j, g->kernel_width, g->width);
            input_gradient_of(a, a->from + p * a->out * lp_window_places(g), &rows, &cols,
                              a->to + p * lp_window_picture(g));
        }
}

static void k_conv_backward_input(const lp_window *g, size_t n, size_t out, const void *dy,
                                  const void *w, void *dx, bool accumulate) {
    each(&(pictures){g, out, dy, w, NULL, dx, LP_IDENTITY, accumulate}, n, input_gradient);
}

/* ---- the gradient by the weights ---- */

/* Sums for some channels of dy and some registers of the window, over `terms` places of some
 * pictures, from (row, col) of the first on: at each place, element r * RL of the window is at x +
 * element[r]. A block's sums, rows * regs registers, are added to `total`, or kept at `block`, the
 * next block's `next` elements further on, where that is NULL. At `block` are also those of a block
 * that has had `before` terms, and in the end of one that is not complete. */
typedef struct {
    size_t rows, cols; /* of a picture's places */
    size_t row, col, terms;
    const T *x, *dy;
    size_t x_picture, x_row, x_place; /* from one to the next */
    size_t dy_picture, dy_out;
    const size_t *element;
    size_t before;
    T *total, *block;
    size_t next;
} weigh_tile;

/* A block is complete: its sums go where they are to, and start again. */
LP_INLINE void end_block(int rows, int regs, R sum[SUM_ROWS][SUM_REGS], T *total, T *block) {
    EACH_SUM(i, rows, r, regs) {
        size_t at = (i * regs + r) * RL;
        if (total)
            r_store(total + at, r_add(r_load(total + at), sum[i][r]));
        else
            r_store(block + at, sum[i][r]);
        sum[i][r] = r_set1(0);
    }
}

LP_INLINE void weigh_of(int rows, int regs, const weigh_tile *t) {
    R sum[SUM_ROWS][SUM_REGS], x[SUM_REGS];
    T *block = t->block;
    EACH_SUM(i, rows, r, regs)
    sum[i][r] = t->before > 0 ? r_load(block + (i * regs + r) * RL) : r_set1(0);
    size_t dy_out = t->dy_out, x_place = t->x_place, row = t->row, col = t->col, p = 0;
    size_t in_block = KC - t->before;
    for (size_t left = t->terms, here; left > 0; left -= here) {
        const T *from = t->x + p * t->x_picture + row * t->x_row + col * x_place;
        const T *dy = t->dy + p * t->dy_picture + row * t->cols + col;
        here = min_of(min_of(t->cols - col, in_block), left);
        for (size_t q = 0; q < here; q++, from += x_place, dy++) {
#pragma GCC unroll 8
            for (int r = 0; r < regs; r++)
                x[r] = r_load(from + t->element[r]);
            const T *d = dy;
#pragma GCC unroll 8
            for (int i = 0; i < rows; i++, d += dy_out) {
                R gradient = r_set1(*d);
#pragma GCC unroll 8
                for (int r = 0; r < regs; r++)
                    sum[i][r] = r_fma(gradient, x[r], sum[i][r]);
            }
        }
        col += here;
        if (col == t->cols) {
            col = 0, row++;
            if (row == t->rows)
                row = 0, p++;
        }
        in_block -= here;
        if (in_block == 0) {
            end_block(rows, regs, sum, t->total, block);
            block += t->next, in_block = KC;
        }
    }
    if (in_block < KC)
        EACH_SUM(i, rows, r, regs) r_store(block + (i * regs + r) * RL, sum[i][r]);
}
TILES(weigh, weigh_tile)

typedef struct {
    const lp_window *g;
    size_t n, out;
    const T *dy, *x;
    T *dw;
    bool accumulate;
    size_t rows, cols;    /* places of a picture */
    size_t height, width; /* of the part of the padded picture that windows meet */
    size_t run, regs;     /* elements of a row of the window, and registers for them */
    /* Tiles: of channels, and of the registers of all rows of the window. */
    cut tile_outs, tile_regs;
    size_t tiles, chunks;
    size_t blocks, first_blocks; /* of terms; those of the first chunk */
    T *sums;                     /* where the chunks share the blocks */
} weighing;

/* The channels of a pixel side by side: (height, width, channels), padded. */
static void interleave(const weighing *a, const T *x, T *to) {
    const lp_window *g = a->g;
    size_t size = a->height * a->width * g->channels;
    if (g->padding > 0)
        k_fill(size, 0, to);
    size_t rows = min_of(a->height, g->height + g->padding), channels = g->channels;
    size_t cols = min_of(a->width, g->width + g->padding) - g->padding;
    for (size_t i = g->padding; i < rows; i++)
        for (size_t c = 0; c < channels; c++) {
            const T *from = x + (c * g->height + i - g->padding) * g->width;
            T *at = to + (i * a->width + g->padding) * channels + c;
            for (size_t j = 0; j < cols; j++)
                at[j * channels] = from[j];
        }
}

/* One tile's place among the sums, and its own sums' place among all tiles'. */
typedef struct {
    size_t out, outs, reg, regs, at;
} tile_place;

static size_t window_regs(const weighing *a) {
    return a->g->kernel_height * a->regs;
}

static tile_place place_of_tile(const weighing *a, size_t t) {
    size_t i = t / a->tile_regs.count, r = t % a->tile_regs.count;
    const cut *o = &a->tile_outs, *q = &a->tile_regs;
    tile_place at = {i * o->height + min_of(i, o->higher), o->height + (i < o->higher),
                     r * q->height + min_of(r, q->higher), q->height + (r < q->higher), 0};
    at.at = (at.out * window_regs(a) + at.outs * at.reg) * RL;
    return at;
}

static void store_weights(const weighing *a, const tile_place *at, const T *sums) {
    const lp_window *g = a->g;
    size_t kernel = g->kernel_height * g->kernel_width;
    for (size_t r = 0; r < at->regs; r++) {
        size_t row = (at->reg + r) / a->regs, first = (at->reg + r) % a->regs * RL;
        size_t j = first / g->channels, c = first % g->channels;
        for (size_t lane = 0; lane < RL && first + lane < a->run; lane++) {
            T *to = a->dw + at->out * g->channels * kernel + c * kernel + row * g->kernel_width + j;
            const T *sum = sums + r * RL + lane;
            for (size_t o = 0; o < at->outs; o++, to += g->channels * kernel, sum += at->regs * RL)
                *to = a->accumulate ? *to + *sum : *sum;
            if (++c == g->channels)
                c = 0, j++;
        }
    }
}

/* The work of a chunk: tiles, and terms from the first of a block on. */
typedef struct {
    size_t tile, end_tile, from, to;
    T *total, *block; /* as in weigh_tile, for tile `tile` */
    size_t next;
} weigh_part;

/* Memory for the pictures of a part, as many at once as its half of the thread's own holds. */
enum { HALF = LP_SCRATCH / 2 / sizeof(T) };

static void weigh_tiles(const weighing *a, const weigh_part *w) {
    const lp_window *g = a->g;
    size_t picture = a->height * a->width * g->channels, places = a->rows * a->cols;
    size_t most = (HALF - SUM_REGS * RL) / picture;
    T *packed = most > 0 ? (T *)lp_scratch() + HALF : lp_alloc(picture + SUM_REGS * RL, sizeof(T));
    weigh_tile t = {.rows = a->rows, .cols = a->cols, .x = packed, .x_picture = picture};
    t.x_row = g->stride * a->width * g->channels, t.x_place = g->stride * g->channels;
    t.dy_picture = a->out * places, t.dy_out = places, t.next = w->next;
    size_t first = place_of_tile(a, w->tile).at;
    for (size_t at = w->from; at < w->to; at += t.terms) {
        size_t p = at / places, end = min_of(w->to, (p + (most > 0 ? most : 1)) * places);
        for (size_t i = 0; (p + i) * places < end; i++)
            interleave(a, a->x + (p + i) * lp_window_picture(g), packed + i * picture);
        t.row = at % places / a->cols, t.col = at % a->cols, t.terms = end - at;
        t.before = at % KC;
        for (size_t k = w->tile; k < w->end_tile; k++) {
            tile_place place = place_of_tile(a, k);
            size_t element[SUM_REGS];
            for (size_t r = 0; r < place.regs; r++) {
                size_t reg = place.reg + r;
                element[r] = reg / a->regs * a->width * g->channels + reg % a->regs * RL;
            }
            t.element = element;
            t.dy = a->dy + (p * a->out + place.out) * places;
            t.total = w->total ? w->total + place.at - first : NULL;
            t.block = w->block + (at - w->from) / KC * w->next + place.at - first;
            weigh[place.outs][place.regs](&t);
        }
    }
    if (most == 0)
        free(packed);
}

/* The tiles of a part become weights: `size` sums, to which those of `blocks` blocks are added. */
static void finish_tiles(const weighing *a, size_t tile, size_t end_tile, T *total, size_t size,
                         const T *block, size_t blocks) {
    for (size_t b = 0; b < blocks; b++, block += size)
        for (size_t i = 0; i < size; i += RL)
            r_store(total + i, r_add(r_load(total + i), r_load(block + i)));
    size_t first = place_of_tile(a, tile).at;
    for (size_t k = tile; k < end_tile; k++) {
        tile_place place = place_of_tile(a, k);
        store_weights(a, &place, total + place.at - first);
    }
}

/* Chunk i of the tiles, over all terms: the sums of the blocks, and of the one in progress. */
static void weigh_outputs(void *context, size_t i) {
    const weighing *a = context;
    enum { MOST_TILES = HALF / (2 * SUM_ROWS * SUM_REGS * RL) };
    size_t terms = a->n * a->rows * a->cols, end = a->tiles * (i + 1) / a->chunks;
    T *sums = lp_scratch();
    for (size_t at = a->tiles * i / a->chunks, to; at < end; at = to) {
        to = min_of(end, at + MOST_TILES);
        tile_place last = place_of_tile(a, to - 1);
        size_t size = last.at + last.outs * last.regs * RL - place_of_tile(a, at).at;
        k_fill(size, 0, sums);
        weigh_tiles(a, &(weigh_part){at, to, 0, terms, sums, sums + size, 0});
        finish_tiles(a, at, to, sums, size, sums + size, terms % KC > 0);
    }
}

/* Chunk i of the blocks, for all tiles. The first adds its blocks up; of the rest each block's sums
 * are kept, since they are added in order. */
static void weigh_blocks(void *context, size_t i) {
    const weighing *a = context;
    size_t size = a->out * window_regs(a) * RL, terms = a->n * a->rows * a->cols;
    size_t from = a->blocks * i / a->chunks, to = a->blocks * (i + 1) / a->chunks;
    weigh_part w = {0, a->tiles, from * KC, min_of(to * KC, terms), NULL, NULL, size};
    w.block = a->sums + (2 + from - a->first_blocks) * size;
    if (i == 0)
        w.total = a->sums, w.block = a->sums + size, w.next = 0;
    weigh_tiles(a, &w);
}

static void k_conv_backward_weights(const lp_window *g, size_t n, size_t out, const void *dy,
                                    const void *x, void *dw, bool accumulate) {
    weighing a = {.g = g, .n = n, .out = out, .dy = dy, .x = x, .dw = dw};
    a.accumulate = accumulate;
    a.rows = lp_window_rows(g), a.cols = lp_window_cols(g);
    a.height = (a.rows - 1) * g->stride + g->kernel_height;
    a.width = (a.cols - 1) * g->stride + g->kernel_width;
    a.run = g->kernel_width * g->channels;
    a.regs = (a.run + RL - 1) / RL;
    a.tile_regs = cut_rows(window_regs(&a), SUM_REGS);
    size_t operations = n * out * lp_window_elements(g) * lp_window_places(g);
    size_t threads = operations < SMALL ? 1 : lp_threads_now();
    size_t size = out * window_regs(&a) * RL;
    a.blocks = (n * a.rows * a.cols + KC - 1) / KC;
    a.chunks = min_of(threads, a.blocks), a.first_blocks = a.blocks / a.chunks;
    bool share_blocks = a.chunks > 1 && (2 + a.blocks - a.first_blocks) * size <= HALF;
    /* Where the threads share the tiles, as many for each. */
    size_t groups = (out + SUM_ROWS - 1) / SUM_ROWS;
    if (!share_blocks)
        groups = min_of((groups + threads - 1) / threads * threads, out);
    a.tile_outs = cut_rows(out, (out + groups - 1) / groups);
    a.tiles = a.tile_outs.count * a.tile_regs.count;
    if (share_blocks) {
        a.sums = lp_scratch();
        k_fill(size, 0, a.sums);
        lp_parallel(a.chunks, weigh_blocks, &a);
        finish_tiles(&a, 0, a.tiles, a.sums, size, a.sums + 2 * size, a.blocks - a.first_blocks);
        return;
    }
    a.chunks = min_of(threads, a.tiles);
    if (a.chunks > 1)
        lp_parallel(a.chunks, weigh_outputs, &a);
    else
        weigh_outputs(&a, 0);
}
