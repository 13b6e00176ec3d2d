#include "data/triples.h"

#include "base/memory.h"
#include "data/names.h"
#include "data/sparse.h"
#include "io/csv.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    int32_t row, col;
    double value;
    size_t place; /* the row of its file, from 1 */
    size_t file;
} entry;

struct lp_triples {
    const lp_triples_options *options;
    lp_names rows, cols;
    lp_buffer entries; /* entry */
    lp_buffer files;   /* const char *: their names */
};

lp_triples *lp_triples_new(const lp_triples_options *options) {
    lp_triples *t = lp_alloc_zero(1, sizeof *t);
    t->options = options;
    return t;
}

void lp_triples_free(lp_triples *t) {
    if (t == NULL)
        return;
    lp_names_free(&t->rows);
    lp_names_free(&t->cols);
    lp_buffer_free(&t->entries);
    lp_buffer_free(&t->files);
    free(t);
}

/* ---- a file's rows ---- */

enum { MAX_COLUMNS = 3 };

/* The columns asked for, in the file that is being read. */
typedef struct {
    size_t wanted;
    const char *called[MAX_COLUMNS];
    size_t column[MAX_COLUMNS];
    size_t cells; /* in every row */
} columns;

static int find_columns(const lp_csv *c, bool has_header, columns *k, lp_error *e) {
    LP_CLEANUP(lp_free) const char **names = has_header ? lp_alloc(c->cells, sizeof *names) : NULL;
    for (size_t i = 0; has_header && i < c->cells; i++)
        names[i] = lp_csv_cell(c, i);
    k->cells = c->cells;
    for (size_t i = 0; i < k->wanted; i++)
        if (lp_table_find_column(names, c->cells, k->called[i], &k->column[i], e))
            return -1;
    for (size_t i = 0; i < k->wanted; i++)
        for (size_t j = 0; j < i; j++)
            if (k->column[i] == k->column[j])
                return lp_fail(e, "'%s' and '%s' are the same column", k->called[j], k->called[i]);
    return 0;
}

/* Calls add for every row of a file, with the row's number from 1. */
static int read_rows(const lp_file *file, const lp_table_options *o, columns *k,
                     int (*add)(void *context, const lp_csv *c, const columns *k, size_t row,
                                lp_error *e),
                     void *context, lp_error *e) {
    lp_csv c;
    lp_csv_begin(&c, file->bytes, file->size, o->format);
    int more = lp_csv_next(&c, e);
    bool has_header = more > 0 && lp_table_has_header(o->header, &c);
    if (more == 0)
        more = lp_fail(e, "it is blank");
    if (more > 0 && find_columns(&c, has_header, k, e))
        more = -1;
    bool *numeric = lp_alloc_zero(c.cells, sizeof *numeric);
    c.numeric = numeric;
    c.numeric_count = c.cells;
    if (more > 0 && k->wanted == MAX_COLUMNS)
        numeric[k->column[2]] = true; /* the values */
    if (more > 0 && has_header)
        more = lp_csv_next(&c, e);
    while (more > 0) {
        size_t row = c.row - has_header;
        int failed = c.cells != k->cells ? lp_fail(e, "%zu cell%s, the first row has %zu", c.cells,
                                                   c.cells == 1 ? "" : "s", k->cells)
                                         : add(context, &c, k, row, e);
        more = failed ? lp_within(e, "row %zu (line %zu)", row, c.line) : lp_csv_next(&c, e);
    }
    lp_csv_free(&c);
    free(numeric);
    return more;
}

static int add_entry(void *context, const lp_csv *c, const columns *k, size_t row, lp_error *e) {
    lp_triples *t = context;
    entry now = {.place = row, .file = t->files.size / sizeof(char *) - 1};
    lp_names *names[] = {&t->rows, &t->cols};
    int32_t *number[] = {&now.row, &now.col};
    for (int i = 0; i < 2; i++) {
        const char *id = lp_csv_cell(c, k->column[i]);
        if (id[0] == '\0')
            return lp_fail(e, "column %.60s: the id is empty", k->called[i]);
        size_t n = lp_names_add(names[i], id);
        if (n >= INT32_MAX)
            return lp_fail(e, "column %.60s: more than 2^31 - 1 ids", k->called[i]);
        *number[i] = (int32_t)n;
    }
    if (lp_csv_value(c, k->column[2], &now.value, e))
        return lp_within(e, "column %.60s", k->called[2]);
    lp_buffer_append(&t->entries, &now, sizeof now);
    return 0;
}

int lp_triples_add(lp_triples *t, const lp_file *file, lp_error *e) {
    const lp_triples_columns *called = &t->options->columns;
    columns k = {3, {called->row, called->col, called->value}, {0}, 0};
    lp_buffer_append(&t->files, &file->name, sizeof file->name);
    if (read_rows(file, &t->options->table, &k, add_entry, t, e))
        return lp_within(e, "reading %s", file->name);
    return 0;
}

/* ---- the matrix ---- */

/* Names the two places of an entry that occurs twice. */
static int refuse_twice(const lp_triples *t, int32_t row, int32_t col, lp_error *e) {
    const entry *entries = (const entry *)t->entries.data, *first = NULL;
    const char *const *files = (const char *const *)t->files.data;
    for (const entry *i = entries;; i++) {
        if (i->row != row || i->col != col)
            continue;
        if (first != NULL)
            return lp_fail(
                e,
                "reading %s: row %zu: '%.60s' and '%.60s' have a value already, in row %zu of %s",
                files[i->file], i->place, t->rows.item[row], t->cols.item[col], first->place,
                files[first->file]);
        first = i;
    }
}

int lp_triples_put(lp_triples *t, lp_stream *s, lp_error *e) {
    size_t count = t->entries.size / sizeof(entry), twice = SIZE_MAX;
    const entry *entries = (const entry *)t->entries.data;
    if (count == 0)
        return lp_fail(e, "there are no rows");
    LP_CLEANUP(lp_sparse_free) lp_sparse m = lp_sparse_new(t->rows.count, t->cols.count, count);
    for (size_t i = 0; i < count; i++) {
        m.row[i] = entries[i].row;
        m.col[i] = entries[i].col;
        m.value[i] = entries[i].value;
    }
    if (lp_sparse_sort(&m, &twice, e))
        return refuse_twice(t, m.row[twice], m.col[twice], e);
    lp_sparse_write(s, "", &m);
    lp_stream_put_strings(s, "rows", t->rows.item, t->rows.count);
    lp_stream_put_strings(s, "cols", t->cols.item, t->cols.count);
    return 0;
}

/* ---- names ---- */

typedef struct {
    lp_names ids;   /* of cols */
    size_t *name;   /* (ids.count) its name's number plus 1 among `names`, 0 until read */
    lp_names names; /* those that ids have, to find the ones that several ids share */
    lp_buffer uses; /* size_t (names.count): how many ids have each */
} naming;

static int add_name(void *context, const lp_csv *c, const columns *k, size_t row, lp_error *e) {
    (void)row;
    naming *n = context;
    size_t id, one = 1;
    const char *key = lp_csv_cell(c, k->column[0]), *name = lp_csv_cell(c, k->column[1]);
    if (!lp_names_find(&n->ids, key, &id))
        return 0;
    if (n->name[id] != 0)
        return lp_fail(e, "%s '%.60s' has a name already", k->called[0], key);
    if (name[0] == '\0')
        return lp_fail(e, "column %.60s: the name is empty", k->called[1]);
    size_t number = lp_names_add(&n->names, name);
    if (number * sizeof one < n->uses.size)
        ((size_t *)n->uses.data)[number]++;
    else
        lp_buffer_append(&n->uses, &one, sizeof one);
    n->name[id] = number + 1;
    return 0;
}

/* Puts the names as cols, one that several ids share followed by its id. */
static int put_names(lp_stream *s, const naming *n, lp_error *e) {
    for (size_t i = 0; i < n->ids.count; i++)
        if (n->name[i] == 0)
            return lp_fail(e, "it has no name for '%.60s'", n->ids.item[i]);
    LP_CLEANUP(lp_arena_free) lp_arena arena = {0};
    const char **text = lp_arena_alloc(&arena, n->ids.count, sizeof *text);
    for (size_t i = 0; i < n->ids.count; i++) {
        const char *id = n->ids.item[i], *name = n->names.item[n->name[i] - 1];
        text[i] = name;
        if (((const size_t *)n->uses.data)[n->name[i] - 1] > 1) {
            char *unique = lp_arena_alloc(&arena, strlen(name) + strlen(id) + 4, 1);
            sprintf(unique, "%s [%s]", name, id);
            text[i] = unique;
        }
    }
    lp_stream_put_strings(s, "cols", text, n->ids.count);
    return 0;
}

static int read_ids(lp_stream *s, lp_names *ids, lp_error *e) {
    const lp_tensor *cols = lp_stream_get(s, "cols", e);
    if (cols == NULL)
        return -1;
    for (size_t i = 0; i < cols->count; i++) {
        LP_CLEANUP(lp_free) char *id = lp_tensor_string(cols, i, e);
        if (id == NULL)
            return -1;
        lp_names_add(ids, id);
    }
    return 0;
}

int lp_triples_name_cols(lp_stream *s, const lp_triples_options *o, const lp_file *file,
                         lp_error *e) {
    naming n = {0};
    columns k = {2, {o->names.id, o->names.text, NULL}, {0}, 0};
    int failed = read_ids(s, &n.ids, e);
    n.name = lp_alloc_zero(n.ids.count, sizeof *n.name);
    failed = failed || read_rows(file, &o->table, &k, add_name, &n, e) || put_names(s, &n, e);
    free(n.name);
    lp_names_free(&n.ids);
    lp_names_free(&n.names);
    lp_buffer_free(&n.uses);
    return failed ? lp_within(e, "reading %s", file->name) : 0;
}

/* ---- on a command line ---- */

int lp_triples_parse_columns(const char *word, void *member, lp_error *e) {
    char *row = lp_strdup(word), *col = strchr(row, ',');
    char *value = col == NULL ? NULL : strchr(col + 1, ',');
    if (value == NULL || col == row || value == col + 1 || value[1] == '\0' ||
        strchr(value + 1, ',') != NULL) {
        free(row);
        return lp_fail_usage(e, "'%s': three columns are needed, such as userId,movieId,rating",
                             word);
    }
    *col++ = *value++ = '\0';
    *(lp_triples_columns *)member = (lp_triples_columns){row, col, value};
    return 0;
}

int lp_triples_parse_names(const char *word, void *member, lp_error *e) {
    char *path = lp_strdup(word), *text = strrchr(path, ':'), *id = NULL;
    if (text != NULL) {
        *text++ = '\0';
        id = strrchr(path, ':');
    }
    if (id == NULL || id == path || id[1] == '\0' || text[0] == '\0') {
        free(path);
        return lp_fail_usage(e,
                             "'%s': a file, its column of ids and its column of names are needed, "
                             "such as movies.csv:movieId:title",
                             word);
    }
    *id++ = '\0';
    *(lp_triples_names *)member = (lp_triples_names){path, id, text};
    return 0;
}
