#include "data/features.h"

#include "data/impute.h"
#include "data/names.h"
#include "data/scale.h"

#include <math.h>
#include <string.h>

const char *lp_features_name(const lp_stream *s, const char *name) {
    return name != NULL                 ? name
           : lp_stream_has(s, "x")      ? "x"
           : lp_stream_has(s, "x_test") ? "x_test"
                                        : "x_train";
}

lp_tensor lp_features_names(lp_stream *s, const lp_tensor *x) {
    lp_error none; /* what cannot be read names nothing */
    const lp_tensor *t = lp_stream_has(s, "features") ? lp_stream_get(s, "features", &none) : NULL;
    bool names = t != NULL && lp_type_is_string(t->type) && t->count == lp_tensor_row_size(x);
    return names ? lp_tensor_view(t) : (lp_tensor){0};
}

/* Says which value is not finite, the column by its name. */
static int fail_nonfinite(const lp_tensor *x, const char *name, const lp_tensor *features,
                          size_t bad, lp_error *e) {
    size_t columns = lp_tensor_row_size(x);
    double value = lp_tensor_at(x, bad);
    LP_CLEANUP(lp_free) char *column = NULL;
    if (features != NULL && features->data != NULL && features->count == columns &&
        (column = lp_tensor_string(features, bad % columns, e)) == NULL)
        return -1;
    return lp_fail(
        e, "%s: row %zu, column %zu%s%s%s is %g (%s)", name, bad / columns, bad % columns,
        column != NULL ? ", '" : "", column != NULL ? column : "", column != NULL ? "'," : "",
        value, isnan(value) ? "labpipe impute fills missing values" : "expected finite numbers");
}

int lp_features_check_form(const lp_tensor *x, lp_error *e) {
    char shape[200];
    if (!lp_type_is_number(x->type))
        return lp_fail(e, "is text, expected numbers");
    if (x->ndim == 0 || x->count == 0)
        return lp_fail(e, "has shape %s, expected rows of features",
                       lp_shape_text(x->ndim, x->shape, shape));
    return 0;
}

int lp_features_check(const lp_tensor *x, const char *name, const lp_tensor *features,
                      lp_error *e) {
    size_t bad;
    if (!lp_type_is_number(x->type))
        return lp_fail(e, "%s is text, expected numbers", name);
    if (x->ndim == 0 || lp_tensor_rows(x) == 0)
        return lp_fail(e, "%s has no rows", name);
    return lp_tensor_find_nonfinite(x, &bad) ? fail_nonfinite(x, name, features, bad, e) : 0;
}

/* ---- columns ---- */

/* "'a', 'b' and 3 more" of the names, without those for which skip[i] is set. */
static void list_names(const lp_names *names, const bool *skip, lp_buffer *b) {
    enum { LISTED = 8 };
    size_t listed = 0, left = 0;
    for (size_t i = 0; i < names->count; i++) {
        if (skip != NULL && skip[i])
            continue;
        if (listed == LISTED) {
            left++;
            continue;
        }
        lp_buffer_printf(b, "%s'%s'", listed++ > 0 ? ", " : "", names->item[i]);
    }
    if (left > 0)
        lp_buffer_printf(b, " and %zu more", left);
}

int lp_features_refuse(const char *word, const lp_tensor *names, lp_error *e) {
    LP_CLEANUP(lp_names_free) lp_names known = {0};
    LP_CLEANUP(lp_buffer_free) lp_buffer list = {0};
    if (names == NULL || names->data == NULL)
        return lp_fail(
            e, "there is no column '%s' (the columns have no names: give a number from 0)", word);
    if (lp_names_read(&known, names, "features", e))
        return -1;
    list_names(&known, NULL, &list);
    return lp_fail(e, "there is no column '%s'; there are: %s", word, lp_buffer_text(&list));
}

static int fail_missing(const char *name, const char *column, const lp_names *own, lp_error *e) {
    LP_CLEANUP(lp_buffer_free) lp_buffer list = {0};
    list_names(own, NULL, &list);
    return lp_fail(e, "%s has no column '%s', which the model takes (its columns are %s)", name,
                   column, lp_buffer_text(&list));
}

/* column[j] = the place among the data's columns of the model's column j. */
static int find_columns(const char *name, const lp_names *own, const lp_names *model,
                        size_t *column, lp_buffer *warnings, lp_error *e) {
    LP_CLEANUP(lp_free) bool *used = lp_alloc_zero(own->count, sizeof *used);
    for (size_t j = 0; j < model->count; j++) {
        if (!lp_names_find(own, model->item[j], &column[j]))
            return fail_missing(name, model->item[j], own, e);
        used[column[j]] = true;
    }
    if (own->count > model->count && warnings != NULL) {
        lp_buffer_printf(warnings, "%s: left out, because the model does not take them: ", name);
        list_names(own, used, warnings);
        lp_buffer_append(warnings, "\n", 1);
    }
    return 0;
}

/* *to (n, count) = those columns of the rows of x, of the same type. */
static void take_columns(const lp_tensor *x, const size_t *column, size_t count, lp_tensor *to) {
    size_t n = lp_tensor_rows(x), width = lp_tensor_row_size(x), size = x->type.size;
    *to = lp_tensor_matrix(x->type, n, count);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < count; j++)
            memcpy((char *)to->data + (i * count + j) * size,
                   (const char *)x->data + (i * width + column[j]) * size, size);
}

/* *x becomes its columns in the model's order. *column, to be freed, are their places before; NULL
 * where they were in this order. */
static int match_columns(lp_tensor *x, const lp_schema *data, const lp_schema *model,
                         const char *name, size_t **column, lp_buffer *warnings, lp_error *e) {
    LP_CLEANUP(lp_names_free) lp_names own = {0};
    LP_CLEANUP(lp_names_free) lp_names wanted = {0};
    if (data->features.data == NULL || model->features.data == NULL)
        return 0;
    if (data->features.count != lp_tensor_row_size(x))
        return lp_fail(e, "features names %zu columns, %s has %zu", data->features.count, name,
                       lp_tensor_row_size(x));
    if (lp_names_are_same(&data->features, &model->features))
        return 0;
    if (lp_names_read(&own, &data->features, "features", e) ||
        lp_names_read(&wanted, &model->features, "model.features", e))
        return -1;
    *column = lp_alloc(wanted.count, sizeof **column);
    if (find_columns(name, &own, &wanted, *column, warnings, e))
        return -1;
    lp_tensor taken;
    take_columns(x, *column, wanted.count, &taken);
    lp_tensor_free(x);
    *x = taken;
    return 0;
}

/* ---- scaling ---- */

/* Number j of a scaling, which has one for all columns or one for each. */
static double number(const lp_tensor *t, size_t j) {
    return ((const double *)t->data)[t->count == 1 ? 0 : j];
}

static bool is_identity(const lp_schema *k) {
    for (size_t j = 0; j < k->offset.count; j++)
        if (number(&k->offset, j) != 0 || number(&k->divisor, j) != 1)
            return false;
    return true;
}

static int check_width(const lp_tensor *t, size_t columns, const char *name, lp_error *e) {
    if (t->data == NULL || t->count == columns || t->ndim == 0)
        return 0;
    return lp_fail(e, "%s has %zu columns, the model takes %zu", name, columns, t->count);
}

static int check_same_scaling(const lp_schema *data, const lp_schema *model, const size_t *column,
                              size_t columns, const char *name, lp_error *e) {
    for (size_t j = 0; j < columns; j++) {
        size_t own = column != NULL ? column[j] : j;
        if (number(&data->offset, own) == number(&model->offset, j) &&
            number(&data->divisor, own) == number(&model->divisor, j))
            continue;
        return lp_fail(e,
                       "%s was scaled by other numbers than the model's data: column %zu by (x - "
                       "%.9g) / %.9g, there (x - %.9g) / %.9g (give it unscaled)",
                       name, own, number(&data->offset, own), number(&data->divisor, own),
                       number(&model->offset, j), number(&model->divisor, j));
    }
    return 0;
}

/* A scaling with one number for each column. */
static lp_tensor widened(const lp_tensor *t, size_t columns) {
    lp_tensor wide = lp_tensor_vector(LP_F8, columns);
    for (size_t j = 0; j < columns; j++)
        ((double *)wide.data)[j] = number(t, j);
    return wide;
}

/* *x = what fill(*x) gives, where it is not a view of it. */
static void replace(lp_tensor *x, lp_tensor *by) {
    if (by->owned == NULL)
        return;
    lp_tensor_free(x);
    *x = *by;
    *by = (lp_tensor){0};
}

/* Fills NaN by the model's numbers, scaled where x has been. */
static int fill_missing(lp_tensor *x, const lp_schema *model, bool is_scaled, const char *name,
                        lp_error *e) {
    lp_tensor filled;
    if (model->missing.data == NULL || x->type.kind != 'f')
        return 0;
    LP_CLEANUP(lp_tensor_free) lp_tensor value = lp_tensor_copy(&model->missing);
    for (size_t j = 0; j < value.count && is_scaled; j++) {
        double *v = (double *)value.data + j;
        *v = (*v - number(&model->offset, j)) / number(&model->divisor, j);
    }
    if (lp_impute_apply(x, &value, &filled, e))
        return lp_within(e, "%s", name);
    replace(x, &filled);
    return 0;
}

static int scale(lp_tensor *x, const lp_schema *model, const char *name, lp_error *e) {
    size_t columns = lp_tensor_row_size(x);
    LP_CLEANUP(lp_tensor_free) lp_tensor offset = widened(&model->offset, columns);
    LP_CLEANUP(lp_tensor_free) lp_tensor divisor = widened(&model->divisor, columns);
    lp_tensor scaled;
    if (lp_features_check(x, name, &model->features, e) ||
        lp_scale_apply(x, &offset, &divisor, &scaled, e))
        return lp_within(e, "scaling %s as the model's data", name);
    replace(x, &scaled);
    return 0;
}

static int match(lp_tensor *x, const lp_schema *data, const lp_schema *model, const char *name,
                 lp_buffer *warnings, lp_error *e) {
    LP_CLEANUP(lp_free) size_t *column = NULL;
    size_t width = lp_tensor_row_size(x);
    if (match_columns(x, data, model, name, &column, warnings, e))
        return -1;
    size_t columns = lp_tensor_row_size(x);
    if (check_width(&model->features, columns, name, e) ||
        check_width(&model->offset, columns, name, e) ||
        check_width(&model->missing, columns, name, e))
        return -1;
    bool is_known = model->offset.data != NULL;
    bool is_scaled = data->offset.data != NULL && !is_identity(data);
    if (is_scaled && data->offset.ndim != 0 && data->offset.count != width)
        return lp_fail(e, "%s has %zu columns, its scaling %zu", name, width, data->offset.count);
    if (is_scaled && is_known && check_same_scaling(data, model, column, columns, name, e))
        return -1;
    if (fill_missing(x, model, is_scaled && is_known, name, e))
        return -1;
    return is_known && !is_scaled && !is_identity(model) ? scale(x, model, name, e) : 0;
}

int lp_features_match_tensor(const lp_tensor *x, const lp_schema *data, const lp_schema *model,
                             const char *name, lp_tensor *out, lp_buffer *warnings, lp_error *e) {
    *out = (lp_tensor){0};
    if (!lp_type_is_number(x->type) || x->ndim == 0)
        return lp_features_check(x, name, NULL, e);
    *out = lp_tensor_view(x);
    if (match(out, data, model, name, warnings, e) == 0)
        return 0;
    lp_tensor_free(out);
    return -1;
}

int lp_features_match(lp_stream *s, const lp_schema *model, const char *name, lp_tensor *out,
                      lp_buffer *warnings, lp_error *e) {
    LP_CLEANUP(lp_schema_free) lp_schema data = {0};
    *out = (lp_tensor){0};
    const lp_tensor *x = lp_stream_get(s, name, e);
    return x == NULL || lp_schema_of_data(&data, s, e)
               ? -1
               : lp_features_match_tensor(x, &data, model, name, out, warnings, e);
}
