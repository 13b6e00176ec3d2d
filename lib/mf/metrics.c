#include "mf/metrics.h"

#include "mf/factors.h"

#include <math.h>

/* Until finish, mae is a sum. */
static void add(lp_factors_metrics *a, double value, const lp_factors *f, size_t row, size_t col) {
    double error = value - lp_factors_at(f, row, col);
    a->n++;
    a->sse += error * error;
    a->mae += fabs(error);
}

static void finish(lp_factors_metrics *a) {
    if (a->n == 0)
        return;
    a->mse = a->sse / (double)a->n;
    a->rmse = sqrt(a->mse);
    a->mae /= (double)a->n;
}

static lp_factors_metrics metrics_of(const char *part, const lp_factors *f, const lp_sparse *m) {
    lp_factors_metrics a = {.part = part};
    for (size_t i = 0; i < m->count; i++)
        add(&a, m->value[i], f, (size_t)m->row[i], (size_t)m->col[i]);
    finish(&a);
    return a;
}

/* Every place of the matrix, 0 where neither part has an entry. */
static lp_factors_metrics metrics_zero_filled(const lp_factors *f, const lp_sparse part[2]) {
    lp_factors_metrics a = {.part = "all"};
    size_t at[2] = {0, 0};
    for (size_t r = 0; r < f->rows; r++)
        for (size_t c = 0; c < f->cols; c++) {
            double value = 0;
            for (int i = 0; i < 2; i++)
                if (at[i] < part[i].count && (size_t)part[i].row[at[i]] == r &&
                    (size_t)part[i].col[at[i]] == c)
                    value = part[i].value[at[i]++];
            add(&a, value, f, r, c);
        }
    finish(&a);
    return a;
}

static int check_shape(const lp_factors *f, size_t rows, size_t cols, lp_error *e) {
    return f->rows == rows && f->cols == cols
               ? 0
               : lp_fail(e, "the factors are of a %zu x %zu matrix, this one is %zu x %zu", f->rows,
                         f->cols, rows, cols);
}

static int evaluate_sparse(lp_stream *s, const lp_factors *f, bool zero_filled,
                           lp_factors_metrics metrics[3], size_t *count, lp_error *e) {
    bool split = lp_sparse_is_in(s, "_train");
    lp_sparse part[2] = {{0}};
    int failed = lp_sparse_read(s, split ? "_train" : "", &part[0], e) ||
                 check_shape(f, part[0].rows, part[0].cols, e) ||
                 (split && lp_sparse_read(s, "_test", &part[1], e));
    if (!failed) {
        metrics[(*count)++] = metrics_of("observed", f, &part[0]);
        if (split)
            metrics[(*count)++] = metrics_of("held_out", f, &part[1]);
        if (zero_filled)
            metrics[(*count)++] = metrics_zero_filled(f, part);
    }
    lp_sparse_free(&part[0]);
    lp_sparse_free(&part[1]);
    return failed ? -1 : 0;
}

static int evaluate_dense(lp_stream *s, const lp_factors *f, const char *mask_name,
                          lp_factors_metrics metrics[3], size_t *count, lp_error *e) {
    lp_tensor x, mask = {0};
    if (lp_matrix_read(s, &x, e))
        return -1;
    int failed = check_shape(f, x.shape[0], x.shape[1], e) ||
                 (mask_name != NULL && lp_mask_read(s, mask_name, &x, &mask, e));
    lp_sparse part = {0};
    static const char *const names[] = {"observed", "held_out", "all"};
    for (int i = mask_name != NULL ? 0 : 2; i < 3 && !failed; i++) {
        failed = lp_sparse_from_dense(&part, &x, i < 2 ? &mask : NULL, i == 1, e);
        if (!failed)
            metrics[(*count)++] = metrics_of(names[i], f, &part);
        lp_sparse_free(&part);
    }
    lp_tensor_free(&mask);
    lp_tensor_free(&x);
    return failed ? -1 : 0;
}

int lp_factors_evaluate(lp_stream *s, const char *mask, bool zero_filled,
                        lp_factors_metrics metrics[3], size_t *count, lp_error *e) {
    *count = 0;
    lp_factors f;
    if (lp_factors_read(s, "", &f, e))
        return -1;
    bool sparse = lp_sparse_is_in(s, "") || lp_sparse_is_in(s, "_train");
    int failed;
    if (sparse && mask != NULL)
        failed = lp_fail(e, "a mask was named, but the matrix is sparse");
    else if (!sparse && zero_filled)
        failed = lp_fail(e, "the matrix is dense: no place of it is empty");
    else if (sparse)
        failed = evaluate_sparse(s, &f, zero_filled, metrics, count, e);
    else
        failed = evaluate_dense(s, &f, mask, metrics, count, e);
    lp_factors_free(&f);
    return failed ? lp_within(e, "judging the factors") : 0;
}
