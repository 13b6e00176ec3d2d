#include "data/sparse.h"

#include "base/memory.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RADIX_BITS = 8, RADIX = 1 << RADIX_BITS, NAME = 32 };

typedef struct {
    uint64_t key; /* row << 32 | col */
    double value;
} entry;

static const char *named(char name[NAME], const char *stem, const char *part) {
    snprintf(name, NAME, "%s%s", stem, part);
    return name;
}

/* SciPy's dia, which read_format refuses by its name. */
static bool is_by_diagonals(const lp_stream *s) {
    return lp_stream_has(s, "offsets") && lp_stream_has(s, "format") && lp_stream_has(s, "shape");
}

bool lp_sparse_is_in(const lp_stream *s, const char *part) {
    char name[NAME];
    return lp_stream_has(s, named(name, "row", part)) ||
           (*part == '\0' && (lp_stream_has(s, "indptr") || is_by_diagonals(s)));
}

void lp_sparse_free(lp_sparse *m) {
    free(m->row);
    free(m->col);
    free(m->value);
    *m = (lp_sparse){0};
}

lp_sparse lp_sparse_new(size_t rows, size_t cols, size_t count) {
    return (lp_sparse){.rows = rows,
                       .cols = cols,
                       .count = count,
                       .row = lp_alloc(count, sizeof(int32_t)),
                       .col = lp_alloc(count, sizeof(int32_t)),
                       .value = lp_alloc(count, sizeof(double))};
}

static uint64_t key_of(const lp_sparse *m, size_t i) {
    return (uint64_t)(uint32_t)m->row[i] << 32 | (uint32_t)m->col[i];
}

/* Stable, least significant digit first; a digit in which no two keys differ costs no pass. */
static void radix_sort(size_t n, entry *from, entry *to, entry **sorted) {
    uint64_t differ = 0;
    for (size_t i = 1; i < n; i++)
        differ |= from[i].key ^ from[0].key;
    for (int shift = 0; shift < 64; shift += RADIX_BITS) {
        if ((differ >> shift & (RADIX - 1)) == 0)
            continue;
        size_t start[RADIX + 1] = {0};
        for (size_t i = 0; i < n; i++)
            start[(from[i].key >> shift & (RADIX - 1)) + 1]++;
        for (int d = 0; d < RADIX; d++)
            start[d + 1] += start[d];
        for (size_t i = 0; i < n; i++)
            to[start[from[i].key >> shift & (RADIX - 1)]++] = from[i];
        entry *swap = from;
        from = to;
        to = swap;
    }
    *sorted = from;
}

static void sort_entries(lp_sparse *m) {
    LP_CLEANUP(lp_free) entry *a = lp_alloc(m->count, sizeof *a);
    LP_CLEANUP(lp_free) entry *b = lp_alloc(m->count, sizeof *b);
    for (size_t i = 0; i < m->count; i++)
        a[i] = (entry){key_of(m, i), m->value[i]};
    entry *sorted;
    radix_sort(m->count, a, b, &sorted);
    for (size_t i = 0; i < m->count; i++) {
        m->row[i] = (int32_t)(sorted[i].key >> 32);
        m->col[i] = (int32_t)(uint32_t)sorted[i].key;
        m->value[i] = sorted[i].value;
    }
}

int lp_sparse_sort(lp_sparse *m, size_t *twice, lp_error *e) {
    size_t i = 1;
    while (i < m->count && key_of(m, i - 1) < key_of(m, i))
        i++;
    if (i >= m->count)
        return 0;
    sort_entries(m);
    for (i = 1; i < m->count; i++)
        if (key_of(m, i - 1) == key_of(m, i)) {
            if (twice != NULL)
                *twice = i;
            return lp_fail(e,
                           "row %" PRId32 ", column %" PRId32 " (from 0) occurs twice "
                           "(keep one, or add them up)",
                           m->row[i], m->col[i]);
        }
    return 0;
}

lp_sparse lp_sparse_take(const lp_sparse *from, const size_t *index, size_t n) {
    lp_sparse part = lp_sparse_new(from->rows, from->cols, n);
    for (size_t i = 0; i < n; i++) {
        part.row[i] = from->row[index[i]];
        part.col[i] = from->col[index[i]];
        part.value[i] = from->value[index[i]];
    }
    return part;
}

size_t *lp_sparse_row_starts(const lp_sparse *m) {
    size_t *start = lp_alloc_zero(m->rows + 1, sizeof *start);
    for (size_t i = 0; i < m->count; i++)
        start[m->row[i] + 1]++;
    for (size_t r = 0; r < m->rows; r++)
        start[r + 1] += start[r];
    return start;
}

/* What SciPy calls the matrix's format; "coo" where the stream does not say. */
static int read_format(lp_stream *s, const char *part, bool *by_row, bool *compressed,
                       lp_error *e) {
    *by_row = true;
    *compressed = false;
    if (!lp_stream_has(s, "format"))
        return *part == '\0' && lp_stream_has(s, "indptr")
                   ? lp_fail(e, "tensor 'format' is missing ('csr' or 'csc' was expected)")
                   : 0;
    const lp_tensor *t = lp_stream_get(s, "format", e);
    if (t == NULL)
        return -1;
    if (!lp_type_is_string(t->type) || t->count != 1)
        return lp_fail(e, "tensor 'format' is not one text, such as 'coo'");
    LP_CLEANUP(lp_free) char *format = lp_tensor_string(t, 0, e);
    if (format == NULL)
        return -1;
    *by_row = strcmp(format, "csc") != 0;
    *compressed = !*by_row || strcmp(format, "csr") == 0;
    if (*compressed ? *part == '\0' : strcmp(format, "coo") == 0)
        return 0;
    return lp_fail(e, "tensor 'format' is '%s' (coo%s can be read: m.tocoo() before save_npz)",
                   format, *part == '\0' ? ", csr and csc" : "");
}

int lp_sparse_read_shape(lp_stream *s, size_t shape[2], lp_error *e) {
    LP_CLEANUP(lp_tensor_free) lp_tensor t = {0};
    if (lp_stream_get_as(s, "shape", LP_I8, &t, e))
        return -1;
    const int64_t *size = t.data;
    if (t.ndim != 1 || t.count != 2)
        return lp_fail(e, "tensor 'shape' has to hold two numbers, rows and columns");
    if (size[0] < 0 || size[1] < 0 || size[0] > INT32_MAX || size[1] > INT32_MAX)
        return lp_fail(e, "tensor 'shape' says %" PRId64 " x %" PRId64 " (0 to 2^31 - 1 a side)",
                       size[0], size[1]);
    shape[0] = (size_t)size[0], shape[1] = (size_t)size[1];
    return 0;
}

/* A vector of `count` numbers; any count where it is SIZE_MAX. t is {0} or to be freed after. */
static int read_vector(lp_stream *s, const char *name, lp_type type, size_t count, lp_tensor *t,
                       lp_error *e) {
    if (lp_stream_get_as(s, name, type, t, e))
        return -1;
    char text[200];
    if (t->ndim == 1 && (count == SIZE_MAX || t->count == count))
        return 0;
    lp_shape_text(t->ndim, t->shape, text);
    if (count == SIZE_MAX)
        return lp_fail(e, "tensor '%s' has shape %s (one dimension was expected)", name, text);
    return lp_fail(e, "tensor '%s' has shape %s ((%zu,) was expected)", name, text, count);
}

/* index[i] = place[i], each of them below size. */
static int copy_indices(int32_t *index, const lp_tensor *place, const char *name, size_t size,
                        lp_error *e) {
    const int64_t *from = place->data;
    for (size_t i = 0; i < place->count; i++) {
        if (from[i] < 0 || (uint64_t)from[i] >= size)
            return lp_fail(e, "tensor '%s', entry %zu: %" PRId64 " is outside 0 .. %" PRId64, name,
                           i, from[i], (int64_t)size - 1);
        index[i] = (int32_t)from[i];
    }
    return 0;
}

/* index[] from indptr: entries pointer[r] .. pointer[r + 1] are of line r. */
static int expand_pointer(int32_t *index, const lp_tensor *pointer, size_t count, lp_error *e) {
    const int64_t *p = pointer->data;
    size_t lines = pointer->count - 1;
    if (p[0] != 0 || p[lines] < 0 || (uint64_t)p[lines] != count)
        return lp_fail(e, "tensor 'indptr' has to run from 0 to the %zu entries", count);
    for (size_t r = 0; r < lines; r++) {
        if (p[r + 1] < p[r] || (uint64_t)p[r + 1] > count)
            return lp_fail(e, "tensor 'indptr' falls at element %zu", r + 1);
        for (int64_t i = p[r]; i < p[r + 1]; i++)
            index[i] = (int32_t)r;
    }
    return 0;
}

/* index = the numbers of the tensor STEM PART, each below size. */
static int read_indices(lp_stream *s, const char *stem, const char *part, size_t count, size_t size,
                        int32_t *index, lp_error *e) {
    char name[NAME];
    LP_CLEANUP(lp_tensor_free) lp_tensor t = {0};
    return read_vector(s, named(name, stem, part), LP_I8, count, &t, e) ||
           copy_indices(index, &t, name, size, e);
}

/* The same from indptr, of `lines` compressed lines. */
static int read_pointer(lp_stream *s, size_t lines, size_t count, int32_t *index, lp_error *e) {
    LP_CLEANUP(lp_tensor_free) lp_tensor t = {0};
    return read_vector(s, "indptr", LP_I8, lines + 1, &t, e) || expand_pointer(index, &t, count, e);
}

static int fill_indices(lp_stream *s, const char *part, bool compressed, bool by_row, lp_sparse *m,
                        lp_error *e) {
    if (!compressed)
        return read_indices(s, "row", part, m->count, m->rows, m->row, e) ||
               read_indices(s, "col", part, m->count, m->cols, m->col, e);
    if (by_row)
        return read_pointer(s, m->rows, m->count, m->row, e) ||
               read_indices(s, "indices", "", m->count, m->cols, m->col, e);
    return read_pointer(s, m->cols, m->count, m->col, e) ||
           read_indices(s, "indices", "", m->count, m->rows, m->row, e);
}

static int read_values(lp_stream *s, const char *part, const size_t shape[2], lp_sparse *m,
                       lp_error *e) {
    char name[NAME];
    size_t index;
    LP_CLEANUP(lp_tensor_free) lp_tensor data = {0};
    if (read_vector(s, named(name, "data", part), LP_F8, SIZE_MAX, &data, e))
        return -1;
    if (lp_tensor_find_nonfinite(&data, &index))
        return lp_fail(e, "tensor '%s', entry %zu: %g is not a finite number", name, index,
                       lp_tensor_at(&data, index));
    *m = lp_sparse_new(shape[0], shape[1], data.count);
    if (data.count > 0)
        memcpy(m->value, data.data, data.count * sizeof *m->value);
    return 0;
}

int lp_sparse_read(lp_stream *s, const char *part, lp_sparse *m, lp_error *e) {
    *m = (lp_sparse){0};
    bool by_row, compressed;
    size_t shape[2] = {0, 0};
    if (read_format(s, part, &by_row, &compressed, e) || lp_sparse_read_shape(s, shape, e) ||
        read_values(s, part, shape, m, e) || fill_indices(s, part, compressed, by_row, m, e) ||
        lp_sparse_sort(m, NULL, e)) {
        lp_sparse_free(m);
        return lp_within(e, "reading the sparse matrix%s%s", *part ? " of part " : "",
                         *part ? part + 1 : "");
    }
    return 0;
}

static void put_vector(lp_stream *s, const char *name, lp_type type, size_t n, const void *from) {
    lp_tensor t = lp_tensor_vector(type, n);
    if (n > 0)
        memcpy(t.data, from, n * type.size);
    lp_stream_put(s, name, &t);
}

void lp_sparse_write(lp_stream *s, const char *part, const lp_sparse *m) {
    char name[NAME];
    const int64_t shape[] = {(int64_t)m->rows, (int64_t)m->cols};
    lp_stream_drop(s, "indices");
    lp_stream_drop(s, "indptr");
    /* Names, order and types, bytes for the format, are those of scipy.sparse.save_npz. */
    put_vector(s, named(name, "row", part), LP_I4, m->count, m->row);
    put_vector(s, named(name, "col", part), LP_I4, m->count, m->col);
    lp_tensor format = lp_tensor_zeros((lp_type){'S', 3}, 0, NULL);
    memcpy(format.data, "coo", 3);
    lp_stream_put(s, "format", &format);
    put_vector(s, "shape", LP_I8, 2, shape);
    put_vector(s, named(name, "data", part), LP_F8, m->count, m->value);
}

void lp_sparse_drop(lp_stream *s, const char *part) {
    char name[NAME];
    static const char *const stems[] = {"row", "col", "data", "indices", "indptr"};
    for (size_t i = 0; i < sizeof stems / sizeof *stems; i++)
        lp_stream_drop(s, named(name, stems[i], part));
}
