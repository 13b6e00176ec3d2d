/* The bench's cost model: it finds the numbers that times were made from, and what it says of
 * speed-ups is what can be worked out by hand. */
#include "../bench/cost.h"
#include "check.h"

enum { SIZES = 24, RANKS = 3 };

/* Times of an all-reduce over 2, 4 and 8 ranks, 8 B to 64 MB. */
static void make(cost_sample sample[SIZES * RANKS], double s0, double s1, double noise) {
    for (int r = 0; r < RANKS; r++)
        for (int i = 0; i < SIZES; i++) {
            double bytes = 8.0 * (double)(1 << i), levels = r + 1,
                   off = noise * ((i + r) % 2 == 0 ? 1 : -1);
            sample[r * SIZES + i] =
                (cost_sample){levels, bytes, levels * (s0 + s1 * bytes) * (1 + off)};
        }
}

static void finds_what_times_were_made_from(void) {
    static const struct {
        double s0, s1;
    } cases[] = {{40e-6, 2e-9}, {2e-6, 3e-10}, {1e-3, 0}, {0, 1e-9}};
    cost_sample sample[SIZES * RANKS];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        make(sample, cases[i].s0, cases[i].s1, 0);
        cost_line line = cost_fit(SIZES * RANKS, sample);
        CHECK(fabs(line.fixed - cases[i].s0) <= 1e-9 * (cases[i].s0 + 8 * cases[i].s1));
        CHECK(fabs(line.slope - cases[i].s1) <= 1e-9 * (cases[i].s1 + cases[i].s0 / 64e6));
        CHECK(line.worst < 1e-6 && line.rms <= line.worst);
    }
}

/* Latency counts as much as bandwidth, though its times are a thousand times as short: with 5 %
 * of noise both are found within 5 %. */
static void residuals_are_relative(void) {
    cost_sample sample[SIZES * RANKS];
    make(sample, 40e-6, 2e-9, 0.05);
    cost_line line = cost_fit(SIZES * RANKS, sample);
    CHECK_RELATIVE(line.fixed, 40e-6, 0.05);
    CHECK_RELATIVE(line.slope, 2e-9, 0.05);
    CHECK(line.rms > 0.03 && line.rms < 0.06 && line.worst < 0.12);
}

/* Times 1 at x = 1, 3 at x = 2: the free line has a negative part, -1 + 2 x. Of the lines s x, the
 * sum (s - 1)^2 + (2 s / 3 - 1)^2 is least at s = (1 + 2/3) / (1 + 4/9) = 15/13. And falling times,
 * 3 then 1: of the constants c, (c/3 - 1)^2 + (c - 1)^2 is least at (1/3 + 1) / (1/9 + 1) = 6/5. */
static void no_part_is_negative(void) {
    cost_line line = cost_fit(2, (cost_sample[]){{1, 1, 1}, {1, 2, 3}});
    CHECK(line.fixed == 0);
    CHECK_RELATIVE(line.slope, 15.0 / 13, 1e-12);
    CHECK_RELATIVE(line.worst, 1 - 2 * 15.0 / 13 / 3, 1e-12);
    line = cost_fit(2, (cost_sample[]){{1, 1, 3}, {1, 2, 1}});
    CHECK(line.slope == 0);
    CHECK_RELATIVE(line.fixed, 1.2, 1e-12);
    line = cost_fit(1, (cost_sample[]){{2, 0, 3}});
    CHECK_RELATIVE(line.fixed, 1.5, 1e-12);
}

static void trees_have_levels(void) {
    static const double levels[] = {0, 0, 1, 2, 2, 3, 3, 3, 3, 4};
    for (size_t p = 1; p < sizeof levels / sizeof *levels; p++)
        CHECK(cost_levels(p) == levels[p]);
    CHECK(cost_levels(512) == 9 && cost_levels(513) == 10);
}

/* 64 rows of 1 ms each, and nothing else but a sum of 1 ms a level: 64, 33, 18, 11, 8, 7, 7 ms. The
 * gains are 1.94, 1.83, 1.64, 1.375, 1.14 and 1. */
static void speedups_by_hand(void) {
    const cost_training t = {.compute = {.slope = 1e-3}, .batch = 64, .bytes = 1e6};
    const cost_line sum = cost_network(0.25e-3, 0.1e-9, 0.3e-9);
    CHECK_RELATIVE(cost_at(&sum, 1e6), 1e-3, 1e-12);
    static const double ms[] = {64, 33, 18, 11, 8, 7, 7, 8};
    for (int i = 0; i < 8; i++) {
        CHECK_RELATIVE(cost_step(&t, &sum, (size_t)1 << i), ms[i] * 1e-3, 1e-12);
        CHECK_RELATIVE(cost_speedup(&t, &sum, (size_t)1 << i), 64 / ms[i], 1e-12);
    }
    CHECK_RELATIVE(cost_step(&t, &sum, 3), 24e-3, 1e-12); /* 22 rows, and two levels */
    CHECK(cost_pays_up_to(&t, &sum, 512) == 32);
    CHECK(cost_pays_up_to(&t, &sum, 4) == 4);
    const cost_training tiny = {.compute = {.fixed = 1e-3, .slope = 1e-6}, .batch = 64};
    CHECK(cost_pays_up_to(&tiny, &sum, 512) == 1);
}

int main(void) {
    static const check_test tests[] = {
        {"the fit finds what times were made from", finds_what_times_were_made_from},
        {"residuals are relative", residuals_are_relative},
        {"no part of a line is negative", no_part_is_negative},
        {"trees have levels", trees_have_levels},
        {"speed-ups as worked out by hand", speedups_by_hand},
        {0},
    };
    return check_main("cost", tests);
}
