#include "net/params.h"

#include <string.h>

lp_param lp_param_of(const char *prefix, const char *name, int ndim, const size_t *shape) {
    lp_param p = {.ndim = ndim, .rows = ndim == 1 ? 1 : shape[0], .cols = 1};
    snprintf(p.name, sizeof p.name, "%s.%s", prefix, name);
    for (int i = 0; i < ndim; i++) {
        p.shape[i] = shape[i];
        p.cols *= i > 0 || ndim == 1 ? shape[i] : 1;
    }
    return p;
}

lp_params lp_params_new(lp_arena *memory, lp_type type, const lp_param *table, size_t count,
                        bool with_gradient) {
    lp_params p = {.type = type, .count = count};
    size_t line = 64 / type.size;
    p.table = lp_arena_alloc(memory, count, sizeof *table);
    memcpy(p.table, table, count * sizeof *table);
    for (size_t i = 0; i < count; i++) {
        p.table[i].offset = p.size;
        p.size += (table[i].rows * table[i].cols + line - 1) / line * line;
    }
    p.value = lp_arena_alloc_zero(memory, p.size, type.size);
    if (with_gradient)
        p.gradient = lp_arena_alloc_zero(memory, p.size, type.size);
    return p;
}

void *lp_params_at(const lp_params *p, size_t i, const void *block) {
    return (char *)block + p->table[i].offset * p->type.size;
}

void lp_params_put(const lp_params *p, lp_stream *s) {
    for (size_t i = 0; i < p->count; i++) {
        const lp_param *row = &p->table[i];
        lp_tensor t = lp_tensor_zeros(p->type, row->ndim, row->shape);
        memcpy(t.data, lp_params_at(p, i, p->value), t.count * p->type.size);
        lp_stream_put(s, row->name, &t);
    }
}

int lp_params_check(const lp_param *table, size_t count, lp_stream *s, lp_error *e) {
    for (size_t i = 0; i < count; i++) {
        const lp_param *row = &table[i];
        char expected[200], got[200];
        lp_tensor t;
        if (!lp_stream_describe(s, row->name, &t))
            return lp_stream_get(s, row->name, e) == NULL ? -1 : 0;
        if (t.ndim != row->ndim ||
            memcmp(t.shape, row->shape, (size_t)row->ndim * sizeof *t.shape) != 0)
            return lp_fail(e, "%s has shape %s, expected %s", row->name,
                           lp_shape_text(t.ndim, t.shape, got),
                           lp_shape_text(row->ndim, row->shape, expected));
    }
    return 0;
}

int lp_params_take(const lp_params *p, lp_stream *s, lp_error *e) {
    if (lp_params_check(p->table, p->count, s, e))
        return -1;
    for (size_t i = 0; i < p->count; i++) {
        const lp_param *row = &p->table[i];
        LP_CLEANUP(lp_tensor_free) lp_tensor t = {0};
        if (lp_stream_get_as(s, row->name, p->type, &t, e) ||
            lp_tensor_check_finite(&t, row->name, e))
            return -1;
        memcpy(lp_params_at(p, i, p->value), t.data, t.count * p->type.size);
    }
    return 0;
}
