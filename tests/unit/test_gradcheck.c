/* gradcheck passes the ops as they are, and finds every one that is broken on purpose. */
#include "check.h"

#include "autodiff/gradcheck.h"
#include "autodiff/graph.h"

static lp_gradcheck_row row[LP_OPS];
static size_t count;

static void all_good(void) {
    count = lp_gradcheck(NULL, 0, 0, row);
    CHECK(count == LP_OPS - 1);
    for (size_t i = 0; i < count; i++) {
        CHECK_TEXT(row[i].op, lp_ops[i + 1].name);
        CHECK_TEXT(row[i].verdict, "ok");
        CHECK(row[i].cases >= 40);
        CHECK(row[i].worst > 0 && row[i].worst < LP_GRADCHECK_TOLERANCE);
    }
}

static void some(void) {
    static const char *const names[] = {"softmax", "exp", "softmax"};
    lp_gradcheck_row few[LP_OPS];
    CHECK(lp_gradcheck(names, 3, 0, few) == 2);
    CHECK_TEXT(few[0].op, "exp");
    CHECK(few[0].cases == row[LP_OP_EXP - 1].cases && few[0].worst == row[LP_OP_EXP - 1].worst);
    CHECK_TEXT(few[1].op, "softmax");
    CHECK(lp_gradcheck_find("softmax") == LP_OP_SOFTMAX);
    CHECK(lp_gradcheck_find(lp_ops[LP_OP_LEAF].name) == LP_OPS);
    CHECK(lp_gradcheck_find("conv2d") == LP_OPS);
}

static void do_nothing(const lp_graph *g, lp_node *n) {
    (void)g, (void)n;
}

/* The true backward, and then its result scaled by a thousandth more. */
static lp_op broken_op;
static void slightly_off(const lp_graph *g, lp_node *n) {
    lp_ops[broken_op].backward(g, n);
    lp_node *in = &g->node[n->operand[0]];
    if (in->needs_gradient)
        g->num->scale(in->rows * in->cols, 1.001, in->gradient, in->gradient);
}

/* The true backward, but forgetting what was in the gradient before: wrong in a diamond only. */
static void overwriting(const lp_graph *g, lp_node *n) {
    for (int i = 0; i < n->operands; i++)
        g->node[n->operand[i]].has_gradient = false;
    lp_ops[broken_op].backward(g, n);
}

static void not_a_number(const lp_graph *g, lp_node *n) {
    lp_node *in = &g->node[n->operand[0]];
    if (in->needs_gradient)
        g->num->fill(in->rows * in->cols, NAN, in->gradient);
    in->has_gradient = true;
}

static const char *verdict_with(lp_op op, void (*backward)(const lp_graph *, lp_node *)) {
    static lp_op_row table[LP_OPS];
    memcpy(table, lp_ops, sizeof table);
    broken_op = op;
    table[op].backward = backward;
    lp_buffer text = {0};
    lp_gradcheck_row broken = lp_gradcheck_op(table, op, 0);
    CHECK(lp_gradcheck_print(&broken, 1, true, &text) == 1);
    lp_buffer_free(&text);
    return broken.verdict;
}

static void broken(void) {
    static const lp_op ops[] = {LP_OP_MATMUL_NT, LP_OP_DIVIDE, LP_OP_EXPAND,
                                LP_OP_SOFTMAX,   LP_OP_SELECT, LP_OP_CROSS_ENTROPY};
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) {
        CHECK_TEXT(verdict_with(ops[i], do_nothing), "all zero");
        CHECK_TEXT(verdict_with(ops[i], slightly_off), "wrong");
        CHECK_TEXT(verdict_with(ops[i], overwriting), "wrong");
        CHECK_TEXT(verdict_with(ops[i], not_a_number), "wrong");
        CHECK_TEXT(verdict_with(ops[i], NULL), "no backward");
    }
}

static void printed(void) {
    lp_buffer text = {0};
    CHECK(lp_gradcheck_print(row, count, true, &text) == 0);
    size_t lines = 0;
    for (size_t i = 0; i < text.size; i++)
        lines += text.data[i] == '\n';
    CHECK(lines == LP_OPS);
    CHECK_HOLDS(text.data, "op\tpoints\tlargest_relative_error\tverdict\tformula\nmatmul-nn\t");
    lp_buffer_free(&text);
}

int main(void) {
    static const check_test tests[] = {
        {"every op of the table is right", all_good},
        {"some ops by name", some},
        {"a broken op is found", broken},
        {"the table as tab-separated values", printed},
        {0},
    };
    return check_main("test_gradcheck", tests);
}
