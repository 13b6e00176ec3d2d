/* Factorising the matrix of a stream: mf/fit.h from the stream's tensors to the stream's tensors.
 * The iterative methods, all but mean and svd, are a learner of learn/run.h. */
#ifndef LP_LEARN_TRAIN_FACTORS_H
#define LP_LEARN_TRAIN_FACTORS_H

#include "base/error.h"
#include "io/stream.h"
#include "learn/run.h"
#include "mf/fit.h"

typedef struct {
    lp_fit_options fit; /* blocks 0: 1 for a dense matrix, 8 for a sparse one */
    const char *mask;   /* dense: the tensor that is 0 where an entry is hidden; or NULL */
    lp_run_options run;
} lp_factorise_options;

/* What a tool may warn of. */
typedef struct {
    size_t empty_rows, empty_cols; /* without an observed entry */
} lp_factorise_report;

/* Fits the stream's matrix and puts the factors. The matrix is a sparse one (its training part,
 * where it was split; the held-out entries are then the test part), or else dense x, whole or with
 * a mask (the hidden entries are held out). The iterative methods put history.epoch, history.loss
 * (the mean squared error over the observed entries), history.val_loss (the same over those of
 * the validation part, or else those held out, where there are any) and, with patience,
 * history.best_epoch. hooks->init_from holds factors to start from.
 *
 * Refused: dense and sparse at once, svd of anything but a whole matrix, a mask of another shape or
 * one that hides everything, a rank above the smaller side, patience without a validation part or a
 * mask, an error that becomes NaN or infinite (with the epoch and the rate), normal equations that
 * are singular (with the row), and what lp_run_train refuses. */
int lp_factorise(lp_stream *s, const lp_factorise_options *options, const lp_run_hooks *hooks,
                 lp_factorise_report *report, lp_error *e);

#endif
