/* The history of a run: one row for each evaluation. In a stream, f8 [evaluations] each:
 *     history.epoch                             the time, in epochs or steps, as the run counts
 *     history.loss, history.accuracy            of the part that is learned from
 *     history.val_loss, history.val_accuracy    of the part that is only watched
 *     history.batch_loss                        of the last step's batch, as the step met it
 * A column that is NaN in all rows is unknown, and not stored. */
#ifndef LP_LEARN_HISTORY_H
#define LP_LEARN_HISTORY_H

#include "base/error.h"
#include "io/stream.h"

typedef struct {
    double epoch, loss, accuracy, val_loss, val_accuracy, batch_loss;
} lp_history_row;

typedef struct {
    lp_history_row *row; /* (count) */
    size_t count, capacity;
} lp_history;

void lp_history_add(lp_history *h, const lp_history_row *row);
void lp_history_free(lp_history *h);

void lp_history_put(const lp_history *h, lp_stream *s);

/* Reads what lp_history_put has put. Refused: columns of different lengths. */
int lp_history_read(lp_history *h, lp_stream *s, lp_error *e);

#endif
