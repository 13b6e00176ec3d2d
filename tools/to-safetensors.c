#include "cli/tool.h"
#include "io/safetensors.h"
#include "learn/state_dict.h"
#include "tensors.h"

struct options {
    const char *names;
    bool all;
};

#define ROW(name, member) LP_ROW(name, struct options, member)
static const lp_option options[] = {
    {ROW("names", names), .metavar = "NAME,NAME", .conflicts = "all",
     .help =
         "what the layers with parameters are called, from the first to the last, where they are "
         "not the numbers of a torch.nn.Sequential"},
    {ROW("all", all), .help = "write every tensor under its own name, not the model alone"},
    {0},
};

static const lp_tensor_row reads[] = {
    LAYER_ROWS,
    PICTURE_LAYER_ROWS,
    PERCEPTRON_ROWS,
    MODEL_ROW,
    {"NAME...", "of any shape", "under --all, whatever there is"},
    {0},
};

static const lp_tool tool = {
    .name = "to-safetensors",
    .group = LP_TO_CONVERT,
    .summary = "write a model as safetensors, for PyTorch and its relatives",
    .reads = reads,
    .manual =
        "Writes the parameters of a trained model under the names that they have in the state_dict "
        "of a torch.nn.Sequential, so that load_state_dict takes them as they are. Each layer is a "
        "module, and each activation but identity is one after it: an MLP 4-10-3 has 0.weight, "
        "0.bias, 2.weight and 2.bias. A perceptron has weight and bias, as one nn.Linear. One bias "
        "for a whole layer (--bias scalar) becomes one a unit.\n\n"
        "The file's metadata has the rest of the model, as JSON under labpipe: kinds and "
        "activations "
        "of the layers, names of columns and classes, scaling. labpipe from-safetensors makes the "
        "same model of it again. It also has the recipe.\n\n"
        "With --all every tensor of numbers is written as it is (f2 as F32), and texts go to the "
        "metadata.",
    .examples = "labpipe gen-moons -n 100 | labpipe train-mlp --hidden 5 > model.npz\n"
                "labpipe to-safetensors model.npz -o model.safetensors\n"
                "labpipe to-safetensors --names fc1,fc2 model.npz -o named.safetensors\n"
                "labpipe gen-moons -n 100 | labpipe to-safetensors --all -o moons.safetensors",
    .in = LP_IN_STREAM,
    .out = LP_OUT_BINARY,
    .options = options,
};

int main(int argc, char **argv) {
    // arguments
    struct options o = {0};
    lp_error *e = lp_tool_begin(&tool, argc, argv, &o);
    // read
    lp_stream *s = lp_tool_input_stream();
    // compute
    lp_safetensors st = lp_safetensors_new();
    lp_stream_set_recipe(st.tensors, lp_stream_recipe(s));
    if (o.all)
        lp_tool_try(lp_safetensors_put(&st, s, e));
    else
        lp_tool_try(lp_state_dict_write(s, o.names, st.tensors, st.notes, e));
    // write
    lp_tool_try(lp_safetensors_write(&st, o.all ? NULL : "pt", lp_tool_out(), e));
    return lp_tool_end();
}
