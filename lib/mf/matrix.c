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

static int get_names(lp_stream *s, const char *name, size_t count, const lp_tensor **t,
                     lp_error *e) {
    *t = lp_stream_get(s, name, e);
    if (*t == NULL)
        return -1;
    return lp_type_is_string((*t)->type) && (*t)->count == count
               ? 0
               : lp_fail(e, "%s does not name the %zu of the matrix", name, count);
}

/* The rows or the columns of the data, and where they are in the matrix that was factorised. */
typedef struct {
    const char *name, *model_name, *what;
    lp_names own, model; /* empty where there is nothing to match: no names, or the same */
} axis;

static void free_axis(axis *a) {
    lp_names_free(&a->own);
    lp_names_free(&a->model);
}

static int read_axis(axis *a, lp_stream *s, size_t count, size_t model_count, lp_error *e) {
    const lp_tensor *own, *model;
    if (!lp_stream_has(s, a->name) || !lp_stream_has(s, a->model_name))
        return 0;
    if (get_names(s, a->name, count, &own, e) ||
        get_names(s, a->model_name, model_count, &model, e))
        return -1;
    /* Two films may share a title: only names that differ have to tell them apart. */
    if (lp_names_are_same(own, model))
        return 0;
    return lp_names_read(&a->own, own, a->name, e) ||
                   lp_names_read(&a->model, model, a->model_name, e)
               ? -1
               : 0;
}

/* index[0..count) = their places in the matrix that was factorised, which has *size of them. */
static int match_index(const axis *a, int32_t *index, size_t count, size_t *size, lp_error *e) {
    if (a->own.count == 0)
        return 0;
    for (size_t i = 0; i < count; i++) {
        size_t place;
        if (!lp_names_find(&a->model, a->own.item[index[i]], &place))
            return lp_fail(e, "%s '%s' is not among those that were factorised", a->what,
                           a->own.item[index[i]]);
        index[i] = (int32_t)place;
    }
    *size = a->model.count;
    return 0;
}

static int match_names(lp_matrix *m, lp_stream *s, size_t rows, size_t cols, lp_error *e) {
    LP_CLEANUP(free_axis) axis row = {.name = "rows", .model_name = "model.rows", .what = "row"};
    LP_CLEANUP(free_axis) axis col = {.name = "cols", .model_name = "model.cols", .what = "column"};
    lp_sparse *parts[] = {&m->observed, &m->validation, &m->held_out};
    if (read_axis(&row, s, m->observed.rows, rows, e) ||
        read_axis(&col, s, m->observed.cols, cols, e))
        return -1;
    for (int i = 0; i < 3; i++) {
        lp_sparse *part = parts[i];
        if (match_index(&row, part->row, part->count, &part->rows, e) ||
            match_index(&col, part->col, part->count, &part->cols, e))
            return -1;
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
