#include "autodiff/gradcheck.h"

#include "autodiff/graph.h"
#include "num/rng.h"

#include <math.h>
#include <string.h>

enum { LARGEST = 64, DRAWS = 8 }; /* elements of an operand or a result; tries to avoid a kink */

static const size_t shapes[][2] = {{1, 1}, {1, 4}, {1, 5}, {3, 1}, {4, 1},  {3, 4},
                                   {3, 5}, {4, 5}, {4, 3}, {5, 4}, {1, 16}, {3, 16}};
enum { SHAPES = sizeof shapes / sizeof *shapes };

/* channels, height, width; kernel's height, width; stride, padding: of pictures in the shapes
 * above, with kernels that have 3, 4 and 5 elements. */
static const lp_window windows[] = {
    {1, 4, 4, 2, 2, 1, 0}, {1, 4, 4, 2, 2, 2, 0}, {1, 4, 4, 2, 2, 2, 1}, {1, 4, 4, 2, 2, 3, 1},
    {1, 4, 4, 1, 3, 1, 0}, {1, 2, 8, 1, 5, 2, 0}, {4, 2, 2, 1, 1, 1, 0}, {4, 1, 1, 1, 1, 1, 0},
    {1, 1, 5, 1, 3, 1, 0}, {1, 4, 1, 3, 1, 1, 0}, {2, 2, 2, 2, 1, 1, 0}, {1, 4, 4, 4, 1, 1, 0},
    {2, 2, 4, 1, 2, 2, 0}, {5, 1, 1, 1, 1, 1, 0},
};
enum { WINDOWS = sizeof windows / sizeof *windows };

typedef enum { AT_RANDOM, AT_ZEROS, AT_EQUALS, AT_LARGE, POINTS } point;
typedef enum { ALONE, DIAMOND, SHARED, WIRINGS } wiring;

/* One op on operands of given shapes. */
typedef struct {
    const lp_op_row *table;
    lp_op op;
    int operands;
    size_t shape[LP_MAX_OPERANDS][2];
    size_t result[2]; /* of an op that takes a shape */
    lp_activation activation;
    lp_window window;
    bool mean, last_is_data, inference;
    wiring wiring;
    lp_rng *rng;

    double value[LP_MAX_OPERANDS][LARGEST], gradient[LP_MAX_OPERANDS][LARGEST];
    double factor[LARGEST];
    double running_mean[LARGEST], running_variance[LARGEST];
    int32_t label[LARGEST];
    lp_graph *graph;
    int node; /* the op's (first) node */

    /* what the trials have shown so far */
    lp_gradcheck_row *row;
    bool checked[LP_MAX_OPERANDS], nonzero[LP_MAX_OPERANDS]; /* derivatives by each operand */
} trial;

static size_t elements(const trial *t, int i) {
    return t->shape[i][0] * t->shape[i][1];
}

static int apply_bare(trial *t, const int *leaf) {
    const lp_op_row *row = &t->table[t->op];
    if (row->takes_shape)
        return lp_graph_expand(t->graph, leaf[0], t->result[0], t->result[1]);
    if (row->takes_window)
        return lp_graph_apply_window(t->graph, t->op, &t->window, leaf[0], leaf[1], leaf[2]);
    return lp_graph_apply3(t->graph, t->op, leaf[0], leaf[1], leaf[2]);
}

static int apply(trial *t, const int *leaf) {
    int node = apply_bare(t, leaf);
    if (node >= 0) {
        t->graph->node[node].activation = t->activation;
        t->graph->node[node].mean = t->mean;
        t->graph->node[node].label = t->label;
        lp_graph_set_running(t->graph, node, t->running_mean, t->running_variance);
        lp_graph_set_dropout(t->graph, node, 0.4, 0, 1);
    }
    return node;
}

/* Builds the graph; false where the shapes do not fit. */
static bool build(trial *t) {
    lp_graph *g = lp_graph_new(LP_F8);
    g->ops = t->table;
    lp_graph_set_training(g, !t->inference);
    t->graph = g;
    int leaf[LP_MAX_OPERANDS] = {-1, -1, -1};
    for (int i = 0; i < t->operands; i++) {
        bool is_data = t->last_is_data && i == t->operands - 1;
        leaf[i] = t->wiring == SHARED && i > 0
                      ? leaf[0]
                      : lp_graph_parameter(g, t->shape[i][0], t->shape[i][1], t->value[i],
                                           is_data ? NULL : t->gradient[i]);
    }
    int y = t->node = apply(t, leaf);
    if (t->wiring == DIAMOND)
        y = lp_graph_apply(g, LP_OP_MULTIPLY, y, apply(t, leaf));
    if (y >= 0 && g->node[y].rows * g->node[y].cols <= LARGEST) {
        int c = lp_graph_parameter(g, g->node[y].rows, g->node[y].cols, t->factor, NULL);
        int loss = lp_graph_apply(g, LP_OP_SUM, lp_graph_apply(g, LP_OP_MULTIPLY, y, c));
        lp_error unfit;
        if (lp_graph_finish(g, loss, &unfit) == 0)
            return true;
    }
    lp_graph_free(g);
    t->graph = NULL;
    return false;
}

static lp_domain domain_of(const trial *t, int operand) {
    lp_domain domain = t->table[t->op].domain;
    bool meant = operand == (domain == LP_DOMAIN_SPREAD ? 0 : t->operands - 1);
    return meant || t->wiring == SHARED ? domain : LP_DOMAIN_ALL;
}

/* Element k of an operand. */
static double draw(const trial *t, int operand, size_t k, point at) {
    lp_domain domain = domain_of(t, operand);
    double x = lp_rng_normal(t->rng);
    if (at == AT_ZEROS)
        x = 0;
    if (at == AT_EQUALS)
        x = 0.7;
    if (domain == LP_DOMAIN_SPREAD)
        x = 0.2 * x + 0.3 * (double)k;
    if (at == AT_LARGE)
        x *= 20;
    if (domain == LP_DOMAIN_POSITIVE || (domain == LP_DOMAIN_NONZERO && x >= 0))
        x = fabs(x) + 0.5;
    else if (domain == LP_DOMAIN_NONZERO)
        x -= 0.5;
    return x;
}

static void draw_all(trial *t, point at) {
    for (int i = 0; i < t->operands; i++)
        for (size_t k = 0; k < elements(t, i); k++)
            t->value[i][k] = draw(t, i, k, at);
    for (size_t k = 0; k < LARGEST; k++) {
        t->factor[k] = lp_rng_normal(t->rng);
        t->running_mean[k] = 0.1 * (double)k;
        t->running_variance[k] = 0.5 + 0.1 * (double)k;
        t->label[k] = (int32_t)lp_rng_below(t->rng, t->shape[0][1]);
    }
}

/* The signs of the result of a function with a kink, or its choices:
 * where they change within the difference, it has no derivative. */
static uint64_t branches(const trial *t) {
    const lp_op_row *row = &t->table[t->op];
    const lp_node *n = &t->graph->node[t->node];
    uint64_t bits = 0;
    if (row->takes_activation ? lp_activations[t->activation].has_kink : row->has_kink)
        for (size_t i = 0; i < n->rows * n->cols; i++)
            bits |= (uint64_t)(((const double *)n->value)[i] > 0) << i;
    if (row->has_choices)
        for (size_t i = 0; i < n->rows * n->cols; i++)
            bits = bits * 31 + (uint64_t)((const double *)n->scratch)[i];
    return bits;
}

/* The derivative of the loss by *x; false at a kink. */
static bool difference(trial *t, double h, double *x, double *derivative) {
    static const double step[] = {1, -1, 2, -2}, weight[] = {8, -8, -1, 1};
    double at = *x, sum = 0;
    lp_graph_forward(t->graph);
    uint64_t before = branches(t);
    bool smooth = true;
    for (int i = 0; i < 4; i++) {
        *x = at + step[i] * h;
        lp_graph_forward(t->graph);
        smooth &= branches(t) == before;
        sum += weight[i] * lp_graph_loss(t->graph);
    }
    *x = at;
    *derivative = sum / (12 * h);
    return smooth;
}

/* How large the numbers are that the loss is computed from, which is what its rounding is relative
 * to: Σ |c y|, and the largest operand. */
static double magnitude(const trial *t) {
    const lp_node *n = &t->graph->node[t->node];
    double sum = 0, operand = 0, factor = 0;
    for (size_t i = 0; i < n->rows * n->cols; i++) {
        double y = fabs(((const double *)n->value)[i]);
        sum += fabs(t->factor[i]) * (t->wiring == DIAMOND ? y * y : y);
        factor = fmax(factor, fabs(t->factor[i]));
    }
    for (int i = 0; i < t->operands; i++)
        for (size_t k = 0; k < elements(t, i); k++)
            operand = fmax(operand, fabs(t->value[i][k]));
    return sum + factor * operand;
}

/* Compares the gradient at one point; false where a kink was near. */
static bool compare(trial *t, point at) {
    /* Large factors turn a step in x into a large one. */
    double h = at == AT_LARGE ? 2e-4 : 1e-3;
    double numeric[LP_MAX_OPERANDS][LARGEST];
    int distinct = t->wiring == SHARED ? 1 : t->operands - t->last_is_data;
    for (int i = 0; i < distinct; i++)
        for (size_t k = 0; k < elements(t, i); k++)
            if (!difference(t, h, &t->value[i][k], &numeric[i][k]))
                return false;
    for (int i = 0; i < distinct; i++)
        memset(t->gradient[i], 0xff, sizeof t->gradient[i]); /* NaN: it has to be written */
    lp_graph_forward(t->graph);
    lp_graph_backward(t->graph);
    /* Rounding leaves some 1e-16 magnitude / h in the difference, 1e-8 of this; truncation leaves
     * h⁴/30 times a fifth derivative, here of up to 10 times a factor of up to 4. */
    double truncation = h * h * h * h / 30 * 10 * 4;
    double floor = 1e-4 * magnitude(t) + truncation / LP_GRADCHECK_TOLERANCE;
    for (int i = 0; i < distinct; i++) {
        double deviation = 0, scale = floor;
        for (size_t k = 0; k < elements(t, i); k++) {
            double a = t->gradient[i][k], n = numeric[i][k];
            deviation = isfinite(a) && isfinite(n) ? fmax(deviation, fabs(a - n)) : INFINITY;
            scale = fmax(scale, fmax(fabs(a), fabs(n)));
            t->nonzero[i] |= a != 0;
        }
        t->checked[i] = true;
        t->row->worst = fmax(t->row->worst, deviation / scale);
    }
    t->row->cases++;
    return true;
}

/* Every wiring of one choice of shapes and attributes. */
static void try_shapes(trial *t) {
    if (t->table[t->op].takes_activation && lp_activations[t->activation].needs_input)
        return;
    for (t->wiring = ALONE; t->wiring < WIRINGS; t->wiring++) {
        bool same = true;
        for (int i = 1; i < t->operands; i++)
            same &= memcmp(t->shape[i], t->shape[0], sizeof t->shape[0]) == 0;
        if (t->wiring == SHARED && (!same || t->operands == 1 || t->last_is_data))
            continue;
        if (!build(t))
            continue;
        for (point at = 0; at < POINTS; at++)
            for (int i = 0; i < DRAWS; i++) {
                draw_all(t, at);
                if (compare(t, at) || at == AT_ZEROS || at == AT_EQUALS)
                    break;
            }
        lp_graph_free(t->graph);
    }
}

/* With every mode and kind of last operand. */
static void try_modes(trial *t) {
    const lp_op_row *row = &t->table[t->op];
    for (int mean = 0; mean < 2; mean++)
        for (int data = 0; data < (t->operands > 1 ? 2 : 1); data++)
            for (int inference = 0; inference < (row->takes_mode ? 2 : 1); inference++) {
                t->mean = mean;
                t->last_is_data = data;
                t->inference = inference;
                try_shapes(t);
            }
}

static void try_attributes(trial *t) {
    const lp_op_row *row = &t->table[t->op];
    for (int f = 0; f < (row->takes_activation ? LP_ACTIVATION_COUNT : 1); f++)
        for (size_t s = 0; s < (row->takes_shape ? SHAPES : 1); s++)
            for (size_t w = 0; w < (row->takes_window ? WINDOWS : 1); w++) {
                t->activation = (lp_activation)f;
                t->result[0] = shapes[s][0];
                t->result[1] = shapes[s][1];
                t->window = windows[w];
                try_modes(t);
            }
}

static void check_op(trial *t) {
    const lp_op_row *row = &t->table[t->op];
    for (t->operands = row->min_operands; t->operands <= row->max_operands; t->operands++) {
        int combinations = 1;
        for (int i = 0; i < t->operands; i++)
            combinations *= SHAPES;
        for (int c = 0; c < combinations; c++) {
            for (int i = 0, rest = c; i < t->operands; i++, rest /= SHAPES)
                memcpy(t->shape[i], shapes[rest % SHAPES], sizeof t->shape[i]);
            try_attributes(t);
        }
    }
}

static const char *verdict(const lp_op_row *op, const trial *t) {
    if (op->backward == NULL)
        return "no backward";
    if (t->row->cases == 0)
        return "not reached";
    if (!isfinite(t->row->worst))
        return "wrong";
    for (int i = 0; i < LP_MAX_OPERANDS; i++)
        if (t->checked[i] && !t->nonzero[i])
            return "all zero";
    return t->row->worst <= LP_GRADCHECK_TOLERANCE ? "ok" : "wrong";
}

lp_gradcheck_row lp_gradcheck_op(const lp_op_row *table, lp_op op, uint64_t seed) {
    lp_gradcheck_row row = {.op = table[op].name, .formula = table[op].formula};
    lp_rng rng = lp_rng_new(seed, LP_RNG_GRADCHECK, (uint32_t)op);
    trial t = {.table = table, .op = op, .rng = &rng, .row = &row};
    check_op(&t);
    row.verdict = verdict(&table[op], &t);
    return row;
}

lp_op lp_gradcheck_find(const char *name) {
    lp_op op = LP_OP_LEAF + 1;
    while (op < LP_OPS && strcmp(lp_ops[op].name, name) != 0)
        op++;
    return op;
}

static bool is_among(const char *op, const char *const *names, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (strcmp(names[i], op) == 0)
            return true;
    return false;
}

size_t lp_gradcheck(const char *const *names, size_t n, uint64_t seed,
                    lp_gradcheck_row row[LP_OPS]) {
    size_t count = 0;
    for (lp_op op = LP_OP_LEAF + 1; op < LP_OPS; op++)
        if (n == 0 || is_among(lp_ops[op].name, names, n))
            row[count++] = lp_gradcheck_op(lp_ops, op, seed);
    return count;
}

size_t lp_gradcheck_print(const lp_gradcheck_row *row, size_t count, bool tsv, lp_buffer *out) {
    size_t wrong = 0;
    const char *line = tsv ? "%s\t%zu\t%.1e\t%s\t%s\n" : "%-18s %7zu  %22.1e  %-7s  %s\n";
    lp_buffer_printf(
        out, "%s",
        tsv ? "op\tpoints\tlargest_relative_error\tverdict\tformula\n"
            : "op                  points  largest relative error  verdict  formula\n");
    for (size_t i = 0; i < count; i++) {
        lp_buffer_printf(out, line, row[i].op, row[i].cases, row[i].worst, row[i].verdict,
                         row[i].formula);
        wrong += strcmp(row[i].verdict, "ok") != 0;
    }
    return wrong;
}
