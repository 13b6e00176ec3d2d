/* What the methods of mf/fit.h are made of: internal to mf. Each method is a file, gd.c, sgd.c,
 * als.c or direct.c, and a row of LP_FIT_METHODS. */
#ifndef LP_MF_METHODS_H
#define LP_MF_METHODS_H

#include "autodiff/graph.h"
#include "base/memory.h"
#include "mf/fit.h"
#include "num/entries.h"

/* Rows of p are (bias, 1, u…) and rows of q (1, bias, v…) for a model with biases, (u…) and (v…)
 * for one without, filled up with zeros to whole vectors. So one product p·q is the whole model but
 * for the mean, and a bias is trained like any other column. */
enum { LP_ROW_BIAS, LP_COL_BIAS, LP_BIAS_COLUMNS };

struct lp_fit {
    lp_arena memory; /* of every array here and in the method's state */
    lp_fit_options options;
    const lp_sparse *observed;
    size_t shards;       /* at least 1 */
    const double *whole; /* gd on autodiff/graph: (rows, cols); else NULL */
    const lp_entries_kernels *num;
    bool has_biases;
    size_t rank, first, width; /* the factors are columns first .. first + rank - 1 of width */
    double mean;
    double *value; /* (count) observed, less the mean */
    double *p, *q; /* (rows, width), (cols, width) */
    uint64_t epoch;
    void *state;     /* the method's own */
    lp_graph *graph; /* gd's, where there is one: the fit frees it */
};

typedef struct {
    const char *name;
    /* Iterative: makes fit->state; one pass over the entries, as lp_fit_epoch does it. */
    void (*prepare)(lp_fit *fit);
    int (*epoch)(lp_fit *fit, double lr, double *sse, lp_error *e);
    /* Direct: lp_fit_solve. */
    int (*solve)(const lp_fit_options *o, const lp_sparse *observed, const lp_tensor *x,
                 lp_factors *f, lp_error *e);
} lp_fit_method_row;

void lp_gd_prepare(lp_fit *fit);
int lp_gd_epoch(lp_fit *fit, double lr, double *sse, lp_error *e);
void lp_sgd_prepare(lp_fit *fit);
int lp_sgd_epoch(lp_fit *fit, double lr, double *sse, lp_error *e);
void lp_als_prepare(lp_fit *fit);
int lp_als_epoch(lp_fit *fit, double lr, double *sse, lp_error *e);
int lp_als_half_epoch(lp_fit *fit, bool columns, lp_error *e); /* solves for rows, or columns */
int lp_mean_solve(const lp_fit_options *o, const lp_sparse *observed, const lp_tensor *x,
                  lp_factors *f, lp_error *e);
int lp_svd_solve(const lp_fit_options *o, const lp_sparse *observed, const lp_tensor *x,
                 lp_factors *f, lp_error *e);

/* ---- shared ---- */

/* Zeros (rows, cols); room for as many entries as were observed. Freed with the fit. */
double *lp_fit_matrix(lp_fit *fit, size_t rows, size_t cols);
lp_sparse lp_fit_entries(lp_fit *fit, size_t rows, size_t cols);

/* The first `cols` columns of `from` (lines, from_width) into those of `to` (lines, to_width). */
void lp_copy_columns(double *to, size_t to_width, const double *from, size_t from_width,
                     size_t lines, size_t cols);

/* The observed entries by row and by column: start[l] .. start[l + 1] are those of line l. */
typedef struct {
    size_t *row_start, *col_start;
    lp_sparse by_col; /* transposed, in row-major order of its own rows, values less the mean */
    int32_t *place;   /* (count) of entry i of by_col in row-major order */
} lp_fit_lines;

lp_fit_lines lp_fit_index_lines(lp_fit *fit);

/* What a step of gradient descent multiplies p (or q) by: keep = 1 - step λ, with the biases' own
 * λ in column `own_bias`, and the column of ones unchanged. */
lp_entries_rate lp_fit_rate(const lp_fit *fit, double step, int own_bias, int ones);

#endif
