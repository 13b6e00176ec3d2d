/* Training a network, an MLP, a convolutional one or an autoencoder, on the data of a stream, by
 * gradient descent. A learner of learn/run.h.
 *
 * Time is counted in epochs, each a pass over all rows (in a fresh random order unless the batch is
 * the whole part), or, with `count_steps`, in steps; the run's options and the learning rate's
 * schedule count the same. */
#ifndef LP_LEARN_TRAIN_NETWORK_H
#define LP_LEARN_TRAIN_NETWORK_H

#include "base/error.h"
#include "base/values.h"
#include "io/stream.h"
#include "learn/model.h"
#include "learn/run.h"
#include "learn/soft_labels.h"
#include "net/layer_list.h"
#include "net/network.h"
#include "net/optim.h"
#include "net/schedule.h"
#include "num/ranks.h"

#define LP_DTYPE_CHOICES "f4|f8"

/* The members are of the types that an option table parses into. */
typedef struct {
    /* the network */
    bool pictures;         /* x are pictures, else rows of plain numbers */
    lp_layer_list list;    /* the layers, but for the last dense one */
    lp_ints hidden;        /* after them, dense ones of these widths */
    int activation;        /* of the hidden layers (LP_ACTIVATION_CHOICES) */
    int output_activation; /* of the last layer; identity with cross-entropy */
    lp_bias bias;
    lp_init init;
    lp_reals init_scale; /* empty, one, or one for each layer */
    struct {
        bool activation, output_activation, bias;
    } given;        /* what is not is as in hooks->init_from, where there is one */
    lp_ints freeze; /* layers, from 1, that are not trained */
    int dtype;      /* LP_DTYPE_CHOICES */
    /* the objective */
    lp_loss loss;
    lp_reduction reduction;
    lp_target target;
    double input_scale;             /* multiplies x */
    double input_shift;             /* is then added to it */
    lp_class_weights class_weights; /* with cross-entropy */
    double label_smoothing;         /* the same: 0 <= s <= 1 */
    /* the descent */
    lp_optim_options optim;
    double lr;
    lp_schedule schedule;
    int64_t batch;  /* rows a step; 0, or more than there are: all */
    int64_t shards; /* ranges of the data's rows; a batch's gradient, and every loss and metric, is
                       the sum over them (num/ranks.h, lp_shard_sum). 0 or 1: not cut */
    bool sample;    /* one random row a step, with replacement; needs count_steps */
    int64_t epochs;
    bool count_steps; /* the run has `steps` steps instead of `epochs` epochs */
    int64_t steps;
    uint64_t seed;
    lp_run_options run;
} lp_train_network_options;

/* Trains on lp_dataset_read's first part, watches its second, and puts the model (learn/model.h)
 * and the run's history and snapshots (lp_run_put_history) into the stream, in place of any model
 * that it held. The history's loss is the evaluator's (learn/evaluator.h): class weights and label
 * smoothing change what is minimised, not how it is judged. hooks->init_from is a network to
 * start from (learn/network_start.h).
 *
 * With shards, the ranks of a job divide them and get the same bytes as one process: every rank
 * calls this with the same options and data, and has the same model after every step. Shards change
 * the order of sums and nothing else: the rows of a step, their dropout masks, and what a mean is
 * over are the same as without.
 *
 * Refused: batch normalisation in shards; in a rank, other data or another start than rank 0 has;
 * what lp_dataset_read and lp_run_train refuse, patience without x_val, weights to start from that
 * do not fit. */
int lp_train_network(lp_stream *s, const lp_train_network_options *options,
                     const lp_run_hooks *hooks, lp_error *e);

#endif
