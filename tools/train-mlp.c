/* train-mlp: a multilayer perceptron, or an autoencoder, by gradient descent. */
#include "cli/tool.h"
#include "learn/train.h"

#include <math.h>
#include <unistd.h>

static struct options {
    lp_train_options train;
    const char *init_from, *checkpoint;
    bool resume;
} o;

#define ROW(member) offsetof(struct options, member)

static const lp_option options[] = {
    {"hidden", 0, LP_OPTION_INTS, ROW(train.hidden), "N,N", NULL, 1, 1 << 24,
     .help = "widths of the hidden layers, from the input on; without it there is none"},
    {"activation", 0, LP_OPTION_CHOICE, ROW(train.activation), "NAME", "relu",
     .choices = LP_ACTIVATION_CHOICES, .help = "of the hidden layers"},
    {"output-activation", 0, LP_OPTION_CHOICE, ROW(train.output_activation), "NAME", "identity",
     .choices = LP_ACTIVATION_CHOICES, .requires = "loss=mse", .help = "of the last layer"},
    {"bias", 0, LP_OPTION_CHOICE, ROW(train.bias), "KIND", "vector", .choices = LP_BIAS_CHOICES,
     .help = "one number a unit, one a layer, or none"},
    {"init", 0, LP_OPTION_CHOICE, ROW(train.init), "NAME", "pytorch", .choices = LP_INIT_CHOICES,
     .help = "the distribution that the weights start from (pytorch: nn.Linear's own, the only one "
             "with biases other than 0)"},
    {"init-scale", 0, LP_OPTION_REALS, ROW(train.init_scale), "S,S",
     .help = "what they are multiplied by: one number, or one a layer"},
    {"init-from", 0, LP_OPTION_TEXT, ROW(init_from), "FILE", .conflicts = "init|init-scale",
     .help = "start from the weights of the network in FILE"},
    {"freeze", 0, LP_OPTION_INTS, ROW(train.freeze), "LAYER,LAYER", NULL, 1, 1000,
     .help = "layers, counted from 1, that are not trained"},
    {"dtype", 0, LP_OPTION_CHOICE, ROW(train.dtype), "TYPE", "f4", .choices = LP_DTYPE_CHOICES,
     .help = "compute in single or in double precision"},
    {"loss", 0, LP_OPTION_CHOICE, ROW(train.loss), "NAME", "cross-entropy",
     .choices = LP_LOSS_CHOICES,
     .help =
         "softmax and cross-entropy, or squared error (against one-hot rows where y is classes)"},
    {"reduction", 0, LP_OPTION_CHOICE, ROW(train.reduction), "HOW", "mean",
     .choices = LP_REDUCTION_CHOICES,
     .help = "average the loss over a batch (squared errors over its numbers), or sum it"},
    {"target", 0, LP_OPTION_CHOICE, ROW(train.target), "NAME", "y", .choices = LP_TARGET_CHOICES,
     .requires = "loss=mse", .help = "what is to be answered: y, or x itself (an autoencoder)"},
    {"scale", 0, LP_OPTION_REAL, ROW(train.input_scale), "A/B", "1", 0, INFINITY,
     .flags = LP_OPEN_MIN | LP_RATIO,
     .help = "multiply x by this number on the way in (1/255 for pixels); the model keeps it"},
    {"optimizer", 0, LP_OPTION_CHOICE, ROW(train.optimizer), "NAME", "sgd",
     .choices = LP_OPTIM_CHOICES, .help = "as torch.optim.SGD and torch.optim.Adam define them"},
    {"lr", 0, LP_OPTION_REAL, ROW(train.lr), "RATE", "0.1", 0, INFINITY, .help = "learning rate"},
    {"lr-schedule", 0, LP_OPTION_CUSTOM, ROW(train.schedule), "SCHEDULE", "constant",
     .parse = lp_schedule_parse,
     .help = "constant, step:SIZE:GAMMA, exponential:GAMMA, cosine, cosine:LEAST, or rates with "
             "the epoch they begin at, 0:0.1,200:0.01, in place of --lr"},
    {"momentum", 0, LP_OPTION_REAL, ROW(train.momentum), "M", "0", 0, 1, .flags = LP_OPEN_MAX,
     .requires = "optimizer=sgd", .help = "of SGD"},
    {"nesterov", 0, LP_OPTION_FLAG, ROW(train.nesterov), .requires = "momentum",
     .help = "Nesterov's form of momentum"},
    {"weight-decay", 0, LP_OPTION_REAL, ROW(train.weight_decay), "D", "0", 0, INFINITY,
     .help = "add D times the weights to their gradient"},
    {"beta1", 0, LP_OPTION_REAL, ROW(train.beta1), "B", "0.9", 0, 1, .flags = LP_OPEN_MAX,
     .requires = "optimizer=adam", .help = "decay of Adam's first moment"},
    {"beta2", 0, LP_OPTION_REAL, ROW(train.beta2), "B", "0.999", 0, 1, .flags = LP_OPEN_MAX,
     .requires = "optimizer=adam", .help = "decay of Adam's second moment"},
    {"epsilon", 0, LP_OPTION_REAL, ROW(train.epsilon), "E", "1e-8", 0, 1, .flags = LP_OPEN_MIN,
     .requires = "optimizer=adam", .help = "added to the root of Adam's second moment"},
    {"batch", 0, LP_OPTION_INT, ROW(train.batch), "N", "0", 0, INFINITY, .conflicts = "sample",
     .help = "rows a step, in a fresh random order each epoch; 0: all of them, in their own order"},
    {"sample", 0, LP_OPTION_FLAG, ROW(train.sample), .requires = "steps",
     .help = "each step takes one random row, with replacement"},
    {"epochs", 0, LP_OPTION_INT, ROW(train.epochs), "N", "100", 0, 9e15, .conflicts = "steps",
     .help = "passes over all rows; 0 writes the initial weights"},
    {"steps", 0, LP_OPTION_INT, ROW(train.steps), "N", NULL, 0, 9e15,
     .help = "count time in steps, and take N of them"},
    {"eval-every", 0, LP_OPTION_INT, ROW(train.eval_every), "N", "0", 0, 9e15,
     .help = "evaluate every N epochs (or steps); 0: at the end only"},
    {"patience", 0, LP_OPTION_INT, ROW(train.patience), "N", "0", 0, 9e15, .requires = "eval-every",
     .help = "stop after N evaluations without a lower loss on x_test, and keep the best weights"},
    {"snapshot-every", 0, LP_OPTION_INT, ROW(train.snapshot_every), "N", "0", 0, 9e15,
     .help = "keep the weights of every N-th epoch (or step), from 0 on"},
    {"checkpoint", 0, LP_OPTION_TEXT, ROW(checkpoint), "FILE", .flags = LP_NOT_IN_RECIPE,
     .requires = "checkpoint-every", .help = "where checkpoints are kept, the last one only"},
    {"checkpoint-every", 0, LP_OPTION_INT, ROW(train.checkpoint_every), "N", NULL, 1, 9e15,
     .flags = LP_NOT_IN_RECIPE, .requires = "checkpoint", .help = "make one every N epochs (or steps)"},
    {"resume", 0, LP_OPTION_FLAG, ROW(resume), .flags = LP_NOT_IN_RECIPE, .requires = "checkpoint",
     .help = "go on from the checkpoint, if there is one; the output is that of a run in one go"},
    {"seed", 0, LP_OPTION_SEED, ROW(train.seed), "S", "0",
     .help = "of the initial weights and of the order of the rows"},
    {0},
};

static const lp_tool tool = {
    .name = "train-mlp",
    .summary = "train a multilayer perceptron or an autoencoder",
    .manual =
        "Takes x and y, or x_train and y_train, and watches x_test and y_test where they are "
        "there. y is whole numbers 0, 1, ... or one-hot rows (classes), or with --loss mse "
        "any numbers. Gives the network, layer1.weight [out, in], layer1.bias and "
        "layer1.activation and so on, and history.epoch, history.loss, history.accuracy, "
        "history.val_loss and history.val_accuracy with one entry for each evaluation.\n\n"
        "Everything that counts epochs counts steps where --steps is given. The same command "
        "gives the same bytes on every machine, with any number of threads, and also when it was "
        "killed and resumed from a checkpoint.",
    .examples =
        "gen-moons -n 1000 | split --train 0.8 | train-mlp --hidden 20 --lr 0.5 --epochs 500 | "
        "eval\n"
        "train-mlp --hidden 128,64 --batch 64 --optimizer adam --lr 1e-3 --scale 1/255 mnist.npz\n"
        "train-mlp --hidden 16 --target x --loss mse --checkpoint c.npz --checkpoint-every 10 "
        "faces.npz",
    .in = LP_IN_STREAM,
    .out = LP_OUT_STREAM,
    .options = options,
};

static int save(void *context, lp_stream *checkpoint, lp_error *e) {
    (void)context;
    return lp_tool_save(checkpoint, o.checkpoint, e);
}

static void progress(void *context, uint64_t done, uint64_t total, double loss) {
    (void)context;
    lp_tool_progress(done, total, "loss %.4g", loss);
}

int main(int argc, char **argv) {
    // arguments
    lp_error *e = lp_tool_begin(&tool, argc, argv, &o);
    o.train.count_steps = lp_tool_given("steps");
    if (lp_tool_given("lr") && lp_schedule_is_list(&o.train.schedule))
        lp_tool_usage("--lr and --lr-schedule with rates of its own contradict each other");
    // read
    lp_stream *s = lp_tool_input_stream();
    lp_train_hooks hooks = {.progress = progress};
    hooks.init_from = lp_tool_input_stream_of("init-from");
    if (o.checkpoint != NULL) {
        hooks.save = save;
        hooks.options = lp_tool_options();
        if (o.resume && access(o.checkpoint, F_OK) == 0)
            hooks.resume = lp_tool_need(lp_stream_read(&(lp_input){.path = o.checkpoint}, 1, e));
    }
    // compute
    lp_tool_try(lp_train(s, &o.train, &hooks, e));
    // write
    lp_stream_free(hooks.init_from);
    lp_stream_free(hooks.resume);
    return lp_tool_write(s);
}
