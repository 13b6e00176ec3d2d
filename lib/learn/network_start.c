#include "learn/network_start.h"

#include "data/names.h"

/* The layers of a network in the making. */
typedef struct {
    lp_layer *item;
    size_t count;
    bool is_flat; /* what the last one gives */
} layer_list;

/* Adds a layer; feature maps are flattened before the first dense one. */
static void add_layer(layer_list *list, lp_layer next) {
    if (next.kind == LP_LAYER_DENSE && !list->is_flat)
        list->item[list->count++] =
            (lp_layer){.kind = LP_LAYER_FLATTEN, .activation = LP_ACTIVATION_IDENTITY};
    list->is_flat = list->is_flat || next.kind == LP_LAYER_DENSE || next.kind == LP_LAYER_FLATTEN;
    list->item[list->count++] = next;
}

/* The layers that the options ask for, but for the last. */
static void list_layers(layer_list *list, const lp_train_network_options *o, int activation) {
    for (size_t i = 0; i < o->list.count; i++)
        add_layer(list, o->list.item[i]);
    for (size_t i = 0; i < o->hidden.count; i++)
        add_layer(list, (lp_layer){.kind = LP_LAYER_DENSE,
                                   .units = (size_t)o->hidden.item[i],
                                   .activation = (lp_activation)activation});
}

static int draw_weights(lp_network *net, const lp_train_network_options *o, lp_error *e) {
    size_t weights = lp_network_weights(net);
    if (o->init_scale.count > 1 && o->init_scale.count != weights)
        return lp_fail_usage(e,
                             "option --init-scale: %zu numbers for %zu layers (expected 1, or "
                             "one for each layer)",
                             o->init_scale.count, weights);
    lp_network_init(net, o->init, o->init_scale.item, o->init_scale.count, o->seed);
    return 0;
}

/* ---- with the weights of another network ---- */

static bool has_weights(const lp_layer *layer) {
    return lp_layers[layer->kind].weight_dims > 0;
}

/* The kind of bias that a network's first layer with weights has, but for the last layer the only
 * one that tells one number from one a unit. */
static lp_bias bias_of(const lp_network *from) {
    for (size_t l = 0; l < from->layers; l++) {
        const lp_layer *layer = &from->layer[l];
        if (has_weights(layer) && (layer->units > 1 || l + 1 == from->layers))
            return layer->bias == 0                       ? LP_BIAS_NONE
                   : layer->bias == 1 && layer->units > 1 ? LP_BIAS_SCALAR
                                                          : LP_BIAS_VECTOR;
    }
    return LP_BIAS_VECTOR;
}

/* The activation of its hidden layers, by the first that has weights. */
static int activation_of(const lp_network *from, int otherwise) {
    for (size_t l = 0; l + 1 < from->layers; l++)
        if (has_weights(&from->layer[l]))
            return (int)from->layer[l].activation;
    return otherwise;
}

/* Its layers but for the last, with the options' activation where that was given. */
static void copy_layers(layer_list *list, const lp_network *from,
                        const lp_train_network_options *o) {
    for (size_t l = 0; l + 1 < from->layers; l++) {
        lp_layer layer = from->layer[l];
        if (o->given.activation && has_weights(&layer))
            layer.activation = (lp_activation)o->activation;
        add_layer(list, layer);
    }
}

static int check_layers(const lp_network *from, const lp_network *net, lp_error *e) {
    if (from->layers != net->layers || from->params.count != net->params.count)
        return lp_fail(e, "%zu layers with %zu arrays of parameters, the network has %zu with %zu",
                       from->layers, from->params.count, net->layers, net->params.count);
    for (size_t l = 0; l < net->layers; l++) {
        const lp_layer *a = &from->layer[l], *b = &net->layer[l];
        if (a->kind != b->kind)
            return lp_fail(e, "layer%zu is %s, the network has %s there", l + 1,
                           lp_layers[a->kind].name, lp_layers[b->kind].name);
        if (a->kernel != b->kernel || a->stride != b->stride || a->padding != b->padding ||
            a->rate != b->rate)
            return lp_fail(e, "layer%zu, %s, has another geometry or rate", l + 1,
                           lp_layers[a->kind].name);
        if (a->activation != b->activation)
            return lp_fail(e, "layer%zu has the activation %s, the network %s", l + 1,
                           lp_activations[a->activation].name, lp_activations[b->activation].name);
    }
    return 0;
}

static void copy_biases(lp_network *net, const lp_network *from) {
    for (size_t l = 0; l < net->layers && l < from->layers; l++) {
        lp_layer *layer = &net->layer[l];
        const lp_layer *other = &from->layer[l];
        layer->bias = other->bias == other->units ? layer->units : other->bias;
    }
}

/* ---- both ---- */

/* The layers, all parameters 0. `from` is the other network, NULL for none. */
static int make_layers(lp_network *net, const lp_train_network_options *o, lp_volume input,
                       size_t outputs, const lp_network *from, lp_error *e) {
    bool is_copy = from != NULL && o->list.count + o->hidden.count == 0;
    size_t most = o->list.count + o->hidden.count + 2 + (is_copy ? from->layers : 0);
    layer_list list = {.item = lp_arena_alloc(&net->memory, most, sizeof(lp_layer)),
                       .is_flat = lp_volume_is_flat(input)};
    int activation = o->activation, output_activation = o->output_activation;
    lp_bias bias = o->bias;
    if (from != NULL && !o->given.activation)
        activation = activation_of(from, activation);
    if (from != NULL && !o->given.output_activation && o->loss == LP_LOSS_MSE)
        output_activation = (int)from->layer[from->layers - 1].activation;
    if (from != NULL && !o->given.bias)
        bias = bias_of(from);
    if (is_copy)
        copy_layers(&list, from, o);
    else
        list_layers(&list, o, activation);
    add_layer(&list, (lp_layer){.kind = LP_LAYER_DENSE,
                                .units = outputs,
                                .activation = (lp_activation)output_activation});
    net->layers = list.count;
    net->layer = list.item;
    for (size_t l = 0; l < net->layers; l++)
        net->layer[l].bias = lp_bias_size(bias, net->layer[l].units);
    if (is_copy && !o->given.bias)
        copy_biases(net, from);
    return lp_network_make(net, o->dtype == 0 ? LP_F4 : LP_F8, input, true, NULL, e);
}

int lp_network_start(lp_network *net, const lp_train_network_options *o, lp_volume input,
                     size_t outputs, lp_stream *s, lp_error *e) {
    LP_CLEANUP(lp_network_free) lp_network from = {0};
    *net = (lp_network){0};
    if (s != NULL && lp_network_read(&from, s, false, e))
        return lp_within(e, "reading the weights to start from");
    if (make_layers(net, o, input, outputs, s != NULL ? &from : NULL, e))
        return lp_within(e, "the network for the data");
    if (s == NULL)
        return draw_weights(net, o, e);
    return check_layers(&from, net, e) || lp_params_take(&net->params, s, e)
               ? lp_within(e, "the weights to start from do not fit")
               : 0;
}

static int check_order(const char *what, const lp_tensor *model, const lp_tensor *data,
                       lp_error *e) {
    LP_CLEANUP(lp_names_free) lp_names there = {0};
    LP_CLEANUP(lp_names_free) lp_names here = {0};
    size_t moved = SIZE_MAX, to = 0, place;
    if (model->data == NULL || data->data == NULL || lp_names_are_same(model, data))
        return 0;
    if (lp_names_read(&there, model, what, e) || lp_names_read(&here, data, what, e))
        return -1;
    if (here.count != there.count)
        return 0;
    for (size_t i = 0; i < here.count; i++) {
        if (!lp_names_find(&there, here.item[i], &place))
            return 0;
        if (place != i && moved == SIZE_MAX)
            moved = i, to = place;
    }
    if (moved == SIZE_MAX)
        return 0;
    return lp_fail(e,
                   "the weights to start from have the %s in another order: %s is number %zu, "
                   "here %zu (labpipe from-csv --like reads the data in theirs)",
                   what, here.item[moved], to + 1, moved + 1);
}

int lp_network_check_start(const lp_schema *data, lp_stream *from, lp_error *e) {
    LP_CLEANUP(lp_schema_free) lp_schema model = {0};
    return lp_schema_of_model(&model, from, true, e) ||
                   check_order("columns", &model.features, &data->features, e) ||
                   check_order("classes", &model.classes, &data->classes, e)
               ? -1
               : 0;
}
