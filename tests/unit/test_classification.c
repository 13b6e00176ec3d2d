/* Precision, recall, F1, log loss, ROC AUC and top-k accuracy, by hand. */
#include "check.h"

#include "learn/classification.h"

static void counts(void) {
    /* class 3 is neither true nor predicted, class 2 is predicted once and never true */
    const size_t confusion[16] = {3, 1, 0, 0, 2, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    lp_class_metrics m = lp_class_metrics_of(4, confusion, 0);
    CHECK(m.support == 4);
    CHECK_CLOSE(m.precision, 3 / 5.0, 1e-16);
    CHECK_CLOSE(m.recall, 3 / 4.0, 0);
    CHECK_CLOSE(m.f1, 6 / 9.0, 1e-16);
    m = lp_class_metrics_of(4, confusion, 2);
    CHECK(m.support == 0 && m.precision == 0 && m.recall == 0 && m.f1 == 0);
    m = lp_class_metrics_of(4, confusion, 3);
    CHECK(m.support == 0 && m.precision == 0 && m.recall == 0 && m.f1 == 0);

    lp_class_means means = lp_class_means_of(4, confusion);
    CHECK(means.macro.support == 9 && means.weighted.support == 9);
    CHECK_CLOSE(means.macro.precision, (3 / 5.0 + 2 / 3.0) / 3, 1e-16);
    CHECK_CLOSE(means.macro.recall, (3 / 4.0 + 2 / 5.0) / 3, 1e-16);
    CHECK_CLOSE(means.macro.f1, (6 / 9.0 + 4 / 8.0) / 3, 1e-16);
    CHECK_CLOSE(means.weighted.precision, (4 * 3 / 5.0 + 5 * 2 / 3.0) / 9, 1e-15);
    CHECK_CLOSE(means.weighted.recall, 5 / 9.0, 1e-15);
    CHECK_CLOSE(means.weighted.f1, (4 * 6 / 9.0 + 5 * 4 / 8.0) / 9, 1e-15);
    CHECK_CLOSE(means.balanced_accuracy, (3 / 4.0 + 2 / 5.0) / 2, 1e-16);
}

static void log_loss(void) {
    const int32_t label[] = {0, 1, 1};
    const double probability[] = {0.75, 0.25, 0.5, 0.5, 1, 0};
    CHECK_CLOSE(lp_log_loss(2, 2, label, probability), (log(4 / 3.0) + log(2)) / 2, 1e-15);
    /* a certain error costs -log(2^-52), not infinity */
    CHECK_CLOSE(lp_log_loss(1, 2, label + 2, probability + 4), 52 * log(2), 1e-13);
    const double unscaled[] = {0.3, 0.1};
    CHECK_CLOSE(lp_log_loss(1, 2, label, unscaled), log(4 / 3.0), 1e-15);
}

static void probabilities(void) {
    const double yes[] = {0.25, 0.75, 1, 0, 0.3333, 0.6666}, low[] = {0.2, 0.7},
                 negative[] = {-0.1, 1.1}, none[] = {NAN, 1};
    CHECK(lp_are_probabilities(3, 2, yes));
    CHECK(!lp_are_probabilities(1, 2, low));
    CHECK(!lp_are_probabilities(1, 2, negative));
    CHECK(!lp_are_probabilities(1, 2, none));
}

static void auc(void) {
    const int32_t label[] = {0, 0, 1, 1};
    const double apart[] = {0.1, 0.2, 0.3, 0.4}, crossed[] = {0.1, 0.4, 0.35, 0.8},
                 tied[] = {0.5, 0.5, 0.5, 0.9}, equal[] = {1, 1, 1, 1};
    CHECK_CLOSE(lp_roc_auc(4, label, 1, apart, 1), 1, 0);
    CHECK_CLOSE(lp_roc_auc(4, label, 0, apart, 1), 0, 0);
    CHECK_CLOSE(lp_roc_auc(4, label, 1, crossed, 1), 0.75, 0);
    CHECK_CLOSE(lp_roc_auc(4, label, 1, tied, 1), 0.75, 0);
    CHECK_CLOSE(lp_roc_auc(4, label, 1, equal, 1), 0.5, 0);
    CHECK(isnan(lp_roc_auc(2, label, 1, apart, 1)));
    CHECK(isnan(lp_roc_auc(2, label + 2, 1, apart, 1)));
    CHECK(isnan(lp_roc_auc(0, label, 1, apart, 1)));
}

static void auc_of_many(void) {
    /* class 0 is told apart, class 1 half, class 2 has no rows and counts for nothing */
    const int32_t label[] = {0, 0, 1, 1};
    const double score[] = {0.8, 0.1, 0.1, 0.6, 0.3, 0.1, 0.3, 0.2, 0.5, 0.1, 0.2, 0.7};
    CHECK_CLOSE(lp_roc_auc_of(4, 3, label, score), (1 + 0.5) / 2, 0);
    const double two[] = {0.9, 0.1, 0.6, 0.4, 0.65, 0.35, 0.2, 0.8};
    CHECK_CLOSE(lp_roc_auc_of(4, 2, label, two), 0.75, 0);
    CHECK(isnan(lp_roc_auc_of(0, 3, label, score)));
}

static void top_k(void) {
    const int32_t label[] = {0, 1, 2, 2};
    const double score[] = {0.5, 0.2, 0.2, 0.3, 0.4, 0.2, 0.2, 0.4, 0.3, 0.7, 0.2, 0.1};
    CHECK_CLOSE(lp_top_k_accuracy(4, 3, label, score, 1), 0.5, 0);
    CHECK_CLOSE(lp_top_k_accuracy(4, 3, label, score, 2), 0.75, 0);
    CHECK_CLOSE(lp_top_k_accuracy(4, 3, label, score, 3), 1, 0);
    const int32_t early[] = {1}, late[] = {2};
    const double tied[] = {0.6, 0.2, 0.2};
    CHECK_CLOSE(lp_top_k_accuracy(1, 3, early, tied, 2), 0, 0);
    CHECK_CLOSE(lp_top_k_accuracy(1, 3, late, tied, 2), 1, 0);
}

static void nothing(void) {
    const size_t confusion[4] = {0};
    lp_class_means means = lp_class_means_of(2, confusion);
    CHECK(means.macro.f1 == 0 && means.weighted.f1 == 0 && isnan(means.balanced_accuracy));
    CHECK(isnan(lp_log_loss(0, 2, NULL, NULL)));
    CHECK(isnan(lp_top_k_accuracy(0, 2, NULL, NULL, 1)));
}

int main(void) {
    static const check_test tests[] = {
        {"precision, recall, F1, support and their means", counts},
        {"log loss of sure, wrong and unscaled probabilities", log_loss},
        {"what may be a distribution", probabilities},
        {"the area under the ROC curve: order, ties, one side alone", auc},
        {"the area of one class against the rest, averaged", auc_of_many},
        {"top-k accuracy, and which of equal scores comes first", top_k},
        {"no rows", nothing},
        {0},
    };
    return check_main("classification", tests);
}
