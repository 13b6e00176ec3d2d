/* IDX, the format of MNIST and its relatives (LeCun's page on MNIST): two zero bytes, a type, a
 * number of dimensions, their sizes and the values, all big-endian; gzipped or not. */
#ifndef LP_IO_IDX_H
#define LP_IO_IDX_H

#include "base/error.h"
#include "base/tensor.h"
#include "io/stream.h"

#include <stddef.h>

/* Decodes one file: its types 08 to 0E (u1, i1, i2, i4, f4, f8), 1 to 8 dimensions. Memory is
 * taken for what the header declares, once the file has been found large enough to hold it (a
 * gzipped one: at 1032 bytes a byte, deflate's limit). A file that is cut, damaged or goes on
 * after its values is refused. The tensor is the caller's to free. */
int lp_idx_decode(lp_tensor *t, const void *bytes, size_t size, lp_error *e);

/* Puts the tensors of `count` files into a stream; `name` is what errors call them. Those of one
 * dimension are labels, the others images. One of each becomes x and y (either alone will do), two
 * of each x_train, y_train, x_test, y_test, in their order. `input_shape`, i8, is the shape of one
 * image. Takes over the tensors. Refused: other numbers of files, labels that are not as many as
 * their images, two sets of images of different shapes. */
int lp_idx_put(lp_stream *s, size_t count, lp_tensor *t, const char *const *name, lp_error *e);

#endif
