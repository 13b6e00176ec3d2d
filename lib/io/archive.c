#include "io/archive.h"

#include "io/zip.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { CHUNK = 1 << 20 }; /* how much is waited for, and looked at, at a time */

static const char suffix[] = ".npy";

bool lp_member_name_is_valid(const char *name, size_t size) {
    if (size == 0 || size > UINT16_MAX - strlen(suffix) || name[0] == '/')
        return false;
    for (size_t i = 0; i < size; i++) {
        char c = name[i];
        bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                        (c >= '0' && c <= '9') || (c != '\0' && strchr("_.+-/", c) != NULL);
        if (!is_plain || (c == '.' && i > 0 && name[i - 1] == '.'))
            return false;
    }
    return true;
}

void lp_members_free(lp_members *members) {
    for (size_t i = 0; i < members->count; i++) {
        free(members->item[i].name);
        lp_buffer_free(&members->item[i].unpacked);
    }
    free(members->item);
    *members = (lp_members){0};
}

static lp_member *add_member(lp_members *members, lp_error *e) {
    if (members->count == members->capacity) {
        size_t capacity = members->capacity ? 2 * members->capacity : 16;
        lp_member *item = lp_alloc(capacity, sizeof *item, e);
        if (item == NULL)
            return NULL;
        if (members->count > 0)
            memcpy(item, members->item, members->count * sizeof *item);
        free(members->item);
        members->item = item;
        members->capacity = capacity;
    }
    lp_member *m = &members->item[members->count++];
    *m = (lp_member){0};
    return m;
}

/* Waits until n bytes from `at` on are there; a source that ends before is an error. */
static int need(lp_source *s, size_t at, size_t n, lp_error *e) {
    size_t end;
    if (__builtin_add_overflow(at, n, &end))
        return lp_fail(e, "its sizes overflow");
    if (s->size >= end)
        return 0;
    if (lp_source_fill(s, end, e))
        return -1;
    if (s->size < end)
        return lp_fail(e,
                       "it is cut short: it ends at byte %zu of at least %zu (did what wrote it "
                       "fail?)",
                       s->size, end);
    return 0;
}

/* ---- a member's data ---- */

/* Parses the header of an .npy that starts at `at`; `limit` is what the archive says that there
 * is of it, SIZE_MAX where it does not. */
static int read_header(lp_source *s, size_t at, size_t limit, lp_npy *npy, lp_error *e) {
    size_t size;
    if (limit < LP_NPY_START)
        return lp_fail(e, "it is %zu bytes long, too short for an array", limit);
    if (need(s, at, LP_NPY_START, e) || lp_npy_header_size(s->data + at, &size, e))
        return -1;
    if (limit < size)
        return lp_fail(e, "its header says that it is %zu bytes long, the archive has %zu", size,
                       limit);
    return need(s, at, size, e) || lp_npy_parse(s->data + at, size, npy, e) ? -1 : 0;
}

/* The size of header and elements. */
static int total_size(const lp_npy *npy, size_t *total, lp_error *e) {
    if (__builtin_add_overflow(npy->header_size, npy->data_size, total))
        return lp_fail(e, "its sizes overflow");
    return 0;
}

/* Waits for all of a stored .npy, chunk by chunk, and computes its CRC-32. */
static int check_bytes(lp_source *s, size_t at, lp_member *m, lp_error *e) {
    for (size_t done = 0; done < m->size;) {
        size_t n = m->size - done < CHUNK ? m->size - done : CHUNK;
        if (need(s, at + done, n, e))
            return -1;
        m->crc = lp_source_crc32(s, m->crc, at + done, at + done + n);
        done += n;
    }
    return 0;
}

static int read_stored(lp_source *s, size_t at, bool size_is_known, size_t size, lp_member *m,
                       lp_error *e) {
    if (read_header(s, at, size_is_known ? size : SIZE_MAX, &m->npy, e) ||
        total_size(&m->npy, &m->size, e))
        return -1;
    if (size_is_known && m->size != size) {
        char shape[200], type[16];
        return lp_fail(e, "%s of shape %s takes %zu bytes, the archive has %zu",
                       lp_type_name(m->npy.type, type),
                       lp_shape_text(m->npy.ndim, m->npy.shape, shape), m->size, size);
    }
    m->offset = at;
    return check_bytes(s, at, m, e);
}

/* Unpacks what begins at `at` until m->unpacked holds `wanted` bytes or the data end. */
static int inflate_to(lp_source *s, size_t *at, size_t packed_end, z_stream *z, size_t wanted,
                      bool *ended, lp_buffer *out, lp_error *e) {
    while (out->size < wanted && !*ended) {
        /* Room for as much again as there is: what a header claims is not believed. */
        size_t room = wanted - out->size, usual = out->size < CHUNK ? CHUNK : out->size;
        if (room > usual)
            room = usual;
        if (room > UINT32_MAX / 2)
            room = UINT32_MAX / 2;
        if (lp_buffer_reserve(out, room, e))
            return -1;
        if (*at < packed_end && need(s, *at, 1, e))
            return -1;
        size_t here = (s->size < packed_end ? s->size : packed_end) - *at;
        if (here > CHUNK)
            here = CHUNK;
        z->next_in = (unsigned char *)(uintptr_t)(s->data + *at);
        z->avail_in = (uInt)here;
        z->next_out = (unsigned char *)out->data + out->size;
        z->avail_out = (uInt)room;
        int status = inflate(z, Z_NO_FLUSH);
        *at += here - z->avail_in;
        out->size += room - z->avail_out;
        if (status == Z_STREAM_END)
            *ended = true;
        else if (status == Z_BUF_ERROR && here == 0)
            return lp_fail(e, "its deflated data end too early");
        else if (status == Z_MEM_ERROR)
            return lp_fail(e, "out of memory");
        else if (status != Z_OK && status != Z_BUF_ERROR)
            return lp_fail(e, "its deflated data are damaged (%s)", z->msg ? z->msg : "zlib");
    }
    return 0;
}

/* Reads deflated data from *at on; packed_end is where they end, SIZE_MAX where that is not known.
 * Moves *at behind them. */
static int read_deflated(lp_source *s, size_t *at, size_t packed_end, lp_member *m, lp_error *e) {
    z_stream z = {0};
    if (inflateInit2(&z, -MAX_WBITS) != Z_OK)
        return lp_fail(e, "out of memory");
    lp_buffer *out = &m->unpacked;
    bool ended = false;
    size_t header_size = 0;
    int failed = inflate_to(s, at, packed_end, &z, LP_NPY_START, &ended, out, e);
    if (!failed && out->size < LP_NPY_START)
        failed = lp_fail(e, "it is %zu bytes long, too short for an array", out->size);
    failed = failed || lp_npy_header_size(out->data, &header_size, e) ||
             inflate_to(s, at, packed_end, &z, header_size, &ended, out, e);
    if (!failed && out->size < header_size)
        failed = lp_fail(e, "its header is cut short");
    failed = failed || lp_npy_parse(out->data, header_size, &m->npy, e) ||
             total_size(&m->npy, &m->size, e) ||
             inflate_to(s, at, packed_end, &z, m->size, &ended, out, e);
    /* The data have to end here: one byte more is asked for and must not come. */
    if (!failed && !ended && m->size < SIZE_MAX)
        failed = inflate_to(s, at, packed_end, &z, m->size + 1, &ended, out, e);
    inflateEnd(&z);
    if (!failed && out->size != m->size) {
        char shape[200], type[16];
        failed = lp_fail(e, "%s of shape %s takes %zu bytes, its deflated data hold %s",
                         lp_type_name(m->npy.type, type),
                         lp_shape_text(m->npy.ndim, m->npy.shape, shape), m->size,
                         out->size < m->size ? "fewer" : "more");
    }
    if (!failed && packed_end != SIZE_MAX && *at != packed_end)
        failed = lp_fail(e, "%zu bytes of its deflated data are left over", packed_end - *at);
    if (!failed)
        m->crc = lp_crc32(0, out->data, out->size);
    return failed ? -1 : 0;
}

/* ---- an archive ---- */

static int check_name(const lp_zip_entry *entry, lp_error *e) {
    const size_t n = strlen(suffix);
    if (entry->name_size > 0 && entry->name[entry->name_size - 1] == '/')
        return lp_fail(e, "it is a directory, not an array");
    if (entry->name_size < n || memcmp(entry->name + entry->name_size - n, suffix, n) != 0)
        return lp_fail(e, "it is not an array (its name does not end in .npy)");
    if (!lp_member_name_is_valid(entry->name, entry->name_size - n))
        return lp_fail(e, "its name is none that a tensor may have ([A-Za-z0-9_.+-/], no '..', no "
                          "leading '/')");
    return 0;
}

/* A member's name for messages. */
typedef struct {
    char text[80];
} shown;

static shown show(const lp_zip_entry *entry) {
    shown name;
    const size_t room = sizeof name.text - 4;
    const size_t n = entry->name_size < room ? entry->name_size : room;
    for (size_t i = 0; i < n; i++) { /* a NUL would end the message */
        char c = entry->name[i];
        name.text[i] = (unsigned char)c < 0x20 || (unsigned char)c > 0x7e ? '?' : c;
    }
    strcpy(name.text + n, n < entry->name_size ? "..." : "");
    return name;
}

/* Reads the data, and the descriptor, of a member whose local header ended at *at. */
static int read_data(lp_source *s, size_t *at, const lp_zip_entry *entry, lp_member *m,
                     lp_error *e) {
    const bool has_descriptor = entry->flags & LP_ZIP_HAS_DESCRIPTOR;
    const bool is_known = !has_descriptor || entry->size != 0 || entry->packed_size != 0;
    const size_t start = *at;
    size_t packed_end = SIZE_MAX;
    if (entry->size > SIZE_MAX ||
        (is_known && __builtin_add_overflow(start, entry->packed_size, &packed_end)))
        return lp_fail(e, "its sizes overflow");
    if (entry->method == LP_ZIP_DEFLATED) {
        if (read_deflated(s, at, packed_end, m, e))
            return -1;
    } else {
        if (is_known && entry->packed_size != entry->size)
            return lp_fail(e, "it is stored, but its two sizes differ");
        if (read_stored(s, start, is_known, (size_t)entry->size, m, e))
            return -1;
        *at = start + m->size;
    }
    if (is_known && entry->size != m->size)
        return lp_fail(e, "it unpacks to %zu bytes, the archive says %llu", m->size,
                       (unsigned long long)entry->size);
    m->packed_size = *at - start;
    if (!has_descriptor) {
        if (entry->crc == m->crc)
            return 0;
        return lp_fail(e, "its CRC-32 is %08x, the archive says %08x (it is damaged)",
                       (unsigned)m->crc, (unsigned)entry->crc);
    }
    /* The longest form fits: the central directory follows at least. */
    if (need(s, *at, LP_ZIP_DESCRIPTOR, e))
        return -1;
    size_t length =
        lp_zip_match_descriptor(s->data + *at, LP_ZIP_DESCRIPTOR, m->crc, m->packed_size, m->size);
    if (length == 0 || (entry->crc != 0 && entry->crc != m->crc))
        return lp_fail(e, "its data descriptor says another CRC-32 or size (it is damaged)");
    *at += length;
    return 0;
}

/* Reads one member from its local header on. */
static int read_member(lp_source *s, size_t start, size_t *at, lp_members *members, lp_error *e) {
    if (need(s, *at, LP_ZIP_LOCAL, e))
        return -1;
    const size_t header_size = lp_zip_local_size(s->data + *at);
    if (need(s, *at, header_size, e))
        return -1;
    lp_zip_entry entry;
    int failed = lp_zip_parse_local(s->data + *at, &entry, e);
    const shown name = show(&entry);
    lp_member *m = failed || check_name(&entry, e) ? NULL : add_member(members, e);
    if (m != NULL) {
        const size_t length = entry.name_size - strlen(suffix);
        m->flags = entry.flags;
        m->method = entry.method;
        m->header_offset = *at - start;
        m->name = lp_alloc(length + 1, 1, e);
        if (m->name != NULL) {
            memcpy(m->name, entry.name, length);
            m->name[length] = '\0';
            *at += header_size;
            if (read_data(s, at, &entry, m, e) == 0)
                return 0;
        }
    }
    return lp_within(e, "member '%s'", name.text);
}

/* Holds one header of the central directory against the member that it is about. */
static int check_central(const lp_zip_entry *entry, lp_members *members, lp_error *e) {
    size_t low = 0, high = members->count;
    while (low < high) { /* the members stand in the order of their offsets */
        size_t middle = low + (high - low) / 2;
        if (members->item[middle].header_offset < entry->offset)
            low = middle + 1;
        else
            high = middle;
    }
    lp_member *m = low < members->count ? &members->item[low] : NULL;
    if (m == NULL || m->header_offset != entry->offset)
        return lp_fail(e, "the central directory has it at byte %llu, where no member is",
                       (unsigned long long)entry->offset);
    if (m->is_listed)
        return lp_fail(e, "the central directory has it twice");
    m->is_listed = true;
    const size_t length = strlen(m->name);
    if (entry->name_size != length + strlen(suffix) || memcmp(entry->name, m->name, length) != 0 ||
        memcmp(entry->name + length, suffix, strlen(suffix)) != 0)
        return lp_fail(e, "the central directory calls member '%s.npy' so", m->name);
    if (entry->crc != m->crc || entry->size != m->size || entry->packed_size != m->packed_size ||
        entry->method != m->method || entry->flags != m->flags)
        return lp_fail(e, "the central directory and its own header disagree");
    return 0;
}

/* Reads the central directory at *at and the records that end the archive. */
static int read_directory(lp_source *s, size_t start, size_t *at, lp_members *members,
                          lp_error *e) {
    lp_zip_totals totals = {.central_offset = *at - start};
    for (;;) {
        if (need(s, *at, 4, e))
            return -1;
        if (lp_zip_record_at(s->data + *at) != LP_ZIP_IS_CENTRAL)
            break;
        if (need(s, *at, LP_ZIP_CENTRAL, e))
            return -1;
        const size_t size = lp_zip_central_size(s->data + *at);
        if (need(s, *at, size, e))
            return -1;
        lp_zip_entry entry;
        if (lp_zip_parse_central(s->data + *at, &entry, e) || check_central(&entry, members, e))
            return lp_within(e, "member '%s'", show(&entry).text);
        *at += size;
        totals.count++;
    }
    if (totals.count != members->count)
        return lp_fail(e, "the central directory lists %llu members of %zu (it is damaged)",
                       (unsigned long long)totals.count, members->count);
    totals.central_size = *at - start - totals.central_offset;
    const bool has_end64 = lp_zip_record_at(s->data + *at) == LP_ZIP_IS_END64;
    if (has_end64) {
        size_t size;
        const size_t end64 = *at;
        if (need(s, end64, LP_ZIP_END64, e) || lp_zip_end64_size(s->data + end64, &size, e) ||
            need(s, end64, size + LP_ZIP_LOCATOR64, e) ||
            lp_zip_check_end64(s->data + end64, &totals, e))
            return -1;
        *at += size;
        if (lp_zip_record_at(s->data + *at) != LP_ZIP_IS_LOCATOR64)
            return lp_fail(e, "byte %zu: the ZIP64 locator is missing (it is damaged)", *at);
        if (lp_zip_check_locator64(s->data + *at, end64 - start, e))
            return -1;
        *at += LP_ZIP_LOCATOR64;
        if (need(s, *at, 4, e))
            return -1;
    }
    if (lp_zip_record_at(s->data + *at) != LP_ZIP_IS_END)
        return lp_fail(e, "byte %zu: the archive's end record is missing (it is damaged)", *at);
    if (need(s, *at, LP_ZIP_END, e) || lp_zip_check_end(s->data + *at, &totals, has_end64, e))
        return -1;
    const size_t size = lp_zip_end_size(s->data + *at);
    if (need(s, *at, size, e))
        return -1;
    *at += size;
    return 0;
}

int lp_archive_read(lp_source *s, size_t *at, lp_members *members, lp_error *e) {
    const size_t start = *at;
    for (;;) {
        if (need(s, *at, 4, e))
            return -1;
        switch (lp_zip_record_at(s->data + *at)) {
        case LP_ZIP_IS_LOCAL:
            if (read_member(s, start, at, members, e))
                return -1;
            break;
        case LP_ZIP_IS_CENTRAL:
        case LP_ZIP_IS_END64:
        case LP_ZIP_IS_END:
            return read_directory(s, start, at, members, e);
        default:
            if (*at == 0)
                return lp_fail(e, "it is no tensor stream (an .npz archive or an .npy array)");
            if (*at == start)
                return lp_fail(e, "byte %zu: what follows the archive is no archive", start);
            return lp_fail(e, "byte %zu: neither a member nor the archive's end (it is damaged)",
                           *at);
        }
    }
}

int lp_archive_read_bare(lp_source *s, lp_members *members, lp_error *e) {
    lp_member *m = add_member(members, e);
    if (m == NULL || read_header(s, 0, SIZE_MAX, &m->npy, e) || total_size(&m->npy, &m->size, e))
        return -1;
    if (check_bytes(s, 0, m, e))
        return -1;
    if (m->size < SIZE_MAX && lp_source_fill(s, m->size + 1, e))
        return -1;
    if (s->size > m->size) {
        char shape[200], type[16];
        return lp_fail(e, "%s of shape %s takes %zu bytes, more follow",
                       lp_type_name(m->npy.type, type),
                       lp_shape_text(m->npy.ndim, m->npy.shape, shape), m->size);
    }
    return 0;
}
