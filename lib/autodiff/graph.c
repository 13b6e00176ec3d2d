#include "autodiff/graph.h"

#include <stdlib.h>

lp_graph *lp_graph_new(lp_type type) {
    lp_graph *g = lp_alloc_zero(1, sizeof *g);
    g->type = type;
    g->num = lp_kernels_of(type);
    g->ops = lp_ops;
    g->root = -1;
    return g;
}

void lp_graph_free(lp_graph *g) {
    if (g == NULL)
        return;
    lp_arena_free(&g->memory);
    free(g->node);
    free(g);
}

/* A new node at the end; NULL once anything has failed. */
static lp_node *add(lp_graph *g, lp_node node) {
    if (g->failed)
        return NULL;
    g->node = lp_grow(g->node, (size_t)g->count, &g->capacity, sizeof *g->node);
    g->node[g->count] = node;
    return &g->node[g->count++];
}

static int fail(lp_graph *g, const char *what) {
    if (!g->failed)
        lp_fail(&g->error, "building the graph: %s", what);
    g->failed = true;
    return -1;
}

int lp_graph_parameter(lp_graph *g, size_t rows, size_t cols, void *value, void *gradient) {
    lp_node leaf = {.rows = rows,
                    .cols = cols,
                    .value = value,
                    .gradient = gradient,
                    .needs_gradient = gradient != NULL};
    return add(g, leaf) != NULL ? g->count - 1 : -1;
}

int lp_graph_input(lp_graph *g, size_t rows, size_t cols, bool batch) {
    int node = lp_graph_parameter(g, rows, cols, NULL, NULL);
    if (node >= 0)
        g->node[node].batch = batch;
    return node;
}

void lp_graph_set(lp_graph *g, int node, const void *value) {
    g->node[node].value = (void *)value; /* only ever read: a leaf has no forward */
}

/* Applies the op's shape rule to the last node. */
static int shape(lp_graph *g, lp_node *n) {
    if (g->ops[n->op].shape(g, n, &g->error) == 0)
        return (int)(n - g->node);
    lp_within(&g->error, "building the graph: %s", g->ops[n->op].name);
    g->failed = true;
    return -1;
}

int lp_graph_apply3(lp_graph *g, lp_op op, int a, int b, int c) {
    lp_node *n = add(g, (lp_node){.op = op, .operand = {-1, -1, -1}});
    if (n == NULL)
        return -1;
    const int operand[] = {a, b, c};
    while (n->operands < LP_MAX_OPERANDS && operand[n->operands] >= 0) {
        int i = operand[n->operands];
        if (i >= g->count - 1)
            return fail(g, "an operand is not an earlier node");
        n->operand[n->operands++] = i;
        g->node[i].readers++;
        n->needs_gradient |= g->node[i].needs_gradient;
    }
    if (n->operands < g->ops[op].min_operands || n->operands > g->ops[op].max_operands)
        return fail(g, "an op has too few or too many operands");
    return g->ops[op].takes_shape || g->ops[op].takes_window ? g->count - 1 : shape(g, n);
}

/* Gives a node of an op that takes one its activation; one that needs its input for its derivative
 * becomes a node of its own. */
static int activate(lp_graph *g, int node, lp_activation f) {
    if (node < 0)
        return -1;
    bool apart = lp_activations[f].needs_input;
    g->node[node].activation = apart ? LP_ACTIVATION_IDENTITY : f;
    return apart ? lp_graph_apply(g, lp_activations[f].op, node) : node;
}

int lp_graph_linear(lp_graph *g, lp_activation f, int x, int w, int b) {
    return activate(g, lp_graph_apply3(g, LP_OP_LINEAR, x, w, b), f);
}

int lp_graph_expand(lp_graph *g, int x, size_t rows, size_t cols) {
    int node = lp_graph_apply3(g, LP_OP_EXPAND, x, -1, -1);
    if (node < 0)
        return -1;
    g->node[node].rows = rows;
    g->node[node].cols = cols;
    return shape(g, &g->node[node]);
}

int lp_graph_apply_window(lp_graph *g, lp_op op, const lp_window *window, int x, int b, int c) {
    int node = lp_graph_apply3(g, op, x, b, c);
    if (node < 0)
        return -1;
    g->node[node].window = *window;
    return shape(g, &g->node[node]);
}

int lp_graph_conv(lp_graph *g, lp_activation f, const lp_window *window, int x, int w, int b) {
    return activate(g, lp_graph_apply_window(g, LP_OP_CONV, window, x, w, b), f);
}

void lp_graph_set_running(lp_graph *g, int node, void *mean, void *variance) {
    if (node < 0)
        return;
    g->node[node].running_mean = mean;
    g->node[node].running_variance = variance;
}

void lp_graph_set_dropout(lp_graph *g, int node, double rate, uint64_t seed, uint32_t layer) {
    if (node < 0)
        return;
    g->node[node].rate = rate;
    g->node[node].mask = lp_rng_new(seed, LP_RNG_DROPOUT, layer);
}

void lp_graph_set_training(lp_graph *g, bool training) {
    g->inference = !training;
}

void lp_graph_set_step(lp_graph *g, uint64_t step) {
    g->step = step;
}

void lp_graph_set_mean(lp_graph *g, int node) {
    if (node >= 0)
        g->node[node].mean = true;
}

void lp_graph_set_labels(lp_graph *g, int node, const int32_t *label) {
    if (node >= 0)
        g->node[node].label = label;
}

/* Value, gradient and scratch of a node that is not a leaf. */
static void allocate(lp_graph *g, lp_node *n) {
    const lp_op_row *op = &g->ops[n->op];
    const lp_node *first = &g->node[n->operand[0]];
    size_t size = g->type.size;
    size_t rows = n->rows > first->rows ? n->rows : first->rows;
    size_t cols = n->cols > first->cols ? n->cols : first->cols;
    size_t scratch = (size_t)op->scratch_matrices * cols + (size_t)op->scratch_columns;
    size_t more = (size_t)op->scratch_rows * cols;
    n->value = lp_arena_alloc_zero(&g->memory, n->rows, n->cols * size);
    if (n->needs_gradient)
        n->gradient = lp_arena_alloc_zero(&g->memory, n->rows, n->cols * size);
    if (scratch + more > 0)
        n->scratch = lp_arena_alloc_zero(&g->memory, rows * scratch + more, size);
}

int lp_graph_finish(lp_graph *g, int root, lp_error *e) {
    if (root < 0 || root >= g->count)
        fail(g, "the graph has no root");
    else if (g->node[root].rows != 1 || g->node[root].cols != 1)
        fail(g, "the root is not a single number (1, 1)");
    g->root = root;
    return lp_graph_finish_forward(g, e);
}

int lp_graph_finish_forward(lp_graph *g, lp_error *e) {
    if (g->failed) {
        *e = g->error;
        return -1;
    }
    for (int i = 0; i < g->count; i++) {
        lp_node *n = &g->node[i];
        if (n->op == LP_OP_LEAF)
            continue;
        if (n->needs_gradient && g->ops[n->op].backward == NULL)
            return lp_fail(e, "building the graph: %s has no backward", g->ops[n->op].name);
        if (g->ops[n->op].takes_activation && lp_activations[n->activation].needs_input)
            return lp_fail(e, "building the graph: %s does not keep what %s's derivative needs",
                           g->ops[n->op].name, lp_activations[n->activation].name);
        allocate(g, n);
    }
    return 0;
}

void lp_graph_set_rows(lp_graph *g, size_t rows) {
    for (int i = 0; i < g->count; i++)
        if (g->node[i].batch)
            g->node[i].rows = rows;
}

void lp_graph_set_part(lp_graph *g, size_t batch_rows, const size_t *place) {
    g->batch_rows = batch_rows;
    g->place = place;
}

void lp_graph_forward(lp_graph *g) {
    for (int i = 0; i < g->count; i++)
        if (g->node[i].op != LP_OP_LEAF)
            g->ops[g->node[i].op].forward(g, &g->node[i]);
}

void lp_graph_backward(lp_graph *g) {
    for (int i = 0; i < g->count; i++)
        g->node[i].has_gradient = g->node[i].is_dz = false;
    lp_node *root = &g->node[g->root];
    if (!root->needs_gradient)
        return;
    g->num->fill(1, 1, root->gradient);
    root->has_gradient = true;
    for (int i = g->root; i >= 0; i--) {
        lp_node *n = &g->node[i];
        if (n->op != LP_OP_LEAF && n->has_gradient)
            g->ops[n->op].backward(g, n);
    }
    /* What the root does not depend on has the derivative 0. */
    for (int i = 0; i < g->count; i++)
        if (g->node[i].needs_gradient && !g->node[i].has_gradient)
            g->num->fill(g->node[i].rows * g->node[i].cols, 0, g->node[i].gradient);
}

double lp_graph_loss(const lp_graph *g) {
    const void *value = g->node[g->root].value;
    return g->type.size == 4 ? (double)*(const float *)value : *(const double *)value;
}
