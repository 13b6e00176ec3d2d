/* Factorising the matrix of a stream: learn/factor_fit.h from the stream's tensors to the stream's
 * tensors, with its history. */
#ifndef LP_LEARN_FACTORISE_H
#define LP_LEARN_FACTORISE_H

#include "base/error.h"
#include "io/stream.h"
#include "learn/factor_fit.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    lp_factor_options fit; /* blocks 0: 1 for a dense matrix, 8 for a sparse one */
    const char *mask;      /* dense: the tensor that is 0 where an entry is hidden; NULL: none */
    size_t eval_every;     /* epochs; 0: at the end only */
    size_t patience;       /* evaluations without a lower held-out error before it stops and goes
                              back to the best; 0: never */
    /* Told after each epoch; NULL: nobody. */
    void (*progress)(size_t epoch, size_t epochs, double mean_squared_error);
} lp_factorise_options;

/* What a tool may want to say about the data and the run. */
typedef struct {
    size_t empty_rows, empty_cols; /* without an observed entry */
    size_t epochs;                 /* that were run: fewer than asked for under patience */
} lp_factorise_report;

/* Fits the stream's matrix and puts the factors. The matrix is a sparse one (its training part,
 * where it was split; the held-out entries are then the test part), or else dense x, whole or with
 * a mask (the hidden entries are held out). The iterative methods put `history.epoch`,
 * `history.loss` and, where anything is held out, `history.val_loss`: mean squared errors after
 * each evaluation. `start`: a stream with factors to begin with, or NULL. */
int lp_factorise(lp_stream *s, const lp_factorise_options *options, lp_stream *start,
                 lp_factorise_report *report, lp_error *e);

#endif
