#include "io/relay.h"

#include "io/crc32.h"
#include "io/digest.h"

enum { CHUNK = 1 << 18 }; /* what is read, summed and written while it is in the cache */

/* Writes a member that is whole, and lets go of its bytes. */
static int pass(lp_relay *r, lp_member *m, lp_error *e) {
    if (m->is_passed || lp_digest_is_own(m))
        return 0;
    m->is_passed = true;
    int failed = lp_archive_write_member(&r->writer, m->name, m, e);
    lp_buffer_free(&m->unpacked);
    return failed;
}

int lp_relay_hold(lp_relay *r, lp_members *members, size_t n, size_t size, lp_source *s, size_t at,
                  lp_error *e) {
    r->held = size > LP_RELAY_HOLD ? LP_RELAY_HOLD + 1 : r->held + size;
    if (!r->has_begun && r->held <= LP_RELAY_HOLD)
        return 0;
    for (; r->done < n; r->done++)
        if (pass(r, &members->item[r->done], e))
            return -1;
    r->has_begun = true;
    lp_source_forget(s, at);
    return 0;
}

bool lp_relay_takes(const lp_relay *r, const lp_member *m, bool is_stated) {
    return r != NULL && r->has_begun && is_stated && m->foreign == NULL && !lp_digest_is_own(m);
}

int lp_relay_member(lp_relay *r, lp_member *m, uint32_t stated, lp_source *s, size_t at,
                    lp_error *e) {
    m->is_passed = true;
    if (lp_archive_write_stated(&r->writer, m->name, m, stated, e))
        return -1;
    for (size_t done = 0; done < m->size;) {
        const size_t n = m->size - done < CHUNK ? m->size - done : CHUNK;
        if (lp_source_need(s, at + done, n, e))
            return -1;
        m->crc = lp_crc32(m->crc, s->data + at + done, n);
        if (lp_archive_write_bytes(&r->writer, s->data + at + done, n, e))
            return -1;
        done += n;
        lp_source_forget(s, at + done);
    }
    return 0;
}
