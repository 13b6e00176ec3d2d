#include "learn/classification.h"

#include "base/memory.h"
#include "num/kernels.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

static double ratio(double a, double b) {
    return b > 0 ? a / b : 0;
}

/* ---- of counts ---- */

static size_t rows_of(size_t classes, const size_t *confusion, size_t k) {
    size_t sum = 0;
    for (size_t j = 0; j < classes; j++)
        sum += confusion[k * classes + j];
    return sum;
}

static size_t predicted_as(size_t classes, const size_t *confusion, size_t k) {
    size_t sum = 0;
    for (size_t i = 0; i < classes; i++)
        sum += confusion[i * classes + k];
    return sum;
}

lp_class_metrics lp_class_metrics_of(size_t classes, const size_t *confusion, size_t k) {
    double hits = (double)confusion[k * classes + k];
    size_t rows = rows_of(classes, confusion, k), predicted = predicted_as(classes, confusion, k);
    return (lp_class_metrics){.support = rows,
                              .precision = ratio(hits, (double)predicted),
                              .recall = ratio(hits, (double)rows),
                              .f1 = ratio(2 * hits, (double)(rows + predicted))};
}

static void add(lp_class_metrics *sum, const lp_class_metrics *m, double weight) {
    sum->support += m->support;
    sum->precision += weight * m->precision;
    sum->recall += weight * m->recall;
    sum->f1 += weight * m->f1;
}

static void divide(lp_class_metrics *sum, double by) {
    sum->precision = ratio(sum->precision, by);
    sum->recall = ratio(sum->recall, by);
    sum->f1 = ratio(sum->f1, by);
}

lp_class_means lp_class_means_of(size_t classes, const size_t *confusion) {
    lp_class_means means = {0};
    size_t seen = 0, true_classes = 0;
    double recalls = 0;
    for (size_t k = 0; k < classes; k++) {
        lp_class_metrics m = lp_class_metrics_of(classes, confusion, k);
        if (m.support > 0 || predicted_as(classes, confusion, k) > 0) {
            add(&means.macro, &m, 1);
            seen++;
        }
        if (m.support > 0) {
            recalls += m.recall;
            true_classes++;
        }
        add(&means.weighted, &m, (double)m.support);
    }
    divide(&means.macro, (double)seen);
    divide(&means.weighted, (double)means.weighted.support);
    means.balanced_accuracy = true_classes > 0 ? recalls / (double)true_classes : NAN;
    return means;
}

/* ---- of scores ---- */

static double clipped(double p) {
    return p < DBL_EPSILON ? DBL_EPSILON : p > 1 - DBL_EPSILON ? 1 - DBL_EPSILON : p;
}

double lp_log_loss(size_t n, size_t classes, const int32_t *label, const double *probability) {
    double loss = 0;
    for (size_t i = 0; i < n; i++) {
        const double *row = probability + i * classes;
        double sum = 0;
        for (size_t k = 0; k < classes; k++)
            sum += clipped(row[k]);
        loss -= lp_log(clipped(row[label[i]]) / sum);
    }
    return n > 0 ? loss / (double)n : NAN;
}

static int rising(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* How many of the numbers, which rise, are less than the limit, or, with `equal`, not more. */
static size_t count_below(const double *number, size_t n, double limit, bool equal) {
    size_t from = 0;
    while (n > 0) {
        size_t half = n / 2;
        bool below = equal ? number[from + half] <= limit : number[from + half] < limit;
        from += below ? half + 1 : 0;
        n = below ? n - half - 1 : half;
    }
    return from;
}

double lp_roc_auc(size_t n, const int32_t *label, int32_t k, const double *score, size_t stride) {
    double *positive = lp_alloc(n, sizeof *positive);
    size_t positives = 0;
    for (size_t i = 0; i < n; i++)
        if (label[i] == k)
            positive[positives++] = score[i * stride];
    qsort(positive, positives, sizeof *positive, rising);
    /* The pairs of a positive and a negative row that are in order, each counted twice so that a
     * tie's half is a whole number. */
    unsigned __int128 won = 0;
    for (size_t i = 0; i < n && positives > 0; i++)
        if (label[i] != k)
            won += 2 * positives - count_below(positive, positives, score[i * stride], false) -
                   count_below(positive, positives, score[i * stride], true);
    free(positive);
    size_t negatives = n - positives;
    return positives > 0 && negatives > 0
               ? (double)won / (2 * (double)positives * (double)negatives)
               : NAN;
}

double lp_roc_auc_of(size_t n, size_t classes, const int32_t *label, const double *score) {
    if (classes == 2)
        return lp_roc_auc(n, label, 1, score + 1, 2);
    double sum = 0;
    size_t defined = 0;
    for (size_t k = 0; k < classes; k++) {
        double area = lp_roc_auc(n, label, (int32_t)k, score + k, classes);
        if (!isnan(area)) {
            sum += area;
            defined++;
        }
    }
    return defined > 0 ? sum / (double)defined : NAN;
}

bool lp_are_probabilities(size_t n, size_t classes, const double *score) {
    for (size_t i = 0; i < n; i++) {
        double sum = 0;
        for (size_t k = 0; k < classes; k++) {
            double p = score[i * classes + k];
            if (!(p >= 0 && p <= 1))
                return false;
            sum += p;
        }
        if (!(fabs(sum - 1) <= 3.5e-4))
            return false;
    }
    return true;
}

double lp_top_k_accuracy(size_t n, size_t classes, const int32_t *label, const double *score,
                         size_t k) {
    size_t hits = 0;
    for (size_t i = 0; i < n; i++) {
        const double *row = score + i * classes;
        size_t own = (size_t)label[i], before = 0;
        double own_score = row[own];
        for (size_t j = 0; j < classes; j++)
            before += row[j] > own_score || (row[j] == own_score && j > own);
        hits += before < k;
    }
    return n > 0 ? (double)hits / (double)n : NAN;
}
