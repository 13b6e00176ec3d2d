/* The layers that a network is made of, with PyTorch's names and definitions: one row of
 * LP_LAYER_KINDS each, which everything else reads.
 *
 * A new kind is a row here and its functions in layer.c. */
#ifndef LP_NET_LAYER_H
#define LP_NET_LAYER_H

#include "autodiff/graph.h"
#include "base/error.h"
#include "net/params.h"

// clang-format off
#define LP_LAYER_KINDS(ROW)                                                    \
    ROW(DENSE,   "dense",   .params = dense_params, .graph = dense_graph,      \
                            .shape = dense_shape, .has_weights = true)         \
    ROW(FLATTEN, "flatten", .shape = flatten_shape)
// clang-format on

#define LP_LAYER_CHOICES LP_CHOICES(LP_LAYER_KINDS)

#define LP_AS_LAYER(NAME, ...) LP_LAYER_##NAME,
typedef enum { LP_LAYER_KINDS(LP_AS_LAYER) LP_LAYER_COUNT } lp_layer_kind;

/* What flows from layer to layer, for each row of a batch: feature maps (channels, height, width),
 * or plain numbers, as many as `channels`; height and width are 0 then. */
typedef struct {
    size_t channels, height, width;
} lp_volume;

static inline bool lp_volume_is_flat(lp_volume m) {
    return m.height == 0;
}

/* How many numbers they are. */
static inline size_t lp_volume_size(lp_volume m) {
    return lp_volume_is_flat(m) ? m.channels : m.channels * m.height * m.width;
}

/* A layer's parameters. */
typedef enum { LP_WEIGHT, LP_BIAS, LP_LAYER_PARAMS } lp_layer_param;

typedef struct {
    lp_layer_kind kind;
    size_t units;             /* outputs of a dense layer */
    size_t bias;              /* how many numbers it has: none, one, or one a unit */
    lp_activation activation; /* of the output */
    lp_volume in, out;
    size_t param[LP_LAYER_PARAMS]; /* places in the network's params.table, SIZE_MAX for none */
} lp_layer;

/* A network's graph in the making. */
typedef struct {
    lp_graph *graph;
    const lp_params *params;
    bool training; /* else all parameters are constants, and nothing is drawn or counted */
} lp_build;

typedef struct {
    const char *name;
    bool has_weights; /* drawn at the start */
    /* Sets out from in; -1 and e where the layer cannot take it. */
    int (*shape)(lp_layer *l, lp_error *e);
    /* Puts the layer's parameters into row[], by lp_layer_param, without their places; the rest has
     * no dimensions. NULL: none. */
    void (*params)(const lp_layer *l, const char *prefix, lp_param row[LP_LAYER_PARAMS]);
    /* Appends the layer to a graph, from node x on; returns its output's node. NULL: its input is
     * its output. */
    int (*graph)(const lp_layer *l, const lp_build *b, int x);
} lp_layer_row;

/* The table, indexed by lp_layer_kind. */
extern const lp_layer_row lp_layers[LP_LAYER_COUNT];

#endif
