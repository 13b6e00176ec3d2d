/* Ratings: a users x items matrix of half stars, mostly missing, as film sites have them. */
#ifndef LP_DATA_RATINGS_H
#define LP_DATA_RATINGS_H

#include "base/error.h"
#include "io/stream.h"

#include <stdint.h>

typedef struct {
    int64_t n; /* ratings in all: users to users * items */
    int64_t users, items;
    int64_t rank; /* of the taste; 0: all users agree but for the biases */
    double noise; /* standard deviation, in stars */
    uint64_t seed;
} lp_ratings_options;

/* Puts the ratings, a sparse matrix (data/sparse.h) with n places of users x items, `rows`, the
 * numbers 1 .. users as text, and `cols`, titles that no two items share ("The Silent Harbour
 * (1974)"). Impossible options are LP_USAGE.
 *
 * A rating is 3.5 + the user's bias + the item's bias + taste + noise, rounded to half a star and
 * cut to 0.5 .. 5. Biases and noise are normal; the taste is the product of a user's and an item's
 * `rank` normal factors, scaled to a standard deviation that does not depend on the rank.
 *
 * How much a user rates is log-normal above a floor, at least once. What is rated follows a long
 * tail (Zipf and Mandelbrot: a weight 1 / (place + 150) to the power 2.1); no user rates an item
 * twice. Where there are as many ratings as items, every item has at least one. */
int lp_ratings(lp_stream *s, const lp_ratings_options *options, lp_error *e);

#endif
