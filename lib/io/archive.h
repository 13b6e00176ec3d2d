/* One .npz archive, read front to back from a source: what the records of io/zip frame, the
 * arrays that io/npy describes. Nothing is sought, so that a pipe and a file go the same way, and
 * no memory is asked for because a header claims it. */
#ifndef LP_IO_ARCHIVE_H
#define LP_IO_ARCHIVE_H

#include "base/error.h"
#include "base/memory.h"
#include "io/npy.h"
#include "io/source.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A member: one .npy as it stands in the source or, deflated there, unpacked in memory. */
typedef struct {
    char *name; /* without ".npy" */
    lp_npy npy;
    uint32_t crc;
    size_t size;        /* of the whole .npy: header and elements */
    size_t offset;      /* in the source, where it is stored */
    lp_buffer unpacked; /* what it holds, where it was deflated */
    /* What its local header said, and whether the central directory has said the same. */
    uint16_t flags, method;
    uint64_t packed_size, header_offset;
    bool is_listed;
} lp_member;

typedef struct {
    lp_member *item;
    size_t count, capacity;
} lp_members;

/* True for a name a tensor may have: [A-Za-z0-9_.+-/], no "..", no leading '/', not empty. */
bool lp_member_name_is_valid(const char *name, size_t size);

/* Reads the archive that begins at *at, and moves *at behind it. Every member's CRC, sizes and
 * shape have been checked then, and the central directory against all of them. *members starts as
 * {0} and is freed with lp_members_free, after a failure too. */
int lp_archive_read(lp_source *s, size_t *at, lp_members *members, lp_error *e);

/* Reads a bare .npy, which has to be all that the source holds: one member without a name,
 * its crc computed. */
int lp_archive_read_bare(lp_source *s, lp_members *members, lp_error *e);

void lp_members_free(lp_members *members);

#endif
