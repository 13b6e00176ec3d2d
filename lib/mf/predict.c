#include "mf/predict.h"

#include "base/memory.h"
#include "data/features.h"
#include "mf/factors.h"
#include "num/kernels.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What the question is put to. */
typedef struct {
    lp_factors factors;
    lp_sparse observed; /* of a sparse matrix */
    bool is_sparse;
    double least, largest; /* what an answer is cut to */
} subject;

static void free_subject(subject *a) {
    lp_factors_free(&a->factors);
    lp_sparse_free(&a->observed);
}

static void find_range(subject *a, const double *value, size_t n) {
    a->least = INFINITY, a->largest = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        a->least = value[i] < a->least ? value[i] : a->least;
        a->largest = value[i] > a->largest ? value[i] : a->largest;
    }
}

static int read_subject(lp_stream *s, bool clip, subject *a, lp_error *e) {
    bool split = lp_sparse_is_in(s, "_train");
    *a = (subject){.least = -INFINITY, .largest = INFINITY};
    a->is_sparse = split || lp_sparse_is_in(s, "");
    if (lp_factors_read(s, "", &a->factors, e))
        return -1;
    const lp_sparse *m = &a->observed;
    if (a->is_sparse) {
        if (lp_sparse_read(s, split ? "_train" : "", &a->observed, e))
            return -1;
        if (m->rows != a->factors.rows || m->cols != a->factors.cols)
            return lp_fail(e, "the factors are of a %zu x %zu matrix, this one is %zu x %zu",
                           a->factors.rows, a->factors.cols, m->rows, m->cols);
        if (clip && m->count == 0)
            return lp_fail(e, "--clip: there is no entry whose range could be taken");
        if (clip)
            find_range(a, m->value, m->count);
    } else if (clip) {
        lp_tensor x;
        if (lp_matrix_read(s, &x, e))
            return lp_within(e, "--clip");
        find_range(a, x.data, x.count);
        lp_tensor_free(&x);
    }
    return 0;
}

static double answer(const subject *a, size_t row, size_t col) {
    double value = lp_factors_at(&a->factors, row, col);
    value = value < a->least ? a->least : value;
    return value > a->largest ? a->largest : value;
}

/* *place = where ID stands among the names of tensor NAMES, or the place it gives itself. */
static int find(lp_stream *s, const char *names, const char *what, const char *id, size_t size,
                size_t *place, lp_error *e) {
    if (lp_stream_has(s, names)) {
        const lp_tensor *t = lp_stream_get(s, names, e);
        if (t == NULL)
            return -1;
        if (!lp_type_is_string(t->type) || t->count != size)
            return lp_fail(e, "tensor '%s' does not name the %zu %ss", names, size, what);
        size_t found = 0;
        for (size_t i = 0; i < size; i++) {
            char *name = lp_tensor_string(t, i, e);
            if (name == NULL)
                return -1;
            if (strcmp(name, id) == 0 && found++ == 0)
                *place = i;
            free(name);
        }
        if (found == 1)
            return 0;
        return found > 1 ? lp_fail(e, "%zu %ss are called '%s'", found, what, id)
                         : lp_fail(e, "there is no %s '%s' (inspect shows '%s')", what, id, names);
    }
    char *end;
    unsigned long long number = strtoull(id, &end, 10);
    if (id[0] < '0' || id[0] > '9' || *end != '\0' || number >= size)
        return lp_fail(e, "there is no %s '%s': they have no names, only places from 0 to %zu",
                       what, id, size - 1);
    *place = (size_t)number;
    return 0;
}

static void put_one(lp_stream *s, const subject *a, size_t row, size_t col) {
    lp_tensor y = lp_tensor_vector(LP_F8, 1);
    *(double *)y.data = answer(a, row, col);
    lp_stream_put(s, "y_pred", &y);
}

static int put_all(lp_stream *s, const subject *a, lp_error *e) {
    lp_sparse m = {0};
    bool test = lp_sparse_is_in(s, "_test");
    if (!a->is_sparse)
        return lp_fail(e, "there is no sparse matrix whose entries could be answered (give --row, "
                          "or --x)");
    if (test && lp_sparse_read(s, "_test", &m, e))
        return -1;
    const lp_sparse *of = test ? &m : &a->observed;
    lp_tensor y = lp_tensor_vector(LP_F8, of->count);
    for (size_t i = 0; i < of->count; i++)
        ((double *)y.data)[i] = answer(a, (size_t)of->row[i], (size_t)of->col[i]);
    lp_stream_put(s, "y_pred", &y);
    lp_sparse_free(&m);
    return 0;
}

typedef struct {
    double value;
    size_t col;
} candidate;

static int by_value(const void *a, const void *b) {
    const candidate *x = a, *y = b;
    if (x->value != y->value)
        return x->value > y->value ? -1 : 1;
    return (x->col > y->col) - (x->col < y->col);
}

/* The columns without an entry in the row, best first; *count of them. */
static candidate *rank_columns(const subject *a, size_t row, size_t *count) {
    size_t cols = a->factors.cols, n = 0;
    candidate *list = lp_alloc(cols, sizeof *list);
    bool *seen = lp_alloc_zero(cols, sizeof *seen);
    for (size_t i = 0; i < a->observed.count; i++)
        if ((size_t)a->observed.row[i] == row)
            seen[a->observed.col[i]] = true;
    for (size_t c = 0; c < cols; c++)
        if (!seen[c])
            list[n++] = (candidate){answer(a, row, c), c};
    free(seen);
    qsort(list, n, sizeof *list, by_value);
    *count = n;
    return list;
}

static int put_columns(lp_stream *s, const candidate *list, size_t n, size_t cols, lp_error *e) {
    if (!lp_stream_has(s, "cols")) {
        lp_tensor t = lp_tensor_vector(LP_I8, n);
        for (size_t i = 0; i < n; i++)
            ((int64_t *)t.data)[i] = (int64_t)list[i].col;
        lp_stream_put(s, "y_cols", &t);
        return 0;
    }
    const lp_tensor *names = lp_stream_get(s, "cols", e);
    if (names == NULL)
        return -1;
    if (names->ndim != 1 || names->count != cols)
        return lp_fail(e, "tensor 'cols' does not name the %zu columns", cols);
    size_t *index = lp_alloc(n, sizeof *index);
    for (size_t i = 0; i < n; i++)
        index[i] = list[i].col;
    lp_tensor t = lp_tensor_take_rows(names, index, n);
    lp_stream_put(s, "y_cols", &t);
    free(index);
    return 0;
}

static int put_top(lp_stream *s, const subject *a, size_t row, size_t top, lp_error *e) {
    size_t n;
    candidate *list = rank_columns(a, row, &n);
    n = n < top ? n : top;
    int failed = n == 0 ? lp_fail(e, "the row has an entry in every column")
                        : put_columns(s, list, n, a->factors.cols, e);
    if (!failed) {
        lp_tensor y = lp_tensor_vector(LP_F8, n);
        for (size_t i = 0; i < n; i++)
            ((double *)y.data)[i] = list[i].value;
        lp_stream_put(s, "y_pred", &y);
    }
    free(list);
    return failed;
}

int lp_factors_predict(lp_stream *s, const lp_factors_query *question, lp_error *e) {
    subject a;
    size_t row = 0, col = 0;
    int failed =
        read_subject(s, question->clip, &a, e) ||
        (question->row != NULL && find(s, "rows", "row", question->row, a.factors.rows, &row, e)) ||
        (question->col != NULL &&
         find(s, "cols", "column", question->col, a.factors.cols, &col, e));
    lp_stream_drop(s, "y_cols");
    if (!failed && question->row == NULL)
        failed = put_all(s, &a, e);
    else if (!failed && question->col != NULL)
        put_one(s, &a, row, col);
    else if (!failed)
        failed = put_top(s, &a, row, (size_t)question->top, e);
    free_subject(&a);
    return failed ? lp_within(e, "predicting") : 0;
}

int lp_factors_project(lp_stream *s, lp_stream *model, const char *x_name, lp_error *e) {
    lp_factors f;
    lp_tensor x = {0}, rows = {0};
    size_t bad;
    x_name = lp_features_name(s, x_name);
    if (lp_factors_read(model != NULL ? model : s, "", &f, e))
        return lp_within(e, "predicting");
    int failed =
        f.s == NULL || f.has_mean
            ? lp_fail(e, "these factors are not singular vectors, which alone answer for rows of x "
                         "(factorise --method svd)")
            : lp_features_scaled(s, model, x_name, &x, e);
    if (!failed && !lp_type_is_number(x.type))
        failed = lp_fail(e, "%s is text, expected numbers", x_name);
    if (!failed && (x.ndim == 0 || lp_tensor_row_size(&x) != f.cols))
        failed = lp_fail(e, "%s has %zu columns, the factors are of %zu", x_name,
                         x.ndim == 0 ? 1 : lp_tensor_row_size(&x), f.cols);
    if (!failed && lp_tensor_find_nonfinite(&x, &bad))
        failed = lp_fail(e, "%s: row %zu, column %zu is %g (expected finite numbers)", x_name,
                         bad / f.cols, bad % f.cols, lp_tensor_at(&x, bad));
    failed = failed || lp_tensor_convert(&rows, &x, LP_F8, e);
    if (!failed) {
        const lp_kernels *num = lp_kernels_of(LP_F8);
        size_t n = x.shape[0];
        lp_tensor part = lp_tensor_matrix(LP_F8, n, f.rank), y = lp_tensor_matrix(LP_F8, n, f.cols);
        num->gemm(LP_NN, n, f.rank, f.cols, rows.data, f.v, part.data, false);
        num->gemm(LP_NT, n, f.cols, f.rank, part.data, f.v, y.data, false);
        lp_stream_put(s, "y_pred", &y);
        lp_tensor_free(&part);
    }
    lp_tensor_free(&x);
    lp_tensor_free(&rows);
    lp_factors_free(&f);
    return failed ? lp_within(e, "predicting") : 0;
}
