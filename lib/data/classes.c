#include "data/classes.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- labels ---- */

static int read_one_hot(const lp_tensor *y, lp_labels *l, lp_error *e) {
    for (size_t r = 0; r < l->n; r++) {
        size_t ones = 0;
        for (size_t c = 0; c < l->columns; c++) {
            double value = lp_tensor_at(y, r * l->columns + c);
            if (value == 1)
                l->value[r] = (int64_t)c;
            ones += value == 1 ? 1 : value == 0 ? 0 : 2;
        }
        if (ones != 1)
            return lp_fail(e,
                           "%s: row %zu is not one-hot: one 1, the rest 0 (numbers to predict are "
                           "floats, trained on with --loss mse)",
                           l->name, r);
    }
    return 0;
}

static int read_whole(const lp_tensor *y, lp_labels *l, lp_error *e) {
    for (size_t r = 0; r < l->n && y->type.kind == 'f'; r++) {
        double value = lp_tensor_at(y, r);
        if (!(fabs(value) < 9e15) || value != (double)(int64_t)value)
            return lp_fail(e,
                           "%s: row %zu is %g (labels are whole numbers; a model that predicts "
                           "numbers is trained with --loss mse)",
                           l->name, r, value);
    }
    LP_CLEANUP(lp_tensor_free) lp_tensor whole = {0};
    if (lp_tensor_convert(&whole, y, LP_I8, e))
        return lp_within(e, "%s", l->name);
    memcpy(l->value, whole.data, l->n * sizeof *l->value);
    return 0;
}

static int read_texts(const lp_tensor *y, lp_names *texts, lp_labels *l, lp_error *e) {
    l->is_text = true;
    for (size_t r = 0; r < l->n; r++) {
        LP_CLEANUP(lp_free) char *text = lp_tensor_string(y, r, e);
        if (text == NULL)
            return lp_within(e, "%s", l->name);
        l->value[r] = (int64_t)lp_names_add(texts, text);
    }
    return 0;
}

int lp_labels_read(lp_stream *s, const char *name, lp_names *texts, lp_arena *memory,
                   lp_labels *labels, lp_error *e) {
    char shape[200];
    const lp_tensor *y = lp_stream_get(s, name, e);
    if (y == NULL)
        return -1;
    size_t columns = lp_tensor_row_size(y);
    bool is_text = lp_type_is_string(y->type);
    if (y->ndim < 1 || y->ndim > 2 || y->count == 0 || (is_text && columns > 1))
        return lp_fail(e, "%s has shape %s, expected %s", name,
                       lp_shape_text(y->ndim, y->shape, shape), is_text ? "(n)" : "(n) or (n, k)");
    *labels = (lp_labels){.name = name, .n = y->shape[0], .columns = columns > 1 ? columns : 0};
    labels->value = lp_arena_alloc(memory, labels->n, sizeof *labels->value);
    return is_text       ? read_texts(y, texts, labels, e)
           : columns > 1 ? read_one_hot(y, labels, e)
                         : read_whole(y, labels, e);
}

/* ---- classes ---- */

static bool is_whole_number(const char *text) {
    char *end;
    (void)strtoll(text, &end, 10);
    return *text != '\0' && *text != '+' && strchr(" \t\n", *text) == NULL && *end == '\0';
}

static bool are_whole_numbers(const lp_names *names) {
    for (size_t i = 0; i < names->count; i++)
        if (!is_whole_number(names->item[i]))
            return false;
    return true;
}

bool lp_classes_are_numbers(const lp_tensor *names) {
    LP_CLEANUP(lp_names_free) lp_names read = {0};
    lp_error ignored;
    return lp_type_is_string(names->type) &&
           lp_names_read(&read, names, "classes", &ignored) == 0 && are_whole_numbers(&read);
}

static int check_place(const lp_labels *l, size_t r, size_t count, lp_error *e) {
    if (l->value[r] >= 0 && (uint64_t)l->value[r] < count)
        return 0;
    return lp_fail(e, "%s: row %zu is class %" PRId64 ", but there are only %zu (0 to %zu)",
                   l->name, r, l->value[r], count, count - 1);
}

/* All labels are places among `count` classes. */
static int check_places(const lp_labels *labels, size_t n, size_t count, lp_error *e) {
    for (size_t i = 0; i < n; i++) {
        if (labels[i].columns != 0 && labels[i].columns != count)
            return lp_fail(e, "%s has %zu columns, but there are %zu classes", labels[i].name,
                           labels[i].columns, count);
        for (size_t r = 0; r < labels[i].n; r++)
            if (check_place(&labels[i], r, count, e))
                return -1;
    }
    return 0;
}

static int compare_whole(const void *a, const void *b) {
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* c->value = the distinct values, ascending, and c->count of them. */
static void sort_values(const lp_labels *labels, size_t n, lp_classes *c) {
    size_t total = 0, at = 0;
    for (size_t i = 0; i < n; i++)
        total += labels[i].n;
    c->value = lp_alloc(total, sizeof *c->value);
    for (size_t i = 0; i < n; at += labels[i++].n)
        memcpy(c->value + at, labels[i].value, labels[i].n * sizeof *c->value);
    qsort(c->value, total, sizeof *c->value, compare_whole);
    for (size_t i = 0; i < total; i++)
        if (c->count == 0 || c->value[i] != c->value[c->count - 1])
            c->value[c->count++] = c->value[i];
}

/* Their names are the values; labels 0 .. count-1 are places and need none. */
static void name_by_values(lp_classes *c) {
    if (c->value[0] == 0 && c->value[c->count - 1] == (int64_t)c->count - 1) {
        free(c->value);
        c->value = NULL;
        return;
    }
    LP_CLEANUP(lp_arena_free) lp_arena arena = {0};
    const char **names = lp_arena_alloc(&arena, c->count, sizeof *names);
    for (size_t i = 0; i < c->count; i++) {
        char text[24];
        snprintf(text, sizeof text, "%" PRId64, c->value[i]);
        names[i] = lp_arena_strdup(&arena, text);
    }
    c->names = lp_tensor_strings(names, c->count);
}

static void name_by_texts(const lp_names *texts, lp_classes *c) {
    LP_CLEANUP(lp_free) size_t *order = lp_alloc(texts->count, sizeof *order);
    LP_CLEANUP(lp_free) const char **names = lp_alloc(texts->count, sizeof *names);
    lp_names_sort(texts, order);
    c->count = texts->count;
    c->value = lp_alloc(c->count, sizeof *c->value);
    for (size_t i = 0; i < c->count; i++) {
        c->value[i] = (int64_t)order[i];
        names[i] = texts->item[order[i]];
    }
    c->names = lp_tensor_strings(names, c->count);
}

/* The given names, among which all texts are. */
static int take_names(const lp_tensor *given, const lp_labels *labels, size_t n,
                      const lp_names *texts, lp_classes *c, lp_error *e) {
    LP_CLEANUP(lp_names_free) lp_names names = {0};
    size_t place;
    if (lp_names_read(&names, given, "classes", e))
        return -1;
    for (size_t i = 0; i < n; i++)
        for (size_t r = 0; r < labels[i].n; r++)
            if (!lp_names_find(&names, texts->item[labels[i].value[r]], &place))
                return lp_fail(e, "%s: row %zu is '%s', which is not among the classes",
                               labels[i].name, r, texts->item[labels[i].value[r]]);
    c->count = names.count;
    c->names = lp_tensor_copy(given);
    c->value = lp_alloc(c->count, sizeof *c->value);
    for (size_t k = 0; k < c->count; k++)
        c->value[k] = lp_names_find(texts, names.item[k], &place) ? (int64_t)place : -1;
    return 0;
}

static int find_classes(const lp_tensor *names, const lp_labels *labels, size_t n,
                        const lp_names *texts, lp_classes *c, lp_error *e) {
    size_t columns = 0;
    for (size_t i = 0; i < n; i++) {
        if (labels[i].is_text != labels[0].is_text)
            return lp_fail(e, "%s and %s differ in kind", labels[i].name, labels[0].name);
        columns = labels[i].columns != 0 ? labels[i].columns : columns;
    }
    if (labels[0].is_text && names != NULL)
        return take_names(names, labels, n, texts, c, e);
    if (labels[0].is_text) {
        name_by_texts(texts, c);
    } else if (names != NULL) {
        c->count = names->count;
        c->names = lp_tensor_copy(names);
        return check_places(labels, n, c->count, e);
    } else if (columns != 0) {
        c->count = columns;
        return check_places(labels, n, c->count, e);
    } else {
        sort_values(labels, n, c);
        name_by_values(c);
    }
    return 0;
}

int lp_classes_of(const lp_tensor *names, const lp_labels *labels, size_t n, const lp_names *texts,
                  lp_classes *c, lp_error *e) {
    *c = (lp_classes){0};
    if (find_classes(names, labels, n, texts, c, e) == 0)
        return 0;
    lp_classes_free(c);
    return -1;
}

void lp_classes_places(const lp_classes *c, const lp_labels *labels, int32_t *place) {
    LP_CLEANUP(lp_free) int32_t *of_text = NULL;
    if (labels->is_text) {
        of_text = lp_alloc(c->count, sizeof *of_text);
        for (size_t k = 0; k < c->count; k++)
            if (c->value[k] >= 0)
                of_text[c->value[k]] = (int32_t)k;
    }
    for (size_t r = 0; r < labels->n; r++) {
        int64_t value = labels->value[r];
        if (of_text != NULL)
            place[r] = of_text[value];
        else if (c->value != NULL)
            place[r] = (int32_t)((const int64_t *)bsearch(&value, c->value, c->count, sizeof value,
                                                          compare_whole) -
                                 c->value);
        else
            place[r] = (int32_t)value;
    }
}

void lp_classes_free(lp_classes *c) {
    lp_tensor_free(&c->names);
    free(c->value);
    *c = (lp_classes){0};
}

/* ---- the classes of a model ---- */

/* The place of a name among the model's, -1 where it is not among them. */
static int32_t find(const lp_names *model, const char *name) {
    size_t place;
    return lp_names_find(model, name, &place) ? (int32_t)place : -1;
}

static int32_t find_number(const lp_names *model, int64_t value) {
    char text[24];
    snprintf(text, sizeof text, "%" PRId64, value);
    return find(model, text);
}

/* The names that the data gives its labels: those of `classes`, or the labels themselves. */
static const lp_names *names_of(const lp_names *given, const lp_names *texts, const lp_labels *l) {
    return l->is_text ? texts : given->count > 0 ? given : NULL;
}

int lp_classes_match(const lp_tensor *names, const lp_names *texts, const lp_labels *labels,
                     const lp_tensor *model, size_t count, int32_t *place, lp_error *e) {
    LP_CLEANUP(lp_names_free) lp_names given = {0};
    LP_CLEANUP(lp_names_free) lp_names known = {0};
    LP_CLEANUP(lp_free) int32_t *map = NULL;
    if ((names != NULL && lp_names_read(&given, names, "classes", e)) ||
        (model != NULL && lp_names_read(&known, model, "model.classes", e)))
        return -1;
    const lp_names *own = names_of(&given, texts, labels);
    if (own == &given && check_places(labels, 1, given.count, e))
        return -1;
    if (own != NULL && model != NULL) {
        map = lp_alloc(own->count, sizeof *map);
        for (size_t i = 0; i < own->count; i++)
            map[i] = find(&known, own->item[i]);
    }
    bool by_value = map == NULL && model != NULL && labels->columns == 0 && !labels->is_text &&
                    are_whole_numbers(&known);
    for (size_t r = 0; r < labels->n; r++) {
        int64_t value = labels->value[r];
        bool is_place = value >= 0 && (uint64_t)value < count && !labels->is_text;
        place[r] = map != NULL ? map[value]
                   : by_value  ? find_number(&known, value)
                   : is_place  ? (int32_t)value
                               : -1;
    }
    return 0;
}
