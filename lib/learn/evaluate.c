#include "learn/evaluate.h"

#include "data/features.h"
#include "mf/factors.h"
#include "mf/metrics.h"

#include <math.h>

static void add_part(lp_report *r, const char *name, const lp_metrics *m) {
    r->part[r->parts] = (lp_report_part){
        .name = name, .n = m->n, .metric = {m->accuracy, m->loss}, .confusion = m->confusion};
    r->parts++;
}

static int read_class_names(lp_report *r, lp_stream *s, size_t classes, lp_error *e) {
    lp_tensor names;
    if (!lp_stream_describe(s, "classes", &names) || !lp_type_is_string(names.type) ||
        names.count != classes)
        return 0;
    const lp_tensor *t = lp_stream_get(s, "classes", e);
    if (t == NULL)
        return -1;
    r->class_name = lp_arena_alloc(&r->memory, classes, sizeof *r->class_name);
    for (size_t i = 0; i < classes; i++) {
        LP_CLEANUP(lp_free) char *name = lp_tensor_string(t, i, e);
        if (name == NULL)
            return -1;
        r->class_name[i] = lp_arena_strdup(&r->memory, name);
    }
    return 0;
}

/* ---- a model ---- */

static int scale_parts(lp_stream *s, lp_stream *model, lp_error *e) {
    static const char *const names[] = {"x", "x_train", "x_test"};
    lp_tensor x[3] = {0};
    for (int i = 0; i < 3; i++)
        if (lp_stream_has(s, names[i]) && lp_features_scaled(s, model, names[i], &x[i], e))
            return -1;
    for (int i = 0; i < 3; i++)
        if (x[i].owned != NULL)
            lp_stream_put(s, names[i], &x[i]);
    return 0;
}

static int read_data(lp_dataset *d, const lp_model *m, lp_stream *s, lp_stream *model,
                     lp_error *e) {
    bool numbers = m->loss == LP_LOSS_MSE && !m->is_perceptron;
    lp_y_use use = m->target == LP_TARGET_X ? LP_Y_NONE : numbers ? LP_Y_TARGETS : LP_Y_CLASSES;
    if (model != NULL && scale_parts(s, model, e))
        return -1;
    return lp_dataset_read_all(d, s, use, numbers ? 0 : lp_model_classes(m, true), e);
}

static int evaluate_model(lp_stream *s, lp_stream *model, lp_report *r, lp_error *e) {
    LP_CLEANUP(lp_model_free) lp_model m = {0};
    LP_CLEANUP(lp_dataset_free) lp_dataset d = {0};
    lp_stream *from = model != NULL ? model : s;
    if (lp_model_read(&m, from, e) || read_data(&d, &m, s, model, e))
        return -1;
    lp_evaluator evaluator = lp_evaluator_new(&m, &d, &r->memory);
    for (size_t i = 0; i < d.parts; i++) {
        lp_metrics metrics;
        if (lp_evaluator_part(&evaluator, i, &metrics, e))
            return -1;
        add_part(r, d.part[i].name, &metrics);
    }
    size_t classes = lp_model_classes(&m, d.part[0].label != NULL);
    if (classes == 0)
        return 0;
    return read_class_names(r, lp_stream_has(s, "classes") ? s : from, classes, e);
}

/* ---- predictions ---- */

static int32_t *read_labels(lp_stream *s, const char *name, lp_arena *memory, size_t *n,
                            size_t *classes, lp_error *e) {
    const lp_tensor *t = lp_stream_get(s, name, e);
    return t == NULL ? NULL : lp_labels_read(t, name, memory, n, classes, e);
}

static int evaluate_predictions(lp_stream *s, lp_report *r, lp_error *e) {
    static const struct {
        const char *y, *name;
    } against[] = {{"y", "all"}, {"y_test", "test"}, {"y_train", "train"}};
    size_t i = 0, n, predictions, classes, predicted_classes;
    while (i < 2 && !lp_stream_has(s, against[i].y))
        i++;
    int32_t *label = read_labels(s, against[i].y, &r->memory, &n, &classes, e);
    int32_t *predicted =
        label == NULL ? NULL
                      : read_labels(s, "y_pred", &r->memory, &predictions, &predicted_classes, e);
    if (predicted == NULL)
        return -1;
    if (predictions != n)
        return lp_fail(e, "y_pred has %zu rows, %s has %zu", predictions, against[i].y, n);
    lp_tensor names;
    if (predicted_classes > classes)
        classes = predicted_classes;
    if (lp_stream_describe(s, "classes", &names) && names.count > classes)
        classes = names.count;
    lp_metrics metrics = {.n = n, .loss = NAN};
    if (lp_confusion_new(&metrics.confusion, classes, e))
        return -1;
    lp_confusion_add(&metrics.confusion, n, label, predicted);
    metrics.accuracy = lp_accuracy(&metrics.confusion);
    add_part(r, against[i].name, &metrics);
    return read_class_names(r, s, classes, e);
}

/* ---- factors ---- */

static int evaluate_factors(lp_stream *s, const char *mask, bool zero_filled, lp_report *r,
                            lp_error *e) {
    lp_factors_metrics m[3];
    if (lp_factors_evaluate(s, mask, zero_filled, m, &r->parts, e))
        return -1;
    r->counted = "entries";
    static const char *const names[] = {"sse", "mse", "rmse", "mae"};
    for (size_t k = 0; k < LP_MAX_METRICS; k++)
        r->metric[k] = names[k];
    for (size_t i = 0; i < r->parts; i++)
        r->part[i] = (lp_report_part){
            .name = m[i].part, .n = m[i].n, .metric = {m[i].sse, m[i].mse, m[i].rmse, m[i].mae}};
    return 0;
}

static int evaluate(lp_stream *s, lp_stream *model, const char *mask, bool zero_filled,
                    lp_report *r, lp_error *e) {
    bool has_model = model != NULL || lp_model_is_in(s), has_factors = lp_factors_are_in(s);
    bool has_predictions = lp_stream_has(s, "y_pred");
    if (has_model && has_factors)
        return lp_fail(e, "there are both factors (u, mean) and a model (drop one with pick)");
    if (!has_model && !has_predictions && has_factors)
        return evaluate_factors(s, mask, zero_filled, r, e);
    if (!has_model && !has_predictions)
        return lp_fail(e, "there is nothing to evaluate (expected a model, layer1.weight or "
                          "weight; y_pred; or factors, u and v)");
    if (has_model ? evaluate_model(s, model, r, e) : evaluate_predictions(s, r, e))
        return -1;
    if (mask != NULL || zero_filled)
        return lp_fail_usage(e, "--mask and --zero-filled go only with factors");
    return 0;
}

int lp_evaluate(lp_stream *s, lp_stream *model, const char *mask, bool zero_filled, lp_report *r,
                lp_error *e) {
    *r = (lp_report){.counted = "rows", .metric = {"accuracy", "loss"}};
    if (evaluate(s, model, mask, zero_filled, r, e) == 0)
        return 0;
    lp_report_free(r);
    return lp_within(e, "evaluating");
}
