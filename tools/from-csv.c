#include "cli/tool.h"
#include "data/table.h"
#include "io/csv.h"

typedef struct {
    int header; /* lp_header */
    char separator;
    const char *label;
    lp_texts drop;
} options;

static const lp_option rows[] = {
    {"label", 0, LP_OPTION_TEXT, offsetof(options, label), "COLUMN",
     .help = "the column of labels, by name or by number from 1: it becomes y"},
    {"header", 0, LP_OPTION_CHOICE, offsetof(options, header), "WHICH", "auto",
     .choices = "auto|yes|no",
     .help = "whether the first row names the columns; auto: it does where no cell is a number"},
    {"separator", 0, LP_OPTION_CUSTOM, offsetof(options, separator), "CHARACTER", ",",
     .parse = lp_csv_parse_separator, .help = "what separates cells; the word tab for a tab"},
    {"drop", 0, LP_OPTION_TEXTS, offsetof(options, drop), "COLUMN",
     .help = "leave a column out, by name or by number from 1; any number of times"},
    {0},
};

static const lp_tool tool = {
    .name = "from-csv",
    .summary = "read CSV files into a stream",
    .manual =
        "Reads comma-separated values (RFC 4180) into x, f8 [rows, columns], each number exactly "
        "as its text says. Every cell has to be a finite decimal number; the first that is none "
        "is named by row and column. Several files are read one behind the other and have to have "
        "the same columns.\n"
        "\n"
        "With --label, that column becomes y, i8 [rows]: the labels themselves where all of them "
        "are whole numbers, else 0, 1, ... in the order of their first appearance, with their "
        "texts in classes. With a header, features has the names of x's columns.",
    .examples = "from-csv --label species fixtures/iris.csv | inspect",
    .in = LP_IN_FILES,
    .out = LP_OUT_STREAM,
    .options = rows,
};

int main(int argc, char **argv) {
    // arguments
    options o;
    lp_error *e = lp_tool_begin(&tool, argc, argv, &o);
    const lp_table_options how = {o.header, o.separator, o.label, o.drop};
    // read
    lp_table *table = lp_tool_need(lp_table_new(&how, e));
    for (size_t i = 0; i < lp_tool_file_count(); i++) {
        size_t size;
        const char *bytes = lp_tool_file(i, &size);
        lp_tool_try(lp_table_add(table, lp_tool_file_name(i), bytes, size, e));
    }
    // compute
    lp_stream *s = lp_tool_read();
    lp_tool_try(lp_table_put(table, s, e));
    // write
    return lp_tool_write(s);
}
