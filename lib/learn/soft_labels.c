#include "learn/soft_labels.h"

#include "io/number.h"
#include "num/kernels.h"

#include <math.h>
#include <string.h>

int lp_class_weights_parse(const char *text, void *weights, lp_error *e) {
    static lp_arena lists;
    lp_class_weights *w = weights;
    *w = (lp_class_weights){.balanced = strcmp(text, "balanced") == 0};
    if (w->balanced)
        return 0;
    size_t most = strlen(text) / 2 + 1;
    w->weight.item = lp_arena_alloc(&lists, most, sizeof *w->weight.item);
    for (const char *at = text, *end = text + strlen(text); at <= end; at++) {
        double *item = &w->weight.item[w->weight.count++];
        at = lp_number_read(at, end, '.', item);
        if (at == NULL || (*at != ',' && at != end) || !(*item > 0) || !isfinite(*item))
            return lp_fail_usage(e, "'%s' is neither balanced nor a list of numbers above 0", text);
    }
    return 0;
}

static int find_weights(lp_soft_labels *l, const lp_class_weights *weights, const lp_part *p,
                        lp_error *e) {
    size_t classes = l->classes, given = weights->weight.count;
    for (size_t c = 0; c < classes; c++)
        l->weight[c] = weights->balanced ? 0 : 1;
    if (given > 0 && given != classes)
        return lp_fail_usage(e, "option --class-weights: %zu numbers for %zu classes", given,
                             classes);
    if (given > 0)
        memcpy(l->weight, weights->weight.item, classes * sizeof *l->weight);
    if (!weights->balanced)
        return 0;
    for (size_t r = 0; r < p->rows; r++)
        l->weight[p->label[r]]++;
    for (size_t c = 0; c < classes; c++) {
        if (l->weight[c] == 0)
            return lp_fail(e, "option --class-weights: class %zu has no row in %s to balance", c,
                           p->y_name);
        l->weight[c] = (double)p->rows / ((double)classes * l->weight[c]);
    }
    return 0;
}

int lp_soft_labels_new(lp_soft_labels *l, const lp_class_weights *weights, double smoothing,
                       lp_reduction reduction, lp_type type, size_t classes, const lp_part *p,
                       size_t capacity, lp_arena *memory, lp_error *e) {
    *l = (lp_soft_labels){.type = type,
                          .classes = classes,
                          .own = 1 - smoothing,
                          .mean = reduction == LP_REDUCE_MEAN};
    l->weight = lp_arena_alloc(memory, classes, sizeof *l->weight);
    l->shared = lp_arena_alloc(memory, classes, type.size);
    l->target = lp_arena_alloc(memory, capacity, classes * type.size);
    if (find_weights(l, weights, p, e))
        return -1;
    const lp_kernels *num = lp_kernels_of(type);
    for (size_t c = 0; c < classes; c++)
        num->fill(1, smoothing * l->weight[c] / (double)classes, (char *)l->shared + c * type.size);
    return 0;
}

void lp_soft_labels_weigh(lp_soft_labels *l, const lp_part *p, size_t n, const size_t *index) {
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += l->weight[p->label[index[i]]];
    l->factor = l->mean ? (double)n / sum : 1;
}

void lp_soft_labels_fill(lp_soft_labels *l, size_t n, const int32_t *label) {
    const lp_kernels *num = lp_kernels_of(l->type);
    for (size_t i = 0; i < n; i++) {
        char *row = (char *)l->target + i * l->classes * l->type.size;
        size_t y = (size_t)label[i];
        double more; /* of either type */
        num->scale(l->classes, l->factor, l->shared, row);
        num->fill(1, l->factor * l->own * l->weight[y], &more);
        num->axpy(1, 1, &more, row + y * l->type.size);
    }
}
