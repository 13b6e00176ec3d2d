#include "net/params.h"

#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int lp_params_new(lp_params *p, lp_type type, const lp_param *table, size_t count,
                  bool with_gradient, lp_error *e) {
    *p = (lp_params){.type = type, .count = count};
    p->table = lp_alloc(count, sizeof *table, e);
    if (p->table == NULL)
        return -1;
    memcpy(p->table, table, count * sizeof *table);
    size_t line = 64 / type.size;
    for (size_t i = 0; i < count; i++) {
        size_t n;
        p->table[i].offset = p->size;
        if (!lp_multiply(table[i].rows, table[i].cols, &n) || n > SIZE_MAX / 4 - p->size) {
            lp_fail(e, "parameter %s (%zu, %zu) has more elements than can be addressed",
                    table[i].name, table[i].rows, table[i].cols);
            lp_params_free(p);
            return -1;
        }
        p->size += (n + line - 1) / line * line;
    }
    p->value = lp_alloc_zero(p->size, type.size, e);
    if (p->value != NULL && with_gradient)
        p->gradient = lp_alloc_zero(p->size, type.size, e);
    if (p->value == NULL || (with_gradient && p->gradient == NULL)) {
        lp_params_free(p);
        return -1;
    }
    return 0;
}

void lp_params_free(lp_params *p) {
    free(p->table);
    free(p->value);
    free(p->gradient);
    *p = (lp_params){0};
}

void *lp_params_at(const lp_params *p, size_t i, const void *block) {
    return (char *)block + p->table[i].offset * p->type.size;
}

int lp_params_put(const lp_params *p, const void *block, const char *prefix, lp_stream *s,
                  lp_error *e) {
    for (size_t i = 0; i < p->count; i++) {
        const lp_param *row = &p->table[i];
        char name[120];
        snprintf(name, sizeof name, "%s%s", prefix, row->name);
        lp_tensor t;
        int failed = row->ndim == 1 ? lp_tensor_vector(&t, p->type, row->cols, e)
                                    : lp_tensor_matrix(&t, p->type, row->rows, row->cols, e);
        if (failed)
            return -1;
        memcpy(t.data, lp_params_at(p, i, block), t.count * p->type.size);
        if (lp_stream_put(s, name, &t, e))
            return -1;
    }
    return 0;
}

int lp_params_take(const lp_params *p, void *block, const char *prefix, lp_stream *s, lp_error *e) {
    for (size_t i = 0; i < p->count; i++) {
        const lp_param *row = &p->table[i];
        char name[120], expected[200], got[200];
        snprintf(name, sizeof name, "%s%s", prefix, row->name);
        lp_tensor t;
        if (lp_stream_get_as(s, name, p->type, &t, e))
            return -1;
        size_t shape[2] = {row->ndim == 1 ? row->cols : row->rows, row->cols};
        size_t bad;
        int failed = 0;
        if (t.ndim != row->ndim || t.shape[0] != shape[0] ||
            (row->ndim == 2 && t.shape[1] != shape[1]))
            failed = lp_fail(e, "%s has shape %s, expected %s", name,
                             lp_shape_text(t.ndim, t.shape, got),
                             lp_shape_text(row->ndim, shape, expected));
        else if (lp_tensor_find_nonfinite(&t, &bad))
            failed = lp_fail(e, "%s: row %zu, column %zu is %g", name, bad / row->cols,
                             bad % row->cols, lp_tensor_at(&t, bad));
        else
            memcpy(lp_params_at(p, i, block), t.data, t.count * p->type.size);
        lp_tensor_free(&t);
        if (failed)
            return -1;
    }
    return 0;
}
