/* What the columns of tables hold: missing values, distinct ones, quartiles. */
#ifndef LP_DATA_COLUMNS_H
#define LP_DATA_COLUMNS_H

#include "base/error.h"
#include "base/tensor.h"
#include "io/stream.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* A column of numbers. Distinct values and quartiles are of those that are not NaN, -0 is 0. */
typedef struct {
    size_t count, missing, distinct; /* values, NaN among them, different ones */
    double quartile[5];              /* min, 25 %, median, 75 %, max; NaN where all are missing */
} lp_column;

/* Describes n numbers, which it sorts. Quartiles are NumPy's by default: linear between the two
 * values beside them (Hyndman and Fan 1996, definition 7). */
lp_column lp_column_describe(double *value, size_t n);

/* Writes a line for each column of x, y and their parts: tensor, column, values, missing, distinct
 * and quartiles; of texts, values, empty ones and distinct ones. Columns of x have the names in
 * `features`, others are numbered from 0. Aligned or, where is_tsv, tab-separated with numbers in
 * full. -1 and e where there is no such tensor. */
int lp_columns_write(lp_stream *s, bool is_tsv, FILE *out, lp_error *e);

#endif
