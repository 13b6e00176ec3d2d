#include "data/labels.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* y, and classes where they have names. */
static void put(lp_stream *s, const lp_labels *l, const lp_names *texts) {
    lp_error never; /* labels without names are numbered, whatever they are */
    LP_CLEANUP(lp_classes_free) lp_classes classes = {0};
    if (lp_classes_of(NULL, l, 1, texts, &classes, &never))
        abort();
    LP_CLEANUP(lp_free) int32_t *place = lp_alloc(l->n, sizeof *place);
    lp_classes_places(&classes, l, place);
    lp_tensor y = lp_tensor_vector(LP_I8, l->n);
    for (size_t i = 0; i < l->n; i++)
        ((int64_t *)y.data)[i] = place[i];
    lp_stream_put(s, "y", &y);
    if (classes.names.data != NULL)
        lp_stream_put(s, "classes", &classes.names);
}

void lp_labels_put_whole(lp_stream *s, const int64_t *labels, size_t n) {
    put(s, &(lp_labels){.name = "y", .n = n, .value = (int64_t *)labels}, NULL);
}

void lp_labels_put_texts(lp_stream *s, const int64_t *numbers, size_t n, const lp_names *names) {
    put(s, &(lp_labels){.name = "y", .n = n, .value = (int64_t *)numbers, .is_text = true}, names);
}

/* ---- the labels of several tensors together ---- */

bool lp_is_label_tensor(const char *name) {
    for (size_t i = 0; i < LP_LABEL_TENSOR_COUNT; i++)
        if (strcmp(name, LP_LABEL_TENSORS[i]) == 0)
            return true;
    return strcmp(name, "y_pred") == 0;
}

bool lp_is_targets(const lp_tensor *y) {
    if (y->type.kind != 'f')
        return false;
    if (y->ndim != 2 || y->shape[1] <= 1)
        return true;
    for (size_t i = 0; i < y->count; i++)
        if (lp_tensor_at(y, i) != 0 && lp_tensor_at(y, i) != 1)
            return true;
    return false;
}

static int read_given(lp_label_set *l, lp_stream *s, lp_error *e) {
    if (!lp_stream_has(s, "classes"))
        return 0;
    l->given = lp_stream_get(s, "classes", e);
    if (l->given == NULL)
        return -1;
    return lp_type_is_string(l->given->type) && l->given->ndim == 1
               ? 0
               : lp_fail(e, "classes are not names, a text each");
}

int lp_label_set_read(lp_label_set *l, lp_stream *s, const char *const *name, size_t n,
                      lp_error *e) {
    l->labels = lp_arena_alloc(&l->memory, n, sizeof *l->labels);
    l->place = lp_arena_alloc(&l->memory, n, sizeof *l->place);
    if (read_given(l, s, e))
        return -1;
    for (size_t i = 0; i < n; i++) {
        if (!lp_stream_has(s, name[i]))
            continue;
        lp_labels *part = &l->labels[l->parts];
        if (lp_labels_read(s, name[i], &l->texts, &l->memory, part, e))
            return -1;
        l->place[l->parts++] = lp_arena_alloc(&l->memory, part->n, sizeof **l->place);
        l->rows += part->n;
    }
    return 0;
}

void lp_label_set_free(lp_label_set *l) {
    lp_names_free(&l->name);
    lp_names_free(&l->texts);
    lp_arena_free(&l->memory);
}

int lp_label_set_number(lp_label_set *l, lp_error *e) {
    LP_CLEANUP(lp_classes_free) lp_classes classes;
    if (lp_classes_of(l->given, l->labels, l->parts, &l->texts, &classes, e))
        return -1;
    for (size_t i = 0; i < l->parts; i++)
        lp_classes_places(&classes, &l->labels[i], l->place[i]);
    l->count = classes.count;
    return classes.names.data != NULL ? lp_names_read(&l->name, &classes.names, "classes", e) : 0;
}

/* The name that the data has for label r of a part. */
static int name_of(const lp_label_set *l, const lp_labels *part, size_t r, char **name,
                   lp_error *e) {
    char value[24];
    snprintf(value, sizeof value, "%" PRId64, part->value[r]);
    *name = part->is_text      ? lp_strdup(l->texts.item[part->value[r]])
            : l->given == NULL ? lp_strdup(value)
                               : lp_tensor_string(l->given, (size_t)part->value[r], e);
    return *name != NULL ? 0 : -1;
}

/* The names of the model's classes: its own, or else those that the data has for their places. */
static int add_model_names(lp_label_set *l, const lp_tensor *model, size_t count, lp_error *e) {
    if (model != NULL)
        return lp_names_read(&l->name, model, "model.classes", e);
    for (size_t k = 0; k < count; k++) {
        LP_CLEANUP(lp_free) char *name = NULL;
        int64_t value = (int64_t)k;
        const lp_labels place = {.n = 1, .value = &value};
        bool is_given = l->given != NULL && k < l->given->count;
        const lp_label_set numbered = {.given = is_given ? l->given : NULL};
        if (name_of(&numbered, &place, 0, &name, e))
            return -1;
        if (lp_names_add(&l->name, name) != k)
            return lp_fail(e, "two classes are called '%s'", name);
    }
    return 0;
}

/* Gives the rows whose class the model does not know one after its classes. */
static int number_unknown(lp_label_set *l, size_t i, lp_error *e) {
    for (size_t r = 0; r < l->labels[i].n; r++) {
        LP_CLEANUP(lp_free) char *name = NULL;
        if (l->place[i][r] >= 0)
            continue;
        if (name_of(l, &l->labels[i], r, &name, e))
            return -1;
        l->place[i][r] = (int32_t)lp_names_add(&l->name, name);
        l->unknown++;
    }
    return 0;
}

int lp_label_set_match(lp_label_set *l, const lp_tensor *model, size_t count, lp_error *e) {
    if (add_model_names(l, model, count, e))
        return -1;
    for (size_t i = 0; i < l->parts; i++)
        if (lp_classes_match(l->given, &l->texts, &l->labels[i], model, count, l->place[i], e) ||
            number_unknown(l, i, e))
            return -1;
    l->count = l->name.count;
    if (model == NULL && l->given == NULL && l->unknown == 0)
        lp_names_free(&l->name); /* neither the data nor the model names them */
    return 0;
}

/* ---- by the classes of a model ---- */

/* Whether the labels of part i are numbered otherwise than they are. */
static bool changes(const lp_label_set *l, size_t i) {
    const lp_labels *part = &l->labels[i];
    bool same = !part->is_text;
    for (size_t r = 0; same && r < part->n; r++)
        same = l->place[i][r] == part->value[r];
    return !same;
}

static void put_part(const lp_label_set *l, size_t i, lp_stream *s) {
    lp_tensor y = lp_tensor_vector(LP_I8, l->labels[i].n);
    for (size_t r = 0; r < l->labels[i].n; r++)
        ((int64_t *)y.data)[r] = l->place[i][r];
    lp_stream_put(s, l->labels[i].name, &y);
}

int lp_labels_recode(lp_stream *s, const lp_tensor *model, lp_buffer *warnings, lp_error *e) {
    LP_CLEANUP(lp_label_set_free) lp_label_set l = {0};
    bool changed = false;
    if (lp_label_set_read(&l, s, LP_LABEL_TENSORS, LP_LABEL_TENSOR_COUNT, e) ||
        lp_label_set_match(&l, model, model->count, e))
        return -1;
    for (size_t i = 0; i < l.parts; i++)
        changed = changed || changes(&l, i);
    for (size_t i = 0; i < l.parts && changed; i++)
        put_part(&l, i, s);
    if (l.unknown > 0 && warnings != NULL)
        lp_buffer_printf(warnings,
                         "%zu of %zu rows are of a class that is not among the model's classes\n",
                         l.unknown, l.rows);
    lp_stream_put_strings(s, "classes", l.name.item, l.name.count);
    return 0;
}
