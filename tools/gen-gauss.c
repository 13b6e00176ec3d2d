#include "cli/tool.h"
#include "data/points.h"

#define ROW(name, member) LP_ROW(name, lp_gauss_options, member)
static const lp_option options[] = {
    {ROW("n", n), .letter = 'n', .metavar = "N", .default_value = "100", .min = 1, .max = 1e12,
     .help = "points of each class"},
    {ROW("mean", mean), .metavar = "A,B", .flags = LP_REQUIRED,
     .help = "the mean of a class; once for each class"},
    {ROW("cov", cov), .metavar = "A,B,C,D",
     .help = "the covariance of a class, row by row; once for each class, once for all, or not at "
             "all (the identity)"},
    {ROW("seed", seed), .metavar = "S", .default_value = "0", .help = "seed of the random numbers"},
    {0},
};

static const lp_tensor_row writes[] = {
    {"x", "f8 [n, d]", "the points, class after class"},
    {"y", "i8 [n]", "their classes"},
    {0},
};

static const lp_tool tool = {
    .name = "gen-gauss",
    .group = LP_TO_MAKE,
    .summary = "draw labelled points from normal distributions",
    .writes = writes,
    .manual = "x, f8 [n * classes, d], holds N points of each class, class after class; y, i8, "
              "their labels 0, 1, ... in the order of the means. A covariance must be symmetric "
              "and positive semi-definite.",
    .examples = "labpipe gen-gauss -n 100 --mean 10,16 --cov 3,0,0,4 --mean -6,-3 --cov 2,0,0,5 > "
                "two.npz\n"
                "labpipe plot-scatter two.npz -o two.png",
    .in = LP_IN_NOTHING,
    .out = LP_OUT_STREAM,
    .options = options,
};

int main(int argc, char **argv) {
    // arguments
    lp_gauss_options o = {0};
    lp_error *e = lp_tool_begin(&tool, argc, argv, &o);
    // compute
    lp_stream *s = lp_stream_new();
    lp_tool_try(lp_gauss(s, &o, e));
    // write
    return lp_tool_write(s);
}
