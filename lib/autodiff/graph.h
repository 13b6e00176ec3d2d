/* Reverse-mode automatic differentiation (Griewank and Walther, Evaluating Derivatives, 2nd ed.,
 * chapter 3) over matrices.
 *
 * Every value is a matrix (rows, cols) of the graph's element type, f4 or f8. A graph is built
 * once, node by node, each node an operation of the table in autodiff/ops.h on earlier nodes; then
 * it is run many times, and a run allocates nothing:
 *
 *     lp_graph *g = lp_graph_new(LP_F8, e);
 *     int a = lp_graph_parameter(g, 3, 2, a_value, a_gradient);
 *     int b = lp_graph_parameter(g, 4, 2, b_value, b_gradient);
 *     int x = lp_graph_input(g, 3, 4, false);
 *     int loss = lp_graph_apply(g, LP_OP_SQUARED_ERROR, lp_graph_apply(g, LP_OP_MATMUL_NT, a, b),
 * x); lp_graph_finish(g, loss, e) lp_graph_set(g, x, data); lp_graph_forward(g);       the loss is
 * *(double *)lp_graph_value(g, loss) lp_graph_backward(g);      its derivatives are in a_gradient
 * and b_gradient
 *
 * Mistakes while building (shapes that do not fit, too few operands) are kept in the graph and
 * reported by lp_graph_finish: the calls before it need no checks.
 *
 * Batches: a node whose rows are the rows of a batch is marked so (`batch`), and lp_graph_set_rows
 * runs the same graph with fewer rows than it was built for, as an epoch's last batch needs. */
#ifndef LP_AUTODIFF_GRAPH_H
#define LP_AUTODIFF_GRAPH_H

#include "autodiff/ops.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/tensor.h"
#include "num/kernels.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LP_MAX_OPERANDS = 3 };

struct lp_node {
    lp_op op;
    int operands;
    int operand[LP_MAX_OPERANDS];
    size_t rows, cols; /* rows: of this run */
    size_t most_rows;  /* as built */
    bool batch;        /* rows follow lp_graph_set_rows */
    bool needs_gradient;
    int readers;       /* nodes that have it as an operand */
    bool has_gradient; /* during a backward pass: something has been written to gradient */
    bool mapped;       /* LINEAR, during a backward pass: its only reader left dz in gradient */
    void *value, *gradient;
    void *scratch; /* the op's own: see ops.h */

    /* Attributes, each read by the ops that say so. */
    lp_unary map;           /* LINEAR */
    bool mean;            /* losses: divide by what was summed */
    const int32_t *label; /* SELECT, CROSS_ENTROPY: the class of each row */
};

struct lp_graph {
    lp_type type;
    const lp_kernels *num;
    const lp_op_row *ops; /* lp_ops; a test may put a table of its own here */
    lp_node *node;
    int count;
    size_t capacity; /* of node */
    int root;
    lp_arena memory; /* the graph's own values, gradients and scratch */
    lp_error error;
    bool failed;
};

/* An empty graph; freed with lp_graph_free. */
lp_graph *lp_graph_new(lp_type type);
void lp_graph_free(lp_graph *g);

/* A leaf whose value is borrowed and which gets a gradient, written to `gradient` by every
 * backward pass. NULL as gradient makes it a constant. */
int lp_graph_parameter(lp_graph *g, size_t rows, size_t cols, void *value, void *gradient);

/* A leaf without a gradient, whose value lp_graph_set names before a run. With `batch`, rows is
 * the most that a run may have. */
int lp_graph_input(lp_graph *g, size_t rows, size_t cols, bool batch);
void lp_graph_set(lp_graph *g, int node, const void *value);

/* A node that applies `op` to the operands (-1 for those that are not there). */
int lp_graph_apply3(lp_graph *g, lp_op op, int a, int b, int c);
#define LP_GRAPH_APPLY(g, op, a, b, c, ...) lp_graph_apply3(g, op, a, b, c)
#define lp_graph_apply(g, op, ...) LP_GRAPH_APPLY(g, op, __VA_ARGS__, -1, -1, -1)

/* y = map(x wᵀ + b): x (n, in), w (out, in), b (1, out) or (1, 1) or absent (-1). */
int lp_graph_linear(lp_graph *g, lp_unary map, int x, int w, int b);

/* x, (1, 1) or (1, cols) or (rows, 1), repeated to (rows, cols). */
int lp_graph_expand(lp_graph *g, int x, size_t rows, size_t cols);

/* Attributes of a node. Labels are borrowed, one for each row of a run, and have to be below
 * the columns. */
void lp_graph_set_mean(lp_graph *g, int node);
void lp_graph_set_labels(lp_graph *g, int node, const int32_t *label);

/* Ends the building: `root`, a (1, 1) node, is what is differentiated. Reports the first mistake
 * made while building; a node on the way from a parameter to the root whose op has no backward is
 * one. Allocates all that the runs need. */
int lp_graph_finish(lp_graph *g, int root, lp_error *e);

/* From now on batches have this many rows, 1 .. those of the build. */
void lp_graph_set_rows(lp_graph *g, size_t rows);

void lp_graph_forward(lp_graph *g);

/* Derivatives of the root by every parameter (and by every node between), after lp_graph_forward.
 * They replace what was in the gradients; within the pass, a value used twice sums both. */
void lp_graph_backward(lp_graph *g);

/* A gradient is that of the last backward pass, of a leaf: between the leaves it is used up. */
const void *lp_graph_value(const lp_graph *g, int node);
const void *lp_graph_gradient(const lp_graph *g, int node);

/* The root's value, as a double. */
double lp_graph_loss(const lp_graph *g);

#endif
