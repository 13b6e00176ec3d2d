#include "learn/evaluate.h"

#include "base/memory.h"
#include "learn/dataset.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- judging ---- */

static int read_class_names(lp_evaluation_report *r, lp_stream *s, size_t classes, lp_error *e) {
    lp_tensor names;
    r->classes = classes;
    if (!lp_stream_describe(s, "classes", &names) || !lp_type_is_string(names.type) ||
        names.count != classes)
        return 0;
    const lp_tensor *t = lp_stream_get(s, "classes", e);
    r->class_name = t == NULL ? NULL : lp_alloc_zero(classes, sizeof *r->class_name, e);
    if (r->class_name == NULL)
        return -1;
    for (size_t i = 0; i < classes; i++) {
        r->class_name[i] = lp_tensor_string(t, i, e);
        if (r->class_name[i] == NULL)
            return -1;
    }
    return 0;
}

static int scale_parts(lp_stream *s, lp_stream *model, lp_error *e) {
    static const char *const names[] = {"x", "x_train", "x_test"};
    bool scaled = false;
    lp_tensor x[3] = {0};
    for (int i = 0; i < 3; i++) {
        if (lp_stream_has(s, names[i]) && lp_scale_for_model(s, model, names[i], &x[i], e))
            return -1;
        scaled |= x[i].owned != NULL;
    }
    for (int i = 0; i < 3 && scaled; i++)
        if (x[i].owned != NULL && lp_stream_put(s, names[i], &x[i], e))
            return -1;
    return 0;
}

static int judge_model(lp_stream *s, lp_stream *model, lp_evaluation_report *r, lp_error *e) {
    lp_model m;
    lp_dataset d;
    lp_judge judge;
    if (lp_model_read(&m, model != NULL ? model : s, e))
        return -1;
    bool numbers = m.loss == LP_LOSS_MSE && !m.is_perceptron;
    lp_y_use use = m.target == LP_TARGET_X ? LP_Y_NONE : numbers ? LP_Y_TARGETS : LP_Y_CLASSES;
    if ((model != NULL && scale_parts(s, model, e)) ||
        lp_dataset_read_all(&d, s, use, numbers ? 0 : lp_model_classes(&m, true), e)) {
        lp_model_free(&m);
        return -1;
    }
    int failed = lp_judge_new(&judge, &m, &d, e);
    for (size_t i = 0; i < d.parts && !failed; i++) {
        r->name[i] = d.part[i].name;
        r->parts = i + 1;
        failed = lp_judge_part(&judge, &m, &d.part[i], &r->judgement[i], e);
    }
    size_t classes = lp_model_classes(&m, d.part[0].label != NULL);
    if (!failed && classes > 0)
        failed = read_class_names(r, lp_stream_has(s, "classes") || model == NULL ? s : model,
                                  classes, e);
    lp_judge_free(&judge);
    lp_dataset_free(&d);
    lp_model_free(&m);
    return failed;
}

static int judge_answers(lp_stream *s, lp_evaluation_report *r, lp_error *e) {
    static const struct {
        const char *y, *name;
    } against[] = {{"y", "all"}, {"y_test", "test"}, {"y_train", "train"}};
    size_t i = 0;
    while (i < 2 && !lp_stream_has(s, against[i].y))
        i++;
    lp_tensor answer = {0};
    int32_t *label = NULL, *answered = NULL;
    size_t classes = 0, n = 0;
    int failed = 0;
    const lp_tensor *y = lp_stream_get(s, against[i].y, e);
    if (y == NULL || lp_labels_read(y, against[i].y, &label, &n, &classes, e))
        return -1;
    size_t answers, answered_classes;
    const lp_tensor *p = lp_stream_get(s, "y_pred", e);
    failed = p == NULL || lp_labels_read(p, "y_pred", &answered, &answers, &answered_classes, e);
    if (!failed && answers != n)
        failed = lp_fail(e, "y_pred has %zu rows, %s has %zu", answers, against[i].y, n);
    if (!failed) {
        lp_tensor names;
        if (answered_classes > classes)
            classes = answered_classes;
        if (lp_stream_describe(s, "classes", &names) && names.count > classes)
            classes = names.count;
        r->parts = 1;
        r->name[0] = against[i].name;
        r->judgement[0] = (lp_judgement){.n = n, .loss = NAN};
        failed = lp_confusion_new(&r->judgement[0].confusion, classes, e);
    }
    if (!failed) {
        lp_confusion_add(&r->judgement[0].confusion, n, label, answered);
        r->judgement[0].accuracy = lp_accuracy(&r->judgement[0].confusion);
        failed = read_class_names(r, s, classes, e);
    }
    free(label);
    free(answered);
    lp_tensor_free(&answer);
    return failed;
}

int lp_evaluate(lp_stream *s, lp_stream *model, const char *mask, bool zero_filled,
                lp_evaluation_report *r, lp_error *e) {
    *r = (lp_evaluation_report){0};
    bool network = model != NULL || lp_model_is_in(s), factors = lp_factors_are_in(s);
    int failed;
    if (network && factors) {
        failed = lp_fail(e, "there are factors (u, mean) and a model as well (drop one with pick)");
    } else if (network) {
        failed = judge_model(s, model, r, e);
    } else if (lp_stream_has(s, "y_pred")) {
        failed = judge_answers(s, r, e);
    } else if (factors) {
        r->is_factors = true;
        failed = lp_factors_evaluate(s, mask, zero_filled, r->error, &r->parts, e);
    } else {
        failed = lp_fail(e, "there is nothing to judge (expected a model, layer1.weight or weight; "
                            "y_pred; or factors, u and v)");
    }
    if (!failed && !r->is_factors && (mask != NULL || zero_filled))
        failed = lp_fail_usage(e, "--mask and --zero-filled go with factors, and there are none");
    if (failed) {
        lp_evaluation_free(r);
        return lp_within(e, "judging");
    }
    return 0;
}

void lp_evaluation_free(lp_evaluation_report *r) {
    for (size_t i = 0; i < 3; i++)
        lp_confusion_free(&r->judgement[i].confusion);
    for (size_t i = 0; r->class_name != NULL && i < r->classes; i++)
        free(r->class_name[i]);
    free(r->class_name);
    *r = (lp_evaluation_report){0};
}

/* ---- printing ---- */

/* The shortest of 15, 16, 17 digits that reads back as the same number. JSON has no other way than
 * null for what is not finite. */
static const char *number(double value, lp_report_format format, char text[40]) {
    if (!isfinite(value)) {
        const char *tsv = isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
        return strcpy(text, format == LP_REPORT_JSON ? "null" : tsv);
    }
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, 40, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    return text;
}

/* One figure of a part; NAN stands for what is not known. */
typedef struct {
    const char *name;
    double value;
} figure;

/* The figures of part i that are one number each. */
static size_t figures(const lp_evaluation_report *r, size_t i, figure f[4]) {
    if (r->is_factors) {
        const lp_factors_metrics *x = &r->error[i];
        f[0] = (figure){"sse", x->sse};
        f[1] = (figure){"mse", x->mse};
        f[2] = (figure){"rmse", x->rmse};
        f[3] = (figure){"mae", x->mae};
        return 4;
    }
    f[0] = (figure){"accuracy", r->judgement[i].accuracy};
    f[1] = (figure){"loss", r->judgement[i].loss};
    return 2;
}

static const char *part_name(const lp_evaluation_report *r, size_t i) {
    return r->is_factors ? r->error[i].part : r->name[i];
}

static size_t part_rows(const lp_evaluation_report *r, size_t i) {
    return r->is_factors ? r->error[i].n : r->judgement[i].n;
}

static int print_json(const lp_evaluation_report *r, lp_buffer *out, lp_error *e) {
    char text[40];
    figure f[4];
    int failed = lp_buffer_print(out, e, "{");
    for (size_t i = 0; i < r->parts && !failed; i++) {
        failed = lp_buffer_print(out, e, "%s\"%s\": {\"n\": %zu", i ? ", " : "", part_name(r, i),
                                 part_rows(r, i));
        size_t count = figures(r, i, f);
        for (size_t k = 0; k < count && !failed; k++)
            failed = lp_buffer_print(out, e, ", \"%s\": %s", f[k].name,
                                     number(f[k].value, LP_REPORT_JSON, text));
        if (failed || r->is_factors) {
            failed = failed || lp_buffer_print(out, e, "}");
            continue;
        }
        const lp_confusion *c = &r->judgement[i].confusion;
        failed = lp_buffer_print(out, e, ", \"per_class\": [");
        for (size_t k = 0; k < c->classes && !failed; k++)
            failed = lp_buffer_print(out, e, "%s%s", k ? ", " : "",
                                     number(lp_class_accuracy(c, k), LP_REPORT_JSON, text));
        failed = failed || lp_buffer_print(out, e, "], \"confusion\": [");
        for (size_t k = 0; k < c->classes * c->classes && !failed; k++)
            failed = lp_buffer_print(out, e, "%s%zu%s",
                                     k == 0                ? "["
                                     : k % c->classes == 0 ? ", ["
                                                           : ", ",
                                     c->confusion[k], (k + 1) % c->classes == 0 ? "]" : "");
        failed = failed || lp_buffer_print(out, e, "]}");
    }
    return failed || lp_buffer_print(out, e, "}\n") ? -1 : 0;
}

static int print_tsv(const lp_evaluation_report *r, lp_buffer *out, lp_error *e) {
    char text[40];
    figure f[4];
    size_t count = figures(r, 0, f),
           classes = r->is_factors ? 0 : r->judgement[0].confusion.classes;
    int failed = lp_buffer_print(out, e, "part\tn");
    for (size_t k = 0; k < count && !failed; k++)
        failed = lp_buffer_print(out, e, "\t%s", f[k].name);
    for (size_t k = 0; k < classes && !failed; k++)
        failed = lp_buffer_print(out, e, "\tper_class.%zu", k);
    for (size_t k = 0; k < classes * classes && !failed; k++)
        failed = lp_buffer_print(out, e, "\tconfusion.%zu.%zu", k / classes, k % classes);
    for (size_t i = 0; i < r->parts && !failed; i++) {
        failed = lp_buffer_print(out, e, "\n%s\t%zu", part_name(r, i), part_rows(r, i));
        figures(r, i, f);
        for (size_t k = 0; k < count && !failed; k++)
            failed = lp_buffer_print(out, e, "\t%s", number(f[k].value, LP_REPORT_TSV, text));
        const lp_confusion *c = &r->judgement[i].confusion;
        for (size_t k = 0; k < classes && !failed; k++)
            failed = lp_buffer_print(out, e, "\t%s",
                                     number(lp_class_accuracy(c, k), LP_REPORT_TSV, text));
        for (size_t k = 0; k < classes * classes && !failed; k++)
            failed = lp_buffer_print(out, e, "\t%zu", c->confusion[k]);
    }
    return failed || lp_buffer_print(out, e, "\n") ? -1 : 0;
}

/* How wide a text is on a terminal, roughly: its characters, in UTF-8. */
static int width(const char *text) {
    int n = 0;
    for (; *text != '\0'; text++)
        n += (*text & 0xc0) != 0x80;
    return n;
}

static const char *class_name(const lp_evaluation_report *r, size_t k, char text[40]) {
    if (r->class_name != NULL)
        return r->class_name[k];
    snprintf(text, 40, "class %zu", k);
    return text;
}

/* Accuracy of each class and the confusion matrix beside it. */
static int print_classes(const lp_evaluation_report *r, const lp_confusion *c, lp_buffer *out,
                         lp_error *e) {
    char text[40];
    int widest = 0, cell = 1;
    for (size_t k = 0; k < c->classes; k++)
        widest = width(class_name(r, k, text)) > widest ? width(class_name(r, k, text)) : widest;
    for (size_t n = c->n; n >= 10; n /= 10)
        cell++;
    for (size_t k = 0; k < c->classes; k++) {
        const char *name = class_name(r, k, text);
        double accuracy = lp_class_accuracy(c, k);
        if (lp_buffer_print(out, e, "  %s%*s", name, widest - width(name), "") ||
            (isnan(accuracy) ? lp_buffer_print(out, e, "       -   ")
                             : lp_buffer_print(out, e, "  %.4f   ", accuracy)))
            return -1;
        for (size_t j = 0; j < c->classes; j++)
            if (lp_buffer_print(out, e, " %*zu", cell, c->confusion[k * c->classes + j]))
                return -1;
        if (lp_buffer_print(out, e, "\n"))
            return -1;
    }
    return 0;
}

static int print_text(const lp_evaluation_report *r, lp_buffer *out, lp_error *e) {
    figure f[4];
    for (size_t i = 0; i < r->parts; i++) {
        if (lp_buffer_print(out, e, "%s: %zu %s", part_name(r, i), part_rows(r, i),
                            r->is_factors ? "entries" : "rows"))
            return -1;
        size_t count = figures(r, i, f);
        for (size_t k = 0; k < count; k++)
            if (!isnan(f[k].value) && lp_buffer_print(out, e, ", %s %.6g", f[k].name, f[k].value))
                return -1;
        if (lp_buffer_print(out, e, "\n") ||
            (!r->is_factors && print_classes(r, &r->judgement[i].confusion, out, e)))
            return -1;
    }
    return 0;
}

int lp_evaluation_print(const lp_evaluation_report *r, lp_report_format format, lp_buffer *out,
                        lp_error *e) {
    switch (format) {
    case LP_REPORT_JSON:
        return print_json(r, out, e);
    case LP_REPORT_TSV:
        return print_tsv(r, out, e);
    case LP_REPORT_TEXT:
        break;
    }
    return print_text(r, out, e);
}
