#include "data/columns.h"

#include "base/memory.h"
#include "base/printable.h"
#include "io/csv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- one column ---- */

static int by_value(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* As numpy.quantile computes it, to the last bit. */
static double quantile(const double *sorted, size_t n, double q) {
    const double at = q * (double)(n - 1);
    const size_t below = (size_t)at, above = below + 1 < n ? below + 1 : below;
    const double t = at - (double)below, a = sorted[below], b = sorted[above];
    if (t == 0 || a == b)
        return a;
    return t >= 0.5 ? b - (b - a) * (1 - t) : a + (b - a) * t;
}

lp_column lp_column_describe(double *value, size_t n) {
    lp_column column = {.count = n};
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(value[i]))
            value[kept++] = value[i];
    column.missing = n - kept;
    if (kept > 0)
        qsort(value, kept, sizeof *value, by_value);
    for (size_t i = 0; i < kept; i++)
        column.distinct += i == 0 || value[i] != value[i - 1];
    for (int k = 0; k < 5; k++)
        column.quartile[k] = kept > 0 ? quantile(value, kept, 0.25 * k) : NAN;
    return column;
}

static int by_text(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int describe_texts(const lp_tensor *t, lp_column *column, lp_error *e) {
    LP_CLEANUP(lp_arena_free) lp_arena arena = {0};
    LP_CLEANUP(lp_free) char **text = lp_alloc(t->count, sizeof *text);
    *column = (lp_column){.count = t->count};
    for (size_t i = 0; i < t->count; i++) {
        LP_CLEANUP(lp_free) char *one = lp_tensor_string(t, i, e);
        if (one == NULL)
            return -1;
        text[i] = lp_arena_strdup(&arena, one);
        column->missing += *one == '\0';
    }
    if (t->count > 0)
        qsort(text, t->count, sizeof *text, by_text);
    for (size_t i = 0; i < t->count; i++)
        column->distinct += *text[i] != '\0' && (i == 0 || strcmp(text[i], text[i - 1]) != 0);
    return 0;
}

/* ---- the table ---- */

enum { FIELDS = 10 };

static const char *const header[FIELDS] = {"tensor", "column", "values", "missing", "distinct",
                                           "min",    "25%",    "median", "75%",     "max"};

typedef struct {
    char **cell; /* (rows * FIELDS), in the arena */
    size_t rows, capacity;
    lp_arena arena;
    bool is_tsv;
} table;

static void add_row(table *t, const char *tensor, const char *name, const lp_column *column,
                    bool has_quartiles) {
    t->cell = lp_grow(t->cell, t->rows, &t->capacity, FIELDS * sizeof *t->cell);
    char **cell = t->cell + t->rows++ * FIELDS;
    const size_t counts[] = {column->count, column->missing, column->distinct};
    LP_CLEANUP(lp_buffer_free) lp_buffer shown = {0};
    lp_buffer_append_printable(&shown, name);
    cell[0] = lp_arena_strdup(&t->arena, tensor);
    cell[1] = lp_arena_strdup(&t->arena, lp_buffer_text(&shown));
    for (int k = 2; k < FIELDS; k++) {
        LP_CLEANUP(lp_buffer_free) lp_buffer b = {0};
        if (k < 5)
            lp_buffer_printf(&b, "%zu", counts[k - 2]);
        else if (has_quartiles && t->is_tsv)
            lp_csv_append_number(&b, column->quartile[k - 5], false);
        else if (has_quartiles)
            lp_buffer_printf(&b, "%.6g", column->quartile[k - 5]);
        cell[k] = lp_arena_strdup(&t->arena, lp_buffer_text(&b));
    }
}

/* Numbers go to the right, names to the left. */
static void print(const table *t, FILE *out) {
    int width[FIELDS];
    for (int k = 0; k < FIELDS; k++) {
        width[k] = (int)strlen(header[k]);
        for (size_t i = 0; i < t->rows; i++) {
            int columns = lp_text_columns(t->cell[i * FIELDS + (size_t)k]);
            width[k] = columns > width[k] ? columns : width[k];
        }
    }
    for (size_t i = 0; i <= t->rows; i++) {
        const char *const *cell = i == 0 ? header : (const char *const *)t->cell + (i - 1) * FIELDS;
        LP_CLEANUP(lp_buffer_free) lp_buffer line = {0};
        for (int k = 0; k < FIELDS; k++) {
            const int space = t->is_tsv ? 0 : width[k] - lp_text_columns(cell[k]);
            lp_buffer_printf(&line, "%s%*s%s%*s",
                             k == 0      ? ""
                             : t->is_tsv ? "\t"
                                         : "  ",
                             k < 2 ? 0 : space, "", cell[k], k < 2 ? space : 0, "");
        }
        while (!t->is_tsv && line.size > 0 && line.data[line.size - 1] == ' ')
            line.data[--line.size] = '\0';
        fprintf(out, "%s\n", line.data);
    }
}

/* ---- the stream's columns ---- */

static bool is_table(const lp_stream *s, const char *name) {
    static const char *const names[] = {"x", "x_train", "x_val", "x_test",
                                        "y", "y_train", "y_val", "y_test"};
    lp_tensor t;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(name, names[i]) == 0)
            return lp_stream_describe(s, name, &t) && (t.ndim == 1 || t.ndim == 2);
    return false;
}

/* The name of column k: of x, what `features` says. */
static char *name_of(lp_stream *s, const char *tensor, size_t k, size_t columns, lp_arena *arena) {
    lp_error e;
    const bool is_x = tensor[0] == 'x' && lp_stream_has(s, "features");
    const lp_tensor *features = is_x ? lp_stream_get(s, "features", &e) : NULL;
    char *name = NULL, number[24];
    if (features != NULL && lp_type_is_string(features->type) && features->count == columns)
        name = lp_tensor_string(features, k, &e);
    snprintf(number, sizeof number, "%zu", k);
    char *copy = lp_arena_strdup(arena, name != NULL ? name : number);
    free(name);
    return copy;
}

static int add_tensor(lp_stream *s, const char *name, table *into, lp_error *e) {
    const lp_tensor *t = lp_stream_get(s, name, e);
    if (t == NULL)
        return -1;
    if (lp_type_is_string(t->type)) {
        lp_column column;
        if (describe_texts(t, &column, e))
            return lp_within(e, "tensor '%s'", name);
        add_row(into, name, "0", &column, false);
        return 0;
    }
    const size_t columns = t->ndim == 2 ? t->shape[1] : 1, rows = t->shape[0];
    LP_CLEANUP(lp_free) double *value = lp_alloc(rows, sizeof *value);
    for (size_t k = 0; k < columns; k++) {
        for (size_t i = 0; i < rows; i++)
            value[i] = lp_tensor_at(t, i * columns + k);
        const lp_column column = lp_column_describe(value, rows);
        add_row(into, name, name_of(s, name, k, columns, &into->arena), &column, true);
    }
    return 0;
}

int lp_columns_write(lp_stream *s, bool is_tsv, FILE *out, lp_error *e) {
    table t = {.is_tsv = is_tsv};
    int failed = 0;
    for (size_t i = 0; i < lp_stream_count(s) && !failed; i++)
        if (is_table(s, lp_stream_name(s, i)))
            failed = add_tensor(s, lp_stream_name(s, i), &t, e);
    char names[LP_STREAM_LISTED];
    if (!failed && t.rows == 0)
        failed = lp_fail(e,
                         "there is no table: neither x nor y, nor a part of them, with one or two "
                         "dimensions (%s)",
                         lp_stream_list(s, names));
    if (!failed)
        print(&t, out);
    free(t.cell);
    lp_arena_free(&t.arena);
    return failed;
}
