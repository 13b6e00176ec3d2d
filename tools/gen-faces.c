#include "cli/tool.h"
#include "data/images.h"

#define ROW(name, member) LP_ROW(name, lp_faces_options, member)
static const lp_option options[] = {
    {ROW("people", people), .metavar = "N", .default_value = "40", .min = 1, .max = UINT32_MAX,
     .help = "faces"},
    {ROW("shots", shots), .metavar = "N", .default_value = "10", .min = 1, .max = UINT32_MAX,
     .help = "pictures of each"},
    {ROW("noise", noise), .metavar = "SD", .default_value = "3", .max = 255,
     .help = "standard deviation of the noise on every pixel, of 255"},
    {ROW("seed", seed), .metavar = "S", .default_value = "0", .help = "seed of the random numbers"},
    {0},
};

static const lp_tensor_row writes[] = {
    {"x", "u1 [n, 64, 64]", "the pictures"},
    {"y", "i8 [n]", "the number of the person"},
    {0},
};

static const lp_tool tool = {
    .name = "gen-faces",
    .group = LP_TO_MAKE,
    .summary = "draw grey pictures of faces",
    .writes = writes,
    .manual = "x, u1 [people * shots, 64, 64], holds painted heads under a lamp, a person's "
              "pictures one after the other; y, i8, the person's number. A person has a shape, "
              "tones, hair, eyes, brows, nose and mouth, perhaps a beard or glasses; from shot to "
              "shot the head turns, the lamp moves and the expression changes. Their variance, and "
              "what 16 principal components leave of it, are those of real portraits.",
    .examples = "labpipe gen-faces --people 5 --shots 4 > faces.npz\n"
                "labpipe render-weights --of x --columns 4 faces.npz -o faces.png\n"
                "labpipe scale --divide 255 faces.npz | labpipe scale --by centre > centred.npz",
    .in = LP_IN_NOTHING,
    .out = LP_OUT_STREAM,
    .options = options,
};

int main(int argc, char **argv) {
    // arguments
    lp_faces_options o = {0};
    lp_error *e = lp_tool_begin(&tool, argc, argv, &o);
    // compute
    lp_stream *s = lp_stream_new();
    lp_tool_try(lp_faces(s, &o, e));
    // write
    return lp_tool_write(s);
}
