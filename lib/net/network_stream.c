/* Networks in and out of streams. */
#include "net/network.h"

#include <string.h>

enum { MOST = 1 << 20 }; /* of a window's or a picture's sides */

typedef struct {
    char text[40];
} tensor_name;

/* layerN.WHAT of layer l, from 0. */
static tensor_name name_of(size_t l, const char *what) {
    tensor_name name;
    snprintf(name.text, sizeof name.text, "layer%zu.%s", l + 1, what);
    return name;
}

static void put_count(lp_stream *s, const char *name, size_t count) {
    lp_tensor t = lp_tensor_zeros(LP_I8, 0, NULL);
    *(int64_t *)t.data = (int64_t)count;
    lp_stream_put(s, name, &t);
}

void lp_layer_put(const lp_layer *layer, size_t l, lp_stream *s) {
    const lp_layer_row *kind = &lp_layers[layer->kind];
    if (layer->kind != LP_LAYER_DENSE)
        lp_stream_put_text(s, name_of(l, "kind").text, kind->name);
    if (kind->has_window && kind->weight_dims == 0)
        put_count(s, name_of(l, "kernel_size").text, layer->kernel);
    if (kind->has_window) {
        put_count(s, name_of(l, "stride").text, layer->stride);
        put_count(s, name_of(l, "padding").text, layer->padding);
    }
    if (kind->has_rate)
        lp_stream_put_number(s, name_of(l, "p").text, layer->rate);
    if (kind->weight_dims > 0 || layer->activation != LP_ACTIVATION_IDENTITY)
        lp_stream_put_text(s, name_of(l, "activation").text,
                           lp_activations[layer->activation].name);
}

static void write_input(const lp_network *net, lp_stream *s) {
    const lp_volume in = net->layer[0].in;
    if (lp_volume_is_flat(in))
        return;
    lp_tensor t = lp_tensor_vector(LP_I8, in.channels == 1 ? 2 : 3);
    const size_t side[] = {in.height, in.width, in.channels};
    for (size_t i = 0; i < t.count; i++)
        ((int64_t *)t.data)[i] = (int64_t)side[i];
    lp_stream_put(s, "model.input_shape", &t);
}

void lp_network_write(const lp_network *net, lp_stream *s) {
    lp_params_put(&net->params, s);
    for (size_t l = 0; l < net->layers; l++)
        lp_layer_put(&net->layer[l], l, s);
    write_input(net, s);
}

/* What the weights say of a layer: its units and kernel, and the type that the network gets. */
static int read_weights(lp_stream *s, size_t l, lp_layer *layer, lp_type *type, lp_error *e) {
    tensor_name name = name_of(l, "weight");
    int dims = lp_layers[layer->kind].weight_dims;
    char shape[200];
    lp_tensor w;
    if (!lp_stream_describe(s, name.text, &w))
        return lp_stream_get(s, name.text, e) == NULL ? -1 : 0;
    if (w.type.kind != 'f')
        return lp_fail(e, "%s is not of floating point", name.text);
    if (w.ndim != dims || w.count == 0)
        return lp_fail(e, "%s has shape %s, expected (out, in%s)", name.text,
                       lp_shape_text(w.ndim, w.shape, shape), dims == 4 ? ", height, width" : "");
    if (w.type.size == 8)
        *type = LP_F8;
    layer->units = w.shape[0];
    layer->kernel = dims == 4 ? w.shape[2] : 0;
    return 0;
}

/* A single number NAME from `from` to `to`. */
static int read_number(lp_stream *s, size_t l, const char *what, double from, double to,
                       double *value, lp_error *e) {
    tensor_name name = name_of(l, what);
    const lp_tensor *t = lp_stream_get(s, name.text, e);
    if (t == NULL)
        return -1;
    *value = lp_type_is_number(t->type) && t->count == 1 ? lp_tensor_at(t, 0) : -1;
    if (*value >= from && *value <= to)
        return 0;
    return lp_fail(e, "%s is not a number from %g to %g", name.text, from, to);
}

static int read_size(lp_stream *s, size_t l, const char *what, size_t from, size_t *size,
                     lp_error *e) {
    double value;
    if (read_number(s, l, what, (double)from, MOST, &value, e))
        return -1;
    *size = (size_t)value;
    return (double)*size == value ? 0
                                  : lp_fail(e, "%s is not a whole number", name_of(l, what).text);
}

static int read_geometry(lp_stream *s, size_t l, lp_layer *layer, lp_error *e) {
    const lp_layer_row *kind = &lp_layers[layer->kind];
    if (kind->has_window &&
        ((layer->kernel == 0 && read_size(s, l, "kernel_size", 1, &layer->kernel, e)) ||
         read_size(s, l, "stride", 1, &layer->stride, e) ||
         read_size(s, l, "padding", 0, &layer->padding, e)))
        return -1;
    return kind->has_rate ? read_number(s, l, "p", 0, 1, &layer->rate, e) : 0;
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
    bool has_weights = lp_layers[kind].weight_dims > 0;
    if (has_weights && (read_weights(s, l, layer, type, e) || read_bias(s, l, layer, e)))
        return -1;
    if (read_geometry(s, l, layer, e))
        return -1;
    int activation = read_choice(s, l, "activation", LP_ACTIVATION_CHOICES,
                                 has_weights ? -1 : LP_ACTIVATION_IDENTITY, e);
    layer->activation = (lp_activation)activation;
    return activation < 0 ? -1 : 0;
}

int lp_volume_read(lp_stream *s, const char *name, lp_volume *v, lp_error *e) {
    const lp_tensor *t = lp_stream_get(s, name, e);
    if (t == NULL)
        return -1;
    size_t side[3] = {0, 0, 1}; /* height, width, channels */
    bool fits = lp_type_is_integer(t->type) && t->ndim == 1 && (t->count == 2 || t->count == 3);
    for (size_t i = 0; fits && i < t->count; i++) {
        double value = lp_tensor_at(t, i);
        fits = value >= 1 && value <= MOST;
        side[i] = fits ? (size_t)value : 0;
    }
    *v = (lp_volume){.channels = side[2], .height = side[0], .width = side[1]};
    size_t size;
    if (fits && lp_multiply(side[0], side[1], &size) && lp_multiply(size, side[2], &size))
        return 0;
    return lp_fail(e, "%s is not (height, width) or (height, width, channels)", name);
}

/* What the first layer takes: pictures of model.input_shape, or as many numbers as it has weights.
 */
static int read_input(lp_stream *s, const lp_network *net, lp_volume *input, lp_error *e) {
    lp_tensor w = {0};
    if (lp_stream_has(s, "model.input_shape") || net->layer[0].kind != LP_LAYER_DENSE)
        return lp_volume_read(s, "model.input_shape", input, e);
    lp_stream_describe(s, "layer1.weight", &w);
    *input = (lp_volume){.channels = w.shape[1]};
    return 0;
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
    if (read_input(s, net, &input, e) || lp_network_make(net, type, input, with_gradient, s, e))
        return -1;
    return lp_params_take(&net->params, s, e);
}
