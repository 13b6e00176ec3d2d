#include "data/names.h"

#include "base/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The slot that holds name, or the free one where it would go (FNV-1a, 64 bits). */
static size_t slot_of(const lp_names *names, const char *name) {
    uint64_t hash = 0xcbf29ce484222325u;
    for (const char *p = name; *p != '\0'; p++)
        hash = (hash ^ (unsigned char)*p) * 0x100000001b3u;
    size_t i = (size_t)hash & (names->slots - 1);
    while (names->slot[i] != 0 && strcmp(names->item[names->slot[i] - 1], name) != 0)
        i = (i + 1) & (names->slots - 1);
    return i;
}

bool lp_names_find(const lp_names *names, const char *name, size_t *number) {
    size_t found = names->slots == 0 ? 0 : names->slot[slot_of(names, name)];
    if (found == 0)
        return false;
    *number = found - 1;
    return true;
}

/* Twice the room, for both the names and their slots. */
static void grow(lp_names *names) {
    names->item = lp_grow(names->item, names->count, &names->capacity, sizeof *names->item);
    free(names->slot);
    names->slots = 2 * names->capacity;
    names->slot = lp_alloc_zero(names->slots, sizeof *names->slot);
    for (size_t i = 0; i < names->count; i++)
        names->slot[slot_of(names, names->item[i])] = i + 1;
}

size_t lp_names_add(lp_names *names, const char *name) {
    size_t number;
    if (lp_names_find(names, name, &number))
        return number;
    if (names->count == names->capacity)
        grow(names);
    number = names->count++;
    names->item[number] = lp_arena_strdup(&names->texts, name);
    names->slot[slot_of(names, name)] = names->count;
    return number;
}

void lp_names_free(lp_names *names) {
    free(names->item);
    free(names->slot);
    lp_arena_free(&names->texts);
    *names = (lp_names){0};
}
