/* Where bytes come from: a regular file is mapped, a pipe is read into memory that grows with
 * what arrives. Either way a source is one run of bytes, read front to back, and what has been
 * read stays where it is counted from the front (though `data` may move while a pipe is read). */
#ifndef LP_IO_SOURCE_H
#define LP_IO_SOURCE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    const unsigned char *data; /* page-aligned for a pipe or a file that is read from its start */
    size_t size;               /* bytes that are there */
    bool ended;                /* no more will come: always so where the file is mapped */
    bool is_mapped;
    int fd;     /* -1 where nothing is left to be read */
    void *base; /* what is mapped, and how much of it */
    size_t capacity;
} lp_source;

/* A whole file in memory. */
typedef struct {
    const char *name; /* for messages: "standard input" for - */
    const char *bytes;
    size_t size;
} lp_file;

/* Opens a path, or standard input for "-" (a regular file behind it is mapped, from where it
 * stands). Refused: a terminal, a directory, what cannot be read. Closed with lp_source_close, as
 * {0} may be too. A mapped file that is shortened while it is in use ends the process with SIGBUS:
 * whoever owns the process may turn that into a message. */
int lp_source_open(lp_source *s, const char *path, lp_error *e);

/* Reads until `size` bytes are there or the source has ended: s->size tells. */
int lp_source_fill(lp_source *s, size_t size, lp_error *e);

/* Reads to the end, whatever its length; an empty source is an error. */
int lp_source_fill_all(lp_source *s, lp_error *e);

/* The CRC-32 of what is there, from first (inclusive) to last (exclusive), continuing `crc` (0 to
 * start with). Pages of a mapped file are let go behind it, so that a large file costs no memory
 * until its tensors are used. */
uint32_t lp_source_crc32(const lp_source *s, uint32_t crc, size_t first, size_t last);

/* Lets go of the mapped pages that lie within [first, last): they come back when touched. */
void lp_source_release(const lp_source *s, size_t first, size_t last);

void lp_source_close(lp_source *s);

/* The CRC-32 that ZIP and gzip use (ISO 3309; polynomial 0xEDB88320), continuing `crc`. */
uint32_t lp_crc32(uint32_t crc, const void *bytes, size_t size);

/* How messages call a path: itself, or "standard input" for "-". */
const char *lp_source_name(const char *path);

#endif
