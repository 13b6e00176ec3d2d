#include "data/pick.h"

#include "base/memory.h"

#include <fnmatch.h>
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

/* What lp_stream_filter keeps: what matches, or what does not. */
typedef struct {
    const char *const *patterns;
    size_t n;
    bool matching;
} choice;

static bool is_kept(const char *name, const void *context) {
    const choice *kept = context;
    return matches_one(name, kept->patterns, kept->n) == kept->matching;
}

/* True where rows are to be taken of tensor i; its header is then in *t. */
static bool has_rows_taken(const lp_stream *s, size_t i, const lp_pick_options *o, lp_tensor *t) {
    const char *name = lp_stream_name(s, i);
    if (o->of.count > 0 && !matches_one(name, o->of.item, o->of.count))
        return false;
    return lp_stream_describe(s, name, t) && (o->of.count > 0 || t->ndim > 0);
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

static int take_rows(lp_stream *s, const lp_pick_options *o, lp_error *e) {
    size_t n = 0;
    if (check_patterns(s, o->of.item, o->of.count, e) || count_rows(s, o, &n, e))
        return -1;
    size_t from = o->rows.from, to = o->rows.to == SIZE_MAX ? n : o->rows.to;
    if (from >= to || to > n)
        return lp_fail(e, "rows %zu up to %zu: %s 0 up to %zu", from, to,
                       from >= to && to <= n ? "that is none of the rows" : "the rows are", n);
    LP_CLEANUP(lp_free) size_t *index = lp_alloc(to - from, sizeof *index);
    for (size_t i = from; i < to; i++)
        index[i - from] = i;
    for (size_t i = 0; i < lp_stream_count(s); i++) {
        lp_tensor t;
        if (!has_rows_taken(s, i, o, &t))
            continue;
        const lp_tensor *whole = lp_stream_get(s, lp_stream_name(s, i), e);
        if (whole == NULL)
            return -1;
        lp_tensor rows = lp_tensor_take_rows(whole, index, to - from);
        lp_stream_put(s, lp_stream_name(s, i), &rows);
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

int lp_pick(lp_stream *s, const lp_pick_options *o, lp_error *e) {
    int failed = check_patterns(s, o->keep, o->keep_count, e);
    if (!failed && o->keep_count > 0)
        lp_stream_filter(s, is_kept, &(choice){o->keep, o->keep_count, true});
    failed = failed || check_patterns(s, o->drop.item, o->drop.count, e);
    if (!failed)
        lp_stream_filter(s, is_kept, &(choice){o->drop.item, o->drop.count, false});
    if (!failed && lp_stream_count(s) == 0)
        failed = lp_fail(e, "nothing is left");
    if (!failed && o->rows_given)
        failed = take_rows(s, o, e);
    for (size_t i = 0; i < o->rename.count && !failed; i++)
        failed = rename_one(s, o->rename.item[i], e);
    return failed ? lp_within(e, "picking") : 0;
}
