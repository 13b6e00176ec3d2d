/* One-hot labels: class c of k becomes a row of k zeros with a one at c. */
#ifndef LP_DATA_ONEHOT_H
#define LP_DATA_ONEHOT_H

#include "base/error.h"
#include "base/tensor.h"
#include "io/stream.h"

#include <stddef.h>

/* out, u1 [n, k], owned by the caller, from labels, whole numbers [n] of any number type. A label
 * outside 0 .. k-1 is refused with its row. */
int lp_onehot(const lp_tensor *labels, size_t k, lp_tensor *out, lp_error *e);

/* Replaces y, y_train, y_val and y_test, those that the stream has, by their one-hot form. k is
 * `classes` or, where that is 0, the number of names in the stream's `classes`, or else the largest
 * label of all plus one. Refused: no labels, labels that are text or already one-hot, more than
 * 2^20 classes. */
int lp_onehot_stream(lp_stream *s, size_t classes, lp_error *e);

#endif
