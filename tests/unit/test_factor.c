#include "base/memory.h"
#include "check.h"
#include "mf/methods.h"
#include "num/entries.h"
#include "num/parallel.h"
#include "num/ranks.h"
#include "num/rng.h"
#include "rank_threads.h"

#include <stdlib.h>

enum { ROWS = 23, COLS = 17, COUNT = 150 };

static lp_error e;

/* COUNT places at random, values normal. */
static lp_sparse make_matrix(void) {
    lp_sparse m;
    lp_rng r = lp_rng_new(11, LP_RNG_POINTS, 0);
    size_t order[ROWS * COLS];
    m = lp_sparse_new(ROWS, COLS, COUNT);
    lp_rng_permutation(&r, ROWS * COLS, order);
    for (size_t i = 0; i < COUNT; i++) {
        m.row[i] = (int32_t)(order[i] / COLS);
        m.col[i] = (int32_t)(order[i] % COLS);
        m.value[i] = lp_rng_normal(&r);
    }
    CHECK(lp_sparse_sort(&m, NULL, &e) == 0);
    return m;
}

static double *random_numbers(size_t n, uint64_t seed) {
    double *x = lp_alloc(n, sizeof *x);
    lp_rng r = lp_rng_new(seed, LP_RNG_POINTS, 1);
    for (size_t i = 0; i < n; i++)
        x[i] = lp_rng_normal(&r);
    return x;
}

static double *copy(const double *from, size_t n) {
    double *x = lp_alloc(n, sizeof *x);
    memcpy(x, from, n * sizeof *x);
    return x;
}

/* In the order that num/entries.h states. */
static double stated_dot(const double *p, const double *q, size_t width) {
    double lane[LP_ENTRIES_LANES] = {0};
    for (size_t k = 0; k < width; k++)
        lane[k % LP_ENTRIES_LANES] += p[k] * q[k];
    return ((lane[0] + lane[4]) + (lane[2] + lane[6])) +
           ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

static double keep_of(const lp_entries_rate *r, size_t k) {
    return k < LP_ENTRIES_LANES ? r->keep_first[k] : r->keep;
}

static double step_of(const lp_entries_rate *r, size_t k) {
    return k < LP_ENTRIES_LANES ? r->step_first[k] : r->step;
}

static void check_same(const double *a, const double *b, size_t n) {
    CHECK(memcmp(a, b, n * sizeof *a) == 0);
}

/* sgd of each instruction set against the definition in plain loops, bit for bit. Widths: those
 * held in registers and two that are not. */
static void sgd_is_its_definition(void) {
    lp_sparse m = make_matrix();
    lp_entries_rate rate_p = {.keep = 0.99, .step = 0.02}, rate_q = {.keep = 0.98, .step = 0.01};
    for (int k = 0; k < LP_ENTRIES_LANES; k++) {
        rate_p.keep_first[k] = 1 - 0.001 * k;
        rate_p.step_first[k] = 0.003 * k;
        rate_q.keep_first[k] = 1 - 0.002 * k;
        rate_q.step_first[k] = 0.004 * k;
    }
    for (size_t width = 8; width <= 56; width += 8) {
        size_t np = ROWS * width, nq = COLS * width;
        double *p0 = random_numbers(np, width), *q0 = random_numbers(nq, width + 100);
        double *p = copy(p0, np), *q = copy(q0, nq), sse = 0;
        for (size_t i = 0; i < COUNT; i++) {
            double *a = p + (size_t)m.row[i] * width, *b = q + (size_t)m.col[i] * width;
            double error = m.value[i] - stated_dot(a, b, width);
            sse += error * error;
            for (size_t k = 0; k < width; k++) {
                a[k] = keep_of(&rate_p, k) * a[k] + step_of(&rate_p, k) * error * b[k];
                b[k] = keep_of(&rate_q, k) * b[k] + step_of(&rate_q, k) * error * a[k];
            }
        }
        for (const lp_kernels *const *isa = lp_kernels_all(LP_F8); *isa != NULL; isa++) {
            double *ours_p = copy(p0, np), *ours_q = copy(q0, nq);
            double ours = (*isa)->entries->sgd(COUNT, m.row, m.col, m.value, width, ours_p, ours_q,
                                               &rate_p, &rate_q);
            CHECK(ours == sse);
            check_same(ours_p, p, np);
            check_same(ours_q, q, nq);
            free(ours_p);
            free(ours_q);
        }
        free(p0);
        free(q0);
        free(p);
        free(q);
    }
    lp_sparse_free(&m);
}

/* The gradients by row and by column, and the normal equations. */
static void gradients_are_their_definition(void) {
    lp_sparse m = make_matrix();
    size_t *start = lp_sparse_row_starts(&m);
    /* The entries by column, and where each stands by row. */
    size_t col_start[COLS + 1] = {0};
    int32_t row[COUNT], place[COUNT];
    for (size_t c = 0, at = 0; c < COLS; c++) {
        for (size_t i = 0; i < COUNT; i++)
            if ((size_t)m.col[i] == c) {
                row[at] = m.row[i];
                place[at++] = (int32_t)i;
            }
        col_start[c + 1] = 0;
        for (size_t i = 0; i < COUNT; i++)
            col_start[c + 1] += (size_t)m.col[i] <= c;
    }
    for (size_t width = 8; width <= 24; width += 8) {
        double *p = random_numbers(ROWS * width, 1), *q = random_numbers(COLS * width, 2);
        double *gp = lp_alloc_zero(ROWS * width, sizeof *gp);
        double *gq = lp_alloc_zero(COLS * width, sizeof *gq);
        double *a = lp_alloc_zero(width * width, sizeof *a), error[COUNT], sse = 0;
        double b[24] = {0};
        for (size_t i = 0; i < COUNT; i++) {
            size_t r = (size_t)m.row[i], c = (size_t)m.col[i];
            error[i] = m.value[i] - stated_dot(p + r * width, q + c * width, width);
            sse += error[i] * error[i];
            for (size_t k = 0; k < width; k++) {
                gp[r * width + k] += error[i] * q[c * width + k];
                gq[c * width + k] += error[i] * p[r * width + k];
                b[k] += r == 3 ? m.value[i] * q[c * width + k] : 0;
                for (size_t j = 0; j < width; j++)
                    a[j * width + k] += r == 3 ? q[c * width + j] * q[c * width + k] : 0;
            }
        }
        for (const lp_kernels *const *isa = lp_kernels_all(LP_F8); *isa != NULL; isa++) {
            const lp_entries_kernels *math = (*isa)->entries;
            double *ours = random_numbers(ROWS * width + COLS * width, 3), ours_error[COUNT];
            CHECK(math->row_gradient(ROWS, start, m.col, m.value, width, p, q, ours_error, ours) ==
                  sse);
            check_same(ours_error, error, COUNT);
            check_same(ours, gp, ROWS * width);
            math->col_gradient(COLS, col_start, row, place, ours_error, width, p, ours);
            check_same(ours, gq, COLS * width);
            double *ours_a = lp_alloc_zero(width * width, sizeof *ours_a), ours_b[24] = {0};
            math->normal(start[4] - start[3], m.col + start[3], m.value + start[3], width, q,
                         ours_a, ours_b);
            check_same(ours_a, a, width * width);
            check_same(ours_b, b, width);
            free(ours_a);
            free(ours);
        }
        free(p);
        free(q);
        free(gp);
        free(gq);
        free(a);
    }
    free(start);
    lp_sparse_free(&m);
}

/* x = keep x + step gradient, the first eight columns at rates of their own. */
static void steps_are_their_definition(void) {
    lp_entries_rate rate = {.keep = 0.97, .step = -0.03};
    for (int k = 0; k < LP_ENTRIES_LANES; k++) {
        rate.keep_first[k] = k == 1 ? 1 : 1 - 0.01 * k;
        rate.step_first[k] = k == 1 ? 0 : 0.005 * k;
    }
    for (size_t width = 8; width <= 32; width += 8) {
        size_t n = ROWS * width;
        double *x = random_numbers(n, 4), *gradient = random_numbers(n, 5), *expected = copy(x, n);
        for (size_t i = 0; i < n; i++) {
            double kept = keep_of(&rate, i % width) * expected[i];
            expected[i] = kept + step_of(&rate, i % width) * gradient[i];
        }
        for (const lp_kernels *const *isa = lp_kernels_all(LP_F8); *isa != NULL; isa++) {
            double *ours = copy(x, n);
            (*isa)->entries->step(ROWS, width, ours, gradient, &rate);
            check_same(ours, expected, n);
            free(ours);
        }
        free(x);
        free(gradient);
        free(expected);
    }
}

static lp_fit_options options_of(lp_fit_method method) {
    return (lp_fit_options){.method = method,
                            .rank = 3,
                            .epochs = 10,
                            .lr = 0.01,
                            .reg = 0.4,
                            .bias_reg = 0.2,
                            .bias = method != LP_FIT_GD,
                            .init = 1,
                            .init_scale = 0.5,
                            .blocks = 4,
                            .seed = 5};
}

static double sum_of_squares(const double *x, size_t n) {
    double sum = 0;
    for (size_t i = 0; x != NULL && i < n; i++)
        sum += x[i] * x[i];
    return sum;
}

/* What als, bias and gd minimise (mf/fit.h), from the factors alone. */
static double objective(const lp_fit *fit, const lp_sparse *m, const lp_fit_options *o) {
    lp_factors f = lp_fit_factors(fit);
    double sum = 0;
    for (size_t i = 0; i < m->count; i++) {
        double error = m->value[i] - lp_factors_at(&f, (size_t)m->row[i], (size_t)m->col[i]);
        sum += error * error;
    }
    sum += o->reg * (sum_of_squares(f.u, f.rows * f.rank) + sum_of_squares(f.v, f.cols * f.rank));
    sum += o->bias_reg * (sum_of_squares(f.row_bias, f.rows) + sum_of_squares(f.col_bias, f.cols));
    lp_factors_free(&f);
    return sum;
}

static void als_falls_in_each_half_epoch(void) {
    lp_sparse m = make_matrix();
    static const lp_fit_method methods[] = {LP_FIT_ALS, LP_FIT_BIAS};
    for (int i = 0; i < 4; i++) {
        lp_fit_options o = options_of(methods[i % 2]);
        o.bias = i < 2;
        lp_fit *fit = lp_fit_new(&o, &m, NULL, NULL, &e);
        CHECK(fit != NULL);
        double before = objective(fit, &m, &o), start = before;
        for (int half = 0; half < 20 && fit != NULL; half++) {
            CHECK(lp_als_half_epoch(fit, half % 2 == 1, &e) == 0);
            double now = objective(fit, &m, &o);
            /* At the minimum only rounding is left. */
            CHECK(isfinite(now) && now <= before * (1 + 1e-14));
            before = now;
        }
        CHECK(before < 0.9 * start);
        lp_fit_free(fit);
    }
    lp_sparse_free(&m);
}

/* A small step of full gradient descent lowers the objective by η |gradient|²: the gradient is that
 * of the objective, taken here by central differences over the factors of the start. */
static void joint_descent_follows_the_objective(void) {
    lp_sparse m = make_matrix();
    lp_fit_options o = options_of(LP_FIT_GD);
    o.lr = 1e-7;
    lp_fit *fit = lp_fit_new(&o, &m, NULL, NULL, &e);
    lp_factors a, b;
    double sse;
    a = lp_fit_factors(fit);
    CHECK(lp_fit_epoch(fit, &sse, &e) == 0);
    b = lp_fit_factors(fit);
    lp_fit_free(fit);
    const double h = 1e-5;
    for (size_t i = 0; i < ROWS * 3; i += 7) {
        double side[2], kept = a.u[i];
        for (int s = 0; s < 2; s++) {
            a.u[i] = kept + (s ? h : -h);
            fit = lp_fit_new(&o, &m, NULL, &a, &e);
            side[s] = objective(fit, &m, &o);
            lp_fit_free(fit);
        }
        a.u[i] = kept;
        double slope = (side[1] - side[0]) / (2 * h);
        CHECK_CLOSE((b.u[i] - a.u[i]) / -o.lr, slope, 1e-6 * (1 + fabs(slope)));
    }
    lp_factors_free(&a);
    lp_factors_free(&b);
    lp_sparse_free(&m);
}

static void threads_change_no_bit(void) {
    lp_sparse m = make_matrix();
    static const lp_fit_method methods[] = {LP_FIT_GD, LP_FIT_SGD, LP_FIT_ALS, LP_FIT_BIAS};
    static const int threads[] = {1, 2, 3, 7};
    for (int i = 0; i < 4; i++) {
        lp_factors first = {0};
        for (int t = 0; t < 4; t++) {
            lp_fit_options o = options_of(methods[i]);
            o.shuffle = methods[i] == LP_FIT_SGD;
            lp_threads_set(threads[t]);
            lp_fit *fit = lp_fit_new(&o, &m, NULL, NULL, &e);
            lp_factors f;
            double sse;
            for (int epoch = 0; epoch < 10; epoch++)
                CHECK(lp_fit_epoch(fit, &sse, &e) == 0);
            f = lp_fit_factors(fit);
            lp_fit_free(fit);
            if (t == 0) {
                first = f;
                continue;
            }
            CHECK(memcmp(f.u, first.u, f.rows * f.rank * sizeof *f.u) == 0);
            CHECK(memcmp(f.v, first.v, f.cols * f.rank * sizeof *f.v) == 0);
            CHECK(f.row_bias == NULL ||
                  memcmp(f.row_bias, first.row_bias, f.rows * sizeof *f.row_bias) == 0);
            lp_factors_free(&f);
        }
        lp_factors_free(&first);
    }
    lp_threads_set(0);
    lp_sparse_free(&m);
}

/* With blocks every entry is still visited once an epoch: on a matrix whose entries share no row
 * and no column their order does not matter, so the result is that of row-major order. */
static void blocks_visit_every_entry_once(void) {
    lp_sparse m;
    lp_factors f[2];
    m = lp_sparse_new(40, 40, 40);
    for (int i = 0; i < 40; i++) {
        m.row[i] = i;
        m.col[i] = (i * 27 + 5) % 40;
        m.value[i] = 1 + i * 0.1;
    }
    for (int i = 0; i < 2; i++) {
        lp_fit_options o = options_of(LP_FIT_SGD);
        o.blocks = i == 0 ? 1 : 7;
        o.shuffle = i == 1;
        lp_fit *fit = lp_fit_new(&o, &m, NULL, NULL, &e);
        double sse;
        for (int epoch = 0; epoch < 5; epoch++)
            CHECK(lp_fit_epoch(fit, &sse, &e) == 0);
        f[i] = lp_fit_factors(fit);
        lp_fit_free(fit);
    }
    CHECK(memcmp(f[0].u, f[1].u, 40 * 3 * sizeof(double)) == 0);
    CHECK(memcmp(f[0].v, f[1].v, 40 * 3 * sizeof(double)) == 0);
    lp_factors_free(&f[0]);
    lp_factors_free(&f[1]);
    lp_sparse_free(&m);
}

/* ---- shards ---- */

enum { EPOCHS = 3 };

/* What each rank of a job ends with. */
static struct {
    lp_fit_options options;
    const lp_sparse *matrix;
    lp_factors factors[MOST];
    double sse[MOST], end_sse[MOST];
    char error[MOST][sizeof(lp_error)];
    int failed[MOST];
} job;

static void fit_on_ranks(void) {
    size_t rank = lp_rank();
    lp_error own = {0};
    lp_fit *fit = lp_fit_new(&job.options, job.matrix, NULL, NULL, &own);
    job.failed[rank] = 0;
    for (int epoch = 0; epoch < EPOCHS && !job.failed[rank]; epoch++)
        job.failed[rank] = lp_fit_epoch(fit, &job.sse[rank], &own);
    memcpy(job.error[rank], own.text, sizeof own.text);
    job.end_sse[rank] = lp_fit_sse(fit, job.matrix);
    job.factors[rank] = lp_fit_factors(fit);
    lp_fit_free(fit);
}

static void check_same_factors(const lp_factors *a, const lp_factors *b) {
    check_same(a->u, b->u, a->rows * a->rank);
    check_same(a->v, b->v, a->cols * a->rank);
    check_same(a->row_bias, b->row_bias, a->rows);
    check_same(a->col_bias, b->col_bias, a->cols);
}

/* Any number of ranks, and what each of them has: the bits of one process. */
static void check_ranks(const lp_sparse *m, lp_fit_options o, size_t shards) {
    o.shards = (int64_t)shards;
    job.options = o, job.matrix = m;
    fit_on_ranks();
    lp_factors first = job.factors[0];
    double sse = job.sse[0], end_sse = job.end_sse[0];
    CHECK(job.failed[0] == 0 && sse > 0 && end_sse > 0);
    for (size_t ranks = 2; ranks <= shards && ranks <= MOST; ranks++) {
        run_ranks(ranks, fit_on_ranks);
        for (size_t r = 0; r < ranks; r++) {
            CHECK(job.failed[r] == 0);
            CHECK(job.sse[r] == sse && job.end_sse[r] == end_sse);
            check_same_factors(&job.factors[r], &first);
            lp_factors_free(&job.factors[r]);
        }
    }
    lp_factors_free(&first);
}

static void ranks_change_no_bit(void) {
    lp_sparse m = make_matrix();
    static const size_t shards[] = {2, 3, 8, 30}; /* 30: some have no row */
    for (int i = 0; i < 4; i++) {
        lp_fit_options sgd = options_of(LP_FIT_SGD);
        sgd.shuffle = i % 2 == 1;
        check_ranks(&m, options_of(LP_FIT_ALS), shards[i]);
        check_ranks(&m, sgd, shards[i]);
    }
    lp_sparse_free(&m);
}

/* als solves each row and column by itself: its factors are those of one shard. */
static void als_has_the_factors_of_one_shard(void) {
    lp_sparse m = make_matrix();
    job.options = options_of(LP_FIT_ALS), job.matrix = &m;
    fit_on_ranks();
    lp_factors one = job.factors[0];
    double sse = job.end_sse[0];
    for (int64_t shards = 2; shards <= 30; shards += 7) {
        job.options.shards = shards;
        fit_on_ranks();
        check_same_factors(&job.factors[0], &one);
        CHECK_RELATIVE(job.end_sse[0], sse, 1e-14);
        lp_factors_free(&job.factors[0]);
    }
    lp_factors_free(&one);
    lp_sparse_free(&m);
}

/* The run of each line: that of B into which the line's middle entry falls. */
static void runs_of(const lp_sparse *m, const int32_t *line, size_t lines, int blocks, int *run) {
    int before = 0;
    for (size_t l = 0; l < lines; l++) {
        int count = 0;
        for (size_t i = 0; i < m->count; i++)
            count += (size_t)line[i] == l;
        run[l] = (2 * before + count) * blocks / (2 * (int)m->count);
        before += count;
    }
}

/* Block after block in plain loops, the rounds of an epoch in the order that is drawn for it. */
static void sgd_on_shards_is_its_definition(void) {
    enum { SHARDS = 4 };
    lp_sparse m = make_matrix();
    lp_fit_options o = options_of(LP_FIT_SGD);
    o.shards = SHARDS;
    lp_fit *fit = lp_fit_new(&o, &m, NULL, NULL, &e);
    size_t width = fit->width, order[SHARDS], other_order = 0;
    double *p = copy(fit->p, ROWS * width), *q = copy(fit->q, COLS * width);
    lp_entries_rate rate_p = lp_fit_rate(fit, o.lr, LP_ROW_BIAS, LP_COL_BIAS);
    lp_entries_rate rate_q = lp_fit_rate(fit, o.lr, LP_COL_BIAS, LP_ROW_BIAS);
    int row_run[ROWS], col_run[COLS];
    runs_of(&m, m.row, ROWS, SHARDS, row_run);
    runs_of(&m, m.col, COLS, SHARDS, col_run);
    for (uint32_t epoch = 0; epoch < EPOCHS; epoch++) {
        double ours, sse = 0;
        lp_rng r = lp_rng_new(o.seed, LP_RNG_STRATA, epoch);
        lp_rng_permutation(&r, SHARDS, order);
        for (size_t round = 0; round < SHARDS; round++) {
            other_order += order[round] != round;
            for (int run = SHARDS - 1; run >= 0; run--) /* in a round their order does not matter */
                for (size_t i = 0; i < COUNT; i++) {
                    if (row_run[m.row[i]] != run ||
                        col_run[m.col[i]] != (run + (int)order[round]) % SHARDS)
                        continue;
                    double *a = p + (size_t)m.row[i] * width, *b = q + (size_t)m.col[i] * width;
                    double error = fit->value[i] - stated_dot(a, b, width);
                    sse += error * error;
                    for (size_t k = 0; k < width; k++) {
                        a[k] = keep_of(&rate_p, k) * a[k] + step_of(&rate_p, k) * error * b[k];
                        b[k] = keep_of(&rate_q, k) * b[k] + step_of(&rate_q, k) * error * a[k];
                    }
                }
        }
        CHECK(lp_fit_epoch(fit, &ours, &e) == 0);
        CHECK_RELATIVE(ours, sse, 1e-14);
        check_same(fit->p, p, ROWS * width);
        check_same(fit->q, q, COLS * width);
    }
    CHECK(other_order > 0);
    free(p);
    free(q);
    lp_fit_free(fit);
    lp_sparse_free(&m);
}

/* All ranks end with the line about the first row that has no solution, whoever owns it. */
static void ranks_refuse_alike(void) {
    lp_sparse m = make_matrix();
    lp_fit_options o = options_of(LP_FIT_ALS);
    o.reg = o.bias_reg = 0;
    o.init_scale = 0;
    o.shards = MOST;
    job.options = o, job.matrix = &m;
    fit_on_ranks();
    lp_factors_free(&job.factors[0]);
    char expected[sizeof(lp_error)];
    memcpy(expected, job.error[0], sizeof expected);
    CHECK_HOLDS(expected, "epoch 1: row 0: the normal equations are singular");
    for (size_t ranks = 2; ranks <= MOST; ranks += 3) {
        run_ranks(ranks, fit_on_ranks);
        for (size_t r = 0; r < ranks; r++) {
            CHECK(job.failed[r] == -1);
            CHECK_TEXT(job.error[r], expected);
            lp_factors_free(&job.factors[r]);
        }
    }
    lp_sparse_free(&m);
}

static void refuses_what_cannot_be_fitted(void) {
    lp_sparse m = make_matrix(), none;
    lp_fit_options o = options_of(LP_FIT_SGD);
    double sse;
    o.rank = 18;
    CHECK(lp_fit_new(&o, &m, NULL, NULL, &e) == NULL);
    CHECK_TEXT(e.text, "rank 18 is more than the smaller side of the 23 x 17 matrix");
    o.rank = 2;
    none = lp_sparse_new(3, 3, 0);
    CHECK(lp_fit_new(&o, &none, NULL, NULL, &e) == NULL);
    CHECK_TEXT(e.text, "there is no observed entry to fit");
    o.lr = 1e3;
    lp_fit *fit = lp_fit_new(&o, &m, NULL, NULL, &e);
    int failed = 0;
    for (int epoch = 0; epoch < 10 && !failed; epoch++)
        failed = lp_fit_epoch(fit, &sse, &e);
    CHECK(failed == -1);
    CHECK_HOLDS(e.text, " with learning rate 1000 (try a smaller --lr)");
    lp_fit_free(fit);
    o = options_of(LP_FIT_ALS);
    o.reg = o.bias_reg = 0;
    o.rank = 17;
    fit = lp_fit_new(&o, &m, NULL, NULL, &e);
    CHECK(lp_fit_epoch(fit, &sse, &e) == -1);
    CHECK_HOLDS(e.text, "the normal equations are singular (take a larger --reg)");
    lp_fit_free(fit);
    lp_sparse_free(&none);
    lp_sparse_free(&m);
}

int main(void) {
    static const check_test tests[] = {
        {"sgd is its definition, bit for bit", sgd_is_its_definition},
        {"gradients and normal equations are their definition", gradients_are_their_definition},
        {"steps are their definition", steps_are_their_definition},
        {"als never raises its objective", als_falls_in_each_half_epoch},
        {"joint descent goes along the objective's gradient", joint_descent_follows_the_objective},
        {"the number of threads changes no bit", threads_change_no_bit},
        {"blocks visit every entry once", blocks_visit_every_entry_once},
        {"the number of ranks changes no bit", ranks_change_no_bit},
        {"als has the factors of one shard", als_has_the_factors_of_one_shard},
        {"sgd on shards is its definition, bit for bit", sgd_on_shards_is_its_definition},
        {"all ranks refuse alike", ranks_refuse_alike},
        {"what cannot be fitted is refused", refuses_what_cannot_be_fitted},
        {0},
    };
    return check_main("test_factor", tests);
}
