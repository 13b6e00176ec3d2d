/* Optimisers and schedules. The steps of SGD and Adam on a network are held against NumPy in
 * test_train; here are closed forms on one parameter, and what is frozen. */
#include "check.h"

#include "net/optim.h"
#include "net/schedule.h"
#include "num/parallel.h"

static lp_error e;

static lp_arena memory;

static void make(lp_params *p) {
    const lp_param table[] = {{.name = "a", .ndim = 2, .rows = 1, .cols = 3},
                              {.name = "b", .ndim = 1, .rows = 1, .cols = 1, .frozen = true},
                              {.name = "c", .ndim = 2, .rows = 2, .cols = 1}};
    *p = lp_params_new(&memory, LP_F8, table, 3, true);
    for (size_t i = 0; i < 3; i++)
        for (size_t k = 0; k < table[i].rows * table[i].cols; k++) {
            ((double *)lp_params_at(p, i, p->value))[k] = 1;
            ((double *)lp_params_at(p, i, p->gradient))[k] = 0.5;
        }
}

static double value(const lp_params *p, size_t i) {
    return ((double *)lp_params_at(p, i, p->value))[0];
}

/* Plain SGD with weight decay d on a constant gradient g: w1 = w - lr (g + d w). */
static void sgd(void) {
    lp_params p;
    make(&p);
    const lp_optim_options options = {.kind = LP_OPTIM_SGD, .weight_decay = 0.25};
    lp_optim o = lp_optim_new(&memory, &options, &p);
    CHECK(lp_optim_moments(&o) == 0);
    lp_optim_step(&o, 0.5);
    CHECK_CLOSE(value(&p, 0), 1 - 0.5 * 0.75, 0);
    CHECK_CLOSE(value(&p, 1), 1, 0); /* frozen: not even decay touches it */
    CHECK_CLOSE(value(&p, 2), 1 - 0.5 * 0.75, 0);
    CHECK(o.steps == 1);
    lp_arena_free(&memory);
}

/* Momentum m on a constant gradient g: v = g, (1+m) g, (1+m+m²) g. */
static void momentum(void) {
    lp_params p;
    make(&p);
    const lp_optim_options options = {.kind = LP_OPTIM_SGD, .momentum = 0.5};
    lp_optim o = lp_optim_new(&memory, &options, &p);
    CHECK(lp_optim_moments(&o) == 1);
    double w = 1, v = 0;
    for (int i = 0; i < 4; i++) {
        lp_optim_step(&o, 0.25);
        v = 0.5 * v + 0.5;
        w -= 0.25 * v;
        CHECK_CLOSE(value(&p, 0), w, 1e-15);
        CHECK_CLOSE(value(&p, 1), 1, 0);
    }
    lp_arena_free(&memory);
}

/* Adam on a constant gradient: both corrected moments are exact, so each step is lr g / (|g| + ε),
 * which is lr for a tiny ε (Kingma and Ba, section 2.1). */
static void adam(void) {
    lp_params p;
    make(&p);
    const lp_optim_options options = {
        .kind = LP_OPTIM_ADAM, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-12};
    lp_optim o = lp_optim_new(&memory, &options, &p);
    CHECK(lp_optim_moments(&o) == 2);
    for (int i = 1; i <= 20; i++) {
        lp_optim_step(&o, 0.01);
        CHECK_CLOSE(value(&p, 0), 1 - 0.01 * i, 1e-11);
        CHECK_CLOSE(value(&p, 1), 1, 0);
    }
    lp_arena_free(&memory);
}

/* AdamW on a gradient of 0 only shrinks: w (1 - lr d)^t (Loshchilov and Hutter, algorithm 2). */
static void adamw(void) {
    lp_params p;
    make(&p);
    const lp_optim_options options = {
        .kind = LP_OPTIM_ADAMW, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8, .weight_decay = 0.5};
    lp_optim o = lp_optim_new(&memory, &options, &p);
    CHECK(lp_optim_moments(&o) == 2);
    memset(p.gradient, 0, p.size * p.type.size);
    for (int i = 1; i <= 4; i++) {
        lp_optim_step(&o, 0.25);
        CHECK_CLOSE(value(&p, 0), pow(0.875, i), 0);
        CHECK_CLOSE(value(&p, 1), 1, 0);
    }
    lp_arena_free(&memory);
}

/* RMSprop on a constant gradient g: after t steps the mean of squares is g² (1 - alpha^t), so that
 * a step is lr / sqrt(1 - alpha^t) for a tiny epsilon. */
static void rmsprop(void) {
    lp_params p;
    make(&p);
    lp_optim_options options = {.kind = LP_OPTIM_RMSPROP, .alpha = 0.75, .epsilon = 1e-14};
    lp_optim o = lp_optim_new(&memory, &options, &p);
    CHECK(lp_optim_moments(&o) == 1);
    double w = 1;
    for (int t = 1; t <= 20; t++) {
        lp_optim_step(&o, 0.01);
        w -= 0.01 / sqrt(1 - pow(0.75, t));
        CHECK_CLOSE(value(&p, 0), w, 1e-12);
        CHECK_CLOSE(value(&p, 1), 1, 0);
    }
    options.momentum = 0.5;
    o = lp_optim_new(&memory, &options, &p);
    CHECK(lp_optim_moments(&o) == 2);
    double velocity = 0;
    w = value(&p, 0);
    for (int t = 1; t <= 20; t++) {
        lp_optim_step(&o, 0.01);
        velocity = 0.5 * velocity + 1 / sqrt(1 - pow(0.75, t));
        w -= 0.01 * velocity;
        CHECK_CLOSE(value(&p, 0), w, 1e-12);
    }
    lp_arena_free(&memory);
}

/* Adagrad on a constant gradient g: the sum of squares is t g², a step lr_t / sqrt(t). */
static void adagrad(void) {
    lp_params p;
    make(&p);
    const lp_optim_options options = {.kind = LP_OPTIM_ADAGRAD, .lr_decay = 0.5, .epsilon = 1e-14};
    lp_optim o = lp_optim_new(&memory, &options, &p);
    CHECK(lp_optim_moments(&o) == 1);
    double w = 1;
    for (int t = 1; t <= 20; t++) {
        lp_optim_step(&o, 0.01);
        w -= 0.01 / (1 + 0.5 * (t - 1)) / sqrt(t);
        CHECK_CLOSE(value(&p, 0), w, 1e-12);
        CHECK_CLOSE(value(&p, 1), 1, 0);
    }
    lp_arena_free(&memory);
}

/* With momentum 1 the velocity is the sum of all gradients: t g after t steps. */
static void never_cleared(void) {
    lp_params p;
    make(&p);
    const lp_optim_options options = {.kind = LP_OPTIM_SGD, .momentum = 1};
    lp_optim o = lp_optim_new(&memory, &options, &p);
    for (int t = 1; t <= 8; t++) {
        lp_optim_step(&o, 0.25);
        CHECK_CLOSE(value(&p, 0), 1 - 0.25 * 0.5 * t * (t + 1) / 2, 0);
    }
    lp_arena_free(&memory);
}

static double rate(const char *text, uint64_t t, uint64_t total) {
    lp_schedule s;
    CHECK(lp_schedule_parse(text, &s, &e) == 0);
    return lp_schedule_rate(&s, 0.8, t, total);
}

static void schedules(void) {
    CHECK_CLOSE(rate("constant", 99, 100), 0.8, 0);
    CHECK_CLOSE(rate("step:10:0.5", 9, 100), 0.8, 0);
    CHECK_CLOSE(rate("step:10:0.5", 10, 100), 0.4, 0);
    CHECK_CLOSE(rate("step:10:0.5", 35, 100), 0.1, 0);
    CHECK_CLOSE(rate("exponential:0.9", 0, 100), 0.8, 0);
    CHECK_CLOSE(rate("exponential:0.9", 3, 100), 0.8 * 0.729, 1e-15);
    CHECK_CLOSE(rate("cosine", 0, 100), 0.8, 0);
    CHECK_CLOSE(rate("cosine", 50, 100), 0.4, 1e-15);
    CHECK_CLOSE(rate("cosine", 100, 100), 0, 1e-15);
    CHECK_CLOSE(rate("cosine:0.2", 50, 100), 0.5, 1e-15);
    CHECK_CLOSE(rate("0:0.1,200:0.01", 0, 300), 0.1, 0);
    CHECK_CLOSE(rate("0:0.1,200:0.01", 199, 300), 0.1, 0);
    CHECK_CLOSE(rate("0:0.1,200:0.01", 200, 300), 0.01, 0);
    CHECK_CLOSE(rate("0:0.1,200:0.01", 299, 300), 0.01, 0);
    CHECK_CLOSE(rate("0:1e-3", 5, 300), 1e-3, 0);
    CHECK_CLOSE(rate("exponential:1.5", 2, 100), 0.8 * 2.25, 1e-15);
    CHECK_CLOSE(rate("step:10:2", 25, 100), 3.2, 0);
    CHECK_CLOSE(rate("warmup:4", 0, 100), 0.2, 0);
    CHECK_CLOSE(rate("warmup:4", 2, 100), 0.8 * 0.75, 0);
    CHECK_CLOSE(rate("warmup:4", 3, 100), 0.8, 0);
    CHECK_CLOSE(rate("warmup:4", 99, 100), 0.8, 0);
    CHECK_CLOSE(rate("warmup:20,cosine", 9, 100), 0.4, 0);
    CHECK_CLOSE(rate("warmup:20,cosine", 20, 100), 0.8, 0);
    CHECK_CLOSE(rate("warmup:20,cosine", 60, 100), 0.4, 1e-15);
    CHECK_CLOSE(rate("warmup:20,step:10:0.5", 29, 100), 0.8, 0);
    CHECK_CLOSE(rate("warmup:20,step:10:0.5", 30, 100), 0.4, 0);
    CHECK_CLOSE(rate("warmup:200,cosine", 99, 100), 0.4, 0); /* over before it ends */
}

static void wrong_schedules(void) {
    static const char *const wrong[] = {
        "",
        "linear",
        "constant:1",
        "step",
        "step:0:0.5",
        "step:10",
        "step:10:0",
        "exponential:0",
        "warmup",
        "warmup:",
        "warmup:0",
        "warmup:5,",
        "warmup:5,warmup:5",
        "warmup:5,0:0.1",
        "warmup:1.5",
        "cosine,warmup:5",
        "constant,constant",
        "step:10:0.5x",
        "exponential",
        "exponential:",
        "exponential:-1",
        "cosine:",
        "cosine:a",
        "5:0.1",
        "0:0.1,",
        "0:0.1,0:0.2",
        "0:0.1,5:",
        "0:nan",
        "0:0.1;5:1",
        "0:0.1,10:1,5:1",
        "step: 10:0.5",
        "0:-0.1",
        "0:1e999",
    };
    lp_schedule s;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        CHECK(lp_schedule_parse(wrong[i], &s, &e) == -1);
        CHECK(e.status == LP_USAGE);
        CHECK_HOLDS(e.text, "is not a schedule");
    }
}

/* Parameters by the hundred thousand are shared among threads: each takes its step once, with its
 * own gradient and moments, except a frozen one among them. The result is SGD with momentum in a
 * loop, exact in double: all numbers are small multiples of a power of two. */
static void many(void) {
    enum { N = 100003, STEPS = 3 };
    const lp_param table[] = {{.name = "a", .ndim = 1, .rows = 1, .cols = N},
                              {.name = "b", .ndim = 1, .rows = 1, .cols = 70001, .frozen = true},
                              {.name = "c", .ndim = 1, .rows = 1, .cols = 32768}};
    const lp_optim_options options = {.kind = LP_OPTIM_SGD, .momentum = 0.5};
    for (int threads = 1; threads <= 7; threads += 2) {
        lp_threads_set(threads);
        lp_params p = lp_params_new(&memory, LP_F8, table, 3, true);
        lp_optim o = lp_optim_new(&memory, &options, &p);
        for (size_t t = 0; t < 3; t++)
            for (size_t i = 0; i < table[t].cols; i++)
                ((double *)lp_params_at(&p, t, p.gradient))[i] = (double)(i % 1000);
        for (int step = 0; step < STEPS; step++)
            lp_optim_step(&o, 0.25);
        size_t wrong = 0;
        for (size_t t = 0; t < 3; t++)
            for (size_t i = 0; i < table[t].cols; i++) {
                double w = 0, v = 0;
                for (int step = 0; step < STEPS && !table[t].frozen; step++) {
                    v = 0.5 * v + (double)(i % 1000);
                    w -= 0.25 * v;
                }
                wrong += ((double *)lp_params_at(&p, t, p.value))[i] != w;
            }
        CHECK(wrong == 0);
        lp_arena_free(&memory);
    }
    lp_threads_set(0);
}

int main(void) {
    static const check_test tests[] = {
        {"SGD with weight decay", sgd},
        {"momentum", momentum},
        {"SGD with momentum 1", never_cleared},
        {"Adam", adam},
        {"AdamW", adamw},
        {"RMSprop", rmsprop},
        {"Adagrad", adagrad},
        {"many parameters, several threads", many},
        {"learning rates at their times", schedules},
        {"anything else than a schedule is refused", wrong_schedules},
        {0},
    };
    return check_main("test_optim", tests);
}
