/* The perceptron, step by step and as a whole. */
#include "check.h"

#include "learn/train_perceptron.h"
#include "num/rng.h"

static lp_error e;

static lp_stream *data(size_t rows, const double *x, const int64_t *y) {
    lp_stream *s = lp_stream_new();
    lp_tensor t = lp_tensor_matrix(LP_F8, rows, 2);
    memcpy(t.data, x, rows * 2 * sizeof *x);
    lp_stream_put(s, "x", &t);
    t = lp_tensor_vector(LP_I8, rows);
    memcpy(t.data, y, rows * sizeof *y);
    lp_stream_put(s, "y", &t);
    return s;
}

static double number(lp_stream *s, const char *name, size_t i) {
    const lp_tensor *t = lp_stream_get(s, name, &e);
    CHECK(t != NULL && i < t->count);
    return t == NULL ? NAN : lp_tensor_at(t, i);
}

static double last(lp_stream *s, const char *name) {
    const lp_tensor *t = lp_stream_get(s, name, &e);
    return t == NULL ? NAN : lp_tensor_at(t, t->count - 1);
}

/* The batch rule from zero: one step, w = lr Σ t x, b = lr Σ t; then all rows are right:
 * Σ t x = (1, 2) + (3, 0) - (-1, -1) = (5, 3), Σ t = 1. */
static void batch_rule(void) {
    lp_train_perceptron_options o = {
        .rule = LP_PERCEPTRON_BATCH, .lr = 0.5, .epochs = 100, .run.eval_every.units = 1};
    lp_stream *s = data(3, (double[]){1, 2, 3, 0, -1, -1}, (int64_t[]){1, 1, 0});
    CHECK(lp_train_perceptron(s, &o, &(lp_run_hooks){0}, &e) == 0);
    CHECK_CLOSE(number(s, "weight", 0), 2.5, 0);
    CHECK_CLOSE(number(s, "weight", 1), 1.5, 0);
    CHECK_CLOSE(number(s, "bias", 0), 0.5, 0);
    CHECK_CLOSE(last(s, "history.epoch"), 2, 0); /* the second epoch corrected nothing */
    o.no_bias = true;
    CHECK(lp_train_perceptron(s, &o, &(lp_run_hooks){0}, &e) == 0);
    CHECK(!lp_stream_has(s, "bias"));
    lp_stream_free(s);
}

/* Rows count by their signs: of x = 10 (class 1), 1 and 1 (class 0), Σ t x = 8 leaves two wrong
 * rows of three, for ever, although Σ t w x = 8 (10 - 1 - 1) > 0. Two rows of each class on one
 * side of the origin are a tie, and corrected in every epoch too. */
static void batch_rule_counts_rows(void) {
    lp_train_perceptron_options o = {
        .rule = LP_PERCEPTRON_BATCH, .no_bias = true, .lr = 0.5, .epochs = 100};
    lp_stream *s = data(3, (double[]){10, 0, 1, 0, 1, 0}, (int64_t[]){1, 0, 0});
    CHECK(lp_train_perceptron(s, &o, &(lp_run_hooks){0}, &e) == 0);
    CHECK_CLOSE(last(s, "history.epoch"), 100, 0);
    CHECK_CLOSE(number(s, "weight", 0), 100 * 0.5 * 8, 0);
    lp_stream_free(s);
    s = data(4, (double[]){19, 16, 20, 17, 5, 6, 6, 5}, (int64_t[]){1, 1, 0, 0});
    CHECK(lp_train_perceptron(s, &o, &(lp_run_hooks){0}, &e) == 0);
    CHECK_CLOSE(last(s, "history.epoch"), 100, 0);
    CHECK_CLOSE(number(s, "weight", 1), 100 * 0.5 * 22, 0);
    CHECK_CLOSE(last(s, "history.accuracy"), 0.5, 0);
    lp_stream_free(s);
}

/* What can be parted is parted (Novikoff 1962), and training ends by itself. */
static void converges(void) {
    enum { N = 200 };
    double x[2 * N];
    int64_t y[N];
    for (uint64_t seed = 0; seed < 5; seed++) {
        lp_rng rng = lp_rng_new(seed, LP_RNG_POINTS, 0);
        for (int i = 0; i < N; i++) { /* a margin of 0.2 beside the line x1 + 2 x2 = 1 */
            double side;
            do {
                x[2 * i] = lp_rng_normal(&rng);
                x[2 * i + 1] = lp_rng_normal(&rng);
                side = x[2 * i] + 2 * x[2 * i + 1] - 1;
            } while (fabs(side) < 0.2);
            y[i] = side > 0;
        }
        lp_train_perceptron_options o = {.lr = 1, .epochs = 1000, .seed = seed};
        lp_stream *s = data(N, x, y);
        CHECK(lp_train_perceptron(s, &o, &(lp_run_hooks){0}, &e) == 0);
        CHECK_CLOSE(last(s, "history.accuracy"), 1, 0);
        CHECK_CLOSE(last(s, "history.loss"), 0, 0);
        CHECK(last(s, "history.epoch") < 1000);
        /* A line through the origin does not part them. */
        o.no_bias = true;
        CHECK(lp_train_perceptron(s, &o, &(lp_run_hooks){0}, &e) == 0);
        CHECK(last(s, "history.accuracy") < 0.97);
        CHECK_CLOSE(last(s, "history.epoch"), 1000, 0);
        lp_stream_free(s);
    }
}

/* No epoch: weights of 0 answer class 0 everywhere. */
static void untrained(void) {
    lp_train_perceptron_options o = {.lr = 1};
    lp_stream *s = data(4, (double[]){1, 2, 3, 0, -1, -1, 5, 5}, (int64_t[]){1, 1, 0, 1});
    CHECK(lp_train_perceptron(s, &o, &(lp_run_hooks){0}, &e) == 0);
    CHECK_CLOSE(number(s, "weight", 1), 0, 0);
    CHECK_CLOSE(last(s, "history.accuracy"), 0.25, 0);
    lp_stream_free(s);
}

static void refusals(void) {
    lp_train_perceptron_options o = {.lr = 1, .epochs = 10};
    lp_stream *s = data(3, (double[]){1, 2, 3, 0, -1, -1}, (int64_t[]){0, 1, 2});
    CHECK(lp_train_perceptron(s, &o, &(lp_run_hooks){0}, &e) == -1);
    CHECK_HOLDS(e.text, "y has 3 classes, a perceptron tells two apart");
    lp_stream_free(s);
    s = data(3, (double[]){1, 2, 3, 0, -1, -1}, (int64_t[]){1, 1, 1});
    CHECK(lp_train_perceptron(s, &o, &(lp_run_hooks){0}, &e) == -1);
    CHECK_HOLDS(e.text, "y: every row is class 1");
    lp_stream_free(s);
    s = data(3, (double[]){1e308, 1e308, 1e308, 0, -1e308, -1e308}, (int64_t[]){1, 1, 0});
    o.lr = 1e10;
    CHECK(lp_train_perceptron(s, &o, &(lp_run_hooks){0}, &e) == -1);
    CHECK_HOLDS(e.text, "training: the loss became");
    lp_stream_free(s);
}

int main(void) {
    static const check_test tests[] = {
        {"the batch rule makes one step and stops", batch_rule},
        {"it counts the rows that are right", batch_rule_counts_rows},
        {"what can be parted by a line is parted", converges},
        {"without an epoch the weights are 0", untrained},
        {"more than two classes, other labels and overflow are refused", refusals},
        {0},
    };
    return check_main("test_perceptron", tests);
}
