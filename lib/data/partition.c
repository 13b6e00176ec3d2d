#include "data/partition.h"

#include "base/memory.h"
#include "num/rng.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is dealt out: rows, or groups of rows, in random order; each is of a class. Without labels
 * there is one class. */
typedef struct {
    size_t count;
    size_t *rows;       /* (count), in each; 1 without groups */
    size_t *class_of;   /* (count), a place in `classes` */
    lp_part_kind *part; /* (count) */
} units;

typedef struct {
    int64_t label;
    size_t first;     /* unit in the order of the data: StratifiedKFold numbers classes by it */
    size_t units;     /* that are to be dealt out */
    size_t quota;     /* that are still to go to the part */
    size_t remainder; /* of quota's division */
} class_units;

typedef struct {
    units u;
    class_units *classes;
    size_t class_count;
    const char *const *class_name; /* NULL: they go by their labels */
    lp_arena memory;
} deal;

/* ---- classes ---- */

static int by_label(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* The classes, by label, and class_of of the rows in `order`. */
static void find_classes(deal *d, size_t n, const int64_t *label, const size_t *order) {
    int64_t *sorted = lp_arena_alloc(&d->memory, n, sizeof *sorted);
    memcpy(sorted, label, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, by_label);
    for (size_t i = 0; i < n; i++)
        if (d->class_count == 0 || sorted[i] != sorted[d->class_count - 1])
            sorted[d->class_count++] = sorted[i];
    d->classes = lp_arena_alloc_zero(&d->memory, d->class_count, sizeof *d->classes);
    for (size_t c = 0; c < d->class_count; c++)
        d->classes[c] = (class_units){.label = sorted[c], .first = n};
    for (size_t i = 0; i < n; i++) {
        const int64_t *found =
            bsearch(&label[order[i]], sorted, d->class_count, sizeof *sorted, by_label);
        size_t c = (size_t)(found - sorted);
        d->u.class_of[i] = c;
        if (order[i] < d->classes[c].first)
            d->classes[c].first = order[i];
    }
}

/* Counts what is left in a part of each class. */
static void count_classes(deal *d, lp_part_kind in) {
    for (size_t c = 0; c < d->class_count; c++)
        d->classes[c].units = 0;
    for (size_t i = 0; i < d->u.count; i++)
        if (d->u.part[i] == in)
            d->classes[d->u.class_of[i]].units++;
}

static const char *name_of(const deal *d, const class_units *k, char text[24]) {
    if (d->class_name != NULL)
        return d->class_name[k->label];
    snprintf(text, 24, "%lld", (long long)k->label);
    return text;
}

/* ---- shares ---- */

static int by_remainder(const void *a, const void *b) {
    const class_units *x = *(class_units *const *)a, *y = *(class_units *const *)b;
    if (x->remainder != y->remainder)
        return x->remainder > y->remainder ? -1 : 1;
    return by_label(&x->label, &y->label);
}

/* Divides `wanted` of `total` units among the classes. */
static void set_quotas(deal *d, size_t wanted, size_t total) {
    class_units **order = lp_arena_alloc(&d->memory, d->class_count, sizeof(class_units *));
    size_t left = wanted;
    for (size_t c = 0; c < d->class_count; c++) {
        unsigned __int128 product = (unsigned __int128)wanted * d->classes[c].units;
        d->classes[c].quota = (size_t)(product / total);
        d->classes[c].remainder = (size_t)(product % total);
        left -= d->classes[c].quota;
        order[c] = &d->classes[c];
    }
    qsort(order, d->class_count, sizeof *order, by_remainder);
    for (size_t c = 0; c < left; c++)
        order[c]->quota++;
}

static const char *const part_names[] = {"train", "validate", "test"};

/* Moves `wanted` units from one part to another, each class in proportion, the first ones in the
 * random order. Each class has to be left in both. */
static int move(deal *d, lp_part_kind from, lp_part_kind to, size_t wanted, lp_error *e) {
    size_t total = 0;
    char text[24];
    count_classes(d, from);
    for (size_t c = 0; c < d->class_count; c++)
        total += d->classes[c].units;
    if (wanted < 1 || wanted >= total)
        return lp_fail(e, "%zu of %zu to %s leaves none to %s", wanted, total, part_names[to],
                       part_names[wanted < 1 ? to : from]);
    set_quotas(d, wanted, total);
    for (size_t c = 0; c < d->class_count; c++) {
        const class_units *k = &d->classes[c];
        if (k->quota == 0 || k->quota == k->units)
            return lp_fail(e, "class %s has %zu row%s%s, which leaves none of it to %s",
                           name_of(d, k, text), k->units, k->units == 1 ? "" : "s",
                           to == LP_VALIDATION ? " left" : "",
                           part_names[k->quota == 0 ? to : from]);
    }
    for (size_t i = 0; i < d->u.count; i++) {
        class_units *k = &d->classes[d->u.class_of[i]];
        if (d->u.part[i] == from && k->quota > 0) {
            d->u.part[i] = to;
            k->quota--;
        }
    }
    return 0;
}

/* ---- folds ---- */

static int by_first(const void *a, const void *b) {
    const class_units *x = *(class_units *const *)a, *y = *(class_units *const *)b;
    return (x->first > y->first) - (x->first < y->first);
}

/* The units of each class are numbered on from those of the classes before it, by their first
 * appearance in the data; number p goes to fold p % folds, and a class's units fill the folds in
 * their order. With one class that is KFold. */
static int deal_folds(deal *d, size_t folds, size_t fold, lp_error *e) {
    class_units **order = lp_arena_alloc(&d->memory, d->class_count, sizeof(class_units *));
    size_t start = 0;
    char text[24];
    count_classes(d, LP_TEST);
    for (size_t c = 0; c < d->class_count; c++)
        order[c] = &d->classes[c];
    qsort(order, d->class_count, sizeof *order, by_first);
    for (size_t c = 0; c < d->class_count; c++) {
        class_units *k = order[c];
        if (k->units < folds)
            return d->class_count == 1
                       ? lp_fail(e, "%zu rows are fewer than %zu folds", k->units, folds)
                       : lp_fail(e, "class %s has %zu row%s, fewer than the %zu folds",
                                 name_of(d, k, text), k->units, k->units == 1 ? "" : "s", folds);
        /* Of the numbers start, ..., start + units - 1, those that go to folds before this one, and
         * to this one. */
        size_t before = 0, here = 0;
        for (size_t f = 0; f <= fold; f++) {
            size_t skip = (f + folds - start % folds) % folds;
            here = skip < k->units ? (k->units - skip - 1) / folds + 1 : 0;
            before += f < fold ? here : 0;
        }
        start += k->units;
        k->remainder = before;
        k->quota = here;
    }
    for (size_t i = 0; i < d->u.count; i++) {
        class_units *k = &d->classes[d->u.class_of[i]];
        if (k->remainder > 0) {
            k->remainder--;
            d->u.part[i] = LP_TRAIN;
        } else if (k->quota > 0) {
            k->quota--;
        } else {
            d->u.part[i] = LP_TRAIN;
        }
    }
    return 0;
}

typedef struct {
    size_t unit, rows;
} sized_unit;

static int largest_first(const void *a, const void *b) {
    const sized_unit *x = a, *y = b;
    if (x->rows != y->rows)
        return x->rows > y->rows ? -1 : 1;
    return (x->unit > y->unit) - (x->unit < y->unit);
}

static int deal_group_folds(deal *d, size_t folds, size_t fold, lp_error *e) {
    if (d->u.count < folds)
        return lp_fail(e, "%zu groups are fewer than %zu folds", d->u.count, folds);
    sized_unit *order = lp_arena_alloc(&d->memory, d->u.count, sizeof *order);
    size_t *rows = lp_arena_alloc_zero(&d->memory, folds, sizeof *rows);
    for (size_t i = 0; i < d->u.count; i++)
        order[i] = (sized_unit){i, d->u.rows[i]};
    qsort(order, d->u.count, sizeof *order, largest_first);
    for (size_t i = 0; i < d->u.count; i++) {
        size_t lightest = 0;
        for (size_t f = 1; f < folds; f++)
            lightest = rows[f] < rows[lightest] ? f : lightest;
        rows[lightest] += order[i].rows;
        d->u.part[order[i].unit] = lightest == fold ? LP_TEST : LP_TRAIN;
    }
    return 0;
}

/* ---- the whole ---- */

static void free_deal(deal *d) {
    lp_arena_free(&d->memory);
}

/* *unit_of = the unit of each row: the row's place in `order`, or its group's place among the
 * groups, by first appearance in it. */
static void make_units(deal *d, size_t n, const size_t *group, const size_t *order,
                       size_t *unit_of) {
    units *u = &d->u;
    u->rows = lp_arena_alloc_zero(&d->memory, n, sizeof *u->rows);
    u->class_of = lp_arena_alloc_zero(&d->memory, n, sizeof *u->class_of);
    u->part = lp_arena_alloc(&d->memory, n, sizeof *u->part);
    size_t groups = 0, *unit_of_group = NULL;
    for (size_t i = 0; group != NULL && i < n; i++)
        groups = group[i] >= groups ? group[i] + 1 : groups;
    unit_of_group = lp_arena_alloc(&d->memory, groups, sizeof *unit_of_group);
    for (size_t g = 0; g < groups; g++)
        unit_of_group[g] = n;
    for (size_t i = 0; i < n; i++) {
        size_t row = order[i], *unit = group != NULL ? &unit_of_group[group[row]] : &unit_of[row];
        if (group == NULL || *unit == n)
            *unit = u->count++;
        unit_of[row] = *unit;
        u->rows[*unit]++;
    }
}

static size_t min(size_t a, size_t b) {
    return a < b ? a : b;
}

size_t lp_validation_count(lp_share share, size_t n) {
    return share.is_count ? share.count : (size_t)ceil(share.fraction * (double)n);
}

static size_t train_count(lp_share share, size_t n) {
    return share.is_count ? share.count : (size_t)floor(share.fraction * (double)n + 0.5);
}

bool lp_partition_validates(const lp_partition_options *o) {
    return o->validation.is_count ? o->validation.count > 0 : o->validation.fraction > 0;
}

static int deal_out(deal *d, bool grouped, const lp_partition_options *o, lp_error *e) {
    size_t folds = (size_t)o->folds, fold = (size_t)o->fold;
    size_t validation = lp_validation_count(o->validation, d->u.count);
    lp_part_kind rest = o->no_test ? LP_VALIDATION : LP_TEST; /* what is not dealt out */
    for (size_t i = 0; i < d->u.count; i++)
        d->u.part[i] = rest;
    if (o->no_test)
        return move(d, rest, LP_TRAIN, d->u.count - min(validation, d->u.count), e);
    int failed = folds == 0 ? move(d, rest, LP_TRAIN, train_count(o->train, d->u.count), e)
                 : grouped  ? deal_group_folds(d, folds, fold, e)
                            : deal_folds(d, folds, fold, e);
    if (failed || !lp_partition_validates(o))
        return failed;
    return move(d, folds == 0 ? rest : LP_TRAIN, LP_VALIDATION, validation, e);
}

void lp_split_rows(size_t n, bool shuffle, uint64_t seed, size_t *index) {
    lp_rng r = lp_rng_new(seed, LP_RNG_SPLIT, 0);
    if (shuffle)
        lp_rng_permutation(&r, n, index);
    else
        for (size_t i = 0; i < n; i++)
            index[i] = i;
}

int lp_partition(size_t n, const int64_t *label, const size_t *group, const lp_partition_options *o,
                 size_t *index, size_t count[LP_PARTS], lp_error *e) {
    LP_CLEANUP(free_deal) deal d = {.class_name = o->class_name};
    size_t *order = lp_arena_alloc(&d.memory, n, sizeof *order);
    size_t *unit_of = lp_arena_alloc(&d.memory, n, sizeof *unit_of);
    lp_split_rows(n, !o->no_shuffle, o->seed, order);
    make_units(&d, n, group, order, unit_of);
    if (label != NULL) {
        find_classes(&d, n, label, order);
    } else {
        d.class_count = 1;
        d.classes = lp_arena_alloc_zero(&d.memory, 1, sizeof *d.classes);
    }
    if (deal_out(&d, group != NULL, o, e))
        return -1;
    size_t at = 0;
    for (int part = 0; part < LP_PARTS; part++) {
        size_t from = at;
        for (size_t i = 0; i < n; i++)
            if (d.u.part[unit_of[order[i]]] == (lp_part_kind)part)
                index[at++] = order[i];
        count[part] = at - from;
    }
    return 0;
}
