/* io/archive and io/stream: archives and bare arrays, from memory and as a file. */
#include "io/archive.h"
#include "fuzz.h"
#include "io/crc32.h"

#include <zlib.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* A block of the size of the input: a read beyond it does not fall on a mapped page's rest. */
static void read_memory(const uint8_t *bytes, size_t size) {
    lp_error e = {0};
    lp_source source = {.data = bytes, .size = size, .ended = true, .fd = -1};
    lp_members members = {0};
    size_t at = 0;
    int failed = lp_npy_is(bytes, size) ? lp_archive_read_bare(&source, "x", &members, &e)
                                        : lp_archive_read(&source, &at, &members, &e);
    fuzz_verdict(failed, &e);
    lp_members_free(&members);
}

static void read_file(const uint8_t *bytes, size_t size) {
    lp_error e = {0};
    char path[64];
    int fd = memfd_create("fuzz", 0);
    if (fd < 0 || write(fd, bytes, size) != (ssize_t)size)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    lp_stream *s = lp_stream_read(&(lp_input){.path = path}, 1, &e);
    fuzz_verdict(s == NULL ? -1 : 0, &e);
    if (s != NULL)
        fuzz_touch_stream(s);
    lp_stream_free(s);
    close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    read_memory(bytes, size);
    read_file(bytes, size);
    return 0;
}

/* ---- checksums, sizes and places that agree, after a mutation ---- */

enum { LOCAL = 30, CENTRAL = 46, END = 22, MEMBERS = 32, INFLATED = 1 << 16 };

static bool is_at(const uint8_t *bytes, size_t size, size_t at, size_t length, const char *mark) {
    return at + length <= size && memcmp(bytes + at, mark, 4) == 0;
}

/* The CRC-32 of what a member holds. */
static uint32_t checksum(const uint8_t *data, size_t packed, uint32_t method) {
    static uint8_t inflated[INFLATED];
    if (method != 8)
        return lp_crc32(0, data, packed);
    z_stream z = {.next_in = (uint8_t *)data,
                  .avail_in = (unsigned)packed,
                  .next_out = inflated,
                  .avail_out = INFLATED};
    if (inflateInit2(&z, -15) != Z_OK)
        return 0;
    inflate(&z, Z_FINISH);
    inflateEnd(&z);
    return lp_crc32(0, inflated, INFLATED - z.avail_out);
}

/* The local header's size, with name and extra field. */
static size_t local_size(const uint8_t *h) {
    return LOCAL + fuzz_get(h + 26, 2, false) + fuzz_get(h + 28, 2, false);
}

/* Makes the central directory at `at` say of each member what its local header, at local[], says.
 */
static void mend_directory(uint8_t *bytes, size_t size, size_t at, const size_t *local,
                           size_t members) {
    const size_t start = at;
    for (size_t i = 0; i < members && is_at(bytes, size, at, CENTRAL, "PK\1\2"); i++) {
        uint8_t *c = bytes + at, *h = bytes + local[i];
        const uint32_t name = fuzz_get(c + 28, 2, false);
        memcpy(c + 8, h + 6, 20); /* flags, method, time, CRC-32, sizes */
        fuzz_put(c + 42, 4, false, (uint32_t)local[i]);
        at += CENTRAL + name + fuzz_get(c + 30, 2, false) + fuzz_get(c + 32, 2, false);
        if (name == fuzz_get(h + 26, 2, false) && at <= size)
            memcpy(c + CENTRAL, h + LOCAL, name);
    }
    if (!is_at(bytes, size, at, END, "PK\5\6"))
        return;
    fuzz_put(bytes + at + 8, 2, false, (uint32_t)members);
    fuzz_put(bytes + at + 10, 2, false, (uint32_t)members);
    fuzz_put(bytes + at + 12, 4, false, (uint32_t)(at - start));
    fuzz_put(bytes + at + 16, 4, false, (uint32_t)start);
}

void fuzz_mend(uint8_t *bytes, size_t size) {
    size_t local[MEMBERS], members = 0, at = 0;
    while (members < MEMBERS && is_at(bytes, size, at, LOCAL, "PK\3\4")) {
        uint8_t *h = bytes + at;
        const size_t header = local_size(h), packed = fuzz_get(h + 18, 4, false);
        const uint32_t method = fuzz_get(h + 8, 2, false);
        if (header > size - at || packed > size - at - header)
            return;
        fuzz_put(h + 14, 4, false, checksum(h + header, packed, method));
        if (method == 0)
            fuzz_put(h + 22, 4, false, (uint32_t)packed);
        local[members++] = at;
        at += header + packed;
    }
    if (members > 0)
        mend_directory(bytes, size, at, local, members);
}
