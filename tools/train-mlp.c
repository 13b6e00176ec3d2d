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
    {ROW("hidden", train.hidden), .elsewhere = "hidden-layer-sizes", .metavar = "N,N", .min = 1,
     .max = 1 << 24,
     .help = "widths of the hidden layers, from the input on; by default there are none"},
    {ROW("activation", train.activation), .metavar = "NAME", .default_value = "relu",
     .choices = LP_ACTIVATION_CHOICES, .help = "of the hidden layers"},
#include "network_rows.h"
#include "tensors.h"
    {0},
};

static const lp_tensor_row reads[] = {
    FEATURES_ROW, LABELS_ROW, CLASSES_ROW, COLUMNS_ROW, {0},
};
static const lp_tensor_row writes[] = {
    LAYER_ROWS, MODEL_ROW, HISTORY_ROWS, SNAPSHOT_ROWS, {0},
};

static const lp_tool tool = {
    .name = "train-mlp",
    .group = LP_TO_LEARN,
    .summary = "train a multilayer perceptron or an autoencoder",
    .reads = reads,
    .writes = writes,
    .manual =
        "Trains on x and y, or on x_train and y_train, and watches x_val and y_val if there are "
        "any, or else x_test and y_test. y is labels (whole numbers, texts or one-hot rows), or "
        "with --loss mse any numbers. Gives the network, layer1.weight [out, in], layer1.bias and "
        "layer1.activation and so on, and history.epoch, history.loss, history.accuracy, "
        "history.val_loss and history.val_accuracy with one entry for each evaluation.\n\n"
        "Everything that counts epochs counts steps where --steps is given. The same command "
        "gives the same bytes on every machine, with any number of threads, and also when it was "
        "killed and resumed from a checkpoint.\n\n"
        "Under mpirun (labpipe built with make MPI=1) the processes divide the --shards: 1 to K of "
        "them give the bytes of one, and a checkpoint goes on with any other number. Each reads "
        "the files that are named; the first alone reads standard input and checkpoints, and "
        "writes.",
    .examples =
        "labpipe gen-moons -n 1000 | labpipe split | labpipe train-mlp --hidden 20 --lr 0.5 "
        "| labpipe eval\n"
        "labpipe gen-digits -n 500 | labpipe split > digits.npz\n"
        "labpipe train-mlp --hidden 64,32 --batch 64 --optimizer adam --lr 1e-3 "
        "--input-scale 1/255 --epochs 20 digits.npz | labpipe eval\n"
        "labpipe gen-faces --people 10 --shots 4 | labpipe scale --divide 255 > faces.npz\n"
        "labpipe train-mlp --hidden 16 --target x --loss mse --epochs 20 --checkpoint c.npz "
        "--checkpoint-every 10 faces.npz > coder.npz",
    .in = LP_IN_STREAM,
    .out = LP_OUT_STREAM,
    .options = options,
    .shards = "shards",
};

int main(int argc, char **argv) {
    // arguments
    struct options o = {0};
    lp_error *e = lp_tool_begin(&tool, argc, argv, &o);
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
