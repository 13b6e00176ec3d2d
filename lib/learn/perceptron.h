/* The perceptron (Rosenblatt 1958, "The perceptron: a probabilistic model for information storage
 * and organization in the brain"): class 1 where x·w + b > 0, class 0 elsewhere; with t = +1 for
 * class 1 and -1 for class 0. Weights start at 0; all is computed in double. */
#ifndef LP_LEARN_PERCEPTRON_H
#define LP_LEARN_PERCEPTRON_H

#include "base/error.h"
#include "io/stream.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
    /* Each epoch goes through the rows in a fresh random order; one with t (x·w + b) <= 0 is
     * added: w += lr t x, b += lr t. It ends when an epoch finds none. */
    LP_PERCEPTRON_ROW,
    /* Each epoch looks at all rows at once: while Σ t (x·w + b) <= 0, w += lr Σ t x, b += lr Σ t.
     * From weights of 0 that is one step in most cases, since it makes the sum positive. */
    LP_PERCEPTRON_BATCH,
} lp_perceptron_rule;

#define LP_PERCEPTRON_CHOICES "row|batch" /* in the order above */

typedef struct {
    int rule; /* lp_perceptron_rule */
    bool no_bias;
    double lr;
    int64_t epochs;     /* at most */
    int64_t eval_every; /* epochs; 0: at the end only */
    uint64_t seed;
} lp_perceptron_options;

/* Trains on lp_dataset_read's first part, of two classes, and puts into the stream
 *     weight f8 [1, d], bias f8 [1] (unless no_bias)
 *     history.epoch, history.loss, history.accuracy, history.val_loss, history.val_accuracy
 *                                              as lp_train does; the loss is lp_judgement's
 * A model that the stream held before goes. */
int lp_perceptron_train(lp_stream *s, const lp_perceptron_options *options, lp_error *e);

#endif
