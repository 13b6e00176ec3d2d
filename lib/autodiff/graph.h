/* Reverse-mode automatic differentiation over matrices (Griewank and Walther, Evaluating
 * Derivatives, 2nd ed., chapter 3).
 *
 * Every value is a matrix (rows, cols) of the graph's element type, f4 or f8. A graph is built
 * once, node by node, each node an operation of the table in autodiff/ops.h on earlier nodes. Then
 * it is run many times, and a run allocates nothing. The product of two factors that is closest to
 * x:
 */
// clang-format off
//     lp_graph *g = lp_graph_new(LP_F8);
//     int a = lp_graph_parameter(g, 3, 2, a_value, a_gradient);
//     int b = lp_graph_parameter(g, 4, 2, b_value, b_gradient);
//     int x = lp_graph_input(g, 3, 4, false);
//     int product = lp_graph_apply(g, LP_OP_MATMUL_NT, a, b);
//     int loss = lp_graph_apply(g, LP_OP_SQUARED_ERROR, product, x);
//     if (lp_graph_finish(g, loss, e))
//         return -1;
//     lp_graph_set(g, x, data);
//     lp_graph_forward(g);     // lp_graph_loss(g) is the sum of (a bᵀ - x)²
//     lp_graph_backward(g);    // its derivatives are in a_gradient and b_gradient
// clang-format on
/*
 * Mistakes in building (shapes that do not fit, too few operands) are kept in the graph and
 * reported by lp_graph_finish, so the calls before it need no checks.
 *
 * Batches: a node whose rows are the rows of a batch is marked `batch`, and lp_graph_set_rows runs
 * the same graph with fewer rows than it was built for, as an epoch's last batch needs. */
#ifndef LP_AUTODIFF_GRAPH_H
#define LP_AUTODIFF_GRAPH_H

#include "autodiff/ops.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/tensor.h"
#include "num/kernels.h"
#include "num/rng.h"
#include "num/window.h"

enum { LP_MAX_OPERANDS = 3 };

struct lp_node {
    lp_op op;
    int operands;
    int operand[LP_MAX_OPERANDS];
    size_t rows, cols; /* rows: of this run */
    bool batch;        /* rows follow lp_graph_set_rows */
    bool needs_gradient;
    int readers;       /* nodes that have it as an operand */
    bool has_gradient; /* in a backward pass: something has been written to gradient */
    bool is_dz;        /* LINEAR, in a backward pass: its only reader has left dz in gradient */
    void *value, *gradient;
    void *scratch; /* the op's own: see ops.h */

    /* Attributes, each read by the ops that say so. */
    lp_activation activation;              /* LINEAR, CONV */
    bool mean;                             /* losses: divide by the number of what is summed */
    const int32_t *label;                  /* SELECT, CROSS_ENTROPY: the class of each row */
    lp_window window;                      /* those on pictures */
    double rate;                           /* DROPOUT: the share that is dropped */
    lp_rng mask;                           /* DROPOUT: where the mask of step 0 begins */
    void *running_mean, *running_variance; /* BATCH_NORM; or NULL */
};

struct lp_graph {
    lp_type type;
    const lp_kernels *num;
    const lp_op_row *ops; /* lp_ops; a test may give another table */
    lp_node *node;
    int count;
    size_t capacity; /* of node */
    int root;
    lp_arena memory; /* the graph's own values, gradients and scratch */
    lp_error error;
    bool failed;
    bool inference;      /* lp_graph_set_training */
    uint64_t step;       /* lp_graph_set_step */
    size_t batch_rows;   /* lp_graph_set_part; 0: a run has the whole batch */
    const size_t *place; /* the same; NULL: row r is number r */
};

/* An empty graph; freed with lp_graph_free, which ignores NULL. */
lp_graph *lp_graph_new(lp_type type);
void lp_graph_free(lp_graph *g);

/* A leaf (rows, cols) with a borrowed value. Every backward pass writes its gradient to `gradient`,
 * borrowed as well; NULL makes the leaf a constant. */
int lp_graph_parameter(lp_graph *g, size_t rows, size_t cols, void *value, void *gradient);

/* A constant leaf whose value (borrowed) lp_graph_set gives before a run. With `batch`, rows is the
 * maximum for a run. */
int lp_graph_input(lp_graph *g, size_t rows, size_t cols, bool batch);
void lp_graph_set(lp_graph *g, int node, const void *value);

/* A node that applies `op` to one, two or three operands. */
int lp_graph_apply3(lp_graph *g, lp_op op, int a, int b, int c);
#define LP_GRAPH_APPLY(g, op, a, b, c, ...) lp_graph_apply3(g, op, a, b, c)
#define lp_graph_apply(g, op, ...) LP_GRAPH_APPLY(g, op, __VA_ARGS__, -1, -1, -1)

/* y = f(x wᵀ + b): x (n, in), w (out, in), b (1, out) or (1, 1), or -1 for no bias. */
int lp_graph_linear(lp_graph *g, lp_activation f, int x, int w, int b);

/* x, (1, 1) or (1, cols) or (rows, 1), repeated to (rows, cols). */
int lp_graph_expand(lp_graph *g, int x, size_t rows, size_t cols);

/* Pictures. A node of pictures is (n, channels * height * width), each row one picture, channel
 * after channel, which is PyTorch's order; so flattening it is nothing at all, and LINEAR goes on
 * from a convolution or a pooling as it is. `window` says how large the pictures of operand x are
 * and how the window moves (num/window.h). lp_window_places of it times the channels are the node's
 * columns.
 *
 * y = f(x * w + b), PyTorch's nn.Conv2d: w (out, channels * kernel_height * kernel_width), which is
 * PyTorch's weight [out, in, kh, kw] as a matrix, b (1, out), or -1 for no bias. */
int lp_graph_conv(lp_graph *g, lp_activation f, const lp_window *window, int x, int w, int b);

/* The other ops that take a window, on x and up to two more operands:
 *   LP_OP_MAX_POOL, LP_OP_AVERAGE_POOL   nn.MaxPool2d, nn.AvgPool2d: each channel by itself; the
 * mean counts padding as zeros (PyTorch's default) LP_OP_CHANNELS_FIRST   pictures (height, width,
 * channels), as in files, to (channels, height, width); reads those three of the window only
 *   LP_OP_BATCH_NORM   x, gamma (1, channels), beta (1, channels): nn.BatchNorm2d, or BatchNorm1d
 *                      where height and width are 1; reads those three only. In training the
 *                      statistics are the batch's; in inference they are the running ones. */
int lp_graph_apply_window(lp_graph *g, lp_op op, const lp_window *window, int x, int b, int c);

/* Attributes of a node. BATCH_NORM's running statistics, `channels` numbers each, borrowed, start
 * as 0 and 1; every forward pass in training moves them by LP_BATCH_NORM_MOMENTUM towards the
 * batch's (the variance with n - 1; neither, where a channel has one value). NULL, as at first: the
 * batch's statistics in inference too. */
#define LP_BATCH_NORM_MOMENTUM 0.1
#define LP_BATCH_NORM_EPSILON 1e-5
void lp_graph_set_running(lp_graph *g, int node, void *mean, void *variance);

/* Of DROPOUT (nn.Dropout): the share that is dropped, 0 .. 1, and its random stream: the mask
 * depends on seed, layer, the graph's step and the element's place in the batch alone. */
void lp_graph_set_dropout(lp_graph *g, int node, double rate, uint64_t seed, uint32_t layer);

/* Attributes of a node. Labels are borrowed: one for each row of a run, 0 .. cols - 1. */
void lp_graph_set_mean(lp_graph *g, int node);
void lp_graph_set_labels(lp_graph *g, int node, const int32_t *label);

/* For the whole graph, at any time: whether DROPOUT and BATCH_NORM work as in training, which they
 * do at first; and the number of the training step, below 2^32, which DROPOUT's masks depend on. */
void lp_graph_set_training(lp_graph *g, bool training);
void lp_graph_set_step(lp_graph *g, uint64_t step);

/* Ends the building and allocates all that the runs need. `root`, a (1, 1) node, is what will be
 * differentiated. -1 and e for the first mistake in building, among them an op without a backward
 * between a parameter and the root. */
int lp_graph_finish(lp_graph *g, int root, lp_error *e);

/* The same of a graph without a root, which is only run forward. */
int lp_graph_finish_forward(lp_graph *g, lp_error *e);

/* From now on batches have this many rows, from 1 to those of the build. */
void lp_graph_set_rows(lp_graph *g, size_t rows);

/* From now on the rows of a run are some of a batch of `batch_rows`: row r is its row place[r]
 * (borrowed). A mean loss divides by what the whole batch has, so that the losses and gradients of
 * the parts add up to the batch's, and DROPOUT's masks are those of the places. */
void lp_graph_set_part(lp_graph *g, size_t batch_rows, const size_t *place);

void lp_graph_forward(lp_graph *g);

/* Writes the root's derivatives by every parameter to its gradient, after lp_graph_forward. They
 * replace those of an earlier pass; within a pass, a value that is used twice sums both. */
void lp_graph_backward(lp_graph *g);

/* The root's value after a forward pass, as a double. */
double lp_graph_loss(const lp_graph *g);

#endif
