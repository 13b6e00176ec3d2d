/* A network: layer after layer of the kinds in net/layer.h. An MLP is one of dense layers alone.
 *
 * In a stream, under the names of PyTorch's modules and their arguments, for layers 1, 2, ...:
 *     layer1.kind                text, one of LP_LAYER_CHOICES; absent: dense
 *     layer1.weight, layer1.bias f4 or f8. Dense: [out, in], [out]; conv: [out, in, height, width],
 *                                [out]; the bias may be [1], one for all, or absent. Batch-norm:
 *                                [channels] both, as layer1.running_mean and layer1.running_var
 *     layer1.kernel_size         of a pool: the side of its square window
 *     layer1.stride, layer1.padding    of conv and pools
 *     layer1.p                   of dropout
 *     layer1.activation          text, one of LP_ACTIVATION_CHOICES; absent of a layer that is
 *                                neither dense nor conv: identity
 *     model.input_shape          of pictures: (height, width) or (height, width, channels) of one
 *                                row of x; absent: rows of plain numbers
 *
 * Pictures come as in files, (height, width, channels); the network works on (channels, height,
 * width), as PyTorch does, and flattens them in this order. */
#ifndef LP_NET_NETWORK_H
#define LP_NET_NETWORK_H

#include "autodiff/graph.h"
#include "base/error.h"
#include "base/tensor.h"
#include "io/stream.h"
#include "net/layer.h"
#include "net/params.h"
#include "num/kernels.h"

typedef enum { LP_BIAS_VECTOR, LP_BIAS_SCALAR, LP_BIAS_NONE } lp_bias;

#define LP_BIAS_CHOICES "vector|scalar|none" /* in the order above */

/* The distribution that a layer's weights start from, with `in` and `out` the numbers that one of
 * its outputs is made of, and that one of its inputs goes into: of a dense layer its widths. Biases
 * start at 0, except with PYTORCH. A new one is a row here. */
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
    size_t layers;
    lp_layer *layer;
    lp_params params;
    lp_arena memory; /* holds the two above */
} lp_network;

/* How many numbers the bias of a layer of so many units has. */
size_t lp_bias_size(lp_bias bias, size_t units);

/* A network for rows of `input`, all parameters 0, of `layers` layers that are copied from layer[],
 * where their kinds, sizes and activations are set. Refused: a layer that cannot take what the one
 * before it gives. Freed with lp_network_free, also after a failure. */
int lp_network_new(lp_network *net, lp_type type, lp_volume input, size_t layers,
                   const lp_layer *layer, lp_bias bias, bool with_gradient, lp_error *e);
void lp_network_free(lp_network *net);

/* Its second half: finishes layers whose kinds, sizes, biases and activations are set, with their
 * shapes and parameters. Those of a network that is in stream s (or NULL) have to be there: else
 * nothing is allocated, whatever sizes the stream states. */
int lp_network_make(lp_network *net, lp_type type, lp_volume input, bool with_gradient,
                    lp_stream *s, lp_error *e);

/* The same of dense layers with the widths width[0] (input) .. width[layers] (output). `hidden` is
 * the activation of every layer but the last, `output` that of the last. */
lp_network lp_network_mlp(lp_type type, size_t layers, const size_t *width, lp_bias bias,
                          lp_activation hidden, lp_activation output, bool with_gradient);

/* How many numbers the network takes and gives for a row. */
size_t lp_network_inputs(const lp_network *net);
size_t lp_network_outputs(const lp_network *net);

/* How many layers have weights that are drawn: dense and conv. */
size_t lp_network_weights(const lp_network *net);

/* Draws the initial weights. Those of the i-th such layer are multiplied by scale[i],
 * or by scale[0] if `scales` is 1, or not at all if it is 0. Each has a random stream of its own.
 */
void lp_network_init(lp_network *net, lp_init init, const double *scale, size_t scales,
                     uint64_t seed);

/* Freezes the parameters of layer l, from 0; false where it has none. */
bool lp_network_freeze(lp_network *net, size_t l);

/* Appends the network to a graph, from node x (rows, inputs) on; returns the output's node. For
 * training, parameters that are not frozen get gradients, and dropout draws from `seed` by the
 * graph's step; else all are constants. */
int lp_network_graph(const lp_network *net, lp_graph *g, int x, bool training, uint64_t seed);

/* The shape of pictures that tensor NAME of a stream holds, (height, width) or (height, width,
 * channels). */
int lp_volume_read(lp_stream *s, const char *name, lp_volume *v, lp_error *e);

/* Puts what layer l, from 0, is beside its parameters: its kind, window, rate and activation. */
void lp_layer_put(const lp_layer *layer, size_t l, lp_stream *s);

/* Puts the network into a stream / reads the stream's (all layers become f8 if any is). Refused:
 * layers that do not fit each other, a kind or an activation that is missing or unknown, a value
 * that is not finite. Freed with lp_network_free, also after a failure. */
void lp_network_write(const lp_network *net, lp_stream *s);
int lp_network_read(lp_network *net, lp_stream *s, bool with_gradient, lp_error *e);

#endif
