/* Stochastic gradient descent, entry by entry: in row-major order, or in blocks that share no row
 * and no column and so run at once (Gemulla et al. 2011). */
#include "mf/methods.h"
#include "num/parallel.h"
#include "num/rng.h"

#include <string.h>

typedef struct {
    size_t blocks;               /* B: there are B x B */
    size_t *block_start;         /* (B² + 1) */
    lp_sparse blocked, shuffled; /* the entries block by block; and in this epoch's order */
    size_t *order;               /* (count), with shuffle */
    double *block_sse;           /* (B²) */
    size_t round;
    lp_entries_rate rate_p, rate_q;
} sgd_state;

/* run[i] = the run 0 .. blocks-1 of line i, so that runs hold about as many entries each. */
static void cut(const lp_sparse *m, const int32_t *line, size_t lines, size_t blocks,
                int32_t *run) {
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
    }
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
    size_t blocks = sgd->blocks = (size_t)fit->options.blocks;
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
    cut(m, m->row, m->rows, blocks, row_run);
    cut(m, m->col, m->cols, blocks, col_run);
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

static void run_block(void *context, size_t i) {
    lp_fit *fit = context;
    sgd_state *sgd = fit->state;
    size_t block = i * sgd->blocks + (i + sgd->round) % sgd->blocks;
    size_t from = sgd->block_start[block], n = sgd->block_start[block + 1] - from;
    if (fit->options.shuffle)
        shuffle(fit, sgd, block);
    const lp_sparse *m = fit->options.shuffle ? &sgd->shuffled : &sgd->blocked;
    sgd->block_sse[block] = fit->num->sgd(n, m->row + from, m->col + from, m->value + from,
                                          fit->width, fit->p, fit->q, &sgd->rate_p, &sgd->rate_q);
}

int lp_sgd_epoch(lp_fit *fit, double lr, double *sse, lp_error *e) {
    (void)e;
    sgd_state *sgd = fit->state;
    sgd->rate_p = lp_fit_rate(fit, lr, LP_ROW_BIAS, LP_COL_BIAS);
    sgd->rate_q = lp_fit_rate(fit, lr, LP_COL_BIAS, LP_ROW_BIAS);
    for (sgd->round = 0; sgd->round < sgd->blocks; sgd->round++)
        lp_parallel(sgd->blocks, run_block, fit);
    *sse = 0;
    for (size_t b = 0; b < sgd->blocks * sgd->blocks; b++)
        *sse += sgd->block_sse[b];
    return 0;
}
