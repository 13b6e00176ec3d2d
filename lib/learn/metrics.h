/* How good predictions are. */
#ifndef LP_LEARN_METRICS_H
#define LP_LEARN_METRICS_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

/* Counts of predicted classes, added to batch by batch. */
typedef struct {
    size_t classes;
    size_t n;       /* rows counted */
    size_t correct; /* of them */
    size_t *count;  /* (classes, classes): row true class, column predicted class; owned */
} lp_confusion;

int lp_confusion_new(lp_confusion *c, size_t classes, lp_error *e);
void lp_confusion_free(lp_confusion *c);

/* Adds n rows. Every label is below the classes. */
void lp_confusion_add(lp_confusion *c, size_t n, const int32_t *label, const int32_t *predicted);

/* correct / n, and the same among the rows of one true class; NaN where there are none. */
double lp_accuracy(const lp_confusion *c);
double lp_class_accuracy(const lp_confusion *c, size_t true_class);

/* The metrics of a model, or of predictions, on one part of the data. */
typedef struct {
    size_t n;               /* rows */
    double loss;            /* NaN where only predictions are known */
    double accuracy;        /* NaN where there are no classes */
    lp_confusion confusion; /* {0} where there are no classes */
} lp_metrics;

#endif
