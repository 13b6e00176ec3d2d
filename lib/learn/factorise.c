#include "learn/factorise.h"

#include "base/memory.h"
#include "num/linalg.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    SPARSE_BLOCKS = 8,
    EXACT_SIDE = 200, /* the exact decomposition takes the cube of the smaller side */
};

/* What is fitted. */
typedef struct {
    bool dense;
    lp_tensor x; /* dense */
    lp_sparse observed, held_out;
} problem;

static void free_problem(problem *p) {
    lp_tensor_free(&p->x);
    lp_sparse_free(&p->observed);
    lp_sparse_free(&p->held_out);
}

/* svd works on x itself, so that a large matrix is held once. */
static int read_dense(lp_stream *s, const char *mask_name, bool svd, problem *p, lp_error *e) {
    p->dense = true;
    if (svd && mask_name != NULL)
        return lp_fail(e, "svd takes a whole matrix, without a mask");
    if (lp_matrix_read(s, &p->x, e))
        return -1;
    if (svd)
        return 0;
    if (mask_name == NULL)
        return lp_sparse_from_dense(&p->observed, &p->x, NULL, false, e);
    lp_tensor mask;
    if (lp_mask_read(s, mask_name, &p->x, &mask, e))
        return -1;
    int failed = lp_sparse_from_dense(&p->observed, &p->x, &mask, false, e) ||
                 lp_sparse_from_dense(&p->held_out, &p->x, &mask, true, e);
    if (!failed && p->observed.count == 0)
        failed = lp_fail(e, "the mask '%s' hides every entry", mask_name);
    lp_tensor_free(&mask);
    return failed ? -1 : 0;
}

static int read_sparse(lp_stream *s, problem *p, lp_error *e) {
    bool split = lp_sparse_is_in(s, "_train");
    if (lp_sparse_read(s, split ? "_train" : "", &p->observed, e) ||
        (split && lp_sparse_is_in(s, "_test") && lp_sparse_read(s, "_test", &p->held_out, e)))
        return -1;
    return p->observed.count == 0 ? lp_fail(e, "the sparse matrix has no entries") : 0;
}

static int read_problem(lp_stream *s, const lp_factorise_options *o, problem *p, lp_error *e) {
    *p = (problem){0};
    bool sparse = lp_sparse_is_in(s, "") || lp_sparse_is_in(s, "_train");
    bool dense = lp_stream_has(s, "x") || lp_stream_has(s, "x_train");
    if (sparse && dense)
        return lp_fail(e, "the stream holds both a dense x and a sparse matrix (keep one with "
                          "pick)");
    bool svd = o->fit.method == LP_FACTOR_SVD;
    if (sparse && svd)
        return lp_fail(e, "svd takes a whole matrix, and this one is sparse (als minimises the "
                          "same error over its entries)");
    if (sparse && o->mask != NULL)
        return lp_fail(e, "--mask goes with a dense x, and this matrix is sparse");
    return sparse ? read_sparse(s, p, e) : read_dense(s, o->mask, svd, p, e);
}

static void count_empty(const lp_sparse *m, const int32_t *line, size_t lines, size_t *empty,
                        bool *seen) {
    memset(seen, 0, lines * sizeof *seen);
    *empty = lines;
    for (size_t i = 0; i < m->count; i++) {
        *empty -= !seen[line[i]];
        seen[line[i]] = true;
    }
}

static int count_empty_lines(const lp_sparse *m, lp_factorise_report *report, lp_error *e) {
    bool *seen = lp_alloc(m->rows > m->cols ? m->rows : m->cols, sizeof *seen, e);
    if (seen == NULL)
        return -1;
    count_empty(m, m->row, m->rows, &report->empty_rows, seen);
    count_empty(m, m->col, m->cols, &report->empty_cols, seen);
    free(seen);
    return 0;
}

/* ---- mean and svd ---- */

static int fit_mean(const problem *p, lp_factors *f, lp_error *e) {
    const lp_sparse *m = &p->observed;
    if (lp_factors_new(f, m->rows, m->cols, 0, false, false, e))
        return -1;
    for (size_t i = 0; i < m->count; i++)
        f->mean += m->value[i];
    f->mean /= (double)m->count;
    f->has_mean = true;
    return 0;
}

/* to (rows, rank) = the first columns of from (rows, cols). */
static void take_columns(double *to, const double *from, size_t rows, size_t cols, size_t rank) {
    for (size_t i = 0; i < rows; i++)
        memcpy(to + i * rank, from + i * cols, rank * sizeof *to);
}

static int fit_svd(const problem *p, const lp_factor_options *o, lp_factors *f, lp_error *e) {
    size_t m = p->x.shape[0], n = p->x.shape[1], r = m < n ? m : n;
    if (o->rank > r)
        return lp_fail(e, "rank %zu is more than the smaller side of the %zu x %zu matrix", o->rank,
                       m, n);
    if (lp_factors_new(f, m, n, o->rank, true, false, e))
        return -1;
    if (!o->exact && r > EXACT_SIDE && o->rank < r / 2)
        return lp_svd_top(m, n, o->rank, p->x.data, o->seed, f->u, f->s, f->v, e);
    lp_factors all;
    if (lp_factors_new(&all, m, n, r, true, false, e))
        return -1;
    int failed = lp_svd(m, n, p->x.data, all.u, all.s, all.v, e);
    if (!failed) {
        take_columns(f->u, all.u, m, r, o->rank);
        take_columns(f->v, all.v, n, r, o->rank);
        memcpy(f->s, all.s, o->rank * sizeof *f->s);
    }
    lp_factors_free(&all);
    return failed;
}

/* ---- the iterative methods ---- */

/* What happens beside the fit: the history, and under patience the best factors so far. */
typedef struct {
    const lp_factorise_options *options;
    const problem *problem;
    lp_fit *fit;
    size_t epoch;
    size_t count; /* evaluations so far; the arrays have room for all */
    double *at, *loss, *val_loss;
    lp_factors best;
    size_t best_count; /* evaluations up to the best one */
} run;

static void free_run(run *r) {
    lp_fit_free(r->fit);
    free(r->at);
    free(r->loss);
    free(r->val_loss);
    lp_factors_free(&r->best);
}

static int new_run(run *r, const lp_factors *start, lp_error *e) {
    const lp_factorise_options *o = r->options;
    size_t room = (o->eval_every > 0 ? o->fit.epochs / o->eval_every : 0) + 2;
    lp_factor_options fit = o->fit;
    if (fit.blocks == 0)
        fit.blocks = r->problem->dense ? 1 : SPARSE_BLOCKS;
    r->fit = lp_fit_new(&fit, &r->problem->observed, start, e);
    r->at = lp_alloc(room, sizeof *r->at, e);
    r->loss = lp_alloc(room, sizeof *r->loss, e);
    r->val_loss = lp_alloc(room, sizeof *r->val_loss, e);
    return r->fit == NULL || r->at == NULL || r->loss == NULL || r->val_loss == NULL ? -1 : 0;
}

/* Adds to the history; *stop where patience has run out. */
static int evaluate(run *r, bool *stop, lp_error *e) {
    bool held_out = r->problem->held_out.count > 0;
    size_t i = r->count++;
    r->at[i] = (double)r->epoch;
    r->loss[i] = lp_fit_error(r->fit, &r->problem->observed);
    if (!isfinite(r->loss[i]))
        return lp_fail(e,
                       "epoch %zu: the error is no longer a number at rate %g (take a smaller "
                       "--lr)",
                       r->epoch, r->options->fit.lr);
    if (!held_out)
        return 0;
    r->val_loss[i] = lp_fit_error(r->fit, &r->problem->held_out);
    if (r->options->patience == 0)
        return 0;
    if (r->best_count == 0 || r->val_loss[i] < r->val_loss[r->best_count - 1]) {
        lp_factors_free(&r->best);
        r->best_count = r->count;
        return lp_fit_factors(r->fit, &r->best, e);
    }
    *stop = r->count - r->best_count >= r->options->patience;
    return 0;
}

static int go(run *r, lp_error *e) {
    const lp_factorise_options *o = r->options;
    bool stop = false;
    while (r->epoch < o->fit.epochs && !stop) {
        double sse;
        if (lp_fit_epoch(r->fit, &sse, e))
            return -1;
        r->epoch++;
        if (o->progress != NULL)
            o->progress(r->epoch, o->fit.epochs, sse / (double)r->problem->observed.count);
        if (o->eval_every > 0 && r->epoch % o->eval_every == 0 && evaluate(r, &stop, e))
            return -1;
    }
    if (!stop && (o->eval_every == 0 || r->epoch % o->eval_every != 0 || r->epoch == 0))
        return evaluate(r, &stop, e);
    return 0;
}

static int put_history(lp_stream *s, const char *name, const double *from, size_t n, lp_error *e) {
    lp_tensor t;
    if (lp_tensor_vector(&t, LP_F8, n, e))
        return -1;
    memcpy(t.data, from, n * sizeof *from);
    return lp_stream_put(s, name, &t, e);
}

static int put_histories(lp_stream *s, const run *r, lp_error *e) {
    lp_tensor epoch;
    if (lp_tensor_vector(&epoch, LP_I8, r->count, e))
        return -1;
    for (size_t i = 0; i < r->count; i++)
        ((int64_t *)epoch.data)[i] = (int64_t)r->at[i];
    if (lp_stream_put(s, "history.epoch", &epoch, e) ||
        put_history(s, "history.loss", r->loss, r->count, e))
        return -1;
    if (r->problem->held_out.count > 0)
        return put_history(s, "history.val_loss", r->val_loss, r->count, e);
    lp_stream_drop(s, "history.val_loss");
    return 0;
}

static int fit_iteratively(lp_stream *s, const problem *p, const lp_factorise_options *o,
                           lp_stream *start, lp_factorise_report *report, lp_factors *f,
                           lp_error *e) {
    lp_factors from = {0};
    if (start != NULL && lp_factors_read(start, &from, e))
        return lp_within(e, "reading the start");
    run r = {.options = o, .problem = p};
    int failed;
    if (o->patience > 0 && p->held_out.count == 0)
        failed = lp_fail(e, "patience needs held-out entries (split the matrix, or mask it)");
    else
        failed =
            new_run(&r, start != NULL ? &from : NULL, e) || go(&r, e) || put_histories(s, &r, e);
    if (!failed && r.best_count > 0) {
        *f = r.best;
        r.best = (lp_factors){0};
    } else if (!failed) {
        failed = lp_fit_factors(r.fit, f, e);
    }
    report->epochs = r.epoch;
    free_run(&r);
    lp_factors_free(&from);
    return failed ? -1 : 0;
}

int lp_factorise(lp_stream *s, const lp_factorise_options *options, lp_stream *start,
                 lp_factorise_report *report, lp_error *e) {
    *report = (lp_factorise_report){0};
    problem p;
    lp_factors f = {0};
    int failed = read_problem(s, options, &p, e) || count_empty_lines(&p.observed, report, e);
    if (!failed && options->fit.method == LP_FACTOR_SVD)
        failed = fit_svd(&p, &options->fit, &f, e);
    else if (!failed && options->fit.method == LP_FACTOR_MEAN)
        failed = fit_mean(&p, &f, e);
    else if (!failed)
        failed = fit_iteratively(s, &p, options, start, report, &f, e);
    failed = failed || lp_factors_write(s, &f, e);
    lp_factors_free(&f);
    free_problem(&p);
    return failed ? lp_within(e, "factorising") : 0;
}
