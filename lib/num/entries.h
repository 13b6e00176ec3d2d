/* Kernels over the observed entries of a matrix that is approximated by p qᵀ, in double.
 *
 * p is (rows, width) and q (cols, width), width a multiple of 8 (LP_ENTRIES_LANES); columns that a
 * model does not use are zero and stay so. A product p[r] · q[c] is eight chains of multiply-adds,
 * chain l over the columns l, l + 8, …, each rounded twice, and their sum
 * ((0+4) + (2+6)) + ((1+5) + (3+7)). So the bits depend on the width alone.
 *
 *     const lp_entries_kernels *kernels = lp_kernels_of(LP_F8)->entries; */
#ifndef LP_NUM_ENTRIES_H
#define LP_NUM_ENTRIES_H

#include "num/kernels.h"

#include <stddef.h>
#include <stdint.h>

enum { LP_ENTRIES_LANES = 8 };

/* What a step of gradient descent multiplies by: keep what was there, step along the gradient.
 * One number for every column, but for the first eight, which have their own (those hold
 * the bias columns, some of them constant: keep 1, step 0). */
typedef struct {
    double keep, step;
    double keep_first[LP_ENTRIES_LANES], step_first[LP_ENTRIES_LANES];
} lp_entries_rate;

typedef struct lp_entries_kernels {
    /* Stochastic gradient descent, entry by entry in the order given: with p = p[row[i]] and
     * q = q[col[i]] as the entries before left them,
     *     e = value[i] - p · q,   p = keep p + (step e) q,   q = keep q + (step e) p (the new p).
     * Returns the sum of e², added up in that order. */
    double (*sgd)(size_t n, const int32_t *row, const int32_t *col, const double *value,
                  size_t width, double *p, double *q, const lp_entries_rate *rate_p,
                  const lp_entries_rate *rate_q);

    /* For the rows 0 .. lines-1, whose entries are start[r] .. start[r + 1]:
     *     error[i] = value[i] - p[r] · q[col[i]],   gradient[r] = sum of error[i] q[col[i]],
     * the entries in order. Returns the sum of error². */
    double (*row_gradient)(size_t lines, const size_t *start, const int32_t *col,
                           const double *value, size_t width, const double *p, const double *q,
                           double *error, double *gradient);

    /* The other way, with the errors known: for the columns 0 .. lines-1, whose entries are
     * start[c] .. start[c + 1], entry i being number place[i] of the row-major order:
     *     gradient[c] = sum of error[place[i]] p[row[i]]. */
    void (*col_gradient)(size_t lines, const size_t *start, const int32_t *row,
                         const int32_t *place, const double *error, size_t width, const double *p,
                         double *gradient);

    /* x[r] = keep x[r] + step gradient[r] for `lines` rows. */
    void (*step)(size_t lines, size_t width, double *x, const double *gradient,
                 const lp_entries_rate *rate);

    /* The normal equations of one row: a (width, width) += q[c] q[c]ᵀ, b (width) += value[i] q[c]
     * over its n entries, c = col[i]. */
    void (*normal)(size_t n, const int32_t *col, const double *value, size_t width, const double *q,
                   double *a, double *b);
} lp_entries_kernels;

#endif
