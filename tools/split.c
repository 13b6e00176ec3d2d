#include "data/split.h"
#include "cli/tool.h"

struct options {
    lp_split_options split;
    int within;
};

#define ROW(name, member) LP_ROW(name, struct options, member)
static const lp_option options[] = {
    {ROW("train", split.train), .metavar = "SHARE", .default_value = "0.8",
     .help = "the training part: a share below 1, such as 0.8, or a number of rows"},
    {ROW("stratify", split.stratify), .conflicts = "no-shuffle|within",
     .help = "give every class of y its share of both parts"},
    {ROW("within", within), .synonym = "by", .metavar = "row", .choices = "row",
     .conflicts = "no-shuffle", .help = "hold out the share within each row of a sparse matrix"},
    {ROW("no-shuffle", split.no_shuffle), .help = "train on the first rows, test on the rest"},
    {ROW("seed", split.seed), .metavar = "S", .default_value = "0",
     .help = "seed of the random order"},
    {0},
};

static const lp_tool tool = {
    .name = "split",
    .summary = "divide data into a training and a test part",
    .manual = "x and y, if present (of any type, row by row), become x_train, y_train, x_test and "
              "y_test, in random order. Everything else stays as it is. A share is rounded to the "
              "nearest number of rows, and both parts need at least one.\n"
              "\n"
              "With --stratify every class has its share of the training part, rounded so that the "
              "counts add up (largest remainders first, ties to the smaller label); y must be "
              "integers, so split before onehot.\n"
              "\n"
              "A sparse matrix (row, col, data, shape, as scipy.sparse.save_npz writes it) has a "
              "share of its entries held out: row_train, col_train, data_train, row_test, "
              "col_test, data_test, each in row-major order. With --within row the share is taken "
              "within each row, and every row keeps at least one entry to train on.",
    .examples = "gen-moons -n 1000 | split --train 0.8 --seed 1 > moons.npz\n"
                "from-csv --label species iris.csv | split --train 100 --stratify\n"
                "gen-ratings | split --train 0.9 --within row > ratings.npz",
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
    // compute
    o.split.within_row = lp_tool_given("within");
    lp_tool_try(lp_split(s, &o.split, e));
    // write
    return lp_tool_write(s);
}
