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
static int grow(lp_names *names, lp_error *e) {
    size_t capacity = names->capacity ? 2 * names->capacity : 32;
    char **item = lp_alloc(capacity, sizeof *item, e);
    size_t *slot = item != NULL ? lp_alloc_zero(2 * capacity, sizeof *slot, e) : NULL;
    if (slot == NULL) {
        free(item);
        return -1;
    }
    if (names->count > 0)
        memcpy(item, names->item, names->count * sizeof *item);
    free(names->item);
    free(names->slot);
    names->item = item;
    names->capacity = capacity;
    names->slot = slot;
    names->slots = 2 * capacity;
    for (size_t i = 0; i < names->count; i++)
        slot[slot_of(names, item[i])] = i + 1;
    return 0;
}

int lp_names_add(lp_names *names, const char *name, size_t *number, lp_error *e) {
    if (lp_names_find(names, name, number))
        return 0;
    if (names->count == names->capacity && grow(names, e))
        return -1;
    char *copy = lp_alloc(strlen(name) + 1, 1, e);
    if (copy == NULL)
        return -1;
    strcpy(copy, name);
    *number = names->count;
    names->item[names->count++] = copy;
    names->slot[slot_of(names, name)] = names->count;
    return 0;
}

void lp_names_free(lp_names *names) {
    for (size_t i = 0; i < names->count; i++)
        free(names->item[i]);
    free(names->item);
    free(names->slot);
    *names = (lp_names){0};
}
