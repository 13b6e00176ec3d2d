/* Option tables: one row declares an option, and that row alone drives parsing, --help, the
 * manual page, the shell completion and the recipe. */
#ifndef LP_CLI_OPTION_H
#define LP_CLI_OPTION_H

#include "base/error.h"
#include "base/values.h"

#include <stddef.h>

/* What an option's word is parsed into; the type in brackets is the member's. Numbers are parsed
 * strictly: the whole word, finite, within [min, max] (an open end where the row says so). */
typedef enum {
    LP_OPTION_FLAG,       /* no word (bool) */
    LP_OPTION_INT,        /* a whole number (int64_t) */
    LP_OPTION_SEED,       /* 0 .. 2^64-1 (uint64_t); always in the recipe */
    LP_OPTION_REAL,       /* a number (double) */
    LP_OPTION_RATIO,      /* a number, or one divided by another: 1/255 (double) */
    LP_OPTION_TEXT,       /* anything (const char *); NULL when absent and without default */
    LP_OPTION_CHOICE,     /* one of row.choices, "a|b|c" (int: its place, from 0) */
    LP_OPTION_INTS,       /* 20,20 (lp_ints) */
    LP_OPTION_REALS,      /* 0.5,-1 (lp_reals) */
    LP_OPTION_TEXTS,      /* given any number of times, each a text (lp_texts) */
    LP_OPTION_REALS_LIST, /* given any number of times, each 1,2,3 (lp_reals_list) */
    LP_OPTION_SHARE,      /* 0 < share < 1 with a point, or a whole count (lp_share) */
    LP_OPTION_RANGE,      /* A:B, half open, either may be missing (lp_range) */
    LP_OPTION_SIZE,       /* 800x600: width and height, each within the bounds (lp_size) */
    LP_OPTION_CUSTOM,     /* row.parse */
} lp_option_kind;

enum {
    LP_NOT_IN_RECIPE = 1, /* cannot change a byte of the output: --threads */
    LP_REQUIRED = 2,
    LP_OPEN_MIN = 4, /* min itself is not allowed */
    LP_OPEN_MAX = 8,
};

typedef struct lp_option {
    const char
        *name;   /* "train", without the dashes; where it is the letter alone, there is no --n */
    char letter; /* 'n' for -n; 0 where there is none */
    lp_option_kind kind;
    size_t offset;        /* of the member in the tool's options struct */
    const char *metavar; /* what the value is called in --help: "N", "RATE"; NULL for a flag */
    const char *default_value; /* the default as text, parsed like a given word; NULL: none */
    double min, max;      /* both 0: unbounded */
    const char *choices;  /* LP_OPTION_CHOICE: "svd|gd|sgd" */
    unsigned flags;
    /* Refusals, as data: this option goes only with another one's value ("method=gd|sgd", or
     * "checkpoint": whenever that one is given), and not together with these ("steps|sample"). */
    const char *requires;
    const char *conflicts;
    const char *help; /* what it does: one sentence, no full stop */
    int (*parse)(const char *word, void *member, lp_error *e); /* LP_OPTION_CUSTOM */
} lp_option;

#endif
