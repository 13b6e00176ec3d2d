/* Each op is one screen: shape rule, forward, backward; its row is in the table at the end. Those
 * on pictures are in ops_pictures.c. In the comments y is the node's value, dy its gradient dL/dy,
 * and da = dL/da that of an operand. */
#include "autodiff/op.h"

#include <string.h>

/* ---- products ---- */

static void matmul_forward(const lp_graph *g, lp_node *n) {
    const lp_node *a = operand(g, n, 0), *b = operand(g, n, 1);
    lp_form form = n->op == LP_OP_MATMUL_NN ? LP_NN : n->op == LP_OP_MATMUL_NT ? LP_NT : LP_TN;
    g->num->gemm(form, n->rows, n->cols, form == LP_TN ? a->rows : a->cols, a->value, b->value,
                 n->value, false);
}

/* y (m, n) = a b, a (m, k), b (k, n). da = dy bᵀ, db = aᵀ dy. */
static int matmul_nn_shape(const lp_graph *g, lp_node *n, lp_error *e) {
    const lp_node *a = operand(g, n, 0), *b = operand(g, n, 1);
    if (a->cols != b->rows || b->batch)
        return misfit(e, "a b: a's columns are b's rows, and b cannot be a batch", a, b);
    return set_shape(n, a->rows, b->cols, a->batch);
}

static void matmul_nn_backward(const lp_graph *g, lp_node *n) {
    const lp_node *a = operand(g, n, 0), *b = operand(g, n, 1);
    add_product(g, wanted(g, n, 0), LP_NT, n->cols, n->gradient, b->value);
    add_product(g, wanted(g, n, 1), LP_TN, n->rows, a->value, n->gradient);
}

/* y (m, n) = a bᵀ, a (m, k), b (n, k). da = dy b, db = dyᵀ a. */
static int matmul_nt_shape(const lp_graph *g, lp_node *n, lp_error *e) {
    const lp_node *a = operand(g, n, 0), *b = operand(g, n, 1);
    if (a->cols != b->cols || b->batch)
        return misfit(e, "a bᵀ: the same columns in both, and b cannot be a batch", a, b);
    return set_shape(n, a->rows, b->rows, a->batch);
}

static void matmul_nt_backward(const lp_graph *g, lp_node *n) {
    const lp_node *a = operand(g, n, 0), *b = operand(g, n, 1);
    add_product(g, wanted(g, n, 0), LP_NN, n->cols, n->gradient, b->value);
    add_product(g, wanted(g, n, 1), LP_TN, n->rows, n->gradient, a->value);
}

/* y (m, n) = aᵀ b, a (k, m), b (k, n). da = b dyᵀ, db = a dy. */
static int matmul_tn_shape(const lp_graph *g, lp_node *n, lp_error *e) {
    const lp_node *a = operand(g, n, 0), *b = operand(g, n, 1);
    if (a->rows != b->rows || a->batch != b->batch)
        return misfit(e, "aᵀ b: the same rows in both", a, b);
    return set_shape(n, a->cols, b->cols, false);
}

static void matmul_tn_backward(const lp_graph *g, lp_node *n) {
    const lp_node *a = operand(g, n, 0), *b = operand(g, n, 1);
    add_product(g, wanted(g, n, 0), LP_NT, n->cols, b->value, n->gradient);
    add_product(g, wanted(g, n, 1), LP_NN, n->rows, a->value, n->gradient);
}

/* ---- a layer ---- */

/* y (n, out) = f(z), z = x wᵀ + b: x (n, in), w (out, in), b (1, out) or (1, 1) or absent.
 * With dz = dy f'(z): dx = dz w, dw = dzᵀ x, db = dz summed over what b was repeated over. */
static int linear_shape(const lp_graph *g, lp_node *n, lp_error *e) {
    if (matmul_nt_shape(g, n, e))
        return -1;
    const lp_node *w = operand(g, n, 1), *b = n->operands > 2 ? operand(g, n, 2) : NULL;
    if (b != NULL && (b->rows != 1 || (b->cols != 1 && b->cols != w->rows)))
        return misfit(e, "a bias has one column, or one for each row of the weights", w, b);
    return 0;
}

/* To learn from: the derivatives above, one after another. linear_backward gives the same bits. */
void lp_linear_backward_plain(const lp_graph *g, lp_node *n) {
    const lp_node *x = operand(g, n, 0), *w = operand(g, n, 1);
    lp_node *dx = wanted(g, n, 0), *dw = wanted(g, n, 1), *db = wanted(g, n, 2);
    void *dz = n->gradient; /* in place of dy; f' is computed from y */
    g->num->unary_backward(lp_activations[n->activation].unary, size(n), n->value, n->value,
                           n->gradient, dz, false);
    add_product(g, dw, LP_TN, n->rows, dz, x->value);
    if (db != NULL && db->cols == n->cols)
        g->num->sum_over_rows(n->rows, n->cols, dz, db->gradient, accumulate(db));
    else if (db != NULL)
        g->num->sum_each_row(1, size(n), dz, db->gradient, accumulate(db));
    add_product(g, dx, LP_NN, n->cols, dz, w->value);
}

/* The fast form goes over the matrices in pieces that stay in the cache from one pass to the next.
 * That changes no bit: each element's sum has the order that num/kernels.h states. */
enum {
    SHORT_PRODUCT = 32,    /* steps of a product whose time goes into memory */
    L1_BYTES = 16 * 1024,  /* of a product, still in the first cache at the next pass over it */
    L2_BYTES = 48 * 1024,  /* the same for the second */
    ROWS_OF_A_BLOCK = 256, /* the kernels' own, so that blocks can be added one by one */
};

/* How many rows of a product (., cols) of k steps are best computed before f goes over them. */
static size_t rows_at_once(const lp_graph *g, size_t k, size_t cols) {
    size_t rows = L1_BYTES / (cols * g->type.size);
    return k > SHORT_PRODUCT || rows == 0 ? SIZE_MAX : rows;
}

static size_t min(size_t a, size_t b) {
    return a < b ? a : b;
}

static void linear_forward(const lp_graph *g, lp_node *n) {
    const lp_node *x = operand(g, n, 0), *w = operand(g, n, 1);
    const lp_node *b = n->operands > 2 ? operand(g, n, 2) : NULL;
    lp_unary f = lp_activations[n->activation].unary;
    size_t max = rows_at_once(g, x->cols, n->cols);
    for (size_t r = 0, rows; r < n->rows; r += rows) {
        rows = min(max, n->rows - r);
        void *y = part(g, n->value, r * n->cols);
        g->num->gemm(LP_NT, rows, n->cols, x->cols, part(g, x->value, r * x->cols), w->value, y,
                     false);
        if (b != NULL || f != LP_IDENTITY)
            g->num->bias_unary(f, rows, n->cols, b ? b->value : NULL, b ? b->cols : 0, y);
    }
}

/* dw and db, of as many columns as dz: each block of dz serves both while it is in the cache. */
static void weight_and_bias_backward(const lp_graph *g, const lp_node *n, lp_node *dw,
                                     lp_node *db) {
    const lp_node *x = operand(g, n, 0), *w = operand(g, n, 1);
    bool in_blocks =
        dw != NULL && db != NULL && ROWS_OF_A_BLOCK * n->cols * g->type.size <= L2_BYTES;
    size_t max = in_blocks ? ROWS_OF_A_BLOCK : n->rows;
    for (size_t r = 0, rows; r < n->rows; r += rows) {
        rows = min(max, n->rows - r);
        const void *dz = part(g, n->gradient, r * n->cols);
        if (dw != NULL)
            g->num->gemm(LP_TN, w->rows, w->cols, rows, dz, part(g, x->value, r * x->cols),
                         dw->gradient, accumulate(dw));
        if (db != NULL)
            g->num->sum_over_rows(rows, n->cols, dz, db->gradient, accumulate(db));
    }
}

static void linear_backward(const lp_graph *g, lp_node *n) {
    const lp_node *w = operand(g, n, 1);
    const void *dz = n->gradient;
    if (n->activation != LP_ACTIVATION_IDENTITY && !n->is_dz)
        dy_to_dz(g, n, 0, n->rows);
    lp_node *dx = wanted(g, n, 0), *dw = wanted(g, n, 1), *db = wanted(g, n, 2);
    weight_and_bias_backward(g, n, dw, db != NULL && db->cols == n->cols ? db : NULL);
    if (db != NULL && db->cols != n->cols)
        g->num->sum_each_row(1, size(n), dz, db->gradient, accumulate(db));
    if (dx == NULL)
        return;
    /* Where x is a layer and nothing else adds to its gradient, its dz follows at once. */
    bool add = accumulate(dx);
    dx->is_dz =
        dx->op == LP_OP_LINEAR && dx->activation != LP_ACTIVATION_IDENTITY && dx->readers == 1;
    size_t max = dx->is_dz ? rows_at_once(g, n->cols, dx->cols) : SIZE_MAX;
    for (size_t r = 0, rows; r < dx->rows; r += rows) {
        rows = min(max, dx->rows - r);
        g->num->gemm(LP_NN, rows, dx->cols, n->cols, part(g, dz, r * n->cols), w->value,
                     part(g, dx->gradient, r * dx->cols), add);
        if (dx->is_dz)
            dy_to_dz(g, dx, r, rows);
    }
}

/* ---- elementwise, two operands, each repeated along an axis where it has 1 ---- */

static int binary_shape(const lp_graph *g, lp_node *n, lp_error *e) {
    const lp_node *a = operand(g, n, 0), *b = operand(g, n, 1);
    size_t rows = a->rows > b->rows ? a->rows : b->rows;
    size_t cols = a->cols > b->cols ? a->cols : b->cols;
    if ((a->rows != rows && a->rows != 1) || (a->cols != cols && a->cols != 1) ||
        (b->rows != rows && b->rows != 1) || (b->cols != cols && b->cols != 1) ||
        (a->batch && b->batch && a->rows != b->rows) ||
        (a->batch != b->batch && (a->batch ? b->rows : a->rows) != 1))
        return misfit(e, "along each axis the same number, or 1", a, b);
    return set_shape(n, rows, cols, a->batch || b->batch);
}

/* y, in n's shape, = d ∘ x, d in n's shape, x repeated. */
static void repeat(const lp_graph *g, lp_binary f, const lp_node *n, const void *d,
                   const lp_node *x, void *y) {
    g->num->binary(f, n->rows, n->cols, d, n->rows, n->cols, x->value, x->rows, x->cols, y, false);
}

static void binary_forward(const lp_graph *g, lp_node *n) {
    const lp_node *a = operand(g, n, 0), *b = operand(g, n, 1);
    g->num->binary((lp_binary)(n->op - LP_OP_ADD), n->rows, n->cols, a->value, a->rows, a->cols,
                   b->value, b->rows, b->cols, n->value, false);
}

/* y = a + b: da = dy, db = dy. y = a - b: db = -dy. */
static void add_backward(const lp_graph *g, lp_node *n) {
    add_reduced(g, wanted(g, n, 0), 1, n, n->gradient, n->scratch);
    add_reduced(g, wanted(g, n, 1), n->op == LP_OP_ADD ? 1 : -1, n, n->gradient, n->scratch);
}

/* y = a b: da = dy b, db = dy a. */
static void multiply_backward(const lp_graph *g, lp_node *n) {
    void *d = n->scratch, *sums = part(g, d, size(n));
    for (int i = 0; i < 2; i++)
        if (wanted(g, n, i) != NULL) {
            repeat(g, LP_MULTIPLY, n, n->gradient, operand(g, n, 1 - i), d);
            add_reduced(g, wanted(g, n, i), 1, n, d, sums);
        }
}

/* y = a / b: da = dy / b, db = -(dy / b) y. */
static void divide_backward(const lp_graph *g, lp_node *n) {
    void *d = n->scratch, *sums = part(g, d, size(n));
    repeat(g, LP_DIVIDE, n, n->gradient, operand(g, n, 1), d);
    add_reduced(g, wanted(g, n, 0), 1, n, d, sums);
    binary(g, LP_MULTIPLY, n, d, n->value, d);
    add_reduced(g, wanted(g, n, 1), -1, n, d, sums);
}

/* ---- sums and shapes ---- */

/* y = the sum of x: dx = dy everywhere. The mean divides by the number of elements. */
static void sum_forward(const lp_graph *g, lp_node *n) {
    const lp_node *x = operand(g, n, 0);
    double sum = g->num->sum(size(x), x->value);
    g->num->fill(1, n->op == LP_OP_MEAN ? sum / (double)size(x) : sum, n->value);
}

static void sum_backward(const lp_graph *g, lp_node *n) {
    lp_node *dx = only_wanted(g, n);
    double dy = scalar(g, n->gradient);
    g->num->fill(1, n->op == LP_OP_MEAN ? dy / (double)size(dx) : dy, n->scratch);
    g->num->binary(LP_ADD, dx->rows, dx->cols, accumulator(g, dx), dx->rows, dx->cols, n->scratch,
                   1, 1, dx->gradient, false);
}

/* y (rows, 1) = the sum of each row: dx = dy along the row. */
static void row_sum_forward(const lp_graph *g, lp_node *n) {
    const lp_node *x = operand(g, n, 0);
    g->num->sum_each_row(x->rows, x->cols, x->value, n->value, false);
}

static void row_sum_backward(const lp_graph *g, lp_node *n) {
    lp_node *dx = only_wanted(g, n);
    binary_column(g, LP_ADD, dx, accumulator(g, dx), n->gradient, dx->gradient);
}

/* y = x repeated to the shape that lp_graph_expand asked for: dx = dy summed. */
static int expand_shape(const lp_graph *g, lp_node *n, lp_error *e) {
    const lp_node *x = operand(g, n, 0);
    if ((x->rows != n->rows && x->rows != 1) || (x->cols != n->cols && x->cols != 1) ||
        (x->batch && x->rows != n->rows))
        return misfit(e, "along each axis the same number, or 1 to be repeated", x, n);
    n->batch = x->batch;
    return 0;
}

static void expand_forward(const lp_graph *g, lp_node *n) {
    g->num->fill(size(n), 0, n->value);
    repeat(g, LP_ADD, n, n->value, operand(g, n, 0), n->value);
}

static void expand_backward(const lp_graph *g, lp_node *n) {
    add_reduced(g, wanted(g, n, 0), 1, n, n->gradient, n->scratch);
}

/* y (1, n) = x (n, 1): a column becomes a row. */
static int squeeze_shape(const lp_graph *g, lp_node *n, lp_error *e) {
    const lp_node *x = operand(g, n, 0);
    if (x->cols != 1 || x->batch)
        return lp_fail(e, "(%zu, %zu) is not a column, or is a batch", x->rows, x->cols);
    return set_shape(n, 1, x->rows, false);
}

static void squeeze_forward(const lp_graph *g, lp_node *n) {
    memcpy(n->value, operand(g, n, 0)->value, size(n) * g->type.size);
}

static void squeeze_backward(const lp_graph *g, lp_node *n) {
    add_scaled(g, only_wanted(g, n), 1, n->gradient);
}

/* ---- elementwise, one operand: y = f(x), dx = dy f'(x) ---- */

static void unary_forward(const lp_graph *g, lp_node *n) {
    g->num->unary(g->ops[n->op].unary, size(n), operand(g, n, 0)->value, n->value);
}

static void unary_backward(const lp_graph *g, lp_node *n) {
    lp_node *dx = only_wanted(g, n);
    g->num->unary_backward(g->ops[n->op].unary, size(n), dx->value, n->value, n->gradient,
                           dx->gradient, accumulate(dx));
}

/* ---- row by row ---- */

/* y = softmax(x): dx = y (dy - s), s = the sum of y dy along the row. */
static void softmax_forward(const lp_graph *g, lp_node *n) {
    g->num->softmax(n->rows, n->cols, operand(g, n, 0)->value, n->value);
}

static void softmax_backward(const lp_graph *g, lp_node *n) {
    void *d = n->scratch, *s = part(g, d, size(n));
    binary(g, LP_MULTIPLY, n, n->value, n->gradient, d);
    g->num->sum_each_row(n->rows, n->cols, d, s, false);
    binary_column(g, LP_SUBTRACT, n, n->gradient, s, d);
    binary(g, LP_MULTIPLY, n, d, n->value, d);
    add_scaled(g, only_wanted(g, n), 1, d);
}

/* y = log softmax(x): dx = dy - exp(y) s, s = the sum of dy along the row. */
static void log_softmax_forward(const lp_graph *g, lp_node *n) {
    g->num->log_softmax(n->rows, n->cols, operand(g, n, 0)->value, n->value);
}

static void log_softmax_backward(const lp_graph *g, lp_node *n) {
    void *d = n->scratch, *s = part(g, d, size(n));
    g->num->sum_each_row(n->rows, n->cols, n->gradient, s, false);
    g->num->unary(LP_EXP, size(n), n->value, d);
    binary_column(g, LP_MULTIPLY, n, d, s, d);
    binary(g, LP_SUBTRACT, n, n->gradient, d, d);
    add_scaled(g, only_wanted(g, n), 1, d);
}

/* y = x / t, t = the sum of x along the row: dx = (dy - s) / t, s = the sum of y dy. */
static void normalise_forward(const lp_graph *g, lp_node *n) {
    const lp_node *x = operand(g, n, 0);
    void *t = n->scratch;
    g->num->sum_each_row(n->rows, n->cols, x->value, t, false);
    binary_column(g, LP_DIVIDE, n, x->value, t, n->value);
}

static void normalise_backward(const lp_graph *g, lp_node *n) {
    void *t = n->scratch, *s = part(g, t, n->rows), *d = part(g, s, n->rows);
    binary(g, LP_MULTIPLY, n, n->value, n->gradient, d);
    g->num->sum_each_row(n->rows, n->cols, d, s, false);
    binary_column(g, LP_SUBTRACT, n, n->gradient, s, d);
    binary_column(g, LP_DIVIDE, n, d, t, d);
    add_scaled(g, only_wanted(g, n), 1, d);
}

/* y (rows, 1) = x[r, label[r]]: dx = dy at the label, 0 elsewhere. */
static void select_forward(const lp_graph *g, lp_node *n) {
    const lp_node *x = operand(g, n, 0);
    for (size_t r = 0; r < n->rows; r++)
        memcpy(part(g, n->value, r), part(g, x->value, r * x->cols + (size_t)n->label[r]),
               g->type.size);
}

static void select_backward(const lp_graph *g, lp_node *n) {
    lp_node *dx = only_wanted(g, n);
    void *to = accumulator(g, dx);
    for (size_t r = 0; r < n->rows; r++)
        g->num->axpy(1, 1, part(g, n->gradient, r),
                     part(g, to, r * dx->cols + (size_t)n->label[r]));
}

/* ---- losses ---- */

/* The rows that a mean over these is over: of the batch that they are a part of. */
static double mean_rows(const lp_graph *g, size_t rows) {
    return (double)(g->batch_rows > 0 ? g->batch_rows : rows);
}

/* y = the sum, or the mean over the elements, of (a - b)²: da = 2 dy (a - b), db = -da. */
static int squared_error_shape(const lp_graph *g, lp_node *n, lp_error *e) {
    const lp_node *a = operand(g, n, 0), *b = operand(g, n, 1);
    if (a->rows != b->rows || a->cols != b->cols || a->batch != b->batch)
        return misfit(e, "the same shape", a, b);
    return scalar_shape(g, n, e);
}

static void squared_error_forward(const lp_graph *g, lp_node *n) {
    const lp_node *a = operand(g, n, 0), *b = operand(g, n, 1);
    double sum = g->num->sum_squared_difference(size(a), a->value, b->value);
    g->num->fill(1, n->mean ? sum / (mean_rows(g, a->rows) * (double)a->cols) : sum, n->value);
}

static void squared_error_backward(const lp_graph *g, lp_node *n) {
    const lp_node *a = operand(g, n, 0), *b = operand(g, n, 1);
    double factor =
        2 * scalar(g, n->gradient) / (n->mean ? mean_rows(g, a->rows) * (double)a->cols : 1);
    binary(g, LP_SUBTRACT, a, a->value, b->value, n->scratch);
    add_reduced(g, wanted(g, n, 0), factor, a, n->scratch, NULL);
    add_reduced(g, wanted(g, n, 1), -factor, a, n->scratch, NULL);
}

/* y = the sum, or the mean over the rows, of the cross-entropy between softmax(x) and the class
 * label[r], or the distribution target[r, :]: dx = dy (softmax(x) - target). */
static int cross_entropy_soft_shape(const lp_graph *g, lp_node *n, lp_error *e) {
    if (operand(g, n, 1)->needs_gradient)
        return lp_fail(e, "the target is a parameter (it has to be data)");
    return squared_error_shape(g, n, e);
}

static void cross_entropy_forward(const lp_graph *g, lp_node *n) {
    const lp_node *x = operand(g, n, 0);
    const void *target = n->operands > 1 ? operand(g, n, 1)->value : NULL;
    void *p = n->scratch, *loss = part(g, p, size(x));
    g->num->softmax_cross_entropy(x->rows, x->cols, x->value, target ? NULL : n->label, target,
                                  loss, p);
    double sum = g->num->sum(x->rows, loss);
    g->num->fill(1, n->mean ? sum / mean_rows(g, x->rows) : sum, n->value);
}

static void cross_entropy_backward(const lp_graph *g, lp_node *n) {
    lp_node *dx = only_wanted(g, n);
    const void *p = n->scratch, *target = n->operands > 1 ? operand(g, n, 1)->value : NULL;
    double factor = scalar(g, n->gradient) / (n->mean ? mean_rows(g, dx->rows) : 1);
    g->num->softmax_cross_entropy_backward(dx->rows, dx->cols, p, target ? NULL : n->label, target,
                                           factor, dx->gradient, !accumulate(dx));
}

/* ---- the tables ---- */

#define ACTIVATION(NAME, text, formula, kink, input)                                               \
    [LP_ACTIVATION_##NAME] = {.name = text,                                                        \
                              .unary = LP_##NAME,                                                  \
                              .op = LP_OP_##NAME,                                                  \
                              .has_kink = kink,                                                    \
                              .needs_input = input},

const lp_activation_row lp_activations[LP_ACTIVATION_COUNT] = {LP_ACTIVATIONS(ACTIVATION)};

#define FUNCTIONS(op) op##_shape, op##_forward, op##_backward
#define MATMUL(op) 2, 2, op##_shape, matmul_forward, op##_backward
#define BINARY(op) 2, 2, binary_shape, binary_forward, op##_backward
#define UNARY(f) 1, 1, same_shape, unary_forward, unary_backward, .unary = f
#define ACTIVATION_OP(NAME, text, formula, kink, input)                                            \
    [LP_OP_##NAME] = {text, formula, UNARY(LP_##NAME), .has_kink = kink},

// clang-format off
const lp_op_row lp_ops[LP_OPS] = {
    [LP_OP_LEAF] = {"leaf", "a parameter or an input"},

    [LP_OP_MATMUL_NN] = {"matmul-nn", "a b", MATMUL(matmul_nn)},
    [LP_OP_MATMUL_NT] = {"matmul-nt", "a bᵀ", MATMUL(matmul_nt)},
    [LP_OP_MATMUL_TN] = {"matmul-tn", "aᵀ b", MATMUL(matmul_tn)},
    [LP_OP_LINEAR] = {"linear", "f(x wᵀ + b)", 2, 3, FUNCTIONS(linear), .takes_activation = true},

    [LP_OP_ADD] = {"add", "a + b", BINARY(add), .scratch_matrices = 1},
    [LP_OP_SUBTRACT] = {"subtract", "a - b", BINARY(add), .scratch_matrices = 1},
    [LP_OP_MULTIPLY] = {"multiply", "a * b", BINARY(multiply), .scratch_matrices = 2},
    [LP_OP_DIVIDE] = {"divide", "a / b", BINARY(divide), .scratch_matrices = 2,
                      .domain = LP_DOMAIN_NONZERO},

    [LP_OP_SUM] = {"sum", "Σ x", 1, 1, scalar_shape, sum_forward, sum_backward,
                   .scratch_columns = 1},
    [LP_OP_ROW_SUM] = {"row-sum", "Σ x along each row", 1, 1, column_shape, row_sum_forward,
                       row_sum_backward},
    [LP_OP_MEAN] = {"mean", "Σ x / n", 1, 1, scalar_shape, sum_forward, sum_backward,
                    .scratch_columns = 1},
    [LP_OP_EXPAND] = {"expand", "x repeated", 1, 1, FUNCTIONS(expand), .takes_shape = true,
                      .scratch_matrices = 1},
    [LP_OP_SQUEEZE] = {"squeeze", "(n, 1) to (1, n)", 1, 1, FUNCTIONS(squeeze)},

    [LP_OP_EXP] = {"exp", "exp x", UNARY(LP_EXP)},
    [LP_OP_LOG] = {"log", "ln x", UNARY(LP_LOG), .domain = LP_DOMAIN_POSITIVE},
    [LP_OP_SQRT] = {"sqrt", "√x", UNARY(LP_SQRT), .domain = LP_DOMAIN_POSITIVE},
    [LP_OP_SQUARE] = {"square", "x²", UNARY(LP_SQUARE)},
    [LP_OP_NEGATE] = {"negate", "-x", UNARY(LP_NEGATE)},
    LP_ACTIVATIONS(ACTIVATION_OP)

    [LP_OP_SOFTMAX] = {"softmax", "exp x / Σ exp x, each row", 1, 1, same_shape, softmax_forward,
                       softmax_backward, .scratch_matrices = 1, .scratch_columns = 1},
    [LP_OP_LOG_SOFTMAX] = {"log-softmax", "x - ln Σ exp x, each row", 1, 1, same_shape,
                           log_softmax_forward, log_softmax_backward, .scratch_matrices = 1,
                           .scratch_columns = 1},
    [LP_OP_NORMALISE] = {"normalise", "x / Σ x, each row", 1, 1, same_shape, normalise_forward,
                         normalise_backward, .scratch_matrices = 1, .scratch_columns = 2,
                         .domain = LP_DOMAIN_POSITIVE},
    [LP_OP_SELECT] = {"select", "x[r, label of r]", 1, 1, column_shape, select_forward,
                      select_backward},

    [LP_OP_CONV] = {"conv", "f(x * w + b), pictures", 2, 3, FUNCTIONS(lp_conv),
                    .scratch_matrices = 1, .takes_activation = true, .takes_window = true},
    [LP_OP_MAX_POOL] = {"max-pool", "the largest of each window", 1, 1, FUNCTIONS(lp_max_pool),
                        .scratch_matrices = 1, .takes_window = true, .has_choices = true},
    [LP_OP_AVERAGE_POOL] = {"average-pool", "the mean of each window", 1, 1,
                            FUNCTIONS(lp_average_pool), .takes_window = true},
    [LP_OP_CHANNELS_FIRST] = {"channels-first", "(h, w, c) to (c, h, w)", 1, 1,
                              FUNCTIONS(lp_channels_first), .scratch_matrices = 1,
                              .takes_window = true},
    [LP_OP_BATCH_NORM] = {"batch-norm", "(x - mean) / sd * gamma + beta, each channel", 3, 3,
                          FUNCTIONS(lp_batch_norm), .scratch_matrices = 3,
                          .scratch_rows = 6,
                          .takes_window = true, .takes_mode = true,
                          .domain = LP_DOMAIN_SPREAD},
    [LP_OP_DROPOUT] = {"dropout", "x or 0 at random, / (1 - rate)", 1, 1, same_shape,
                       lp_dropout_forward, lp_dropout_backward, .takes_mode = true},

    [LP_OP_SQUARED_ERROR] = {"squared-error", "Σ (a - b)²", 2, 2, FUNCTIONS(squared_error),
                             .scratch_matrices = 1},
    [LP_OP_CROSS_ENTROPY] = {"cross-entropy", "-Σ ln softmax(x)[r, label of r]", 1, 1,
                             scalar_shape, cross_entropy_forward, cross_entropy_backward,
                             .scratch_matrices = 1, .scratch_columns = 1},
    [LP_OP_CROSS_ENTROPY_SOFT] = {"cross-entropy-soft", "-Σ t ln softmax(x)", 2, 2,
                                  cross_entropy_soft_shape, cross_entropy_forward,
                                  cross_entropy_backward, .scratch_matrices = 1,
                                  .scratch_columns = 1, .domain = LP_DOMAIN_POSITIVE},
};
// clang-format on
