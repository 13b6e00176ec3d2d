#include "learn/factorise.h"

#include "base/memory.h"
#include "learn/train_factors.h"

#include <stdlib.h>

enum { SPARSE_BLOCKS = 8 };

static int read_matrix(lp_stream *s, const lp_factorise_options *o, lp_matrix *m, lp_error *e) {
    bool sparse = lp_matrix_is_sparse(s);
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
    if (svd && o->mask != NULL)
        return lp_fail(e, "svd takes a whole matrix, without a mask");
    if (svd) /* works on x itself, so that a large matrix is held once */
        return lp_matrix_read_x(s, &m->x, e);
    if (lp_matrix_read(s, o->mask, m, e))
        return -1;
    if (m->observed.count > 0)
        return 0;
    return sparse ? lp_fail(e, "the sparse matrix has no entries")
                  : lp_fail(e, "the mask '%s' hides every entry", o->mask);
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

static int fit(lp_stream *s, const lp_matrix *m, const lp_factorise_options *o,
               const lp_run_hooks *hooks, lp_factors *f, lp_error *e) {
    lp_fit_options options = o->fit;
    if (options.blocks == 0)
        options.blocks = m->x.data != NULL ? 1 : SPARSE_BLOCKS;
    if (lp_fit_is_iterative(options.method))
        return lp_train_factors(m, &options, &o->run, hooks, f, s, e);
    return lp_fit_solve(&options, &m->observed, &m->x, f, e);
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
    lp_matrix m = {0};
    lp_factors f = {0};
    drop_history(s); /* an earlier model's */
    int failed = read_matrix(s, options, &m, e);
    if (!failed) {
        report->empty_rows = count_empty(&m.observed, m.observed.row, m.observed.rows);
        report->empty_cols = count_empty(&m.observed, m.observed.col, m.observed.cols);
        failed = fit(s, &m, options, hooks, &f, e);
    }
    if (!failed)
        lp_factors_write(s, "", &f);
    lp_factors_free(&f);
    lp_matrix_free(&m);
    return failed ? lp_within(e, "factorising") : 0;
}
