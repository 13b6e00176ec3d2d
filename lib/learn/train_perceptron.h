/* The perceptron (Rosenblatt 1958, "The perceptron: a probabilistic model for information storage
 * and organization in the brain"): class 1 where x·w + b > 0, else class 0; with t = +1 for class 1
 * and -1 for class 0. Weights start at 0; everything is computed in double. A learner of
 * learn/run.h. */
#ifndef LP_LEARN_TRAIN_PERCEPTRON_H
#define LP_LEARN_TRAIN_PERCEPTRON_H

#include "base/error.h"
#include "io/stream.h"
#include "learn/run.h"

typedef enum {
    /* Each epoch goes through the rows in a fresh random order and adds each with
     * t (x·w + b) <= 0: w += lr t x, b += lr t. Training ends after an epoch that finds none. */
    LP_PERCEPTRON_ROW,
    /* Each epoch looks at all rows at once: while Σ t sign(x·w + b) <= 0, that is, while no more
     * rows are right than wrong, w += lr Σ t x, b += lr Σ t. Training ends with the first epoch in
     * which most rows are right, however many are wrong. */
    LP_PERCEPTRON_BATCH,
} lp_perceptron_rule;

#define LP_PERCEPTRON_CHOICES "row|batch" /* in the order above */

typedef struct {
    lp_perceptron_rule rule;
    bool no_bias;
    double lr;
    int64_t epochs; /* at most */
    uint64_t seed;
    lp_run_options run;
} lp_train_perceptron_options;

/* Trains on lp_dataset_read's first part, of two classes, and puts weight f8 [1, d], bias f8 [1]
 * (unless no_bias) and the run's history and snapshots (lp_run_put_history) into the stream, in
 * place of any model that it held. The loss is the evaluator's (learn/evaluator.h). */
int lp_train_perceptron(lp_stream *s, const lp_train_perceptron_options *options,
                        const lp_run_hooks *hooks, lp_error *e);

#endif
