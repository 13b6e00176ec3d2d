/* What the drawn pictures share: soft edges and noisy pixels. */
#ifndef LP_DATA_PIXELS_H
#define LP_DATA_PIXELS_H

#include "num/rng.h"

#include <stdint.h>

/* x cut to 0 .. 1. */
static inline double lp_ramp(double x) {
    return x < 0 ? 0 : x > 1 ? 1 : x;
}

/* From 0 to 1 between `from` and `to`, flat at both ends. */
static inline double lp_smooth(double from, double to, double x) {
    double t = lp_ramp((x - from) / (to - from));
    return t * t * (3 - 2 * t);
}

/* A grey level: value plus noise of standard deviation sd, rounded and cut to 0 .. 255. The noise
 * is the sum of four random bytes, near enough to normal, from one 32-bit word a pixel. */
static inline uint8_t lp_pixel(double value, double sd, lp_rng *r) {
    const double byte_sd = 147.8005412709; /* sqrt(4 (256^2 - 1) / 12) */
    uint32_t word = lp_rng_u32(r);
    uint32_t sum = (word & 255) + (word >> 8 & 255) + (word >> 16 & 255) + (word >> 24);
    value += sd / byte_sd * ((double)sum - 510) + 0.5;
    return value < 0 ? 0 : value >= 256 ? 255 : (uint8_t)value;
}

#endif
