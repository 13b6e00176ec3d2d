/* CIFAR-10's binary batches (Krizhevsky 2009): records of 3,073 bytes, a label and 32 x 32 pixels
 * as a red, a green and a blue plane. */
#ifndef LP_IO_CIFAR_H
#define LP_IO_CIFAR_H

#include "base/error.h"
#include "base/tensor.h"
#include "io/source.h"

#include <stddef.h>
#include <stdint.h>

enum { LP_CIFAR_CLASSES = 10, LP_CIFAR_SIDE = 32 };

/* *n = the records in the batches. A batch that is not a whole number of records, at least one, or
 * holds a label over 9, is refused by name and record. */
int lp_cifar_count(size_t files, const lp_file *file, size_t *n, lp_error *e);

/* The records [first, first + n) of all, n not 0: their pixels as x [n, 32, 32, 3], their labels as
 * y [n]; either may be NULL. */
void lp_cifar_rows(const lp_file *file, size_t first, size_t n, uint8_t *x, uint8_t *y);

#endif
