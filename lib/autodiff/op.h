/* What the ops share: lib/autodiff alone includes it. In the comments y is the node's value, dy its
 * gradient dL/dy, and da = dL/da that of an operand. */
#ifndef LP_AUTODIFF_OP_H
#define LP_AUTODIFF_OP_H

#include "autodiff/graph.h"
#include "autodiff/ops.h"

static inline const lp_node *operand(const lp_graph *g, const lp_node *n, int i) {
    return &g->node[n->operand[i]];
}

/* Operand i if its gradient is wanted, else NULL. */
static inline lp_node *wanted(const lp_graph *g, const lp_node *n, int i) {
    lp_node *in = i < n->operands ? &g->node[n->operand[i]] : NULL;
    return in != NULL && in->needs_gradient ? in : NULL;
}

/* The first operand, where no other can want a gradient: it does, since backward runs. */
static inline lp_node *only_wanted(const lp_graph *g, const lp_node *n) {
    return &g->node[n->operand[0]];
}

/* False for the first contribution to a gradient in this pass, which replaces what is there; true
 * for the later ones, which add. */
static inline bool accumulate(lp_node *in) {
    bool before = in->has_gradient;
    in->has_gradient = true;
    return before;
}

/* For kernels that can only add: the gradient, set to zero before the first contribution. */
static inline void *accumulator(const lp_graph *g, lp_node *in) {
    if (!accumulate(in))
        g->num->fill(in->rows * in->cols, 0, in->gradient);
    return in->gradient;
}

static inline size_t size(const lp_node *n) {
    return n->rows * n->cols;
}

static inline double scalar(const lp_graph *g, const void *value) {
    return g->type.size == 4 ? (double)*(const float *)value : *(const double *)value;
}

static inline void *part(const lp_graph *g, const void *block, size_t elements) {
    return (char *)block + elements * g->type.size;
}

/* The gradient of `in` += alpha * d, d in its shape. */
static inline void add_scaled(const lp_graph *g, lp_node *in, double alpha, const void *d) {
    if (accumulate(in))
        g->num->axpy(size(in), alpha, d, in->gradient);
    else
        g->num->scale(size(in), alpha, d, in->gradient);
}

/* The gradient of `in`, where it is wanted, += alpha * d, d in n's shape, summed along the axes
 * that `in` was repeated over: the transpose of broadcasting. `sums` has room for a row or a
 * column. */
static inline void add_reduced(const lp_graph *g, lp_node *in, double alpha, const lp_node *n,
                               const void *d, void *sums) {
    if (in == NULL)
        return;
    if (in->cols == n->cols && in->rows == n->rows)
        sums = (void *)d;
    else if (in->cols == n->cols)
        g->num->sum_over_rows(n->rows, n->cols, d, sums, false);
    else if (in->rows == n->rows)
        g->num->sum_each_row(n->rows, n->cols, d, sums, false);
    else
        g->num->fill(1, g->num->sum(size(n), d), sums);
    add_scaled(g, in, alpha, sums);
}

/* The gradient of `in`, where it is wanted, += the product of a and b over k steps. */
static inline void add_product(const lp_graph *g, lp_node *in, lp_form form, size_t k,
                               const void *a, const void *b) {
    if (in != NULL)
        g->num->gemm(form, in->rows, in->cols, k, a, b, in->gradient, accumulate(in));
}

/* y, in n's shape, = a ∘ b, b in n's shape or in that of one of its columns (rows, 1). */
static inline void binary(const lp_graph *g, lp_binary f, const lp_node *n, const void *a,
                          const void *b, void *y) {
    g->num->binary(f, n->rows, n->cols, a, n->rows, n->cols, b, n->rows, n->cols, y, false);
}

static inline void binary_column(const lp_graph *g, lp_binary f, const lp_node *n, const void *a,
                                 const void *column, void *y) {
    g->num->binary(f, n->rows, n->cols, a, n->rows, n->cols, column, n->rows, 1, y, false);
}

static inline int misfit(lp_error *e, const char *rule, const lp_node *a, const lp_node *b) {
    return lp_fail(e, "(%zu, %zu) and (%zu, %zu) do not fit (%s)", a->rows, a->cols, b->rows,
                   b->cols, rule);
}

static inline int set_shape(lp_node *n, size_t rows, size_t cols, bool batch) {
    n->rows = rows;
    n->cols = cols;
    n->batch = batch;
    return 0;
}

static inline int same_shape(const lp_graph *g, lp_node *n, lp_error *e) {
    (void)e;
    const lp_node *x = operand(g, n, 0);
    return set_shape(n, x->rows, x->cols, x->batch);
}

static inline int scalar_shape(const lp_graph *g, lp_node *n, lp_error *e) {
    (void)g, (void)e;
    return set_shape(n, 1, 1, false);
}

static inline int column_shape(const lp_graph *g, lp_node *n, lp_error *e) {
    (void)e;
    const lp_node *x = operand(g, n, 0);
    return set_shape(n, x->rows, 1, x->batch);
}

/* dz of some rows in place of dy. */
static inline void dy_to_dz(const lp_graph *g, lp_node *n, size_t from, size_t rows) {
    void *gradient = part(g, n->gradient, from * n->cols);
    const void *y = part(g, n->value, from * n->cols);
    g->num->unary_backward(lp_activations[n->activation].unary, rows * n->cols, y, y, gradient,
                           gradient, false);
}

/* The ops of ops_pictures.c, for the table. */
#define LP_DECLARE_OP(op)                                                                          \
    int lp_##op##_shape(const lp_graph *g, lp_node *n, lp_error *e);                               \
    void lp_##op##_forward(const lp_graph *g, lp_node *n);                                         \
    void lp_##op##_backward(const lp_graph *g, lp_node *n);
LP_DECLARE_OP(conv)
LP_DECLARE_OP(max_pool)
LP_DECLARE_OP(average_pool)
LP_DECLARE_OP(channels_first)
LP_DECLARE_OP(batch_norm)
void lp_dropout_forward(const lp_graph *g, lp_node *n);
void lp_dropout_backward(const lp_graph *g, lp_node *n);

#endif
