#include "mf/fit.h"

#include "mf/methods.h"
#include "num/parallel.h"
#include "num/ranks.h"
#include "num/rng.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROW(NAME, text, ...) [LP_FIT_##NAME] = {.name = text, __VA_ARGS__},
static const lp_fit_method_row methods[LP_FIT_METHOD_COUNT] = {LP_FIT_METHODS(ROW)};

/* ---- shared by the methods ---- */

double *lp_fit_matrix(lp_fit *fit, size_t rows, size_t cols) {
    return lp_arena_alloc_zero(&fit->memory, rows, cols * sizeof(double));
}

lp_sparse lp_fit_entries(lp_fit *fit, size_t rows, size_t cols) {
    size_t count = fit->observed->count;
    return (lp_sparse){.rows = rows,
                       .cols = cols,
                       .count = count,
                       .row = lp_arena_alloc(&fit->memory, count, sizeof(int32_t)),
                       .col = lp_arena_alloc(&fit->memory, count, sizeof(int32_t)),
                       .value = lp_arena_alloc(&fit->memory, count, sizeof(double))};
}

void lp_copy_columns(double *to, size_t to_width, const double *from, size_t from_width,
                     size_t lines, size_t cols) {
    for (size_t i = 0; i < lines; i++)
        for (size_t k = 0; k < cols; k++)
            to[i * to_width + k] = from[i * from_width + k];
}

static size_t *line_starts(lp_fit *fit, const int32_t *line, size_t lines) {
    size_t *start = lp_arena_alloc_zero(&fit->memory, lines + 1, sizeof *start);
    for (size_t i = 0; i < fit->observed->count; i++)
        start[line[i] + 1]++;
    for (size_t l = 0; l < lines; l++)
        start[l + 1] += start[l];
    return start;
}

lp_fit_lines lp_fit_index_lines(lp_fit *fit) {
    const lp_sparse *m = fit->observed;
    lp_fit_lines lines = {.row_start = line_starts(fit, m->row, m->rows),
                          .col_start = line_starts(fit, m->col, m->cols),
                          .by_col = lp_fit_entries(fit, m->cols, m->rows),
                          .place = lp_arena_alloc(&fit->memory, m->count, sizeof *lines.place)};
    LP_CLEANUP(lp_free) size_t *next = lp_alloc(m->cols + 1, sizeof *next);
    memcpy(next, lines.col_start, (m->cols + 1) * sizeof *next);
    for (size_t i = 0; i < m->count; i++) {
        size_t at = next[m->col[i]]++;
        lines.by_col.row[at] = m->col[i];
        lines.by_col.col[at] = m->row[i];
        lines.by_col.value[at] = fit->value[i];
        lines.place[at] = (int32_t)i;
    }
    return lines;
}

lp_entries_rate lp_fit_rate(const lp_fit *fit, double step, int own_bias, int ones) {
    lp_entries_rate rate = {.keep = 1 - step * fit->options.reg, .step = step};
    for (int k = 0; k < LP_ENTRIES_LANES; k++) {
        rate.keep_first[k] = rate.keep;
        rate.step_first[k] = rate.step;
    }
    if (fit->has_biases) {
        rate.keep_first[own_bias] = 1 - step * fit->options.bias_reg;
        rate.keep_first[ones] = 1;
        rate.step_first[ones] = 0;
    }
    return rate;
}

/* ---- the start ---- */

static void start_at_random(const lp_fit *fit, double *matrix, size_t lines, uint32_t which) {
    lp_rng r = lp_rng_new(fit->options.seed, LP_RNG_FACTOR_INIT, which);
    for (size_t i = 0; i < lines; i++)
        for (size_t k = 0; k < fit->rank; k++)
            matrix[i * fit->width + fit->first + k] =
                fit->options.init_scale *
                (fit->options.init == LP_FIT_INIT_NORMAL ? lp_rng_normal(&r) : lp_rng_uniform(&r));
}

static int start_from(lp_fit *fit, const lp_factors *start, lp_error *e) {
    const lp_sparse *m = fit->observed;
    size_t width = fit->width, rank = fit->rank;
    if (start->rows != m->rows || start->cols != m->cols || start->rank != rank)
        return lp_fail(e,
                       "the start has factors of rank %zu for a %zu x %zu matrix (rank %zu for "
                       "%zu x %zu was expected)",
                       start->rank, start->rows, start->cols, rank, m->rows, m->cols);
    if (start->s != NULL)
        return lp_fail(e, "the start holds singular values 's' (multiply them into u or v)");
    if (!fit->has_biases && start->has_mean)
        return lp_fail(e, "the start holds a mean, and the model has none (--bias)");
    lp_copy_columns(fit->p + fit->first, width, start->u, rank, m->rows, rank);
    lp_copy_columns(fit->q + fit->first, width, start->v, rank, m->cols, rank);
    if (start->row_bias != NULL) {
        lp_copy_columns(fit->p + LP_ROW_BIAS, width, start->row_bias, 1, m->rows, 1);
        lp_copy_columns(fit->q + LP_COL_BIAS, width, start->col_bias, 1, m->cols, 1);
    }
    return 0;
}

static int start(lp_fit *fit, const lp_factors *from, lp_error *e) {
    const lp_sparse *m = fit->observed;
    const double one = 1;
    fit->p = lp_fit_matrix(fit, m->rows, fit->width);
    fit->q = lp_fit_matrix(fit, m->cols, fit->width);
    if (fit->has_biases) {
        lp_copy_columns(fit->p + LP_COL_BIAS, fit->width, &one, 0, m->rows, 1);
        lp_copy_columns(fit->q + LP_ROW_BIAS, fit->width, &one, 0, m->cols, 1);
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
    fit->value = lp_fit_matrix(fit, m->count, 1);
    if (fit->has_biases && from != NULL && from->has_mean) {
        fit->mean = from->mean;
    } else if (fit->has_biases) {
        for (size_t i = 0; i < m->count; i++)
            fit->mean += m->value[i];
        fit->mean /= (double)m->count;
    }
    for (size_t i = 0; i < m->count; i++)
        fit->value[i] = m->value[i] - fit->mean;
}

static int check(const lp_fit *fit, lp_error *e) {
    const lp_sparse *m = fit->observed;
    if (m->count == 0)
        return lp_fail(e, "there is no observed entry to fit");
    if (m->count > INT32_MAX)
        return lp_fail(e, "%zu entries are more than 2^31 - 1", m->count);
    if (fit->rank > m->rows || fit->rank > m->cols)
        return lp_fail(e, "rank %zu is more than the smaller side of the %zu x %zu matrix",
                       fit->rank, m->rows, m->cols);
    return 0;
}

/* ---- a fit ---- */

bool lp_fit_is_iterative(int method) {
    return methods[method].epoch != NULL;
}

int lp_fit_solve(const lp_fit_options *o, const lp_sparse *observed, const lp_tensor *x,
                 lp_factors *f, lp_error *e) {
    return methods[o->method].solve(o, observed, x, f, e);
}

lp_fit *lp_fit_new(const lp_fit_options *o, const lp_sparse *observed, const double *whole,
                   const lp_factors *from, lp_error *e) {
    lp_fit *fit = lp_alloc_zero(1, sizeof *fit);
    fit->options = *o;
    fit->observed = observed;
    fit->shards = o->shards > 1 ? (size_t)o->shards : 1;
    fit->num = lp_kernels_of(LP_F8)->entries;
    fit->has_biases = o->bias || o->method == LP_FIT_BIAS;
    fit->rank = o->method == LP_FIT_BIAS ? 0 : (size_t)o->rank;
    fit->first = fit->has_biases ? LP_BIAS_COLUMNS : 0;
    fit->width =
        (fit->first + fit->rank + LP_ENTRIES_LANES - 1) / LP_ENTRIES_LANES * LP_ENTRIES_LANES;
    if (o->method == LP_FIT_GD && o->update == LP_FIT_JOINT && !o->bias && o->reg == 0)
        fit->whole = whole;
    if (fit->whole != NULL)
        fit->width = fit->rank;
    if (check(fit, e) || start(fit, from, e)) {
        lp_fit_free(fit);
        return NULL;
    }
    centre(fit, from);
    methods[o->method].prepare(fit);
    return fit;
}

void lp_fit_free(lp_fit *fit) {
    if (fit == NULL)
        return;
    lp_graph_free(fit->graph);
    lp_arena_free(&fit->memory);
    free(fit);
}

int lp_fit_epoch(lp_fit *fit, double *sse, lp_error *e) {
    const lp_fit_options *o = &fit->options;
    double lr = lp_schedule_rate(&o->schedule, o->lr, fit->epoch, (uint64_t)o->epochs);
    if (methods[o->method].epoch(fit, lr, sse, e))
        return -1;
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

void lp_fit_copy_factors(const lp_fit *fit, lp_factors *f) {
    size_t width = fit->width, rank = fit->rank;
    lp_copy_columns(f->u, rank, fit->p + fit->first, width, f->rows, rank);
    lp_copy_columns(f->v, rank, fit->q + fit->first, width, f->cols, rank);
    f->mean = fit->mean;
    if (fit->has_biases) {
        lp_copy_columns(f->row_bias, 1, fit->p + LP_ROW_BIAS, width, f->rows, 1);
        lp_copy_columns(f->col_bias, 1, fit->q + LP_COL_BIAS, width, f->cols, 1);
    }
}

lp_factors lp_fit_factors(const lp_fit *fit) {
    const lp_sparse *m = fit->observed;
    lp_factors f = lp_factors_new(m->rows, m->cols, fit->rank, false, fit->has_biases);
    lp_fit_copy_factors(fit, &f);
    return f;
}

/* ---- its error ---- */

typedef struct {
    const lp_fit *fit;
    const lp_sparse *m;
    size_t first; /* shard */
    double *sse;  /* of each from there on */
} sse_job;

/* The first entry of the rows from `row` on. */
static size_t entry_of_row(const lp_sparse *m, size_t row) {
    size_t low = 0, high = m->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if ((size_t)m->row[middle] < row)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void shard_sse(void *context, size_t i) {
    const sse_job *job = context;
    const lp_fit *fit = job->fit;
    const lp_sparse *m = job->m;
    const lp_kernels *num = lp_kernels_of(LP_F8);
    size_t shard = job->first + i, to = entry_of_row(m, lp_cut(m->rows, fit->shards, shard + 1));
    double sse = 0;
    for (size_t at = entry_of_row(m, lp_cut(m->rows, fit->shards, shard)); at < to; at++) {
        const double *p = fit->p + (size_t)m->row[at] * fit->width;
        const double *q = fit->q + (size_t)m->col[at] * fit->width;
        double error = m->value[at] - fit->mean - num->dot(fit->width, p, q);
        sse += error * error;
    }
    job->sse[i] = sse;
}

double lp_fit_sse(const lp_fit *fit, const lp_sparse *m) {
    LP_CLEANUP(lp_arena_free) lp_arena memory = {0};
    lp_shard_sum sum = lp_shard_sum_new(&memory, LP_F8, 1, fit->shards);
    size_t own = sum.end - sum.first;
    sse_job job = {fit, m, sum.first, lp_arena_alloc(&memory, own, sizeof *job.sse)};
    lp_parallel(own, shard_sse, &job);
    for (size_t i = 0; i < own; i++)
        *(double *)lp_shard_sum_next(&sum) = job.sse[i];
    return *(double *)lp_shard_sum_all(&sum);
}
