/* gzip (RFC 1952) around foreign files: IDX, CSV, LIBSVM and others come packed as often as not. */
#ifndef LP_IO_GZIP_H
#define LP_IO_GZIP_H

#include "base/error.h"
#include "base/memory.h"

#include <stdbool.h>
#include <stddef.h>

/* Whether the bytes begin as a gzip file does. */
bool lp_gzip_begins(const void *bytes, size_t size);

/* Appends to `to` what the bytes hold: a gzip file, or several joined. Refused with "gzip: ...": a
 * file that is damaged (its CRC-32 is checked), cut short or followed by something else, and one
 * that memory cannot hold. */
int lp_gzip_inflate(lp_buffer *to, const void *bytes, size_t size, lp_error *e);

#endif
