/* A tensor whose rows are made when they are written, or asked for, some at a time: what a tool
 * derives row by row from a tensor larger than memory need not be kept. Rows are what the first
 * dimension counts. */
#ifndef LP_IO_ROWS_H
#define LP_IO_ROWS_H

#include "base/error.h"
#include "base/memory.h"
#include "base/tensor.h"
#include "io/archive.h"
#include "io/stream.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    lp_tensor made; /* type and shape, of one dimension or more; without data */
    /* What they are made of: a tensor, or the member that it was read as, not in Fortran order;
     * both NULL where the context alone tells. */
    const lp_tensor *tensor;
    const lp_member *member;
    const size_t *index; /* row i is made of row index[i]; NULL: of row i */
    lp_rows_make *make;  /* NULL: as they are there */
    const void *context;
} lp_rows;

/* Makes all of them at once: *t is the caller's to free. */
int lp_rows_all(const lp_rows *r, lp_tensor *t, lp_error *e);

/* About a megabyte of them at a time. Freed with lp_row_pieces_free. */
typedef struct {
    const lp_rows *rows;
    size_t each; /* rows a piece */
    void *piece, *from;
} lp_row_pieces;

lp_row_pieces lp_row_pieces_of(const lp_rows *r);
void lp_row_pieces_free(lp_row_pieces *p);

/* Their bytes from `at` on, where a piece begins: an lp_archive_piece. */
int lp_row_pieces_next(void *pieces, size_t at, const void **bytes, size_t *n, lp_error *e);

#endif
