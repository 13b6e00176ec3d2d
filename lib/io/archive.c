#include "io/archive.h"

#include "io/crc32.h"
#include "io/gzip.h"
#include "io/relay.h"
#include "io/zip.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { CHUNK = 1 << 20 }; /* how much is waited for and checked at a time */

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

void lp_member_free(lp_member *m) {
    free(m->foreign);
    lp_buffer_free(&m->unpacked);
    *m = (lp_member){0};
}

void lp_members_free(lp_members *members) {
    for (size_t i = 0; i < members->count; i++)
        lp_member_free(&members->item[i]);
    free(members->item);
    lp_arena_free(&members->names);
    *members = (lp_members){0};
}

const unsigned char *lp_member_bytes(const lp_member *m) {
    return m->source != NULL ? m->source->data + m->offset
                             : (const unsigned char *)m->unpacked.data;
}

static lp_member *add_member(lp_members *members, const char *name, size_t size) {
    members->item =
        lp_grow(members->item, members->count, &members->capacity, sizeof *members->item);
    char *copy = lp_arena_alloc(&members->names, size + 1, 1);
    memcpy(copy, name, size);
    copy[size] = '\0';
    members->item[members->count] = (lp_member){.name = copy, .ending = suffix};
    return &members->item[members->count++];
}

/* Waits for the whole of the record that begins with the 4 bytes at `at`; *size is its length. */
static int need_record(lp_source *s, size_t at, size_t *size, lp_error *e) {
    if (lp_source_need(s, at, lp_zip_fixed_size(s->data + at), e) ||
        lp_zip_size(s->data + at, size, e))
        return -1;
    return lp_source_need(s, at, *size, e);
}

/* ---- a member's data ---- */

static int parse_npy(lp_member *m, const void *header, size_t size, lp_error *e) {
    if (lp_npy_parse(header, size, &m->npy, e))
        return -1;
    m->size = m->npy.header_size + m->npy.data_size; /* neither is over PTRDIFF_MAX */
    return 0;
}

/* Parses the header of an .npy that starts at `at`; `limit` is its size according to the archive,
 * SIZE_MAX where that is not known. */
static int read_header(lp_source *s, size_t at, size_t limit, lp_member *m, lp_error *e) {
    size_t size;
    if (limit < LP_NPY_START)
        return lp_fail(e, "it is %zu bytes long, too short for an array", limit);
    if (lp_source_need(s, at, LP_NPY_START, e) || lp_npy_header_size(s->data + at, &size, e))
        return -1;
    if (limit < size)
        return lp_fail(e, "its header says that it is %zu bytes long, the archive has %zu", size,
                       limit);
    return lp_source_need(s, at, size, e) || parse_npy(m, s->data + at, size, e) ? -1 : 0;
}

/* "f8 of shape (2, 3) takes 176 bytes, WHAT". */
static int refuse_size(const lp_member *m, const char *what, lp_error *e) {
    char shape[200], type[16];
    return lp_fail(e, "%s of shape %s takes %zu bytes, %s", lp_type_name(m->npy.type, type),
                   lp_shape_text(m->npy.ndim, m->npy.shape, shape), m->size, what);
}

/* True where what failed is an array that labpipe has no tensors for: it becomes foreign. */
static bool leave(lp_member *m, lp_error *e) {
    if (!m->npy.is_foreign)
        return false;
    m->foreign = lp_strdup(e->text);
    m->npy = (lp_npy){0};
    *e = (lp_error){0};
    return true;
}

/* Waits for all bytes of a stored member, chunk by chunk, and computes its CRC-32. */
static int sum_stored(lp_source *s, size_t at, lp_member *m, lp_error *e) {
    for (size_t done = 0; done < m->size;) {
        size_t n = m->size - done < CHUNK ? m->size - done : CHUNK;
        if (lp_source_need(s, at + done, n, e))
            return -1;
        m->crc = lp_source_crc32(s, m->crc, at + done, at + done + n);
        done += n;
    }
    m->source = s;
    m->offset = at;
    return 0;
}

/* The same for a member whose size only the data descriptor behind it tells: it ends where one has
 * the CRC-32 and the size of all bytes before it. */
static int find_end(lp_source *s, size_t at, lp_member *m, lp_error *e) {
    static const char signature[] = "PK\7\10";
    for (size_t done = 0;; done++) {
        if (lp_source_need(s, at + done, LP_ZIP_DESCRIPTOR, e))
            return -1;
        const size_t here = s->size - LP_ZIP_DESCRIPTOR - (at + done) + 4;
        const unsigned char *found = memmem(s->data + at + done, here, signature, 4);
        if (found == NULL) {
            done += here - 4;
            continue;
        }
        done = (size_t)(found - s->data) - at;
        m->crc = lp_source_crc32(s, m->crc, at + m->size, at + done);
        m->size = done;
        if (lp_zip_match_descriptor(found, LP_ZIP_DESCRIPTOR, m->crc, done, done) > 0)
            break;
    }
    m->source = s;
    m->offset = at;
    return 0;
}

/* Reads a stored member; `size` as above. It is passed on at once where `relay` is not NULL and can
 * do so. */
static int read_stored(lp_source *s, size_t at, size_t size, const lp_zip_entry *entry,
                       lp_relay *relay, lp_member *m, lp_error *e) {
    if (m->foreign == NULL && read_header(s, at, size, m, e) && !leave(m, e))
        return -1;
    if (m->foreign != NULL && size == SIZE_MAX)
        return find_end(s, at, m, e);
    char what[60];
    snprintf(what, sizeof what, "the archive has %zu", size);
    if (m->foreign != NULL)
        m->size = size;
    else if (size != SIZE_MAX && m->size != size)
        return refuse_size(m, what, e);
    if (lp_relay_takes(relay, m, !(entry->flags & LP_ZIP_HAS_DESCRIPTOR)))
        return lp_relay_member(relay, m, entry->crc, s, at, e);
    return sum_stored(s, at, m, e);
}

/* Deflated data in the source. */
typedef struct {
    z_stream z;
    size_t at, end; /* end: SIZE_MAX where it is not known */
    bool ended;
} packed;

/* Unpacks until `out` holds `wanted` bytes or the data end. */
static int inflate_to(lp_source *s, packed *p, size_t wanted, lp_buffer *out, lp_error *e) {
    while (out->size < wanted && !p->ended) {
        /* The room doubles with what arrives, whatever size a header claims. */
        size_t room = wanted - out->size, usual = out->size < CHUNK ? CHUNK : out->size;
        if (room > usual)
            room = usual;
        if (room > UINT32_MAX / 2)
            room = UINT32_MAX / 2;
        if (lp_buffer_try_reserve(out, room, e))
            return -1;
        if (p->at < p->end && lp_source_need(s, p->at, 1, e))
            return -1;
        size_t here = (s->size < p->end ? s->size : p->end) - p->at;
        if (here > CHUNK)
            here = CHUNK;
        p->z.next_in = (unsigned char *)(uintptr_t)(s->data + p->at);
        p->z.avail_in = (uInt)here;
        p->z.next_out = (unsigned char *)out->data + out->size;
        p->z.avail_out = (uInt)room;
        int status = inflate(&p->z, Z_NO_FLUSH);
        p->at += here - p->z.avail_in;
        out->size += room - p->z.avail_out;
        if (status == Z_STREAM_END)
            p->ended = true;
        else if (status == Z_BUF_ERROR && here == 0)
            return lp_fail(e, "its deflated data end too early");
        else if (status != Z_OK && status != Z_BUF_ERROR)
            return lp_fail(e, "its deflated data are damaged (%s)", p->z.msg ? p->z.msg : "zlib");
    }
    return 0;
}

static void end_packed(packed *p) {
    inflateEnd(&p->z);
}

static int inflate_header(lp_source *s, packed *p, lp_member *m, lp_error *e) {
    lp_buffer *out = &m->unpacked;
    size_t size;
    if (inflate_to(s, p, LP_NPY_START, out, e))
        return -1;
    if (out->size < LP_NPY_START)
        return lp_fail(e, "it is %zu bytes long, too short for an array", out->size);
    if (lp_npy_header_size(out->data, &size, e) || inflate_to(s, p, size, out, e))
        return -1;
    if (out->size < size)
        return lp_fail(e, "its header is cut short");
    return parse_npy(m, out->data, size, e);
}

/* Reads deflated data from *at on, to `end` where that is not SIZE_MAX, and moves *at past them.
 * `size` is how long the archive says that they are unpacked, SIZE_MAX where it does not. */
static int read_deflated(lp_source *s, size_t *at, size_t end, size_t size, lp_member *m,
                         lp_error *e) {
    LP_CLEANUP(end_packed) packed p = {.at = *at, .end = end};
    lp_buffer *out = &m->unpacked;
    if (inflateInit2(&p.z, -MAX_WBITS) != Z_OK)
        return lp_fail(e, "zlib could not be started");
    if (m->foreign == NULL && inflate_header(s, &p, m, e) && !leave(m, e))
        return -1;
    if (m->foreign != NULL)
        m->size = size;
    if (inflate_to(s, &p, m->size, out, e))
        return -1;
    if (m->foreign != NULL && p.ended)
        m->size = out->size;
    /* The data have to end here: one further byte is asked for and must not come. */
    if (!p.ended && inflate_to(s, &p, m->size + 1, out, e))
        return -1;
    if (out->size != m->size && m->foreign != NULL)
        return lp_fail(e, "its deflated data hold more than %zu bytes", m->size);
    if (out->size != m->size)
        return refuse_size(
            m, out->size < m->size ? "its deflated data hold fewer" : "its deflated data hold more",
            e);
    if (end != SIZE_MAX && p.at != end)
        return lp_fail(e, "%zu bytes of its deflated data are left over", end - p.at);
    m->crc = lp_crc32(0, out->data, out->size);
    *at = p.at;
    return 0;
}

/* ---- an archive ---- */

/* Why a member of that name is not a tensor; NULL where it may be one. */
static const char *foreign_name(const lp_zip_entry *entry) {
    const size_t n = strlen(suffix);
    if (entry->name[entry->name_size - 1] == '/')
        return "it is a directory, not an array";
    if (entry->name_size < n || memcmp(entry->name + entry->name_size - n, suffix, n) != 0)
        return "it is not an array (its name does not end in .npy)";
    if (!lp_member_name_is_valid(entry->name, entry->name_size - n))
        return LP_MEMBER_NAME_INVALID;
    return NULL;
}

/* A member's name for messages. */
typedef struct {
    char text[80];
} shown;

static shown show(const lp_zip_entry *entry) {
    shown name;
    const size_t room = sizeof name.text - 4;
    const size_t n = entry->name_size < room ? entry->name_size : room;
    for (size_t i = 0; i < n; i++) /* a NUL would end the message */
        name.text[i] = entry->name[i] != '\0' ? entry->name[i] : '?';
    strcpy(name.text + n, n < entry->name_size ? "..." : "");
    return name;
}

/* Reads the data and the descriptor of a member whose local header ended at *at. */
static int read_data(lp_source *s, size_t *at, const lp_zip_entry *entry, lp_relay *relay,
                     lp_member *m, lp_error *e) {
    const bool has_descriptor = entry->flags & LP_ZIP_HAS_DESCRIPTOR;
    /* Before a descriptor 0 means that it is not known; Info-ZIP then knows one of the two. */
    const bool knows_packed = !has_descriptor || entry->packed_size != 0;
    const bool knows_size = !has_descriptor || entry->size != 0;
    const size_t start = *at, size = knows_size ? (size_t)entry->size : SIZE_MAX;
    size_t packed_end = SIZE_MAX;
    if (entry->size >= SIZE_MAX ||
        (knows_packed && __builtin_add_overflow(start, entry->packed_size, &packed_end)))
        return lp_fail(e, "its sizes overflow");
    if (entry->method == LP_ZIP_DEFLATED) {
        if (read_deflated(s, at, packed_end, size, m, e))
            return -1;
    } else {
        if (knows_packed && knows_size && entry->packed_size != entry->size)
            return lp_fail(e, "it is stored, but its two sizes differ");
        if (read_stored(s, start, knows_packed ? (size_t)entry->packed_size : size, entry, relay, m,
                        e))
            return -1;
        *at = start + m->size;
    }
    if (knows_size && entry->size != m->size)
        return lp_fail(e, "it unpacks to %zu bytes, the archive says %llu", m->size,
                       (unsigned long long)entry->size);
    m->packed_size = *at - start;
    if (!has_descriptor) {
        if (entry->crc == m->crc)
            return 0;
        return lp_fail(e, "its CRC-32 is %08x, the archive says %08x (it is damaged)",
                       (unsigned)m->crc, (unsigned)entry->crc);
    }
    /* The longest form fits, since the central directory follows. */
    if (lp_source_need(s, *at, LP_ZIP_DESCRIPTOR, e))
        return -1;
    size_t length =
        lp_zip_match_descriptor(s->data + *at, LP_ZIP_DESCRIPTOR, m->crc, m->packed_size, m->size);
    if (length == 0 || (entry->crc != 0 && entry->crc != m->crc))
        return lp_fail(e, "its data descriptor gives another CRC-32 or size (it is damaged)");
    *at += length;
    return 0;
}

/* The same for the last one of the members, which a relay may take away. */
static int read_and_relay(lp_source *s, size_t *at, const lp_zip_entry *entry, lp_members *members,
                          lp_error *e) {
    lp_relay *relay = members->relay;
    const bool is_stated = !(entry->flags & LP_ZIP_HAS_DESCRIPTOR);
    lp_member *m = &members->item[members->count - 1];
    if (relay == NULL)
        return read_data(s, at, entry, NULL, m, e);
    if (lp_relay_hold(relay, members, members->count - 1, is_stated ? entry->size : 0, s, *at, e) ||
        read_data(s, at, entry, relay, m, e))
        return -1;
    return lp_relay_hold(relay, members, members->count, is_stated ? 0 : m->size, s, *at, e);
}

/* Reads one member from its local header on. */
static int read_member(lp_source *s, size_t start, size_t *at, lp_members *members, lp_error *e) {
    size_t header_size;
    lp_zip_entry entry;
    if (need_record(s, *at, &header_size, e))
        return -1;
    int failed = lp_zip_parse(s->data + *at, &entry, e);
    const shown name = show(&entry);
    if (!failed && (entry.name_size == 0 || memchr(entry.name, '\0', entry.name_size) != NULL))
        failed = lp_fail(e, "its name is empty or holds a NUL byte");
    if (!failed) {
        const char *foreign = foreign_name(&entry);
        const size_t ending = foreign == NULL ? strlen(suffix) : 0;
        lp_member *m = add_member(members, entry.name, entry.name_size - ending);
        if (foreign != NULL) {
            m->ending = "";
            m->foreign = lp_strdup(foreign);
        }
        m->flags = entry.flags;
        m->method = entry.method;
        m->header_offset = *at - start;
        *at += header_size;
        if (read_and_relay(s, at, &entry, members, e) == 0)
            return 0;
    }
    return lp_within(e, "member '%s'", name.text);
}

static int compare_offset(const void *key, const void *member) {
    const uint64_t a = *(const uint64_t *)key, b = ((const lp_member *)member)->header_offset;
    return (a > b) - (a < b);
}

/* Checks one header of the central directory against its member. */
static int check_central(const lp_zip_entry *entry, lp_members *members, lp_error *e) {
    lp_member *m = members->item; /* they are in the order of their offsets */
    if (m != NULL)
        m = bsearch(&entry->offset, m, members->count, sizeof *m, compare_offset);
    if (m == NULL)
        return lp_fail(e, "the central directory gives it byte %llu, where no member begins",
                       (unsigned long long)entry->offset);
    if (m->is_listed)
        return lp_fail(e, "the central directory lists it twice");
    m->is_listed = true;
    const size_t length = strlen(m->name);
    if (entry->name_size != length + strlen(m->ending) ||
        memcmp(entry->name, m->name, length) != 0 ||
        memcmp(entry->name + length, m->ending, strlen(m->ending)) != 0)
        return lp_fail(e, "the central directory gives member '%s%s' another name", m->name,
                       m->ending);
    if (entry->crc != m->crc || entry->size != m->size || entry->packed_size != m->packed_size ||
        entry->method != m->method || entry->flags != m->flags)
        return lp_fail(e, "the central directory and its own header disagree");
    return 0;
}

/* Reads ZIP64's end record and locator, if they are at *at. */
static int read_end64(lp_source *s, size_t start, size_t *at, const lp_zip_totals *totals,
                      bool *found, lp_error *e) {
    const size_t end64 = *at;
    size_t size;
    *found = lp_zip_record_at(s->data + end64) == LP_ZIP_IS_END64;
    if (!*found)
        return 0;
    if (need_record(s, end64, &size, e) || lp_zip_check_end64(s->data + end64, totals, e) ||
        lp_source_need(s, *at += size, 4, e))
        return -1;
    if (lp_zip_record_at(s->data + *at) != LP_ZIP_IS_LOCATOR64)
        return lp_fail(e, "byte %zu: the ZIP64 locator is missing (it is damaged)", *at);
    if (need_record(s, *at, &size, e) || lp_zip_check_locator64(s->data + *at, end64 - start, e))
        return -1;
    return lp_source_need(s, *at += size, 4, e);
}

/* Reads the central directory at *at and the records that end the archive. */
static int read_directory(lp_source *s, size_t start, size_t *at, lp_members *members,
                          lp_error *e) {
    lp_zip_totals totals = {.central_offset = *at - start};
    bool has_end64;
    size_t size;
    for (; lp_zip_record_at(s->data + *at) == LP_ZIP_IS_CENTRAL; totals.count++) {
        if (need_record(s, *at, &size, e))
            return -1;
        lp_zip_entry entry;
        if (lp_zip_parse(s->data + *at, &entry, e) || check_central(&entry, members, e))
            return lp_within(e, "member '%s'", show(&entry).text);
        if (lp_source_need(s, *at += size, 4, e))
            return -1;
    }
    if (totals.count != members->count)
        return lp_fail(e, "the central directory lists %llu members of %zu (it is damaged)",
                       (unsigned long long)totals.count, members->count);
    totals.central_size = *at - start - totals.central_offset;
    if (read_end64(s, start, at, &totals, &has_end64, e))
        return -1;
    if (lp_zip_record_at(s->data + *at) != LP_ZIP_IS_END)
        return lp_fail(e, "byte %zu: the archive's end record is missing (it is damaged)", *at);
    if (need_record(s, *at, &size, e) || lp_zip_check_end(s->data + *at, &totals, has_end64, e))
        return -1;
    *at += size;
    return 0;
}

/* For bytes that no stream begins with: what they seem to be, and which tool takes them. */
static int not_a_stream(lp_source *s, lp_error *e) {
    enum { ENOUGH = 256 };
    if (lp_source_fill(s, ENOUGH, e))
        return -1;
    size_t n = s->size < ENOUGH ? s->size : ENOUGH, text = 0;
    while (text < n && (s->data[text] >= ' ' || strchr("\t\n\r", s->data[text]) != NULL) &&
           s->data[text] != 0)
        text++;
    if (lp_gzip_begins(s->data, n))
        return lp_fail(e, "it is gzipped, not a tensor stream (gunzip it first)");
    if (memcmp(s->data, "\x89PNG", 4) == 0)
        return lp_fail(e, "it is a picture, not a tensor stream (labpipe from-images makes one)");
    if (text == n)
        return lp_fail(e,
                       "it is text, not a tensor stream (labpipe from-csv makes one of a table)");
    return lp_fail(e, "it is not a tensor stream (an .npz archive or an .npy array)");
}

int lp_archive_read(lp_source *s, size_t *at, lp_members *members, lp_error *e) {
    const size_t start = *at;
    for (;;) {
        if (lp_source_need(s, *at, 4, e))
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
                return not_a_stream(s, e);
            if (*at == start)
                return lp_fail(e, "byte %zu: what follows the archive is not an archive", start);
            return lp_fail(e, "byte %zu: neither a member nor the archive's end (it is damaged)",
                           *at);
        }
    }
}

int lp_archive_read_bare(lp_source *s, const char *name, lp_members *members, lp_error *e) {
    lp_member *m = add_member(members, name, strlen(name));
    if (read_header(s, 0, SIZE_MAX, m, e) || sum_stored(s, 0, m, e) ||
        lp_source_fill(s, m->size + 1, e))
        return -1;
    return s->size > m->size ? refuse_size(m, "more follow", e) : 0;
}
