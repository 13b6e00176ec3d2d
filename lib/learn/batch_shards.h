/* A batch cut into shards: shard k has those of its rows that lie in range k of the data, in the
 * batch's order. The ranges are fixed (num/ranks.h, lp_cut); a batch takes of each what it happens
 * to draw. */
#ifndef LP_LEARN_BATCH_SHARDS_H
#define LP_LEARN_BATCH_SHARDS_H

#include "base/memory.h"

#include <stddef.h>

typedef struct {
    size_t data_rows, shards;
    size_t *start; /* (shards + 1): shard k has the entries start[k] to start[k + 1] of these: */
    size_t *index; /* the rows' numbers in the data, */
    size_t *place; /* and in the batch */
} lp_batch_shards;

/* Room in `memory` for batches of at most `capacity` rows. */
lp_batch_shards lp_batch_shards_new(size_t data_rows, size_t shards, size_t capacity,
                                    lp_arena *memory);

/* Cuts the batch of rows index[0..n). */
void lp_batch_shards_cut(lp_batch_shards *b, size_t n, const size_t *index);

#endif
