#include "learn/factorise.h"

#include "base/memory.h"
#include "learn/train_factors.h"

#include <stdlib.h>

enum { SPARSE_BLOCKS = 8 };

/* What is fitted. */
typedef struct {
    lp_tensor x; /* of a dense matrix, else {0} */
    lp_matrix_parts parts;
} problem;

static void free_problem(problem *p) {
    lp_tensor_free(&p->x);
    lp_sparse_free(&p->parts.observed);
    lp_sparse_free(&p->parts.held_out);
}

/* ---- reading ---- */

static int read_masked(lp_stream *s, const char *mask_name, problem *p, lp_error *e) {
    lp_tensor mask;
    if (lp_mask_read(s, mask_name, &p->x, &mask, e))
        return -1;
    int failed = lp_sparse_from_dense(&p->parts.observed, &p->x, &mask, false, e) ||
                 lp_sparse_from_dense(&p->parts.held_out, &p->x, &mask, true, e);
    lp_tensor_free(&mask);
    if (!failed && p->parts.observed.count == 0)
        failed = lp_fail(e, "the mask '%s' hides every entry", mask_name);
    return failed ? -1 : 0;
}

/* svd works on x itself, so that a large matrix is held once. */
static int read_dense(lp_stream *s, const char *mask_name, bool svd, problem *p, lp_error *e) {
    if (svd && mask_name != NULL)
        return lp_fail(e, "svd takes a whole matrix, without a mask");
    if (lp_matrix_read(s, &p->x, e))
        return -1;
    if (svd)
        return 0;
    if (mask_name != NULL)
        return read_masked(s, mask_name, p, e);
    p->parts.whole = p->x.data;
    return lp_sparse_from_dense(&p->parts.observed, &p->x, NULL, false, e);
}

static int read_sparse(lp_stream *s, problem *p, lp_error *e) {
    bool split = lp_sparse_is_in(s, "_train");
    if (lp_sparse_read(s, split ? "_train" : "", &p->parts.observed, e) ||
        (split && lp_sparse_is_in(s, "_test") && lp_sparse_read(s, "_test", &p->parts.held_out, e)))
        return -1;
    return p->parts.observed.count == 0 ? lp_fail(e, "the sparse matrix has no entries") : 0;
}

static int read_problem(lp_stream *s, const lp_factorise_options *o, problem *p, lp_error *e) {
    bool sparse = lp_sparse_is_in(s, "") || lp_sparse_is_in(s, "_train");
    bool dense = lp_stream_has(s, "x") || lp_stream_has(s, "x_train");
    bool svd = o->fit.method == LP_FIT_SVD;
    if (sparse && dense)
        return lp_fail(e, "the stream holds both a dense x and a sparse matrix (keep one with "
                          "pick)");
    if (sparse && svd)
        return lp_fail(e, "svd takes a whole matrix, and this one is sparse (als minimises the "
                          "same error over its entries)");
    if (sparse && o->mask != NULL)
        return lp_fail(e, "--mask goes with a dense x, and this matrix is sparse");
    return sparse ? read_sparse(s, p, e) : read_dense(s, o->mask, svd, p, e);
}

/* How many of the lines (rows or columns) have no entry. */
static size_t count_empty(const lp_sparse *m, const int32_t *line, size_t lines) {
    bool *seen = lp_alloc_zero(lines, sizeof *seen);
    size_t empty = lines;
    for (size_t i = 0; i < m->count; i++) {
        empty -= !seen[line[i]];
        seen[line[i]] = true;
    }
    free(seen);
    return empty;
}

/* ---- all methods ---- */

static int fit(lp_stream *s, const problem *p, const lp_factorise_options *o,
               const lp_run_hooks *hooks, lp_factors *f, lp_error *e) {
    lp_fit_options options = o->fit;
    if (options.blocks == 0)
        options.blocks = p->x.data != NULL ? 1 : SPARSE_BLOCKS;
    if (lp_fit_is_iterative(options.method))
        return lp_train_factors(&p->parts, &options, &o->run, hooks, f, s, e);
    return lp_fit_solve(&options, &p->parts.observed, &p->x, f, e);
}

static void drop_history(lp_stream *s) {
    static const char *const names[] = {"history.epoch", "history.loss", "history.val_loss",
                                        "history.best_epoch"};
    for (int i = 0; i < 4; i++)
        lp_stream_drop(s, names[i]);
}

int lp_factorise(lp_stream *s, const lp_factorise_options *options, const lp_run_hooks *hooks,
                 lp_factorise_report *report, lp_error *e) {
    *report = (lp_factorise_report){0};
    problem p = {0};
    lp_factors f = {0};
    drop_history(s); /* an earlier model's */
    int failed = read_problem(s, options, &p, e);
    if (!failed) {
        const lp_sparse *m = &p.parts.observed;
        report->empty_rows = count_empty(m, m->row, m->rows);
        report->empty_cols = count_empty(m, m->col, m->cols);
        failed = fit(s, &p, options, hooks, &f, e);
    }
    if (!failed)
        lp_factors_write(s, "", &f);
    lp_factors_free(&f);
    free_problem(&p);
    return failed ? lp_within(e, "factorising") : 0;
}
