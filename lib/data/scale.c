#include "data/scale.h"

#include "base/memory.h"
#include "data/features.h"
#include "num/kernels.h"

#include <math.h>
#include <string.h>

/* Rows are taken in blocks of this many, each widened to double once. */
enum { BLOCK = 256 };

typedef struct {
    const lp_kernels *num;
    const lp_tensor *x;
    size_t rows, d;
    size_t index[BLOCK]; /* 0, 1, ... */
    double *block;       /* (BLOCK, d) */
} row_blocks;

static row_blocks open_blocks(const lp_tensor *x) {
    row_blocks b = {
        .num = lp_kernels_of(LP_F8), .x = x, .rows = lp_tensor_rows(x), .d = lp_tensor_row_size(x)};
    for (size_t i = 0; i < BLOCK; i++)
        b.index[i] = i;
    return b;
}

static double *room_for_block(lp_arena *arena, const row_blocks *b) {
    return lp_arena_alloc(arena, b->d, (b->rows < BLOCK ? b->rows : BLOCK) * sizeof *b->block);
}

/* b->block = the next rows from .. as double, `most` at most. Returns how many there are. */
static size_t widen(row_blocks *b, size_t from, size_t most) {
    size_t rows = b->rows - from < most ? b->rows - from : most;
    const char *at = (const char *)b->x->data + from * b->d * b->x->type.size;
    b->num->gather_rows(rows, b->d, b->x->type, at, b->index, 1, b->block);
    return rows;
}

/* x has the rows of a tensor from `first` on. */
static int check_finite(const lp_tensor *x, size_t first, lp_error *e) {
    size_t bad;
    if (x->type.kind == 'f' && lp_tensor_find_nonfinite(x, &bad))
        return lp_fail(e, "row %zu, column %zu is %g%s", first + bad / lp_tensor_row_size(x),
                       bad % lp_tensor_row_size(x), lp_tensor_at(x, bad),
                       isnan(lp_tensor_at(x, bad)) ? " (labpipe impute fills missing values)" : "");
    return 0;
}

/* min and max (d) of each column. */
static void find_ranges(row_blocks *b, double *min, double *max) {
    for (size_t from = 0; from < b->rows; from += BLOCK) {
        size_t rows = widen(b, from, BLOCK);
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
        size_t rows = widen(b, from, BLOCK);
        b->num->sum_over_rows(rows, b->d, b->block, mean, true);
    }
    for (size_t j = 0; j < b->d; j++)
        mean[j] /= (double)b->rows;
}

static void find_variances(row_blocks *b, const double *mean, double *variance) {
    b->num->fill(b->d, 0, variance);
    for (size_t from = 0; from < b->rows; from += BLOCK) {
        size_t rows = widen(b, from, BLOCK);
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
    if (lp_features_check_form(x, e) || check_finite(x, 0, e))
        return -1;
    LP_CLEANUP(lp_arena_free) lp_arena arena = {0};
    row_blocks b = open_blocks(x);
    b.block = room_for_block(&arena, &b);
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

/* The numbers of a scaling, (d) each. */
typedef struct {
    const char *name; /* of what is scaled */
    const double *offset, *divisor;
} scaling;

/* b->block = what becomes of it. */
static void scale_block(const row_blocks *b, size_t rows, const scaling *by) {
    b->num->binary(LP_SUBTRACT, rows, b->d, b->block, rows, b->d, by->offset, 1, b->d, b->block,
                   false);
    b->num->binary(LP_DIVIDE, rows, b->d, b->block, rows, b->d, by->divisor, 1, b->d, b->block,
                   false);
}

/* Rows that are in the cache together, at least one. */
static size_t rows_at_once(size_t d) {
    enum { NUMBERS = 1 << 14 };
    return d >= NUMBERS ? 1 : NUMBERS / d < BLOCK ? NUMBERS / d : BLOCK;
}

/* out = the scaled rows x, which are finite, of a tensor from `first` on. Refused where one is not
 * any more. */
static int scale_rows(const lp_tensor *x, const scaling *by, size_t first, void *out, lp_error *e) {
    LP_CLEANUP(lp_arena_free) lp_arena arena = {0};
    const lp_tensor scaled = lp_tensor_over(out, scaled_type(x->type), x->ndim, x->shape);
    const bool is_wide = scaled.type.size == 8;
    size_t bad;
    row_blocks b = open_blocks(x);
    b.block = is_wide ? out : room_for_block(&arena, &b);
    for (size_t from = 0, rows; from < b.rows; from += rows) {
        rows = widen(&b, from, rows_at_once(b.d));
        scale_block(&b, rows, by);
        if (is_wide)
            b.block += rows * b.d;
        else
            lp_kernels_of(LP_F4)->gather_rows(rows, b.d, LP_F8, b.block, b.index, 1,
                                              (float *)out + from * b.d);
    }
    return lp_tensor_find_nonfinite(&scaled, &bad)
               ? lp_fail(e, "row %zu, column %zu: %g is out of range once it is scaled",
                         first + bad / b.d, bad % b.d, lp_tensor_at(x, bad))
               : 0;
}

static int check_columns(const lp_tensor *x, const lp_tensor *offset, const lp_tensor *divisor,
                         lp_error *e) {
    if (lp_features_check_form(x, e))
        return -1;
    if (lp_tensor_row_size(x) != offset->count || offset->count != divisor->count)
        return lp_fail(e, "has %zu columns, the scaling has %zu", lp_tensor_row_size(x),
                       offset->count);
    return 0;
}

int lp_scale_apply(const lp_tensor *x, const lp_tensor *offset, const lp_tensor *divisor,
                   lp_tensor *out, lp_error *e) {
    *out = (lp_tensor){0};
    if (check_columns(x, offset, divisor, e) || check_finite(x, 0, e))
        return -1;
    const scaling by = {.offset = offset->data, .divisor = divisor->data};
    *out = lp_tensor_zeros(scaled_type(x->type), x->ndim, x->shape);
    if (scale_rows(x, &by, 0, out->data, e) == 0)
        return 0;
    lp_tensor_free(out);
    return -1;
}

/* An lp_rows_make. */
static int make_rows(const void *context, const lp_tensor *x, size_t first, size_t n, void *rows,
                     lp_error *e) {
    const scaling *by = context;
    (void)n;
    if (check_finite(x, first, e) || scale_rows(x, by, first, rows, e))
        return lp_within(e, "scaling: %s", by->name);
    return 0;
}

static const double *kept(lp_stream *s, const lp_tensor *t) {
    return memcpy(lp_stream_alloc(s, t->count, sizeof(double)), t->data, t->count * sizeof(double));
}

static int apply_to(lp_stream *s, const char *name, const lp_tensor *offset,
                    const lp_tensor *divisor, lp_error *e) {
    lp_tensor x;
    if (lp_stream_check(s, name, e))
        return lp_within(e, "scaling");
    lp_stream_describe(s, name, &x);
    if (check_columns(&x, offset, divisor, e))
        return lp_within(e, "scaling: %s", name);
    scaling *by = lp_stream_alloc(s, 1, sizeof *by);
    *by = (scaling){name, kept(s, offset), kept(s, divisor)};
    x.type = scaled_type(x.type);
    return lp_stream_put_rows(s, name, &x,
                              &(lp_stream_rows){.from = name, .make = make_rows, .context = by}, e);
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
        return -1;
    for (int i = 0; i < 2; i++)
        if (lp_stream_has(s, "x_train") && lp_stream_has(s, others[i]) &&
            apply_to(s, others[i], offset, divisor, e))
            return -1;
    if (compose(s, offset, divisor, e))
        return lp_within(e, "scaling");
    lp_stream_put(s, "scale.offset", offset);
    lp_stream_put(s, "scale.divisor", divisor);
    return 0;
}

/* The name of what is to be scaled first; NULL and e where it is not there. */
static const char *find_fitted(const lp_stream *s, lp_error *e) {
    const char *name = fitted_name(s);
    if (lp_stream_has(s, "x") && lp_stream_has(s, "x_train"))
        lp_fail(e, "the stream holds both x and x_train (keep one with labpipe pick)");
    else if (lp_stream_check(s, name, e) == 0)
        return name;
    lp_within(e, "scaling");
    return NULL;
}

int lp_scale(lp_stream *s, lp_scale_by by, lp_error *e) {
    LP_CLEANUP(lp_tensor_free) lp_tensor offset = {0};
    LP_CLEANUP(lp_tensor_free) lp_tensor divisor = {0};
    const char *name = find_fitted(s, e);
    if (name == NULL)
        return -1;
    const lp_tensor *x = lp_stream_get(s, name, e);
    if (x == NULL)
        return lp_within(e, "scaling");
    if (lp_scale_fit(x, by, &offset, &divisor, e))
        return lp_within(e, "scaling: %s", name);
    return scale_with(s, &offset, &divisor, e);
}

int lp_scale_divide(lp_stream *s, double by, lp_error *e) {
    lp_tensor x;
    const char *name = find_fitted(s, e);
    if (name == NULL)
        return -1;
    if (!isfinite(by) || by == 0)
        return lp_fail(e, "scaling: the divisor is %g, which divides nothing", by);
    lp_stream_describe(s, name, &x);
    size_t d = lp_tensor_row_size(&x);
    LP_CLEANUP(lp_tensor_free) lp_tensor offset = lp_tensor_vector(LP_F8, d);
    LP_CLEANUP(lp_tensor_free) lp_tensor divisor = lp_tensor_vector(LP_F8, d);
    for (size_t j = 0; j < d; j++)
        ((double *)divisor.data)[j] = by;
    return scale_with(s, &offset, &divisor, e);
}
