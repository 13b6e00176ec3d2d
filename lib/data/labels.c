#include "data/labels.h"

#include "data/classes.h"

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

/* ---- by the classes of a model ---- */

static const char *const y_names[] = {"y", "y_train", "y_val", "y_test"};
enum { PARTS = sizeof y_names / sizeof *y_names };

/* The labels of a stream, as it has them and as the model numbers them. */
typedef struct {
    lp_labels labels[PARTS];
    int32_t *place[PARTS]; /* -1 for a class that the model does not know */
    size_t rows, unknown;
    bool changes; /* some label gets another number */
    lp_names texts;
    const lp_tensor *names; /* the stream's classes, or NULL */
    lp_arena memory;
} all_labels;

static void free_all(all_labels *all) {
    lp_names_free(&all->texts);
    lp_arena_free(&all->memory);
}

static int read_part(all_labels *all, int i, lp_stream *s, const lp_tensor *model, lp_error *e) {
    lp_labels *l = &all->labels[i];
    if (!lp_stream_has(s, y_names[i]))
        return 0;
    if (lp_labels_read(s, y_names[i], &all->texts, &all->memory, l, e))
        return -1;
    all->place[i] = lp_arena_alloc(&all->memory, l->n, sizeof **all->place);
    if (lp_classes_match(all->names, &all->texts, l, model, model->count, all->place[i], e))
        return -1;
    all->rows += l->n;
    all->changes = all->changes || l->is_text;
    for (size_t r = 0; r < l->n; r++) {
        all->unknown += all->place[i][r] < 0;
        all->changes = all->changes || all->place[i][r] != l->value[r];
    }
    return 0;
}

/* The name of label r, by which a class that the model does not know is listed. */
static int name_of(const all_labels *all, const lp_labels *l, size_t r, lp_names *names,
                   size_t *number, lp_error *e) {
    LP_CLEANUP(lp_free) char *given = NULL;
    char value[24];
    snprintf(value, sizeof value, "%lld", (long long)l->value[r]);
    if (!l->is_text && all->names != NULL &&
        (given = lp_tensor_string(all->names, (size_t)l->value[r], e)) == NULL)
        return -1;
    *number = lp_names_add(names, l->is_text      ? all->texts.item[l->value[r]]
                                  : given != NULL ? given
                                                  : value);
    return 0;
}

/* y as numbers among `names`, the model's classes and then others. */
static int put_part(const all_labels *all, int i, lp_stream *s, lp_names *names, lp_error *e) {
    const lp_labels *l = &all->labels[i];
    if (l->name == NULL)
        return 0;
    LP_CLEANUP(lp_tensor_free) lp_tensor y = lp_tensor_vector(LP_I8, l->n);
    for (size_t r = 0; r < l->n; r++) {
        size_t number = (size_t)all->place[i][r];
        if (all->place[i][r] < 0 && name_of(all, l, r, names, &number, e))
            return -1;
        ((int64_t *)y.data)[r] = (int64_t)number;
    }
    lp_stream_put(s, l->name, &y);
    return 0;
}

static int recode(all_labels *all, lp_stream *s, const lp_tensor *model, lp_buffer *warnings,
                  lp_error *e) {
    LP_CLEANUP(lp_names_free) lp_names names = {0};
    if (lp_stream_has(s, "classes") && (all->names = lp_stream_get(s, "classes", e)) == NULL)
        return -1;
    for (int i = 0; i < PARTS; i++)
        if (read_part(all, i, s, model, e))
            return -1;
    for (size_t k = 0; k < model->count; k++) {
        LP_CLEANUP(lp_free) char *name = lp_tensor_string(model, k, e);
        if (name == NULL)
            return -1;
        lp_names_add(&names, name);
    }
    for (int i = 0; i < PARTS && (all->changes || all->unknown > 0); i++)
        if (put_part(all, i, s, &names, e))
            return -1;
    if (all->unknown > 0 && warnings != NULL)
        lp_buffer_printf(warnings,
                         "%zu of %zu rows are of a class that is not among the model's classes\n",
                         all->unknown, all->rows);
    lp_stream_put_strings(s, "classes", names.item, names.count);
    return 0;
}

int lp_labels_recode(lp_stream *s, const lp_tensor *model, lp_buffer *warnings, lp_error *e) {
    LP_CLEANUP(free_all) all_labels all = {0};
    return recode(&all, s, model, warnings, e);
}
