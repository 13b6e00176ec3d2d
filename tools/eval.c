#include "cli/tool.h"
#include "learn/evaluate.h"
#include "tensors.h"

struct options {
    lp_evaluate_options how;
    const char *model;
    bool tsv, json, per_class;
};

#define ROW(name, member) LP_ROW(name, struct options, member)
static const lp_option options[] = {
    {ROW("json", json), .conflicts = "tsv", .help = "one JSON object, a member for each part"},
    {ROW("tsv", tsv),
     .help = "the same as tab-separated values, a line for each part under their names"},
    {ROW("per-class", per_class), .conflicts = "json|tsv",
     .help = "in place of the confusion matrix, a line with the metrics of each class; always so "
             "with more than 20 classes"},
    {ROW("top-k", how.top_k), .metavar = "K", .min = 1, .max = 1e9,
     .help = "also the share of rows whose class is among the K with the largest scores"},
    {ROW("model", model), .metavar = "FILE", .help = "take the model from FILE and nothing else"},
    {ROW("mask", how.mask), .metavar = "NAME",
     .help = "factors of a dense x: evaluate the entries where tensor NAME is 0 (held out) by "
             "themselves"},
    {ROW("zero-filled", how.zero_filled),
     .help =
         "factors of a sparse matrix: evaluate the whole matrix too, with 0 for missing entries"},
    {0},
};

static const lp_tensor_row reads[] = {
    FEATURES_ROW,    LABELS_ROW,  LAYER_ROWS,  PICTURE_LAYER_ROWS,
    PERCEPTRON_ROWS, FACTOR_ROWS, SPARSE_ROWS, PREDICTION_ROWS,
    MODEL_ROW,       CLASSES_ROW, {0},
};

static const lp_tool tool = {
    .name = "eval",
    .group = LP_TO_EVALUATE,
    .summary = "evaluate a model, predictions or factors on the data",
    .reads = reads,
    .manual =
        "Takes a stream with a model (layer1.weight and so on, or a perceptron's weight) and the "
        "data to evaluate it on, x and y (the part all) or x_train, y_train, x_test and y_test "
        "(the parts train and test; x_val and y_val are val); or y_pred (and y_score) and y; or "
        "factors, u, v, s and "
        "mean, and their matrix.\n\n"
        "Columns and classes are matched to the model's by name, where both have names, and raw "
        "data is scaled as the model's was; a column that is missing, a class that the model does "
        "not know and data scaled by other numbers are refused.\n\n"
        "Prints for each part the rows, the accuracy, the loss (averaged over the rows), and for "
        "each class its accuracy and the confusion matrix: rows are the true classes, columns the "
        "predicted ones. For factors the number of entries, the sum of squared errors (sse), "
        "their mean (mse), its root (rmse) and the mean absolute error (mae).\n\n"
        "Then follow what scikit-learn's scorers of these names give. Classes: balanced_accuracy, "
        "log_loss (of probabilities), roc_auc (of more than two classes the mean of each against "
        "the rest), top_k_accuracy, and precision, recall and f1, each averaged over the classes "
        "(macro) and by their rows (weighted). Numbers, a regression's or an autoencoder's: mse, "
        "rmse, mae, r2, explained_variance. A dense matrix's factors: explained_variance, and of "
        "an SVD the ratio that each component explains.\n\n"
        "--json and --tsv also have precision, recall, f1 and support of each class. Their figures "
        "are exact to the last bit, and what is not known is null or nan.",
    .examples =
        "labpipe gen-moons -n 1000 | labpipe split | labpipe train-mlp --hidden 20 --lr 0.5 "
        "> model.npz\n"
        "labpipe eval model.npz\n"
        "labpipe gen-moons -n 200 --seed 1 > new.npz\n"
        "labpipe eval --model model.npz new.npz\n"
        "labpipe eval --json model.npz new.npz",
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
    lp_tool_try(lp_evaluate(s, model, &o.how, &report, e));
    lp_tool_warn_lines(&report.warnings);
    lp_report_print(&report, format, o.per_class, &text);
    // write
    fwrite(text.data, 1, text.size, lp_tool_out());
    return lp_tool_end();
}
