#include "cli/tool.h"
#include "data/points.h"

#define ROW(name, member) LP_ROW(name, lp_moons_options, member)
static const lp_option options[] = {
    {ROW("n", n), .letter = 'n', .metavar = "N", .default_value = "1000", .min = 2, .max = 1e12,
     .help = "points of both moons together"},
    {ROW("noise", noise), .metavar = "SD", .default_value = "0.05", .max = 1e6,
     .help = "standard deviation of the noise on each coordinate"},
    {ROW("no-shuffle", no_shuffle),
     .help = "leave the points in order, along the first moon and then the second"},
    {ROW("seed", seed), .metavar = "S", .default_value = "0",
     .help = "seed of the noise and of the order"},
    {0},
};

static const lp_tensor_row writes[] = {
    {"x", "f8 [n, 2]", "the points"},
    {"y", "i8 [n]", "0 or 1"},
    {0},
};

static const lp_tool tool = {
    .name = "gen-moons",
    .group = LP_TO_MAKE,
    .summary = "draw labelled points on two half-moons",
    .writes = writes,
    .manual = "x, f8 [n, 2], holds two interleaving half circles, as scikit-learn's make_moons "
              "constructs them: half of the points at (cos t, sin t), labelled 0, the others at "
              "(1 - cos t, 1/2 - sin t), labelled 1, for t evenly spaced in 0 .. pi, plus normal "
              "noise. y, i8, holds the labels.",
    .examples = "labpipe gen-moons -n 1000 --noise 0.05 | labpipe split > moons.npz\n"
                "labpipe train-mlp --hidden 20 --lr 0.5 moons.npz | labpipe eval",
    .in = LP_IN_NOTHING,
    .out = LP_OUT_STREAM,
    .options = options,
};

int main(int argc, char **argv) {
    // arguments
    lp_moons_options o = {0};
    lp_error *e = lp_tool_begin(&tool, argc, argv, &o);
    // compute
    lp_stream *s = lp_stream_new();
    lp_tool_try(lp_moons(s, &o, e));
    // write
    return lp_tool_write(s);
}
