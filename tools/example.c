#include "data/example.h"
#include "cli/tool.h"

#include <unistd.h>

static const lp_option options[] = {{0}};

static const lp_tool tool = {
    .name = "example",
    .group = LP_TO_MAKE,
    .summary = "write an example file, for trying the tools",
    .manual =
        "Writes the example NAME as another program would have written it: a CSV file, pictures "
        "in MNIST's or CIFAR-10's format, film ratings. Without a NAME it lists them. The examples "
        "of the other tools' help read these files.\n"
        "\n"
        "iris.csv is the Iris data of the UCI Machine Learning Repository (R. A. Fisher, 1936; CC "
        "BY 4.0). The plants are made of it; everything else is invented or drawn.",
    .examples = "labpipe example\n"
                "labpipe example iris.csv > iris.csv\n"
                "labpipe from-csv --label species iris.csv | labpipe inspect",
    .in = LP_IN_NOTHING,
    .out = LP_OUT_TEXT,
    .options = options,
    .words = "[NAME]",
};

static void list(FILE *out) {
    for (const lp_example *row = lp_examples; row->name != NULL; row++)
        fprintf(out, "%-24s %s\n", row->name, row->what);
}

int main(int argc, char **argv) {
    // arguments
    size_t n;
    lp_error *e = lp_tool_begin(&tool, argc, argv, NULL);
    const char *const *names = lp_tool_words(&n);
    if (n > 1)
        lp_tool_usage("unexpected operand '%s' (one example at a time)", names[1]);
    const lp_example *example = n > 0 ? lp_example_find(names[0]) : NULL;
    if (n > 0 && example == NULL)
        lp_tool_usage("there is no example '%s' (labpipe example lists them)", names[0]);
    if (example != NULL && example->is_binary && !lp_tool_given("output") && isatty(STDOUT_FILENO))
        lp_tool_usage("standard output is a terminal, and the result is binary (redirect it, or "
                      "give -o FILE)");
    // compute
    LP_CLEANUP(lp_buffer_free) lp_buffer file = {0};
    if (example != NULL)
        lp_tool_try(example->write(example->name, &file, e));
    // write
    if (example == NULL)
        list(lp_tool_out());
    fwrite(file.data, 1, file.size, lp_tool_out());
    return lp_tool_end();
}
