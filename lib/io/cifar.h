/* CIFAR-10's binary batches (Krizhevsky 2009): records of 3,073 bytes, a label and 32 x 32 pixels
 * as a red, a green and a blue plane. */
#ifndef LP_IO_CIFAR_H
#define LP_IO_CIFAR_H

#include "base/error.h"
#include "base/tensor.h"
#include "io/source.h"

#include <stddef.h>

enum { LP_CIFAR_CLASSES = 10, LP_CIFAR_SIDE = 32 };

/* All records of the batches, in order: x u1 [n, 32, 32, 3] and y u1 [n], the caller's to free. A
 * batch that is not a whole number of records, or holds a label over 9, is refused by name and
 * record. */
int lp_cifar_read(lp_tensor *x, lp_tensor *y, size_t files, const lp_file *file, lp_error *e);

#endif
