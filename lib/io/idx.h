/* IDX, the format of MNIST and its relatives (LeCun's page on MNIST): two zero bytes, a type, a
 * number of dimensions, their sizes and the values, all big-endian. */
#ifndef LP_IO_IDX_H
#define LP_IO_IDX_H

#include "base/error.h"
#include "base/tensor.h"

#include <stddef.h>
#include <stdint.h>

/* A file whose values have not been decoded. */
typedef struct {
    lp_tensor form;        /* type and shape, without data */
    const uint8_t *values; /* in the file's bytes */
} lp_idx;

/* Takes one file of the types 08 to 0E (u1, i1, i2, i4, f4, f8), of 1 to 8 dimensions. A file that
 * is cut, damaged or continues after its values is refused. */
int lp_idx_open(lp_idx *idx, const void *bytes, size_t size, lp_error *e);

/* rows = the rows [first, first + n) of what it holds. */
void lp_idx_rows(const lp_idx *idx, size_t first, size_t n, void *rows);

/* The size of the file whose first bytes these are, as an lp_size_limit (io/gzip.h): SIZE_MAX where
 * the header is cut. Refused: another header than lp_idx_open takes. */
int lp_idx_limit(const void *head, size_t size, size_t *max, lp_error *e);

#endif
