/* from-cifar: CIFAR-10's binary batches into a stream. */
#include "cli/tool.h"
#include "io/cifar.h"

typedef struct {
    const char *test;
} options;

#define ROW(name, member) LP_ROW(name, options, member)
static const lp_option rows[] = {
    {ROW("test", test), .metavar = "FILE",
     .help = "a batch that becomes x_test and y_test; the others become x_train and y_train"},
    {0},
};

static const lp_tool tool = {
    .name = "from-cifar",
    .summary = "read CIFAR-10's binary batches into a stream",
    .manual = "Reads files of records of 3,073 bytes, a label and the planes of 32 x 32 pixels, "
              "one file after the other, into x, u1 [n, 32, 32, 3], and y, u1 [n]; classes has the "
              "ten names, input_shape the shape of one image. A file that is not a whole number of "
              "records, or has a label over 9, is refused.",
    .examples = "from-cifar --test test_batch.bin data_batch_1.bin data_batch_2.bin | inspect",
    .in = LP_IN_FILES,
    .out = LP_OUT_STREAM,
    .options = rows,
};

static void put(lp_stream *s, const char *x_name, const char *y_name, size_t n,
                const lp_cifar_batch *batch, lp_error *e) {
    lp_tensor x, y;
    lp_tool_try(lp_cifar_read(&x, &y, n, batch, e));
    lp_tool_try(lp_stream_put(s, x_name, &x, e));
    lp_tool_try(lp_stream_put(s, y_name, &y, e));
}

int main(int argc, char **argv) {
    // arguments
    options o = {0};
    lp_error *e = lp_tool_begin(&tool, argc, argv, &o);
    // read
    size_t n = 0;
    lp_tool_file file;
    lp_cifar_batch *batch = lp_alloc(lp_tool_input_count(), sizeof *batch), test = {0};
    while (lp_tool_input_file(&file))
        batch[n++] = (lp_cifar_batch){file.name, file.bytes, file.size};
    if (o.test != NULL) {
        file = lp_tool_input_file_at(o.test);
        test = (lp_cifar_batch){file.name, file.bytes, file.size};
    }
    // compute
    lp_stream *s = lp_stream_new();
    put(s, o.test != NULL ? "x_train" : "x", o.test != NULL ? "y_train" : "y", n, batch, e);
    if (o.test != NULL)
        put(s, "x_test", "y_test", 1, &test, e);
    lp_tool_try(lp_cifar_put_names(s, e));
    // write
    return lp_tool_write(s);
}
