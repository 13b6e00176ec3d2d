/* Ratings: a users x items matrix of half stars, mostly missing, as film sites have them. */
#ifndef LP_DATA_RATINGS_H
#define LP_DATA_RATINGS_H

#include "base/error.h"
#include "base/tensor.h"
#include "data/sparse.h"

#include <stddef.h>
#include <stdint.h>

typedef struct {
    size_t users, items;
    size_t count; /* ratings in all: users to users * items */
    size_t rank;  /* of the taste; 0: everybody agrees but for the biases */
    double noise; /* standard deviation, in stars */
    uint64_t seed;
} lp_ratings_options;

/* The ratings, `count` places of users x items, the caller's to lp_sparse_free.
 *
 * A rating is 3.5 + the user's bias + the item's bias + taste + noise, rounded to half a star and
 * cut to 0.5 .. 5. Biases and noise are normal; the taste is the product of a user's and an item's
 * `rank` normal factors, scaled to a standard deviation that does not depend on the rank.
 *
 * Who rates how much is log-normal above a floor, every user at least once. What is rated follows a
 * long tail (Zipf and Mandelbrot: a weight 1 / (place + 150) to the power 2.1); a user rates no
 * item twice. Where there are as many ratings as items, every item has at least one. */
int lp_ratings(const lp_ratings_options *options, lp_sparse *m, lp_error *e);

/* n titles that no two items share, U [n], "The Silent Harbour (1974)". */
int lp_titles(size_t n, uint64_t seed, lp_tensor *titles, lp_error *e);

/* The whole numbers 1 .. n as text, U [n]: the users. */
int lp_numbers_as_text(size_t n, lp_tensor *texts, lp_error *e);

#endif
