#include "cli/tool.h"
#include "data/table.h"
#include "tensors.h"

#define ROW(name, member) LP_ROW(name, lp_table_format, member)
static const lp_option options[] = {
    {ROW("separator", separator), .metavar = "CHARACTER", .default_value = ",",
     .parse = lp_csv_parse_separator, .help = "what separates cells; the word tab for a tab"},
    {ROW("no-header", no_header), .help = "leave out the first line, which names the columns"},
    {ROW("class-names", class_names),
     .help = "write labels as the names of their classes, one-hot rows too"},
    {0},
};

static const lp_tensor_row reads[] = {
    {"x, NAME...", "[n] or [n, d]", "what is written, side by side"},
    {"y, ids", "[n]", "beside x where nothing is named"},
    COLUMNS_ROW,
    CLASSES_ROW,
    {0},
};

static const lp_tool tool = {
    .name = "to-csv",
    .group = LP_TO_CONVERT,
    .summary = "write tensors as CSV",
    .reads = reads,
    .manual =
        "Writes the named tensors side by side as comma-separated values, one row of each a line; "
        "without names, x and, if present, ids before it and y after it. They must have the same "
        "number of rows. A number is the shortest text that reads back as the same number.\n"
        "\n"
        "The columns of x are named by features, or by cols, those of y_score with --class-names "
        "by classes, those of other tensors by the tensor's name. An "
        "operand is a FILE if it ends in .npz or .npy or begins with /, ./ or ../, else a NAME.",
    .examples =
        "labpipe gen-moons -n 5 | labpipe to-csv --no-header --separator ' '\n"
        "labpipe example iris.csv > iris.csv\n"
        "labpipe from-csv --label species iris.csv | labpipe to-csv --class-names > again.csv",
    .in = LP_IN_STREAM,
    .out = LP_OUT_TEXT,
    .options = options,
    .words = "NAME...",
};

int main(int argc, char **argv) {
    // arguments
    lp_table_format o = {0};
    lp_error *e = lp_tool_begin(&tool, argc, argv, &o);
    size_t n;
    const char *const *names = lp_tool_words(&n);
    // read
    lp_stream *s = lp_tool_input_stream();
    // write
    lp_tool_try(lp_table_write(s, names, n, &o, lp_tool_out(), e));
    return lp_tool_end();
}
