/* gzip around foreign files: whole, joined, cut, damaged. */
#include "check.h"

#include "io/gzip.h"

#include <stdint.h>
#include <stdlib.h>
#include <zlib.h>

static const char text[] = "a label, a value, and the same again: a label, a value";
enum { SIZE = sizeof text - 1 };

static size_t pack(uint8_t *to, size_t room, const void *bytes, size_t size) {
    z_stream z = {
        .next_in = (Bytef *)bytes, .avail_in = (uInt)size, .next_out = to, .avail_out = (uInt)room};
    CHECK(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    CHECK(deflate(&z, Z_FINISH) == Z_STREAM_END);
    deflateEnd(&z);
    return z.total_out;
}

/* Whether the bytes inflate to the text; the error's line otherwise. */
static const char *inflated(const uint8_t *bytes, size_t size) {
    static lp_error e;
    lp_buffer b = {0};
    e.text[0] = '\0';
    int failed = lp_gzip_inflate(&b, bytes, size, NULL, &e);
    const bool is_same = !failed && b.size == SIZE && memcmp(b.data, text, SIZE) == 0;
    CHECK(failed == 0 || (failed == -1 && e.text[0] != '\0'));
    lp_buffer_free(&b);
    return failed ? e.text : is_same ? "the text" : "other bytes";
}

static void whole_and_joined(void) {
    uint8_t packed[300];
    size_t size = pack(packed, sizeof packed, text, SIZE);
    CHECK(lp_gzip_begins(packed, size) && !lp_gzip_begins(packed, 1));
    CHECK(!lp_gzip_begins(text, SIZE));
    CHECK_TEXT(inflated(packed, size), "the text");
    size = pack(packed, sizeof packed, text, 20);
    size += pack(packed + size, sizeof packed - size, text + 20, SIZE - 20);
    CHECK_TEXT(inflated(packed, size), "the text");
}

static void a_large_file(void) {
    const size_t size = 5 << 20;
    char *zeros = calloc(size, 1);
    uint8_t *packed = malloc(size);
    lp_buffer b = {0};
    lp_error e;
    size_t packed_size = pack(packed, size, zeros, size);
    CHECK(lp_gzip_inflate(&b, packed, packed_size, NULL, &e) == 0);
    CHECK(b.size == size && memcmp(b.data, zeros, size) == 0);
    lp_buffer_free(&b);
    free(packed);
    free(zeros);
}

/* A format of files that begin with "N" and then their size in MiB. */
static int mebibytes(const void *head, size_t size, size_t *max, lp_error *e) {
    const char *text = head;
    *max = size < 2 ? SIZE_MAX : (size_t)(text[1] - '0') << 20;
    return text[0] == 'N' ? 0 : lp_fail(e, "it does not begin with N");
}

/* 5 MiB of zeros, but for what is written over their beginning, under the limit that they say. */
static void check_limited(const char *head, int failed, size_t most, const char *text) {
    const size_t size = 5 << 20;
    char *bytes = calloc(size, 1);
    uint8_t *packed = malloc(size);
    lp_buffer b = {0};
    lp_error e = {0};
    lp_buffer_append(&b, "before", 6);
    memcpy(bytes, head, strlen(head));
    size_t packed_size = pack(packed, size, bytes, size);
    CHECK(lp_gzip_inflate(&b, packed, packed_size, mebibytes, &e) == failed);
    CHECK(b.size <= 6 + most && memcmp(b.data, "before", 6) == 0);
    CHECK(failed != 0 || (b.size == 6 + size && memcmp(b.data + 6, bytes, size) == 0));
    CHECK_TEXT(e.text, text);
    lp_buffer_free(&b);
    free(packed);
    free(bytes);
}

static void no_more_than_the_limit(void) {
    check_limited("N5", 0, 5 << 20, "");
    check_limited("N6", 0, 5 << 20, "");
    check_limited("N4", -1, (4 << 20) + 1,
                  "gzip: it holds more than the 4194304 bytes that its header says");
    check_limited("N0", -1, 1 << 12, "gzip: it holds more than the 0 bytes that its header says");
    check_limited("M5", -1, 1 << 12, "it does not begin with N");
    uint8_t packed[300];
    lp_buffer b = {0};
    lp_error e;
    size_t size = pack(packed, sizeof packed, "N", 1);
    CHECK(lp_gzip_inflate(&b, packed, size, mebibytes, &e) == 0 && b.size == 1);
    lp_buffer_free(&b);
}

static void damaged(void) {
    uint8_t packed[300];
    const size_t size = pack(packed, sizeof packed, text, SIZE);
    for (size_t cut = 0; cut < size; cut++)
        CHECK_TEXT(inflated(packed, cut), "gzip: cut short");
    memcpy(packed + size, "behind", 6);
    CHECK_TEXT(inflated(packed, size + 6), "gzip: incorrect header check");
    packed[size - 5] ^= 1; /* the CRC-32 */
    CHECK_TEXT(inflated(packed, size), "gzip: incorrect data check");
}

/* Any bit flipped is refused, or changes nothing that is read: bits 24 and 32 to 79 of the header
 * say that it is text, and when and where it was made; some bits pad the last block to a byte. */
static void flipped(void) {
    uint8_t packed[300];
    const size_t size = pack(packed, sizeof packed, text, SIZE);
    size_t silent = 0;
    for (size_t bit = 0; bit < 8 * size; bit++) {
        packed[bit / 8] ^= (uint8_t)(1 << bit % 8);
        const char *what = inflated(packed, size);
        silent += strcmp(what, "the text") == 0;
        CHECK(strcmp(what, "other bytes") != 0);
        packed[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    CHECK(silent < 8 + 48 + 8);
}

int main(void) {
    static const check_test tests[] = {
        {"a gzip file, and several joined, are inflated", whole_and_joined},
        {"a large file is inflated whole", a_large_file},
        {"no more is inflated than the file's own beginning allows", no_more_than_the_limit},
        {"what is cut or damaged is refused", damaged},
        {"a flipped bit never gives other bytes", flipped},
        {0},
    };
    return check_main("gzip", tests);
}
