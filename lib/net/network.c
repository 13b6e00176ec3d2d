#include "net/network.h"

#include "num/rng.h"

#include <math.h>

/* ---- making one ---- */

/* The parameters of layers whose `bias` is SIZE_MAX for none and else the bias's width. */
static void make_params(lp_network *m, lp_type type, bool with_gradient) {
    LP_CLEANUP(lp_free) lp_param *table = lp_alloc(2 * m->layers, sizeof *table);
    size_t count = 0;
    for (size_t l = 0; l < m->layers; l++) {
        lp_layer *layer = &m->layer[l];
        table[count] = (lp_param){.ndim = 2, .rows = layer->out, .cols = layer->in};
        snprintf(table[count].name, sizeof table->name, "layer%zu.weight", l + 1);
        layer->weight = count++;
        if (l + 1 < m->layers && layer->out > m->widest)
            m->widest = layer->out;
        if (layer->bias == SIZE_MAX)
            continue;
        table[count] = (lp_param){.ndim = 1, .rows = 1, .cols = layer->bias};
        snprintf(table[count].name, sizeof table->name, "layer%zu.bias", l + 1);
        layer->bias = count++;
    }
    m->params = lp_params_new(&m->memory, type, table, count, with_gradient);
}

lp_network lp_network_new(lp_type type, size_t layers, const size_t *width, lp_bias bias,
                          lp_activation hidden, lp_activation output, bool with_gradient) {
    lp_network m = {.layers = layers};
    m.layer = lp_arena_alloc(&m.memory, layers, sizeof *m.layer);
    for (size_t l = 0; l < layers; l++)
        m.layer[l] = (lp_layer){.in = width[l],
                                .out = width[l + 1],
                                .activation = l + 1 < layers ? hidden : output,
                                .bias = bias == LP_BIAS_NONE     ? SIZE_MAX
                                        : bias == LP_BIAS_SCALAR ? 1
                                                                 : width[l + 1]};
    make_params(&m, type, with_gradient);
    return m;
}

void lp_network_free(lp_network *m) {
    lp_arena_free(&m->memory);
    *m = (lp_network){0};
}

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

void lp_network_init(lp_network *m, lp_init init, const double *scale, size_t scales,
                     uint64_t seed) {
    for (size_t l = 0; l < m->layers; l++) {
        const lp_layer *layer = &m->layer[l];
        distribution d = distribution_of(init, (double)layer->in, (double)layer->out);
        double factor = scales == 0 ? 1 : scale[scales == 1 ? 0 : l];
        lp_rng rng = lp_rng_new(seed, LP_RNG_INIT, (uint32_t)l);
        draw(&m->params, layer->weight, d, factor, &rng);
        if (layer->bias != SIZE_MAX && init == LP_INIT_PYTORCH)
            draw(&m->params, layer->bias, d, factor, &rng);
    }
}

/* ---- running it ---- */

/* Parameter `place` as a leaf; -1 where the layer has none. */
static int leaf(const lp_params *p, size_t place, lp_graph *g) {
    if (place == SIZE_MAX)
        return -1;
    const lp_param *row = &p->table[place];
    bool fixed = row->frozen || p->gradient == NULL;
    return lp_graph_parameter(g, row->rows, row->cols, lp_params_at(p, place, p->value),
                              fixed ? NULL : lp_params_at(p, place, p->gradient));
}

int lp_network_graph(const lp_network *m, lp_graph *g, int x) {
    for (size_t l = 0; l < m->layers; l++) {
        const lp_layer *layer = &m->layer[l];
        int w = leaf(&m->params, layer->weight, g), b = leaf(&m->params, layer->bias, g);
        x = lp_graph_linear(g, layer->activation, x, w, b);
    }
    return x;
}

size_t lp_network_work(const lp_network *m, size_t rows) {
    return 2 * rows * m->widest;
}

void lp_network_output(const lp_network *m, size_t rows, const void *x, void *work, void *out) {
    const lp_params *p = &m->params;
    const lp_kernels *num = lp_kernels_of(p->type);
    char *room[2] = {work, (char *)work + rows * m->widest * p->type.size};
    for (size_t l = 0; l < m->layers; l++) {
        const lp_layer *layer = &m->layer[l];
        void *y = l + 1 == m->layers ? out : room[l % 2];
        num->gemm(LP_NT, rows, layer->out, layer->in, x, lp_params_at(p, layer->weight, p->value),
                  y, false);
        bool has_bias = layer->bias != SIZE_MAX;
        if (has_bias || layer->activation != LP_ACTIVATION_IDENTITY)
            num->bias_unary(lp_activations[layer->activation].unary, rows, layer->out,
                            has_bias ? lp_params_at(p, layer->bias, p->value) : NULL,
                            has_bias ? p->table[layer->bias].cols : 0, y);
        x = y;
    }
}

/* ---- in a stream ---- */

void lp_network_write(const lp_network *m, lp_stream *s) {
    lp_params_put(&m->params, s);
    for (size_t l = 0; l < m->layers; l++) {
        char name[40];
        snprintf(name, sizeof name, "layer%zu.activation", l + 1);
        lp_stream_put_text(s, name, lp_activations[m->layer[l].activation].name);
    }
}

/* Shapes and activation of layer l, as the stream has them. */
static int read_layer(lp_stream *s, size_t l, size_t in, lp_layer *layer, lp_type *type,
                      lp_error *e) {
    char name[40], shape[200];
    lp_tensor w, b;
    snprintf(name, sizeof name, "layer%zu.weight", l + 1);
    lp_stream_describe(s, name, &w);
    if (w.type.kind != 'f')
        return lp_fail(e, "%s is not of floating point", name);
    if (w.ndim != 2 || w.count == 0)
        return lp_fail(e, "%s has shape %s, expected (out, in)", name,
                       lp_shape_text(w.ndim, w.shape, shape));
    if (in != 0 && w.shape[1] != in)
        return lp_fail(e, "%s has %zu columns, but layer%zu has %zu outputs", name, w.shape[1], l,
                       in);
    if (w.type.size == 8)
        *type = LP_F8;
    *layer = (lp_layer){.in = w.shape[1], .out = w.shape[0], .bias = SIZE_MAX};
    snprintf(name, sizeof name, "layer%zu.bias", l + 1);
    if (lp_stream_describe(s, name, &b)) {
        if (b.type.kind != 'f' || b.ndim != 1 || (b.count != 1 && b.count != layer->out))
            return lp_fail(e, "%s is not %zu floating-point numbers, or one", name, layer->out);
        layer->bias = b.count;
    }
    snprintf(name, sizeof name, "layer%zu.activation", l + 1);
    int activation = lp_stream_get_choice(s, name, LP_ACTIVATION_CHOICES, e);
    layer->activation = (lp_activation)activation;
    return activation < 0 ? -1 : 0;
}

int lp_network_read(lp_network *m, lp_stream *s, bool with_gradient, lp_error *e) {
    *m = (lp_network){0};
    char name[40];
    do
        snprintf(name, sizeof name, "layer%zu.weight", ++m->layers);
    while (lp_stream_has(s, name));
    if (--m->layers == 0)
        return lp_stream_get(s, "layer1.weight", e) == NULL ? -1 : 0;
    m->layer = lp_arena_alloc(&m->memory, m->layers, sizeof *m->layer);
    lp_type type = LP_F4;
    for (size_t l = 0; l < m->layers; l++)
        if (read_layer(s, l, l > 0 ? m->layer[l - 1].out : 0, &m->layer[l], &type, e))
            return -1;
    make_params(m, type, with_gradient);
    return lp_params_take(&m->params, s, e);
}
