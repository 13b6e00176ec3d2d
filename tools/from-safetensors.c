#include "cli/tool.h"
#include "io/safetensors.h"
#include "learn/state_dict.h"
#include "tensors.h"

#include <math.h>

#define ROW(name, member) LP_ROW(name, lp_state_dict_options, member)
static const lp_option options[] = {
    {ROW("layers", layers), .metavar = "LAYER,LAYER", .parse = lp_layer_list_parse,
     .help = "all layers of the network, the last one too, as labpipe train-cnn has them: "
             "dense:10,relu,dense:3"},
    {ROW("names", names), .metavar = "NAME,NAME", .requires = "layers",
     .help = "what the layers with parameters are called in the file, from the first to the last; "
             "without it their names have to be numbers"},
    {ROW("loss", loss), .metavar = "NAME", .default_value = "cross-entropy",
     .choices = LP_LOSS_CHOICES, .requires = "layers",
     .help =
         "cross-entropy where the outputs are the logits of classes, mse where they are what is "
         "predicted"},
    {ROW("input-shape", input_shape), .metavar = "H,W,C", .min = 1, .max = 1 << 20,
     .requires = "layers",
     .help = "height, width and, unless it is 1, the number of channels of the pictures it takes"},
    {ROW("input-scale", input_scale), .metavar = "A/B", .default_value = "1", .max = INFINITY,
     .flags = LP_OPEN_MIN | LP_RATIO, .requires = "layers",
     .help = "what x is multiplied by on the way in"},
    {ROW("input-shift", input_shift), .metavar = "B", .default_value = "0", .requires = "layers",
     .help = "and what is then added"},
    {0},
};

static const lp_tensor_row writes[] = {
    LAYER_ROWS,
    PICTURE_LAYER_ROWS,
    PERCEPTRON_ROWS,
    MODEL_ROW,
    {"NAME...", "of any shape", "without --layers, what another program wrote"},
    {0},
};

static const lp_tool tool = {
    .name = "from-safetensors",
    .group = LP_TO_CONVERT,
    .summary = "read safetensors files, models of PyTorch among them",
    .writes = writes,
    .manual =
        "Reads safetensors files; several are the parts of one model. A file of labpipe "
        "to-safetensors becomes the model that it was made of. With --layers a file of PyTorch "
        "(safetensors.torch.save_file(net.state_dict(), ...)) becomes a model that labpipe predict "
        "and eval take: the tensors 0.weight, 0.bias, 2.weight, ... of a torch.nn.Sequential are "
        "those of its layers in the order of their numbers, other names need --names. Every tensor "
        "has to belong to a layer, and its shape has to be what --layers says. "
        "num_batches_tracked is left out. Any other file gives its tensors under their own "
        "names.\n\n"
        "F16 and BF16 become f4, exactly. 8-bit floats and complex numbers, which no tensor of a "
        "stream can hold, are refused, and so is a file whose header is not sound: a key that is "
        "there twice, tensors that overlap, bytes that belong to none. Nothing in such a file is "
        "ever executed.",
    .examples = "labpipe gen-moons -n 100 > moons.npz\n"
                "labpipe train-mlp --hidden 5 moons.npz > model.npz\n"
                "labpipe to-safetensors model.npz -o model.safetensors\n"
                "labpipe from-safetensors model.safetensors | labpipe predict --model /dev/stdin "
                "moons.npz > answers.npz\n"
                "labpipe pick 'layer?.*' --drop '*activation' --drop 'model.*' model.npz | labpipe "
                "to-safetensors --all "
                "-o bare.safetensors\n"
                "labpipe from-safetensors --layers dense:5,relu,dense:2 --names layer1,layer2 "
                "bare.safetensors -o net.npz",
    .in = LP_IN_FILES,
    .out = LP_OUT_STREAM,
    .options = options,
};

int main(int argc, char **argv) {
    // arguments
    lp_state_dict_options o = {0};
    lp_error *e = lp_tool_begin(&tool, argc, argv, &o);
    if (o.input_shape.count != 0 && o.input_shape.count != 2 && o.input_shape.count != 3)
        lp_tool_usage("option --input-shape: H,W or H,W,C is needed");
    // read
    lp_safetensors st = lp_safetensors_new();
    for (lp_file file; lp_tool_input_file(&file);)
        if (lp_safetensors_read(&st, file.bytes, file.size, e))
            lp_tool_try(lp_within(e, "reading %s", file.name));
    // compute
    lp_tool_try(lp_state_dict_read(st.tensors, st.notes, &o, e));
    // write
    return lp_tool_write(st.tensors);
}
