/* The functions of one double: the vector kernels' source with a single lane. */
#define LP_ONE_LANE
#include "num/kernels/vmath.h"

#include "num/kernels.h"

#include <stdbool.h>

#define OF_ONE(name)                                                                               \
    double lp_##name(double x) {                                                                   \
        return vf8_##name(x);                                                                      \
    }
OF_ONE(exp)
OF_ONE(log)
OF_ONE(tanh)
OF_ONE(sin)
OF_ONE(cos)

/* log x = high + low to 2^-65 or better, relative; x positive and finite. As the kernel, 2 artanh s
 * with s = f / (2 + f), but with s and s^3/3 as sums of two doubles. */
static double log_pair(double x, double *low) {
    int k;
    double m = frexp(x, &k);
    if (m < 0x1.6a09e667f3bcdp-1) {
        m *= 2;
        k--;
    }
    double f = m - 1, d = f + 2, d_low = f - (d - 2);
    double s = f / d, s_low = (fma(-s, d, f) - s * d_low) / d;

    double z = s * s, z_low = fma(s, s, -z) + 2 * s * s_low;
    double cube = z * s, cube_low = fma(z, s, -cube) + z * s_low + z_low * s;
    double third = cube / 3, third_low = (fma(-third, 3, cube) + cube_low) / 3;
    /* s^5 (1/5 + s^2/7 + ...), |s| < 0.172: the first term left out is under 2^-71 of s. */
    double tail = 0;
    for (int odd = 25; odd >= 5; odd -= 2)
        tail = fma(tail, z, 1.0 / odd);
    tail *= cube * z;

    const double ln2_high = 0x1.62e42feep-1, ln2_low = 0x1.a39ef35793c76p-33;
    const double ln2_rest = 0x1.cc01f97b57a08p-87;
    double sum = s + third, sum_low = (s - sum) + third + (third_low + s_low + tail);
    double base = k * ln2_high, term = 2 * sum;
    double high = base + term;
    double part = high - base;
    double rest = (base - (high - part)) + (term - part);
    double middle = k * ln2_low, middle_low = fma(k, ln2_low, -middle) + k * ln2_rest;
    double lower = rest + middle;
    part = lower - rest;
    double lower_low = (rest - (lower - part)) + (middle - part) + (middle_low + 2 * sum_low);
    lower += lower_low;
    double result = high + lower;
    *low = lower - (result - high);
    return result;
}

double lp_pow(double x, double y) {
    if (y == 0 || x == 1)
        return 1;
    bool whole = floor(y) == y;
    if (isnan(x) || isnan(y) || (x < 0 && isfinite(x) && !whole))
        return NAN;
    bool odd = whole && isfinite(y) && floor(y / 2) != y / 2;
    double sign = signbit(x) && odd ? -1 : 1;
    double a = fabs(x);
    if (a == 1)
        return sign;
    if (a == 0 || isinf(a) || isinf(y))
        return sign * ((a > 1) == (y > 0) ? INFINITY : 0);

    double log_low, log_high = log_pair(a, &log_low);
    double product = y * log_high;
    if (product > 710)
        return sign * INFINITY;
    if (product < -746)
        return sign * 0;
    double low = fma(y, log_high, -product) + y * log_low;
    double n, rest, r = vf8_exp_reduce(product, &n, &rest);
    /* e^(r + low) = e^r + low e^r, low being under 2^-43. */
    rest += fma(low, r + rest, low);
    return sign * vf8_scale(1 + (r + rest), n);
}
