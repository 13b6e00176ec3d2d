/* The ops on pictures, forward and backward in double, against PyTorch 1.13: what `python3
 * tests/unit/torch_ops.py` printed is in `rows` below. Each tensor (the output, the gradients of
 * the operands, the running statistics) is three sums with different weights. */
#include "check.h"

#include "autodiff/graph.h"

#include <stdlib.h>

enum { MOST = 20000, TENSORS = 6 };

// clang-format off
static const struct {
    const char *name;
    size_t tensors;
    double sums[TENSORS][3];
} rows[] = {
    {"conv", 4, {{-0x1.1ae02e0000000p+3, 0x1.27f84d8000000p+5, 0x1.41e7468000000p+5}, {-0x1.edd9500000000p+2, 0x1.1845c58000000p+6, -0x1.d743c00000000p+4}, {-0x1.6654ef8000000p+5, 0x1.2733b20000000p+3, -0x1.9a66de0000000p+3}, {0x1.279e000000000p+3, -0x1.a7c3000000000p+4, -0x1.0e4a800000000p+5}}},
    {"conv", 3, {{0x1.373c6a0000000p+4, -0x1.df08859000000p+8, 0x1.1264dc8000000p+7}, {-0x1.8ce9e70000000p+7, 0x1.372f3b4000000p+6, -0x1.38081b8000000p+6}, {-0x1.d98124c000000p+6, -0x1.260e1fa000000p+8, 0x1.118c59f000000p+8}}},
    {"conv", 4, {{-0x1.0668c60000000p+4, -0x1.f6e3ce0000000p+3, 0x1.c965338000000p+8}, {-0x1.47d007a000000p+7, -0x1.4260124000000p+6, -0x1.20482aa000000p+7}, {0x1.87ff5ba800000p+9, -0x1.8b018c4000000p+8, -0x1.423697a000000p+7}, {-0x1.987c000000000p+2, 0x1.450f000000000p+5, 0x1.cd36000000000p+3}}},
    {"conv", 4, {{0x1.c625d00000000p+2, 0x1.21b2330000000p+5, -0x1.0831d40000000p+5}, {0x1.ef8f340000000p+3, -0x1.6202b18000000p+6, -0x1.084af30000000p+5}, {0x1.3f190c8000000p+5, 0x1.a66b3f8000000p+5, -0x1.da90b60000000p+3}, {-0x1.f608000000000p+2, 0x1.0de0000000000p+3, 0x1.8310000000000p+1}}},
    {"conv", 3, {{-0x1.66e3d12000000p+7, -0x1.bd81eef800000p+9, -0x1.d4e4a9a800000p+9}, {0x1.3f10ec0000000p+2, -0x1.692e198400000p+10, -0x1.0c68f4f400000p+10}, {-0x1.1a3b57b800000p+11, -0x1.5c35791800000p+9, 0x1.f4ec52c000000p+7}}},
    {"conv", 4, {{-0x1.c9d3a70000000p+6, 0x1.c775a1c000000p+9, 0x1.2639ccc000000p+8}, {-0x1.b4cffed400000p+10, -0x1.6d3a833000000p+13, -0x1.9bd8f58b00000p+12}, {-0x1.4e95326000000p+7, -0x1.c0ec0a0000000p+9, -0x1.5ad024b400000p+10}, {0x1.a3cc000000000p+4, 0x1.5427200000000p+7, 0x1.bd30000000000p+1}}},
    {"max-pool", 2, {{-0x1.b660000000000p+0, -0x1.18c8000000000p+1, -0x1.0860000000000p+1}, {-0x1.3bd2000000000p+4, 0x1.b78a000000000p+3, 0x1.120e000000000p+5}}},
    {"average-pool", 2, {{0x1.9591c71c71c74p+0, 0x1.3361c71c71c71p+0, 0x1.b980000000000p-1}, {0x1.32f1c71c71c72p+0, 0x1.f53f8e38e38e4p+2, 0x1.83fb8e38e38e4p+2}}},
    {"max-pool", 2, {{0x1.cb70000000000p+1, 0x1.a480000000000p-2, -0x1.aa50000000000p+1}, {-0x1.1b00000000000p+4, -0x1.10ce000000000p+3, 0x1.7164000000000p+3}}},
    {"average-pool", 2, {{0x1.4a40000000000p+1, 0x1.92d0000000000p+0, -0x1.41e0000000000p+0}, {-0x1.6c48000000000p+1, 0x1.e560000000000p+0, -0x1.d960000000000p-1}}},
    {"max-pool", 2, {{-0x1.8ef8000000000p+2, -0x1.8200000000000p-1, 0x1.5a78000000000p+2}, {-0x1.3e9a000000000p+3, -0x1.beb4000000000p+2, -0x1.6b1a000000000p+3}}},
    {"average-pool", 2, {{-0x1.6900000000020p-4, 0x1.f54e38e38e38dp+1, 0x1.60f238e38e38dp+2}, {0x1.779f1c71c71c5p+1, 0x1.374471c71c71dp+1, 0x1.7d6e38e38e386p-1}}},
    {"max-pool", 2, {{0x1.2126000000000p+3, 0x1.c7b8000000000p+1, -0x1.1865000000000p+4}, {0x1.2c3c000000000p+2, -0x1.36b2000000000p+3, 0x1.dbfe000000000p+3}}},
    {"average-pool", 2, {{0x1.aabd000000000p+2, 0x1.58a8800000000p+3, -0x1.4d1b000000000p+2}, {-0x1.a96c000000000p+2, -0x1.0e9c000000000p+2, 0x1.2740000000000p-2}}},
    {"batch-norm", 6, {{-0x1.ef48c9159eefbp+3, -0x1.b281186a67304p+4, -0x1.0dd9d52ef6d62p+5}, {-0x1.85b78f60162c8p-2, 0x1.617b9881c81b1p+2, -0x1.2ac7bb0aab399p+3}, {-0x1.225f61d4ed878p+5, -0x1.751b10c950320p+6, -0x1.8d5e9bb8a7452p+5}, {-0x1.c64a000000000p+3, -0x1.5436000000000p+3, -0x1.3151000000000p+4}, {0x1.9aabae147ae15p-2, -0x1.559dc28f5c28fp-2, -0x1.1c2051eb851ecp-3}, {0x1.04abce633fcd8p-2, -0x1.d089816c2d294p+1, -0x1.714cdad46a138p+0}}},
    {"batch-norm, inference", 6, {{-0x1.c1c71f571f64cp+3, -0x1.f5609c8690704p+4, -0x1.3220c87744cfcp+5}, {-0x1.e35f1e265e08ap+3, -0x1.c061f29ef3259p+4, -0x1.619542945ba88p+5}, {-0x1.b2a590f951dc0p+4, -0x1.5a9e6b7f82a12p+6, -0x1.3b75e79f0fa2cp+5}, {-0x1.c64a000000000p+3, -0x1.5436000000000p+3, -0x1.3151000000000p+4}, {0x1.8800000000000p-2, -0x1.8000000000000p-2, -0x1.1000000000000p-3}, {0x1.a000000000000p-3, -0x1.d000000000000p+1, -0x1.7400000000000p+0}}},
    {"batch-norm", 6, {{-0x1.72d94d8555214p+3, -0x1.8ae6948147e5bp+3, 0x1.d731ed631938ap+1}, {0x1.73b57c35122f3p+1, -0x1.03d5a16a52ee1p+2, -0x1.65579d301d024p-1}, {-0x1.01cb7043aa68dp+4, -0x1.7ac162f19508cp+4, 0x1.77346f03e7100p-2}, {-0x1.1838000000000p+1, 0x1.8154000000000p+2, -0x1.79e0000000000p-1}, {0x1.11db6db6db6dap-2, -0x1.ad19999999999p-1, 0x1.f89999999999ap-2}, {-0x1.db88a1d41d40cp-2, -0x1.9e3e4a35a35a4p+2, 0x1.2b30d93813813p+0}}},
    {"batch-norm, inference", 6, {{-0x1.49ef85ce23cb4p+3, -0x1.1a7358e4d02cap+4, 0x1.e80ec1dd1b174p+1}, {-0x1.49311e6a46f6fp+3, -0x1.80934ea3d3432p+4, -0x1.d463848634d35p+1}, {-0x1.15755a37be5f1p+4, -0x1.8c70e424ee85ep+4, -0x1.6ec362e3e0cf2p+1}, {-0x1.1838000000000p+1, 0x1.8154000000000p+2, -0x1.79e0000000000p-1}, {0x1.b000000000000p-3, -0x1.1c00000000000p+0, 0x1.2400000000000p-1}, {-0x1.9000000000000p-2, -0x1.a200000000000p+2, 0x1.5400000000000p+0}}},
    {"batch-norm", 6, {{-0x1.130ffaad68572p+4, -0x1.06d4fc6f6ae7cp+4, 0x1.76762387de6b0p+2}, {-0x1.5560213ee736cp+1, -0x1.1ed03a20cde4ap+3, -0x1.4ee47242e2863p+2}, {-0x1.ab4eea4a52d02p+5, -0x1.4dd5a70a10b2ap+5, -0x1.e0b8c7939d2a2p+4}, {0x1.4c20000000000p+4, 0x1.0379000000000p+4, 0x1.75a4000000000p+3}, {0x1.5266666666667p-4, 0x1.0860000000000p-4, 0x1.7cb3333333334p-5}, {-0x1.0934f36202ed0p+1, -0x1.9e62bc4924925p+0, -0x1.2a5b91ce434aap+0}}},
    {"batch-norm, inference", 6, {{-0x1.1c1f374aef101p+4, -0x1.6c4ae1116c82ap+4, 0x1.616de055487fbp+2}, {-0x1.85d6b842098a2p+3, -0x1.d85ff3366dab1p+4, -0x1.edd35e2f014dap+1}, {-0x1.17f15444c37e3p+6, -0x1.b56913ab71753p+5, -0x1.3aef7ecd5bedfp+5}, {0x1.4c20000000000p+4, 0x1.0379000000000p+4, 0x1.75a4000000000p+3}, {0x0.0p+0, 0x0.0p+0, 0x0.0p+0}, {-0x1.0000000000000p+1, -0x1.9000000000000p+0, -0x1.2000000000000p+0}}},
};
// clang-format on
enum { ROWS = sizeof rows / sizeof *rows };

static size_t row;
static lp_graph *g;
static double value[3][MOST], gradient[3][MOST];

/* As torch_ops.py has them. */
static double number(size_t i, size_t start) {
    return (double)((i * 37 + start * 11) % 1009) / 256 - 2;
}

static double *numbers(double *x, size_t count, size_t start) {
    CHECK(count <= MOST);
    for (size_t i = 0; i < count; i++)
        x[i] = number(i, start);
    return x;
}

static int leaf(int operand, size_t n, size_t cols) {
    numbers(value[operand], n * cols, (size_t)operand + 1);
    return lp_graph_parameter(g, n, cols, value[operand], gradient[operand]);
}

static void compare(size_t tensor, size_t count, const double *x) {
    for (size_t k = 0; k < 3; k++) {
        double sum = 0;
        for (size_t i = 0; i < count; i++)
            sum += x[i] * ((double)((i * (29 + 2 * k) + 7 * k) % 64) / 16 - 2);
        CHECK_CLOSE(sum, rows[row].sums[tensor][k], 1e-10);
    }
}

/* Ends the graph with Σ y c, runs it, and compares y and the gradients of the `leaves`. */
static void run(const char *name, int y, const int *leaves, size_t count, bool training) {
    static double factor[MOST];
    lp_error e;
    CHECK(row < ROWS);
    CHECK_TEXT(rows[row].name, name);
    CHECK(y >= 0);
    size_t n = g->node[y].rows, cols = g->node[y].cols;
    int c = lp_graph_parameter(g, n, cols, numbers(factor, n * cols, 9), NULL);
    int loss = lp_graph_apply(g, LP_OP_SUM, lp_graph_apply(g, LP_OP_MULTIPLY, y, c));
    CHECK(lp_graph_finish(g, loss, &e) == 0);
    lp_graph_set_training(g, training);
    lp_graph_forward(g);
    lp_graph_backward(g);
    compare(0, n * cols, g->node[y].value);
    for (size_t i = 0; i < count; i++) {
        const lp_node *l = &g->node[leaves[i]];
        compare(1 + i, l->rows * l->cols, l->gradient);
    }
}

/* window, pictures, channels out, bias */
static void conv(lp_window w, size_t n, size_t out, bool bias) {
    g = lp_graph_new(LP_F8);
    int leaves[] = {leaf(0, n, lp_window_picture(&w)), leaf(1, out, lp_window_elements(&w)),
                    bias ? leaf(2, 1, out) : -1};
    int y = lp_graph_conv(g, LP_ACTIVATION_IDENTITY, &w, leaves[0], leaves[1], leaves[2]);
    run("conv", y, leaves, bias ? 3 : 2, true);
    lp_graph_free(g);
    row++;
}

static void pool(lp_window w, size_t n) {
    for (lp_op op = LP_OP_MAX_POOL; op <= LP_OP_AVERAGE_POOL; op++, row++) {
        g = lp_graph_new(LP_F8);
        int x = leaf(0, n, lp_window_picture(&w));
        int y = lp_graph_apply_window(g, op, &w, x, -1, -1);
        run(op == LP_OP_MAX_POOL ? "max-pool" : "average-pool", y, &x, 1, true);
        lp_graph_free(g);
    }
}

static void batch_norm(size_t channels, size_t height, size_t width, size_t n) {
    for (int inference = 0; inference < 2; inference++, row++) {
        double mean[8], variance[8];
        for (size_t c = 0; c < channels; c++) {
            mean[c] = (double)c / 8;
            variance[c] = 1 + (double)c / 4;
        }
        g = lp_graph_new(LP_F8);
        lp_window w = {.channels = channels, .height = height, .width = width};
        int leaves[] = {leaf(0, n, channels * height * width), leaf(1, 1, channels),
                        leaf(2, 1, channels)};
        int y = lp_graph_apply_window(g, LP_OP_BATCH_NORM, &w, leaves[0], leaves[1], leaves[2]);
        lp_graph_set_running(g, y, mean, variance);
        run(inference ? "batch-norm, inference" : "batch-norm", y, leaves, 3, !inference);
        compare(4, channels, mean);
        compare(5, channels, variance);
        lp_graph_free(g);
    }
}

static void all(void) {
    conv((lp_window){3, 7, 6, 3, 2, 2, 1}, 2, 4, true);
    conv((lp_window){2, 9, 8, 5, 5, 1, 0}, 3, 5, false);
    conv((lp_window){4, 5, 11, 3, 3, 1, 1}, 2, 7, true);
    conv((lp_window){2, 13, 9, 4, 4, 3, 2}, 5, 3, true);
    conv((lp_window){12, 9, 9, 5, 5, 1, 2}, 2, 6, false);
    conv((lp_window){1, 28, 28, 5, 5, 1, 0}, 2, 6, true);
    pool((lp_window){3, 7, 8, 3, 3, 2, 1}, 2);
    pool((lp_window){2, 5, 7, 2, 2, 2, 0}, 3);
    pool((lp_window){1, 9, 9, 3, 3, 1, 1}, 2);
    pool((lp_window){2, 8, 34, 2, 2, 2, 0}, 2);
    batch_norm(3, 5, 4, 2);
    batch_norm(6, 1, 1, 7);
    batch_norm(1, 3, 3, 4);
    CHECK(row == ROWS);
}

/* ---- what PyTorch cannot be asked for: its mask is another one ---- */

static void dropout(void) {
    enum { N = 50, COLS = 40 };
    g = lp_graph_new(LP_F8);
    lp_error e;
    int x = leaf(0, N, COLS), y = lp_graph_apply(g, LP_OP_DROPOUT, x);
    lp_graph_set_dropout(g, y, 0.25, 7, 3);
    CHECK(lp_graph_finish(g, lp_graph_apply(g, LP_OP_SUM, y), &e) == 0);
    double first[N * COLS] = {0};
    const double *got = g->node[y].value;
    for (uint64_t step = 0; step < 3; step++) {
        lp_graph_set_step(g, step == 2 ? 0 : step);
        lp_graph_forward(g);
        lp_graph_backward(g);
        size_t kept = 0, same = 0;
        for (size_t i = 0; i < N * COLS; i++) {
            CHECK(gradient[0][i] == 0 || gradient[0][i] == 1 / 0.75);
            CHECK(got[i] == value[0][i] * gradient[0][i]);
            kept += gradient[0][i] != 0;
            same += gradient[0][i] == first[i];
            first[i] = step == 0 ? gradient[0][i] : first[i];
        }
        CHECK_CLOSE(kept, 0.75 * N * COLS, 80); /* four deviations */
        /* Another step has another mask; the same step, the same one. */
        CHECK(step == 0 || (step == 1 ? same < N * COLS * 3 / 4 : same == N * COLS));
    }
    lp_graph_set_training(g, false);
    lp_graph_forward(g);
    CHECK(memcmp(got, value[0], N * COLS * sizeof *got) == 0);
    lp_graph_free(g);
}

static void unfit(void) {
    static const struct {
        lp_window window;
        size_t cols, w_cols, b_cols;
        const char *text;
    } cases[] = {
        {{1, 4, 4, 2, 2, 1, 0}, 15, 4, 3, "x has 15 columns, expected 16 (1 channels of 4 x 4)"},
        {{1, 4, 4, 2, 2, 1, 0}, 16, 5, 3, "a column for each element of the window"},
        {{1, 4, 4, 2, 2, 1, 0}, 16, 4, 1, "one column for each row of the weights"},
        {{1, 4, 4, 5, 2, 1, 0}, 16, 10, 3, "larger than the picture"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        g = lp_graph_new(LP_F8);
        int x = leaf(0, 2, cases[i].cols), w = leaf(1, 3, cases[i].w_cols);
        int y = lp_graph_conv(g, LP_ACTIVATION_RELU, &cases[i].window, x, w,
                              leaf(2, 1, cases[i].b_cols));
        lp_error e;
        CHECK(lp_graph_finish(g, y, &e) == -1);
        CHECK_HOLDS(e.text, cases[i].text);
        lp_graph_free(g);
    }
}

int main(void) {
    static const check_test tests[] = {
        {"convolution, pooling and batch normalisation as PyTorch's", all},
        {"dropout by step", dropout},
        {"operands that do not fit are refused", unfit},
        {0},
    };
    return check_main("test_torch_ops", tests);
}
