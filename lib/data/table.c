#include "data/table.h"

#include "base/memory.h"
#include "data/names.h"
#include "io/csv.h"

#include <stdlib.h>
#include <string.h>

typedef enum { FEATURE, LABEL, DROPPED } role;

struct lp_table {
    const lp_table_options *options;
    lp_arena arena;     /* of the table itself, its roles and names */
    size_t columns;     /* of the files; 0 until there is one */
    role *roles;        /* (columns) */
    const char **names; /* (columns), NULL where the files have no header */
    size_t features, rows;
    lp_buffer x;      /* double (rows, features) */
    lp_buffer whole;  /* int64_t (rows): the labels, where they are whole numbers */
    lp_buffer number; /* int64_t (rows): the labels' numbers among classes */
    lp_names classes;
    bool all_whole;   /* every label is a whole number */
    bool first_alone; /* every label but the very first is, and that might be a header's */
    const char *file; /* the first one, and the line of its first row */
    size_t line;
};

lp_table *lp_table_new(const lp_table_options *options) {
    lp_arena arena = {0};
    lp_table *t = lp_arena_alloc_zero(&arena, 1, sizeof *t);
    t->options = options;
    t->all_whole = true;
    t->arena = arena;
    return t;
}

void lp_table_free(lp_table *t) {
    if (t == NULL)
        return;
    lp_buffer_free(&t->x);
    lp_buffer_free(&t->whole);
    lp_buffer_free(&t->number);
    lp_names_free(&t->classes);
    lp_arena arena = t->arena;
    lp_arena_free(&arena);
}

/* ---- columns ---- */

bool lp_table_has_header(lp_header header, const lp_csv *c) {
    if (header != LP_HEADER_AUTO)
        return header == LP_HEADER_YES;
    for (size_t i = 0; i < c->cells; i++) {
        double value;
        lp_error ignored;
        if (lp_csv_number(lp_csv_cell(c, i), &value, &ignored) == 0)
            return false;
    }
    return true;
}

int lp_table_find_column(const char *const *names, size_t columns, const char *called,
                         size_t *column, lp_error *e) {
    size_t found = 0;
    for (size_t i = 0; names != NULL && i < columns; i++)
        if (strcmp(names[i], called) == 0 && found++ == 0)
            *column = i;
    if (found > 1)
        return lp_fail(e, "%zu columns are called '%s' (give its number instead)", found, called);
    int64_t number;
    if (found == 1)
        return 0;
    if (!lp_csv_integer(called, &number))
        return lp_fail(e, "there is no column '%s'%s", called,
                       names == NULL ? ": the first row was read as data (--header yes, or the "
                                       "column's number)"
                                     : "");
    if (number < 1 || (uint64_t)number > columns)
        return lp_fail(e, "there is no column %s, there are %zu", called, columns);
    *column = (size_t)number - 1;
    return 0;
}

static int find_column(const lp_table *t, const char *called, size_t *column, lp_error *e) {
    return lp_table_find_column(t->names, t->columns, called, column, e);
}

/* Fixes the columns by the first row of the first file. */
static int set_columns(lp_table *t, const lp_csv *c, bool has_header, lp_error *e) {
    t->columns = c->cells;
    t->roles = lp_arena_alloc_zero(&t->arena, t->columns, sizeof *t->roles);
    if (has_header) {
        t->names = lp_arena_alloc(&t->arena, t->columns, sizeof *t->names);
        for (size_t i = 0; i < t->columns; i++)
            t->names[i] = lp_arena_strdup(&t->arena, lp_csv_cell(c, i));
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
    if (cell[0] == '\0')
        return lp_fail(e, "the label is empty");
    const bool is_whole = lp_csv_integer(cell, &whole);
    if (t->rows == 0)
        t->first_alone = !is_whole && may_be_header;
    else
        t->first_alone = t->first_alone && is_whole;
    t->all_whole = t->all_whole && is_whole;
    const int64_t number = (int64_t)lp_names_add(&t->classes, cell);
    lp_buffer_append(&t->whole, &whole, sizeof whole);
    lp_buffer_append(&t->number, &number, sizeof number);
    return 0;
}

static int add_row(lp_table *t, const lp_csv *c, size_t row, bool may_be_header, lp_error *e) {
    if (c->cells != t->columns)
        return lp_fail(e, "row %zu (line %zu): %zu cell%s, the first row has %zu", row, c->line,
                       c->cells, c->cells == 1 ? "" : "s", t->columns);
    for (size_t i = 0; i < t->columns; i++) {
        int failed = 0;
        if (t->roles[i] == LABEL) {
            failed = add_label(t, lp_csv_cell(c, i), may_be_header, e);
        } else if (t->roles[i] == FEATURE) {
            double value = 0;
            failed = lp_csv_number(lp_csv_cell(c, i), &value, e);
            lp_buffer_append(&t->x, &value, sizeof value);
        }
        if (failed && t->names != NULL)
            return lp_within(e, "row %zu (line %zu), column %.60s", row, c->line, t->names[i]);
        if (failed)
            return lp_within(e, "row %zu (line %zu), column %zu", row, c->line, i + 1);
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
    const bool has_header = lp_table_has_header(t->options->header, c);
    if (t->columns == 0 ? set_columns(t, c, has_header, e) : check_columns(t, c, has_header, e))
        return -1;
    if (has_header)
        more = lp_csv_next(c, e);
    for (; more > 0; more = lp_csv_next(c, e)) {
        const bool may_be_header =
            t->options->header == LP_HEADER_AUTO && !has_header && c->row == 1;
        if (t->rows == 0) {
            t->file = lp_arena_strdup(&t->arena, name);
            t->line = c->line;
        }
        if (add_row(t, c, c->row - has_header, may_be_header, e))
            return -1;
    }
    return more;
}

int lp_table_add(lp_table *t, const lp_file *file, lp_error *e) {
    lp_csv c;
    lp_csv_begin(&c, file->bytes, file->size, t->options->separator);
    int failed = read_rows(t, &c, file->name, e);
    lp_csv_free(&c);
    return failed ? lp_within(e, "reading %s", file->name) : 0;
}

/* ---- tensors ---- */

static void put_features(const lp_table *t, lp_stream *s) {
    const char **names = lp_alloc(t->features, sizeof *names);
    for (size_t i = 0, n = 0; i < t->columns; i++)
        if (t->roles[i] == FEATURE)
            names[n++] = t->names[i];
    lp_stream_put_strings(s, "features", names, t->features);
    free(names);
}

int lp_table_put(lp_table *t, lp_stream *s, lp_error *e) {
    if (t->rows == 0)
        return lp_fail(e, "there are no rows");
    const bool has_label = t->number.size > 0;
    if (has_label && t->rows > 1 && t->first_alone)
        return lp_fail(e,
                       "reading %s: row 1 (line %zu): its label '%.60s' is the only one that is "
                       "not a whole number (is it a header? say --header yes, or no)",
                       t->file, t->line, t->classes.item[0]);
    lp_tensor x = lp_tensor_take_buffer(&t->x, LP_F8, 2, (const size_t[]){t->rows, t->features});
    lp_stream_put(s, "x", &x);
    if (has_label) {
        lp_tensor y =
            lp_tensor_take_buffer(t->all_whole ? &t->whole : &t->number, LP_I8, 1, &t->rows);
        lp_stream_put(s, "y", &y);
    }
    if (has_label && !t->all_whole)
        lp_stream_put_strings(s, "classes", t->classes.item, t->classes.count);
    if (t->names != NULL)
        put_features(t, s);
    return 0;
}

/* ---- writing ---- */

/* One tensor among those that are written. */
typedef struct {
    const char *name;
    const lp_tensor *tensor;
    size_t columns;
    const lp_tensor *texts; /* of its whole numbers; NULL where they stay numbers */
} part;

/* x, x_train, x_test, ... */
static bool is_called(const char *name, char letter) {
    return name[0] == letter && (name[1] == '\0' || name[1] == '_');
}

static int find_part(lp_stream *s, const char *name, const lp_table_format *format, part *p,
                     lp_error *e) {
    p->name = name;
    p->tensor = lp_stream_get(s, name, e);
    if (p->tensor == NULL)
        return -1;
    p->columns = p->tensor->ndim == 0 ? 1 : lp_tensor_row_size(p->tensor);
    p->texts = NULL;
    if (p->columns == 0)
        return lp_fail(e, "tensor '%s' has no columns", name);
    if (format->class_names && is_called(name, 'y') && p->columns == 1 &&
        lp_type_is_integer(p->tensor->type)) {
        p->texts = lp_stream_get(s, "classes", e);
        if (p->texts == NULL)
            return -1;
        if (!lp_type_is_string(p->texts->type))
            return lp_fail(e, "tensor 'classes' holds no texts");
    }
    return 0;
}

static int append_string(lp_buffer *b, const lp_tensor *t, size_t i, char separator, lp_error *e) {
    char *text = lp_tensor_string(t, i, e);
    if (text == NULL)
        return -1;
    lp_csv_append_text(b, text, separator);
    free(text);
    return 0;
}

static int append_names(lp_buffer *b, lp_stream *s, const part *p, char separator, lp_error *e) {
    const lp_tensor *features = NULL;
    if (is_called(p->name, 'x') && lp_stream_has(s, "features")) {
        features = lp_stream_get(s, "features", e);
        if (features == NULL)
            return -1;
        if (!lp_type_is_string(features->type) || features->count != p->columns)
            features = NULL;
    }
    for (size_t i = 0; i < p->columns; i++) {
        if (i > 0)
            lp_buffer_append(b, &separator, 1);
        if (features != NULL) {
            if (append_string(b, features, i, separator, e))
                return -1;
        } else if (p->columns == 1) {
            lp_buffer_printf(b, "%s", p->name);
        } else {
            lp_buffer_printf(b, "%s_%zu", p->name, i);
        }
    }
    return 0;
}

static int append_element(lp_buffer *b, const part *p, size_t i, char separator, lp_error *e) {
    const lp_tensor *t = p->tensor;
    if (p->texts != NULL) {
        const double number = lp_tensor_at(t, i);
        if (!(number >= 0 && number < (double)p->texts->count))
            return lp_fail(e, "tensor '%s', row %zu: there is no class %.0f, 'classes' has %zu",
                           p->name, i, number, p->texts->count);
        return append_string(b, p->texts, (size_t)number, separator, e);
    }
    if (lp_type_is_string(t->type))
        return append_string(b, t, i, separator, e);
    if (t->type.kind == 'f')
        lp_csv_append_number(b, lp_tensor_at(t, i), t->type.size == 4);
    else if (t->type.size < 8)
        lp_buffer_printf(b, "%.0f", lp_tensor_at(t, i));
    else if (t->type.kind == 'u')
        lp_buffer_printf(b, "%llu", (unsigned long long)((const uint64_t *)t->data)[i]);
    else
        lp_buffer_printf(b, "%lld", (long long)((const int64_t *)t->data)[i]);
    return 0;
}

static int flush(lp_buffer *b, size_t room, FILE *out, lp_error *e) {
    if (b->size < room)
        return 0;
    if (b->size > 0 && fwrite(b->data, 1, b->size, out) != b->size)
        return lp_fail_errno(e, "writing the table");
    b->size = 0;
    return 0;
}

static int write_rows(lp_stream *s, const part *parts, size_t n, const lp_table_format *format,
                      lp_buffer *b, FILE *out, lp_error *e) {
    const size_t rows = lp_tensor_rows(parts[0].tensor);
    /* Row 0 of the loop is the header. */
    for (size_t r = format->no_header; r <= rows; r++) {
        for (size_t p = 0; p < n; p++) {
            if (p > 0)
                lp_buffer_append(b, &format->separator, 1);
            if (r == 0 && append_names(b, s, &parts[p], format->separator, e))
                return -1;
            for (size_t c = 0; r > 0 && c < parts[p].columns; c++) {
                if (c > 0)
                    lp_buffer_append(b, &format->separator, 1);
                if (append_element(b, &parts[p], (r - 1) * parts[p].columns + c, format->separator,
                                   e))
                    return -1;
            }
        }
        lp_buffer_append(b, "\n", 1);
        if (flush(b, 1 << 16, out, e))
            return -1;
    }
    return flush(b, 0, out, e);
}

int lp_table_write(lp_stream *s, const char *const *names, size_t n, const lp_table_format *format,
                   FILE *out, lp_error *e) {
    static const char *const usual[] = {"x", "y"};
    if (n == 0) {
        names = usual;
        n = lp_stream_has(s, "y") ? 2 : 1;
    }
    part *parts = lp_alloc(n, sizeof *parts);
    int failed = 0;
    for (size_t i = 0; !failed && i < n; i++) {
        failed = find_part(s, names[i], format, &parts[i], e);
        if (!failed && lp_tensor_rows(parts[i].tensor) != lp_tensor_rows(parts[0].tensor))
            failed = lp_fail(e, "tensor '%s' has %zu rows, '%s' has %zu (write them one by one)",
                             names[i], lp_tensor_rows(parts[i].tensor), names[0],
                             lp_tensor_rows(parts[0].tensor));
    }
    lp_buffer b = {0};
    failed = failed || write_rows(s, parts, n, format, &b, out, e);
    lp_buffer_free(&b);
    free(parts);
    return failed ? -1 : 0;
}
