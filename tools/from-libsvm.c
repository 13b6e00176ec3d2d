/* from-libsvm: LIBSVM's text format into a stream. */
#include "cli/tool.h"
#include "data/libsvm.h"
#include "tensors.h"

#define ROW(name, member) LP_ROW(name, lp_libsvm_options, member)
static const lp_option options[] = {
    {ROW("features", features), .metavar = "N", .default_value = "0", .min = 0, .max = 1e9,
     .help = "how many columns x has; 0: as many as the highest index"},
    {ROW("target", target),
     .help = "the labels are numbers to predict, not classes, also where all are whole"},
    {0},
};

static const lp_tensor_row writes[] = {
    {"x", "f8 [n, d]", "the values"},
    {"y", "i8 or f8 [n]", "the labels"},
    CLASSES_ROW,
    {0},
};

static const lp_tool tool = {
    .name = "from-libsvm",
    .group = LP_TO_CONVERT,
    .summary = "read LIBSVM files into a stream",
    .writes = writes,
    .manual =
        "Reads LIBSVM's text format, a label and INDEX:VALUE pairs a line, gzipped or not, into a "
        "dense x, f8 [rows, columns]. Indices begin at 1 and ascend within a line; columns that a "
        "line leaves out are 0. What follows # is a comment. Several files are read one after the "
        "other. --features fixes the number of columns, so that a test file whose last columns "
        "are all 0 gets as many as the training file.\n"
        "\n"
        "Labels that are all whole numbers become classes: y, i8 [rows], counts from 0 in the "
        "order of the labels' values, and classes has these values as text (it is left out where "
        "they are 0, 1, ... already). Other labels, or any under --target, become y, f8 [rows]. "
        "Several labels a line, and the query ids (qid:) of rankings, are refused.",
    .examples = "labpipe example iris.libsvm > iris.libsvm\n"
                "labpipe from-libsvm iris.libsvm | labpipe split --stratify | labpipe inspect\n"
                "labpipe from-libsvm --features 6 iris.libsvm -o wider.npz",
    .in = LP_IN_FILES,
    .out = LP_OUT_STREAM,
    .options = options,
};

int main(int argc, char **argv) {
    // arguments
    lp_libsvm_options o;
    lp_error *e = lp_tool_begin(&tool, argc, argv, &o);
    // read
    lp_libsvm *rows = lp_libsvm_new(&o);
    for (lp_file file; lp_tool_input_file(&file);)
        lp_tool_try(lp_libsvm_add(rows, &file, e));
    // compute
    lp_stream *s = lp_stream_new();
    lp_tool_try(lp_libsvm_put(rows, s, e));
    // write
    return lp_tool_write(s);
}
