#include "cli/tool.h"
#include "learn/train_perceptron.h"
#include "tensors.h"
#include "training.h"

#include <math.h>

struct options {
    lp_train_perceptron_options train;
    training_files files;
};

#define ROW(name, member) LP_ROW(name, struct options, member)
static const lp_option options[] = {
    {ROW("rule", train.rule), .metavar = "RULE", .default_value = "row",
     .choices = LP_PERCEPTRON_CHOICES,
     .help =
         "row: correct for each row that is classified wrongly; batch: for all rows at once, and "
         "only while no more of them are right than wrong"},
    {ROW("no-bias", train.no_bias), .help = "a line through the origin"},
    {ROW("lr", train.lr), .metavar = "RATE", .default_value = "1", .max = INFINITY,
     .flags = LP_OPEN_MIN, .help = "what a correction is multiplied by"},
    {ROW("epochs", train.epochs), .metavar = "N", .default_value = "100", .max = 9e15,
     .flags = LP_RUN_LENGTH,
     .help = "passes over the rows, at most: it ends when one finds nothing to correct"},
    {ROW("eval-every", train.run.eval_every), .metavar = "N|auto", .default_value = "auto",
     .parse = lp_eval_every_parse, .help = LP_EVAL_EVERY_HELP("epochs")},
    TRAINING_ROWS(struct options, files, "epochs"),
    {ROW("seed", train.seed), .metavar = "S", .default_value = "0",
     .help = "of the order of the rows"},
    {0},
};

static const lp_tensor_row reads[] = {
    FEATURES_ROW, {"y, y_train, y_val, y_test", "[n]", "labels of two classes"},
    CLASSES_ROW,  COLUMNS_ROW,
    {0},
};
static const lp_tensor_row writes[] = {
    PERCEPTRON_ROWS,
    MODEL_ROW,
    HISTORY_ROWS,
    {0},
};

static const lp_tool tool = {
    .name = "train-perceptron",
    .group = LP_TO_LEARN,
    .summary = "train a perceptron",
    .reads = reads,
    .writes = writes,
    .manual =
        "Trains on x and y, or on x_train and y_train, of two classes (of more names in classes, "
        "the two that occur), and watches x_val and "
        "y_val if there are any, or else x_test and y_test. Gives weight [1, d] and bias [1], "
        "which start at 0: a row is of "
        "class 1 where x weight + bias is positive, else of class 0. history.epoch, history.loss "
        "(Rosenblatt's criterion: how far wrong rows lie beyond the line, averaged over all rows), "
        "history.accuracy, history.val_loss and history.val_accuracy have one entry for each "
        "evaluation.",
    .examples = "labpipe gen-gauss -n 100 --mean 10,16 --cov 3,0,0,4 --mean -6,-3 --cov 2,0,0,5 > "
                "two.npz\n"
                "labpipe split two.npz | labpipe train-perceptron | labpipe eval",
    .in = LP_IN_STREAM,
    .out = LP_OUT_STREAM,
    .options = options,
};

int main(int argc, char **argv) {
    // arguments
    struct options o = {0};
    lp_error *e = lp_tool_begin(&tool, argc, argv, &o);
    // read
    lp_stream *s = lp_tool_input_stream();
    lp_run_hooks hooks = training_hooks(&o.files, e);
    // compute
    lp_tool_try(lp_train_perceptron(s, &o.train, &hooks, e));
    // write
    return lp_tool_write(s);
}
