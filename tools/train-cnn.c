#include "cli/tool.h"
#include "learn/train_network.h"
#include "network_options.h"
#include "training.h"

#include <math.h>

struct options {
    lp_train_network_options train;
    training_files files;
};

#define ROW(name, member) LP_ROW(name, struct options, member)
static const lp_option options[] = {
    {ROW("layers", train.list), .metavar = "LAYER,LAYER", .parse = lp_layer_list_parse,
     .help = "the layers, from the pictures on: conv:CHANNELS:KERNEL[:STRIDE[:PADDING]], "
             "max-pool:SIZE[:STRIDE[:PADDING]] or avg-pool, dense:UNITS, batch-norm, dropout:P, "
             "flatten, and after any of them one of train-mlp's activations"},
#include "network_rows.h"
#include "tensors.h"
    {0},
};

static const lp_tensor_row reads[] = {
    PICTURES_ROW, INPUT_SHAPE_ROW, LABELS_ROW, CLASSES_ROW, {0},
};
static const lp_tensor_row writes[] = {
    LAYER_ROWS, PICTURE_LAYER_ROWS, MODEL_ROW, HISTORY_ROWS, SNAPSHOT_ROWS, {0},
};

static const lp_tool tool = {
    .name = "train-cnn",
    .group = LP_TO_LEARN,
    .summary = "train a convolutional network on pictures",
    .reads = reads,
    .writes = writes,
    .manual =
        "Trains on x and y, or on x_train and y_train, as train-mlp does, but for the layers, and "
        "with the same options. x are pictures, [n, height, width] or [n, height, width, "
        "channels], or [n, pixels] with input_shape in the stream. Layers are PyTorch's, with its "
        "names: a convolution's window moves by 1 and that of a pooling by its size unless a "
        "STRIDE is given, over pictures with PADDING zeros on each side (0 without). Pictures are "
        "flattened, channel by channel, before the first dense layer. A dense layer to the "
        "classes, or to what is predicted, comes last.\n\n"
        "Gives layer1.weight [out, in, height, width], layer1.bias, layer1.activation and so on: "
        "flatten, pooling and the rest count as layers too, and have layer2.kind and what "
        "PyTorch's module takes (kernel_size, stride, padding, p). Beside them model.input_shape "
        "and train-mlp's model.* and history.*. --shards under mpirun is train-mlp's, too, but not "
        "with batch-norm, which takes the mean of a whole batch.",
    .examples =
        "labpipe gen-digits -n 500 | labpipe split > digits.npz\n"
        "labpipe train-cnn --layers conv:8:3:1:1,batch-norm,relu,max-pool:2 --input-scale "
        "1/255 --batch 32 --epochs 3 digits.npz | labpipe eval\n"
        "labpipe example data_batch_1.bin > data_batch_1.bin\n"
        "labpipe from-cifar data_batch_1.bin | labpipe split > pictures.npz\n"
        "labpipe train-cnn --layers "
        "conv:6:5,relu,max-pool:2,conv:16:5,relu,max-pool:2,dense:120,relu,dense:84,relu "
        "--input-scale 2/255 --input-shift -1 --batch 4 --lr 0.001 --momentum 0.9 --epochs 2 "
        "pictures.npz > cnn.npz",
    .in = LP_IN_STREAM,
    .out = LP_OUT_STREAM,
    .options = options,
    .shards = "shards",
};

int main(int argc, char **argv) {
    // arguments
    struct options o = {.train.pictures = true};
    lp_error *e = lp_tool_begin(&tool, argc, argv, &o);
    if (!lp_tool_given("layers") && !lp_tool_given("init-from"))
        lp_tool_usage("--layers is missing: --layers LAYER,LAYER");
    complete_network_options(&o.train);
    // read
    lp_stream *s = lp_tool_input_stream();
    lp_run_hooks hooks = training_hooks(&o.files, e);
    // compute
    lp_tool_try(lp_train_network(s, &o.train, &hooks, e));
    // write
    warn_of_divergence(s, e);
    return lp_tool_write(s);
}
