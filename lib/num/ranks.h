/* Ranks: the processes of one job, on one machine or on many, that divide a computation; and sums
 * over shards, whose bytes do not depend on how many ranks there are.
 *
 * Without a job of several processes, and in threads that have not joined one (all workers of
 * num/parallel.h), rank 0 is alone: nothing is sent, and every function here is as fast as no call.
 *
 * Every rank has to make the same calls in the same order, with the same sizes. A link that breaks
 * is not an error value: no rank can go on then. As with memory, a hook is called that does not
 * return. */
#ifndef LP_NUM_RANKS_H
#define LP_NUM_RANKS_H

#include "base/error.h"
#include "base/memory.h"
#include "base/tensor.h"
#include "num/parallel.h"

#include <stddef.h>

/* ---- the job ---- */

/* How the ranks of a job reach each other. Sizes are bytes. Two calls at two ranks belong together
 * in the order in which they are made; a send may wait until it is received. */
typedef struct {
    size_t rank, count; /* this process, and how many there are */
    int (*send)(size_t to, const void *data, size_t size, lp_error *e);
    int (*receive)(size_t from, void *data, size_t size, lp_error *e);
    int (*broadcast)(void *data, size_t size, lp_error *e); /* rank 0's data becomes everyone's */
    int (*finish)(lp_error *e);                             /* waits for all of them */
    void (*abort)(int status); /* ends all of them, as soon as they can be reached */
} lp_link;

/* This thread is a rank of the job from now on; NULL: alone again. The link has to stay. */
void lp_ranks_join(const lp_link *link);

size_t lp_rank(void);       /* 0 alone */
size_t lp_rank_count(void); /* 1 alone */

/* Sets what is called, with a line that says so, where another rank cannot be reached. It must not
 * return. The default prints the line and ends the job with status 1. */
void lp_on_lost_rank(void (*hook)(const char *line));

/* Leaves the job once every rank does. */
void lp_ranks_finish(void);

/* Ends the processes of all other ranks; the caller then ends itself, with the same status. Nothing
 * happens alone. */
void lp_ranks_abort(int status);

/* ---- bytes ---- */

/* Rank r of R owns the shards lp_cut(K, R, r) to lp_cut(K, R, r + 1), and shard k has the rows
 * lp_cut(n, K, k) to lp_cut(n, K, k + 1) (num/parallel.h). This is the range that thing i is in. */
size_t lp_cut_of(size_t n, size_t parts, size_t i);

/* Everyone's data becomes rank 0's. */
void lp_ranks_broadcast(void *data, size_t size);

/* Rank r has made the bytes start[r] to start[r + 1] of `data`; all get all. start (count + 1)
 * rises. */
void lp_ranks_gather(void *data, const size_t *start);

/* The same for rows that were made shard by shard: the n rows of row_size bytes each in `data` are
 * cut into shards, and every rank has made those of its own. */
void lp_ranks_gather_rows(void *data, size_t n, size_t row_size, size_t shards);

/* Returns when every rank has called it. */
void lp_ranks_wait(void);

/* ---- sums over shards ---- */

/* Vectors of floats, one for each shard, added in a binary tree that the number of shards alone
 * decides: shards 2i and 2i + 1 are a pair, then pairs 2i and 2i + 1, and so on; what has no
 * neighbour is taken up as it is. Each rank adds the whole subtrees of its own shards, and the rank
 * that a left subtree begins at receives the right one: log2 of the ranks' number messages of the
 * vector's length, and a broadcast of the sum.
 *
 *     lp_shard_sum s = lp_shard_sum_new(&memory, LP_F4, length, shards);
 *     for (size_t k = s.first; k < s.end; k++)
 *         partial_gradient(k, lp_shard_sum_next(&s));
 *     const void *sum = lp_shard_sum_all(&s);
 */
enum { LP_MAX_SHARDS = 65536, LP_SHARD_BLOCKS = 34 };

typedef struct {
    lp_type type;
    size_t length, shards;
    size_t first, end; /* this rank's shards */
    lp_arena *memory;
    /* Aligned subtrees, from left to right: the sum of `width` shards (a power of two) each. */
    struct {
        size_t first, width;
        void *sum;
    } block[LP_SHARD_BLOCKS];
    size_t blocks, taken, next;
    void *received;
} lp_shard_sum;

/* For vectors of `length` LP_F4 or LP_F8. 1 <= shards <= LP_MAX_SHARDS, and at least as many as
 * there are ranks. Memory for about 2 + log2(shards) vectors is taken as it is needed. */
lp_shard_sum lp_shard_sum_new(lp_arena *memory, lp_type type, size_t length, size_t shards);

/* Room for the next own shard's vector, from first to end; undefined contents, 64-byte aligned.
 * What the caller writes there counts from the next call on this sum on. */
void *lp_shard_sum_next(lp_shard_sum *s);

/* The sum, the same bytes at every rank, until the next call on this sum, which begins anew. Every
 * own shard has to be there. */
void *lp_shard_sum_all(lp_shard_sum *s);

#endif
