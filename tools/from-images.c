/* from-images: picture files into a stream. */
#include "cli/tool.h"
#include "io/pictures.h"

typedef struct {
    lp_pictures_options how;
} options;

#define ROW(member) offsetof(options, how.member)
static const lp_option rows[] = {
    {"resize", 0, LP_OPTION_SIZE, ROW(resize), "WxH", NULL, 1, LP_IMAGE_MAX_SIDE,
     .help = "make every picture that large, through a triangle filter (linear interpolation, "
             "widened where a side shrinks)"},
    {"grey", 0, LP_OPTION_FLAG, ROW(grey),
     .help = "turn colours into grey: 0.299 R + 0.587 G + 0.114 B"},
    {"labels", 0, LP_OPTION_FLAG, ROW(labels),
     .help = "take the name of each file's folder as its label"},
    {0},
};

static const lp_tool tool = {
    .name = "from-images",
    .summary = "read PNG, PGM and PPM pictures into a stream",
    .manual =
        "Reads pictures in the order given into x, u1 [n, height, width] where they are grey and "
        "[n, height, width, 3] where they are coloured; input_shape is the shape of one. PNG of "
        "every colour type and depth (alpha is laid over white, 16 bits are rounded to 8, colour "
        "profiles are not applied) and PGM and PPM, plain and raw, are read. Of a folder, the "
        "files whose names end in .png, .pgm, .ppm or .pnm are read, in the order of their names' "
        "bytes; with --labels those in its own folders too.\n\n"
        "Pictures of different sizes, or grey and coloured ones together, are refused by name; so "
        "is one over 2^26 pixels or 65,535 a side, and a file that is damaged or goes on after its "
        "picture.\n\n"
        "With --labels the folders' names become classes, in the order of their bytes, and y "
        "their numbers.",
    .examples = "from-images --grey --resize 64x64 --labels faces/ | inspect",
    .in = LP_IN_FILES,
    .out = LP_OUT_STREAM,
    .options = rows,
};

static void add(lp_pictures *p, const char *path, const char *bytes, size_t size, lp_error *e) {
    lp_tool_try(lp_pictures_add(p, path, bytes, size, e));
}

int main(int argc, char **argv) {
    // arguments
    options o = {0};
    lp_error *e = lp_tool_begin(&tool, argc, argv, &o);
    // read
    lp_pictures *p = lp_tool_need(lp_pictures_new(&o.how, e));
    for (size_t i = 0; i < lp_tool_file_count(); i++) {
        size_t size;
        const lp_texts *paths = lp_tool_folder(i, "png|pgm|ppm|pnm", o.how.labels);
        for (size_t k = 0; paths != NULL && k < paths->count; k++) {
            const char *bytes = lp_tool_folder_file(paths->item[k], &size);
            add(p, paths->item[k], bytes, size, e);
        }
        if (paths == NULL) {
            const char *bytes = lp_tool_file(i, &size);
            add(p, lp_tool_file_name(i), bytes, size, e);
        }
    }
    // compute
    lp_stream *s = lp_tool_read();
    lp_tool_try(lp_pictures_put(p, s, e));
    // write
    return lp_tool_write(s);
}
