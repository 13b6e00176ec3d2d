#include "cli/tool.h"
#include "data/pictures.h"
#include "io/image.h"
#include "tensors.h"

#define ROW(name, member) LP_ROW(name, lp_pictures_options, member)
static const lp_option options[] = {
    {ROW("resize", resize), .metavar = "WxH", .min = 1, .max = LP_IMAGE_MAX_SIDE,
     .help = "resize every picture, with a triangle filter (linear interpolation, widened where a "
             "side shrinks)"},
    {ROW("grey", grey), .help = "convert colours to grey: 0.299 R + 0.587 G + 0.114 B"},
    {ROW("labels", labels), .help = "label each file with the name of its folder"},
    {0},
};

static const lp_tensor_row writes[] = {
    {"x", "u1 [n, height, width] or [n, height, width, 3]", "the pictures"},
    {"y", "i8 [n]", "under --labels the number of the folder"},
    CLASSES_ROW,
    INPUT_SHAPE_ROW,
    {0},
};

static const lp_tool tool = {
    .name = "from-images",
    .group = LP_TO_CONVERT,
    .summary = "read PNG, PGM and PPM pictures into a stream",
    .writes = writes,
    .manual = "Reads pictures in the order given into x, u1 [n, height, width] in grey or [n, "
              "height, width, 3] in colour; input_shape is the shape of one. PNG of every colour "
              "type and depth (alpha is laid over white, 16 bits are rounded to 8, colour profiles "
              "are not applied) and PGM and PPM, plain and raw, are read. A folder stands for its "
              "files whose names end in .png, .pgm, .ppm or .pnm, sorted by the bytes of their "
              "names; with --labels also for those in its subfolders. A warning names other "
              "pictures there, such as JPEG.\n"
              "\n"
              "Pictures of different sizes, or grey and colour mixed, are refused by name; so are "
              "pictures over 2^26 pixels or 65,535 a side, and files that are damaged or go on "
              "after the picture.\n"
              "\n"
              "With --labels the folders' names, sorted by their bytes, become classes, and y "
              "holds their numbers.",
    .examples = "mkdir -p faces/anna faces/ben\n"
                "labpipe example face.pgm > faces/anna/1.pgm\n"
                "labpipe example face.pgm > faces/ben/1.pgm\n"
                "labpipe from-images --grey --resize 32x32 --labels faces/ | labpipe inspect",
    .in = LP_IN_FILES,
    .out = LP_OUT_STREAM,
    .options = options,
};

int main(int argc, char **argv) {
    // arguments
    lp_pictures_options o = {0};
    lp_error *e = lp_tool_begin(&tool, argc, argv, &o);
    // read
    lp_pictures *p = lp_pictures_new(&o);
    lp_tool_warn_of_files("jpg|jpeg|gif|bmp|tif|tiff|webp|heic", "convert them to PNG");
    for (lp_file file; lp_tool_input_file_or_folder(&file, "png|pgm|ppm|pnm", o.labels);)
        lp_tool_try(lp_pictures_add(p, &file, e));
    // compute
    lp_stream *s = lp_stream_new();
    lp_pictures_put(p, s);
    // write
    return lp_tool_write(s);
}
