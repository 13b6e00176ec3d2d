#include "learn/dataset.h"

#include "data/features.h"
#include "data/labels.h"
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

/* ---- x ---- */

static int take_x(lp_part *p, const lp_tensor *x, const lp_tensor *features, lp_error *e) {
    char shape[200];
    if (lp_features_check(x, p->x_name, features, e))
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

/* x as the stream has it. */
static int read_x(lp_part *p, lp_stream *s, lp_error *e) {
    const lp_tensor *x = lp_stream_get(s, p->x_name, e);
    if (x == NULL)
        return -1;
    const lp_tensor features = lp_features_names(s, x);
    return take_x(p, x, &features, e);
}

/* ---- y ---- */

static int check_rows(const lp_part *p, size_t rows, lp_error *e) {
    return rows == p->rows
               ? 0
               : lp_fail(e, "%s has %zu rows, %s has %zu", p->y_name, rows, p->x_name, p->rows);
}

/* Sets the part's target, where y holds targets; *is_target says so. */
static int read_target(lp_part *p, lp_stream *s, bool *is_target, lp_error *e) {
    char shape[200];
    const lp_tensor *y = lp_stream_get(s, p->y_name, e);
    if (y == NULL)
        return -1;
    *is_target = lp_is_targets(y);
    if (!*is_target)
        return 0;
    if (y->ndim < 1 || y->ndim > 2 || y->count == 0)
        return lp_fail(e, "%s has shape %s, expected (n) or (n, k)", p->y_name,
                       lp_shape_text(y->ndim, y->shape, shape));
    if (lp_tensor_check_finite(y, p->y_name, e) || check_rows(p, y->shape[0], e))
        return -1;
    p->target = y->data;
    p->target_type = y->type;
    p->target_cols = lp_tensor_row_size(y);
    return 0;
}

/* The parts' targets, or else *l, the labels of every part. */
static int read_y(lp_dataset *d, lp_label_set *l, lp_stream *s, lp_y_use use, lp_error *e) {
    size_t targets = 0;
    const char *name[4];
    for (size_t i = 0; i < d->parts; i++) {
        bool is_target = false;
        name[i] = d->part[i].y_name;
        if (use == LP_Y_TARGETS && read_target(&d->part[i], s, &is_target, e))
            return -1;
        targets += is_target;
    }
    if (targets == d->parts)
        return 0;
    if (targets > 0)
        return lp_fail(e, "%s and %s differ in kind", d->part[0].y_name, d->part[1].y_name);
    for (size_t i = 0; i < d->parts; i++)
        if (lp_stream_get(s, name[i], e) == NULL)
            return -1;
    if (lp_label_set_read(l, s, name, d->parts, e))
        return -1;
    for (size_t i = 0; i < d->parts; i++)
        if (check_rows(&d->part[i], l->labels[i].n, e))
            return -1;
    return 0;
}

/* Refuses floats as labels where more than half of them differ: they are numbers to predict. */
static int check_repeated(const lp_label_set *l, lp_stream *s, lp_error *e) {
    const char *name = l->labels[0].name;
    const lp_tensor *y = lp_stream_get(s, name, e);
    size_t rows = 0;
    if (y == NULL)
        return -1;
    for (size_t i = 0; i < l->parts; i++)
        rows += l->labels[i].n;
    if (y->type.kind != 'f' || l->count <= 2 || l->count <= rows / 2)
        return 0;
    return lp_fail(e,
                   "%s holds %zu different floats in %zu rows: a model that predicts numbers is "
                   "trained with --loss mse (classes are whole numbers or texts: labpipe from-csv "
                   "--label)",
                   name, l->count, rows);
}

/* Numbers the labels by the classes that they show. */
static int number_labels(lp_label_set *l, lp_stream *s, lp_y_use use, lp_error *e) {
    if (lp_label_set_number(l, e))
        return -1;
    const lp_labels *first = &l->labels[0];
    if (l->count > MAX_CLASSES)
        return lp_fail(e, "%s: %zu classes are more than %d", first->name, l->count, MAX_CLASSES);
    bool by_value = l->name.count > 0 && l->given == NULL && !first->is_text;
    if (by_value && use == LP_Y_TARGETS)
        return lp_fail(
            e,
            "%s holds whole numbers other than 0 to %zu: as floats they are numbers to "
            "be predicted (labpipe from-csv --target), through labpipe onehot they are classes",
            first->name, l->count - 1);
    return by_value ? check_repeated(l, s, e) : 0;
}

/* Refuses labels of classes after the `known` ones of a model, and names the first. */
static int check_known(const lp_label_set *l, size_t known, lp_error *e) {
    for (size_t i = 0; i < l->parts; i++) {
        size_t n = l->labels[i].n, unknown = 0, first = 0;
        for (size_t r = 0; r < n; r++)
            if ((size_t)l->place[i][r] >= known && unknown++ == 0)
                first = r;
        if (unknown > 0)
            return lp_fail(e,
                           "%s: %zu of %zu rows are of a class that is not among the model's "
                           "classes (row %zu: '%s')",
                           l->labels[i].name, unknown, n, first, l->name.item[l->place[i][first]]);
    }
    return 0;
}

/* Numbers the labels by the model's classes. */
static int match_labels(lp_label_set *l, const lp_data_form *form, lp_error *e) {
    const lp_tensor *model = form->schema->classes.data != NULL ? &form->schema->classes : NULL;
    if (model != NULL && model->count != form->classes)
        return lp_fail(e, "model.classes names %zu classes, the model has %zu", model->count,
                       form->classes);
    for (size_t i = 0; i < l->parts; i++) {
        size_t columns = l->labels[i].columns;
        if (columns != 0 && l->given == NULL && model == NULL && columns != form->classes)
            return lp_fail(e, "%s has %zu classes, the model predicts %zu", l->labels[i].name,
                           columns, form->classes);
    }
    return lp_label_set_match(l, model, form->classes, e) ? -1 : check_known(l, form->classes, e);
}

static void take_labels(lp_dataset *d, const lp_label_set *l) {
    d->classes = l->count;
    if (l->name.count > 0)
        d->class_name = lp_tensor_strings(l->name.item, l->count);
    for (size_t i = 0; i < d->parts; i++) {
        lp_part *p = &d->part[i];
        p->label = lp_arena_alloc(&d->memory, p->rows, sizeof *p->label);
        memcpy(p->label, l->place[i], p->rows * sizeof *p->label);
        p->target_cols = l->count;
    }
}

/* y of every part; by the classes of a model where there is one. */
static int read_targets(lp_dataset *d, lp_stream *s, lp_y_use use, const lp_data_form *form,
                        lp_error *e) {
    LP_CLEANUP(lp_label_set_free) lp_label_set l = {0};
    if (read_y(d, &l, s, use, e))
        return -1;
    if (l.parts == 0)
        return 0;
    if (form != NULL && form->classes > 0 ? match_labels(&l, form, e)
                                          : number_labels(&l, s, use, e))
        return -1;
    take_labels(d, &l);
    return 0;
}

/* ---- the parts ---- */

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

/* Refuses a first part whose rows are all of one class. */
static int check_variety(const lp_dataset *d, lp_error *e) {
    const lp_part *p = &d->part[0];
    for (size_t r = 0; r < p->rows; r++)
        if (p->label == NULL || p->label[r] != p->label[0])
            return 0;
    LP_CLEANUP(lp_free) char *name = NULL;
    if (d->class_name.data != NULL &&
        (name = lp_tensor_string(&d->class_name, (size_t)p->label[0], e)) == NULL)
        return -1;
    char number[24];
    snprintf(number, sizeof number, "%d", (int)p->label[0]);
    return lp_fail(e, "%s: every row is class %s (expected at least two classes)", p->y_name,
                   name != NULL ? name : number);
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
    for (size_t i = 0; i < d->parts; i++)
        if (read_x(&d->part[i], s, e))
            return -1;
    if ((use != LP_Y_NONE && read_targets(d, s, use, NULL, e)) || check_parts(d, e))
        return -1;
    return check_variety(d, e);
}

int lp_dataset_read_all(lp_dataset *d, lp_stream *s, lp_y_use use, const lp_data_form *form,
                        lp_buffer *warnings, lp_error *e) {
    *d = (lp_dataset){0};
    for (size_t i = TRAIN; i <= ALL; i++)
        if (lp_stream_has(s, parts[i].x_name) &&
            (use == LP_Y_NONE || lp_stream_has(s, parts[i].y_name)))
            d->part[d->parts++] = parts[i];
    if (d->parts == 0)
        return lp_fail(e, "there is nothing to evaluate (expected x and y, or x_test and y_test)");
    for (size_t i = 0; i < d->parts; i++) {
        lp_part *p = &d->part[i];
        if (lp_features_match(s, form->schema, p->x_name, &d->owned[i], i == 0 ? warnings : NULL,
                              e) ||
            take_x(p, &d->owned[i], &form->schema->features, e))
            return -1;
    }
    if (use != LP_Y_NONE && read_targets(d, s, use, form, e))
        return -1;
    return check_parts(d, e);
}

int lp_dataset_drop_absent(lp_dataset *d, lp_error *e) {
    size_t left = 0;
    if (d->class_name.data == NULL)
        return 0; /* a class is its number */
    LP_CLEANUP(lp_free) int32_t *place = lp_alloc(d->classes, sizeof *place);
    LP_CLEANUP(lp_free) size_t *kept = lp_alloc(d->classes, sizeof *kept);
    for (size_t k = 0; k < d->classes; k++)
        place[k] = -1;
    for (size_t r = 0; r < d->part[0].rows; r++)
        place[d->part[0].label[r]] = 0;
    for (size_t k = 0; k < d->classes; k++)
        if (place[k] == 0) {
            place[k] = (int32_t)left;
            kept[left++] = k;
        }
    for (size_t i = 0; i < d->parts; i++) {
        lp_part *p = &d->part[i];
        for (size_t r = 0; r < p->rows; r++)
            if (place[p->label[r]] < 0)
                return lp_fail(e, "%s: row %zu is of a class that %s does not have", p->y_name, r,
                               d->part[0].y_name);
            else
                p->label[r] = place[p->label[r]];
        p->target_cols = left;
    }
    lp_tensor names = lp_tensor_take_rows(&d->class_name, kept, left);
    lp_tensor_free(&d->class_name);
    d->class_name = names;
    d->classes = left;
    return 0;
}

void lp_dataset_free(lp_dataset *d) {
    for (size_t i = 0; i < 4; i++)
        lp_tensor_free(&d->owned[i]);
    lp_tensor_free(&d->class_name);
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
