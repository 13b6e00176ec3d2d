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

#endif
