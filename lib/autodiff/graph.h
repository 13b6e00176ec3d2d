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
    lp_activation activation; /* LINEAR */
    bool mean;                /* losses: divide by the number of what is summed */
    const int32_t *label;     /* SELECT, CROSS_ENTROPY: the class of each row */
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

/* Attributes of a node. Labels are borrowed: one for each row of a run, 0 .. cols - 1. */
void lp_graph_set_mean(lp_graph *g, int node);
void lp_graph_set_labels(lp_graph *g, int node, const int32_t *label);

/* Ends the building and allocates all that the runs need. `root`, a (1, 1) node, is what will be
 * differentiated. -1 and e for the first mistake in building, among them an op without a backward
 * between a parameter and the root. */
int lp_graph_finish(lp_graph *g, int root, lp_error *e);

/* The same of a graph without a root, which is only run forward. */
int lp_graph_finish_forward(lp_graph *g, lp_error *e);

/* From now on batches have this many rows, from 1 to those of the build. */
void lp_graph_set_rows(lp_graph *g, size_t rows);

void lp_graph_forward(lp_graph *g);

/* Writes the root's derivatives by every parameter to its gradient, after lp_graph_forward. They
 * replace those of an earlier pass; within a pass, a value that is used twice sums both. */
void lp_graph_backward(lp_graph *g);

/* The root's value after a forward pass, as a double. */
double lp_graph_loss(const lp_graph *g);

#endif
