/* Spreads of numbers, and tables and histories of runs. tests/pipe holds them against NumPy. */
#include "check.h"
#include "learn/summarise.h"

static lp_error e;

static void spreads(void) {
    const double value[] = {2, NAN, 4, 4, 4, 5, 5, 7, 9};
    lp_spread s = lp_spread_of(9, value);
    CHECK(s.n == 8);
    CHECK_CLOSE(s.mean, 5, 0);
    CHECK_CLOSE(s.sd, sqrt(32 / 7.0), 1e-15);
    CHECK(s.min == 2 && s.max == 9);
    s = lp_spread_of(1, value);
    CHECK(s.n == 1 && s.mean == 2 && isnan(s.sd) && s.min == 2 && s.max == 2);
    s = lp_spread_of(1, value + 1);
    CHECK(s.n == 0 && isnan(s.mean) && isnan(s.sd) && isnan(s.min) && isnan(s.max));
}

static void put(lp_stream *s, const char *name, size_t n, const double *value) {
    lp_tensor t = lp_tensor_vector(LP_F8, n);
    memcpy(t.data, value, n * sizeof *value);
    lp_stream_put(s, name, &t);
}

static void put_labels(lp_stream *s, const char *name, size_t n, const int64_t *value) {
    lp_tensor t = lp_tensor_vector(LP_I8, n);
    memcpy(t.data, value, n * sizeof *value);
    lp_stream_put(s, name, &t);
}

static double at(lp_stream *s, const char *name, size_t i) {
    const lp_tensor *t = lp_stream_get(s, name, &e);
    CHECK(t != NULL);
    return t != NULL ? lp_tensor_at(t, i) : NAN;
}

static const char *const names[] = {"a", "b"};

/* Epochs 0, 2, 4 and 0, 1, 2: a row for each of 0, 1, 2, 4. */
static void histories(void) {
    lp_stream *run[] = {lp_stream_new(), lp_stream_new()}, *out = lp_stream_new();
    put(run[0], "history.epoch", 3, (double[]){0, 2, 4});
    put(run[0], "history.loss", 3, (double[]){8, 4, 2});
    put(run[1], "history.epoch", 3, (double[]){0, 1, 2});
    put(run[1], "history.loss", 3, (double[]){6, 5, 5});
    put(run[1], "history.val_loss", 3, (double[]){9, NAN, 7});
    CHECK(lp_summarise_history(2, run, names, out, &e) == 0);
    CHECK(lp_stream_get(out, "history.epoch", &e)->count == 4);
    const double mean[] = {7, 5, 4.5, 2}, n[] = {2, 1, 2, 1}, max[] = {8, 5, 5, 2};
    for (size_t i = 0; i < 4; i++) {
        CHECK_CLOSE(at(out, "history.loss", i), mean[i], 0);
        CHECK_CLOSE(at(out, "history.loss.n", i), n[i], 0);
        CHECK_CLOSE(at(out, "history.loss.max", i), max[i], 0);
    }
    CHECK_CLOSE(at(out, "history.loss.sd", 0), sqrt(2), 1e-15);
    CHECK(isnan(at(out, "history.loss.sd", 1)));
    CHECK_CLOSE(at(out, "history.val_loss", 2), 7, 0);
    CHECK(isnan(at(out, "history.val_loss", 1)) && isnan(at(out, "history.val_loss", 3)));
    put(run[1], "history.val_loss", 2, (double[]){9, 7});
    CHECK(lp_summarise_history(2, run, names, out, &e) == 0); /* there already */
    lp_stream_drop(out, "history.val_loss");
    CHECK(lp_summarise_history(2, run, names, out, &e) == -1);
    CHECK_HOLDS(e.text, "b: history.val_loss has 2 entries, history.epoch 3");
    for (int i = 0; i < 2; i++)
        lp_stream_free(run[i]);
    lp_stream_free(out);
}

static void tables(void) {
    lp_stream *run[] = {lp_stream_new(), lp_stream_new()}, *out = lp_stream_new();
    put_labels(run[0], "y_test", 4, (int64_t[]){0, 1, 1, 0});
    put_labels(run[0], "y_pred", 4, (int64_t[]){0, 1, 0, 0});
    put(run[1], "history.epoch", 1, (double[]){0});
    lp_run_table t;
    CHECK(lp_run_table_read(&t, 2, run, names, &(lp_texts){0}, &e) == 0);
    CHECK_TEXT(t.metric[0].name, "test.n");
    CHECK_TEXT(t.metric[1].name, "test.accuracy");
    CHECK_CLOSE(t.metric[1].value[0], 0.75, 0);
    CHECK(isnan(t.metric[1].value[1])); /* a run with a history alone */
    lp_run_table_put(&t, out);
    CHECK_CLOSE(at(out, "summary.mean", 1), 0.75, 0);
    CHECK_CLOSE(at(out, "summary.n", 1), 1, 0);
    CHECK(lp_stream_get(out, "summary.value", &e)->shape[1] == t.metrics);
    lp_run_table_free(&t);

    lp_buffer text = {0};
    const char *pattern[] = {"test.acc*"};
    CHECK(lp_run_table_read(&t, 2, run, names, &(lp_texts){pattern, 1}, &e) == 0);
    lp_run_table_print(&t, false, &text);
    CHECK_TEXT(text.data,
               "metric\tn\tmean\tsd\tmin\tmax\ntest.accuracy\t1\t0.75\tnan\t0.75\t0.75\n");
    text.size = 0;
    lp_run_table_print(&t, true, &text);
    CHECK_TEXT(text.data, "run\ttest.accuracy\na\t0.75\nb\tnan\n");
    lp_buffer_free(&text);
    lp_run_table_free(&t);

    pattern[0] = "train.*";
    CHECK(lp_run_table_read(&t, 2, run, names, &(lp_texts){pattern, 1}, &e) == -1);
    CHECK_HOLDS(e.text, "no metric matches 'train.*'");
    lp_run_table_free(&t);
    lp_stream_drop(run[1], "history.epoch");
    CHECK(lp_run_table_read(&t, 2, run, names, &(lp_texts){0}, &e) == -1);
    CHECK_HOLDS(e.text, "b: there is nothing to evaluate, and no history");
    lp_run_table_free(&t);
    for (int i = 0; i < 2; i++)
        lp_stream_free(run[i]);
    lp_stream_free(out);
}

int main(void) {
    static const check_test tests[] = {
        {"n, mean, sd, min and max, without NaNs", spreads},
        {"histories of other lengths and epochs", histories},
        {"tables of metrics", tables},
        {0},
    };
    return check_main("summarise", tests);
}
