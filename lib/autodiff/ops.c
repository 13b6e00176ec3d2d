#include "autodiff/ops.h"

#include "autodiff/graph.h"

/* ---- what the ops share ---- */

static const lp_node *operand(const lp_graph *g, const lp_node *n, int i) {
    return &g->node[n->operand[i]];
}

/* Operand i where its gradient is wanted, else NULL. */
static lp_node *wanted(const lp_graph *g, const lp_node *n, int i) {
    lp_node *in = i < n->operands ? &g->node[n->operand[i]] : NULL;
    return in != NULL && in->needs_gradient ? in : NULL;
}

/* False for the first contribution to a gradient in this pass, which replaces what is there; true
 * for the later ones, which add. */
static bool accumulate(lp_node *in) {
    bool before = in->has_gradient;
    in->has_gradient = true;
    return before;
}

/* For kernels that can only add: the gradient, set to zero before the first contribution. */
static void *accumulator(const lp_graph *g, lp_node *in) {
    if (!accumulate(in))
        g->num->fill(in->rows * in->cols, 0, in->gradient);
    return in->gradient;
}

static size_t size(const lp_node *n) {
    return n->rows * n->cols;
}

static double scalar(const lp_graph *g, const void *value) {
    return g->type.size == 4 ? (double)*(const float *)value : *(const double *)value;
}

/* in's gradient += alpha * d, d in the shape of in's gradient. */
static void add_scaled(const lp_graph *g, lp_node *in, double alpha, const void *d) {
    if (accumulate(in))
        g->num->axpy(size(in), alpha, d, in->gradient);
    else
        g->num->scale(size(in), alpha, d, in->gradient);
}

/* in's gradient += alpha * d, d (rows, cols) summed along the axes that `in` was repeated over:
 * the transpose of broadcasting. `room` holds a column for the sums. */
static void add_reduced(const lp_graph *g, lp_node *in, double alpha, size_t rows, size_t cols,
                        const void *d, void *room) {
    const lp_kernels *num = g->num;
    if (in->rows == rows && in->cols == cols) {
        add_scaled(g, in, alpha, d);
    } else if (in->cols == cols) {
        num->sum_over_rows(rows, cols, d, room, false);
        add_scaled(g, in, alpha, room);
    } else if (in->rows == rows) {
        num->sum_each_row(rows, cols, d, room, false);
        add_scaled(g, in, alpha, room);
    } else {
        num->fill(1, num->sum(rows * cols, d), room);
        add_scaled(g, in, alpha, room);
    }
}

static void *part(const lp_graph *g, const void *block, size_t elements) {
    return (char *)block + elements * g->type.size;
}

static int misfit(lp_error *e, const char *rule, const lp_node *a, const lp_node *b) {
    return lp_fail(e, "(%zu, %zu) and (%zu, %zu) do not fit (%s)", a->rows, a->cols, b->rows,
                   b->cols, rule);
}

static void set_shape(lp_node *n, size_t rows, size_t cols, bool batch) {
    n->rows = rows;
    n->cols = cols;
    n->batch = batch;
}

static int shape_of_first(const lp_graph *g, lp_node *n, lp_error *e) {
    (void)e;
    const lp_node *x = operand(g, n, 0);
    set_shape(n, x->rows, x->cols, x->batch);
    return 0;
}

static int shape_scalar(const lp_graph *g, lp_node *n, lp_error *e) {
    (void)g, (void)e;
    set_shape(n, 1, 1, false);
    return 0;
}

static int shape_column(const lp_graph *g, lp_node *n, lp_error *e) {
    (void)e;
    const lp_node *x = operand(g, n, 0);
    set_shape(n, x->rows, 1, x->batch);
    return 0;
}

/* ---- products ---- */

/* c (m, n) = a b, a (m, k), b (k, n). dL/da = dc bᵀ, dL/db = aᵀ dc. */
static int matmul_nn_shape(const lp_graph *g, lp_node *n, lp_error *e) {
    const lp_node *a = operand(g, n, 0), *b = operand(g, n, 1);
    if (a->cols != b->rows || b->batch)
        return misfit(e, "a b: a's columns are b's rows, which cannot be a batch", a, b);
    set_shape(n, a->rows, b->cols, a->batch);
    return 0;
}

static void matmul_nn_forward(const lp_graph *g, lp_node *n) {
    const lp_node *a = operand(g, n, 0), *b = operand(g, n, 1);
    g->num->gemm(LP_NN, n->rows, n->cols, a->cols, a->value, b->value, n->value, false);
}

static void matmul_nn_backward(const lp_graph *g, lp_node *n) {
    const lp_node *a = operand(g, n, 0), *b = operand(g, n, 1);
    lp_node *da = wanted(g, n, 0), *db = wanted(g, n, 1);
    if (da != NULL)
        g->num->gemm(LP_NT, a->rows, a->cols, n->cols, n->gradient, b->value, da->gradient,
                     accumulate(da));
    if (db != NULL)
        g->num->gemm(LP_TN, b->rows, b->cols, n->rows, a->value, n->gradient, db->gradient,
                     accumulate(db));
}

/* c (m, n) = a bᵀ, a (m, k), b (n, k). dL/da = dc b, dL/db = dcᵀ a. */
static int matmul_nt_shape(const lp_graph *g, lp_node *n, lp_error *e) {
    const lp_node *a = operand(g, n, 0), *b = operand(g, n, 1);
    if (a->cols != b->cols || b->batch)
        return misfit(e, "a bᵀ: as many columns in both, and b cannot be a batch", a, b);
    set_shape(n, a->rows, b->rows, a->batch);
    return 0;
}

static void matmul_nt_forward(const lp_graph *g, lp_node *n) {
    const lp_node *a = operand(g, n, 0), *b = operand(g, n, 1);
    g->num->gemm(LP_NT, n->rows, n->cols, a->cols, a->value, b->value, n->value, false);
}

static void matmul_nt_backward(const lp_graph *g, lp_node *n) {
    const lp_node *a = operand(g, n, 0), *b = operand(g, n, 1);
    lp_node *da = wanted(g, n, 0), *db = wanted(g, n, 1);
    if (da != NULL)
        g->num->gemm(LP_NN, a->rows, a->cols, n->cols, n->gradient, b->value, da->gradient,
                     accumulate(da));
    if (db != NULL)
        g->num->gemm(LP_TN, b->rows, b->cols, n->rows, n->gradient, a->value, db->gradient,
                     accumulate(db));
}

/* c (m, n) = aᵀ b, a (k, m), b (k, n). dL/da = b dcᵀ, dL/db = a dc. */
static int matmul_tn_shape(const lp_graph *g, lp_node *n, lp_error *e) {
    const lp_node *a = operand(g, n, 0), *b = operand(g, n, 1);
    if (a->rows != b->rows || a->batch != b->batch)
        return misfit(e, "aᵀ b: as many rows in both", a, b);
    set_shape(n, a->cols, b->cols, false);
    return 0;
}

static void matmul_tn_forward(const lp_graph *g, lp_node *n) {
    const lp_node *a = operand(g, n, 0), *b = operand(g, n, 1);
    g->num->gemm(LP_TN, n->rows, n->cols, a->rows, a->value, b->value, n->value, false);
}

static void matmul_tn_backward(const lp_graph *g, lp_node *n) {
    const lp_node *a = operand(g, n, 0), *b = operand(g, n, 1);
    lp_node *da = wanted(g, n, 0), *db = wanted(g, n, 1);
    if (da != NULL)
        g->num->gemm(LP_NT, a->rows, a->cols, n->cols, b->value, n->gradient, da->gradient,
                     accumulate(da));
    if (db != NULL)
        g->num->gemm(LP_NN, b->rows, b->cols, n->rows, a->value, n->gradient, db->gradient,
                     accumulate(db));
}

/* y (n, out) = map(z), z = x wᵀ + b: x (n, in), w (out, in), b (1, out) or (1, 1) or absent.
 * With dz = dy map'(z): dL/dx = dz w, dL/dw = dzᵀ x, dL/db = dz summed over what b was repeated
 * over. A layer of a network as one node: one pass over y for bias and map. */
static int linear_shape(const lp_graph *g, lp_node *n, lp_error *e) {
    if (matmul_nt_shape(g, n, e))
        return -1;
    const lp_node *w = operand(g, n, 1);
    if (n->operands > 2) {
        const lp_node *b = operand(g, n, 2);
        if (b->rows != 1 || (b->cols != 1 && b->cols != w->rows))
            return misfit(e, "a bias has one column, or one for each row of the weights", w, b);
    }
    return 0;
}

enum {
    FEW_STEPS = 32,       /* of a product whose time goes into memory */
    IN_CACHE = 16 * 1024, /* bytes of it that are still near when the map comes to them */
};

/* How many rows of a product (., cols) of k steps are best made before the map goes over them. */
static size_t rows_at_once(const lp_graph *g, size_t k, size_t cols) {
    size_t rows = IN_CACHE / (cols * g->type.size);
    return k > FEW_STEPS || rows == 0 ? SIZE_MAX : rows;
}

static void linear_forward(const lp_graph *g, lp_node *n) {
    const lp_node *x = operand(g, n, 0), *w = operand(g, n, 1);
    const lp_node *b = n->operands > 2 ? operand(g, n, 2) : NULL;
    size_t most = rows_at_once(g, x->cols, n->cols);
    for (size_t r = 0, rows; r < n->rows; r += rows) {
        rows = n->rows - r < most ? n->rows - r : most;
        void *y = part(g, n->value, r * n->cols);
        g->num->gemm(LP_NT, rows, n->cols, x->cols, part(g, x->value, r * x->cols), w->value, y,
                     false);
        if (b != NULL || n->map != LP_IDENTITY)
            g->num->bias_unary(n->map, rows, n->cols, b ? b->value : NULL, b ? b->cols : 0, y);
    }
}

/* dz of some rows in place of dy, by y alone: z is gone. */
static void to_dz(const lp_graph *g, lp_node *n, size_t from, size_t rows) {
    void *gradient = part(g, n->gradient, from * n->cols);
    const void *y = part(g, n->value, from * n->cols);
    g->num->unary_backward(n->map, rows * n->cols, y, y, gradient, gradient, false);
}

/* dw and db (NULL where they are not wanted). Both kernels add up blocks of ROWS_A_BLOCK rows in
 * order (num/kernels.h), so that where a block stays near it may serve both before the next one. */
static void weight_and_bias_backward(const lp_graph *g, const lp_node *n, lp_node *dw,
                                     lp_node *db) {
    enum { ROWS_A_BLOCK = 256, NEAR = 48 * 1024 };
    const lp_node *x = operand(g, n, 0), *w = operand(g, n, 1);
    bool both = dw != NULL && db != NULL && ROWS_A_BLOCK * n->cols * g->type.size <= NEAR;
    size_t most = both ? ROWS_A_BLOCK : n->rows;
    for (size_t r = 0, rows; r < n->rows; r += rows) {
        rows = n->rows - r < most ? n->rows - r : most;
        const void *dz = part(g, n->gradient, r * n->cols);
        if (dw != NULL)
            g->num->gemm(LP_TN, w->rows, w->cols, rows, dz, part(g, x->value, r * x->cols),
                         dw->gradient, accumulate(dw));
        if (db != NULL)
            g->num->sum_over_rows(rows, n->cols, dz, db->gradient, accumulate(db));
    }
}

static void linear_backward(const lp_graph *g, lp_node *n) {
    const lp_kernels *num = g->num;
    const lp_node *w = operand(g, n, 1);
    const void *dz = n->gradient;
    if (n->map != LP_IDENTITY && !n->mapped)
        to_dz(g, n, 0, n->rows);
    lp_node *dx = wanted(g, n, 0), *dw = wanted(g, n, 1), *db = wanted(g, n, 2);
    weight_and_bias_backward(g, n, dw, db != NULL && db->cols == n->cols ? db : NULL);
    if (db != NULL && db->cols != n->cols)
        num->sum_each_row(1, size(n), n->gradient, db->gradient, accumulate(db));
    if (dx == NULL)
        return;
    /* Where x is a layer and nobody else adds to its gradient, its map goes over it at once. */
    bool add = accumulate(dx);
    dx->mapped = dx->op == LP_OP_LINEAR && dx->map != LP_IDENTITY && dx->readers == 1;
    size_t most = dx->mapped ? rows_at_once(g, n->cols, dx->cols) : SIZE_MAX;
    for (size_t r = 0, rows; r < dx->rows; r += rows) {
        rows = dx->rows - r < most ? dx->rows - r : most;
        num->gemm(LP_NN, rows, dx->cols, n->cols, part(g, dz, r * n->cols), w->value,
                  part(g, dx->gradient, r * dx->cols), add);
        if (dx->mapped)
            to_dz(g, dx, r, rows);
    }
}

/* ---- elementwise, two operands, each repeated along an axis where it counts 1 ---- */

static int pair_shape(const lp_graph *g, lp_node *n, lp_error *e) {
    const lp_node *a = operand(g, n, 0), *b = operand(g, n, 1);
    size_t rows = a->rows > b->rows ? a->rows : b->rows;
    size_t cols = a->cols > b->cols ? a->cols : b->cols;
    if ((a->rows != rows && a->rows != 1) || (a->cols != cols && a->cols != 1) ||
        (b->rows != rows && b->rows != 1) || (b->cols != cols && b->cols != 1) ||
        (a->batch && b->batch && a->rows != b->rows) ||
        (a->batch != b->batch && (a->batch ? b->rows : a->rows) != 1))
        return misfit(e, "along each axis the same number, or 1", a, b);
    set_shape(n, rows, cols, a->batch || b->batch);
    return 0;
}

/* y = a ∘ b as a whole, into `y` in n's shape. */
static void pair_into(const lp_graph *g, lp_binary pair, const lp_node *n, const lp_node *a,
                      const void *a_value, const lp_node *b, const void *b_value, void *y) {
    g->num->binary(pair, n->rows, n->cols, a_value, a->rows, a->cols, b_value, b->rows, b->cols, y,
                   false);
}

static void pair_forward(const lp_graph *g, lp_node *n) {
    const lp_node *a = operand(g, n, 0), *b = operand(g, n, 1);
    lp_binary pair = (lp_binary)(n->op - LP_OP_ADD);
    pair_into(g, pair, n, a, a->value, b, b->value, n->value);
}

/* a + b, a - b: dL/da = dy, dL/db = ±dy. */
static void sum_pair_backward(const lp_graph *g, lp_node *n) {
    lp_node *da = wanted(g, n, 0), *db = wanted(g, n, 1);
    double sign = n->op == LP_OP_ADD ? 1 : -1;
    if (da != NULL)
        add_reduced(g, da, 1, n->rows, n->cols, n->gradient, n->scratch);
    if (db != NULL)
        add_reduced(g, db, sign, n->rows, n->cols, n->gradient, n->scratch);
}

/* a b: dL/da = dy b, dL/db = dy a. */
static void multiply_backward(const lp_graph *g, lp_node *n) {
    const lp_node *a = operand(g, n, 0), *b = operand(g, n, 1);
    lp_node *da = wanted(g, n, 0), *db = wanted(g, n, 1);
    void *d = n->scratch, *room = part(g, n->scratch, size(n));
    if (da != NULL) {
        pair_into(g, LP_MULTIPLY, n, n, n->gradient, b, b->value, d);
        add_reduced(g, da, 1, n->rows, n->cols, d, room);
    }
    if (db != NULL) {
        pair_into(g, LP_MULTIPLY, n, n, n->gradient, a, a->value, d);
        add_reduced(g, db, 1, n->rows, n->cols, d, room);
    }
}

/* y = a / b: dL/da = dy / b, dL/db = -(dy / b) y. */
static void divide_backward(const lp_graph *g, lp_node *n) {
    const lp_node *b = operand(g, n, 1);
    lp_node *da = wanted(g, n, 0), *db = wanted(g, n, 1);
    void *d = n->scratch, *room = part(g, n->scratch, size(n));
    pair_into(g, LP_DIVIDE, n, n, n->gradient, b, b->value, d);
    if (da != NULL)
        add_reduced(g, da, 1, n->rows, n->cols, d, room);
    if (db != NULL) {
        pair_into(g, LP_MULTIPLY, n, n, d, n, n->value, d);
        add_reduced(g, db, -1, n->rows, n->cols, d, room);
    }
}

/* ---- sums and shapes ---- */

/* y = the sum of x: dL/dx = dy everywhere. The mean: that divided by the number. */
static void sum_forward(const lp_graph *g, lp_node *n) {
    const lp_node *x = operand(g, n, 0);
    double sum = g->num->sum(size(x), x->value);
    g->num->fill(1, n->op == LP_OP_MEAN ? sum / (double)size(x) : sum, n->value);
}

static void sum_backward(const lp_graph *g, lp_node *n) {
    lp_node *dx = wanted(g, n, 0);
    double dy = scalar(g, n->gradient);
    g->num->fill(1, n->op == LP_OP_MEAN ? dy / (double)size(dx) : dy, n->scratch);
    g->num->binary(LP_ADD, dx->rows, dx->cols, accumulator(g, dx), dx->rows, dx->cols, n->scratch,
                   1, 1, dx->gradient, false);
}

/* y (rows, 1) = the sum of each row: dL/dx = dy along the row. */
static void row_sum_forward(const lp_graph *g, lp_node *n) {
    const lp_node *x = operand(g, n, 0);
    g->num->sum_each_row(x->rows, x->cols, x->value, n->value, false);
}

static void row_sum_backward(const lp_graph *g, lp_node *n) {
    lp_node *dx = wanted(g, n, 0);
    g->num->binary(LP_ADD, dx->rows, dx->cols, accumulator(g, dx), dx->rows, dx->cols, n->gradient,
                   n->rows, n->cols, dx->gradient, false);
}

/* y = x repeated to the shape that lp_graph_expand asked for: dL/dx = dy summed. */
static int expand_shape(const lp_graph *g, lp_node *n, lp_error *e) {
    const lp_node *x = operand(g, n, 0);
    if ((x->rows != n->rows && x->rows != 1) || (x->cols != n->cols && x->cols != 1) ||
        (x->batch && x->rows != n->rows))
        return misfit(e, "along each axis the same number, or 1 to be repeated", x, n);
    n->batch = x->batch;
    return 0;
}

static void expand_forward(const lp_graph *g, lp_node *n) {
    const lp_node *x = operand(g, n, 0);
    g->num->fill(size(n), 0, n->value);
    pair_into(g, LP_ADD, n, n, n->value, x, x->value, n->value);
}

static void expand_backward(const lp_graph *g, lp_node *n) {
    add_reduced(g, wanted(g, n, 0), 1, n->rows, n->cols, n->gradient, n->scratch);
}

/* y (1, n) = x (n, 1): the axis that counts 1 goes, a column becomes a row. */
static int squeeze_shape(const lp_graph *g, lp_node *n, lp_error *e) {
    const lp_node *x = operand(g, n, 0);
    if (x->cols != 1 || x->batch)
        return lp_fail(e, "(%zu, %zu) is not a column, or is a batch", x->rows, x->cols);
    set_shape(n, 1, x->rows, false);
    return 0;
}

static void squeeze_forward(const lp_graph *g, lp_node *n) {
    g->num->unary(LP_IDENTITY, size(n), operand(g, n, 0)->value, n->value);
}

static void squeeze_backward(const lp_graph *g, lp_node *n) {
    add_scaled(g, wanted(g, n, 0), 1, n->gradient);
}

/* ---- elementwise, one operand: dL/dx = dy map'(x) ---- */

static void map_forward(const lp_graph *g, lp_node *n) {
    g->num->unary(g->ops[n->op].map, size(n), operand(g, n, 0)->value, n->value);
}

static void map_backward(const lp_graph *g, lp_node *n) {
    lp_node *dx = wanted(g, n, 0);
    g->num->unary_backward(g->ops[n->op].map, size(n), dx->value, n->value, n->gradient,
                           dx->gradient, accumulate(dx));
}

/* ---- row by row ---- */

/* y = softmax(x): dL/dx = y (dy - s), s = the sum of y dy along the row. */
static void softmax_forward(const lp_graph *g, lp_node *n) {
    g->num->softmax(n->rows, n->cols, operand(g, n, 0)->value, n->value);
}

static void softmax_backward(const lp_graph *g, lp_node *n) {
    const lp_kernels *num = g->num;
    lp_node *dx = wanted(g, n, 0);
    void *d = n->scratch, *s = part(g, n->scratch, size(n));
    pair_into(g, LP_MULTIPLY, n, n, n->value, n, n->gradient, d);
    num->sum_each_row(n->rows, n->cols, d, s, false);
    num->binary(LP_SUBTRACT, n->rows, n->cols, n->gradient, n->rows, n->cols, s, n->rows, 1, d,
                false);
    pair_into(g, LP_MULTIPLY, n, n, d, n, n->value, d);
    add_scaled(g, dx, 1, d);
}

/* y = log softmax(x): dL/dx = dy - exp(y) s, s = the sum of dy along the row. */
static void log_softmax_forward(const lp_graph *g, lp_node *n) {
    g->num->log_softmax(n->rows, n->cols, operand(g, n, 0)->value, n->value);
}

static void log_softmax_backward(const lp_graph *g, lp_node *n) {
    const lp_kernels *num = g->num;
    lp_node *dx = wanted(g, n, 0);
    void *d = n->scratch, *s = part(g, n->scratch, size(n));
    num->sum_each_row(n->rows, n->cols, n->gradient, s, false);
    num->unary(LP_EXP, size(n), n->value, d);
    num->binary(LP_MULTIPLY, n->rows, n->cols, d, n->rows, n->cols, s, n->rows, 1, d, false);
    pair_into(g, LP_SUBTRACT, n, n, n->gradient, n, d, d);
    add_scaled(g, dx, 1, d);
}

/* y = x / t, t = the sum of x along the row: dL/dx = (dy - s) / t, s = the sum of y dy. */
static void normalise_forward(const lp_graph *g, lp_node *n) {
    const lp_node *x = operand(g, n, 0);
    g->num->sum_each_row(n->rows, n->cols, x->value, n->scratch, false);
    g->num->binary(LP_DIVIDE, n->rows, n->cols, x->value, n->rows, n->cols, n->scratch, n->rows, 1,
                   n->value, false);
}

static void normalise_backward(const lp_graph *g, lp_node *n) {
    const lp_kernels *num = g->num;
    lp_node *dx = wanted(g, n, 0);
    void *t = n->scratch, *s = part(g, t, n->most_rows), *d = part(g, s, n->most_rows);
    pair_into(g, LP_MULTIPLY, n, n, n->value, n, n->gradient, d);
    num->sum_each_row(n->rows, n->cols, d, s, false);
    num->binary(LP_SUBTRACT, n->rows, n->cols, n->gradient, n->rows, n->cols, s, n->rows, 1, d,
                false);
    num->binary(LP_DIVIDE, n->rows, n->cols, d, n->rows, n->cols, t, n->rows, 1, d, false);
    add_scaled(g, dx, 1, d);
}

/* y (rows, 1) = x[r, label[r]]: dL/dx = dy at the label, 0 elsewhere. */
static void select_forward(const lp_graph *g, lp_node *n) {
    const lp_node *x = operand(g, n, 0);
    for (size_t r = 0; r < n->rows; r++) {
        size_t from = r * x->cols + (size_t)n->label[r];
        if (g->type.size == 4)
            ((float *)n->value)[r] = ((const float *)x->value)[from];
        else
            ((double *)n->value)[r] = ((const double *)x->value)[from];
    }
}

static void select_backward(const lp_graph *g, lp_node *n) {
    lp_node *dx = wanted(g, n, 0);
    void *to = accumulator(g, dx);
    for (size_t r = 0; r < n->rows; r++) {
        size_t at = r * dx->cols + (size_t)n->label[r];
        if (g->type.size == 4)
            ((float *)to)[at] += ((const float *)n->gradient)[r];
        else
            ((double *)to)[at] += ((const double *)n->gradient)[r];
    }
}

/* ---- losses ---- */

/* y = the sum, or the mean over the elements, of (a - b)²: dL/da = 2 dy (a - b), dL/db = -that. */
static int squared_error_shape(const lp_graph *g, lp_node *n, lp_error *e) {
    const lp_node *a = operand(g, n, 0), *b = operand(g, n, 1);
    if (a->rows != b->rows || a->cols != b->cols || a->batch != b->batch)
        return misfit(e, "the same shape", a, b);
    return shape_scalar(g, n, e);
}

static void squared_error_forward(const lp_graph *g, lp_node *n) {
    const lp_node *a = operand(g, n, 0), *b = operand(g, n, 1);
    double sum = g->num->sum_squared_difference(size(a), a->value, b->value);
    g->num->fill(1, n->mean ? sum / (double)size(a) : sum, n->value);
}

static void squared_error_backward(const lp_graph *g, lp_node *n) {
    const lp_node *a = operand(g, n, 0), *b = operand(g, n, 1);
    lp_node *da = wanted(g, n, 0), *db = wanted(g, n, 1);
    double factor = 2 * scalar(g, n->gradient) / (n->mean ? (double)size(a) : 1);
    pair_into(g, LP_SUBTRACT, a, a, a->value, b, b->value, n->scratch);
    if (da != NULL)
        add_scaled(g, da, factor, n->scratch);
    if (db != NULL)
        add_scaled(g, db, -factor, n->scratch);
}

/* y = the sum, or the mean over the rows, of the cross-entropy between softmax(x) and the class
 * label[r], or the distribution target[r, :]. dL/dx = dy (softmax(x) - target). */
static const void *target_of(const lp_graph *g, const lp_node *n) {
    return n->op == LP_OP_CROSS_ENTROPY_SOFT ? operand(g, n, 1)->value : NULL;
}

static const int32_t *labels_of(const lp_node *n) {
    return n->op == LP_OP_CROSS_ENTROPY ? n->label : NULL;
}

static int cross_entropy_soft_shape(const lp_graph *g, lp_node *n, lp_error *e) {
    if (operand(g, n, 1)->needs_gradient)
        return lp_fail(e, "the target is a parameter (it has to be data)");
    return squared_error_shape(g, n, e);
}

static void cross_entropy_forward(const lp_graph *g, lp_node *n) {
    const lp_node *x = operand(g, n, 0);
    void *p = n->scratch, *loss = part(g, p, x->most_rows * x->cols);
    g->num->softmax_cross_entropy(x->rows, x->cols, x->value, labels_of(n), target_of(g, n), loss,
                                  p);
    double sum = g->num->sum(x->rows, loss);
    g->num->fill(1, n->mean ? sum / (double)x->rows : sum, n->value);
}

static void cross_entropy_backward(const lp_graph *g, lp_node *n) {
    lp_node *dx = wanted(g, n, 0);
    double factor = scalar(g, n->gradient) / (n->mean ? (double)dx->rows : 1);
    g->num->softmax_cross_entropy_backward(dx->rows, dx->cols, n->scratch, labels_of(n),
                                           target_of(g, n), factor, dx->gradient, !accumulate(dx));
}

/* ---- the table ---- */

#define MAP(NAME, FORMULA, MAP_OF, DOMAIN_OF)                                                      \
    {                                                                                              \
        .name = NAME, .formula = FORMULA, .least_operands = 1, .most_operands = 1,                 \
        .domain = DOMAIN_OF, .map = MAP_OF, .shape = shape_of_first, .forward = map_forward,       \
        .backward = map_backward                                                                   \
    }

const lp_op_row lp_ops[LP_OPS] = {
    [LP_OP_LEAF] = {.name = "leaf", .formula = "a parameter or an input"},
    [LP_OP_MATMUL_NN] = {.name = "matmul-nn",
                         .formula = "a b",
                         .least_operands = 2,
                         .most_operands = 2,
                         .shape = matmul_nn_shape,
                         .forward = matmul_nn_forward,
                         .backward = matmul_nn_backward},
    [LP_OP_MATMUL_NT] = {.name = "matmul-nt",
                         .formula = "a bᵀ",
                         .least_operands = 2,
                         .most_operands = 2,
                         .shape = matmul_nt_shape,
                         .forward = matmul_nt_forward,
                         .backward = matmul_nt_backward},
    [LP_OP_MATMUL_TN] = {.name = "matmul-tn",
                         .formula = "aᵀ b",
                         .least_operands = 2,
                         .most_operands = 2,
                         .shape = matmul_tn_shape,
                         .forward = matmul_tn_forward,
                         .backward = matmul_tn_backward},
    [LP_OP_LINEAR] = {.name = "linear",
                      .formula = "map(x wᵀ + b)",
                      .least_operands = 2,
                      .most_operands = 3,
                      .takes_map = true,
                      .shape = linear_shape,
                      .forward = linear_forward,
                      .backward = linear_backward},
    [LP_OP_ADD] = {.name = "add",
                   .formula = "a + b",
                   .least_operands = 2,
                   .most_operands = 2,
                   .scratch_matrices = 1,
                   .shape = pair_shape,
                   .forward = pair_forward,
                   .backward = sum_pair_backward},
    [LP_OP_SUBTRACT] = {.name = "subtract",
                        .formula = "a - b",
                        .least_operands = 2,
                        .most_operands = 2,
                        .scratch_matrices = 1,
                        .shape = pair_shape,
                        .forward = pair_forward,
                        .backward = sum_pair_backward},
    [LP_OP_MULTIPLY] = {.name = "multiply",
                        .formula = "a * b",
                        .least_operands = 2,
                        .most_operands = 2,
                        .scratch_matrices = 2,
                        .shape = pair_shape,
                        .forward = pair_forward,
                        .backward = multiply_backward},
    [LP_OP_DIVIDE] = {.name = "divide",
                      .formula = "a / b",
                      .least_operands = 2,
                      .most_operands = 2,
                      .domain = LP_DOMAIN_NONZERO,
                      .scratch_matrices = 2,
                      .shape = pair_shape,
                      .forward = pair_forward,
                      .backward = divide_backward},
    [LP_OP_SUM] = {.name = "sum",
                   .formula = "Σ x",
                   .least_operands = 1,
                   .most_operands = 1,
                   .scratch_columns = 1,
                   .shape = shape_scalar,
                   .forward = sum_forward,
                   .backward = sum_backward},
    [LP_OP_ROW_SUM] = {.name = "row-sum",
                       .formula = "Σ x along each row",
                       .least_operands = 1,
                       .most_operands = 1,
                       .shape = shape_column,
                       .forward = row_sum_forward,
                       .backward = row_sum_backward},
    [LP_OP_MEAN] = {.name = "mean",
                    .formula = "Σ x / n",
                    .least_operands = 1,
                    .most_operands = 1,
                    .scratch_columns = 1,
                    .shape = shape_scalar,
                    .forward = sum_forward,
                    .backward = sum_backward},
    [LP_OP_EXPAND] = {.name = "expand",
                      .formula = "x repeated",
                      .least_operands = 1,
                      .most_operands = 1,
                      .takes_shape = true,
                      .scratch_matrices = 1,
                      .shape = expand_shape,
                      .forward = expand_forward,
                      .backward = expand_backward},
    [LP_OP_SQUEEZE] = {.name = "squeeze",
                       .formula = "(n, 1) to (1, n)",
                       .least_operands = 1,
                       .most_operands = 1,
                       .shape = squeeze_shape,
                       .forward = squeeze_forward,
                       .backward = squeeze_backward},
    [LP_OP_EXP] = MAP("exp", "exp x", LP_EXP, LP_DOMAIN_ALL),
    [LP_OP_LOG] = MAP("log", "ln x", LP_LOG, LP_DOMAIN_POSITIVE),
    [LP_OP_SQRT] = MAP("sqrt", "√x", LP_SQRT, LP_DOMAIN_POSITIVE),
    [LP_OP_SQUARE] = MAP("square", "x²", LP_SQUARE, LP_DOMAIN_ALL),
    [LP_OP_NEGATE] = MAP("negate", "-x", LP_NEGATE, LP_DOMAIN_ALL),
    [LP_OP_RELU] = MAP("relu", "max(x, 0)", LP_RELU, LP_DOMAIN_ALL),
    [LP_OP_SIGMOID] = MAP("sigmoid", "1 / (1 + exp -x)", LP_SIGMOID, LP_DOMAIN_ALL),
    [LP_OP_TANH] = MAP("tanh", "tanh x", LP_TANH, LP_DOMAIN_ALL),
    [LP_OP_SOFTMAX] = {.name = "softmax",
                       .formula = "exp x / Σ exp x, each row",
                       .least_operands = 1,
                       .most_operands = 1,
                       .scratch_matrices = 1,
                       .scratch_columns = 1,
                       .shape = shape_of_first,
                       .forward = softmax_forward,
                       .backward = softmax_backward},
    [LP_OP_LOG_SOFTMAX] = {.name = "log-softmax",
                           .formula = "x - ln Σ exp x, each row",
                           .least_operands = 1,
                           .most_operands = 1,
                           .scratch_matrices = 1,
                           .scratch_columns = 1,
                           .shape = shape_of_first,
                           .forward = log_softmax_forward,
                           .backward = log_softmax_backward},
    [LP_OP_NORMALISE] = {.name = "normalise",
                         .formula = "x / Σ x, each row",
                         .least_operands = 1,
                         .most_operands = 1,
                         .domain = LP_DOMAIN_POSITIVE,
                         .scratch_matrices = 1,
                         .scratch_columns = 2,
                         .shape = shape_of_first,
                         .forward = normalise_forward,
                         .backward = normalise_backward},
    [LP_OP_SELECT] = {.name = "select",
                      .formula = "x[r, label of r]",
                      .least_operands = 1,
                      .most_operands = 1,
                      .takes_labels = true,
                      .shape = shape_column,
                      .forward = select_forward,
                      .backward = select_backward},
    [LP_OP_SQUARED_ERROR] = {.name = "squared-error",
                             .formula = "Σ (a - b)²",
                             .least_operands = 2,
                             .most_operands = 2,
                             .scratch_matrices = 1,
                             .shape = squared_error_shape,
                             .forward = squared_error_forward,
                             .backward = squared_error_backward},
    [LP_OP_CROSS_ENTROPY] = {.name = "cross-entropy",
                             .formula = "-Σ ln softmax(x)[r, label of r]",
                             .least_operands = 1,
                             .most_operands = 1,
                             .takes_labels = true,
                             .scratch_matrices = 1,
                             .scratch_columns = 1,
                             .shape = shape_scalar,
                             .forward = cross_entropy_forward,
                             .backward = cross_entropy_backward},
    [LP_OP_CROSS_ENTROPY_SOFT] = {.name = "cross-entropy-soft",
                                  .formula = "-Σ t ln softmax(x)",
                                  .least_operands = 2,
                                  .most_operands = 2,
                                  .domain = LP_DOMAIN_POSITIVE,
                                  .scratch_matrices = 1,
                                  .scratch_columns = 1,
                                  .shape = cross_entropy_soft_shape,
                                  .forward = cross_entropy_forward,
                                  .backward = cross_entropy_backward},
};
