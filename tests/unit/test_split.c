/* Splits: exact counts, partitions, fairness, and what becomes of a stream. */
#include "check.h"
#include "data/sparse.h"
#include "data/split.h"

#include <stdlib.h>

static lp_error e;

static size_t count_of(lp_share share, size_t n) {
    size_t n_train;
    return lp_split_count(share, n, &n_train, &e) ? 0 : n_train;
}

static lp_share fraction(double f) {
    return (lp_share){.fraction = f};
}

static lp_share number(size_t n) {
    return (lp_share){.is_count = true, .count = n};
}

static void shares_are_rounded(void) {
    CHECK(count_of(fraction(0.8), 1000) == 800);
    CHECK(count_of(fraction(0.29), 100) == 29); /* 0.29 * 100 is 28.999999999999996 */
    CHECK(count_of(fraction(0.5), 5) == 3);
    CHECK(count_of(number(100), 150) == 100);
    CHECK(count_of(number(150), 150) == 0);
    CHECK_HOLDS(e.text, "150 of 150 to train leaves none to test");
    CHECK(count_of(fraction(0.1), 4) == 0);
    CHECK_HOLDS(e.text, "0 of 4 to train leaves none to train");
    CHECK(count_of(fraction(0.5), 0) == 0);
}

/* A stratified training part of n_train rows, the test part behind it. */
static int stratify(size_t n, size_t n_train, const int64_t *label, uint64_t seed, size_t *index) {
    size_t count[LP_PARTS];
    const lp_partition_options o = {.train = number(n_train), .seed = seed};
    return lp_partition(n, label, NULL, &o, index, count, &e);
}

static bool is_partition(const size_t *index, size_t n) {
    bool seen[2000] = {false};
    for (size_t i = 0; i < n; i++) {
        if (index[i] >= n || seen[index[i]])
            return false;
        seen[index[i]] = true;
    }
    return true;
}

static void random_order_is_a_partition(void) {
    enum { N = 1000 };
    size_t a[N], b[N];
    lp_split_rows(N, true, 1, a);
    CHECK(is_partition(a, N));
    lp_split_rows(N, true, 1, b);
    CHECK(memcmp(a, b, sizeof a) == 0);
    lp_split_rows(N, true, 2, b);
    CHECK(memcmp(a, b, sizeof a) != 0);
    lp_split_rows(N, false, 1, a);
    for (size_t i = 0; i < N; i++)
        CHECK(a[i] == i);
}

static void every_row_is_as_likely(void) {
    enum { N = 10, TRAIN = 4, SEEDS = 4000 };
    int64_t label[N] = {0, 1, 0, 1, 0, 1, 0, 1, 0, 1};
    for (int stratified = 0; stratified < 2; stratified++) {
        size_t index[N], times[N] = {0};
        for (uint64_t seed = 0; seed < SEEDS; seed++) {
            if (stratified)
                CHECK(stratify(N, TRAIN, label, seed, index) == 0);
            else
                lp_split_rows(N, true, seed, index);
            for (int i = 0; i < TRAIN; i++)
                times[index[i]]++;
        }
        double p = (double)TRAIN / N;
        for (int i = 0; i < N; i++)
            CHECK_CLOSE((double)times[i] / SEEDS, p, 5 * sqrt(p * (1 - p) / SEEDS));
    }
}

/* How many of the first n_train rows have the label. */
static size_t trained(const size_t *index, size_t n_train, const int64_t *label, int64_t which) {
    size_t count = 0;
    for (size_t i = 0; i < n_train; i++)
        count += label[index[i]] == which;
    return count;
}

static void stratified_counts_are_exact(void) {
    int64_t label[100];
    size_t index[100];
    for (int i = 0; i < 100; i++) /* 50, 30, 20; labels need not begin at 0 */
        label[i] = i % 10 < 5 ? -7 : i % 10 < 8 ? 2 : 1000000007;
    /* 33 of 100: 16.5, 9.9, 6.6; the two left over go to 9.9 and 6.6 */
    CHECK(stratify(100, 33, label, 5, index) == 0);
    CHECK(is_partition(index, 100));
    CHECK(trained(index, 33, label, -7) == 16);
    CHECK(trained(index, 33, label, 2) == 10);
    CHECK(trained(index, 33, label, 1000000007) == 7);
    CHECK(stratify(100, 50, label, 5, index) == 0);
    CHECK(trained(index, 50, label, -7) == 25);
    CHECK(trained(index, 50, label, 2) == 15);
    CHECK(trained(index, 50, label, 1000000007) == 10);
    int64_t even[10] = {4, 3, 4, 3, 4, 3, 4, 3, 4, 3};
    CHECK(stratify(10, 5, even, 0, index) == 0); /* 2.5 each: the smaller label */
    CHECK(trained(index, 5, even, 3) == 3);
    CHECK(stratify(10, 9, even, 0, index) == -1); /* 4.5 and 4.5: all of the 3 */
    CHECK_HOLDS(e.text, "class 3 has 5 rows, which leaves none of it to test");
    int64_t lonely[4] = {0, 0, 0, 9};
    CHECK(stratify(4, 2, lonely, 0, index) == -1);
    CHECK_HOLDS(e.text, "class 9 has 1 row, which leaves none of it to");
}

static lp_stream *dense_stream(size_t n) {
    lp_stream *s = lp_stream_new();
    lp_tensor x, y, classes;
    x = lp_tensor_matrix(LP_F4, n, 3);
    y = lp_tensor_vector(LP_I8, n);
    const char *names[] = {"a", "b"};
    classes = lp_tensor_strings(names, 2);
    for (size_t i = 0; i < n; i++) {
        ((int64_t *)y.data)[i] = i % 2;
        for (size_t j = 0; j < 3; j++)
            ((float *)x.data)[3 * i + j] = (float)(10 * i + j);
    }
    lp_stream_put(s, "x", &x);
    lp_stream_put(s, "y", &y);
    lp_stream_put(s, "classes", &classes);
    return s;
}

static void a_stream_gets_its_parts(void) {
    lp_stream *s = dense_stream(10);
    lp_split_options o = {.parts.train = fraction(0.7), .stratify = true, .parts.seed = 3};
    CHECK(lp_split(s, &o, &e) == 0);
    CHECK(!lp_stream_has(s, "x") && !lp_stream_has(s, "y") && lp_stream_has(s, "classes"));
    bool seen[10] = {false};
    const char *const parts[][2] = {{"x_train", "y_train"}, {"x_test", "y_test"}};
    for (int part = 0; part < 2; part++) {
        const lp_tensor *x = lp_stream_get(s, parts[part][0], &e);
        const lp_tensor *y = lp_stream_get(s, parts[part][1], &e);
        CHECK(x != NULL && y != NULL);
        if (x == NULL || y == NULL)
            return;
        CHECK(lp_type_is(x->type, LP_F4) && x->ndim == 2 && x->shape[1] == 3);
        CHECK(x->shape[0] == (part == 0 ? 7 : 3) && y->count == x->shape[0]);
        for (size_t i = 0; i < y->count; i++) {
            const float *row = (float *)x->data + 3 * i;
            size_t from = (size_t)row[0] / 10;
            CHECK(row[1] == row[0] + 1 && row[2] == row[0] + 2);
            CHECK(((int64_t *)y->data)[i] == (int64_t)(from % 2));
            CHECK(!seen[from]);
            seen[from] = true;
        }
    }
    for (int i = 0; i < 10; i++)
        CHECK(seen[i]);
    lp_stream_free(s);
}

static void refuse(lp_stream *s, lp_split_options o, lp_status status, const char *why) {
    e = (lp_error){0};
    CHECK(lp_split(s, &o, &e) == -1);
    CHECK(e.status == status);
    CHECK_HOLDS(e.text, why);
    lp_stream_free(s);
}

static void streams_that_cannot_be_split(void) {
    lp_split_options o = {.parts.train = fraction(0.5)};
    lp_tensor t;
    refuse(lp_stream_new(), o, LP_FAILED, "x");

    lp_stream *s = dense_stream(4);
    t = lp_tensor_vector(LP_I8, 3);
    lp_stream_put(s, "y", &t);
    refuse(s, o, LP_FAILED, "x has 4 rows and y has 3");

    s = dense_stream(4);
    t = lp_tensor_vector(LP_I8, 3);
    lp_stream_put(s, "y_test", &t);
    refuse(s, o, LP_FAILED, "y_test exists already");

    s = dense_stream(4);
    lp_stream_drop(s, "y");
    o.stratify = true;
    refuse(s, o, LP_FAILED, "stratify: there is no tensor 'y'");
    o.parts.no_shuffle = true;
    refuse(dense_stream(4), o, LP_USAGE, "shuffle");
    o = (lp_split_options){.parts.train = fraction(0.5), .within_row = true};
    refuse(dense_stream(4), o, LP_USAGE, "sparse");
}

/* ROWS rows; row r has r % 5 entries (so some rows have none, some one), each with its own
 * value. */
enum { ROWS = 40, ENTRIES = ROWS / 5 * (0 + 1 + 2 + 3 + 4) };

static lp_stream *sparse_stream(void) {
    lp_stream *s = lp_stream_new();
    lp_sparse m = lp_sparse_new(ROWS, 100, ENTRIES);
    size_t i = 0;
    for (int r = 0; r < ROWS; r++)
        for (int k = 0; k < r % 5; k++, i++) {
            m.row[i] = r;
            m.col[i] = 7 * k;
            m.value[i] = (double)i;
        }
    CHECK(i == ENTRIES);
    lp_sparse_write(s, "", &m);
    lp_sparse_free(&m);
    return s;
}

static void sparse_entries_are_held_out(void) {
    for (int by_row = 0; by_row < 2; by_row++) {
        lp_stream *s = sparse_stream();
        lp_split_options o = {.parts.train = fraction(0.5), .within_row = by_row, .parts.seed = 11};
        CHECK(lp_split(s, &o, &e) == 0);
        CHECK(!lp_stream_has(s, "row") && !lp_stream_has(s, "data") && lp_stream_has(s, "shape"));
        lp_sparse part[2];
        CHECK(lp_sparse_read(s, "_train", &part[0], &e) == 0);
        CHECK(lp_sparse_read(s, "_test", &part[1], &e) == 0);
        /* by row: 1 of 1, 1 of 2, 2 of 3 (1.5 and a half up), 2 of 4 */
        size_t expected = by_row ? ROWS / 5 * (1 + 1 + 2 + 2) : ENTRIES / 2;
        CHECK(part[0].count == expected && part[0].count + part[1].count == ENTRIES);
        CHECK(part[0].rows == ROWS && part[1].cols == 100);
        static const size_t trains[] = {0, 1, 1, 2, 2};
        bool seen[ENTRIES] = {false};
        size_t of_row[ROWS] = {0};
        for (int p = 0; p < 2; p++)
            for (size_t i = 0; i < part[p].count; i++) {
                size_t entry = (size_t)part[p].value[i];
                CHECK(!seen[entry]);
                seen[entry] = true;
                of_row[part[p].row[i]] += p == 0;
            }
        for (int r = 0; r < ROWS && by_row; r++)
            CHECK(of_row[r] == trains[r % 5]);
        lp_sparse_free(&part[0]);
        lp_sparse_free(&part[1]);
        lp_stream_free(s);
    }
}

static void sparse_matrices_that_cannot_be_split(void) {
    lp_split_options o = {.parts.train = number(ENTRIES)};
    refuse(sparse_stream(), o, LP_FAILED, "leaves none to test");
    o.within_row = true;
    refuse(sparse_stream(), o, LP_USAGE, "a share of each row");
    o.parts.train = fraction(0.99);
    refuse(sparse_stream(), o, LP_FAILED, "smaller share");
    o = (lp_split_options){.parts.train = fraction(0.5), .stratify = true};
    refuse(sparse_stream(), o, LP_USAGE, "no y");
    lp_stream *s = sparse_stream();
    lp_tensor x = lp_tensor_vector(LP_F8, 3);
    lp_stream_put(s, "x", &x);
    o.stratify = false;
    refuse(s, o, LP_FAILED, "both x and a sparse matrix");
}

int main(void) {
    return check_main(
        "split",
        (check_test[]){
            {"shares are rounded to the nearest", shares_are_rounded},
            {"a random order is a partition", random_order_is_a_partition},
            {"every row is as likely to be trained on", every_row_is_as_likely},
            {"stratified counts are exact", stratified_counts_are_exact},
            {"a stream gets its parts", a_stream_gets_its_parts},
            {"streams that cannot be split are refused", streams_that_cannot_be_split},
            {"a share of a sparse matrix's entries is held out", sparse_entries_are_held_out},
            {"sparse matrices that cannot be split", sparse_matrices_that_cannot_be_split},
            {0},
        });
}
