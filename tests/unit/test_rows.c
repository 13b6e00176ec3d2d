/* Tensors whose rows are made when they are written: the same bytes as a tensor that is put whole,
 * whatever the rows are made of and however it is stored. */
#include "check.h"
#include "zip_builder.h"

#include "base/memory.h"
#include "io/stream.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static lp_error e;

/* More than are made at once, and no whole number of pieces; and a few. */
enum { MANY = 31337, FEW = 5, COLS = 67 };

/* Element (i, j) of x: exact in f2, f4 and f8. */
static double element(size_t i, size_t j) {
    return (double)((i * 7 + j * j) % 2048);
}

/* What is made of row `i` of x as row `at`. */
static double made_of(size_t i, size_t at, size_t j) {
    return 2 * element(i, j) + (double)at;
}

static int make(const void *context, const lp_tensor *from, size_t first, size_t n, void *rows,
                lp_error *error) {
    const size_t *bad = context;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < COLS; j++)
            ((double *)rows)[i * COLS + j] =
                2 * lp_tensor_at(from, i * COLS + j) + (double)(first + i);
    if (bad != NULL && *bad >= first && *bad < first + n)
        return lp_fail(error, "row %zu is bad", *bad);
    return 0;
}

/* ---- x, stored in every way ---- */

typedef struct {
    const char *descr; /* NULL: it is put, not read */
    const char *order;
    size_t size; /* of an element */
    const char *extra;
    size_t extra_size;
} form;

static const char aligned[] = "\x35\xd9\x19\0\x40\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
static const form forms[] = {
    {.size = 8},
    {"<f8", "False", 8, aligned, 29},
    {"<f8", "False", 8, NULL, 0},
    {">f4", "False", 4, NULL, 0},
    {"<f2", "False", 2, NULL, 0},
    {">f8", "True", 8, NULL, 0},
};
enum { FORMS = sizeof forms / sizeof *forms };

/* The bits of a whole number below 2048 as a float of `size` bytes. */
static uint64_t bits_of(double value, size_t size) {
    uint64_t bits = 0;
    float narrow = (float)value;
    if (size == 8) {
        memcpy(&bits, &value, 8);
    } else if (size == 4) {
        memcpy(&bits, &narrow, 4);
    } else if (value > 0) {
        unsigned exponent = 0;
        while ((unsigned)value >> (exponent + 1) != 0)
            exponent++;
        bits = (exponent + 15) << 10 | (((unsigned)value << 10 >> exponent) & 1023);
    }
    return bits;
}

static lp_buffer archive_of(const form *f, size_t n) {
    char dictionary[120];
    snprintf(dictionary, sizeof dictionary,
             "{'descr': '%s', 'fortran_order': %s, 'shape': (%zu, %d), }", f->descr, f->order, n,
             COLS);
    LP_CLEANUP(lp_free) unsigned char *data = lp_alloc(n * COLS, f->size);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < COLS; j++) {
            const uint64_t bits = bits_of(element(i, j), f->size);
            unsigned char *to = data + (*f->order == 'T' ? j * n + i : i * COLS + j) * f->size;
            for (size_t k = 0; k < f->size; k++)
                to[k] = (unsigned char)(bits >> 8 * (*f->descr == '>' ? f->size - 1 - k : k));
        }
    lp_buffer npy = {0}, b = {0};
    build_npy(&npy, dictionary, data, n * COLS * f->size);
    build_archive(&b,
                  &(build_member){.name = "x.npy",
                                  .data = npy.data,
                                  .size = npy.size,
                                  .extra = f->extra,
                                  .extra_size = f->extra_size},
                  1, false, NULL);
    lp_buffer_free(&npy);
    return b;
}

/* A stream with x in that form, and a recipe. */
static lp_stream *stream_of(const form *f, size_t n) {
    lp_stream *s;
    if (f->descr == NULL) {
        lp_tensor x = lp_tensor_matrix(LP_F8, n, COLS);
        for (size_t i = 0; i < x.count; i++)
            ((double *)x.data)[i] = element(i / COLS, i % COLS);
        s = lp_stream_new();
        lp_stream_put(s, "x", &x);
    } else {
        char path[40];
        lp_buffer b = archive_of(f, n);
        const int fd = memfd_create("rows", 0);
        if (fd < 0 || write(fd, b.data, b.size) != (ssize_t)b.size)
            abort();
        lp_buffer_free(&b);
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        s = lp_stream_read(&(lp_input){.path = path}, 1, &e);
        close(fd);
        if (s == NULL)
            abort();
    }
    lp_stream_set_recipe(s, "gen-x");
    return s;
}

/* ---- what is written ---- */

static lp_buffer written(lp_stream *s, bool compress, int status) {
    lp_buffer b = {0};
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    CHECK(lp_stream_write(s, out, compress, &e) == status);
    fclose(out);
    build_bytes(&b, text, size);
    free(text);
    return b;
}

/* The rows i (reversed: n - 1 - i) of x, or what is made of them, put whole as `name`. */
static lp_tensor expected(const form *f, size_t n, bool reversed, bool is_made) {
    const bool narrow = !is_made && f->size < 8;
    lp_tensor t = lp_tensor_matrix(narrow ? LP_F4 : LP_F8, n, COLS);
    for (size_t k = 0; k < t.count; k++) {
        const size_t at = k / COLS, i = reversed ? n - 1 - at : at, j = k % COLS;
        const double value = is_made ? made_of(i, at, j) : element(i, j);
        if (narrow)
            ((float *)t.data)[k] = (float)value;
        else
            ((double *)t.data)[k] = value;
    }
    return t;
}

static size_t *reversed_rows(size_t n) {
    size_t *index = lp_alloc(n, sizeof *index);
    for (size_t i = 0; i < n; i++)
        index[i] = n - 1 - i;
    return index;
}

static void compare(const form *f, size_t n, bool reversed, bool is_made, bool compress) {
    LP_CLEANUP(lp_free) size_t *index = reversed_rows(n);
    lp_stream *s = stream_of(f, n), *whole = lp_stream_new();
    lp_tensor t = expected(f, n, reversed, is_made), described;
    CHECK(lp_stream_put_rows(s, "x", &t,
                             &(lp_stream_rows){.from = "x",
                                               .index = reversed ? index : NULL,
                                               .make = is_made ? make : NULL},
                             &e) == 0);
    CHECK(lp_stream_describe(s, "x", &described) && lp_type_is(described.type, t.type) &&
          described.shape[0] == n && described.data == NULL);
    lp_stream_put(whole, "x", &t);
    lp_stream_set_recipe(whole, "gen-x");
    lp_buffer b = written(whole, compress, 0);
    for (int time = 0; time < (f == forms ? 2 : 1); time++) { /* a stream can be written again */
        lp_buffer a = written(s, compress, 0);
        CHECK(a.size == b.size && memcmp(a.data, b.data, a.size) == 0);
        lp_buffer_free(&a);
    }
    lp_buffer_free(&b);
    CHECK(lp_stream_difference(s, whole, &(size_t){0}, &e) == NULL); /* made as a whole */
    lp_stream_free(s);
    lp_stream_free(whole);
}

static void same_bytes(void) {
    for (size_t i = 0; i < FORMS; i++)
        for (int way = 0; way < 4; way++) {
            compare(&forms[i], FEW, way & 1, way & 2, false);
            compare(&forms[i], MANY, way & 1, way & 2, false);
        }
    compare(&forms[2], MANY, false, true, true);
}

/* ---- what they are made of ---- */

static void put_made(lp_stream *s, const char *name, const char *from, size_t n) {
    const lp_tensor form = {.type = LP_F8, .ndim = 2, .shape = {n, COLS}};
    CHECK(lp_stream_put_rows(s, name, &form, &(lp_stream_rows){.from = from, .make = make}, &e) ==
          0);
}

static bool is_made(lp_stream *s, const char *name) {
    const lp_tensor *t = lp_stream_get(s, name, &e);
    for (size_t i = 0; t != NULL && i < t->count; i++)
        if (((double *)t->data)[i] != made_of(i / COLS, i / COLS, i % COLS))
            return false;
    return t != NULL && t->count == (size_t)MANY * COLS;
}

/* The tensor behind them may be replaced, dropped and renamed. */
static void sources(void) {
    for (size_t i = 0; i < 3; i++) {
        lp_stream *s = stream_of(&forms[i], MANY);
        put_made(s, "a", "x", MANY);
        put_made(s, "b", "x", MANY);
        put_made(s, "x", "x", MANY);
        CHECK(is_made(s, "a"));
        lp_stream_drop(s, "a");
        lp_stream_drop(s, "x");
        CHECK(!lp_stream_has(s, "x"));
        CHECK(lp_stream_rename(s, "b", "c", &e) == 0 && is_made(s, "c"));
        lp_stream_free(s);
        s = stream_of(&forms[i], MANY);
        put_made(s, "a", "x", MANY);
        CHECK(lp_stream_rename(s, "x", "y", &e) == 0);
        lp_stream_put_number(s, "y", 3);
        lp_stream_put_number(s, "x", 4);
        CHECK(lp_stream_count(s) == 3 && is_made(s, "a"));
        CHECK_TEXT(lp_stream_name(s, 0), "y");
        put_made(s, "b", "a", MANY); /* made of what was made */
        lp_tensor t;
        CHECK(lp_stream_get_rows(s, "b", (size_t[]){MANY - 1}, 1, &t, &e) == 0);
        CHECK(((double *)t.data)[2] == 2 * made_of(MANY - 1, MANY - 1, 2) + MANY - 1);
        lp_tensor_free(&t);
        lp_stream_free(s); /* some of it was never made */
    }
}

/* ---- what goes wrong ---- */

static void failures(void) {
    const lp_tensor form = {.type = LP_F8, .ndim = 2, .shape = {MANY, COLS}};
    const size_t bad = MANY - 2;
    lp_stream *s = stream_of(&forms[2], MANY);
    CHECK(lp_stream_put_rows(s, "y", &form, &(lp_stream_rows){.from = "nothing"}, &e) == -1);
    CHECK(strncmp(e.text, "there is no tensor 'nothing'", 28) == 0);
    CHECK(lp_stream_put_rows(s, "y", &form,
                             &(lp_stream_rows){.from = "x", .make = make, .context = &bad},
                             &e) == 0);
    lp_buffer b = written(s, false, -1);
    CHECK_TEXT(e.text, "row 31335 is bad");
    lp_buffer_free(&b);
    CHECK(lp_stream_get(s, "y", &e) == NULL);
    CHECK_TEXT(e.text, "row 31335 is bad");
    lp_stream_free(s);
}

/* Other bytes the second time, as where a file is overwritten meanwhile. */
static int make_counting(const void *context, const lp_tensor *from, size_t first, size_t n,
                         void *rows, lp_error *error) {
    size_t *calls = *(size_t *const *)context;
    (void)first, (void)error;
    CHECK(from == NULL);
    memset(rows, 0, n * COLS * sizeof(double));
    if (first + n == MANY)
        *(char *)rows = (char)++*calls;
    return 0;
}

static void changed(void) {
    const lp_tensor form = {.type = LP_F8, .ndim = 2, .shape = {MANY, COLS}};
    for (int compress = 0; compress < 2; compress++) {
        size_t calls = 0, *context = &calls;
        lp_stream *s = lp_stream_new();
        CHECK(lp_stream_put_rows(s, "x", &form,
                                 &(lp_stream_rows){.make = make_counting, .context = &context},
                                 &e) == 0);
        lp_buffer b = written(s, compress, -1);
        CHECK_TEXT(e.text, "writing the stream: an input file was changed while it was being read");
        CHECK(calls == 2);
        lp_buffer_free(&b);
        lp_stream_free(s);
    }
}

int main(void) {
    static const check_test tests[] = {
        {"rows that are made when they are written give the bytes of a whole tensor", same_bytes},
        {"what they are made of may be replaced, dropped and renamed", sources},
        {"a row that cannot be made", failures},
        {"rows that are others when they are made again", changed},
        {0},
    };
    return check_main("rows", tests);
}
