#include "learn/evaluator.h"

#include "num/ranks.h"

#include <math.h>
#include <stdlib.h>

/* ---- metrics ---- */

/* The matrix takes 800 MB for so many: labels that all differ would ask for the square of them. */
enum { MAX_CLASSES = 10000 };

int lp_confusion_new(lp_confusion *c, size_t classes, lp_error *e) {
    *c = (lp_confusion){.classes = classes};
    if (classes > MAX_CLASSES)
        return lp_fail(e, "%zu classes are too many for a confusion matrix (%d at most)", classes,
                       MAX_CLASSES);
    c->count = lp_alloc_zero(classes * classes, sizeof *c->count);
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

/* ---- the evaluator ---- */

lp_evaluator lp_evaluator_new(const lp_model *m, const lp_dataset *d, lp_arena *memory) {
    lp_type type = m->net.params.type;
    bool with_target = !m->is_perceptron && m->loss == LP_LOSS_MSE &&
                       (m->target == LP_TARGET_X || d->part[0].target_cols > 0);
    return (lp_evaluator){
        .model = m,
        .data = d,
        .forward = lp_forward_new(m, d, with_target, memory),
        .scores = lp_arena_alloc(memory, LP_FORWARD_ROWS * lp_network_outputs(&m->net), type.size),
        .probabilities =
            lp_arena_alloc(memory, LP_FORWARD_ROWS * lp_network_outputs(&m->net), type.size),
        .row_loss = lp_arena_alloc(memory, LP_FORWARD_ROWS, type.size),
        .predicted = lp_arena_alloc(memory, LP_FORWARD_ROWS, sizeof(int32_t))};
}

void lp_evaluator_free(lp_evaluator *ev) {
    lp_forward_free(&ev->forward);
}

/* The sum of the losses of the n rows whose scores are in ev->scores (which it may overwrite). */
static double sum_losses(lp_evaluator *ev, size_t n) {
    const lp_model *m = ev->model;
    const lp_batch *batch = &ev->forward.batch;
    lp_type type = m->net.params.type;
    const lp_kernels *num = lp_kernels_of(type);
    size_t outputs = lp_network_outputs(&m->net);
    double sum = 0;
    if (m->is_perceptron) {
        for (size_t i = 0; i < n; i++) {
            double agreement = (batch->label[i] == 1 ? 1 : -1) * lp_element(type, ev->scores, i);
            sum += agreement >= 0 ? 0 : -agreement; /* a NaN remains one */
        }
    } else if (m->loss == LP_LOSS_CROSS_ENTROPY) {
        num->softmax_cross_entropy(n, outputs, ev->scores, batch->label, NULL, ev->row_loss,
                                   ev->scores);
        for (size_t i = 0; i < n; i++)
            sum += lp_element(type, ev->row_loss, i);
    } else {
        sum = num->sum_squared_difference(n * outputs, ev->scores, batch->target);
    }
    return sum;
}

/* Keeps what the caller asked for of the n rows whose scores are in ev->scores. */
static void keep_rows(lp_evaluator *ev, size_t from, size_t n) {
    const lp_model *m = ev->model;
    lp_type type = m->net.params.type;
    size_t outputs = lp_network_outputs(&m->net);
    if (ev->regression != NULL)
        lp_regression_add(ev->regression, type, n, ev->forward.batch.target, ev->scores);
    if (ev->all_scores == NULL)
        return;
    const void *scores = ev->scores;
    if (!m->is_perceptron && m->loss == LP_LOSS_CROSS_ENTROPY) {
        lp_kernels_of(type)->softmax(n, outputs, ev->scores, ev->probabilities);
        scores = ev->probabilities;
    }
    for (size_t i = 0; i < n * outputs; i++)
        ev->all_scores[from * outputs + i] = lp_element(type, scores, i);
}

static int check_part(const lp_model *m, const lp_part *p, size_t classes, lp_error *e) {
    size_t expected = m->target == LP_TARGET_X ? p->cols : p->target_cols;
    size_t predicted = m->is_perceptron ? 2 : lp_network_outputs(&m->net);
    if (lp_model_check_rows(m, p->x_name, p->cols, p->dims, p->shape, e))
        return -1;
    if (classes > 0 && p->label == NULL)
        return lp_fail(e, "%s holds no classes, but the model predicts classes", p->y_name);
    if (expected != predicted)
        return lp_fail(e, "%s has %zu %s, the model predicts %zu",
                       m->target == LP_TARGET_X ? p->x_name : p->y_name, expected,
                       classes > 0 ? "classes" : "columns", predicted);
    return 0;
}

/* Where losses and counts start. */
static int begin_part(const lp_evaluator *ev, const lp_part *p, lp_metrics *metrics, lp_error *e) {
    size_t classes = lp_model_classes(ev->model, p->label != NULL);
    *metrics = (lp_metrics){.n = p->rows, .loss = 0, .accuracy = NAN};
    return check_part(ev->model, p, classes, e) ||
                   (classes > 0 && lp_confusion_new(&metrics->confusion, classes, e))
               ? -1
               : 0;
}

/* Adds the rows from `from` to `end`; metrics->loss is the sum of their losses so far. */
static void add_rows(lp_evaluator *ev, const lp_part *p, size_t from, size_t end,
                     lp_metrics *metrics) {
    double loss = 0;
    for (size_t n; from < end; from += n) {
        n = lp_forward_rows(&ev->forward, p, from, end, ev->scores);
        if (metrics->confusion.classes > 0) {
            lp_model_classify(ev->model, n, ev->scores, ev->predicted);
            lp_confusion_add(&metrics->confusion, n, ev->forward.batch.label, ev->predicted);
        }
        keep_rows(ev, from, n);
        loss += sum_losses(ev, n);
    }
    metrics->loss += loss;
}

/* The loss averaged, and the accuracy of `correct` rows. */
static void end_part(const lp_evaluator *ev, double correct, lp_metrics *metrics) {
    const lp_model *m = ev->model;
    double terms = (double)metrics->n;
    if (!m->is_perceptron && m->loss == LP_LOSS_MSE && m->reduction == LP_REDUCE_MEAN)
        terms *= (double)lp_network_outputs(&m->net);
    metrics->loss /= terms;
    if (metrics->confusion.classes > 0)
        metrics->accuracy = ratio(correct, metrics->n);
}

int lp_evaluator_part(lp_evaluator *ev, size_t i, lp_metrics *metrics, lp_error *e) {
    const lp_part *p = &ev->data->part[i];
    if (begin_part(ev, p, metrics, e))
        return -1;
    add_rows(ev, p, 0, p->rows, metrics);
    end_part(ev, (double)metrics->confusion.correct, metrics);
    return 0;
}

/* The same, but for the confusion matrix, as a sum over shards. */
static int evaluate_shards(lp_evaluator *ev, size_t i, lp_metrics *metrics, lp_error *e) {
    const lp_part *p = &ev->data->part[i];
    LP_CLEANUP(lp_arena_free) lp_arena memory = {0};
    lp_shard_sum sum = lp_shard_sum_new(&memory, LP_F8, 2, ev->shards);
    if (begin_part(ev, p, metrics, e))
        return -1;
    for (size_t k = sum.first; k < sum.end; k++) {
        double *partial = lp_shard_sum_next(&sum);
        metrics->loss = 0;
        metrics->confusion.correct = 0;
        add_rows(ev, p, lp_cut(p->rows, ev->shards, k), lp_cut(p->rows, ev->shards, k + 1),
                 metrics);
        partial[0] = metrics->loss;
        partial[1] = (double)metrics->confusion.correct;
    }
    const double *all = lp_shard_sum_all(&sum);
    metrics->loss = all[0];
    end_part(ev, all[1], metrics);
    return 0;
}

int lp_evaluator_row(lp_evaluator *ev, lp_history_row *row, lp_error *e) {
    lp_metrics m;
    for (size_t i = 0; i < ev->data->parts && i < 2; i++) {
        if (ev->shards > 1 ? evaluate_shards(ev, i, &m, e) : lp_evaluator_part(ev, i, &m, e))
            return -1;
        *(i == 0 ? &row->loss : &row->val_loss) = m.loss;
        *(i == 0 ? &row->accuracy : &row->val_accuracy) = m.accuracy;
        lp_confusion_free(&m.confusion);
    }
    return 0;
}
