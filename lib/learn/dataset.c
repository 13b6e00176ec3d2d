#include "learn/dataset.h"

#include "data/features.h"
#include "io/crc32.h"
#include "num/kernels.h"

#include <string.h>

enum { MAX_CLASSES = 1 << 24 };

enum { TRAIN, VAL, TEST, ALL };
static const lp_part parts[] = {
    {.name = "train", .x_name = "x_train", .y_name = "y_train"},
    {.name = "val", .x_name = "x_val", .y_name = "y_val"},
    {.name = "test", .x_name = "x_test", .y_name = "y_test"},
    {.name = "all", .x_name = "x", .y_name = "y"},
};

static int read_x(lp_part *p, lp_stream *s, lp_error *e) {
    char shape[200];
    const lp_tensor *x = lp_stream_get(s, p->x_name, e);
    if (x == NULL || lp_features_check(x, p->x_name, e))
        return -1;
    if (x->count == 0)
        return lp_fail(e, "%s has shape %s: no columns", p->x_name,
                       lp_shape_text(x->ndim, x->shape, shape));
    p->rows = lp_tensor_rows(x);
    p->cols = lp_tensor_row_size(x);
    p->dims = x->ndim - 1;
    memcpy(p->shape, x->shape + 1, (size_t)p->dims * sizeof *p->shape);
    p->x_type = x->type;
    p->x = x->data;
    return 0;
}

/* Labels from one-hot rows (rows, k). */
static int take_one_hot(const lp_tensor *y, const char *name, int32_t *label, lp_error *e) {
    size_t rows = y->shape[0], k = y->shape[1];
    for (size_t r = 0; r < rows; r++) {
        size_t ones = 0, place = 0;
        for (size_t c = 0; c < k; c++) {
            double value = lp_tensor_at(y, r * k + c);
            if (value == 1) {
                ones++;
                place = c;
            } else if (value != 0) {
                ones = 2;
            }
        }
        if (ones != 1)
            return lp_fail(e, "%s: row %zu is not one-hot (one 1, the rest 0)", name, r);
        label[r] = (int32_t)place;
    }
    return 0;
}

static int take_labels(const lp_tensor *y, const char *name, int32_t *label, size_t *classes,
                       lp_error *e) {
    for (size_t r = 0; r < y->count; r++) {
        double value = lp_tensor_at(y, r);
        if (!(value >= 0 && value < MAX_CLASSES) || value != (double)(int32_t)value)
            return lp_fail(e, "%s: row %zu is %g (labels are whole numbers 0, 1, ..., below %d)",
                           name, r, value, MAX_CLASSES);
        label[r] = (int32_t)value;
        if ((size_t)value >= *classes)
            *classes = (size_t)value + 1;
    }
    return 0;
}

static int check_y(const lp_tensor *y, const char *name, lp_error *e) {
    char shape[200];
    if (!lp_type_is_number(y->type))
        return lp_fail(e, "%s is text, expected labels 0, 1, ... (from-csv --label makes them)",
                       name);
    if (y->ndim < 1 || y->ndim > 2 || y->count == 0)
        return lp_fail(e, "%s has shape %s, expected (n) or (n, k)", name,
                       lp_shape_text(y->ndim, y->shape, shape));
    return lp_tensor_check_finite(y, name, e);
}

int32_t *lp_labels_read(const lp_tensor *y, const char *name, lp_arena *memory, size_t *n,
                        size_t *classes, lp_error *e) {
    *classes = 0;
    if (check_y(y, name, e))
        return NULL;
    *n = y->shape[0];
    int32_t *label = lp_arena_alloc(memory, *n, sizeof *label);
    bool one_hot = lp_tensor_row_size(y) > 1;
    if (one_hot)
        *classes = y->shape[1];
    return (one_hot ? take_one_hot(y, name, label, e) : take_labels(y, name, label, classes, e))
               ? NULL
               : label;
}

bool lp_is_targets(const lp_tensor *y) {
    if (y->type.kind != 'f')
        return false;
    if (y->ndim != 2 || y->shape[1] <= 1)
        return true;
    for (size_t i = 0; i < y->count; i++)
        if (lp_tensor_at(y, i) != 0 && lp_tensor_at(y, i) != 1)
            return true;
    return false;
}

static int read_y(lp_dataset *d, lp_part *p, lp_stream *s, lp_y_use use, lp_error *e) {
    const lp_tensor *y = lp_stream_get(s, p->y_name, e);
    if (y == NULL || check_y(y, p->y_name, e))
        return -1;
    if (y->shape[0] != p->rows)
        return lp_fail(e, "%s has %zu rows, %s has %zu", p->y_name, y->shape[0], p->x_name,
                       p->rows);
    size_t n, classes, cols = lp_tensor_row_size(y);
    if (use == LP_Y_TARGETS && lp_is_targets(y)) {
        p->target = y->data;
        p->target_type = y->type;
        p->target_cols = cols;
        return 0;
    }
    p->label = lp_labels_read(y, p->y_name, &d->memory, &n, &classes, e);
    if (p->label == NULL)
        return -1;
    p->target_cols = cols > 1 ? cols : 0;
    return 0;
}

/* The number of classes: that of the tensor `classes`, or of one-hot rows, else one more than the
 * largest label. Labels beyond the former two are refused. */
static int count_classes(lp_dataset *d, const lp_stream *s, size_t min_classes, lp_error *e) {
    lp_tensor names;
    size_t stated = min_classes;
    bool named = lp_stream_describe(s, "classes", &names) && names.ndim == 1;
    if (named)
        stated = names.shape[0];
    for (size_t i = 0; i < d->parts; i++) {
        const lp_part *p = &d->part[i];
        if (p->target_cols == 0)
            continue;
        if (stated != 0 && p->target_cols != stated)
            return lp_fail(e, "%s has %zu columns, but there are %zu classes", p->y_name,
                           p->target_cols, stated);
        stated = p->target_cols;
    }
    for (size_t i = 0; i < d->parts; i++)
        for (size_t r = 0; r < d->part[i].rows; r++) {
            size_t label = (size_t)d->part[i].label[r];
            if (stated != 0 && label >= stated)
                return lp_fail(e, "%s: row %zu is class %zu, but there are only %zu (0 to %zu)",
                               d->part[i].y_name, r, label, stated, stated - 1);
            if (label >= d->classes)
                d->classes = label + 1;
        }
    if (stated != 0)
        d->classes = stated;
    for (size_t i = 0; i < d->parts; i++)
        d->part[i].target_cols = d->classes;
    return 0;
}

static int check_parts(const lp_dataset *d, lp_error *e) {
    const lp_part *first = &d->part[0];
    for (size_t i = 1; i < d->parts; i++) {
        const lp_part *p = &d->part[i];
        if (p->cols != first->cols)
            return lp_fail(e, "%s has %zu columns, %s has %zu", p->x_name, p->cols, first->x_name,
                           first->cols);
        bool labelled = p->label != NULL;
        if (labelled != (first->label != NULL) ||
            (!labelled && p->target_cols != first->target_cols))
            return lp_fail(e, "%s and %s differ in kind or width", p->y_name, first->y_name);
    }
    return 0;
}

static int read_parts(lp_dataset *d, lp_stream *s, lp_y_use use, size_t classes, lp_error *e) {
    for (size_t i = 0; i < d->parts; i++)
        if (read_x(&d->part[i], s, e) || (use != LP_Y_NONE && read_y(d, &d->part[i], s, use, e)))
            return -1;
    if (check_parts(d, e))
        return -1;
    return d->part[0].label != NULL ? count_classes(d, s, classes, e) : 0;
}

int lp_dataset_read(lp_dataset *d, lp_stream *s, lp_y_use use, lp_error *e) {
    *d = (lp_dataset){0};
    bool split = lp_stream_has(s, "x_train");
    d->part[d->parts++] = parts[split ? TRAIN : ALL];
    d->validates = lp_stream_has(s, "x_val");
    if (d->validates)
        d->part[d->parts++] = parts[VAL];
    else if (lp_stream_has(s, "x_test"))
        d->part[d->parts++] = parts[TEST];
    if (read_parts(d, s, use, 0, e))
        return -1;
    const lp_part *p = &d->part[0];
    for (size_t r = 0; p->label != NULL && p->label[r] == p->label[0]; r++)
        if (r + 1 == p->rows)
            return lp_fail(e, "%s: every row is class %d (expected at least two classes)",
                           p->y_name, (int)p->label[0]);
    return 0;
}

int lp_dataset_read_all(lp_dataset *d, lp_stream *s, lp_y_use use, size_t classes, lp_error *e) {
    *d = (lp_dataset){0};
    for (size_t i = TRAIN; i <= ALL; i++)
        if (lp_stream_has(s, parts[i].x_name) &&
            (use == LP_Y_NONE || lp_stream_has(s, parts[i].y_name)))
            d->part[d->parts++] = parts[i];
    if (d->parts == 0)
        return lp_fail(e, "there is nothing to evaluate (expected x and y, or x_test and y_test)");
    return read_parts(d, s, use, classes, e);
}

void lp_dataset_free(lp_dataset *d) {
    lp_arena_free(&d->memory);
    *d = (lp_dataset){0};
}

uint32_t lp_dataset_crc32(const lp_dataset *d) {
    uint64_t sizes[2] = {d->parts, d->classes};
    uint32_t crc = lp_crc32(0, sizes, sizeof sizes);
    for (size_t i = 0; i < d->parts; i++) {
        const lp_part *p = &d->part[i];
        uint64_t shape[] = {p->rows,        p->cols,
                            p->target_cols, (uint64_t)p->x_type.kind,
                            p->x_type.size, p->target_type.size};
        crc = lp_crc32(crc, shape, sizeof shape);
        crc = lp_crc32(crc, p->x, p->rows * p->cols * p->x_type.size);
        if (p->label != NULL)
            crc = lp_crc32(crc, p->label, p->rows * sizeof *p->label);
        if (p->target != NULL)
            crc = lp_crc32(crc, p->target, p->rows * p->target_cols * p->target_type.size);
    }
    return crc;
}

/* ---- batches ---- */

lp_batch lp_batch_new(const lp_dataset *d, lp_type type, size_t capacity, lp_target target,
                      bool with_target, lp_arena *memory) {
    const lp_part *p = &d->part[0];
    lp_batch b = {.type = type};
    b.target_cols = target == LP_TARGET_X ? p->cols : p->target_cols;
    b.x = lp_arena_alloc(memory, capacity, p->cols * type.size);
    if (p->label != NULL)
        b.label = lp_arena_alloc(memory, capacity, sizeof *b.label);
    if (with_target)
        b.target = target == LP_TARGET_X
                       ? b.x
                       : lp_arena_alloc(memory, capacity, b.target_cols * type.size);
    return b;
}

void lp_batch_fill(lp_batch *b, const lp_part *p, double input_scale, double input_shift, size_t n,
                   const size_t *index) {
    const lp_kernels *num = lp_kernels_of(b->type);
    num->gather_rows(n, p->cols, p->x_type, p->x, index, input_scale, b->x);
    if (input_shift != 0) {
        double shift; /* of either type */
        num->fill(1, input_shift, &shift);
        num->binary(LP_ADD, n, p->cols, b->x, n, p->cols, &shift, 1, 1, b->x, false);
    }
    if (b->label != NULL)
        for (size_t i = 0; i < n; i++)
            b->label[i] = p->label[index[i]];
    if (b->target == NULL || b->target == b->x)
        return;
    if (p->target != NULL) {
        num->gather_rows(n, p->target_cols, p->target_type, p->target, index, 1, b->target);
        return;
    }
    num->fill(n * b->target_cols, 0, b->target);
    for (size_t i = 0; i < n; i++)
        num->fill(1, 1,
                  (char *)b->target + (i * b->target_cols + (size_t)b->label[i]) * b->type.size);
}
