/* Texts numbered 0.. in the order of their first appearance: classes, users, titles. */
#ifndef LP_DATA_NAMES_H
#define LP_DATA_NAMES_H

#include "base/dictionary.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/tensor.h"

#include <stdbool.h>
#include <stddef.h>

/* Starts as {0}, freed with lp_names_free. */
typedef struct {
    const char **item; /* (count) */
    size_t count, capacity;
    lp_arena texts;
    lp_dictionary numbers;
} lp_names;

/* The number of the name, which is added (copied) where it is new. */
size_t lp_names_add(lp_names *names, const char *name);

/* Adds the texts of a tensor to names that are empty: name i is element i. `what` they are is for
 * errors. Refused: a text twice, an invalid one. */
int lp_names_read(lp_names *names, const lp_tensor *t, const char *what, lp_error *e);

/* True where both tensors hold the same texts in the same order. */
bool lp_names_are_same(const lp_tensor *a, const lp_tensor *b);

/* Looks the name up without adding it; false if it is new. */
bool lp_names_find(const lp_names *names, const char *name, size_t *number);

/* order[0 .. count-1] = the names' numbers, sorted by their bytes; by value where all are decimal
 * numbers. */
void lp_names_sort(const lp_names *names, size_t *order);

void lp_names_free(lp_names *names);

#endif
