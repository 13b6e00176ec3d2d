#include "learn/train_perceptron.h"

#include "num/rng.h"

typedef struct {
    const lp_train_perceptron_options *options;
    lp_dataset data;
    const lp_part *train;
    lp_batch rows; /* all of them, in double */
    size_t *order;
    lp_model model;
    double *weight, *bias; /* bias: NULL for none */
} perceptron_learner;

static const double *row(const perceptron_learner *l, size_t i) {
    return (const double *)l->rows.x + i * l->train->cols;
}

static double sign(const perceptron_learner *l, size_t i) {
    return l->rows.label[i] == 1 ? 1 : -1;
}

/* t (x·w + b) of row i */
static double agreement(const perceptron_learner *l, size_t i) {
    const lp_kernels *num = lp_kernels_of(LP_F8);
    double score = num->dot(l->train->cols, row(l, i), l->weight);
    return sign(l, i) * (l->bias != NULL ? score + *l->bias : score);
}

static void add_row(perceptron_learner *l, size_t i) {
    double step = l->options->lr * sign(l, i);
    lp_kernels_of(LP_F8)->axpy(l->train->cols, step, row(l, i), l->weight);
    if (l->bias != NULL)
        *l->bias += step;
}

/* Rosenblatt's criterion for a row. */
static double criterion(double agreement) {
    return agreement >= 0 ? 0 : -agreement; /* a NaN remains one */
}

/* ---- the two rules: the number of rows that were added ---- */

static size_t epoch_by_row(perceptron_learner *l, uint64_t epoch, double *loss) {
    lp_rng rng = lp_rng_new(l->options->seed, LP_RNG_PERCEPTRON, (uint32_t)epoch);
    size_t added = 0;
    lp_rng_permutation(&rng, l->train->rows, l->order);
    for (size_t k = 0; k < l->train->rows; k++) {
        double met = agreement(l, l->order[k]);
        if (met > 0)
            continue;
        *loss += criterion(met);
        add_row(l, l->order[k]);
        added++;
    }
    return added;
}

static size_t epoch_by_batch(perceptron_learner *l, double *loss) {
    double balance = 0; /* rows that are classified rightly less those wrongly */
    for (size_t i = 0; i < l->train->rows; i++) {
        double met = agreement(l, i);
        *loss += criterion(met);
        balance += (met > 0) - (met < 0);
    }
    if (balance > 0)
        return 0;
    for (size_t i = 0; i < l->train->rows; i++)
        add_row(l, i);
    return l->train->rows;
}

/* ---- the learner ---- */

static int step(lp_run *run, lp_error *e) {
    (void)e;
    perceptron_learner *l = run->self;
    double loss = 0;
    bool by_row = l->options->rule == LP_PERCEPTRON_ROW;
    size_t added = by_row ? epoch_by_row(l, run->done, &loss) : epoch_by_batch(l, &loss);
    run->loss = loss / (double)l->train->rows;
    run->converged = added == 0;
    return 0;
}

static const lp_learner learner = {.step_name = "epoch", .step = step};

static int prepare(perceptron_learner *l, lp_run *run, lp_stream *s, lp_error *e) {
    if (lp_dataset_read(&l->data, s, LP_Y_CLASSES, e) ||
        (l->data.classes > 2 && lp_dataset_drop_absent(&l->data, e)))
        return -1;
    l->train = &l->data.part[0];
    if (l->data.classes != 2)
        return lp_fail(e, "%s has %zu classes, a perceptron tells two apart", l->train->y_name,
                       l->data.classes);
    size_t n = l->train->rows;
    l->model = lp_model_new_perceptron(LP_F8, l->train->cols, !l->options->no_bias);
    if (lp_model_describe(&l->model, &l->data, s, e))
        return -1;
    const lp_params *p = &l->model.net.params;
    l->weight = lp_params_at(p, 0, p->value);
    l->bias = l->options->no_bias ? NULL : lp_params_at(p, 1, p->value);
    l->order = lp_arena_alloc(&run->memory, n, sizeof *l->order);
    for (size_t i = 0; i < n; i++)
        l->order[i] = i;
    l->rows = lp_batch_new(&l->data, LP_F8, n, LP_TARGET_Y, false, &run->memory);
    lp_batch_fill(&l->rows, l->train, 1, 0, n, l->order);
    run->evaluator = lp_evaluator_new(&l->model, &l->data, &run->memory);
    run->total = (uint64_t)l->options->epochs;
    run->unit_steps = 1;
    run->has_test = l->data.parts > 1;
    run->lr = l->options->lr;
    run->work = lp_work_of_perceptron(&l->data);
    lp_run_add_params(run, "", true, p, p->value);
    return 0;
}

int lp_train_perceptron(lp_stream *s, const lp_train_perceptron_options *options,
                        const lp_run_hooks *hooks, lp_error *e) {
    perceptron_learner l = {.options = options};
    lp_run run = {.learner = &learner, .self = &l, .options = options->run, .hooks = hooks};
    int failed = prepare(&l, &run, s, e) || lp_run_train_model(&run, s, e);
    lp_model_free(&l.model);
    lp_dataset_free(&l.data);
    lp_run_free(&run);
    return failed ? -1 : 0;
}
