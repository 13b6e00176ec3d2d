/* A model under the names of PyTorch's Module.state_dict: PREFIX.weight, PREFIX.bias,
 * PREFIX.running_mean, ... The prefixes are those of torch.nn.Sequential, the places of its
 * modules, where each layer is a module and each activation but identity is one behind it: an MLP
 * 4-10-3 has 0.weight, 0.bias, 2.weight and 2.bias. */
#ifndef LP_LEARN_STATE_DICT_H
#define LP_LEARN_STATE_DICT_H

#include "base/error.h"
#include "io/stream.h"
#include "learn/model.h"
#include "net/layer_list.h"

/* Puts the parameters of the model in s into `tensors` and what else makes it up, model.* and the
 * layers' kinds and activations, into `notes`. `names` are other prefixes, "fc1,fc2", one for each
 * layer that has parameters; NULL: Sequential's. A perceptron is one nn.Linear, weight and bias.
 * One bias for a whole layer becomes one a unit. Refused: a stream without a model, names of
 * another number than the layers'. */
int lp_state_dict_write(lp_stream *s, const char *names, lp_stream *tensors, lp_stream *notes,
                        lp_error *e);

/* What makes a network of parameters that came without notes. */
typedef struct {
    lp_layer_list layers; /* all of them, the last one too; none: the notes tell */
    const char *names;    /* prefixes, in order; NULL: numbers that rise */
    lp_loss loss;
    lp_ints input_shape; /* height, width(, channels) of the pictures that it takes */
    double input_scale, input_shift;
} lp_state_dict_options;

/* Makes of `tensors`, which were read, and `notes`, which are taken over, a model that the rest of
 * labpipe reads; without layers in either they become one stream as they are.
 * PREFIX.num_batches_tracked is left out. Refused: layers in both, a tensor that is missing, left
 * over or of another shape than its layer. */
int lp_state_dict_read(lp_stream *tensors, lp_stream *notes, const lp_state_dict_options *o,
                       lp_error *e);

#endif
