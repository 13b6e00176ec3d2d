/* A multilayer perceptron: layer after layer y = activation(x wᵀ + b).
 *
 * In a stream, as PyTorch's nn.Linear names it, for layers 1, 2, ...:
 *     layer1.weight [out, in]    f4 or f8
 *     layer1.bias [out]          one for each unit, or [1], one for all; absent: no bias
 *     layer1.activation          a text, one of LP_ACTIVATION_CHOICES */
#ifndef LP_NET_NETWORK_H
#define LP_NET_NETWORK_H

#include "autodiff/graph.h"
#include "base/error.h"
#include "base/tensor.h"
#include "io/stream.h"
#include "net/params.h"
#include "num/kernels.h"

typedef enum { LP_BIAS_VECTOR, LP_BIAS_SCALAR, LP_BIAS_NONE } lp_bias;

#define LP_BIAS_CHOICES "vector|scalar|none" /* in the order above */

/* The distribution that a layer's weights start from, with `in` and `out` its widths. Biases start
 * at 0, except with PYTORCH. A new one is a row here. */
// clang-format off
#define LP_INITS(ROW)                                                                      \
    ROW(PYTORCH,        "pytorch",        symmetric(1 / sqrt(in))) /* as nn.Linear */      \
    ROW(NORMAL,         "normal",         normal(1))                                       \
    ROW(UNIFORM,        "uniform",        uniform(0, 1))                                   \
    ROW(GLOROT,         "glorot",         normal(sqrt(2 / (in + out)))) /* Glorot 2010 */  \
    ROW(GLOROT_UNIFORM, "glorot-uniform", symmetric(sqrt(6 / (in + out))))                 \
    ROW(HE,             "he",             normal(sqrt(2 / in))) /* He et al. 2015 */       \
    ROW(HE_UNIFORM,     "he-uniform",     symmetric(sqrt(6 / in)))
// clang-format on

#define LP_AS_INIT(NAME, ...) LP_INIT_##NAME,
typedef enum { LP_INITS(LP_AS_INIT) LP_INIT_COUNT } lp_init;

#define LP_INIT_CHOICES LP_CHOICES(LP_INITS)

typedef struct {
    size_t in, out;
    lp_activation activation;
    size_t weight; /* its place in params.table */
    size_t bias;   /* the same, or SIZE_MAX for none */
} lp_layer;

typedef struct {
    size_t layers;
    lp_layer *layer;
    size_t widest; /* output of the layers but the last */
    lp_params params;
    lp_arena memory; /* holds the two above */
} lp_network;

/* A network of `layers` layers with the widths width[0] (input) .. width[layers] (output), all
 * parameters 0. `hidden` is the activation of every layer but the last, `output` that of the last.
 * Freed with lp_network_free. */
lp_network lp_network_new(lp_type type, size_t layers, const size_t *width, lp_bias bias,
                          lp_activation hidden, lp_activation output, bool with_gradient);
void lp_network_free(lp_network *m);

/* Draws the initial weights. Layer l's are multiplied by scale[l], or by scale[0] if `scales` is 1,
 * or not at all if it is 0. Each layer has a random stream of its own. */
void lp_network_init(lp_network *m, lp_init init, const double *scale, size_t scales,
                     uint64_t seed);

/* Appends the network to a graph, from node x (rows, in) on; returns the output's node. Frozen
 * parameters are constants. */
int lp_network_graph(const lp_network *m, lp_graph *g, int x);

/* out (rows, output width) = the network's output for x (rows, input width), both of its type.
 * `work` has lp_network_work(m, rows) elements. The bits are those of the graph. */
size_t lp_network_work(const lp_network *m, size_t rows);
void lp_network_output(const lp_network *m, size_t rows, const void *x, void *work, void *out);

/* Puts the network into a stream / reads the stream's (all layers become f8 if any is). Refused:
 * layers whose widths do not fit each other, an activation that is missing or unknown, a value that
 * is not finite. Freed with lp_network_free, also after a failure. */
void lp_network_write(const lp_network *m, lp_stream *s);
int lp_network_read(lp_network *m, lp_stream *s, bool with_gradient, lp_error *e);

#endif
