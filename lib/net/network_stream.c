/* Networks in and out of streams. */
#include "net/network.h"

#include <string.h>

typedef struct {
    char text[40];
} tensor_name;

/* layerN.WHAT of layer l, from 0. */
static tensor_name name_of(size_t l, const char *what) {
    tensor_name name;
    snprintf(name.text, sizeof name.text, "layer%zu.%s", l + 1, what);
    return name;
}

void lp_network_write(const lp_network *net, lp_stream *s) {
    lp_params_put(&net->params, s);
    for (size_t l = 0; l < net->layers; l++) {
        const lp_layer *layer = &net->layer[l];
        const lp_layer_row *kind = &lp_layers[layer->kind];
        if (layer->kind != LP_LAYER_DENSE)
            lp_stream_put_text(s, name_of(l, "kind").text, kind->name);
        if (kind->has_weights || layer->activation != LP_ACTIVATION_IDENTITY)
            lp_stream_put_text(s, name_of(l, "activation").text,
                               lp_activations[layer->activation].name);
    }
}

/* What the weights say of a layer: its units, and the type that the network gets. */
static int read_weights(lp_stream *s, size_t l, lp_layer *layer, lp_type *type, lp_error *e) {
    tensor_name name = name_of(l, "weight");
    char shape[200];
    lp_tensor w;
    if (!lp_stream_describe(s, name.text, &w))
        return lp_stream_get(s, name.text, e) == NULL ? -1 : 0;
    if (w.type.kind != 'f')
        return lp_fail(e, "%s is not of floating point", name.text);
    if (w.ndim != 2 || w.count == 0)
        return lp_fail(e, "%s has shape %s, expected (out, in)", name.text,
                       lp_shape_text(w.ndim, w.shape, shape));
    if (w.type.size == 8)
        *type = LP_F8;
    layer->units = w.shape[0];
    return 0;
}

static int read_bias(lp_stream *s, size_t l, lp_layer *layer, lp_error *e) {
    tensor_name name = name_of(l, "bias");
    lp_tensor b;
    if (!lp_stream_describe(s, name.text, &b))
        return 0;
    if (b.type.kind != 'f' || b.ndim != 1 || (b.count != 1 && b.count != layer->units))
        return lp_fail(e, "%s is not %zu floating-point numbers, or one", name.text, layer->units);
    layer->bias = b.count;
    return 0;
}

static int read_choice(lp_stream *s, size_t l, const char *what, const char *choices, int absent,
                       lp_error *e) {
    tensor_name name = name_of(l, what);
    return absent >= 0 && !lp_stream_has(s, name.text)
               ? absent
               : lp_stream_get_choice(s, name.text, choices, e);
}

static int read_layer(lp_stream *s, size_t l, lp_layer *layer, lp_type *type, lp_error *e) {
    int kind = read_choice(s, l, "kind", LP_LAYER_CHOICES, LP_LAYER_DENSE, e);
    if (kind < 0)
        return -1;
    *layer = (lp_layer){.kind = (lp_layer_kind)kind};
    bool has_weights = lp_layers[kind].has_weights;
    if (has_weights && (read_weights(s, l, layer, type, e) || read_bias(s, l, layer, e)))
        return -1;
    int activation = read_choice(s, l, "activation", LP_ACTIVATION_CHOICES,
                                 has_weights ? -1 : LP_ACTIVATION_IDENTITY, e);
    layer->activation = (lp_activation)activation;
    return activation < 0 ? -1 : 0;
}

/* What the first layer takes: pictures of model.input_shape, or as many numbers as it has weights.
 */
static int read_input(lp_stream *s, const lp_network *net, lp_volume *input, lp_error *e) {
    enum { MOST = 1 << 20 };
    lp_tensor w = {0};
    if (!lp_stream_has(s, "model.input_shape")) {
        if (net->layer[0].kind != LP_LAYER_DENSE)
            return lp_stream_get(s, "model.input_shape", e) == NULL ? -1 : 0;
        lp_stream_describe(s, "layer1.weight", &w);
        *input = (lp_volume){.channels = w.shape[1]};
        return 0;
    }
    const lp_tensor *t = lp_stream_get(s, "model.input_shape", e);
    if (t == NULL)
        return -1;
    size_t side[3] = {0, 0, 1}; /* height, width, channels */
    bool fits = lp_type_is_integer(t->type) && t->ndim == 1 && (t->count == 2 || t->count == 3);
    for (size_t i = 0; fits && i < t->count; i++) {
        double value = lp_tensor_at(t, i);
        fits = value >= 1 && value <= MOST;
        side[i] = fits ? (size_t)value : 0;
    }
    *input = (lp_volume){.channels = side[2], .height = side[0], .width = side[1]};
    return fits ? 0
                : lp_fail(e, "model.input_shape is not (height, width) or (height, width, "
                             "channels)");
}

int lp_network_read(lp_network *net, lp_stream *s, bool with_gradient, lp_error *e) {
    *net = (lp_network){0};
    while (lp_stream_has(s, name_of(net->layers, "weight").text) ||
           lp_stream_has(s, name_of(net->layers, "kind").text))
        net->layers++;
    if (net->layers == 0)
        return lp_stream_get(s, "layer1.weight", e) == NULL ? -1 : 0;
    net->layer = lp_arena_alloc(&net->memory, net->layers, sizeof *net->layer);
    lp_type type = LP_F4;
    lp_volume input;
    for (size_t l = 0; l < net->layers; l++)
        if (read_layer(s, l, &net->layer[l], &type, e))
            return -1;
    if (read_input(s, net, &input, e) || lp_network_make(net, type, input, with_gradient, e))
        return -1;
    return lp_params_take(&net->params, s, e);
}
