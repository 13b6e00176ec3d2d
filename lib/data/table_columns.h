/* The columns of a table that is being read: which become x, which y, which ids. For data/table. */
#ifndef LP_DATA_TABLE_COLUMNS_H
#define LP_DATA_TABLE_COLUMNS_H

#include "base/dictionary.h"
#include "base/memory.h"
#include "data/names.h"
#include "data/table.h"

typedef enum {
    LP_UNUSED,
    LP_NUMBER,
    LP_CATEGORY,
    LP_LABEL,
    LP_TARGET,
    LP_ID,
    LP_DROPPED,
} lp_role;

typedef struct {
    lp_role role;
    bool has_slot;
    bool shares_name;  /* with another column */
    size_t slot;       /* LP_NUMBER, LP_CATEGORY: its place in a row that has been read */
    lp_names *choices; /* LP_CATEGORY: its texts */
} lp_column;

/* A column of x: a slot's numbers or, of a category, whether its number is `choice`. */
typedef struct {
    size_t slot, choice;
    const char *name; /* in features */
} lp_feature;

#define LP_NO_CHOICE SIZE_MAX

/* Starts as {0}, freed with lp_columns_free. */
typedef struct {
    lp_arena arena;
    size_t count;          /* of the files; 0 until there is one */
    lp_column *column;     /* (count) */
    bool *numeric;         /* (count): what the reader is to read as numbers */
    const char **names;    /* (count), NULL where the files have no header */
    lp_dictionary by_name; /* the columns, the first one of each name */
    bool *has_length;      /* (longest + 1): whether a name is so long */
    size_t longest;        /* of the names */
    size_t slots, *order;  /* (slots): the column of each */
    lp_feature *features;  /* (width), of x; NULL until they are known */
    size_t width;
    bool has_categories;
} lp_columns;

void lp_columns_free(lp_columns *k);

/* Fixes the columns by the first row of the first file, which is the header where it has one. */
int lp_columns_set(lp_columns *k, const lp_table_options *o, const lp_csv *c, bool has_header,
                   lp_error *e);

/* The first row of a further file: it has to have the same columns. */
int lp_columns_check(const lp_columns *k, const lp_csv *c, bool has_header, lp_error *e);

/* Sets the features, once all texts of the categories are known. */
void lp_columns_finish(lp_columns *k);

/* The items of "a,b,": "a", "b" and "". */
lp_texts lp_split_list(lp_arena *arena, const char *list);

/* The end of a message, where a row of one cell looks as if something else separated its cells: "
 * (the file looks separated by ';': --separator ';')"; else "". */
const char *lp_separator_hint(size_t columns, const char *cell);

#endif
