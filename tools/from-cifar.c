#include "cli/tool.h"
#include "data/pictures.h"
#include "tensors.h"

struct options {
    const char *test;
};

#define ROW(name, member) LP_ROW(name, struct options, member)
static const lp_option options[] = {
    {ROW("test", test), .metavar = "FILE",
     .help = "a batch that becomes x_test and y_test; the others become x_train and y_train"},
    {0},
};

static const lp_tensor_row writes[] = {
    {"x, x_train, x_test", "u1 [n, 32, 32, 3]", "the pictures"},
    {"y, y_train, y_test", "u1 [n]", "the labels"},
    CLASSES_ROW,
    INPUT_SHAPE_ROW,
    {0},
};

static const lp_tool tool = {
    .name = "from-cifar",
    .group = LP_TO_CONVERT,
    .summary = "read CIFAR-10's binary batches into a stream",
    .writes = writes,
    .manual =
        "Reads files of records of 3,073 bytes, a label and the planes of 32 x 32 pixels, "
        "one file after the other, into x, u1 [n, 32, 32, 3], and y, u1 [n]; classes has the "
        "ten names, input_shape the shape of one image. A file that is not a whole number of "
        "records, or has a label over 9, is refused; so is one that is also the --test batch.",
    .examples = "labpipe example data_batch_1.bin > data_batch_1.bin\n"
                "labpipe example test_batch.bin > test_batch.bin\n"
                "labpipe from-cifar --test test_batch.bin data_batch_1.bin | labpipe inspect",
    .in = LP_IN_FILES,
    .out = LP_OUT_STREAM,
    .options = options,
};

int main(int argc, char **argv) {
    // arguments
    struct options o = {0};
    lp_error *e = lp_tool_begin(&tool, argc, argv, &o);
    // read
    size_t n = 0;
    lp_file *files = lp_alloc(lp_tool_input_count(), sizeof *files), test;
    while (lp_tool_input_file(&files[n]))
        n++;
    if (o.test != NULL)
        test = lp_tool_input_file_at(o.test);
    // compute
    lp_stream *s = lp_stream_new();
    lp_tool_try(lp_cifar_put(s, n, files, o.test != NULL ? &test : NULL, e));
    // write
    return lp_tool_write(s);
}
