#include "learn/factorise.h"

#include "base/memory.h"
#include "io/source.h"
#include "num/linalg.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    SPARSE_BLOCKS = 8,
    EXACT_SIDE = 200, /* the exact decomposition takes the cube of the smaller side */
};

/* What is fitted. */
typedef struct {
    bool dense, whole; /* whole: every entry of x was observed */
    lp_tensor x;       /* dense */
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
    p->whole = mask_name == NULL;
    if (p->whole)
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
    bool svd = o->fit.method == LP_FIT_SVD;
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

static void fit_mean(const problem *p, lp_factors *f) {
    const lp_sparse *m = &p->observed;
    *f = lp_factors_new(m->rows, m->cols, 0, false, false);
    for (size_t i = 0; i < m->count; i++)
        f->mean += m->value[i];
    f->mean /= (double)m->count;
    f->has_mean = true;
}

/* to (rows, rank) = the first columns of from (rows, cols). */
static void take_columns(double *to, const double *from, size_t rows, size_t cols, size_t rank) {
    for (size_t i = 0; i < rows; i++)
        memcpy(to + i * rank, from + i * cols, rank * sizeof *to);
}

static int fit_svd(const problem *p, const lp_fit_options *o, lp_factors *f, lp_error *e) {
    size_t m = p->x.shape[0], n = p->x.shape[1], r = m < n ? m : n;
    size_t rank = (size_t)o->rank;
    if (rank > r)
        return lp_fail(e, "rank %zu is more than the smaller side of the %zu x %zu matrix", rank, m,
                       n);
    *f = lp_factors_new(m, n, rank, true, false);
    if (!o->exact && r > EXACT_SIDE && rank < r / 2)
        return lp_svd_top(m, n, rank, p->x.data, o->seed, f->u, f->s, f->v, e);
    lp_factors all = lp_factors_new(m, n, r, true, false);
    int failed = lp_svd(m, n, p->x.data, all.u, all.s, all.v, e);
    if (!failed) {
        take_columns(f->u, all.u, m, r, rank);
        take_columns(f->v, all.v, n, r, rank);
        memcpy(f->s, all.s, rank * sizeof *f->s);
    }
    lp_factors_free(&all);
    return failed;
}

/* ---- the iterative methods ---- */

/* What a checkpoint holds, and what follows from options and data. */
typedef struct {
    const lp_factorise_options *options;
    const lp_train_hooks *hooks;
    const problem *problem;
    lp_fit *fit;
    uint32_t data_crc32; /* where there are checkpoints */
    uint64_t done, total;
    double *history[3]; /* epoch, loss, val_loss; with room for all evaluations */
    size_t evaluations;
    size_t best;             /* evaluations up to the best one; 0: none yet */
    lp_factors best_factors; /* with patience */
} run;

static const char *const columns[] = {"history.epoch", "history.loss", "history.val_loss"};
enum { EPOCH, LOSS, VAL_LOSS, COLUMNS };

static void free_run(run *r) {
    lp_fit_free(r->fit);
    for (int c = 0; c < COLUMNS; c++)
        free(r->history[c]);
    lp_factors_free(&r->best_factors);
}

static bool due(uint64_t done, int64_t every) {
    return every > 0 && done % (uint64_t)every == 0;
}

/* Columns of the history that there are. */
static int known(const run *r) {
    return r->problem->held_out.count > 0 ? COLUMNS : VAL_LOSS;
}

/* Adds to the history; *stop where patience has run out. */
static int evaluate(run *r, bool *stop, lp_error *e) {
    size_t i = r->evaluations++;
    double *val_loss = r->history[VAL_LOSS];
    r->history[EPOCH][i] = (double)r->done;
    r->history[LOSS][i] = lp_fit_mse(r->fit, &r->problem->observed);
    if (!isfinite(r->history[LOSS][i]))
        return lp_fail(e,
                       "the mean squared error is %g after epoch %" PRIu64
                       " with learning rate %g (try a smaller --lr)",
                       r->history[LOSS][i], r->done, r->options->fit.lr);
    if (known(r) < COLUMNS)
        return 0;
    val_loss[i] = lp_fit_mse(r->fit, &r->problem->held_out);
    if (r->options->patience == 0)
        return 0;
    if (r->best == 0 || val_loss[i] < val_loss[r->best - 1]) {
        r->best = r->evaluations;
        lp_factors_free(&r->best_factors);
        r->best_factors = lp_fit_factors(r->fit);
        return 0;
    }
    *stop = r->evaluations - r->best >= (size_t)r->options->patience;
    return 0;
}

static int put_history(const run *r, lp_stream *s, lp_error *e) {
    for (int c = 0; c < known(r); c++) {
        lp_tensor t;
        if (lp_tensor_vector(&t, LP_F8, r->evaluations, e))
            return -1;
        if (r->evaluations > 0)
            memcpy(t.data, r->history[c], r->evaluations * sizeof(double));
        if (lp_stream_put(s, columns[c], &t, e))
            return -1;
    }
    return 0;
}

/* ---- checkpoints ---- */

static uint32_t crc32_of(const problem *p) {
    const lp_sparse *parts[] = {&p->observed, &p->held_out};
    uint32_t crc = 0;
    for (int i = 0; i < 2; i++) {
        const lp_sparse *m = parts[i];
        uint64_t sizes[] = {m->rows, m->cols, m->count};
        crc = lp_crc32(crc, sizes, sizeof sizes);
        crc = lp_crc32(crc, m->row, m->count * sizeof *m->row);
        crc = lp_crc32(crc, m->col, m->count * sizeof *m->col);
        crc = lp_crc32(crc, m->value, m->count * sizeof *m->value);
    }
    return crc;
}

static int save(const run *r, lp_error *e) {
    lp_factors now = lp_fit_factors(r->fit);
    lp_stream *s = lp_stream_new();
    lp_factors_write(s, "", &now);
    int failed = put_history(r, s, e);
    if (r->best > 0)
        lp_factors_write(s, "checkpoint.best.", &r->best_factors);
    failed = failed || lp_stream_put_text(s, "checkpoint.options", r->hooks->options, e) ||
             lp_stream_put_number(s, "checkpoint.data_crc32", r->data_crc32, e) ||
             lp_stream_put_number(s, "checkpoint.done", (double)r->done, e) ||
             lp_stream_put_number(s, "checkpoint.best", (double)r->best, e) ||
             r->hooks->save(r->hooks->context, s, e);
    lp_factors_free(&now);
    lp_stream_free(s);
    return failed ? -1 : 0;
}

static int take_number(lp_stream *s, const char *name, double most, double *value, lp_error *e) {
    const lp_tensor *t = lp_stream_get(s, name, e);
    if (t == NULL)
        return -1;
    if (!lp_type_is(t->type, LP_F8) || t->count != 1)
        return lp_fail(e, "%s is not one f8 number", name);
    *value = lp_tensor_at(t, 0);
    return *value >= 0 && *value <= most && floor(*value) == *value
               ? 0
               : lp_fail(e, "%s is %g (a whole number up to %g was expected)", name, *value, most);
}

static int check_whose(const run *r, lp_stream *s, lp_error *e) {
    const lp_tensor *text = lp_stream_get(s, "checkpoint.options", e);
    char *options = text == NULL ? NULL : lp_tensor_string(text, 0, e);
    if (options == NULL)
        return -1;
    int failed = 0;
    double crc = 0;
    if (strcmp(options, r->hooks->options) != 0)
        failed = lp_fail(e, "the checkpoint is of other options: '%s', now '%s'", options,
                         r->hooks->options);
    free(options);
    if (failed || take_number(s, "checkpoint.data_crc32", UINT32_MAX, &crc, e))
        return -1;
    return crc == (double)r->data_crc32
               ? 0
               : lp_fail(e, "the checkpoint is of other data (CRC-32 %08x, now %08x)",
                         (uint32_t)crc, r->data_crc32);
}

static int take_history(run *r, lp_stream *s, size_t room, lp_error *e) {
    for (int c = 0; c < known(r); c++) {
        const lp_tensor *t = lp_stream_get(s, columns[c], e);
        if (t == NULL)
            return -1;
        if (!lp_type_is(t->type, LP_F8) || t->count > room || (c > 0 && t->count != r->evaluations))
            return lp_fail(e, "%s is not as long as it has to be", columns[c]);
        r->evaluations = t->count;
        if (t->count > 0)
            memcpy(r->history[c], t->data, t->count * sizeof(double));
    }
    return 0;
}

/* The checkpoint's factors become the start; the rest goes into *r. */
static int resume(run *r, size_t room, lp_factors *start, lp_error *e) {
    lp_stream *s = r->hooks->resume;
    double done, best;
    if (check_whose(r, s, e) || take_number(s, "checkpoint.done", (double)r->total, &done, e) ||
        take_history(r, s, room, e) ||
        take_number(s, "checkpoint.best", (double)r->evaluations, &best, e) ||
        lp_factors_read(s, "", start, e) ||
        (best > 0 && lp_factors_read(s, "checkpoint.best.", &r->best_factors, e)))
        return lp_within(e, "resuming");
    r->done = (uint64_t)done;
    r->best = (size_t)best;
    return 0;
}

/* ---- the run ---- */

static int prepare(run *r, lp_error *e) {
    const lp_factorise_options *o = r->options;
    size_t room = (o->eval_every > 0 ? (size_t)(o->fit.epochs / o->eval_every) : 0) + 2;
    for (int c = 0; c < COLUMNS; c++)
        if ((r->history[c] = lp_alloc(room, sizeof(double), e)) == NULL)
            return -1;
    if (r->hooks->save != NULL || r->hooks->resume != NULL)
        r->data_crc32 = crc32_of(r->problem);
    lp_factors start = {0};
    bool given = r->hooks->resume != NULL || r->hooks->init_from != NULL;
    int failed = 0;
    if (r->hooks->resume != NULL)
        failed = resume(r, room, &start, e);
    else if (r->hooks->init_from != NULL && lp_factors_read(r->hooks->init_from, "", &start, e))
        failed = lp_within(e, "the factors to start from");
    if (!failed) {
        lp_fit_options fit = o->fit;
        if (fit.blocks == 0)
            fit.blocks = r->problem->dense ? 1 : SPARSE_BLOCKS;
        r->fit =
            lp_fit_new(&fit, &r->problem->observed, r->problem->whole ? r->problem->x.data : NULL,
                       given ? &start : NULL, e);
        failed = r->fit == NULL;
    }
    lp_factors_free(&start);
    if (failed)
        return -1;
    lp_fit_set_epoch(r->fit, r->done);
    return 0;
}

static int close_epoch(run *r, bool *stop, lp_error *e) {
    const lp_factorise_options *o = r->options;
    if ((due(r->done, o->eval_every) || r->done == r->total) && evaluate(r, stop, e))
        return -1;
    if (r->hooks->save != NULL && r->done > 0 && due(r->done, o->checkpoint_every) && !*stop &&
        r->done < r->total)
        return save(r, e);
    return 0;
}

static int go(run *r, lp_error *e) {
    bool stop = false;
    if (r->hooks->resume == NULL && close_epoch(r, &stop, e))
        return -1;
    while (r->done < r->total && !stop) {
        double sse;
        if (lp_fit_epoch(r->fit, &sse, e))
            return -1;
        r->done++;
        if (r->hooks->progress != NULL)
            r->hooks->progress(r->hooks->context, r->done, r->total,
                               sse / (double)r->problem->observed.count);
        if (close_epoch(r, &stop, e))
            return -1;
    }
    return 0;
}

static int fit_iteratively(lp_stream *s, const problem *p, const lp_factorise_options *o,
                           const lp_train_hooks *hooks, lp_factors *f, lp_error *e) {
    run r = {.options = o, .hooks = hooks, .problem = p, .total = (uint64_t)o->fit.epochs};
    if (o->patience > 0 && p->held_out.count == 0)
        return lp_fail(e, "--patience needs held-out entries (split the matrix, or --mask it)");
    int failed = prepare(&r, e) || go(&r, e) || put_history(&r, s, e);
    if (!failed && r.best > 0) {
        *f = r.best_factors;
        r.best_factors = (lp_factors){0};
        failed = lp_stream_put_number(s, "history.best_epoch", r.history[EPOCH][r.best - 1], e);
    } else if (!failed) {
        *f = lp_fit_factors(r.fit);
    }
    free_run(&r);
    return failed ? -1 : 0;
}

int lp_factorise(lp_stream *s, const lp_factorise_options *options, const lp_train_hooks *hooks,
                 lp_factorise_report *report, lp_error *e) {
    *report = (lp_factorise_report){0};
    /* An earlier model's history goes with it. */
    for (int c = 0; c < COLUMNS; c++)
        lp_stream_drop(s, columns[c]);
    lp_stream_drop(s, "history.best_epoch");
    problem p;
    lp_factors f = {0};
    int failed = read_problem(s, options, &p, e) || count_empty_lines(&p.observed, report, e);
    if (!failed && options->fit.method == LP_FIT_SVD)
        failed = fit_svd(&p, &options->fit, &f, e);
    else if (!failed && options->fit.method == LP_FIT_MEAN)
        fit_mean(&p, &f);
    else if (!failed)
        failed = fit_iteratively(s, &p, options, hooks, &f, e);
    if (!failed)
        lp_factors_write(s, "", &f);
    lp_factors_free(&f);
    free_problem(&p);
    return failed ? lp_within(e, "factorising") : 0;
}
