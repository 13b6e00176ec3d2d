/* ZIP framing as bytes in memory, both ways: the records of an archive, nothing about what its
 * members hold (PKWARE's APPNOTE.TXT 6.3.10; section numbers below are its). Offsets count from
 * the archive's first byte. io/archive reads an archive with this, io/archive_write writes one. */
#ifndef LP_IO_ZIP_H
#define LP_IO_ZIP_H

#include "base/error.h"
#include "base/memory.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LP_ZIP_STORED = 0, LP_ZIP_DEFLATED = 8 };
/* Flags: CRC and sizes follow the data; the name is UTF-8. */
enum { LP_ZIP_HAS_DESCRIPTOR = 8, LP_ZIP_UTF8_NAME = 0x0800 };
enum { LP_ZIP_DESCRIPTOR = 24 }; /* bytes of the longest data descriptor */

/* A member, as its local or its central header describes it. */
typedef struct {
    const char *name; /* borrowed from the bytes; not ended by a NUL */
    size_t name_size;
    uint16_t flags, method;
    uint32_t crc;
    uint64_t packed_size, size; /* in the archive, and unpacked */
    uint64_t offset;            /* of the local header */
} lp_zip_entry;

/* The record that starts with these 4 bytes. */
typedef enum {
    LP_ZIP_IS_LOCAL,
    LP_ZIP_IS_CENTRAL,
    LP_ZIP_IS_END64,
    LP_ZIP_IS_LOCATOR64,
    LP_ZIP_IS_END,
    LP_ZIP_IS_NOTHING,
} lp_zip_record;

lp_zip_record lp_zip_record_at(const unsigned char *bytes);

/* ---- reading: the fixed part gives the length of the record, which is then parsed whole ---- */

/* The bytes of the fixed part of the record that starts with these 4 bytes. */
size_t lp_zip_fixed_size(const unsigned char *bytes);

/* The whole length of a record; -1 where a ZIP64 end record is shorter than the format requires, or
 * too long. */
int lp_zip_size(const unsigned char *record, size_t *size, lp_error *e);

/* Parses a whole local header (4.3.7) or central header (4.3.12), ZIP64's extra field (4.5.3)
 * within. Refused: encryption, methods other than stored and deflated, flags that are not known,
 * a member on another disk, extra fields that do not add up. A local header's offset is set to 0.
 * With LP_ZIP_HAS_DESCRIPTOR a local header's CRC and sizes are 0 where they are not known. */
int lp_zip_parse(const unsigned char *record, lp_zip_entry *entry, lp_error *e);

/* The length of the data descriptor (4.3.9) at bytes, of which `available` are there, if it gives
 * these values: with or without signature, sizes of 4 or 8 bytes. 0 where none of the four fits. */
size_t lp_zip_match_descriptor(const unsigned char *bytes, size_t available, uint32_t crc,
                               uint64_t packed_size, uint64_t size);

/* What the end of an archive states: the number of members, the place of the central directory. */
typedef struct {
    uint64_t count, central_offset, central_size;
} lp_zip_totals;

/* Check ZIP64's end record (4.3.14), its locator (4.3.15, which gives the former's offset) and the
 * end record (4.3.16) against the totals that were counted. */
int lp_zip_check_end64(const unsigned char *record, const lp_zip_totals *totals, lp_error *e);
int lp_zip_check_locator64(const unsigned char *record, uint64_t end64_offset, lp_error *e);
int lp_zip_check_end(const unsigned char *record, const lp_zip_totals *totals, bool has_end64,
                     lp_error *e);

/* ---- writing: the strict profile ---- */

/* Appends the local header of entry (whose offset is its place in the archive). Where `align` is
 * not 0 and the member is stored, an extra field (id 0xD935) pads it so that byte `prefix` of the
 * member's data (the length of its .npy header) falls on a multiple of align (a power of two). */
void lp_zip_append_local(lp_buffer *b, const lp_zip_entry *entry, size_t prefix, size_t align);

/* Appends the central header of entry. */
void lp_zip_append_central(lp_buffer *b, const lp_zip_entry *entry);

/* Appends the end record, and ZIP64's two before it where the totals need them. */
void lp_zip_append_end(lp_buffer *b, const lp_zip_totals *totals);

#endif
