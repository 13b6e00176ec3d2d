#include "cli/tool.h"
#include "learn/train_mlp.h"
#include "training.h"

#include <math.h>

struct options {
    lp_train_mlp_options train;
    training_files files;
};

#define ROW(name, member) LP_ROW(name, struct options, member)
static const lp_option options[] = {
    {ROW("hidden", train.hidden), .metavar = "N,N", .min = 1, .max = 1 << 24,
     .help = "widths of the hidden layers, from the input on; by default there are none"},
    {ROW("activation", train.activation), .metavar = "NAME", .default_value = "relu",
     .choices = LP_ACTIVATION_CHOICES, .help = "of the hidden layers"},
    {ROW("output-activation", train.output_activation), .metavar = "NAME",
     .default_value = "identity", .choices = LP_ACTIVATION_CHOICES, .requires = "loss=mse",
     .help = "of the last layer"},
    {ROW("bias", train.bias), .metavar = "KIND", .default_value = "vector",
     .choices = LP_BIAS_CHOICES, .help = "one number a unit, one a layer, or none"},
    {ROW("init", train.init), .metavar = "NAME", .default_value = "pytorch",
     .choices = LP_INIT_CHOICES,
     .help = "the distribution that the weights start from (pytorch: nn.Linear's own, the only one "
             "with biases other than 0)"},
    {ROW("init-scale", train.init_scale), .metavar = "S,S",
     .help = "what they are multiplied by: one number, or one a layer"},
    {ROW("init-from", files.init_from), .metavar = "FILE", .conflicts = "init|init-scale",
     .help = "start from the weights of the network in FILE"},
    {ROW("freeze", train.freeze), .metavar = "LAYER,LAYER", .min = 1, .max = 1000,
     .help = "layers, counted from 1, that are not trained"},
    {ROW("dtype", train.dtype), .metavar = "TYPE", .default_value = "f4",
     .choices = LP_DTYPE_CHOICES, .help = "compute in single or in double precision"},
    {ROW("loss", train.loss), .metavar = "NAME", .default_value = "cross-entropy",
     .choices = LP_LOSS_CHOICES,
     .help = "softmax and cross-entropy, or squared error (to one-hot rows where y is classes)"},
    {ROW("reduction", train.reduction), .metavar = "HOW", .default_value = "mean",
     .choices = LP_REDUCTION_CHOICES,
     .help = "average the loss over a batch (squared errors over its numbers), or sum it"},
    {ROW("target", train.target), .metavar = "NAME", .default_value = "y",
     .choices = LP_TARGET_CHOICES, .requires = "loss=mse",
     .help = "what is predicted: y, or x itself (an autoencoder)"},
    {ROW("input-scale", train.input_scale), .synonym = "scale", .metavar = "A/B",
     .default_value = "1", .max = INFINITY, .flags = LP_OPEN_MIN | LP_RATIO,
     .help = "multiply x by this number on the way in (1/255 for pixels); the model keeps it"},
    {ROW("optimizer", train.optim.kind), .metavar = "NAME", .default_value = "sgd",
     .choices = LP_OPTIM_CHOICES, .help = "as torch.optim.SGD and torch.optim.Adam define them"},
    {ROW("lr", train.lr), .metavar = "RATE", .default_value = "0.1", .max = INFINITY,
     .help = "learning rate"},
    {ROW("lr-schedule", train.schedule), .metavar = "SCHEDULE", .default_value = "constant",
     .parse = lp_schedule_parse,
     .help = "constant, step:SIZE:GAMMA, exponential:GAMMA, cosine, cosine:MIN, or rates with "
             "the epoch they begin at, 0:0.1,200:0.01, in place of --lr"},
    {ROW("momentum", train.optim.momentum), .metavar = "M", .default_value = "0", .max = 1,
     .flags = LP_OPEN_MAX, .requires = "optimizer=sgd", .help = "of SGD"},
    {ROW("nesterov", train.optim.nesterov), .requires = "momentum",
     .help = "Nesterov's form of momentum"},
    {ROW("weight-decay", train.optim.weight_decay), .metavar = "D", .default_value = "0",
     .max = INFINITY, .help = "add D times the weights to their gradient"},
    {ROW("beta1", train.optim.beta1), .metavar = "B", .default_value = "0.9", .max = 1,
     .flags = LP_OPEN_MAX, .requires = "optimizer=adam", .help = "decay of Adam's first moment"},
    {ROW("beta2", train.optim.beta2), .metavar = "B", .default_value = "0.999", .max = 1,
     .flags = LP_OPEN_MAX, .requires = "optimizer=adam", .help = "decay of Adam's second moment"},
    {ROW("epsilon", train.optim.epsilon), .metavar = "E", .default_value = "1e-8", .max = 1,
     .flags = LP_OPEN_MIN, .requires = "optimizer=adam",
     .help = "added to the root of Adam's second moment"},
    {ROW("batch", train.batch), .metavar = "N", .default_value = "0", .max = INFINITY,
     .conflicts = "sample",
     .help = "rows a step, in a fresh random order each epoch; 0: all of them, in their own order"},
    {ROW("sample", train.sample), .requires = "steps",
     .help = "each step takes one random row, with replacement"},
    {ROW("epochs", train.epochs), .metavar = "N", .default_value = "100", .max = 9e15,
     .conflicts = "steps", .help = "passes over all rows; 0 writes the initial weights"},
    {ROW("steps", train.steps), .metavar = "N", .max = 9e15,
     .help = "count time in steps, and take N of them"},
    {ROW("eval-every", train.run.eval_every), .metavar = "N", .default_value = "0", .max = 9e15,
     .help = "evaluate every N epochs (or steps); 0: at the end only"},
    {ROW("patience", train.run.patience), .metavar = "N", .default_value = "0", .max = 9e15,
     .requires = "eval-every",
     .help = "stop after N evaluations without a lower loss on x_val, or else x_test, and keep the "
             "best weights"},
    {ROW("snapshot-every", train.run.snapshot_every), .metavar = "N", .default_value = "0",
     .max = 9e15, .help = "keep the weights of every N-th epoch (or step), from 0 on"},
    TRAINING_ROWS(struct options, files, "epochs (or steps)"),
    {ROW("seed", train.seed), .metavar = "S", .default_value = "0",
     .help = "of the initial weights and of the order of the rows"},
    {0},
};

static const lp_tool tool = {
    .name = "train-mlp",
    .summary = "train a multilayer perceptron or an autoencoder",
    .manual =
        "Trains on x and y, or on x_train and y_train, and watches x_val and y_val if there are "
        "any, or else x_test and y_test. y is whole numbers 0, 1, ... or one-hot rows (classes), "
        "or with --loss mse "
        "any numbers. Gives the network, layer1.weight [out, in], layer1.bias and "
        "layer1.activation and so on, and history.epoch, history.loss, history.accuracy, "
        "history.val_loss and history.val_accuracy with one entry for each evaluation.\n\n"
        "Everything that counts epochs counts steps where --steps is given. The same command "
        "gives the same bytes on every machine, with any number of threads, and also when it was "
        "killed and resumed from a checkpoint.",
    .examples =
        "gen-moons -n 1000 | split --train 0.8 | train-mlp --hidden 20 --lr 0.5 --epochs 500 | "
        "eval\n"
        "train-mlp --hidden 128,64 --batch 64 --optimizer adam --lr 1e-3 --input-scale 1/255 "
        "mnist.npz\n"
        "train-mlp --hidden 16 --target x --loss mse --checkpoint c.npz --checkpoint-every 10 "
        "faces.npz",
    .in = LP_IN_STREAM,
    .out = LP_OUT_STREAM,
    .options = options,
};

int main(int argc, char **argv) {
    // arguments
    struct options o = {0};
    lp_error *e = lp_tool_begin(&tool, argc, argv, &o);
    o.train.count_steps = lp_tool_given("steps");
    if (lp_tool_given("lr") && o.train.schedule.kind == LP_RATE_LIST)
        lp_tool_usage("--lr and --lr-schedule with rates of its own contradict each other");
    // read
    lp_stream *s = lp_tool_input_stream();
    lp_run_hooks hooks = training_hooks(&o.files, e);
    // compute
    lp_tool_try(lp_train_mlp(s, &o.train, &hooks, e));
    // write
    return lp_tool_write(s);
}
