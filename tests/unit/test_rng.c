/* Random numbers. Expected values of streams were worked out with a separate implementation of the
 * header's text in Python (normals with mpmath), which gives the published known answers too. */
#include "num/rng.h"

#include "check.h"

#include <stdbool.h>
#include <stdlib.h>

/* Random123 1.14, tests/kat_vectors: the lines "philox4x32 10". */
static void known_answers(void) {
    static const struct {
        uint32_t counter[4], key[2], out[4];
    } known[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
         {0xffffffff, 0xffffffff},
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        uint32_t out[4];
        lp_philox4x32_10(known[i].counter, known[i].key, out);
        CHECK(memcmp(out, known[i].out, sizeof out) == 0);
    }
}

static void words(void) {
    lp_rng r = lp_rng_new(0x123456789abcdef0, LP_RNG_SPLIT, 7);
    static const uint32_t word[] = {0x292969ec, 0xa127333f, 0x48316d1c,
                                    0xcadb4072, 0x5b3615f4, 0x1ec082c9};
    for (size_t i = 0; i < 6; i++)
        CHECK(lp_rng_u32(&r) == word[i]);
    CHECK(r.next == 6);

    /* Pairs that begin at an odd word, one of them across two blocks. */
    r.next = 1;
    CHECK(lp_rng_u64(&r) == 0x48316d1ca127333f);
    CHECK(lp_rng_u64(&r) == 0x5b3615f4cadb4072);
    CHECK(lp_rng_u64(&r) == 0x1092b6fd1ec082c9);

    /* The block counter's upper half. */
    r = lp_rng_new(0, LP_RNG_LABELS, 0);
    r.next = (UINT64_C(1) << 34) - 2;
    static const uint32_t far[] = {0x01cb592c, 0x45c7b68e, 0x021b9bce, 0x2f5f3cd9};
    for (size_t i = 0; i < 4; i++)
        CHECK(lp_rng_u32(&r) == far[i]);
}

static void purposes_are_numbers_of_the_format(void) {
    CHECK(LP_RNG_POINTS == 1);
    CHECK(LP_RNG_LABELS == 2);
    CHECK(LP_RNG_NOISE == 3);
    CHECK(LP_RNG_SPLIT == 4);
    CHECK(LP_RNG_INIT == 5);
    CHECK(LP_RNG_BATCH == 6);
    CHECK(LP_RNG_SVD == 7);
    CHECK(LP_RNG_FACTOR_INIT == 8);
    CHECK(LP_RNG_FACTOR_ORDER == 9);
}

static void uniforms(void) {
    lp_rng r = lp_rng_new(42, LP_RNG_POINTS, 0);
    CHECK(lp_rng_uniform(&r) == 0x1.028f489814998p-3);
    CHECK(lp_rng_uniform(&r) == 0x1.6c58813876d16p-1);
    CHECK(lp_rng_uniform(&r) == 0x1.fba43b2841ff2p-1);
    CHECK(lp_rng_uniform(&r) == 0x1.ce35e840d8578p-3);

    /* Chi-square over 100 bins, 99 degrees of freedom: 149 is the 0.999 quantile. */
    enum { N = 100000, BINS = 100 };
    double count[BINS] = {0}, square = 0;
    bool inside = true, fine = false;
    for (int i = 0; i < N; i++) {
        double u = lp_rng_uniform(&r);
        inside = inside && u >= 0 && u < 1;
        fine = fine || ldexp(u, 52) != floor(ldexp(u, 52)); /* the 53rd bit */
        count[(int)(u * BINS)]++;
    }
    CHECK(inside && fine);
    for (int i = 0; i < BINS; i++)
        square += (count[i] - N / BINS) * (count[i] - N / BINS) / (N / BINS);
    CHECK(square < 149);
}

static int ascending(const void *a, const void *b) {
    return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b);
}

static void normals(void) {
    lp_rng r = lp_rng_new(42, LP_RNG_POINTS, 0);
    CHECK_RELATIVE(lp_rng_normal(&r), -0.12409858730465676648, 1e-15);
    CHECK_RELATIVE(lp_rng_normal(&r), 0.46978382953784884226, 1e-15);
    CHECK_RELATIVE(lp_rng_normal(&r), -0.27300517052129807165, 1e-15);
    CHECK_RELATIVE(lp_rng_normal(&r), 1.4814374026674599236, 1e-15);
    CHECK(r.next == 16);

    /* Kolmogorov and Smirnov: sqrt(n) times the largest distance from the distribution function is
     * under 1.95 in 999 of 1000 samples. */
    enum { N = 100000 };
    static double value[N];
    for (int i = 0; i < N; i++)
        value[i] = lp_rng_normal(&r);
    qsort(value, N, sizeof *value, ascending);
    double distance = 0;
    for (int i = 0; i < N; i++) {
        double p = 0.5 * erfc(-value[i] / sqrt(2));
        distance = fmax(distance, fmax(fabs(p - (double)i / N), fabs(p - (i + 1.0) / N)));
    }
    CHECK_CLOSE(distance * sqrt(N), 0, 1.95);
}

static void below(void) {
    /* 2^63 + 1 refuses nearly half of what is drawn: five values took 13 draws. */
    lp_rng r = lp_rng_new(42, LP_RNG_BATCH, 1);
    static const uint64_t large[] = {803122909301222595, 5212380972964844998, 6558261308288851005,
                                     4919357307965652302, 4747011566868245301};
    for (size_t i = 0; i < 5; i++)
        CHECK(lp_rng_below(&r, (UINT64_C(1) << 63) + 1) == large[i]);
    CHECK(r.next == 26);

    r = lp_rng_new(42, LP_RNG_BATCH, 2);
    static const uint64_t die[] = {0, 1, 5, 2, 4, 0, 0, 4, 5, 3, 3, 1};
    for (size_t i = 0; i < 12; i++)
        CHECK(lp_rng_below(&r, 6) == die[i]);
    CHECK(lp_rng_below(&r, 1) == 0);
}

static void permutations(void) {
    lp_rng r = lp_rng_new(42, LP_RNG_SPLIT, 0);
    size_t index[10];
    static const size_t expected[10] = {5, 6, 8, 2, 3, 9, 4, 0, 1, 7};
    lp_rng_permutation(&r, 10, index);
    CHECK(memcmp(index, expected, sizeof index) == 0);
    lp_rng_permutation(&r, 1, index);
    CHECK(index[0] == 0);
    lp_rng_permutation(&r, 0, NULL);

    /* All 24 orders of four alike: chi-square, 23 degrees of freedom, 0.999 quantile 49.7. */
    enum { N = 24000 };
    double count[256] = {0}, square = 0;
    for (int i = 0; i < N; i++) {
        size_t p[4];
        lp_rng_permutation(&r, 4, p);
        count[p[0] * 64 + p[1] * 16 + p[2] * 4 + p[3]]++;
    }
    int seen = 0;
    for (int i = 0; i < 256; i++)
        if (count[i] > 0) {
            seen++;
            square += (count[i] - N / 24.0) * (count[i] - N / 24.0) / (N / 24.0);
        }
    CHECK(seen == 24);
    CHECK(square < 49.7);
}

static void streams_are_apart(void) {
    /* Of 4 seeds, 9 purposes and 3 sub-streams no two begin with the same u64. */
    uint64_t first[108];
    size_t n = 0;
    for (uint64_t seed = 0; seed < 4; seed++)
        for (int purpose = LP_RNG_POINTS; purpose <= LP_RNG_FACTOR_ORDER; purpose++)
            for (uint32_t sub = 0; sub < 3; sub++) {
                lp_rng r = lp_rng_new(seed << 32 | seed, (lp_rng_purpose)purpose, sub);
                first[n++] = lp_rng_u64(&r);
            }
    CHECK(n == 108);
    bool apart = true;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++)
            apart = apart && first[i] != first[j];
    CHECK(apart);
}

int main(void) {
    static const check_test tests[] = {
        {"the block function gives the published answers", known_answers},
        {"words come in their order, singly and in pairs, from any place", words},
        {"the numbers of the purposes stay", purposes_are_numbers_of_the_format},
        {"uniforms", uniforms},
        {"normals", normals},
        {"whole numbers below a bound", below},
        {"permutations", permutations},
        {"streams differ by seed, purpose and sub-stream", streams_are_apart},
        {0},
    };
    return check_main("rng", tests);
}
