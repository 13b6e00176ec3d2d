/* The command line against option tables. Used by cli/tool; nothing here prints or exits. */
#ifndef LP_CLI_PARSE_H
#define LP_CLI_PARSE_H

#include "base/error.h"
#include "base/memory.h"
#include "cli/option.h"

/* ---- one word (value.c) ---- */

/* Parses a word (NULL: that of a flag) into the row's member of *values. Lists live until the
 * process ends. Errors are LP_USAGE. */
int lp_option_parse(const lp_option *row, const char *word, void *values, lp_error *e);

/* True where the option may be given any number of times. */
bool lp_option_repeats(const lp_option *row);

/* Appends a text to a list. */
void lp_texts_append(lp_texts *texts, const char *text);

/* ---- names that are nearly right (parse.c) ---- */

/* Gathers the names that are nearest to what was typed. Starts as {.typed = text}. */
typedef struct {
    const char *typed;
    size_t best, used; /* how far those in the text are; the text's length */
    char text[200];
} lp_nearest;

/* Considers one name, printed after `dashes`; `elsewhere` is "a|b", other programs' names for it,
 * or NULL. */
void lp_nearest_consider(lp_nearest *n, const char *dashes, const char *name,
                         const char *elsewhere);

/* "did you mean NAME or NAME? ", or "" where no name is near. */
const char *lp_nearest_text(lp_nearest *n);

/* ---- the whole line (parse.c) ---- */

/* One option of a command line: its row, the struct that it is parsed into, and what was typed. */
typedef struct {
    const lp_option *row;
    void *values;
    bool given;
    const char *default_word; /* the row's, unless the tool found another; NULL: none */
    bool unused;              /* what else was given or read leaves its default without a meaning */
    bool holds;      /* not given, but its default decides the output (lp_command_recipe) */
    lp_texts words;  /* as they were typed, "" for a flag */
    const char *raw; /* what the recipe has, unquoted, in place of the words; or NULL */
} lp_setting;

/* A command line. Starts as {0}. */
typedef struct {
    lp_setting *setting; /* (settings) */
    size_t settings;
    lp_texts operands;
} lp_command;

/* Adds a table of options, which ends with {0} and whose offsets point into *values. */
void lp_command_add(lp_command *c, const lp_option *rows, void *values);

/* Parses argv[1..argc) into the options' structs; which hold zeros and the defaults before. Texts
 * stay borrowed from argv. Errors are LP_USAGE. */
int lp_command_parse(lp_command *c, int argc, char **argv, lp_error *e);

/* The option called NAME, without dashes; NULL where the tables have none. */
lp_setting *lp_command_find(const lp_command *c, const char *name);

/* The first option of "tsv|runs" that was given; NULL where none was. */
const lp_setting *lp_command_any_given(const lp_command *c, const char *names);

/* Appends "--train 0.8 --seed 0": the options that decide the output, in the order of the rows, but
 * for rows with one of the flags `leave_out`. */
void lp_command_given(const lp_command *c, unsigned leave_out, lp_buffer *b);

/* The same for a recipe, which says what another version may have another default for: the options
 * that were given and the defaults of those that could have been given beside them. The command
 * line of a recipe has this recipe again. */
void lp_command_recipe(lp_command *c, lp_buffer *b);

/* False for a row whose name is its letter: "n" with 'n' is typed -n, "x" without a letter --x. */
bool lp_option_is_long(const lp_option *row);

/* How an option is typed: "-n" or "--train". */
const char *lp_option_spelling(const lp_option *row, char text[64]);

#endif
