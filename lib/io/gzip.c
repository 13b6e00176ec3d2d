#include "io/gzip.h"

#include <stdint.h>
#include <zlib.h>

enum {
    GROWTH = 1 << 16,   /* what the output grows by at least */
    MAX_COUNT = 1 << 30 /* zlib counts in 32 bits */
};

bool lp_gzip_begins(const void *bytes, size_t size) {
    const unsigned char *b = bytes;
    return size >= 2 && b[0] == 0x1f && b[1] == 0x8b;
}

static int inflate_all(z_stream *z, size_t left, lp_buffer *to, lp_error *e) {
    for (;;) {
        if (z->avail_in == 0) {
            z->avail_in = left < MAX_COUNT ? (uInt)left : MAX_COUNT;
            left -= z->avail_in;
        }
        if (lp_buffer_try_reserve(to, GROWTH, e))
            return lp_within(e, "gzip");
        const size_t room = to->capacity - to->size;
        z->next_out = (Bytef *)to->data + to->size;
        z->avail_out = room < MAX_COUNT ? (uInt)room : MAX_COUNT;
        const uInt offered = z->avail_out;
        const int status = inflate(z, Z_NO_FLUSH);
        to->size += offered - z->avail_out;
        const bool has_input = z->avail_in > 0 || left > 0;
        if (status == Z_STREAM_END) {
            if (!has_input)
                return 0;
            inflateReset(z); /* the next of several joined files */
        } else if (status == Z_BUF_ERROR && !has_input) {
            return lp_fail(e, "gzip: cut short");
        } else if (status != Z_OK && status != Z_BUF_ERROR) {
            return lp_fail(e, "gzip: %s", z->msg != NULL ? z->msg : "damaged");
        }
    }
}

int lp_gzip_inflate(lp_buffer *to, const void *bytes, size_t size, lp_error *e) {
    z_stream z = {.next_in = (Bytef *)(uintptr_t)bytes};
    if (inflateInit2(&z, 15 + 16) != Z_OK)
        return lp_fail(e, "gzip: zlib cannot be started");
    int failed = inflate_all(&z, size, to, e);
    inflateEnd(&z);
    return failed;
}
