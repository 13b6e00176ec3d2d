#include "cli/tool.h"
#include "data/triples.h"

#define ROW(name, member) LP_ROW(name, lp_triples_options, member)
static const lp_option options[] = {
    {ROW("label", table.label), .metavar = "COLUMN",
     .help = "the column of labels, by name or by number from 1: it becomes y"},
    {ROW("triples", columns), .metavar = "ROW,COLUMN,VALUE", .conflicts = "label|drop",
     .parse = lp_triples_parse_columns,
     .help = "read a sparse matrix: the columns with the ids of its rows, of its columns, and with "
             "its values, each by name or by number from 1"},
    {ROW("names", names), .metavar = "FILE:ID:NAME", .requires = "triples",
     .parse = lp_triples_parse_names,
     .help = "name the matrix's columns as the table in FILE does"},
    {ROW("header", table.header), .metavar = "WHICH", .default_value = "auto",
     .choices = "auto|yes|no",
     .help = "whether the first row names the columns; auto: it does where no cell is a number"},
    {ROW("separator", table.separator), .metavar = "CHARACTER", .default_value = ",",
     .parse = lp_csv_parse_separator, .help = "what separates cells; the word tab for a tab"},
    {ROW("drop", table.drop), .metavar = "COLUMN",
     .help = "leave a column out, by name or by number from 1"},
    {0},
};

static const lp_tool tool = {
    .name = "from-csv",
    .summary = "read CSV files into a stream",
    .manual = "Reads comma-separated values (RFC 4180) into x, f8 [rows, columns], each number "
              "exactly as its text says. Every cell must be a finite decimal number; the error "
              "names the row and column of the first that is not. Several files are read one after "
              "the other and must have the same columns.\n"
              "\n"
              "With --label, that column becomes y, i8 [rows]: the labels themselves where all of "
              "them are whole numbers, else 0, 1, ... in the order of their first appearance, with "
              "their texts in classes. With a header, features has the names of x's columns.\n"
              "\n"
              "With --triples the rows of the file are entries of a sparse matrix, row, col, data, "
              "shape and format as scipy.sparse.save_npz writes them: ids of any kind, numbered in "
              "the order of their first appearance, with their texts in rows and cols. Other "
              "columns are ignored. A pair of ids that occurs twice is an error. --names replaces "
              "the ids in cols by names: every id needs one, unused names are left out, and a name "
              "that several ids share gets the id after it, \"Emma (1996) [838]\".",
    .examples = "from-csv --label species fixtures/iris.csv | inspect\n"
                "from-csv --triples userId,movieId,rating --names movies.csv:movieId:title "
                "ratings.csv",
    .in = LP_IN_FILES,
    .out = LP_OUT_STREAM,
    .options = options,
};

static void read_table(const lp_table_options *o, lp_stream *s, lp_error *e) {
    lp_table *table = lp_table_new(o);
    for (lp_file file; lp_tool_input_file(&file);)
        lp_tool_try(lp_table_add(table, &file, e));
    lp_tool_try(lp_table_put(table, s, e));
}

static void read_triples(const lp_triples_options *o, lp_stream *s, lp_error *e) {
    lp_triples *triples = lp_triples_new(o);
    lp_file file;
    while (lp_tool_input_file(&file))
        lp_tool_try(lp_triples_add(triples, &file, e));
    lp_tool_try(lp_triples_put(triples, s, e));
    lp_triples_free(triples);
    if (!lp_tool_given("names"))
        return;
    file = lp_tool_input_file_at(o->names.path);
    lp_tool_try(lp_triples_name_cols(s, o, &file, e));
}

int main(int argc, char **argv) {
    // arguments
    lp_triples_options o = {0};
    lp_error *e = lp_tool_begin(&tool, argc, argv, &o);
    // read
    lp_stream *s = lp_stream_new();
    if (lp_tool_given("triples"))
        read_triples(&o, s, e);
    else
        read_table(&o.table, s, e);
    // write
    return lp_tool_write(s);
}
