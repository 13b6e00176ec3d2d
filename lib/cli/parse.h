/* The command line against an option table: one word to one value, and one line of words to a
 * struct of values. Used by cli/tool; nothing here prints or exits. */
#ifndef LP_CLI_PARSE_H
#define LP_CLI_PARSE_H

#include "base/error.h"
#include "base/memory.h"
#include "cli/option.h"

#include <stdbool.h>
#include <stddef.h>

enum { LP_MAX_OPTIONS = 64 }; /* rows in both tables of a tool together */

/* One table and the struct that its offsets point into. */
typedef struct {
    const lp_option *rows; /* ends with {0} */
    void *values;
} lp_option_table;

/* A parsed command line. */
typedef struct {
    lp_option_table table[2]; /* the tool's own options, then the common ones */
    bool given[2][LP_MAX_OPTIONS];
    lp_texts words[2][LP_MAX_OPTIONS]; /* the words of each option, as they were typed */
    const char *raw[LP_MAX_OPTIONS]; /* what stands in the recipe, unquoted, in place of the word of
                                        an option of table[0]; NULL: the word itself */
    lp_texts operands;
} lp_command;

/* Parses argv[1..argc) by c->table; defaults are put in first. Strings stay borrowed from argv;
 * lists live until the process ends. Errors are of status LP_USAGE. */
int lp_command_parse(lp_command *c, int argc, char **argv, lp_error *e);

/* One word into the member of an option's row. */
int lp_option_parse(const lp_option *row, const char *word, void *values, lp_error *e);

/* The row called NAME (without dashes) in a table; NULL where there is none. */
const lp_option *lp_option_find(const lp_option *rows, const char *name);

/* Appends " --train 0.8 --seed 0": what of table[0] (and of the common rows) decides the output,
 * in the order of the rows. */
int lp_command_recipe(const lp_command *c, lp_buffer *b, lp_error *e);

/* False for a row whose name is its letter: "n" with 'n' is typed -n, "x" without a letter --x. */
bool lp_option_is_long(const lp_option *row);

/* How an option is typed: "-n" or "--train". */
const char *lp_option_spelling(const lp_option *row, char text[64]);

#endif
