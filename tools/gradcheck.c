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
        "points, the largest deviation relative to the largest derivative, and the verdict. With "
        "OPs it checks only these. The exit status is 1 where a gradient is wrong, missing, or "
        "zero at every point.",
    .examples = "labpipe gradcheck\n"
                "labpipe gradcheck conv batch-norm",
    .in = LP_IN_NOTHING,
    .out = LP_OUT_TEXT,
    .options = options,
    .words = "[OP...]",
};

static const char *const *ops_to_check(size_t *n) {
    const char *const *names = lp_tool_words(n);
    for (size_t i = 0; i < *n; i++)
        if (lp_gradcheck_find(names[i]) == LP_OPS)
            lp_tool_usage("there is no op '%s' (labpipe gradcheck lists them)", names[i]);
    return names;
}

int main(int argc, char **argv) {
    // arguments
    struct options o = {0};
    lp_tool_begin(&tool, argc, argv, &o);
    size_t n;
    const char *const *names = ops_to_check(&n);
    // compute
    lp_gradcheck_row row[LP_OPS];
    lp_buffer text = {0};
    size_t count = lp_gradcheck(names, n, o.seed, row);
    size_t wrong = lp_gradcheck_print(row, count, o.tsv, &text);
    // write
    fwrite(text.data, 1, text.size, lp_tool_out());
    int status = lp_tool_end();
    return wrong > 0 ? LP_FAILED : status;
}
