/* train-perceptron: Rosenblatt's perceptron. */
#include "cli/tool.h"
#include "learn/perceptron.h"

#include <math.h>

static lp_perceptron_options o;

#define ROW(member) offsetof(lp_perceptron_options, member)

static const lp_option options[] = {
    {"rule", 0, LP_OPTION_CHOICE, ROW(rule), "RULE", "row", .choices = LP_PERCEPTRON_CHOICES,
     .help = "row: correct for each row that is answered wrongly; batch: for all rows at once, and "
             "only while their summed agreement is not positive"},
    {"no-bias", 0, LP_OPTION_FLAG, ROW(no_bias), .help = "a line through the origin"},
    {"lr", 0, LP_OPTION_REAL, ROW(lr), "RATE", "1", 0, INFINITY, .flags = LP_OPEN_MIN,
     .help = "what a correction is multiplied by"},
    {"epochs", 0, LP_OPTION_INT, ROW(epochs), "N", "100", 0, 9e15,
     .help = "passes over the rows, at most: it ends when one finds nothing to correct"},
    {"eval-every", 0, LP_OPTION_INT, ROW(eval_every), "N", "0", 0, 9e15,
     .help = "evaluate every N epochs; 0: at the end only"},
    {"seed", 0, LP_OPTION_SEED, ROW(seed), "S", "0", .help = "of the order of the rows"},
    {0},
};

static const lp_tool tool = {
    .name = "train-perceptron",
    .summary = "train a perceptron",
    .manual =
        "Takes x and y, or x_train and y_train, of two classes, and watches x_test and y_test "
        "where "
        "they are there. Gives weight [1, d] and bias [1], which start at 0: a row belongs to "
        "class "
        "1 where x weight + bias is positive, and else to class 0. history.epoch, history.loss "
        "(Rosenblatt's criterion: how far wrong rows lie beyond the line, averaged over all rows), "
        "history.accuracy, history.val_loss and history.val_accuracy have one entry for each "
        "evaluation.",
    .examples = "gen-gauss -n 100 --mean 10,16 --cov 3,0,0,4 --mean -6,-3 --cov 2,0,0,5 |\n"
                "    split --train 0.8 | train-perceptron | eval",
    .in = LP_IN_STREAM,
    .out = LP_OUT_STREAM,
    .options = options,
};

int main(int argc, char **argv) {
    // arguments
    lp_error *e = lp_tool_begin(&tool, argc, argv, &o);
    // read
    lp_stream *s = lp_tool_input_stream();
    // compute
    lp_tool_try(lp_perceptron_train(s, &o, e));
    // write
    return lp_tool_write(s);
}
