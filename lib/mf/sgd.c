/* Stochastic gradient descent, entry by entry: in row-major order, or in blocks that share no row
 * and no column and so run at once, on threads and on ranks (Gemulla et al. 2011). */
#include "mf/methods.h"
#include "num/parallel.h"
#include "num/ranks.h"
#include "num/rng.h"

#include <string.h>

typedef struct {
    size_t blocks;               /* B: there are B x B */
    size_t *row_start;           /* (B + 1) the first row of each run */
    size_t *col_start;           /* (B + 1) */
    size_t *block_start;         /* (B² + 1) */
    lp_sparse blocked, shuffled; /* the entries block by block; and in this epoch's order */
    size_t *order;               /* (count), with shuffle */
    double *block_sse;           /* (B²) */
    size_t *shift;               /* (B) of this epoch's strata, in their order */
    size_t stratum;              /* the blocks (i, i + shift[stratum] mod B) */
    size_t first, end;           /* this rank's runs of rows */
    double *sent;                /* q's rows in the order of the ranks; NULL for one rank */
    lp_entries_rate rate_p, rate_q;
} sgd_state;

/* run[i] = the run 0 .. blocks-1 of line i, so that runs hold about as many entries each; they rise
 * with i, and start (blocks + 1) says where each begins. */
static void cut(const lp_sparse *m, const int32_t *line, size_t lines, size_t blocks, int32_t *run,
                size_t *start) {
    LP_CLEANUP(lp_free) size_t *count = lp_alloc_zero(lines, sizeof *count);
    size_t before = 0;
    for (size_t i = 0; i < m->count; i++)
        count[line[i]]++;
    for (size_t i = 0; i < lines; i++) {
        /* The run in which the line's middle entry falls. */
        double middle = (double)before + 0.5 * (double)count[i];
        size_t at = (size_t)(middle * (double)blocks / (double)m->count);
        run[i] = (int32_t)(at < blocks ? at : blocks - 1);
        before += count[i];
        start[run[i] + 1] = i + 1;
    }
    for (size_t b = 0; b < blocks; b++) /* a run may be empty */
        start[b + 1] = start[b + 1] > start[b] ? start[b + 1] : start[b];
}

static void fill_blocks(const lp_fit *fit, sgd_state *sgd, const int32_t *row_run,
                        const int32_t *col_run) {
    const lp_sparse *m = fit->observed;
    size_t blocks = sgd->blocks;
    LP_CLEANUP(lp_free) size_t *next = lp_alloc(blocks * blocks + 1, sizeof *next);
    for (size_t i = 0; i < m->count; i++)
        sgd->block_start[(size_t)row_run[m->row[i]] * blocks + (size_t)col_run[m->col[i]] + 1]++;
    for (size_t b = 0; b < blocks * blocks; b++)
        sgd->block_start[b + 1] += sgd->block_start[b];
    memcpy(next, sgd->block_start, (blocks * blocks + 1) * sizeof *next);
    for (size_t i = 0; i < m->count; i++) {
        size_t at = next[(size_t)row_run[m->row[i]] * blocks + (size_t)col_run[m->col[i]]]++;
        sgd->blocked.row[at] = m->row[i];
        sgd->blocked.col[at] = m->col[i];
        sgd->blocked.value[at] = fit->value[i];
    }
}

void lp_sgd_prepare(lp_fit *fit) {
    const lp_sparse *m = fit->observed;
    sgd_state *sgd = fit->state = lp_arena_alloc_zero(&fit->memory, 1, sizeof *sgd);
    size_t shards = fit->shards, ranks = lp_rank_count();
    size_t blocks = sgd->blocks = shards > 1 ? shards : (size_t)fit->options.blocks;
    sgd->first = ranks > 1 ? lp_cut(blocks, ranks, lp_rank()) : 0;
    sgd->end = ranks > 1 ? lp_cut(blocks, ranks, lp_rank() + 1) : blocks;
    sgd->sent = ranks > 1 ? lp_fit_matrix(fit, m->cols, fit->width) : NULL;
    sgd->shift = lp_arena_alloc(&fit->memory, blocks, sizeof *sgd->shift);
    sgd->row_start = lp_arena_alloc_zero(&fit->memory, blocks + 1, sizeof *sgd->row_start);
    sgd->col_start = lp_arena_alloc_zero(&fit->memory, blocks + 1, sizeof *sgd->col_start);
    sgd->block_start =
        lp_arena_alloc_zero(&fit->memory, blocks * blocks + 1, sizeof *sgd->block_start);
    sgd->block_sse = lp_fit_matrix(fit, blocks, blocks);
    sgd->blocked = lp_fit_entries(fit, m->rows, m->cols);
    if (fit->options.shuffle) {
        sgd->order = lp_arena_alloc(&fit->memory, m->count, sizeof *sgd->order);
        sgd->shuffled = lp_fit_entries(fit, m->rows, m->cols);
    }
    LP_CLEANUP(lp_free) int32_t *row_run = lp_alloc(m->rows, sizeof *row_run);
    LP_CLEANUP(lp_free) int32_t *col_run = lp_alloc(m->cols, sizeof *col_run);
    cut(m, m->row, m->rows, blocks, row_run, sgd->row_start);
    cut(m, m->col, m->cols, blocks, col_run, sgd->col_start);
    fill_blocks(fit, sgd, row_run, col_run);
}

/* The block's entries in this epoch's order. Each block has its own words of the epoch's random
 * stream. */
static void shuffle(const lp_fit *fit, sgd_state *sgd, size_t block) {
    size_t from = sgd->block_start[block], n = sgd->block_start[block + 1] - from;
    lp_rng r = lp_rng_new(fit->options.seed, LP_RNG_FACTOR_ORDER, (uint32_t)fit->epoch);
    r.next = (uint64_t)block << 40;
    size_t *order = sgd->order + from;
    lp_rng_permutation(&r, n, order);
    for (size_t i = 0; i < n; i++) {
        sgd->shuffled.row[from + i] = sgd->blocked.row[from + order[i]];
        sgd->shuffled.col[from + i] = sgd->blocked.col[from + order[i]];
        sgd->shuffled.value[from + i] = sgd->blocked.value[from + order[i]];
    }
}

/* The run of columns that meets run i of the rows. */
static size_t col_run_of(const sgd_state *sgd, size_t i) {
    return (i + sgd->shift[sgd->stratum]) % sgd->blocks;
}

static void run_block(void *context, size_t i) {
    lp_fit *fit = context;
    sgd_state *sgd = fit->state;
    size_t row_run = sgd->first + i, block = row_run * sgd->blocks + col_run_of(sgd, row_run);
    size_t from = sgd->block_start[block], n = sgd->block_start[block + 1] - from;
    if (fit->options.shuffle)
        shuffle(fit, sgd, block);
    const lp_sparse *m = fit->options.shuffle ? &sgd->shuffled : &sgd->blocked;
    sgd->block_sse[block] = fit->num->sgd(n, m->row + from, m->col + from, m->value + from,
                                          fit->width, fit->p, fit->q, &sgd->rate_p, &sgd->rate_q);
}

/* The order of the strata: as they are numbered, or, on shards, drawn for each epoch. */
static void order_strata(const lp_fit *fit, sgd_state *sgd) {
    for (size_t i = 0; i < sgd->blocks; i++)
        sgd->shift[i] = i;
    if (fit->shards > 1) {
        lp_rng r = lp_rng_new(fit->options.seed, LP_RNG_STRATA, (uint32_t)fit->epoch);
        lp_rng_permutation(&r, sgd->blocks, sgd->shift);
    }
}

/* Copies q's rows of each run of columns into `sent`, or back out of it, where they lie in the
 * order of the runs of rows that they met: own ones in, others' out. start (ranks + 1) gets the
 * first byte of each rank. */
static void pack(const lp_fit *fit, const sgd_state *sgd, bool out, size_t *start) {
    size_t ranks = lp_rank_count(), row_size = fit->width * sizeof *fit->q, at = 0;
    for (size_t i = 0, rank = 0; i < sgd->blocks; i++) {
        for (; rank < ranks && lp_cut(sgd->blocks, ranks, rank) == i; rank++)
            start[rank] = at;
        size_t run = col_run_of(sgd, i), from = sgd->col_start[run] * row_size;
        size_t size = sgd->col_start[run + 1] * row_size - from;
        bool is_own = i >= sgd->first && i < sgd->end;
        if (is_own && !out)
            memcpy((char *)sgd->sent + at, (const char *)fit->q + from, size);
        else if (!is_own && out)
            memcpy((char *)fit->q + from, (const char *)sgd->sent + at, size);
        at += size;
    }
    start[ranks] = at;
}

/* After a stratum: each rank goes on with columns that another has changed. */
static void share_columns(const lp_fit *fit, const sgd_state *sgd) {
    if (lp_rank_count() == 1)
        return;
    LP_CLEANUP(lp_free) size_t *start = lp_alloc(lp_rank_count() + 1, sizeof *start);
    pack(fit, sgd, false, start);
    lp_ranks_gather(sgd->sent, start);
    pack(fit, sgd, true, start);
}

/* After an epoch. */
static void share_rows(const lp_fit *fit, const sgd_state *sgd) {
    size_t ranks = lp_rank_count(), blocks = sgd->blocks;
    if (ranks == 1)
        return;
    LP_CLEANUP(lp_free) size_t *start = lp_alloc(ranks + 1, sizeof *start);
    for (size_t r = 0; r <= ranks; r++)
        start[r] = sgd->row_start[lp_cut(blocks, ranks, r)] * fit->width * sizeof *fit->p;
    lp_ranks_gather(fit->p, start);
    lp_ranks_gather_rows(sgd->block_sse, blocks, blocks * sizeof *sgd->block_sse, blocks);
}

int lp_sgd_epoch(lp_fit *fit, double lr, double *sse, lp_error *e) {
    (void)e;
    sgd_state *sgd = fit->state;
    sgd->rate_p = lp_fit_rate(fit, lr, LP_ROW_BIAS, LP_COL_BIAS);
    sgd->rate_q = lp_fit_rate(fit, lr, LP_COL_BIAS, LP_ROW_BIAS);
    order_strata(fit, sgd);
    for (sgd->stratum = 0; sgd->stratum < sgd->blocks; sgd->stratum++) {
        lp_parallel(sgd->end - sgd->first, run_block, fit);
        share_columns(fit, sgd);
    }
    share_rows(fit, sgd);
    *sse = 0;
    for (size_t b = 0; b < sgd->blocks * sgd->blocks; b++)
        *sse += sgd->block_sse[b];
    return 0;
}
