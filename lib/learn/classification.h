/* Metrics of predicted classes and of their scores, defined as in scikit-learn's sklearn.metrics:
 * a ratio whose denominator is 0 is 0, unless a function says otherwise.
 *
 * A confusion matrix is (classes, classes): row true class, column predicted class. Labels are 0 to
 * classes - 1. Scores are (n, classes), in double, without NaN. */
#ifndef LP_LEARN_CLASSIFICATION_H
#define LP_LEARN_CLASSIFICATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    size_t support; /* rows of the class, or, in a mean, of all classes */
    double precision, recall, f1;
} lp_class_metrics;

/* The metrics of class k: precision_recall_fscore_support. */
lp_class_metrics lp_class_metrics_of(size_t classes, const size_t *confusion, size_t k);

typedef struct {
    lp_class_metrics macro;    /* over the classes that are true or predicted in some row */
    lp_class_metrics weighted; /* by support */
    double balanced_accuracy;  /* the mean recall over the classes that have rows; NaN for n = 0 */
} lp_class_means;

lp_class_means lp_class_means_of(size_t classes, const size_t *confusion);

/* The mean cross-entropy of probabilities: they are clipped to [eps, 1 - eps], eps = 2^-52, and
 * each row is divided by its sum. NaN for n = 0. */
double lp_log_loss(size_t n, size_t classes, const int32_t *label, const double *probability);

/* The area under the ROC curve of class k against the rest: the probability that a row of the class
 * scores higher than a row of another, ties counting one half (Hanley and McNeil 1982). Row i's
 * score is score[i * stride]. NaN where either side has no rows. */
double lp_roc_auc(size_t n, const int32_t *label, int32_t k, const double *score, size_t stride);

/* Two classes: the area of class 1. More: the mean over the classes, each against the rest, for
 * which it is defined. NaN where there are none. */
double lp_roc_auc_of(size_t n, size_t classes, const int32_t *label, const double *score);

/* True where each row of scores is a distribution: numbers from 0 to 1 whose sum is 1, within
 * 3.5e-4, the square root of float's epsilon. */
bool lp_are_probabilities(size_t n, size_t classes, const double *score);

/* The share of rows whose class is among the k with the largest scores; of equal scores, the later
 * class comes first. NaN for n = 0. */
double lp_top_k_accuracy(size_t n, size_t classes, const int32_t *label, const double *score,
                         size_t k);

#endif
