/* One-hot labels: class c of k becomes a row of k zeros with a one at c. */
#ifndef LP_DATA_ONEHOT_H
#define LP_DATA_ONEHOT_H

#include "base/error.h"
#include "io/stream.h"

#include <stddef.h>

/* Replaces y, y_train, y_val and y_test, those that the stream has, by their one-hot form, u1
 * [n, k], by the classes that they show together (data/classes.h). Where these have names, they are
 * put as `classes`. With `classes`, if that is not 0, labels have to be 0 .. classes-1, or rows of
 * so many columns. Refused: no y, a y that does not hold labels, more than 2^20 classes, `classes`
 * other than the number of the stream's names. */
int lp_onehot_stream(lp_stream *s, size_t classes, lp_error *e);

#endif
