#include "net/layer.h"

/* ---- parameters in a graph ---- */

/* A layer's parameter as a leaf; -1 where it has none. */
static int leaf(const lp_layer *l, lp_layer_param which, const lp_build *b) {
    size_t place = l->param[which];
    if (place == SIZE_MAX)
        return -1;
    const lp_params *p = b->params;
    const lp_param *row = &p->table[place];
    bool learns = b->training && p->gradient != NULL && !row->frozen;
    return lp_graph_parameter(b->graph, row->rows, row->cols, lp_params_at(p, place, p->value),
                              learns ? lp_params_at(p, place, p->gradient) : NULL);
}

/* ---- dense: y = f(x wᵀ + b) ---- */

static int dense_shape(lp_layer *l, lp_error *e) {
    if (!lp_volume_is_flat(l->in))
        return lp_fail(e,
                       "it takes plain numbers, not feature maps of %zu x %zu (put flatten "
                       "before it)",
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

/* ---- flatten: the numbers of feature maps, channel by channel, row by row ---- */

static int flatten_shape(lp_layer *l, lp_error *e) {
    (void)e;
    l->out = (lp_volume){.channels = lp_volume_size(l->in)};
    return 0;
}

/* ---- the table ---- */

#define ROW(NAME, text, ...) [LP_LAYER_##NAME] = {.name = text, __VA_ARGS__},
const lp_layer_row lp_layers[LP_LAYER_COUNT] = {LP_LAYER_KINDS(ROW)};
