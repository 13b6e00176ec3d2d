/* The methods without iterations: the mean alone, and the largest singular values. */
#include "mf/methods.h"
#include "num/linalg.h"

#include <string.h>

/* The smaller side up to which the exact decomposition, cubic in it, is fast enough. */
enum { EXACT_SIDE = 200 };

int lp_mean_solve(const lp_fit_options *o, const lp_sparse *observed, const lp_tensor *x,
                  lp_factors *f, lp_error *e) {
    (void)o, (void)x, (void)e;
    *f = lp_factors_new(observed->rows, observed->cols, 0, false, false);
    for (size_t i = 0; i < observed->count; i++)
        f->mean += observed->value[i];
    f->mean /= (double)observed->count;
    f->has_mean = true;
    return 0;
}

int lp_svd_solve(const lp_fit_options *o, const lp_sparse *observed, const lp_tensor *x,
                 lp_factors *f, lp_error *e) {
    (void)observed;
    size_t m = x->shape[0], n = x->shape[1], side = m < n ? m : n, rank = (size_t)o->rank;
    if (rank > side)
        return lp_fail(e, "rank %zu is more than the smaller side of the %zu x %zu matrix", rank, m,
                       n);
    *f = lp_factors_new(m, n, rank, true, false);
    bool exact = o->exact || side <= EXACT_SIDE || rank >= side / 2;
    if (o->shards > 1)
        return lp_svd_shards(m, n, rank, (size_t)o->shards, exact, x->data, o->seed, f->u, f->s,
                             f->v, e);
    if (!exact)
        return lp_svd_top(m, n, rank, x->data, o->seed, f->u, f->s, f->v, e);
    LP_CLEANUP(lp_factors_free) lp_factors all = lp_factors_new(m, n, side, true, false);
    if (lp_svd(m, n, x->data, all.u, all.s, all.v, e))
        return -1;
    lp_copy_columns(f->u, rank, all.u, side, m, rank);
    lp_copy_columns(f->v, rank, all.v, side, n, rank);
    memcpy(f->s, all.s, rank * sizeof *f->s);
    return 0;
}
