/* A multilayer perceptron: layer after layer y = activation(x wᵀ + b).
 *
 * In a stream, as PyTorch's nn.Linear names it, for layers 1, 2, ...:
 *     layer1.weight [out, in]    f4 or f8
 *     layer1.bias [out]          one for each unit; [1]: one for all; absent: none
 *     layer1.activation          the text relu, sigmoid, tanh or identity */
#ifndef LP_NET_MLP_H
#define LP_NET_MLP_H

#include "autodiff/graph.h"
#include "base/error.h"
#include "base/tensor.h"
#include "io/stream.h"
#include "net/params.h"
#include "num/kernels.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LP_ACTIVATION_CHOICES "relu|sigmoid|tanh|identity"
lp_unary lp_activation(int choice); /* the map of a choice, from 0 */

typedef enum { LP_BIAS_VECTOR, LP_BIAS_SCALAR, LP_BIAS_NONE } lp_bias;

#define LP_BIAS_CHOICES "vector|scalar|none" /* in the order above */

/* How weights start, with in and out a layer's widths. Biases start at 0, but with PYTORCH. */
typedef enum {
    LP_INIT_PYTORCH,        /* weights and biases uniform in ±1 / sqrt(in): nn.Linear's own */
    LP_INIT_NORMAL,         /* normal, deviation 1 */
    LP_INIT_UNIFORM,        /* uniform in [0, 1) */
    LP_INIT_GLOROT,         /* normal, deviation sqrt(2 / (in + out)): Glorot and Bengio 2010 */
    LP_INIT_GLOROT_UNIFORM, /* uniform in ±sqrt(6 / (in + out)) */
    LP_INIT_HE,             /* normal, deviation sqrt(2 / in): He et al. 2015 */
    LP_INIT_HE_UNIFORM,     /* uniform in ±sqrt(6 / in) */
} lp_init;

#define LP_INIT_CHOICES "pytorch|normal|uniform|glorot|glorot-uniform|he|he-uniform"

typedef struct {
    size_t in, out;
    lp_unary activation;
    size_t weight; /* its place in params.table */
    size_t bias;   /* the same, or SIZE_MAX for none */
} lp_layer;

typedef struct {
    size_t layers;
    lp_layer *layer;
    lp_params params;
    lp_arena memory; /* holds the two above */
} lp_mlp;

/* A network of `layers` layers with the widths width[0] (input) .. width[layers] (output), all
 * parameters 0. `hidden` is the activation of every layer but the last, `output` that of the last.
 * Freed with lp_mlp_free. */
lp_mlp lp_mlp_new(lp_type type, size_t layers, const size_t *width, lp_bias bias, lp_unary hidden,
                  lp_unary output, bool with_gradient);
void lp_mlp_free(lp_mlp *m);

/* Draws the initial weights; layer l's are multiplied by scale[l], or by scale[0] where
 * there is but one, or by 1 where there is none. Each layer has a random stream of its own. */
void lp_mlp_init(lp_mlp *m, lp_init init, const double *scale, size_t scales, uint64_t seed);

/* Appends the network to a graph, from node x (rows, in) on; returns the output's node. */
int lp_mlp_graph(const lp_mlp *m, lp_graph *g, int x);

/* out (rows, output width) = the network's output for x (rows, input width), both of its type.
 * `work` has lp_mlp_work(m, rows) elements. The bits are those of the graph. */
size_t lp_mlp_work(const lp_mlp *m, size_t rows);
void lp_mlp_output(const lp_mlp *m, size_t rows, const void *x, void *work, void *out);

/* Writes the network to a stream / reads the one that it holds (all layers of one type: f8 where
 * any is). Refused: layers whose widths do not meet, an activation that is missing or unknown, a
 * value that is not finite. */
void lp_mlp_write(const lp_mlp *m, lp_stream *s);
int lp_mlp_read(lp_mlp *m, lp_stream *s, bool with_gradient, lp_error *e);

/* True where the stream holds a network. */
bool lp_mlp_is_in(const lp_stream *s);

#endif
