/* The run that all iterative learners share: step after step, with evaluations, their history,
 * patience, snapshots, progress, and checkpoints from which a killed run goes on.
 *
 * A learner is a few functions and a table of named state blocks, the arrays that its steps change.
 * The run saves, keeps and restores these blocks and knows nothing else about the learner. The
 * learners are train_network.c, train_perceptron.c and train_factors.c; a new one is a file beside
 * them. A learner's train function
 *
 *     prepares its data and model, and fills in the first part of an lp_run,
 *     names its state blocks with lp_run_add_...,
 *     calls lp_run_train_model (or lp_run_train, and puts the model and lp_run_put_history).
 *
 * Time is counted in units, each of `unit_steps` steps: an epoch, or a single step. A run that is
 * killed and resumed ends in the same bytes as one that was not, provided that a step depends on
 * the state blocks, run->done and run->steps alone, or, as run->needs_total says, on run->total.
 * Without that a run that came to its end goes on from there, as a part of a longer one. */
#ifndef LP_LEARN_RUN_H
#define LP_LEARN_RUN_H

#include "base/error.h"
#include "base/memory.h"
#include "io/stream.h"
#include "learn/evaluator.h"
#include "learn/history.h"
#include "learn/work.h"
#include "net/params.h"

/* What becomes of a run whose loss is NaN or infinite: an error, or its end, as a result. */
typedef enum { LP_DIVERGENCE_ERROR, LP_DIVERGENCE_KEEP } lp_divergence;

#define LP_DIVERGENCE_CHOICES "error|keep" /* in the order above */

/* When something happens, in units of time; 0 is never. An evaluation is always made at the end. */
typedef struct {
    lp_eval_every eval_every;
    int64_t patience; /* evaluations without a lower val_loss before it stops and goes back to the
                         best model */
    int64_t snapshot_every;
    bool batch_loss; /* the history has the batches' own losses too */
    lp_divergence on_divergence;
} lp_run_options;

typedef struct lp_run lp_run;

/* What a run needs from its surroundings. Every member may be 0. */
typedef struct {
    lp_stream *init_from; /* holds a model to start from; each learner reads it by itself */
    /* Stores a checkpoint, each time that is due and at the end: afterwards it is on disk as a
     * whole, or not at all. */
    int (*save)(void *context, lp_stream *checkpoint, lp_error *e);
    int64_t checkpoint_every;
    lp_stream *resume;   /* a checkpoint to go on from, also of a run with another total */
    const char *options; /* but for the total, as text; a checkpoint of others is refused */
    /* Told after every step: the run's steps, loss and history say how it stands. */
    void (*progress)(void *context, const lp_run *run);
    void *context;
} lp_run_hooks;

/* The functions of a learner. Where evaluate, put_model and data_crc32 are NULL, they are those of
 * run->evaluator's model and data. */
typedef struct {
    const char *step_name; /* what messages call a step: "step", "epoch" */
    /* Takes one step and sets run->loss, run->lr and, where nothing is left to learn,
     * run->converged. */
    int (*step)(lp_run *run, lp_error *e);
    /* Fills in what is known of the row, whose members are NaN but for the epoch. */
    int (*evaluate)(lp_run *run, lp_history_row *row, lp_error *e);
    /* Puts the model as its blocks hold it. */
    void (*put_model)(const lp_run *run, lp_stream *s);
    /* CRC-32 over all the data that the run reads. */
    uint32_t (*data_crc32)(const lp_run *run);
    /* Only where steps do not work on the model's blocks themselves, else NULL: copies the model
     * into its blocks, and back (run->done is set). */
    void (*store)(lp_run *run);
    int (*load)(lp_run *run, lp_error *e);
} lp_learner;

typedef struct {
    char name[64];   /* in a stream: the model's own name, or checkpoint.NAME */
    bool is_model;   /* goes into snapshots and is kept as the best */
    lp_tensor value; /* the learner's memory */
} lp_state_block;

struct lp_run {
    /* set by the learner */
    const lp_learner *learner;
    void *self;
    lp_evaluator evaluator; /* where the learner leaves its model and data to it */
    lp_run_options options;
    const lp_run_hooks *hooks;
    uint64_t total;      /* units of time, at most */
    uint64_t unit_steps; /* steps in a unit */
    bool needs_total;    /* a step depends on `total` too */
    bool has_test;       /* evaluations know a val_loss */
    lp_work work;        /* of a unit and of an evaluation, for eval_every.by_work */
    lp_arena memory;     /* lives as long as the run */

    /* set by its steps */
    double loss; /* as the last step met it */
    double lr;   /* the last step's learning rate, for messages */
    bool converged;

    /* kept by the run */
    uint64_t done;  /* units */
    uint64_t steps; /* done * unit_steps, and those of the unit under way */
    lp_state_block *block;
    size_t blocks, block_capacity;
    lp_history history;
    lp_stream *kept; /* the model as it was: snapshot.T.NAME, checkpoint.best.NAME and
                        checkpoint.last.NAME */
    double best_loss, best_epoch;
    uint64_t waited; /* evaluations since then */
    bool out_of_patience;
    bool diverged;       /* in step number `steps` */
    uint32_t data_crc32; /* where there are checkpoints */
};

/* Names a state block: an array of the learner's, a count, all parameters of a model (p->value, or
 * another block of its layout). State that is not the model's is stored as checkpoint.NAME. */
void lp_run_add_array(lp_run *r, const char *name, bool is_model, lp_type type, int ndim,
                      const size_t *shape, void *data);
void lp_run_add_count(lp_run *r, const char *name, uint64_t *count);
void lp_run_add_params(lp_run *r, const char *prefix, bool is_model, const lp_params *p,
                       void *block);

/* The run from its beginning, or from hooks->resume, to its end: all units are done, the learner
 * has converged, or patience has run out, and then the model is the best one. Where the loss
 * becomes NaN or infinite it ends as well if that is kept: the model is then as it was last
 * evaluated, or else as it began. Refused: such a loss otherwise (with the step and the learning
 * rate); a checkpoint of other options, of other data or of another version of labpipe, of a
 * longer run, or, where the total matters, of a run of another length. */
int lp_run_train(lp_run *r, lp_error *e);

/* Puts history.* (learn/history.h), and
 *     history.best_epoch                             with patience: whose model was kept
 *     history.diverged                               the step whose loss was NaN or infinite
 *     snapshot.epoch [count], snapshot.T.NAME, ...   the model's blocks at T = 0, every, ... */
void lp_run_put_history(const lp_run *r, lp_stream *s);

/* Refuses, at a rank of a job that starts with other data, weights (the CRC-32 of each) or options
 * than rank 0: ranks would add up what does not belong together. */
int lp_check_ranks(uint32_t data, const char *options, uint32_t weights, lp_error *e);

void lp_run_free(lp_run *r);

/* The same from a stream to a stream: lp_run_train, and then the evaluator's model and its history
 * take the place of any model in s. */
int lp_run_train_model(lp_run *r, lp_stream *s, lp_error *e);

#endif
