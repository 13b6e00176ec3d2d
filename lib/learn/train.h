/* Training an MLP on the data of a stream.
 *
 * Time is counted in epochs (each a pass over all rows, in a fresh random order unless the batch
 * is the whole part), or, where `count_steps` is set, in steps; `eval_every`, `patience`,
 * `snapshot_every`, `checkpoint_every` and the learning rate's schedule all count the same. */
#ifndef LP_LEARN_TRAIN_H
#define LP_LEARN_TRAIN_H

#include "base/error.h"
#include "base/values.h"
#include "io/stream.h"
#include "net/mlp.h"
#include "learn/model.h"
#include "net/optim.h"
#include "net/schedule.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LP_DTYPE_CHOICES "f4|f8"

/* The members are of the types that an option table parses into. */
typedef struct {
    /* the network */
    lp_ints hidden;        /* widths, input side first; none: one layer */
    int activation;        /* of the hidden layers (LP_ACTIVATION_CHOICES) */
    int output_activation; /* of the last one; identity with cross-entropy */
    int bias;              /* lp_bias */
    int init;              /* lp_init */
    lp_reals init_scale;   /* none, one, or one a layer */
    lp_ints freeze;        /* layers, from 1, that are not trained */
    int dtype;             /* LP_DTYPE_CHOICES */
    /* what is learned */
    int loss, reduction, target; /* lp_loss, lp_reduction, lp_target */
    double input_scale;          /* what x is multiplied by */
    /* how */
    int optimizer; /* lp_optim_kind */
    double momentum, weight_decay, beta1, beta2, epsilon;
    bool nesterov;
    double lr;
    lp_schedule schedule;
    int64_t batch; /* rows a step; 0: all */
    bool sample;   /* one random row a step, with replacement; with count_steps */
    int64_t epochs;
    bool count_steps; /* time is `steps` steps, not `epochs` epochs */
    int64_t steps;
    int64_t eval_every;       /* 0: at the end only */
    int64_t patience;         /* evaluations without a lower validation loss; 0: never stop */
    int64_t snapshot_every;   /* 0: none */
    int64_t checkpoint_every; /* 0: none */
    uint64_t seed;
} lp_train_options;

/* What a run asks of its surroundings. Members may be NULL. */
typedef struct {
    /* A network of the same shape, to start from. */
    lp_stream *init_from;
    /* A checkpoint to go on from, and the words that stand for the options: a checkpoint of other
     * words is refused. */
    lp_stream *resume;
    const char *options;
    /* Keeps a checkpoint: it has to be on disk, whole, or not at all. */
    int (*save)(void *context, lp_stream *checkpoint, lp_error *e);
    void (*progress)(void *context, uint64_t done, uint64_t total, double loss);
    void *context;
} lp_train_hooks;

/* Trains on lp_dataset_read's first part and puts into the stream the model (learn/model.h), and
 *     history.epoch, history.loss, history.val_loss        f8 [evaluations]
 *     history.accuracy, history.val_accuracy               the same, where there are classes
 *     history.best_epoch                                   with patience: whose weights were kept
 *     snapshot.epoch [count], snapshot.T.layer1.weight, …  with snapshot_every, T = 0, every, ...
 * An evaluation is made at 0 and at every eval_every, and always at the end. A model that the
 * stream held before goes. The loss is lp_judgement's.
 *
 * A run that is broken off and resumed from a checkpoint ends in the same bytes as one that was
 * not: order and draws depend on the seed and the time alone, and the checkpoint holds the rest.
 *
 * Refused: what lp_dataset_read refuses, a batch larger than the data, a loss that becomes NaN or
 * infinite (with the step and the learning rate), a model or checkpoint that does not fit. */
int lp_train(lp_stream *s, const lp_train_options *options, const lp_train_hooks *hooks,
             lp_error *e);

#endif
