#include "data/scale.h"

#include "base/memory.h"
#include "num/kernels.h"

#include <math.h>

/* Rows are taken in blocks of this many, each widened to double once. */
enum { BLOCK = 256 };

typedef struct {
    const lp_kernels *num;
    const lp_tensor *x;
    size_t rows, d;
    size_t index[BLOCK];
    double *block; /* (BLOCK, d) */
} row_blocks;

static row_blocks open_blocks(lp_arena *arena, const lp_tensor *x) {
    row_blocks b = {
        .num = lp_kernels_of(LP_F8), .x = x, .rows = lp_tensor_rows(x), .d = lp_tensor_row_size(x)};
    b.block = lp_arena_alloc(arena, b.d, BLOCK * sizeof *b.block);
    return b;
}

/* b->block = rows from .. as double. Returns how many there are. */
static size_t widen(row_blocks *b, size_t from) {
    size_t rows = b->rows - from < BLOCK ? b->rows - from : BLOCK;
    for (size_t i = 0; i < rows; i++)
        b->index[i] = from + i;
    b->num->gather_rows(rows, b->d, b->x->type, b->x->data, b->index, 1, b->block);
    return rows;
}

static int check_numbers(const lp_tensor *x, lp_error *e) {
    char shape[200];
    size_t bad;
    if (!lp_type_is_number(x->type))
        return lp_fail(e, "is text, expected numbers");
    if (x->ndim == 0 || x->count == 0)
        return lp_fail(e, "has shape %s, expected rows of features",
                       lp_shape_text(x->ndim, x->shape, shape));
    if (x->type.kind == 'f' && lp_tensor_find_nonfinite(x, &bad))
        return lp_fail(e, "row %zu, column %zu is %g", bad / lp_tensor_row_size(x),
                       bad % lp_tensor_row_size(x), lp_tensor_at(x, bad));
    return 0;
}

/* min and max (d) of each column. */
static void find_ranges(row_blocks *b, double *min, double *max) {
    for (size_t from = 0; from < b->rows; from += BLOCK) {
        size_t rows = widen(b, from);
        for (size_t i = 0; i < rows; i++)
            for (size_t j = 0; j < b->d; j++) {
                double value = b->block[i * b->d + j];
                bool first = from + i == 0;
                min[j] = first || value < min[j] ? value : min[j];
                max[j] = first || value > max[j] ? value : max[j];
            }
    }
}

static void find_means(row_blocks *b, double *mean) {
    b->num->fill(b->d, 0, mean);
    for (size_t from = 0; from < b->rows; from += BLOCK) {
        size_t rows = widen(b, from);
        b->num->sum_over_rows(rows, b->d, b->block, mean, true);
    }
    for (size_t j = 0; j < b->d; j++)
        mean[j] /= (double)b->rows;
}

static void find_variances(row_blocks *b, const double *mean, double *variance) {
    b->num->fill(b->d, 0, variance);
    for (size_t from = 0; from < b->rows; from += BLOCK) {
        size_t rows = widen(b, from);
        b->num->binary(LP_SUBTRACT, rows, b->d, b->block, rows, b->d, mean, 1, b->d, b->block,
                       false);
        b->num->unary(LP_SQUARE, rows * b->d, b->block, b->block);
        b->num->sum_over_rows(rows, b->d, b->block, variance, true);
    }
    for (size_t j = 0; j < b->d; j++)
        variance[j] /= (double)b->rows;
}

/* The offset o and divisor v of a column that spans min to max; they hold its mean and variance
 * already, where `by` uses them. A rounded mean of equal values may miss them, so a constant column
 * is told by its range. */
static void finish_column(lp_scale_by by, double min, double max, double *o, double *v) {
    const bool constant = min == max;
    if (by == LP_SCALE_MINMAX || constant)
        *o = min;
    if (by == LP_SCALE_CENTRE || constant)
        *v = 1;
    else if (by == LP_SCALE_STANDARD)
        *v = sqrt(*v);
    else if (by == LP_SCALE_MINMAX)
        *v = max - min;
}

int lp_scale_fit(const lp_tensor *x, lp_scale_by by, lp_tensor *offset, lp_tensor *divisor,
                 lp_error *e) {
    *offset = *divisor = (lp_tensor){0};
    if (check_numbers(x, e))
        return -1;
    LP_CLEANUP(lp_arena_free) lp_arena arena = {0};
    row_blocks b = open_blocks(&arena, x);
    *offset = lp_tensor_vector(LP_F8, b.d);
    *divisor = lp_tensor_vector(LP_F8, b.d);
    double *min = lp_arena_alloc(&arena, b.d, sizeof *min);
    double *max = lp_arena_alloc(&arena, b.d, sizeof *max);
    double *o = offset->data, *v = divisor->data;
    find_ranges(&b, min, max);
    if (by != LP_SCALE_MINMAX)
        find_means(&b, o);
    if (by == LP_SCALE_STANDARD || by == LP_SCALE_VARIANCE)
        find_variances(&b, o, v);
    for (size_t j = 0; j < b.d; j++) {
        finish_column(by, min[j], max[j], &o[j], &v[j]);
        if (isfinite(o[j]) && isfinite(v[j]) && v[j] != 0)
            continue;
        lp_tensor_free(offset);
        lp_tensor_free(divisor);
        return lp_fail(e, "column %zu spans %g to %g, which leaves the range of double", j, min[j],
                       max[j]);
    }
    return 0;
}

static lp_type scaled_type(lp_type from) {
    bool wide = lp_type_is(from, LP_F8) || (lp_type_is_integer(from) && from.size > 2);
    return wide ? LP_F8 : LP_F4;
}

/* Refused, and *out freed, where one of the n elements after `first` was finite and is not now. */
static int check_range(const lp_tensor *x, lp_tensor *out, size_t first, size_t n, lp_error *e) {
    const size_t d = lp_tensor_row_size(x);
    for (size_t i = first; i < first + n; i++) {
        if (isfinite(lp_tensor_at(out, i)) || !isfinite(lp_tensor_at(x, i)))
            continue;
        lp_fail(e, "row %zu, column %zu: %g is out of range once it is scaled", i / d, i % d,
                lp_tensor_at(x, i));
        lp_tensor_free(out);
        return -1;
    }
    return 0;
}

int lp_scale_apply(const lp_tensor *x, const lp_tensor *offset, const lp_tensor *divisor,
                   lp_tensor *out, lp_error *e) {
    *out = (lp_tensor){0};
    if (check_numbers(x, e))
        return -1;
    if (lp_tensor_row_size(x) != offset->count || offset->count != divisor->count)
        return lp_fail(e, "has %zu columns, the scaling has %zu", lp_tensor_row_size(x),
                       offset->count);
    LP_CLEANUP(lp_arena_free) lp_arena arena = {0};
    row_blocks b = open_blocks(&arena, x);
    *out = lp_tensor_zeros(scaled_type(x->type), x->ndim, x->shape);
    for (size_t from = 0; from < b.rows; from += BLOCK) {
        size_t rows = widen(&b, from);
        b.num->binary(LP_SUBTRACT, rows, b.d, b.block, rows, b.d, offset->data, 1, b.d, b.block,
                      false);
        b.num->binary(LP_DIVIDE, rows, b.d, b.block, rows, b.d, divisor->data, 1, b.d, b.block,
                      false);
        for (size_t i = 0; i < rows * b.d; i++)
            if (out->type.size == 8)
                ((double *)out->data)[from * b.d + i] = b.block[i];
            else
                ((float *)out->data)[from * b.d + i] = (float)b.block[i];
        if (check_range(x, out, from * b.d, rows * b.d, e))
            return -1;
    }
    return 0;
}

static int apply_to(lp_stream *s, const char *name, const lp_tensor *offset,
                    const lp_tensor *divisor, lp_error *e) {
    lp_tensor out;
    const lp_tensor *x = lp_stream_get(s, name, e);
    if (x == NULL)
        return -1;
    if (lp_scale_apply(x, offset, divisor, &out, e))
        return lp_within(e, "%s", name);
    lp_stream_put(s, name, &out);
    return 0;
}

/* With an earlier scaling (o1, d1), (x - o1) / d1 has become x; ((x - o1) / d1 - o2) / d2 is
 * (x - (o1 + o2 d1)) / (d1 d2). */
static int compose(lp_stream *s, lp_tensor *offset, lp_tensor *divisor, lp_error *e) {
    if (!lp_stream_has(s, "scale.offset") && !lp_stream_has(s, "scale.divisor"))
        return 0;
    LP_CLEANUP(lp_tensor_free) lp_tensor before = {0};
    LP_CLEANUP(lp_tensor_free) lp_tensor by = {0};
    if (lp_stream_get_as(s, "scale.offset", LP_F8, &before, e) ||
        lp_stream_get_as(s, "scale.divisor", LP_F8, &by, e))
        return -1;
    if (before.count != offset->count || by.count != offset->count)
        return lp_fail(
            e, "scale.offset and scale.divisor have %zu and %zu elements, x has %zu columns",
            before.count, by.count, offset->count);
    for (size_t j = 0; j < offset->count; j++) {
        double *o = (double *)offset->data + j, *d = (double *)divisor->data + j;
        *o = fma(*o, ((double *)by.data)[j], ((double *)before.data)[j]);
        *d *= ((double *)by.data)[j];
        if (!isfinite(*o) || !isfinite(*d) || *d == 0)
            return lp_fail(e, "column %zu: the scaling is out of range after the one before it", j);
    }
    return 0;
}

static const char *fitted_name(const lp_stream *s) {
    return lp_stream_has(s, "x_train") ? "x_train" : "x";
}

static int scale_with(lp_stream *s, lp_tensor *offset, lp_tensor *divisor, lp_error *e) {
    static const char *const others[] = {"x_val", "x_test"};
    if (apply_to(s, fitted_name(s), offset, divisor, e))
        return lp_within(e, "scaling");
    for (int i = 0; i < 2; i++)
        if (lp_stream_has(s, "x_train") && lp_stream_has(s, others[i]) &&
            apply_to(s, others[i], offset, divisor, e))
            return lp_within(e, "scaling");
    if (compose(s, offset, divisor, e))
        return lp_within(e, "scaling");
    lp_stream_put(s, "scale.offset", offset);
    lp_stream_put(s, "scale.divisor", divisor);
    return 0;
}

static const lp_tensor *get_fitted(lp_stream *s, lp_error *e) {
    if (lp_stream_has(s, "x") && lp_stream_has(s, "x_train")) {
        lp_fail(e, "scaling: the stream holds both x and x_train (keep one with labpipe pick)");
        return NULL;
    }
    const lp_tensor *x = lp_stream_get(s, fitted_name(s), e);
    if (x == NULL)
        lp_within(e, "scaling");
    return x;
}

int lp_scale(lp_stream *s, lp_scale_by by, lp_error *e) {
    LP_CLEANUP(lp_tensor_free) lp_tensor offset = {0};
    LP_CLEANUP(lp_tensor_free) lp_tensor divisor = {0};
    const lp_tensor *x = get_fitted(s, e);
    if (x == NULL)
        return -1;
    if (lp_scale_fit(x, by, &offset, &divisor, e))
        return lp_within(e, "scaling: %s", fitted_name(s));
    return scale_with(s, &offset, &divisor, e);
}

int lp_scale_divide(lp_stream *s, double by, lp_error *e) {
    const lp_tensor *x = get_fitted(s, e);
    if (x == NULL)
        return -1;
    if (!isfinite(by) || by == 0)
        return lp_fail(e, "scaling: the divisor is %g, which divides nothing", by);
    size_t d = lp_tensor_row_size(x);
    LP_CLEANUP(lp_tensor_free) lp_tensor offset = lp_tensor_vector(LP_F8, d);
    LP_CLEANUP(lp_tensor_free) lp_tensor divisor = lp_tensor_vector(LP_F8, d);
    for (size_t j = 0; j < d; j++)
        ((double *)divisor.data)[j] = by;
    return scale_with(s, &offset, &divisor, e);
}
