#include "learn/feature_maps.h"

#include "data/features.h"
#include "learn/predict.h"

#include <inttypes.h>
#include <string.h>

typedef struct {
    const lp_model *model;
    const char *x_name;
    lp_tensor x; /* one row */
    lp_arena *memory;
    lp_feature_maps *maps;
    size_t count;
} maker;

static double *values_of(maker *m, const lp_tensor *t) {
    double *value = lp_arena_alloc(m->memory, t->count, sizeof *value);
    for (size_t i = 0; i < t->count; i++)
        value[i] = lp_tensor_at(t, i);
    return value;
}

/* The picture; channels that are no colours are maps of their own. */
static void add_picture(maker *m, size_t row) {
    const lp_volume in = m->model->net.layer[0].in;
    bool together = in.channels == 1 || in.channels == 3;
    char name[80];
    snprintf(name, sizeof name, "%.50s, row %zu", m->x_name, row);
    double *value = values_of(m, &m->x);
    for (size_t i = 0; i < m->x.count && !together; i++)
        value[i % in.channels * in.height * in.width + i / in.channels] = lp_tensor_at(&m->x, i);
    m->maps[m->count++] = (lp_feature_maps){.name = lp_arena_strdup(m->memory, name),
                                            .count = together ? 1 : in.channels,
                                            .height = in.height,
                                            .width = in.width,
                                            .channels = together ? in.channels : 1,
                                            .value = value};
}

/* The output of layer l is that of a network which ends with it. */
static int add_layer(maker *m, size_t l, lp_error *e) {
    const lp_layer *layer = &m->model->net.layer[l];
    LP_CLEANUP(lp_tensor_free) lp_tensor scores = {0};
    lp_model part = *m->model;
    char name[80];
    if (lp_volume_is_flat(layer->out) || layer->kind == LP_LAYER_DROPOUT)
        return 0;
    part.net.layers = l + 1;
    if (lp_model_scores(&part, &m->x, m->x_name, &scores, e))
        return -1;
    bool active = layer->activation != LP_ACTIVATION_IDENTITY;
    snprintf(name, sizeof name, "layer%zu: %s%s%s", l + 1, lp_layers[layer->kind].name,
             active ? ", " : "", active ? lp_activations[layer->activation].name : "");
    m->maps[m->count++] = (lp_feature_maps){.name = lp_arena_strdup(m->memory, name),
                                            .count = layer->out.channels,
                                            .height = layer->out.height,
                                            .width = layer->out.width,
                                            .channels = 1,
                                            .value = values_of(m, &scores)};
    return 0;
}

static int add_row(maker *m, const lp_tensor *x, int64_t row, lp_error *e) {
    size_t shape[LP_MAX_DIMS], bytes = lp_tensor_row_size(x) * x->type.size;
    if ((uint64_t)row >= lp_tensor_rows(x))
        return lp_fail(e, "%s has no row %" PRId64 " (it has %zu)", m->x_name, row,
                       lp_tensor_rows(x));
    memcpy(shape, x->shape, sizeof shape);
    shape[0] = 1;
    m->x = lp_tensor_over((char *)x->data + (size_t)row * bytes, x->type, x->ndim, shape);
    if (lp_features_check(&m->x, m->x_name, NULL, e) ||
        lp_model_check_rows(m->model, m->x_name, m->x.count, x->ndim - 1, x->shape + 1, e))
        return -1;
    add_picture(m, (size_t)row);
    for (size_t l = 0; l < m->model->net.layers; l++)
        if (add_layer(m, l, e))
            return -1;
    return 0;
}

lp_feature_maps *lp_feature_maps_of(lp_stream *s, const char *x_name, const lp_ints *row,
                                    lp_arena *memory, size_t *count, lp_error *e) {
    LP_CLEANUP(lp_model_free) lp_model model = {0};
    if (lp_model_read(&model, s, e))
        return NULL;
    if (model.is_perceptron || lp_volume_is_flat(model.net.layer[0].in)) {
        lp_fail(e, "the model does not take pictures, and makes no feature maps");
        return NULL;
    }
    maker m = {.model = &model, .x_name = lp_features_name(s, x_name), .memory = memory};
    LP_CLEANUP(lp_tensor_free) lp_tensor x = {0};
    if (lp_features_match(s, &model.schema, m.x_name, &x, NULL, e))
        return NULL;
    m.maps = lp_arena_alloc(memory, row->count * (model.net.layers + 1), sizeof *m.maps);
    for (size_t i = 0; i < row->count; i++)
        if (add_row(&m, &x, row->item[i], e))
            return NULL;
    *count = m.count;
    return m.maps;
}
