#include "data/pick.h"
#include "cli/tool.h"

#define ROW(name, member) LP_ROW(name, lp_pick_options, member)
static const lp_option options[] = {
    {ROW("drop", drop), .metavar = "PATTERN", .help = "drop the tensors that match"},
    {ROW("rows", rows), .metavar = "A:B",
     .help = "take rows A to B - 1, counted from 0; either may be missing"},
    {ROW("at", at), .metavar = "ROW,ROW", .max = 9e15, .conflicts = "rows",
     .help = "take these rows, counted from 0, in this order"},
    {ROW("of", of), .metavar = "PATTERN", .requires = "rows|at",
     .help = "take rows of the tensors that match and leave the others whole"},
    {ROW("rename", rename), .metavar = "OLD=NEW", .help = "rename a tensor"},
    {0},
};

static const lp_tensor_row reads[] = {
    {"PATTERN...", "of any shape", "what is kept"},
    {0},
};
static const lp_tensor_row writes[] = {
    {"PATTERN...", "of any shape", "the same, or the rows of it that --rows and --at take"},
    {0},
};

static const lp_tool tool = {
    .name = "pick",
    .group = LP_TO_PREPARE,
    .summary = "keep, drop and rename tensors, take rows of them",
    .reads = reads,
    .writes = writes,
    .manual =
        "Keeps the tensors whose names match one of the PATTERNs (all tensors without any "
        "PATTERN), then drops, takes rows and renames. A pattern is the shell's: * is any text "
        "(dots and slashes too), ? one character, [a-z] one of a set; quote it. A pattern that "
        "matches nothing is an error. What stays keeps its order and is passed on byte for byte, "
        "unless rows are taken from it. With x (or a part of it) stay scale.offset and "
        "scale.divisor, and with a model model.*, unless they are dropped: nothing else tells what "
        "the numbers mean.\n"
        "\n"
        "An operand is a file rather than a pattern when it is -, begins with /, ./ or ../, or "
        "ends in .npz or .npy.\n"
        "\n"
        "--rows and --at take the same rows of every kept tensor that has a dimension, but for "
        "names and "
        "scalings of columns and classes; where their numbers of rows differ, --of is needed. pick "
        "'*' joins several archives in one file.",
    .examples = "labpipe gen-moons -n 100 | labpipe train-mlp --hidden 5 > model.npz\n"
                "labpipe pick 'x*' 'y*' model.npz > xy.npz\n"
                "labpipe split xy.npz | labpipe pick --rows 0:20 --of '*_train' > few.npz\n"
                "labpipe pick layer1.weight --rename layer1.weight=w model.npz > w.npz",
    .in = LP_IN_STREAM,
    .out = LP_OUT_STREAM,
    .options = options,
    .words = "PATTERN...",
};

int main(int argc, char **argv) {
    // arguments
    lp_pick_options o = {0};
    lp_error *e = lp_tool_begin(&tool, argc, argv, &o);
    o.keep = lp_tool_words(&o.keep_count);
    o.rows_given = lp_tool_given("rows");
    // read
    lp_stream *s = lp_pick_is_all(&o) ? lp_tool_input_through() : lp_tool_input_stream();
    // compute
    lp_tool_try(lp_pick(s, &o, e));
    // write
    return lp_tool_write(s);
}
