#include "base/tensor.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The element types a stream may hold: kind, and the sizes it comes in (0: any, in steps). */
static const struct {
    char kind;
    uint32_t sizes[4];
    uint32_t step;
} types[] = {
    {'f', {2, 4, 8}, 0}, {'i', {1, 2, 4, 8}, 0}, {'u', {1, 2, 4, 8}, 0},
    {'b', {1}, 0},       {'S', {0}, 1},          {'U', {0}, 4},
};

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
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (types[i].kind != type.kind)
            continue;
        if (types[i].step > 0)
            return type.size % types[i].step == 0;
        for (size_t j = 0; j < 4; j++)
            if (type.size != 0 && types[i].sizes[j] == type.size)
                return true;
    }
    return false;
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

int lp_tensor_try_zeros(lp_tensor *t, lp_type type, int ndim, const size_t *shape, lp_error *e) {
    *t = (lp_tensor){0};
    size_t count, bytes;
    if (lp_shape_size(type, ndim, shape, &count, &bytes, e))
        return -1;
    void *data = lp_try_alloc(bytes, 1, e);
    if (data == NULL)
        return -1;
    memset(data, 0, bytes);
    *t = (lp_tensor){.type = type, .ndim = ndim, .count = count, .data = data, .owned = data};
    for (int i = 0; i < ndim; i++)
        t->shape[i] = shape[i];
    return 0;
}

lp_tensor lp_tensor_zeros(lp_type type, int ndim, const size_t *shape) {
    lp_tensor t = {.type = type, .ndim = ndim, .count = 1};
    for (int i = 0; i < ndim; i++) {
        t.shape[i] = shape[i];
        if (!lp_multiply(t.count, shape[i], &t.count))
            t.count = SIZE_MAX; /* stays so large that the allocation fails, unless a 0 follows */
    }
    t.data = t.owned = lp_alloc_zero(t.count, type.size);
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
    lp_tensor t = {.type = type, .ndim = ndim, .count = 1, .data = b->data, .owned = b->data};
    for (int i = 0; i < ndim; i++) {
        t.shape[i] = shape[i];
        t.count *= shape[i];
    }
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

/* A number as the widest type of its kind: what every conversion goes through. */
typedef struct {
    enum { REAL, SIGNED, UNSIGNED } kind;
    double real;
    int64_t i;
    uint64_t u;
} number;

/* Integers are loaded and stored by their low bytes, which come first. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "a little-endian machine");

static number load(const lp_tensor *t, size_t index) {
    const char *at = (const char *)t->data + index * t->type.size;
    uint64_t bits = 0;
    float single = 0;
    switch (t->type.size) {
    case 1:
        memcpy(&bits, at, 1);
        break;
    case 2:
        memcpy(&bits, at, 2);
        break;
    case 4:
        memcpy(&bits, at, 4);
        memcpy(&single, at, 4);
        break;
    case 8:
        memcpy(&bits, at, 8);
        break;
    }
    number n = {.kind = t->type.kind == 'f' ? REAL : t->type.kind == 'i' ? SIGNED : UNSIGNED};
    const unsigned unused = 64 - 8 * t->type.size;
    if (n.kind == UNSIGNED)
        n.u = bits;
    else if (n.kind == SIGNED)
        n.i = (int64_t)(bits << unused) >> unused;
    else if (t->type.size == 4)
        n.real = (double)single;
    else
        memcpy(&n.real, &bits, sizeof n.real);
    return n;
}

/* Stores n as t's element; false where t's type is an integer that cannot hold it. */
static bool store(const lp_tensor *t, size_t index, number n) {
    char *at = (char *)t->data + index * t->type.size;
    if (t->type.kind == 'f') {
        double value = n.kind == REAL ? n.real : n.kind == SIGNED ? (double)n.i : (double)n.u;
        float narrow = (float)value;
        memcpy(at, t->type.size == 8 ? (void *)&value : (void *)&narrow, t->type.size);
        return true;
    }
    if (n.kind == REAL) {
        // cppcheck-suppress incorrectLogicOperator ; it misreads -0x1p63
        if (!(n.real == trunc(n.real)) || n.real < -0x1p63 || n.real >= 0x1p64)
            return false;
        if (n.real < 0)
            n = (number){SIGNED, 0, (int64_t)n.real, 0};
        else
            n = (number){UNSIGNED, 0, 0, (uint64_t)n.real};
    }
    unsigned bits = 8 * t->type.size;
    bool negative = n.kind == SIGNED && n.i < 0;
    uint64_t magnitude = n.kind == SIGNED ? (negative ? -(uint64_t)n.i : (uint64_t)n.i) : n.u;
    if (t->type.kind == 'b') {
        if (negative || magnitude > 1)
            return false;
    } else if (t->type.kind == 'u') {
        if (negative || (bits < 64 && magnitude >> bits != 0))
            return false;
    } else if (magnitude > (UINT64_C(1) << (bits - 1)) - !negative) {
        return false;
    }
    uint64_t value = negative ? -magnitude : magnitude; /* two's complement */
    memcpy(at, &value, t->type.size);
    return true;
}

/* f4 to f8, f8 to f4 and u1 to f4, which come in large arrays, without the detour. */
static bool convert_floats(const lp_tensor *t, const lp_tensor *from) {
    if (lp_type_is(t->type, LP_F8) && lp_type_is(from->type, LP_F4))
        for (size_t i = 0; i < t->count; i++)
            ((double *)t->data)[i] = ((const float *)from->data)[i];
    else if (lp_type_is(t->type, LP_F4) && lp_type_is(from->type, LP_F8))
        for (size_t i = 0; i < t->count; i++)
            ((float *)t->data)[i] = (float)((const double *)from->data)[i];
    else if (lp_type_is(t->type, LP_F4) && lp_type_is(from->type, LP_U1))
        for (size_t i = 0; i < t->count; i++)
            ((float *)t->data)[i] = ((const uint8_t *)from->data)[i];
    else
        return false;
    return true;
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
        if (store(t, i, load(from, i)))
            continue;
        lp_fail(e, "element %zu is %.17g, which %s cannot hold", i, lp_tensor_at(from, i),
                lp_type_name(type, wanted));
        lp_tensor_free(t);
        return -1;
    }
    return 0;
}

double lp_tensor_at(const lp_tensor *t, size_t i) {
    number n = load(t, i);
    return n.kind == REAL ? n.real : n.kind == SIGNED ? (double)n.i : (double)n.u;
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

lp_tensor lp_tensor_take_rows(const lp_tensor *from, const size_t *index, size_t n) {
    size_t shape[LP_MAX_DIMS];
    memcpy(shape, from->shape, sizeof shape);
    shape[0] = n;
    lp_tensor t = lp_tensor_zeros(from->type, from->ndim, shape);
    size_t bytes = lp_tensor_row_size(from) * from->type.size;
    for (size_t i = 0; i < n && bytes > 0; i++)
        memcpy((char *)t.data + i * bytes, (const char *)from->data + index[i] * bytes, bytes);
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
    if (more < 0) {
        *text += 1;
        return 0xfffd;
    }
    uint32_t c = more == 0 ? s[0] : s[0] & (0x3f >> more);
    for (int i = 1; i <= more; i++) {
        if ((s[i] & 0xc0) != 0x80) {
            *text += 1;
            return 0xfffd;
        }
        c = c << 6 | (s[i] & 0x3f);
    }
    *text += more + 1;
    bool good = c <= 0x10ffff && (c < 0xd800 || c > 0xdfff) && !(more == 2 && c < 0x800) &&
                !(more == 3 && c < 0x10000);
    return good ? c : 0xfffd;
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

lp_tensor lp_tensor_text(const char *text) {
    size_t length = strlen(text);
    /* NumPy has no type S0 that survives a round trip: the empty text is one NUL. */
    lp_tensor t = lp_tensor_zeros((lp_type){'S', length > 0 ? (uint32_t)length : 1}, 0, NULL);
    memcpy(t.data, text, length);
    return t;
}

char *lp_tensor_string(const lp_tensor *t, size_t i, lp_error *e) {
    size_t units = t->type.kind == 'U' ? t->type.size / 4 : t->type.size;
    char *text = lp_alloc((size_t)t->type.size + 1, 1);
    const char *from = (const char *)t->data + i * t->type.size;
    size_t used = 0;
    for (size_t j = 0; j < units; j++) {
        uint32_t c;
        if (t->type.kind == 'U')
            memcpy(&c, from + 4 * j, 4);
        else
            c = (unsigned char)from[j];
        if (t->type.kind == 'U' && (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))) {
            lp_fail(e, "string %zu holds an invalid code point", i);
            free(text);
            return NULL;
        }
        if (t->type.kind == 'U')
            used += encode_utf8(c, text + used);
        else
            text[used++] = (char)c;
    }
    while (used > 0 && text[used - 1] == '\0')
        used--;
    text[used] = '\0';
    return text;
}

void lp_tensor_free(lp_tensor *t) {
    free(t->owned);
    *t = (lp_tensor){0};
}

int lp_tensor_check_finite(const lp_tensor *t, const char *name, lp_error *e) {
    size_t bad, cols = lp_tensor_row_size(t);
    if (lp_tensor_find_nonfinite(t, &bad))
        return lp_fail(e, "%s: row %zu, column %zu is %g (expected finite numbers)", name,
                       bad / cols, bad % cols, lp_tensor_at(t, bad));
    return 0;
}

bool lp_tensor_find_nonfinite(const lp_tensor *t, size_t *index) {
    if (t->type.kind != 'f')
        return false;
    for (size_t i = 0; i < t->count; i++) {
        if (!isfinite(lp_tensor_at(t, i))) {
            *index = i;
            return true;
        }
    }
    return false;
}
