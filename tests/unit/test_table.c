/* Dense tables: columns, labels, headers, and what is refused with its row and column. */
#include "check.h"

#include "data/names.h"
#include "data/table.h"

#include <stdlib.h>

static lp_error e;

/* The table of up to two texts, in a stream; NULL where it was refused. */
static lp_stream *read_table(lp_table_options options, const char *first, const char *second) {
    if (options.format.separator == 0)
        options.format = (lp_csv_format){',', '.', '\0'};
    e.text[0] = '\0';
    lp_table *t = lp_table_new(&options);
    lp_stream *s = lp_stream_new();
    int failed = lp_table_add(t, &(lp_file){"a.csv", first, strlen(first)}, &e);
    if (!failed && second != NULL)
        failed = lp_table_add(t, &(lp_file){"b.csv", second, strlen(second)}, &e);
    failed = failed || lp_table_put(t, s, &e);
    lp_table_free(t);
    if (!failed)
        return s;
    lp_stream_free(s);
    return NULL;
}

static const char *show(lp_stream *s, const char *name) {
    return check_show(s, name, &e);
}

static void shapes_and_names(void) {
    lp_stream *s = read_table((lp_table_options){0}, "a,b\n1,2\n3,4.5\n5,-6\n", NULL);
    CHECK_TEXT(show(s, "x"), "(3, 2) 1 2 3 4.5 5 -6");
    CHECK_TEXT(show(s, "features"), "(2,) a b");
    CHECK_TEXT(show(s, "y"), "none");
    lp_stream_free(s);
    s = read_table((lp_table_options){0}, "1,2\n3,4\n", NULL);
    CHECK_TEXT(show(s, "x"), "(2, 2) 1 2 3 4");
    CHECK_TEXT(show(s, "features"), "none");
    lp_stream_free(s);
    s = read_table((lp_table_options){.header = LP_HEADER_YES}, "1,2\n3,4\n", NULL);
    CHECK_TEXT(show(s, "x"), "(1, 2) 3 4");
    CHECK_TEXT(show(s, "features"), "(2,) 1 2");
    lp_stream_free(s);
    s = read_table(
        (lp_table_options){.drop = {(const char *[]){"id", "3"}, 2}, .format = {';', '.', '\0'}},
        "id;a;b;c\nx y;1;?;2\nz;3;;4\n", NULL);
    CHECK_TEXT(show(s, "x"), "(2, 2) 1 2 3 4");
    CHECK_TEXT(show(s, "features"), "(2,) a c");
    lp_stream_free(s);
    s = read_table((lp_table_options){0}, "a,b\n1,2\n", "a,b\n3,4\n");
    CHECK_TEXT(show(s, "x"), "(2, 2) 1 2 3 4");
    lp_stream_free(s);
}

static void labels(void) {
    lp_stream *s = read_table((lp_table_options){.label = "kind"},
                              "a,kind\n1,red\n2,blue\n3,red\n4,\"dark, red\"\n", NULL);
    CHECK_TEXT(show(s, "x"), "(4, 1) 1 2 3 4");
    CHECK_TEXT(show(s, "y"), "(4,) 2 0 2 1");
    CHECK_TEXT(show(s, "classes"), "(3,) blue dark, red red");
    CHECK_TEXT(show(s, "features"), "(1,) a");
    lp_stream_free(s);
    s = read_table((lp_table_options){.label = "1"}, "7,1\n-2,2\n7,3\n", NULL);
    CHECK_TEXT(show(s, "y"), "(3,) 1 0 1");
    CHECK_TEXT(show(s, "classes"), "(2,) -2 7");
    CHECK_TEXT(show(s, "x"), "(3, 1) 1 2 3");
    lp_stream_free(s);
    s = read_table((lp_table_options){.label = "2"}, "1,red\n2,3\n", NULL);
    CHECK(s == NULL); /* the first alone is no number */
    s = read_table((lp_table_options){.label = "2", .header = LP_HEADER_NO}, "1,red\n2,3\n", NULL);
    CHECK_TEXT(show(s, "classes"), "(2,) 3 red");
    lp_stream_free(s);
    s = read_table((lp_table_options){.label = "2"}, "a,2\nx,y\n", NULL); /* named 2, as it is */
    CHECK(s == NULL);
    s = read_table((lp_table_options){.label = "-1"}, "a,b\n1,1.0\n2,0\n", NULL);
    CHECK_TEXT(show(s, "y"), "(2,) 1 0");
    CHECK_TEXT(show(s, "classes"), "none");
    lp_stream_free(s);
}

#define LIST(...)                                                                                  \
    { (const char *[]){__VA_ARGS__}, sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *) }

static void chosen_columns(void) {
    static const char text[] = "id,a,b,c\n007,1,2,3\nx y,4,5,6\n";
    lp_stream *s = read_table((lp_table_options){.id = "id", .target = "c"}, text, NULL);
    CHECK_TEXT(show(s, "x"), "(2, 2) 1 2 4 5");
    CHECK_TEXT(show(s, "y"), "(2,) 3 6");
    CHECK(lp_type_is(lp_stream_get(s, "y", &e)->type, LP_F8));
    CHECK_TEXT(show(s, "ids"), "(2,) 007 x y");
    CHECK_TEXT(show(s, "features"), "(2,) a b");
    lp_stream_free(s);
    s = read_table((lp_table_options){.columns = LIST("-1,a")}, text, NULL);
    CHECK_TEXT(show(s, "x"), "(2, 2) 3 1 6 4");
    CHECK_TEXT(show(s, "features"), "(2,) c a");
    lp_stream_free(s);
    s = read_table((lp_table_options){.drop = LIST("id,-2", "2")}, text, NULL);
    CHECK_TEXT(show(s, "x"), "(2, 1) 3 6");
    lp_stream_free(s);
    s = read_table((lp_table_options){.drop = LIST("a,b")}, "\"a,b\",a\nx,1\n", NULL);
    CHECK_TEXT(show(s, "features"), "(1,) a");
    lp_stream_free(s);
    s = read_table((lp_table_options){.target = "2", .format = {';', ',', '#'}},
                   "# prices\n1,5;2\n\n-0,25;1e3 # dear\n", NULL);
    CHECK_TEXT(show(s, "x"), "(2, 1) 1.5 -0.25");
    CHECK_TEXT(show(s, "y"), "(2,) 2 1000");
    lp_stream_free(s);
}

static void missing_cells(void) {
    static const char text[] = "a,b\n1,NA\n?,-999\n,-999.0\n";
    lp_stream *s = read_table((lp_table_options){.missing = LIST("?,NA,", "-999")}, text, NULL);
    CHECK_TEXT(show(s, "x"), "(3, 2) 1 nan nan nan nan nan");
    CHECK_TEXT(show(s, "missing"), "(4,) ? NA  -999");
    lp_stream_free(s);
    s = read_table((lp_table_options){.missing = LIST("")}, "a,b\n1,\n", NULL);
    CHECK_TEXT(show(s, "x"), "(1, 2) 1 nan");
    lp_stream_free(s);
}

static void categories(void) {
    static const char text[] = "a,port,b,size\n1,S,2,10\n3,C,4,9\n5,?,6,10\n";
    const lp_table_options o = {.categories = LIST("port,size"), .missing = LIST("?")};
    lp_stream *s = read_table(o, text, NULL);
    CHECK_TEXT(show(s, "features"), "(6,) a port=C port=S b size=9 size=10");
    CHECK_TEXT(show(s, "x"), "(3, 6) 1 0 1 2 0 1 3 1 0 4 1 0 5 nan nan 6 0 1");
    lp_stream_free(s);
    s = read_table((lp_table_options){.categories = LIST("2"), .columns = LIST("2,1")},
                   "1,x\n2,y\n", NULL);
    CHECK_TEXT(show(s, "features"), "(3,) 2=x 2=y 1");
    CHECK_TEXT(show(s, "x"), "(2, 3) 1 0 1 0 1 2");
    lp_stream_free(s);
}

/* A second file is read as the first: columns in another order, categories and classes that it
 * lacks, and columns that the first does not have. */
static void like_an_earlier_one(void) {
    lp_stream *first = read_table(
        (lp_table_options){.label = "kind", .categories = LIST("port"), .missing = LIST("?")},
        "a,port,b,kind\n1,S,2,red\n3,C,4,blue\n5,Q=R,?,red\n", NULL);
    lp_table_options o = {.label = "kind"};
    CHECK(lp_table_learn(&o.like, first, &e) == 0);
    lp_stream *s = read_table(o, "b,more,kind,port,a\n?,x,red,Q=R,7\n8,y,red,S,9\n", NULL);
    CHECK_TEXT(show(s, "features"), "(5,) a port=C port=Q=R port=S b");
    CHECK_TEXT(show(s, "x"), "(2, 5) 7 0 1 0 nan 9 0 0 1 8");
    CHECK_TEXT(show(s, "y"), "(2,) 1 1");
    CHECK_TEXT(show(s, "classes"), "(2,) blue red");
    CHECK_TEXT(show(s, "missing"), "(1,) ?");
    lp_stream_free(s);
    const struct {
        const char *text, *message;
    } rows[] = {
        {"b,kind,a\n1,red,2\n", "--like: there is no column 'port=C'; there are: b, kind, a"},
        {"a,port,b,kind\n1,S,2,green\n",
         "column kind: the label 'green' is not among the classes of --like"},
        {"a,port,b,kind\n1,X,2,red\n", "column port: 'X' is not among the categories of --like"},
        {"1,S,2,3\n", "there is no column 'kind'"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK(read_table(o, rows[i].text, NULL) == NULL);
        CHECK_HOLDS(e.text, rows[i].message);
    }
    o.label = NULL; /* a file without labels */
    s = read_table(o, "a,port,b\n1,S,2\n", NULL);
    CHECK_TEXT(show(s, "x"), "(1, 5) 1 0 0 1 2");
    CHECK_TEXT(show(s, "y"), "none");
    lp_stream_free(s);
    CHECK(read_table(o, "1,2,3\n", NULL) == NULL);
    CHECK_HOLDS(e.text, "it has no header, but --like names the columns of x");
    lp_stream_free(first);
    first = read_table((lp_table_options){.label = "3"}, "1,2,-1\n3,4,1\n", NULL);
    lp_arena_free(&o.like.arena);
    o = (lp_table_options){.label = "1"};
    CHECK(lp_table_learn(&o.like, first, &e) == 0);
    s = read_table(o, "+1,5,6\n", NULL);
    CHECK_TEXT(show(s, "y"), "(1,) 1");
    CHECK_TEXT(show(s, "classes"), "(2,) -1 1");
    lp_stream_free(s);
    CHECK(read_table(o, "1,2\n", NULL) == NULL);
    CHECK_HOLDS(e.text, "--like: x has 2 columns there, 1 here");
    lp_stream_free(first);
    first = read_table((lp_table_options){.label = "2"}, "1,0\n3,1\n", NULL);
    lp_arena_free(&o.like.arena);
    o = (lp_table_options){.label = "2"};
    CHECK(lp_table_learn(&o.like, first, &e) == 0);
    s = read_table(o, "1,1\n", NULL);
    CHECK_TEXT(show(s, "y"), "(1,) 1");
    lp_stream_free(s);
    lp_stream_free(first);
    lp_arena_free(&o.like.arena);
    first = lp_stream_new();
    CHECK(lp_table_learn(&o.like, first, &e) == -1);
    CHECK_HOLDS(e.text, "--like: the stream has neither features nor x nor x_train");
    lp_stream_free(first);
}

/* Messages say what would help. */
static void hints(void) {
    const struct {
        lp_table_options options;
        const char *text, *message;
    } rows[] = {
        {{.label = "y"},
         "a;b;y\n1;2;3\n",
         "there is no column 'y'; there are: a;b;y (the file looks separated by ';': --separator "
         "';')"},
        {{.label = "y"}, "a,b\n1,2\n", "there is no column 'y'; there are: a, b"},
        {{0},
         "1.5;2\n3;4\n",
         "'3;4' is not a number (the file looks separated by ';': --separator ';')"},
        {{0}, "a\n1\t2\n", "(the file looks separated by tabs: --separator tab)"},
        {{0}, "a,b\n1,?\n", "'?' is not a number (--missing '?' reads it as NaN)"},
        {{0}, "a,b\n1,\n", "the cell is empty (--missing '' reads it as NaN)"},
        {{.format = {';', '.', '\0'}},
         "a;b\n1;2,5\n",
         "'2,5' is not a number (--decimal ',' reads it as one)"},
        {{0},
         "a,b\n1,red\n",
         "'red' is not a number (a column of texts goes to --label, --categories, --id or --drop)"},
        {{.label = "b"},
         "a,b\n1,2\n2,0.5\n",
         "--label: the label '0.5' is a number, but not a whole one (--target b for numbers to "
         "predict)"},
        {{.target = "b"}, "a,b\n1,red\n", "column b: 'red' is not a number"},
        {{.target = "b", .missing = LIST("?")}, "a,b\n1,?\n", "column b: the target is missing"},
        {{.label = "b", .missing = LIST("?")}, "a,b\n1,?\n", "column b: the label is missing"},
        {{.label = "-3"}, "a,b\n1,2\n", "there is no column -3, there are 2"},
        {{.columns = LIST("a"), .categories = LIST("b")},
         "a,b\n1,2\n",
         "column 2 is in --categories but not in --columns"},
        {{.columns = LIST("a,a")},
         "a,b\n1,2\n",
         "column 'a' is given to both --columns and --columns"},
        {{.categories = LIST("a,1")},
         "a,b\n1,2\n",
         "column '1' is given to both --categories and --categories"},
        {{.id = "a", .label = "a"}, "a,b\n1,2\n", "column 'a' is given to both --label and --id"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK(read_table(rows[i].options, rows[i].text, NULL) == NULL);
        CHECK_HOLDS(e.text, rows[i].message);
    }
}

static void refusals(void) {
    const struct {
        lp_table_options options;
        const char *first, *second, *message;
    } rows[] = {
        {{0},
         "a,b\n1,2\n3,abc\n",
         NULL,
         "reading a.csv: row 2 (line 3), column b: 'abc' is not a number"},
        {{0},
         "1,2\n3,abc\n",
         NULL,
         "reading a.csv: row 2 (line 2), column 2: 'abc' is not a number"},
        {{0}, "a,b\n1,\n", NULL, "reading a.csv: row 1 (line 2), column b: the cell is empty"},
        {{0}, "a,b\n1,nan\n", NULL, "column b: 'nan' is not a number"},
        {{0}, "a,b\n1\n", NULL, "reading a.csv: row 1 (line 2): 1 cell, the first row has 2"},
        {{0}, "a,b\n1,2,3\n", NULL, "row 1 (line 2): 3 cells, the first row has 2"},
        {{0}, "a,b\n1,\"2\n", NULL, "reading a.csv: line 2: a quote is never closed"},
        {{0}, "a,1\n1,2\n", NULL, "reading a.csv: row 1 (line 1), column 1: 'a' is not a number"},
        {{0}, "\n", NULL, "reading a.csv: it is blank"},
        {{0}, "a,b\n", NULL, "there are no rows"},
        {{.label = "c"}, "a,b\n1,2\n", NULL, "reading a.csv: --label: there is no column 'c'"},
        {{.label = "c"}, "1,2\n", NULL, "there is no column 'c': the first row was read as data"},
        {{.label = "3"}, "a,b\n1,2\n", NULL, "--label: there is no column 3, there are 2"},
        {{.label = "0"}, "a,b\n1,2\n", NULL, "--label: there is no column 0, there are 2"},
        {{.label = "a"}, "a,a\n1,2\n", NULL, "--label: 2 columns are called 'a'"},
        {{.label = "a"}, "a\n1\n", NULL, "reading a.csv: no column is left for x"},
        {{.label = "b"}, "a,b\n1,\n", NULL, "row 1 (line 2), column b: the label is empty"},
        {{.label = "2"},
         "1,kind\n2,3\n4,5\n",
         NULL,
         "reading a.csv: row 1 (line 1): its label 'kind' is the only one that is not a whole "
         "number"},
        {{.label = "a", .drop = {(const char *[]){"1"}, 1}},
         "a,b\n1,2\n",
         NULL,
         "column 'a' is given to both --drop and --label"},
        {{.drop = {(const char *[]){"z"}, 1}},
         "a,b\n1,2\n",
         NULL,
         "--drop: there is no column 'z'"},
        {{0}, "a,b\n1,2\n", "1,2\n", "reading b.csv: it has no header, unlike the file before it"},
        {{0}, "1,2\n", "a,b\n1,2\n", "reading b.csv: it has a header, unlike the file before it"},
        {{0}, "1,2\n", "1,2,3\n", "reading b.csv: it has 3 columns, the file before it 2"},
        {{0},
         "a,b\n1,2\n",
         "a,c\n1,2\n",
         "reading b.csv: its column 2 is called 'c', in the file before it 'b'"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK(read_table(rows[i].options, rows[i].first, rows[i].second) == NULL);
        CHECK_HOLDS(e.text, rows[i].message);
    }
}

/* What lp_table_write makes of a stream. */
static const char *table_of(lp_stream *s, const char *name, lp_table_format format) {
    static char text[1000];
    FILE *out = fmemopen(text, sizeof text, "w");
    int failed = lp_table_write(s, &name, name != NULL, &format, out, &e);
    fputc('\0', out);
    fclose(out);
    return failed ? e.text : text;
}

static void written(void) {
    const lp_table_format usual = {',', false, false};
    lp_stream *s =
        read_table((lp_table_options){.label = "k"}, "a,\"b,c\",k\n1,0.1,red\n3,4,\"x y\"\n", NULL);
    CHECK_TEXT(table_of(s, NULL, usual), "a,\"b,c\",y\n1,0.1,0\n3,4,1\n");
    CHECK_TEXT(table_of(s, NULL, (lp_table_format){' ', true, true}), "1 0.1 red\n3 4 \"x y\"\n");
    CHECK_TEXT(table_of(s, "classes", usual), "classes\nred\nx y\n");
    CHECK_HOLDS(table_of(s, "z", usual), "there is no tensor 'z' in the stream");
    static const struct {
        lp_type type;
        const char *bytes;
        const char *text;
    } rows[] = {
        {{'u', 8}, "\xff\xff\xff\xff\xff\xff\xff\xff", "18446744073709551615"},
        {{'i', 8}, "\0\0\0\0\0\0\0\x80", "-9223372036854775808"},
        {{'i', 1}, "\xff", "-1"},
        {{'b', 1}, "\1", "1"},
        {{'f', 4}, "\xcd\xcc\xcc\x3d", "0.1"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        lp_tensor t;
        char expected[60];
        t = lp_tensor_zeros(rows[i].type, 0, NULL);
        memcpy(t.data, rows[i].bytes, rows[i].type.size);
        lp_stream_put(s, "t", &t);
        snprintf(expected, sizeof expected, "t\n%s\n", rows[i].text);
        CHECK_TEXT(table_of(s, "t", usual), expected);
    }
    lp_tensor t; /* three dimensions: a row of each, flat */
    t = lp_tensor_zeros(LP_U1, 3, (size_t[]){2, 1, 2});
    memcpy(t.data, "\1\2\3\4", 4);
    lp_stream_put(s, "t", &t);
    CHECK_TEXT(table_of(s, "t", usual), "t_0,t_1\n1,2\n3,4\n");
    t = lp_tensor_vector(LP_I8, 3);
    lp_stream_put(s, "y", &t);
    CHECK_HOLDS(table_of(s, NULL, usual), "tensor 'y' has 3 rows, 'x' has 2");
    t = lp_tensor_vector(LP_I8, 2);
    ((int64_t *)t.data)[1] = 2;
    lp_stream_put(s, "y", &t);
    CHECK_HOLDS(table_of(s, NULL, (lp_table_format){',', false, true}),
                "y: row 1 is class 2, but there are only 2 (0 to 1)");
    lp_stream_free(s);
}

static void names(void) {
    lp_names all = {0};
    size_t number;
    unsigned wrong = lp_names_find(&all, "a", &number);
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < 5000; i++) {
            char name[20];
            snprintf(name, sizeof name, "%zu", i * 7);
            wrong += lp_names_add(&all, name) != i;
        }
    wrong += !lp_names_find(&all, "7", &number) || number != 1;
    wrong += lp_names_find(&all, "8", &number);
    CHECK(wrong == 0 && all.count == 5000);
    CHECK_TEXT(all.item[4999], "34993");
    lp_names_free(&all);
}

int main(void) {
    static const check_test tests[] = {
        {"columns become x, their names features", shapes_and_names},
        {"labels become numbers and classes", labels},
        {"columns are chosen by name, number and list", chosen_columns},
        {"missing cells become NaN", missing_cells},
        {"categories become columns of 0 and 1", categories},
        {"a file is read like an earlier one", like_an_earlier_one},
        {"messages say what would help", hints},
        {"bad tables are refused with row and column", refusals},
        {"tensors are written as tables", written},
        {"names are numbered in the order they come", names},
        {0},
    };
    return check_main("table", tests);
}
