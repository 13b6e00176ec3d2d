/* Kernels held against plain scalar C, bit for bit: arrays of the type under test, odd numbers to
 * fill them with, and the comparison. Included by one test each. */
#ifndef BITS_H
#define BITS_H

#include "check.h"
#include "num/kernels.h"

#include <stdbool.h>
#include <stdint.h>

enum { MOST = 200000 };

static int size; /* of the element type under test */
static const lp_kernels *num;
static char a[MOST * 8], b[MOST * 8], c[MOST * 8], d[MOST * 8], want[MOST * 8], want2[MOST * 8];

/* ---- numbers of the type under test, held in doubles ---- */

static double at(const void *x, size_t i) {
    return size == 4 ? (double)((const float *)x)[i] : ((const double *)x)[i];
}

static void set(void *x, size_t i, double v) {
    if (size == 4)
        ((float *)x)[i] = (float)v;
    else
        ((double *)x)[i] = v;
}

/* One operation of two floats in double, then rounded to float, is rounded right: 53 >= 2 * 24 + 2
 * (Figueroa 1995). */
static double narrow(double v) {
    return size == 4 ? (double)(float)v : v;
}

static double fused(double x, double y, double z) {
    return size == 4 ? (double)fmaf((float)x, (float)y, (float)z) : fma(x, y, z);
}

static bool equal(double x, double y) {
    return (isnan(x) && isnan(y)) || (x == y && signbit(x) == signbit(y));
}

static uint64_t state;

/* Of signs, fractions and exponents at random; `special` now and then is 0, -0, NaN or infinite. */
static double value(bool special) {
    static const double odd[] = {0, -0.0, NAN, INFINITY, -INFINITY, 1};
    state = state * 6364136223846793005u + 1442695040888963407u;
    if (special && (state >> 33) % 11 == 0)
        return odd[(state >> 40) % 6];
    return narrow(ldexp((double)(int64_t)state * 0x1p-63, (int)(state >> 20 & 7) - 4));
}

static void fill(void *x, size_t n, uint64_t seed, bool special) {
    state = seed * 977 + 1;
    for (size_t i = 0; i < n; i++)
        set(x, i, value(special));
    /* What lies behind is not part of it. */
    for (size_t i = n; i < n + 70 && i < MOST; i++)
        set(x, i, 12345);
}

static char failure[200];

static void expect(const char *what, size_t n, const void *got, const void *expected) {
    for (size_t i = 0; i < n; i++)
        if (!equal(at(got, i), at(expected, i))) {
            snprintf(failure, sizeof failure, "%s f%d %s: element %zu of %zu is %a, expected %a",
                     what, size, num->isa, i, n, at(got, i), at(expected, i));
            return;
        }
    if (n + 1 < MOST && at(got, n) != 12345)
        snprintf(failure, sizeof failure, "%s f%d %s: wrote behind its %zu elements", what, size,
                 num->isa, n);
}

/* Runs body for both types and every instruction set. */
static void everywhere(void (*body)(void)) {
    failure[0] = '\0';
    for (size = 4; size <= 8; size += 4)
        for (const lp_kernels *const *all = lp_kernels_all((lp_type){'f', (uint32_t)size}); *all;
             all++) {
            num = *all;
            body();
        }
    CHECK_TEXT(failure, "");
}

#endif
