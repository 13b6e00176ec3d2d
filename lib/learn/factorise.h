/* Factorising the matrix of a stream: mf/fit.h from the stream's tensors to the stream's
 * tensors, with history, patience and checkpoints. */
#ifndef LP_LEARN_FACTORISE_H
#define LP_LEARN_FACTORISE_H

#include "base/error.h"
#include "io/stream.h"
#include "learn/train.h"
#include "mf/fit.h"

#include <stddef.h>
#include <stdint.h>

typedef struct {
    lp_fit_options fit;       /* blocks 0: 1 for a dense matrix, 8 for a sparse one */
    const char *mask;         /* dense: the tensor that is 0 where an entry is hidden; or NULL */
    int64_t eval_every;       /* epochs; 0: at the end only */
    int64_t patience;         /* evaluations without a lower held-out error before it stops and
                                 goes back to the best; 0: never */
    int64_t checkpoint_every; /* epochs; 0: none */
} lp_factorise_options;

/* What a tool may want to say about the data. */
typedef struct {
    size_t empty_rows, empty_cols; /* without an observed entry */
} lp_factorise_report;

/* Fits the stream's matrix and puts the factors. The matrix is a sparse one (its training part,
 * where it was split; the held-out entries are then the test part), or else dense x, whole or with
 * a mask (the hidden entries are held out). The iterative methods put
 *     history.epoch, history.loss   f8 [evaluations]: mean squared error over what was observed
 *     history.val_loss              the same over what was held out, where anything was
 *     history.best_epoch            with patience: whose factors were kept
 * with an evaluation at 0 and at every eval_every, and always at the end.
 *
 * The hooks are those of learn/train.h; init_from holds factors to start from, and a checkpoint
 * holds the factors in the middle of the fit, checkpoint.best.* the best so far. A run that is
 * broken off and resumed ends in the same bytes as one that was not.
 *
 * Refused: dense and sparse at once, svd of anything but a whole matrix, a mask of another shape or
 * one that hides everything, a rank above the smaller side, patience without held-out entries, an
 * error that becomes NaN or infinite (with the epoch and the rate), normal equations that are
 * singular (with the row), a checkpoint of other options or other data. */
int lp_factorise(lp_stream *s, const lp_factorise_options *options, const lp_train_hooks *hooks,
                 lp_factorise_report *report, lp_error *e);

#endif
