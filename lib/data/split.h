/* Train and test parts: rows of x and y, or entries of a sparse matrix. */
#ifndef LP_DATA_SPLIT_H
#define LP_DATA_SPLIT_H

#include "base/error.h"
#include "base/values.h"
#include "io/stream.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How many of n go to the training part: the share's count, or its fraction of n rounded to the
 * nearest whole number (half up). Refused where either part would be empty. */
int lp_split_count(lp_share train, size_t n, size_t *n_train, lp_error *e);

/* index[0 .. n) = 0 .. n-1, in order or, with `shuffle`, in random order. The training part is
 * taken from the front. */
void lp_split_rows(size_t n, bool shuffle, uint64_t seed, size_t *index);

/* The same in random order, the first n_train with every class in proportion: class c of n_c rows
 * has n_train * n_c / n of the training part, rounded so that the counts add up to n_train (largest
 * remainders first, ties to the smaller label). Labels are any integers. A class that would be
 * missing from either part is refused. */
int lp_split_stratified(size_t n, size_t n_train, const int64_t *label, uint64_t seed,
                        size_t *index, lp_error *e);

typedef struct {
    lp_share train;
    bool no_shuffle; /* train on the first rows, test on the rest */
    bool stratify;   /* dense only, shuffled: by y, integers [n] */
    bool within_row; /* sparse only, shuffled, with a fraction: of each matrix row */
    uint64_t seed;
} lp_split_options;

/* Dense, where the stream has x: x [n, ...] and, if present, y [n, ...] (any type) become
 * x_train, y_train, x_test, y_test.
 *
 * Sparse, where it has a sparse matrix (data/sparse.h) and no x: a share of the entries is held
 * out. row, col and data become row_train, col_train, data_train and row_test, col_test,
 * data_test, each in row-major order; shape and format stay. With within_row the share is taken
 * within each matrix row, rounded like lp_split_count's but at least one entry, so that no row is
 * held out whole.
 *
 * Everything else stays as it is. Refused: both x and row, parts that exist already. */
int lp_split(lp_stream *s, const lp_split_options *options, lp_error *e);

#endif
