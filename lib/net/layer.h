/* The layers that a network is made of, with PyTorch's names and definitions: one row of
 * LP_LAYER_KINDS each, which everything else reads.
 *
 * A new kind is a row here and its functions in layer.c. */
#ifndef LP_NET_LAYER_H
#define LP_NET_LAYER_H

#include "autodiff/graph.h"
#include "base/error.h"
#include "net/params.h"
#include "num/window.h"

// clang-format off
#define LP_LAYER_KINDS(ROW)                                                                       \
    /* nn.Linear, nn.Conv2d, nn.MaxPool2d, nn.AvgPool2d */                                        \
    ROW(DENSE,      "dense",      .fields = "dense:UNITS",                                        \
        .required = 1, .allowed = 1, .weight_dims = 2, FUNCTIONS(dense), .params = dense_params)  \
    ROW(CONV,       "conv",       .fields = "conv:CHANNELS:KERNEL[:STRIDE[:PADDING]]",            \
        .required = 2, .allowed = 4, .weight_dims = 4, .has_window = true, FUNCTIONS(conv),       \
        .params = conv_params)                                                                    \
    ROW(MAX_POOL,   "max-pool",   .fields = "max-pool:SIZE[:STRIDE[:PADDING]]",                   \
        .required = 1, .allowed = 3, .has_window = true, FUNCTIONS(pool))                         \
    ROW(AVG_POOL,   "avg-pool",   .fields = "avg-pool:SIZE[:STRIDE[:PADDING]]",                   \
        .required = 1, .allowed = 3, .has_window = true, FUNCTIONS(pool))                         \
    /* nn.Flatten, nn.Dropout, nn.BatchNorm2d and 1d */                                           \
    ROW(FLATTEN,    "flatten",    .fields = "flatten", FUNCTIONS(flatten))                        \
    ROW(DROPOUT,    "dropout",    .fields = "dropout:P", .has_rate = true, FUNCTIONS(dropout))    \
    ROW(BATCH_NORM, "batch-norm", .fields = "batch-norm", FUNCTIONS(batch_norm),                  \
        .params = batch_norm_params)
// clang-format on

#define LP_LAYER_CHOICES LP_CHOICES(LP_LAYER_KINDS)

#define LP_AS_LAYER(NAME, ...) LP_LAYER_##NAME,
typedef enum { LP_LAYER_KINDS(LP_AS_LAYER) LP_LAYER_COUNT } lp_layer_kind;

/* What flows from layer to layer, for each row of a batch: feature maps (channels, height, width),
 * or plain numbers, as many as `channels`; height and width are 0 then. */
typedef struct {
    size_t channels, height, width;
} lp_volume;

static inline bool lp_volume_is_flat(lp_volume v) {
    return v.height == 0;
}

/* How many numbers they are. */
static inline size_t lp_volume_size(lp_volume v) {
    return lp_volume_is_flat(v) ? v.channels : v.channels * v.height * v.width;
}

/* A layer's parameters; the last two are batch normalisation's running statistics, which training
 * moves, but no gradient. */
typedef enum {
    LP_WEIGHT,
    LP_BIAS,
    LP_RUNNING_MEAN,
    LP_RUNNING_VAR,
    LP_LAYER_PARAMS
} lp_layer_param;

typedef struct {
    lp_layer_kind kind;
    size_t units;                   /* dense: outputs; conv: channels of the output */
    size_t kernel, stride, padding; /* conv and pools: of a square window */
    double rate;                    /* dropout: the share that is dropped */
    size_t bias;                    /* dense, conv: how many numbers: none, one, or one a unit */
    lp_activation activation;       /* of the output */
    lp_volume in, out;
    size_t param[LP_LAYER_PARAMS]; /* places in the network's params.table, SIZE_MAX for none */
} lp_layer;

/* A network's graph in the making. */
typedef struct {
    lp_graph *graph;
    const lp_params *params;
    bool training; /* else all parameters are constants */
    uint64_t seed; /* of what dropout drops */
    uint32_t layer;
} lp_build;

typedef struct {
    const char *name;
    /* How it is written in a list of layers: whole numbers after the name, of which so many are
     * required and allowed, from `units` on or, of a pool, from `kernel` on; or a rate. */
    const char *fields;
    int required, allowed;
    bool has_window, has_rate;
    int weight_dims; /* of weights that are drawn at the start; 0: it has none */
    /* Sets out from in; -1 and e where the layer cannot take it. */
    int (*shape)(lp_layer *l, lp_error *e);
    /* Puts the layer's parameters into row[], by lp_layer_param, without their places; the rest has
     * no dimensions. NULL: none. */
    void (*params)(const lp_layer *l, const char *prefix, lp_param row[LP_LAYER_PARAMS]);
    /* Appends the layer to a graph, from node x on; returns its output's node. */
    int (*graph)(const lp_layer *l, const lp_build *b, int x);
} lp_layer_row;

/* The table, indexed by lp_layer_kind. */
extern const lp_layer_row lp_layers[LP_LAYER_COUNT];

#endif
