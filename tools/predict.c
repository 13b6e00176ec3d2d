#include "learn/predict.h"
#include "cli/tool.h"
#include "mf/factors.h"
#include "mf/predict.h"
#include "tensors.h"

struct options {
    const char *model, *x;
    lp_factors_query entry;
};

#define ROW(name, member) LP_ROW(name, struct options, member)
static const lp_option options[] = {
    {ROW("model", model), .metavar = "FILE", .help = "take the model from FILE and nothing else"},
    {ROW("x", x), .metavar = "NAME",
     .help = "predict for tensor NAME; without it for x, or else x_test, or else x_train"},
    {ROW("row", entry.row), .metavar = "ID", .conflicts = "model|x",
     .help = "factors: predict for this row, by its name in rows, or by its place from 0"},
    {ROW("col", entry.col), .metavar = "NAME", .requires = "row",
     .help = "and for this column of it, by its name in cols, or by its place from 0"},
    {ROW("top", entry.top), .metavar = "N", .min = 1, .max = 1 << 30, .requires = "row",
     .conflicts = "col",
     .help =
         "or for the N columns with the highest predictions, of those that it has no entry in and "
         "other rows have"},
    {ROW("whole", entry.whole), .conflicts = "row|model|x",
     .help = "factors of a sparse matrix: x_pred, the whole matrix, in place of its entries"},
    {ROW("clip", entry.clip), .conflicts = "model|x",
     .help = "factors: clip predictions to the range of the observed values"},
    {0},
};

static const lp_tensor_row reads[] = {
    FEATURES_ROW, LAYER_ROWS, PICTURE_LAYER_ROWS, PERCEPTRON_ROWS, FACTOR_ROWS, MODEL_ROW, {0},
};
static const lp_tensor_row writes[] = {
    PREDICTION_ROWS,
    {"x_pred", "[n, d]", "what factors make of x, or of their whole matrix"},
    {"y_cols", "[top]", "under --top the names of the columns"},
    {0},
};

static const lp_tool tool = {
    .name = "predict",
    .group = LP_TO_EVALUATE,
    .summary = "predict with a trained model",
    .reads = reads,
    .writes = writes,
    .manual =
        "Takes a model (train-mlp's or train-perceptron's) and rows of features, and adds y_pred, "
        "the predicted classes, and y_score, their probabilities (for a perceptron the one number "
        "x weight + bias, whose sign decides). A regression or an autoencoder gives its numbers as "
        "y_pred.\n\n"
        "The model is in the same stream as the data, before or after them, or in --model FILE: "
        "the answer is the same; another model beside the data is then left out. Columns are "
        "matched to the model's by name, where both have names, missing values are filled and raw "
        "data is scaled by the model's numbers; data scaled by other numbers is refused. y_pred, y "
        "and classes number the classes alike, the model's first.\n\n"
        "With factors (u and v, or mean and biases) x_pred is what they make of the whole matrix, "
        "in the units of the x that was factorised. Beside a sparse matrix y_pred is every entry "
        "of it, in row-major order: of its test part, where it was split. y_pred is one entry with "
        "--row and --col, and a row's best columns, with their names in y_cols, with --row and "
        "--top. With the factors of svd in --model FILE, or with --x, x_pred is each row of x "
        "projected onto the columns of v, x v vᵀ, also of rows that were not factorised.",
    .examples =
        "labpipe gen-moons -n 500 | labpipe train-mlp --hidden 20 --lr 0.5 > model.npz\n"
        "labpipe predict model.npz | labpipe eval\n"
        "labpipe gen-moons -n 5 --seed 1 | labpipe to-csv x > new.csv\n"
        "labpipe from-csv new.csv | labpipe predict --model model.npz | labpipe to-csv y_pred\n"
        "labpipe gen-ratings -n 20000 --users 200 --items 500 | labpipe factorise --method "
        "als --rank 3 --reg 1 > films.npz\n"
        "labpipe predict --row 5 --top 10 films.npz | labpipe to-csv y_cols y_pred",
    .in = LP_IN_STREAM,
    .out = LP_OUT_STREAM,
    .options = options,
};

int main(int argc, char **argv) {
    // arguments
    struct options o = {0};
    lp_error *e = lp_tool_begin(&tool, argc, argv, &o);
    if (o.entry.row != NULL && o.entry.col == NULL && o.entry.top == 0)
        lp_tool_usage("--row needs --col NAME or --top N");
    // read
    lp_stream *s = lp_tool_input_stream();
    lp_stream *model = lp_tool_input_stream_of("model");
    lp_stream *from = model != NULL ? model : s;
    // compute
    lp_buffer warnings = {0};
    bool asks_factors = o.entry.row != NULL || o.entry.whole || o.entry.clip;
    if (asks_factors || (model == NULL && o.x == NULL && lp_factors_are_in(s)))
        lp_tool_try(lp_factors_predict(s, &o.entry, e));
    else if (lp_factors_are_in(from) && !lp_model_is_in(from))
        lp_tool_try(lp_factors_project(s, model, o.x, &warnings, e));
    else
        lp_tool_try(lp_predict(s, model, o.x, &warnings, e));
    lp_tool_warn_lines(&warnings);
    // write
    return lp_tool_write(s);
}
