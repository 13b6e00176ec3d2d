#include "cli/tool.h"
#include "data/pictures.h"
#include "io/idx.h"
#include "tensors.h"

struct options {
    lp_texts class;
};

#define ROW(name, member) LP_ROW(name, struct options, member)
static const lp_option options[] = {
    {ROW("class", class), .metavar = "NAME",
     .help = "the name of the next class, from 0 on; the names become classes"},
    {0},
};

static const lp_tensor_row writes[] = {
    {"x, x_train, x_test", "[n, ...]", "the images, in the file's type"},
    {"y, y_train, y_test", "[n]", "the labels"},
    INPUT_SHAPE_ROW,
    {0},
};

static const lp_tool tool = {
    .name = "from-idx",
    .group = LP_TO_CONVERT,
    .summary = "read IDX files (MNIST and its relatives) into a stream",
    .writes = writes,
    .manual = "Reads IDX files, gzipped or not, of every element type. A file of one dimension "
              "holds labels, any other images. Images and labels become x and y, in the files' "
              "types (u1 pixels are not widened); two files of each become x_train, y_train, "
              "x_test and y_test, in this order, which is refused where the second images alone "
              "are called train. input_shape is the shape of one image. A file "
              "that is cut short or longer than its header says is refused.",
    .examples =
        "labpipe example train-images-idx3-ubyte | gzip > train-images-idx3-ubyte.gz\n"
        "labpipe example train-labels-idx1-ubyte | gzip > train-labels-idx1-ubyte.gz\n"
        "labpipe from-idx train-images-idx3-ubyte.gz train-labels-idx1-ubyte.gz > digits.npz\n"
        "labpipe render-weights --of x --first 100 -o digits.png digits.npz",
    .in = LP_IN_FILES,
    .out = LP_OUT_STREAM,
    .options = options,
    .limit = lp_idx_limit,
};

int main(int argc, char **argv) {
    // arguments
    struct options o = {0};
    lp_error *e = lp_tool_begin(&tool, argc, argv, &o);
    // read
    size_t n = 0;
    lp_file *files = lp_alloc(lp_tool_input_count(), sizeof *files);
    while (lp_tool_input_file(&files[n]))
        n++;
    // compute
    lp_stream *s = lp_stream_new();
    lp_tool_try(lp_idx_put(s, n, files, &o.class, e));
    // write
    return lp_tool_write(s);
}
