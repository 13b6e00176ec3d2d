/* The digest beside a recipe: which tensors the recipe made, and which versions of labpipe made
 * them. It is the archive's last member, recipe.digest, a text (U, 0-d) of lines:
 *
 *     labpipe 0.1.0
 *     recipe 6f1ed002ab5595859014ebf0951522d9...
 *     9f86d081884c7d659a2feaa0c55ad015... 1a2b3c4d x.npy
 *
 * - a line for each version that ran a stage, in that order; "unknown" is one of before digests;
 * - the SHA-256 of the recipe's bytes;
 * - of every other member, in the archive's order, its SHA-256 (or - where it was passed on and
 * came without one), its CRC-32 as the archive has it, and its name, with bytes outside
 * [A-Za-z0-9_.+-/] as %XX. The SHA-256 of a tensor is that of its type and shape as NumPy writes
 * them, a line break, and its elements in C order, little-endian: sha256(f"{a.dtype.str}
 * {a.shape}\n".encode() + a.tobytes()) and of a member that is not a tensor that of its bytes.
 * Other lines are left for later versions. SHA-256 is FIPS 180-4's, by nettle.
 *
 * A program that changes tensors and passes both texts on is found out. One that appends a stage
 * of its own to the recipe is believed: the recipe's SHA-256 is another then. The digest is not a
 * signature: whoever means to can write another. */
#ifndef LP_IO_DIGEST_H
#define LP_IO_DIGEST_H

#include "base/error.h"
#include "base/memory.h"
#include "base/tensor.h"
#include "base/values.h"
#include "io/archive.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LP_DIGEST_NAME "recipe.digest"
#define LP_DIGEST_UNKNOWN "unknown"

/* A SHA-256 as 64 hexadecimal digits. */
typedef struct {
    char hex[65];
} lp_sha256;

lp_sha256 lp_sha256_of(const void *bytes, size_t size);

/* Of a member that was passed on while it came (io/relay.h). */
extern const lp_sha256 lp_sha256_unknown;
bool lp_sha256_is_known(const lp_sha256 *sha256);

/* Of a tensor, and of a member as above. -1 and e where a Fortran-ordered or big-endian array finds
 * no room to be turned. */
lp_sha256 lp_sha256_of_tensor(const lp_tensor *t);
int lp_sha256_of_member(const lp_member *m, lp_sha256 *sha256, lp_error *e);

/* Of a tensor that has type and shape alone and gets its elements in pieces; *crc32 is that of its
 * header and elements. */
int lp_sha256_of_pieces(const lp_tensor *t, lp_archive_piece *piece, void *context,
                        lp_sha256 *sha256, uint32_t *crc32, lp_error *e);

typedef struct {
    lp_sha256 sha256;
    uint32_t crc32;
    const char *name; /* of the member's file, escaped */
} lp_digest_row;

/* A digest that was read; all in the arena that it was read into. */
typedef struct {
    lp_texts versions;
    lp_sha256 recipe;
    lp_digest_row *row; /* (rows) */
    size_t rows;
} lp_digest;

/* False where the text is not a digest. */
bool lp_digest_parse(const char *text, lp_arena *arena, lp_digest *d);

/* Whether the members but for the recipe's own are those of the digest. A CRC-32 that agrees spares
 * the SHA-256. */
int lp_digest_compare(const lp_digest *d, const lp_members *members, bool *is_same, lp_error *e);

/* What a digest begins with, and a row of it. */
void lp_digest_begin(lp_buffer *b, const lp_texts *versions, const char *recipe);
void lp_digest_append(lp_buffer *b, const lp_sha256 *sha256, uint32_t crc32, const char *name,
                      const char *ending);

/* Adds a version to a list unless it is there; the list grows in the arena. */
void lp_digest_add_version(lp_texts *versions, lp_arena *arena, const char *version);

/* "made by labpipe unknown, 0.3.0 (this is 0.1.0)", appended where the versions are others than
 * this one; false where they are not, or there are none. */
bool lp_digest_tell_versions(const lp_texts *versions, lp_buffer *b);

/* True for a member that holds the recipe or its digest. */
bool lp_digest_is_own(const lp_member *m);

#endif
