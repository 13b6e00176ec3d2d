/* Parts of three, folds and groups: exact counts, and every row in one part. tests/pipe holds the
 * sizes against scikit-learn. */
#include "check.h"
#include "data/partition.h"

enum { MOST = 200 };

static lp_error e;
static size_t row[MOST], count[LP_PARTS];

static bool is_partition(size_t n) {
    bool seen[MOST] = {false};
    if (count[0] + count[1] + count[2] != n)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (row[i] >= n || seen[row[i]])
            return false;
        seen[row[i]] = true;
    }
    return true;
}

/* Rows of the label in a part. */
static size_t in_part(lp_part_kind part, const int64_t *label, int64_t which) {
    size_t from = part == LP_TRAIN ? 0 : part == LP_VALIDATION ? count[0] : count[0] + count[1];
    size_t n = 0;
    for (size_t i = from; i < from + count[part]; i++)
        n += label[row[i]] == which;
    return n;
}

static void three_parts(void) {
    lp_partition_options o = {.train = {.fraction = 0.8}, .validation = {.fraction = 0.1}};
    CHECK(lp_partition(101, NULL, NULL, &o, row, count, &e) == 0);
    CHECK(is_partition(101));
    CHECK(count[LP_TRAIN] == 81 && count[LP_VALIDATION] == 11 && count[LP_TEST] == 9);
    size_t train[81];
    memcpy(train, row, sizeof train);
    o.validation = (lp_share){0};
    CHECK(lp_partition(101, NULL, NULL, &o, row, count, &e) == 0);
    CHECK(count[LP_VALIDATION] == 0 && memcmp(train, row, sizeof train) == 0);
    o.validation = (lp_share){.is_count = true, .count = 20};
    CHECK(lp_partition(101, NULL, NULL, &o, row, count, &e) == -1);
    CHECK_HOLDS(e.text, "20 of 20 to validate leaves none to test");
    o = (lp_partition_options){.train = {.fraction = 0.5},
                               .validation = {.is_count = true, .count = 2},
                               .no_shuffle = true};
    CHECK(lp_partition(8, NULL, NULL, &o, row, count, &e) == 0);
    for (size_t i = 0; i < 8; i++)
        CHECK(row[i] == i);
    CHECK(count[LP_TRAIN] == 4 && count[LP_VALIDATION] == 2 && count[LP_TEST] == 2);
}

static void two_parts_without_a_test(void) {
    lp_partition_options o = {.no_test = true, .validation = {.fraction = 0.1}, .no_shuffle = true};
    CHECK(lp_partition(101, NULL, NULL, &o, row, count, &e) == 0);
    CHECK(is_partition(101));
    CHECK(count[LP_TRAIN] == 90 && count[LP_VALIDATION] == 11 && count[LP_TEST] == 0);
    for (size_t i = 0; i < 101; i++)
        CHECK(row[i] == i);
    o.validation = (lp_share){.is_count = true, .count = 101};
    CHECK(lp_partition(101, NULL, NULL, &o, row, count, &e) == -1);
    CHECK_HOLDS(e.text, "0 of 101 to train leaves none to train");
}

static void three_stratified_parts(void) {
    int64_t label[100];
    for (int i = 0; i < 100; i++) /* 50, 30, 20 */
        label[i] = i % 10 < 5 ? 1 : i % 10 < 8 ? -2 : 7;
    lp_partition_options o = {
        .train = {.fraction = 0.7}, .validation = {.fraction = 0.1}, .seed = 4};
    CHECK(lp_partition(100, label, NULL, &o, row, count, &e) == 0);
    CHECK(is_partition(100));
    const size_t expected[LP_PARTS][3] = {{35, 21, 14}, {5, 3, 2}, {10, 6, 4}};
    for (int part = 0; part < LP_PARTS; part++) {
        CHECK(in_part((lp_part_kind)part, label, 1) == expected[part][0]);
        CHECK(in_part((lp_part_kind)part, label, -2) == expected[part][1]);
        CHECK(in_part((lp_part_kind)part, label, 7) == expected[part][2]);
    }
    o.train = (lp_share){.fraction = 0.95};
    o.validation = (lp_share){.is_count = true, .count = 2};
    CHECK(lp_partition(100, label, NULL, &o, row, count, &e) == -1);
    CHECK_HOLDS(e.text, "left, which leaves none of it to");
}

/* 13 rows in 5 folds: 3, 3, 3, 2, 2; each row is tested once. */
static void folds(void) {
    bool tested[13] = {false};
    for (int64_t fold = 0; fold < 5; fold++) {
        lp_partition_options o = {.folds = 5, .fold = fold, .seed = 9};
        CHECK(lp_partition(13, NULL, NULL, &o, row, count, &e) == 0);
        CHECK(is_partition(13));
        CHECK(count[LP_TEST] == (fold < 3 ? 3 : 2) && count[LP_VALIDATION] == 0);
        for (size_t i = count[LP_TRAIN]; i < 13; i++) {
            CHECK(!tested[row[i]]);
            tested[row[i]] = true;
        }
    }
    lp_partition_options o = {.folds = 3, .fold = 1, .no_shuffle = true};
    CHECK(lp_partition(7, NULL, NULL, &o, row, count, &e) == 0);
    CHECK(row[5] == 3 && row[6] == 4 && count[LP_TEST] == 2);
    o.folds = 8;
    CHECK(lp_partition(7, NULL, NULL, &o, row, count, &e) == -1);
    CHECK_HOLDS(e.text, "7 rows are fewer than 8 folds");
    o = (lp_partition_options){.folds = 5, .fold = 0, .validation = {.fraction = 0.2}, .seed = 9};
    CHECK(lp_partition(13, NULL, NULL, &o, row, count, &e) == 0);
    CHECK(is_partition(13));
    CHECK(count[LP_TRAIN] == 7 && count[LP_VALIDATION] == 3 && count[LP_TEST] == 3);
}

/* Classes of 7 (the first to appear), 5 and 3 rows, numbered 0-6, 7-11, 12-14: fold f of 3 gets
 * the numbers f, f + 3, ... */
static void stratified_folds(void) {
    const int64_t label[] = {5, 5, 9, 5, 2, 9, 5, 9, 5, 2, 9, 5, 9, 5, 2};
    const size_t expected[3][3] = {{3, 1, 1}, {2, 2, 1}, {2, 2, 1}};
    for (int64_t fold = 0; fold < 3; fold++) {
        lp_partition_options o = {.folds = 3, .fold = fold, .seed = 1};
        CHECK(lp_partition(15, label, NULL, &o, row, count, &e) == 0);
        CHECK(is_partition(15));
        CHECK(in_part(LP_TEST, label, 5) == expected[fold][0]);
        CHECK(in_part(LP_TEST, label, 9) == expected[fold][1]);
        CHECK(in_part(LP_TEST, label, 2) == expected[fold][2]);
    }
    lp_partition_options o = {.folds = 4};
    CHECK(lp_partition(15, label, NULL, &o, row, count, &e) == -1);
    CHECK_HOLDS(e.text, "class 2 has 3 rows, fewer than the 4 folds");
}

static bool splits_a_group(size_t n, const size_t *group) {
    for (size_t i = 0, part = 0, end = count[0]; i < n; i++) {
        while (i >= end)
            end += count[++part];
        for (size_t j = 0, other = 0, stop = count[0]; j < n; j++) {
            while (j >= stop)
                stop += count[++other];
            if (group[row[i]] == group[row[j]] && part != other)
                return true;
        }
    }
    return false;
}

/* Ten groups of 1, 2, ..., 10 rows. */
static void groups_stay_together(void) {
    size_t group[55], n = 0;
    for (size_t g = 0; g < 10; g++)
        for (size_t i = 0; i <= g; i++)
            group[n++] = g;
    lp_partition_options o = {
        .train = {.fraction = 0.6}, .validation = {.fraction = 0.2}, .seed = 2};
    CHECK(lp_partition(55, NULL, group, &o, row, count, &e) == 0);
    CHECK(is_partition(55));
    CHECK(!splits_a_group(55, group));
    for (int part = 0; part < LP_PARTS; part++) {
        bool has[10] = {false};
        size_t groups = 0, from = part == 0 ? 0 : part == 1 ? count[0] : count[0] + count[1];
        for (size_t i = from; i < from + count[part]; i++) {
            groups += !has[group[row[i]]];
            has[group[row[i]]] = true;
        }
        CHECK(groups == (part == 0 ? 6 : 2));
    }
    /* 10 to fold 0, 9 to 1, 8 to 2; 7 to 2, 6 to 1, 5 to 0; 4 to 0, ...: 19, 18, 18 */
    size_t sizes[3];
    for (int64_t fold = 0; fold < 3; fold++) {
        o = (lp_partition_options){.folds = 3, .fold = fold};
        CHECK(lp_partition(55, NULL, group, &o, row, count, &e) == 0);
        CHECK(is_partition(55) && !splits_a_group(55, group));
        sizes[fold] = count[LP_TEST];
    }
    CHECK(sizes[0] + sizes[1] + sizes[2] == 55);
    CHECK(sizes[0] >= 18 && sizes[1] >= 18 && sizes[2] >= 18);
    o.folds = 11;
    CHECK(lp_partition(55, NULL, group, &o, row, count, &e) == -1);
    CHECK_HOLDS(e.text, "10 groups are fewer than 11 folds");
}

int main(void) {
    static const check_test tests[] = {
        {"training, validation and test part", three_parts},
        {"a training and a validation part alone", two_parts_without_a_test},
        {"the same with every class in proportion", three_stratified_parts},
        {"folds", folds},
        {"folds with every class in proportion", stratified_folds},
        {"groups stay together", groups_stay_together},
        {0},
    };
    return check_main("partition", tests);
}
