/* Alternating least squares: the exact minimum over each row, then over each column. Also the model
 * of biases alone, which has no factors. Rows do not depend on each other, nor do columns, so ranks
 * divide them, and all get all after each half of an epoch. */
#include "mf/methods.h"
#include "num/linalg.h"
#include "num/parallel.h"
#include "num/ranks.h"

#include <inttypes.h>
#include <string.h>

enum { CHUNKS = 16 }; /* of rows or columns, each with its own scratch */

static const double NEGLIGIBLE_PIVOT = 1e-13;

typedef struct {
    lp_fit_lines lines;
    double *scratch; /* (CHUNKS, scratch_size) */
} als_state;

/* The normal equations over the whole width, and those of the unknowns. */
static size_t scratch_size(const lp_fit *fit) {
    return 2 * (fit->width * fit->width + fit->width);
}

void lp_als_prepare(lp_fit *fit) {
    als_state *als = fit->state = lp_arena_alloc(&fit->memory, 1, sizeof *als);
    als->lines = lp_fit_index_lines(fit);
    als->scratch = lp_fit_matrix(fit, CHUNKS, scratch_size(fit));
}

/* Half an epoch: the lines (rows or columns) are solved for, the others held fixed. */
typedef struct {
    lp_fit *fit;
    const char *what; /* "row" or "column" */
    size_t lines;
    size_t from, to; /* those of this rank's shards */
    const size_t *start;
    const int32_t *other; /* of each entry of the lines: its other index */
    const double *value;
    double *x;             /* solved for */
    const double *by;      /* held fixed */
    int own_bias, ones;    /* columns */
    size_t failed[CHUNKS]; /* the first line without a solution, or NONE */
} als_half;

#define NONE SIZE_MAX

/* The column of a line's unknown i: its own bias comes first, then the factors. */
static size_t column_of(const als_half *half, size_t i) {
    if (!half->fit->has_biases)
        return i;
    return i == 0 ? (size_t)half->own_bias : half->fit->first + i - 1;
}

/* The normal equations l z = z of line r's unknowns, out of those over all columns; diagonal
 * (count) gets l's. What the column of ones contributes is known, and is subtracted. */
static void set_up(als_half *half, size_t r, size_t count, double *scratch, double *l, double *z,
                   double *diagonal) {
    const lp_fit *fit = half->fit;
    size_t width = fit->width, from = half->start[r], n = half->start[r + 1] - from;
    double *a = scratch, *b = a + width * width;
    memset(a, 0, (width * width + width) * sizeof *a);
    fit->num->normal(n, half->other + from, half->value + from, width, half->by, a, b);
    for (size_t i = 0; i < count; i++) {
        size_t at = column_of(half, i);
        for (size_t j = 0; j < count; j++)
            l[i * count + j] = a[at * width + column_of(half, j)];
        l[i * count + i] += fit->has_biases && i == 0 ? fit->options.bias_reg : fit->options.reg;
        z[i] = b[at] - (fit->has_biases ? a[at * width + (size_t)half->ones] : 0);
    }
    for (size_t i = 0; i < count; i++)
        diagonal[i] = l[i * count + i];
}

static int solve_line(als_half *half, size_t r, double *scratch, lp_error *e) {
    const lp_fit *fit = half->fit;
    size_t width = fit->width, count = fit->rank + (fit->has_biases ? 1 : 0);
    double *diagonal = scratch + width * width, *l = diagonal + width, *z = l + width * width;
    double *x = half->x + r * width;
    if (half->start[r] == half->start[r + 1]) {
        for (size_t i = 0; i < count; i++)
            x[column_of(half, i)] = 0;
        return 0;
    }
    set_up(half, r, count, scratch, l, z, diagonal);
    /* Normal equations are positive semi-definite, so a refusal comes from rounding, and so does a
     * pivot that is negligible beside its diagonal element. */
    bool singular = lp_cholesky(count, l, e) != 0;
    for (size_t i = 0; i < count && !singular; i++)
        singular = !(l[i * count + i] * l[i * count + i] > NEGLIGIBLE_PIVOT * diagonal[i]);
    if (singular)
        return lp_fail(e, "the normal equations are singular (take a larger --reg)");
    lp_cholesky_solve(count, l, z);
    for (size_t i = 0; i < count; i++)
        x[column_of(half, i)] = z[i];
    return 0;
}

static void solve_chunk(void *context, size_t chunk) {
    als_half *half = context;
    const als_state *als = half->fit->state;
    size_t count = half->to - half->from, to = half->from + lp_cut(count, CHUNKS, chunk + 1);
    double *scratch = als->scratch + chunk * scratch_size(half->fit);
    lp_error e;
    half->failed[chunk] = NONE;
    for (size_t r = half->from + lp_cut(count, CHUNKS, chunk); r < to; r++)
        if (solve_line(half, r, scratch, &e)) {
            half->failed[chunk] = r;
            return;
        }
}

/* Every rank reports the first of all lines that has no solution: its equations are at hand
 * everywhere, so each finds the same words. */
static int report_failure(als_half *half, lp_error *e) {
    size_t ranks = lp_rank_count(), first = NONE;
    LP_CLEANUP(lp_free) size_t *failed = lp_alloc(ranks, sizeof *failed);
    size_t *own = &failed[lp_rank()];
    *own = NONE;
    for (int i = 0; i < CHUNKS; i++)
        *own = half->failed[i] < *own ? half->failed[i] : *own;
    lp_ranks_gather_rows(failed, ranks, sizeof *failed, ranks);
    for (size_t r = 0; r < ranks; r++)
        first = failed[r] < first ? failed[r] : first;
    if (first == NONE)
        return 0;
    const als_state *als = half->fit->state;
    solve_line(half, first, als->scratch, e);
    lp_within(e, "%s %zu", half->what, first);
    return lp_within(e, "epoch %" PRIu64, half->fit->epoch + 1);
}

int lp_als_half_epoch(lp_fit *fit, bool columns, lp_error *e) {
    const lp_sparse *m = fit->observed;
    const lp_fit_lines *lines = &((const als_state *)fit->state)->lines;
    als_half half = {
        .fit = fit,
        .what = columns ? "column" : "row",
        .lines = columns ? m->cols : m->rows,
        .start = columns ? lines->col_start : lines->row_start,
        .other = columns ? lines->by_col.col : m->col,
        .value = columns ? lines->by_col.value : fit->value,
        .x = columns ? fit->q : fit->p,
        .by = columns ? fit->p : fit->q,
        .own_bias = columns ? LP_COL_BIAS : LP_ROW_BIAS,
        .ones = columns ? LP_ROW_BIAS : LP_COL_BIAS,
    };
    half.from = lp_cut(half.lines, fit->shards, lp_cut(fit->shards, lp_rank_count(), lp_rank()));
    half.to = lp_cut(half.lines, fit->shards, lp_cut(fit->shards, lp_rank_count(), lp_rank() + 1));
    lp_parallel(CHUNKS, solve_chunk, &half);
    if (report_failure(&half, e))
        return -1;
    lp_ranks_gather_rows(half.x, half.lines, fit->width * sizeof *half.x, fit->shards);
    return 0;
}

int lp_als_epoch(lp_fit *fit, double lr, double *sse, lp_error *e) {
    (void)lr;
    if (lp_als_half_epoch(fit, false, e) || lp_als_half_epoch(fit, true, e))
        return -1;
    *sse = lp_fit_sse(fit, fit->observed);
    return 0;
}
