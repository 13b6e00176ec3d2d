#include "cli/tool.h"
#include "learn/evaluate.h"

struct options {
    const char *model, *mask;
    bool zero_filled, tsv, json;
};

#define ROW(name, member) LP_ROW(name, struct options, member)
static const lp_option options[] = {
    {ROW("json", json), .conflicts = "tsv", .help = "one JSON object, a member for each part"},
    {ROW("tsv", tsv),
     .help = "the same as tab-separated values, a line for each part under their names"},
    {ROW("model", model), .metavar = "FILE",
     .help = "take the model from FILE, and scale the data as the model's was, unless it has been"},
    {ROW("mask", mask), .metavar = "NAME",
     .help = "factors of a dense x: evaluate the entries where tensor NAME is 0 (held out) by "
             "themselves"},
    {ROW("zero-filled", zero_filled),
     .help =
         "factors of a sparse matrix: evaluate the whole matrix too, with 0 for missing entries"},
    {0},
};

static const lp_tool tool = {
    .name = "eval",
    .summary = "evaluate a model, predictions or factors on the data",
    .manual =
        "Takes a stream with a model (layer1.weight and so on, or a perceptron's weight) and the "
        "data to evaluate it on, x and y (the part all) or x_train, y_train, x_test and y_test "
        "(the "
        "parts train and test); or y_pred and y; or factors, u, v, s and mean, and their "
        "matrix.\n\n"
        "Prints for each part the rows, the accuracy, the loss (averaged over the rows), and for "
        "each class its accuracy and the confusion matrix: rows are the true classes, columns the "
        "predicted ones. For factors the number of entries, the sum of squared errors (sse), their "
        "mean (mse), its root (rmse) and the mean absolute error (mae). Given as --json or --tsv, "
        "figures are exact to the last bit, and what is not known is null or nan.",
    .examples = "gen-moons -n 1000 | split --train 0.8 | train-mlp --hidden 20 --lr 0.5 | eval\n"
                "eval --json model.npz data.npz\n"
                "eval --model model.npz new.npz",
    .in = LP_IN_STREAM,
    .out = LP_OUT_TEXT,
    .options = options,
};

int main(int argc, char **argv) {
    // arguments
    struct options o = {0};
    lp_error *e = lp_tool_begin(&tool, argc, argv, &o);
    lp_report_format format = o.json ? LP_REPORT_JSON : o.tsv ? LP_REPORT_TSV : LP_REPORT_TEXT;
    // read
    lp_stream *s = lp_tool_input_stream();
    lp_stream *model = lp_tool_input_stream_of("model");
    // compute
    lp_report report;
    lp_buffer text = {0};
    lp_tool_try(lp_evaluate(s, model, o.mask, o.zero_filled, &report, e));
    lp_report_print(&report, format, &text);
    // write
    fwrite(text.data, 1, text.size, lp_tool_out());
    return lp_tool_end();
}
