/* Counts of right and wrong predicteds. */
#include "check.h"

#include "learn/evaluator.h"

static lp_error e;

static void counts(void) {
    const int32_t label[] = {0, 0, 1, 1, 1, 2}, predicted[] = {0, 1, 1, 1, 0, 2};
    lp_confusion c;
    CHECK(lp_confusion_new(&c, 4, &e) == 0);
    lp_confusion_add(&c, 4, label, predicted);
    lp_confusion_add(&c, 2, label + 4, predicted + 4);
    const size_t expected[16] = {1, 1, 0, 0, 1, 2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0};
    for (int i = 0; i < 16; i++)
        CHECK(c.count[i] == expected[i]);
    CHECK_CLOSE(lp_accuracy(&c), 4 / 6.0, 1e-16);
    CHECK_CLOSE(lp_class_accuracy(&c, 0), 0.5, 0);
    CHECK_CLOSE(lp_class_accuracy(&c, 1), 2 / 3.0, 1e-16);
    CHECK_CLOSE(lp_class_accuracy(&c, 2), 1, 0);
    CHECK(isnan(lp_class_accuracy(&c, 3)));
    lp_confusion_free(&c);
}

static void nothing(void) {
    lp_confusion c;
    CHECK(lp_confusion_new(&c, 2, &e) == 0);
    CHECK(isnan(lp_accuracy(&c)));
    lp_confusion_free(&c);
    CHECK(lp_confusion_new(&c, (size_t)1 << 33, &e) == -1);
    CHECK_HOLDS(e.text, "too many for a confusion matrix");
}

int main(void) {
    static const check_test tests[] = {
        {"accuracy, accuracy of a class, confusion", counts},
        {"no rows, and more classes than can be counted", nothing},
        {0},
    };
    return check_main("test_metrics", tests);
}
