/* IDX, the format of MNIST and its relatives (LeCun's page on MNIST): two zero bytes, a type, a
 * number of dimensions, their sizes and the values, all big-endian. */
#ifndef LP_IO_IDX_H
#define LP_IO_IDX_H

#include "base/error.h"
#include "base/tensor.h"

#include <stddef.h>

/* Decodes one file: its types 08 to 0E (u1, i1, i2, i4, f4, f8), 1 to 8 dimensions. Memory is
 * allocated for what the header declares once the file turns out large enough to hold it. A file
 * that is cut, damaged or continues after its values is refused. The tensor is the caller's to
 * free. */
int lp_idx_decode(lp_tensor *t, const void *bytes, size_t size, lp_error *e);

/* The size of the file whose first bytes these are, as an lp_size_limit (io/gzip.h): SIZE_MAX where
 * the header is cut. Refused: another header than lp_idx_decode takes. */
int lp_idx_limit(const void *head, size_t size, size_t *max, lp_error *e);

#endif
