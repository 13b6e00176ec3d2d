/* What training on several nodes would gain (docs/scaling.md): the time of a sum over local ranks
 * by its size, and of a step's computation by its rows; the model of cost.h fitted to both, with
 * what it misses; a step on local ranks held against it; and speed-ups on 8, 64 and 512 nodes.
 *
 * Usage: scale [NAME:MICROSECONDS:GBIT]...   networks to assume, in place of 10 GbE and 100 Gb/s
 *
 * Local ranks take `make bench MPI=1` and mpirun, which starts this program once more, as ranks. */
#include "bench.h"
#include "cost.h"
#include "net/network.h"
#include "net/optim.h"
#include "num/parallel.h"
#include "num/ranks.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROUNDS = 5, MOST = 50, NODES = 512 };

static void stop(const char *what) {
    fprintf(stderr, "scale: %s\n", what);
    exit(1);
}

/* ---- the networks ---- */

#define DENSE(n)                                                                                   \
    { .kind = LP_LAYER_DENSE, .units = n, .activation = LP_ACTIVATION_RELU }
#define LAST(n)                                                                                    \
    { .kind = LP_LAYER_DENSE, .units = n, .activation = LP_ACTIVATION_IDENTITY }
#define CONV(n)                                                                                    \
    {                                                                                              \
        .kind = LP_LAYER_CONV, .units = n, .kernel = 5, .stride = 1,                               \
        .activation = LP_ACTIVATION_RELU                                                           \
    }
#define FLATTEN                                                                                    \
    { .kind = LP_LAYER_FLATTEN }
#define POOL                                                                                       \
    { .kind = LP_LAYER_MAX_POOL, .kernel = 2, .stride = 2 }

/* Of the labs, with their batches, and one of 1e8 weights. The picture network is the one of
 * PyTorch's tutorial. `rows` are what a step is measured with. */
static const struct {
    const char *name;
    size_t batch, rows[4];
    lp_volume input;
    size_t layers;
    lp_layer layer[8];
} networks[] = {
    {"moons 2-20-2", 800, {800, 100, 13, 2}, {2, 0, 0}, 2, {DENSE(20), LAST(2)}},
    {"fashion 784-128-10", 64, {64, 16, 4, 1}, {784, 0, 0}, 2, {DENSE(128), LAST(10)}},
    {"fashion 784-512-10", 64, {64, 16, 4, 1}, {784, 0, 0}, 2, {DENSE(512), LAST(10)}},
    {"cifar CNN",
     4,
     {4, 2, 1},
     {3, 32, 32},
     8,
     {CONV(6), POOL, CONV(16), POOL, FLATTEN, DENSE(120), DENSE(84), LAST(10)}},
    {"784-9616-9616-10", 4096, {128, 32, 8}, {784, 0, 0}, 3, {DENSE(9616), DENSE(9616), LAST(10)}},
};
enum { NETWORKS = sizeof networks / sizeof *networks, CHECKED = 2 };

/* A training step of network i on some rows: forward, backward and SGD; over the ranks of a job,
 * each with such rows, the gradients are added. */
typedef struct {
    lp_network net;
    lp_graph *graph;
    lp_optim optim;
    lp_shard_sum sum;
} training;

static void begin(training *t, size_t i, size_t rows) {
    static const lp_optim_options sgd = {.kind = LP_OPTIM_SGD};
    *t = (training){.graph = lp_graph_new(LP_F4)};
    lp_error e;
    if (lp_network_new(&t->net, LP_F4, networks[i].input, networks[i].layers, networks[i].layer,
                       LP_BIAS_VECTOR, true, &e))
        stop(e.text);
    lp_network_init(&t->net, LP_INIT_PYTORCH, NULL, 0, 0);
    size_t inputs = lp_network_inputs(&t->net);
    float *x = lp_arena_alloc(&t->net.memory, rows * inputs, sizeof *x);
    int32_t *label = lp_arena_alloc(&t->net.memory, rows, sizeof *label);
    bench_fill(4, rows * inputs, x);
    for (size_t r = 0; r < rows; r++)
        label[r] = (int32_t)(r % lp_network_outputs(&t->net));
    int input = lp_graph_input(t->graph, rows, inputs, true);
    int loss = lp_graph_apply(t->graph, LP_OP_CROSS_ENTROPY,
                              lp_network_graph(&t->net, t->graph, input, true, 0));
    lp_graph_set_labels(t->graph, loss, label);
    lp_graph_set_mean(t->graph, loss);
    if (lp_graph_finish(t->graph, loss, &e))
        stop(e.text);
    lp_graph_set(t->graph, input, x);
    t->optim = lp_optim_new(&t->net.memory, &sgd, &t->net.params);
    t->sum = lp_shard_sum_new(&t->net.memory, LP_F4, t->net.params.size, lp_rank_count());
}

/* The rate is next to nothing, so that the numbers stay what they are. */
static void step(void *context) {
    training *t = context;
    size_t size = t->net.params.size * sizeof(float);
    lp_graph_forward(t->graph);
    lp_graph_backward(t->graph);
    if (lp_rank_count() > 1) {
        memcpy(lp_shard_sum_next(&t->sum), t->net.params.gradient, size);
        memcpy(t->net.params.gradient, lp_shard_sum_all(&t->sum), size);
    }
    lp_optim_step(&t->optim, 1e-9);
}

static void end(training *t) {
    lp_graph_free(t->graph);
    lp_network_free(&t->net);
}

/* ---- as a rank ---- */

typedef struct {
    lp_shard_sum sum;
    size_t length;
} reduction;

static void reduce(void *context) {
    reduction *r = context;
    *(float *)lp_shard_sum_next(&r->sum) = 1;
    if (*(const float *)lp_shard_sum_all(&r->sum) != (float)lp_rank_count())
        stop("a sum is wrong");
}

/* Seconds a call at rank 0, the median of ROUNDS; every rank makes as many calls as rank 0 says. */
static double time_together(void (*run)(void *), void *context, double seconds) {
    double sample[ROUNDS];
    run(context);
    double once = bench_time(run, context, 1);
    size_t calls = once > seconds ? 1 : (size_t)(seconds / once);
    lp_ranks_broadcast(&calls, sizeof calls);
    for (int i = 0; i < ROUNDS; i++) {
        lp_ranks_wait();
        sample[i] = bench_time(run, context, calls);
    }
    return bench_median(ROUNDS, sample);
}

/* Prints, at rank 0, "sum BYTES SECONDS" for 8 B to 64 MB, and "step NETWORK SECONDS". */
static void be_rank(void) {
    lp_threads_set(1);
    for (size_t bytes = 8; bytes <= (size_t)64 << 20; bytes *= bytes < 4096 ? 8 : 4) {
        lp_arena memory = {0};
        reduction r = {lp_shard_sum_new(&memory, LP_F4, bytes / 4, lp_rank_count()), bytes / 4};
        memset(lp_shard_sum_next(&r.sum), 0, bytes);
        lp_shard_sum_all(&r.sum);
        double seconds = time_together(reduce, &r, 0.02);
        if (lp_rank() == 0)
            printf("sum %zu %.9g\n", bytes, seconds);
        lp_arena_free(&memory);
    }
    for (size_t i = 1; i <= CHECKED; i++) {
        training t;
        begin(&t, i, networks[i].batch / lp_rank_count());
        double seconds = time_together(step, &t, 0.05);
        if (lp_rank() == 0)
            printf("step %zu %.9g\n", i, seconds);
        end(&t);
    }
    lp_ranks_finish();
}

/* The ranks' library is there after `make MPI=1`, and loaded in a job of mpirun alone. It finds the
 * library that it takes its errors from loaded already. */
static char *library(const char *name) {
    static char path[500];
    const char *build = getenv("BUILD");
    snprintf(path, sizeof path, "%s/%s.so.0", build != NULL ? build : "build", name);
    return path;
}

static void join(void) {
    lp_error e;
    void *base = dlopen(library("liblabpipe"), RTLD_NOW | RTLD_GLOBAL);
    void *mpi = base != NULL ? dlopen(library("liblabpipe-mpi"), RTLD_NOW) : NULL;
    const lp_link *(*mpi_join)(lp_error *) = NULL;
    if (mpi != NULL)
        *(void **)&mpi_join = dlsym(mpi, "lp_mpi_join");
    if (mpi_join == NULL)
        stop(dlerror());
    const lp_link *link = mpi_join(&e);
    if (link == NULL)
        stop(e.text);
    lp_ranks_join(link);
}

/* ---- measuring ---- */

/* The sums over 2 ([0]) and 4 ranks ([1]). Vectors in a cache and beyond every cache are two
 * machines: each has a line of its own. */
enum { IN_CACHE, BEYOND, RANGES };
static cost_sample sums[2][RANGES][MOST];
static size_t sum_count[2][RANGES];
static int range_of(double bytes) {
    return bytes <= 2 << 20 ? IN_CACHE : BEYOND;
}

static double measured[8][NETWORKS]; /* by ranks and network; 0: not measured */

static void add_sum(int i, cost_sample sample) {
    int range = range_of(sample.x);
    sums[i][range][sum_count[i][range]++] = sample;
}

static bool run_ranks(const char *self, int ranks) {
    char command[700], what[10];
    double x, seconds;
    size_t lines = 0;
    snprintf(command, sizeof command, "mpirun -q --oversubscribe -n %d '%s'", ranks, self);
    fflush(stdout);
    FILE *f = popen(command, "r");
    while (f != NULL && fscanf(f, "%9s %lf %lf", what, &x, &seconds) == 3) {
        double levels = cost_levels((size_t)ranks);
        lines++;
        if (strcmp(what, "step") == 0)
            measured[ranks][(size_t)x] = seconds;
        else {
            if (levels > 0)
                bench_row("%d\t%.0f\t%.2f\t%.3f", ranks, x, seconds * 1e6, x / seconds * 1e-9);
            else
                bench_row("%d\t%.0f\t%.2f\tnothing sent", ranks, x, seconds * 1e6);
            if (levels > 0)
                add_sum(ranks == 4, (cost_sample){levels, x, seconds});
        }
    }
    return f != NULL && pclose(f) == 0 && lines > CHECKED;
}

/* A level of the tree, for each range, from the sums over 2 ranks, 4, or both. */
static void fit_sums(const char *ranks, int first, int end, cost_line line[RANGES]) {
    static const char *const names[] = {"up to 2 MB", "beyond"};
    for (int range = 0; range < RANGES; range++) {
        cost_sample sample[2 * MOST];
        size_t n = 0;
        for (int i = first; i < end; i++)
            for (size_t k = 0; k < sum_count[i][range]; k++)
                sample[n++] = sums[i][range][k];
        line[range] = cost_fit(n, sample);
        bench_note("fitted to %s, %s: a level of the tree takes %.2f us + %.3f ns/byte; residuals: "
                   "rms %.0f %%, worst %.0f %%",
                   ranks, names[range], line[range].fixed * 1e6, line[range].slope * 1e9,
                   100 * line[range].rms, 100 * line[range].worst);
    }
}

/* local[0]: over 2 ranks, [1]: over 4, [2]: over both. */
static bool measure_sums(const char *self, cost_line local[3][RANGES]) {
    bench_begin("scale-sums", "ranks\tbytes\tus a sum\tGB/s");
    if (access(library("liblabpipe-mpi"), R_OK) != 0 ||
        system("command -v mpirun >/dev/null") != 0) {
        bench_note("no local ranks: they take mpirun and a build with `make bench MPI=1`");
        return false;
    }
    if (geteuid() == 0) { /* a bench in a container; mpirun asks twice */
        setenv("OMPI_ALLOW_RUN_AS_ROOT", "1", 1);
        setenv("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1", 1);
    }
    for (int ranks = 1; ranks <= 4; ranks *= 2)
        if (!run_ranks(self, ranks))
            stop("mpirun failed");
    if (sysconf(_SC_NPROCESSORS_ONLN) < 4)
        bench_note("4 ranks are more than the CPUs: they take turns");
    fit_sums("2 ranks", 0, 1, local[0]);
    fit_sums("4 ranks", 1, 2, local[1]);
    fit_sums("both", 0, 2, local[2]);
    return true;
}

/* Seconds to add a byte, of vectors that no cache holds. */
static void add(void *context) {
    float *x = context;
    lp_kernels_of(LP_F4)->binary(LP_ADD, 1, 1 << 24, x, 1, 1 << 24, x + (1 << 24), 1, 1 << 24, x,
                                 false);
}

static double measure_addition(void) {
    double sample[ROUNDS];
    float *x = bench_alloc((size_t)2 << 24, sizeof *x);
    add(x);
    for (int i = 0; i < ROUNDS; i++)
        sample[i] = bench_time(add, x, 1);
    free(x);
    return bench_median(ROUNDS, sample) / (4 * (1 << 24));
}

static double time_step(training *t) {
    double sample[ROUNDS];
    step(t);
    double once = bench_time(step, t, 1);
    int rounds = once > 0.1 ? 3 : ROUNDS;
    for (int k = 0; k < rounds; k++)
        sample[k] = bench_time(step, t, (size_t)(0.01 / once) + 1);
    return bench_median((size_t)rounds, sample);
}

static cost_training measure_steps(size_t i) {
    training steps;
    begin(&steps, i, networks[i].rows[0]);
    cost_training t = {.batch = networks[i].batch,
                       .bytes = (double)(steps.net.params.size * sizeof(float))};
    cost_sample sample[4];
    size_t n = 0;
    for (; n < 4 && networks[i].rows[n] > 0; n++) {
        double rows = (double)networks[i].rows[n];
        lp_graph_set_rows(steps.graph, networks[i].rows[n]);
        sample[n] = (cost_sample){1, rows, time_step(&steps)};
    }
    end(&steps);
    t.compute = cost_fit(n, sample);
    for (size_t k = 0; k < n; k++)
        bench_row("%s\t%.0f\t%d\t%.0f\t%.4f\t%.4f\t%+.0f %%", networks[i].name, t.bytes,
                  lp_threads(), sample[k].x, 1e3 * sample[k].seconds,
                  1e3 * cost_at(&t.compute, sample[k].x),
                  100 * (cost_at(&t.compute, sample[k].x) / sample[k].seconds - 1));
    return t;
}

/* ---- what the model says ---- */

/* Steps on local ranks, one thread each, against the sum of what was fitted apart. */
static void check_model(cost_line local[3][RANGES], const cost_training *one_thread) {
    double cpus = (double)sysconf(_SC_NPROCESSORS_ONLN);
    bench_begin("scale-check",
                "network             \tranks\tms measured\tms by model\tmodel is off");
    for (size_t i = 1; i <= CHECKED; i++)
        for (size_t ranks = 1; ranks <= 4; ranks *= 2) {
            /* Ranks that share a CPU compute in turns. */
            double turns = fmax(1, (double)ranks / cpus),
                   rows = (double)(networks[i].batch / ranks);
            double model =
                turns * cost_at(&one_thread[i].compute, rows) +
                cost_levels(ranks) *
                    cost_at(&local[ranks == 4][range_of(one_thread[i].bytes)], one_thread[i].bytes);
            bench_row("%s\t%zu\t%.4f\t%.4f\t%+.0f %%", networks[i].name, ranks,
                      1e3 * measured[ranks][i], 1e3 * model,
                      100 * (model / measured[ranks][i] - 1));
        }
    bench_end();
}

static void predict(const char *link, const cost_line line[RANGES], const cost_training *t) {
    for (size_t i = 0; i < NETWORKS; i++) {
        const cost_line *sum = &line[range_of(t[i].bytes)];
        char at[3][40];
        for (int k = 0; k < 3; k++) {
            size_t p = (size_t)8 << (3 * k);
            double speedup = cost_speedup(&t[i], sum, p);
            snprintf(at[k], sizeof at[k], "%.2f (%.1f %%)", speedup, 100 * speedup / (double)p);
        }
        bench_row("%s\t%s\t%zu\t%.3f\t%.3f\t%s\t%s\t%s\t%zu", link, networks[i].name, t[i].batch,
                  1e3 * cost_step(&t[i], sum, 1), 1e3 * cost_at(sum, t[i].bytes), at[0], at[1],
                  at[2], cost_pays_up_to(&t[i], sum, NODES));
    }
}

static void predict_assumed(const char *word, double gamma, const cost_training *t) {
    char name[40], label[80];
    double us, gbit;
    int length = 0;
    if (sscanf(word, "%39[^:]:%lf:%lf%n", name, &us, &gbit, &length) != 3 || word[length] != 0 ||
        !(us >= 0) || !(gbit > 0))
        stop("a network is NAME:MICROSECONDS:GBIT, such as '10 GbE:20:10'");
    cost_line sum = cost_network(us * 1e-6, 8e-9 / gbit, gamma);
    snprintf(label, sizeof label, "%s (assumed)", name);
    bench_note("assumed, not measured: %s: alpha %.3g us a message, %.3g Gbit/s", name, us, gbit);
    predict(label, (cost_line[]){sum, sum}, t);
}

int main(int argc, char **argv) {
    static char *given[] = {"10 GbE:20:10", "100 Gb/s:2:100"};
    cost_training one_thread[NETWORKS], node[NETWORKS];
    cost_line local[3][RANGES];
    if (getenv("OMPI_COMM_WORLD_SIZE") != NULL) {
        join();
        be_rank();
        return 0;
    }
    bool ranks = measure_sums(argv[0], local);
    bench_end();
    bench_begin("scale-steps", "network             \tgradient, bytes\tthreads\trows\tms a "
                               "step\tms by model\tmodel is off");
    double gamma = measure_addition();
    bench_note("adding takes %.3f ns/byte", gamma * 1e9);
    lp_threads_set(1);
    for (size_t i = 1; ranks && i <= CHECKED; i++)
        one_thread[i] = measure_steps(i);
    lp_threads_set(0);
    for (size_t i = 0; i < NETWORKS; i++)
        node[i] = measure_steps(i);
    bench_end();
    if (ranks)
        check_model(local, one_thread);
    bench_begin("scale", "the sum goes over         \tnetwork             \tbatch\tms, 1 node\tms "
                         "a level\t8 nodes       \t64 nodes      \t512 nodes     \tpays up to");
    if (ranks)
        predict("shared memory (fitted)", local[sysconf(_SC_NPROCESSORS_ONLN) < 4 ? 0 : 2], node);
    for (int i = argc > 1 ? 1 : 0; i < (argc > 1 ? argc : 2); i++)
        predict_assumed(argc > 1 ? argv[i] : given[i], gamma, node);
    bench_note("speed-up (efficiency); a node is a machine like this one. It pays as long as twice "
               "the nodes take a tenth off: speed-up x 1.1");
    return bench_end();
}
