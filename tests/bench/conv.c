/* A training step of PyTorch's tutorial network (3 x 32 x 32: conv 6 5x5, max-pool 2, conv 16 5x5,
 * max-pool 2, 120, 84, 10; SGD with momentum), f4: microseconds a picture, the share of the fma
 * peak, and how many times as fast as PyTorch, where python3 has it; then where the time goes.
 * Usage: conv [THREADS] */
#include "autodiff/graph.h"
#include "bench.h"
#include "num/parallel.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    PICTURE = 3 * 32 * 32,
    WEIGHTS = 62006,
    MOST_BATCH = 64,
    PICTURES = 1600, /* a round */
    ROUNDS = 5,
    MOST_NODES = 64,
    /* Multiply-adds a picture, forward; backward has twice as many, but for the first layer. */
    FIRST = 6 * 28 * 28 * 75,
    OTHERS = 16 * 10 * 10 * 150 + 400 * 120 + 120 * 84 + 84 * 10,
};

static lp_graph *g;
static float weight[WEIGHTS], gradient[WEIGHTS], velocity[WEIGHTS], x[MOST_BATCH * PICTURE];
static size_t used; /* weights */

/* ---- the network ---- */

static int parameter(size_t rows, size_t cols) {
    int node = lp_graph_parameter(g, rows, cols, weight + used, gradient + used);
    used += rows * cols;
    return node;
}

static int conv(int from, size_t channels, size_t width, size_t out) {
    lp_window window = {channels, width, width, 5, 5, 1, 0};
    int w = parameter(out, lp_window_elements(&window)), b = parameter(1, out);
    return lp_graph_conv(g, LP_ACTIVATION_RELU, &window, from, w, b);
}

static int pool(int from, size_t channels, size_t width) {
    lp_window window = {channels, width, width, 2, 2, 2, 0};
    return lp_graph_apply_window(g, LP_OP_MAX_POOL, &window, from, -1, -1);
}

static int dense(int from, lp_activation f, size_t in, size_t out) {
    int w = parameter(out, in), b = parameter(1, out);
    return lp_graph_linear(g, f, from, w, b);
}

static void build(size_t batch) {
    static int32_t label[MOST_BATCH];
    for (int i = 0; i < MOST_BATCH; i++)
        label[i] = i % 10;
    bench_fill(4, MOST_BATCH * PICTURE, x);
    bench_fill(4, WEIGHTS, weight);
    for (size_t i = 0; i < WEIGHTS; i++)
        weight[i] *= 0.1f, velocity[i] = 0;
    g = lp_graph_new(LP_F4);
    used = 0;
    int input = lp_graph_input(g, batch, PICTURE, true);
    int y = pool(conv(input, 3, 32, 6), 6, 28);
    y = pool(conv(y, 6, 14, 16), 16, 10);
    y = dense(y, LP_ACTIVATION_RELU, 400, 120);
    y = dense(y, LP_ACTIVATION_RELU, 120, 84);
    y = dense(y, LP_ACTIVATION_IDENTITY, 84, 10);
    int loss = lp_graph_apply(g, LP_OP_CROSS_ENTROPY, y);
    lp_graph_set_labels(g, loss, label);
    lp_graph_set_mean(g, loss);
    lp_error e;
    if (lp_graph_finish(g, loss, &e)) {
        fprintf(stderr, "conv: %s\n", e.text);
        exit(1);
    }
    lp_graph_set(g, input, x);
}

/* ---- steps, as a whole and by node ---- */

static const lp_op_row *ops;
static double spent[MOST_NODES][2], optimiser;

static void forward(const lp_graph *graph, lp_node *n) {
    double from = bench_now();
    ops[n->op].forward(graph, n);
    spent[n - graph->node][0] += bench_now() - from;
}

static void backward(const lp_graph *graph, lp_node *n) {
    double from = bench_now();
    ops[n->op].backward(graph, n);
    spent[n - graph->node][1] += bench_now() - from;
}

/* The rate is next to nothing, so that the gradients stay what they are. */
static void step(void *context) {
    (void)context;
    lp_graph_forward(g);
    lp_graph_backward(g);
    double from = bench_now();
    g->num->sgd_step(WEIGHTS, weight, gradient, velocity, 1e-9, 0.9, 0, false, false);
    optimiser += bench_now() - from;
}

/* What conv.py measures; 0 without PyTorch. */
static double torch(size_t batch, char version[32]) {
    char command[200];
    double us = 0;
    snprintf(command, sizeof command,
             "for p in /usr/bin/python3 python3; do "
             "$p tests/bench/conv.py %zu %d 2>/dev/null && break; done",
             batch, lp_threads());
    FILE *f = popen(command, "r");
    if (f == NULL)
        return 0;
    if (fscanf(f, "%31s %lf", version, &us) != 2)
        us = 0;
    pclose(f);
    return us;
}

static void measure(size_t batch) {
    build(batch);
    size_t steps = PICTURES / batch;
    bench_time(step, NULL, steps);
    double sample[ROUNDS], peak[ROUNDS], pictures = (double)(steps * batch);
    for (int i = 0; i < ROUNDS; i++) {
        peak[i] = bench_peak(4, lp_threads());
        sample[i] = bench_time(step, NULL, steps) / (double)batch;
    }
    double each = bench_median(ROUNDS, sample), most = bench_median(ROUNDS, peak);
    double operations = 2.0 * (2 * FIRST + 3 * OTHERS);
    char version[32] = "", ratio[64] = "";
    double theirs = torch(batch, version);
    if (theirs > 0)
        snprintf(ratio, sizeof ratio, "%.2f (%.1f us, %s)", theirs / each / 1e6, theirs, version);
    bench_row("%zu\ta step\t%.2f\t%.0f%%\t%s", batch, each * 1e6, 100 * operations / each / most,
              ratio);

    lp_op_row timed[LP_OPS];
    ops = g->ops;
    for (int i = 0; i < LP_OPS; i++) {
        timed[i] = ops[i];
        timed[i].forward = forward, timed[i].backward = backward;
    }
    g->ops = timed;
    memset(spent, 0, sizeof spent);
    optimiser = 0;
    bench_time(step, NULL, steps);
    for (int i = 0; i < g->count; i++)
        if (spent[i][0] > 0)
            bench_row("%zu\t%s\t%.2f\t%.2f back", batch, ops[g->node[i].op].name,
                      spent[i][0] / pictures * 1e6, spent[i][1] / pictures * 1e6);
    bench_row("%zu\toptimiser\t%.2f\t", batch, optimiser / pictures * 1e6);
    lp_graph_free(g);
}

int main(int argc, char **argv) {
    lp_threads_set(argc > 1 ? atoi(argv[1]) : 1);
    bench_one_thread(lp_threads() == 1);
    bench_begin("conv",
                "batch\tpart          \tus a picture\tshare of peak\ttimes PyTorch's speed");
    measure(4);
    measure(64);
    return bench_end();
}
