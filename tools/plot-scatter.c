#include "cli/tool.h"
#include "draw/points.h"
#include "io/source.h"
#include "tensors.h"

#include <string.h>

struct options {
    lp_points_options points;
    lp_texts line, line_name;
    lp_plot_frame frame;
};

#define ROW(name, member) LP_ROW(name, struct options, member)
static const lp_option options[] = {
    {ROW("of", points.of), .metavar = "NAME",
     .help = "draw the rows of tensor NAME, or, as A,B, tensor A against tensor B"},
    {ROW("x", points.x), .metavar = "COLUMN", .default_value = "0",
     .help = "along the horizontal axis"},
    {ROW("y", points.y), .metavar = "COLUMN", .default_value = "1",
     .help = "along the vertical axis"},
    {ROW("boundary", points.boundary),
     .help = "tint the regions in which the stream's model decides for each class"},
    {ROW("colour", points.colour), .metavar = "COLUMN", .conflicts = "boundary|plain",
     .help = "colour the points by the numbers in COLUMN, or in y, with a bar that says which"},
    {ROW("plain", points.plain), .conflicts = "boundary",
     .help = "do not colour the points by their classes"},
    {ROW("by-tensor", points.by_tensor), .conflicts = "colour",
     .help = "tell apart the tensors that are drawn, training from test points: filled markers, "
             "rings, dots"},
    {ROW("name", points.name), .metavar = "TEXT", .requires = "by-tensor",
     .help = "the next tensor's name in the legend"},
    {ROW("line", line), .metavar = "FILE", .help = "draw the line of the perceptron in FILE"},
    {ROW("line-name", line_name), .metavar = "TEXT", .requires = "line",
     .help = "the next line's name in the legend, in place of its file's"},
    {ROW("join", points.join), .conflicts = "boundary|colour",
     .help = "join the points of each class by a line, in their order"},
    {ROW("x-range", points.x_range), .metavar = "FROM,TO",
     .help = "widen the horizontal axis so that it covers these numbers too"},
    {ROW("y-range", points.y_range), .metavar = "FROM,TO", .help = "widen the vertical axis"},
    {ROW("equal", points.equal), .help = "give both axes the same scale"},
    {ROW("title", frame.title), .metavar = "TEXT", .help = "a line above the picture"},
    {ROW("x-label", frame.x_label), .metavar = "TEXT",
     .help = "name the horizontal axis, in place of its column's name"},
    {ROW("y-label", frame.y_label), .metavar = "TEXT",
     .help = "name the vertical axis, in place of its column's name"},
    {ROW("size", frame.size), .metavar = "WxH", .default_value = "800x600", .min = LP_PLOT_MIN_SIDE,
     .max = LP_PLOT_MAX_SIDE, .help = "width and height in pixels"},
    {0},
};

static const lp_tensor_row reads[] = {
    FEATURES_ROW, LABELS_ROW, CLASSES_ROW, COLUMNS_ROW, LAYER_ROWS, PERCEPTRON_ROWS, {0},
};

static const lp_tool tool = {
    .name = "plot-scatter",
    .group = LP_TO_DRAW,
    .summary = "draw points, coloured by class, as PNG, SVG or PDF",
    .reads = reads,
    .manual =
        "Takes two columns of x (or of x_train and x_test together, or of the tensors that "
        "--of names) and draws a point for each row. Classes come from y (y_train, y_test), "
        "whole numbers, texts or one-hot rows, and are named by the tensor classes; each has its "
        "own colour and marker. With --of A,B each element of A is drawn against that of B, with "
        "the diagonal on which the two agree; their columns take the place of classes. "
        "A COLUMN is a number from 0, or a name from the tensor "
        "features. The picture is a PNG, or what the ending of -o's file says: .png, .svg or .pdf. "
        "With --boundary the stream's model, which takes two columns, gives its class at "
        "every point of the picture: an MLP's regions, a perceptron's line. --line draws the lines "
        "of several perceptrons in one picture. A model is applied as predict applies it: columns "
        "and classes by name, and raw data is scaled as the model's data was.",
    .examples = "labpipe example iris.csv > iris.csv\n"
                "labpipe from-csv --label species iris.csv > iris.npz\n"
                "labpipe plot-scatter --x 2 --y 3 iris.npz -o petals.png\n"
                "labpipe factorise --method svd --rank 2 iris.npz | labpipe plot-scatter --of u -o "
                "u.svg\n"
                "labpipe gen-moons -n 500 | labpipe train-mlp --hidden 20 --lr 0.5 > moons.npz\n"
                "labpipe plot-scatter --boundary moons.npz -o moons.png\n"
                "labpipe gen-gauss -n 100 --mean 4,4 --cov 1,0,0,1 --mean -4,-4 --cov 1,0,0,1 > "
                "two.npz\n"
                "labpipe split two.npz | labpipe train-perceptron > perceptron.npz\n"
                "labpipe plot-scatter --by-tensor --line perceptron.npz perceptron.npz -o line.png",
    .in = LP_IN_STREAM,
    .out = LP_OUT_BINARY,
    .options = options,
};

static void check_range(const char *name, const lp_reals *range) {
    if (range->count != 0 && range->count != 2)
        lp_tool_usage("option --%s: expected two numbers, FROM,TO, got %zu", name, range->count);
}

int main(int argc, char **argv) {
    // arguments
    struct options o = {0};
    lp_error *e = lp_tool_begin(&tool, argc, argv, &o);
    lp_tool_try(lp_plot_format_of(&o.frame.format, lp_tool_out_path(), e));
    if (o.points.of.count == 1 && strchr(o.points.of.item[0], ',') != NULL &&
        (lp_tool_given("x") || lp_tool_given("y")))
        lp_tool_usage("--x and --y choose columns; --of A,B draws all of them");
    if (o.line_name.count > 0 && o.line_name.count != o.line.count)
        lp_tool_usage("--line-name is given %zu times for %zu lines", o.line_name.count,
                      o.line.count);
    check_range("x-range", &o.points.x_range);
    check_range("y-range", &o.points.y_range);
    // read
    lp_stream *s = lp_tool_input_stream();
    // compute
    lp_points points;
    lp_tool_try(lp_points_read(&points, s, &o.points, e));
    for (size_t i = 0; i < o.line.count; i++) {
        const char *file = o.line.item[i];
        const char *name = o.line_name.count > 0 ? o.line_name.item[i] : lp_source_stem(file);
        if (lp_points_add_line(&points, lp_tool_input_stream_in(file), name, e))
            lp_tool_try(lp_within(e, "%s", lp_source_name(file)));
    }
    if (!lp_tool_given("x-label"))
        o.frame.x_label = points.x_name;
    if (!lp_tool_given("y-label"))
        o.frame.y_label = points.y_name;
    // write
    lp_tool_try(lp_draw_scatter(lp_tool_out(), &o.frame, &points.scatter, e));
    return lp_tool_end();
}
