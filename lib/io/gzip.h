/* gzip (RFC 1952) around foreign files: IDX, CSV, LIBSVM and others come packed as often as not. */
#ifndef LP_IO_GZIP_H
#define LP_IO_GZIP_H

#include "base/error.h"
#include "base/memory.h"

#include <stdbool.h>
#include <stddef.h>

/* Whether the bytes begin as a gzip file does. */
bool lp_gzip_begins(const void *bytes, size_t size);

/* The first bytes of a file, `size` of them, say how many it may have: *max, SIZE_MAX where they do
 * not say. -1 and e where no file of the format begins so. */
typedef int lp_size_limit(const void *head, size_t size, size_t *max, lp_error *e);

/* Appends to `to` what the bytes hold: a gzip file, or several joined. Up to 1,032 bytes come out
 * of each byte, so a format whose header says how large a file is gives a `limit` (else NULL): it
 * is asked about the first bytes, 64 KiB of them unless there are fewer, and no more is inflated
 * than it allows.
 *
 * Refused with "gzip: ...": a file that is damaged (its CRC-32 is checked), cut short or followed
 * by something else, one that holds more than its limit, and one that memory cannot hold. */
int lp_gzip_inflate(lp_buffer *to, const void *bytes, size_t size, lp_size_limit *limit,
                    lp_error *e);

#endif
