#include "data/split.h"

#include "base/memory.h"
#include "data/sparse.h"
#include "num/rng.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t rounded_share(double fraction, size_t n) {
    return (size_t)floor(fraction * (double)n + 0.5);
}

int lp_split_count(lp_share train, size_t n, size_t *n_train, lp_error *e) {
    *n_train = train.is_count ? train.count : rounded_share(train.fraction, n);
    if (*n_train >= 1 && *n_train < n)
        return 0;
    return lp_fail(e, "%zu of %zu to train leaves none to %s", *n_train, n,
                   *n_train == 0 ? "train" : "test");
}

void lp_split_rows(size_t n, bool shuffle, uint64_t seed, size_t *index) {
    lp_rng r = lp_rng_new(seed, LP_RNG_SPLIT, 0);
    if (shuffle)
        lp_rng_permutation(&r, n, index);
    else
        for (size_t i = 0; i < n; i++)
            index[i] = i;
}

typedef struct {
    int64_t label;
    size_t rows;
    size_t quota;     /* rows still to go to the training part */
    size_t remainder; /* of n_train * rows / n */
} class_of_rows;

static int by_label(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Largest remainder first, then the smaller label. */
static int by_remainder(const void *a, const void *b) {
    const class_of_rows *x = *(class_of_rows *const *)a, *y = *(class_of_rows *const *)b;
    if (x->remainder != y->remainder)
        return x->remainder > y->remainder ? -1 : 1;
    return by_label(&x->label, &y->label);
}

/* The distinct labels, rising, with their numbers of rows; to be freed. */
static class_of_rows *find_classes(size_t n, const int64_t *label, size_t *count) {
    LP_CLEANUP(lp_free) int64_t *sorted = lp_alloc(n, sizeof *sorted);
    class_of_rows *classes = lp_alloc_zero(n, sizeof *classes);
    *count = 0;
    if (n > 0)
        memcpy(sorted, label, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, by_label);
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || sorted[i] != sorted[i - 1])
            classes[(*count)++].label = sorted[i];
        classes[*count - 1].rows++;
    }
    return classes;
}

static int set_quotas(class_of_rows *classes, size_t count, size_t n, size_t n_train, lp_error *e) {
    LP_CLEANUP(lp_free) class_of_rows **order = lp_alloc(count, sizeof(class_of_rows *));
    size_t left = n_train;
    for (size_t c = 0; c < count; c++) {
        unsigned __int128 product = (unsigned __int128)n_train * classes[c].rows;
        classes[c].quota = (size_t)(product / n);
        classes[c].remainder = (size_t)(product % n);
        left -= classes[c].quota;
        order[c] = &classes[c];
    }
    qsort(order, count, sizeof *order, by_remainder);
    for (size_t c = 0; c < left; c++)
        order[c]->quota++;
    for (size_t c = 0; c < count; c++)
        if (classes[c].quota == 0 || classes[c].quota == classes[c].rows)
            return lp_fail(e, "class %lld has %zu row%s, which leaves none of it to %s",
                           (long long)classes[c].label, classes[c].rows,
                           classes[c].rows == 1 ? "" : "s",
                           classes[c].quota == 0 ? "train" : "test");
    return 0;
}

int lp_split_stratified(size_t n, size_t n_train, const int64_t *label, uint64_t seed,
                        size_t *index, lp_error *e) {
    if (n_train > n)
        return lp_fail(e, "%zu rows are fewer than %zu", n, n_train);
    size_t count;
    LP_CLEANUP(lp_free) class_of_rows *classes = find_classes(n, label, &count);
    if (set_quotas(classes, count, n, n_train, e))
        return -1;
    LP_CLEANUP(lp_free) size_t *order = lp_alloc(n, sizeof *order);
    size_t train = 0, test = n_train;
    lp_split_rows(n, true, seed, order);
    for (size_t i = 0; i < n; i++) {
        class_of_rows *c = bsearch(&label[order[i]], classes, count, sizeof *classes, by_label);
        index[c->quota > 0 ? train++ : test++] = order[i];
        c->quota -= c->quota > 0;
    }
    return 0;
}

/* ---- dense ---- */

/* NAME becomes NAME_train and NAME_test. */
static int put_parts(lp_stream *s, const char *name, size_t n, size_t n_train, const size_t *index,
                     lp_error *e) {
    char train[32], test[32];
    const lp_tensor *whole = lp_stream_get(s, name, e);
    if (whole == NULL)
        return lp_within(e, "%s", name);
    snprintf(train, sizeof train, "%s_train", name);
    snprintf(test, sizeof test, "%s_test", name);
    lp_tensor first = lp_tensor_take_rows(whole, index, n_train);
    lp_tensor rest = lp_tensor_take_rows(whole, index + n_train, n - n_train);
    lp_stream_put(s, train, &first);
    lp_stream_put(s, test, &rest);
    lp_stream_drop(s, name);
    return 0;
}

/* *n = the rows of x. Refused: y with another number of rows, parts that exist already. */
static int check_names(const lp_stream *s, size_t *n, lp_error *e) {
    static const char *const parts[] = {"x_train", "x_test", "y_train", "y_test"};
    lp_tensor x, y;
    bool labelled = lp_stream_describe(s, "y", &y);
    if (!lp_stream_describe(s, "x", &x) || x.ndim == 0 || (labelled && y.ndim == 0))
        return lp_fail(e, "x and y need a row for each example, not a single number");
    *n = x.shape[0];
    if (labelled && y.shape[0] != *n)
        return lp_fail(e, "x has %zu rows and y has %zu", *n, y.shape[0]);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (lp_stream_has(s, parts[i]))
            return lp_fail(e, "%s exists already (drop it with pick --drop, or do not split)",
                           parts[i]);
    return 0;
}

/* index = a row order whose first n_train rows are the training part. */
static int order_rows(lp_stream *s, const lp_split_options *o, size_t n, size_t n_train,
                      size_t *index, lp_error *e) {
    lp_tensor y;
    if (!o->stratify) {
        lp_split_rows(n, !o->no_shuffle, o->seed, index);
        return 0;
    }
    if (!lp_stream_describe(s, "y", &y) || y.ndim != 1 || !lp_type_is_number(y.type))
        return lp_fail(e, "stratify: needs y with one integer label a row (split before onehot)");
    LP_CLEANUP(lp_tensor_free) lp_tensor label = {0};
    return lp_stream_get_as(s, "y", LP_I8, &label, e) ||
           lp_split_stratified(n, n_train, label.data, o->seed, index, e);
}

static int split_dense(lp_stream *s, const lp_split_options *o, lp_error *e) {
    size_t n = 0, n_train;
    if (o->within_row)
        return lp_fail_usage(e, "by row needs a sparse matrix, not x (stratify by y)");
    if (check_names(s, &n, e) || lp_split_count(o->train, n, &n_train, e))
        return -1;
    LP_CLEANUP(lp_free) size_t *index = lp_alloc(n, sizeof *index);
    return order_rows(s, o, n, n_train, index, e) || put_parts(s, "x", n, n_train, index, e) ||
           (lp_stream_has(s, "y") && put_parts(s, "y", n, n_train, index, e));
}

/* ---- sparse ---- */

/* training[i] = whether entry i is for training: of each matrix row, the first entries in a
 * random order. Returns how many there are. */
static size_t hold_out_within_rows(const lp_sparse *m, double fraction, uint64_t seed,
                                   bool *training) {
    size_t n_train = 0;
    LP_CLEANUP(lp_free) size_t *order = lp_alloc(m->count, sizeof *order);
    LP_CLEANUP(lp_free) size_t *quota = lp_alloc_zero(m->rows, sizeof *quota);
    for (size_t i = 0; i < m->count; i++)
        quota[m->row[i]]++;
    for (size_t r = 0; r < m->rows; r++) {
        size_t share = rounded_share(fraction, quota[r]);
        quota[r] = share == 0 && quota[r] > 0 ? 1 : share;
        n_train += quota[r];
    }
    lp_split_rows(m->count, true, seed, order);
    for (size_t i = 0; i < m->count; i++) {
        size_t *left = &quota[m->row[order[i]]];
        training[order[i]] = *left > 0;
        *left -= *left > 0;
    }
    return n_train;
}

/* index[0 .. *n_train) = the entries for training, the others after them, both rising. */
static int hold_out(const lp_sparse *m, const lp_split_options *o, size_t *index, size_t *n_train,
                    lp_error *e) {
    if (!o->within_row && lp_split_count(o->train, m->count, n_train, e))
        return -1;
    LP_CLEANUP(lp_free) bool *training = lp_alloc_zero(m->count, sizeof *training);
    if (o->within_row) {
        *n_train = hold_out_within_rows(m, o->train.fraction, o->seed, training);
    } else {
        lp_split_rows(m->count, !o->no_shuffle, o->seed, index);
        for (size_t i = 0; i < *n_train; i++)
            training[index[i]] = true;
    }
    for (size_t i = 0, train = 0, test = *n_train; i < m->count; i++)
        index[training[i] ? train++ : test++] = i;
    if (*n_train == m->count)
        return lp_fail(e, "every row's entries go to the training part (ask for a smaller share)");
    return 0;
}

static int split_sparse(lp_stream *s, const lp_split_options *o, lp_error *e) {
    static const char *const parts[] = {"_train", "_test"};
    if (o->stratify)
        return lp_fail_usage(e, "a sparse matrix has no y to stratify by (split it by row)");
    if (o->within_row && o->train.is_count)
        return lp_fail_usage(e, "by row a share of each row is needed, such as 0.9, not a count");
    for (int part = 0; part < 2; part++)
        if (lp_sparse_is_in(s, parts[part]))
            return lp_fail(e, "row%s exists already (drop it with pick --drop, or do not split)",
                           parts[part]);
    LP_CLEANUP(lp_sparse_free) lp_sparse whole = {0};
    if (lp_sparse_read(s, "", &whole, e))
        return -1;
    size_t n_train = 0;
    LP_CLEANUP(lp_free) size_t *index = lp_alloc(whole.count, sizeof *index);
    if (hold_out(&whole, o, index, &n_train, e))
        return -1;
    for (int part = 0; part < 2; part++) {
        LP_CLEANUP(lp_sparse_free)
        lp_sparse entries = lp_sparse_take(&whole, part == 0 ? index : index + n_train,
                                           part == 0 ? n_train : whole.count - n_train);
        lp_sparse_write(s, parts[part], &entries);
    }
    lp_sparse_drop(s, "");
    return 0;
}

int lp_split(lp_stream *s, const lp_split_options *o, lp_error *e) {
    bool dense = lp_stream_has(s, "x"), sparse = lp_sparse_is_in(s, "");
    int failed;
    if (o->no_shuffle && (o->stratify || o->within_row))
        failed = lp_fail_usage(e, "the first rows cannot be in proportion too (shuffle them)");
    else if (dense && sparse)
        failed = lp_fail(e, "the stream holds both x and a sparse matrix (keep one with pick)");
    else if (sparse)
        failed = split_sparse(s, o, e);
    else
        failed = lp_stream_get(s, "x", e) == NULL || split_dense(s, o, e);
    return failed ? lp_within(e, "splitting") : 0;
}
