#include "data/names.h"

#include "base/memory.h"

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

void lp_names_free(lp_names *names) {
    free(names->item);
    lp_dictionary_free(&names->numbers);
    lp_arena_free(&names->texts);
    *names = (lp_names){0};
}
