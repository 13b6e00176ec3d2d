#include "io/idx.h"

#include "base/memory.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

// ---- bytes, inflated or not ----

typedef struct {
    bool gzipped;
    const uint8_t *bytes;
    size_t size, at; /* not gzipped */
    z_stream z;      /* gzipped: its input is what is left of the bytes */
} reader;

/* zlib counts its input in 32 bits. */
static void feed(reader *r) {
    if (r->z.avail_in == 0) {
        size_t left = r->size - r->at;
        r->z.next_in = (Bytef *)(r->bytes + r->at);
        r->z.avail_in = left > 1u << 30 ? 1u << 30 : (uInt)left;
        r->at += r->z.avail_in;
    }
}

static bool has_input(reader *r) {
    feed(r);
    return r->z.avail_in > 0;
}

/* Up to n inflated bytes: fewer only at the end of the file; -1 where it is damaged or cut. */
static int inflate_some(reader *r, uint8_t *to, size_t n, size_t *got, lp_error *e) {
    *got = 0;
    while (*got < n) {
        uInt room = n - *got > 1u << 30 ? 1u << 30 : (uInt)(n - *got);
        feed(r);
        r->z.next_out = to + *got;
        r->z.avail_out = room;
        int status = inflate(&r->z, Z_NO_FLUSH);
        *got += room - r->z.avail_out;
        if (status == Z_STREAM_END) { // of a member: gzip files may be joined
            if (!has_input(r))
                return 0;
            if (inflateReset(&r->z) != Z_OK)
                return lp_fail(e, "gzip: zlib could not be started again");
        } else if (status == Z_BUF_ERROR && !has_input(r)) {
            return lp_fail(e, "gzip: cut short");
        } else if (status != Z_OK) {
            return lp_fail(e, "gzip: %s", r->z.msg != NULL ? r->z.msg : "damaged");
        }
    }
    return 0;
}

static int take(reader *r, void *to, size_t n, const char *what, lp_error *e) {
    size_t got = r->size - r->at < n ? r->size - r->at : n;
    if (r->gzipped) {
        if (inflate_some(r, to, n, &got, e))
            return -1;
    } else {
        memcpy(to, r->bytes + r->at, got);
        r->at += got;
    }
    if (got != n)
        return lp_fail(e, "IDX: cut short: %zu of %zu bytes of its %s", got, n, what);
    return 0;
}

static int check_end(reader *r, lp_error *e) {
    uint8_t more[1];
    size_t got = r->size - r->at;
    if (r->gzipped && inflate_some(r, more, 1, &got, e))
        return -1;
    return got > 0 ? lp_fail(e, "IDX: it goes on after its last value") : 0;
}

// ---- the format ----

static bool type_of(uint8_t code, lp_type *type) {
    static const struct {
        uint8_t code;
        lp_type type;
    } table[] = {{0x08, {'u', 1}}, {0x09, {'i', 1}}, {0x0b, {'i', 2}},
                 {0x0c, {'i', 4}}, {0x0d, {'f', 4}}, {0x0e, {'f', 8}}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].code == code) {
            *type = table[i].type;
            return true;
        }
    return false;
}

static void swap_bytes(uint8_t *at, size_t count, size_t size) {
    for (size_t i = 0; i < count; i++, at += size)
        for (size_t k = 0; k < size / 2; k++) {
            uint8_t byte = at[k];
            at[k] = at[size - 1 - k];
            at[size - 1 - k] = byte;
        }
}

static int decode_steps(lp_tensor *t, reader *r, lp_error *e) {
    uint8_t head[4], sizes[4 * LP_MAX_DIMS];
    lp_type type;
    if (take(r, head, 4, "header", e))
        return -1;
    if (head[0] != 0 || head[1] != 0 || !type_of(head[2], &type))
        return lp_fail(e, "it is no IDX file: it starts with %02x %02x %02x %02x", head[0], head[1],
                       head[2], head[3]);
    if (head[3] < 1 || head[3] > LP_MAX_DIMS)
        return lp_fail(e, "IDX: %d dimensions (1 to %d are read)", head[3], LP_MAX_DIMS);
    if (take(r, sizes, 4 * (size_t)head[3], "header", e))
        return -1;
    size_t shape[LP_MAX_DIMS], count, bytes;
    for (int i = 0; i < head[3]; i++)
        shape[i] = (size_t)sizes[4 * i] << 24 | (size_t)sizes[4 * i + 1] << 16 |
                   (size_t)sizes[4 * i + 2] << 8 | sizes[4 * i + 3];
    char text[200];
    if (lp_shape_size(type, head[3], shape, &count, &bytes, e))
        return lp_within(e, "IDX");
    if (bytes / (r->gzipped ? 1032 : 1) > r->size)
        return lp_fail(e, "IDX: %zu bytes cannot hold the shape %s that it declares", r->size,
                       lp_shape_text(head[3], shape, text));
    if (lp_tensor_new(t, type, head[3], shape, e) || take(r, t->data, bytes, "values", e) ||
        check_end(r, e))
        return -1;
    if (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
        swap_bytes(t->data, count, type.size);
    return 0;
}

int lp_idx_decode(lp_tensor *t, const void *bytes, size_t size, lp_error *e) {
    reader r = {.bytes = bytes, .size = size};
    *t = (lp_tensor){0};
    r.gzipped = size >= 2 && r.bytes[0] == 0x1f && r.bytes[1] == 0x8b;
    if (r.gzipped && inflateInit2(&r.z, 15 + 16) != Z_OK)
        return lp_fail(e, "gzip: zlib could not be started");
    int failed = decode_steps(t, &r, e);
    if (r.gzipped)
        inflateEnd(&r.z);
    if (failed)
        lp_tensor_free(t);
    return failed;
}

// ---- files into a stream ----

static int put_shape(lp_stream *s, const lp_tensor *x, lp_error *e) {
    lp_tensor shape;
    if (lp_tensor_vector(&shape, LP_I8, (size_t)x->ndim - 1, e))
        return -1;
    for (int i = 1; i < x->ndim; i++)
        ((int64_t *)shape.data)[i - 1] = (int64_t)x->shape[i];
    return lp_stream_put(s, "input_shape", &shape, e);
}

/* files[0] images, files[1] labels, as places in t. */
typedef struct {
    size_t count, place[2];
} group;

static int check_pair(const lp_tensor *t, const char *const *name, size_t images, size_t labels,
                      lp_error *e) {
    if (t[images].shape[0] != t[labels].shape[0])
        return lp_fail(e, "%s has %zu labels, %s %zu images", name[labels], t[labels].shape[0],
                       name[images], t[images].shape[0]);
    return 0;
}

int lp_idx_put(lp_stream *s, size_t count, lp_tensor *t, const char *const *name, lp_error *e) {
    static const char *const whole[2][1] = {{"x"}, {"y"}};
    static const char *const parts[2][2] = {{"x_train", "x_test"}, {"y_train", "y_test"}};
    group kind[2] = {0};
    for (size_t i = 0; i < count; i++) {
        group *g = &kind[t[i].ndim == 1];
        if (g->count == 2)
            return lp_fail(e, "%s is a third file of %s (one, or two for train and test, are read)",
                           name[i], t[i].ndim == 1 ? "labels" : "images");
        g->place[g->count++] = i;
    }
    bool two = kind[0].count == 2 || kind[1].count == 2;
    if (two && kind[0].count != kind[1].count)
        return lp_fail(e, "%zu files of images and %zu of labels do not go together", kind[0].count,
                       kind[1].count);
    for (size_t k = 0; k < kind[0].count && k < kind[1].count; k++)
        if (check_pair(t, name, kind[0].place[k], kind[1].place[k], e))
            return -1;
    if (two) {
        const lp_tensor *train = &t[kind[0].place[0]], *test = &t[kind[0].place[1]];
        if (train->ndim != test->ndim || memcmp(train->shape + 1, test->shape + 1,
                                                (size_t)(train->ndim - 1) * sizeof(size_t)) != 0)
            return lp_fail(e, "the images of %s and %s differ in shape", name[kind[0].place[0]],
                           name[kind[0].place[1]]);
    }
    if (kind[0].count > 0 && put_shape(s, &t[kind[0].place[0]], e))
        return -1;
    for (size_t k = 0; k < 2; k++)
        for (int g = 0; g < 2; g++)
            if (k < kind[g].count &&
                lp_stream_put(s, two ? parts[g][k] : whole[g][k], &t[kind[g].place[k]], e))
                return -1;
    return 0;
}
