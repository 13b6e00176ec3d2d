/* A sparse matrix: the entries that were observed, by coordinates (COO).
 *
 * In a stream it is what scipy.sparse.save_npz writes: `row` and `col` i4 [count], `data` [count],
 * `shape` i8 [2] and `format`, the bytes 'coo'. SciPy's CSR and CSC (`indices indptr data shape
 * format`) are read too. A part of a matrix has a suffix, `row_train col_train data_train` and
 * `row_test col_test data_test`, and shares `shape` and `format` with the other parts. The
 * strings `rows` and `cols`, if present, name the matrix's rows and columns.
 *
 * In memory the entries are always in row-major order, each place at most once. (SciPy adds up
 * entries that share a place; here a rating given twice is a fault in the data.) An entry whose
 * value is 0 is an observation like any other. */
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

/* Reads it. Refused, with the tensor and the entry: an index outside the shape, a value that is not
 * finite, a place that occurs twice. */
int lp_sparse_read(lp_stream *s, const char *part, lp_sparse *m, lp_error *e);

/* Its rows and columns alone. */
int lp_sparse_read_shape(lp_stream *s, size_t shape[2], lp_error *e);

/* Puts it, as COO with f8 values, in place of an earlier CSR or CSC form of the same matrix. */
void lp_sparse_write(lp_stream *s, const char *part, const lp_sparse *m);

/* Removes the entries of a part (row, col, data, indices, indptr); shape and format stay. */
void lp_sparse_drop(lp_stream *s, const char *part);

/* Room for `count` entries of a rows x cols matrix, for the caller to fill and then to bring into
 * order with lp_sparse_sort. */
lp_sparse lp_sparse_new(size_t rows, size_t cols, size_t count);

/* Brings the entries into row-major order in linear time and refuses a place that occurs twice:
 * *twice, unless NULL, gets the first such place's index among the sorted entries. */
int lp_sparse_sort(lp_sparse *m, size_t *twice, lp_error *e);

/* The entries index[0..n), rising, as a matrix of the same shape. */
lp_sparse lp_sparse_take(const lp_sparse *from, const size_t *index, size_t n);

/* start[r] .. start[r + 1] are the entries of row r; (rows + 1) numbers, to be freed. */
size_t *lp_sparse_row_starts(const lp_sparse *m);

void lp_sparse_free(lp_sparse *m);

#endif
