/* Networks: outputs by hand, the same from graph and from plain running, in and out of streams,
 * initial weights by their moments, models and what is refused. */
#include "check.h"

#include "learn/evaluate.h"
#include "learn/predict.h"
#include "net/network.h"
#include "num/rng.h"

#include <stdlib.h>

static lp_error e;

static void put(lp_stream *s, const char *name, lp_type type, size_t rows, size_t cols,
                const void *numbers) {
    lp_tensor t = cols == 0 ? lp_tensor_vector(type, rows) : lp_tensor_matrix(type, rows, cols);
    memcpy(t.data, numbers, t.count * type.size);
    lp_stream_put(s, name, &t);
}

/* The output of a network of dense layers, layer by layer: what its graph is held against. */
static void output(const lp_network *m, size_t rows, const void *x, void *out) {
    const lp_params *p = &m->params;
    const lp_kernels *num = lp_kernels_of(p->type);
    const void *from = x;
    for (size_t l = 0; l < m->layers; l++) {
        const lp_layer *layer = &m->layer[l];
        void *y = lp_alloc(rows * layer->units, p->type.size);
        const void *bias =
            layer->bias == 0 ? NULL : lp_params_at(p, layer->param[LP_BIAS], p->value);
        num->gemm(LP_NT, rows, layer->units, layer->in.channels, from,
                  lp_params_at(p, layer->param[LP_WEIGHT], p->value), y, false);
        num->bias_unary(lp_activations[layer->activation].unary, rows, layer->units, bias,
                        layer->bias, y);
        if (from != x)
            free((void *)from);
        from = y;
    }
    memcpy(out, from, rows * lp_network_outputs(m) * p->type.size);
    free((void *)from);
}

/* The network's own way, for training or not. */
static void graph_output(const lp_network *m, size_t rows, const void *x, bool training,
                         void *out) {
    lp_graph *g = lp_graph_new(m->params.type);
    int from = lp_graph_input(g, rows, lp_network_inputs(m), true);
    int to = lp_network_graph(m, g, from, training, 0);
    CHECK(lp_graph_finish_forward(g, &e) == 0);
    lp_graph_set(g, from, x);
    lp_graph_forward(g);
    memcpy(out, g->node[to].value, rows * lp_network_outputs(m) * m->params.type.size);
    lp_graph_free(g);
}

/* relu(x [1 -1; 2 0]ᵀ + [0 1]) then [1 3] · + 0.5, at (1, 2) and (-3, 0):
 * (-1, 2) + (0, 1) = (-1, 3) -> (0, 3) -> 9.5;  (-3, -6) + (0, 1) = (-3, -5) -> 0 -> 0.5. */
static lp_stream *by_hand(void) {
    lp_stream *s = lp_stream_new();
    put(s, "layer1.weight", LP_F8, 2, 2, (double[]){1, -1, 2, 0});
    put(s, "layer1.bias", LP_F8, 2, 0, (double[]){0, 1});
    put(s, "layer2.weight", LP_F8, 1, 2, (double[]){1, 3});
    put(s, "layer2.bias", LP_F8, 1, 0, (double[]){0.5});
    lp_stream_put_text(s, "layer1.activation", "relu");
    lp_stream_put_text(s, "layer2.activation", "identity");
    return s;
}

static void output_by_hand(void) {
    lp_network m;
    lp_stream *s = by_hand();
    CHECK(lp_network_read(&m, s, false, &e) == 0);
    CHECK(m.layers == 2 && lp_network_inputs(&m) == 2 && lp_network_outputs(&m) == 1);
    const double x[] = {1, 2, -3, 0};
    double out[2];
    graph_output(&m, 2, x, false, out);
    CHECK_CLOSE(out[0], 9.5, 0);
    CHECK_CLOSE(out[1], 0.5, 0);
    lp_network_free(&m);
    lp_stream_free(s);
}

/* Every bias, activation and type: the graph's output has the bits of the plain one, and a network
 * that went through a stream as well. */
static void same_bits(void) {
    const lp_type types[] = {LP_F4, LP_F8};
    const size_t width[] = {7, 20, 9, 3};
    enum { ROWS = 37 };
    for (int t = 0; t < 2; t++)
        for (int bias = 0; bias < 3; bias++)
            for (int f = 0; f < LP_ACTIVATION_COUNT; f++) {
                lp_network m, copy;
                size_t size = types[t].size;
                m = lp_network_mlp(types[t], 3, width, bias, (lp_activation)f,
                                   LP_ACTIVATION_IDENTITY, true);
                lp_network_init(&m, LP_INIT_PYTORCH, NULL, 0, 5);
                char *x = lp_alloc(ROWS * 7, size);
                char *out = lp_alloc(ROWS * 3, size), *again = lp_alloc(ROWS * 3, size);
                lp_rng rng = lp_rng_new(1, LP_RNG_POINTS, 0);
                for (size_t i = 0; i < ROWS * 7; i++)
                    if (size == 4)
                        ((float *)x)[i] = (float)lp_rng_normal(&rng);
                    else
                        ((double *)x)[i] = lp_rng_normal(&rng);
                output(&m, ROWS, x, out);
                for (int training = 0; training < 2; training++) {
                    graph_output(&m, ROWS, x, training, again);
                    CHECK(memcmp(again, out, ROWS * 3 * size) == 0);
                }
                lp_stream *s = lp_stream_new();
                lp_network_write(&m, s);
                CHECK(lp_network_read(&copy, s, false, &e) == 0);
                graph_output(&copy, ROWS, x, false, again);
                CHECK(memcmp(again, out, ROWS * 3 * size) == 0);
                lp_tensor b;
                CHECK(lp_stream_describe(s, "layer2.bias", &b) == (bias != LP_BIAS_NONE));
                CHECK(bias == LP_BIAS_NONE || b.count == (bias == LP_BIAS_SCALAR ? 1 : 9));
                lp_stream_free(s);
                lp_network_free(&copy);
                lp_network_free(&m);
                free(x);
                free(out);
                free(again);
            }
}

/* Mean and variance of 300 x 200 weights against the distribution's own, within five standard
 * errors (of the variance: sqrt((kurtosis - 1) / n), kurtosis 3 for the normal, 1.8 for the
 * uniform); and the bounds of the uniform ones. */
static void initial_weights(void) {
    enum { IN = 200, OUT = 300, N = IN * OUT };
    const struct {
        lp_init init;
        double mean, variance, low, high;
        int kurtosis_tenths;
    } rows[] = {
        {LP_INIT_PYTORCH, 0, 1.0 / (3 * IN), -0.0707106781187, 0.0707106781187, 18},
        {LP_INIT_NORMAL, 0, 1, -9, 9, 30},
        {LP_INIT_UNIFORM, 0.5, 1 / 12.0, 0, 1, 18},
        {LP_INIT_GLOROT, 0, 2.0 / (IN + OUT), -9, 9, 30},
        {LP_INIT_GLOROT_UNIFORM, 0, 2.0 / (IN + OUT), -0.1095445115, 0.1095445115, 18},
        {LP_INIT_HE, 0, 2.0 / IN, -9, 9, 30},
        {LP_INIT_HE_UNIFORM, 0, 2.0 / IN, -0.1732050808, 0.1732050808, 18},
    };
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        lp_network m;
        const double scale = 2;
        m = lp_network_mlp(LP_F8, 1, (size_t[]){IN, OUT}, LP_BIAS_VECTOR, LP_ACTIVATION_RELU,
                           LP_ACTIVATION_IDENTITY, false);
        lp_network_init(&m, rows[r].init, r % 2 ? &scale : NULL, r % 2, 11);
        double factor = r % 2 ? 2 : 1, sum = 0, squares = 0;
        const double *w = lp_params_at(&m.params, 0, m.params.value);
        for (int i = 0; i < N; i++) {
            double value = w[i] / factor;
            sum += value;
            squares += (value - rows[r].mean) * (value - rows[r].mean);
            CHECK(value >= rows[r].low && value <= rows[r].high);
        }
        double error = sqrt(rows[r].variance / N);
        CHECK_CLOSE(sum / N, rows[r].mean, 5 * error);
        CHECK_RELATIVE(squares / N, rows[r].variance,
                       5 * sqrt((rows[r].kurtosis_tenths / 10.0 - 1) / N));
        const double *b = lp_params_at(&m.params, 1, m.params.value);
        int zeros = 0;
        for (int i = 0; i < OUT; i++)
            zeros += b[i] == 0;
        CHECK(zeros == (rows[r].init == LP_INIT_PYTORCH ? 0 : OUT));
        lp_network_free(&m);
    }
}

static void refuse_network(const char *name, lp_type type, size_t rows, size_t cols,
                           const void *numbers, const char *text) {
    lp_network m;
    lp_stream *s = by_hand();
    if (numbers == NULL)
        lp_stream_drop(s, name);
    else
        put(s, name, type, rows, cols, numbers);
    CHECK(lp_network_read(&m, s, false, &e) == -1);
    CHECK_HOLDS(e.text, text);
    lp_network_free(&m);
    lp_stream_free(s);
}

static void broken_networks(void) {
    const double zeros[12] = {0}, nan[] = {0, 1, NAN, 0};
    refuse_network("layer2.weight", LP_F8, 1, 3, zeros,
                   "layer2.weight has shape (1, 3), expected (1, 2)");
    refuse_network("layer1.bias", LP_F8, 3, 0, zeros,
                   "layer1.bias is not 2 floating-point numbers, or one");
    refuse_network("layer1.weight", LP_F8, 2, 2, nan, "layer1.weight: row 1, column 0 is nan");
    refuse_network("layer1.weight", LP_I8, 2, 2, zeros, "layer1.weight is not of floating point");
    refuse_network("layer1.weight", LP_F8, 4, 0, zeros, "layer1.weight has shape (4,)");
    refuse_network("layer2.activation", LP_F8, 0, 0, NULL, "layer2.activation");
    refuse_network("layer1.activation", LP_F8, 1, 0, zeros, "layer1.activation is not a text");
    lp_network m;
    lp_stream *s = by_hand();
    lp_stream_put_text(s, "layer1.activation", "swish");
    CHECK(lp_network_read(&m, s, false, &e) == -1);
    CHECK_HOLDS(e.text,
                "layer1.activation is 'swish' (expected one of relu|sigmoid|tanh|identity|");
    lp_network_free(&m);
    lp_stream_free(s);
}

/* A perceptron x1 - x2 - 1/2 > 0, evaluated and asked to predict. */
static void perceptron_model(void) {
    lp_stream *s = lp_stream_new();
    put(s, "weight", LP_F8, 1, 2, (double[]){1, -1});
    put(s, "bias", LP_F8, 1, 0, (double[]){-0.5});
    put(s, "x", LP_F8, 4, 2, (double[]){2, 0, 0, 2, 1, 0.5, 3, 1});
    put(s, "y", LP_I8, 4, 0, (int64_t[]){1, 0, 1, 0});
    CHECK(lp_predict(s, NULL, NULL, NULL, &e) == 0);
    const lp_tensor *score = lp_stream_get(s, "y_score", &e);
    const lp_tensor *answer = lp_stream_get(s, "y_pred", &e);
    const double expected[] = {1.5, -2.5, 0, 1.5};
    for (size_t i = 0; i < 4; i++) {
        CHECK_CLOSE(lp_tensor_at(score, i), expected[i], 0);
        CHECK_CLOSE(lp_tensor_at(answer, i), expected[i] > 0, 0);
    }
    lp_report r;
    CHECK(lp_evaluate(s, NULL, &(lp_evaluate_options){0}, &r, &e) == 0);
    /* Right, right, wrong at 0, wrong by 1.5: criterion (0 + 1.5) / 4. */
    CHECK_CLOSE(r.part[0].metric[0], 0.5, 0);
    CHECK_CLOSE(r.part[0].metric[1], 0.375, 0);
    lp_report_free(&r);
    lp_stream_free(s);
}

/* New data beside a model of scaled data is scaled with it; scaled otherwise, it is refused. */
static void scaled_alike(void) {
    lp_stream *model = lp_stream_new(), *s = lp_stream_new();
    put(model, "weight", LP_F8, 1, 1, (double[]){1});
    put(model, "scale.offset", LP_F8, 1, 0, (double[]){10});
    put(model, "scale.divisor", LP_F8, 1, 0, (double[]){4});
    put(s, "x", LP_F8, 2, 1, (double[]){12, 6});
    CHECK(lp_predict(s, model, NULL, NULL, &e) == 0);
    const lp_tensor *score = lp_stream_get(s, "y_score", &e);
    CHECK_CLOSE(lp_tensor_at(score, 0), 0.5, 0);
    CHECK_CLOSE(lp_tensor_at(score, 1), -1, 0);
    CHECK_CLOSE(lp_tensor_at(lp_stream_get(s, "x", &e), 0), 12, 0); /* as it was */
    put(s, "scale.offset", LP_F8, 1, 0, (double[]){10});
    put(s, "scale.divisor", LP_F8, 1, 0, (double[]){4});
    CHECK(lp_predict(s, model, NULL, NULL, &e) == 0);
    CHECK_CLOSE(lp_tensor_at(lp_stream_get(s, "y_score", &e), 0), 12, 0);
    put(s, "scale.divisor", LP_F8, 1, 0, (double[]){5});
    CHECK(lp_predict(s, model, NULL, NULL, &e) == -1);
    CHECK_HOLDS(e.text, "was scaled by other numbers than the model");
    lp_stream_free(model);
    lp_stream_free(s);
}

static void reports(void) {
    lp_stream *s = lp_stream_new();
    lp_buffer text = {0};
    lp_report r;
    CHECK(lp_evaluate(s, NULL, &(lp_evaluate_options){0}, &r, &e) == -1);
    CHECK_HOLDS(e.text, "there is nothing to evaluate");
    put(s, "y", LP_I8, 3, 0, (int64_t[]){0, 1, 1});
    put(s, "y_pred", LP_I8, 3, 0, (int64_t[]){0, 1, 0});
    CHECK(lp_evaluate(s, NULL, &(lp_evaluate_options){0}, &r, &e) == 0);
    lp_report_print(&r, LP_REPORT_JSON, false, &text);
    CHECK_TEXT(text.data, "{\"all\": {\"n\": 3, \"accuracy\": 0.6666666666666666, \"loss\": null, "
                          "\"per_class\": [1, 0.5], \"confusion\": [[1, 0], [1, 1]], "
                          "\"balanced_accuracy\": 0.75, \"log_loss\": null, \"roc_auc\": null, "
                          "\"precision_macro\": 0.75, \"recall_macro\": 0.75, "
                          "\"f1_macro\": 0.6666666666666666, "
                          "\"precision_weighted\": 0.8333333333333334, "
                          "\"recall_weighted\": 0.6666666666666666, "
                          "\"f1_weighted\": 0.6666666666666666, \"precision\": [0.5, 1], "
                          "\"recall\": [1, 0.5], "
                          "\"f1\": [0.6666666666666666, 0.6666666666666666], "
                          "\"support\": [1, 2]}}\n");
    text.size = 0;
    lp_report_print(&r, LP_REPORT_TSV, false, &text);
    CHECK_HOLDS(text.data, "part\tn\taccuracy\tloss\tper_class.0\tper_class.1\tconfusion.0.0");
    CHECK_HOLDS(text.data, "\nall\t3\t0.6666666666666666\tnan\t1\t0.5\t1\t0\t1\t1\t0.75\tnan\t");
    lp_buffer_free(&text);
    lp_report_free(&r);
    put(s, "y_pred", LP_I8, 2, 0, (int64_t[]){0, 1});
    CHECK(lp_evaluate(s, NULL, &(lp_evaluate_options){0}, &r, &e) == -1);
    CHECK_HOLDS(e.text, "evaluating: y_pred has 2 rows, y has 3");
    lp_stream_free(s);
}

int main(void) {
    static const check_test tests[] = {
        {"the output of a network worked out by hand", output_by_hand},
        {"graph, plain run and a stream give the same bits", same_bits},
        {"initial weights have the moments of their distribution", initial_weights},
        {"broken networks are refused", broken_networks},
        {"a perceptron's answers, accuracy and criterion", perceptron_model},
        {"new data is scaled as the model's was", scaled_alike},
        {"reports as JSON and as a table", reports},
        {0},
    };
    return check_main("test_network", tests);
}
