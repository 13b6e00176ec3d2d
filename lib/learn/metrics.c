#include "learn/metrics.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

int lp_confusion_new(lp_confusion *c, size_t classes, lp_error *e) {
    *c = (lp_confusion){.classes = classes};
    size_t cells;
    if (!lp_multiply(classes, classes, &cells))
        return lp_fail(e, "%zu classes are too many for a confusion matrix", classes);
    c->count = lp_alloc_zero(cells, sizeof *c->count);
    return 0;
}

void lp_confusion_free(lp_confusion *c) {
    free(c->count);
    *c = (lp_confusion){0};
}

void lp_confusion_add(lp_confusion *c, size_t n, const int32_t *label, const int32_t *predicted) {
    for (size_t i = 0; i < n; i++) {
        c->count[(size_t)label[i] * c->classes + (size_t)predicted[i]]++;
        c->correct += label[i] == predicted[i];
    }
    c->n += n;
}

static double ratio(double a, size_t n) {
    return n > 0 ? a / (double)n : NAN;
}

double lp_accuracy(const lp_confusion *c) {
    return ratio((double)c->correct, c->n);
}

double lp_class_accuracy(const lp_confusion *c, size_t true_class) {
    size_t n = 0;
    for (size_t k = 0; k < c->classes; k++)
        n += c->count[true_class * c->classes + k];
    return ratio((double)c->count[true_class * c->classes + true_class], n);
}
