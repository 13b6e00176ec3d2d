#include "io/npy.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const unsigned char magic[6] = {0x93, 'N', 'U', 'M', 'P', 'Y'};

/* Elements are written as they are in memory, and the format is little-endian. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "a little-endian machine");

bool lp_npy_is(const void *bytes, size_t size) {
    return size >= sizeof magic && memcmp(bytes, magic, sizeof magic) == 0;
}

int lp_npy_header_size(const void *bytes, size_t *size, lp_error *e) {
    const unsigned char *b = bytes;
    if (!lp_npy_is(b, LP_NPY_START))
        return lp_fail(e, "it is not an .npy array: the magic bytes are missing");
    if (b[6] < 1 || b[6] > 3 || b[7] != 0)
        return lp_fail(e, "NPY format %d.%d is unknown (1.0, 2.0 and 3.0 are read)", b[6], b[7]);
    size_t length = (size_t)b[8] + ((size_t)b[9] << 8);
    length += b[6] == 1 ? 10 : 12 + ((size_t)b[10] << 16) + ((size_t)b[11] << 24);
    if (length > LP_NPY_MAX_HEADER)
        return lp_fail(e, "its header says that it is %zu bytes long (at most %d are read)", length,
                       LP_NPY_MAX_HEADER);
    /* A shorter one cannot hold the three keys; lp_npy_parse refuses it. */
    *size = length < LP_NPY_START ? LP_NPY_START : length;
    return 0;
}

/* ---- the header's dictionary ---- */

typedef struct {
    const char *at, *end;
} cursor;

static void skip_blanks(cursor *c) {
    while (c->at < c->end && *c->at != '\0' && strchr(" \t\n\r\f", *c->at) != NULL)
        c->at++;
}

/* Takes the character, blanks before it skipped. */
static bool take(cursor *c, char wanted) {
    skip_blanks(c);
    if (c->at == c->end || *c->at != wanted)
        return false;
    c->at++;
    return true;
}

static bool take_word(cursor *c, const char *word) {
    skip_blanks(c);
    size_t n = strlen(word);
    if ((size_t)(c->end - c->at) < n || memcmp(c->at, word, n) != 0)
        return false;
    c->at += n;
    return true;
}

/* A Python string without escapes, u'' and b'' among them. */
static bool take_string(cursor *c, char text[64]) {
    skip_blanks(c);
    if (c->at < c->end && (*c->at == 'u' || *c->at == 'b'))
        c->at++;
    if (c->at == c->end || (*c->at != '\'' && *c->at != '"'))
        return false;
    char quote = *c->at++;
    size_t n = 0;
    for (; c->at < c->end && *c->at != quote; c->at++) {
        if (n == 63 || *c->at == '\\' || (unsigned char)*c->at < 0x20)
            return false;
        text[n++] = *c->at;
    }
    text[n] = '\0';
    if (c->at == c->end)
        return false;
    c->at++;
    return true;
}

/* A whole number; Python 2 wrote an L after long ones. */
static bool take_number(cursor *c, size_t *value, bool *overflow) {
    skip_blanks(c);
    const char *start = c->at;
    *value = 0;
    for (; c->at < c->end && *c->at >= '0' && *c->at <= '9'; c->at++)
        if (__builtin_mul_overflow(*value, (size_t)10, value) ||
            __builtin_add_overflow(*value, (size_t)(*c->at - '0'), value))
            *overflow = true;
    if (c->at == start)
        return false;
    if (c->at < c->end && *c->at == 'L')
        c->at++;
    return true;
}

/* NumPy has it, labpipe has not. */
#define REFUSE_FOREIGN(npy, ...) ((npy)->is_foreign = true, lp_fail(__VA_ARGS__))

static int parse_type(const char *text, lp_npy *npy, lp_error *e) {
    const char *p = text;
    char order = '|';
    if (*p != '\0' && strchr("<>|=", *p) != NULL)
        order = *p++;
    char kind = *p;
    if (kind == 'O')
        return REFUSE_FOREIGN(npy, e,
                              "it is an object array: a pickle, which is never executed "
                              "(save it as numbers or strings)");
    if (strcmp(p, "?") == 0)
        p = "b1", kind = 'b';
    const char *digits = kind != '\0' ? p + 1 : p;
    size_t n = strspn(digits, "0123456789");
    bool is_number = n > 0 && n <= 10 && digits[n] == '\0';
    uint64_t size = (is_number ? strtoull(digits, NULL, 10) : 0) * (kind == 'U' ? 4 : 1);
    npy->type = (lp_type){kind, (uint32_t)size};
    if (!is_number || size > UINT32_MAX || !lp_type_is_valid(npy->type))
        return REFUSE_FOREIGN(npy, e,
                              "its element type '%s' is not one of f2 f4 f8 i1 i2 i4 i8 u1 u2 u4 "
                              "u8 b1, S and U strings (convert it before saving)",
                              text);
    bool is_wide = npy->type.size > 1 && kind != 'S';
    if (is_wide && order == '|' && *text == '|')
        return lp_fail(e, "its element type '%s' does not say which byte order it has", text);
    npy->is_big_endian = is_wide && order == '>';
    return 0;
}

static int parse_shape(cursor *c, lp_npy *npy, lp_error *e) {
    if (!take(c, '('))
        return lp_fail(e, "its header's shape is not a tuple");
    bool overflow = false, comma = true;
    npy->ndim = 0;
    while (!take(c, ')')) {
        size_t length;
        if (!comma || !take_number(c, &length, &overflow))
            return lp_fail(e, "its header's shape is not a tuple of whole numbers");
        if (npy->ndim == LP_MAX_DIMS)
            return REFUSE_FOREIGN(npy, e, "it has more than %d dimensions", LP_MAX_DIMS);
        npy->shape[npy->ndim++] = length;
        comma = take(c, ',');
    }
    if (npy->ndim == 1 && !comma)
        return lp_fail(e, "its header's shape is a number in brackets, not a tuple");
    if (overflow)
        return lp_fail(e, "its shape holds a number that overflows");
    return 0;
}

static const char *const keys[] = {"descr", "fortran_order", "shape"};

/* One key and its value, into npy, and the key's place among keys into has. A comma has to come
 * before it, unless it is the first. */
static int parse_item(cursor *c, lp_npy *npy, bool has[3], bool comma, lp_error *e) {
    char key[64], text[64];
    int which = 0;
    if (!comma || !take_string(c, key) || !take(c, ':'))
        return lp_fail(e, "its header is not a dictionary of 'descr', 'fortran_order' and 'shape'");
    while (which < 3 && strcmp(key, keys[which]) != 0)
        which++;
    if (which == 3 || has[which])
        return lp_fail(e, "its header has the key '%s'%s", key,
                       which == 3 ? ", which is unknown" : " twice");
    has[which] = true;
    switch (which) {
    case 0:
        if (take(c, '['))
            return REFUSE_FOREIGN(npy, e, "it is a structured array (save its fields one by one)");
        if (!take_string(c, text))
            return lp_fail(e, "its header's element type cannot be read");
        return parse_type(text, npy, e);
    case 1:
        npy->is_fortran = take_word(c, "True");
        if (!npy->is_fortran && !take_word(c, "False"))
            return lp_fail(e, "its header's fortran_order is neither True nor False");
        return 0;
    default:
        return parse_shape(c, npy, e);
    }
}

int lp_npy_parse(const void *header, size_t size, lp_npy *npy, lp_error *e) {
    *npy = (lp_npy){0};
    size_t header_size;
    if (size < LP_NPY_START)
        return lp_fail(e, "its header is cut short");
    if (lp_npy_header_size(header, &header_size, e))
        return -1;
    if (size != header_size)
        return lp_fail(e, "its header is %zu bytes long, there are %zu", header_size, size);
    const char *bytes = header;
    cursor c = {bytes + (bytes[6] == 1 ? 10 : 12), bytes + size};
    bool has[3] = {false}, comma = true;
    if (!take(&c, '{'))
        return lp_fail(e, "its header is not a dictionary");
    while (!take(&c, '}')) {
        if (parse_item(&c, npy, has, comma, e))
            return -1;
        comma = take(&c, ',');
    }
    skip_blanks(&c);
    if (c.at != c.end)
        return lp_fail(e, "its header goes on after the dictionary");
    for (int i = 0; i < 3; i++)
        if (!has[i])
            return lp_fail(e, "its header has no '%s'", keys[i]);
    npy->is_fortran = npy->is_fortran && npy->ndim >= 2;
    npy->header_size = size;
    return lp_shape_size(npy->type, npy->ndim, npy->shape, &npy->count, &npy->data_size, e);
}

/* ---- the elements ---- */

/* One plane of a transposition: out[r * out_step + c] = in[c * in_step + r], r < rows, c < cols,
 * counted in elements of `size` bytes, tile by tile so that both sides stay in the cache. */
static void transpose_plane(const char *in, char *out, size_t rows, size_t cols, size_t in_step,
                            size_t out_step, size_t size) {
    enum { TILE = 32 };
    for (size_t r0 = 0; r0 < rows; r0 += TILE)
        for (size_t c0 = 0; c0 < cols; c0 += TILE)
            for (size_t r = r0; r < rows && r < r0 + TILE; r++) {
                const char *from = in + (c0 * in_step + r) * size;
                char *to = out + (r * out_step + c0) * size;
                size_t n = cols - c0 < TILE ? cols - c0 : TILE;
                /* A constant size makes each copy one move. */
                if (size == 8)
                    for (size_t c = 0; c < n; c++)
                        memcpy(to + c * 8, from + c * in_step * 8, 8);
                else if (size == 4)
                    for (size_t c = 0; c < n; c++)
                        memcpy(to + c * 4, from + c * in_step * 4, 4);
                else
                    for (size_t c = 0; c < n; c++)
                        memcpy(to + c * size, from + c * in_step * size, size);
            }
}

/* out (C order) = in (Fortran order), both of npy's shape, two dimensions or more. */
static void fortran_to_c(const lp_npy *npy, const char *in, char *out) {
    const size_t size = npy->type.size, rows = npy->shape[0];
    const int last = npy->ndim - 1;
    const size_t cols = npy->shape[last], in_step = npy->count / cols;
    const size_t out_step = npy->count / rows;
    /* The first and the last axis make a plane; the others count the planes, in C order. */
    for (size_t plane = 0; plane < npy->count / rows / cols; plane++) {
        size_t in_at = 0, in_stride = in_step, rest = plane;
        for (int d = last - 1; d > 0; d--) {
            in_stride /= npy->shape[d];
            in_at += rest % npy->shape[d] * in_stride;
            rest /= npy->shape[d];
        }
        transpose_plane(in + in_at * size, out + plane * cols * size, rows, cols, in_step, out_step,
                        size);
    }
}

/* What the byte order of an element's type concerns: numbers whole, texts by the character. */
static size_t unit_of(const lp_npy *npy) {
    return npy->type.kind == 'U' ? 4 : npy->type.kind == 'S' ? 1 : npy->type.size;
}

static bool is_swapped(const lp_npy *npy) {
    return unit_of(npy) > 1 && npy->is_big_endian;
}

static bool is_half(const lp_npy *npy) {
    return npy->type.kind == 'f' && npy->type.size == 2;
}

lp_tensor lp_npy_describe(const lp_npy *npy) {
    return lp_tensor_over(NULL, is_half(npy) ? LP_F4 : npy->type, npy->ndim, npy->shape);
}

bool lp_npy_is_native(const lp_npy *npy, const void *data) {
    return !npy->is_fortran && !is_swapped(npy) && !is_half(npy) &&
           (uintptr_t)data % unit_of(npy) == 0;
}

/* out = n elements as they are stored at `in`, which may be the same place but for f2. */
static void decode_run(const lp_npy *npy, const char *in, size_t n, void *out) {
    const size_t unit = unit_of(npy), size = n * npy->type.size;
    if (is_half(npy)) {
        for (size_t i = 0; i < n; i++) {
            uint16_t half;
            memcpy(&half, in + i * sizeof half, sizeof half);
            ((float *)out)[i] = lp_half_value(is_swapped(npy) ? __builtin_bswap16(half) : half);
        }
        return;
    }
    if (in != out && size > 0)
        memcpy(out, in, size);
    if (is_swapped(npy))
        lp_swap_bytes(out, size / unit, unit);
}

int lp_npy_decode(const lp_npy *npy, const void *data, lp_tensor *t, lp_error *e) {
    *t = lp_npy_describe(npy);
    t->data = (void *)(uintptr_t)data;
    if (lp_npy_is_native(npy, data))
        return 0;
    LP_CLEANUP(lp_tensor_free) lp_tensor turned = {0};
    if (npy->is_fortran) {
        if (lp_tensor_try_zeros(&turned, npy->type, npy->ndim, npy->shape, e))
            return -1;
        if (npy->data_size > 0)
            fortran_to_c(npy, data, turned.data);
        data = turned.data;
    }
    if (npy->is_fortran && !is_half(npy)) {
        *t = turned;
        turned = (lp_tensor){0};
    } else if (lp_tensor_try_zeros(t, t->type, npy->ndim, npy->shape, e)) {
        return -1;
    }
    decode_run(npy, data, npy->count, t->data);
    return 0;
}

void lp_npy_copy_rows(const lp_npy *npy, const void *data, const size_t *index, size_t first,
                      size_t n, void *rows) {
    const lp_tensor t = lp_npy_describe(npy);
    const size_t count = lp_tensor_row_size(&t), step = count * t.type.size;
    const char *in = data;
    if (index == NULL)
        decode_run(npy, in + first * count * npy->type.size, n * count, rows);
    for (size_t i = 0; i < n && index != NULL; i++)
        decode_run(npy, in + index[first + i] * count * npy->type.size, count,
                   (char *)rows + i * step);
}

int lp_npy_decode_rows(const lp_npy *npy, const void *data, const size_t *index, size_t n,
                       lp_tensor *t, lp_error *e) {
    LP_CLEANUP(lp_tensor_free) lp_tensor whole = {0};
    if (npy->is_fortran) {
        if (lp_npy_decode(npy, data, &whole, e))
            return -1;
        *t = lp_tensor_take_rows(&whole, index, n);
        return 0;
    }
    *t = lp_npy_describe(npy);
    t->shape[0] = n;
    *t = lp_tensor_zeros(t->type, t->ndim, t->shape);
    lp_npy_copy_rows(npy, data, index, 0, n, t->data);
    return 0;
}

/* ---- writing ---- */

const char *lp_npy_dtype(lp_type type, char text[24]) {
    unsigned size = type.kind == 'U' ? type.size / 4 : type.size;
    const char *order = type.kind == 'S' || type.size == 1 ? "|" : "<";
    snprintf(text, 24, "%s%c%u", order, type.kind, size);
    return text;
}

void lp_npy_append_header(lp_buffer *b, lp_type type, int ndim, const size_t *shape) {
    char text[400], shape_text[200], digits[24], dtype[24];
    int used = snprintf(text, sizeof text,
                        "{'descr': '%s', 'fortran_order': False, "
                        "'shape': %s, }",
                        lp_npy_dtype(type, dtype), lp_shape_text(ndim, shape, shape_text));
    /* NumPy leaves room for the first dimension to grow to 21 digits (GROWTH_AXIS_MAX_DIGITS in
     * numpy.lib.format), then fills up to a multiple of 64, never by nothing, a newline last. */
    if (ndim > 0)
        used += 21 - snprintf(digits, sizeof digits, "%zu", shape[0]);
    const size_t total = (10 + (size_t)used + 1) / 64 * 64 + 64, rest = total - 10;
    const unsigned char version_and_size[] = {1, 0, (unsigned char)rest,
                                              (unsigned char)(rest >> 8)};
    lp_buffer_append(b, magic, sizeof magic);
    lp_buffer_append(b, version_and_size, sizeof version_and_size);
    lp_buffer_printf(b, "%-*s\n", (int)rest - 1, text);
}
