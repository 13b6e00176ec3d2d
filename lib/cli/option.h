/* Option tables: one row declares an option, and that row alone drives parsing, --help, the
 * manual page, the shell completion and the recipe.
 *
 *     #define ROW(name, member) LP_ROW(name, lp_split_options, member)
 *     static const lp_option options[] = {
 *         {ROW("train", train), .metavar = "SHARE", .default_value = "0.8", .help = "..."},
 *         {0},
 *     }; */
#ifndef LP_CLI_OPTION_H
#define LP_CLI_OPTION_H

#include "base/error.h"
#include "base/values.h"

/* What an option's word is parsed into; the type in brackets is the member's. Numbers are parsed
 * strictly: the whole word, finite, within [min, max] (without an end that the row opens). */
typedef enum {
    LP_OPTION_FLAG,       /* no word (bool) */
    LP_OPTION_INT,        /* a whole number (int64_t) */
    LP_OPTION_SEED,       /* 0 .. 2^64-1 (uint64_t) */
    LP_OPTION_REAL,       /* a number (double) */
    LP_OPTION_TEXT,       /* anything (const char *); NULL when absent and without default */
    LP_OPTION_CHOICE,     /* one of row.choices, "a|b|c" (an enum or int: its place, from 0) */
    LP_OPTION_INTS,       /* 20,20 (lp_ints) */
    LP_OPTION_REALS,      /* 0.5,-1 (lp_reals) */
    LP_OPTION_TEXTS,      /* given any number of times, each a text (lp_texts) */
    LP_OPTION_REALS_LIST, /* given any number of times, each 1,2,3 (lp_reals_list) */
    LP_OPTION_SHARE,      /* 0 < share < 1 with a point, or a whole count (lp_share) */
    LP_OPTION_RANGE,      /* A:B, half open, either may be missing (lp_range) */
    LP_OPTION_SIZE,       /* 800x600: width and height, each within the bounds (lp_size) */
    LP_OPTION_CUSTOM,     /* row.parse (any other type) */
} lp_option_kind;

/* A row's name, the member of a struct that holds its value, and its kind, which follows from the
 * member's type. */
#define LP_ROW(option, type, member)                                                               \
    .name = option, .offset = offsetof(type, member), .size = sizeof(((type *)0)->member),         \
    .kind = LP_KIND_OF(((type *)0)->member)
#define LP_KIND_OF(member)                                                                         \
    _Generic((member),                                                                             \
        bool: LP_OPTION_FLAG,                                                                      \
        int64_t: LP_OPTION_INT,                                                                    \
        uint64_t: LP_OPTION_SEED,                                                                  \
        double: LP_OPTION_REAL,                                                                    \
        const char *: LP_OPTION_TEXT,                                                              \
        int: LP_OPTION_CHOICE,                                                                     \
        unsigned: LP_OPTION_CHOICE,                                                                \
        lp_ints: LP_OPTION_INTS,                                                                   \
        lp_reals: LP_OPTION_REALS,                                                                 \
        lp_texts: LP_OPTION_TEXTS,                                                                 \
        lp_reals_list: LP_OPTION_REALS_LIST,                                                       \
        lp_share: LP_OPTION_SHARE,                                                                 \
        lp_range: LP_OPTION_RANGE,                                                                 \
        lp_size: LP_OPTION_SIZE,                                                                   \
        default: LP_OPTION_CUSTOM)

enum {
    LP_NOT_IN_RECIPE = 1, /* cannot change a byte of the output: --threads */
    LP_REQUIRED = 2,      /* wherever row.requires holds */
    LP_OPEN_MIN = 4,      /* min itself is not allowed */
    LP_OPEN_MAX = 8,
    LP_RATIO = 16,      /* a real may be written as one number divided by another: 1/255 */
    LP_RUN_LENGTH = 32, /* --epochs: how far a training run goes */
};

typedef struct lp_option {
    const char *name; /* "train", without the dashes; "n" with the letter 'n' is only -n */
    char letter;      /* 'n' for -n; 0 for none */
    lp_option_kind kind;
    size_t offset, size;       /* of the member in the tool's options struct */
    const char *metavar;       /* what --help calls the value: "N", "RATE"; NULL for a flag */
    const char *default_value; /* as text, parsed like a given word and written into the recipe
                                * where the option is missing; NULL: none */
    double min, max;           /* both 0: unbounded; max INFINITY: from min on */
    const char *choices;       /* LP_OPTION_CHOICE: "svd|gd|sgd" */
    unsigned flags;
    const char *requires;  /* needs another option's presence, "rows|cols", or value,
                              "method=gd|sgd",  or either, "bias|method=bias" */
    const char *conflicts; /* "steps|sample": not together with any of these */
    const char *help;      /* one sentence, no full stop */
    int (*parse)(const char *word, void *member, lp_error *e); /* LP_OPTION_CUSTOM */
    const char *synonym;   /* an old name: it still parses, the recipe has the new one */
    const char *elsewhere; /* "test-size|train-size": names that other programs have for it, for
                              "did you mean" */
} lp_option;

#endif
