/* The graph: values and derivatives worked out by hand, values used twice, batches that shrink,
 * and every mistake in building. */
#include "check.h"

#include "autodiff/graph.h"

static lp_error e;

static double at(const lp_graph *g, int node, size_t i) {
    return ((const double *)g->node[node].value)[i];
}

/* loss = Σ (a b - x)² with a = [1 2], b = [3 4]ᵀ, x = 10: a b = 11, loss 1, dL/da = 2 bᵀ. */
static void product(void) {
    double a[] = {1, 2}, b[] = {3, 4}, x[] = {10}, da[2], db[2];
    lp_graph *g = lp_graph_new(LP_F8);
    int na = lp_graph_parameter(g, 1, 2, a, da), nb = lp_graph_parameter(g, 2, 1, b, db);
    int nx = lp_graph_input(g, 1, 1, false);
    int loss =
        lp_graph_apply(g, LP_OP_SQUARED_ERROR, lp_graph_apply(g, LP_OP_MATMUL_NN, na, nb), nx);
    CHECK(lp_graph_finish(g, loss, &e) == 0);
    lp_graph_set(g, nx, x);
    for (int run = 0; run < 2; run++) { /* twice: gradients are replaced, not piled up */
        lp_graph_forward(g);
        lp_graph_backward(g);
        CHECK_CLOSE(lp_graph_loss(g), 1, 0);
        CHECK_CLOSE(da[0], 6, 0);
        CHECK_CLOSE(da[1], 8, 0);
        CHECK_CLOSE(db[0], 2, 0);
        CHECK_CLOSE(db[1], 4, 0);
    }
    lp_graph_free(g);
}

/* f = x² y + y + 2 at x = 3, y = 4 is 42 with df/dx = 2 x y = 24, df/dy = x² + 1 = 10 (Géron,
 * Hands-On Machine Learning, appendix on autodiff): x is used twice, y twice. */
static void used_twice(void) {
    double x = 3, y = 4, two = 2, dx, dy;
    lp_graph *g = lp_graph_new(LP_F8);
    int nx = lp_graph_parameter(g, 1, 1, &x, &dx), ny = lp_graph_parameter(g, 1, 1, &y, &dy);
    int c = lp_graph_parameter(g, 1, 1, &two, NULL);
    int xx = lp_graph_apply(g, LP_OP_MULTIPLY, nx, nx);
    int xxy = lp_graph_apply(g, LP_OP_MULTIPLY, xx, ny);
    int f = lp_graph_apply(g, LP_OP_ADD, lp_graph_apply(g, LP_OP_ADD, xxy, ny), c);
    CHECK(lp_graph_finish(g, f, &e) == 0);
    lp_graph_forward(g);
    lp_graph_backward(g);
    CHECK_CLOSE(lp_graph_loss(g), 42, 0);
    CHECK_CLOSE(dx, 24, 0);
    CHECK_CLOSE(dy, 10, 0);
    lp_graph_free(g);
}

/* A diamond: s = Σ (e + e²), e = exp x: ds/dx = e + 2 e². */
static void diamond(void) {
    double x[] = {0, 1, -2}, dx[3];
    lp_graph *g = lp_graph_new(LP_F8);
    int nx = lp_graph_parameter(g, 1, 3, x, dx);
    int ex = lp_graph_apply(g, LP_OP_EXP, nx);
    int sum = lp_graph_apply(g, LP_OP_SUM,
                             lp_graph_apply(g, LP_OP_ADD, ex, lp_graph_apply(g, LP_OP_SQUARE, ex)));
    CHECK(lp_graph_finish(g, sum, &e) == 0);
    lp_graph_forward(g);
    lp_graph_backward(g);
    for (int i = 0; i < 3; i++)
        CHECK_RELATIVE(dx[i], exp(x[i]) + 2 * exp(2 * x[i]), 1e-14);
    lp_graph_free(g);
}

/* x / y: the derivatives are 1/y and -x/y², also where y is repeated along the rows. */
static void quotient(void) {
    double x[] = {1, 2, 3, 4}, y[] = {2, 5}, dx[4], dy[2];
    lp_graph *g = lp_graph_new(LP_F8);
    int q = lp_graph_apply(g, LP_OP_DIVIDE, lp_graph_parameter(g, 2, 2, x, dx),
                           lp_graph_parameter(g, 1, 2, y, dy));
    CHECK(lp_graph_finish(g, lp_graph_apply(g, LP_OP_SUM, q), &e) == 0);
    lp_graph_forward(g);
    lp_graph_backward(g);
    CHECK_CLOSE(at(g, q, 3), 0.8, 1e-15);
    CHECK_CLOSE(dx[0], 0.5, 0);
    CHECK_CLOSE(dx[3], 0.2, 1e-16);
    CHECK_CLOSE(dy[0], -(1 + 3) / 4.0, 1e-15);
    CHECK_CLOSE(dy[1], -(2 + 4) / 25.0, 1e-15);
    lp_graph_free(g);
}

/* Two classes with logits (0, ln 3): softmax (1/4, 3/4); cross-entropy of class 0 is ln 4. */
static void cross_entropy(void) {
    double x[] = {0, log(3), 0, log(3)}, dx[4];
    const int32_t label[] = {0, 1};
    lp_graph *g = lp_graph_new(LP_F8);
    int loss = lp_graph_apply(g, LP_OP_CROSS_ENTROPY, lp_graph_parameter(g, 2, 2, x, dx));
    lp_graph_set_labels(g, loss, label);
    lp_graph_set_mean(g, loss);
    CHECK(lp_graph_finish(g, loss, &e) == 0);
    lp_graph_forward(g);
    lp_graph_backward(g);
    CHECK_CLOSE(lp_graph_loss(g), (log(4) + log(4.0 / 3)) / 2, 1e-15);
    const double expected[] = {-0.375, 0.375, 0.125, -0.125};
    for (int i = 0; i < 4; i++)
        CHECK_CLOSE(dx[i], expected[i], 1e-15);
    lp_graph_free(g);
}

/* A batch with fewer rows than built gives the sums of those rows alone: Σ (w x)² over rows. */
static void fewer_rows(void) {
    double w = 2, dw, x[] = {1, 2, 3, 4}, zero[4] = {0};
    lp_graph *g = lp_graph_new(LP_F8);
    int nx = lp_graph_input(g, 4, 1, true), nz = lp_graph_input(g, 4, 1, true);
    int nw = lp_graph_parameter(g, 1, 1, &w, &dw);
    int y = lp_graph_linear(g, LP_ACTIVATION_IDENTITY, nx, nw, -1);
    int loss = lp_graph_apply(g, LP_OP_SQUARED_ERROR, y, nz);
    lp_graph_set_mean(g, loss);
    CHECK(lp_graph_finish(g, loss, &e) == 0);
    lp_graph_set(g, nx, x);
    lp_graph_set(g, nz, zero);
    const struct {
        size_t rows;
        double loss, gradient; /* mean of (2x)², mean of 2 (2x) x */
    } expected[] = {{4, 30, 30}, {2, 10, 10}, {1, 4, 4}, {3, 4 * 14 / 3.0, 4 * 14 / 3.0}};
    for (int i = 0; i < 4; i++) {
        lp_graph_set_rows(g, expected[i].rows);
        lp_graph_forward(g);
        lp_graph_backward(g);
        CHECK_CLOSE(lp_graph_loss(g), expected[i].loss, 1e-14);
        CHECK_CLOSE(dw, expected[i].gradient, 1e-14);
    }
    lp_graph_free(g);
}

/* A parameter that the loss does not depend on gets zeros. */
static void unused(void) {
    double a = 1, b = 1, da, db = NAN;
    lp_graph *g = lp_graph_new(LP_F8);
    int na = lp_graph_parameter(g, 1, 1, &a, &da);
    lp_graph_parameter(g, 1, 1, &b, &db);
    CHECK(lp_graph_finish(g, lp_graph_apply(g, LP_OP_SQUARE, na), &e) == 0);
    lp_graph_forward(g);
    lp_graph_backward(g);
    CHECK_CLOSE(da, 2, 0);
    CHECK_CLOSE(db, 0, 0);
    lp_graph_free(g);
}

/* The whole of an f4 graph in f4: 16777216 + 1 is lost, as it is in float. */
static void single_precision(void) {
    float a[] = {16777216, 1}, da[2];
    lp_graph *g = lp_graph_new(LP_F4);
    int sum = lp_graph_apply(g, LP_OP_SUM, lp_graph_parameter(g, 1, 2, a, da));
    CHECK(lp_graph_finish(g, sum, &e) == 0);
    lp_graph_forward(g);
    lp_graph_backward(g);
    CHECK_CLOSE(lp_graph_loss(g), 16777216, 0);
    CHECK_CLOSE(da[1], 1, 0);
    lp_graph_free(g);
}

typedef int (*builder)(lp_graph *g, int a, int b);

static void refuse(builder build, const char *expected) {
    static double a[6], b[12], da[6], db[12];
    lp_graph *g = lp_graph_new(LP_F8);
    int na = lp_graph_parameter(g, 2, 3, a, da), nb = lp_graph_parameter(g, 4, 3, b, db);
    CHECK(lp_graph_finish(g, build(g, na, nb), &e) == -1);
    CHECK_HOLDS(e.text, "building the graph");
    CHECK_HOLDS(e.text, expected);
    lp_graph_free(g);
}

static int misfit_product(lp_graph *g, int a, int b) {
    /* The first mistake is the one reported, whatever is built on it. */
    return lp_graph_apply(g, LP_OP_SUM, lp_graph_apply(g, LP_OP_MATMUL_NN, a, b));
}
static int misfit_sum(lp_graph *g, int a, int b) {
    return lp_graph_apply(g, LP_OP_SUM, lp_graph_apply(g, LP_OP_ADD, a, b));
}
static int too_few(lp_graph *g, int a, int b) {
    (void)b;
    return lp_graph_apply(g, LP_OP_ADD, a);
}
static int too_many(lp_graph *g, int a, int b) {
    return lp_graph_apply(g, LP_OP_EXP, a, b);
}
static int no_single_number(lp_graph *g, int a, int b) {
    (void)b;
    return lp_graph_apply(g, LP_OP_EXP, a);
}
static int later_operand(lp_graph *g, int a, int b) {
    (void)a;
    return lp_graph_apply(g, LP_OP_SUM, b + 5);
}
static int wide_bias(lp_graph *g, int a, int b) {
    return lp_graph_apply(g, LP_OP_SUM, lp_graph_linear(g, LP_ACTIVATION_IDENTITY, a, b, a));
}
static int batch_on_the_right(lp_graph *g, int a, int b) {
    (void)b;
    int x = lp_graph_input(g, 5, 3, true);
    return lp_graph_apply(g, LP_OP_SUM, lp_graph_apply(g, LP_OP_MATMUL_NT, a, x));
}

static void mistakes(void) {
    refuse(misfit_product, "matmul-nn: (2, 3) and (4, 3) do not fit");
    refuse(misfit_sum, "add: (2, 3) and (4, 3) do not fit");
    refuse(too_few, "too few or too many operands");
    refuse(too_many, "too few or too many operands");
    refuse(no_single_number, "the root is not a single number");
    refuse(later_operand, "an operand is not an earlier node");
    refuse(wide_bias, "linear: (4, 3) and (2, 3) do not fit");
    refuse(batch_on_the_right, "b cannot be a batch");
}

static void missing_backward(void) {
    static lp_op_row table[LP_OPS];
    memcpy(table, lp_ops, sizeof table);
    table[LP_OP_TANH].backward = NULL;
    double x = 1, dx;
    for (int i = 0; i < 2; i++) {
        lp_graph *g = lp_graph_new(LP_F8);
        g->ops = table;
        int nx = lp_graph_parameter(g, 1, 1, &x, i == 0 ? &dx : NULL);
        int root = lp_graph_apply(g, LP_OP_TANH, nx);
        /* Only a derivative needs it. */
        CHECK(lp_graph_finish(g, root, &e) == (i == 0 ? -1 : 0));
        if (i == 0)
            CHECK_HOLDS(e.text, "tanh has no backward");
        lp_graph_free(g);
    }
}

/* A layer as one node is the sum of its parts, also over so many rows that it goes over them some
 * at a time, and where two layers read one: its derivative is then whole only after both. */
static void layers(void) {
    enum { ROWS = 1001, IN = 3, HIDDEN = 20, OUT = 2, W1 = 0, B1 = 60, W2 = 80, W3 = 120, N = 160 };
    static double x[ROWS * IN], w[N], gradient[2][N];
    for (size_t i = 0; i < ROWS * IN; i++)
        x[i] = sin((double)i);
    for (size_t i = 0; i < N; i++)
        w[i] = cos(3.0 * (double)i);
    for (int readers = 1; readers <= 2; readers++)
        for (int sigmoid = 0; sigmoid < 2; sigmoid++) {
            double loss[2];
            for (int parts = 0; parts < 2; parts++) {
                lp_graph *g = lp_graph_new(LP_F8);
                double *d = gradient[parts];
                int nx = lp_graph_input(g, ROWS, IN, true), h, y;
                int w1 = lp_graph_parameter(g, HIDDEN, IN, w + W1, d + W1);
                int b1 = lp_graph_parameter(g, 1, HIDDEN, w + B1, d + B1);
                int w2 = lp_graph_parameter(g, OUT, HIDDEN, w + W2, d + W2);
                int w3 = lp_graph_parameter(g, OUT, HIDDEN, w + W3, d + W3);
                if (parts) {
                    int z = lp_graph_apply(g, LP_OP_ADD, lp_graph_apply(g, LP_OP_MATMUL_NT, nx, w1),
                                           b1);
                    h = lp_graph_apply(g, sigmoid ? LP_OP_SIGMOID : LP_OP_RELU, z);
                    y = lp_graph_apply(g, LP_OP_MATMUL_NT, h, w2);
                } else {
                    h = lp_graph_linear(g, sigmoid ? LP_ACTIVATION_SIGMOID : LP_ACTIVATION_RELU, nx,
                                        w1, b1);
                    y = lp_graph_linear(g, LP_ACTIVATION_IDENTITY, h, w2, -1);
                }
                if (readers == 2)
                    y = lp_graph_apply(g, LP_OP_MULTIPLY, y,
                                       parts
                                           ? lp_graph_apply(g, LP_OP_MATMUL_NT, h, w3)
                                           : lp_graph_linear(g, LP_ACTIVATION_IDENTITY, h, w3, -1));
                int root = lp_graph_apply(g, LP_OP_SUM, lp_graph_apply(g, LP_OP_SQUARE, y));
                CHECK(lp_graph_finish(g, root, &e) == 0);
                lp_graph_set(g, nx, x);
                for (int run = 0; run < 2; run++) {
                    lp_graph_forward(g);
                    lp_graph_backward(g);
                }
                loss[parts] = lp_graph_loss(g);
                lp_graph_free(g);
            }
            CHECK_RELATIVE(loss[0], loss[1], 1e-13);
            double largest = 0;
            for (int i = 0; i < W3; i++)
                largest = fmax(largest, fabs(gradient[1][i]));
            for (int i = 0; i < (readers == 2 ? N : W3); i++)
                CHECK_CLOSE(gradient[0][i], gradient[1][i], 1e-13 * largest);
        }
}

/* Gradients of two layers and a loss, with one backward of LINEAR or the other. The first layer's
 * result is read once or twice; its bias is a row, one number, or absent. */
static void two_layers(const lp_op_row *ops, lp_activation f, size_t bias, int readers,
                       double *gradient) {
    enum { ROWS = 1001, IN = 3, HIDDEN = 20, OUT = 2 };
    static double x[ROWS * IN], w[60 + 20 + 40];
    double *d = gradient;
    for (size_t i = 0; i < ROWS * IN; i++)
        x[i] = sin((double)i);
    for (size_t i = 0; i < 120; i++)
        w[i] = cos((double)(i * i));
    lp_graph *g = lp_graph_new(LP_F8);
    g->ops = ops;
    int nx = lp_graph_parameter(g, ROWS, IN, x, d + 120);
    int w1 = lp_graph_parameter(g, HIDDEN, IN, w, d);
    int b1 = bias > 0 ? lp_graph_parameter(g, 1, bias, w + 60, d + 60) : -1;
    int w2 = lp_graph_parameter(g, OUT, HIDDEN, w + 80, d + 80);
    int h = lp_graph_linear(g, f, nx, w1, b1);
    int y = lp_graph_linear(g, LP_ACTIVATION_SIGMOID, h, w2, -1);
    if (readers == 2)
        y = lp_graph_apply(g, LP_OP_MULTIPLY, y, lp_graph_linear(g, LP_ACTIVATION_TANH, h, w2, -1));
    int root = lp_graph_apply(g, LP_OP_SUM, lp_graph_apply(g, LP_OP_SQUARE, y));
    CHECK(lp_graph_finish(g, root, &e) == 0);
    lp_graph_forward(g);
    lp_graph_backward(g);
    lp_graph_free(g);
}

static bool some(const double *x, size_t n) {
    size_t zeros = 0;
    for (size_t i = 0; i < n; i++)
        zeros += x[i] == 0;
    return zeros < n;
}

/* Pieces and shortcuts change no bit: no element's sum gets another order. */
static void plain_backward(void) {
    enum { N = 120 + 1001 * 3 };
    static double fast[N], plain[N];
    static lp_op_row ops[LP_OPS];
    memcpy(ops, lp_ops, sizeof ops);
    ops[LP_OP_LINEAR].backward = lp_linear_backward_plain;
    static const size_t bias[] = {0, 1, 20};
    for (lp_activation f = 0; f < LP_ACTIVATION_COUNT; f++)
        for (int b = 0; b < 3; b++)
            for (int readers = 1; readers <= 2; readers++) {
                memset(fast, 0, sizeof fast);
                memset(plain, 0, sizeof plain);
                two_layers(lp_ops, f, bias[b], readers, fast);
                two_layers(ops, f, bias[b], readers, plain);
                CHECK(memcmp(fast, plain, sizeof fast) == 0);
                CHECK(some(plain, 60) && some(plain + 80, 40) && some(plain + 120, N - 120));
                CHECK(some(plain + 60, 20) == (b > 0));
            }
}

int main(void) {
    static const check_test tests[] = {
        {"a product and a squared error, by hand", product},
        {"values that are used twice sum their derivatives", used_twice},
        {"a diamond", diamond},
        {"x / y has the derivatives 1/y and -x/y²", quotient},
        {"cross-entropy of known probabilities", cross_entropy},
        {"a batch may have fewer rows than were built", fewer_rows},
        {"what the loss does not depend on has derivative 0", unused},
        {"a layer is its parts, row by row and with two readers", layers},
        {"a layer's fast backward gives the bits of the plain one", plain_backward},
        {"an f4 graph computes in f4", single_precision},
        {"mistakes in building are reported, the first one", mistakes},
        {"an op without a backward is an error", missing_backward},
        {0},
    };
    return check_main("test_graph", tests);
}
