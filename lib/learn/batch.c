#include "learn/batch.h"

#include "num/kernels.h"

lp_batch lp_batch_new(const lp_dataset *d, lp_type type, size_t capacity, lp_target target,
                      bool with_target, lp_arena *memory) {
    const lp_part *p = &d->part[0];
    lp_batch b = {.type = type, .capacity = capacity};
    b.target_cols = target == LP_TARGET_X ? p->cols : p->target_cols;
    b.x = lp_arena_alloc(memory, capacity, p->cols * type.size);
    if (p->label != NULL)
        b.label = lp_arena_alloc(memory, capacity, sizeof *b.label);
    if (with_target)
        b.target = target == LP_TARGET_X
                       ? b.x
                       : lp_arena_alloc(memory, capacity, b.target_cols * type.size);
    return b;
}

void lp_batch_fill(lp_batch *b, const lp_part *p, double input_scale, size_t n,
                   const size_t *index) {
    const lp_kernels *num = lp_kernels_of(b->type);
    num->gather_rows(n, p->cols, p->x_type, p->x, index, input_scale, b->x);
    if (b->label != NULL)
        for (size_t i = 0; i < n; i++)
            b->label[i] = p->label[index[i]];
    if (b->target == NULL || b->target == b->x)
        return;
    if (p->target != NULL) {
        num->gather_rows(n, p->target_cols, p->target_type, p->target, index, 1, b->target);
        return;
    }
    num->fill(n * b->target_cols, 0, b->target);
    for (size_t i = 0; i < n; i++)
        num->fill(1, 1,
                  (char *)b->target + (i * b->target_cols + (size_t)b->label[i]) * b->type.size);
}
