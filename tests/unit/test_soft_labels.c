/* Class weights and smoothed labels, against their definition by hand. Training with them is held
 * against PyTorch in tests/pipe/test_torch.sh. */
#include "check.h"

#include "learn/soft_labels.h"

static lp_error e;
static lp_arena memory;

static void parsed(void) {
    lp_class_weights w;
    CHECK(lp_class_weights_parse("1,2.5,4e-1", &w, &e) == 0);
    CHECK(!w.balanced && w.weight.count == 3);
    CHECK_CLOSE(w.weight.item[1], 2.5, 0);
    CHECK_CLOSE(w.weight.item[2], 0.4, 0);
    CHECK(lp_class_weights_parse("balanced", &w, &e) == 0);
    CHECK(w.balanced && w.weight.count == 0);
    CHECK(lp_class_weights_parse("1,0", &w, &e) == -1);
    CHECK(e.status == LP_USAGE);
    CHECK_HOLDS(e.text, "'1,0' is neither balanced nor a list of numbers above 0");
}

/* Weights 1, 2, 4 and a smoothing of 0.3: what classes share is 0.1, 0.2 and 0.4. */
static void targets(void) {
    const int32_t label[] = {2, 0, 1};
    static double number[] = {1, 2, 4};
    const lp_class_weights weights = {.weight = {number, 3}};
    const lp_part part = {.rows = 3, .label = (int32_t *)label, .y_name = "y"};
    for (int mean = 0; mean < 2; mean++)
        for (size_t n = 1; n <= 3; n++) { /* a batch may be cut short */
            lp_soft_labels l;
            CHECK(lp_soft_labels_new(&l, &weights, 0.3, mean ? LP_REDUCE_MEAN : LP_REDUCE_SUM,
                                     LP_F8, 3, &part, 3, &memory, &e) == 0);
            const size_t index[] = {0, 1, 2};
            lp_soft_labels_weigh(&l, &part, n, index);
            lp_soft_labels_fill(&l, n, label);
            double sum = n == 1 ? 4 : n == 2 ? 5 : 7, factor = mean ? (double)n / sum : 1;
            const double *t = l.target;
            for (size_t i = 0; i < n; i++)
                for (int c = 0; c < 3; c++) {
                    double expected = 0.1 * number[c] + (c == label[i] ? 0.7 * number[c] : 0);
                    CHECK_CLOSE(t[i * 3 + (size_t)c], factor * expected, 1e-15);
                }
            /* Its last row alone, as a part of the batch, has the same target. */
            double last[3];
            memcpy(last, t + (n - 1) * 3, sizeof last);
            lp_soft_labels_fill(&l, 1, label + n - 1);
            CHECK(memcmp(last, l.target, sizeof last) == 0);
        }
    lp_arena_free(&memory);
}

/* 3, 2 and 1 of six rows: 6 / (3 n). */
static void balanced(void) {
    const int32_t label[] = {0, 1, 0, 2, 1, 0};
    const lp_class_weights weights = {.balanced = true};
    const lp_part part = {.rows = 6, .label = (int32_t *)label, .y_name = "y"};
    lp_soft_labels l;
    CHECK(lp_soft_labels_new(&l, &weights, 0, LP_REDUCE_MEAN, LP_F4, 3, &part, 6, &memory, &e) ==
          0);
    CHECK_CLOSE(l.weight[0], 2.0 / 3, 1e-15);
    CHECK_CLOSE(l.weight[1], 1, 1e-15);
    CHECK_CLOSE(l.weight[2], 2, 1e-15);
    CHECK(lp_soft_labels_new(&l, &weights, 0, LP_REDUCE_MEAN, LP_F4, 4, &part, 6, &memory, &e) ==
          -1);
    CHECK_HOLDS(e.text, "class 3 has no row in y to balance");
    lp_arena_free(&memory);
}

int main(void) {
    static const check_test tests[] = {
        {"weights are parsed", parsed},
        {"targets, by hand", targets},
        {"balanced weights", balanced},
        {0},
    };
    return check_main("soft_labels", tests);
}
