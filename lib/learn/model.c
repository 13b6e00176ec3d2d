#include "learn/model.h"

#include "base/memory.h"
#include "data/scale.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Rows that go through a network at a time: the answers do not depend on it. */
enum { CHUNK = 512 };

/* ---- in a stream ---- */

bool lp_model_is_in(const lp_stream *s) {
    return lp_mlp_is_in(s) || lp_stream_has(s, "weight");
}

/* The place of the text NAME among `choices`, "a|b"; 0 where the stream has none. */
static int read_choice(lp_stream *s, const char *name, const char *choices, lp_error *e) {
    if (!lp_stream_has(s, name))
        return 0;
    const lp_tensor *t = lp_stream_get(s, name, e);
    if (t == NULL)
        return -1;
    if (!lp_type_is_string(t->type) || t->count != 1)
        return lp_fail(e, "%s is not a text (expected one of %s)", name, choices);
    char *text = lp_tensor_string(t, 0, e);
    if (text == NULL)
        return -1;
    int found = -1, place = 0;
    size_t length = strlen(text);
    for (const char *c = choices; c != NULL; place++) {
        if (strncmp(c, text, length) == 0 && (c[length] == '|' || c[length] == '\0'))
            found = place;
        c = strchr(c, '|');
        c = c == NULL ? NULL : c + 1;
    }
    if (found < 0 || length == 0)
        found = lp_fail(e, "%s is '%s' (expected one of %s)", name, text, choices);
    free(text);
    return found;
}

static int read_mlp(lp_model *m, lp_stream *s, lp_error *e) {
    int loss = read_choice(s, "model.loss", LP_LOSS_CHOICES, e);
    int reduction = loss < 0 ? -1 : read_choice(s, "model.reduction", LP_REDUCTION_CHOICES, e);
    int target = reduction < 0 ? -1 : read_choice(s, "model.target", LP_TARGET_CHOICES, e);
    if (target < 0)
        return -1;
    m->loss = (lp_loss)loss;
    m->reduction = (lp_reduction)reduction;
    m->target = (lp_target)target;
    if (lp_stream_has(s, "model.input_scale")) {
        const lp_tensor *t = lp_stream_get(s, "model.input_scale", e);
        if (t == NULL)
            return -1;
        m->input_scale = lp_type_is_number(t->type) && t->count == 1 ? lp_tensor_at(t, 0) : NAN;
        if (!isfinite(m->input_scale))
            return lp_fail(e, "model.input_scale is not a finite number");
    }
    return lp_mlp_read(&m->net, s, false, e);
}

void lp_model_name_perceptron(lp_model *m) {
    for (size_t i = 0; i < m->net.params.count; i++)
        strcpy(m->net.params.table[i].name, i == 0 ? "weight" : "bias");
}

static int read_perceptron(lp_model *m, lp_stream *s, lp_error *e) {
    lp_tensor w;
    char shape[200];
    m->is_perceptron = true;
    lp_stream_describe(s, "weight", &w);
    if (w.type.kind != 'f' || w.ndim != 2 || w.shape[0] != 1 || w.count == 0)
        return lp_fail(e, "weight has shape %s, expected (1, d) of f4 or f8",
                       lp_shape_text(w.ndim, w.shape, shape));
    lp_bias bias = lp_stream_has(s, "bias") ? LP_BIAS_SCALAR : LP_BIAS_NONE;
    m->net = lp_mlp_new(w.type.size == 8 ? LP_F8 : LP_F4, 1, (size_t[]){w.shape[1], 1}, bias,
                        LP_IDENTITY, LP_IDENTITY, false);
    lp_model_name_perceptron(m);
    return lp_params_take(&m->net.params, m->net.params.value, "", s, e);
}

int lp_model_read(lp_model *m, lp_stream *s, lp_error *e) {
    *m = (lp_model){.input_scale = 1};
    bool mlp = lp_mlp_is_in(s), perceptron = lp_stream_has(s, "weight");
    int failed;
    if (mlp && perceptron)
        failed = lp_fail(e, "there are two models, layer1.weight and weight (drop one with pick)");
    else if (!mlp && !perceptron)
        failed = lp_fail(e, "there is no model (expected layer1.weight, or weight)");
    else
        failed = mlp ? read_mlp(m, s, e) : read_perceptron(m, s, e);
    if (failed) {
        lp_model_free(m);
        return lp_within(e, "reading the model");
    }
    return 0;
}

int lp_model_write(const lp_model *m, lp_stream *s, lp_error *e) {
    if (m->is_perceptron) {
        lp_params_put(&m->net.params, m->net.params.value, "", s);
        return 0;
    }
    lp_mlp_write(&m->net, s);
    if (lp_stream_put_text(s, "model.loss", m->loss == LP_LOSS_MSE ? "mse" : "cross-entropy", e) ||
        lp_stream_put_text(s, "model.reduction", m->reduction == LP_REDUCE_SUM ? "sum" : "mean",
                           e) ||
        lp_stream_put_text(s, "model.target", m->target == LP_TARGET_X ? "x" : "y", e))
        return -1;
    return m->input_scale == 1 ? 0
                               : lp_stream_put_number(s, "model.input_scale", m->input_scale, e);
}

void lp_model_free(lp_model *m) {
    lp_mlp_free(&m->net);
}

void lp_model_drop(lp_stream *s) {
    static const char *const whole[] = {"weight", "bias", "y_pred", "y_score"};
    static const char *const families[] = {"history.", "snapshot.", "model."};
    for (size_t i = lp_stream_count(s); i-- > 0;) {
        const char *name = lp_stream_name(s, i);
        size_t digits = strncmp(name, "layer", 5) == 0 ? strspn(name + 5, "0123456789") : 0;
        bool drop = digits > 0 && name[5 + digits] == '.';
        for (size_t k = 0; k < sizeof whole / sizeof *whole; k++)
            drop |= strcmp(name, whole[k]) == 0;
        for (size_t k = 0; k < sizeof families / sizeof *families; k++)
            drop |= strncmp(name, families[k], strlen(families[k])) == 0;
        if (drop)
            lp_stream_drop(s, name);
    }
}

/* ---- answers ---- */

static size_t inputs(const lp_model *m) {
    return m->net.layer[0].in;
}

static size_t outputs(const lp_model *m) {
    return m->net.layer[m->net.layers - 1].out;
}

size_t lp_model_classes(const lp_model *m, bool labelled) {
    if (m->is_perceptron)
        return 2;
    if (m->target == LP_TARGET_X || (m->loss == LP_LOSS_MSE && !labelled))
        return 0;
    return outputs(m);
}

void lp_model_classify(const lp_model *m, size_t n, const void *scores, int32_t *label) {
    if (!m->is_perceptron) {
        lp_argmax_rows(m->net.params.type, n, outputs(m), scores, label);
        return;
    }
    for (size_t i = 0; i < n; i++)
        label[i] = m->net.params.type.size == 4 ? ((const float *)scores)[i] > 0
                                                : ((const double *)scores)[i] > 0;
}

void lp_model_probabilities(const lp_model *m, lp_tensor *scores) {
    if (!m->is_perceptron && m->loss == LP_LOSS_CROSS_ENTROPY)
        lp_kernels_of(scores->type)
            ->softmax(scores->shape[0], scores->shape[1], scores->data, scores->data);
}

int lp_model_scores(const lp_model *m, const lp_tensor *x, const char *name, lp_tensor *scores,
                    lp_error *e) {
    *scores = (lp_tensor){0};
    lp_type type = m->net.params.type;
    size_t bad, rows = lp_tensor_rows(x), cols = lp_tensor_row_size(x);
    if (!lp_type_is_number(x->type))
        return lp_fail(e, "%s is text, expected numbers", name);
    if (x->ndim == 0 || rows == 0)
        return lp_fail(e, "%s has no rows", name);
    if (cols != inputs(m))
        return lp_fail(e, "%s has %zu columns, the model takes %zu", name, cols, inputs(m));
    if (lp_tensor_find_nonfinite(x, &bad))
        return lp_fail(e, "%s: row %zu, column %zu is %g (expected finite numbers)", name,
                       bad / cols, bad % cols, lp_tensor_at(x, bad));
    lp_dataset d = {.parts = 1,
                    .part = {{.rows = rows, .cols = cols, .x_type = x->type, .x = x->data}}};
    lp_judge j;
    if (lp_judge_new(&j, m, &d, e))
        return -1;
    int failed = lp_tensor_matrix(scores, type, rows, outputs(m), e);
    for (size_t from = 0; from < rows && !failed; from += CHUNK) {
        size_t n = rows - from < CHUNK ? rows - from : CHUNK;
        for (size_t i = 0; i < n; i++)
            j.index[i] = from + i;
        lp_batch_fill(&j.batch, &d.part[0], m->input_scale, n, j.index);
        lp_mlp_output(&m->net, n, j.batch.x, j.work,
                      (char *)scores->data + from * outputs(m) * type.size);
    }
    lp_judge_free(&j);
    return failed;
}

/* ---- judging ---- */

int lp_judge_new(lp_judge *j, const lp_model *m, const lp_dataset *d, lp_error *e) {
    lp_type type = m->net.params.type;
    bool with_target = !m->is_perceptron && m->loss == LP_LOSS_MSE &&
                       (m->target == LP_TARGET_X || d->part[0].target_cols > 0);
    *j = (lp_judge){0};
    if (lp_batch_new(&j->batch, d, type, CHUNK, m->target, with_target, e))
        return -1;
    j->index = lp_alloc(CHUNK, sizeof *j->index, e);
    j->work = lp_alloc(lp_mlp_work(&m->net, CHUNK), type.size, e);
    j->scores = lp_alloc(CHUNK * outputs(m), type.size, e);
    j->row_loss = lp_alloc(CHUNK, type.size, e);
    j->answer = lp_alloc(CHUNK, sizeof *j->answer, e);
    if (j->index == NULL || j->work == NULL || j->scores == NULL || j->row_loss == NULL ||
        j->answer == NULL) {
        lp_judge_free(j);
        return -1;
    }
    return 0;
}

void lp_judge_free(lp_judge *j) {
    lp_batch_free(&j->batch);
    free(j->index);
    free(j->work);
    free(j->scores);
    free(j->row_loss);
    free(j->answer);
    *j = (lp_judge){0};
}

static double at(lp_type type, const void *x, size_t i) {
    return type.size == 4 ? (double)((const float *)x)[i] : ((const double *)x)[i];
}

/* The sum of the losses of n rows, whose scores stand in j->scores (which they may overwrite). */
static double sum_losses(lp_judge *j, const lp_model *m, size_t n) {
    lp_type type = m->net.params.type;
    const lp_kernels *num = lp_kernels_of(type);
    double sum = 0;
    if (m->is_perceptron) {
        for (size_t i = 0; i < n; i++) {
            double agreement = (j->batch.label[i] == 1 ? 1 : -1) * at(type, j->scores, i);
            sum += agreement >= 0 ? 0 : -agreement; /* a NaN stays one */
        }
    } else if (m->loss == LP_LOSS_CROSS_ENTROPY) {
        num->softmax_cross_entropy(n, outputs(m), j->scores, j->batch.label, NULL, j->row_loss,
                                   j->scores);
        for (size_t i = 0; i < n; i++)
            sum += at(type, j->row_loss, i);
    } else {
        sum = num->sum_squared_difference(n * outputs(m), j->scores, j->batch.target);
    }
    return sum;
}

int lp_judge_part(lp_judge *j, const lp_model *m, const lp_part *p, lp_judgement *judgement,
                  lp_error *e) {
    *judgement = (lp_judgement){.n = p->rows, .accuracy = NAN};
    size_t classes = lp_model_classes(m, p->label != NULL);
    size_t expected = m->target == LP_TARGET_X ? p->cols : p->target_cols;
    if (p->cols != inputs(m))
        return lp_fail(e, "%s has %zu columns, the model takes %zu", p->x_name, p->cols, inputs(m));
    if (classes > 0 && p->label == NULL)
        return lp_fail(e, "%s holds no classes, which the model answers with", p->y_name);
    if (expected != (m->is_perceptron ? 2 : outputs(m)))
        return lp_fail(e, "%s has %zu %s, the model answers with %zu",
                       m->target == LP_TARGET_X ? p->x_name : p->y_name, expected,
                       classes > 0 ? "classes" : "columns", m->is_perceptron ? 2 : outputs(m));
    if (classes > 0 && lp_confusion_new(&judgement->confusion, classes, e))
        return -1;
    double loss = 0;
    for (size_t from = 0; from < p->rows; from += CHUNK) {
        size_t n = p->rows - from < CHUNK ? p->rows - from : CHUNK;
        for (size_t i = 0; i < n; i++)
            j->index[i] = from + i;
        lp_batch_fill(&j->batch, p, m->input_scale, n, j->index);
        lp_mlp_output(&m->net, n, j->batch.x, j->work, j->scores);
        if (classes > 0) {
            lp_model_classify(m, n, j->scores, j->answer);
            lp_confusion_add(&judgement->confusion, n, j->batch.label, j->answer);
        }
        loss += sum_losses(j, m, n);
    }
    double terms = (double)p->rows;
    if (!m->is_perceptron && m->loss == LP_LOSS_MSE && m->reduction == LP_REDUCE_MEAN)
        terms *= (double)outputs(m);
    judgement->loss = loss / terms;
    if (classes > 0)
        judgement->accuracy = lp_accuracy(&judgement->confusion);
    return 0;
}

/* ---- predictions ---- */

static int same_scaling(lp_stream *s, lp_stream *model, lp_error *e) {
    static const char *const names[] = {"scale.offset", "scale.divisor"};
    for (int i = 0; i < 2; i++) {
        const lp_tensor *a = lp_stream_get(s, names[i], e);
        const lp_tensor *b = a == NULL ? NULL : lp_stream_get(model, names[i], e);
        if (b == NULL)
            return -1;
        bool same = lp_type_is(a->type, b->type) && a->count == b->count &&
                    memcmp(a->data, b->data, a->count * a->type.size) == 0;
        if (!same)
            return lp_fail(e, "%s is not the model's (the data was scaled by other numbers)",
                           names[i]);
    }
    return 0;
}

int lp_scale_for_model(lp_stream *s, lp_stream *model, const char *name, lp_tensor *out,
                       lp_error *e) {
    *out = (lp_tensor){0};
    const lp_tensor *x = lp_stream_get(s, name, e);
    if (x == NULL)
        return -1;
    *out = lp_tensor_view(x);
    if (model == NULL || !lp_stream_has(model, "scale.offset"))
        return 0;
    if (lp_stream_has(s, "scale.offset"))
        return same_scaling(s, model, e);
    lp_tensor offset = {0}, divisor = {0};
    int failed = lp_stream_get_as(model, "scale.offset", LP_F8, &offset, e) ||
                 lp_stream_get_as(model, "scale.divisor", LP_F8, &divisor, e) ||
                 lp_scale_apply(x, &offset, &divisor, out, e);
    lp_tensor_free(&offset);
    lp_tensor_free(&divisor);
    return failed ? lp_within(e, "scaling %s as the model's data", name) : 0;
}

/* scores (n, outputs) into y_pred and y_score. */
static int put_answers(const lp_model *m, lp_stream *s, lp_tensor *scores, bool labelled,
                       lp_error *e) {
    size_t n = scores->shape[0];
    if (scores->shape[1] == 1) {
        scores->ndim = 1;
    }
    if (lp_model_classes(m, labelled) == 0)
        return lp_stream_put(s, "y_pred", scores, e);
    lp_tensor answer;
    int32_t *label = lp_alloc(n, sizeof *label, e);
    if (label == NULL || lp_tensor_vector(&answer, LP_I8, n, e)) {
        free(label);
        return -1;
    }
    lp_model_classify(m, n, scores->data, label);
    for (size_t i = 0; i < n; i++)
        ((int64_t *)answer.data)[i] = label[i];
    free(label);
    if (lp_stream_put(s, "y_pred", &answer, e))
        return -1;
    lp_model_probabilities(m, scores);
    return lp_stream_put(s, "y_score", scores, e);
}

const char *lp_predicted_name(const lp_stream *s, const char *x_name) {
    return x_name != NULL               ? x_name
           : lp_stream_has(s, "x")      ? "x"
           : lp_stream_has(s, "x_test") ? "x_test"
                                        : "x_train";
}

int lp_predict(lp_stream *s, lp_stream *model, const char *x_name, lp_error *e) {
    lp_stream *from = model != NULL ? model : s;
    lp_model m;
    lp_tensor x = {0}, scores = {0}, y, classes;
    if (lp_model_read(&m, from, e))
        return -1;
    x_name = lp_predicted_name(s, x_name);
    /* Squared error against classes: told by the data, or by their names. */
    bool labelled = lp_stream_has(from, "classes") ||
                    (lp_stream_describe(from, "y_train", &y) && lp_type_is_integer(y.type)) ||
                    (lp_stream_describe(from, "y", &y) && lp_type_is_integer(y.type));
    int failed = lp_scale_for_model(s, model, x_name, &x, e) ||
                 lp_model_scores(&m, &x, x_name, &scores, e) ||
                 put_answers(&m, s, &scores, labelled, e);
    if (!failed && model != NULL && !lp_stream_has(s, "classes") &&
        lp_stream_describe(model, "classes", &classes)) {
        const lp_tensor *names = lp_stream_get(model, "classes", e);
        lp_tensor copy;
        failed = names == NULL || lp_tensor_copy(&copy, names, e) ||
                 lp_stream_put(s, "classes", &copy, e);
    }
    lp_tensor_free(&x);
    lp_tensor_free(&scores);
    lp_model_free(&m);
    return failed ? -1 : 0;
}
