#include "mf/factors.h"

#include "mf/matrix.h"

#include <math.h>
#include <string.h>

void lp_factors_free(lp_factors *f) {
    lp_arena_free(&f->memory);
    *f = (lp_factors){0};
}

lp_factors lp_factors_new(size_t rows, size_t cols, size_t rank, bool values, bool biases) {
    lp_factors f = {.rows = rows, .cols = cols, .rank = rank, .has_mean = biases};
    f.u = lp_arena_alloc_zero(&f.memory, rows, rank * sizeof *f.u);
    f.v = lp_arena_alloc_zero(&f.memory, cols, rank * sizeof *f.v);
    if (values)
        f.s = lp_arena_alloc_zero(&f.memory, rank, sizeof *f.s);
    if (biases) {
        f.row_bias = lp_arena_alloc_zero(&f.memory, rows, sizeof *f.row_bias);
        f.col_bias = lp_arena_alloc_zero(&f.memory, cols, sizeof *f.col_bias);
    }
    return f;
}

bool lp_factors_are_in(const lp_stream *s) {
    return lp_stream_has(s, "u") || lp_stream_has(s, "mean");
}

/* *to = a copy of tensor NAME, of `ndim` dimensions and shape (*rows, *cols). A size that is
 * SIZE_MAX is set to what the tensor has; cols is NULL for a vector. */
static int read_part(lp_stream *s, const char *name, int ndim, size_t *rows, size_t *cols,
                     lp_arena *memory, double **to, lp_error *e) {
    char text[200];
    LP_CLEANUP(lp_tensor_free) lp_tensor t = {0};
    if (lp_stream_get_as(s, name, LP_F8, &t, e) || lp_tensor_check_finite(&t, name, e))
        return -1;
    if (t.ndim != ndim || (*rows != SIZE_MAX && t.shape[0] != *rows) ||
        (ndim == 2 && *cols != SIZE_MAX && t.shape[1] != *cols))
        return lp_fail(e, "tensor '%s' has shape %s, which does not fit the other factors", name,
                       lp_shape_text(t.ndim, t.shape, text));
    *rows = t.shape[0];
    if (ndim == 2)
        *cols = t.shape[1];
    *to = lp_arena_alloc(memory, t.count, sizeof **to);
    if (t.count > 0)
        memcpy(*to, t.data, t.count * sizeof **to);
    return 0;
}

static int read_mean(lp_stream *s, lp_factors *f, lp_error *e) {
    LP_CLEANUP(lp_tensor_free) lp_tensor t = {0};
    if (lp_stream_get_as(s, "mean", LP_F8, &t, e))
        return -1;
    if (t.count != 1 || !isfinite(*(double *)t.data))
        return lp_fail(e, "tensor 'mean' is not one finite number");
    f->mean = *(double *)t.data;
    f->has_mean = true;
    return 0;
}

/* For a model of the mean alone: rows and columns of the matrix beside it. A shape without entries
 * is no matrix: it would let a few bytes ask for any size. */
static int read_shape(lp_stream *s, lp_factors *f, lp_error *e) {
    size_t shape[2];
    LP_CLEANUP(lp_tensor_free) lp_tensor x = {0};
    bool sparse = lp_matrix_is_sparse(s);
    if (sparse ? lp_sparse_read_shape(s, shape, e) : lp_matrix_read_x(s, &x, e))
        return -1;
    f->rows = sparse ? shape[0] : x.shape[0];
    f->cols = sparse ? shape[1] : x.shape[1];
    return 0;
}

static int read_parts(lp_stream *s, lp_factors *f, lp_error *e) {
    size_t m = SIZE_MAX, n = SIZE_MAX, rank = SIZE_MAX;
    bool has_mean = lp_stream_has(s, "mean");
    if (lp_stream_has(s, "u") || !has_mean) {
        if (read_part(s, "u", 2, &m, &rank, &f->memory, &f->u, e) ||
            read_part(s, "v", 2, &n, &rank, &f->memory, &f->v, e) ||
            (lp_stream_has(s, "s") && read_part(s, "s", 1, &rank, NULL, &f->memory, &f->s, e)))
            return -1;
        f->rank = rank;
    }
    if (has_mean && read_mean(s, f, e))
        return -1;
    if ((lp_stream_has(s, "row_bias") || lp_stream_has(s, "col_bias")) &&
        (read_part(s, "row_bias", 1, &m, NULL, &f->memory, &f->row_bias, e) ||
         read_part(s, "col_bias", 1, &n, NULL, &f->memory, &f->col_bias, e)))
        return -1;
    f->rows = m, f->cols = n;
    return m == SIZE_MAX ? read_shape(s, f, e) : 0;
}

int lp_factors_read(lp_stream *s, lp_factors *f, lp_error *e) {
    *f = (lp_factors){0};
    if (read_parts(s, f, e) == 0)
        return 0;
    lp_factors_free(f);
    return lp_within(e, "reading the factors");
}

/* NAME = a copy of the numbers, or no tensor where there are none. */
static void write_part(lp_stream *s, const char *name, const double *from, int ndim, size_t rows,
                       size_t cols) {
    if (from == NULL) {
        lp_stream_drop(s, name);
        return;
    }
    lp_tensor t = lp_tensor_zeros(LP_F8, ndim, (size_t[]){rows, cols});
    if (t.count > 0)
        memcpy(t.data, from, t.count * sizeof *from);
    lp_stream_put(s, name, &t);
}

void lp_factors_write(lp_stream *s, const lp_factors *f) {
    write_part(s, "u", f->rank > 0 ? f->u : NULL, 2, f->rows, f->rank);
    write_part(s, "s", f->s, 1, f->rank, 1);
    write_part(s, "v", f->rank > 0 ? f->v : NULL, 2, f->cols, f->rank);
    write_part(s, "mean", f->has_mean ? &f->mean : NULL, 0, 1, 1);
    write_part(s, "row_bias", f->row_bias, 1, f->rows, 1);
    write_part(s, "col_bias", f->col_bias, 1, f->cols, 1);
}

double lp_factors_at(const lp_factors *f, size_t row, size_t col) {
    double sum = 0;
    for (size_t k = 0; k < f->rank; k++) {
        double product = f->u[row * f->rank + k] * f->v[col * f->rank + k];
        sum += f->s != NULL ? product * f->s[k] : product;
    }
    sum += f->mean;
    if (f->row_bias != NULL)
        sum += f->row_bias[row] + f->col_bias[col];
    return sum;
}
