#include "data/split.h"

#include "base/memory.h"
#include "data/features.h"
#include "data/labels.h"
#include "data/sparse.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

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

/* ---- dense ---- */

static const char *const part_names[LP_PARTS] = {"train", "val", "test"};
static const char *const row_names[] = {"x", "y", "ids"}; /* what is divided, where it is there */
enum { ROW_NAMES = sizeof row_names / sizeof *row_names };

typedef struct {
    char text[32];
} tensor_name;

/* The name of what is divided, "x" or "x_train". */
static tensor_name whole_name(const char *name, bool from_train) {
    tensor_name n;
    snprintf(n.text, sizeof n.text, "%s%s", name, from_train ? "_train" : "");
    return n;
}

static tensor_name part_name(const char *name, int part) {
    tensor_name n;
    snprintf(n.text, sizeof n.text, "%s_%s", name, part_names[part]);
    return n;
}

/* NAME, or NAME_train, becomes NAME_train, NAME_val and NAME_test, without the parts that have no
 * rows. */
static int put_parts(lp_stream *s, const char *name, bool from_train, const size_t *index,
                     const size_t count[LP_PARTS], lp_error *e) {
    tensor_name whole = whole_name(name, from_train), part[LP_PARTS];
    const char *text[LP_PARTS];
    for (int i = 0; i < LP_PARTS; i++) {
        part[i] = part_name(name, i);
        text[i] = part[i].text;
    }
    return lp_stream_divide(s, whole.text, index, LP_PARTS, text, count, e)
               ? lp_within(e, "%s", whole.text)
               : 0;
}

/* *n = the rows of x. Refused: y with another number of rows, parts that exist already. */
static int check_names(const lp_stream *s, bool from_train, size_t *n, lp_error *e) {
    lp_tensor x, t;
    tensor_name x_name = whole_name("x", from_train);
    if (!lp_stream_describe(s, x_name.text, &x) || x.ndim == 0)
        return lp_fail(e, "x and y need a row for each example, not a single number");
    *n = x.shape[0];
    for (int i = 0; i < ROW_NAMES; i++) {
        tensor_name name = whole_name(row_names[i], from_train);
        if (lp_stream_describe(s, name.text, &t) && t.ndim == 0)
            return lp_fail(e, "x and y need a row for each example, not a single number");
        if (lp_stream_describe(s, name.text, &t) && t.shape[0] != *n)
            return lp_fail(e, "%s has %zu rows and %s has %zu", x_name.text, *n, name.text,
                           t.shape[0]);
        for (int part = 0; part < LP_PARTS; part++) {
            const tensor_name taken = part_name(row_names[i], part);
            if (lp_stream_has(s, taken.text) && (!from_train || part == LP_VALIDATION))
                return lp_fail(
                    e, "%s exists already (drop it with labpipe pick --drop, or do not split)",
                    taken.text);
        }
    }
    return 0;
}

/* label (n) = the classes of y, whose names, where they have any, *o gets. */
static int read_labels(lp_stream *s, const char *name, size_t n, lp_label_set *l, int64_t *label,
                       lp_partition_options *o, lp_error *e) {
    if (lp_stream_get(s, name, e) == NULL || lp_label_set_read(l, s, &name, 1, e) ||
        lp_label_set_number(l, e))
        return lp_within(e, "stratify");
    for (size_t i = 0; i < n; i++)
        label[i] = l->place[0][i];
    o->class_name = l->name.count > 0 ? l->name.item : NULL;
    return 0;
}

/* The column of x that WORD, a number from 0 or a name among the features, stands for. */
static int find_column(lp_stream *s, const char *word, size_t columns, size_t *column,
                       lp_error *e) {
    lp_tensor names;
    const lp_tensor *features = NULL;
    bool is_number = strspn(word, "0123456789") == strlen(word);
    *column = columns;
    if (is_number)
        *column = (size_t)strtoull(word, NULL, 10);
    else if (lp_stream_describe(s, "features", &names) && lp_type_is_string(names.type) &&
             names.count == columns) {
        if ((features = lp_stream_get(s, "features", e)) == NULL)
            return -1;
        for (size_t j = 0; j < columns && *column == columns; j++) {
            LP_CLEANUP(lp_free) char *name = lp_tensor_string(features, j, e);
            if (name == NULL)
                return -1;
            if (strcmp(name, word) == 0)
                *column = j;
        }
    }
    if (*column < columns)
        return 0;
    if (is_number)
        lp_fail(e, "there is no column %s: there are %zu, counted from 0", word, columns);
    else
        lp_features_refuse(word, features, e);
    return lp_within(e, "group '%s' is no tensor of a value for each row", word);
}

/* Appends a value as the text that equal values have alone. */
static int append_value(const lp_tensor *t, size_t i, lp_buffer *text, lp_error *e) {
    if (lp_type_is_string(t->type)) {
        LP_CLEANUP(lp_free) char *value = lp_tensor_string(t, i, e);
        if (value == NULL)
            return -1;
        lp_buffer_printf(text, "%zu:%s ", strlen(value), value);
        return 0;
    }
    lp_tensor one = lp_tensor_view(t), whole;
    one.ndim = 0;
    one.count = 1;
    one.data = (char *)t->data + i * t->type.size;
    if (lp_type_is_integer(t->type)) {
        if (lp_tensor_convert(&whole, &one, LP_I8, e))
            return -1;
        lp_buffer_printf(text, "%lld ", (long long)*(int64_t *)whole.data);
        lp_tensor_free(&whole);
    } else {
        lp_buffer_printf(text, "%.17g ", lp_tensor_at(t, i));
    }
    return 0;
}

/* group (n) = the group of each row, from 0: equal rows of tensor NAME, or else rows with equal
 * values in column NAME of tensor X. */
static int read_groups(lp_stream *s, const char *name, const char *x, size_t n, size_t *group,
                       lp_error *e) {
    lp_tensor t;
    bool has_tensor = lp_stream_describe(s, name, &t) && t.ndim >= 1 && t.shape[0] == n;
    const lp_tensor *values = lp_stream_get(s, has_tensor ? name : x, e);
    if (values == NULL)
        return -1;
    size_t stride = lp_tensor_row_size(values), column = 0, columns = has_tensor ? stride : 1;
    if (!has_tensor && find_column(s, name, stride, &column, e))
        return -1;
    LP_CLEANUP(lp_names_free) lp_names names = {0};
    for (size_t i = 0; i < n; i++) {
        LP_CLEANUP(lp_buffer_free) lp_buffer text = {0};
        for (size_t j = column; j < column + columns; j++)
            if (append_value(values, i * stride + j, &text, e))
                return lp_within(e, "%s, row %zu", name, i);
        group[i] = lp_names_add(&names, lp_buffer_text(&text));
    }
    return 0;
}

static int partition_rows(lp_stream *s, const lp_split_options *o, size_t n, size_t *index,
                          size_t count[LP_PARTS], lp_error *e) {
    LP_CLEANUP(lp_label_set_free) lp_label_set labels = {0};
    LP_CLEANUP(lp_free) int64_t *label = o->stratify ? lp_alloc(n, sizeof *label) : NULL;
    LP_CLEANUP(lp_free) size_t *group = o->group != NULL ? lp_alloc(n, sizeof *group) : NULL;
    lp_partition_options parts = o->parts;
    tensor_name x = whole_name("x", parts.no_test), y = whole_name("y", parts.no_test);
    if ((o->stratify && read_labels(s, y.text, n, &labels, label, &parts, e)) ||
        (o->group != NULL && read_groups(s, o->group, x.text, n, group, e)))
        return -1;
    return lp_partition(n, label, group, &parts, index, count, e);
}

static int split_dense(lp_stream *s, const lp_split_options *o, lp_error *e) {
    size_t n = 0, count[LP_PARTS];
    bool from_train = o->parts.no_test;
    if (o->within_row)
        return lp_fail_usage(e, "by row needs a sparse matrix, not x (stratify by y)");
    if (check_names(s, from_train, &n, e))
        return -1;
    size_t *index = lp_stream_alloc(s, n, sizeof *index);
    if (partition_rows(s, o, n, index, count, e))
        return -1;
    for (int i = 0; i < ROW_NAMES; i++)
        if (lp_stream_has(s, whole_name(row_names[i], from_train).text) &&
            put_parts(s, row_names[i], from_train, index, count, e))
            return -1;
    return 0;
}

/* ---- sparse ---- */

static const char *const sparse_parts[LP_PARTS] = {"_train", "_val", "_test"};

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

/* index = the entries for training, then for validation, then for testing, each part rising;
 * count[p] of part p. Those of validation are the first in the random order that do not train. */
static int hold_out(const lp_sparse *m, const lp_split_options *o, size_t *index,
                    size_t count[LP_PARTS], lp_error *e) {
    size_t n_train = 0, n = m->count;
    if (!o->within_row && lp_split_count(o->parts.train, n, &n_train, e))
        return -1;
    LP_CLEANUP(lp_free) lp_part_kind *part = lp_alloc(n, sizeof *part);
    LP_CLEANUP(lp_free) bool *training = lp_alloc_zero(n, sizeof *training);
    lp_split_rows(n, !o->parts.no_shuffle, o->parts.seed, index);
    if (o->within_row)
        n_train = hold_out_within_rows(m, o->parts.train.fraction, o->parts.seed, training);
    for (size_t i = 0; i < n_train && !o->within_row; i++)
        training[index[i]] = true;
    if (n_train == n)
        return lp_fail(e, "every row's entries go to the training part (ask for a smaller share)");
    size_t left =
        lp_partition_validates(&o->parts) ? lp_validation_count(o->parts.validation, n) : 0;
    if (left >= n - n_train)
        return lp_fail(e, "%zu of %zu to validate leaves none to test", left, n - n_train);
    count[LP_TRAIN] = n_train;
    count[LP_VALIDATION] = left;
    count[LP_TEST] = n - n_train - left;
    for (size_t i = 0; i < n; i++) {
        lp_part_kind *kind = &part[index[i]];
        *kind = training[index[i]] ? LP_TRAIN : left > 0 ? LP_VALIDATION : LP_TEST;
        left -= *kind == LP_VALIDATION;
    }
    size_t at[LP_PARTS] = {0, n_train, n_train + count[LP_VALIDATION]};
    for (size_t i = 0; i < n; i++)
        index[at[part[i]]++] = i;
    return 0;
}

static int check_sparse(lp_stream *s, const lp_split_options *o, lp_error *e) {
    if (o->stratify)
        return lp_fail_usage(e, "a sparse matrix has no y to stratify by (split it by row)");
    if (o->parts.folds > 0 || o->group != NULL)
        return lp_fail_usage(e, "folds and groups need x, not a sparse matrix");
    if (o->within_row && o->parts.train.is_count)
        return lp_fail_usage(e, "by row a share of each row is needed, such as 0.9, not a count");
    for (int part = 0; part < LP_PARTS; part++)
        if (lp_sparse_is_in(s, sparse_parts[part]))
            return lp_fail(
                e, "row%s exists already (drop it with labpipe pick --drop, or do not split)",
                sparse_parts[part]);
    return 0;
}

static int split_sparse(lp_stream *s, const lp_split_options *o, lp_error *e) {
    LP_CLEANUP(lp_sparse_free) lp_sparse whole = {0};
    if (check_sparse(s, o, e) || lp_sparse_read(s, "", &whole, e))
        return -1;
    size_t count[LP_PARTS], from = 0;
    LP_CLEANUP(lp_free) size_t *index = lp_alloc(whole.count, sizeof *index);
    if (hold_out(&whole, o, index, count, e))
        return -1;
    for (int part = 0; part < LP_PARTS; from += count[part++]) {
        if (count[part] == 0)
            continue;
        LP_CLEANUP(lp_sparse_free)
        lp_sparse entries = lp_sparse_take(&whole, index + from, count[part]);
        lp_sparse_write(s, sparse_parts[part], &entries);
    }
    lp_sparse_drop(s, "");
    return 0;
}

/* Data that came in a training and a test part gets its validation part from the former. */
static int split_train(lp_stream *s, lp_split_options o, lp_error *e) {
    if (!lp_partition_validates(&o.parts) || o.parts.folds > 0 || o.train_given)
        return lp_fail(
            e, "it is split already, into x_train and x_test (--validation alone takes a part "
               "of x_train)");
    o.parts.no_test = true;
    return split_dense(s, &o, e);
}

/* True where a tensor of numbers says something of the data: its columns differ, or are not
 * `neutral`. */
static bool was_fitted(lp_stream *s, const char *name, double neutral) {
    lp_error none; /* what cannot be read is refused where it is used */
    lp_tensor t;
    bool fitted = false;
    if (!lp_stream_has(s, name) || lp_stream_get_as(s, name, LP_F8, &t, &none))
        return false;
    const double *value = t.data;
    for (size_t i = 0; i < t.count; i++)
        fitted |= isnan(neutral) ? value[i] != value[0] : value[i] != neutral;
    lp_tensor_free(&t);
    return fitted;
}

const char *lp_split_leak(lp_stream *s) {
    if (!lp_stream_has(s, "x"))
        return NULL;
    return was_fitted(s, "scale.offset", 0) || was_fitted(s, "scale.divisor", NAN) ? "scale"
           : was_fitted(s, "impute.value", NAN)                                    ? "impute"
                                                                                   : NULL;
}

int lp_split(lp_stream *s, const lp_split_options *o, lp_error *e) {
    bool dense = lp_stream_has(s, "x"), sparse = lp_sparse_is_in(s, "");
    int failed;
    if (o->parts.no_shuffle && (o->stratify || o->within_row))
        failed = lp_fail_usage(e, "the first rows cannot be in proportion too (shuffle them)");
    else if (dense && sparse)
        failed =
            lp_fail(e, "the stream holds both x and a sparse matrix (keep one with labpipe pick)");
    else if (sparse)
        failed = split_sparse(s, o, e);
    else if (!dense && lp_stream_has(s, "x_train"))
        failed = split_train(s, *o, e);
    else
        failed = lp_stream_check(s, "x", e) || split_dense(s, o, e);
    return failed ? lp_within(e, "splitting") : 0;
}
