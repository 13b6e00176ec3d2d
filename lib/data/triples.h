/* Triples as CSV, one a row: a row's id, a column's id and a value, such as user, item and rating.
 * They become a sparse matrix (data/sparse.h) whose rows and columns are numbered in the order in
 * which their ids first appear. */
#ifndef LP_DATA_TRIPLES_H
#define LP_DATA_TRIPLES_H

#include "base/error.h"
#include "data/table.h"
#include "io/stream.h"

#include <stddef.h>

/* Columns: their names, or their numbers from 1. */
typedef struct {
    const char *row, *col, *value;
} lp_triples_columns;

/* A table that names ids. */
typedef struct {
    const char *path, *id, *text; /* id and text are columns */
} lp_triples_names;

/* What they are called on a command line (LP_OPTION_CUSTOM): "userId,movieId,rating", and, split at
 * its last two colons, "movies.csv:movieId:title". The parts are copies that live on. */
int lp_triples_parse_columns(const char *word, void *columns, lp_error *e);
int lp_triples_parse_names(const char *word, void *names, lp_error *e);

typedef struct {
    lp_header header;
    char separator;
    lp_triples_columns columns;
} lp_triples_options;

typedef struct lp_triples lp_triples;

/* No entries yet; the options are borrowed. Freed with lp_triples_free. */
lp_triples *lp_triples_new(const lp_triples_options *options, lp_error *e);
void lp_triples_free(lp_triples *t);

/* Reads the entries of one file behind those that are there. Ids are any text but an empty one, "7"
 * and "07" are two; a value is a finite decimal number. Other columns are left out. A fault is
 * named by row (from 1, the header not among them), line and column; `name` has to live as long as
 * the triples. */
int lp_triples_add(lp_triples *t, const char *name, const char *bytes, size_t size, lp_error *e);

/* Puts `row col data shape format` and the ids as `rows` and `cols`, U. Refused: no entries at all,
 * a row and column that are there twice (with both places). */
int lp_triples_put(lp_triples *t, lp_stream *s, lp_error *e);

/* Replaces the ids in `cols` by the names that a table, whose bytes are given, has for them. Names
 * that no id asks for are left out; one that several ids share gets " [ID]" behind it in each.
 * Refused: an id without a name, an id that is named twice, an empty name. */
int lp_triples_name_cols(lp_stream *s, const lp_triples_options *options,
                         const lp_triples_names *names, const char *bytes, size_t size,
                         lp_error *e);

#endif
