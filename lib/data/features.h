/* The features that a model answers for: which tensor of a stream holds them, and how they are
 * scaled. */
#ifndef LP_DATA_FEATURES_H
#define LP_DATA_FEATURES_H

#include "base/error.h"
#include "base/tensor.h"
#include "io/stream.h"

/* The tensor's name: `name`, or, where it is NULL, x, or else x_test, or else x_train. */
const char *lp_features_name(const lp_stream *s, const char *name);

/* *out = tensor NAME of s, scaled as the data of the model in stream `model` (NULL: s itself) was:
 * by the model's scale.offset and scale.divisor (data/scale.h). Data with a scaling of its own has
 * been scaled already, and is refused unless it was by the same numbers. *out is the caller's to
 * free, and a view where nothing is to be done. */
int lp_features_scaled(lp_stream *s, lp_stream *model, const char *name, lp_tensor *out,
                       lp_error *e);

/* Refuses a tensor that cannot be features [n, ...]: text, no rows, a NaN or infinity. */
int lp_features_check(const lp_tensor *x, const char *name, lp_error *e);

#endif
