#include "io/rows.h"

#include "io/npy.h"

#include <string.h>

enum { PIECE = 1 << 20 }; /* bytes that are made, summed and written while they are in the cache */

static size_t row_bytes(const lp_tensor *t) {
    return lp_tensor_row_size(t) * t->type.size;
}

static size_t rows_a_piece(size_t bytes) {
    return bytes > PIECE ? 1 : bytes > 0 ? PIECE / bytes : PIECE;
}

/* Type and shape of what the rows are made of; {0} where that is the context alone. */
static lp_tensor describe_source(const lp_rows *r) {
    return r->tensor != NULL   ? lp_tensor_view(r->tensor)
           : r->member != NULL ? lp_npy_describe(&r->member->npy)
                               : (lp_tensor){0};
}

static const unsigned char *stored(const lp_rows *r) {
    return lp_member_bytes(r->member) + r->member->npy.header_size;
}

/* Where the rows are that row 0 and the next are made of, if they are used where they are. */
static const void *in_place(const lp_rows *r) {
    if (r->index != NULL || (r->tensor == NULL && r->member == NULL))
        return NULL;
    if (r->tensor != NULL)
        return r->tensor->data;
    return lp_npy_is_native(&r->member->npy, stored(r)) ? stored(r) : NULL;
}

/* Copies what the rows [first, first + n) are made of. */
static void copy_source(const lp_rows *r, size_t first, size_t n, void *to) {
    if (r->tensor == NULL)
        lp_npy_copy_rows(&r->member->npy, stored(r), r->index, first, n, to);
    else if (r->index != NULL)
        lp_tensor_copy_rows(r->tensor, r->index + first, n, to);
    else if (n > 0 && row_bytes(r->tensor) > 0)
        memcpy(to, (const char *)r->tensor->data + first * row_bytes(r->tensor),
               n * row_bytes(r->tensor));
}

/* rows = rows [first, first + n); `room` holds what they are made of, where that has to be copied.
 */
static int make_rows(const lp_rows *r, size_t first, size_t n, void *room, void *rows,
                     lp_error *e) {
    lp_tensor from = describe_source(r);
    if (r->make == NULL) {
        copy_source(r, first, n, rows);
        return 0;
    }
    const bool has_source = r->tensor != NULL || r->member != NULL;
    const void *whole = in_place(r);
    if (has_source) {
        from.shape[0] = n;
        from.count = n * lp_tensor_row_size(&from);
        from.data = whole != NULL ? (char *)(uintptr_t)whole + first * row_bytes(&from) : room;
    }
    if (has_source && whole == NULL)
        copy_source(r, first, n, room);
    return r->make(r->context, has_source ? &from : NULL, first, n, rows, e);
}

/* Gives back the pages of a file that rows [first, first + n) were made of. */
static void release(const lp_rows *r, size_t first, size_t n) {
    const lp_member *m = r->member;
    if (m == NULL || m->source == NULL || r->index != NULL)
        return;
    const size_t size = m->npy.data_size / m->npy.shape[0];
    const size_t from = m->offset + m->npy.header_size + first * size;
    lp_source_release(m->source, from, from + n * size);
}

lp_row_pieces lp_row_pieces_of(const lp_rows *r) {
    const lp_tensor from = describe_source(r);
    const size_t bytes = row_bytes(&r->made), size = row_bytes(&from);
    lp_row_pieces p = {.rows = r, .each = rows_a_piece(bytes > size ? bytes : size)};
    if (p.each > r->made.shape[0])
        p.each = r->made.shape[0];
    p.piece = lp_block_alloc(p.each, bytes, false, NULL);
    if (r->make != NULL && (r->tensor != NULL || r->member != NULL) && in_place(r) == NULL)
        p.from = lp_block_alloc(p.each, size, false, NULL);
    return p;
}

void lp_row_pieces_free(lp_row_pieces *p) {
    lp_block_free(p->piece);
    lp_block_free(p->from);
    *p = (lp_row_pieces){0};
}

/* The rows of the piece that begins at row `first`. */
static size_t rows_from(const lp_row_pieces *p, size_t first) {
    const size_t left = p->rows->made.shape[0] - first;
    return left < p->each ? left : p->each;
}

int lp_row_pieces_next(void *pieces, size_t at, const void **bytes, size_t *n, lp_error *e) {
    const lp_row_pieces *p = pieces;
    const size_t size = row_bytes(&p->rows->made), first = at / size, rows = rows_from(p, first);
    *bytes = p->piece;
    *n = rows * size;
    if (make_rows(p->rows, first, rows, p->from, p->piece, e))
        return -1;
    release(p->rows, first, rows);
    return 0;
}

int lp_rows_all(const lp_rows *r, lp_tensor *t, lp_error *e) {
    LP_CLEANUP(lp_row_pieces_free) lp_row_pieces p = lp_row_pieces_of(r);
    if (lp_tensor_try_zeros(t, r->made.type, r->made.ndim, r->made.shape, e))
        return -1;
    for (size_t first = 0, n; first < t->shape[0]; first += n) {
        n = rows_from(&p, first);
        if (make_rows(r, first, n, p.from, (char *)t->data + first * row_bytes(t), e)) {
            lp_tensor_free(t);
            return -1;
        }
        release(r, first, n);
    }
    return 0;
}
