/* When a run is evaluated by default: the rule's own arithmetic, done here by hand, and what it is
 * for, the bound. */
#include "check.h"
#include "learn/work.h"

static lp_error e;

static void reads_the_option(void) {
    lp_eval_every o;
    CHECK(lp_eval_every_parse("auto", &o, &e) == 0 && o.by_work && o.units == 0);
    CHECK(lp_eval_every_parse("250", &o, &e) == 0 && !o.by_work && o.units == 250);
    static const char *const wrong[] = {
        "", "-1", "1.5", "+1", " 1", "1 ", "automatic", "1e3", "1000000000000000"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        CHECK(lp_eval_every_parse(wrong[i], &o, &e) == -1);
        CHECK(e.status == LP_USAGE);
        CHECK_HOLDS(e.text, "neither a whole number of at most 15 digits nor auto");
    }
}

/* A unit of 1 ms. In the first 100 units 20,000 ns are allowed each, the 300 ns of a process's
 * start, and a hundredth of an evaluation; later the 20,000 ns alone. */
static void an_interval_is_worth_its_evaluation(void) {
    static const struct {
        double evaluation;
        uint64_t first, later;
    } cases[] = {{1, 1, 2},          /* at 400 at least a 200th: 2 */
                 {20000, 1, 2},      /* 20000 / 20500 */
                 {22000, 2, 2},      /* 22000 / 20520 */
                 {400000, 20, 20},   /* 400000 / 24300 = 16.5, and exactly 20 */
                 {500000, 20, 25},   /* 500000 / 25300 = 19.8, and exactly 25 */
                 {1e6, 50, 50},      /* 1e6 / 30300 = 33 */
                 {4e6, 100, 200},    /* 4e6 / 60300 = 66.3 */
                 {50e6, 100, 2500}}; /* never beyond 100 / 1, as the evaluation grows */
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const lp_work work = {.unit = 1e6, .evaluation = cases[i].evaluation};
        CHECK(lp_work_interval(&work, 1) == cases[i].first);
        CHECK(lp_work_interval(&work, 100) == cases[i].first);
        CHECK(lp_work_interval(&work, 400) == cases[i].later);
    }
    const lp_work light = {.unit = 1e6, .evaluation = 1};
    CHECK(lp_work_interval(&light, 1000) == 5 && lp_work_interval(&light, 1001) == 10);
    CHECK(lp_work_interval(&light, 1000000) == 5000);
    CHECK(lp_work_interval(&light, 9000000000000000) == 50000000000000);
}

/* Of runs of every length from 100 on: what all evaluations but the last cost. */
static void all_of_them_cost_little(void) {
    const lp_eval_every o = {.by_work = true};
    for (double evaluation = 1; evaluation < 1e9; evaluation *= 3.7) {
        const lp_work work = {.unit = 1e5, .evaluation = evaluation};
        size_t before = 0;
        CHECK(!lp_eval_every_is_due(&o, &work, 0));
        for (uint64_t done = 1; done <= 20000; done++) {
            double cost = (double)before * evaluation, run = 1.5e6 + (double)done * 1e5;
            /* One evaluation may lie between the end of a default run and the next that is due. */
            if (done == 100)
                CHECK(cost <= 0.02 * run * (1 + 1e-9));
            if (done > 100)
                CHECK(cost - evaluation <= 0.02 * run * (1 + 1e-9));
            before += lp_eval_every_is_due(&o, &work, done);
        }
        CHECK(before <= 1500); /* a 200th each, in three rounds: a history stays small */
    }
}

static void a_number_counts_from_0(void) {
    const lp_eval_every never = {0}, five = {.units = 5};
    const lp_work work = {.unit = 1, .evaluation = 1};
    for (uint64_t done = 0; done < 12; done++) {
        CHECK(!lp_eval_every_is_due(&never, &work, done));
        CHECK(lp_eval_every_is_due(&five, &work, done) == (done % 5 == 0));
    }
}

int main(void) {
    static const check_test tests[] = {
        {"--eval-every is a number or auto", reads_the_option},
        {"an interval is worth its evaluation", an_interval_is_worth_its_evaluation},
        {"all evaluations together cost little", all_of_them_cost_little},
        {"a given interval counts from 0", a_number_counts_from_0},
        {0},
    };
    return check_main("work", tests);
}
