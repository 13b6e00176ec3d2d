/* A checkpoint: a run (learn/run.h) in the middle of its training, as a tensor stream.
 *
 *     the model under its own names, so that a checkpoint may be used as one
 *     history.*, snapshot.*            as in what a run puts at its end
 *     checkpoint.version               of this format
 *     checkpoint.options               the options it was made under, a text
 *     checkpoint.data_crc32            over the data it was made from
 *     checkpoint.NAME                  each state block that is not the model's, counts as u8
 *     checkpoint.best.NAME             with patience: the best model's blocks */
#ifndef LP_LEARN_CHECKPOINT_H
#define LP_LEARN_CHECKPOINT_H

#include "base/error.h"
#include "io/stream.h"
#include "learn/run.h"

/* The checkpoint of a run whose model is in its blocks; freed with lp_stream_free. */
lp_stream *lp_checkpoint_make(lp_run *r);

/* Brings a prepared run to where the checkpoint was made. Refused: one of another version, of other
 * options or of other data, and one that does not fit. */
int lp_checkpoint_take(lp_run *r, lp_stream *s, lp_error *e);

#endif
