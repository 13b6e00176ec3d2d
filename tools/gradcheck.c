#include "autodiff/gradcheck.h"
#include "cli/tool.h"

struct options {
    bool tsv;
    uint64_t seed;
};

#define ROW(name, member) LP_ROW(name, struct options, member)
static const lp_option options[] = {
    {ROW("tsv", tsv), .help = "tab-separated values under a line of names"},
    {ROW("seed", seed), .metavar = "S", .default_value = "0", .help = "of the points"},
    {0},
};

static const lp_tool tool = {
    .name = "gradcheck",
    .group = LP_TO_EVALUATE,
    .summary = "check the derivative of every op",
    .manual =
        "Compares the backward pass of every operation of the automatic differentiation with "
        "five-point central differences, in double precision: for every combination of small "
        "shapes that fits, at random points, at zeros, at equal elements and at large magnitudes, "
        "alone, in a diamond, and with one operand in all places. Prints each op, the number of "
        "points, the largest deviation relative to the largest derivative, and the verdict. The "
        "exit status is 1 where a gradient is wrong, missing, or zero at every point.",
    .examples = "labpipe gradcheck",
    .in = LP_IN_NOTHING,
    .out = LP_OUT_TEXT,
    .options = options,
};

int main(int argc, char **argv) {
    // arguments
    struct options o = {0};
    lp_tool_begin(&tool, argc, argv, &o);
    // compute
    lp_gradcheck_row row[LP_OPS];
    lp_buffer text = {0};
    size_t wrong = lp_gradcheck_print(row, lp_gradcheck(o.seed, row), o.tsv, &text);
    // write
    fwrite(text.data, 1, text.size, lp_tool_out());
    int status = lp_tool_end();
    return wrong > 0 ? LP_FAILED : status;
}
