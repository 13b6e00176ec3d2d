/* An axis: the range it covers, its ticks and their labels. Pure numbers. */
#ifndef LP_DRAW_AXIS_H
#define LP_DRAW_AXIS_H

#include <stdbool.h>
#include <stddef.h>

enum { LP_AXIS_MAX_TICKS = 24, LP_AXIS_MAX_MINOR = 100 };

typedef struct {
    bool log;
    double lo, hi; /* lo < hi: the ends, as values or (log) as their decimal logarithms */
    size_t ticks;
    double tick[LP_AXIS_MAX_TICKS]; /* values */
    char label[LP_AXIS_MAX_TICKS][32];
    size_t minors; /* unlabelled lines between the ticks of a logarithmic axis */
    double minor[LP_AXIS_MAX_MINOR];
    char base[32]; /* what the labels leave out ("1000000": label 2 means 1000002); "" */
} lp_axis;

/* A linear axis over [min, max], both finite and at most 1e300 from 0, widened by `pad` of its
 * length at both ends. Where the ends are equal (or differ by less than 1e-12 of their size) it
 * is widened so that the value is in the middle. Ticks are multiples of 1, 2 or 5 times a
 * power of ten, about `wanted` of them and at most LP_AXIS_MAX_TICKS; with `whole` they are whole
 * numbers. Labels are decimal ("0.25"), or mantissa and exponent ("2.5e-9") below 1e-4 and from
 * 1e6, and hold the difference from `base` where they would need more than six digits. */
void lp_axis_linear(lp_axis *axis, double min, double max, double pad, size_t wanted, bool whole);

/* A logarithmic axis over [min, max], 0 < min <= max, padded likewise in its logarithm. Ticks at
 * powers of ten; at 1, 2, 5 times powers of ten where it covers less than two of them; at all
 * digits, and then as on a linear axis, where it covers much less. */
void lp_axis_log(lp_axis *axis, double min, double max, double pad, size_t wanted);

/* Where a value (above 0 on a logarithmic axis) lies between the ends: 0 is lo, 1 is hi. */
double lp_axis_share(const lp_axis *axis, double value);

#endif
