#include "base/tensor.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The numbers that are computed with: kind, size in bytes, C's type (a bool is a byte). */
#define NUMBERS(ROW)                                                                               \
    ROW('f', 4, float)                                                                             \
    ROW('f', 8, double)                                                                            \
    ROW('i', 1, int8_t)                                                                            \
    ROW('i', 2, int16_t)                                                                           \
    ROW('i', 4, int32_t)                                                                           \
    ROW('i', 8, int64_t)                                                                           \
    ROW('u', 1, uint8_t)                                                                           \
    ROW('u', 2, uint16_t)                                                                          \
    ROW('u', 4, uint32_t)                                                                          \
    ROW('u', 8, uint64_t)                                                                          \
    ROW('b', 1, uint8_t)

/* A type as one integer, for a switch. */
#define CODE(kind, size) ((uint64_t)(kind) << 32 | (size))

bool lp_type_is(lp_type a, lp_type b) {
    return a.kind == b.kind && a.size == b.size;
}

bool lp_type_is_integer(lp_type type) {
    return type.kind == 'i' || type.kind == 'u' || type.kind == 'b';
}

bool lp_type_is_number(lp_type type) {
    return type.kind == 'f' || lp_type_is_integer(type);
}

bool lp_type_is_string(lp_type type) {
    return type.kind == 'S' || type.kind == 'U';
}

bool lp_type_is_valid(lp_type type) {
    switch (CODE(type.kind, type.size)) {
#define VALID(kind, size, ctype) case CODE(kind, size):
        NUMBERS(VALID)
    case CODE('f', 2): /* widened when it is read */
        return true;
    }
    return type.kind == 'S' || (type.kind == 'U' && type.size % 4 == 0);
}

const char *lp_type_name(lp_type type, char text[16]) {
    snprintf(text, 16, "%c%u", type.kind, type.kind == 'U' ? type.size / 4 : type.size);
    return text;
}

const char *lp_shape_text(int ndim, const size_t *shape, char text[200]) {
    size_t used = (size_t)snprintf(text, 200, "(");
    for (int i = 0; i < ndim; i++)
        used += (size_t)snprintf(text + used, 200 - used, "%s%zu", i > 0 ? ", " : "", shape[i]);
    snprintf(text + used, 200 - used, ndim == 1 ? ",)" : ")");
    return text;
}

int lp_shape_size(lp_type type, int ndim, const size_t *shape, size_t *count, size_t *bytes,
                  lp_error *e) {
    if (ndim < 0 || ndim > LP_MAX_DIMS)
        return lp_fail(e, "a tensor of %d dimensions (at most %d)", ndim, LP_MAX_DIMS);
    /* NumPy multiplies the dimensions that are not 0 to judge whether a shape fits. */
    size_t product = 1, fits = 1, size;
    for (int i = 0; i < ndim; i++) {
        product = shape[i] == 0 ? 0 : product;
        if (!lp_multiply(fits, shape[i] == 0 ? 1 : shape[i], &fits))
            product = SIZE_MAX;
    }
    char text[200];
    if (product == SIZE_MAX || !lp_multiply(fits, type.size, &size) || size > PTRDIFF_MAX)
        return lp_fail(e, "shape %s is more than can be addressed",
                       lp_shape_text(ndim, shape, text));
    *count = product == 0 ? 0 : fits;
    *bytes = *count * type.size;
    return 0;
}

lp_tensor lp_tensor_over(void *data, lp_type type, int ndim, const size_t *shape) {
    lp_tensor t = {.type = type, .ndim = ndim, .count = 1, .data = data};
    for (int i = 0; i < ndim; i++) {
        t.shape[i] = shape[i];
        if (!lp_multiply(t.count, shape[i], &t.count))
            t.count = SIZE_MAX; /* stays so large that an allocation fails, unless a 0 follows */
    }
    return t;
}

int lp_tensor_try_zeros(lp_tensor *t, lp_type type, int ndim, const size_t *shape, lp_error *e) {
    *t = (lp_tensor){0};
    size_t count, bytes;
    if (lp_shape_size(type, ndim, shape, &count, &bytes, e))
        return -1;
    void *data = lp_block_alloc(bytes, 1, true, e);
    if (data == NULL)
        return -1;
    *t = lp_tensor_over(data, type, ndim, shape);
    t->owned = data;
    return 0;
}

lp_tensor lp_tensor_zeros(lp_type type, int ndim, const size_t *shape) {
    lp_tensor t = lp_tensor_over(NULL, type, ndim, shape);
    t.data = t.owned = lp_block_alloc(t.count, type.size, true, NULL);
    return t;
}

lp_tensor lp_tensor_vector(lp_type type, size_t n) {
    return lp_tensor_zeros(type, 1, &n);
}

lp_tensor lp_tensor_matrix(lp_type type, size_t rows, size_t cols) {
    return lp_tensor_zeros(type, 2, (size_t[]){rows, cols});
}

lp_tensor lp_tensor_scalar(double value) {
    lp_tensor t = lp_tensor_zeros(LP_F8, 0, NULL);
    *(double *)t.data = value;
    return t;
}

lp_tensor lp_tensor_take_buffer(lp_buffer *b, lp_type type, int ndim, const size_t *shape) {
    lp_tensor t = lp_tensor_over(b->data, type, ndim, shape);
    t.owned = b->data;
    *b = (lp_buffer){0};
    return t;
}

lp_tensor lp_tensor_view(const lp_tensor *t) {
    lp_tensor view = *t;
    view.owned = NULL;
    return view;
}

lp_tensor lp_tensor_copy(const lp_tensor *from) {
    lp_tensor t = lp_tensor_zeros(from->type, from->ndim, from->shape);
    if (t.count > 0 && t.type.size > 0)
        memcpy(t.data, from->data, t.count * t.type.size);
    return t;
}

double lp_tensor_at(const lp_tensor *t, size_t i) {
    switch (CODE(t->type.kind, t->type.size)) {
#define AT(kind, size, ctype)                                                                      \
    case CODE(kind, size):                                                                         \
        return (double)((const ctype *)t->data)[i];
        NUMBERS(AT)
    }
    return 0;
}

/* Integers are copied by their low bytes, which come first. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "a little-endian machine");

/* to[i] = from[i]; false where to's type is an integer that cannot hold it. */
static bool convert_one(const lp_tensor *to, const lp_tensor *from, size_t i) {
    char *at = (char *)to->data + i * to->type.size;
    const double real = lp_tensor_at(from, i);
    const float narrow = (float)real;
    if (to->type.kind == 'f') {
        memcpy(at, to->type.size == 8 ? (void *)&real : (void *)&narrow, to->type.size);
        return true;
    }
    __int128 whole = 0; /* holds every i8 and u8 */
    if (from->type.kind == 'f') {
        if (real != trunc(real) || fabs(real) > 0x1p64)
            return false;
        whole = (__int128)real;
    } else {
        memcpy(&whole, (const char *)from->data + i * from->type.size, from->type.size);
        const int unused = 128 - 8 * (int)from->type.size;
        if (from->type.kind == 'i')
            whole = (__int128)((unsigned __int128)whole << unused) >> unused;
    }
    const unsigned bits = to->type.kind == 'b' ? 1 : 8 * to->type.size - (to->type.kind == 'i');
    const __int128 end = (__int128)1 << bits;
    if (whole >= end || whole < (to->type.kind == 'i' ? -end : 0))
        return false;
    memcpy(at, &whole, to->type.size);
    return true;
}

/* f4 to f8, f8 to f4 and u1 to f4, which come in large arrays, without the detour. */
static bool convert_floats(const lp_tensor *to, const lp_tensor *from) {
#define CONVERT(to_type, to_ctype, from_type, from_ctype)                                          \
    if (lp_type_is(to->type, to_type) && lp_type_is(from->type, from_type)) {                      \
        for (size_t i = 0; i < to->count; i++)                                                     \
            ((to_ctype *)to->data)[i] = (to_ctype)((const from_ctype *)from->data)[i];             \
        return true;                                                                               \
    }
    CONVERT(LP_F8, double, LP_F4, float)
    CONVERT(LP_F4, float, LP_F8, double)
    CONVERT(LP_F4, float, LP_U1, uint8_t)
    return false;
}

int lp_tensor_convert(lp_tensor *t, const lp_tensor *from, lp_type type, lp_error *e) {
    *t = (lp_tensor){0};
    char name[16], wanted[16];
    if (lp_type_is(from->type, type)) {
        *t = lp_tensor_view(from);
        return 0;
    }
    if (!lp_type_is_number(from->type) || !lp_type_is_number(type))
        return lp_fail(e, "its type is %s, %s is needed", lp_type_name(from->type, name),
                       lp_type_name(type, wanted));
    *t = lp_tensor_zeros(type, from->ndim, from->shape);
    if (convert_floats(t, from))
        return 0;
    for (size_t i = 0; i < t->count; i++) {
        if (convert_one(t, from, i))
            continue;
        lp_fail(e, "element %zu is %.17g, which %s cannot hold", i, lp_tensor_at(from, i),
                lp_type_name(type, wanted));
        lp_tensor_free(t);
        return -1;
    }
    return 0;
}

size_t lp_tensor_rows(const lp_tensor *t) {
    return t->ndim == 0 ? 1 : t->shape[0];
}

size_t lp_tensor_row_size(const lp_tensor *t) {
    size_t size = 1;
    for (int i = 1; i < t->ndim; i++)
        size *= t->shape[i];
    return size;
}

void lp_swap_bytes(void *data, size_t n, size_t width) {
    uint16_t *two = data;
    uint32_t *four = data;
    uint64_t *eight = data;
    for (size_t i = 0; i < n; i++)
        if (width == 2)
            two[i] = __builtin_bswap16(two[i]);
        else if (width == 4)
            four[i] = __builtin_bswap32(four[i]);
        else
            eight[i] = __builtin_bswap64(eight[i]);
}

float lp_half_value(uint16_t half) {
    uint32_t sign = (uint32_t)(half & 0x8000) << 16, exponent = (half >> 10) & 31,
             fraction = half & 0x3ff;
    if (exponent == 0) /* fraction * 2^-24: a float holds it as a normal number */
        return (float)fraction * (sign ? -0x1p-24f : 0x1p-24f);
    uint32_t bits = sign | (exponent == 31 ? 255 : exponent + 112) << 23 | fraction << 13;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

void lp_tensor_copy_rows(const lp_tensor *from, const size_t *index, size_t n, void *rows) {
    const size_t bytes = lp_tensor_row_size(from) * from->type.size;
    for (size_t i = 0; i < n && bytes > 0; i++)
        memcpy((char *)rows + i * bytes, (const char *)from->data + index[i] * bytes, bytes);
}

lp_tensor lp_tensor_take_rows(const lp_tensor *from, const size_t *index, size_t n) {
    size_t shape[LP_MAX_DIMS];
    memcpy(shape, from->shape, sizeof shape);
    shape[0] = n;
    lp_tensor t = lp_tensor_zeros(from->type, from->ndim, shape);
    lp_tensor_copy_rows(from, index, n, t.data);
    return t;
}

/* ---- strings ---- */

uint32_t lp_utf8_next(const char **text) {
    const unsigned char *s = (const unsigned char *)*text;
    int more = s[0] < 0x80                   ? 0
               : s[0] >= 0xc2 && s[0] < 0xe0 ? 1
               : (s[0] & 0xf0) == 0xe0       ? 2
               : s[0] >= 0xf0 && s[0] < 0xf5 ? 3
                                             : -1;
    bool good = more >= 0;
    uint32_t c = more > 0 ? s[0] & (0x3f >> more) : s[0];
    for (int i = 1; good && i <= more; i++) {
        good = (s[i] & 0xc0) == 0x80;
        c = c << 6 | (s[i] & 0x3f);
    }
    *text += good ? more + 1 : 1;
    static const uint32_t min[] = {0, 0x80, 0x800, 0x10000};
    return good && c >= min[more] && c <= 0x10ffff && (c < 0xd800 || c > 0xdfff) ? c : 0xfffd;
}

static size_t encode_utf8(uint32_t c, char *to) {
    if (c < 0x80) {
        to[0] = (char)c;
        return 1;
    }
    size_t more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    static const unsigned char lead[] = {0, 0xc0, 0xe0, 0xf0};
    to[0] = (char)(lead[more] | c >> (6 * more));
    for (size_t i = 1; i <= more; i++)
        to[i] = (char)(0x80 | (c >> (6 * (more - i)) & 0x3f));
    return more + 1;
}

lp_tensor lp_tensor_strings(const char *const *texts, size_t n) {
    size_t longest = 1; /* NumPy's narrowest U */
    for (size_t i = 0; i < n; i++) {
        size_t length = 0;
        for (const char *at = texts[i]; *at != '\0'; length++)
            lp_utf8_next(&at);
        longest = length > longest ? length : longest;
    }
    lp_tensor t = lp_tensor_vector(((lp_type){'U', (uint32_t)(4 * longest)}), n);
    for (size_t i = 0; i < n; i++) {
        uint32_t *to = (uint32_t *)t.data + i * longest;
        for (const char *at = texts[i]; *at != '\0';)
            *to++ = lp_utf8_next(&at);
    }
    return t;
}

/* The characters of a text, or SIZE_MAX where a byte of it is not UTF-8's. */
static size_t count_characters(const char *text) {
    size_t n = 0;
    for (const char *at = text; *at != '\0'; n++) {
        const char *start = at;
        if (lp_utf8_next(&at) == 0xfffd && at - start == 1)
            return SIZE_MAX;
    }
    return n;
}

lp_tensor lp_tensor_text(const char *text) {
    size_t length = strlen(text), characters = count_characters(text);
    if (characters > UINT32_MAX / 4) {
        lp_tensor bytes = lp_tensor_zeros((lp_type){'S', (uint32_t)length}, 0, NULL);
        memcpy(bytes.data, text, length);
        return bytes;
    }
    /* NumPy has no type U0 that survives a round trip: the empty text is one NUL. */
    lp_type type = {'U', (uint32_t)(4 * (characters > 0 ? characters : 1))};
    lp_tensor t = lp_tensor_zeros(type, 0, NULL);
    uint32_t *to = t.data;
    for (const char *at = text; *at != '\0';)
        *to++ = lp_utf8_next(&at);
    return t;
}

char *lp_tensor_string(const lp_tensor *t, size_t i, lp_error *e) {
    const char *from = (const char *)t->data + i * t->type.size;
    const bool is_wide = t->type.kind == 'U';
    char *text = lp_alloc((size_t)t->type.size + 1, 1);
    size_t used = 0;
    for (size_t j = 0; j < t->type.size; j += is_wide ? 4 : 1) {
        if (!is_wide) {
            text[used++] = from[j];
            continue;
        }
        uint32_t c;
        memcpy(&c, from + j, 4);
        if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)) {
            lp_fail(e, "string %zu holds an invalid code point", i);
            free(text);
            return NULL;
        }
        used += encode_utf8(c, text + used);
    }
    while (used > 0 && text[used - 1] == '\0')
        used--;
    text[used] = '\0';
    return text;
}

void lp_tensor_free(lp_tensor *t) {
    lp_block_free(t->owned);
    *t = (lp_tensor){0};
}

int lp_tensor_check_finite(const lp_tensor *t, const char *name, lp_error *e) {
    size_t bad, cols = lp_tensor_row_size(t);
    if (lp_tensor_find_nonfinite(t, &bad))
        return lp_fail(e, "%s: row %zu, column %zu is %g (expected finite numbers)", name,
                       bad / cols, bad % cols, lp_tensor_at(t, bad));
    return 0;
}

/* Whether BLOCK elements are finite: loops that a compiler makes vectors of. */
enum { BLOCK = 1024 };

static bool is_finite_f8(const double *x) {
    uint64_t bad = 0;
    for (size_t i = 0; i < BLOCK; i++)
        bad |= !(x[i] - x[i] == 0);
    return bad == 0;
}

static bool is_finite_f4(const float *x) {
    uint32_t bad = 0;
    for (size_t i = 0; i < BLOCK; i++)
        bad |= !(x[i] - x[i] == 0);
    return bad == 0;
}

bool lp_tensor_find_nonfinite(const lp_tensor *t, size_t *index) {
    *index = 0;
    if (t->type.kind != 'f')
        return false;
    while (t->count - *index >= BLOCK &&
           (t->type.size == 8 ? is_finite_f8((const double *)t->data + *index)
                              : is_finite_f4((const float *)t->data + *index)))
        *index += BLOCK;
    for (; *index < t->count; ++*index)
        if (!isfinite(lp_tensor_at(t, *index)))
            return true;
    return false;
}
