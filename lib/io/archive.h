/* .npz archives: the records of io/zip around the arrays of io/npy. Reading goes front to back
 * without seeking, for pipes and files alike, and never allocates memory just because a header
 * claims a size. Writing (archive_write.c) gives labpipe's strict profile. */
#ifndef LP_IO_ARCHIVE_H
#define LP_IO_ARCHIVE_H

#include "base/error.h"
#include "base/memory.h"
#include "base/tensor.h"
#include "io/npy.h"
#include "io/source.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* A member: one .npy in its source or, if it was deflated there, unpacked in memory. A member that
 * labpipe has no tensors for (a readme, an object array) is kept as it is, to be passed on. */
typedef struct {
    const char *name;   /* without its ending */
    const char *ending; /* ".npy"; "" where the name is not that of a tensor */
    char *foreign;      /* why it is not a tensor; NULL where it is one. Owned */
    lp_npy npy;
    uint32_t crc;
    size_t size;             /* of all its bytes; of an .npy: header and elements */
    const lp_source *source; /* where it is stored, at `offset`; NULL where it is unpacked */
    size_t offset;
    lp_buffer unpacked;
    bool is_passed; /* it was passed on, and its bytes are gone (io/relay.h) */
    /* What its local header says, and whether the central directory has listed it. */
    uint16_t flags, method;
    uint64_t packed_size, header_offset;
    bool is_listed;
} lp_member;

typedef struct {
    lp_member *item;
    size_t count, capacity;
    lp_arena names;
    struct lp_relay *relay; /* where they are passed on as they are read (io/relay.h); NULL */
} lp_members;

/* All the bytes of a member. */
const unsigned char *lp_member_bytes(const lp_member *m);

/* True for a valid tensor name: [A-Za-z0-9_.+-/], no "..", no leading '/', not empty. */
bool lp_member_name_is_valid(const char *name, size_t size);
#define LP_MEMBER_NAME_INVALID                                                                     \
    "it is not a valid tensor name ([A-Za-z0-9_.+-/], no '..', no leading '/')"

/* Reads the archive that begins at *at, and moves *at past it. Every member's CRC and sizes and
 * every array's shape have been checked then, and the central directory against all of them.
 * *members starts as {0}, or with a relay, and is freed with lp_members_free, after a failure too.
 */
int lp_archive_read(lp_source *s, size_t *at, lp_members *members, lp_error *e);

/* Reads a bare .npy, which has to be all that the source holds: one member, called `name`. */
int lp_archive_read_bare(lp_source *s, const char *name, lp_members *members, lp_error *e);

void lp_member_free(lp_member *m); /* leaves {0} */
void lp_members_free(lp_members *members);

/* An archive being written to `out`; starts as {.out = out, .compress = deflated or not} and is
 * freed with lp_archive_writer_free. The caller flushes and closes `out`. */
typedef struct {
    FILE *out;
    bool compress;
    uint64_t at;       /* bytes written */
    uint64_t count;    /* members */
    uint32_t crc32;    /* of the last one */
    lp_buffer central; /* the central directory so far */
} lp_archive_writer;

/* Writes a tensor, or what was read byte for byte. */
int lp_archive_write(lp_archive_writer *w, const char *name, const lp_tensor *t, lp_error *e);
int lp_archive_write_member(lp_archive_writer *w, const char *name, const lp_member *m,
                            lp_error *e);

/* Elements that come in pieces, as often as they are asked for: the bytes from `at` on, at least
 * one. -1 and e where they cannot be had. */
typedef int lp_archive_piece(void *context, size_t at, const void **bytes, size_t *n, lp_error *e);

/* Writes a tensor that has type and shape alone and gets its elements in pieces; `crc` is the
 * CRC-32 of its header and elements. They are asked for once, and refused where they are others by
 * now. */
int lp_archive_write_pieces(lp_archive_writer *w, const char *name, const lp_tensor *t,
                            uint32_t crc, lp_archive_piece *piece, void *context, lp_error *e);

/* The same for a tensor whose bytes do not come from the member: m->size of them follow, with the
 * CRC-32 `crc`, in any number of calls of lp_archive_write_bytes. Not where it is compressed. */
int lp_archive_write_stated(lp_archive_writer *w, const char *name, const lp_member *m,
                            uint32_t crc, lp_error *e);
int lp_archive_write_bytes(lp_archive_writer *w, const void *bytes, size_t size, lp_error *e);

/* Writes the central directory and the end. */
int lp_archive_write_end(lp_archive_writer *w, lp_error *e);

void lp_archive_writer_free(lp_archive_writer *w);

#endif
