#include "data/onehot.h"
#include "cli/tool.h"
#include "tensors.h"

struct options {
    int64_t classes;
};

#define ROW(name, member) LP_ROW(name, struct options, member)
static const lp_option options[] = {
    {ROW("classes", classes), .metavar = "K", .default_value = "0", .max = 1 << 20,
     .help = "the number of classes, among which labels are 0 to K - 1; 0: the names in classes, "
             "or else the labels that occur"},
    {0},
};

static const lp_tensor_row reads[] = {
    LABELS_ROW,
    CLASSES_ROW,
    {0},
};
static const lp_tensor_row writes[] = {
    {"y, y_train, y_val, y_test", "u1 [n, k]", "a one at the place of the class"},
    CLASSES_ROW,
    {0},
};

static const lp_tool tool = {
    .name = "onehot",
    .group = LP_TO_PREPARE,
    .summary = "turn labels into one-hot rows",
    .reads = reads,
    .writes = writes,
    .manual = "Those of y, y_train, y_val and y_test that are present become u1 [n, k]: rows of "
              "zeros with a one at the label's class, with the same k classes in all. Whole "
              "numbers are places among the names in classes. Without these, labels 0 to k - 1 "
              "are classes as they are; other numbers, such as -1 and 1, and texts are the names "
              "of theirs, in ascending order, and are put as classes.",
    .examples = "labpipe example iris.csv > iris.csv\n"
                "labpipe from-csv --label species iris.csv | labpipe onehot | labpipe inspect\n"
                "labpipe gen-moons -n 100 | labpipe split | labpipe onehot --classes 3 > three.npz",
    .in = LP_IN_STREAM,
    .out = LP_OUT_STREAM,
    .options = options,
};

int main(int argc, char **argv) {
    // arguments
    struct options o = {0};
    lp_error *e = lp_tool_begin(&tool, argc, argv, &o);
    // read
    lp_stream *s = lp_tool_input_stream();
    // compute
    lp_tool_try(lp_onehot_stream(s, (size_t)o.classes, e));
    // write
    return lp_tool_write(s);
}
