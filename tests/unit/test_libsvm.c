/* LIBSVM's text format: columns, labels, and what is refused with its line and column. Labels as
 * classes in sorted order. */
#include "check.h"

#include "data/labels.h"
#include "data/libsvm.h"

#include <stdlib.h>

static lp_error e;

/* The rows of up to two texts, in a stream; NULL where they were refused. */
static lp_stream *read_rows(lp_libsvm_options options, const char *first, const char *second) {
    e.text[0] = '\0';
    lp_libsvm *t = lp_libsvm_new(&options);
    lp_stream *s = lp_stream_new();
    int failed =
        lp_libsvm_add(t, &(lp_file){"a", first, strlen(first)}, &e) ||
        (second != NULL && lp_libsvm_add(t, &(lp_file){"b", second, strlen(second)}, &e)) ||
        lp_libsvm_put(t, s, &e);
    lp_libsvm_free(t);
    if (!failed)
        return s;
    lp_stream_free(s);
    return NULL;
}

/* The tensor's type, shape and elements as text. */
static const char *show(lp_stream *s, const char *name) {
    static char text[1000];
    char type[16];
    const char *rest = check_show(s, name, &e);
    const lp_tensor *t = s != NULL ? lp_stream_get(s, name, &e) : NULL;
    if (t == NULL)
        return rest;
    snprintf(text, sizeof text, "%s %s", lp_type_name(t->type, type), rest);
    return text;
}

static void rows_and_columns(void) {
    lp_stream *s =
        read_rows((lp_libsvm_options){0},
                  "+1 1:0.5 3:-2e3\n\n# a comment\n  \t\n-1\t2:7  # another\r\n+1\n", "3 4:1");
    CHECK_TEXT(show(s, "x"), "f8 (4, 4) 0.5 0 -2000 0 0 7 0 0 0 0 0 0 0 0 0 1");
    CHECK_TEXT(show(s, "y"), "i8 (4,) 1 0 1 2");
    CHECK_TEXT(show(s, "classes"), "U2 (3,) -1 1 3");
    lp_stream_free(s);
    s = read_rows((lp_libsvm_options){.features = 3}, "0 1:1\n1 2:1#c\n0 0003:0\n", NULL);
    CHECK_TEXT(show(s, "x"), "f8 (3, 3) 1 0 0 0 1 0 0 0 0");
    CHECK_TEXT(show(s, "y"), "i8 (3,) 0 1 0");
    CHECK_TEXT(show(s, "classes"), "none");
    lp_stream_free(s);
}

static void targets(void) {
    lp_stream *s = read_rows((lp_libsvm_options){0}, "1 1:1\n-2.5 1:2\n", NULL);
    CHECK_TEXT(show(s, "y"), "f8 (2,) 1 -2.5");
    CHECK_TEXT(show(s, "classes"), "none");
    lp_stream_free(s);
    s = read_rows((lp_libsvm_options){.target = true}, "3 1:1\n1 1:2\n", NULL);
    CHECK_TEXT(show(s, "y"), "f8 (2,) 3 1");
    lp_stream_free(s);
}

static void refusals(void) {
    static const struct {
        lp_libsvm_options options;
        const char *text, *message;
    } rows[] = {
        {{0}, "1 1:1\na 1:1\n", "reading a: line 2, column 1: the label 'a' is not a number"},
        {{0}, "nan 1:1\n", "the label 'nan' is not a number"},
        {{0}, "1e999 1:1\n", "the label '1e999' is not a number"},
        {{0}, "1,2 1:1\n", "line 1, column 1: '1,2' is several labels"},
        {{0}, "1:2 1:1\n", "the label '1:2' is not a number"},
        {{0}, "1  1:1  2\n", "reading a: line 1, column 9: '2' is not INDEX:VALUE"},
        {{0}, "1 a:1\n", "column 3: 'a:1': the index is not a whole number"},
        {{0}, "1 -1:1\n", "'-1:1': the index is not a whole number"},
        {{0}, "1 :1\n", "':1': the index is not a whole number"},
        {{0}, "1 99999999999999999999999:1\n", "the index is not a whole number"},
        {{0}, "1 0:1\n", "'0:1': indices begin at 1"},
        {{0}, "1 2:1 2:1\n", "column 7: '2:1': indices have to ascend, the one before is 2"},
        {{0}, "1 3:1 2:1\n", "indices have to ascend, the one before is 3"},
        {{.features = 2}, "1 3:1\n", "'3:1': there are 2 features"},
        {{0}, "1 1:\n", "'1:': the value is not a finite number"},
        {{0}, "1 1:1:2\n", "the value is not a finite number"},
        {{0}, "1 1:inf\n", "the value is not a finite number"},
        {{0}, "1 qid:7 1:1\n", "column 3: 'qid:7' is a query's id; rankings are not read"},
        {{0}, "# nothing\n", "there are no rows"},
        {{0}, "1\n2\n", "there are no columns (--features gives their number)"},
        {{0}, "1 999999999999999999:1\n1\n2\n", "x of 3 rows and 999999999999999999 columns"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK(read_rows(rows[i].options, rows[i].text, NULL) == NULL);
        CHECK_HOLDS(e.text, rows[i].message);
    }
}

static void sorted_classes(void) {
    static const struct {
        int64_t labels[4];
        const char *y, *classes;
    } whole[] = {
        {{2, 0, 1, 2}, "i8 (4,) 2 0 1 2", "none"},
        {{-1, 1, 1, -1}, "i8 (4,) 0 1 1 0", "U2 (2,) -1 1"},
        {{1, 2, 3, 10}, "i8 (4,) 0 1 2 3", "U2 (4,) 1 2 3 10"},
        {{0, 2, 2, 0}, "i8 (4,) 0 1 1 0", "U1 (2,) 0 2"},
        {{INT64_MIN, INT64_MAX, 0, 0},
         "i8 (4,) 0 2 1 1",
         "U20 (3,) -9223372036854775808 0 9223372036854775807"},
        {{7, 7, 7, 7}, "i8 (4,) 0 0 0 0", "U1 (1,) 7"},
    };
    for (size_t i = 0; i < sizeof whole / sizeof whole[0]; i++) {
        lp_stream *s = lp_stream_new();
        lp_labels_put_whole(s, whole[i].labels, 4);
        CHECK_TEXT(show(s, "y"), whole[i].y);
        CHECK_TEXT(show(s, "classes"), whole[i].classes);
        lp_stream_free(s);
    }
    static const struct {
        const char *labels[4];
        const char *y, *classes;
    } texts[] = {
        {{"b", "a", "B", "a"}, "i8 (4,) 2 1 0 1", "U1 (3,) B a b"},
        {{"10", "9", "x", "9"}, "i8 (4,) 0 1 2 1", "U2 (3,) 10 9 x"},
        {{"10", "9", "1.5", "9"}, "i8 (4,) 2 1 0 1", "U3 (3,) 1.5 9 10"},
        {{"z", "\xc3\xa9", "a", "z"}, "i8 (4,) 1 2 0 1", "U1 (3,) a z \xc3\xa9"},
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        lp_stream *s = lp_stream_new();
        lp_names names = {0};
        int64_t numbers[4];
        for (size_t k = 0; k < 4; k++) {
            numbers[k] = (int64_t)lp_names_add(&names, texts[i].labels[k]);
        }
        lp_labels_put_texts(s, numbers, 4, &names);
        CHECK_TEXT(show(s, "y"), texts[i].y);
        CHECK_TEXT(show(s, "classes"), texts[i].classes);
        lp_names_free(&names);
        lp_stream_free(s);
    }
}

int main(void) {
    static const check_test tests[] = {
        {"lines become rows of x, and whole labels classes", rows_and_columns},
        {"other labels are targets", targets},
        {"what is wrong is refused with its line and column", refusals},
        {"classes are sorted", sorted_classes},
        {0},
    };
    return check_main("libsvm", tests);
}
