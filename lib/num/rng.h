/* Random numbers: Philox4x32-10, counter-based (Salmon, Moraes, Dror, Shaw 2011, "Parallel random
 * numbers: as easy as 1, 2, 3", SC'11). Keyed by the seed; each purpose has a stream of its own,
 * so that a draw added in one place moves nothing in another. Word i of a stream depends on
 * (seed, stream, i) alone: it is word i mod 4 of the block with the key (seed) and the counter
 * (i / 4, stream), lower halves first. */
#ifndef LP_NUM_RNG_H
#define LP_NUM_RNG_H

#include <stddef.h>
#include <stdint.h>

/* What a stream of random numbers is for. Only ever append: a number is part of every output. */
typedef enum {
    LP_RNG_POINTS = 1, /* generators */
    LP_RNG_LABELS,
    LP_RNG_NOISE,
    LP_RNG_SPLIT,
    LP_RNG_INIT,
    LP_RNG_BATCH,
    LP_RNG_SVD,
    LP_RNG_FACTOR_INIT,
    LP_RNG_FACTOR_ORDER,
    LP_RNG_ROW_ORDER,  /* generators that shuffle */
    LP_RNG_GLYPH,      /* a drawn digit; a sub-stream each */
    LP_RNG_PERSON,     /* a face's identity; a sub-stream each */
    LP_RNG_SHOT,       /* a picture of a face; a sub-stream each */
    LP_RNG_PIXEL,      /* noise of a picture; a sub-stream each */
    LP_RNG_RATINGS,    /* a sub-stream for each kind of draw */
    LP_RNG_GRADCHECK,  /* a sub-stream an op */
    LP_RNG_PERCEPTRON, /* a sub-stream an epoch */
    LP_RNG_DROPOUT,    /* a sub-stream a layer; a step's words begin at step * 2^32 */
    LP_RNG_AUGMENT,    /* a sub-stream a copy */
    LP_RNG_STRATA,     /* the order of an epoch's blocks; a sub-stream an epoch */
} lp_rng_purpose;

/* A place in a stream. Plain data: a checkpoint stores it as it is. */
typedef struct {
    uint64_t seed;
    uint64_t stream; /* purpose, and a sub-stream (epoch, class, layer) in the upper 32 bits */
    uint64_t next;   /* index of the next 32-bit word */
} lp_rng;

lp_rng lp_rng_new(uint64_t seed, lp_rng_purpose purpose, uint32_t substream);

/* The block function itself, for the published known answers. */
void lp_philox4x32_10(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/* word[0..n) = the next n words; the next one; the next two, the lower half first. */
void lp_rng_words(lp_rng *r, size_t n, uint32_t *word);
uint32_t lp_rng_u32(lp_rng *r);
uint64_t lp_rng_u64(lp_rng *r);

/* Uniform in [0, 1): the upper 53 bits of the next u64. */
double lp_rng_uniform(lp_rng *r);

/* Standard normal, by Box and Muller (1958) with num's own log, sin, cos; one value a call, from
 * two uniforms a, b: sqrt(-2 log(1 - a)) cos(2 pi b). Never above 8.6 in magnitude. */
double lp_rng_normal(lp_rng *r);

/* Uniform in 0 .. n-1 (n >= 1), without bias (Lemire 2019). */
uint64_t lp_rng_below(lp_rng *r, uint64_t n);

/* index[0..n) = a uniform permutation of 0 .. n-1 (Fisher and Yates). */
void lp_rng_permutation(lp_rng *r, size_t n, size_t *index);

#endif
