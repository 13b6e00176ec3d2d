#include "io/gzip.h"

#include <stdint.h>
#include <zlib.h>

enum {
    GROWTH = 1 << 12,   /* what the output grows by at least, and what a limit is asked about */
    MAX_COUNT = 1 << 30 /* zlib counts in 32 bits */
};

bool lp_gzip_begins(const void *bytes, size_t size) {
    const unsigned char *b = bytes;
    return size >= 2 && b[0] == 0x1f && b[1] == 0x8b;
}

static size_t min(size_t a, size_t b) {
    return a < b ? a : b;
}

/* What is being inflated, and how many bytes of it are wanted. */
typedef struct {
    z_stream z;
    size_t left;  /* of the input, beyond z.avail_in */
    size_t start; /* where the output begins in the buffer */
    size_t max;   /* bytes of output; SIZE_MAX: no limit */
} inflater;

/* Inflates some more, at most `most` bytes. *ended at the end of the last of the joined files. */
static int inflate_some(inflater *f, lp_buffer *to, size_t most, bool *ended, lp_error *e) {
    z_stream *z = &f->z;
    if (z->avail_in == 0) {
        z->avail_in = (uInt)min(f->left, MAX_COUNT);
        f->left -= z->avail_in;
    }
    if (lp_buffer_try_reserve(to, GROWTH, e))
        return lp_within(e, "gzip");
    z->next_out = (Bytef *)to->data + to->size;
    z->avail_out = (uInt)min(min(to->capacity - to->size, most), MAX_COUNT);
    const uInt offered = z->avail_out;
    const int status = inflate(z, Z_NO_FLUSH);
    to->size += offered - z->avail_out;
    const bool has_input = z->avail_in > 0 || f->left > 0;
    if (status == Z_STREAM_END) {
        *ended = !has_input;
        if (has_input)
            inflateReset(z); /* the next of several joined files */
    } else if (status == Z_BUF_ERROR && !has_input) {
        return lp_fail(e, "gzip: cut short");
    } else if (status != Z_OK && status != Z_BUF_ERROR) {
        return lp_fail(e, "gzip: %s", z->msg != NULL ? z->msg : "damaged");
    }
    return 0;
}

/* Up to `size` bytes in all, or to the end. */
static int inflate_to(inflater *f, lp_buffer *to, size_t size, bool *ended, lp_error *e) {
    while (!*ended && to->size - f->start < size)
        if (inflate_some(f, to, size - (to->size - f->start), ended, e))
            return -1;
    return 0;
}

static int inflate_all(inflater *f, lp_size_limit *limit, lp_buffer *to, lp_error *e) {
    bool ended = false;
    if (limit != NULL && (inflate_to(f, to, GROWTH, &ended, e) ||
                          limit(to->data + f->start, to->size - f->start, &f->max, e)))
        return -1;
    /* One byte more than there may be shows that there are more. */
    if (inflate_to(f, to, f->max == SIZE_MAX ? SIZE_MAX : f->max + 1, &ended, e))
        return -1;
    return to->size - f->start <= f->max
               ? 0
               : lp_fail(e, "gzip: it holds more than the %zu bytes that its header says", f->max);
}

int lp_gzip_inflate(lp_buffer *to, const void *bytes, size_t size, lp_size_limit *limit,
                    lp_error *e) {
    inflater f = {.z = {.next_in = (Bytef *)(uintptr_t)bytes},
                  .left = size,
                  .start = to->size,
                  .max = SIZE_MAX};
    if (inflateInit2(&f.z, 15 + 16) != Z_OK)
        return lp_fail(e, "gzip: zlib cannot be started");
    int failed = inflate_all(&f, limit, to, e);
    inflateEnd(&f.z);
    return failed;
}
