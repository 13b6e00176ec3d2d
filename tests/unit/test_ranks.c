/* lib/num/ranks: sums over shards against the tree written out, with ranks that are threads here
 * and reach each other through one mailbox a pair. */
#include "check.h"
#include "num/ranks.h"
#include "num/rng.h"
#include "rank_threads.h"

#include <stdlib.h>

enum { SHARDS = 9, LENGTH = 5 };

/* ---- cuts ---- */

static void cuts(void) {
    for (size_t n = 0; n < 40; n++)
        for (size_t parts = 1; parts < 12; parts++)
            for (size_t i = 0; i <= parts; i++)
                CHECK(lp_cut(n, parts, i) == n * i / parts);
    CHECK(lp_cut(SIZE_MAX, 3, 2) == SIZE_MAX / 3 * 2);
    for (size_t n = 1; n < 40; n++)
        for (size_t parts = 1; parts < 12; parts++)
            for (size_t i = 0; i < n; i++) {
                size_t part = lp_cut_of(n, parts, i);
                CHECK(part < parts && n * part / parts <= i && i < n * (part + 1) / parts);
            }
}

/* ---- sums ---- */

static size_t shards;
static double vector[SHARDS][LENGTH], expected[LENGTH];
static float narrow[SHARDS][LENGTH], narrow_expected[LENGTH];
static int wrong;

/* The tree written out: neighbours are added in pairs until one vector is left. */
static void add_all(void) {
    double sum[SHARDS][LENGTH];
    float sum4[SHARDS][LENGTH];
    memcpy(sum, vector, sizeof sum);
    memcpy(sum4, narrow, sizeof sum4);
    for (size_t n = shards; n > 1; n = (n + 1) / 2)
        for (size_t i = 0; i < (n + 1) / 2; i++)
            for (size_t j = 0; j < LENGTH; j++) {
                bool pair = 2 * i + 1 < n;
                sum[i][j] = pair ? sum[2 * i][j] + sum[2 * i + 1][j] : sum[2 * i][j];
                sum4[i][j] = pair ? sum4[2 * i][j] + sum4[2 * i + 1][j] : sum4[2 * i][j];
            }
    memcpy(expected, sum[0], sizeof expected);
    memcpy(narrow_expected, sum4[0], sizeof narrow_expected);
}

static void check_sums(void) {
    lp_arena memory = {0};
    lp_shard_sum s = lp_shard_sum_new(&memory, LP_F8, LENGTH, shards);
    lp_shard_sum s4 = lp_shard_sum_new(&memory, LP_F4, LENGTH, shards);
    int differ = 0;
    for (int again = 0; again < 3; again++) {
        for (size_t k = s.first; k < s.end; k++) {
            memcpy(lp_shard_sum_next(&s), vector[k], sizeof *vector);
            memcpy(lp_shard_sum_next(&s4), narrow[k], sizeof *narrow);
        }
        differ += memcmp(lp_shard_sum_all(&s), expected, sizeof expected) != 0;
        differ += memcmp(lp_shard_sum_all(&s4), narrow_expected, sizeof narrow_expected) != 0;
    }
    lp_arena_free(&memory);
    pthread_mutex_lock(&mutex);
    wrong += differ;
    pthread_mutex_unlock(&mutex);
}

static void sums(void) {
    lp_rng rng = lp_rng_new(1, LP_RNG_BATCH, 0);
    for (int k = 0; k < SHARDS; k++)
        for (int j = 0; j < LENGTH; j++)
            narrow[k][j] = (float)(vector[k][j] = lp_rng_uniform(&rng) - 0.3);
    for (shards = 1; shards <= SHARDS; shards++) {
        add_all();
        wrong = 0;
        check_sums();
        CHECK(wrong == 0);
        for (size_t ranks = 1; ranks <= MOST && ranks <= shards; ranks++) {
            wrong = 0;
            run_ranks(ranks, check_sums);
            CHECK(wrong == 0);
            /* To and from rank 0 once for each sum and other rank, if shards are powers of two. */
            if (shards == 8 && (ranks & (ranks - 1)) == 0)
                CHECK(messages == 6 * 2 * (ranks - 1));
        }
    }
}

/* The order matters for these numbers: another tree gives other bits. */
static void order_matters(void) {
    shards = 6;
    add_all();
    int same = 0;
    for (size_t j = 0; j < LENGTH; j++) {
        double chain = 0;
        for (size_t k = 0; k < shards; k++)
            chain += vector[k][j];
        same += chain == expected[j];
    }
    CHECK(same < LENGTH);
}

/* ---- bytes ---- */

static void check_rows(void) {
    enum { ROWS = 11, WIDTH = 3 };
    unsigned char rows[ROWS][WIDTH], text[6] = "......";
    size_t rank = lp_rank(), count = lp_rank_count();
    memset(rows, 0, sizeof rows);
    for (size_t i = lp_cut(ROWS, SHARDS, lp_cut(SHARDS, count, rank));
         i < lp_cut(ROWS, SHARDS, lp_cut(SHARDS, count, rank + 1)); i++)
        memset(rows[i], (int)i + 1, WIDTH);
    lp_ranks_gather_rows(rows, ROWS, WIDTH, SHARDS);
    int differ = 0;
    for (size_t i = 0; i < ROWS; i++)
        differ += rows[i][0] != i + 1 || rows[i][WIDTH - 1] != i + 1;
    if (rank == 0)
        memcpy(text, "bytes", 6);
    lp_ranks_broadcast(text, 6);
    lp_ranks_wait();
    differ += memcmp(text, "bytes", 6) != 0;
    pthread_mutex_lock(&mutex);
    wrong += differ;
    pthread_mutex_unlock(&mutex);
}

static void bytes(void) {
    wrong = 0;
    CHECK(lp_rank() == 0 && lp_rank_count() == 1);
    check_rows();
    for (size_t ranks = 1; ranks <= MOST; ranks++)
        run_ranks(ranks, check_rows);
    CHECK(wrong == 0);
}

int main(void) {
    static const check_test tests[] = {
        {"cuts are floor(n i / parts)", cuts},
        {"the sum is the tree's for any number of ranks", sums},
        {"its order matters", order_matters},
        {"every rank gets the bytes of all", bytes},
        {0},
    };
    return check_main("test_ranks", tests);
}
