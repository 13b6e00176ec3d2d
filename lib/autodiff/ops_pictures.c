/* The ops on pictures, written as in ops.c. A node of pictures is (n, channels * height * width).
 */
#include "autodiff/op.h"
#include "num/parallel.h"

#include <math.h>
#include <string.h>

/* The window fits the pictures of x. */
static int check_window(const lp_graph *g, const lp_node *n, bool pooling, lp_error *e) {
    const lp_node *x = operand(g, n, 0);
    const lp_window *w = &n->window;
    if (lp_window_check(w, pooling, e))
        return -1;
    if (x->cols == lp_window_picture(w))
        return 0;
    return lp_fail(e, "x has %zu columns, expected %zu (%zu channels of %zu x %zu)", x->cols,
                   lp_window_picture(w), w->channels, w->height, w->width);
}

/* The same for ops without a window, which read the size of a picture only. */
static int check_picture(const lp_graph *g, lp_node *n, lp_error *e) {
    lp_window *w = &n->window;
    w->kernel_height = w->kernel_width = w->stride = 1, w->padding = 0;
    return check_window(g, n, false, e);
}

/* ---- convolution ---- */

/* y (n, out * places) = f(z), z = x * w + b: w (out, channels * window), b (1, out) or absent. With
 * dz = dy f'(z): dx and dw as num/kernels/list.h has them, db = dz summed over all of a channel. */
int lp_conv_shape(const lp_graph *g, lp_node *n, lp_error *e) {
    const lp_node *x = operand(g, n, 0), *w = operand(g, n, 1);
    const lp_node *b = n->operands > 2 ? operand(g, n, 2) : NULL;
    if (check_window(g, n, false, e))
        return -1;
    if (w->cols != lp_window_elements(&n->window) || w->batch)
        return misfit(e, "the weights have a column for each element of the window", x, w);
    if (b != NULL && (b->rows != 1 || b->cols != w->rows))
        return misfit(e, "a bias has one column for each row of the weights", w, b);
    return set_shape(n, x->rows, w->rows * lp_window_places(&n->window), x->batch);
}

void lp_conv_forward(const lp_graph *g, lp_node *n) {
    const lp_node *x = operand(g, n, 0), *w = operand(g, n, 1);
    const lp_node *b = n->operands > 2 ? operand(g, n, 2) : NULL;
    g->num->conv(&n->window, n->rows, w->rows, x->value, w->value, b ? b->value : NULL,
                 lp_activations[n->activation].unary, n->value);
}

/* One picture: dz in place of dy, and its sum over each channel in scratch. */
typedef struct {
    const lp_graph *g;
    lp_node *n;
    size_t out;
} conv_node;

static void dz_and_sums(void *context, size_t p) {
    const conv_node *c = context;
    const lp_graph *g = c->g;
    if (c->n->activation != LP_ACTIVATION_IDENTITY)
        dy_to_dz(g, c->n, p, 1);
    g->num->sum_each_row(c->out, c->n->cols / c->out, part(g, c->n->gradient, p * c->n->cols),
                         part(g, c->n->scratch, p * c->out), false);
}

enum { SHARED = 1 << 16 }; /* elements that are worth a second thread */

void lp_conv_backward(const lp_graph *g, lp_node *n) {
    const lp_node *x = operand(g, n, 0), *w = operand(g, n, 1);
    lp_node *dx = wanted(g, n, 0), *dw = wanted(g, n, 1), *db = wanted(g, n, 2);
    conv_node c = {g, n, w->rows};
    if (size(n) >= SHARED)
        lp_parallel(n->rows, dz_and_sums, &c);
    else
        for (size_t p = 0; p < n->rows; p++)
            dz_and_sums(&c, p);
    const void *dz = n->gradient;
    if (dw != NULL)
        g->num->conv_backward_weights(&n->window, n->rows, w->rows, dz, x->value, dw->gradient,
                                      accumulate(dw));
    if (db != NULL)
        g->num->sum_over_rows(n->rows, w->rows, n->scratch, db->gradient, accumulate(db));
    if (dx != NULL)
        g->num->conv_backward_input(&n->window, n->rows, w->rows, dz, w->value, dx->gradient,
                                    accumulate(dx));
}

/* ---- pooling ---- */

static int pool_shape(const lp_graph *g, lp_node *n, lp_error *e) {
    const lp_node *x = operand(g, n, 0);
    if (check_window(g, n, true, e))
        return -1;
    return set_shape(n, x->rows, n->window.channels * lp_window_places(&n->window), x->batch);
}

/* y = the largest of each window: dx = dy where it was. */
int lp_max_pool_shape(const lp_graph *g, lp_node *n, lp_error *e) {
    return pool_shape(g, n, e);
}

void lp_max_pool_forward(const lp_graph *g, lp_node *n) {
    g->num->max_pool(&n->window, n->rows, operand(g, n, 0)->value, n->value, n->scratch);
}

void lp_max_pool_backward(const lp_graph *g, lp_node *n) {
    lp_node *dx = only_wanted(g, n);
    g->num->max_pool_backward(&n->window, n->rows, n->gradient, n->scratch, dx->gradient,
                              accumulate(dx));
}

/* y = the mean of each window: dx = dy / size in all of it. */
int lp_average_pool_shape(const lp_graph *g, lp_node *n, lp_error *e) {
    return pool_shape(g, n, e);
}

void lp_average_pool_forward(const lp_graph *g, lp_node *n) {
    g->num->average_pool(&n->window, n->rows, operand(g, n, 0)->value, n->value);
}

void lp_average_pool_backward(const lp_graph *g, lp_node *n) {
    lp_node *dx = only_wanted(g, n);
    g->num->average_pool_backward(&n->window, n->rows, n->gradient, dx->gradient, accumulate(dx));
}

/* ---- the order of the channels ---- */

/* y (channels, height, width) = x (height, width, channels), picture by picture: dx = dy, put back.
 */
int lp_channels_first_shape(const lp_graph *g, lp_node *n, lp_error *e) {
    const lp_node *x = operand(g, n, 0);
    return check_picture(g, n, e) ? -1 : set_shape(n, x->rows, x->cols, x->batch);
}

void lp_channels_first_forward(const lp_graph *g, lp_node *n) {
    const lp_window *w = &n->window;
    g->num->transpose_each(n->rows, w->height * w->width, w->channels, operand(g, n, 0)->value,
                           n->value);
}

void lp_channels_first_backward(const lp_graph *g, lp_node *n) {
    const lp_window *w = &n->window;
    g->num->transpose_each(n->rows, w->channels, w->height * w->width, n->gradient, n->scratch);
    add_scaled(g, only_wanted(g, n), 1, n->scratch);
}

/* ---- batch normalisation (Ioffe and Szegedy 2015) ---- */

/* y = h gamma + beta, h = (x - mean) r, r = 1 / sqrt(variance + epsilon), each channel by itself,
 * over the m values that it has in the batch. dbeta = Σ dy, dgamma = Σ dy h, and
 * dx = (dy - (h dgamma + dbeta) / m) r gamma; with running statistics, which are constants,
 * dx = dy r gamma. */
int lp_batch_norm_shape(const lp_graph *g, lp_node *n, lp_error *e) {
    const lp_node *x = operand(g, n, 0);
    if (check_picture(g, n, e))
        return -1;
    for (int i = 1; i < 3; i++)
        if (operand(g, n, i)->rows != 1 || operand(g, n, i)->cols != n->window.channels)
            return misfit(e, "gamma and beta have one column for each channel", x,
                          operand(g, n, i));
    return set_shape(n, x->rows, x->cols, x->batch);
}

/* The parts of a node's scratch: numbers for each channel, two matrices, and a sum for each channel
 * of each picture. */
typedef struct {
    size_t channels, area, values; /* values: of a channel in the batch */
    void *d, *d2, *sums;
    void *mean, *r, *scale, *a, *b, *zeros; /* zeros stay as they were allocated */
} norm;

static norm norm_of(const lp_graph *g, const lp_node *n) {
    size_t channels = n->window.channels, area = n->window.height * n->window.width;
    norm s = {.channels = channels, .area = area, .values = n->rows * area};
    void **place[] = {&s.mean, &s.r, &s.scale, &s.a, &s.b, &s.zeros};
    size_t places = sizeof place / sizeof *place;
    for (size_t i = 0; i < places; i++)
        *place[i] = part(g, n->scratch, i * channels);
    s.d = part(g, n->scratch, places * channels);
    s.d2 = part(g, s.d, size(n));
    s.sums = part(g, s.d2, size(n));
    return s;
}

static double get(const lp_graph *g, const void *block, size_t i) {
    return scalar(g, part(g, block, i));
}

static void put(const lp_graph *g, void *block, size_t i, double value) {
    g->num->fill(1, value, part(g, block, i));
}

/* out (channels) = the sums of x, or += them. */
static void channel_sums(const lp_graph *g, const lp_node *n, const norm *s, const void *x,
                         void *out, bool add) {
    g->num->sum_each_row(n->rows * s->channels, s->area, x, s->sums, false);
    g->num->sum_over_rows(n->rows, s->channels, s->sums, out, add);
}

/* y = (x - minus) times + plus, channel by channel. */
static void scale_channels(const lp_graph *g, const lp_node *n, const norm *s, const void *x,
                           const void *minus, const void *times, const void *plus, void *y) {
    g->num->scale_channels(n->rows, s->channels, s->area, x, minus, times, plus, y);
}

static bool uses_running(const lp_graph *g, const lp_node *n) {
    return g->inference && n->running_mean != NULL;
}

/* mean and, in s->a, the variance of the batch. */
static void batch_moments(const lp_graph *g, const lp_node *n, const norm *s) {
    const void *x = operand(g, n, 0)->value;
    channel_sums(g, n, s, x, s->mean, false);
    for (size_t c = 0; c < s->channels; c++) {
        put(g, s->mean, c, get(g, s->mean, c) / (double)s->values);
        put(g, s->b, c, 1);
    }
    scale_channels(g, n, s, x, s->mean, s->b, s->zeros, s->d);
    g->num->unary(LP_SQUARE, size(n), s->d, s->d);
    channel_sums(g, n, s, s->d, s->a, false);
    for (size_t c = 0; c < s->channels; c++)
        put(g, s->a, c, get(g, s->a, c) / (double)s->values);
}

static void move_towards(const lp_graph *g, void *running, size_t c, double value) {
    double old = get(g, running, c);
    put(g, running, c, old + LP_BATCH_NORM_MOMENTUM * (value - old));
}

static void move_running(const lp_graph *g, const lp_node *n, const norm *s) {
    if (g->inference || n->running_mean == NULL || s->values < 2)
        return;
    double unbiased = (double)s->values / ((double)s->values - 1);
    for (size_t c = 0; c < s->channels; c++) {
        move_towards(g, n->running_mean, c, get(g, s->mean, c));
        move_towards(g, n->running_variance, c, get(g, s->a, c) * unbiased);
    }
}

void lp_batch_norm_forward(const lp_graph *g, lp_node *n) {
    norm s = norm_of(g, n);
    const void *gamma = operand(g, n, 1)->value, *beta = operand(g, n, 2)->value;
    if (uses_running(g, n)) {
        memcpy(s.mean, n->running_mean, s.channels * g->type.size);
        memcpy(s.a, n->running_variance, s.channels * g->type.size);
    } else {
        batch_moments(g, n, &s);
        move_running(g, n, &s);
    }
    for (size_t c = 0; c < s.channels; c++) {
        double r = 1 / sqrt(get(g, s.a, c) + LP_BATCH_NORM_EPSILON);
        put(g, s.r, c, r);
        put(g, s.scale, c, r * get(g, gamma, c));
    }
    scale_channels(g, n, &s, operand(g, n, 0)->value, s.mean, s.scale, beta, n->value);
}

void lp_batch_norm_backward(const lp_graph *g, lp_node *n) {
    norm s = norm_of(g, n);
    lp_node *dx = wanted(g, n, 0), *dgamma = wanted(g, n, 1), *dbeta = wanted(g, n, 2);
    const void *dy = n->gradient;
    void *h = s.d, *by_h = s.a, *by_1 = s.b; /* Σ dy h, Σ dy */
    scale_channels(g, n, &s, operand(g, n, 0)->value, s.mean, s.r, s.zeros, h);
    binary(g, LP_MULTIPLY, n, dy, h, s.d2);
    channel_sums(g, n, &s, s.d2, by_h, false);
    channel_sums(g, n, &s, dy, by_1, false);
    if (dgamma != NULL)
        add_scaled(g, dgamma, 1, by_h);
    if (dbeta != NULL)
        add_scaled(g, dbeta, 1, by_1);
    if (dx == NULL)
        return;
    if (uses_running(g, n)) {
        scale_channels(g, n, &s, dy, s.zeros, s.scale, s.zeros, s.d2);
    } else {
        g->num->scale(s.channels, 1 / (double)s.values, by_h, by_h);
        g->num->scale(s.channels, 1 / (double)s.values, by_1, by_1);
        scale_channels(g, n, &s, h, s.zeros, by_h, by_1, s.d2);
        binary(g, LP_SUBTRACT, n, dy, s.d2, s.d2);
        scale_channels(g, n, &s, s.d2, s.zeros, s.scale, s.zeros, s.d2);
    }
    add_scaled(g, dx, 1, s.d2);
}

/* ---- dropout (Srivastava et al. 2014), scaled in training ---- */

/* y = x m, m = 0 or 1 / (1 - rate): dx = dy m, the same mask drawn again. In inference y = x. */
static void dropout(const lp_graph *g, const lp_node *n, const void *x, void *y, bool add) {
    lp_rng at = n->mask;
    at.next = g->step << 32;
    if (g->place == NULL)
        g->num->dropout(size(n), n->rate, &at, x, y, add);
    for (size_t r = 0; g->place != NULL && r < n->rows; r++) {
        at.next = (g->step << 32) + g->place[r] * n->cols;
        g->num->dropout(n->cols, n->rate, &at, part(g, x, r * n->cols), part(g, y, r * n->cols),
                        add);
    }
}

void lp_dropout_forward(const lp_graph *g, lp_node *n) {
    const void *x = operand(g, n, 0)->value;
    if (g->inference)
        memcpy(n->value, x, size(n) * g->type.size);
    else
        dropout(g, n, x, n->value, false);
}

void lp_dropout_backward(const lp_graph *g, lp_node *n) {
    lp_node *dx = only_wanted(g, n);
    if (g->inference)
        add_scaled(g, dx, 1, n->gradient);
    else
        dropout(g, n, n->gradient, dx->gradient, accumulate(dx));
}
