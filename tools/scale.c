#include "data/scale.h"
#include "cli/tool.h"
#include "tensors.h"

struct options {
    int by;
    double divide;
};

#define ROW(name, member) LP_ROW(name, struct options, member)
static const lp_option options[] = {
    {ROW("by", by), .metavar = "HOW", .choices = LP_SCALE_CHOICES, .conflicts = "divide",
     .help = "fit the scaling to each column of the data"},
    {ROW("divide", divide), .metavar = "D", .help = "divide everything by D: pixels by 255"},
    {0},
};

static const lp_tensor_row reads[] = {
    FEATURES_ROW,
    {0},
};
static const lp_tensor_row writes[] = {
    {"x, x_train, x_val, x_test", "f4 or f8 [n, ...]", "the scaled features"},
    SCALING_ROW,
    {0},
};

static const lp_tool tool = {
    .name = "scale",
    .group = LP_TO_PREPARE,
    .summary = "centre, standardise or otherwise scale the features",
    .reads = reads,
    .writes = writes,
    .manual = "Replaces x by (x - offset) / divisor, column by column. After split it is fitted on "
              "x_train alone and applied to x_train, x_val and x_test.\n"
              "\n"
              "--by centre subtracts the mean; standard divides by the standard deviation too, "
              "variance by the variance itself (both over n, as in NumPy); minmax maps the minimum "
              "and maximum to 0 and 1. A constant column becomes 0.\n"
              "\n"
              "f8 stays f8 and f4 stays f4; integers of up to 16 bits become f4, wider ones f8. "
              "Everything is computed in double and rounded once. scale.offset and scale.divisor "
              "[d] keep the numbers, so that predict can scale new data in the same way; scaling "
              "twice keeps both steps as one.",
    .examples =
        "labpipe example iris.csv > iris.csv\n"
        "labpipe from-csv --label species iris.csv | labpipe split | labpipe scale --by "
        "standard > ready.npz\n"
        "labpipe from-csv --label species iris.csv | labpipe scale --by centre > centred.npz\n"
        "labpipe gen-digits -n 100 | labpipe scale --divide 255 | labpipe inspect",
    .in = LP_IN_STREAM,
    .out = LP_OUT_STREAM,
    .options = options,
};

int main(int argc, char **argv) {
    // arguments
    struct options o = {0};
    lp_error *e = lp_tool_begin(&tool, argc, argv, &o);
    if (!lp_tool_given("by") && !lp_tool_given("divide"))
        lp_tool_usage("--by %s or --divide D is needed", LP_SCALE_CHOICES);
    // read
    lp_stream *s = lp_tool_input_stream();
    // compute
    if (lp_tool_given("divide"))
        lp_tool_try(lp_scale_divide(s, o.divide, e));
    else
        lp_tool_try(lp_scale(s, (lp_scale_by)o.by, e));
    // write
    return lp_tool_write(s);
}
