/* The operations of autodiff/graph: one row of lp_ops each, and nothing else lists them. To add one
 * is to add its name to the enum and its row, with a shape rule, a forward and a backward, to the
 * table; gradcheck then covers it. */
#ifndef LP_AUTODIFF_OPS_H
#define LP_AUTODIFF_OPS_H

#include "base/error.h"
#include "num/kernels.h"

#include <stdbool.h>

typedef struct lp_graph lp_graph;
typedef struct lp_node lp_node;

typedef enum {
    LP_OP_LEAF, /* a parameter or an input */
    LP_OP_MATMUL_NN,
    LP_OP_MATMUL_NT,
    LP_OP_MATMUL_TN,
    LP_OP_LINEAR,
    LP_OP_ADD,
    LP_OP_SUBTRACT,
    LP_OP_MULTIPLY,
    LP_OP_DIVIDE,
    LP_OP_SUM,
    LP_OP_ROW_SUM,
    LP_OP_MEAN,
    LP_OP_EXPAND,
    LP_OP_SQUEEZE,
    LP_OP_EXP,
    LP_OP_LOG,
    LP_OP_SQRT,
    LP_OP_SQUARE,
    LP_OP_NEGATE,
    LP_OP_RELU,
    LP_OP_SIGMOID,
    LP_OP_TANH,
    LP_OP_SOFTMAX,
    LP_OP_LOG_SOFTMAX,
    LP_OP_NORMALISE,
    LP_OP_SELECT,
    LP_OP_SQUARED_ERROR,
    LP_OP_CROSS_ENTROPY,
    LP_OP_CROSS_ENTROPY_SOFT,
    LP_OPS
} lp_op;

/* Where the last operand has to lie for the op to be defined: gradcheck keeps to it. */
typedef enum {
    LP_DOMAIN_ALL,
    LP_DOMAIN_POSITIVE, /* log, sqrt, the sums of normalise, a distribution */
    LP_DOMAIN_NONZERO,  /* a divisor */
} lp_domain;

typedef struct {
    const char *name;
    const char *formula; /* for the reader of gradcheck's table */
    int least_operands, most_operands;
    lp_domain domain;  /* of the last operand */
    bool takes_labels; /* reads node.label */
    bool takes_map;    /* reads node.map */
    bool takes_shape;  /* its rows and cols are set by who builds it */
    lp_unary map;      /* of the elementwise functions */

    /* Scratch for each node of this op: so many matrices, and so many columns, of the widest
     * shape among the node and its first operand. */
    int scratch_matrices, scratch_columns;

    /* Sets n->rows, cols and batch from the operands; -1 and e (expected and got) where they do
     * not fit. */
    int (*shape)(const lp_graph *g, lp_node *n, lp_error *e);
    /* n->value from the operands' values. */
    void (*forward)(const lp_graph *g, lp_node *n);
    /* Adds to the gradient of every operand that needs one, from n->gradient. */
    void (*backward)(const lp_graph *g, lp_node *n);
} lp_op_row;

/* The table, indexed by lp_op. */
extern const lp_op_row lp_ops[LP_OPS];

#endif
