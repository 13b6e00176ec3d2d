#include "cli/tool.h"
#include "data/points.h"

#define ROW(name, member) LP_ROW(name, lp_ellipse_options, member)
static const lp_option options[] = {
    {ROW("n", n), .letter = 'n', .metavar = "N", .default_value = "1000", .min = 1, .max = 1e12,
     .help = "points"},
    {ROW("form", form), .metavar = "A,B,C,D", .default_value = "1,0.5,1,0.2",
     .help = "the matrix Q of the quadratic form, row by row; its size sets the dimensions"},
    {ROW("threshold", threshold), .metavar = "T", .default_value = "0.6",
     .help = "the label is 1 where the form is larger than T"},
    {ROW("seed", seed), .metavar = "S", .default_value = "0", .help = "seed of the random numbers"},
    {0},
};

static const lp_tensor_row writes[] = {
    {"x", "f8 [n, d]", "the points"},
    {"y", "i8 [n]", "0 or 1"},
    {0},
};

static const lp_tool tool = {
    .name = "gen-ellipse",
    .group = LP_TO_MAKE,
    .summary = "draw points labelled by a quadratic form",
    .writes = writes,
    .manual = "x, f8 [n, d], holds points whose coordinates are standard normal; y, i8, is 1 "
              "where x'Qx is larger than the threshold and 0 elsewhere.",
    .examples = "labpipe gen-ellipse -n 2000 | labpipe split > ellipse.npz\n"
                "labpipe gen-ellipse -n 500 | labpipe plot-scatter -o ellipse.png",
    .in = LP_IN_NOTHING,
    .out = LP_OUT_STREAM,
    .options = options,
};

int main(int argc, char **argv) {
    // arguments
    lp_ellipse_options o = {0};
    lp_error *e = lp_tool_begin(&tool, argc, argv, &o);
    // compute
    lp_stream *s = lp_stream_new();
    lp_tool_try(lp_ellipse(s, &o, e));
    // write
    return lp_tool_write(s);
}
