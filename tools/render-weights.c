#include "cli/tool.h"
#include "draw/plot.h"
#include "draw/tile_sets.h"
#include "tensors.h"

#include <math.h>

#define ROW(name, member) LP_ROW(name, lp_tile_options, member)
static const lp_option options[] = {
    {ROW("of", of), .metavar = "NAME",
     .help = "draw tensor NAME, in place of the first of layer1.weight, v, x and x_train; several "
             "are drawn below each other"},
    {ROW("maps", maps), .metavar = "ROW,ROW", .max = 9e15,
     .conflicts = "tile|first|unscale|caption|name",
     .help = "draw what the convolutions and poolings of the network make of these rows of x (or "
             "of the tensor of --of), counted from 0"},
    {ROW("tile", tile), .metavar = "WxH", .min = 1, .max = LP_IMAGE_MAX_SIDE,
     .help = "width and height of one tile, in place of input_shape or the shape of x"},
    {ROW("first", first), .metavar = "N", .min = 1, .max = INFINITY,
     .help = "draw only the first N tiles of each tensor"},
    {ROW("columns", tiles.columns), .metavar = "N", .min = 1, .max = 1e6, .help = "tiles in a row"},
    {ROW("rows", tiles.rows), .metavar = "N", .min = 1, .max = 1e6, .help = "rows of tiles"},
    {ROW("zoom", tiles.zoom), .metavar = "N", .min = 1, .max = 100,
     .help = "draw a value as N x N pixels; without it the picture is about 800 pixels wide"},
    {ROW("gap", tiles.gap), .metavar = "N", .default_value = "4", .max = 100,
     .help = "pixels between tiles"},
    {ROW("unscale", unscale),
     .help = "undo scale first: multiply by scale.divisor and add scale.offset"},
    {ROW("scaling", scaling), .metavar = "HOW", .default_value = "auto",
     .choices = LP_TILE_SCALING_CHOICES, .conflicts = "range",
     .help = "scale by the minimum and maximum of each tile, or of all; auto: bytes as they are, "
             "other tiles each by its own"},
    {ROW("range", range), .metavar = "LO,HI",
     .help = "draw LO black and HI white, and clip values beyond"},
    {ROW("colours", colours), .metavar = "WHICH", .default_value = "auto",
     .choices = LP_TILE_COLOURS_CHOICES,
     .help = "black to white, or blue over white (exactly 0) to red; auto: signed for weights with "
             "negative values"},
    {ROW("caption", caption), .metavar = "NAME",
     .help = "write an entry of tensor NAME under each tile, labels as the names of their classes; "
             "of several tensors with an arrow between them"},
    {ROW("name", names), .metavar = "TEXT",
     .help =
         "a heading for the next tensor; without it, several tensors are headed by their names"},
    {ROW("title", tiles.title), .metavar = "TEXT", .help = "a line above the picture"},
    {0},
};

static const lp_tensor_row reads[] = {
    {"NAME...", "[n, height, width], [n, height, width, 3] or [n, d]", "what is drawn as tiles"},
    INPUT_SHAPE_ROW,
    LAYER_ROWS,
    PICTURE_LAYER_ROWS,
    {"v", "[d, r]", "eigenfaces: its columns"},
    {0},
};

static const lp_tool tool = {
    .name = "render-weights",
    .group = LP_TO_DRAW,
    .summary = "draw images, weights, feature maps or eigenfaces as tiles of one PNG",
    .reads = reads,
    .manual =
        "Takes tensors of shape [n, h, w] or [n, h, w, 3], or [n, h * w] with --tile, with "
        "input_shape in the stream or beside an x of the first kinds, and draws n tiles in a "
        "grid. The columns of v are tiles (eigenfaces), and so are those of any other matrix "
        "if only its columns are as long as a tile (the last layer of an autoencoder). A "
        "convolution's weights [out, in, h, w] are drawn as its kernels, in colour where they "
        "have three inputs, else with a row for each output. A tile whose values are all equal is "
        "middle grey. The PNG's pixels are the same "
        "everywhere; its text also depends on the version of cairo.",
    .examples =
        "labpipe gen-digits -n 300 | labpipe split > digits.npz\n"
        "labpipe render-weights --of x_train --first 50 --caption y_train digits.npz -o "
        "digits.png\n"
        "labpipe train-mlp --hidden 16 --input-scale 1/255 --batch 20 digits.npz > model.npz\n"
        "labpipe render-weights --tile 28x28 model.npz -o weights.png\n"
        "labpipe gen-faces --people 10 --shots 4 | labpipe scale --by centre > faces.npz\n"
        "labpipe factorise --method svd --rank 24 faces.npz | labpipe render-weights --of v "
        "-o faces.png\n"
        "labpipe train-cnn --layers conv:6:5,relu,max-pool:2 --input-scale 1/255 --epochs 2 "
        "digits.npz > cnn.npz\n"
        "labpipe render-weights --maps 0 --of x_test cnn.npz -o maps.png",
    .in = LP_IN_STREAM,
    .out = LP_OUT_BINARY,
    .options = options,
};

int main(int argc, char **argv) {
    // arguments
    lp_tile_options o = {0};
    lp_error *e = lp_tool_begin(&tool, argc, argv, &o);
    lp_plot_format format;
    lp_tool_try(lp_plot_format_of(&format, lp_tool_out_path(), e));
    if (format != LP_PLOT_PNG)
        lp_tool_usage("option --output: %s: tiles are drawn as PNG only", lp_tool_out_path());
    // read
    lp_stream *s = lp_tool_input_stream();
    lp_tile_sets tiles;
    lp_tool_try(lp_tile_sets_read(&tiles, s, &o, e));
    // compute
    lp_image image;
    lp_tool_try(lp_draw_tiles(&image, tiles.sets, tiles.set, &tiles.wish, e));
    // write
    lp_tool_try(lp_image_write_png(lp_tool_out(), &image, e));
    return lp_tool_end();
}
