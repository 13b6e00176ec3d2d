#include "cli/tool.h"
#include "draw/confusion.h"
#include "learn/evaluate.h"
#include "tensors.h"

#include <string.h>

struct options {
    const char *model, *part;
    lp_plot_frame frame;
};

#define ROW(name, member) LP_ROW(name, struct options, member)
static const lp_option options[] = {
    {ROW("part", part), .metavar = "NAME",
     .help = "draw this part (train, val, test, all) in place of the last that there is"},
    {ROW("model", model), .metavar = "FILE",
     .help = "take the model from FILE, and scale the data as the model's was, unless it has been"},
    {ROW("title", frame.title), .metavar = "TEXT", .help = "a line above the picture"},
    {ROW("x-label", frame.x_label), .metavar = "TEXT", .default_value = "predicted class",
     .help = "name the columns"},
    {ROW("y-label", frame.y_label), .metavar = "TEXT", .default_value = "true class",
     .help = "name the rows"},
    {ROW("size", frame.size), .metavar = "WxH", .default_value = "720x640", .min = LP_PLOT_MIN_SIDE,
     .max = LP_PLOT_MAX_SIDE, .help = "width and height in pixels"},
    {0},
};

static const lp_tensor_row reads[] = {
    FEATURES_ROW,    LABELS_ROW,
    LAYER_ROWS,      PICTURE_LAYER_ROWS,
    PERCEPTRON_ROWS, {"y_pred", "[n]", "predicted classes"},
    CLASSES_ROW,     {0},
};

static const lp_tool tool = {
    .name = "plot-confusion",
    .group = LP_TO_DRAW,
    .summary = "draw a confusion matrix, as PNG, SVG or PDF",
    .reads = reads,
    .manual =
        "Evaluates what eval does: a model on its data, or y_pred against y (y_test, y_val, "
        "y_train), and draws the confusion matrix of one part. Rows are the true classes, columns "
        "the predicted ones, named by the tensor classes. A cell holds its number of rows and is "
        "the darker the larger its share of the true class is.\n"
        "\n"
        "The picture is a PNG, or what the ending of -o's file says: .png, .svg or .pdf.",
    .examples =
        "labpipe example iris.csv > iris.csv\n"
        "labpipe from-csv --label species iris.csv | labpipe split | labpipe train-mlp "
        "--hidden 5 > model.npz\n"
        "labpipe plot-confusion model.npz -o confusion.png\n"
        "labpipe predict model.npz | labpipe plot-confusion --title 'New flowers' > new.png",
    .in = LP_IN_STREAM,
    .out = LP_OUT_BINARY,
    .options = options,
};

/* The part NAME of the report, or its last one; a part without classes is an error. */
static const lp_report_part *find_part(const lp_report *r, const char *name) {
    const lp_report_part *found = NULL;
    for (size_t i = 0; i < r->parts; i++)
        if (name == NULL || strcmp(r->part[i].name, name) == 0)
            found = &r->part[i];
    if (found != NULL && found->confusion.classes > 0)
        return found;
    if (found != NULL)
        lp_tool_fail("part %s has no classes, and so no confusion matrix", found->name);
    lp_buffer names = {0};
    for (size_t i = 0; i < r->parts; i++)
        lp_buffer_printf(&names, "%s%s", i > 0 ? ", " : "", r->part[i].name);
    lp_tool_fail("there is no part '%s' (there are: %s)", name, lp_buffer_text(&names));
}

int main(int argc, char **argv) {
    // arguments
    struct options o = {0};
    lp_error *e = lp_tool_begin(&tool, argc, argv, &o);
    lp_tool_try(lp_plot_format_of(&o.frame.format, lp_tool_out_path(), e));
    // read
    lp_stream *s = lp_tool_input_stream();
    lp_stream *model = lp_tool_input_stream_of("model");
    // compute
    lp_report report;
    lp_tool_try(lp_evaluate(s, model, &(lp_evaluate_options){0}, &report, e));
    lp_tool_warn_lines(&report.warnings);
    const lp_report_part *part = find_part(&report, o.part);
    // write
    lp_tool_try(lp_draw_confusion(lp_tool_out(), &o.frame, part->confusion.classes,
                                  part->confusion.count, (const char *const *)report.class_name,
                                  e));
    return lp_tool_end();
}
