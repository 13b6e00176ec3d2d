#include "data/split.h"
#include "cli/tool.h"
#include "tensors.h"

struct options {
    lp_split_options split;
    int within;
};

#define ROW(name, member) LP_ROW(name, struct options, member)
static const lp_option options[] = {
    {ROW("train", split.parts.train), .elsewhere = "test-size|train-size", .metavar = "SHARE",
     .default_value = "0.8",
     .help = "the training part: a share below 1, such as 0.8, or a number of rows"},
    {ROW("validation", split.parts.validation), .metavar = "SHARE",
     .help = "a validation part beside it, also a share or a number of all rows"},
    {ROW("folds", split.parts.folds), .elsewhere = "n-splits", .metavar = "K", .min = 2, .max = 1e9,
     .requires = "fold", .conflicts = "train|within",
     .help = "cut the rows into K folds: one is the test part"},
    {ROW("fold", split.parts.fold), .metavar = "I", .min = 0, .max = 1e9, .requires = "folds",
     .help = "which, from 0"},
    {ROW("stratify", split.stratify), .conflicts = "no-shuffle|within",
     .help = "give every class of y its share of each part"},
    {ROW("group", split.group), .metavar = "NAME", .conflicts = "stratify|within",
     .help = "keep rows together that are equal in tensor NAME, or else in this column of x, a "
             "feature's name or a number from 0"},
    {ROW("within", within), .synonym = "by", .metavar = "row", .choices = "row",
     .conflicts = "no-shuffle", .help = "hold out the share within each row of a sparse matrix"},
    {ROW("no-shuffle", split.parts.no_shuffle),
     .help = "train on the first rows, test on the rest"},
    {ROW("seed", split.parts.seed), .elsewhere = "random-state", .metavar = "S",
     .default_value = "0", .help = "seed of the random order"},
    {0},
};

static const lp_tensor_row reads[] = {
    {"x, ids", "[n, ...], [n]", "what is divided"},
    {"y", "[n] or [n, k]", "labels, divided alike; what --stratify looks at"},
    {"x_train, y_train, x_test, y_test", "[n, ...]",
     "parts that there are already: --validation takes its part of the first"},
    SPARSE_ROWS,
    {0},
};
static const lp_tensor_row writes[] = {
    {"x_train, x_val, x_test", "[n, ...]", "the parts"},
    {"y_train, y_val, y_test", "[n] or [n, k]", "their labels"},
    {"ids_train, ids_val, ids_test", "[n]", "the names of their rows"},
    SPARSE_PARTS_ROWS,
    {0},
};

static const lp_tool tool = {
    .name = "split",
    .group = LP_TO_PREPARE,
    .summary = "divide data into a training, a validation and a test part",
    .reads = reads,
    .writes = writes,
    .manual = "x and y, if present (of any type, row by row), become x_train, y_train, x_test and "
              "y_test, in random order, and ids, if present, are divided alike. Everything else "
              "stays as it is. A share is rounded to the nearest number of rows, and both parts "
              "need at least one.\n"
              "\n"
              "With --validation there are x_val and y_val too, for choosing among models; the "
              "test part is what is left: --train 0.8 --validation 0.1 leaves 0.1. This share is "
              "rounded up. Data that came as x_train and x_test, such as MNIST's, gets its x_val "
              "from x_train, of which --validation is then a share.\n"
              "\n"
              "With --folds K the rows are cut into K folds of the same size, the first ones "
              "larger by a row where they do not divide. Fold I is the test part and the others "
              "train; a validation part is taken from these. With the same seed the folds are the "
              "same for every I, so that each row is tested once.\n"
              "\n"
              "With --stratify every class has its share of the training part, rounded so that the "
              "counts add up (largest remainders first, ties to the smaller label). y holds "
              "labels: whole numbers, texts or one-hot rows. Folds are stratified likewise.\n"
              "\n"
              "With --group, shares and numbers are of groups instead of rows. Groups are dealt to "
              "folds the largest first, each to the fold with the fewest rows so far.\n"
              "\n"
              "A sparse matrix (row, col, data, shape, as scipy.sparse.save_npz writes it) has a "
              "share of its entries held out: row_train, col_train, data_train, row_test, "
              "col_test, data_test, each in row-major order. With --within row the share is taken "
              "within each row, and every row keeps at least one entry to train on. With "
              "--validation there are row_val, col_val and data_val too.",
    .examples =
        "labpipe gen-moons -n 1000 | labpipe split --train 0.8 --seed 1 > moons.npz\n"
        "labpipe example iris.csv > iris.csv\n"
        "labpipe from-csv --label species iris.csv > iris.npz\n"
        "labpipe split --train 100 --stratify iris.npz | labpipe inspect\n"
        "labpipe split --train 0.7 --validation 0.1 --stratify iris.npz > parts.npz\n"
        "seq 0 4 | xargs -I{} labpipe split --folds 5 --fold {} iris.npz -o fold-{}.npz\n"
        "labpipe example visits.csv > visits.csv\n"
        "labpipe from-csv --label outcome visits.csv | labpipe split --group patient > "
        "patients.npz\n"
        "labpipe gen-ratings -n 5000 | labpipe split --train 0.9 --within row > ratings.npz",
    .in = LP_IN_STREAM,
    .out = LP_OUT_STREAM,
    .options = options,
};

int main(int argc, char **argv) {
    // arguments
    struct options o = {0};
    lp_error *e = lp_tool_begin(&tool, argc, argv, &o);
    if (o.split.parts.folds > 0 && o.split.parts.fold >= o.split.parts.folds)
        lp_tool_usage("--fold %lld: the folds are 0 to %lld", (long long)o.split.parts.fold,
                      (long long)o.split.parts.folds - 1);
    // read
    lp_stream *s = lp_tool_input_stream();
    if (!lp_stream_has(s, "x") && lp_stream_has(s, "x_train")) /* --validation alone divides it */
        lp_tool_leave_out("train");
    const char *leak = lp_split_leak(s);
    if (leak != NULL)
        lp_tool_warn(
            "x has been through labpipe %s with the rows that are to be the test part: what "
            "is measured on them may look too good (labpipe split comes before it)",
            leak);
    // compute
    o.split.train_given = lp_tool_given("train");
    o.split.within_row = lp_tool_given("within");
    lp_tool_try(lp_split(s, &o.split, e));
    // write
    return lp_tool_write(s);
}
