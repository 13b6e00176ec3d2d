/* Dense tables: columns, labels, headers, and what is refused with its row and column. */
#include "check.h"

#include "data/names.h"
#include "data/table.h"

#include <stdlib.h>

static lp_error e;

/* The table of up to two texts, in a stream; NULL where it was refused. */
static lp_stream *read_table(lp_table_options options, const char *first, const char *second) {
    if (options.separator == 0)
        options.separator = ',';
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

/* The tensor's elements, and its shape, as text. */
static char *show(lp_stream *s, const char *name) {
    static char text[1000], shape[200];
    const lp_tensor *t = s != NULL ? lp_stream_get(s, name, &e) : NULL;
    if (t == NULL)
        return s != NULL ? "none" : e.text;
    size_t n = (size_t)snprintf(text, sizeof text, "%s", lp_shape_text(t->ndim, t->shape, shape));
    for (size_t i = 0; i < t->count; i++) {
        char *string = lp_type_is_string(t->type) ? lp_tensor_string(t, i, &e) : NULL;
        n += string != NULL
                 ? (size_t)snprintf(text + n, sizeof text - n, " %s", string)
                 : (size_t)snprintf(text + n, sizeof text - n, " %.17g", lp_tensor_at(t, i));
        free(string);
    }
    return text;
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
    s = read_table((lp_table_options){.drop = {(const char *[]){"id", "3"}, 2}, .separator = ';'},
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
    CHECK_TEXT(show(s, "y"), "(4,) 0 1 0 2");
    CHECK_TEXT(show(s, "classes"), "(3,) red blue dark, red");
    CHECK_TEXT(show(s, "features"), "(1,) a");
    lp_stream_free(s);
    s = read_table((lp_table_options){.label = "1"}, "7,1\n-2,2\n7,3\n", NULL);
    CHECK_TEXT(show(s, "y"), "(3,) 7 -2 7");
    CHECK_TEXT(show(s, "classes"), "none");
    CHECK_TEXT(show(s, "x"), "(3, 1) 1 2 3");
    lp_stream_free(s);
    s = read_table((lp_table_options){.label = "2"}, "1,red\n2,3\n", NULL);
    CHECK(s == NULL); /* the first alone is no number */
    s = read_table((lp_table_options){.label = "2", .header = LP_HEADER_NO}, "1,red\n2,3\n", NULL);
    CHECK_TEXT(show(s, "classes"), "(2,) red 3");
    lp_stream_free(s);
    s = read_table((lp_table_options){.label = "2"}, "a,2\nx,y\n", NULL); /* named 2, as it is */
    CHECK(s == NULL);
    s = read_table((lp_table_options){.label = "b"}, "a,b\n1,0.5\n2,0.25\n", NULL);
    CHECK_TEXT(show(s, "classes"), "(2,) 0.5 0.25");
    lp_stream_free(s);
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
        {{0}, "a,b\n1,2\n\n3,4\n", NULL, "reading a.csv: line 3 is blank"},
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
         "column 'a' is both the label and to be dropped"},
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
                "tensor 'y', row 1: there is no class 2, 'classes' has 2");
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
        {"bad tables are refused with row and column", refusals},
        {"tensors are written as tables", written},
        {"names are numbered in the order they come", names},
        {0},
    };
    return check_main("table", tests);
}
