/* predict: what a model answers. */
#include "cli/tool.h"
#include "learn/model.h"

static struct options { const char *model, *x; } o;

#define ROW(member) offsetof(struct options, member)

static const lp_option options[] = {
    {"model", 0, LP_OPTION_TEXT, ROW(model), "FILE",
     .help = "take the model from FILE, and scale the data as the model's was, unless it has been"},
    {"x", 0, LP_OPTION_TEXT, ROW(x), "NAME",
     .help = "answer for tensor NAME; without it for x, or else x_test, or else x_train"},
    {0},
};

static const lp_tool tool = {
    .name = "predict",
    .summary = "answer with a trained model",
    .manual =
        "Takes a model (train-mlp's or train-perceptron's) and rows of features, and adds y_pred, "
        "the classes answered, and y_score, their probabilities (for a perceptron the one number "
        "x weight + bias, whose sign is the answer). A network that was trained to meet numbers, "
        "or an autoencoder, gives those as y_pred.\n\n"
        "Without --model the model stands in the same stream as the data, which has been scaled "
        "with it. Data beside --model FILE is scaled by the scale.offset and scale.divisor that "
        "FILE holds, unless it has its own: then it has been scaled, and has to be by the same "
        "numbers.",
    .examples = "predict model.npz | eval\n"
                "from-csv new.csv | predict --model model.npz | to-csv --tensor y_pred",
    .in = LP_IN_STREAM,
    .out = LP_OUT_STREAM,
    .options = options,
};

int main(int argc, char **argv) {
    // arguments
    lp_error *e = lp_tool_begin(&tool, argc, argv, &o);
    // read
    lp_stream *s = lp_tool_read();
    lp_stream *model = o.model != NULL ? lp_tool_read_option("model", o.model) : NULL;
    // compute
    lp_tool_try(lp_predict(s, model, o.x, e));
    // write
    lp_stream_free(model);
    return lp_tool_write(s);
}
