/* clip: limits every value of x to -LIMIT .. LIMIT. */
#include <cli/tool.h>

struct options {
    double limit;
};
#define ROW(name, member) LP_ROW(name, struct options, member)
static const lp_option options[] = {
    {ROW("limit", limit), .metavar = "LIMIT", .default_value = "3", .min = 0, .max = 1e9,
     .help = "the largest value that stays, and its negative the smallest"},
    {0},
};
static const lp_tool tool = {
    .name = "clip",
    .group = LP_TO_PREPARE,
    .summary = "limit every value of x",
    .manual = "Larger values of x become the limit, smaller ones its negative.",
    .in = LP_IN_STREAM,
    .out = LP_OUT_STREAM,
    .options = options,
};

int main(int argc, char **argv) {
    struct options o;
    lp_error *e = lp_tool_begin(&tool, argc, argv, &o);
    lp_stream *s = lp_tool_input_stream();
    lp_tensor given;
    lp_tool_try(lp_stream_get_as(s, "x", LP_F8, &given, e));
    lp_tensor x = lp_tensor_copy(&given);
    for (double *v = x.data, *end = v + x.count; v < end; v++)
        *v = *v > o.limit ? o.limit : *v < -o.limit ? -o.limit : *v;
    lp_stream_put(s, "x", &x);
    return lp_tool_write(s);
}
