/* Argument reduction for sin and cos where x is so large that a few terms of pi/2 do not do: Payne
 * and Hanek 1983, "Radian reduction for trigonometric functions", in whole numbers throughout, so
 * exact but for the last step. */
#define LP_ONE_LANE
#include "num/kernels/vmath.h"

#include <stdint.h>

/* 2/pi after the binary point, 64 bits a word (from mpmath), behind a word of zeros. The last bits
 * that a double needs are those of weight 2^-(971 + 190). */
static const uint64_t two_over_pi[] = {
    0x0000000000000000, 0xa2f9836e4e441529, 0xfc2757d1f534ddc0, 0xdb6295993c439041,
    0xfe5163abdebbc561, 0xb7246e3a424dd2e0, 0x06492eea09d1921c, 0xfe1deb1cb129a73e,
    0xe88235f52ebb4484, 0xe99c7026b45f7e41, 0x3991d639835339f4, 0x9c845f8bbdf9283b,
    0x1ff897ffde05980f, 0xef2f118b5a0a6d1f, 0x6d367ecf27cb09b7, 0x4f463f669e5fea2d,
    0x7527bac7ebe5f17b, 0x3d0739f78a5292ea, 0x6bfb5fb11f8d5d08, 0x56033046fc7b6bab,
    0xf0cfbc209af4361d,
};

/* 64 bits from bit `start` (of the table, so 64 is the first behind the point). */
static uint64_t bits_from(int start) {
    int word = start / 64, shift = start % 64;
    uint64_t bits = two_over_pi[word] << shift;
    return shift == 0 ? bits : bits | two_over_pi[word + 1] >> (64 - shift);
}

int lp_reduce_huge(double x, double *high, double *low) {
    int exponent;
    uint64_t whole = (uint64_t)ldexp(frexp(fabs(x), &exponent), 53);
    exponent -= 53; /* |x| = whole 2^exponent, -22 <= exponent <= 971 */

    /* |x| 2/pi modulo 4, times 2^190: bits of 2/pi that are worth 4 or more in the product with
     * 2^exponent fall away, 192 bits follow, and the product is taken modulo 2^192. */
    int start = 64 + exponent - 2;
    unsigned __int128 product = (unsigned __int128)bits_from(start + 128) * whole;
    uint64_t w0 = (uint64_t)product;
    product = (unsigned __int128)bits_from(start + 64) * whole + (product >> 64);
    uint64_t w1 = (uint64_t)product;
    uint64_t w2 = bits_from(start) * whole + (uint64_t)(product >> 64);

    /* The quadrant nearest to it, and the signed fraction that remains, times 2^192. */
    int quadrant = (int)(w2 >> 62) + (int)(w2 >> 61 & 1);
    w2 = w2 << 2 | w1 >> 62;
    w1 = w1 << 2 | w0 >> 62;
    w0 = w0 << 2;
    int negative = (int)(w2 >> 63);
    if (negative) {
        w0 = ~w0 + 1;
        w1 = ~w1 + (w0 == 0);
        w2 = ~w2 + (w0 == 0 && w1 == 0);
    }

    /* Its highest 53 bits and the 53 after them. No double comes closer to a multiple of pi/2 than
     * 2^-62, so w2 and w1 are not both zero. */
    int zeros = 0;
    if (w2 == 0) {
        w2 = w1, w1 = w0, w0 = 0;
        zeros = 64;
    }
    int shift = __builtin_clzll(w2);
    if (shift > 0) {
        w2 = w2 << shift | w1 >> (64 - shift);
        w1 = w1 << shift | w0 >> (64 - shift);
    }
    zeros += shift;
    double a = ldexp((double)(w2 >> 11), -53 - zeros);
    double b = ldexp((double)((w2 & 0x7ff) << 42 | w1 >> 22), -106 - zeros);

    double product_high = a * LP_HALF_PI_1;
    double product_low =
        fma(a, LP_HALF_PI_1, -product_high) + fma(a, LP_HALF_PI_2, b * LP_HALF_PI_1);
    int flip = negative != (x < 0);
    *high = flip ? -product_high : product_high;
    *low = flip ? -product_low : product_low;
    return (x < 0 ? -quadrant : quadrant) & 3;
}
