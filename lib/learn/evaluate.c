#include "learn/evaluate.h"

#include "base/printable.h"
#include "data/features.h"
#include "data/labels.h"
#include "learn/classification.h"
#include "learn/evaluator.h"
#include "learn/predict.h"
#include "learn/regression.h"
#include "mf/factors.h"
#include "mf/matrix.h"
#include "mf/metrics.h"

#include <math.h>

static lp_report_part *add_part(lp_report *r, const char *name, const lp_metrics *m) {
    lp_report_part *p = &r->part[r->parts++];
    *p = (lp_report_part){
        .name = name, .n = m->n, .metric = {m->accuracy, m->loss}, .confusion = m->confusion};
    return p;
}

static void add_figure(lp_report_part *p, const char *name, double value) {
    p->figure[p->figures++] = (lp_figure){name, value};
}

/* Scores are (n, cols), cols the classes, or 1: of class 1 of two; NULL: not known. */
static void add_class_figures(lp_report_part *p, const int32_t *label, const double *score,
                              size_t cols, int64_t top_k) {
    size_t n = p->n, classes = p->confusion.classes;
    lp_class_means means = lp_class_means_of(classes, p->confusion.count);
    bool one_each = score != NULL && cols == classes;
    add_figure(p, "balanced_accuracy", means.balanced_accuracy);
    add_figure(p, "log_loss",
               one_each && lp_are_probabilities(n, classes, score)
                   ? lp_log_loss(n, classes, label, score)
                   : NAN);
    add_figure(p, "roc_auc",
               one_each                        ? lp_roc_auc_of(n, classes, label, score)
               : score != NULL && classes == 2 ? lp_roc_auc(n, label, 1, score, 1)
                                               : NAN);
    if (top_k > 0)
        add_figure(p, "top_k_accuracy",
                   one_each ? lp_top_k_accuracy(n, classes, label, score, (size_t)top_k) : NAN);
    add_figure(p, "precision_macro", means.macro.precision);
    add_figure(p, "recall_macro", means.macro.recall);
    add_figure(p, "f1_macro", means.macro.f1);
    add_figure(p, "precision_weighted", means.weighted.precision);
    add_figure(p, "recall_weighted", means.weighted.recall);
    add_figure(p, "f1_weighted", means.weighted.f1);
}

static void add_number_figures(lp_report_part *p, const lp_regression *s) {
    lp_regression_metrics m = lp_regression_result(s);
    add_figure(p, "mse", m.mse);
    add_figure(p, "rmse", m.rmse);
    add_figure(p, "mae", m.mae);
    add_figure(p, "r2", m.r2);
    add_figure(p, "explained_variance", m.explained_variance);
}

/* The report's names of the classes; {0}: none. */
static int name_classes(lp_report *r, const lp_tensor *names, size_t classes, lp_error *e) {
    if (names->data == NULL || names->count != classes)
        return 0;
    r->class_name = lp_arena_alloc(&r->memory, classes, sizeof *r->class_name);
    for (size_t i = 0; i < classes; i++) {
        LP_CLEANUP(lp_free) char *name = lp_tensor_string(names, i, e);
        if (name == NULL)
            return -1;
        r->class_name[i] = lp_arena_strdup(&r->memory, lp_printable(name));
    }
    return 0;
}

/* ---- a model ---- */

static int evaluate_part(lp_evaluator *ev, size_t i, int64_t top_k, lp_report *r, lp_error *e) {
    const lp_part *p = &ev->data->part[i];
    LP_CLEANUP(lp_arena_free) lp_arena memory = {0};
    lp_metrics metrics;
    size_t outputs = lp_network_outputs(&ev->model->net), cells = 0;
    ev->all_scores = NULL;
    ev->regression = NULL;
    if (lp_model_classes(ev->model, p->label != NULL) == 0) {
        ev->regression = lp_regression_new(outputs, &memory);
    } else if (lp_multiply(p->rows, outputs, &cells)) {
        ev->all_scores = lp_arena_alloc(&memory, cells, sizeof(double));
    }
    if (lp_evaluator_part(ev, i, &metrics, e))
        return -1;
    lp_report_part *part = add_part(r, p->name, &metrics);
    if (ev->regression != NULL)
        add_number_figures(part, ev->regression);
    else
        add_class_figures(part, p->label, ev->all_scores, outputs, top_k);
    return 0;
}

/* The number of classes that labels can be of, as far as the model tells. */
static size_t count_classes(const lp_model *m) {
    size_t outputs = lp_network_outputs(&m->net);
    bool numbers = m->loss == LP_LOSS_MSE && !m->is_perceptron;
    return m->target == LP_TARGET_X ? 0
           : !numbers               ? lp_model_classes(m, true)
           : outputs > 1            ? outputs
                                    : 0;
}

static int read_data(lp_dataset *d, const lp_model *m, lp_stream *s, lp_buffer *warnings,
                     lp_error *e) {
    bool numbers = m->loss == LP_LOSS_MSE && !m->is_perceptron;
    lp_y_use use = m->target == LP_TARGET_X ? LP_Y_NONE : numbers ? LP_Y_TARGETS : LP_Y_CLASSES;
    const lp_data_form form = {&m->schema, count_classes(m)};
    return lp_dataset_read_all(d, s, use, &form, warnings, e);
}

static int evaluate_model(lp_stream *s, lp_stream *model, int64_t top_k, lp_report *r,
                          lp_error *e) {
    LP_CLEANUP(lp_model_free) lp_model m = {0};
    LP_CLEANUP(lp_dataset_free) lp_dataset d = {0};
    if (lp_model_read_for(&m, s, model, e) || read_data(&d, &m, s, &r->warnings, e))
        return -1;
    LP_CLEANUP(lp_evaluator_free)
    lp_evaluator evaluator = lp_evaluator_new(&m, &d, &r->memory);
    for (size_t i = 0; i < d.parts; i++)
        if (evaluate_part(&evaluator, i, top_k, r, e))
            return -1;
    return name_classes(r, &d.class_name, lp_model_classes(&m, d.part[0].label != NULL), e);
}

/* ---- predictions ---- */

/* y_score, [n, classes] or [n], as f8; *t stays {0} without one. It may have fewer columns than
 * there are classes, which the model did not know all: then no figure can be had of it. */
static int read_scores(lp_stream *s, size_t n, size_t classes, lp_tensor *t, lp_error *e) {
    char shape[200];
    if (!lp_stream_has(s, "y_score"))
        return 0;
    if (lp_stream_get_as(s, "y_score", LP_F8, t, e))
        return -1;
    size_t cols = lp_tensor_row_size(t);
    if (t->ndim == 0 || t->shape[0] != n || cols > classes)
        return lp_fail(e, "y_score has shape %s, expected a row for each of the %zu labels",
                       lp_shape_text(t->ndim, t->shape, shape), n);
    return lp_tensor_check_finite(t, "y_score", e);
}

/* y and y_pred as labels of the same classes. A stream may have scores of more classes than occur.
 */
static int read_labels(lp_stream *s, const char *y, lp_label_set *l, lp_error *e) {
    lp_tensor score;
    if (lp_label_set_read(l, s, (const char *const[]){y, "y_pred"}, 2, e))
        return -1;
    if (l->labels[1].n != l->labels[0].n)
        return lp_fail(e, "y_pred has %zu rows, %s has %zu", l->labels[1].n, y, l->labels[0].n);
    if (lp_label_set_number(l, e))
        return -1;
    bool has_scores = lp_stream_describe(s, "y_score", &score) && score.ndim == 2;
    if (has_scores && l->name.count == 0 && score.shape[1] > l->count)
        l->count = score.shape[1];
    return 0;
}

static int evaluate_classes(lp_stream *s, const char *y, const char *part, int64_t top_k,
                            lp_report *r, lp_error *e) {
    LP_CLEANUP(lp_tensor_free) lp_tensor scores = {0};
    LP_CLEANUP(lp_label_set_free) lp_label_set l = {0};
    if (read_labels(s, y, &l, e))
        return -1;
    lp_metrics metrics = {.n = l.labels[0].n, .loss = NAN};
    if (lp_confusion_new(&metrics.confusion, l.count, e))
        return -1;
    lp_confusion_add(&metrics.confusion, metrics.n, l.place[0], l.place[1]);
    metrics.accuracy = lp_accuracy(&metrics.confusion);
    lp_report_part *p = add_part(r, part, &metrics);
    if (read_scores(s, metrics.n, l.count, &scores, e))
        return -1;
    size_t cols = scores.data != NULL ? lp_tensor_row_size(&scores) : 0;
    add_class_figures(p, l.place[0], scores.data, cols, top_k);
    LP_CLEANUP(lp_tensor_free) lp_tensor names = {0};
    if (l.name.count > 0)
        names = lp_tensor_strings(l.name.item, l.name.count);
    return name_classes(r, &names, l.count, e);
}

static int evaluate_numbers(lp_stream *s, const char *y, const char *part, lp_report *r,
                            lp_error *e) {
    char shape[200], other[200];
    LP_CLEANUP(lp_tensor_free) lp_tensor target = {0};
    LP_CLEANUP(lp_tensor_free) lp_tensor predicted = {0};
    if (lp_stream_get_as(s, y, LP_F8, &target, e) ||
        lp_stream_get_as(s, "y_pred", LP_F8, &predicted, e))
        return -1;
    if (target.ndim == 0 || predicted.ndim == 0 || target.shape[0] != predicted.shape[0] ||
        target.count != predicted.count)
        return lp_fail(e, "y_pred has shape %s, %s has %s",
                       lp_shape_text(predicted.ndim, predicted.shape, shape), y,
                       lp_shape_text(target.ndim, target.shape, other));
    lp_metrics metrics = {.n = target.shape[0], .loss = NAN, .accuracy = NAN};
    lp_regression *sums = lp_regression_new(lp_tensor_row_size(&target), &r->memory);
    lp_regression_add(sums, LP_F8, metrics.n, target.data, predicted.data);
    add_number_figures(add_part(r, part, &metrics), sums);
    return 0;
}

static int evaluate_predictions(lp_stream *s, int64_t top_k, lp_report *r, lp_error *e) {
    const lp_truth *truth = lp_truth_of(s, e);
    const lp_tensor *y = truth != NULL ? lp_stream_get(s, truth->y, e) : NULL;
    const lp_tensor *predicted = y != NULL ? lp_stream_get(s, "y_pred", e) : NULL;
    if (predicted == NULL)
        return -1;
    if (lp_is_targets(y) && lp_is_targets(predicted))
        return evaluate_numbers(s, truth->y, truth->part, r, e);
    return evaluate_classes(s, truth->y, truth->part, top_k, r, e);
}

/* ---- factors ---- */

/* Dense x without a mask: the share of its variance, about the columns' means, that is explained,
 * and by each of an SVD's components: the variance of column k of u diag(s). */
static int add_explained_variance(lp_stream *s, lp_report *r, lp_error *e) {
    LP_CLEANUP(lp_tensor_free) lp_tensor x = {0};
    LP_CLEANUP(lp_factors_free) lp_factors f = {0};
    if (lp_matrix_read_x(s, &x, e) || lp_factors_read(s, &f, e))
        return -1;
    lp_report_part *p = &r->part[0];
    lp_regression *all = lp_regression_new(f.cols, &r->memory);
    lp_regression *components = lp_regression_new(f.rank, &r->memory);
    double *row = lp_arena_alloc(&r->memory, f.cols, sizeof *row);
    double *score = lp_arena_alloc(&r->memory, f.rank, sizeof *score);
    for (size_t i = 0; i < f.rows; i++) {
        for (size_t j = 0; j < f.cols; j++)
            row[j] = lp_factors_at(&f, i, j);
        lp_regression_add(all, LP_F8, 1, (double *)x.data + i * f.cols, row);
        for (size_t k = 0; k < f.rank; k++)
            score[k] = f.u[i * f.rank + k] * (f.s != NULL ? f.s[k] : 1);
        lp_regression_add(components, LP_F8, 1, score, score);
    }
    add_figure(p, "explained_variance", lp_regression_result(all).explained_variance);
    double variation = 0;
    for (size_t j = 0; j < f.cols; j++)
        variation += all->target[j].sum;
    if (f.s != NULL && variation > 0) {
        p->components = f.rank;
        p->explained_variance_ratio = lp_arena_alloc(&r->memory, f.rank, sizeof(double));
        for (size_t k = 0; k < f.rank; k++)
            p->explained_variance_ratio[k] = components->target[k].sum / variation;
    }
    return 0;
}

/* Dense x as the matrix was that was factorised. */
static int match_matrix(lp_stream *s, lp_buffer *warnings, lp_error *e) {
    const char *name = !lp_stream_has(s, "x") && lp_stream_has(s, "x_train") ? "x_train" : "x";
    LP_CLEANUP(lp_schema_free) lp_schema schema = {0};
    LP_CLEANUP(lp_tensor_free) lp_tensor x = {0};
    if (lp_matrix_is_sparse(s) || !lp_stream_has(s, name))
        return 0;
    if (lp_schema_of_model(&schema, s, false, e) ||
        lp_features_match(s, &schema, name, &x, warnings, e))
        return -1;
    if (x.owned != NULL)
        lp_stream_put(s, name, &x);
    return 0;
}

static int evaluate_factors(lp_stream *s, const lp_evaluate_options *o, lp_report *r, lp_error *e) {
    lp_factors_metrics m[4];
    if (match_matrix(s, &r->warnings, e) ||
        lp_factors_evaluate(s, o->mask, o->zero_filled, m, &r->parts, e))
        return -1;
    r->counted = "entries";
    static const char *const names[] = {"sse", "mse", "rmse", "mae"};
    for (size_t k = 0; k < LP_MAX_METRICS; k++)
        r->metric[k] = names[k];
    for (size_t i = 0; i < r->parts; i++)
        r->part[i] = (lp_report_part){
            .name = m[i].part, .n = m[i].n, .metric = {m[i].sse, m[i].mse, m[i].rmse, m[i].mae}};
    return lp_matrix_is_sparse(s) || o->mask != NULL ? 0 : add_explained_variance(s, r, e);
}

static int evaluate(lp_stream *s, lp_stream *model, const lp_evaluate_options *o, lp_report *r,
                    lp_error *e) {
    bool has_model = model != NULL || lp_model_is_in(s), has_factors = lp_factors_are_in(s);
    bool has_predictions = lp_stream_has(s, "y_pred");
    if (has_model && has_factors)
        return lp_fail(e,
                       "there are both factors (u, mean) and a model (drop one with labpipe pick)");
    if (!has_model && !has_predictions && has_factors)
        return evaluate_factors(s, o, r, e);
    if (!has_model && !has_predictions)
        return lp_fail(e, "there is nothing to evaluate (expected a model, layer1.weight or "
                          "weight; y_pred; or factors, u and v)");
    if (has_model ? evaluate_model(s, model, o->top_k, r, e)
                  : evaluate_predictions(s, o->top_k, r, e))
        return -1;
    if (o->mask != NULL || o->zero_filled)
        return lp_fail_usage(e, "--mask and --zero-filled go only with factors");
    return 0;
}

int lp_evaluate(lp_stream *s, lp_stream *model, const lp_evaluate_options *o, lp_report *r,
                lp_error *e) {
    *r = (lp_report){.counted = "rows", .metric = {"accuracy", "loss"}};
    if (evaluate(s, model, o, r, e) == 0)
        return 0;
    lp_report_free(r);
    return lp_within(e, "evaluating");
}

bool lp_can_be_evaluated(const lp_stream *s) {
    bool dense = lp_stream_has(s, "x") || lp_stream_has(s, "x_train") ||
                 lp_stream_has(s, "x_val") || lp_stream_has(s, "x_test");
    return lp_stream_has(s, "y_pred") || (lp_model_is_in(s) && dense) ||
           (lp_factors_are_in(s) && (dense || lp_matrix_is_sparse(s)));
}
