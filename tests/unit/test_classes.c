/* data/classes: how labels are numbered, and matched with the classes of a model. Expected values
 * are what numpy.unique gives, and the rules of classes.h read by hand. */
#include "check.h"
#include "data/classes.h"
#include "data/labels.h"

#include <stdlib.h>
#include <string.h>

static lp_error e;

/* The stream's y: whole numbers [n], or text. */
static lp_stream *with_y(size_t n, const int64_t *whole, const char *const *text) {
    lp_stream *s = lp_stream_new();
    if (text != NULL) {
        lp_stream_put_strings(s, "y", text, n);
        return s;
    }
    lp_tensor y = lp_tensor_vector(LP_I8, n);
    memcpy(y.data, whole, n * sizeof *whole);
    lp_stream_put(s, "y", &y);
    return s;
}

static void numbered(void) {
    static const struct {
        int64_t label[4];
        const char *text[4], *classes[3]; /* of those that the stream names */
        size_t count;
        int32_t place[4];
        const char *name[4]; /* of the classes; NULL: they have none */
    } cases[] = {
        {{0, 2, 1, 0}, {0}, {0}, 3, {0, 2, 1, 0}, {0}},
        {{-1, 1, 1, -1}, {0}, {0}, 2, {0, 1, 1, 0}, {"-1", "1"}},
        {{3, 1, 2, 3}, {0}, {0}, 3, {2, 0, 1, 2}, {"1", "2", "3"}},
        {{0, 2, 2, 0}, {0}, {0}, 2, {0, 1, 1, 0}, {"0", "2"}},
        {{0, 2, 2, 0}, {0}, {"c", "a", "b"}, 3, {0, 2, 2, 0}, {"c", "a", "b"}},
        {{0}, {"b", "a", "B", "a"}, {0}, 3, {2, 1, 0, 1}, {"B", "a", "b"}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lp_stream *s = with_y(4, cases[i].label, cases[i].text[0] != NULL ? cases[i].text : NULL);
        lp_tensor names = lp_tensor_strings(cases[i].classes, cases[i].classes[0] != NULL ? 3 : 0);
        lp_arena memory = {0};
        lp_names texts = {0};
        lp_labels labels;
        lp_classes c;
        int32_t place[4];
        CHECK(lp_labels_read(s, "y", &texts, &memory, &labels, &e) == 0);
        CHECK(lp_classes_of(names.count > 0 ? &names : NULL, &labels, 1, &texts, &c, &e) == 0);
        CHECK(c.count == cases[i].count);
        lp_classes_places(&c, &labels, place);
        for (size_t r = 0; r < 4; r++)
            CHECK(place[r] == cases[i].place[r]);
        CHECK((c.names.data != NULL) == (cases[i].name[0] != NULL));
        for (size_t k = 0; k < c.count && c.names.data != NULL; k++) {
            char *name = lp_tensor_string(&c.names, k, &e);
            CHECK_TEXT(name, cases[i].name[k]);
            free(name);
        }
        lp_classes_free(&c);
        lp_names_free(&texts);
        lp_arena_free(&memory);
        lp_tensor_free(&names);
        lp_stream_free(s);
    }
}

static void matched(void) {
    static const struct {
        int64_t label[3];
        const char *text[3], *classes[3], *model[3];
        size_t count; /* of the model's classes */
        int32_t place[3];
    } cases[] = {
        /* by name, in another order, one of the data's unknown */
        {{0, 1, 2}, {0}, {"c", "a", "x"}, {"a", "b", "c"}, 3, {2, 0, -1}},
        /* labels that are values, by value */
        {{-1, 1, 0}, {0}, {0}, {"-1", "1"}, 2, {0, 1, -1}},
        {{3, 1, 2}, {0}, {0}, {"1", "2", "3"}, 3, {2, 0, 1}},
        /* numbers without names beside names that are no numbers, by place */
        {{2, 0, 3}, {0}, {0}, {"a", "b", "c"}, 3, {2, 0, -1}},
        /* a model without names */
        {{2, 0, 3}, {0}, {0}, {0}, 3, {2, 0, -1}},
        {{2, 0, 1}, {0}, {"c", "a", "x"}, {0}, 3, {2, 0, 1}},
        /* texts */
        {{0}, {"b", "z", "a"}, {0}, {"a", "b"}, 2, {1, -1, 0}},
        {{0}, {"b", "z", "a"}, {0}, {0}, 2, {-1, -1, -1}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lp_stream *s = with_y(3, cases[i].label, cases[i].text[0] != NULL ? cases[i].text : NULL);
        lp_tensor names = lp_tensor_strings(cases[i].classes, cases[i].classes[0] != NULL ? 3 : 0);
        lp_tensor model =
            lp_tensor_strings(cases[i].model, cases[i].model[0] != NULL ? cases[i].count : 0);
        lp_arena memory = {0};
        lp_names texts = {0};
        lp_labels labels;
        int32_t place[3];
        CHECK(lp_labels_read(s, "y", &texts, &memory, &labels, &e) == 0);
        CHECK(lp_classes_match(names.count > 0 ? &names : NULL, &texts, &labels,
                               model.count > 0 ? &model : NULL, cases[i].count, place, &e) == 0);
        for (size_t r = 0; r < 3; r++)
            CHECK(place[r] == cases[i].place[r]);
        lp_names_free(&texts);
        lp_arena_free(&memory);
        lp_tensor_free(&model);
        lp_tensor_free(&names);
        lp_stream_free(s);
    }
}

static void refusals(void) {
    lp_arena memory = {0};
    lp_names texts = {0};
    lp_labels labels;
    lp_classes c;
    lp_stream *s = with_y(2, (int64_t[]){0, 2}, NULL);
    lp_tensor names = lp_tensor_strings((const char *const[]){"a", "b"}, 2);
    CHECK(lp_labels_read(s, "y", &texts, &memory, &labels, &e) == 0);
    CHECK(lp_classes_of(&names, &labels, 1, &texts, &c, &e) == -1);
    CHECK_HOLDS(e.text, "y: row 1 is class 2, but there are only 2 (0 to 1)");
    lp_tensor y = lp_tensor_vector(LP_F8, 2);
    ((double *)y.data)[1] = 0.5;
    lp_stream_put(s, "y", &y);
    CHECK(lp_labels_read(s, "y", &texts, &memory, &labels, &e) == -1);
    CHECK_HOLDS(e.text, "y: row 1 is 0.5 (labels are whole numbers");
    y = lp_tensor_matrix(LP_U1, 2, 3);
    ((uint8_t *)y.data)[0] = ((uint8_t *)y.data)[2] = 1;
    lp_stream_put(s, "y", &y);
    CHECK(lp_labels_read(s, "y", &texts, &memory, &labels, &e) == -1);
    CHECK_HOLDS(e.text, "y: row 0 is not one-hot");
    lp_tensor_free(&names);
    lp_names_free(&texts);
    lp_arena_free(&memory);
    lp_stream_free(s);
}

/* Parts are numbered together; what a model does not know follows its classes. */
static void several_tensors(void) {
    lp_stream *s = with_y(3, (int64_t[]){4, -1, 4}, NULL);
    lp_tensor more = lp_tensor_vector(LP_I8, 2);
    memcpy(more.data, (int64_t[]){7, -1}, 2 * sizeof(int64_t));
    lp_stream_put(s, "y_test", &more);
    lp_label_set l = {0};
    CHECK(lp_label_set_read(&l, s, LP_LABEL_TENSORS, LP_LABEL_TENSOR_COUNT, &e) == 0);
    CHECK(l.parts == 2 && l.rows == 5);
    CHECK(lp_label_set_number(&l, &e) == 0);
    CHECK(l.count == 3 && l.name.count == 3);
    CHECK(l.place[0][0] == 1 && l.place[0][1] == 0 && l.place[1][0] == 2 && l.place[1][1] == 0);
    CHECK_TEXT(l.name.item[2], "7");
    lp_label_set_free(&l);

    l = (lp_label_set){0};
    lp_tensor model = lp_tensor_strings((const char *const[]){"4", "5"}, 2);
    CHECK(lp_label_set_read(&l, s, LP_LABEL_TENSORS, LP_LABEL_TENSOR_COUNT, &e) == 0);
    CHECK(lp_label_set_match(&l, &model, 2, &e) == 0);
    CHECK(l.count == 4 && l.unknown == 3);
    CHECK(l.place[0][0] == 0 && l.place[0][1] == 2 && l.place[1][0] == 3 && l.place[1][1] == 2);
    CHECK_TEXT(l.name.item[1], "5");
    CHECK_TEXT(l.name.item[3], "7");
    lp_label_set_free(&l);
    lp_tensor_free(&model);
    lp_stream_free(s);
}

int main(void) {
    static const check_test tests[] = {
        {"labels are numbered as numpy.unique numbers them", numbered},
        {"labels are matched with a model's classes", matched},
        {"what is no label of these classes is refused", refusals},
        {"several tensors are numbered together", several_tensors},
        {0},
    };
    return check_main("classes", tests);
}
