/* render-weights: images, weights and eigenfaces as one picture. */
#include "cli/tool.h"
#include "draw/tile_sets.h"

#include <math.h>

typedef struct {
    lp_tile_options tiles;
} options;

#define ROW(member) offsetof(options, tiles.member)
static const lp_option rows[] = {
    {"of", 0, LP_OPTION_TEXTS, ROW(of), "NAME",
     .help = "draw tensor NAME, in place of layer1.weight, v, x or x_train, the first there is; "
             "several stand below each other"},
    {"tile", 0, LP_OPTION_SIZE, ROW(tile), "WxH", NULL, 1, LP_IMAGE_MAX_SIDE,
     .help = "width and height of one tile, in place of input_shape or the shape of x"},
    {"first", 0, LP_OPTION_INT, ROW(first), "N", NULL, 1, INFINITY,
     .help = "draw the first N tiles of each tensor only"},
    {"columns", 0, LP_OPTION_INT, ROW(columns), "N", NULL, 1, 1e6, .help = "tiles in a row"},
    {"rows", 0, LP_OPTION_INT, ROW(rows), "N", NULL, 1, 1e6, .help = "rows of tiles"},
    {"zoom", 0, LP_OPTION_INT, ROW(zoom), "N", NULL, 1, 100,
     .help = "draw a value as N x N pixels; without it the picture becomes about 800 wide"},
    {"gap", 0, LP_OPTION_INT, ROW(gap), "N", "4", 0, 100, .help = "pixels between tiles"},
    {"unscale", 0, LP_OPTION_FLAG, ROW(unscale),
     .help = "undo scale first: multiply by scale.divisor and add scale.offset"},
    {"scaling", 0, LP_OPTION_CHOICE, ROW(scaling), "HOW", "auto",
     .choices = LP_TILE_SCALING_CHOICES, .conflicts = "range",
     .help = "from each tile's least to its largest value, or from that of all; auto: bytes are "
             "drawn as they are, other tiles each by its own"},
    {"range", 0, LP_OPTION_REALS, ROW(range), "LO,HI",
     .help = "draw LO black and HI white; what lies beyond is clipped"},
    {"colours", 0, LP_OPTION_CHOICE, ROW(colours), "WHICH", "auto",
     .choices = LP_TILE_COLOURS_CHOICES,
     .help = "black to white, or blue over white (exactly 0) to red; auto: signed for weights that "
             "go below 0"},
    {"caption", 0, LP_OPTION_TEXT, ROW(caption), "NAME",
     .help = "write an entry of tensor NAME under each tile; labels as their classes"},
    {"name", 0, LP_OPTION_TEXTS, ROW(names), "TEXT",
     .help = "a heading for the next tensor; without it several have their names"},
    {"title", 0, LP_OPTION_TEXT, ROW(title), "TEXT", .help = "a line above the picture"},
    {0},
};

static const lp_tool tool = {
    .name = "render-weights",
    .summary = "draw images, weights or eigenfaces as tiles of one PNG",
    .manual =
        "Takes tensors of shape [n, h, w] or [n, h, w, 3], or [n, h * w] with --tile, with "
        "input_shape in the stream or beside an x of the first kinds, and draws n tiles in a "
        "grid. The columns of v are tiles (eigenfaces), and so are those of any matrix whose "
        "columns alone are as long as a tile (the last layer of an autoencoder). A tile whose "
        "values are all equal is middle grey. The PNG's pixels are the same everywhere; its text, "
        "where there is any, follows the font.",
    .examples = "from-idx train-images.gz train-labels.gz | render-weights --of x --first 50 "
                "--caption y -o digits.png\n"
                "factorise --method svd --rank 24 faces.npz | render-weights --of v -o faces.png\n"
                "render-weights --tile 28x28 model.npz -o weights.png",
    .in = LP_IN_STREAM,
    .out = LP_OUT_BINARY,
    .options = rows,
};

int main(int argc, char **argv) {
    // arguments
    options o = {0};
    lp_error *e = lp_tool_begin(&tool, argc, argv, &o);
    // read
    lp_stream *s = lp_tool_read();
    lp_tile_sets tiles;
    lp_tool_try(lp_tile_sets_read(&tiles, s, &o.tiles, e));
    // compute
    lp_image image;
    lp_tool_try(lp_draw_tiles(&image, tiles.sets, tiles.set, &tiles.wish, e));
    // write
    lp_tool_try(lp_image_write_png(lp_tool_out(), &image, e));
    return lp_tool_end();
}
