#include "io/idx.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <zlib.h>

/* ---- bytes, inflated or not ---- */

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

/* ---- the format ---- */

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
        return lp_fail(e, "it is not an IDX file: it starts with %02x %02x %02x %02x", head[0],
                       head[1], head[2], head[3]);
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
    if (lp_tensor_try_zeros(t, type, head[3], shape, e) || take(r, t->data, bytes, "values", e) ||
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
