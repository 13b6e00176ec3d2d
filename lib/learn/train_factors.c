#include "learn/train_factors.h"

#include "data/schema.h"
#include "io/crc32.h"
#include "mf/matrix.h"
#include "num/ranks.h"

enum { SPARSE_BLOCKS = 8 };

typedef struct {
    const lp_matrix *matrix;
    const lp_fit_options *options;
    lp_fit *fit;
    const lp_schema *schema;
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

static double mean_squared_error(const lp_fit *fit, const lp_sparse *m) {
    return lp_fit_sse(fit, m) / (double)m->count;
}

/* The entries that a run evaluates beside its own: those of the validation part, or else, but never
 * beside it, those held out. */
static const lp_sparse *watched(const lp_matrix *m) {
    return m->has_validation ? &m->validation : &m->held_out;
}

static int evaluate(lp_run *run, lp_history_row *row, lp_error *e) {
    (void)e;
    factors_learner *l = run->self;
    row->loss = mean_squared_error(l->fit, &l->matrix->observed);
    if (run->has_test)
        row->val_loss = mean_squared_error(l->fit, watched(l->matrix));
    return 0;
}

static void put_model(const lp_run *run, lp_stream *s) {
    const factors_learner *l = run->self;
    lp_factors_write(s, &l->factors);
    lp_schema_put(l->schema, s);
}

static uint32_t data_crc32(const lp_run *run) {
    const factors_learner *l = run->self;
    const lp_sparse *parts[] = {&l->matrix->observed, watched(l->matrix)};
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

static int start(factors_learner *l, lp_run *run, lp_error *e) {
    lp_stream *init_from = run->hooks->init_from;
    LP_CLEANUP(lp_factors_free) lp_factors from = {0};
    if (init_from != NULL && lp_factors_read(init_from, &from, e))
        return lp_within(e, "the factors to start from");
    if (make_fit(l, init_from != NULL ? &from : NULL, e))
        return -1;
    add_state(l, run);
    return 0;
}

/* By the observed entries that an epoch visits and an evaluation reads again, from memory. */
static lp_work work_of(const lp_fit_options *o, const lp_matrix *m) {
    double rank = (double)o->rank + (o->bias ? 2 : 0), entry = 6 + 0.45 * rank;
    if (o->method == LP_FIT_ALS)
        entry = 25 + 10 * rank;
    else if (o->method == LP_FIT_BIAS)
        entry = 20;
    else if (o->method == LP_FIT_GD && m->whole != NULL) /* products of whole matrices */
        entry = 1.5 + 0.3 * rank;
    return (lp_work){.unit = (double)m->observed.count * entry,
                     .evaluation =
                         (double)(m->observed.count + watched(m)->count) * (14 + 0.05 * rank)};
}

/* *f = the factors, by an iterative method. */
static int train(lp_stream *s, const lp_matrix *matrix, const lp_schema *schema,
                 const lp_fit_options *fit, const lp_run_options *options,
                 const lp_run_hooks *hooks, lp_factors *f, lp_error *e) {
    factors_learner l = {.matrix = matrix, .options = fit, .schema = schema};
    LP_CLEANUP(lp_run_free)
    lp_run run = {.learner = &learner,
                  .self = &l,
                  .options = *options,
                  .hooks = hooks,
                  .total = (uint64_t)fit->epochs,
                  .unit_steps = 1,
                  .needs_total = lp_schedule_needs_total(&fit->schedule),
                  .has_test = watched(matrix)->count > 0,
                  .lr = fit->lr,
                  .work = work_of(fit, matrix)};
    bool is_masked = matrix->x.data != NULL && run.has_test;
    if (options->patience > 0 && !matrix->has_validation && !is_masked)
        return lp_fail(e, "option --patience: there is no validation part to watch (labpipe "
                          "split --validation 0.1 makes one, --mask hides entries of x)");
    int failed = start(&l, &run, e) || lp_run_train(&run, e);
    if (!failed)
        lp_run_put_history(&run, s);
    lp_fit_free(l.fit);
    *f = l.factors;
    return failed;
}

/* ---- from a stream to a stream ---- */

static int read_matrix(lp_stream *s, const lp_factorise_options *o, lp_matrix *m, lp_error *e) {
    bool sparse = lp_matrix_is_sparse(s);
    bool dense = lp_stream_has(s, "x") || lp_stream_has(s, "x_train");
    bool svd = o->fit.method == LP_FIT_SVD;
    if (sparse && dense)
        return lp_fail(e, "the stream holds both a dense x and a sparse matrix (keep one with "
                          "labpipe pick)");
    if (sparse && svd)
        return lp_fail(e, "svd takes a whole matrix, and this one is sparse (als minimises the "
                          "same error over its entries)");
    if (sparse && o->mask != NULL)
        return lp_fail(e, "--mask goes with a dense x, and this matrix is sparse");
    if (svd && o->mask != NULL)
        return lp_fail(e, "svd takes a whole matrix, without a mask");
    if (svd) /* works on x itself, so that a large matrix is held once */
        return lp_matrix_read_x(s, &m->x, e);
    if (lp_matrix_read(s, o->mask, m, e))
        return -1;
    if (m->observed.count > 0)
        return 0;
    return sparse ? lp_fail(e, "the sparse matrix has no entries")
                  : lp_fail(e, "the mask '%s' hides every entry", o->mask);
}

/* How many of the lines (rows or columns) have no entry. */
static size_t count_empty(const lp_sparse *m, const int32_t *line, size_t lines) {
    LP_CLEANUP(lp_free) bool *seen = lp_alloc_zero(lines, sizeof *seen);
    size_t empty = lines;
    for (size_t i = 0; i < m->count; i++) {
        empty -= !seen[line[i]];
        seen[line[i]] = true;
    }
    return empty;
}

/* *f = the factors, by a method without a run, which would check that all ranks start alike. */
static int solve(const lp_matrix *m, const lp_fit_options *fit, const lp_run_hooks *hooks,
                 lp_factors *f, lp_error *e) {
    if (lp_rank_count() > 1) {
        uint32_t crc = lp_crc32(0, m->x.shape, 2 * sizeof *m->x.shape);
        crc = lp_crc32(crc, m->x.data, m->x.count * sizeof(double));
        if (lp_check_ranks(crc, hooks->options, 0, e))
            return -1;
    }
    return lp_fit_solve(fit, &m->observed, &m->x, f, e);
}

static int factorise(lp_stream *s, const lp_factorise_options *o, const lp_run_hooks *hooks,
                     lp_factorise_report *report, lp_error *e) {
    static const char *const earlier[] = {"history.epoch", "history.loss", "history.val_loss",
                                          "history.best_epoch", "history.diverged"};
    LP_CLEANUP(lp_matrix_free) lp_matrix m = {0};
    LP_CLEANUP(lp_factors_free) lp_factors f = {0};
    LP_CLEANUP(lp_schema_free) lp_schema schema = {0};
    lp_fit_options fit = o->fit;
    for (size_t i = 0; i < sizeof earlier / sizeof *earlier; i++)
        lp_stream_drop(s, earlier[i]);
    if (read_matrix(s, o, &m, e) || lp_schema_of_data(&schema, s, e))
        return -1;
    lp_tensor_free(&schema.classes); /* a factorisation has none */
    report->empty_rows = count_empty(&m.observed, m.observed.row, m.observed.rows);
    report->empty_cols = count_empty(&m.observed, m.observed.col, m.observed.cols);
    if (fit.blocks == 0)
        fit.blocks = m.x.data != NULL ? 1 : SPARSE_BLOCKS;
    if (lp_fit_is_iterative(fit.method) ? train(s, &m, &schema, &fit, &o->run, hooks, &f, e)
                                        : solve(&m, &fit, hooks, &f, e))
        return -1;
    lp_factors_write(s, &f);
    lp_schema_put(&schema, s);
    return 0;
}

int lp_factorise(lp_stream *s, const lp_factorise_options *options, const lp_run_hooks *hooks,
                 lp_factorise_report *report, lp_error *e) {
    *report = (lp_factorise_report){0};
    return factorise(s, options, hooks, report, e);
}
