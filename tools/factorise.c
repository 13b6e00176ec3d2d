#include "learn/train_factors.h"
#include "tensors.h"
#include "training.h"

#include <math.h>

struct options {
    lp_factorise_options how;
    training_files files;
};

#define FACTORS "method=svd|gd|sgd|als"
#define ITERATIVE "method=bias|gd|sgd|als"
#define FITTED "method=gd|sgd|als"
#define DESCENT "method=gd|sgd"
#define ROW(name, member) LP_ROW(name, struct options, member)
static const lp_option options[] = {
    {ROW("method", how.fit.method), .metavar = "METHOD", .choices = LP_FIT_METHOD_CHOICES,
     .flags = LP_REQUIRED, .help = "see above"},
    {ROW("rank", how.fit.rank), .elsewhere = "n-components|n-factors", .metavar = "R", .min = 1,
     .max = 1 << 30, .flags = LP_REQUIRED, .requires = FACTORS,
     .help = "columns of u and v, at most the smaller side of the matrix"},
    {ROW("mask", how.mask), .metavar = "NAME", .requires = "method=mean|bias|gd|sgd|als",
     .help = "a tensor of the shape of x that is 0 where an entry is hidden"},
    {ROW("epochs", how.fit.epochs), .metavar = "N", .default_value = "100", .max = 9e15,
     .flags = LP_RUN_LENGTH, .requires = ITERATIVE,
     .help = "passes over the observed entries; 0 writes the start"},
    {ROW("lr", how.fit.lr), .metavar = "RATE", .default_value = "0.01", .max = INFINITY,
     .flags = LP_OPEN_MIN, .requires = DESCENT, .help = "learning rate"},
    {ROW("lr-schedule", how.fit.schedule), .metavar = "SCHEDULE", .default_value = "constant",
     .parse = lp_schedule_parse, .requires = DESCENT, .help = LP_SCHEDULE_HELP("epoch", "epochs")},
    {ROW("update", how.fit.update), .metavar = "HOW", .default_value = "joint",
     .choices = LP_FIT_UPDATE_CHOICES, .requires = "method=gd",
     .help = "step u and v at once along the gradient, or in turn along half of it"},
    {ROW("reg", how.fit.reg), .metavar = "L", .default_value = "0", .max = INFINITY,
     .requires = ITERATIVE, .help = "regularisation: the weight of the squares of u and v"},
    {ROW("bias", how.fit.bias), .requires = FITTED,
     .help = "fit a mean and a term for every row and column too"},
    {ROW("bias-reg", how.fit.bias_reg), .metavar = "L", .max = INFINITY,
     .requires = "bias|method=bias",
     .help = "regularisation of these terms, where it is not --reg"},
    {ROW("init", how.fit.init), .metavar = "HOW", .default_value = "uniform",
     .choices = LP_FIT_INIT_CHOICES, .requires = FITTED,
     .help = "the start of u and v: uniform in [0, 1), or standard normal"},
    {ROW("init-scale", how.fit.init_scale), .metavar = "S", .default_value = "1", .max = INFINITY,
     .requires = FITTED, .help = "what the start is multiplied by"},
    {ROW("init-from", files.init_from), .metavar = "FILE", .requires = ITERATIVE,
     .conflicts = "init|init-scale", .help = "start from the factors in FILE"},
    {ROW("shuffle", how.fit.shuffle), .requires = "method=sgd",
     .help = "visit the entries in a new random order each epoch"},
    {ROW("blocks", how.fit.blocks), .metavar = "B", .default_value = "0", .max = 1024,
     .requires = "method=sgd", .conflicts = "shards",
     .help = "visit them in B x B blocks, B at a time; 0: 1 for a dense x, 8 for a sparse matrix"},
    {ROW("shards", how.fit.shards), .metavar = "K", .min = 1, .max = 1024,
     .requires = "method=svd|sgd|als",
     .help = "cut the rows and columns into K ranges: 1 to K processes (mpirun -n 4 labpipe ...) "
             "then give the same bytes as one; 1: not cut"},
    {ROW("exact", how.fit.exact), .requires = "method=svd",
     .help = "never the faster method for a few values of a large matrix"},
    {ROW("eval-every", how.run.eval_every), .metavar = "N|auto", .default_value = "auto",
     .requires = ITERATIVE, .parse = lp_eval_every_parse, .help = LP_EVAL_EVERY_HELP("epochs")},
    {ROW("patience", how.run.patience), .metavar = "N", .default_value = "0", .max = 9e15,
     .requires = "eval-every",
     .help =
         "stop after N evaluations without a lower error on the validation part (of labpipe split "
         "--validation, or under --mask), and keep the best factors"},
    TRAINING_ROWS(struct options, files, "epochs"),
    {ROW("seed", how.fit.seed), .metavar = "S", .default_value = "0",
     .help = "of the start and of the random order"},
    {0},
};

static const lp_tensor_row reads[] = {
    {"x", "[m, d]", "the matrix"},
    SPARSE_ROWS,
    SPARSE_PARTS_ROWS,
    {0},
};
static const lp_tensor_row writes[] = {
    FACTOR_ROWS,
    MODEL_ROW,
    {"history.epoch, history.loss, history.val_loss", "f8 [e]",
     "the mean squared error, at each evaluation"},
    {0},
};

static const lp_tool tool = {
    .name = "factorise",
    .group = LP_TO_LEARN,
    .summary = "approximate a matrix by the product of two narrow ones",
    .reads = reads,
    .writes = writes,
    .manual =
        "x [m, n], or a sparse matrix (row, col, data, shape: then only its entries count), "
        "becomes u [m, r] and v [n, r] with x ≈ u vᵀ, or, with svd, u diag(s) vᵀ; --bias adds the "
        "scalar mean, row_bias [m] and col_bias [n]. After split the training part is fitted, and "
        "the validation part is watched, or else the test part; with --mask the hidden entries are "
        "held out.\n"
        "\n"
        "svd is the best approximation of its rank. gd follows the full gradient of the summed "
        "squared error; --update alternate takes half of it, for u first and then for v with the "
        "new u. sgd visits entry by entry, in row-major order: with the error e = x - u v, u's row "
        "gets rate e v added, then v's row rate e u. als solves for u and for v in turn. mean and "
        "bias are baselines: the mean of the entries, and mean, row and column terms alone.\n"
        "\n"
        "--shards K cuts the rows and the columns into K ranges, which the processes of a job "
        "(mpirun -n 4 labpipe factorise --shards 8) divide among them. The bytes depend on K, not "
        "on the number of processes. als solves for each line by itself, so u and v are those of "
        "one shard. sgd visits the entries in K x K blocks, K at a time that share no row and no "
        "column, in an order drawn for each epoch. svd adds up what the ranges contribute. Every "
        "process holds the whole matrix.\n"
        "\n"
        "For gd and als --reg weighs |u|² and |v|² against the sum of the squared errors, for sgd "
        "against each entry's.\n"
        "\n"
        "history.epoch, history.loss and history.val_loss hold the mean squared error over the "
        "observed and the held-out entries. The result does not depend on --threads.",
    .examples =
        "labpipe example iris.csv > iris.csv\n"
        "labpipe from-csv --label species iris.csv | labpipe scale --by centre > iris.npz\n"
        "labpipe factorise --method svd --rank 2 iris.npz | labpipe eval\n"
        "labpipe gen-ratings -n 20000 --users 200 --items 500 | labpipe split --train 0.9 > "
        "ratings.npz\n"
        "labpipe factorise --method sgd --rank 5 --bias --reg 0.1 --init normal --init-scale "
        "0.1 ratings.npz | labpipe eval",
    .in = LP_IN_STREAM,
    .out = LP_OUT_STREAM,
    .options = options,
    .shards = "shards",
};

int main(int argc, char **argv) {
    // arguments
    struct options o = {0};
    lp_error *e = lp_tool_begin(&tool, argc, argv, &o);
    refuse_two_rates(o.how.fit.schedule.kind == LP_RATE_LIST);
    if (o.how.fit.schedule.kind == LP_RATE_LIST)
        lp_tool_leave_out("lr");
    if (o.how.fit.shards <= 1)
        lp_tool_forget("shards");
    if (!lp_tool_given("bias-reg"))
        lp_tool_default("bias-reg", "reg");
    // read
    lp_stream *s = lp_tool_input_stream();
    lp_run_hooks hooks = training_hooks(&o.files, e);
    // compute
    lp_factorise_report report;
    lp_tool_try(lp_factorise(s, &o.how, &hooks, &report, e));
    if (report.empty_rows > 0 || report.empty_cols > 0)
        lp_tool_warn("%zu rows and %zu columns have no observed entry: their factors say nothing",
                     report.empty_rows, report.empty_cols);
    // write
    return lp_tool_write(s);
}
