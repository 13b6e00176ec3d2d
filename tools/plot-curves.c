#include "cli/tool.h"
#include "draw/history.h"
#include "tensors.h"

struct options {
    lp_curves_options history;
    lp_plot_frame frame;
};

#define ROW(name, member) LP_ROW(name, struct options, member)
static const lp_option options[] = {
    {ROW("of", history.of), .metavar = "METRIC",
     .help = "a panel for history.METRIC and history.val_METRIC, in place of loss and accuracy"},
    {ROW("name", history.name), .metavar = "TEXT",
     .help = "the next FILE's name in the legend, in place of its path's"},
    {ROW("parts", history.parts), .metavar = "PARTS", .default_value = "both",
     .choices = LP_CURVES_PARTS_CHOICES, .help = "which curves to draw"},
    {ROW("log", history.log), .help = "a logarithmic axis, except for accuracy"},
    {ROW("from", history.from), .metavar = "N", .default_value = "0", .max = 9e15,
     .help = "leave out what is before epoch N: 1 is the first that has learned"},
    {ROW("range", history.range), .metavar = "METRIC:FROM,TO",
     .help = "the ends of METRIC's axis, such as accuracy:0.9,1; nothing is drawn beyond"},
    {ROW("title", frame.title), .metavar = "TEXT", .help = "a line above the picture"},
    {ROW("x-label", frame.x_label), .metavar = "TEXT", .default_value = "epoch",
     .help = "name the horizontal axis"},
    {ROW("size", frame.size), .metavar = "WxH", .min = LP_PLOT_MIN_SIDE, .max = LP_PLOT_MAX_SIDE,
     .help = "width and height in pixels; without it, a size that suits the panels"},
    {0},
};

static const lp_tensor_row reads[] = {
    HISTORY_ROWS,
    {"history.NAME.sd", "f8 [e]", "the spread of many runs: a band"},
    {0},
};

static const lp_tool tool = {
    .name = "plot-curves",
    .group = LP_TO_DRAW,
    .summary = "draw learning curves of one or more training runs, as PNG, SVG or PDF",
    .reads = reads,
    .manual =
        "Takes history.epoch with history.loss, history.accuracy (training) and history.val_loss, "
        "history.val_accuracy (validation), as train-mlp and factorise write them with "
        "--eval-every, and draws one panel for each metric. Each FILE is read by itself and has "
        "its own colour, training thin and dashed, validation solid; the legend names it by the "
        "file's "
        "name without folder and ending. The epoch whose model was kept (history.best_epoch) is "
        "ringed. Values that are not finite break a line. "
        "What summarise makes of many runs is drawn as their mean in a band of one standard "
        "deviation. The picture is a "
        "PNG, or what the ending of -o's file says: .png, .svg or .pdf.",
    .examples =
        "labpipe gen-moons -n 500 | labpipe split > moons.npz\n"
        "labpipe train-mlp --hidden 8 --eval-every 1 moons.npz > sgd.npz\n"
        "labpipe train-mlp --hidden 8 --eval-every 1 --optimizer adam --lr 0.01 moons.npz > "
        "adam.npz\n"
        "labpipe plot-curves --log sgd.npz adam.npz -o curves.png\n"
        "labpipe summarise sgd.npz adam.npz | labpipe plot-curves -o mean.png\n"
        "labpipe plot-curves --of accuracy --name SGD --name Adam sgd.npz adam.npz > "
        "accuracy.png",
    .in = LP_IN_STREAM,
    .out = LP_OUT_BINARY,
    .options = options,
};

int main(int argc, char **argv) {
    // arguments
    struct options o = {0};
    lp_error *e = lp_tool_begin(&tool, argc, argv, &o);
    lp_tool_try(lp_plot_format_of(&o.frame.format, lp_tool_out_path(), e));
    // read
    size_t n = lp_tool_input_count();
    lp_curves_run *run = lp_alloc(n, sizeof *run);
    for (size_t i = 0; i < n; i++)
        run[i] = (lp_curves_run){lp_tool_input_stream_at(i), lp_tool_input_path(i)};
    // compute
    lp_curves h;
    lp_tool_try(lp_curves_read(&h, n, run, &o.history, e));
    if (!lp_tool_given("size"))
        o.frame.size = h.size;
    // write
    lp_tool_try(lp_draw_curves(lp_tool_out(), &o.frame, h.panels, h.panel, e));
    return lp_tool_end();
}
