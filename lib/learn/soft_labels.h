/* Class weights and label smoothing, as torch.nn.CrossEntropyLoss(weight, label_smoothing) defines
 * them: the cross-entropy to the target
 *     t[i, c] = (1 - s) w[y] for the row's class c = y, and for every class s w[c] / classes more,
 * summed over rows and classes and, under LP_REDUCE_MEAN, divided by the sum of w[y] over the
 * batch's rows. */
#ifndef LP_LEARN_SOFT_LABELS_H
#define LP_LEARN_SOFT_LABELS_H

#include "base/error.h"
#include "base/memory.h"
#include "base/values.h"
#include "learn/dataset.h"
#include "learn/model.h"

/* What is asked for. {0}: the weight 1 for every class. */
typedef struct {
    bool balanced; /* rows / (classes * rows of the class), as scikit-learn has it */
    lp_reals weight;
} lp_class_weights;

/* Parses "balanced" or "W,W,...", numbers above 0, into an lp_class_weights (void, so that an
 * option row can name this function). Status LP_USAGE. The list lives until the process ends. */
int lp_class_weights_parse(const char *text, void *weights, lp_error *e);

typedef struct {
    lp_type type;
    size_t classes;
    double *weight; /* (classes) */
    double own;     /* 1 - s */
    double factor;  /* lp_soft_labels_weigh */
    bool mean;
    void *shared; /* (classes) s w[c] / classes */
    void *target; /* (capacity, classes) what lp_soft_labels_fill fills */
} lp_soft_labels;

/* Room in `memory` for the targets of `capacity` rows of the part. Refused: another number of
 * weights than of classes, and balanced weights where a class has no row. */
int lp_soft_labels_new(lp_soft_labels *l, const lp_class_weights *weights, double smoothing,
                       lp_reduction reduction, lp_type type, size_t classes, const lp_part *p,
                       size_t capacity, lp_arena *memory, lp_error *e);

/* The batch is the part's rows index[0..n) from now on, which LP_REDUCE_MEAN averages over. */
void lp_soft_labels_weigh(lp_soft_labels *l, const lp_part *p, size_t n, const size_t *index);

/* The targets of n rows of the batch with these labels, such that the cross-entropy of all its rows
 * summed, or under LP_REDUCE_MEAN averaged over them, is the loss. */
void lp_soft_labels_fill(lp_soft_labels *l, size_t n, const int32_t *label);

#endif
