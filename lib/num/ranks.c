#include "num/ranks.h"

#include "num/kernels.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- the job ---- */

static _Thread_local const lp_link *joined;

static void print_and_end(const char *line) {
    fprintf(stderr, "%s\n", line);
    lp_ranks_abort(LP_FAILED);
    exit(LP_FAILED);
}

static void (*lost_rank)(const char *line) = print_and_end;

void lp_on_lost_rank(void (*hook)(const char *line)) {
    lost_rank = hook;
}

void lp_ranks_join(const lp_link *link) {
    joined = link;
}

size_t lp_rank(void) {
    return joined != NULL ? joined->rank : 0;
}

size_t lp_rank_count(void) {
    return joined != NULL ? joined->count : 1;
}

static void need(int failed, const lp_error *e) {
    if (failed)
        lost_rank(e->text);
}

static void send(size_t to, const void *data, size_t size) {
    lp_error e;
    need(joined->send(to, data, size, &e), &e);
}

static void receive(size_t from, void *data, size_t size) {
    lp_error e;
    need(joined->receive(from, data, size, &e), &e);
}

void lp_ranks_finish(void) {
    lp_error e;
    if (joined == NULL)
        return;
    lp_ranks_wait(); /* mpirun 4.1 hangs where one rank aborts while others are ending */
    need(joined->finish(&e), &e);
    joined = NULL;
}

void lp_ranks_abort(int status) {
    if (joined != NULL)
        joined->abort(status);
}

/* ---- bytes ---- */

size_t lp_cut_of(size_t n, size_t parts, size_t i) {
    size_t low = 0, high = parts;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (lp_cut(n, parts, middle) <= i)
            low = middle;
        else
            high = middle;
    }
    return low;
}

void lp_ranks_broadcast(void *data, size_t size) {
    lp_error e;
    if (lp_rank_count() > 1 && size > 0)
        need(joined->broadcast(data, size, &e), &e);
}

void lp_ranks_gather(void *data, const size_t *start) {
    size_t count = lp_rank_count(), rank = lp_rank();
    char *bytes = data;
    for (size_t r = 1; r < count; r++) {
        size_t size = start[r + 1] - start[r];
        if (size > 0 && r == rank)
            send(0, bytes + start[r], size);
        else if (size > 0 && rank == 0)
            receive(r, bytes + start[r], size);
    }
    lp_ranks_broadcast(bytes + start[0], start[count] - start[0]);
}

void lp_ranks_gather_rows(void *data, size_t n, size_t row_size, size_t shards) {
    size_t count = lp_rank_count();
    if (count == 1)
        return;
    LP_CLEANUP(lp_free) size_t *start = lp_alloc(count + 1, sizeof *start);
    for (size_t r = 0; r <= count; r++)
        start[r] = lp_cut(n, shards, lp_cut(shards, count, r)) * row_size;
    lp_ranks_gather(data, start);
}

void lp_ranks_wait(void) {
    char byte = 0;
    for (size_t r = 1; r < lp_rank_count(); r++)
        if (lp_rank() == r)
            send(0, &byte, 1);
        else if (lp_rank() == 0)
            receive(r, &byte, 1);
    lp_ranks_broadcast(&byte, 1);
}

/* ---- sums over shards ---- */

lp_shard_sum lp_shard_sum_new(lp_arena *memory, lp_type type, size_t length, size_t shards) {
    size_t rank = lp_rank(), count = lp_rank_count(), first = lp_cut(shards, count, rank);
    return (lp_shard_sum){.type = type,
                          .length = length,
                          .shards = shards,
                          .first = first,
                          .end = lp_cut(shards, count, rank + 1),
                          .next = first,
                          .memory = memory};
}

/* sum += other */
static void add(const lp_shard_sum *s, void *sum, const void *other) {
    const lp_kernels *num = lp_kernels_of(s->type);
    num->binary(LP_ADD, 1, s->length, sum, 1, s->length, other, 1, s->length, sum, false);
}

/* Adds the last subtree to the one before as long as the two are a pair. */
static void add_pairs(lp_shard_sum *s) {
    for (; s->blocks >= 2; s->blocks--) {
        size_t left = s->blocks - 2, width = s->block[left].width;
        if (s->block[left + 1].width != width || s->block[left].first % (2 * width) != 0)
            return;
        add(s, s->block[left].sum, s->block[left + 1].sum);
        s->block[left].width = 2 * width;
    }
}

static void *new_vector(const lp_shard_sum *s) {
    return lp_arena_alloc(s->memory, s->length, s->type.size);
}

void *lp_shard_sum_next(lp_shard_sum *s) {
    add_pairs(s);
    size_t top = s->blocks++;
    s->block[top].first = s->next++;
    s->block[top].width = 1;
    if (s->block[top].sum == NULL)
        s->block[top].sum = new_vector(s);
    return s->block[top].sum;
}

/* The sum of the shards from `first` on, `width` of them or up to the last, of which this rank owns
 * some: at the rank that owns the first, NULL elsewhere. */
static void *sum_subtree(lp_shard_sum *s, size_t first, size_t width) {
    size_t count = lp_rank_count(), rank = lp_rank(), i = s->taken;
    if (i < s->blocks && s->block[i].first == first && s->block[i].width == width)
        return s->block[s->taken++].sum;
    size_t middle = first + width / 2;
    if (middle >= s->shards)
        return sum_subtree(s, first, width / 2);
    size_t left_rank = lp_cut_of(s->shards, count, first),
           right_rank = lp_cut_of(s->shards, count, middle);
    void *left = s->first < middle ? sum_subtree(s, first, width / 2) : NULL;
    void *right =
        s->end > middle && s->first < first + width ? sum_subtree(s, middle, width / 2) : NULL;
    if (right_rank == rank && left_rank != rank)
        send(left_rank, right, s->length * s->type.size);
    if (left_rank != rank)
        return NULL;
    if (right_rank != rank) {
        if (s->received == NULL)
            s->received = new_vector(s);
        receive(right_rank, right = s->received, s->length * s->type.size);
    }
    add(s, left, right);
    return left;
}

void *lp_shard_sum_all(lp_shard_sum *s) {
    size_t width = 1;
    add_pairs(s);
    while (width < s->shards)
        width *= 2;
    s->taken = 0;
    sum_subtree(s, 0, width);
    /* Rank 0's is in its first block: it owns shard 0. Elsewhere the blocks are spent. */
    lp_ranks_broadcast(s->block[0].sum, s->length * s->type.size);
    s->blocks = 0;
    s->next = s->first;
    return s->block[0].sum;
}
