/* A summary of a stream's tensors, for people and for scripts. */
#ifndef LP_DATA_SUMMARY_H
#define LP_DATA_SUMMARY_H

#include "base/error.h"
#include "base/tensor.h"
#include "io/stream.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* The finite elements of a number tensor, in double; the mean is summed in C order. */
typedef struct {
    size_t finite, nonfinite; /* their numbers */
    double min, max, mean;    /* 0 where finite is 0 */
} lp_summary;

lp_summary lp_summarise(const lp_tensor *t);

/* Writes a line for each tensor: name, type and shape as stored, then the minimum, maximum and mean
 * of numbers, or the first strings. Control characters are shown as '?'.
 *   is_tsv   tab-separated under a header (name type shape min max mean nonfinite text), the
 *            numbers in full; else in columns for reading, the recipe last */
int lp_summary_write(lp_stream *s, bool is_tsv, FILE *out, lp_error *e);

/* Writes one JSON object: "tensors", each with name, dtype, shape, min, max, mean, nonfinite (or
 * the first 100 strings) and sha256 (io/digest.h); "recipe", "not_replayable" (why), "versions" of
 * labpipe, "archives". What is not known, or not finite, is null. */
int lp_summary_write_json(lp_stream *s, FILE *out, lp_error *e);

#endif
