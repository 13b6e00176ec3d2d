#include "data/pick.h"

#include "base/memory.h"
#include "io/groups.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static bool matches_one(const char *name, const char *const *patterns, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (fnmatch(patterns[i], name, 0) == 0)
            return true;
    return false;
}

static int check_patterns(const lp_stream *s, const char *const *patterns, size_t n, lp_error *e) {
    for (size_t i = 0; i < n; i++) {
        size_t found = 0;
        for (size_t j = 0; j < lp_stream_count(s); j++)
            found += matches_one(lp_stream_name(s, j), &patterns[i], 1);
        char names[LP_STREAM_LISTED];
        if (found == 0)
            return lp_fail(e, "no tensor matches '%s' (%s)", patterns[i], lp_stream_list(s, names));
    }
    return 0;
}

/* For lp_stream_filter: what matches no pattern of `drop` is kept. */
static bool is_not_dropped(const char *name, const void *drop) {
    const lp_texts *patterns = drop;
    return !matches_one(name, patterns->item, patterns->count);
}

/* The name that a tensor will have. */
static const char *new_name(const char *name, const lp_texts *rename) {
    for (size_t i = 0; i < rename->count; i++) {
        size_t length = strlen(name);
        if (strncmp(rename->item[i], name, length) == 0 && rename->item[i][length] == '=')
            return rename->item[i] + length + 1;
    }
    return name;
}

static bool leads(const char *name, lp_group group) {
    return lp_group_of(name) == group && lp_group_is_led_by(name);
}

/* True where a tensor that leads the group is kept, under a name that still does. */
static bool keeps(const lp_stream *s, const lp_pick_options *o, lp_group group) {
    for (size_t i = 0; i < lp_stream_count(s); i++) {
        const char *name = lp_stream_name(s, i);
        if (matches_one(name, o->keep, o->keep_count) && leads(name, group) &&
            leads(new_name(name, &o->rename), group))
            return true;
    }
    return false;
}

/* What stays: what matches a pattern. x without its scaling, or a model without what it knows of
 * its data, would be taken for something else: they stay together. */
typedef struct {
    const lp_pick_options *options;
    bool with_scaling, with_model;
} choice;

static bool is_kept(const char *name, const void *context) {
    const choice *c = context;
    return matches_one(name, c->options->keep, c->options->keep_count) ||
           (c->with_scaling && strncmp(name, "scale.", 6) == 0) ||
           (c->with_model && strncmp(name, "model.", 6) == 0);
}

static void keep(lp_stream *s, const lp_pick_options *o) {
    const choice kept = {o, keeps(s, o, LP_GROUP_DATA), keeps(s, o, LP_GROUP_MODEL)};
    lp_stream_filter(s, is_kept, &kept);
}

/* True where rows are to be taken of tensor i; its header is then in *t. */
static bool has_rows_taken(const lp_stream *s, size_t i, const lp_pick_options *o, lp_tensor *t) {
    const char *name = lp_stream_name(s, i);
    if (o->of.count > 0 && !matches_one(name, o->of.item, o->of.count))
        return false;
    bool describes = lp_group_model_name(name) != NULL || strncmp(name, "model.", 6) == 0;
    return lp_stream_describe(s, name, t) && (o->of.count > 0 || (t->ndim > 0 && !describes));
}

/* *n = the rows that all tensors in question have. */
static int count_rows(const lp_stream *s, const lp_pick_options *o, size_t *n, lp_error *e) {
    const char *first = NULL;
    size_t size;
    lp_tensor t;
    for (size_t i = 0; i < lp_stream_count(s); i++) {
        const char *name = lp_stream_name(s, i), *foreign = lp_stream_foreign(s, i, &size);
        if (foreign != NULL && matches_one(name, o->of.item, o->of.count))
            return lp_fail(e, "rows of %s: %s", name, foreign);
        if (!has_rows_taken(s, i, o, &t))
            continue;
        if (t.ndim == 0)
            return lp_fail(e, "rows of %s: it is a single value", name);
        if (first == NULL) {
            first = name;
            *n = t.shape[0];
        } else if (t.shape[0] != *n) {
            return lp_fail(e,
                           "rows: %s has %zu and %s has %zu (name the tensors that are meant with "
                           "--of)",
                           first, *n, name, t.shape[0]);
        }
    }
    return first == NULL ? lp_fail(e, "rows: no tensor that is kept has any") : 0;
}

/* The rows that are taken of n: *count of them, the stream's; NULL and e where they are not there.
 */
static const size_t *list_rows(lp_stream *s, const lp_pick_options *o, size_t n, size_t *count,
                               lp_error *e) {
    size_t from = o->rows.from, to = o->rows.to == SIZE_MAX ? n : o->rows.to;
    for (size_t i = 0; i < o->at.count; i++)
        if ((uint64_t)o->at.item[i] >= n) {
            lp_fail(e, "row %" PRId64 ": the rows are 0 up to %zu", o->at.item[i], n);
            return NULL;
        }
    if (o->at.count == 0 && (from >= to || to > n)) {
        lp_fail(e, "rows %zu up to %zu: %s 0 up to %zu", from, to,
                from >= to && to <= n ? "that is none of the rows" : "the rows are", n);
        return NULL;
    }
    *count = o->at.count > 0 ? o->at.count : to - from;
    size_t *index = lp_stream_alloc(s, *count, sizeof *index);
    for (size_t i = 0; i < *count; i++)
        index[i] = o->at.count > 0 ? (size_t)o->at.item[i] : from + i;
    return index;
}

static int take_rows(lp_stream *s, const lp_pick_options *o, lp_error *e) {
    size_t n = 0, count = 0;
    if (check_patterns(s, o->of.item, o->of.count, e) || count_rows(s, o, &n, e))
        return -1;
    const size_t *index = list_rows(s, o, n, &count, e);
    if (index == NULL)
        return -1;
    for (size_t i = 0; i < lp_stream_count(s); i++) {
        lp_tensor t;
        const char *name = lp_stream_name(s, i);
        if (has_rows_taken(s, i, o, &t) && lp_stream_put_taken(s, name, name, index, count, e))
            return -1;
    }
    return 0;
}

static int rename_one(lp_stream *s, const char *pair, lp_error *e) {
    const char *equals = strchr(pair, '=');
    if (equals == NULL || equals == pair || equals[1] == '\0')
        return lp_fail_usage(e, "rename '%s': expected OLD=NEW", pair);
    LP_CLEANUP(lp_buffer_free) lp_buffer old_name = {0};
    lp_buffer_append(&old_name, pair, (size_t)(equals - pair));
    if (lp_stream_has(s, old_name.data) && !lp_stream_name_is_valid(equals + 1))
        return lp_fail_usage(e, "rename '%s': a name is letters, digits and _ . + - /", pair);
    return lp_stream_rename(s, old_name.data, equals + 1, e) ? lp_within(e, "rename '%s'", pair)
                                                             : 0;
}

bool lp_pick_is_all(const lp_pick_options *o) {
    for (size_t i = 0; i < o->keep_count; i++)
        if (strcmp(o->keep[i], "*") != 0)
            return false;
    return o->drop.count == 0 && o->rename.count == 0 && !o->rows_given && o->at.count == 0;
}

int lp_pick(lp_stream *s, const lp_pick_options *o, lp_error *e) {
    int failed = check_patterns(s, o->keep, o->keep_count, e);
    if (!failed && o->keep_count > 0)
        keep(s, o);
    failed = failed || check_patterns(s, o->drop.item, o->drop.count, e);
    if (!failed)
        lp_stream_filter(s, is_not_dropped, &o->drop);
    if (!failed && lp_stream_count(s) == 0)
        failed = lp_fail(e, "nothing is left");
    if (!failed && (o->rows_given || o->at.count > 0))
        failed = take_rows(s, o, e);
    for (size_t i = 0; i < o->rename.count && !failed; i++)
        failed = rename_one(s, o->rename.item[i], e);
    return failed ? lp_within(e, "picking") : 0;
}
