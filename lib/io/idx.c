#include "io/idx.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

typedef struct {
    const uint8_t *at;
    size_t left;
} reader;

static int take(reader *r, void *to, size_t n, const char *what, lp_error *e) {
    if (r->left < n)
        return lp_fail(e, "IDX: cut short: %zu of %zu bytes of its %s", r->left, n, what);
    memcpy(to, r->at, n);
    r->at += n;
    r->left -= n;
    return 0;
}

static bool type_of(uint8_t code, lp_type *type) {
    static const struct {
        uint8_t code;
        lp_type type;
    } table[] = {{0x08, {'u', 1}}, {0x09, {'i', 1}}, {0x0b, {'i', 2}},
                 {0x0c, {'i', 4}}, {0x0d, {'f', 4}}, {0x0e, {'f', 8}}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].code == code) {
            *type = table[i].type;
            return true;
        }
    return false;
}

/* What a header says. */
typedef struct {
    lp_type type;
    int ndim;
    size_t shape[LP_MAX_DIMS], count, bytes; /* of the values */
} header;

static int take_header(reader *r, header *h, lp_error *e) {
    uint8_t head[4], sizes[4 * LP_MAX_DIMS];
    if (take(r, head, 4, "header", e))
        return -1;
    if (head[0] != 0 || head[1] != 0 || !type_of(head[2], &h->type))
        return lp_fail(e, "it is not an IDX file: it starts with %02x %02x %02x %02x", head[0],
                       head[1], head[2], head[3]);
    if (head[3] < 1 || head[3] > LP_MAX_DIMS)
        return lp_fail(e, "IDX: %d dimensions (1 to %d are read)", head[3], LP_MAX_DIMS);
    h->ndim = head[3];
    if (take(r, sizes, 4 * (size_t)h->ndim, "header", e))
        return -1;
    for (int i = 0; i < h->ndim; i++)
        h->shape[i] = (size_t)sizes[4 * i] << 24 | (size_t)sizes[4 * i + 1] << 16 |
                      (size_t)sizes[4 * i + 2] << 8 | sizes[4 * i + 3];
    return lp_shape_size(h->type, h->ndim, h->shape, &h->count, &h->bytes, e) ? lp_within(e, "IDX")
                                                                              : 0;
}

int lp_idx_open(lp_idx *idx, const void *bytes, size_t size, lp_error *e) {
    reader r = {bytes, size};
    header h;
    char text[200];
    *idx = (lp_idx){0};
    if (take_header(&r, &h, e))
        return -1;
    if (h.bytes > size)
        return lp_fail(e, "IDX: %zu bytes cannot hold the shape %s that it declares", size,
                       lp_shape_text(h.ndim, h.shape, text));
    if (h.bytes > r.left)
        return lp_fail(e, "IDX: cut short: %zu of %zu bytes of its values", r.left, h.bytes);
    if (h.bytes < r.left)
        return lp_fail(e, "IDX: it goes on after its last value");
    idx->form = lp_tensor_over(NULL, h.type, h.ndim, h.shape);
    idx->values = r.at;
    return 0;
}

void lp_idx_rows(const lp_idx *idx, size_t first, size_t n, void *rows) {
    const size_t count = lp_tensor_row_size(&idx->form), width = idx->form.type.size;
    if (n * count > 0)
        memcpy(rows, idx->values + first * count * width, n * count * width);
    if (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ && width > 1)
        lp_swap_bytes(rows, n * count, width);
}

int lp_idx_limit(const void *head, size_t size, size_t *max, lp_error *e) {
    const uint8_t *bytes = head;
    header h;
    *max = SIZE_MAX;
    if (size < 4 || size < 4 + 4 * (size_t)bytes[3])
        return 0; /* lp_idx_open will say so */
    if (take_header(&(reader){bytes, size}, &h, e))
        return -1;
    if (h.bytes < SIZE_MAX / 2)
        *max = 4 + 4 * (size_t)h.ndim + h.bytes;
    return 0;
}
