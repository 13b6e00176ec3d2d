#include "learn/perceptron.h"

#include "base/memory.h"
#include "learn/checkpoint.h"
#include "learn/dataset.h"
#include "learn/model.h"
#include "num/rng.h"

#include <math.h>
#include <stdlib.h>

typedef struct {
    const lp_perceptron_options *options;
    lp_dataset data;
    const lp_part *train;
    lp_batch rows; /* all of them, in double */
    size_t *order;
    lp_model model;
    lp_judge judge;
    lp_train_state state;
    double *weight, *bias; /* bias: NULL for none */
} run;

static const double *row(const run *r, size_t i) {
    return (const double *)r->rows.x + i * r->train->cols;
}

static double sign(const run *r, size_t i) {
    return r->rows.label[i] == 1 ? 1 : -1;
}

static double agreement(const run *r, size_t i) {
    const lp_kernels *num = lp_kernels_of(LP_F8);
    double score = num->dot(r->train->cols, row(r, i), r->weight);
    return sign(r, i) * (r->bias != NULL ? score + *r->bias : score);
}

static void add_row(run *r, size_t i) {
    double step = r->options->lr * sign(r, i);
    lp_kernels_of(LP_F8)->axpy(r->train->cols, step, row(r, i), r->weight);
    if (r->bias != NULL)
        *r->bias += step;
}

/* One epoch; false where nothing was left to be corrected. */
static bool epoch_by_rows(run *r) {
    lp_rng rng = lp_rng_new(r->options->seed, LP_RNG_PERCEPTRON, (uint32_t)r->state.done);
    bool changed = false;
    lp_rng_permutation(&rng, r->train->rows, r->order);
    for (size_t k = 0; k < r->train->rows; k++) {
        if (agreement(r, r->order[k]) > 0)
            continue;
        add_row(r, r->order[k]);
        changed = true;
    }
    return changed;
}

static bool epoch_by_batch(run *r) {
    double sum = 0;
    for (size_t i = 0; i < r->train->rows; i++)
        sum += agreement(r, i);
    if (sum > 0)
        return false;
    for (size_t i = 0; i < r->train->rows; i++)
        add_row(r, i);
    return true;
}

static int judge(run *r, const lp_part *p, double *loss, double *accuracy, lp_error *e) {
    lp_judgement j;
    if (lp_judge_part(&r->judge, &r->model, p, &j, e))
        return -1;
    lp_confusion_free(&j.confusion);
    *loss = j.loss;
    *accuracy = j.accuracy;
    return isfinite(j.loss) ? 0
                            : lp_fail(e, "training: the loss over %s is %g (try a smaller --lr)",
                                      p->x_name, j.loss);
}

static int evaluate(run *r, lp_error *e) {
    lp_evaluation now = {.epoch = (double)r->state.done, .val_loss = NAN, .val_accuracy = NAN};
    if (judge(r, r->train, &now.loss, &now.accuracy, e) ||
        (r->data.parts > 1 && judge(r, &r->data.part[1], &now.val_loss, &now.val_accuracy, e)))
        return -1;
    return lp_train_state_append(&r->state, &now, e);
}

static int prepare(run *r, lp_stream *s, lp_error *e) {
    if (lp_dataset_read(&r->data, s, LP_Y_CLASSES, e))
        return -1;
    r->train = &r->data.part[0];
    if (r->data.classes != 2)
        return lp_fail(e, "%s has %zu classes, a perceptron tells two apart", r->train->y_name,
                       r->data.classes);
    size_t n = r->train->rows;
    r->model = (lp_model){.is_perceptron = true, .input_scale = 1};
    r->model.net = lp_mlp_new(LP_F8, 1, (size_t[]){r->train->cols, 1},
                              r->options->no_bias ? LP_BIAS_NONE : LP_BIAS_SCALAR, LP_IDENTITY,
                              LP_IDENTITY, false);
    lp_model_name_perceptron(&r->model);
    const lp_params *p = &r->model.net.params;
    r->weight = lp_params_at(p, 0, p->value);
    r->bias = r->options->no_bias ? NULL : lp_params_at(p, 1, p->value);
    r->order = lp_alloc(n, sizeof *r->order, e);
    if (r->order == NULL || lp_batch_new(&r->rows, &r->data, LP_F8, n, LP_TARGET_Y, false, e) ||
        lp_judge_new(&r->judge, &r->model, &r->data, e))
        return -1;
    for (size_t i = 0; i < n; i++)
        r->order[i] = i;
    lp_batch_fill(&r->rows, r->train, 1, n, r->order);
    r->state.model = &r->model;
    return 0;
}

static int train(run *r, lp_error *e) {
    const lp_perceptron_options *o = r->options;
    uint64_t total = (uint64_t)o->epochs, every = (uint64_t)o->eval_every;
    bool more = true, judged = false;
    for (;;) {
        judged = every > 0 && r->state.done % every == 0;
        if (judged && evaluate(r, e))
            return -1;
        if (r->state.done == total || !more)
            break;
        more = o->rule == LP_PERCEPTRON_ROW ? epoch_by_rows(r) : epoch_by_batch(r);
        r->state.done++;
    }
    return judged ? 0 : evaluate(r, e);
}

int lp_perceptron_train(lp_stream *s, const lp_perceptron_options *options, lp_error *e) {
    run r = {.options = options};
    int failed = prepare(&r, s, e) || train(&r, e);
    if (!failed) {
        lp_model_drop(s);
        failed = lp_model_write(&r.model, s, e) || lp_train_state_put(&r.state, s, e);
    }
    lp_train_state_free(&r.state);
    lp_judge_free(&r.judge);
    lp_batch_free(&r.rows);
    lp_model_free(&r.model);
    lp_dataset_free(&r.data);
    free(r.order);
    return failed ? -1 : 0;
}
