/* Metrics, and the evaluator: a model's metrics on the parts of a dataset, over and over. */
#ifndef LP_LEARN_EVALUATOR_H
#define LP_LEARN_EVALUATOR_H

#include "base/error.h"
#include "base/memory.h"
#include "learn/dataset.h"
#include "learn/history.h"
#include "learn/predict.h"
#include "learn/regression.h"

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

typedef struct {
    const lp_model *model;
    const lp_dataset *data;
    lp_forward forward;
    void *scores, *row_loss, *probabilities;
    int32_t *predicted;
    /* Where the rows of a part are kept for further metrics. Both NULL: nowhere. */
    double *all_scores;        /* (rows, outputs), as lp_predict puts them into y_score */
    lp_regression *regression; /* what targets and predictions are added to */
    size_t shards; /* of lp_evaluator_row, a sum over them (num/ranks.h); 0 or 1: not cut */
} lp_evaluator;

/* Model and data are borrowed; all room is in `memory`. */
lp_evaluator lp_evaluator_new(const lp_model *m, const lp_dataset *d, lp_arena *memory);
void lp_evaluator_free(lp_evaluator *ev);

/* The metrics on part `i` of the data; freed with lp_confusion_free(&metrics->confusion). The loss
 * is the cross-entropy averaged over the rows; or the squared errors averaged over all numbers, or,
 * under LP_REDUCE_SUM, summed in each row and averaged over the rows; or, for a perceptron,
 * Rosenblatt's criterion max(0, -t (x·w + b)), t = ±1, averaged over the rows. Refused: data of
 * another width than the model's, or of other classes. */
int lp_evaluator_part(lp_evaluator *ev, size_t i, lp_metrics *metrics, lp_error *e);

/* The same for the first part and, where there is one, the second, as a row of history. With
 * shards, each rank of a job evaluates its own, and all get the sum. */
int lp_evaluator_row(lp_evaluator *ev, lp_history_row *row, lp_error *e);

#endif
