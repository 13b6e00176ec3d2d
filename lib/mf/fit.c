#include "mf/fit.h"

#include "autodiff/graph.h"
#include "base/memory.h"
#include "num/entries.h"
#include "num/linalg.h"
#include "num/parallel.h"
#include "num/rng.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Rows of p are (bias, 1, u…), rows of q (1, bias, v…) where the model has biases, (u…) and (v…)
 * where it has not, filled up with zeros to whole vectors: one product is the whole model but for
 * the mean, and a bias is trained like any column. */
enum { ROW_BIAS, COL_BIAS, BIAS_COLUMNS };

enum {
    LINES = 32,      /* rows or columns of a chunk of the full gradient */
    ALS_CHUNKS = 16, /* each with its own scratch */
};

static const double NEGLIGIBLE_PIVOT = 1e-13;

struct lp_fit {
    lp_arena memory; /* holds every array below */
    lp_fit_options options;
    const lp_sparse *observed;
    const lp_entries_kernels *math;
    bool biases;
    size_t rank, first, width; /* factors stand in columns first .. first + rank - 1 of width */
    double mean;
    double *value; /* (count) observed, less the mean */
    double *p, *q; /* (rows, width), (cols, width) */
    uint64_t epoch;

    /* gd on a whole matrix */
    lp_graph *graph;
    double *p_gradient, *q_gradient;

    /* gd and als: the entries by row and by column. */
    size_t *row_start, *col_start;
    lp_sparse by_col;
    int32_t *place; /* (count) of entry i of by_col in row-major order */

    /* gd */
    double *error, *row_gradient, *col_gradient, *chunk_sse;

    /* sgd: the entries block by block; with shuffle, a second set that is put in order anew. */
    size_t *block_start; /* (blocks² + 1) */
    lp_sparse blocked, shuffled;
    size_t *order; /* (count) */
    double *block_sse;

    /* als */
    double *scratch;
};

void lp_fit_free(lp_fit *fit) {
    if (fit == NULL)
        return;
    lp_graph_free(fit->graph);
    lp_arena_free(&fit->memory);
    free(fit);
}

static double *new_matrix(lp_fit *fit, size_t rows, size_t cols) {
    return lp_arena_alloc_zero(&fit->memory, rows, cols * sizeof(double));
}

static lp_sparse new_entries(lp_fit *fit, size_t rows, size_t cols) {
    size_t count = fit->observed->count;
    return (lp_sparse){.rows = rows,
                       .cols = cols,
                       .count = count,
                       .row = lp_arena_alloc(&fit->memory, count, sizeof(int32_t)),
                       .col = lp_arena_alloc(&fit->memory, count, sizeof(int32_t)),
                       .value = lp_arena_alloc(&fit->memory, count, sizeof(double))};
}

/* ---- the start ---- */

static void start_at_random(const lp_fit *fit, double *matrix, size_t lines, uint32_t which) {
    lp_rng r = lp_rng_new(fit->options.seed, LP_RNG_FACTOR_INIT, which);
    for (size_t i = 0; i < lines; i++)
        for (size_t k = 0; k < fit->rank; k++)
            matrix[i * fit->width + fit->first + k] =
                fit->options.init_scale *
                (fit->options.init == 1 ? lp_rng_normal(&r) : lp_rng_uniform(&r));
}

static int start_from(lp_fit *fit, const lp_factors *start, lp_error *e) {
    const lp_sparse *m = fit->observed;
    if (start->rows != m->rows || start->cols != m->cols || start->rank != fit->rank)
        return lp_fail(e,
                       "the start has factors of rank %zu for a %zu x %zu matrix (rank %zu for "
                       "%zu x %zu was expected)",
                       start->rank, start->rows, start->cols, fit->rank, m->rows, m->cols);
    if (start->s != NULL)
        return lp_fail(e, "the start holds singular values 's' (multiply them into u or v)");
    if (!fit->biases && start->has_mean)
        return lp_fail(e, "the start holds a mean, and the model has none (--bias)");
    for (size_t r = 0; r < m->rows; r++)
        for (size_t k = 0; k < fit->rank; k++)
            fit->p[r * fit->width + fit->first + k] = start->u[r * fit->rank + k];
    for (size_t c = 0; c < m->cols; c++)
        for (size_t k = 0; k < fit->rank; k++)
            fit->q[c * fit->width + fit->first + k] = start->v[c * fit->rank + k];
    if (start->row_bias == NULL)
        return 0;
    for (size_t r = 0; r < m->rows; r++)
        fit->p[r * fit->width + ROW_BIAS] = start->row_bias[r];
    for (size_t c = 0; c < m->cols; c++)
        fit->q[c * fit->width + COL_BIAS] = start->col_bias[c];
    return 0;
}

static int start(lp_fit *fit, const lp_factors *from, lp_error *e) {
    const lp_sparse *m = fit->observed;
    fit->p = new_matrix(fit, m->rows, fit->width);
    fit->q = new_matrix(fit, m->cols, fit->width);
    if (fit->biases) {
        for (size_t r = 0; r < m->rows; r++)
            fit->p[r * fit->width + COL_BIAS] = 1;
        for (size_t c = 0; c < m->cols; c++)
            fit->q[c * fit->width + ROW_BIAS] = 1;
    }
    if (from != NULL)
        return start_from(fit, from, e);
    start_at_random(fit, fit->p, m->rows, 0);
    start_at_random(fit, fit->q, m->cols, 1);
    return 0;
}

/* value = observed - mean; the mean is that of the observed entries, or the start's. */
static void centre(lp_fit *fit, const lp_factors *from) {
    const lp_sparse *m = fit->observed;
    fit->value = new_matrix(fit, m->count, 1);
    if (fit->biases && from != NULL && from->has_mean) {
        fit->mean = from->mean;
    } else if (fit->biases) {
        for (size_t i = 0; i < m->count; i++)
            fit->mean += m->value[i];
        fit->mean /= (double)m->count;
    }
    for (size_t i = 0; i < m->count; i++)
        fit->value[i] = m->value[i] - fit->mean;
}

/* ---- the entries by column ---- */

/* start[l] .. start[l + 1] are the entries of line l. */
static size_t *line_starts(lp_fit *fit, const int32_t *line, size_t lines) {
    size_t *start = lp_arena_alloc_zero(&fit->memory, lines + 1, sizeof *start);
    for (size_t i = 0; i < fit->observed->count; i++)
        start[line[i] + 1]++;
    for (size_t l = 0; l < lines; l++)
        start[l + 1] += start[l];
    return start;
}

static void index_lines(lp_fit *fit) {
    const lp_sparse *m = fit->observed;
    fit->row_start = line_starts(fit, m->row, m->rows);
    fit->col_start = line_starts(fit, m->col, m->cols);
    fit->place = lp_arena_alloc(&fit->memory, m->count, sizeof *fit->place);
    fit->by_col = new_entries(fit, m->cols, m->rows);
    size_t *next = lp_alloc(m->cols + 1, sizeof *next);
    memcpy(next, fit->col_start, (m->cols + 1) * sizeof *next);
    for (size_t i = 0; i < m->count; i++) {
        size_t at = next[m->col[i]]++;
        fit->by_col.row[at] = m->col[i];
        fit->by_col.col[at] = m->row[i];
        fit->by_col.value[at] = fit->value[i];
        fit->place[at] = (int32_t)i;
    }
    free(next);
}

/* ---- gd, on a whole matrix ---- */

/* The loss is sum of (x - p qᵀ)². */
static void new_graph(lp_fit *fit, const double *whole) {
    size_t m = fit->observed->rows, n = fit->observed->cols;
    fit->p_gradient = new_matrix(fit, m, fit->width);
    fit->q_gradient = new_matrix(fit, n, fit->width);
    lp_graph *g = fit->graph = lp_graph_new(LP_F8);
    int p = lp_graph_parameter(g, m, fit->width, fit->p, fit->p_gradient);
    int q = lp_graph_parameter(g, n, fit->width, fit->q, fit->q_gradient);
    int x = lp_graph_input(g, m, n, false);
    int product = lp_graph_apply(g, LP_OP_MATMUL_NT, p, q);
    lp_error e; /* none: the shapes fit */
    lp_graph_finish(g, lp_graph_apply(g, LP_OP_SQUARED_ERROR, product, x), &e);
    lp_graph_set(g, x, whole);
}

static double graph_epoch(lp_fit *fit, double lr) {
    const lp_kernels *math = lp_kernels_of(LP_F8);
    lp_graph_forward(fit->graph);
    lp_graph_backward(fit->graph);
    math->sgd_step(fit->observed->rows * fit->width, fit->p, fit->p_gradient, NULL, lr, 0, 0, false,
                   false);
    math->sgd_step(fit->observed->cols * fit->width, fit->q, fit->q_gradient, NULL, lr, 0, 0, false,
                   false);
    return lp_graph_loss(fit->graph);
}

/* ---- gd, on entries ---- */

static size_t chunks_of(size_t lines) {
    return (lines + LINES - 1) / LINES;
}

static void new_gd(lp_fit *fit) {
    const lp_sparse *m = fit->observed;
    fit->error = new_matrix(fit, m->count, 1);
    fit->row_gradient = new_matrix(fit, m->rows, fit->width);
    fit->col_gradient = new_matrix(fit, m->cols, fit->width);
    fit->chunk_sse = new_matrix(fit, chunks_of(m->rows), 1);
    index_lines(fit);
}

static void row_chunk(void *context, size_t i) {
    lp_fit *fit = context;
    size_t from = i * LINES, lines = fit->observed->rows - from;
    fit->chunk_sse[i] = fit->math->row_gradient(
        lines < LINES ? lines : LINES, fit->row_start + from, fit->observed->col, fit->value,
        fit->width, fit->p + from * fit->width, fit->q, fit->error,
        fit->row_gradient + from * fit->width);
}

static void col_chunk(void *context, size_t i) {
    lp_fit *fit = context;
    size_t from = i * LINES, lines = fit->observed->cols - from;
    fit->math->col_gradient(lines < LINES ? lines : LINES, fit->col_start + from, fit->by_col.col,
                            fit->place, fit->error, fit->width, fit->p,
                            fit->col_gradient + from * fit->width);
}

/* keep = 1 - step λ, with the biases' own λ, and the column of ones left alone. */
static lp_entries_rate rate_of(const lp_fit *fit, double step, int own_bias, int ones) {
    lp_entries_rate rate = {.keep = 1 - step * fit->options.reg, .step = step};
    for (int k = 0; k < LP_ENTRIES_LANES; k++) {
        rate.keep_first[k] = rate.keep;
        rate.step_first[k] = rate.step;
    }
    if (fit->biases) {
        rate.keep_first[own_bias] = 1 - step * fit->options.bias_reg;
        rate.keep_first[ones] = 1;
        rate.step_first[ones] = 0;
    }
    return rate;
}

static double gd_epoch(lp_fit *fit, double lr) {
    const lp_sparse *m = fit->observed;
    bool alternate = fit->options.update == 1;
    double step = alternate ? lr : 2 * lr, sse = 0;
    lp_entries_rate rate_p = rate_of(fit, step, ROW_BIAS, COL_BIAS);
    lp_entries_rate rate_q = rate_of(fit, step, COL_BIAS, ROW_BIAS);
    lp_parallel(chunks_of(m->rows), row_chunk, fit);
    for (size_t i = 0; i < chunks_of(m->rows); i++)
        sse += fit->chunk_sse[i];
    if (alternate)
        fit->math->step(m->rows, fit->width, fit->p, fit->row_gradient, &rate_p);
    lp_parallel(chunks_of(m->cols), col_chunk, fit);
    if (!alternate)
        fit->math->step(m->rows, fit->width, fit->p, fit->row_gradient, &rate_p);
    fit->math->step(m->cols, fit->width, fit->q, fit->col_gradient, &rate_q);
    return sse;
}

/* ---- sgd ---- */

/* run[i] = the run 0 .. blocks-1 of line i, so that runs hold about as many entries each. */
static void cut(const lp_sparse *m, const int32_t *line, size_t lines, size_t blocks,
                int32_t *run) {
    size_t *count = lp_alloc_zero(lines, sizeof *count), before = 0;
    for (size_t i = 0; i < m->count; i++)
        count[line[i]]++;
    for (size_t i = 0; i < lines; i++) {
        /* The run in which the line's middle entry falls. */
        double middle = (double)before + 0.5 * (double)count[i];
        size_t at = (size_t)(middle * (double)blocks / (double)m->count);
        run[i] = (int32_t)(at < blocks ? at : blocks - 1);
        before += count[i];
    }
    free(count);
}

static void fill_blocks(lp_fit *fit, const int32_t *row_run, const int32_t *col_run) {
    const lp_sparse *m = fit->observed;
    size_t blocks = (size_t)fit->options.blocks;
    size_t *next = lp_alloc(blocks * blocks + 1, sizeof *next);
    for (size_t i = 0; i < m->count; i++)
        fit->block_start[(size_t)row_run[m->row[i]] * blocks + (size_t)col_run[m->col[i]] + 1]++;
    for (size_t b = 0; b < blocks * blocks; b++)
        fit->block_start[b + 1] += fit->block_start[b];
    memcpy(next, fit->block_start, (blocks * blocks + 1) * sizeof *next);
    for (size_t i = 0; i < m->count; i++) {
        size_t at = next[(size_t)row_run[m->row[i]] * blocks + (size_t)col_run[m->col[i]]]++;
        fit->blocked.row[at] = m->row[i];
        fit->blocked.col[at] = m->col[i];
        fit->blocked.value[at] = fit->value[i];
    }
    free(next);
}

static void new_sgd(lp_fit *fit) {
    const lp_sparse *m = fit->observed;
    size_t blocks = (size_t)fit->options.blocks;
    fit->block_start =
        lp_arena_alloc_zero(&fit->memory, blocks * blocks + 1, sizeof *fit->block_start);
    fit->block_sse = new_matrix(fit, blocks, blocks);
    fit->blocked = new_entries(fit, m->rows, m->cols);
    if (fit->options.shuffle) {
        fit->order = lp_arena_alloc(&fit->memory, m->count, sizeof *fit->order);
        fit->shuffled = new_entries(fit, m->rows, m->cols);
    }
    int32_t *row_run = lp_alloc(m->rows, sizeof *row_run);
    int32_t *col_run = lp_alloc(m->cols, sizeof *col_run);
    cut(m, m->row, m->rows, blocks, row_run);
    cut(m, m->col, m->cols, blocks, col_run);
    fill_blocks(fit, row_run, col_run);
    free(row_run);
    free(col_run);
}

/* The block's entries in the order of this epoch: its own words of the epoch's random stream. */
static const lp_sparse *shuffle_block(lp_fit *fit, size_t block) {
    size_t from = fit->block_start[block], n = fit->block_start[block + 1] - from;
    lp_rng r = lp_rng_new(fit->options.seed, LP_RNG_FACTOR_ORDER, (uint32_t)fit->epoch);
    r.next = (uint64_t)block << 40;
    size_t *order = fit->order + from;
    lp_rng_permutation(&r, n, order);
    for (size_t i = 0; i < n; i++) {
        fit->shuffled.row[from + i] = fit->blocked.row[from + order[i]];
        fit->shuffled.col[from + i] = fit->blocked.col[from + order[i]];
        fit->shuffled.value[from + i] = fit->blocked.value[from + order[i]];
    }
    return &fit->shuffled;
}

typedef struct {
    lp_fit *fit;
    size_t round;
    lp_entries_rate rate_p, rate_q;
} sgd_round;

static void sgd_block(void *context, size_t i) {
    sgd_round *now = context;
    lp_fit *fit = now->fit;
    size_t blocks = (size_t)fit->options.blocks, block = i * blocks + (i + now->round) % blocks;
    size_t from = fit->block_start[block], n = fit->block_start[block + 1] - from;
    const lp_sparse *m = fit->options.shuffle ? shuffle_block(fit, block) : &fit->blocked;
    fit->block_sse[block] = fit->math->sgd(n, m->row + from, m->col + from, m->value + from,
                                           fit->width, fit->p, fit->q, &now->rate_p, &now->rate_q);
}

static double sgd_epoch(lp_fit *fit, double lr) {
    size_t blocks = (size_t)fit->options.blocks;
    sgd_round now = {fit, 0, rate_of(fit, lr, ROW_BIAS, COL_BIAS),
                     rate_of(fit, lr, COL_BIAS, ROW_BIAS)};
    for (now.round = 0; now.round < blocks; now.round++)
        lp_parallel(blocks, sgd_block, &now);
    double sse = 0;
    for (size_t b = 0; b < blocks * blocks; b++)
        sse += fit->block_sse[b];
    return sse;
}

/* ---- als ---- */

/* Of one chunk: the normal equations over the whole width, and those of the unknowns. */
static size_t scratch_size(const lp_fit *fit) {
    return 2 * (fit->width * fit->width + fit->width);
}

static void new_als(lp_fit *fit) {
    fit->scratch = new_matrix(fit, ALS_CHUNKS, scratch_size(fit));
    index_lines(fit);
}

typedef struct {
    lp_fit *fit;
    size_t lines;
    const size_t *start;
    const int32_t *other;
    const double *value;
    double *x;         /* solved for */
    const double *by;  /* held fixed */
    int own_bias, one; /* columns */
    lp_error error[ALS_CHUNKS];
    bool failed[ALS_CHUNKS];
} als_half;

/* Where a row's unknown i stands: its own bias first, then the factors. */
static size_t column_of(const als_half *half, size_t i) {
    if (!half->fit->biases)
        return i;
    return i == 0 ? (size_t)half->own_bias : half->fit->first + i - 1;
}

/* Solves for line r's unknowns: all columns of the model but the column of ones, whose share in
 * the right-hand side is known. */
static int solve_line(als_half *half, size_t r, double *scratch, lp_error *e) {
    lp_fit *fit = half->fit;
    size_t width = fit->width, n = half->start[r + 1] - half->start[r];
    size_t count = fit->rank + (fit->biases ? 1 : 0);
    double *a = scratch, *b = a + width * width, *l = b + width, *z = l + width * width;
    double *x = half->x + r * width;
    if (n == 0) {
        for (size_t i = 0; i < count; i++)
            x[column_of(half, i)] = 0;
        return 0;
    }
    memset(a, 0, (width * width + width) * sizeof *a);
    fit->math->normal(n, half->other + half->start[r], half->value + half->start[r], width,
                      half->by, a, b);
    for (size_t i = 0; i < count; i++) {
        size_t at = column_of(half, i);
        for (size_t j = 0; j < count; j++)
            l[i * count + j] = a[at * width + column_of(half, j)];
        l[i * count + i] += fit->biases && i == 0 ? fit->options.bias_reg : fit->options.reg;
        z[i] = b[at] - (fit->biases ? a[at * width + (size_t)half->one] : 0);
    }
    for (size_t i = 0; i < count; i++)
        b[i] = l[i * count + i];
    /* Normal equations are positive semi-definite: a refusal is rounding, as is a pivot that is
     * nothing beside its diagonal element. */
    bool singular = lp_cholesky(count, l, e) != 0;
    for (size_t i = 0; i < count && !singular; i++)
        singular = !(l[i * count + i] * l[i * count + i] > NEGLIGIBLE_PIVOT * b[i]);
    if (singular)
        return lp_fail(e, "the normal equations are singular (take a larger --reg)");
    lp_cholesky_solve(count, l, z);
    for (size_t i = 0; i < count; i++)
        x[column_of(half, i)] = z[i];
    return 0;
}

static void als_chunk(void *context, size_t chunk) {
    als_half *half = context;
    size_t from = half->lines * chunk / ALS_CHUNKS, to = half->lines * (chunk + 1) / ALS_CHUNKS;
    double *scratch = half->fit->scratch + chunk * scratch_size(half->fit);
    for (size_t r = from; r < to && !half->failed[chunk]; r++)
        if (solve_line(half, r, scratch, &half->error[chunk])) {
            half->failed[chunk] = true;
            lp_within(&half->error[chunk], "%s %zu", half->own_bias == ROW_BIAS ? "row" : "column",
                      r);
        }
}

int lp_fit_half_epoch(lp_fit *fit, bool columns, lp_error *e) {
    const lp_sparse *m = fit->observed;
    als_half half = {
        .fit = fit,
        .lines = columns ? m->cols : m->rows,
        .start = columns ? fit->col_start : fit->row_start,
        .other = columns ? fit->by_col.col : m->col,
        .value = columns ? fit->by_col.value : fit->value,
        .x = columns ? fit->q : fit->p,
        .by = columns ? fit->p : fit->q,
        .own_bias = columns ? COL_BIAS : ROW_BIAS,
        .one = columns ? ROW_BIAS : COL_BIAS,
    };
    lp_parallel(ALS_CHUNKS, als_chunk, &half);
    for (int i = 0; i < ALS_CHUNKS; i++)
        if (half.failed[i]) {
            *e = half.error[i];
            return lp_within(e, "epoch %" PRIu64, fit->epoch + 1);
        }
    return 0;
}

/* ---- the whole ---- */

static double model(const lp_fit *fit, size_t row, size_t col) {
    const double *p = fit->p + row * fit->width, *q = fit->q + col * fit->width;
    double sum = 0;
    for (size_t k = 0; k < fit->first + fit->rank; k++)
        sum += p[k] * q[k];
    return sum;
}

static double sse_of(const lp_fit *fit, const lp_sparse *m) {
    double sse = 0;
    for (size_t i = 0; i < m->count; i++) {
        double error = m->value[i] - fit->mean - model(fit, (size_t)m->row[i], (size_t)m->col[i]);
        sse += error * error;
    }
    return sse;
}

double lp_fit_mse(const lp_fit *fit, const lp_sparse *m) {
    return sse_of(fit, m) / (double)m->count;
}

static double sum_of_squares(const lp_fit *fit, const double *x, size_t lines, size_t from,
                             size_t to) {
    double sum = 0;
    for (size_t i = 0; i < lines; i++)
        for (size_t k = from; k < to; k++)
            sum += x[i * fit->width + k] * x[i * fit->width + k];
    return sum;
}

double lp_fit_objective(const lp_fit *fit) {
    const lp_sparse *m = fit->observed;
    size_t last = fit->first + fit->rank;
    double sum = sse_of(fit, m);
    sum += fit->options.reg * (sum_of_squares(fit, fit->p, m->rows, fit->first, last) +
                               sum_of_squares(fit, fit->q, m->cols, fit->first, last));
    if (fit->biases)
        sum +=
            fit->options.bias_reg * (sum_of_squares(fit, fit->p, m->rows, ROW_BIAS, ROW_BIAS + 1) +
                                     sum_of_squares(fit, fit->q, m->cols, COL_BIAS, COL_BIAS + 1));
    return sum;
}

int lp_fit_epoch(lp_fit *fit, double *sse, lp_error *e) {
    const lp_fit_options *o = &fit->options;
    double lr = lp_schedule_rate(&o->schedule, o->lr, fit->epoch, (uint64_t)o->epochs);
    if (fit->graph != NULL) {
        *sse = graph_epoch(fit, lr);
    } else if (o->method == LP_FIT_GD) {
        *sse = gd_epoch(fit, lr);
    } else if (o->method == LP_FIT_SGD) {
        *sse = sgd_epoch(fit, lr);
    } else {
        if (lp_fit_half_epoch(fit, false, e) || lp_fit_half_epoch(fit, true, e))
            return -1;
        *sse = sse_of(fit, fit->observed);
    }
    fit->epoch++;
    if (isfinite(*sse))
        return 0;
    return lp_fail(
        e, "the error became %g in epoch %" PRIu64 " with learning rate %g (try a smaller --lr)",
        *sse, fit->epoch, lr);
}

void lp_fit_set_epoch(lp_fit *fit, uint64_t epoch) {
    fit->epoch = epoch;
}

static int check(const lp_fit *fit, lp_error *e) {
    const lp_sparse *m = fit->observed;
    size_t least = m->rows < m->cols ? m->rows : m->cols;
    if (m->count == 0)
        return lp_fail(e, "there is no observed entry to fit");
    if (m->count > INT32_MAX)
        return lp_fail(e, "%zu entries are more than 2^31 - 1", m->count);
    if (fit->rank > least)
        return lp_fail(e, "rank %zu is more than the smaller side of the %zu x %zu matrix",
                       fit->rank, m->rows, m->cols);
    return 0;
}

lp_fit *lp_fit_new(const lp_fit_options *o, const lp_sparse *observed, const double *whole,
                   const lp_factors *from, lp_error *e) {
    lp_fit *fit = lp_alloc_zero(1, sizeof *fit);
    fit->options = *o;
    fit->observed = observed;
    fit->math = lp_kernels_of(LP_F8)->entries;
    fit->biases = o->bias || o->method == LP_FIT_BIAS;
    fit->rank = o->method == LP_FIT_BIAS ? 0 : (size_t)o->rank;
    fit->first = fit->biases ? BIAS_COLUMNS : 0;
    bool graph =
        o->method == LP_FIT_GD && whole != NULL && o->update == 0 && !o->bias && o->reg == 0;
    fit->width = graph ? fit->rank
                       : (fit->first + fit->rank + LP_ENTRIES_LANES - 1) / LP_ENTRIES_LANES *
                             LP_ENTRIES_LANES;
    if (check(fit, e) || start(fit, from, e)) {
        lp_fit_free(fit);
        return NULL;
    }
    centre(fit, from);
    if (graph)
        new_graph(fit, whole);
    else if (o->method == LP_FIT_GD)
        new_gd(fit);
    else if (o->method == LP_FIT_SGD)
        new_sgd(fit);
    else
        new_als(fit);
    return fit;
}

lp_factors lp_fit_factors(const lp_fit *fit) {
    const lp_sparse *m = fit->observed;
    lp_factors f = lp_factors_new(m->rows, m->cols, fit->rank, false, fit->biases);
    for (size_t r = 0; r < m->rows; r++)
        for (size_t k = 0; k < fit->rank; k++)
            f.u[r * fit->rank + k] = fit->p[r * fit->width + fit->first + k];
    for (size_t c = 0; c < m->cols; c++)
        for (size_t k = 0; k < fit->rank; k++)
            f.v[c * fit->rank + k] = fit->q[c * fit->width + fit->first + k];
    f.mean = fit->mean;
    for (size_t r = 0; r < m->rows && fit->biases; r++)
        f.row_bias[r] = fit->p[r * fit->width + ROW_BIAS];
    for (size_t c = 0; c < m->cols && fit->biases; c++)
        f.col_bias[c] = fit->q[c * fit->width + COL_BIAS];
    return f;
}
