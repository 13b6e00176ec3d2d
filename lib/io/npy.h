/* NumPy's .npy: one array, a header before its elements (NumPy's "NEP 1 — A simple file
 * format for NumPy arrays" and numpy.lib.format). Formats 1.0, 2.0 and 3.0 are read, 1.0 is
 * written: the longest header of eight dimensions is under 300 bytes. */
#ifndef LP_IO_NPY_H
#define LP_IO_NPY_H

#include "base/error.h"
#include "base/memory.h"
#include "base/tensor.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    LP_NPY_START = 12,         /* bytes that tell how long a header is */
    LP_NPY_MAX_HEADER = 65536, /* longest header that is read */
};

/* A header's contents. */
typedef struct {
    lp_type type; /* of an element as it is stored */
    bool is_big_endian;
    bool is_fortran; /* the first index runs fastest, and there are two dimensions or more */
    int ndim;
    size_t shape[LP_MAX_DIMS];
    size_t count;       /* elements */
    size_t header_size; /* bytes before the elements */
    size_t data_size;   /* bytes of the elements */
    bool is_foreign;    /* after a failure: an array, but none that labpipe has tensors for */
} lp_npy;

/* True for bytes that begin with the format's magic. */
bool lp_npy_is(const void *bytes, size_t size);

/* The length of the header, told by its first LP_NPY_START bytes, these included. */
int lp_npy_header_size(const void *bytes, size_t *size, lp_error *e);

/* Parses a whole header of that size, with every spelling of the dictionary that Python's
 * ast.literal_eval accepts for these three keys. Refused, each with its own line: object arrays
 * (they are pickles, which are never executed), structured types, other types, more than
 * LP_MAX_DIMS dimensions (is_foreign is set for all these); sizes that overflow, keys that are
 * missing, repeated or unknown. */
int lp_npy_parse(const void *header, size_t size, lp_npy *npy, lp_error *e);

/* The tensor of a parsed header and its data_size bytes of elements: in C order, native, f2
 * widened to f4. Where nothing has to be changed and the elements are aligned it borrows `data`,
 * which must not change then. */
int lp_npy_decode(const lp_npy *npy, const void *data, lp_tensor *t, lp_error *e);

/* The same for the rows index[0..n) alone, each below shape[0], in a tensor that owns them. Needs
 * one dimension or more. Only these rows are copied, but for an array in Fortran order. */
int lp_npy_decode_rows(const lp_npy *npy, const void *data, const size_t *index, size_t n,
                       lp_tensor *t, lp_error *e);

/* Type and shape of the tensor that a header's elements become, without data. */
lp_tensor lp_npy_describe(const lp_npy *npy);

/* True where these elements need no change to be that tensor's. */
bool lp_npy_is_native(const lp_npy *npy, const void *data);

/* rows = the rows [first, first + n), or index[first .. first + n), as the tensor has them. Not in
 * Fortran order; the data may have any alignment, rows have the element's. */
void lp_npy_copy_rows(const lp_npy *npy, const void *data, const size_t *index, size_t first,
                      size_t n, void *rows);

/* Writes a type as NumPy's dtype.str has it, "<f8" or "|S5", to text; returns it. */
const char *lp_npy_dtype(lp_type type, char text[24]);

/* Appends the header of a tensor of that type and shape, byte for byte as NumPy 1.24 and later
 * write it; its length is a multiple of 64. */
void lp_npy_append_header(lp_buffer *b, lp_type type, int ndim, const size_t *shape);

#endif
