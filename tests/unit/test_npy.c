/* The .npy header and its elements. Expected bytes: numpy.lib.format of NumPy 1.24.2. */
#include "check.h"

#include "io/npy.h"

#include <stdint.h>
#include <stdlib.h>

static lp_error e;

/* A header of format `major`.0 around the dictionary's text. */
static size_t make(char *bytes, int major, const char *text) {
    size_t n = strlen(text), start = major == 1 ? 10 : 12;
    memcpy(bytes, "\x93NUMPY", 6);
    bytes[6] = (char)major;
    bytes[7] = 0;
    for (size_t i = 8; i < start; i++)
        bytes[i] = (char)(n >> 8 * (i - 8) & 0xff);
    memcpy(bytes + start, text, n);
    return start + n;
}

static int parse(const char *text, lp_npy *npy) {
    char bytes[1000];
    size_t size = make(bytes, 1, text);
    e.text[0] = '\0';
    return lp_npy_parse(bytes, size, npy, &e);
}

static void spellings(void) {
    static const char *const texts[] = {
        "{'descr': '<f8', 'fortran_order': False, 'shape': (150, 4), }          \n",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (150, 4)}",
        "{'shape': (150L, 4L), 'fortran_order': False, 'descr': '<f8'}\n",
        "{\"descr\": \"<f8\",\"fortran_order\":False,\"shape\":(150,4,),}\n",
        "  {\n 'descr' : '<f8' ,\t'fortran_order' : False , 'shape' : ( 150 , 4 , ) , }  \n\n",
        "{u'descr': u'<f8', b'fortran_order': False, 'shape': (150, 4)}",
        "{'descr': '=f8', 'fortran_order': False, 'shape': (150, 4)}",
        "{'descr': 'f8', 'fortran_order': False, 'shape': (0150, 4)}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        lp_npy npy;
        CHECK(parse(texts[i], &npy) == 0);
        CHECK(lp_type_is(npy.type, LP_F8) && npy.ndim == 2 && npy.shape[0] == 150 &&
              npy.shape[1] == 4 && npy.count == 600 && npy.data_size == 4800 && !npy.is_fortran &&
              !npy.is_big_endian);
    }
}

static void types(void) {
    static const struct {
        const char *text;
        lp_type type;
        bool is_big_endian;
    } rows[] = {
        {"<f2", {'f', 2}, false},  {">f2", {'f', 2}, true},    {"<f4", {'f', 4}, false},
        {">f8", {'f', 8}, true},   {"|i1", {'i', 1}, false},   {"<i2", {'i', 2}, false},
        {">i4", {'i', 4}, true},   {"<i8", {'i', 8}, false},   {"|u1", {'u', 1}, false},
        {">u1", {'u', 1}, false},  {"<u2", {'u', 2}, false},   {">u4", {'u', 4}, true},
        {"=u8", {'u', 8}, false},  {"|b1", {'b', 1}, false},   {"?", {'b', 1}, false},
        {"<b1", {'b', 1}, false},  {"|S12", {'S', 12}, false}, {"<S3", {'S', 3}, false},
        {"<U5", {'U', 20}, false}, {">U5", {'U', 20}, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[200];
        lp_npy npy;
        snprintf(text, sizeof text, "{'descr': '%s', 'fortran_order': False, 'shape': (3,), }",
                 rows[i].text);
        CHECK(parse(text, &npy) == 0);
        CHECK(lp_type_is(npy.type, rows[i].type) && npy.is_big_endian == rows[i].is_big_endian);
        CHECK(npy.count == 3 && npy.data_size == 3 * rows[i].type.size);
    }
}

static void shapes(void) {
    lp_npy npy;
    CHECK(parse("{'descr': '<f8', 'fortran_order': True, 'shape': ()}", &npy) == 0);
    CHECK(npy.ndim == 0 && npy.count == 1 && npy.data_size == 8 && !npy.is_fortran);
    CHECK(parse("{'descr': '<f8', 'fortran_order': True, 'shape': (7,)}", &npy) == 0);
    CHECK(npy.ndim == 1 && npy.count == 7 && !npy.is_fortran);
    CHECK(parse("{'descr': '<f8', 'fortran_order': True, 'shape': (7,0)}", &npy) == 0);
    CHECK(npy.ndim == 2 && npy.count == 0 && npy.is_fortran);
    CHECK(parse("{'descr': '|u1', 'fortran_order': False, 'shape': (1,2,3,4,5,6,7,8)}", &npy) == 0);
    CHECK(npy.ndim == 8 && npy.count == 40320);
}

static void refusals(void) {
    static const struct {
        const char *text, *message;
    } rows[] = {
        {"{'descr': '|O', 'fortran_order': False, 'shape': (3,)}",
         "it is an object array: a pickle, which is never executed"},
        {"{'descr': [('a', '<f4'), ('b', '<i8')], 'fortran_order': False, 'shape': (3,)}",
         "it is a structured array"},
        {"{'descr': '<c16', 'fortran_order': False, 'shape': (3,)}",
         "its element type '<c16' is not one of"},
        {"{'descr': '<f16', 'fortran_order': False, 'shape': (3,)}", "its element type '<f16'"},
        {"{'descr': '<M8[ns]', 'fortran_order': False, 'shape': (3,)}", "'<M8[ns]' is not one of"},
        {"{'descr': '|V8', 'fortran_order': False, 'shape': (3,)}", "its element type '|V8'"},
        {"{'descr': '<i3', 'fortran_order': False, 'shape': (3,)}", "its element type '<i3'"},
        {"{'descr': '', 'fortran_order': False, 'shape': (3,)}", "its element type ''"},
        {"{'descr': '<f', 'fortran_order': False, 'shape': (3,)}", "its element type '<f'"},
        {"{'descr': '<f8x', 'fortran_order': False, 'shape': (3,)}", "its element type '<f8x'"},
        {"{'descr': '|f8', 'fortran_order': False, 'shape': (3,)}", "which byte order"},
        {"{'descr': '|S4294967296', 'fortran_order': False, 'shape': (3,)}", "its element type"},
        {"{'descr': '<U1073741824', 'fortran_order': False, 'shape': (3,)}", "its element type"},
        {"{'descr': 7, 'fortran_order': False, 'shape': (3,)}", "element type cannot be read"},
        {"{'descr': '<f8', 'fortran_order': Maybe, 'shape': (3,)}", "neither True nor False"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': [3]}", "shape is not a tuple"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': 3}", "shape is not a tuple"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (3)}", "a number in brackets"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (-3,)}", "whole numbers"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (3 4)}", "whole numbers"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (3.0,)}", "whole numbers"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (1,2,3,4,5,6,7,8,9)}",
         "more than 8 dimensions"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999,)}",
         "a number that overflows"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296)}", "("},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (18446744073709551615,)}", "("},
        {"{'descr': '<f8', 'fortran_order': False}", "its header has no 'shape'"},
        {"{'descr': '<f8', 'shape': (3,)}", "its header has no 'fortran_order'"},
        {"{'fortran_order': False, 'shape': (3,)}", "its header has no 'descr'"},
        {"{}", "its header has no 'descr'"},
        {"{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': (3,)}",
         "the key 'descr' twice"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (3,), 'more': 1}",
         "the key 'more', which is unknown"},
        {"{'descr': '<f8' 'fortran_order': False, 'shape': (3,)}", "not a dictionary of"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (3,)", "not a dictionary of"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (3,)} x", "goes on after"},
        {"['descr']", "its header is not a dictionary"},
        {"", "its header is"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        lp_npy npy;
        CHECK(parse(rows[i].text, &npy) == -1);
        CHECK(e.status == LP_FAILED);
        CHECK_HOLDS(e.text, rows[i].message);
    }
}

static void versions(void) {
    static const char text[] = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n";
    char bytes[200];
    for (int major = 1; major <= 3; major++) {
        lp_npy npy;
        size_t size = make(bytes, major, text), told = 0;
        CHECK(lp_npy_is(bytes, size));
        CHECK(lp_npy_header_size(bytes, &told, &e) == 0 && told == size);
        CHECK(lp_npy_parse(bytes, size, &npy, &e) == 0 && npy.header_size == size);
        CHECK(lp_type_is(npy.type, LP_F4) && npy.count == 6);
        CHECK(lp_npy_parse(bytes, size - 1, &npy, &e) == -1);
    }
    size_t size;
    make(bytes, 4, text);
    CHECK(lp_npy_header_size(bytes, &size, &e) == -1);
    CHECK_HOLDS(e.text, "NPY format 4.0 is unknown");
    make(bytes, 1, text);
    bytes[7] = 1;
    CHECK(lp_npy_header_size(bytes, &size, &e) == -1);
    CHECK_HOLDS(e.text, "NPY format 1.1 is unknown");
    make(bytes, 2, text);
    bytes[10] = 1; /* 64 KiB and more */
    CHECK(lp_npy_header_size(bytes, &size, &e) == -1);
    CHECK_HOLDS(e.text, "(at most 65536 are read)");
    make(bytes, 1, text);
    bytes[0] = 'x';
    CHECK(lp_npy_header_size(bytes, &size, &e) == -1 && !lp_npy_is(bytes, 100));
    CHECK_HOLDS(e.text, "the magic bytes are missing");
}

/* What NumPy 1.24.2 writes, its padding counted instead of spelled out. */
static void written_headers(void) {
    static const struct {
        lp_type type;
        int ndim;
        size_t shape[LP_MAX_DIMS];
        const char *text;
        size_t size;
    } rows[] = {
        {{'f', 8},
         2,
         {150, 4},
         "{'descr': '<f8', 'fortran_order': False, 'shape': (150, 4), }",
         128},
        {{'f', 4}, 0, {0}, "{'descr': '<f4', 'fortran_order': False, 'shape': (), }", 128},
        {{'S', 5}, 1, {3}, "{'descr': '|S5', 'fortran_order': False, 'shape': (3,), }", 128},
        {{'U', 28}, 1, {0}, "{'descr': '<U7', 'fortran_order': False, 'shape': (0,), }", 128},
        {{'b', 1}, 1, {2}, "{'descr': '|b1', 'fortran_order': False, 'shape': (2,), }", 128},
        {{'u', 1}, 1, {2}, "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }", 128},
        /* 127 bytes with the 21 digits that the first number is given; 128, which is never left
         * without a blank more; 129. */
        {LP_I8,
         8,
         {1, 10, 1000, 1000, 1000, 1000, 1000, 1000},
         "{'descr': '<i8', 'fortran_order': False, 'shape': (1, 10, 1000, 1000, 1000, 1000, 1000, "
         "1000), }",
         128},
        {LP_I8,
         8,
         {1, 100, 1000, 1000, 1000, 1000, 1000, 1000},
         "{'descr': '<i8', 'fortran_order': False, 'shape': (1, 100, 1000, 1000, 1000, 1000, 1000, "
         "1000), }",
         192},
        {LP_I8,
         8,
         {1, 1000, 1000, 1000, 1000, 1000, 1000, 1000},
         "{'descr': '<i8', 'fortran_order': False, 'shape': (1, 1000, 1000, 1000, 1000, 1000, "
         "1000, 1000), }",
         192},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        lp_buffer b = {0};
        lp_npy_append_header(&b, rows[i].type, rows[i].ndim, rows[i].shape);
        CHECK(b.size == rows[i].size);
        const size_t n = strlen(rows[i].text);
        CHECK(memcmp(b.data, "\x93NUMPY\x01\x00", 8) == 0);
        CHECK((unsigned char)b.data[8] + 256 * b.data[9] == (int)rows[i].size - 10);
        CHECK(memcmp(b.data + 10, rows[i].text, n) == 0);
        for (size_t j = 10 + n; j + 1 < b.size; j++)
            CHECK(b.data[j] == ' ');
        CHECK(b.data[b.size - 1] == '\n');
        size_t told;
        CHECK(lp_npy_header_size(b.data, &told, &e) == 0 && told == b.size);
        lp_buffer_free(&b);
    }
}

/* Every half-precision number is its value: sign * fraction * 2^exponent, by ldexp. */
static void halves(void) {
    uint16_t *half = malloc(65536 * sizeof *half);
    for (unsigned i = 0; i < 65536; i++)
        half[i] = (uint16_t)i;
    lp_npy npy = {
        .type = {'f', 2}, .ndim = 1, .shape = {65536}, .count = 65536, .data_size = 131072};
    lp_tensor t;
    CHECK(lp_npy_decode(&npy, half, &t, &e) == 0);
    CHECK(lp_type_is(t.type, LP_F4) && t.count == 65536 && t.owned != NULL);
    unsigned wrong = 0;
    for (unsigned i = 0; i < 65536; i++) {
        const int exponent = i >> 10 & 31, fraction = i & 0x3ff;
        const double sign = i & 0x8000 ? -1 : 1;
        float value = ((float *)t.data)[i];
        if (exponent == 31 && fraction != 0)
            wrong += !isnan(value);
        else if (exponent == 31)
            wrong += !(value == (float)(sign * INFINITY));
        else {
            double expected = sign * (exponent == 0 ? ldexp(fraction, -24)
                                                    : ldexp(1024 + fraction, exponent - 25));
            wrong += !((double)value == expected && !!signbit(value) == (sign < 0));
        }
    }
    CHECK(wrong == 0);
    lp_tensor_free(&t);
    free(half);
}

/* Element (i, j, k, l) of a Fortran-ordered array holds its own index, in every element size. */
static void fortran_order(void) {
    static const size_t shapes[][LP_MAX_DIMS] = {
        {1, 1},    {3, 5},      {33, 70},     {64, 1},       {1, 64},
        {2, 3, 4}, {40, 3, 50}, {3, 2, 1, 5}, {2, 2, 2, 35},
    };
    static const int ndims[] = {2, 2, 2, 2, 2, 3, 3, 4, 4};
    static const uint32_t sizes[] = {1, 2, 4, 8, 3};
    unsigned wrong = 0;
    for (size_t s = 0; s < sizeof ndims / sizeof ndims[0]; s++)
        for (size_t w = 0; w < 5; w++) {
            lp_npy npy = {.type = {sizes[w] == 3 ? 'S' : 'u', sizes[w]},
                          .ndim = ndims[s],
                          .is_fortran = true};
            memcpy(npy.shape, shapes[s], sizeof npy.shape);
            CHECK(lp_shape_size(npy.type, npy.ndim, npy.shape, &npy.count, &npy.data_size, &e) ==
                  0);
            unsigned char *data = calloc(npy.data_size, 1);
            for (size_t c = 0; c < npy.count; c++) { /* c counts in C order */
                size_t rest = c, index[4] = {0}, at = 0, stride = 1;
                for (int d = npy.ndim - 1; d >= 0; d--) {
                    index[d] = rest % npy.shape[d];
                    rest /= npy.shape[d];
                }
                for (int d = 0; d < npy.ndim; d++) {
                    at += index[d] * stride;
                    stride *= npy.shape[d];
                }
                memcpy(data + at * sizes[w], &c, sizes[w] < sizeof c ? sizes[w] : sizeof c);
            }
            lp_tensor t;
            CHECK(lp_npy_decode(&npy, data, &t, &e) == 0);
            for (size_t c = 0; c < npy.count; c++)
                wrong += memcmp((char *)t.data + c * sizes[w], &c, sizes[w]) != 0;
            lp_tensor_free(&t);
            free(data);
        }
    CHECK(wrong == 0);
}

static void byte_order(void) {
    static const unsigned char bytes[] __attribute__((aligned(8))) = {
        0x40, 0x09, 0x21, 0xfb, 0x54, 0x44, 0x2d, 0x18, 0xbf, 0xf0, 0, 0, 0, 0, 0, 0};
    lp_npy npy = {
        .type = LP_F8, .is_big_endian = true, .ndim = 1, .shape = {2}, .count = 2, .data_size = 16};
    lp_tensor t;
    CHECK(lp_npy_decode(&npy, bytes, &t, &e) == 0);
    CHECK(((double *)t.data)[0] == 0x1.921fb54442d18p+1 && ((double *)t.data)[1] == -1.0);
    lp_tensor_free(&t);
    npy = (lp_npy){.type = {'i', 2},
                   .is_big_endian = true,
                   .ndim = 1,
                   .shape = {1},
                   .count = 1,
                   .data_size = 2};
    CHECK(lp_npy_decode(&npy, bytes, &t, &e) == 0 && *(int16_t *)t.data == 0x4009);
    lp_tensor_free(&t);
    npy = (lp_npy){.type = {'U', 8}, .is_big_endian = true, .count = 1, .data_size = 8};
    CHECK(lp_npy_decode(&npy, "\0\0\0A\0\0\0\xe9", &t, &e) == 0);
    char *text = lp_tensor_string(&t, 0, &e);
    CHECK_TEXT(text, "A\xc3\xa9");
    free(text);
    lp_tensor_free(&t);
}

static void borrowed_where_it_can_be(void) {
    static const double data[3] = {1, 2, 3};
    lp_npy npy = {.type = LP_F8, .ndim = 1, .shape = {2}, .count = 2, .data_size = 16};
    lp_tensor t;
    CHECK(lp_npy_decode(&npy, data, &t, &e) == 0 && t.data == data && t.owned == NULL);
    char unaligned[17];
    memcpy(unaligned + 1, data, 16);
    CHECK(lp_npy_decode(&npy, unaligned + 1, &t, &e) == 0);
    CHECK(t.owned != NULL && ((double *)t.data)[0] == 1 && ((double *)t.data)[1] == 2);
    lp_tensor_free(&t);
}

int main(void) {
    static const check_test tests[] = {
        {"every spelling of the header's dictionary is read", spellings},
        {"every element type and byte order is read", types},
        {"shapes of no and of eight dimensions are read", shapes},
        {"what cannot be read is refused with its reason", refusals},
        {"formats 1.0, 2.0 and 3.0 are read, no others", versions},
        {"headers are written as NumPy writes them", written_headers},
        {"all 65536 half-precision numbers are widened exactly", halves},
        {"Fortran order becomes C order", fortran_order},
        {"big-endian elements are swapped", byte_order},
        {"elements that need no change are borrowed", borrowed_where_it_can_be},
        {0},
    };
    return check_main("npy", tests);
}
