#include "learn/batch_shards.h"

#include "num/ranks.h"

#include <string.h>

lp_batch_shards lp_batch_shards_new(size_t data_rows, size_t shards, size_t capacity,
                                    lp_arena *memory) {
    return (lp_batch_shards){.data_rows = data_rows,
                             .shards = shards,
                             .start = lp_arena_alloc(memory, shards + 2, sizeof(size_t)),
                             .index = lp_arena_alloc(memory, capacity, sizeof(size_t)),
                             .place = lp_arena_alloc(memory, capacity, sizeof(size_t))};
}

/* A counting sort. While it runs, start[k + 1] is where the next row of shard k goes, so that in
 * the end it is where shard k ends. */
void lp_batch_shards_cut(lp_batch_shards *b, size_t n, const size_t *index) {
    size_t *next = b->start + 1;
    memset(b->start, 0, (b->shards + 2) * sizeof *b->start);
    for (size_t i = 0; i < n; i++)
        next[lp_cut_of(b->data_rows, b->shards, index[i]) + 1]++;
    for (size_t k = 0; k < b->shards; k++)
        next[k + 1] += next[k];
    for (size_t i = 0; i < n; i++) {
        size_t to = next[lp_cut_of(b->data_rows, b->shards, index[i])]++;
        b->index[to] = index[i];
        b->place[to] = i;
    }
}
