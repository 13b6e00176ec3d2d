#include "data/table.h"

#include "base/memory.h"
#include "data/labels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One tensor among those that are written. */
typedef struct {
    const char *name;
    const lp_tensor *tensor;
    size_t columns;
    bool is_named; /* its labels are written as the names of their classes */
    lp_label_set labels;
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
    if (p->columns == 0)
        return lp_fail(e, "tensor '%s' has no columns", name);
    if (!format->class_names || !lp_is_label_tensor(name) || lp_is_targets(p->tensor))
        return 0;
    if (lp_label_set_read(&p->labels, s, &name, 1, e) || lp_label_set_number(&p->labels, e))
        return -1;
    /* Labels without names are written as the numbers that they are. */
    p->is_named = p->labels.name.count > 0;
    p->columns = p->is_named ? 1 : p->columns;
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

/* *names = the texts that name the part's columns: features those of x, or else the columns of a
 * matrix, and classes those of scores; NULL where they have none. */
static int find_names(lp_stream *s, const part *p, const lp_table_format *format,
                      const lp_tensor **names, lp_error *e) {
    bool is_x = is_called(p->name, 'x'), is_score = strcmp(p->name, "y_score") == 0;
    const char *name = is_x && lp_stream_has(s, "features") ? "features"
                       : is_x                               ? "cols"
                       : is_score && format->class_names    ? "classes"
                                                            : "";
    *names = NULL;
    if (!lp_stream_has(s, name))
        return 0;
    *names = lp_stream_get(s, name, e);
    if (*names == NULL)
        return -1;
    if (!lp_type_is_string((*names)->type) || (*names)->count != p->columns)
        *names = NULL;
    return 0;
}

static int append_names(lp_buffer *b, lp_stream *s, const part *p, const lp_table_format *format,
                        lp_error *e) {
    const lp_tensor *names;
    char separator = format->separator;
    if (find_names(s, p, format, &names, e))
        return -1;
    for (size_t i = 0; i < p->columns; i++) {
        if (i > 0)
            lp_buffer_append(b, &separator, 1);
        if (names != NULL) {
            if (append_string(b, names, i, separator, e))
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
    if (p->is_named) {
        lp_csv_append_text(b, p->labels.name.item[p->labels.place[0][i]], separator);
        return 0;
    }
    if (lp_type_is(t->type, LP_F8)) {
        lp_csv_append_number(b, ((const double *)t->data)[i], false);
        return 0;
    }
    if (lp_type_is_string(t->type))
        return append_string(b, t, i, separator, e);
    const double value = lp_tensor_at(t, i);
    if (t->type.kind == 'f' || fabs(value) < 1e15)
        lp_csv_append_number(b, value, t->type.kind == 'f' && t->type.size == 4);
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
            if (r == 0 && append_names(b, s, &parts[p], format, e))
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
    static const char *const usual[] = {"ids", "x", "y"};
    if (n == 0) {
        names = lp_stream_has(s, "ids") ? usual : usual + 1;
        n = (size_t)(usual + 2 - names) + lp_stream_has(s, "y");
    }
    part *parts = lp_alloc_zero(n, sizeof *parts);
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
    for (size_t i = 0; i < n; i++)
        lp_label_set_free(&parts[i].labels);
    free(parts);
    return failed ? -1 : 0;
}
