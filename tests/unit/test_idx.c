/* IDX files and CIFAR-10 batches: what they hold, and what is refused. */
#include "check.h"
#include "data/pictures.h"
#include "io/cifar.h"
#include "io/idx.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

/* A copy of exactly that size, so that a sanitizer sees a read beyond it. */
static int decode(lp_tensor *t, const void *bytes, size_t size, lp_error *e) {
    uint8_t *copy = malloc(size ? size : 1);
    memcpy(copy, bytes, size);
    *e = (lp_error){0};
    *t = (lp_tensor){0};
    lp_idx idx;
    int failed = lp_idx_open(&idx, copy, size, e);
    if (!failed) {
        *t = lp_tensor_zeros(idx.form.type, idx.form.ndim, idx.form.shape);
        lp_idx_rows(&idx, 0, t->shape[0], t->data);
    }
    free(copy);
    return failed;
}

static void refused(const void *bytes, size_t size, const char *text) {
    lp_error e;
    lp_tensor t;
    CHECK(decode(&t, bytes, size, &e) == -1);
    CHECK(t.data == NULL);
    CHECK_HOLDS(e.text, text);
}
#define REFUSED(bytes, text) refused(bytes, sizeof bytes - 1, text)

static void every_element_type(void) {
    static const struct {
        const char *bytes;
        size_t size;
        lp_type type;
        double value[2];
    } table[] = {
        {"\0\0\x08\1\0\0\0\2\x01\xff", 10, {'u', 1}, {1, 255}},
        {"\0\0\x09\1\0\0\0\2\x01\xff", 10, {'i', 1}, {1, -1}},
        {"\0\0\x0b\1\0\0\0\2\x01\x02\xff\xfe", 12, {'i', 2}, {258, -2}},
        {"\0\0\x0c\1\0\0\0\2\x01\x02\x03\x04\xff\xff\xff\xfd", 16, {'i', 4}, {16909060, -3}},
        {"\0\0\x0d\1\0\0\0\2\x3f\xc0\0\0\xbf\0\0\0", 16, {'f', 4}, {1.5, -0.5}},
        {"\0\0\x0e\1\0\0\0\2\x3f\xf8\0\0\0\0\0\0\xbf\xe0\0\0\0\0\0\0", 24, {'f', 8}, {1.5, -0.5}},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        lp_tensor t;
        lp_error e;
        CHECK(decode(&t, table[i].bytes, table[i].size, &e) == 0);
        CHECK_TEXT(e.text, "");
        CHECK(lp_type_is(t.type, table[i].type) && t.ndim == 1 && t.shape[0] == 2);
        CHECK(lp_tensor_at(&t, 0) == table[i].value[0] && lp_tensor_at(&t, 1) == table[i].value[1]);
        lp_tensor_free(&t);
    }
}

static const char images[] = "\0\0\x08\3\0\0\0\2\0\0\0\2\0\0\0\3abcdefghijkl";
enum { IMAGES_SIZE = sizeof images - 1 };

static void shapes(void) {
    lp_tensor t;
    lp_error e;
    CHECK(decode(&t, images, IMAGES_SIZE, &e) == 0);
    CHECK(t.ndim == 3 && t.shape[0] == 2 && t.shape[1] == 2 && t.shape[2] == 3);
    CHECK(memcmp(t.data, "abcdefghijkl", 12) == 0);
    lp_tensor_free(&t);
}

static void a_cut_file_is_refused(void) {
    lp_tensor t;
    lp_error e;
    for (size_t size = 0; size < IMAGES_SIZE; size++)
        CHECK(decode(&t, images, size, &e) == -1 && e.text[0] != '\0');
}

static void lying_files_say_what_is_wrong(void) {
    REFUSED("", "IDX: cut short: 0 of 4 bytes of its header");
    REFUSED("\x89PNG", "it is not an IDX file: it starts with 89 50 4e 47");
    REFUSED("\0\0\x0a\1\0\0\0\0", "it is not an IDX file");
    REFUSED("\0\0\x08\0", "IDX: 0 dimensions");
    REFUSED("\0\0\x08\x09", "IDX: 9 dimensions (1 to 8 are read)");
    REFUSED("\0\0\x08\2\0\0\0\1", "cut short: 4 of 8 bytes of its header");
    REFUSED("\0\0\x08\1\0\0\0\2a", "cut short: 1 of 2 bytes of its values");
    REFUSED("\0\0\x08\1\0\0\0\1ab", "goes on after its last value");
    REFUSED("\0\0\x08\1\xff\xff\xff\xff", "cannot hold the shape (4294967295,) that it declares");
    REFUSED("\0\0\x0e\4\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", "IDX: ");
}

// ---- files into a stream ----

/* An IDX file of zeros, n images of side x side or n labels. */
static lp_file idx_file(const char *name, int ndim, size_t n, size_t side) {
    static char bytes[16][200];
    static int next;
    char *at = memset(bytes[next++ % 16], 0, sizeof bytes[0]);
    at[2] = 8;
    at[3] = (char)ndim;
    at[7] = (char)n;
    at[11] = at[15] = ndim > 1 ? (char)side : 0;
    return (lp_file){name, at, 4 + 4 * (size_t)ndim + (ndim == 1 ? n : n * side * side)};
}

static const lp_texts no_classes;

/* Of a gzip file no more is unpacked than the header promises. */
static void a_header_says_how_much(void) {
    static const unsigned char images[] = {0, 0, 8, 3, 0, 0, 0, 5, 0, 0, 0, 2, 0, 0, 0, 3};
    static const unsigned char huge[] = {0,    0,    14,   3,    0x7f, 0xff, 0xff, 0xff,
                                         0x7f, 0xff, 0xff, 0xff, 0,    0,    0,    1};
    lp_error e;
    size_t max = 7;
    CHECK(lp_idx_limit(images, sizeof images, &max, &e) == 0 && max == 16 + 5 * 2 * 3);
    CHECK(lp_idx_limit(images, 15, &max, &e) == 0 && max == SIZE_MAX); /* it is not whole */
    CHECK(lp_idx_limit(images, 3, &max, &e) == 0 && max == SIZE_MAX);
    CHECK(lp_idx_limit("\0\0\7\1\0\0\0\1", 8, &max, &e) == -1);
    CHECK(lp_idx_limit(huge, sizeof huge, &max, &e) != 0 || max > SIZE_MAX / 2);
}

static void one_set_and_two(void) {
    lp_error e;
    lp_stream *s = lp_stream_new();
    const lp_file one[] = {idx_file("a", 1, 4, 0), idx_file("b", 3, 4, 5)};
    CHECK(lp_idx_put(s, 2, one, &(lp_texts){(const char *[]){"zero", "one"}, 2}, &e) == 0);
    CHECK(lp_stream_count(s) == 4);
    CHECK(lp_stream_get(s, "x", &e)->ndim == 3 && lp_stream_get(s, "y", &e)->ndim == 1);
    CHECK(lp_stream_get(s, "classes", &e)->count == 2);
    const lp_tensor *shape = lp_stream_get(s, "input_shape", &e);
    CHECK(shape->count == 2 && lp_tensor_at(shape, 0) == 5 && lp_tensor_at(shape, 1) == 5);
    lp_stream_free(s);
    s = lp_stream_new();
    const lp_file two[] = {idx_file("a", 3, 4, 5), idx_file("b", 1, 4, 0), idx_file("c", 3, 2, 5),
                           idx_file("d", 1, 2, 0)};
    CHECK(lp_idx_put(s, 4, two, &no_classes, &e) == 0);
    CHECK(!lp_stream_has(s, "classes"));
    CHECK(lp_stream_get(s, "x_train", &e)->shape[0] == 4);
    CHECK(lp_stream_get(s, "y_train", &e)->shape[0] == 4);
    CHECK(lp_stream_get(s, "x_test", &e)->shape[0] == 2);
    CHECK(lp_stream_get(s, "y_test", &e)->shape[0] == 2);
    lp_stream_free(s);
}

static void sets_that_do_not_go_together(void) {
    const struct {
        size_t n;
        lp_file files[4];
        const char *text;
    } table[] = {
        {2, {idx_file("a", 3, 4, 5), idx_file("b", 1, 3, 0)}, "b has 3 labels, a 4 images"},
        {3,
         {idx_file("a", 3, 4, 5), idx_file("b", 1, 4, 0), idx_file("c", 3, 4, 5)},
         "2 files of images and 1 of labels"},
        {3,
         {idx_file("a", 1, 4, 0), idx_file("b", 1, 4, 0), idx_file("c", 1, 4, 0)},
         "c is a third file of labels"},
        {4,
         {idx_file("a", 3, 4, 5), idx_file("b", 1, 4, 0), idx_file("c", 3, 2, 6),
          idx_file("d", 1, 2, 0)},
         "the images of a and c differ in shape"},
        {1, {{"a", "x", 1}}, "reading a: "},
    };
    lp_error e;
    lp_stream *s = lp_stream_new();
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        CHECK(lp_idx_put(s, table[i].n, table[i].files, &no_classes, &e) == -1);
        CHECK_HOLDS(e.text, table[i].text);
    }
    CHECK(lp_stream_count(s) == 0);
    lp_stream_free(s);
}

// ---- CIFAR-10 ----

enum { RECORD = 3073 };

static void a_record_s_planes_become_pixels(void) {
    static char bytes[2 * RECORD];
    bytes[0] = 9;
    bytes[1] = 10;             // red of the first pixel
    bytes[1 + 1024] = 20;      // green
    bytes[1 + 2048] = 30;      // blue
    bytes[1 + 33] = 7;         // red of row 1, column 1
    bytes[RECORD + 3072] = 99; // blue of the second record's last pixel
    lp_file batch[] = {{"one", bytes, RECORD}, {"two", bytes + RECORD, RECORD}};
    lp_error e;
    lp_stream *s = lp_stream_new();
    CHECK(lp_cifar_put(s, 2, batch, NULL, &e) == 0);
    const lp_tensor *x = lp_stream_get(s, "x", &e), *y = lp_stream_get(s, "y", &e);
    CHECK(x->ndim == 4 && x->shape[0] == 2 && x->shape[1] == 32 && x->shape[2] == 32 &&
          x->shape[3] == 3);
    const uint8_t *pixel = x->data;
    CHECK(pixel[0] == 10 && pixel[1] == 20 && pixel[2] == 30);
    CHECK(pixel[(32 + 1) * 3] == 7 && pixel[2 * 3072 - 1] == 99);
    CHECK(lp_tensor_at(y, 0) == 9 && lp_tensor_at(y, 1) == 0);
    lp_stream_free(s);
}

static void bad_batches_are_named(void) {
    static char bytes[2 * RECORD];
    bytes[RECORD] = 10;
    lp_file batch[] = {{"fine", bytes, RECORD}, {"b.bin", bytes, 2 * RECORD}};
    size_t n;
    lp_error e;
    CHECK(lp_cifar_count(2, batch, &n, &e) == -1);
    CHECK_TEXT(e.text, "reading b.bin: record 1 has label 10 (CIFAR-10 has 0 to 9)");
    for (size_t size = 0; size < RECORD; size += 512) {
        batch[1].size = size;
        CHECK(lp_cifar_count(2, batch, &n, &e) == -1);
        CHECK_HOLDS(e.text, "reading b.bin: ");
        CHECK_HOLDS(e.text, "not a whole number of CIFAR-10 records of 3073");
    }
}

int main(void) {
    static const check_test tests[] = {
        {"every element type", every_element_type},
        {"shapes", shapes},
        {"a cut file is refused", a_cut_file_is_refused},
        {"lying files say what is wrong", lying_files_say_what_is_wrong},
        {"a header says how much follows", a_header_says_how_much},
        {"one set and two", one_set_and_two},
        {"sets that do not go together are refused", sets_that_do_not_go_together},
        {"a CIFAR-10 record's planes become pixels", a_record_s_planes_become_pixels},
        {"bad CIFAR-10 batches are named", bad_batches_are_named},
        {0}};
    return check_main("idx", tests);
}
