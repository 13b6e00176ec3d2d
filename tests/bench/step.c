/* Where a training step of 784-512-10 spends its time, f4: the matrix products, every
 * other pass of the graph, the batch and the optimiser, in microseconds a step and as shares. */
#include "autodiff/graph.h"
#include "bench.h"
#include "net/network.h"
#include "net/optim.h"
#include "num/parallel.h"
#include "num/rng.h"

#include <stdio.h>
#include <stdlib.h>

enum { ROWS = 8000, IN = 784, HIDDEN = 512, OUT = 10, STEPS = 200 };

/* ---- the kernels that a graph calls, timed ---- */

typedef enum {
    PRODUCTS,
    BIAS_AND_ACTIVATION,
    ACTIVATION_BACKWARD,
    BIAS_GRADIENT,
    LOSS,
    LOSS_BACKWARD,
    BATCH,
    OPTIMISER,
    PARTS
} part;

static const char *const names[PARTS] = {"matrix products",
                                         "bias and activation, fused",
                                         "derivative of the activation",
                                         "gradient of the biases",
                                         "softmax and cross-entropy, fused",
                                         "their derivative",
                                         "batch gathered, converted",
                                         "optimiser, fused"};

static const lp_kernels *real;
static double spent[PARTS];

#define TIMED(what, call)                                                                          \
    double from = bench_now();                                                                     \
    real->call;                                                                                    \
    spent[what] += bench_now() - from

static void gemm(lp_form form, size_t m, size_t n, size_t k, const void *a, const void *b, void *c,
                 bool accumulate) {
    TIMED(PRODUCTS, gemm(form, m, n, k, a, b, c, accumulate));
}
static void bias_unary(lp_unary f, size_t rows, size_t cols, const void *bias, size_t n, void *y) {
    TIMED(BIAS_AND_ACTIVATION, bias_unary(f, rows, cols, bias, n, y));
}
static void unary_backward(lp_unary f, size_t n, const void *x, const void *y, const void *dy,
                           void *dx, bool accumulate) {
    TIMED(ACTIVATION_BACKWARD, unary_backward(f, n, x, y, dy, dx, accumulate));
}
static void sum_over_rows(size_t rows, size_t cols, const void *x, void *out, bool accumulate) {
    TIMED(BIAS_GRADIENT, sum_over_rows(rows, cols, x, out, accumulate));
}
static void cross_entropy(size_t rows, size_t cols, const void *x, const int32_t *label,
                          const void *target, void *loss, void *p) {
    TIMED(LOSS, softmax_cross_entropy(rows, cols, x, label, target, loss, p));
}
static void cross_entropy_backward(size_t rows, size_t cols, const void *p, const int32_t *label,
                                   const void *target, double scale, void *dx, bool overwrite) {
    TIMED(LOSS_BACKWARD,
          softmax_cross_entropy_backward(rows, cols, p, label, target, scale, dx, overwrite));
}

/* ---- steps ---- */

static lp_error e;

static void stop(void) {
    fprintf(stderr, "step: %s\n", e.text);
    exit(1);
}

static void measure(size_t batch, lp_optim_kind kind) {
    static uint8_t images[ROWS * IN];
    static float x[128 * IN];
    int32_t label[128];
    size_t order[ROWS];
    lp_rng rng = lp_rng_new(1, LP_RNG_POINTS, 0);
    for (size_t i = 0; i < ROWS * IN; i++)
        images[i] = (uint8_t)lp_rng_below(&rng, 256);
    for (size_t i = 0; i < batch; i++)
        label[i] = (int32_t)(i % OUT);
    lp_rng_permutation(&rng, ROWS, order);

    const lp_optim_options options = {.kind = kind, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8};
    lp_graph *g = lp_graph_new(LP_F4);
    lp_network net = lp_network_mlp(LP_F4, 2, (size_t[]){IN, HIDDEN, OUT}, LP_BIAS_VECTOR,
                                    LP_ACTIVATION_RELU, LP_ACTIVATION_IDENTITY, true);
    lp_optim optim = lp_optim_new(&net.memory, &options, &net.params);
    lp_network_init(&net, LP_INIT_PYTORCH, NULL, 0, 0);
    int input = lp_graph_input(g, batch, IN, true);
    int loss = lp_graph_apply(g, LP_OP_CROSS_ENTROPY, lp_network_graph(&net, g, input, true, 0));
    lp_graph_set_labels(g, loss, label);
    lp_graph_set_mean(g, loss);
    if (lp_graph_finish(g, loss, &e))
        stop();
    lp_graph_set(g, input, x);
    real = g->num;
    lp_kernels timed = *real;
    timed.gemm = gemm;
    timed.bias_unary = bias_unary;
    timed.unary_backward = unary_backward;
    timed.sum_over_rows = sum_over_rows;
    timed.softmax_cross_entropy = cross_entropy;
    timed.softmax_cross_entropy_backward = cross_entropy_backward;
    g->num = &timed;

    double whole = 0;
    for (int step = -20; step < STEPS; step++) { /* the first ones warm up */
        if (step == 0)
            for (int i = 0; i < PARTS; i++)
                spent[i] = whole = 0;
        double from = bench_now();
        real->gather_rows(batch, IN, (lp_type){'u', 1}, images,
                          order + (size_t)(step + 20) % (ROWS / batch) * batch, 1.0 / 255, x);
        double filled = bench_now();
        lp_graph_forward(g);
        lp_graph_backward(g);
        double passed = bench_now();
        lp_optim_step(&optim, 0.01);
        double end = bench_now();
        spent[BATCH] += filled - from;
        spent[OPTIMISER] += end - passed;
        whole += end - from;
    }
    const char *name = kind == LP_OPTIM_ADAM ? "Adam" : "SGD";
    double rest = whole;
    for (int i = 0; i < PARTS; i++) {
        bench_row("%s\t%zu\t%s\t%.2f\t%.1f%%", name, batch, names[i], 1e6 * spent[i] / STEPS,
                  100 * spent[i] / whole);
        rest -= spent[i];
    }
    bench_row("%s\t%zu\tthe rest\t%.2f\t%.1f%%", name, batch, 1e6 * rest / STEPS,
              100 * rest / whole);
    bench_row("%s\t%zu\ta step\t%.2f\t100%%", name, batch, 1e6 * whole / STEPS);
    lp_graph_free(g);
    lp_network_free(&net);
}

/* Usage: step [THREADS], 1 without. */
int main(int argc, char **argv) {
    int threads = argc > 1 ? atoi(argv[1]) : 1;
    bench_begin("step", "optimiser\tbatch\tpart of a step of 784-512-10         \tus\tshare");
    lp_threads_set(threads);
    bench_one_thread(threads == 1);
    measure(128, LP_OPTIM_SGD);
    measure(64, LP_OPTIM_SGD);
    measure(128, LP_OPTIM_ADAM);
    return bench_end();
}
