/* Train and test parts: rows of x and y, or entries of a sparse matrix. */
#ifndef LP_DATA_SPLIT_H
#define LP_DATA_SPLIT_H

#include "base/error.h"
#include "base/values.h"
#include "data/partition.h"
#include "io/stream.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How many of n go to the training part: the share's count, or its fraction of n rounded to the
 * nearest whole number (half up). Refused where either part would be empty. */
int lp_split_count(lp_share train, size_t n, size_t *n_train, lp_error *e);

typedef struct {
    lp_partition_options parts; /* folds: dense only */
    bool train_given;  /* refuse a stream that has x_train, rather than leave parts.train unused */
    bool stratify;     /* dense only, shuffled: by the classes of y (data/classes.h) */
    const char *group; /* dense only: equal rows of this tensor, [n, ...], or rows with equal values
                          in this column of x, by number or feature, stay together; NULL: each by
                          itself */
    bool within_row;   /* sparse only, shuffled, with a fraction: of each matrix row */
} lp_split_options;

/* Dense, where the stream has x: x [n, ...] and, if present, y and ids [n, ...] (any type) become
 * x_train, x_val (where there is a validation part), x_test, y_train, ...
 *
 * Where it has x_train instead, and a validation part is asked for, that is taken out of x_train,
 * y_train and ids_train: parts.validation is of these.
 *
 * Sparse, where it has a sparse matrix (data/sparse.h) and no x: a share of the entries is held
 * out. row, col and data become row_train, col_train, data_train and row_test, col_test,
 * data_test, and row_val, ... where there is a validation part (a share of all entries), each in
 * row-major order; shape and format stay. With within_row the share is taken
 * within each matrix row, rounded like lp_split_count's but at least one entry, so that no row is
 * held out whole.
 *
 * Everything else stays as it is. Refused: both x and row, parts that exist already. */
int lp_split(lp_stream *s, const lp_split_options *options, lp_error *e);

/* The tool that fitted x, not split yet, to all of its rows, so that what is to be the test part
 * has had its say: "scale" or "impute"; NULL where none has. Numbers that are the same for all
 * columns, as `scale --divide` and `impute --by constant` have them, are not taken for fitted ones.
 */
const char *lp_split_leak(lp_stream *s);

#endif
