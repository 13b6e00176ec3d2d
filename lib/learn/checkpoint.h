/* What changes in the course of a training run, and checkpoints of it: a checkpoint is itself a
 * tensor stream, which holds the model in the middle of its training.
 *
 *     layer1.weight, …, history.*, snapshot.*     as in what train-mlp writes
 *     checkpoint.options, checkpoint.data_crc32   whose run it is
 *     checkpoint.done, checkpoint.steps, checkpoint.draws
 *     checkpoint.moment1.layer1.weight, …         the optimiser's moments
 *     checkpoint.best.layer1.weight, …            with patience: the best weights so far
 *     checkpoint.best_loss, checkpoint.best_epoch, checkpoint.waited */
#ifndef LP_LEARN_CHECKPOINT_H
#define LP_LEARN_CHECKPOINT_H

#include "base/error.h"
#include "io/stream.h"
#include "learn/model.h"
#include "net/optim.h"
#include "num/rng.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    double epoch, loss, accuracy, val_loss, val_accuracy; /* NaN: not known */
} lp_evaluation;

typedef struct {
    lp_model *model; /* borrowed, as is the optimiser */
    lp_optim *optim;
    const char *options; /* NULL where no checkpoint is asked for */
    uint32_t data_crc32;

    uint64_t done;  /* epochs or steps, whichever the run counts */
    lp_rng draws;   /* where rows are drawn one by one */
    bool has_order; /* an order of the epoch's rows has been drawn; not kept */
    lp_evaluation *history;
    size_t evaluations, history_room;
    double *snapshot_epoch;
    void **snapshot; /* (snapshots) blocks of the model's parameters */
    size_t snapshots, snapshot_room;
    void *best; /* such a block, or NULL */
    double best_loss, best_epoch;
    uint64_t waited;
} lp_train_state;

void lp_train_state_free(lp_train_state *t);

int lp_train_state_append(lp_train_state *t, const lp_evaluation *now, lp_error *e);
int lp_train_state_snapshot(lp_train_state *t, lp_error *e);
int lp_train_state_keep_best(lp_train_state *t, lp_error *e);

/* Puts history.* and snapshot.* into a stream. */
int lp_train_state_put(const lp_train_state *t, lp_stream *s, lp_error *e);

/* The checkpoint, to be freed with lp_stream_free. */
lp_stream *lp_checkpoint_make(const lp_train_state *t, lp_error *e);

/* Brings a run that has just been prepared to where the checkpoint was made. Refused: one of other
 * options or other data, one that is incomplete. */
int lp_checkpoint_take(lp_train_state *t, lp_stream *s, lp_error *e);

#endif
