#include "mf/matrix.h"

#include "data/names.h"

bool lp_matrix_is_sparse(const lp_stream *s) {
    return lp_sparse_is_in(s, "") || lp_sparse_is_in(s, "_train");
}

int lp_matrix_read_x(lp_stream *s, lp_tensor *x, lp_error *e) {
    const char *name = !lp_stream_has(s, "x") && lp_stream_has(s, "x_train") ? "x_train" : "x";
    if (lp_stream_get_as(s, name, LP_F8, x, e))
        return -1;
    char text[200];
    lp_shape_text(x->ndim, x->shape, text);
    int failed =
        x->ndim < 2     ? lp_fail(e, "tensor '%s' has shape %s (a matrix was expected)", name, text)
        : x->count == 0 ? lp_fail(e, "tensor '%s' has shape %s, which holds no entries", name, text)
                        : lp_tensor_check_finite(x, name, e);
    if (failed) {
        lp_tensor_free(x);
        return -1;
    }
    x->shape[1] = lp_tensor_row_size(x); /* images are rows of pixels */
    x->ndim = 2;
    return 0;
}

static int read_mask(lp_stream *s, const char *name, const lp_tensor *x, lp_tensor *mask,
                     lp_error *e) {
    if (lp_stream_get_as(s, name, LP_F8, mask, e))
        return lp_within(e, "reading the mask");
    char text[200], expected[200];
    if (mask->ndim < 2 || mask->shape[0] != x->shape[0] || mask->count != x->count)
        return lp_fail(e, "the mask '%s' has shape %s (the matrix has %s)", name,
                       lp_shape_text(mask->ndim, mask->shape, text),
                       lp_shape_text(x->ndim, x->shape, expected));
    return lp_tensor_check_finite(mask, name, e);
}

/* The entries of x where the mask is not 0 (NULL: all), or, with `hidden`, where it is. */
static lp_sparse entries_of(const lp_tensor *x, const double *mask, bool hidden) {
    const double *value = x->data;
    size_t cols = x->shape[1], count = 0, at = 0;
    for (size_t i = 0; i < x->count; i++)
        count += (mask == NULL || mask[i] != 0) != hidden;
    lp_sparse m = lp_sparse_new(x->shape[0], cols, count);
    for (size_t i = 0; i < x->count; i++) {
        if ((mask == NULL || mask[i] != 0) == hidden)
            continue;
        m.row[at] = (int32_t)(i / cols);
        m.col[at] = (int32_t)(i % cols);
        m.value[at++] = value[i];
    }
    return m;
}

static int read_dense(lp_stream *s, const char *mask_name, lp_matrix *m, lp_error *e) {
    const lp_tensor *x = &m->x;
    if (lp_matrix_read_x(s, &m->x, e))
        return -1;
    if (x->shape[0] > INT32_MAX || x->shape[1] > INT32_MAX)
        return lp_fail(e, "a matrix of %zu x %zu is more than 2^31 - 1 a side", x->shape[0],
                       x->shape[1]);
    LP_CLEANUP(lp_tensor_free) lp_tensor mask = {0};
    if (mask_name != NULL && read_mask(s, mask_name, x, &mask, e))
        return -1;
    m->whole = mask_name == NULL ? x->data : NULL;
    m->has_held_out = mask_name != NULL;
    m->observed = entries_of(x, mask.data, false);
    m->held_out = entries_of(x, mask.data, true);
    return 0;
}

static int read_sparse(lp_stream *s, lp_matrix *m, lp_error *e) {
    bool split = lp_sparse_is_in(s, "_train");
    m->has_held_out = split && lp_sparse_is_in(s, "_test");
    m->has_validation = split && lp_sparse_is_in(s, "_val");
    if (lp_sparse_read(s, split ? "_train" : "", &m->observed, e) ||
        (m->has_validation && lp_sparse_read(s, "_val", &m->validation, e)))
        return -1;
    return m->has_held_out ? lp_sparse_read(s, "_test", &m->held_out, e) : 0;
}

int lp_matrix_read(lp_stream *s, const char *mask, lp_matrix *m, lp_error *e) {
    *m = (lp_matrix){0};
    return lp_matrix_is_sparse(s) ? read_sparse(s, m, e) : read_dense(s, mask, m, e);
}

void lp_matrix_free(lp_matrix *m) {
    lp_tensor_free(&m->x);
    lp_sparse_free(&m->observed);
    lp_sparse_free(&m->validation);
    lp_sparse_free(&m->held_out);
}

/* *names = the texts of tensor NAME, if it is there; of two equal ones the first counts. */
static int read_names(lp_stream *s, const char *name, lp_names *names, size_t count, lp_error *e) {
    const lp_tensor *t = lp_stream_has(s, name) ? lp_stream_get(s, name, e) : NULL;
    if (t == NULL)
        return lp_stream_has(s, name) ? -1 : 0;
    if (!lp_type_is_string(t->type) || t->count != count)
        return lp_fail(e, "%s does not name the %zu of the matrix", name, count);
    for (size_t i = 0; i < count; i++) {
        LP_CLEANUP(lp_free) char *text = lp_tensor_string(t, i, e);
        if (text == NULL)
            return -1;
        if (lp_names_add(names, text) != i)
            return lp_fail(e, "%s: two are called '%s'", name, text);
    }
    return 0;
}

/* index[0..count) = their places by the model's names; nothing where either side has none. */
static int match_index(const lp_names *own, const lp_names *model, const char *what, int32_t *index,
                       size_t count, lp_error *e) {
    for (size_t i = 0; i < count && own->count > 0 && model->count > 0; i++) {
        size_t place;
        if (!lp_names_find(model, own->item[index[i]], &place))
            return lp_fail(e, "%s '%s' is not among those that were factorised", what,
                           own->item[index[i]]);
        index[i] = (int32_t)place;
    }
    return 0;
}

static int match_names(lp_matrix *m, lp_stream *s, size_t rows, size_t cols, lp_error *e) {
    LP_CLEANUP(lp_names_free) lp_names own_rows = {0}, own_cols = {0};
    LP_CLEANUP(lp_names_free) lp_names model_rows = {0}, model_cols = {0};
    lp_sparse *parts[] = {&m->observed, &m->validation, &m->held_out};
    if (read_names(s, "rows", &own_rows, m->observed.rows, e) ||
        read_names(s, "cols", &own_cols, m->observed.cols, e) ||
        read_names(s, "model.rows", &model_rows, rows, e) ||
        read_names(s, "model.cols", &model_cols, cols, e))
        return -1;
    for (int i = 0; i < 3; i++) {
        lp_sparse *part = parts[i];
        if (match_index(&own_rows, &model_rows, "row", part->row, part->count, e) ||
            match_index(&own_cols, &model_cols, "column", part->col, part->count, e))
            return -1;
        if (own_rows.count > 0 && model_rows.count > 0)
            part->rows = rows;
        if (own_cols.count > 0 && model_cols.count > 0)
            part->cols = cols;
    }
    return 0;
}

int lp_matrix_match(lp_matrix *m, lp_stream *s, size_t rows, size_t cols, lp_error *e) {
    if (m->x.data == NULL && match_names(m, s, rows, cols, e))
        return -1;
    if (rows == m->observed.rows && cols == m->observed.cols)
        return 0;
    return lp_fail(e, "the factors are of a %zu x %zu matrix, this one is %zu x %zu", rows, cols,
                   m->observed.rows, m->observed.cols);
}
