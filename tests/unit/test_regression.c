/* Errors of predicted numbers, by hand. */
#include "check.h"

#include "learn/regression.h"

static lp_arena memory;

static lp_regression_metrics metrics_of(size_t n, size_t cols, const double *target,
                                        const double *predicted) {
    lp_regression *s = lp_regression_new(cols, &memory);
    size_t first = n / 2;
    lp_regression_add(s, LP_F8, first, target, predicted);
    lp_regression_add(s, LP_F8, n - first, target + first * cols, predicted + first * cols);
    return lp_regression_result(s);
}

static void one_column(void) {
    const double target[] = {3, -0.5, 2, 7}, predicted[] = {2.5, 0, 2, 8};
    lp_regression_metrics m = metrics_of(4, 1, target, predicted);
    CHECK_CLOSE(m.mse, 0.375, 1e-16);
    CHECK_CLOSE(m.rmse, sqrt(0.375), 1e-16);
    CHECK_CLOSE(m.mae, 0.5, 1e-16);
    CHECK_CLOSE(m.r2, 1 - 1.5 / 29.1875, 1e-15);
    CHECK_CLOSE(m.explained_variance, 1 - 1.25 / 29.1875, 1e-15);
}

static void columns(void) {
    /* squared errors 1, 4 in the first column and 0, 9 in the second */
    const double target[] = {0, 1, 2, 5}, predicted[] = {1, 1, 4, 2};
    lp_regression_metrics m = metrics_of(2, 2, target, predicted);
    CHECK_CLOSE(m.mse, (2.5 + 4.5) / 2, 1e-15);
    CHECK_CLOSE(m.rmse, (sqrt(2.5) + sqrt(4.5)) / 2, 1e-15);
    CHECK_CLOSE(m.mae, 1.5, 1e-16);
    CHECK_CLOSE(m.r2, ((1 - 5 / 2.0) + (1 - 9 / 8.0)) / 2, 1e-15);
    /* residuals -1, -2 and 0, 3 about their means: 0.5 and 4.5 of 2 and 8 */
    CHECK_CLOSE(m.explained_variance, 1 - 5 / 10.0, 1e-15);
}

static void floats(void) {
    const float target[] = {1, 2, 4}, predicted[] = {1, 3, 4};
    lp_regression *s = lp_regression_new(1, &memory);
    lp_regression_add(s, LP_F4, 3, target, predicted);
    CHECK_CLOSE(lp_regression_result(s).mse, 1 / 3.0, 1e-16);
    CHECK_CLOSE(lp_regression_result(s).r2, 1 - 1 / (14 / 3.0), 1e-15);
}

static void large_means_keep_their_digits(void) {
    /* 10^9 + 0, ..., 999: variation n (n² - 1) / 12, a residual of 0.5 each */
    double target[1000], predicted[1000];
    for (int i = 0; i < 1000; i++) {
        target[i] = 1e9 + i;
        predicted[i] = target[i] + (i % 2 == 0 ? 0.5 : -0.5);
    }
    lp_regression_metrics m = metrics_of(1000, 1, target, predicted);
    CHECK_CLOSE(m.r2, 1 - 250 / (1000 * (1e6 - 1) / 12), 1e-12);
    CHECK_CLOSE(m.explained_variance, m.r2, 1e-12);
}

static void constant_target(void) {
    const double target[] = {-2, -2, -2}, near[] = {-2, -2, -2 + 1e-8}, shifted[] = {1, 1, 1};
    CHECK_CLOSE(metrics_of(3, 1, target, target).r2, 1, 0);
    CHECK_CLOSE(metrics_of(3, 1, target, near).r2, 0, 0);
    CHECK_CLOSE(metrics_of(3, 1, target, shifted).explained_variance, 1, 0);
}

static void few_rows(void) {
    const double target[] = {1}, predicted[] = {3};
    lp_regression_metrics m = metrics_of(1, 1, target, predicted);
    CHECK_CLOSE(m.mse, 4, 0);
    CHECK(isnan(m.r2));
    m = metrics_of(0, 1, target, predicted);
    CHECK(isnan(m.mse) && isnan(m.rmse) && isnan(m.mae) && isnan(m.r2));
}

int main(void) {
    static const check_test tests[] = {
        {"errors of one column", one_column},
        {"errors of two columns, averaged", columns},
        {"errors of floats", floats},
        {"targets far from 0", large_means_keep_their_digits},
        {"a target that does not vary", constant_target},
        {"one row and none", few_rows},
        {0},
    };
    int status = check_main("regression", tests);
    lp_arena_free(&memory);
    return status;
}
