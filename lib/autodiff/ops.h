/* The operations of autodiff/graph, one row of lp_ops each, and the activations, one row of
 * LP_ACTIVATIONS each; everything else reads these tables.
 *
 * A new op is its name in the enum and its row, with a shape rule, a forward and a backward, in
 * ops.c; gradcheck then covers it. A new activation is a function of num/kernels.h and a row here;
 * it is then an op, an activation of a layer, and a choice of train-mlp. */
#ifndef LP_AUTODIFF_OPS_H
#define LP_AUTODIFF_OPS_H

#include "base/error.h"
#include "base/values.h"
#include "num/kernels.h"

typedef struct lp_graph lp_graph;
typedef struct lp_node lp_node;

/* The function is lp_unary's of the same name. Its derivative is computed from its value, or, where
 * the last column says so, from its input. A kink is a point without a derivative (or, of ELU,
 * without a second one), which gradcheck avoids. */
// clang-format off
#define LP_ACTIVATIONS(ROW)                                                            \
    /*  enum        name          formula                     kink at 0  from input */ \
    ROW(RELU,       "relu",       "max(x, 0)",                true,      false)        \
    ROW(SIGMOID,    "sigmoid",    "1 / (1 + exp -x)",         false,     false)        \
    ROW(TANH,       "tanh",       "tanh x",                   false,     false)        \
    ROW(IDENTITY,   "identity",   "x",                        false,     false)        \
    ROW(LEAKY_RELU, "leaky-relu", "x, below 0 x / 100",       true,      false)        \
    ROW(ELU,        "elu",        "x, below 0 exp x - 1",     true,      false)        \
    ROW(GELU,       "gelu",       "x (1 + erf(x / √2)) / 2",  false,     true)         \
    ROW(SILU,       "silu",       "x / (1 + exp -x)",         false,     true)
// clang-format on

#define LP_ACTIVATION_CHOICES LP_CHOICES(LP_ACTIVATIONS)

#define LP_AS_ACTIVATION(NAME, ...) LP_ACTIVATION_##NAME,
typedef enum { LP_ACTIVATIONS(LP_AS_ACTIVATION) LP_ACTIVATION_COUNT } lp_activation;

#define LP_AS_OP(NAME, ...) LP_OP_##NAME,
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
    LP_ACTIVATIONS(LP_AS_OP) /* RELU, SIGMOID, ... */
    LP_OP_SOFTMAX,
    LP_OP_LOG_SOFTMAX,
    LP_OP_NORMALISE,
    LP_OP_SELECT,
    LP_OP_CONV, /* of pictures: see num/window.h for their layout */
    LP_OP_MAX_POOL,
    LP_OP_AVERAGE_POOL,
    LP_OP_CHANNELS_FIRST,
    LP_OP_BATCH_NORM,
    LP_OP_DROPOUT,
    LP_OP_SQUARED_ERROR,
    LP_OP_CROSS_ENTROPY,
    LP_OP_CROSS_ENTROPY_SOFT,
    LP_OPS
} lp_op;

typedef struct {
    const char *name;
    lp_unary unary;
    lp_op op; /* that applies it */
    bool has_kink;
    bool needs_input; /* its derivative needs its input: it stays a node of its own */
} lp_activation_row;

extern const lp_activation_row lp_activations[LP_ACTIVATION_COUNT];

/* Where an op is defined, as a condition on its last operand, or on the first for SPREAD: gradcheck
 * keeps to it. */
typedef enum {
    LP_DOMAIN_ALL,
    LP_DOMAIN_POSITIVE, /* log, sqrt, the sums of normalise, a distribution */
    LP_DOMAIN_NONZERO,  /* a divisor */
    LP_DOMAIN_SPREAD,   /* batch-norm: of nearly equal values, no difference shows the gradient */
} lp_domain;

typedef struct {
    const char *name;
    const char *formula; /* for the reader of gradcheck's table */
    int min_operands, max_operands;

    /* Sets n->rows, cols and batch from the operands; -1 and e (expected and got) where they do
     * not fit. */
    int (*shape)(const lp_graph *g, lp_node *n, lp_error *e);
    /* n->value from the operands' values. */
    void (*forward)(const lp_graph *g, lp_node *n);
    /* Adds to the gradient of every operand that needs one, from n->gradient, which it may use up.
     */
    void (*backward)(const lp_graph *g, lp_node *n);

    /* Scratch for each node: so many matrices, columns and rows of the widest shape among the node
     * and its first operand. */
    int scratch_matrices, scratch_columns, scratch_rows;
    lp_domain domain;

    /* Attributes: what an op reads from its node besides the operands, or has in its row. */
    bool takes_activation; /* node.activation */
    bool takes_shape;      /* node.rows and cols, set by who builds it */
    bool takes_window;     /* node.window, the same */
    bool takes_mode;       /* lp_graph_set_training makes a difference */
    lp_unary unary;        /* of the elementwise functions */
    bool has_kink;         /* at 0 */
    bool has_choices; /* scratch begins with a number for each value; a kink where one changes */
} lp_op_row;

/* The table, indexed by lp_op. */
extern const lp_op_row lp_ops[LP_OPS];

/* LINEAR's backward without its shortcuts, to read and to hold the fast one against: the same
 * bits. */
void lp_linear_backward_plain(const lp_graph *g, lp_node *n);

#endif
