#include "data/schema.h"

#include "io/groups.h"

#include <stddef.h>

/* Each member with the name that it has beside data. */
static const struct {
    const char *name;
    size_t member;
    bool is_text, of_columns; /* of x */
} items[] = {
    {"features", offsetof(lp_schema, features), true, true},
    {"classes", offsetof(lp_schema, classes), true, false},
    {"scale.offset", offsetof(lp_schema, offset), false, true},
    {"scale.divisor", offsetof(lp_schema, divisor), false, true},
    {"impute.value", offsetof(lp_schema, missing), false, true},
    {"rows", offsetof(lp_schema, rows), true, false},
    {"cols", offsetof(lp_schema, cols), true, false},
};
enum { ITEMS = sizeof items / sizeof *items };

static lp_tensor *member(const lp_schema *k, size_t i) {
    return (lp_tensor *)((char *)k + items[i].member);
}

static int read_item(lp_schema *k, size_t i, const char *name, lp_stream *s, lp_error *e) {
    char shape[200];
    lp_tensor *to = member(k, i);
    const lp_tensor *t = lp_stream_get(s, name, e);
    if (t == NULL)
        return -1;
    if (items[i].is_text && !lp_type_is_string(t->type))
        return lp_fail(e, "%s holds no texts", name);
    if (t->ndim > 1)
        return lp_fail(e, "%s has shape %s, expected one value for each column", name,
                       lp_shape_text(t->ndim, t->shape, shape));
    if (items[i].is_text) {
        *to = lp_tensor_copy(t);
        return 0;
    }
    LP_CLEANUP(lp_tensor_free) lp_tensor wide = {0};
    if (lp_stream_get_as(s, name, LP_F8, &wide, e) || lp_tensor_check_finite(&wide, name, e))
        return -1;
    *to = lp_tensor_copy(&wide);
    return 0;
}

static int check_scaling(const lp_schema *k, lp_error *e) {
    const lp_tensor *offset = &k->offset, *divisor = &k->divisor;
    if ((offset->data == NULL) != (divisor->data == NULL) || offset->count != divisor->count)
        return lp_fail(e, "the scaling has %zu offsets and %zu divisors",
                       offset->data == NULL ? 0 : offset->count,
                       divisor->data == NULL ? 0 : divisor->count);
    for (size_t j = 0; divisor->data != NULL && j < divisor->count; j++)
        if (((double *)divisor->data)[j] == 0)
            return lp_fail(e, "the scaling divides column %zu by 0", j);
    return 0;
}

int lp_schema_of_data(lp_schema *k, lp_stream *s, lp_error *e) {
    *k = (lp_schema){0};
    for (size_t i = 0; i < ITEMS; i++)
        if (lp_stream_has(s, items[i].name) && read_item(k, i, items[i].name, s, e))
            return -1;
    if (check_scaling(k, e))
        return -1;
    if (k->offset.data == NULL && (lp_stream_has(s, "x") || lp_stream_has(s, "x_train") ||
                                   lp_stream_has(s, "x_test") || lp_stream_has(s, "x_val"))) {
        k->offset = lp_tensor_scalar(0);
        k->divisor = lp_tensor_scalar(1);
    }
    return 0;
}

int lp_schema_of_model(lp_schema *k, lp_stream *s, bool of_data, lp_error *e) {
    *k = (lp_schema){0};
    for (size_t i = 0; i < ITEMS; i++) {
        const char *own = lp_group_model_name(items[i].name);
        const char *name = lp_stream_has(s, own) || !of_data ? own : items[i].name;
        if (lp_stream_has(s, name) && read_item(k, i, name, s, e))
            return -1;
    }
    return check_scaling(k, e);
}

int lp_schema_take_columns(lp_schema *to, const lp_schema *k, size_t width, const size_t *column,
                           size_t n, lp_error *e) {
    *to = (lp_schema){0};
    for (size_t i = 0; i < ITEMS; i++) {
        const lp_tensor *t = member(k, i);
        if (t->data == NULL || !items[i].of_columns)
            continue;
        if (t->ndim == 0) {
            *member(to, i) = lp_tensor_copy(t);
            continue;
        }
        if (t->count != width)
            return lp_fail(e, "%s has %zu entries for %zu columns", items[i].name, t->count, width);
        *member(to, i) = lp_tensor_take_rows(t, column, n);
    }
    return 0;
}

void lp_schema_put(const lp_schema *k, lp_stream *s) {
    for (size_t i = 0; i < ITEMS; i++) {
        const lp_tensor *t = member(k, i);
        if (t->data == NULL)
            continue;
        lp_tensor copy = lp_tensor_copy(t);
        lp_stream_put(s, lp_group_model_name(items[i].name), &copy);
    }
}

void lp_schema_free(lp_schema *k) {
    for (size_t i = 0; i < ITEMS; i++)
        lp_tensor_free(member(k, i));
}
