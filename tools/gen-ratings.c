#include "cli/tool.h"
#include "data/ratings.h"
#include "tensors.h"

#define ROW(name, member) LP_ROW(name, lp_ratings_options, member)
static const lp_option options[] = {
    {ROW("n", n), .letter = 'n', .metavar = "N", .default_value = "100836", .min = 1, .max = 1e12,
     .help = "ratings in all"},
    {ROW("users", users), .metavar = "N", .default_value = "610", .min = 1, .max = INT32_MAX,
     .help = "rows of the matrix"},
    {ROW("items", items), .metavar = "N", .default_value = "9724", .min = 1, .max = INT32_MAX,
     .help = "columns of the matrix"},
    {ROW("rank", rank), .metavar = "R", .default_value = "5", .max = 1000,
     .help = "rank of the users' taste; 0: users differ by their biases only"},
    {ROW("noise", noise), .metavar = "SD", .default_value = "0.8", .max = 1e6,
     .help = "standard deviation of the noise, in stars"},
    {ROW("seed", seed), .metavar = "S", .default_value = "0", .help = "seed of the random numbers"},
    {0},
};

static const lp_tensor_row writes[] = {
    SPARSE_ROWS,
    {0},
};

static const lp_tool tool = {
    .name = "gen-ratings",
    .group = LP_TO_MAKE,
    .summary = "draw a sparse matrix of film ratings",
    .writes = writes,
    .manual =
        "A users x items matrix as scipy.sparse.save_npz writes it (row, col, data, shape, format "
        "coo) with rows, the users' numbers, and cols, titles that no two items share. By default "
        "it has the size of MovieLens' small data set and resembles it: the mean, the spread, and "
        "what biases and rank-5 factors reach on held-out ratings.\n"
        "\n"
        "A rating is 3.5 + the user's bias + the item's bias + taste + noise, rounded to half a "
        "star and cut to 0.5 .. 5. Some users rate few items and some rate many; what they rate "
        "follows a long tail. Every user rates at least once and, given as many ratings as items, "
        "every item is rated.",
    .examples = "labpipe gen-ratings -n 500 --users 20 --items 50 --rank 2 --noise 0.2 | labpipe "
                "inspect\n"
                "labpipe gen-ratings | labpipe split --train 0.9 > ratings.npz",
    .in = LP_IN_NOTHING,
    .out = LP_OUT_STREAM,
    .options = options,
};

int main(int argc, char **argv) {
    // arguments
    lp_ratings_options o = {0};
    lp_error *e = lp_tool_begin(&tool, argc, argv, &o);
    // compute
    lp_stream *s = lp_stream_new();
    lp_tool_try(lp_ratings(s, &o, e));
    // write
    return lp_tool_write(s);
}
