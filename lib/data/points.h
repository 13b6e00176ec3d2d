/* Labelled points: Gaussian classes, two half-moons, a quadratic form's inside and outside.
 *
 * Each gives x, f8 [n, d], and y, i8 [n], labels 0, 1, ...; the caller frees both. On failure both
 * are {0}; parameters that cannot be are LP_USAGE. A row depends on the seed and its own number
 * alone, so a larger n begins with the points of a smaller one (the moons' grid excepted: it spans
 * each arc evenly). */
#ifndef LP_DATA_POINTS_H
#define LP_DATA_POINTS_H

#include "base/error.h"
#include "base/tensor.h"
#include "base/values.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* n points of each of several normal distributions, class after class: one class a mean, d
 * numbers each; covariances are d*d numbers, row by row: one a class, one for all, or none (the
 * identity). x = mean + L z with cov = L Lᵀ (Cholesky) and z standard normal. Refused: lists that
 * do not fit each other, a covariance that is not symmetric or not positive semi-definite, n = 0.
 * A semi-definite one is taken: a variance of 0 gives a constant. Class c draws from a stream of
 * its own: another class more moves nothing. */
int lp_gauss(size_t n, const lp_reals_list *means, const lp_reals_list *covariances, uint64_t seed,
             lp_tensor *x, lp_tensor *y, lp_error *e);

/* Two interleaving half circles, as scikit-learn's make_moons constructs them: floor(n/2) points
 * (cos t, sin t) labelled 0 and the rest (1 - cos t, 1/2 - sin t) labelled 1, t evenly spaced in
 * 0 .. pi with both ends, plus normal noise of standard deviation `noise` >= 0 on each
 * coordinate. `shuffle` puts the same points into random order. n >= 2. */
int lp_moons(size_t n, double noise, bool shuffle, uint64_t seed, lp_tensor *x, lp_tensor *y,
             lp_error *e);

/* x standard normal in d dimensions, y = 1 where xᵀ Q x > threshold, else 0. q holds the d*d
 * numbers of Q row by row (Q need not be symmetric). n >= 1. */
int lp_ellipse(size_t n, const lp_reals *q, double threshold, uint64_t seed, lp_tensor *x,
               lp_tensor *y, lp_error *e);

#endif
