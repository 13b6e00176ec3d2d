#include "io/zip.h"

#include <string.h>

static const uint32_t signatures[LP_ZIP_IS_NOTHING] = {
    [LP_ZIP_IS_LOCAL] = 0x04034b50, [LP_ZIP_IS_CENTRAL] = 0x02014b50,
    [LP_ZIP_IS_END64] = 0x06064b50, [LP_ZIP_IS_LOCATOR64] = 0x07064b50,
    [LP_ZIP_IS_END] = 0x06054b50,
};
static const uint32_t descriptor_signature = 0x08074b50;

enum {
    EXTRA_ZIP64 = 0x0001,
    EXTRA_ALIGNMENT = 0xd935,
    FULL16 = 0xffff,
    FLAG_ENCRYPTED = 0x0001,
    FLAG_STRONG = 0x0040,
    FLAG_MASKED = 0x2000,
    /* Deflate's level (bits 1 and 2), the descriptor (3), UTF-8 names (11). */
    FLAGS_KNOWN = 0x0006 | LP_ZIP_HAS_DESCRIPTOR | 0x0800,
    VERSION_STORED = 10,
    VERSION_DEFLATED = 20,
    VERSION_ZIP64 = 45,
    MADE_BY_UNIX = 3 << 8,
    DATE_1980_01_01 = 0 << 9 | 1 << 5 | 1,
    REGULAR_FILE_MODE = 0100644,
};
static const uint32_t full32 = 0xffffffff;

static uint64_t get(const unsigned char *bytes, int size) {
    uint64_t value = 0;
    for (int i = size - 1; i >= 0; i--)
        value = value << 8 | bytes[i];
    return value;
}

static uint16_t get16(const unsigned char *bytes) {
    return (uint16_t)get(bytes, 2);
}

static uint32_t get32(const unsigned char *bytes) {
    return (uint32_t)get(bytes, 4);
}

static uint64_t get64(const unsigned char *bytes) {
    return get(bytes, 8);
}

lp_zip_record lp_zip_record_at(const unsigned char *bytes) {
    for (int i = 0; i < LP_ZIP_IS_NOTHING; i++)
        if (get32(bytes) == signatures[i])
            return (lp_zip_record)i;
    return LP_ZIP_IS_NOTHING;
}

/* ---- reading ---- */

size_t lp_zip_local_size(const unsigned char *record) {
    return LP_ZIP_LOCAL + (size_t)get16(record + 26) + get16(record + 28);
}

size_t lp_zip_central_size(const unsigned char *record) {
    return LP_ZIP_CENTRAL + (size_t)get16(record + 28) + get16(record + 30) + get16(record + 32);
}

size_t lp_zip_end_size(const unsigned char *record) {
    return LP_ZIP_END + (size_t)get16(record + 20);
}

int lp_zip_end64_size(const unsigned char *record, size_t *size, lp_error *e) {
    /* The field does not count itself and the signature before it. */
    uint64_t rest = get64(record + 4);
    if (rest < LP_ZIP_END64 - 12 || rest > 1 << 20)
        return lp_fail(e, "the ZIP64 end record says that it is %llu bytes long",
                       (unsigned long long)rest);
    *size = (size_t)rest + 12;
    return 0;
}

/* Reads the extra fields: ZIP64's holds the values that the header's own fields leave to it by
 * being all ones. `wide` points to the values in the field's order. */
static int parse_extra(const unsigned char *extra, size_t size, uint64_t *const *wide, int n,
                       lp_error *e) {
    bool is_missing = false, has_zip64 = false;
    for (int i = 0; i < n; i++)
        is_missing |= *wide[i] == full32;
    while (size >= 4) {
        uint16_t id = get16(extra), length = get16(extra + 2);
        if (length > size - 4)
            return lp_fail(e, "its extra fields do not add up");
        const unsigned char *field = extra + 4, *end = field + length;
        if (id == EXTRA_ZIP64) {
            if (has_zip64)
                return lp_fail(e, "it has two ZIP64 extra fields");
            has_zip64 = true;
            for (int i = 0; i < n; i++) {
                if (*wide[i] != full32)
                    continue;
                if (end - field < 8)
                    return lp_fail(e, "its ZIP64 extra field is too short");
                *wide[i] = get64(field);
                field += 8;
            }
        }
        extra = end;
        size -= 4 + (size_t)length;
    }
    /* Early versions of zipalign left up to three zeros. */
    for (size_t i = 0; i < size; i++)
        if (extra[i] != 0)
            return lp_fail(e, "its extra fields do not add up");
    if (is_missing && !has_zip64)
        return lp_fail(e, "its ZIP64 extra field is missing");
    return 0;
}

static int check_method(const lp_zip_entry *entry, lp_error *e) {
    if (entry->flags & (FLAG_ENCRYPTED | FLAG_STRONG | FLAG_MASKED))
        return lp_fail(e, "it is encrypted");
    if (entry->flags & ~FLAGS_KNOWN)
        return lp_fail(e, "its flags 0x%04x are unknown", (unsigned)entry->flags);
    if (entry->method != LP_ZIP_STORED && entry->method != LP_ZIP_DEFLATED)
        return lp_fail(e, "it is packed by method %d (stored and deflated members are read)",
                       entry->method);
    return 0;
}

int lp_zip_parse_local(const unsigned char *record, lp_zip_entry *entry, lp_error *e) {
    *entry = (lp_zip_entry){
        .name = (const char *)record + LP_ZIP_LOCAL,
        .name_size = get16(record + 26),
        .flags = get16(record + 6),
        .method = get16(record + 8),
        .crc = get32(record + 14),
        .packed_size = get32(record + 18),
        .size = get32(record + 22),
    };
    uint64_t *const wide[] = {&entry->size, &entry->packed_size};
    if (check_method(entry, e))
        return -1;
    return parse_extra(record + LP_ZIP_LOCAL + entry->name_size, get16(record + 28), wide, 2, e);
}

int lp_zip_parse_central(const unsigned char *record, lp_zip_entry *entry, lp_error *e) {
    *entry = (lp_zip_entry){
        .name = (const char *)record + LP_ZIP_CENTRAL,
        .name_size = get16(record + 28),
        .flags = get16(record + 8),
        .method = get16(record + 10),
        .crc = get32(record + 16),
        .packed_size = get32(record + 20),
        .size = get32(record + 24),
        .offset = get32(record + 42),
    };
    uint64_t *const wide[] = {&entry->size, &entry->packed_size, &entry->offset};
    if (check_method(entry, e))
        return -1;
    if (get16(record + 34) != 0)
        return lp_fail(e, "it is on another disk of a split archive");
    return parse_extra(record + LP_ZIP_CENTRAL + entry->name_size, get16(record + 30), wide, 3, e);
}

size_t lp_zip_match_descriptor(const unsigned char *bytes, size_t available, uint32_t crc,
                               uint64_t packed_size, uint64_t size) {
    /* The longest first: a 4-byte form can look like the start of an 8-byte one. */
    static const struct {
        size_t start;
        int width;
    } forms[] = {{4, 8}, {4, 4}, {0, 8}, {0, 4}};
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        const size_t at = forms[i].start;
        const int width = forms[i].width;
        const size_t length = at + 4 + 2 * (size_t)width;
        if (length <= available && (at == 0 || get32(bytes) == descriptor_signature) &&
            get32(bytes + at) == crc && get(bytes + at + 4, width) == packed_size &&
            get(bytes + at + 4 + width, width) == size)
            return length;
    }
    return 0;
}

static int check_total(const char *what, uint64_t said, uint64_t counted, lp_error *e) {
    if (said == counted)
        return 0;
    return lp_fail(e, "the end record says that %s is %llu, but it is %llu", what,
                   (unsigned long long)said, (unsigned long long)counted);
}

int lp_zip_check_end64(const unsigned char *record, const lp_zip_totals *totals, lp_error *e) {
    if (get32(record + 16) != 0 || get32(record + 20) != 0)
        return lp_fail(e, "it is a split archive");
    if (check_total("the number of members", get64(record + 24), totals->count, e) ||
        check_total("the number of members", get64(record + 32), totals->count, e) ||
        check_total("the central directory's size", get64(record + 40), totals->central_size, e))
        return -1;
    return check_total("the central directory's offset", get64(record + 48), totals->central_offset,
                       e);
}

int lp_zip_check_locator64(const unsigned char *record, uint64_t end64_offset, lp_error *e) {
    if (get32(record + 4) != 0 || get32(record + 16) != 1)
        return lp_fail(e, "it is a split archive");
    return check_total("the ZIP64 end record's offset", get64(record + 8), end64_offset, e);
}

int lp_zip_check_end(const unsigned char *record, const lp_zip_totals *totals, bool has_end64,
                     lp_error *e) {
    /* Every field may leave its value to ZIP64's record, if present. */
    const uint64_t disk = get16(record + 4), disk_of_central = get16(record + 6),
                   here = get16(record + 8), count = get16(record + 10), size = get32(record + 12),
                   offset = get32(record + 16);
    if ((disk != 0 && !(has_end64 && disk == FULL16)) ||
        (disk_of_central != 0 && !(has_end64 && disk_of_central == FULL16)))
        return lp_fail(e, "it is a split archive");
    if ((!(has_end64 && here == FULL16) &&
         check_total("the number of members", here, totals->count, e)) ||
        (!(has_end64 && count == FULL16) &&
         check_total("the number of members", count, totals->count, e)) ||
        (!(has_end64 && size == full32) &&
         check_total("the central directory's size", size, totals->central_size, e)) ||
        (!(has_end64 && offset == full32) &&
         check_total("the central directory's offset", offset, totals->central_offset, e)))
        return -1;
    return 0;
}

/* ---- writing ---- */

/* A record under construction. */
typedef struct {
    unsigned char bytes[128];
    size_t size;
} record;

static void put(record *r, uint64_t value, int size) {
    for (int i = 0; i < size; i++)
        r->bytes[r->size++] = (unsigned char)(value >> 8 * i);
}

static uint64_t narrow(uint64_t value) {
    return value < full32 ? value : full32;
}

static unsigned version_of(const lp_zip_entry *entry, bool is_wide) {
    return is_wide                            ? VERSION_ZIP64
           : entry->method == LP_ZIP_DEFLATED ? VERSION_DEFLATED
                                              : VERSION_STORED;
}

/* What local and central headers share: from the version needed to the length of the name. */
static void put_common(record *r, const lp_zip_entry *entry, bool is_wide, bool both_sizes) {
    put(r, version_of(entry, is_wide), 2);
    put(r, entry->flags, 2);
    put(r, entry->method, 2);
    put(r, 0, 2);
    put(r, DATE_1980_01_01, 2);
    put(r, entry->crc, 4);
    put(r, both_sizes ? full32 : narrow(entry->packed_size), 4);
    put(r, both_sizes ? full32 : narrow(entry->size), 4);
    put(r, entry->name_size, 2);
}

void lp_zip_append_local(lp_buffer *b, const lp_zip_entry *entry, size_t prefix, size_t align) {
    static const unsigned char zeros[UINT16_MAX];
    /* A local ZIP64 field has to have both sizes (4.5.3). */
    const bool is_wide = entry->packed_size >= full32 || entry->size >= full32;
    const size_t wide_size = is_wide ? 20 : 0;
    size_t padding = 0;
    if (align > 0 && entry->method == LP_ZIP_STORED) {
        uint64_t data = entry->offset + LP_ZIP_LOCAL + entry->name_size + wide_size + prefix;
        padding = (size_t)(-data & (align - 1));
        while (padding != 0 && padding < 6) /* the field's own head */
            padding += align;
    }
    record r = {.size = 0};
    put(&r, signatures[LP_ZIP_IS_LOCAL], 4);
    put_common(&r, entry, is_wide, is_wide);
    put(&r, wide_size + padding, 2);
    lp_buffer_append(b, r.bytes, r.size);
    lp_buffer_append(b, entry->name, entry->name_size);
    r.size = 0;
    if (is_wide) {
        put(&r, EXTRA_ZIP64, 2);
        put(&r, 16, 2);
        put(&r, entry->size, 8);
        put(&r, entry->packed_size, 8);
    }
    if (padding > 0) {
        put(&r, EXTRA_ALIGNMENT, 2);
        put(&r, padding - 4, 2);
        put(&r, align, 2);
    }
    lp_buffer_append(b, r.bytes, r.size);
    lp_buffer_append(b, zeros, padding > 6 ? padding - 6 : 0);
}

void lp_zip_append_central(lp_buffer *b, const lp_zip_entry *entry) {
    /* A central ZIP64 field has what does not fit, and nothing else. */
    const uint64_t wide[] = {entry->size, entry->packed_size, entry->offset};
    record extra = {.size = 0};
    for (int i = 0; i < 3; i++)
        if (wide[i] >= full32)
            put(&extra, wide[i], 8);
    record r = {.size = 0};
    put(&r, signatures[LP_ZIP_IS_CENTRAL], 4);
    put(&r, MADE_BY_UNIX | version_of(entry, extra.size > 0), 2);
    put_common(&r, entry, extra.size > 0, false);
    put(&r, extra.size > 0 ? extra.size + 4 : 0, 2);
    put(&r, 0, 2); /* comment */
    put(&r, 0, 2); /* disk */
    put(&r, 0, 2); /* internal attributes */
    put(&r, (uint64_t)REGULAR_FILE_MODE << 16, 4);
    put(&r, narrow(entry->offset), 4);
    lp_buffer_append(b, r.bytes, r.size);
    lp_buffer_append(b, entry->name, entry->name_size);
    if (extra.size == 0)
        return;
    r.size = 0;
    put(&r, EXTRA_ZIP64, 2);
    put(&r, extra.size, 2);
    lp_buffer_append(b, r.bytes, r.size);
    lp_buffer_append(b, extra.bytes, extra.size);
}

void lp_zip_append_end(lp_buffer *b, const lp_zip_totals *totals) {
    const bool is_wide = totals->count >= FULL16 || totals->central_size >= full32 ||
                         totals->central_offset >= full32;
    record r = {.size = 0};
    if (is_wide) {
        put(&r, signatures[LP_ZIP_IS_END64], 4);
        put(&r, LP_ZIP_END64 - 12, 8);
        put(&r, MADE_BY_UNIX | VERSION_ZIP64, 2);
        put(&r, VERSION_ZIP64, 2);
        put(&r, 0, 4);
        put(&r, 0, 4);
        put(&r, totals->count, 8);
        put(&r, totals->count, 8);
        put(&r, totals->central_size, 8);
        put(&r, totals->central_offset, 8);
        put(&r, signatures[LP_ZIP_IS_LOCATOR64], 4);
        put(&r, 0, 4);
        put(&r, totals->central_offset + totals->central_size, 8);
        put(&r, 1, 4);
    }
    const uint64_t count = totals->count < FULL16 ? totals->count : FULL16;
    put(&r, signatures[LP_ZIP_IS_END], 4);
    put(&r, 0, 2);
    put(&r, 0, 2);
    put(&r, count, 2);
    put(&r, count, 2);
    put(&r, narrow(totals->central_size), 4);
    put(&r, narrow(totals->central_offset), 4);
    put(&r, 0, 2);
    lp_buffer_append(b, r.bytes, r.size);
}
