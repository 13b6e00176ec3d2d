/* exp, log, tanh, sigmoid, sin, cos, ELU, GELU and SiLU of the vectors of simd.h: fixed sequences
 * of IEEE operations, one source for every instruction set, so the same bits everywhere. (With
 * LP_ONE_LANE defined, of the single doubles of lane.h: num/scalar.c.) Any argument is right:
 * infinities, subnormals (taken and given), -0, arguments of sin and cos up to the largest float. A
 * NaN, or an argument outside the domain, gives the one quiet positive NaN.
 *
 * Largest errors measured, in units of the last place (subnormal results included): f4 over all
 * 2^32 arguments (GELU and SiLU: those from 2^-25 to 2^7), f8 over 2 10^7 to 2 10^8 a function,
 * spread evenly and by exponent; make vmath-exhaustive measures again.
 *
 *           exp     log     tanh    sigmoid sin     cos     ELU     GELU    SiLU
 *     f4    0.877   0.840   0.938   0.804   0.501   0.501   0.911   5.10    1.50
 *     f8    0.842   0.853   0.901   0.790   0.826   0.831   0.805   5.57    1.49
 *
 * Polynomials: minimax for the relative error of the function they serve, found by Remez' exchange
 * at 240 bits; coefficients rounded to the element type one by one from the lowest power, the rest
 * fitted anew each time. Comments give the largest relative error of the function that the rounded
 * polynomial alone causes. */
#ifndef LP_NUM_KERNELS_VMATH_H
#define LP_NUM_KERNELS_VMATH_H

#ifdef LP_ONE_LANE
#include "num/kernels/lane.h"
#else
#include "num/kernels/simd.h"
#endif

#define V(op) LP_CAT(F, LP_CAT(_, op))
#define I(op) LP_CAT(J, LP_CAT(_, op))

#define LP_LOG2_E 0x1.71547652b82fep+0
#define LP_SQRT_HALF 0x1.6a09e667f3bcdp-1

/* For arguments beyond 2^30: x = (4 i + quadrant) pi/2 + high + low, |high + low| <= pi/4, from as
 * many bits of 2/pi as it takes (Payne and Hanek 1983). Returns the quadrant. Finite x only. */
int lp_reduce_huge(double x, double *high, double *low);

/* ---- f8 ---- */

#define T double
#define F vf8
#define J vi8
#define M vm8
#define LP_FRACTION_BITS 52
#define LP_FRACTION_MASK INT64_C(0x000fffffffffffff)
#define LP_TWO_FRACTION 0x1p52
#define LP_BIAS 1023
#define LP_MAGIC 0x1.8p52 /* x + MAGIC - MAGIC rounds x to the nearest whole number */
#define LP_SMALLEST_NORMAL 0x1p-1022
#define LP_NORMALISE 0x1p54
#define LP_NORMALISE_EXPONENT 54
#define LP_LN2_HIGH 0x1.62e42feep-1 /* 32 bits: n LN2_HIGH is exact */
#define LP_LN2_LOW 0x1.a39ef35793c76p-33
#define LP_EXP_INFINITY 710.0
#define LP_EXP_ZERO -760.0 /* from here on x e^x is 0, too */
#define LP_TANH_ONE 20.0
#define LP_LOST -64.0
#define LP_MILLS 4.0
#define LP_FAR 38.7

/* (e^r - 1 - r) / r^2; 2^-63.1. */
LP_INLINE vf8 vf8_exp_tail(vf8 r) {
    vf8 q = vf8_set1(0x1.2042127ab098cp-29);
    q = vf8_fma(q, r, vf8_set1(0x1.af73b141ac8e4p-26));
    q = vf8_fma(q, r, vf8_set1(0x1.27e4542cf3dafp-22));
    q = vf8_fma(q, r, vf8_set1(0x1.71ddeafc1060cp-19));
    q = vf8_fma(q, r, vf8_set1(0x1.a01a01e52bfe4p-16));
    q = vf8_fma(q, r, vf8_set1(0x1.a01a01b5dcec3p-13));
    q = vf8_fma(q, r, vf8_set1(0x1.6c16c16c0a8f0p-10));
    q = vf8_fma(q, r, vf8_set1(0x1.111111110e569p-7));
    q = vf8_fma(q, r, vf8_set1(0x1.555555555556cp-5));
    q = vf8_fma(q, r, vf8_set1(0x1.555555555555dp-3));
    return vf8_fma(q, r, vf8_set1(0x1p-1));
}

/* (2 artanh(s) / s - 2) / z, z = s^2; 2^-58.5. */
LP_INLINE vf8 vf8_log_tail(vf8 z) {
    vf8 q = vf8_set1(0x1.2f1178797b072p-3);
    q = vf8_fma(q, z, vf8_set1(0x1.39a09602a4643p-3));
    q = vf8_fma(q, z, vf8_set1(0x1.746649acb64e8p-3));
    q = vf8_fma(q, z, vf8_set1(0x1.c71c51d7d629ep-3));
    q = vf8_fma(q, z, vf8_set1(0x1.249249422a42ep-2));
    q = vf8_fma(q, z, vf8_set1(0x1.999999997f9f8p-2));
    return vf8_fma(q, z, vf8_set1(0x1.5555555555593p-1));
}

/* (t + MILLS) Φ(-t) e^(t^2/2), q = (t - MILLS) / (t + MILLS), for 0 <= t <= FAR; 2^-54.9. */
LP_INLINE vf8 vf8_mills_tail(vf8 q) {
    vf8 p = vf8_set1(-0x1.01c393fa4545cp-36);
    p = vf8_fma(p, q, vf8_set1(-0x1.bb7895b031f65p-31));
    p = vf8_fma(p, q, vf8_set1(-0x1.5f34b56743760p-29));
    p = vf8_fma(p, q, vf8_set1(0x1.33b14a9bd4b1fp-29));
    p = vf8_fma(p, q, vf8_set1(0x1.55fcdd8d01052p-26));
    p = vf8_fma(p, q, vf8_set1(0x1.b5486ff7fbb95p-27));
    p = vf8_fma(p, q, vf8_set1(-0x1.717a5b76aafefp-24));
    p = vf8_fma(p, q, vf8_set1(-0x1.4b9cf9b005626p-23));
    p = vf8_fma(p, q, vf8_set1(0x1.2498f3efb6b53p-22));
    p = vf8_fma(p, q, vf8_set1(0x1.12217d339b0d7p-20));
    p = vf8_fma(p, q, vf8_set1(-0x1.5253438875165p-21));
    p = vf8_fma(p, q, vf8_set1(-0x1.8d497608a4101p-18));
    p = vf8_fma(p, q, vf8_set1(0x1.80df95e3bad05p-21));
    p = vf8_fma(p, q, vf8_set1(0x1.26d08f6aa9cbdp-15));
    p = vf8_fma(p, q, vf8_set1(-0x1.00216f33b7e95p-19));
    p = vf8_fma(p, q, vf8_set1(-0x1.e4a42528c9a60p-13));
    p = vf8_fma(p, q, vf8_set1(0x1.17a4b0616263ap-13));
    p = vf8_fma(p, q, vf8_set1(0x1.ab825fc074f41p-10));
    p = vf8_fma(p, q, vf8_set1(-0x1.c81719d90fc85p-9));
    p = vf8_fma(p, q, vf8_set1(-0x1.ee2761047d70ap-8));
    p = vf8_fma(p, q, vf8_set1(0x1.eec4cc3e50c7ap-5));
    p = vf8_fma(p, q, vf8_set1(-0x1.7dff2bff683a9p-3));
    p = vf8_fma(p, q, vf8_set1(0x1.8c6dbf2cfc281p-2));
    p = vf8_fma(p, q, vf8_set1(-0x1.373e3a893c28ap-1));
    return vf8_fma(p, q, vf8_set1(0x1.82b4bb8c94dcep-1));
}

#include "num/kernels/vmath_body.h"

/* pi/2 = HALF_PI_1 + _2 + _3 to 2^-163. */
#define LP_TWO_OVER_PI 0x1.45f306dc9c883p-1
#define LP_HALF_PI_1 0x1.921fb54442d18p+0
#define LP_HALF_PI_2 0x1.1a62633145c07p-54
#define LP_HALF_PI_3 -0x1.f1976b7ed8fbcp-110
#define LP_HUGE 0x1p30

/* The lanes of x beyond HUGE and finite, reduced one by one; the others are left alone. */
__attribute__((noinline, unused)) static void vf8_reduce_huge(const double *x, double *n,
                                                              double *high, double *low) {
    for (int i = 0; i < VF8_LANES; i++)
        if (fabs(x[i]) >= LP_HUGE && fabs(x[i]) < INFINITY)
            n[i] = lp_reduce_huge(x[i], &high[i], &low[i]);
}

LP_INLINE void vf8_take_huge(vf8 x, vf8 *n, vf8 *high, vf8 *low) {
    if (!vm8_any(vf8_le(vf8_set1(LP_HUGE), vf8_abs(x))))
        return;
    double lane[4][VF8_LANES];
    vf8_store(lane[0], x);
    vf8_store(lane[1], *n);
    vf8_store(lane[2], *high);
    vf8_store(lane[3], *low);
    vf8_reduce_huge(lane[0], lane[1], lane[2], lane[3]);
    *n = vf8_load(lane[1]);
    *high = vf8_load(lane[2]);
    *low = vf8_load(lane[3]);
}

/* x = n pi/2 + high + low, |high + low| <= pi/4 and a little, n a whole number of which only the
 * lowest two bits matter. n HALF_PI_1 leaves an exact difference (Sterbenz), n HALF_PI_2 is taken
 * as an exact sum of two: what remains is under n 2^-162, against at least 2^-62 for high. */
LP_INLINE vf8 vf8_reduce(vf8 x, vf8 *n, vf8 *low) {
    vf8 magic = vf8_set1(LP_MAGIC);
    vf8 k = vf8_sub(vf8_fma(x, vf8_set1(LP_TWO_OVER_PI), magic), magic);
    vf8 a = vf8_fma(k, vf8_set1(-LP_HALF_PI_1), x);
    vf8 b = vf8_mul(k, vf8_set1(-LP_HALF_PI_2));
    vf8 b_low = vf8_fma(k, vf8_set1(-LP_HALF_PI_2), vf8_neg(b));
    vf8 high = vf8_add(a, b);
    vf8 b_part = vf8_sub(high, a);
    vf8 rest = vf8_add(vf8_sub(a, vf8_sub(high, b_part)), vf8_sub(b, b_part));
    *low = vf8_fma(k, vf8_set1(-LP_HALF_PI_3), vf8_add(rest, b_low));
    *n = k;
    vf8_take_huge(x, n, &high, low);
    return high;
}

/* sin(high + low), 2^-57.8, and cos(high + low), 2^-63.9, for |high| <= pi/4. */
LP_INLINE vf8 vf8_sin_kernel(vf8 high, vf8 low) {
    vf8 z = vf8_mul(high, high);
    vf8 q = vf8_set1(0x1.5d8b49d0bbc4fp-33);
    q = vf8_fma(q, z, vf8_set1(-0x1.ae5e4b6aa5b70p-26));
    q = vf8_fma(q, z, vf8_set1(0x1.71de35551a479p-19));
    q = vf8_fma(q, z, vf8_set1(-0x1.a01a019be91a5p-13));
    q = vf8_fma(q, z, vf8_set1(0x1.111111110f730p-7));
    q = vf8_fma(q, z, vf8_set1(-0x1.5555555555548p-3));
    vf8 low_term = vf8_mul(low, vf8_fma(z, vf8_set1(-0.5), vf8_set1(1)));
    return vf8_add(high, vf8_fma(vf8_mul(z, high), q, low_term));
}

LP_INLINE vf8 vf8_cos_kernel(vf8 high, vf8 low) {
    vf8 one = vf8_set1(1);
    vf8 z = vf8_mul(high, high);
    vf8 q = vf8_set1(-0x1.8fa5e04bb9bfap-37);
    q = vf8_fma(q, z, vf8_set1(0x1.1ee9dab9de722p-29));
    q = vf8_fma(q, z, vf8_set1(-0x1.27e4f7f03f74ep-22));
    q = vf8_fma(q, z, vf8_set1(0x1.a01a019c8dc7ap-16));
    q = vf8_fma(q, z, vf8_set1(-0x1.6c16c16c1500dp-10));
    q = vf8_fma(q, z, vf8_set1(0x1.555555555554bp-5));
    vf8 half = vf8_mul(z, vf8_set1(0.5));
    vf8 w = vf8_sub(one, half);
    vf8 w_low = vf8_sub(vf8_sub(one, w), half);
    vf8 small = vf8_fma(vf8_mul(z, z), q, vf8_neg(vf8_mul(high, low)));
    return vf8_add(w, vf8_add(w_low, small));
}

/* The quadrant as an integer vector of 0 to 3 in the lowest bits. */
LP_INLINE vi8 vf8_quadrant(vf8 n, int ahead) {
    return vi8_add(vf8_bits(vf8_add(n, vf8_set1(LP_MAGIC))), vi8_set1(ahead));
}

/* Odd quadrants take the cosine, the third and fourth change the sign. */
LP_INLINE vf8 vf8_from_quadrant(vi8 quadrant, vf8 sine, vf8 cosine) {
    vm8 even = vi8_eq(vi8_and(quadrant, vi8_set1(1)), vi8_set1(0));
    vi8 sign = vi8_shl(vi8_and(quadrant, vi8_set1(2)), 62);
    return vi8_float(vi8_xor(vf8_bits(vf8_select(even, sine, cosine)), sign));
}

/* sin for ahead = 0, cos for ahead = 1. */
LP_INLINE vf8 vf8_sin_cos(vf8 x, int ahead) {
    vf8 n, low, high = vf8_reduce(x, &n, &low);
    vf8 y = vf8_from_quadrant(vf8_quadrant(n, ahead), vf8_sin_kernel(high, low),
                              vf8_cos_kernel(high, low));
    vm8 finite = vf8_lt(vf8_abs(x), vf8_set1(INFINITY));
    return vf8_select(finite, y, vf8_set1(NAN));
}

LP_INLINE_BUT_GENERIC vf8 vf8_sin(vf8 x) {
    /* sin x = x for the small ones: keeps -0, and subnormals out of the products. */
    return vf8_select(vf8_lt(vf8_abs(x), vf8_set1(0x1p-27)), x, vf8_sin_cos(x, 0));
}

LP_INLINE_BUT_GENERIC vf8 vf8_cos(vf8 x) {
    return vf8_sin_cos(x, 1);
}

#ifndef LP_ONE_LANE

/* ---- f4 sin and cos: in double, so that a float's worth of reduction is two terms ---- */

/* f8's reduction without its low part: |high| is at least 2^-31 or so for any float, and exact to
 * 2^-53 relative. */
LP_INLINE vf8 vf4_reduce(vf8 x, vf8 *n) {
    vf8 magic = vf8_set1(LP_MAGIC);
    vf8 k = vf8_sub(vf8_fma(x, vf8_set1(LP_TWO_OVER_PI), magic), magic);
    vf8 high = vf8_fma(k, vf8_set1(-LP_HALF_PI_1), x);
    high = vf8_fma(k, vf8_set1(-LP_HALF_PI_2), high);
    *n = k;
    vf8 low = vf8_set1(0);
    vf8_take_huge(x, n, &high, &low);
    return high;
}

/* sin, 2^-37.4, or cos, 2^-42.9, of 8 lanes. */
LP_INLINE vf8 vf4_sin_cos_half(vf8 x, int ahead) {
    vf8 n, r = vf4_reduce(x, &n);
    vf8 z = vf8_mul(r, r);
    vf8 sine = vf8_set1(0x1.6cd0aff9444c2p-19);
    sine = vf8_fma(sine, z, vf8_set1(-0x1.a00f79e482de8p-13));
    sine = vf8_fma(sine, z, vf8_set1(0x1.11110863dc844p-7));
    sine = vf8_fma(sine, z, vf8_set1(-0x1.5555554c68ddap-3));
    sine = vf8_fma(vf8_mul(z, r), sine, r);
    vf8 cosine = vf8_set1(-0x1.241da977864a4p-22);
    cosine = vf8_fma(cosine, z, vf8_set1(0x1.a010da372b1b4p-16));
    cosine = vf8_fma(cosine, z, vf8_set1(-0x1.6c16b823128cap-10));
    cosine = vf8_fma(cosine, z, vf8_set1(0x1.5555554ed2f2cp-5));
    cosine = vf8_fma(cosine, z, vf8_set1(-0.5));
    cosine = vf8_fma(cosine, z, vf8_set1(1));
    return vf8_from_quadrant(vf8_quadrant(n, ahead), sine, cosine);
}

LP_INLINE vf4 vf4_sin_cos(vf4 x, int ahead) {
    vf4 y = vf4_narrow(vf4_sin_cos_half(vf4_widen_low(x), ahead),
                       vf4_sin_cos_half(vf4_widen_high(x), ahead));
    vm4 finite = vf4_lt(vf4_abs(x), vf4_set1(INFINITY));
    return vf4_select(finite, y, vf4_set1(NAN));
}

LP_INLINE_BUT_GENERIC vf4 vf4_sin(vf4 x) {
    return vf4_select(vf4_lt(vf4_abs(x), vf4_set1(0x1p-13f)), x, vf4_sin_cos(x, 0));
}

LP_INLINE_BUT_GENERIC vf4 vf4_cos(vf4 x) {
    return vf4_sin_cos(x, 1);
}

#undef LP_MAGIC

/* ---- f4 ---- */

#define T float
#define F vf4
#define J vi4
#define M vm4
#define LP_FRACTION_BITS 23
#define LP_FRACTION_MASK 0x007fffff
#define LP_TWO_FRACTION 0x1p23f
#define LP_BIAS 127
#define LP_MAGIC 0x1.8p23f
#define LP_SMALLEST_NORMAL 0x1p-126f
#define LP_NORMALISE 0x1p25f
#define LP_NORMALISE_EXPONENT 25
#define LP_LN2_HIGH 0x1.62e4p-1f /* 15 bits */
#define LP_LN2_LOW 0x1.7f7d1cp-20f
#define LP_EXP_INFINITY 89.0f
#define LP_EXP_ZERO -112.0f
#define LP_TANH_ONE 10.0f
#define LP_LOST -32.0f
#define LP_MILLS 3.0f
#define LP_FAR 14.5f

/* 2^-28.2. */
LP_INLINE vf4 vf4_exp_tail(vf4 r) {
    vf4 q = vf4_set1(0x1.6ab764p-10f);
    q = vf4_fma(q, r, vf4_set1(0x1.123d62p-7f));
    q = vf4_fma(q, r, vf4_set1(0x1.55585ap-5f));
    q = vf4_fma(q, r, vf4_set1(0x1.55548cp-3f));
    return vf4_fma(q, r, vf4_set1(0x1.fffffcp-2f));
}

/* 2^-34.2. */
LP_INLINE vf4 vf4_log_tail(vf4 z) {
    vf4 q = vf4_set1(0x1.f13be2p-3f);
    q = vf4_fma(q, z, vf4_set1(0x1.23d3e0p-2f));
    q = vf4_fma(q, z, vf4_set1(0x1.999c26p-2f));
    return vf4_fma(q, z, vf4_set1(0x1.555554p-1f));
}

/* 2^-24.7. */
LP_INLINE vf4 vf4_mills_tail(vf4 q) {
    vf4 p = vf4_set1(0x1.cb653cp-15f);
    p = vf4_fma(p, q, vf4_set1(0x1.25e5aap-13f));
    p = vf4_fma(p, q, vf4_set1(-0x1.e77012p-13f));
    p = vf4_fma(p, q, vf4_set1(-0x1.105cb2p-10f));
    p = vf4_fma(p, q, vf4_set1(0x1.0920b4p-10f));
    p = vf4_fma(p, q, vf4_set1(0x1.c8cedap-8f));
    p = vf4_fma(p, q, vf4_set1(-0x1.56ac7cp-7f));
    p = vf4_fma(p, q, vf4_set1(-0x1.832ceap-5f));
    p = vf4_fma(p, q, vf4_set1(0x1.d71328p-3f));
    p = vf4_fma(p, q, vf4_set1(-0x1.04c72ap-1f));
    return vf4_fma(p, q, vf4_set1(0x1.754a76p-1f));
}

#include "num/kernels/vmath_body.h"
#endif

#undef LP_MAGIC
#undef LP_LOG2_E
#undef LP_SQRT_HALF
#undef V
#undef I

#endif
