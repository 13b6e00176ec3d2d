/* ZIP's records as bytes: the strict profile field by field (APPNOTE 6.3.10), ZIP64 where sizes
 * and offsets need it (no archive of four gigabytes is made for it), and what is refused. */
#include "check.h"

#include "io/zip.h"

static lp_error e;

static uint64_t get(const lp_buffer *b, size_t at, int size) {
    uint64_t value = 0;
    for (int i = size - 1; i >= 0; i--)
        value = value << 8 | (unsigned char)b->data[at + (size_t)i];
    return value;
}

static const unsigned char *bytes(const lp_buffer *b) {
    return (const unsigned char *)b->data;
}

static size_t size_of(const lp_buffer *b) {
    size_t size = 0;
    CHECK(lp_zip_size(bytes(b), &size, &e) == 0);
    return size;
}

static lp_zip_entry entry_of(uint64_t packed_size, uint64_t size, uint64_t offset, int method) {
    return (lp_zip_entry){.name = "x.npy",
                          .name_size = 5,
                          .method = (uint16_t)method,
                          .crc = 0x12345678,
                          .packed_size = packed_size,
                          .size = size,
                          .offset = offset};
}

static void local_header(void) {
    lp_buffer b = {0};
    const lp_zip_entry entry = entry_of(144, 144, 0, LP_ZIP_STORED);
    lp_zip_append_local(&b, &entry, 128, 64);
    CHECK(get(&b, 0, 4) == 0x04034b50);
    CHECK(get(&b, 4, 2) == 10);      /* version needed: 1.0 */
    CHECK(get(&b, 6, 2) == 0);       /* flags */
    CHECK(get(&b, 8, 2) == 0);       /* stored */
    CHECK(get(&b, 10, 2) == 0);      /* 00:00:00 */
    CHECK(get(&b, 12, 2) == 0x0021); /* 1980-01-01 */
    CHECK(get(&b, 14, 4) == 0x12345678);
    CHECK(get(&b, 18, 4) == 144 && get(&b, 22, 4) == 144);
    CHECK(get(&b, 26, 2) == 5);
    /* 30 + 5 = 35 bytes; 29 of padding bring the .npy to 64, and its data, 128 on, to 192. */
    CHECK(get(&b, 28, 2) == 29 && b.size == 64);
    CHECK(memcmp(b.data + 30, "x.npy", 5) == 0);
    CHECK(get(&b, 35, 2) == 0xd935 && get(&b, 37, 2) == 25 && get(&b, 39, 2) == 64);
    for (size_t i = 41; i < 64; i++)
        CHECK(b.data[i] == 0);
    CHECK(size_of(&b) == 64);
    lp_buffer_free(&b);
}

/* Whatever the offset, the name's length and the .npy header's length: the data are aligned, and
 * the padding is none or at least its own head of six bytes. */
static void alignment(void) {
    unsigned wrong = 0;
    for (uint64_t offset = 0; offset < 64; offset++)
        for (size_t prefix = 64; prefix <= 128; prefix += 16)
            for (int wide = 0; wide < 2; wide++) {
                lp_buffer b = {0};
                const uint64_t size = wide ? 0x100000000u : 200;
                lp_zip_entry entry = entry_of(size, size, offset, LP_ZIP_STORED), read;
                entry.name_size = 1 + offset % 5;
                lp_zip_append_local(&b, &entry, prefix, 64);
                wrong += (offset + b.size + prefix) % 64 != 0;
                const uint64_t extra = get(&b, 28, 2) - (wide ? 20 : 0);
                wrong += !(extra == 0 || (extra >= 6 && extra < 6 + 64));
                wrong += size_of(&b) != b.size;
                wrong += lp_zip_parse(bytes(&b), &read, &e) != 0;
                wrong += read.size != size || read.packed_size != size;
                lp_buffer_free(&b);
            }
    CHECK(wrong == 0);
    lp_buffer b = {0};
    const lp_zip_entry deflated = entry_of(90, 144, 7, LP_ZIP_DEFLATED);
    lp_zip_append_local(&b, &deflated, 128, 64);
    CHECK(b.size == 35 && get(&b, 4, 2) == 20 && get(&b, 8, 2) == 8);
    lp_buffer_free(&b);
}

static void central_header(void) {
    lp_buffer b = {0};
    const lp_zip_entry entry = entry_of(144, 144, 320, LP_ZIP_STORED);
    lp_zip_append_central(&b, &entry);
    CHECK(get(&b, 0, 4) == 0x02014b50);
    CHECK(get(&b, 4, 2) == (3 << 8 | 10)); /* made by Unix, needs 1.0 */
    CHECK(get(&b, 6, 2) == 10 && get(&b, 8, 2) == 0 && get(&b, 10, 2) == 0);
    CHECK(get(&b, 12, 2) == 0 && get(&b, 14, 2) == 0x0021);
    CHECK(get(&b, 16, 4) == 0x12345678 && get(&b, 20, 4) == 144 && get(&b, 24, 4) == 144);
    CHECK(get(&b, 28, 2) == 5);
    CHECK(get(&b, 30, 2) == 0 && get(&b, 32, 2) == 0 && get(&b, 34, 2) == 0 && get(&b, 36, 2) == 0);
    CHECK(get(&b, 38, 4) == 0x81a40000); /* a regular file, rw-r--r-- */
    CHECK(get(&b, 42, 4) == 320);
    CHECK(memcmp(b.data + 46, "x.npy", 5) == 0 && b.size == 51);
    lp_buffer_free(&b);
}

/* Local fields have both sizes, central ones what does not fit into four bytes. */
static void wide_headers(void) {
    static const struct {
        uint64_t packed_size, size, offset;
        size_t local_extra, central_extra;
    } rows[] = {
        {0xfffffffe, 0xfffffffe, 0xfffffffe, 0, 0},
        {0xffffffff, 0xffffffff, 0, 20, 20},
        {100, 0x123456789a, 0, 20, 12},
        {100, 100, 0xffffffff, 0, 12},
        {0x123456789a, 0x123456789b, 0x123456789c, 20, 28},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        lp_buffer b = {0};
        const lp_zip_entry entry =
            entry_of(rows[i].packed_size, rows[i].size, rows[i].offset, LP_ZIP_DEFLATED);
        lp_zip_entry read;
        lp_zip_append_local(&b, &entry, 128, 64);
        CHECK(get(&b, 28, 2) == rows[i].local_extra && b.size == 35 + rows[i].local_extra);
        CHECK(get(&b, 4, 2) == (rows[i].local_extra ? 45 : 20));
        if (rows[i].local_extra > 0)
            CHECK(get(&b, 18, 4) == 0xffffffff && get(&b, 22, 4) == 0xffffffff &&
                  get(&b, 35, 2) == 1 && get(&b, 37, 2) == 16 && get(&b, 39, 8) == entry.size &&
                  get(&b, 47, 8) == entry.packed_size);
        CHECK(lp_zip_parse(bytes(&b), &read, &e) == 0);
        CHECK(read.size == entry.size && read.packed_size == entry.packed_size);
        b.size = 0;
        lp_zip_append_central(&b, &entry);
        CHECK(get(&b, 30, 2) == rows[i].central_extra && b.size == 51 + rows[i].central_extra);
        CHECK(get(&b, 6, 2) == (rows[i].central_extra ? 45 : 20));
        CHECK(lp_zip_parse(bytes(&b), &read, &e) == 0);
        CHECK(read.size == entry.size && read.packed_size == entry.packed_size &&
              read.offset == entry.offset && read.crc == entry.crc && read.name_size == 5);
        lp_buffer_free(&b);
    }
}

static void end_records(void) {
    lp_buffer b = {0};
    const lp_zip_totals small = {2, 448, 102};
    lp_zip_append_end(&b, &small);
    CHECK(b.size == 22 && get(&b, 0, 4) == 0x06054b50 && get(&b, 4, 4) == 0);
    CHECK(get(&b, 8, 2) == 2 && get(&b, 10, 2) == 2 && get(&b, 12, 4) == 102 &&
          get(&b, 16, 4) == 448 && get(&b, 20, 2) == 0);
    CHECK(size_of(&b) == 22);
    CHECK(lp_zip_check_end(bytes(&b), &small, false, &e) == 0);
    static const lp_zip_totals wide[] = {{65535, 448, 102},
                                         {65534, 0xffffffff, 102},
                                         {2, 448, 0x1000000000},
                                         {1u << 20, 1ull << 40, 7}};
    for (size_t i = 0; i < 4; i++) {
        const lp_zip_totals *t = &wide[i];
        b.size = 0;
        lp_zip_append_end(&b, t);
        CHECK(b.size == 56 + 20 + 22);
        CHECK(get(&b, 0, 4) == 0x06064b50 && get(&b, 4, 8) == 44);
        CHECK(get(&b, 12, 2) == (3 << 8 | 45) && get(&b, 14, 2) == 45 && get(&b, 16, 8) == 0);
        CHECK(get(&b, 24, 8) == t->count && get(&b, 32, 8) == t->count);
        CHECK(get(&b, 40, 8) == t->central_size && get(&b, 48, 8) == t->central_offset);
        CHECK(get(&b, 56, 4) == 0x07064b50 && get(&b, 60, 4) == 0 && get(&b, 72, 4) == 1);
        CHECK(get(&b, 64, 8) == t->central_offset + t->central_size);
        CHECK(get(&b, 76, 4) == 0x06054b50);
        CHECK(get(&b, 84, 2) == (t->count < 65535 ? t->count : 65535));
        CHECK(get(&b, 88, 4) == (t->central_size < 0xffffffff ? t->central_size : 0xffffffff));
        CHECK(get(&b, 92, 4) == (t->central_offset < 0xffffffff ? t->central_offset : 0xffffffff));
        size_t size;
        CHECK(lp_zip_size(bytes(&b), &size, &e) == 0 && size == 56);
        CHECK(lp_zip_check_end64(bytes(&b), t, &e) == 0);
        CHECK(lp_zip_check_locator64(bytes(&b) + 56, t->central_offset + t->central_size, &e) == 0);
        CHECK(lp_zip_check_end(bytes(&b) + 76, t, true, &e) == 0);
        /* Without ZIP64's records all ones are values: right ones in the first two rows. */
        CHECK(lp_zip_check_end(bytes(&b) + 76, t, false, &e) == (i < 2 ? 0 : -1));
    }
    lp_buffer_free(&b);
}

/* Each field of the end records, one off. */
static void wrong_ends(void) {
    static const struct {
        size_t at;
        const char *message;
    } rows[] = {{16, "it is a split archive"},
                {20, "it is a split archive"},
                {24, "says that the number of members is 65537, but it is 65536"},
                {32, "says that the number of members is 65537, but it is 65536"},
                {40, "says that the central directory's size is 103, but it is 102"},
                {48, "says that the central directory's offset is 449, but it is 448"},
                {60, "it is a split archive"},
                {64, "says that the ZIP64 end record's offset is 551, but it is 550"},
                {72, "it is a split archive"},
                {80, "it is a split archive"},
                {82, "it is a split archive"},
                {84, "the number of members is 65534, but it is 65536"},
                {86, "the number of members is 65534, but it is 65536"},
                {88, "the central directory's size is 103, but it is 102"},
                {92, "the central directory's offset is 449, but it is 448"}};
    const lp_zip_totals totals = {65536, 448, 102};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        lp_buffer b = {0};
        e.text[0] = '\0';
        lp_zip_append_end(&b, &totals);
        b.data[rows[i].at] = (char)(b.data[rows[i].at] == -1 ? -2 : b.data[rows[i].at] + 1);
        CHECK(lp_zip_check_end64(bytes(&b), &totals, &e) ||
              lp_zip_check_locator64(bytes(&b) + 56, 550, &e) ||
              lp_zip_check_end(bytes(&b) + 76, &totals, true, &e));
        CHECK_HOLDS(e.text, rows[i].message);
        lp_buffer_free(&b);
    }
    size_t size;
    unsigned char record[56] = {0x50, 0x4b, 6, 6, 43};
    CHECK(lp_zip_size(record, &size, &e) == -1);
    CHECK_HOLDS(e.text, "the ZIP64 end record says that it is 43 bytes long");
    memset(record + 4, 0xff, 8);
    CHECK(lp_zip_size(record, &size, &e) == -1);
    record[4] = 100;
    memset(record + 5, 0, 7);
    CHECK(lp_zip_size(record, &size, &e) == 0 && size == 112);
}

static void descriptors(void) {
    static const char signed8[] = "PK\7\10\x78\x56\x34\x12\x90\0\0\0\0\0\0\0\xa0\0\0\0\0\0\0\0";
    static const char signed4[] = "PK\7\10\x78\x56\x34\x12\x90\0\0\0\xa0\0\0\0PK\1\2....";
    const unsigned char *p8 = (const unsigned char *)signed8, *p4 = (const unsigned char *)signed4;
    const uint32_t crc = 0x12345678;
    CHECK(lp_zip_match_descriptor(p8, 24, crc, 0x90, 0xa0) == 24);
    CHECK(lp_zip_match_descriptor(p8, 23, crc, 0x90, 0xa0) == 0);
    CHECK(lp_zip_match_descriptor(p8 + 4, 20, crc, 0x90, 0xa0) == 20);
    CHECK(lp_zip_match_descriptor(p4, 24, crc, 0x90, 0xa0) == 16);
    CHECK(lp_zip_match_descriptor(p4 + 4, 20, crc, 0x90, 0xa0) == 12);
    CHECK(lp_zip_match_descriptor(p4, 24, crc + 1, 0x90, 0xa0) == 0);
    CHECK(lp_zip_match_descriptor(p4, 24, crc, 0x91, 0xa0) == 0);
    CHECK(lp_zip_match_descriptor(p4, 24, crc, 0x90, 0xa1) == 0);
    CHECK(lp_zip_match_descriptor(p8, 24, crc, 0x90, 0x1000000a0) == 0);
}

static void extra_fields(void) {
    static const struct {
        uint32_t size; /* both of the local header's */
        const char *extra;
        size_t extra_size;
        const char *message; /* NULL: it is read */
    } rows[] = {
        {200, "", 0, NULL},
        {200, "\x55\x54\1\0\3", 5, NULL}, /* another program's field */
        {200, "\0\0\0", 3, NULL},         /* zipalign's early padding */
        {200, "\x55\x54\1\0\3\0\0", 7, NULL},
        {200, "\1\0\0\0", 4, NULL}, /* an empty ZIP64 field */
        {200, "\0\1\0", 3, "its extra fields do not add up"},
        {200, "\x55\x54\2\0\3", 5, "its extra fields do not add up"},
        {200, "\1\0\0\0\1\0\0\0", 8, "it has two ZIP64 extra fields"},
        {0xffffffff, "", 0, "its ZIP64 extra field is missing"},
        {0xffffffff, "\1\0\10\0\1\0\0\0\0\0\0\0", 12, "its ZIP64 extra field is too short"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        unsigned char record[100] = {0x50, 0x4b, 3, 4};
        lp_zip_entry entry;
        memcpy(record + 18, &rows[i].size, 4);
        memcpy(record + 22, &rows[i].size, 4);
        record[26] = 5;
        record[28] = (unsigned char)rows[i].extra_size;
        memcpy(record + 30, "x.npy", 5);
        memcpy(record + 35, rows[i].extra, rows[i].extra_size);
        CHECK(lp_zip_parse(record, &entry, &e) == (rows[i].message ? -1 : 0));
        if (rows[i].message != NULL)
            CHECK_HOLDS(e.text, rows[i].message);
    }
}

int main(void) {
    static const check_test tests[] = {
        {"a local header is the strict profile's", local_header},
        {"array data are aligned", alignment},
        {"a central header is the strict profile's", central_header},
        {"ZIP64 fields stand where they are needed", wide_headers},
        {"end records, ZIP64's too", end_records},
        {"an end record that is wrong is refused", wrong_ends},
        {"the four forms of a data descriptor are told apart", descriptors},
        {"extra fields are read or refused", extra_fields},
        {0},
    };
    return check_main("zip", tests);
}
