#include "io/zip.h"

#include <string.h>

static const struct {
    uint32_t signature;
    uint8_t size;       /* of the fixed part */
    uint8_t lengths[4]; /* where it has the lengths (2 bytes) of its variable parts; 0 ends */
} records[LP_ZIP_IS_NOTHING + 1] = {
    [LP_ZIP_IS_LOCAL] = {0x04034b50, 30, {26, 28}},
    [LP_ZIP_IS_CENTRAL] = {0x02014b50, 46, {28, 30, 32}},
    [LP_ZIP_IS_END64] = {0x06064b50, 56, {0}},
    [LP_ZIP_IS_LOCATOR64] = {0x07064b50, 20, {0}},
    [LP_ZIP_IS_END] = {0x06054b50, 22, {20}},
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
    FLAGS_KNOWN = 0x0006 | LP_ZIP_HAS_DESCRIPTOR | LP_ZIP_UTF8_NAME,
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
    int kind = 0;
    while (kind < LP_ZIP_IS_NOTHING && get32(bytes) != records[kind].signature)
        kind++;
    return (lp_zip_record)kind;
}

/* ---- reading ---- */

size_t lp_zip_fixed_size(const unsigned char *bytes) {
    return records[lp_zip_record_at(bytes)].size;
}

int lp_zip_size(const unsigned char *record, size_t *size, lp_error *e) {
    const lp_zip_record kind = lp_zip_record_at(record);
    *size = records[kind].size;
    for (const uint8_t *at = records[kind].lengths; *at != 0; at++)
        *size += get16(record + *at);
    if (kind != LP_ZIP_IS_END64)
        return 0;
    /* The field does not count itself and the signature before it. */
    uint64_t rest = get64(record + 4);
    if (rest < *size - 12 || rest > 1 << 20)
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

int lp_zip_parse(const unsigned char *record, lp_zip_entry *entry, lp_error *e) {
    const bool is_central = lp_zip_record_at(record) == LP_ZIP_IS_CENTRAL;
    const unsigned char *at = record + (is_central ? 8 : 6); /* from the flags on they agree */
    const unsigned char *name = record + lp_zip_fixed_size(record);
    *entry = (lp_zip_entry){
        .name = (const char *)name,
        .name_size = get16(at + 20),
        .flags = get16(at),
        .method = get16(at + 2),
        .crc = get32(at + 8),
        .packed_size = get32(at + 12),
        .size = get32(at + 16),
        .offset = is_central ? get32(record + 42) : 0,
    };
    uint64_t *const wide[] = {&entry->size, &entry->packed_size, &entry->offset};
    if (entry->flags & (FLAG_ENCRYPTED | FLAG_STRONG | FLAG_MASKED))
        return lp_fail(e, "it is encrypted");
    if (entry->flags & ~FLAGS_KNOWN)
        return lp_fail(e, "its flags 0x%04x are unknown", (unsigned)entry->flags);
    if (entry->method != LP_ZIP_STORED && entry->method != LP_ZIP_DEFLATED)
        return lp_fail(e, "it is packed by method %d (stored and deflated members are read)",
                       entry->method);
    if (is_central && get16(record + 34) != 0)
        return lp_fail(e, "it is on another disk of a split archive");
    return parse_extra(name + entry->name_size, get16(at + 22), wide, is_central ? 3 : 2, e);
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

/* Compares the totals that a record has from `at` on: members on this disk and in all, of
 * count_size bytes, then the central directory's size and offset. Where `has_end64`, a field of all
 * ones leaves its value to ZIP64's record. */
static int check_totals(const unsigned char *at, int count_size, int size, bool has_end64,
                        const lp_zip_totals *totals, lp_error *e) {
    const struct {
        const char *what;
        int size;
        uint64_t counted;
    } fields[] = {
        {"the number of members", count_size, totals->count},
        {"the number of members", count_size, totals->count},
        {"the central directory's size", size, totals->central_size},
        {"the central directory's offset", size, totals->central_offset},
    };
    for (int i = 0; i < 4; at += fields[i++].size) {
        const uint64_t said = get(at, fields[i].size);
        const bool is_left = has_end64 && said == UINT64_MAX >> (64 - 8 * fields[i].size);
        if (!is_left && check_total(fields[i].what, said, fields[i].counted, e))
            return -1;
    }
    return 0;
}

int lp_zip_check_end64(const unsigned char *record, const lp_zip_totals *totals, lp_error *e) {
    if (get32(record + 16) != 0 || get32(record + 20) != 0)
        return lp_fail(e, "it is a split archive");
    return check_totals(record + 24, 8, 8, false, totals, e);
}

int lp_zip_check_locator64(const unsigned char *record, uint64_t end64_offset, lp_error *e) {
    if (get32(record + 4) != 0 || get32(record + 16) != 1)
        return lp_fail(e, "it is a split archive");
    return check_total("the ZIP64 end record's offset", get64(record + 8), end64_offset, e);
}

int lp_zip_check_end(const unsigned char *record, const lp_zip_totals *totals, bool has_end64,
                     lp_error *e) {
    const int left = has_end64 ? FULL16 : 0, disk = get16(record + 4), central = get16(record + 6);
    if ((disk != 0 && disk != left) || (central != 0 && central != left))
        return lp_fail(e, "it is a split archive");
    return check_totals(record + 8, 2, 4, has_end64, totals, e);
}

/* ---- writing ---- */

typedef struct {
    size_t size;
    uint64_t value;
} field;

/* Appends fields: {bytes, value}, ... */
#define PUT(b, ...) put(b, (const field[]){__VA_ARGS__, {0, 0}})

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the low bytes come first");

static void put(lp_buffer *b, const field *f) {
    for (; f->size > 0; f++)
        lp_buffer_append(b, &f->value, f->size);
}

static uint64_t narrow(uint64_t value) {
    return value < full32 ? value : full32;
}

static uint64_t version_of(const lp_zip_entry *entry, bool is_wide) {
    return is_wide                            ? VERSION_ZIP64
           : entry->method == LP_ZIP_DEFLATED ? VERSION_DEFLATED
                                              : VERSION_STORED;
}

/* What local and central headers share: from the version needed to the length of the name. */
static void put_common(lp_buffer *b, const lp_zip_entry *entry, bool is_wide, bool both_sizes) {
    const uint64_t packed_size = both_sizes ? full32 : narrow(entry->packed_size);
    const uint64_t size = both_sizes ? full32 : narrow(entry->size);
    PUT(b, {2, version_of(entry, is_wide)}, {2, entry->flags}, {2, entry->method}, {2, 0},
        {2, DATE_1980_01_01}, {4, entry->crc}, {4, packed_size}, {4, size}, {2, entry->name_size});
}

void lp_zip_append_local(lp_buffer *b, const lp_zip_entry *entry, size_t prefix, size_t align) {
    static const unsigned char zeros[UINT16_MAX];
    /* A local ZIP64 field has to have both sizes (4.5.3). */
    const bool is_wide = entry->packed_size >= full32 || entry->size >= full32;
    const size_t wide_size = is_wide ? 20 : 0;
    const size_t header_size = records[LP_ZIP_IS_LOCAL].size + entry->name_size + wide_size;
    size_t padding = 0;
    if (align > 0 && entry->method == LP_ZIP_STORED) {
        padding = (size_t)(-(entry->offset + header_size + prefix) & (align - 1));
        while (padding != 0 && padding < 6) /* the field's own head */
            padding += align;
    }
    PUT(b, {4, records[LP_ZIP_IS_LOCAL].signature});
    put_common(b, entry, is_wide, is_wide);
    PUT(b, {2, wide_size + padding});
    lp_buffer_append(b, entry->name, entry->name_size);
    if (is_wide)
        PUT(b, {2, EXTRA_ZIP64}, {2, 16}, {8, entry->size}, {8, entry->packed_size});
    if (padding > 0)
        PUT(b, {2, EXTRA_ALIGNMENT}, {2, padding - 4}, {2, align});
    lp_buffer_append(b, zeros, padding > 6 ? padding - 6 : 0);
}

void lp_zip_append_central(lp_buffer *b, const lp_zip_entry *entry) {
    /* A central ZIP64 field has what does not fit, and nothing else. */
    const uint64_t sizes[] = {entry->size, entry->packed_size, entry->offset};
    LP_CLEANUP(lp_buffer_free) lp_buffer wide = {0};
    for (int i = 0; i < 3; i++)
        if (sizes[i] >= full32)
            PUT(&wide, {8, sizes[i]});
    const bool is_wide = wide.size > 0;
    PUT(b, {4, records[LP_ZIP_IS_CENTRAL].signature},
        {2, MADE_BY_UNIX | version_of(entry, is_wide)});
    put_common(b, entry, is_wide, false);
    /* Extra fields; a comment, the disk, internal attributes; external ones. */
    PUT(b, {2, is_wide ? wide.size + 4 : 0}, {2, 0}, {2, 0}, {2, 0},
        {4, (uint64_t)REGULAR_FILE_MODE << 16}, {4, narrow(entry->offset)});
    lp_buffer_append(b, entry->name, entry->name_size);
    if (is_wide)
        PUT(b, {2, EXTRA_ZIP64}, {2, wide.size});
    lp_buffer_append(b, wide.data, wide.size);
}

void lp_zip_append_end(lp_buffer *b, const lp_zip_totals *totals) {
    const uint64_t end64 = totals->central_offset + totals->central_size,
                   size64 = records[LP_ZIP_IS_END64].size - 12,
                   count = totals->count < FULL16 ? totals->count : FULL16;
    if (totals->count >= FULL16 || totals->central_size >= full32 ||
        totals->central_offset >= full32) {
        PUT(b, {4, records[LP_ZIP_IS_END64].signature}, {8, size64},
            {2, MADE_BY_UNIX | VERSION_ZIP64}, {2, VERSION_ZIP64}, {4, 0}, {4, 0},
            {8, totals->count}, {8, totals->count}, {8, totals->central_size},
            {8, totals->central_offset});
        PUT(b, {4, records[LP_ZIP_IS_LOCATOR64].signature}, {4, 0}, {8, end64}, {4, 1});
    }
    PUT(b, {4, records[LP_ZIP_IS_END].signature}, {2, 0}, {2, 0}, {2, count}, {2, count},
        {4, narrow(totals->central_size)}, {4, narrow(totals->central_offset)}, {2, 0});
}
