/* The weights that a network starts from. */
#include "net/network.h"
#include "num/rng.h"

#include <math.h>

typedef struct {
    bool is_normal;
    double low, width; /* uniform in low .. low + width; or the normal deviation `width` */
} distribution;

static distribution uniform(double low, double high) {
    return (distribution){false, low, high - low};
}

static distribution symmetric(double bound) {
    return uniform(-bound, bound);
}

static distribution normal(double deviation) {
    return (distribution){true, 0, deviation};
}

static distribution distribution_of(lp_init init, double in, double out) {
#define CASE(NAME, name, distribution)                                                             \
    case LP_INIT_##NAME:                                                                           \
        return distribution;
    switch (init) {
        LP_INITS(CASE)
    case LP_INIT_COUNT:
        break;
    }
    return uniform(0, 1);
}

static void draw(lp_params *params, size_t place, distribution d, double factor, lp_rng *rng) {
    const lp_param *p = &params->table[place];
    void *block = lp_params_at(params, place, params->value);
    for (size_t i = 0; i < p->rows * p->cols; i++) {
        double value = factor * (d.is_normal ? d.width * lp_rng_normal(rng)
                                             : d.low + d.width * lp_rng_uniform(rng));
        if (params->type.size == 4)
            ((float *)block)[i] = (float)value;
        else
            ((double *)block)[i] = value;
    }
}

static void fill(lp_params *params, size_t place, double value) {
    const lp_param *p = &params->table[place];
    lp_kernels_of(params->type)
        ->fill(p->rows * p->cols, value, lp_params_at(params, place, params->value));
}

size_t lp_network_weights(const lp_network *net) {
    size_t count = 0;
    for (size_t l = 0; l < net->layers; l++)
        count += lp_layers[net->layer[l].kind].weight_dims > 0;
    return count;
}

void lp_network_init(lp_network *net, lp_init init, const double *scale, size_t scales,
                     uint64_t seed) {
    for (size_t l = 0, drawn = 0; l < net->layers; l++) {
        const lp_layer *layer = &net->layer[l];
        if (layer->kind == LP_LAYER_BATCH_NORM) {
            fill(&net->params, layer->param[LP_WEIGHT], 1);
            fill(&net->params, layer->param[LP_RUNNING_VAR], 1);
        }
        if (lp_layers[layer->kind].weight_dims == 0)
            continue;
        const lp_param *w = &net->params.table[layer->param[LP_WEIGHT]];
        /* A weight (out, in, height, width) is used by each of its places in turn. */
        double in = (double)w->cols, out = in / (double)w->shape[1] * (double)w->rows;
        distribution d = distribution_of(init, in, out);
        double factor = scales == 0 ? 1 : scale[scales == 1 ? 0 : drawn];
        lp_rng rng = lp_rng_new(seed, LP_RNG_INIT, (uint32_t)drawn++);
        draw(&net->params, layer->param[LP_WEIGHT], d, factor, &rng);
        if (layer->param[LP_BIAS] != SIZE_MAX && init == LP_INIT_PYTORCH)
            draw(&net->params, layer->param[LP_BIAS], d, factor, &rng);
    }
}
