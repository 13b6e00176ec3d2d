/* Labelled points: Gaussian classes, two half-moons, a quadratic form's inside and outside.
 *
 * Each puts x, f8 [n, d], and y, i8 [n], labels 0, 1, ..., into the stream; impossible options are
 * LP_USAGE. A row depends only on the seed and its own number, so a larger n begins with the points
 * of a smaller one (except for the moons' grid, which spans each arc evenly). */
#ifndef LP_DATA_POINTS_H
#define LP_DATA_POINTS_H

#include "base/error.h"
#include "base/values.h"
#include "io/stream.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    int64_t n;               /* points of each class */
    lp_reals_list mean, cov; /* d and d*d numbers (row by row) each; cov: one a mean, one for all,
                              * or none for the identity */
    uint64_t seed;
} lp_gauss_options;

/* n points of each normal distribution, class after class: x = mean + L z with cov = L Lᵀ
 * (Cholesky) and z standard normal. Refused: lists of different lengths, a covariance that is not
 * symmetric or not positive semi-definite, n = 0. In a semi-definite one a variance of 0 gives a
 * constant. Every class has a random stream of its own, so a further class does not change the
 * others. */
int lp_gauss(lp_stream *s, const lp_gauss_options *options, lp_error *e);

typedef struct {
    int64_t n;       /* points of both moons, 2 or more */
    double noise;    /* standard deviation on each coordinate, 0 or more */
    bool no_shuffle; /* leave the points in order, along one moon and then the other */
    uint64_t seed;
} lp_moons_options;

/* Two interleaving half circles, as scikit-learn's make_moons constructs them: floor(n/2) points
 * (cos t, sin t) labelled 0 and the rest (1 - cos t, 1/2 - sin t) labelled 1, t evenly spaced in
 * 0 .. pi with both ends, plus normal noise. */
int lp_moons(lp_stream *s, const lp_moons_options *options, lp_error *e);

typedef struct {
    int64_t n;
    lp_reals form; /* the d*d numbers of Q, row by row; Q need not be symmetric */
    double threshold;
    uint64_t seed;
} lp_ellipse_options;

/* x standard normal in d dimensions, y = 1 where xᵀ Q x > threshold, else 0. n >= 1. */
int lp_ellipse(lp_stream *s, const lp_ellipse_options *options, lp_error *e);

#endif
