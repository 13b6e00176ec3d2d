#include "data/table.h"

#include "base/memory.h"
#include "data/names.h"
#include "io/csv.h"

#include <stdlib.h>
#include <string.h>

typedef enum { FEATURE, LABEL, DROPPED } role;

struct lp_table {
    const lp_table_options *options;
    size_t columns; /* of the files; 0 until there is one */
    role *roles;    /* (columns) */
    char **names;   /* (columns), NULL where the files have no header */
    size_t features, rows;
    lp_buffer x;      /* double (rows, features) */
    lp_buffer whole;  /* int64_t (rows): the labels, where they are whole numbers */
    lp_buffer number; /* int64_t (rows): the labels' numbers among classes */
    lp_names classes;
    bool all_whole;   /* every label is a whole number */
    bool first_alone; /* every label but the very first is, and that might be a header's */
    char *odd_place;  /* where that first one stands */
};

lp_table *lp_table_new(const lp_table_options *options, lp_error *e) {
    lp_table *t = lp_alloc_zero(1, sizeof *t, e);
    if (t != NULL) {
        t->options = options;
        t->all_whole = true;
    }
    return t;
}

void lp_table_free(lp_table *t) {
    if (t == NULL)
        return;
    for (size_t i = 0; t->names != NULL && i < t->columns; i++)
        free(t->names[i]);
    free(t->names);
    free(t->roles);
    free(t->odd_place);
    lp_buffer_free(&t->x);
    lp_buffer_free(&t->whole);
    lp_buffer_free(&t->number);
    lp_names_free(&t->classes);
    free(t);
}

/* ---- columns ---- */

static bool is_header(const lp_table *t, const lp_csv *c) {
    if (t->options->header != LP_HEADER_AUTO)
        return t->options->header == LP_HEADER_YES;
    for (size_t i = 0; i < c->cells; i++) {
        double value;
        lp_error ignored;
        if (lp_csv_number(lp_csv_cell(c, i), &value, &ignored) == 0)
            return false;
    }
    return true;
}

/* *column = the place of the column that is called so: by name, else by number from 1. */
static int find_column(const lp_table *t, const char *called, size_t *column, lp_error *e) {
    size_t found = 0;
    for (size_t i = 0; t->names != NULL && i < t->columns; i++)
        if (strcmp(t->names[i], called) == 0 && found++ == 0)
            *column = i;
    if (found > 1)
        return lp_fail(e, "%zu columns are called '%s' (give its number instead)", found, called);
    int64_t number;
    if (found == 1)
        return 0;
    if (!lp_csv_integer(called, &number))
        return lp_fail(e, "there is no column '%s'%s", called,
                       t->names == NULL ? ": the first row was read as data (--header yes, or the "
                                          "column's number)"
                                        : "");
    if (number < 1 || (uint64_t)number > t->columns)
        return lp_fail(e, "there is no column %s, there are %zu", called, t->columns);
    *column = (size_t)number - 1;
    return 0;
}

/* Fixes the columns by the first row of the first file. */
static int set_columns(lp_table *t, const lp_csv *c, bool has_header, lp_error *e) {
    t->columns = c->cells;
    t->roles = lp_alloc_zero(t->columns, sizeof *t->roles, e);
    if (t->roles == NULL)
        return -1;
    if (has_header) {
        t->names = lp_alloc_zero(t->columns, sizeof *t->names, e);
        for (size_t i = 0; t->names != NULL && i < t->columns; i++) {
            const char *name = lp_csv_cell(c, i);
            t->names[i] = lp_alloc(strlen(name) + 1, 1, e);
            if (t->names[i] == NULL)
                return -1;
            strcpy(t->names[i], name);
        }
        if (t->names == NULL)
            return -1;
    }
    size_t column;
    for (size_t i = 0; i < t->options->drop.count; i++) {
        if (find_column(t, t->options->drop.item[i], &column, e))
            return lp_within(e, "--drop");
        t->roles[column] = DROPPED;
    }
    if (t->options->label != NULL) {
        if (find_column(t, t->options->label, &column, e))
            return lp_within(e, "--label");
        if (t->roles[column] == DROPPED)
            return lp_fail(e, "column '%s' is both the label and to be dropped", t->options->label);
        t->roles[column] = LABEL;
    }
    for (size_t i = 0; i < t->columns; i++)
        t->features += t->roles[i] == FEATURE;
    return t->features > 0 ? 0 : lp_fail(e, "no column is left for x");
}

/* A further file has to have the first one's columns. */
static int check_columns(const lp_table *t, const lp_csv *c, bool has_header, lp_error *e) {
    if (has_header != (t->names != NULL))
        return lp_fail(e, "it has %s, unlike the file before it",
                       has_header ? "a header" : "no header");
    if (c->cells != t->columns)
        return lp_fail(e, "it has %zu columns, the file before it %zu", c->cells, t->columns);
    for (size_t i = 0; has_header && i < t->columns; i++)
        if (strcmp(lp_csv_cell(c, i), t->names[i]) != 0)
            return lp_fail(e, "its column %zu is called '%.60s', in the file before it '%.60s'",
                           i + 1, lp_csv_cell(c, i), t->names[i]);
    return 0;
}

/* ---- rows ---- */

static int add_label(lp_table *t, const char *cell, bool may_be_header, lp_error *e) {
    int64_t whole = 0;
    size_t number;
    if (cell[0] == '\0')
        return lp_fail(e, "the label is empty");
    const bool is_whole = lp_csv_integer(cell, &whole);
    if (t->rows == 0)
        t->first_alone = !is_whole && may_be_header;
    else
        t->first_alone = t->first_alone && is_whole;
    t->all_whole = t->all_whole && is_whole;
    if (lp_names_add(&t->classes, cell, &number, e))
        return -1;
    const int64_t wide = (int64_t)number;
    return lp_buffer_append(&t->whole, &whole, sizeof whole, e) ||
                   lp_buffer_append(&t->number, &wide, sizeof wide, e)
               ? -1
               : 0;
}

static int add_row(lp_table *t, const lp_csv *c, bool may_be_header, lp_error *e) {
    if (c->cells != t->columns)
        return lp_fail(e, "%zu cell%s, the first row has %zu", c->cells, c->cells == 1 ? "" : "s",
                       t->columns);
    for (size_t i = 0; i < t->columns; i++) {
        int failed = 0;
        if (t->roles[i] == LABEL) {
            failed = add_label(t, lp_csv_cell(c, i), may_be_header, e);
        } else if (t->roles[i] == FEATURE) {
            double value;
            failed = lp_csv_number(lp_csv_cell(c, i), &value, e) ||
                     lp_buffer_append(&t->x, &value, sizeof value, e);
        }
        if (failed && t->names != NULL)
            return lp_within(e, "column %.60s", t->names[i]);
        if (failed)
            return lp_within(e, "column %zu", i + 1);
    }
    t->rows++;
    return 0;
}

static int read_rows(lp_table *t, lp_csv *c, const char *name, lp_error *e) {
    int more = lp_csv_next(c, e);
    if (more < 0)
        return -1;
    if (more == 0)
        return lp_fail(e, "it is blank");
    const bool has_header = is_header(t, c);
    if (t->columns == 0 ? set_columns(t, c, has_header, e) : check_columns(t, c, has_header, e))
        return -1;
    if (has_header)
        more = lp_csv_next(c, e);
    for (; more > 0; more = lp_csv_next(c, e)) {
        const bool may_be_header =
            t->options->header == LP_HEADER_AUTO && !has_header && c->row == 1;
        if (add_row(t, c, may_be_header, e))
            return lp_within(e, "row %zu (line %zu)", c->row - has_header, c->line);
        if (may_be_header && t->rows == 1) {
            lp_buffer place = {0};
            if (lp_buffer_print(&place, e, "reading %s: row 1 (line %zu)", name, c->line))
                return -1;
            t->odd_place = place.data;
        }
    }
    return more;
}

int lp_table_add(lp_table *t, const char *name, const char *bytes, size_t size, lp_error *e) {
    lp_csv c;
    lp_csv_begin(&c, bytes, size, t->options->separator);
    int failed = read_rows(t, &c, name, e);
    lp_csv_free(&c);
    return failed ? lp_within(e, "reading %s", name) : 0;
}

/* ---- tensors ---- */

/* A tensor that takes over the buffer's bytes. */
static lp_tensor take(lp_buffer *b, lp_type type, int ndim, size_t rows, size_t columns) {
    lp_tensor t = {.type = type,
                   .ndim = ndim,
                   .shape = {rows, columns},
                   .count = rows * columns,
                   .data = b->data,
                   .owned = b->data};
    *b = (lp_buffer){0};
    return t;
}

int lp_table_put(lp_table *t, lp_stream *s, lp_error *e) {
    if (t->rows == 0)
        return lp_fail(e, "there are no rows");
    const bool has_label = t->number.size > 0;
    if (has_label && t->rows > 1 && t->first_alone)
        return lp_fail(e,
                       "%s: its label '%.60s' is the only one that is no whole number (is it a "
                       "header? say --header yes, or no)",
                       t->odd_place, t->classes.item[0]);
    lp_tensor x = take(&t->x, LP_F8, 2, t->rows, t->features), y, classes, features;
    if (lp_stream_put(s, "x", &x, e))
        return -1;
    if (has_label) {
        y = take(t->all_whole ? &t->whole : &t->number, LP_I8, 1, t->rows, 1);
        if (lp_stream_put(s, "y", &y, e))
            return -1;
    }
    if (has_label && !t->all_whole &&
        (lp_tensor_strings(&classes, (const char *const *)t->classes.item, t->classes.count, e) ||
         lp_stream_put(s, "classes", &classes, e)))
        return -1;
    if (t->names == NULL)
        return 0;
    const char **names = lp_alloc(t->features, sizeof *names, e);
    if (names == NULL)
        return -1;
    for (size_t i = 0, n = 0; i < t->columns; i++)
        if (t->roles[i] == FEATURE)
            names[n++] = t->names[i];
    int failed = lp_tensor_strings(&features, names, t->features, e) ||
                 lp_stream_put(s, "features", &features, e);
    free(names);
    return failed ? -1 : 0;
}
