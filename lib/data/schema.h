/* What a model keeps of the data that it was trained on, to be applied to other data: the names of
 * columns and classes, the scaling, what filled missing values. In a stream, each only where it is
 * known:
 *     model.features                 strings [d], the columns of x
 *     model.classes                  strings [k], in the order of the model's outputs
 *     model.offset, model.divisor    f8 [d], the scaling x' = (x - offset) / divisor; 0-d, 0 and 1,
 *                                    for data that was not scaled (data/scale.h)
 *     model.missing                  f8 [d], what filled missing values (data/impute.h)
 *     model.rows, model.cols         strings, the rows and columns of a factorised matrix
 * They are copies of what describes the data under the data's own names (io/groups.h). */
#ifndef LP_DATA_SCHEMA_H
#define LP_DATA_SCHEMA_H

#include "base/error.h"
#include "base/tensor.h"
#include "io/stream.h"

/* Each {0} where it is not known. */
typedef struct {
    lp_tensor features, classes, offset, divisor, missing, rows, cols; /* owned */
} lp_schema;

/* What the stream says of its data, x or a matrix. Freed with lp_schema_free, also after a failure.
 * Refused: a name that is not text, a number that is not finite, lists of different lengths. */
int lp_schema_of_data(lp_schema *k, lp_stream *s, lp_error *e);

/* What a stream's model says of the data that it was trained on. A stream of an earlier version
 * says it only of its data: with `of_data` that is taken where the model says nothing. The same
 * refusals.
 */
int lp_schema_of_model(lp_schema *k, lp_stream *s, bool of_data, lp_error *e);

/* *to = what k says of the columns column[0 .. n) of `width`; freed as above. Refused: a k of
 * another number of columns. */
int lp_schema_take_columns(lp_schema *to, const lp_schema *k, size_t width, const size_t *column,
                           size_t n, lp_error *e);

/* Puts copies of what is known as model.*. */
void lp_schema_put(const lp_schema *k, lp_stream *s);

void lp_schema_free(lp_schema *k);

#endif
