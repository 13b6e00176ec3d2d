#include "data/impute.h"

#include "base/memory.h"
#include "data/features.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int fail_at_column(lp_error *e, const lp_tensor *features, size_t column, const char *what) {
    if (features == NULL)
        return lp_fail(e, "column %zu %s", column, what);
    LP_CLEANUP(lp_free) char *name = lp_tensor_string(features, column, e);
    return name != NULL ? lp_fail(e, "column %zu, '%s', %s", column, name, what) : -1;
}

/* present[0 .. *count) = the numbers of a column. Refused: an infinity. */
static int take_column(const lp_tensor *x, size_t column, double *present, size_t *count,
                       lp_error *e) {
    size_t d = lp_tensor_row_size(x);
    *count = 0;
    for (size_t i = column; i < x->count; i += d) {
        double value = lp_tensor_at(x, i);
        if (isinf(value))
            return lp_fail(e, "row %zu, column %zu is %g", i / d, column, value);
        if (!isnan(value))
            present[(*count)++] = value;
    }
    return 0;
}

static int rising(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double mean(const double *value, size_t n) {
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += value[i];
    return sum / (double)n;
}

static double median(double *value, size_t n) {
    qsort(value, n, sizeof *value, rising);
    return n % 2 == 1 ? value[n / 2] : value[n / 2 - 1] / 2 + value[n / 2] / 2;
}

static double most_frequent(double *value, size_t n) {
    qsort(value, n, sizeof *value, rising);
    double best = value[0];
    size_t most = 0;
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i; end < n && value[end] == value[i]; end++)
            continue;
        if (end - i > most) {
            most = end - i;
            best = value[i];
        }
    }
    return best + 0; /* never -0 */
}

static int fit_column(const lp_tensor *x, size_t column, lp_impute_by by, const lp_tensor *features,
                      double *room, double *value, lp_error *e) {
    size_t n;
    if (take_column(x, column, room, &n, e))
        return -1;
    if (by == LP_IMPUTE_CONSTANT)
        return 0;
    if (n == 0)
        return fail_at_column(e, features, column,
                              "is NaN in every row (drop it, or fill it by "
                              "constant)");
    *value = by == LP_IMPUTE_MEAN     ? mean(room, n)
             : by == LP_IMPUTE_MEDIAN ? median(room, n)
                                      : most_frequent(room, n);
    if (!isfinite(*value))
        return fail_at_column(e, features, column, "has a mean outside the range of double");
    return 0;
}

int lp_impute_fit(const lp_tensor *x, lp_impute_by by, double constant, const lp_tensor *features,
                  lp_tensor *value, lp_error *e) {
    *value = (lp_tensor){0};
    if (lp_features_check_form(x, e))
        return -1;
    size_t d = lp_tensor_row_size(x);
    LP_CLEANUP(lp_free) double *room = lp_alloc(lp_tensor_rows(x), sizeof *room);
    LP_CLEANUP(lp_tensor_free) lp_tensor fitted = lp_tensor_vector(LP_F8, d);
    for (size_t j = 0; j < d; j++) {
        double *number = (double *)fitted.data + j;
        *number = constant;
        if (fit_column(x, j, by, features, room, number, e))
            return -1;
    }
    *value = fitted;
    fitted = (lp_tensor){0};
    return 0;
}

static bool has_nan(const lp_tensor *x) {
    if (x->type.kind != 'f')
        return false;
    for (size_t i = 0; i < x->count; i++)
        if (isnan(lp_tensor_at(x, i)))
            return true;
    return false;
}

static int check_columns(const lp_tensor *x, const lp_tensor *value, lp_error *e) {
    if (lp_features_check_form(x, e))
        return -1;
    if (lp_tensor_row_size(x) != value->count)
        return lp_fail(e, "has %zu columns, impute.value has %zu", lp_tensor_row_size(x),
                       value->count);
    return 0;
}

/* out = rows x, f4 or f8, with fill[j] for every NaN in column j. */
static void fill_rows(const lp_tensor *x, const double *fill, void *out) {
    const size_t d = lp_tensor_row_size(x);
    double *wide = out;
    float *narrow = out;
    memcpy(out, x->data, x->count * x->type.size);
    for (size_t i = 0; i < x->count; i++)
        if (x->type.size == 8 && isnan(wide[i]))
            wide[i] = fill[i % d];
        else if (x->type.size == 4 && isnan(narrow[i]))
            narrow[i] = (float)fill[i % d];
}

int lp_impute_apply(const lp_tensor *x, const lp_tensor *value, lp_tensor *out, lp_error *e) {
    *out = (lp_tensor){0};
    if (check_columns(x, value, e))
        return -1;
    if (!has_nan(x)) {
        *out = lp_tensor_view(x);
        return 0;
    }
    *out = lp_tensor_zeros(x->type, x->ndim, x->shape);
    fill_rows(x, value->data, out->data);
    return 0;
}

/* ---- in a stream ---- */

static const char *const part_names[] = {"x", "x_train", "x_val", "x_test"};
enum { PARTS = sizeof part_names / sizeof *part_names };

/* The tensor to fit on. */
static const lp_tensor *get_fitted(lp_stream *s, const char **name, lp_error *e) {
    *name = lp_stream_has(s, "x_train") ? "x_train" : "x";
    if (lp_stream_has(s, "x") && lp_stream_has(s, "x_train")) {
        lp_fail(e, "the stream holds both x and x_train (keep one with labpipe pick)");
        return NULL;
    }
    if (lp_stream_has(s, "scale.offset") || lp_stream_has(s, "scale.divisor")) {
        lp_fail(e, "%s has been scaled already (labpipe impute before labpipe scale)", *name);
        return NULL;
    }
    return lp_stream_get(s, *name, e);
}

/* Returns 1 where some part has a NaN, 0 where none has, -1 for an error. */
static int is_missing(lp_stream *s, lp_error *e) {
    for (int i = 0; i < PARTS; i++) {
        if (!lp_stream_has(s, part_names[i]))
            continue;
        const lp_tensor *x = lp_stream_get(s, part_names[i], e);
        if (x == NULL)
            return -1;
        if (lp_type_is_number(x->type) && has_nan(x))
            return 1;
    }
    return 0;
}

static int fit(lp_stream *s, lp_impute_by by, double constant, lp_tensor *value, lp_error *e) {
    const char *name;
    const lp_tensor *x = get_fitted(s, &name, e), *features = NULL;
    lp_tensor names;
    if (x == NULL)
        return -1;
    if (lp_stream_describe(s, "features", &names) && lp_type_is_string(names.type) &&
        names.count == lp_tensor_row_size(x) &&
        (features = lp_stream_get(s, "features", e)) == NULL)
        return -1;
    if (lp_impute_fit(x, by, constant, features, value, e))
        return lp_within(e, "%s", name);
    return 0;
}

/* An lp_rows_make. */
static int make_rows(const void *value, const lp_tensor *x, size_t first, size_t n, void *rows,
                     lp_error *e) {
    (void)first, (void)n, (void)e;
    fill_rows(x, value, rows);
    return 0;
}

static int fill_parts(lp_stream *s, const lp_tensor *value, lp_error *e) {
    double *fill = lp_stream_alloc(s, value->count, sizeof *fill);
    memcpy(fill, value->data, value->count * sizeof *fill);
    for (int i = 0; i < PARTS; i++) {
        const char *name = part_names[i];
        if (!lp_stream_has(s, name))
            continue;
        const lp_tensor *x = lp_stream_get(s, name, e);
        if (x == NULL)
            return -1;
        if (check_columns(x, value, e))
            return lp_within(e, "%s", name);
        const lp_stream_rows filled = {.from = name, .make = make_rows, .context = fill};
        if (has_nan(x) && lp_stream_put_rows(s, name, x, &filled, e))
            return -1;
    }
    return 0;
}

int lp_impute(lp_stream *s, lp_impute_by by, double constant, lp_error *e) {
    LP_CLEANUP(lp_tensor_free) lp_tensor value = {0};
    if (fit(s, by, constant, &value, e))
        return lp_within(e, "imputing");
    int missing = is_missing(s, e);
    if (missing == 0 && lp_stream_has(s, "impute.value"))
        return 0;
    if (missing < 0 || fill_parts(s, &value, e))
        return lp_within(e, "imputing");
    lp_stream_put(s, "impute.value", &value);
    return 0;
}
