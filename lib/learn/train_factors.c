#include "learn/train_factors.h"

#include "io/crc32.h"

typedef struct {
    const lp_matrix *matrix;
    const lp_fit_options *options;
    lp_fit *fit;
    lp_factors factors; /* the state blocks: the fit has an array layout of its own */
} factors_learner;

static int make_fit(factors_learner *l, const lp_factors *start, lp_error *e) {
    lp_fit_free(l->fit);
    l->fit = lp_fit_new(l->options, &l->matrix->observed, l->matrix->whole, start, e);
    return l->fit == NULL ? -1 : 0;
}

static void store(lp_run *run) {
    factors_learner *l = run->self;
    lp_fit_copy_factors(l->fit, &l->factors);
}

static int load(lp_run *run, lp_error *e) {
    factors_learner *l = run->self;
    if (make_fit(l, &l->factors, e))
        return -1;
    lp_fit_set_epoch(l->fit, run->done);
    return 0;
}

static int step(lp_run *run, lp_error *e) {
    factors_learner *l = run->self;
    double sse;
    run->lr = l->options->lr;
    if (lp_fit_epoch(l->fit, &sse, e))
        return -1;
    run->loss = sse / (double)l->matrix->observed.count;
    return 0;
}

static int evaluate(lp_run *run, lp_history_row *row, lp_error *e) {
    (void)e;
    factors_learner *l = run->self;
    row->loss = lp_fit_mse(l->fit, &l->matrix->observed);
    if (run->has_test)
        row->val_loss = lp_fit_mse(l->fit, &l->matrix->held_out);
    return 0;
}

static void put_model(const lp_run *run, lp_stream *s) {
    const factors_learner *l = run->self;
    lp_factors_write(s, "", &l->factors);
}

static uint32_t data_crc32(const lp_run *run) {
    const factors_learner *l = run->self;
    const lp_sparse *parts[] = {&l->matrix->observed, &l->matrix->held_out};
    uint32_t crc = 0;
    for (int i = 0; i < 2; i++) {
        const lp_sparse *m = parts[i];
        uint64_t sizes[] = {m->rows, m->cols, m->count};
        crc = lp_crc32(crc, sizes, sizeof sizes);
        crc = lp_crc32(crc, m->row, m->count * sizeof *m->row);
        crc = lp_crc32(crc, m->col, m->count * sizeof *m->col);
        crc = lp_crc32(crc, m->value, m->count * sizeof *m->value);
    }
    return crc;
}

static const lp_learner learner = {.step_name = "epoch",
                                   .step = step,
                                   .evaluate = evaluate,
                                   .put_model = put_model,
                                   .data_crc32 = data_crc32,
                                   .store = store,
                                   .load = load};

static void add_state(factors_learner *l, lp_run *run) {
    l->factors = lp_fit_factors(l->fit);
    lp_factors *f = &l->factors;
    if (f->rank > 0) {
        lp_run_add_array(run, "u", true, LP_F8, 2, (size_t[]){f->rows, f->rank}, f->u);
        lp_run_add_array(run, "v", true, LP_F8, 2, (size_t[]){f->cols, f->rank}, f->v);
    }
    if (f->has_mean) {
        lp_run_add_array(run, "mean", true, LP_F8, 0, NULL, &f->mean);
        lp_run_add_array(run, "row_bias", true, LP_F8, 1, &f->rows, f->row_bias);
        lp_run_add_array(run, "col_bias", true, LP_F8, 1, &f->cols, f->col_bias);
    }
}

static int start(factors_learner *l, lp_stream *init_from, lp_error *e) {
    if (init_from == NULL)
        return make_fit(l, NULL, e);
    lp_factors from;
    if (lp_factors_read(init_from, "", &from, e))
        return lp_within(e, "the factors to start from");
    int failed = make_fit(l, &from, e);
    lp_factors_free(&from);
    return failed;
}

int lp_train_factors(const lp_matrix *matrix, const lp_fit_options *fit,
                     const lp_run_options *options, const lp_run_hooks *hooks, lp_factors *f,
                     lp_stream *s, lp_error *e) {
    factors_learner l = {.matrix = matrix, .options = fit};
    lp_run run = {.learner = &learner,
                  .self = &l,
                  .options = *options,
                  .hooks = hooks,
                  .total = (uint64_t)fit->epochs,
                  .unit_steps = 1,
                  .has_test = matrix->held_out.count > 0,
                  .lr = fit->lr};
    *f = (lp_factors){0};
    if (options->patience > 0 && !run.has_test)
        return lp_fail(e, "--patience needs held-out entries (split the matrix, or --mask it)");
    int failed = start(&l, hooks->init_from, e);
    if (!failed) {
        add_state(&l, &run);
        failed = lp_run_train(&run, e);
    }
    if (!failed)
        lp_run_put_history(&run, s);
    lp_run_free(&run);
    lp_fit_free(l.fit);
    *f = l.factors;
    return failed;
}
