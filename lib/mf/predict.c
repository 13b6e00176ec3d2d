#include "mf/predict.h"

#include "data/features.h"
#include "io/groups.h"
#include "mf/factors.h"
#include "mf/matrix.h"
#include "num/kernels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What predictions are made from. */
typedef struct {
    lp_factors factors;
    lp_matrix matrix;
    bool is_sparse;
    double min, max; /* predictions are clipped to */
} predictor;

/* The matrix is read where the question needs it: for the entries of a sparse one, and to clip. */
static int read_predictor(lp_stream *s, bool clip, predictor *p, lp_error *e) {
    *p = (predictor){.is_sparse = lp_matrix_is_sparse(s), .min = -INFINITY, .max = INFINITY};
    if (lp_factors_read(s, &p->factors, e))
        return -1;
    if (!p->is_sparse && !clip)
        return 0;
    if (lp_matrix_read(s, NULL, &p->matrix, e))
        return p->is_sparse ? -1 : lp_within(e, "--clip");
    const lp_sparse *m = &p->matrix.observed;
    if (p->is_sparse && lp_matrix_match(&p->matrix, s, p->factors.rows, p->factors.cols, e))
        return -1;
    if (!clip)
        return 0;
    if (m->count == 0)
        return lp_fail(e, "--clip: the matrix has no entries to take a range from");
    p->min = INFINITY, p->max = -INFINITY;
    for (size_t i = 0; i < m->count; i++) {
        p->min = m->value[i] < p->min ? m->value[i] : p->min;
        p->max = m->value[i] > p->max ? m->value[i] : p->max;
    }
    return 0;
}

static double clipped(const predictor *p, double value) {
    value = value < p->min ? p->min : value;
    return value > p->max ? p->max : value;
}

static double predict(const predictor *p, size_t row, size_t col) {
    return clipped(p, lp_factors_at(&p->factors, row, col));
}

/* The tensor that names the rows or the columns of the factors: the model's own, or the data's. */
static const char *names_of(const lp_stream *s, const char *name) {
    const char *own = lp_group_model_name(name);
    return lp_stream_has(s, own) ? own : name;
}

/* *place = the place of ID among the `size` strings of tensor NAMES, which name its `what`s. */
static int find_name(lp_stream *s, const char *names, const char *what, const char *id, size_t size,
                     size_t *place, lp_error *e) {
    const lp_tensor *t = lp_stream_get(s, names, e);
    if (t == NULL)
        return -1;
    if (!lp_type_is_string(t->type) || t->count != size)
        return lp_fail(e, "tensor '%s' does not name the %zu %ss", names, size, what);
    size_t found = 0;
    for (size_t i = 0; i < size; i++) {
        LP_CLEANUP(lp_free) char *name = lp_tensor_string(t, i, e);
        if (name == NULL)
            return -1;
        if (strcmp(name, id) == 0 && found++ == 0)
            *place = i;
    }
    if (found == 1)
        return 0;
    return found > 1
               ? lp_fail(e, "%zu %ss are called '%s'", found, what, id)
               : lp_fail(e, "there is no %s '%s' (labpipe inspect shows '%s')", what, id, names);
}

/* The same; where the stream has no names, ID is a place itself. A NULL id leaves *place. */
static int find(lp_stream *s, const char *names, const char *what, const char *id, size_t size,
                size_t *place, lp_error *e) {
    if (id == NULL)
        return 0;
    if (lp_stream_has(s, names))
        return find_name(s, names, what, id, size, place, e);
    char *end;
    unsigned long long number = strtoull(id, &end, 10);
    if (id[0] < '0' || id[0] > '9' || *end != '\0' || number >= size)
        return lp_fail(e, "there is no %s '%s': they have no names, only places from 0 to %zu",
                       what, id, size - 1);
    *place = (size_t)number;
    return 0;
}

static int put_entries(lp_stream *s, const predictor *p) {
    const lp_sparse *m = p->matrix.has_held_out ? &p->matrix.held_out : &p->matrix.observed;
    lp_tensor y = lp_tensor_vector(LP_F8, m->count);
    for (size_t i = 0; i < m->count; i++)
        ((double *)y.data)[i] = predict(p, (size_t)m->row[i], (size_t)m->col[i]);
    lp_stream_put(s, "y_pred", &y);
    return 0;
}

/* *scaled (rows, rank) = u diag(s) */
static double *scaled_rows(const lp_factors *f) {
    double *scaled = lp_alloc(f->rows, f->rank * sizeof *scaled);
    for (size_t i = 0; i < f->rows * f->rank; i++)
        scaled[i] = f->s != NULL ? f->u[i] * f->s[i % f->rank] : f->u[i];
    return scaled;
}

static int put_whole(lp_stream *s, const predictor *p, lp_error *e) {
    const lp_factors *f = &p->factors;
    lp_tensor t;
    if (lp_tensor_try_zeros(&t, LP_F8, 2, (size_t[]){f->rows, f->cols}, e))
        return -1;
    double *x = t.data;
    if (f->rank > 0) {
        LP_CLEANUP(lp_free) double *u = scaled_rows(f);
        lp_kernels_of(LP_F8)->gemm(LP_NT, f->rows, f->cols, f->rank, u, f->v, x, false);
    }
    for (size_t i = 0; i < t.count; i++) {
        x[i] += f->mean;
        if (f->row_bias != NULL)
            x[i] += f->row_bias[i / f->cols] + f->col_bias[i % f->cols];
        x[i] = clipped(p, x[i]);
    }
    lp_stream_put(s, "x_pred", &t);
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

static int put_columns(lp_stream *s, const candidate *list, size_t n, size_t cols, lp_error *e) {
    const char *name = names_of(s, "cols");
    if (!lp_stream_has(s, name)) {
        lp_tensor t = lp_tensor_vector(LP_I8, n);
        for (size_t i = 0; i < n; i++)
            ((int64_t *)t.data)[i] = (int64_t)list[i].col;
        lp_stream_put(s, "y_cols", &t);
        return 0;
    }
    const lp_tensor *names = lp_stream_get(s, name, e);
    if (names == NULL)
        return -1;
    if (names->ndim != 1 || names->count != cols)
        return lp_fail(e, "tensor '%s' does not name the %zu columns", name, cols);
    LP_CLEANUP(lp_free) size_t *index = lp_alloc(n, sizeof *index);
    for (size_t i = 0; i < n; i++)
        index[i] = list[i].col;
    lp_tensor t = lp_tensor_take_rows(names, index, n);
    lp_stream_put(s, "y_cols", &t);
    return 0;
}

/* The columns of a sparse matrix that other rows have entries in, and this one has none: nothing
 * was learned of a column without any entry. Without a sparse matrix all columns. */
static bool *offered(const predictor *p, size_t row) {
    const lp_sparse *m = &p->matrix.observed;
    size_t cols = p->factors.cols;
    bool *take = lp_alloc_zero(cols, sizeof *take);
    if (!p->is_sparse)
        memset(take, true, cols * sizeof *take);
    else
        for (size_t i = 0; i < m->count; i++)
            take[m->col[i]] = true;
    for (size_t i = 0; p->is_sparse && i < m->count; i++)
        if ((size_t)m->row[i] == row)
            take[m->col[i]] = false;
    return take;
}

/* The columns that the row is offered, best first. */
static int put_top(lp_stream *s, const predictor *p, size_t row, size_t top, lp_error *e) {
    size_t cols = p->factors.cols, n = 0;
    LP_CLEANUP(lp_free) candidate *list = lp_alloc(cols, sizeof *list);
    LP_CLEANUP(lp_free) bool *take = offered(p, row);
    for (size_t c = 0; c < cols; c++)
        if (take[c])
            list[n++] = (candidate){predict(p, row, c), c};
    if (n == 0)
        return lp_fail(e, "the row has an entry in every column that has any");
    qsort(list, n, sizeof *list, by_value);
    n = n < top ? n : top;
    if (put_columns(s, list, n, cols, e))
        return -1;
    lp_tensor y = lp_tensor_vector(LP_F8, n);
    for (size_t i = 0; i < n; i++)
        ((double *)y.data)[i] = list[i].value;
    lp_stream_put(s, "y_pred", &y);
    return 0;
}

static int answer(lp_stream *s, const lp_factors_query *query, predictor *p, lp_error *e) {
    size_t row = 0, col = 0;
    if (read_predictor(s, query->clip, p, e) ||
        find(s, names_of(s, "rows"), "row", query->row, p->factors.rows, &row, e) ||
        find(s, names_of(s, "cols"), "column", query->col, p->factors.cols, &col, e))
        return -1;
    lp_stream_drop(s, "y_cols");
    lp_stream_drop(s, "y_pred.of");
    if (query->row == NULL)
        return p->is_sparse && !query->whole ? put_entries(s, p) : put_whole(s, p, e);
    if (query->col == NULL)
        return put_top(s, p, row, (size_t)query->top, e);
    lp_tensor y = lp_tensor_vector(LP_F8, 1);
    *(double *)y.data = predict(p, row, col);
    lp_stream_put(s, "y_pred", &y);
    return 0;
}

int lp_factors_predict(lp_stream *s, const lp_factors_query *query, lp_error *e) {
    predictor p;
    int failed = answer(s, query, &p, e);
    lp_matrix_free(&p.matrix);
    lp_factors_free(&p.factors);
    return failed ? lp_within(e, "predicting") : 0;
}

/* *rows = tensor NAME of s, matched to the model's data, f8 of `cols` columns. */
static int read_rows(lp_stream *s, lp_stream *model, const char *name, size_t cols, lp_tensor *rows,
                     lp_buffer *warnings, lp_error *e) {
    LP_CLEANUP(lp_schema_free) lp_schema schema = {0};
    LP_CLEANUP(lp_tensor_free) lp_tensor x = {0};
    if (lp_schema_of_model(&schema, model, model != s, e) ||
        lp_features_match(s, &schema, name, &x, warnings, e) ||
        lp_features_check(&x, name, &schema.features, e))
        return -1;
    if (lp_tensor_row_size(&x) != cols)
        return lp_fail(e, "%s has %zu columns, the factors have %zu", name, lp_tensor_row_size(&x),
                       cols);
    if (!lp_type_is(x.type, LP_F8))
        return lp_tensor_convert(rows, &x, LP_F8, e);
    *rows = x;
    x = (lp_tensor){0};
    return 0;
}

/* y (n, cols) = x v vᵀ. */
static void put_projection(lp_stream *s, const lp_factors *f, const lp_tensor *x) {
    const lp_kernels *num = lp_kernels_of(LP_F8);
    size_t n = lp_tensor_rows(x);
    LP_CLEANUP(lp_tensor_free) lp_tensor part = lp_tensor_matrix(LP_F8, n, f->rank);
    lp_tensor y = lp_tensor_matrix(LP_F8, n, f->cols);
    num->gemm(LP_NN, n, f->rank, f->cols, x->data, f->v, part.data, false);
    num->gemm(LP_NT, n, f->cols, f->rank, part.data, f->v, y.data, false);
    lp_stream_put(s, "x_pred", &y);
}

int lp_factors_project(lp_stream *s, lp_stream *model, const char *x_name, lp_buffer *warnings,
                       lp_error *e) {
    lp_stream *from = model != NULL ? model : s;
    LP_CLEANUP(lp_factors_free) lp_factors f = {0};
    LP_CLEANUP(lp_tensor_free) lp_tensor x = {0};
    if (lp_factors_read(from, &f, e))
        return lp_within(e, "predicting");
    if (f.s == NULL || f.has_mean)
        return lp_fail(e, "predicting: these factors are not singular vectors, which alone can "
                          "predict rows of x (labpipe factorise --method svd)");
    if (read_rows(s, from, lp_features_name(s, x_name), f.cols, &x, warnings, e))
        return lp_within(e, "predicting");
    put_projection(s, &f, &x);
    return 0;
}
