/* The matrix of a stream that factors approximate: sparse (data/sparse.h), or dense x. */
#ifndef LP_MF_MATRIX_H
#define LP_MF_MATRIX_H

#include "base/error.h"
#include "base/tensor.h"
#include "data/sparse.h"
#include "io/stream.h"

/* Both kinds as entries: those that are learned from, and those that are only watched. */
typedef struct {
    lp_tensor x; /* dense: f8 [rows, cols]; else {0} */
    lp_sparse observed, validation, held_out;
    bool has_validation, has_held_out;
    const double *whole; /* dense without a mask: x's numbers, all observed; else NULL */
} lp_matrix;

/* True for a stream with a sparse matrix, split or not. */
bool lp_matrix_is_sparse(const lp_stream *s);

/* Reads the sparse matrix, whose test part is held out where it was split, and a validation part
 * likewise, or else dense x (or x_train). `mask` (or NULL) names a number tensor of the shape of x
 * that is 0 where an entry is held out. Freed with lp_matrix_free, also after a failure. Refused:
 * what lp_sparse_read and lp_matrix_read_x refuse, a mask of another shape or with a value that is
 * not finite. */
int lp_matrix_read(lp_stream *s, const char *mask, lp_matrix *m, lp_error *e);
void lp_matrix_free(lp_matrix *m);

/* Dense x alone, or else x_train, as f8 [rows, cols]; *x is the caller's to free. Refused: fewer
 * than two dimensions, no entries, a value that is not finite. */
int lp_matrix_read_x(lp_stream *s, lp_tensor *x, lp_error *e);

/* Brings the entries into the places of the rows x cols matrix that was factorised: by name, where
 * the stream has names for both (rows and model.rows, cols and model.cols), else as they are. Their
 * order stays. Refused: a row or column with an entry that was not factorised, factors of another
 * shape. */
int lp_matrix_match(lp_matrix *m, lp_stream *s, size_t rows, size_t cols, lp_error *e);

#endif
