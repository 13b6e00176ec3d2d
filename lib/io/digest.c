#include "io/digest.h"

#include "io/crc32.h"
#include "io/npy.h"

#include <nettle/sha2.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 4 << 20 }; /* mapped pages are released after so many bytes */

static lp_sha256 finish(struct sha256_ctx *hash) {
    lp_sha256 sha256 = {0};
    uint8_t digest[SHA256_DIGEST_SIZE];
    sha256_digest(hash, sizeof digest, digest);
    for (size_t i = 0; i < sizeof digest; i++)
        sprintf(sha256.hex + 2 * i, "%02x", digest[i]);
    return sha256;
}

const lp_sha256 lp_sha256_unknown = {"-"};

bool lp_sha256_is_known(const lp_sha256 *sha256) {
    return sha256->hex[0] != '-';
}

lp_sha256 lp_sha256_of(const void *bytes, size_t size) {
    struct sha256_ctx hash;
    sha256_init(&hash);
    sha256_update(&hash, size, bytes);
    return finish(&hash);
}

/* Starts with "<f8 (150, 4)\n". */
static void start_tensor(struct sha256_ctx *hash, lp_type type, int ndim, const size_t *shape) {
    char text[260], dtype[24], shape_text[200];
    int length = snprintf(text, sizeof text, "%s %s\n", lp_npy_dtype(type, dtype),
                          lp_shape_text(ndim, shape, shape_text));
    sha256_init(hash);
    sha256_update(hash, (size_t)length, (const uint8_t *)text);
}

lp_sha256 lp_sha256_of_tensor(const lp_tensor *t) {
    struct sha256_ctx hash;
    start_tensor(&hash, t->type, t->ndim, t->shape);
    sha256_update(&hash, t->count * t->type.size, t->data);
    return finish(&hash);
}

int lp_sha256_of_pieces(const lp_tensor *t, lp_archive_piece *piece, void *context,
                        lp_sha256 *sha256, uint32_t *crc32, lp_error *e) {
    LP_CLEANUP(lp_buffer_free) lp_buffer header = {0};
    struct sha256_ctx hash;
    const size_t size = t->count * t->type.size;
    start_tensor(&hash, t->type, t->ndim, t->shape);
    lp_npy_append_header(&header, t->type, t->ndim, t->shape);
    *crc32 = lp_crc32(0, header.data, header.size);
    for (size_t at = 0, n; at < size; at += n) {
        const void *bytes;
        if (piece(context, at, &bytes, &n, e))
            return -1;
        *crc32 = lp_crc32(*crc32, bytes, n);
        sha256_update(&hash, n, bytes);
    }
    *sha256 = finish(&hash);
    return 0;
}

/* The bytes of a member from `first` on, of which no more stays mapped than before. */
static void update_with_member(struct sha256_ctx *hash, const lp_member *m, size_t first) {
    const unsigned char *bytes = lp_member_bytes(m);
    for (size_t at = first; at < m->size;) {
        size_t n = m->size - at < CHUNK ? m->size - at : CHUNK;
        sha256_update(hash, n, bytes + at);
        if (m->source != NULL && n == CHUNK)
            lp_source_release(m->source, m->offset + at, m->offset + at + n);
        at += n;
    }
}

int lp_sha256_of_member(const lp_member *m, lp_sha256 *sha256, lp_error *e) {
    struct sha256_ctx hash;
    const lp_npy *npy = &m->npy;
    if (m->is_passed) {
        *sha256 = lp_sha256_unknown;
        return 0;
    }
    if (m->foreign != NULL) {
        sha256_init(&hash);
        update_with_member(&hash, m, 0);
    } else {
        start_tensor(&hash, npy->type, npy->ndim, npy->shape);
        if (!npy->is_fortran && !npy->is_big_endian) {
            update_with_member(&hash, m, npy->header_size);
        } else {
            LP_CLEANUP(lp_tensor_free) lp_tensor t = {0};
            lp_npy turned = *npy;
            if (turned.type.kind == 'f' && turned.type.size == 2)
                turned.type.kind = 'u'; /* not widened */
            if (lp_npy_decode(&turned, lp_member_bytes(m) + npy->header_size, &t, e))
                return -1;
            sha256_update(&hash, npy->data_size, t.data);
        }
    }
    *sha256 = finish(&hash);
    return 0;
}

/* ---- the text ---- */

/* A member's name, as a row has it. */
static void append_name(lp_buffer *b, const char *name, const char *ending) {
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789_.+-/";
    const char *const parts[] = {name, ending};
    for (int i = 0; i < 2; i++)
        for (const char *c = parts[i]; *c != '\0'; c++)
            lp_buffer_printf(b, strchr(plain, *c) != NULL ? "%c" : "%%%02X", (unsigned char)*c);
}

void lp_digest_begin(lp_buffer *b, const lp_texts *versions, const char *recipe) {
    for (size_t i = 0; i < versions->count; i++)
        lp_buffer_printf(b, "labpipe %s\n", versions->item[i]);
    const lp_sha256 sha256 = lp_sha256_of(recipe, strlen(recipe));
    lp_buffer_printf(b, "recipe %s\n", sha256.hex);
}

void lp_digest_append(lp_buffer *b, const lp_sha256 *sha256, uint32_t crc32, const char *name,
                      const char *ending) {
    lp_buffer_printf(b, "%s %08x ", sha256->hex, (unsigned)crc32);
    append_name(b, name, ending);
    lp_buffer_append(b, "\n", 1);
}

void lp_digest_add_version(lp_texts *versions, lp_arena *arena, const char *version) {
    for (size_t i = 0; i < versions->count; i++)
        if (strcmp(versions->item[i], version) == 0)
            return;
    versions->item = lp_arena_grow(arena, versions->item, versions->count, sizeof *versions->item);
    versions->item[versions->count++] = lp_arena_strdup(arena, version);
}

bool lp_digest_tell_versions(const lp_texts *versions, lp_buffer *b) {
    const size_t n = versions->count;
    if (n == 0 || (n == 1 && strcmp(versions->item[0], LP_VERSION) == 0))
        return false;
    lp_buffer_printf(b, "made by labpipe");
    for (size_t i = 0; i < n; i++)
        lp_buffer_printf(b, "%s %s", i > 0 ? "," : "", versions->item[i]);
    lp_buffer_printf(b, " (this is " LP_VERSION ")");
    return true;
}

/* A version is printed as it is. */
static bool is_version(const char *text) {
    const size_t length = strlen(text);
    return length > 0 && length < 40 &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789.+~-") == length;
}

static bool is_hex(const char *text, size_t digits) {
    return strspn(text, "0123456789abcdef") >= digits;
}

static bool parse_line(const char *line, lp_arena *arena, lp_digest *d) {
    if (strncmp(line, "labpipe ", 8) == 0) {
        if (!is_version(line + 8))
            return false;
        lp_digest_add_version(&d->versions, arena, line + 8);
    } else if (strncmp(line, "recipe ", 7) == 0) {
        if (!is_hex(line + 7, 64) || line[71] != '\0')
            return false;
        memcpy(d->recipe.hex, line + 7, 65);
    } else {
        const size_t digits = *line == '-' ? 1 : 64;
        if ((*line != '-' && !is_hex(line, 64)) || line[digits] != ' ' ||
            !is_hex(line + digits + 1, 8) || line[digits + 9] != ' ')
            return true;
        d->row = lp_arena_grow(arena, d->row, d->rows, sizeof *d->row);
        lp_digest_row *row = &d->row[d->rows++];
        row->sha256 = lp_sha256_unknown;
        memcpy(row->sha256.hex, line, digits);
        row->sha256.hex[digits] = '\0';
        row->crc32 = (uint32_t)strtoul(line + digits + 1, NULL, 16);
        row->name = line + digits + 10;
    }
    return true;
}

bool lp_digest_parse(const char *text, lp_arena *arena, lp_digest *d) {
    *d = (lp_digest){0};
    char *line = lp_arena_strdup(arena, text);
    for (char *end; *line != '\0'; line = end) {
        end = line + strcspn(line, "\n");
        if (*end == '\n')
            *end++ = '\0';
        if (!parse_line(line, arena, d))
            return false;
    }
    return d->versions.count > 0 && d->recipe.hex[0] != '\0';
}

/* ---- comparing ---- */

bool lp_digest_is_own(const lp_member *m) {
    return *m->ending != '\0' &&
           (strcmp(m->name, "recipe") == 0 || strcmp(m->name, LP_DIGEST_NAME) == 0);
}

static int compare_row(const lp_digest_row *row, const lp_member *m, bool *is_same, lp_error *e) {
    LP_CLEANUP(lp_buffer_free) lp_buffer name = {0};
    lp_sha256 sha256;
    append_name(&name, m->name, m->ending);
    *is_same = strcmp(lp_buffer_text(&name), row->name) == 0;
    if (!*is_same || m->crc == row->crc32)
        return 0;
    if (lp_sha256_of_member(m, &sha256, e))
        return lp_within(e, "member '%s%s'", m->name, m->ending);
    *is_same = strcmp(sha256.hex, row->sha256.hex) == 0;
    return 0;
}

int lp_digest_compare(const lp_digest *d, const lp_members *members, bool *is_same, lp_error *e) {
    size_t rows = 0;
    *is_same = true;
    for (size_t i = 0; i < members->count && *is_same; i++) {
        const lp_member *m = &members->item[i];
        if (lp_digest_is_own(m))
            continue;
        if (rows == d->rows)
            *is_same = false;
        else if (compare_row(&d->row[rows++], m, is_same, e))
            return -1;
    }
    *is_same = *is_same && rows == d->rows;
    return 0;
}
