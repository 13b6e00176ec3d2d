/* Scaling: closed forms, types, what becomes of a stream. tests/pipe holds it against NumPy. */
#include "check.h"
#include "data/scale.h"

#include <float.h>
#include <stdlib.h>

static lp_error e;

static lp_tensor matrix(size_t n, size_t d, const double *values) {
    lp_tensor t = lp_tensor_matrix(LP_F8, n, d);
    if (n > 0)
        memcpy(t.data, values, n * d * sizeof *values);
    return t;
}

static void fits_are_the_closed_forms(void) {
    /* 1 .. 4: mean 2.5, variance 1.25; ten times as much and 3 less; a constant that no double
     * equals */
    lp_tensor x = matrix(4, 3, (double[]){1, 7, 0.1, 2, 17, 0.1, 3, 27, 0.1, 4, 37, 0.1});
    static const double expected[][2][3] = {
        [LP_SCALE_CENTRE] = {{2.5, 22, 0.1}, {1, 1, 1}},
        [LP_SCALE_STANDARD] = {{2.5, 22, 0.1}, {1.118033988749895, 11.18033988749895, 1}},
        [LP_SCALE_VARIANCE] = {{2.5, 22, 0.1}, {1.25, 125, 1}},
        [LP_SCALE_MINMAX] = {{1, 7, 0.1}, {3, 30, 1}},
    };
    for (int by = 0; by <= LP_SCALE_MINMAX; by++) {
        lp_tensor offset, divisor, out;
        CHECK(lp_scale_fit(&x, (lp_scale_by)by, &offset, &divisor, &e) == 0);
        CHECK(offset.ndim == 1 && offset.count == 3 && divisor.count == 3);
        CHECK(lp_scale_apply(&x, &offset, &divisor, &out, &e) == 0);
        for (int j = 0; j < 3; j++) {
            double o = expected[by][0][j], d = expected[by][1][j];
            CHECK_RELATIVE(((double *)offset.data)[j], o, 1e-15);
            CHECK_RELATIVE(((double *)divisor.data)[j], d, 1e-15);
            for (int i = 0; i < 4; i++)
                CHECK_CLOSE(((double *)out.data)[3 * i + j],
                            (((double *)x.data)[3 * i + j] - o) / d, 1e-14);
        }
        for (int i = 0; i < 4; i++) /* the constant column is exactly 0 */
            CHECK(((double *)out.data)[3 * i + 2] == 0);
        lp_tensor_free(&offset);
        lp_tensor_free(&divisor);
        lp_tensor_free(&out);
    }
    lp_tensor_free(&x);
}

static void many_rows_of_large_mean_keep_their_digits(void) {
    /* 10^9 + 0, 1, ..., 999 over and over: variance (1000^2 - 1) / 12 */
    enum { N = 100000 };
    lp_tensor x, offset, divisor;
    x = lp_tensor_matrix(LP_F8, N, 1);
    for (int i = 0; i < N; i++)
        ((double *)x.data)[i] = 1e9 + i % 1000;
    CHECK(lp_scale_fit(&x, LP_SCALE_VARIANCE, &offset, &divisor, &e) == 0);
    CHECK_RELATIVE(*(double *)offset.data, 1e9 + 499.5, 1e-15);
    CHECK_RELATIVE(*(double *)divisor.data, (1e6 - 1) / 12, 1e-12);
    lp_tensor_free(&x);
    lp_tensor_free(&offset);
    lp_tensor_free(&divisor);
}

static void types_follow_the_rule(void) {
    static const struct {
        lp_type from, to;
    } rule[] = {
        {{'f', 8}, {'f', 8}}, {{'f', 4}, {'f', 4}}, {{'u', 1}, {'f', 4}}, {{'i', 1}, {'f', 4}},
        {{'u', 2}, {'f', 4}}, {{'i', 2}, {'f', 4}}, {{'b', 1}, {'f', 4}}, {{'u', 4}, {'f', 8}},
        {{'i', 4}, {'f', 8}}, {{'u', 8}, {'f', 8}}, {{'i', 8}, {'f', 8}},
    };
    for (size_t i = 0; i < sizeof rule / sizeof *rule; i++) {
        lp_tensor wide = matrix(2, 2, (double[]){0, 1, 1, 1}), x, offset, divisor, out;
        CHECK(lp_tensor_convert(&x, &wide, rule[i].from, &e) == 0);
        CHECK(lp_scale_fit(&x, LP_SCALE_CENTRE, &offset, &divisor, &e) == 0);
        CHECK(lp_scale_apply(&x, &offset, &divisor, &out, &e) == 0);
        CHECK(lp_type_is(out.type, rule[i].to));
        CHECK(lp_tensor_at(&out, 0) == -0.5 && lp_tensor_at(&out, 2) == 0.5);
        CHECK(lp_tensor_at(&out, 1) == 0 && lp_tensor_at(&out, 3) == 0);
        lp_tensor_free(&x);
        lp_tensor_free(&wide);
        lp_tensor_free(&offset);
        lp_tensor_free(&divisor);
        lp_tensor_free(&out);
    }
}

static void refuse(lp_tensor x, lp_scale_by by, const char *why) {
    lp_tensor offset, divisor;
    CHECK(lp_scale_fit(&x, by, &offset, &divisor, &e) == -1);
    CHECK(offset.data == NULL && divisor.data == NULL);
    CHECK_HOLDS(e.text, why);
    lp_tensor_free(&x);
}

static void bad_data_is_named(void) {
    refuse(matrix(2, 3, (double[]){1, 2, 3, 4, 5, NAN}), LP_SCALE_CENTRE, "row 1, column 2 is nan");
    refuse(matrix(2, 1, (double[]){INFINITY, 1}), LP_SCALE_MINMAX, "row 0, column 0 is inf");
    refuse(matrix(2, 1, (double[]){DBL_MAX, -DBL_MAX}), LP_SCALE_MINMAX, "column 0 spans");
    refuse(matrix(0, 3, NULL), LP_SCALE_CENTRE, "shape (0, 3)");
    lp_tensor text = lp_tensor_strings((const char *[]){"a"}, 1);
    refuse(text, LP_SCALE_CENTRE, "text");
}

static lp_stream *stream(const char *name, const double *values, size_t n) {
    lp_stream *s = lp_stream_new();
    lp_tensor x = matrix(n, 1, values);
    lp_stream_put(s, name, &x);
    return s;
}

static double value(lp_stream *s, const char *name, size_t i) {
    const lp_tensor *t = lp_stream_get(s, name, &e);
    return t == NULL || i >= t->count ? NAN : lp_tensor_at(t, i);
}

static void fitted_on_the_training_part(void) {
    lp_stream *s = stream("x_train", (double[]){2, 6}, 2);
    lp_tensor test = matrix(3, 1, (double[]){2, 4, 10});
    lp_stream_put(s, "x_test", &test);
    CHECK(lp_scale(s, LP_SCALE_STANDARD, &e) == 0); /* mean 4, deviation 2 */
    CHECK(value(s, "x_train", 0) == -1 && value(s, "x_train", 1) == 1);
    CHECK(value(s, "x_test", 0) == -1 && value(s, "x_test", 1) == 0 && value(s, "x_test", 2) == 3);
    CHECK(value(s, "scale.offset", 0) == 4 && value(s, "scale.divisor", 0) == 2);
    lp_stream_free(s);
}

static void two_scalings_become_one(void) {
    lp_stream *s = stream("x", (double[]){0, 64, 192, 256}, 4);
    CHECK(lp_scale_divide(s, 256, &e) == 0);
    CHECK(value(s, "x", 2) == 0.75 && value(s, "scale.offset", 0) == 0);
    CHECK(lp_scale(s, LP_SCALE_MINMAX, &e) == 0);
    CHECK(lp_scale(s, LP_SCALE_CENTRE, &e) == 0);
    CHECK(value(s, "x", 0) == -0.5 && value(s, "x", 3) == 0.5);
    CHECK(value(s, "scale.offset", 0) == 128 && value(s, "scale.divisor", 0) == 256);
    lp_stream_free(s);
}

static void streams_that_cannot_be_scaled(void) {
    lp_stream *s = stream("x", (double[]){1, 2}, 2);
    lp_tensor other = matrix(1, 2, (double[]){1, 2});
    CHECK(lp_scale_divide(s, 0, &e) == -1);
    CHECK_HOLDS(e.text, "divisor");
    lp_stream_put(s, "x_train", &other);
    CHECK(lp_scale(s, LP_SCALE_CENTRE, &e) == -1);
    CHECK_HOLDS(e.text, "both x and x_train");
    CHECK(lp_stream_rename(s, "x", "x_test", &e) == 0);
    CHECK(lp_scale(s, LP_SCALE_CENTRE, &e) == -1);
    CHECK_HOLDS(e.text, "x_test: has 1 columns, the scaling has 2");
    lp_stream_free(s);
    s = stream("z", (double[]){1}, 1);
    CHECK(lp_scale(s, LP_SCALE_CENTRE, &e) == -1);
    CHECK_HOLDS(e.text, "z"); /* says what there is */
    lp_stream_free(s);
}

int main(void) {
    return check_main(
        "scale", (check_test[]){
                     {"fits are the closed forms", fits_are_the_closed_forms},
                     {"a large mean keeps its digits", many_rows_of_large_mean_keep_their_digits},
                     {"types follow the rule", types_follow_the_rule},
                     {"bad data is named", bad_data_is_named},
                     {"fitted on the training part, applied to both", fitted_on_the_training_part},
                     {"two scalings become one", two_scalings_become_one},
                     {"streams that cannot be scaled are refused", streams_that_cannot_be_scaled},
                     {0},
                 });
}
