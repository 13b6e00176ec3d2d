/* Features, as a model takes them: which tensor of a stream holds them, and how data that was
 * prepared by itself becomes what the model was trained on. */
#ifndef LP_DATA_FEATURES_H
#define LP_DATA_FEATURES_H

#include "base/error.h"
#include "base/memory.h"
#include "base/tensor.h"
#include "data/schema.h"
#include "io/stream.h"

/* The tensor's name: `name`, or, where it is NULL, x, or else x_test, or else x_train. */
const char *lp_features_name(const lp_stream *s, const char *name);

/* *out = tensor NAME of s as a model of that schema takes it:
 *   - its columns by name, where both sides have names, in the model's order; columns that the
 * model does not know are left out, and named in a line appended to `warnings` (NULL: nowhere);
 *   - NaN filled by the model's numbers;
 *   - scaled once: raw data by the model's numbers, data that was scaled by the same ones as it is.
 * Refused: a column of the model's that the data lacks, data scaled by other numbers, another
 * number of columns than the schema's. Without names it goes by place. *out is the caller's to
 * free, and a view where nothing is to be done. */
int lp_features_match(lp_stream *s, const lp_schema *model, const char *name, lp_tensor *out,
                      lp_buffer *warnings, lp_error *e);

/* The same for features x that no stream holds, of data that `data` describes; messages call them
 * `name`. */
int lp_features_match_tensor(const lp_tensor *x, const lp_schema *data, const lp_schema *model,
                             const char *name, lp_tensor *out, lp_buffer *warnings, lp_error *e);

/* Refuses a tensor that cannot be features [n, ...]: text, no rows, a NaN or infinity. The column
 * is named by `features`, where these are a name for each (NULL or {0}: none). */
int lp_features_check(const lp_tensor *x, const char *name, const lp_tensor *features, lp_error *e);

/* Refuses what cannot become features [n, ...]: text, no rows, no columns. The message begins with
 * what is wrong, for the caller to put the tensor's name in front. */
int lp_features_check_form(const lp_tensor *x, lp_error *e);

/* The stream's features where they name the columns of x; {0} otherwise. */
lp_tensor lp_features_names(lp_stream *s, const lp_tensor *x);

/* e = "there is no column 'WORD'", with the names that there are; `names` may be NULL or {0}.
 * Returns -1. */
int lp_features_refuse(const char *word, const lp_tensor *names, lp_error *e);

#endif
