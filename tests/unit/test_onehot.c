/* One-hot labels: the rows themselves, how many classes there are, what is refused. */
#include "check.h"
#include "data/onehot.h"

#include <stdlib.h>

static lp_error e;

static void put(lp_stream *s, const char *name, lp_type type, const int64_t *values, size_t n) {
    lp_tensor whole, t;
    whole = lp_tensor_vector(LP_I8, n);
    memcpy(whole.data, values, n * sizeof *values);
    if (lp_type_is(type, LP_I8)) {
        t = whole;
    } else {
        CHECK(lp_tensor_convert(&t, &whole, type, &e) == 0);
        lp_tensor_free(&whole);
    }
    lp_stream_put(s, name, &t);
}

static bool holds(lp_stream *s, const char *name, size_t n, size_t k, const uint8_t *expected) {
    const lp_tensor *t = lp_stream_get(s, name, &e);
    return t != NULL && lp_type_is(t->type, LP_U1) && t->ndim == 2 && t->shape[0] == n &&
           t->shape[1] == k && memcmp(t->data, expected, n * k) == 0;
}

static void every_number_type_becomes_rows(void) {
    static const lp_type types[] = {{'i', 8}, {'i', 1}, {'u', 1}, {'u', 8}, {'f', 4}, {'f', 8}};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        lp_stream *s = lp_stream_new();
        put(s, "y", types[i], (int64_t[]){2, 0, 1, 2}, 4);
        CHECK(lp_onehot_stream(s, 0, &e) == 0);
        CHECK(holds(s, "y", 4, 3, (uint8_t[]){0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1}));
        lp_stream_free(s);
    }
}

static void both_parts_have_as_many_classes(void) {
    lp_stream *s = lp_stream_new();
    put(s, "y_train", LP_I8, (int64_t[]){0, 1}, 2);
    put(s, "y_test", LP_I8, (int64_t[]){2}, 1);
    CHECK(lp_onehot_stream(s, 0, &e) == 0);
    CHECK(holds(s, "y_train", 2, 3, (uint8_t[]){1, 0, 0, 0, 1, 0}));
    CHECK(holds(s, "y_test", 1, 3, (uint8_t[]){0, 0, 1}));
    lp_stream_free(s);
}

static void put_classes(lp_stream *s) {
    lp_stream_put_strings(s, "classes", (const char *const[]){"a", "b"}, 2);
}

static void names_or_the_option_say_how_many(void) {
    lp_stream *s = lp_stream_new();
    put(s, "y", LP_I8, (int64_t[]){0}, 1);
    CHECK(lp_onehot_stream(s, 4, &e) == 0);
    CHECK(holds(s, "y", 1, 4, (uint8_t[]){1, 0, 0, 0}));
    lp_stream_free(s);
    s = lp_stream_new();
    put(s, "y", LP_I8, (int64_t[]){0}, 1);
    put_classes(s);
    CHECK(lp_onehot_stream(s, 0, &e) == 0);
    CHECK(holds(s, "y", 1, 2, (uint8_t[]){1, 0}));
    lp_stream_free(s);
}

static void is_class(lp_stream *s, size_t k, const char *expected) {
    const lp_tensor *names = lp_stream_get(s, "classes", &e);
    char *name = names != NULL && k < names->count ? lp_tensor_string(names, k, &e) : NULL;
    CHECK_TEXT(name, expected);
    free(name);
}

static void other_labels_name_their_classes(void) {
    lp_stream *s = lp_stream_new();
    put(s, "y_train", LP_I8, (int64_t[]){1, -1}, 2);
    put(s, "y_test", LP_I8, (int64_t[]){7}, 1);
    CHECK(lp_onehot_stream(s, 0, &e) == 0);
    CHECK(holds(s, "y_train", 2, 3, (uint8_t[]){0, 1, 0, 1, 0, 0}));
    CHECK(holds(s, "y_test", 1, 3, (uint8_t[]){0, 0, 1}));
    is_class(s, 0, "-1");
    is_class(s, 2, "7");
    CHECK(lp_onehot_stream(s, 0, &e) == 0); /* they are rows already */
    CHECK(holds(s, "y_train", 2, 3, (uint8_t[]){0, 1, 0, 1, 0, 0}));
    lp_stream_free(s);
    s = lp_stream_new();
    lp_stream_put_strings(s, "y", (const char *const[]){"b", "a", "b"}, 3);
    CHECK(lp_onehot_stream(s, 0, &e) == 0);
    CHECK(holds(s, "y", 3, 2, (uint8_t[]){0, 1, 1, 0, 0, 1}));
    is_class(s, 0, "a");
    lp_stream_free(s);
}

static void refuse(lp_stream *s, size_t classes, const char *why) {
    CHECK(lp_onehot_stream(s, classes, &e) == -1);
    CHECK_HOLDS(e.text, why);
    lp_stream_free(s);
}

static void bad_labels_are_named(void) {
    lp_stream *s = lp_stream_new();
    put(s, "y", LP_I8, (int64_t[]){0, 1, -1}, 3);
    refuse(s, 2, "y: row 2: label -1 is outside the 2 classes 0 .. 1");
    s = lp_stream_new();
    put(s, "y", LP_I8, (int64_t[]){0, 3}, 2);
    refuse(s, 3, "y: row 1: label 3 is outside the 3 classes 0 .. 2");
    s = lp_stream_new();
    put(s, "y", LP_I8, (int64_t[]){0, 3}, 2);
    put_classes(s);
    refuse(s, 0, "y: row 1 is class 3, but there are only 2");
    s = lp_stream_new();
    put(s, "y", LP_I8, (int64_t[]){0}, 1);
    refuse(s, (1 << 20) + 1, "classes are more than");
    s = lp_stream_new();
    put(s, "y", LP_I8, (int64_t[]){0}, 1);
    put_classes(s);
    refuse(s, 4, "4 classes are asked for, but there are names for 2");

    lp_tensor t;
    s = lp_stream_new();
    t = lp_tensor_vector(LP_F8, 2);
    ((double *)t.data)[1] = 0.5;
    lp_stream_put(s, "y", &t);
    refuse(s, 0, "0.5");
    s = lp_stream_new();
    lp_stream_put_strings(s, "y", (const char *const[]){"c"}, 1);
    put_classes(s);
    refuse(s, 0, "y: row 0 is 'c', which is not among the classes");
    s = lp_stream_new();
    t = lp_tensor_matrix(LP_U1, 2, 3);
    lp_stream_put(s, "y", &t);
    refuse(s, 0, "y: row 0 is not one-hot");
    s = lp_stream_new();
    put(s, "x", LP_I8, (int64_t[]){0, 3}, 2);
    refuse(s, 0, "x"); /* says what there is */
}

int main(void) {
    return check_main(
        "onehot", (check_test[]){
                      {"labels of every number type become rows", every_number_type_becomes_rows},
                      {"both parts have as many classes", both_parts_have_as_many_classes},
                      {"names or the option say how many", names_or_the_option_say_how_many},
                      {"other labels name their classes", other_labels_name_their_classes},
                      {"bad labels are named", bad_labels_are_named},
                      {0},
                  });
}
