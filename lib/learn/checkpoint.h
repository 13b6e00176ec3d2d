/* A checkpoint: a run (learn/run.h) in the middle of its training, as a tensor stream.
 *
 *     the model under its own names, so that a checkpoint may be used as one
 *     history.*, snapshot.*        as in what a run puts at its end
 *     checkpoint.version           of this format
 *     checkpoint.options           the options it was made under
 *     checkpoint.data              the CRC-32 of the data it was made from
 *     checkpoint.NAME              each state block that is not the model's, counts as u8
 *     checkpoint.best.NAME         with patience: the best model's blocks */
#ifndef LP_LEARN_CHECKPOINT_H
#define LP_LEARN_CHECKPOINT_H

#include "base/error.h"
#include "io/stream.h"
#include "learn/run.h"

#define LP_CHECKPOINT_BEST "checkpoint.best."

/* The checkpoint of a run whose model is in its blocks; freed with lp_stream_free before the run
 * goes on. */
lp_stream *lp_checkpoint_make(const lp_run *r);

/* Brings a prepared run to where the checkpoint was made. Refused: one of another version, of other
 * options or of other data, and one that does not fit. */
int lp_checkpoint_take(lp_run *r, lp_stream *s, lp_error *e);

/* PREFIX + the block's name = a copy of the block. */
void lp_checkpoint_put_block(const lp_state_block *b, const char *prefix, lp_stream *s);

/* The model's blocks from PREFIX + their names. */
int lp_checkpoint_take_model(lp_run *r, const char *prefix, lp_stream *s, lp_error *e);

/* Copies the tensors whose names start with `prefix`. */
int lp_checkpoint_copy(lp_stream *from, const char *prefix, lp_stream *to, lp_error *e);

#endif
