#include "net/network.h"

static int check_size(const lp_param *p, lp_error *e) {
    size_t count, bytes;
    return lp_shape_size(LP_F8, p->ndim, p->shape, &count, &bytes, e)
               ? lp_within(e, "the weights %s", p->name)
               : 0;
}

int lp_network_make(lp_network *net, lp_type type, lp_volume input, bool with_gradient,
                    lp_stream *s, lp_error *e) {
    LP_CLEANUP(lp_free)
    lp_param *table = lp_alloc(LP_LAYER_PARAMS * net->layers, sizeof *table);
    size_t count = 0;
    for (size_t l = 0; l < net->layers; l++) {
        lp_layer *layer = &net->layer[l];
        const lp_layer_row *kind = &lp_layers[layer->kind];
        lp_param row[LP_LAYER_PARAMS] = {0};
        char prefix[30];
        snprintf(prefix, sizeof prefix, "layer%zu", l + 1);
        layer->in = l > 0 ? net->layer[l - 1].out : input;
        if (kind->shape(layer, e))
            return lp_within(e, "%s, %s", prefix, kind->name);
        if (kind->params != NULL)
            kind->params(layer, prefix, row);
        for (int i = 0; i < LP_LAYER_PARAMS; i++) {
            layer->param[i] = row[i].ndim > 0 ? count : SIZE_MAX;
            if (row[i].ndim == 0)
                continue;
            table[count++] = row[i];
            if (check_size(&row[i], e))
                return -1;
        }
    }
    if (s != NULL && lp_params_check(table, count, s, e))
        return -1;
    net->params = lp_params_new(&net->memory, type, table, count, with_gradient);
    return 0;
}

size_t lp_bias_size(lp_bias bias, size_t units) {
    return bias == LP_BIAS_NONE ? 0 : bias == LP_BIAS_SCALAR ? 1 : units;
}

int lp_network_new(lp_network *net, lp_type type, lp_volume input, size_t layers,
                   const lp_layer *layer, lp_bias bias, bool with_gradient, lp_error *e) {
    *net = (lp_network){.layers = layers};
    net->layer = lp_arena_alloc(&net->memory, layers, sizeof *layer);
    for (size_t l = 0; l < layers; l++) {
        net->layer[l] = layer[l];
        net->layer[l].bias = lp_bias_size(bias, layer[l].units);
    }
    return lp_network_make(net, type, input, with_gradient, NULL, e);
}

lp_network lp_network_mlp(lp_type type, size_t layers, const size_t *width, lp_bias bias,
                          lp_activation hidden, lp_activation output, bool with_gradient) {
    lp_network net;
    lp_error never; /* dense layers take whatever the one before them gives */
    LP_CLEANUP(lp_free) lp_layer *layer = lp_alloc_zero(layers, sizeof *layer);
    for (size_t l = 0; l < layers; l++)
        layer[l] = (lp_layer){.kind = LP_LAYER_DENSE,
                              .units = width[l + 1],
                              .activation = l + 1 < layers ? hidden : output};
    lp_network_new(&net, type, (lp_volume){.channels = width[0]}, layers, layer, bias,
                   with_gradient, &never);
    return net;
}

void lp_network_free(lp_network *net) {
    lp_arena_free(&net->memory);
    *net = (lp_network){0};
}

size_t lp_network_inputs(const lp_network *net) {
    return lp_volume_size(net->layer[0].in);
}

size_t lp_network_outputs(const lp_network *net) {
    return lp_volume_size(net->layer[net->layers - 1].out);
}

bool lp_network_freeze(lp_network *net, size_t l) {
    bool any = false;
    for (int i = 0; i < LP_LAYER_PARAMS; i++) {
        size_t place = net->layer[l].param[i];
        if (place == SIZE_MAX)
            continue;
        net->params.table[place].frozen = any = true;
    }
    return any;
}

int lp_network_graph(const lp_network *net, lp_graph *g, int x, bool training, uint64_t seed) {
    lp_build build = {.graph = g, .params = &net->params, .training = training, .seed = seed};
    const lp_volume in = net->layer[0].in;
    const lp_window picture = {.channels = in.channels, .height = in.height, .width = in.width};
    lp_graph_set_training(g, training);
    if (!lp_volume_is_flat(in) && in.channels > 1)
        x = lp_graph_apply_window(g, LP_OP_CHANNELS_FIRST, &picture, x, -1, -1);
    for (size_t l = 0; l < net->layers; l++) {
        build.layer = (uint32_t)l;
        x = lp_layers[net->layer[l].kind].graph(&net->layer[l], &build, x);
    }
    return x;
}
