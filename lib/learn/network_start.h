/* The network that training starts with: drawn at random, or with the weights of another one. */
#ifndef LP_LEARN_NETWORK_START_H
#define LP_LEARN_NETWORK_START_H

#include "base/error.h"
#include "data/schema.h"
#include "io/stream.h"
#include "learn/train_network.h"
#include "net/network.h"

/* *net = a network from rows of `input` to `outputs` numbers, of the layers that the options list
 * and a dense one after them; feature maps are flattened before the first dense layer.
 *
 * `from` (NULL: none) holds a network to start from. What the options leave out is then as it has
 * it: the layers where none are listed, and activations and biases that options->given does not
 * name. Its weights replace those drawn. Refused: where it contradicts the options or the data.
 *
 * Freed with lp_network_free, also after a failure. */
int lp_network_start(lp_network *net, const lp_train_network_options *options, lp_volume input,
                     size_t outputs, lp_stream *from, lp_error *e);

/* Refused: data whose columns or classes are those of the model in `from` in another order, so that
 * its weights would be those of others. Other names are no fault: it only is a start. */
int lp_network_check_start(const lp_schema *data, lp_stream *from, lp_error *e);

#endif
