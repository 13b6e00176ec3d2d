#include "data/augment.h"
#include "cli/tool.h"
#include "tensors.h"

#include <math.h>

#define ROW(name, member) LP_ROW(name, lp_augment_options, member)
static const lp_option options[] = {
    {ROW("mirror", mirror), .help = "exchange left and right in half of the copies, at random"},
    {ROW("shift", shift), .metavar = "N", .default_value = "0", .max = 1e6,
     .help = "move each copy by up to N pixels up or down, and left or right"},
    {ROW("fill", fill), .metavar = "HOW", .default_value = "zeros", .choices = LP_FILL_CHOICES,
     .requires = "shift", .help = "what comes in at the sides: zeros, or the edge's pixels again"},
    {ROW("times", times), .metavar = "K", .default_value = "2", .min = 2, .max = 1e6,
     .help = "how many times as long the part becomes"},
    {ROW("seed", seed), .metavar = "S", .default_value = "0", .help = "of the random choices"},
    {0},
};

static const lp_tensor_row reads[] = {
    PICTURES_ROW,
    INPUT_SHAPE_ROW,
    {"y, y_train, ids, ...", "[n, ...]", "what has a row for each picture"},
    {0},
};
static const lp_tensor_row writes[] = {
    {"x, x_train, y, y_train, ...", "[K * n, ...]", "the same, K times as long"},
    {0},
};

static const lp_tool tool = {
    .name = "augment",
    .group = LP_TO_PREPARE,
    .summary = "widen the training part by mirrored and shifted copies of its pictures",
    .reads = reads,
    .writes = writes,
    .manual =
        "x_train, or x where there is no x_train, becomes K times as long: the pictures as they "
        "are, then K - 1 copies of them all, each picture changed at random by itself. y_train, "
        "ids_train and whatever else has a row for each training picture are repeated. x_val, "
        "x_test and the rest stay, so split first: copies of one picture in both parts would make "
        "the test too easy.\n\n"
        "Pictures are [n, height, width] or [n, height, width, channels], of any number type, or "
        "[n, pixels] with their shape in input_shape. Pixels move as a whole: no value changes. "
        "Digits and letters are not to be mirrored.",
    .examples = "labpipe gen-digits -n 500 | labpipe split | labpipe augment --shift 2 --times 3 | "
                "labpipe inspect\n"
                "labpipe example data_batch_1.bin > data_batch_1.bin\n"
                "labpipe from-cifar data_batch_1.bin | labpipe split | labpipe augment --mirror "
                "--shift 4 > wider.npz",
    .in = LP_IN_STREAM,
    .out = LP_OUT_STREAM,
    .options = options,
};

int main(int argc, char **argv) {
    // arguments
    lp_augment_options o;
    lp_error *e = lp_tool_begin(&tool, argc, argv, &o);
    if (!o.mirror && o.shift == 0)
        lp_tool_usage("--mirror or --shift N is needed");
    // read
    lp_stream *s = lp_tool_input_stream();
    // compute
    lp_tool_try(lp_augment(s, &o, e));
    // write
    return lp_tool_write(s);
}
