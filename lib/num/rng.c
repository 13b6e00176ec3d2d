#include "num/rng.h"

#include "num/kernels.h"

#include <math.h>
#include <stdbool.h>

/* The multipliers and the key schedule's increments (the golden ratio and sqrt 3 - 1, as
 * fractions of 2^32) of the paper's table 2 and section 4.3. */
enum { ROUNDS = 10 };
static const uint32_t multiplier[2] = {0xD2511F53, 0xCD9E8D57};
static const uint32_t weyl[2] = {0x9E3779B9, 0xBB67AE85};

void lp_philox4x32_10(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]) {
    uint32_t x0 = counter[0], x1 = counter[1], x2 = counter[2], x3 = counter[3];
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t a = (uint64_t)multiplier[0] * x0;
        uint64_t b = (uint64_t)multiplier[1] * x2;
        x0 = (uint32_t)(b >> 32) ^ x1 ^ k0;
        x1 = (uint32_t)b;
        x2 = (uint32_t)(a >> 32) ^ x3 ^ k1;
        x3 = (uint32_t)a;
        k0 += weyl[0];
        k1 += weyl[1];
    }
    out[0] = x0, out[1] = x1, out[2] = x2, out[3] = x3;
}

lp_rng lp_rng_new(uint64_t seed, lp_rng_purpose purpose, uint32_t substream) {
    return (lp_rng){.seed = seed, .stream = (uint64_t)substream << 32 | (uint32_t)purpose};
}

/* Block `number` of r's stream, whose words 4 number .. 4 number + 3 it holds: the counter is the
 * number in its lower half and the stream in its upper. */
static inline void block_of(const lp_rng *r, uint64_t number, uint32_t block[4]) {
    const uint32_t counter[4] = {(uint32_t)number, (uint32_t)(number >> 32), (uint32_t)r->stream,
                                 (uint32_t)(r->stream >> 32)};
    const uint32_t key[2] = {(uint32_t)r->seed, (uint32_t)(r->seed >> 32)};
    lp_philox4x32_10(counter, key, block);
}

static inline void draw(lp_rng *r, size_t n, uint32_t *word) {
    uint32_t block[4];
    for (size_t i = 0; i < n; i++, r->next++) {
        if (i == 0 || r->next % 4 == 0)
            block_of(r, r->next / 4, block);
        word[i] = block[r->next % 4];
    }
}

static inline double unit(const uint32_t word[2]) {
    uint64_t bits = (uint64_t)word[1] << 32 | word[0];
    return (double)(bits >> 11) * 0x1p-53;
}

void lp_rng_words(lp_rng *r, size_t n, uint32_t *word) {
    draw(r, n, word);
}

uint32_t lp_rng_u32(lp_rng *r) {
    uint32_t word;
    draw(r, 1, &word);
    return word;
}

uint64_t lp_rng_u64(lp_rng *r) {
    uint32_t word[2];
    draw(r, 2, word);
    return (uint64_t)word[1] << 32 | word[0];
}

double lp_rng_uniform(lp_rng *r) {
    uint32_t word[2];
    draw(r, 2, word);
    return unit(word);
}

/* cos(2 pi turns): whole quarters come off exactly, so that the zeros are where they should be. */
static double cos_turns(double turns) {
    int quarters = (int)(4 * turns + 0.5);
    double angle = 0x1.921fb54442d18p+2 * (turns - 0.25 * quarters);
    double y = quarters % 2 == 0 ? lp_cos(angle) : -lp_sin(angle);
    return quarters == 2 || quarters == 3 ? -y : y;
}

double lp_rng_normal(lp_rng *r) {
    uint32_t word[4];
    draw(r, 4, word);
    /* 1 - u is in (0, 1], where the logarithm is finite. */
    return sqrt(-2 * lp_log(1 - unit(word))) * cos_turns(unit(word + 2));
}

/* A look-ahead of blocks, for loops that draw much: independent blocks overlap in the CPU. */
enum { AHEAD = 32 };

typedef struct {
    uint64_t first; /* number of the block that word[0] belongs to */
    bool filled;
    uint32_t word[4 * AHEAD];
} look_ahead;

static inline uint64_t next_u64(lp_rng *r, look_ahead *ahead) {
    if (!ahead->filled || r->next - 4 * ahead->first > 4 * AHEAD - 2) {
        ahead->first = r->next / 4;
        ahead->filled = true;
        for (uint64_t i = 0; i < AHEAD; i++)
            block_of(r, ahead->first + i, ahead->word + 4 * i);
    }
    const uint32_t *word = ahead->word + (r->next - 4 * ahead->first);
    r->next += 2;
    return (uint64_t)word[1] << 32 | word[0];
}

/* Lemire's method on the numbers that NEXT gives. */
#define BELOW(n, NEXT)                                                                             \
    unsigned __int128 product = (unsigned __int128)(NEXT) * (n);                                   \
    if ((uint64_t)product < (n)) {                                                                 \
        uint64_t surplus = -(n) % (n); /* 2^64 mod n: low parts that would count twice */          \
        while ((uint64_t)product < surplus)                                                        \
            product = (unsigned __int128)(NEXT) * (n);                                             \
    }                                                                                              \
    return (uint64_t)(product >> 64)

static inline uint64_t below_ahead(lp_rng *r, look_ahead *ahead, uint64_t n) {
    BELOW(n, next_u64(r, ahead));
}

uint64_t lp_rng_below(lp_rng *r, uint64_t n) {
    BELOW(n, lp_rng_u64(r));
}

void lp_rng_permutation(lp_rng *r, size_t n, size_t *index) {
    look_ahead ahead;
    ahead.filled = false;
    for (size_t i = 0; i < n; i++)
        index[i] = i;
    for (size_t i = n; i > 1; i--) {
        size_t j = below_ahead(r, &ahead, i);
        size_t kept = index[i - 1];
        index[i - 1] = index[j];
        index[j] = kept;
    }
}
