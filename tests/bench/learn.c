/* Training: an epoch, a run or a step of the networks that the labs train, on data made here, and
 * a whole train-mlp process. Seconds, medians of runs; "bar" is what the bench wants to stay
 * under: one thread, with PyTorch 1.13 and NumPy on the same machine far above. */
#include "bench.h"

#include "learn/train_network.h"
#include "num/parallel.h"
#include "num/rng.h"

#include <math.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static lp_error e;

static void stop(void) {
    fprintf(stderr, "learn: %s\n", e.text);
    exit(1);
}

/* n rows of d normal features (u1: 0 .. 255), in k classes by the largest of k random sums. */
static lp_stream *make_data(size_t n, size_t d, size_t k, lp_type type) {
    lp_tensor x = lp_tensor_matrix(type, n, d), y = lp_tensor_vector(LP_I8, n);
    lp_rng rng = lp_rng_new(1, LP_RNG_POINTS, 0);
    lp_stream *s = lp_stream_new();
    for (size_t i = 0; i < n * d; i++) {
        if (type.kind == 'u')
            ((uint8_t *)x.data)[i] = (uint8_t)lp_rng_below(&rng, 256);
        else
            ((double *)x.data)[i] = lp_rng_normal(&rng);
    }
    for (size_t i = 0; i < n; i++)
        ((int64_t *)y.data)[i] = (int64_t)(i < k ? i : lp_rng_below(&rng, k));
    lp_stream_put(s, "x", &x);
    lp_stream_put(s, "y", &y);
    return s;
}

static double seconds(lp_stream *s, lp_train_network_options o, int64_t units) {
    if (o.count_steps)
        o.steps = units;
    else
        o.epochs = units;
    double from = bench_now();
    if (lp_train_network(s, &o, &(lp_run_hooks){0}, &e))
        stop();
    return bench_now() - from;
}

/* Seconds for `units` epochs or steps, what surrounds them taken off. */
static double time_units(lp_stream *s, lp_train_network_options o, int64_t units) {
    double with[5], without[5];
    for (int i = 0; i < 5; i++) {
        with[i] = seconds(s, o, units);
        without[i] = seconds(s, o, 0);
    }
    return bench_median(5, with) - bench_median(5, without);
}

static lp_train_network_options options(const int64_t *hidden, size_t layers, int64_t batch) {
    lp_train_network_options o = {.hidden = {(int64_t *)hidden, layers},
                                  .output_activation = 3,
                                  .init = LP_INIT_PYTORCH,
                                  .input_scale = 1,
                                  .lr = 0.01,
                                  .optim.beta1 = 0.9,
                                  .optim.beta2 = 0.999,
                                  .optim.epsilon = 1e-8,
                                  .batch = batch};
    return o;
}

static void row(const char *what, int threads, double time, const char *bar) {
    bench_row("%s\t%d\t%.5f\t%s", what, threads, time, bar);
}

/* The multiply-adds, times 2, of an epoch's matrix products: each layer forward, for its weights,
 * and, but for the first, for what it was given. */
static double flops(double rows, size_t in, const int64_t *hidden, size_t layers, size_t out) {
    double sum = 0, from = (double)in;
    for (size_t l = 0; l <= layers; l++) {
        double to = l < layers ? (double)hidden[l] : (double)out;
        sum += 2 * rows * from * to * (l == 0 ? 2 : 3);
        from = to;
    }
    return sum;
}

/* An epoch of `rows` examples in f4; the peak is taken before and after. */
static void epoch_row(const char *what, int threads, lp_stream *s, lp_train_network_options o,
                      double rows, double operations, const char *bar) {
    double peak[2];
    peak[0] = bench_peak(4, threads);
    double time = time_units(s, o, 1);
    peak[1] = bench_peak(4, threads);
    double share = operations / time / bench_median(2, peak);
    bench_row("%s\t%d\t%.5f\t%s\t%.0f\t%.0f%%", what, threads, time, bar, rows / time, 100 * share);
}

static void small_networks(void) {
    static const int64_t eight[] = {8, 8}, twenty[] = {20}, twelve[] = {12};
    lp_stream *plane = make_data(60000, 2, 2, LP_F8), *moons = make_data(800, 2, 2, LP_F8);
    lp_stream *flowers = make_data(100, 4, 3, LP_F8);
    lp_train_network_options o = options(eight, 1, 128);
    o.activation = 1;
    row("epoch of 60,000, 2-8-2 sigmoid, batch 128", 1, time_units(plane, o, 5) / 5, "0.005");
    o.activation = 0;
    row("epoch of 60,000, 2-8-2 ReLU, batch 128", 1, time_units(plane, o, 5) / 5, "0.005");
    o = options(eight, 2, 128);
    row("epoch of 60,000, 2-8-8-2 ReLU, batch 128", 1, time_units(plane, o, 5) / 5, "0.005");
    o.optim.momentum = 0.9;
    row("the same with momentum", 1, time_units(plane, o, 5) / 5, "0.005");
    o = options(twenty, 1, 0);
    o.count_steps = true;
    row("1,500 full-batch steps, 800 x 2-20-2", 1, time_units(moons, o, 1500), "0.030");
    o.sample = true;
    row("45,000 steps of one row, 2-20-2", 1, time_units(moons, o, 45000), "0.060");
    o = options(twelve, 1, 0);
    double ten = 0;
    for (int i = 0; i < 10; i++) {
        o.seed = (uint64_t)i;
        ten += seconds(flowers, o, 100);
    }
    row("ten runs, 100 x 4-12-3, 100 epochs", 1, ten, "0.010");
    lp_stream_free(plane);
    lp_stream_free(moons);
    lp_stream_free(flowers);
}

static void images(int threads) {
    static const int64_t widths[][3] = {{32}, {128}, {512}, {128, 64, 32}};
    static const char *const bars[] = {"0.020", "0.045", "0.160", "0.060"};
    static const char *const names[] = {"784-32-10", "784-128-10", "784-512-10",
                                        "784-128-64-32-10"};
    lp_stream *digits = make_data(8000, 784, 10, LP_U1);
    lp_threads_set(threads);
    for (int adam = 0; adam < 2; adam++)
        for (int batch = 64; batch <= 128; batch += 64)
            for (size_t i = 0; i < 4; i++) {
                char name[100];
                lp_train_network_options o = options(widths[i], i == 3 ? 3 : 1, batch);
                o.optim.kind = adam;
                o.input_scale = 1.0 / 255;
                snprintf(name, sizeof name, "epoch of 8,000, %s, batch %d, %s", names[i], batch,
                         adam ? "Adam" : "SGD");
                size_t layers = i == 3 ? 3 : 1;
                epoch_row(name, threads, digits, o, 8000, flops(8000, 784, widths[i], layers, 10),
                          batch == 64 && !adam && threads == 1 ? bars[i] : "");
            }
    lp_stream_free(digits);
    static const int64_t code[] = {64};
    lp_stream *faces = make_data(400, 4096, 2, LP_U1);
    lp_train_network_options o = options(code, 1, 32);
    o.loss = LP_LOSS_MSE;
    o.target = LP_TARGET_X;
    o.input_scale = 1.0 / 255;
    epoch_row("epoch of 400, autoencoder 4096-64-4096, batch 32, SGD", threads, faces, o, 400,
              flops(400, 4096, code, 1, 4096), "");
    lp_stream_free(faces);
    lp_threads_set(1);
}

/* bin/train-mlp on a stream of Iris' shape, from exec to exit. */
static void process(void) {
    char path[] = "/tmp/bench_learn_XXXXXX";
    int fd = mkstemp(path);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "wb");
    lp_stream *s = make_data(150, 4, 3, LP_F8);
    if (f == NULL || lp_stream_write(s, f, false, &e) || fclose(f) != 0)
        stop();
    lp_stream_free(s);
    const char *bin = getenv("BIN");
    char tool[200];
    snprintf(tool, sizeof tool, "%s/train-mlp", bin != NULL ? bin : "bin");
    char *argv[] = {tool,  "--hidden", "12",        "--batch", "0", "--epochs",
                    "100", "-o",       "/dev/null", path,      NULL};
    double samples[21];
    for (int i = 0; i < 21; i++) {
        pid_t child;
        int status = 1;
        double from = bench_now();
        if (posix_spawn(&child, tool, NULL, NULL, argv, environ) == 0)
            waitpid(child, &status, 0);
        samples[i] = bench_now() - from;
        if (status != 0) {
            fprintf(stderr, "learn: %s failed\n", tool);
            exit(1);
        }
    }
    remove(path);
    row("a whole train-mlp process, 150 x 4-12-3, 100 epochs", 0, bench_median(21, samples),
        "0.005");
}

/* ---- two threads against one, in turn ---- */

enum { PAIRS = 15, EPOCHS = 2, MAX_LOADS = 64 };

/* How much faster two threads are where they touch no memory: on a machine that lends this one half
 * of a core, no faster. */
static double registers_gain(void) {
    lp_threads_set(1);
    double one = bench_peak(4, 1);
    lp_threads_set(2);
    return one > 0 ? bench_peak(4, 2) / one : NAN;
}

static void pair_row(const char *what, const char *beside, lp_stream *s,
                     const lp_train_network_options *o) {
    double one[PAIRS], two[PAIRS], ratio[PAIRS], gain[PAIRS], sum[2] = {0, 0};
    for (int i = -1; i < PAIRS; i++) { /* the first pair warms up */
        double time[2];
        for (int t = 0; t < 2; t++) {
            int threads = i % 2 == 0 ? 1 + t : 2 - t;
            lp_threads_set(threads);
            time[threads - 1] = (seconds(s, *o, EPOCHS) - seconds(s, *o, 0)) / EPOCHS;
        }
        if (i < 0)
            continue;
        gain[i] = registers_gain();
        one[i] = time[0], two[i] = time[1], ratio[i] = time[1] / time[0];
        sum[0] += time[0], sum[1] += time[1];
    }
    lp_threads_set(1);
    double median = bench_median(PAIRS, ratio);
    bench_row("%s\t%s\t%.5f\t%.5f\t%.3f\t%.3f to %.3f\t%.3f\t%.2f", what, beside,
              bench_median(PAIRS, one), bench_median(PAIRS, two), median, ratio[PAIRS / 4],
              ratio[PAIRS - 1 - PAIRS / 4], sum[1] / sum[0], bench_median(PAIRS, gain));
}

static void pairs(const char *beside) {
    static const int64_t widths[] = {128, 512};
    lp_stream *digits = make_data(8000, 784, 10, LP_U1);
    for (int i = 0; i < 2; i++) {
        char name[100];
        lp_train_network_options o = options(&widths[i], 1, 64);
        o.input_scale = 1.0 / 255;
        snprintf(name, sizeof name, "epoch of 8,000, 784-%d-10, batch 64", (int)widths[i]);
        pair_row(name, beside, digits, &o);
    }
    lp_stream_free(digits);
}

/* As many processes as there are CPUs, each in an endless loop. */
static void pairs_beside_others(void) {
    pid_t load[MAX_LOADS];
    int cpus = (int)sysconf(_SC_NPROCESSORS_ONLN), loads = cpus < MAX_LOADS ? cpus : MAX_LOADS;
    for (int i = 0; i < loads; i++) {
        load[i] = fork();
        if (load[i] == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            for (volatile unsigned turns = 0;; turns++)
                ;
        }
    }
    char name[30];
    snprintf(name, sizeof name, "%d busy loops", loads);
    pairs(name);
    for (int i = 0; i < loads; i++)
        if (load[i] > 0) {
            kill(load[i], SIGKILL);
            waitpid(load[i], NULL, 0);
        }
}

/* ---- the tables ---- */

static void learn(void) {
    bench_begin("learn",
                "what                                                     \tthreads\tseconds\tbar\t"
                "examples/s\tof fma peak");
    lp_threads_set(1);
    bench_one_thread(true);
    small_networks();
    bench_one_thread(false);
    process();
    bench_one_thread(true);
    images(1);
    bench_one_thread(false);
    images(2);
}

/* Usage: learn [networks | pairs | busy]: one of the three, else all. */
int main(int argc, char **argv) {
    const char *part = argc > 1 ? argv[1] : "";
    int status = 0;
    if (*part == '\0' || strcmp(part, "networks") == 0) {
        learn();
        status |= bench_end();
    }
    if (strcmp(part, "networks") != 0) {
        bench_begin("threads", "two threads against one, in turn    \tbeside\tone, s\ttwo, s\t"
                               "two / one\tquartiles     \tof the sums\tfma: one / two");
        if (strcmp(part, "busy") != 0)
            pairs("nothing");
        if (strcmp(part, "pairs") != 0)
            pairs_beside_others();
        status |= bench_end();
    }
    return status;
}
