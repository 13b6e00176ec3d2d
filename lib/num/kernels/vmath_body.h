/* exp, log, tanh, sigmoid and what follows from them for one element type: vmath.h includes this
 * once for each, with V(op) and I(op) naming its functions of simd.h, F, J and M its vectors of
 * floats, integers and truths, T the element, and LP_... its constants, all of which but LP_MAGIC
 * end here. */

/* 2^n for whole n with |n| no more than the largest exponent. */
LP_INLINE F V(pow2)(F n) {
    J shifted = I(shl)(V(bits)(V(add)(n, V(set1)(LP_MAGIC))), LP_FRACTION_BITS);
    return I(float)(I(add)(shifted, V(bits)(V(set1)(1))));
}

/* y 2^n in two steps, since 2^n itself may be beyond the exponents. Rounded once more where the
 * result is subnormal. */
LP_INLINE F V(scale)(F y, F n) {
    F magic = V(set1)(LP_MAGIC);
    F half = V(sub)(V(fma)(n, V(set1)((T)0.5), magic), magic);
    return V(mul)(V(mul)(y, V(pow2)(half)), V(pow2)(V(sub)(n, half)));
}

/* x = n ln 2 + r with |r| <= ln 2 / 2: gives n, r, and e^r - 1 - r. The rounding of r (n LN2_HIGH
 * leaves none) is part of the rest. */
LP_INLINE F V(exp_reduce)(F x, F *n, F *rest) {
    F magic = V(set1)(LP_MAGIC);
    *n = V(sub)(V(fma)(x, V(set1)((T)LP_LOG2_E), magic), magic);
    F exact = V(fma)(*n, V(set1)(-LP_LN2_HIGH), x);
    F r = V(fma)(*n, V(set1)(-LP_LN2_LOW), exact);
    F r_low = V(fma)(*n, V(set1)(-LP_LN2_LOW), V(sub)(exact, r));
    *rest = V(fma)(V(mul)(r, r), V(exp_tail)(r), r_low);
    return r;
}

/* y where x is a number, else the one quiet NaN: which of two NaNs an instruction
 * hands on, and the sign of a new one, differ between CPUs. */
LP_INLINE F V(or_nan)(F x, F y) {
    return V(select)(V(eq)(x, x), y, V(set1)((T)NAN));
}

LP_INLINE_BUT_GENERIC F V(exp)(F x) {
    F clamped = V(max)(V(set1)(LP_EXP_ZERO), V(min)(V(set1)(LP_EXP_INFINITY), x));
    F n, rest, r = V(exp_reduce)(clamped, &n, &rest);
    F y = V(add)(V(set1)(1), V(add)(r, rest));
    return V(or_nan)(x, V(scale)(y, n));
}

/* With m = x 2^-k in [sqrt 1/2, sqrt 2), f = m - 1 and s = f / (2 + f): log m = 2 artanh s =
 * f - (f^2/2 - s (f^2/2 + R)), R = s^2 (2/3 + 2/5 s^2 + ...), in which every rounding is of a
 * term smaller than the result (the arrangement of Sun's fdlibm, 1993). */
LP_INLINE_BUT_GENERIC F V(log)(F x) {
    M subnormal = V(lt)(x, V(set1)(LP_SMALLEST_NORMAL));
    F scaled = V(select)(subnormal, V(mul)(x, V(set1)(LP_NORMALISE)), x);
    /* Bits of sqrt 1/2 taken from those of x leave k in the exponent. */
    J lower = V(bits)(V(set1)((T)LP_SQRT_HALF));
    J bits = I(add)(V(bits)(scaled), I(sub)(V(bits)(V(set1)(1)), lower));
    J mantissa = I(and)(bits, I(set1)(LP_FRACTION_MASK));
    F f = V(sub)(I(float)(I(add)(mantissa, lower)), V(set1)(1));
    F biased = I(float)(I(or)(I(shr)(bits, LP_FRACTION_BITS), V(bits)(V(set1)(LP_TWO_FRACTION))));
    F bias = V(select)(subnormal, V(set1)(LP_TWO_FRACTION + LP_BIAS + LP_NORMALISE_EXPONENT),
                       V(set1)(LP_TWO_FRACTION + LP_BIAS));
    F k = V(sub)(biased, bias);

    F s = V(div)(f, V(add)(f, V(set1)(2)));
    F z = V(mul)(s, s);
    F half_square = V(mul)(V(mul)(f, V(set1)((T)0.5)), f);
    F inner = V(add)(half_square, V(mul)(z, V(log_tail)(z)));
    F small = V(fma)(s, inner, V(mul)(k, V(set1)(LP_LN2_LOW)));
    F y = V(fma)(k, V(set1)(LP_LN2_HIGH), V(sub)(f, V(sub)(half_square, small)));

    F infinity = V(set1)((T)INFINITY), zero = V(set1)(0);
    y = V(select)(V(eq)(x, zero), V(set1)(-(T)INFINITY), y);
    y = V(select)(V(eq)(x, infinity), infinity, y);
    return V(select)(V(le)(zero, x), y, V(set1)((T)NAN));
}

/* high + low = (p + p_low) / (d + d_low) to twice the precision: the quotient of the high parts by
 * way of 1/d, corrected once by what it leaves over. */
LP_INLINE F V(divide_pair)(F p, F p_low, F d, F d_low) {
    F inverse = V(div)(V(set1)(1), d);
    F quotient = V(mul)(p, inverse);
    F left = V(fma)(V(neg)(quotient), d, p);
    left = V(add)(left, V(fma)(V(neg)(quotient), d_low, p_low));
    return V(fma)(left, inverse, quotient);
}

/* e^x - 1 as a sum of two floats, for x that neither overflows nor is far below LOST. */
LP_INLINE F V(expm1_pair)(F x, F *low) {
    F n, rest, r = V(exp_reduce)(x, &n, &rest);
    F p = V(add)(r, rest);
    F p_low = V(add)(V(sub)(r, p), rest);
    F power = V(pow2)(n);
    F e = V(mul)(power, p), e_low = V(mul)(power, p_low);
    F base = V(sub)(power, V(set1)(1));
    F t = V(add)(base, e);
    *low = V(add)(V(add)(V(sub)(base, t), e), e_low);
    return t;
}

/* tanh |x| = t / (t + 2), t = e^2|x| - 1. t and t + 2 are sums of two floats, so that only the
 * quotient is rounded. */
LP_INLINE_BUT_GENERIC F V(tanh)(F x) {
    F clamped = V(min)(V(set1)(LP_TANH_ONE), V(abs)(x));
    F t_low, t = V(expm1_pair)(V(add)(clamped, clamped), &t_low);
    F two = V(set1)(2);
    F d = V(add)(t, two), part = V(sub)(d, t);
    F d_low = V(add)(V(add)(V(sub)(t, V(sub)(d, part)), V(sub)(two, part)), t_low);
    F y = V(copysign)(V(divide_pair)(t, t_low, d, d_low), x);
    return V(or_nan)(x, y);
}

/* e^x - 1 below 0, x from there on. */
LP_INLINE_BUT_GENERIC F V(elu)(F x) {
    F low, t = V(expm1_pair)(V(max)(V(set1)(LP_LOST), V(min)(V(set1)(0), x)), &low);
    F y = V(select)(V(lt)(x, V(set1)(0)), V(add)(t, low), x);
    return V(or_nan)(x, y);
}

/* sigmoid(x) = 1 / (1 + z) for x >= 0 and z / (1 + z) below, z = e^-|x|: neither overflows, and
 * both keep their relative accuracy. z and 1 + z are sums of two floats. The result is 2^*scale
 * times what is returned. */
LP_INLINE F V(sigmoid_parts)(F x, F *scale) {
    F one = V(set1)(1), zero = V(set1)(0);
    F clamped = V(max)(V(set1)(LP_EXP_ZERO), V(neg)(V(abs)(x)));
    F n, rest, r = V(exp_reduce)(clamped, &n, &rest);
    F p = V(add)(r, rest);
    F p_low = V(add)(V(sub)(r, p), rest);
    F e = V(add)(one, p), e_low = V(add)(V(add)(V(sub)(one, e), p), p_low); /* z 2^-n */
    F power = V(pow2)(V(max)(V(set1)(LP_LOST), n)); /* below LOST, 1 + z is 1 */
    F z = V(mul)(power, e), z_low = V(mul)(power, e_low);
    F d = V(add)(one, z), d_low = V(add)(V(add)(V(sub)(one, d), z), z_low);
    M negative = V(lt)(x, zero);
    F top = V(select)(negative, e, one), top_low = V(select)(negative, e_low, zero);
    *scale = V(select)(negative, n, zero);
    return V(divide_pair)(top, top_low, d, d_low);
}

LP_INLINE_BUT_GENERIC F V(sigmoid)(F x) {
    F n, y = V(sigmoid_parts)(x, &n);
    return V(or_nan)(x, V(scale)(y, n));
}

/* x sigmoid(x), and its derivative s + x s (1 - s). Where sigmoid is 0, so is the product. */
LP_INLINE_BUT_GENERIC F V(silu)(F x) {
    F n, y = V(sigmoid_parts)(x, &n);
    return V(or_nan)(x, V(scale)(V(mul)(V(max)(V(set1)(LP_EXP_ZERO), x), y), n));
}

LP_INLINE_BUT_GENERIC F V(silu_slope)(F x) {
    F s = V(sigmoid)(x), y = V(silu)(x);
    return V(or_nan)(x, V(fma)(y, V(sub)(V(set1)(1), s), s));
}

/* With t = |x|: returns Φ(-t) e^(t²/2), the ratio of the standard normal distribution's tail to its
 * density but for a factor (Mills 1926), and e^(-t²/2) as *e 2^*scale; t² is taken as a sum of two
 * floats. The ratio is a polynomial in (t - MILLS) / (t + MILLS) over t + MILLS, as Shepherd and
 * Laframboise (1981) have it for erfc. *t is FAR from there on, where all that follows is 0. */
LP_INLINE F V(normal_tail)(F x, F *t, F *e, F *scale) {
    *t = V(min)(V(set1)(LP_FAR), V(abs)(x));
    F half = V(set1)((T)-0.5), square = V(mul)(*t, *t);
    F low = V(mul)(half, V(fma)(*t, *t, V(neg)(square)));
    F rest, r = V(exp_reduce)(V(max)(V(set1)(LP_EXP_ZERO), V(mul)(half, square)), scale, &rest);
    rest = V(add)(rest, V(fma)(low, V(add)(r, rest), low));
    *e = V(add)(V(set1)(1), V(add)(r, rest));
    F inverse = V(div)(V(set1)(1), V(add)(*t, V(set1)(LP_MILLS)));
    F q = V(mul)(V(sub)(*t, V(set1)(LP_MILLS)), inverse);
    return V(mul)(V(mills_tail)(q), inverse);
}

/* x Φ(x) = max(x, 0) - |x| Φ(-|x|), Φ the distribution function of the standard normal
 * distribution, (1 + erf(x / √2)) / 2. */
LP_INLINE_BUT_GENERIC F V(gelu)(F x) {
    F t, e, n, ratio = V(normal_tail)(x, &t, &e, &n);
    F tail = V(scale)(V(mul)(t, V(mul)(ratio, e)), n);
    F y = V(select)(V(lt)(x, V(set1)(0)), V(neg)(tail), V(sub)(x, tail));
    return V(or_nan)(x, y);
}

/* Its derivative Φ(x) + x φ(x), φ(x) = e^(-x²/2) / √(2 π): for x < 0, with t = -x,
 * e^(-t²/2) (ratio - t / √(2 π)), and 1 less that for -x. */
LP_INLINE_BUT_GENERIC F V(gelu_slope)(F x) {
    F t, e, n, ratio = V(normal_tail)(x, &t, &e, &n);
    F d = V(scale)(V(mul)(e, V(fma)(t, V(set1)((T)-0x1.9884533d43651p-2), ratio)), n);
    F y = V(select)(V(lt)(x, V(set1)(0)), d, V(sub)(V(set1)(1), d));
    return V(or_nan)(x, y);
}

#undef T
#undef F
#undef J
#undef M
#undef LP_FRACTION_BITS
#undef LP_FRACTION_MASK
#undef LP_TWO_FRACTION
#undef LP_BIAS
#undef LP_SMALLEST_NORMAL
#undef LP_NORMALISE
#undef LP_NORMALISE_EXPONENT
#undef LP_LN2_HIGH
#undef LP_LN2_LOW
#undef LP_EXP_INFINITY
#undef LP_EXP_ZERO
#undef LP_TANH_ONE
#undef LP_LOST
#undef LP_MILLS
#undef LP_FAR
