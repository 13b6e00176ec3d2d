#include "net/layer.h"

/* ---- shared by the kinds ---- */

static void *value_of(const lp_layer *l, lp_layer_param which, const lp_build *b) {
    return lp_params_at(b->params, l->param[which], b->params->value);
}

/* A layer's parameter as a leaf; -1 where it has none. */
static int leaf(const lp_layer *l, lp_layer_param which, const lp_build *b) {
    size_t place = l->param[which];
    if (place == SIZE_MAX)
        return -1;
    const lp_params *p = b->params;
    const lp_param *row = &p->table[place];
    bool learns = b->training && p->gradient != NULL && !row->frozen;
    return lp_graph_parameter(b->graph, row->rows, row->cols, value_of(l, which, b),
                              learns ? lp_params_at(p, place, p->gradient) : NULL);
}

/* The activation of a layer whose op has none of its own. */
static int activate(const lp_layer *l, const lp_build *b, int x) {
    lp_op op = lp_activations[l->activation].op;
    return l->activation == LP_ACTIVATION_IDENTITY ? x : lp_graph_apply(b->graph, op, x);
}

static lp_window window_of(const lp_layer *l) {
    return (lp_window){.channels = l->in.channels,
                       .height = l->in.height,
                       .width = l->in.width,
                       .kernel_height = l->kernel,
                       .kernel_width = l->kernel,
                       .stride = l->stride,
                       .padding = l->padding};
}

static int window_shape(lp_layer *l, size_t channels, bool pooling, lp_error *e) {
    const lp_window w = window_of(l);
    size_t size;
    if (lp_volume_is_flat(l->in))
        return lp_fail(e, "it takes pictures, not %zu plain numbers", l->in.channels);
    if (lp_window_check(&w, pooling, e))
        return -1;
    l->out = (lp_volume){channels, lp_window_rows(&w), lp_window_cols(&w)};
    if (!lp_multiply(channels, l->out.height, &size) || !lp_multiply(size, l->out.width, &size))
        return lp_fail(e, "%zu feature maps of %zu x %zu are too many", channels, l->out.height,
                       l->out.width);
    return 0;
}

/* ---- dense: y = f(x wᵀ + b) ---- */

static int dense_shape(lp_layer *l, lp_error *e) {
    if (!lp_volume_is_flat(l->in))
        return lp_fail(e,
                       "it takes plain numbers, not feature maps of %zu x %zu (put flatten before "
                       "it)",
                       l->in.height, l->in.width);
    l->out = (lp_volume){.channels = l->units};
    return 0;
}

static void dense_params(const lp_layer *l, const char *prefix, lp_param row[LP_LAYER_PARAMS]) {
    row[LP_WEIGHT] = lp_param_of(prefix, "weight", 2, (size_t[]){l->units, l->in.channels});
    if (l->bias > 0)
        row[LP_BIAS] = lp_param_of(prefix, "bias", 1, &l->bias);
}

static int dense_graph(const lp_layer *l, const lp_build *b, int x) {
    int weight = leaf(l, LP_WEIGHT, b), bias = leaf(l, LP_BIAS, b);
    return lp_graph_linear(b->graph, l->activation, x, weight, bias);
}

/* ---- conv: y = f(x * w + b) ---- */

static int conv_shape(lp_layer *l, lp_error *e) {
    return window_shape(l, l->units, false, e);
}

static void conv_params(const lp_layer *l, const char *prefix, lp_param row[LP_LAYER_PARAMS]) {
    row[LP_WEIGHT] = lp_param_of(prefix, "weight", 4,
                                 (size_t[]){l->units, l->in.channels, l->kernel, l->kernel});
    if (l->bias > 0)
        row[LP_BIAS] = lp_param_of(prefix, "bias", 1, &l->bias);
}

static int conv_graph(const lp_layer *l, const lp_build *b, int x) {
    const lp_window w = window_of(l);
    int weight = leaf(l, LP_WEIGHT, b), bias = leaf(l, LP_BIAS, b);
    if (bias >= 0 && l->bias != l->units)
        bias = lp_graph_expand(b->graph, bias, 1, l->units);
    return lp_graph_conv(b->graph, l->activation, &w, x, weight, bias);
}

/* ---- max-pool, avg-pool ---- */

static int pool_shape(lp_layer *l, lp_error *e) {
    return window_shape(l, l->in.channels, true, e);
}

static int pool_graph(const lp_layer *l, const lp_build *b, int x) {
    const lp_window w = window_of(l);
    lp_op op = l->kind == LP_LAYER_MAX_POOL ? LP_OP_MAX_POOL : LP_OP_AVERAGE_POOL;
    return activate(l, b, lp_graph_apply_window(b->graph, op, &w, x, -1, -1));
}

/* ---- flatten: feature maps as plain numbers, channel by channel, row by row ---- */

static int flatten_shape(lp_layer *l, lp_error *e) {
    (void)e;
    l->out = (lp_volume){.channels = lp_volume_size(l->in)};
    return 0;
}

static int flatten_graph(const lp_layer *l, const lp_build *b, int x) {
    return activate(l, b, x);
}

/* ---- dropout ---- */

static int dropout_shape(lp_layer *l, lp_error *e) {
    (void)e;
    l->out = l->in;
    return 0;
}

static int dropout_graph(const lp_layer *l, const lp_build *b, int x) {
    int node = lp_graph_apply(b->graph, LP_OP_DROPOUT, x);
    lp_graph_set_dropout(b->graph, node, l->rate, b->seed, b->layer);
    return activate(l, b, node);
}

/* ---- batch-norm ---- */

static int batch_norm_shape(lp_layer *l, lp_error *e) {
    (void)e;
    l->out = l->in;
    return 0;
}

static void batch_norm_params(const lp_layer *l, const char *prefix,
                              lp_param row[LP_LAYER_PARAMS]) {
    static const char *const names[] = {"weight", "bias", "running_mean", "running_var"};
    for (int i = 0; i < LP_LAYER_PARAMS; i++) {
        row[i] = lp_param_of(prefix, names[i], 1, &l->in.channels);
        row[i].frozen = i == LP_RUNNING_MEAN || i == LP_RUNNING_VAR;
    }
}

static int batch_norm_graph(const lp_layer *l, const lp_build *b, int x) {
    lp_window w = {.channels = l->in.channels, .height = l->in.height, .width = l->in.width};
    if (lp_volume_is_flat(l->in))
        w.height = w.width = 1;
    int weight = leaf(l, LP_WEIGHT, b), bias = leaf(l, LP_BIAS, b);
    int node = lp_graph_apply_window(b->graph, LP_OP_BATCH_NORM, &w, x, weight, bias);
    lp_graph_set_running(b->graph, node, value_of(l, LP_RUNNING_MEAN, b),
                         value_of(l, LP_RUNNING_VAR, b));
    return activate(l, b, node);
}

/* ---- the table ---- */

#define FUNCTIONS(kind) .shape = kind##_shape, .graph = kind##_graph
#define ROW(NAME, text, ...) [LP_LAYER_##NAME] = {.name = text, __VA_ARGS__},
const lp_layer_row lp_layers[LP_LAYER_COUNT] = {LP_LAYER_KINDS(ROW)};
