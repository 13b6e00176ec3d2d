/* io/gzip: what it inflates, without a limit and up to what an IDX header says. */
#include "io/gzip.h"
#include "fuzz.h"
#include "io/crc32.h"
#include "io/idx.h"

#include <stdlib.h>
#include <zlib.h>

static void inflate_idx(const uint8_t *bytes, size_t size) {
    lp_error e = {0};
    lp_buffer b = {0};
    size_t max;
    int failed = lp_gzip_inflate(&b, bytes, size, lp_idx_limit, &e);
    fuzz_verdict(failed, &e);
    if (!failed && lp_idx_limit(b.data, b.size, &max, &e) == 0 && b.size > max)
        abort();
    lp_buffer_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    lp_error e = {0};
    lp_buffer b = {0};
    int failed = lp_gzip_inflate(&b, bytes, size, NULL, &e);
    fuzz_verdict(failed, &e);
    fuzz_touch(b.data, b.size);
    lp_buffer_free(&b);
    inflate_idx(bytes, size);
    return 0;
}

/* The checksum and size behind a member without a name or other extras. */
void fuzz_mend(uint8_t *bytes, size_t size) {
    enum { HEADER = 10, INFLATED = 1 << 17 };
    static uint8_t inflated[INFLATED];
    if (size <= HEADER || bytes[3] != 0)
        return;
    z_stream z = {.next_in = bytes + HEADER,
                  .avail_in = (unsigned)(size - HEADER),
                  .next_out = inflated,
                  .avail_out = INFLATED};
    if (inflateInit2(&z, -15) != Z_OK)
        return;
    const bool is_whole = inflate(&z, Z_FINISH) == Z_STREAM_END && z.avail_in >= 8;
    inflateEnd(&z);
    if (!is_whole)
        return;
    uint8_t *end = bytes + size - z.avail_in;
    fuzz_put(end, 4, false, lp_crc32(0, inflated, z.total_out));
    fuzz_put(end + 4, 4, false, (uint32_t)z.total_out);
}
