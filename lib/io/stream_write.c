/* A stream as an archive; two streams compared. */
#include "io/stream_entry.h"

#include <string.h>

/* ---- comparing ---- */

/* Whether two tensors differ, and where; elements of no bytes do not. */
static bool tensors_differ(const lp_tensor *a, const lp_tensor *b, size_t *element) {
    const size_t size = a->type.size;
    *element = SIZE_MAX;
    if (!lp_type_is(a->type, b->type) || a->ndim != b->ndim ||
        memcmp(a->shape, b->shape, (size_t)a->ndim * sizeof *a->shape) != 0)
        return true;
    if (a->count == 0 || memcmp(a->data, b->data, a->count * size) == 0)
        return false;
    const char *from = a->data, *to = b->data;
    for (*element = 0; memcmp(from, to, size) == 0; ++*element)
        from += size, to += size;
    return true;
}

const char *lp_stream_difference(lp_stream *a, lp_stream *b, size_t *element, lp_error *e) {
    size_t bytes;
    e->text[0] = '\0';
    *element = SIZE_MAX;
    for (size_t i = 0; i < a->count; i++) {
        const char *name = a->item[i]->name;
        if (!lp_stream_has(b, name))
            return name;
        if (lp_stream_foreign(a, i, &bytes) != NULL)
            continue;
        const lp_tensor *one = lp_stream_get(a, name, e);
        const lp_tensor *other = one != NULL ? lp_stream_get(b, name, e) : NULL;
        if (other == NULL)
            return NULL;
        if (tensors_differ(one, other, element))
            return name;
    }
    for (size_t i = 0; i < b->count; i++)
        if (!lp_stream_has(a, b->item[i]->name))
            return b->item[i]->name;
    return NULL;
}

/* ---- writing ---- */

/* Makes all rows once. */
static int sum_rows(const lp_entry *x, lp_sha256 *sha256, uint32_t *crc32, lp_error *e) {
    const lp_rows r = lp_entry_rows(x);
    LP_CLEANUP(lp_row_pieces_free) lp_row_pieces p = lp_row_pieces_of(&r);
    return lp_sha256_of_pieces(&r.made, lp_row_pieces_next, &p, sha256, crc32, e);
}

/* Makes them twice: their checksum precedes them. */
static int write_rows(lp_archive_writer *w, const lp_entry *x, lp_sha256 *sha256, lp_error *e) {
    uint32_t crc;
    const lp_rows r = lp_entry_rows(x);
    if (sum_rows(x, sha256, &crc, e))
        return -1;
    LP_CLEANUP(lp_row_pieces_free) lp_row_pieces p = lp_row_pieces_of(&r);
    return lp_archive_write_pieces(w, x->name, &r.made, crc, lp_row_pieces_next, &p, e);
}

static int sha256_of(const lp_entry *x, lp_sha256 *sha256, lp_error *e) {
    if (x->has_sha256)
        *sha256 = x->sha256;
    else if (x->is_made)
        return sum_rows(x, sha256, &(uint32_t){0}, e);
    else if (x->member.name != NULL)
        return lp_sha256_of_member(&x->member, sha256, e);
    else
        *sha256 = lp_sha256_of_tensor(&x->tensor);
    return 0;
}

int lp_stream_sha256(const lp_stream *s, size_t i, lp_sha256 *sha256, lp_error *e) {
    lp_entry fresh = *s->item[i];
    fresh.has_sha256 = false;
    return sha256_of(&fresh, sha256, e);
}

const unsigned char *lp_stream_bytes(const lp_stream *s, size_t *size) {
    *size = s->source[0].size;
    return s->source[0].data;
}

const char *lp_stream_locate(const lp_stream *s, size_t offset, size_t *from, size_t *element) {
    for (; *from < s->count; ++*from) {
        const lp_member *m = &s->item[*from]->member;
        if (offset < m->offset)
            return NULL;
        const size_t at = offset - m->offset, size = m->npy.type.size;
        if (at >= m->size)
            continue;
        const bool has_elements = m->foreign == NULL && size > 0 && at >= m->npy.header_size;
        *element = has_elements ? (at - m->npy.header_size) / size : SIZE_MAX;
        return s->item[*from]->name;
    }
    return NULL;
}

bool lp_stream_is_stored(const lp_stream *s) {
    for (size_t i = 0; i < s->count; i++)
        if (s->item[i]->member.source == NULL)
            return false;
    return s->archives == 1;
}

/* Writes a member of the recipe's own. */
static int write_text(lp_archive_writer *w, const char *name, const lp_buffer *text, lp_error *e) {
    LP_CLEANUP(lp_tensor_free) lp_tensor t = lp_tensor_text(text->data);
    return lp_archive_write(w, name, &t, e);
}

/* Writes what is there as a whole; *sha256 becomes its digest, unless it is NULL. */
static int write_whole(lp_archive_writer *w, const lp_entry *x, lp_sha256 *sha256, lp_error *e) {
    if (sha256 != NULL && sha256_of(x, sha256, e))
        return lp_within(e, "tensor '%s'", x->name);
    if (x->member.is_passed)
        return 0;
    return x->member.name != NULL ? lp_archive_write_member(w, x->name, &x->member, e)
                                  : lp_archive_write(w, x->name, &x->tensor, e);
}

int lp_stream_write(lp_stream *s, FILE *out, bool compress, lp_error *e) {
    LP_CLEANUP(lp_archive_writer_free)
    lp_archive_writer w = {.out = out, .compress = compress};
    if (s->relay.has_begun) {
        w = s->relay.writer;
        s->relay.writer = (lp_archive_writer){0};
    }
    LP_CLEANUP(lp_buffer_free) lp_buffer digest = {0};
    const bool has_recipe = s->origin.recipe.size > 0;
    if (has_recipe) {
        lp_digest_add_version(&s->versions, &s->arena, LP_VERSION);
        lp_digest_begin(&digest, &s->versions, s->origin.recipe.data);
    }
    for (size_t i = 0; i < s->count; i++) {
        const lp_entry *x = s->item[i];
        lp_sha256 sha256;
        if (x->is_made ? write_rows(&w, x, &sha256, e)
                       : write_whole(&w, x, has_recipe ? &sha256 : NULL, e))
            return -1;
        const uint32_t crc32 = !x->member.is_passed ? w.crc32 : x->member.crc;
        if (has_recipe)
            lp_digest_append(&digest, &sha256, crc32, x->name, lp_entry_ending(x));
    }
    if (has_recipe && (write_text(&w, "recipe", &s->origin.recipe, e) ||
                       write_text(&w, LP_DIGEST_NAME, &digest, e)))
        return -1;
    return lp_archive_write_end(&w, e);
}
