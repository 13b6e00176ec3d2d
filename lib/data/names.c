#include "data/names.h"

#include "base/memory.h"
#include "io/number.h"

#include <stdlib.h>
#include <string.h>

/* A name as the arena holds it. */
typedef struct {
    size_t number;
    char text[];
} entry;

bool lp_names_find(const lp_names *names, const char *name, size_t *number) {
    const entry *found = lp_dictionary_get(&names->numbers, name);
    if (found != NULL)
        *number = found->number;
    return found != NULL;
}

size_t lp_names_add(lp_names *names, const char *name) {
    size_t number;
    if (lp_names_find(names, name, &number))
        return number;
    const size_t size = strlen(name) + 1;
    entry *added = lp_arena_alloc(&names->texts, sizeof *added + size, 1);
    added->number = names->count;
    memcpy(added->text, name, size);
    names->item = lp_grow(names->item, names->count, &names->capacity, sizeof *names->item);
    names->item[names->count++] = added->text;
    lp_dictionary_put(&names->numbers, added->text, added);
    return added->number;
}

int lp_names_read(lp_names *names, const lp_tensor *t, const char *what, lp_error *e) {
    for (size_t i = 0; i < t->count; i++) {
        LP_CLEANUP(lp_free) char *text = lp_tensor_string(t, i, e);
        if (text == NULL)
            return lp_within(e, "%s", what);
        if (lp_names_add(names, text) != i)
            return lp_fail(e, "%s: '%s' occurs twice", what, text);
    }
    return 0;
}

bool lp_names_are_same(const lp_tensor *a, const lp_tensor *b) {
    lp_error invalid; /* an invalid text is like no other */
    bool same = a->count == b->count;
    for (size_t i = 0; same && i < a->count; i++) {
        LP_CLEANUP(lp_free) char *x = lp_tensor_string(a, i, &invalid);
        LP_CLEANUP(lp_free) char *y = lp_tensor_string(b, i, &invalid);
        same = x != NULL && y != NULL && strcmp(x, y) == 0;
    }
    return same;
}

/* A name among those that are sorted. */
typedef struct {
    const char *text;
    double value; /* where all are numbers */
    size_t number;
} named;

static int compare_values(const void *a, const void *b) {
    const named *x = a, *y = b;
    return x->value != y->value ? (x->value > y->value) - (x->value < y->value)
                                : strcmp(x->text, y->text);
}

static int compare_texts(const void *a, const void *b) {
    return strcmp(((const named *)a)->text, ((const named *)b)->text);
}

void lp_names_sort(const lp_names *names, size_t *order) {
    named *sorted = lp_alloc(names->count, sizeof *sorted);
    bool all_numbers = true;
    for (size_t i = 0; i < names->count; i++) {
        const char *text = names->item[i], *end = text + strlen(text);
        sorted[i] = (named){text, 0, i};
        all_numbers = lp_number_read(text, end, '.', &sorted[i].value) == end && all_numbers;
    }
    qsort(sorted, names->count, sizeof *sorted, all_numbers ? compare_values : compare_texts);
    for (size_t i = 0; i < names->count; i++)
        order[i] = sorted[i].number;
    free(sorted);
}

void lp_names_free(lp_names *names) {
    free(names->item);
    lp_dictionary_free(&names->numbers);
    lp_arena_free(&names->texts);
    *names = (lp_names){0};
}
