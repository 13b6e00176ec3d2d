/* exp, log, tanh and sigmoid for one element type: vmath.h includes this once for each, with
 * V(op) and I(op) naming its functions of simd.h, F, J and M its vectors of floats, integers and
 * truths, T the element, and LP_... its constants, all of which but LP_MAGIC end here. */

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

/* tanh |x| = t / (t + 2), t = e^2|x| - 1. With e^2|x| = 2^n (1 + r + rest), t and t + 2 are
 * sums of two floats, so that only the quotient is rounded. */
LP_INLINE_BUT_GENERIC F V(tanh)(F x) {
    F clamped = V(min)(V(set1)(LP_TANH_ONE), V(abs)(x));
    F n, rest, r = V(exp_reduce)(V(add)(clamped, clamped), &n, &rest);
    F p = V(add)(r, rest);
    F p_low = V(add)(V(sub)(r, p), rest);
    F power = V(pow2)(n);
    F e = V(mul)(power, p), e_low = V(mul)(power, p_low);
    F base = V(sub)(power, V(set1)(1));
    F t = V(add)(base, e), t_low = V(add)(V(add)(V(sub)(base, t), e), e_low);
    F two = V(set1)(2);
    F d = V(add)(t, two), part = V(sub)(d, t);
    F d_low = V(add)(V(add)(V(sub)(t, V(sub)(d, part)), V(sub)(two, part)), t_low);
    F y = V(copysign)(V(divide_pair)(t, t_low, d, d_low), x);
    return V(or_nan)(x, y);
}

/* sigmoid(x) = 1 / (1 + z) for x >= 0 and z / (1 + z) below, z = e^-|x|: neither overflows, and
 * both keep their relative accuracy. z and 1 + z are sums of two floats. */
LP_INLINE_BUT_GENERIC F V(sigmoid)(F x) {
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
    F y = V(divide_pair)(top, top_low, d, d_low);
    return V(or_nan)(x, V(scale)(y, V(select)(negative, n, zero)));
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
