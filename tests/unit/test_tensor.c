/* Tensors, memory and errors. Conversions are held against C's own rules, value by value. */
#include "check.h"

#include "base/memory.h"
#include "base/tensor.h"

#include <stdint.h>
#include <stdlib.h>

static lp_error e;

static void sizes(void) {
    size_t product = 7;
    CHECK(lp_multiply(6, 7, &product) && product == 42);
    CHECK(!lp_multiply(SIZE_MAX / 2, 3, &product) && product == 42);
    size_t count, bytes;
    CHECK(lp_shape_size(LP_F8, 2, (size_t[]){3, 4}, &count, &bytes, &e) == 0);
    CHECK(count == 12 && bytes == 96);
    CHECK(lp_shape_size(LP_F8, 0, NULL, &count, &bytes, &e) == 0 && count == 1 && bytes == 8);
    CHECK(lp_shape_size(LP_F8, 2, (size_t[]){0, 4}, &count, &bytes, &e) == 0 && bytes == 0);
    CHECK(lp_shape_size(LP_F8, 2, (size_t[]){SIZE_MAX / 8, 2}, &count, &bytes, &e) == -1);
    CHECK_HOLDS(e.text, "is more than can be addressed");
    /* As in NumPy, a zero elsewhere does not excuse a shape that overflows. */
    CHECK(lp_shape_size(LP_U1, 3, (size_t[]){SIZE_MAX, 2, 0}, &count, &bytes, &e) == -1);
    CHECK(lp_shape_size(LP_U1, 9, (size_t[9]){1}, &count, &bytes, &e) == -1);
    CHECK_HOLDS(e.text, "9 dimensions (at most 8)");
    CHECK(lp_shape_size(LP_U1, -1, NULL, &count, &bytes, &e) == -1);
    CHECK_HOLDS(e.text, "-1 dimensions (at most 8)");
    /* Without a verdict: a count that no memory holds, or the 0 that it is. */
    CHECK(lp_tensor_over(NULL, LP_U1, 3, (size_t[]){SIZE_MAX / 2, 3, 5}).count == SIZE_MAX);
    CHECK(lp_tensor_over(NULL, LP_U1, 3, (size_t[]){SIZE_MAX / 2, 3, 0}).count == 0);
    lp_tensor t;
    CHECK(lp_tensor_try_zeros(&t, LP_U1, 1, (size_t[]){PTRDIFF_MAX - 1}, &e) == -1);
    CHECK_HOLDS(e.text, "out of memory");
    CHECK(t.data == NULL && t.count == 0);
}

static void names(void) {
    char text[200];
    CHECK_TEXT(lp_type_name((lp_type){'U', 12}, text), "U3");
    CHECK_TEXT(lp_type_name(LP_F4, text), "f4");
    CHECK_TEXT(lp_shape_text(0, NULL, text), "()");
    CHECK_TEXT(lp_shape_text(1, (size_t[]){5}, text), "(5,)");
    CHECK_TEXT(lp_shape_text(2, (size_t[]){150, 4}, text), "(150, 4)");
    CHECK(lp_type_is_valid((lp_type){'f', 2}) && lp_type_is_valid((lp_type){'S', 17}));
    CHECK(!lp_type_is_valid((lp_type){'f', 16}) && !lp_type_is_valid((lp_type){'i', 3}));
    CHECK(!lp_type_is_valid((lp_type){'U', 6}) && !lp_type_is_valid((lp_type){'O', 8}));
    CHECK(!lp_type_is_valid((lp_type){'b', 2}) && !lp_type_is_valid((lp_type){'f', 0}));
}

/* Converts one value; true where it is taken. */
static bool convert(lp_type from, const void *value, lp_type to, void *result) {
    lp_tensor a = {.type = from, .ndim = 1, .shape = {1}, .count = 1, .data = (void *)value}, b;
    if (lp_tensor_convert(&b, &a, to, &e))
        return false;
    memcpy(result, b.data, to.size);
    lp_tensor_free(&b);
    return true;
}

static void conversions(void) {
    double f8;
    float f4;
    int64_t i8;
    uint8_t u1;
    CHECK(convert(LP_F8, &(double){0.1}, LP_F4, &f4) && f4 == 0.1f);
    CHECK(convert(LP_U1, &(uint8_t){255}, LP_F4, &f4) && f4 == 255.0f);
    CHECK(convert(LP_I8, &(int64_t){-5}, LP_F8, &f8) && f8 == -5);
    CHECK(convert(LP_F8, &(double){-3}, LP_I8, &i8) && i8 == -3);
    CHECK(convert(LP_F8, &(double){-0x1p63}, LP_I8, &i8) && i8 == INT64_MIN);
    CHECK(convert((lp_type){'u', 8}, &(uint64_t){INT64_MAX}, LP_I8, &i8) && i8 == INT64_MAX);
    CHECK(convert((lp_type){'i', 1}, &(int8_t){-128}, LP_I8, &i8) && i8 == -128);
    CHECK(convert((lp_type){'i', 2}, &(int16_t){200}, LP_U1, &u1) && u1 == 200);
    CHECK(!convert(LP_F8, &(double){0x1p63}, LP_I8, &i8));
    CHECK(!convert(LP_F8, &(double){0.5}, LP_I8, &i8));
    CHECK_HOLDS(e.text, "element 0 is 0.5, which i8 cannot hold");
    CHECK(!convert(LP_F8, &(double){NAN}, LP_I8, &i8));
    CHECK(!convert(LP_F8, &(double){INFINITY}, LP_I8, &i8));
    CHECK(!convert(LP_I8, &(int64_t){256}, LP_U1, &u1));
    CHECK(!convert(LP_I8, &(int64_t){-1}, LP_U1, &u1));
    CHECK(!convert(LP_I8, &(int64_t){2}, LP_B1, &u1));
    CHECK(!convert((lp_type){'u', 8}, &(uint64_t){UINT64_C(1) << 63}, LP_I8, &i8));
    CHECK(!convert((lp_type){'i', 2}, &(int16_t){128}, (lp_type){'i', 1}, &u1));
    CHECK(!convert((lp_type){'S', 4}, "abc", LP_F8, &f8));
    CHECK_HOLDS(e.text, "its type is S4, f8 is needed");
}

static void strings(void) {
    static const char *const texts[] = {"setosa", "", "größe €", "\xf0\x9f\x8c\xb8"};
    lp_tensor t = lp_tensor_strings(texts, 4);
    CHECK(t.type.kind == 'U' && t.type.size == 4 * 7 && t.count == 4);
    CHECK(((uint32_t *)t.data)[2 * 7 + 6] == 0x20ac && ((uint32_t *)t.data)[3 * 7] == 0x1f338);
    for (size_t i = 0; i < 4; i++) {
        char *text = lp_tensor_string(&t, i, &e);
        CHECK_TEXT(text, texts[i]);
        free(text);
    }
    ((uint32_t *)t.data)[0] = 0xd800; /* half of a surrogate pair */
    CHECK(lp_tensor_string(&t, 0, &e) == NULL);
    CHECK_HOLDS(e.text, "string 0 holds an invalid code point");
    lp_tensor_free(&t);
    /* Overlong, cut and stray bytes become U+FFFD, none is read past. */
    t = (lp_tensor_strings)((const char *[]){"\xc0\x80", "\xe2\x82", "\x80"}, 3);
    for (size_t i = 0; i < 3; i++)
        CHECK(((uint32_t *)t.data)[i * (t.type.size / 4)] == 0xfffd);
    lp_tensor_free(&t);
}

/* One text: str in NumPy, bytes where it is not UTF-8; the same text again in either case. */
static void text(void) {
    static const struct {
        const char *text;
        char kind;
        uint32_t size;
    } cases[] = {{"relu", 'U', 16},        {"", 'U', 4},      {"\xc3\xa9\xf0\x9f\x99\x82", 'U', 8},
                 {"\xef\xbf\xbd", 'U', 4}, {"a\xff", 'S', 2}, {"\xe2\x82", 'S', 2}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lp_tensor t = lp_tensor_text(cases[i].text);
        CHECK(t.type.kind == cases[i].kind && t.type.size == cases[i].size);
        CHECK(t.ndim == 0 && t.count == 1);
        char *again = lp_tensor_string(&t, 0, &e);
        CHECK_TEXT(again, cases[i].text);
        free(again);
        lp_tensor_free(&t);
    }
}

static void rows(void) {
    lp_tensor t = lp_tensor_matrix(LP_F8, 3, 2);
    for (size_t i = 0; i < 6; i++)
        ((double *)t.data)[i] = (double)i;
    CHECK(lp_tensor_rows(&t) == 3 && lp_tensor_row_size(&t) == 2);
    lp_tensor taken = (lp_tensor_take_rows)(&t, (size_t[]){2, 0, 2, 1}, 4);
    static const double expected[] = {4, 5, 0, 1, 4, 5, 2, 3};
    CHECK(taken.shape[0] == 4 && memcmp(taken.data, expected, sizeof expected) == 0);
    size_t index;
    CHECK(!lp_tensor_find_nonfinite(&t, &index));
    ((double *)t.data)[4] = NAN;
    CHECK(lp_tensor_find_nonfinite(&t, &index) && index == 4);
    lp_tensor_free(&t);
    lp_tensor_free(&taken);
    CHECK(taken.data == NULL);
}

static void errors(void) {
    CHECK(lp_fail(&e, "row %d: '%s'", 7, "a\nb\x1b[2J") == -1 && e.status == LP_FAILED);
    CHECK_TEXT(e.text, "row 7: 'a?b?[2J'");
    CHECK(lp_within(&e, "reading %s", "f") == -1);
    CHECK_TEXT(e.text, "reading f: row 7: 'a?b?[2J'");
    lp_fail(&e, "%s",
            "\xc2\x9b"
            "31m \xc3\xa9 \xe2\x80\xae \xff");
    CHECK_TEXT(e.text, "?31m \xc3\xa9 ? ?");
    lp_fail_usage(&e, "no");
    lp_within(&e, "option");
    CHECK(e.status == LP_USAGE);
}

int main(void) {
    return check_main("tensor", (check_test[]){
                                    {"sizes are checked for overflow", sizes},
                                    {"types and shapes are named as NumPy names them", names},
                                    {"a conversion loses nothing or is refused", conversions},
                                    {"strings go to UCS-4 and back", strings},
                                    {"one text is str, or bytes where it is not UTF-8", text},
                                    {"rows are taken in any order", rows},
                                    {"an error is one printable line", errors},
                                    {0},
                                });
}
