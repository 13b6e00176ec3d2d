/* Dense tables as CSV. Read: rows of numbers that all have the same columns, with or without a
 * column of labels, file after file, into `x`, `y`, `classes` and `features`. Written: tensors side
 * by side, a row of each a line. */
#ifndef LP_DATA_TABLE_H
#define LP_DATA_TABLE_H

#include "base/error.h"
#include "base/values.h"
#include "io/csv.h"
#include "io/source.h"
#include "io/stream.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Whether a file's first row holds the columns' names. */
typedef enum {
    LP_HEADER_AUTO, /* it does where none of its cells is a number; where its numbers are 0, 1, 2,
                     * ..., nobody can tell, and the file is refused */
    LP_HEADER_YES,
    LP_HEADER_NO,
} lp_header;

/* What an earlier table says about the columns of the next one (lp_table_learn). */
typedef struct {
    bool given;
    size_t width;                        /* columns of x */
    lp_texts features, classes, missing; /* count 0: it has none */
    lp_arena arena;                      /* of these texts */
} lp_table_likeness;

/* Columns are named or given by number: from 1, or from -1 for the last one, -2 for the one before
 * it. A text that is a list names several, "a,b" (unless a column is called so). */
typedef struct {
    lp_header header;
    lp_csv_format format;
    const char *label;   /* the column of classes, NULL: none */
    const char *target;  /* the column of numbers to predict, NULL: none */
    const char *id;      /* the column that tells the rows apart, NULL: none */
    lp_texts columns;    /* the columns of x in their order; none: all that are left */
    lp_texts drop;       /* columns to leave out */
    lp_texts categories; /* columns that become a column of 0 and 1 for each of their texts */
    lp_texts missing;    /* lists of the texts that mean NaN: "?,NA," has the empty one too */
    lp_table_likeness like;
} lp_table_options;

/* Takes from the stream of an earlier table what the next one has to have, for options.like. To be
 * freed with lp_arena_free(&like->arena), also where it fails. */
int lp_table_learn(lp_table_likeness *like, lp_stream *earlier, lp_error *e);

/* Whether a file, whose first row c is at, begins with a header. */
bool lp_table_has_header(lp_header header, const lp_csv *c);

/* *column = the place of the column called `called`: by name (names is NULL where the file has
 * none), else by number. */
int lp_table_find_column(const char *const *names, size_t columns, const char *called,
                         size_t *column, lp_error *e);

typedef struct lp_table lp_table;

/* An empty table; the options are borrowed. Freed with lp_table_free. */
lp_table *lp_table_new(const lp_table_options *options);

/* Appends the rows of one file. Messages say "reading NAME: row 7 (line 8), column petal_width:
 * 'abc' is not a number"; rows count from 1, without the header. */
int lp_table_add(lp_table *t, const lp_file *file, lp_error *e);

/* Puts what was read into the stream:
 *   x         f8 [n, d], the double nearest to each cell, NaN where it is missing
 *   y         of options->label: i8 [n], classes in sorted order (data/labels.h); of
 *             options->target: f8 [n]
 *   classes   U [k], see there; those of options->like where it has any
 *   features  U [d], the columns' names, "COLUMN=TEXT" for a category; only where the files have
 *             a header or there are categories (a column without a name goes by its number)
 *   ids       U [n], the texts of options->id
 *   missing   U [m], the texts that mean NaN, where any are given
 * A table without rows, or without columns for x, is an error. */
int lp_table_put(lp_table *t, lp_stream *s, lp_error *e);

void lp_table_free(lp_table *t);

typedef struct {
    char separator;
    bool no_header;   /* leave out the line with the columns' names */
    bool class_names; /* write labels, in y, y_train, ... and y_pred, as the names of their classes,
                         where they have any: a column of texts, also for one-hot rows */
} lp_table_format;

/* Writes the named tensors of the stream side by side; without names (n is 0) x and, if present,
 * ids before it and y after it. All need the same number of rows. Numbers are the shortest text
 * that reads back the same. A single column has its tensor's name; the columns of x, x_train, ...
 * have those in `features`, where their numbers agree; others are NAME_0, NAME_1, ... */
int lp_table_write(lp_stream *s, const char *const *names, size_t n, const lp_table_format *format,
                   FILE *out, lp_error *e);

#endif
