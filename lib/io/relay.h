/* An archive passed on while it arrives, for `pick '*'` in a pipe: memory for one piece of it, and
 * the next stage starts at once. The directory at its end is its commit mark: where a member proves
 * damaged no directory is written, so that no reader believes what came before.
 *
 * Up to LP_RELAY_HOLD bytes are held back first: most streams are read whole, and joined with the
 * archives that follow them, before anything is written. */
#ifndef LP_IO_RELAY_H
#define LP_IO_RELAY_H

#include "base/error.h"
#include "io/archive.h"
#include "io/source.h"

#include <stdbool.h>
#include <stddef.h>

#define LP_RELAY_HOLD ((size_t)64 << 20)

/* Starts as {.writer.out = out}; freed with lp_archive_writer_free of its writer. */
typedef struct lp_relay {
    lp_archive_writer writer;
    bool has_begun;
    size_t held; /* bytes of the members that wait */
    size_t done; /* members that do so no longer */
} lp_relay;

/* Says that `size` further bytes are there, or are about to come, after the first n members, which
 * have been read whole. Where that is too much to hold, or was before, these are written, all but
 * the recipe's own, and marked as passed (lp_member.is_passed). Nothing of the source before `at`
 * is needed then. */
int lp_relay_hold(lp_relay *r, lp_members *members, size_t n, size_t size, lp_source *s, size_t at,
                  lp_error *e);

/* True where a stored member whose header has been read can be passed on while its bytes arrive:
 * its CRC-32 and size are known, and the relay has begun. */
bool lp_relay_takes(const lp_relay *r, const lp_member *m, bool is_stated);

/* Waits for all bytes of such a member, from `at` on, and writes them as they come. m->crc becomes
 * that of the bytes; `stated` is what was promised to the next reader. */
int lp_relay_member(lp_relay *r, lp_member *m, uint32_t stated, lp_source *s, size_t at,
                    lp_error *e);

#endif
