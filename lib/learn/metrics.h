/* How good answers are that are classes: counts, added to batch by batch. */
#ifndef LP_LEARN_METRICS_H
#define LP_LEARN_METRICS_H

#include "base/error.h"
#include "base/tensor.h"

#include <stddef.h>
#include <stdint.h>

typedef struct {
    size_t classes;
    size_t n;          /* rows judged */
    size_t correct;    /* of them */
    size_t *confusion; /* (classes, classes): row true class, column answered class; owned */
} lp_confusion;

int lp_confusion_new(lp_confusion *c, size_t classes, lp_error *e);
void lp_confusion_free(lp_confusion *c);

/* Adds n rows. Every label and answer is below the classes. */
void lp_confusion_add(lp_confusion *c, size_t n, const int32_t *label, const int32_t *answer);

/* correct / n, and the same among the rows of one true class; NaN where there are none. */
double lp_accuracy(const lp_confusion *c);
double lp_class_accuracy(const lp_confusion *c, size_t true_class);

#endif
