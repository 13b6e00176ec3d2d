/* Triples in CSV files: each line is a row's id, a column's id and a value, such as user, item and
 * rating. They become a sparse matrix (data/sparse.h) whose rows and columns are numbered in the
 * order in which their ids first appear. */
#ifndef LP_DATA_TRIPLES_H
#define LP_DATA_TRIPLES_H

#include "base/error.h"
#include "data/table.h"
#include "io/stream.h"

#include <stddef.h>

/* Columns, by name or number from 1. */
typedef struct {
    const char *row, *col, *value;
} lp_triples_columns;

/* A table that names ids. */
typedef struct {
    const char *path, *id, *text; /* id and text are columns */
} lp_triples_names;

/* Parse them on a command line: "userId,movieId,rating" and, split at its last two colons,
 * "movies.csv:movieId:title". The parts are copies that are never freed. */
int lp_triples_parse_columns(const char *word, void *columns, lp_error *e);
int lp_triples_parse_names(const char *word, void *names, lp_error *e);

typedef struct {
    lp_table_options table; /* its header and format are used */
    lp_triples_columns columns;
    lp_triples_names names;
} lp_triples_options;

typedef struct lp_triples lp_triples;

/* No entries yet; the options are borrowed. Freed with lp_triples_free. */
lp_triples *lp_triples_new(const lp_triples_options *options);
void lp_triples_free(lp_triples *t);

/* Appends the entries of one file. Ids are any text but an empty one ("7" and "07" differ); a value
 * is a finite decimal number. Other columns are ignored. A fault is named by row (from 1, without
 * the header), line and column. file->name has to outlive the triples. */
int lp_triples_add(lp_triples *t, const lp_file *file, lp_error *e);

/* Puts `row col data shape format` and the ids as `rows` and `cols`, U. Refused: no entries at all,
 * a row and column that occur twice (with both places). */
int lp_triples_put(lp_triples *t, lp_stream *s, lp_error *e);

/* Replaces the ids in `cols` by their names in the table options->names, whose file is given. Names
 * of other ids are ignored; a name that several ids share gets " [ID]" after it in each. Refused:
 * an id without a name, an id that is named twice, an empty name. */
int lp_triples_name_cols(lp_stream *s, const lp_triples_options *options, const lp_file *file,
                         lp_error *e);

#endif
