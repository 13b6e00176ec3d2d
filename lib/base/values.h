/* Values that a command line gives and the library takes: lists, a share, a range, a choice. */
#ifndef LP_BASE_VALUES_H
#define LP_BASE_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    int64_t *item;
    size_t count;
} lp_ints;

typedef struct {
    double *item;
    size_t count;
} lp_reals;

typedef struct {
    const char **item;
    size_t count;
} lp_texts;

typedef struct {
    lp_reals *item;
    size_t count;
} lp_reals_list;

typedef struct {
    bool is_count;
    double fraction; /* where !is_count */
    size_t count;    /* where is_count */
} lp_share;

typedef struct {
    size_t from; /* 0 where missing */
    size_t to;   /* SIZE_MAX where missing */
} lp_range;

typedef struct {
    size_t width, height;
} lp_size;

/* A table LIST(ROW) is a macro that says ROW(NAME, "name", ...) for each of its rows. The names, as
 * an option row takes them, are "name|name|...". */
#define LP_CHOICES(LIST) (&(LIST(LP_CHOICE))[1])
#define LP_CHOICE(NAME, name, ...) "|" name

/* The place, from 0, of a word of `length` bytes in "svd|gd|sgd"; -1 where it is not among them. */
int lp_choice_of(const char *choices, const char *word, size_t length);

#endif
