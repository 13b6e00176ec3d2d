/* Builds ZIP archives record by record, as other programs write them and as no program should:
 * what the reader is held against shares no code with the writer. Header-only. */
#ifndef ZIP_BUILDER_H
#define ZIP_BUILDER_H

#include "base/memory.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <zlib.h>

typedef struct {
    const char *name;
    const void *data;
    size_t size;
    bool deflate;
    /* The data descriptor: 0 none, else the width of its sizes, 4 or 8. */
    int descriptor;
    bool no_signature;
    bool tells_size;   /* the local header does, though a descriptor follows: Info-ZIP's way */
    bool zip64;        /* sizes in a ZIP64 extra field, in the local header */
    const char *extra; /* further extra fields in the local header, with their size */
    size_t extra_size;
    long packed_more; /* what the headers say too much of, and what is added to the data */
    size_t trailing;
} build_member;

static inline void build_put(lp_buffer *b, uint64_t value, int size) {

    for (int i = 0; i < size; i++)
        lp_buffer_append(b, &(unsigned char){(unsigned char)(i < 8 ? value >> 8 * i : 0)}, 1);
}

static inline void build_bytes(lp_buffer *b, const void *bytes, size_t size) {

    lp_buffer_append(b, bytes, size);
}

static inline void build_deflate(lp_buffer *out, const void *data, size_t size) {
    static unsigned char packed[1 << 20];
    z_stream z = {.next_in = (unsigned char *)(uintptr_t)data,
                  .avail_in = (uInt)size,
                  .next_out = packed,
                  .avail_out = sizeof packed};
    deflateInit2(&z, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY);
    deflate(&z, Z_FINISH);
    deflateEnd(&z);
    build_bytes(out, packed, z.total_out);
}

/* Appends an archive of n members (at most 16) to b; the central directory lists them backwards
 * where `backwards` is set. */
static inline void build_archive(lp_buffer *b, const build_member *members, size_t n,
                                 bool backwards, const char *comment) {
    const size_t start = b->size;
    size_t offset[16];
    lp_buffer packed[16] = {{0}};
    for (size_t i = 0; i < n; i++) {
        const build_member *m = &members[i];
        const uint32_t crc = (uint32_t)crc32(0, m->data, (uInt)m->size);
        offset[i] = b->size - start;
        if (m->deflate)
            build_deflate(&packed[i], m->data, m->size);
        else
            build_bytes(&packed[i], m->data, m->size);
        for (size_t k = 0; k < m->trailing; k++)
            build_put(&packed[i], 0, 1);
        const uint64_t packed_size = packed[i].size + (uint64_t)m->packed_more;
        build_bytes(b, "PK\3\4", 4);
        build_put(b, m->zip64 ? 45 : 20, 2);
        build_put(b, m->descriptor ? 8 : 0, 2);
        build_put(b, m->deflate ? 8 : 0, 2);
        build_put(b, 0x6b9a5af5, 4); /* some time */
        build_put(b, m->descriptor ? 0 : crc, 4);
        build_put(b, m->zip64 ? 0xffffffff : m->descriptor ? 0 : packed_size, 4);
        build_put(b, m->zip64 ? 0xffffffff : m->descriptor && !m->tells_size ? 0 : m->size, 4);
        build_put(b, strlen(m->name), 2);
        build_put(b, m->extra_size + (m->zip64 ? 20 : 0), 2);
        build_bytes(b, m->name, strlen(m->name));
        if (m->zip64) {
            build_put(b, 1, 2);
            build_put(b, 16, 2);
            build_put(b, m->descriptor ? 0 : m->size, 8);
            build_put(b, m->descriptor ? 0 : packed_size, 8);
        }
        build_bytes(b, m->extra, m->extra_size);
        build_bytes(b, packed[i].data, packed[i].size);
        if (m->descriptor) {
            if (!m->no_signature)
                build_bytes(b, "PK\7\10", 4);
            build_put(b, crc, 4);
            build_put(b, packed_size, m->descriptor);
            build_put(b, m->size, m->descriptor);
        }
    }
    const size_t central = b->size - start;
    for (size_t k = 0; k < n; k++) {
        const size_t i = backwards ? n - 1 - k : k;
        const build_member *m = &members[i];
        build_bytes(b, "PK\1\2", 4);
        build_put(b, 0x031e, 2);
        build_put(b, 20, 2);
        build_put(b, m->descriptor ? 8 : 0, 2);
        build_put(b, m->deflate ? 8 : 0, 2);
        build_put(b, 0x6b9a5af5, 4);
        build_put(b, crc32(0, m->data, (uInt)m->size), 4);
        build_put(b, packed[i].size + (uint64_t)m->packed_more, 4);
        build_put(b, m->size, 4);
        build_put(b, strlen(m->name), 2);
        build_put(b, 0, 2 + 2 + 2 + 2 + 4); /* extra, comment, disk, attributes */
        build_put(b, offset[i], 4);
        build_bytes(b, m->name, strlen(m->name));
        lp_buffer_free(&packed[i]);
    }
    const size_t size = b->size - start - central;
    build_bytes(b, "PK\5\6", 4);
    build_put(b, 0, 4);
    build_put(b, n, 2);
    build_put(b, n, 2);
    build_put(b, size, 4);
    build_put(b, central, 4);
    build_put(b, comment ? strlen(comment) : 0, 2);
    build_bytes(b, comment, comment ? strlen(comment) : 0);
}

/* Appends an .npy: the dictionary's text, padded, and the elements. */
static inline void build_npy(lp_buffer *b, const char *dictionary, const void *data, size_t size) {
    const size_t n = strlen(dictionary), total = (10 + n + 1 + 15) / 16 * 16;
    build_bytes(b, "\x93NUMPY\1\0", 8);
    build_put(b, total - 10, 2);
    build_bytes(b, dictionary, n);
    for (size_t i = 10 + n + 1; i < total; i++)
        build_put(b, ' ', 1);
    build_put(b, '\n', 1);
    build_bytes(b, data, size);
}

#endif
