#include "cli/tool.h"
#include "data/triples.h"
#include "tensors.h"

struct options {
    lp_triples_options how;
    const char *like;
};

#define ROW(name, member) LP_ROW(name, struct options, member)
static const lp_option options[] = {
    {ROW("label", how.table.label), .metavar = "COLUMN", .conflicts = "target",
     .help = "the column of classes: it becomes y"},
    {ROW("target", how.table.target), .metavar = "COLUMN",
     .help = "the column of numbers to predict: it becomes y"},
    {ROW("id", how.table.id), .metavar = "COLUMN",
     .help = "the column that tells the rows apart: it becomes ids"},
    {ROW("columns", how.table.columns), .metavar = "COLUMN,...", .conflicts = "drop|like",
     .help = "the columns of x, in this order"},
    {ROW("drop", how.table.drop), .metavar = "COLUMN,...", .conflicts = "like",
     .help = "leave these columns out"},
    {ROW("categories", how.table.categories), .metavar = "COLUMN,...", .conflicts = "like",
     .help = "turn each of these columns into a column of 0 and 1 for each of its texts"},
    {ROW("missing", how.table.missing), .metavar = "TEXT,...",
     .help = "read these texts as NaN; 'NA,' is NA and the empty cell"},
    {ROW("like", like), .metavar = "FILE",
     .help = "read the columns, categories, classes and missing texts that the stream in FILE has"},
    {ROW("triples", how.columns), .metavar = "ROW,COLUMN,VALUE",
     .conflicts = "label|target|id|columns|drop|categories|missing|like",
     .parse = lp_triples_parse_columns,
     .help = "read a sparse matrix: the columns with the ids of its rows, of its columns, and with "
             "its values"},
    {ROW("names", how.names), .metavar = "FILE:ID:NAME", .requires = "triples",
     .parse = lp_triples_parse_names,
     .help = "name the matrix's columns as the table in FILE does"},
    {ROW("header", how.table.header), .metavar = "WHICH", .default_value = "auto",
     .choices = "auto|yes|no",
     .help = "whether the first row names the columns; auto: it does where no cell is a number"},
    {ROW("separator", how.table.format.separator), .metavar = "CHARACTER", .default_value = ",",
     .parse = lp_csv_parse_separator, .help = "what separates cells; the word tab for a tab"},
    {ROW("decimal", how.table.format.decimal), .metavar = "CHARACTER", .default_value = ".",
     .parse = lp_csv_parse_decimal, .help = "the decimal point: a point or a comma"},
    {ROW("comment", how.table.format.comment), .metavar = "CHARACTER",
     .parse = lp_csv_parse_comment, .help = "skip the rest of a line from this character on"},
    {0},
};

static const lp_tensor_row writes[] = {
    {"x", "f8 [n, d]", "the columns that no option names"},
    {"y", "i8 or f8 [n]", "the labels, or under --target the numbers"},
    CLASSES_ROW,
    COLUMNS_ROW,
    {"ids", "[n]", "the column of --id"},
    {"missing", "[t]", "the texts of --missing"},
    SPARSE_ROWS,
    {0},
};

static const lp_tool tool = {
    .name = "from-csv",
    .group = LP_TO_CONVERT,
    .summary = "read CSV files into a stream",
    .writes = writes,
    .manual =
        "Reads comma-separated values (RFC 4180), gzipped or not, into x, f8 [rows, columns], each "
        "number the double that is nearest to its text. Every cell must be a finite decimal "
        "number; the error "
        "names the row and column of the first that is not. Blank lines are skipped. Several files "
        "are read one after the other and must have the same columns.\n"
        "\n"
        "A COLUMN is a name or a number: 1 is the first column, -1 the last. With a header, "
        "features has the names of x's columns. --id keeps a column as texts in ids.\n"
        "\n"
        "With --label, that column becomes y, i8 [rows]: 0, 1, ... for the classes in sorted order "
        "(numbers by value, texts by their bytes), and classes has their names; it is left out "
        "where the labels are 0, 1, ... already. With --target, the column becomes y, f8 [rows].\n"
        "\n"
        "--categories turns a column of texts into columns of 0 and 1, one for each text, called "
        "COLUMN=TEXT. --missing names the texts that are read as NaN (a missing category is NaN in "
        "each of its columns) and keeps them in missing. --like reads a second file as the first: "
        "the same columns of x, found by name, the same categories and classes; a text that the "
        "first file did not have is an error. The labels' column, if any, is still to be named.\n"
        "\n"
        "With --triples the rows of the file are entries of a sparse matrix, row, col, data, shape "
        "and format as scipy.sparse.save_npz writes them: ids of any kind, numbered in the order "
        "of their first appearance, with their texts in rows and cols. Other columns are ignored. "
        "A pair of ids that occurs twice is an error. --names replaces the ids in cols by names: "
        "every id needs one, unused names are left out, and a name that several ids share gets the "
        "id after it, \"Emma (1996) [838]\".",
    .examples =
        "labpipe example iris.csv > iris.csv\n"
        "labpipe from-csv --label species iris.csv | labpipe inspect\n"
        "labpipe example plants.csv > plants.csv\n"
        "labpipe from-csv --label species --id plant --categories site --missing '?' "
        "plants.csv > plants.npz\n"
        "labpipe example new-plants.csv > new-plants.csv\n"
        "labpipe from-csv --like plants.npz --id plant new-plants.csv | labpipe to-csv\n"
        "labpipe example houses.csv | gzip > houses.csv.gz\n"
        "labpipe from-csv --target price --separator ';' --decimal , houses.csv.gz | labpipe "
        "inspect\n"
        "labpipe example ratings.csv > ratings.csv\n"
        "labpipe example movies.csv > movies.csv\n"
        "labpipe from-csv --triples userId,movieId,rating --names movies.csv:movieId:title "
        "ratings.csv > films.npz",
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
    struct options o = {0};
    lp_error *e = lp_tool_begin(&tool, argc, argv, &o);
    const lp_csv_format *format = &o.how.table.format;
    if (format->decimal == format->separator)
        lp_tool_usage("--decimal and --separator are both '%c'", format->decimal);
    if (format->comment == format->decimal || format->comment == format->separator)
        lp_tool_usage("--comment '%c' has another meaning too", format->comment);
    if (lp_tool_given("like"))
        lp_tool_try(lp_table_learn(&o.how.table.like, lp_tool_input_stream_of("like"), e));
    // read
    lp_stream *s = lp_stream_new();
    if (lp_tool_given("triples"))
        read_triples(&o.how, s, e);
    else
        read_table(&o.how.table, s, e);
    // write
    return lp_tool_write(s);
}
