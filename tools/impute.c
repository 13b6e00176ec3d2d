#include "data/impute.h"
#include "cli/tool.h"
#include "tensors.h"

#include <stddef.h>

struct options {
    int by;
    double value;
};

#define ROW(name, member) LP_ROW(name, struct options, member)
static const lp_option options[] = {
    {ROW("by", by), .metavar = "HOW", .default_value = "mean", .choices = LP_IMPUTE_CHOICES,
     .help = "what a column's missing values become"},
    {ROW("value", value), .metavar = "V", .requires = "by=constant", .help = "the constant"},
    {0},
};

static const lp_tensor_row reads[] = {
    FEATURES_ROW,
    {0},
};
static const lp_tensor_row writes[] = {
    FEATURES_ROW,
    FILLED_ROW,
    {0},
};

static const lp_tool tool = {
    .name = "impute",
    .group = LP_TO_PREPARE,
    .summary = "fill in missing values",
    .reads = reads,
    .writes = writes,
    .manual =
        "Replaces every NaN in x, column by column. After split the values are computed from "
        "x_train alone and fill x_train, x_val and x_test.\n"
        "\n"
        "--by mean and median are those of the column's other values; most-frequent is the value "
        "that occurs most often, of several the smallest; constant is --value V in all columns. A "
        "column that is NaN in every training row is an error, unless it is filled by constant.\n"
        "\n"
        "Everything is computed in double and rounded to the type of x. impute.value [d] keeps "
        "what fills each column, so that new data can be filled alike. Impute before scale.",
    .examples =
        "labpipe example plants.csv > plants.csv\n"
        "labpipe from-csv --label species --id plant --categories site --missing '?' "
        "plants.csv > plants.npz\n"
        "labpipe split plants.npz | labpipe impute --by median | labpipe scale --by standard "
        "> ready.npz\n"
        "labpipe impute --by constant --value 0 plants.npz > filled.npz",
    .in = LP_IN_STREAM,
    .out = LP_OUT_STREAM,
    .options = options,
};

int main(int argc, char **argv) {
    // arguments
    struct options o = {0};
    lp_error *e = lp_tool_begin(&tool, argc, argv, &o);
    if (o.by == LP_IMPUTE_CONSTANT && !lp_tool_given("value"))
        lp_tool_usage("--by constant needs --value V");
    // read
    lp_stream *s = lp_tool_input_stream();
    // compute
    lp_tool_try(lp_impute(s, (lp_impute_by)o.by, o.value, e));
    // write
    return lp_tool_write(s);
}
