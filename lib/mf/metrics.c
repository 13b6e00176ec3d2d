#include "mf/metrics.h"

#include "mf/factors.h"
#include "mf/matrix.h"

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

/* Every place of the matrix; of a sparse one, 0 where no part has an entry. */
static lp_factors_metrics metrics_of_all(const lp_factors *f, const lp_matrix *m) {
    lp_factors_metrics a = {.part = "all"};
    const lp_sparse *part[] = {&m->observed, &m->validation, &m->held_out};
    const double *x = m->x.data;
    size_t at[3] = {0, 0, 0};
    for (size_t r = 0; r < f->rows; r++)
        for (size_t c = 0; c < f->cols; c++) {
            double value = x != NULL ? x[r * f->cols + c] : 0;
            for (int i = 0; i < 3 && x == NULL; i++)
                if (at[i] < part[i]->count && (size_t)part[i]->row[at[i]] == r &&
                    (size_t)part[i]->col[at[i]] == c)
                    value = part[i]->value[at[i]++];
            add(&a, value, f, r, c);
        }
    finish(&a);
    return a;
}

static int evaluate(lp_stream *s, const char *mask, bool zero_filled, const lp_factors *f,
                    lp_matrix *m, lp_factors_metrics metrics[4], size_t *count, lp_error *e) {
    bool sparse = lp_matrix_is_sparse(s);
    if (sparse && mask != NULL)
        return lp_fail(e, "a mask was named, but the matrix is sparse");
    if (!sparse && zero_filled)
        return lp_fail(e, "the matrix is dense, and has no empty places");
    if (lp_matrix_read(s, mask, m, e) || lp_matrix_match(m, s, f->rows, f->cols, e))
        return -1;
    if (zero_filled &&
        (lp_sparse_sort(&m->observed, NULL, e) || lp_sparse_sort(&m->validation, NULL, e) ||
         lp_sparse_sort(&m->held_out, NULL, e)))
        return -1;
    if (sparse || mask != NULL)
        metrics[(*count)++] = metrics_of("observed", f, &m->observed);
    if (m->has_validation)
        metrics[(*count)++] = metrics_of("validation", f, &m->validation);
    if (m->has_held_out)
        metrics[(*count)++] = metrics_of("held_out", f, &m->held_out);
    if (!sparse || zero_filled)
        metrics[(*count)++] = metrics_of_all(f, m);
    return 0;
}

int lp_factors_evaluate(lp_stream *s, const char *mask, bool zero_filled,
                        lp_factors_metrics metrics[4], size_t *count, lp_error *e) {
    LP_CLEANUP(lp_factors_free) lp_factors f = {0};
    LP_CLEANUP(lp_matrix_free) lp_matrix m = {0};
    *count = 0;
    if (lp_factors_read(s, &f, e))
        return -1;
    return evaluate(s, mask, zero_filled, &f, &m, metrics, count, e)
               ? lp_within(e, "judging the factors")
               : 0;
}
