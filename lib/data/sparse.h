/* A sparse matrix: the entries that were observed, by coordinates (COO).
 *
 * In a stream it is what scipy.sparse.save_npz writes: `row` and `col` i4 [count], `data` [count],
 * `shape` i8 [2] and `format`, the bytes 'coo'. SciPy's CSR and CSC (`indices indptr data shape
 * format`) are read too. A part of a matrix has a suffix, `row_train col_train data_train` and
 * `row_test col_test data_test`, and shares `shape` and `format` with the other parts. The
 * strings `rows` and `cols`, where there are any, name the matrix's rows and columns.
 *
 * In memory the entries always stand in row-major order, each place at most once. (SciPy adds up
 * entries that share a place; a rating that was given twice is a fault in the data, so they are
 * refused here.) An entry whose value is 0 is an observation like any other. */
#ifndef LP_DATA_SPARSE_H
#define LP_DATA_SPARSE_H

#include "base/error.h"
#include "io/stream.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    size_t rows, cols;  /* at most 2^31 - 1 each */
    size_t count;       /* entries */
    int32_t *row, *col; /* (count) in row-major order, owned */
    double *value;      /* (count) finite, owned */
} lp_sparse;

/* True where the stream holds a sparse matrix; `part` is "", "_train" or "_test". */
bool lp_sparse_is_in(const lp_stream *s, const char *part);

/* Reads it: every index inside the shape, every value finite, no place twice. Names the tensor
 * and the entry at fault. */
int lp_sparse_read(lp_stream *s, const char *part, lp_sparse *m, lp_error *e);

/* Puts it, as COO with f8 values; an earlier CSR or CSC form of the same matrix goes. */
int lp_sparse_write(lp_stream *s, const char *part, const lp_sparse *m, lp_error *e);

/* Removes the entries of a part (row, col, data, indices, indptr); shape and format stay. */
void lp_sparse_drop(lp_stream *s, const char *part);

/* Room for `count` entries of a rows x cols matrix, to be filled by the caller, who brings them
 * into order with lp_sparse_sort. */
int lp_sparse_new(lp_sparse *m, size_t rows, size_t cols, size_t count, lp_error *e);

/* Brings the entries into row-major order and refuses a place that is there twice: *twice, where
 * it is not NULL, gets the first such place's index among the sorted entries. The time is linear
 * in rows, cols and count. */
int lp_sparse_sort(lp_sparse *m, size_t *twice, lp_error *e);

/* The entries index[0..n), rising, as a matrix of the same shape. */
int lp_sparse_take(lp_sparse *part, const lp_sparse *from, const size_t *index, size_t n,
                   lp_error *e);

/* The other way round (columns become rows), in row-major order of the new rows. */
int lp_sparse_transpose(lp_sparse *t, const lp_sparse *from, lp_error *e);

/* start[r] .. start[r + 1] are the entries of row r; (rows + 1) numbers, to be freed. */
size_t *lp_sparse_row_starts(const lp_sparse *m, lp_error *e);

void lp_sparse_free(lp_sparse *m);

#endif
