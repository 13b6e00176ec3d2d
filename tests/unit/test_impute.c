/* Imputation: what fills a column, and what becomes of a stream. tests/pipe holds it against
 * scikit-learn. */
#include "check.h"
#include "data/impute.h"

static lp_error e;

/* (5, 3): a column of whole numbers, one without a NaN, one with two values as frequent */
static lp_tensor rows(lp_type type) {
    static const double value[] = {1, 4, 7, NAN, 4, -2, 2, 5, 7, 9, 5, -2, 4, 6, NAN};
    lp_tensor x = lp_tensor_matrix(type, 5, 3);
    for (size_t i = 0; i < x.count; i++)
        if (type.size == 8)
            ((double *)x.data)[i] = value[i];
        else
            ((float *)x.data)[i] = (float)value[i];
    return x;
}

static void fits(void) {
    static const double expected[][3] = {
        [LP_IMPUTE_MEAN] = {4, 4.8, 2.5},
        [LP_IMPUTE_MEDIAN] = {3, 5, 2.5},
        [LP_IMPUTE_MOST_FREQUENT] = {1, 4, -2},
        [LP_IMPUTE_CONSTANT] = {0.1, 0.1, 0.1},
    };
    for (int size = 4; size <= 8; size += 4)
        for (int by = 0; by <= LP_IMPUTE_CONSTANT; by++) {
            lp_tensor x = rows((lp_type){'f', (uint32_t)size}), value, out;
            CHECK(lp_impute_fit(&x, (lp_impute_by)by, 0.1, NULL, &value, &e) == 0);
            CHECK(value.ndim == 1 && value.count == 3 && lp_type_is(value.type, LP_F8));
            for (int j = 0; j < 3; j++)
                CHECK_CLOSE(((double *)value.data)[j], expected[by][j], 1e-15);
            CHECK(lp_impute_apply(&x, &value, &out, &e) == 0);
            CHECK(lp_type_is(out.type, x.type) && out.ndim == 2 && out.count == 15);
            CHECK_CLOSE(lp_tensor_at(&out, 3), expected[by][0], size == 8 ? 1e-15 : 1e-8);
            CHECK_CLOSE(lp_tensor_at(&out, 14), expected[by][2], size == 8 ? 1e-15 : 1e-8);
            for (size_t i = 0; i < 14; i++)
                CHECK(i == 3 || lp_tensor_at(&out, i) == lp_tensor_at(&x, i));
            lp_tensor_free(&x);
            lp_tensor_free(&value);
            lp_tensor_free(&out);
        }
}

static void nothing_missing(void) {
    lp_tensor x = lp_tensor_matrix(LP_U1, 2, 2), value, out;
    ((uint8_t *)x.data)[0] = 8;
    CHECK(lp_impute_fit(&x, LP_IMPUTE_MEAN, 0, NULL, &value, &e) == 0);
    CHECK_CLOSE(*(double *)value.data, 4, 0);
    CHECK(lp_impute_apply(&x, &value, &out, &e) == 0);
    CHECK(out.owned == NULL && out.data == x.data);
    lp_tensor_free(&x);
    lp_tensor_free(&value);
}

static void refusals(void) {
    lp_tensor x = lp_tensor_matrix(LP_F8, 2, 2), value;
    double *v = x.data;
    v[1] = v[3] = NAN;
    static const char *const columns[] = {"age", "height"};
    lp_tensor names = lp_tensor_strings(columns, 2);
    CHECK(lp_impute_fit(&x, LP_IMPUTE_MEAN, 0, NULL, &value, &e) == -1);
    CHECK_HOLDS(e.text, "column 1 is NaN in every row");
    CHECK(lp_impute_fit(&x, LP_IMPUTE_MEDIAN, 0, &names, &value, &e) == -1);
    CHECK_HOLDS(e.text, "column 1, 'height', is NaN in every row");
    CHECK(lp_impute_fit(&x, LP_IMPUTE_CONSTANT, 7, &names, &value, &e) == 0);
    CHECK_CLOSE(((double *)value.data)[1], 7, 0);
    lp_tensor narrow = lp_tensor_vector(LP_F8, 2), out;
    CHECK(lp_impute_apply(&narrow, &value, &out, &e) == -1);
    CHECK_HOLDS(e.text, "has 1 columns, impute.value has 2");
    lp_tensor_free(&value);
    v[2] = -INFINITY;
    CHECK(lp_impute_fit(&x, LP_IMPUTE_CONSTANT, 0, NULL, &value, &e) == -1);
    CHECK_HOLDS(e.text, "row 1, column 0 is -inf");
    v[2] = v[0] = 1.7e308;
    CHECK(lp_impute_fit(&x, LP_IMPUTE_MEAN, 0, &names, &value, &e) == -1);
    CHECK_HOLDS(e.text, "column 0, 'age', has a mean outside the range of double");
    CHECK(lp_impute_fit(&names, LP_IMPUTE_MEAN, 0, NULL, &value, &e) == -1);
    CHECK_HOLDS(e.text, "is text");
    lp_tensor_free(&x);
    lp_tensor_free(&names);
    lp_tensor_free(&narrow);
}

static void put_part(lp_stream *s, const char *name, double a, double b, double c) {
    lp_tensor x = lp_tensor_matrix(LP_F8, 3, 1);
    memcpy(x.data, (double[]){a, b, c}, 3 * sizeof(double));
    lp_stream_put(s, name, &x);
}

static void of_a_stream(void) {
    lp_stream *s = lp_stream_new();
    put_part(s, "x_train", 1, NAN, 3);
    put_part(s, "x_val", NAN, 10, 20);
    put_part(s, "x_test", 5, NAN, NAN);
    CHECK(lp_impute(s, LP_IMPUTE_MEAN, 0, &e) == 0);
    CHECK_CLOSE(lp_tensor_at(lp_stream_get(s, "impute.value", &e), 0), 2, 0);
    CHECK_CLOSE(lp_tensor_at(lp_stream_get(s, "x_train", &e), 1), 2, 0);
    CHECK_CLOSE(lp_tensor_at(lp_stream_get(s, "x_val", &e), 0), 2, 0);
    CHECK_CLOSE(lp_tensor_at(lp_stream_get(s, "x_test", &e), 2), 2, 0);
    CHECK_CLOSE(lp_tensor_at(lp_stream_get(s, "x_test", &e), 0), 5, 0);
    /* again, now that nothing is missing: what filled it is kept */
    CHECK(lp_impute(s, LP_IMPUTE_CONSTANT, 99, &e) == 0);
    CHECK_CLOSE(lp_tensor_at(lp_stream_get(s, "impute.value", &e), 0), 2, 0);
    put_part(s, "scale.offset", 0, 0, 0);
    CHECK(lp_impute(s, LP_IMPUTE_MEAN, 0, &e) == -1);
    CHECK_HOLDS(e.text, "imputing: x_train has been scaled already");
    put_part(s, "x", 0, 0, 0);
    CHECK(lp_impute(s, LP_IMPUTE_MEAN, 0, &e) == -1);
    CHECK_HOLDS(e.text, "both x and x_train");
    lp_stream_free(s);
}

int main(void) {
    static const check_test tests[] = {
        {"mean, median, most frequent and constant, f4 and f8", fits},
        {"integers, where nothing is missing", nothing_missing},
        {"empty columns, infinities, other columns", refusals},
        {"the training part fills every part", of_a_stream},
        {0},
    };
    return check_main("impute", tests);
}
