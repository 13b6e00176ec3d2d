#include "io/number.h"

#include "base/memory.h"

#include <float.h>
#include <math.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef unsigned __int128 u128;

// ---- powers of ten ----

enum {
    MIN_POWER = -342, /* below it, 19 digits make less than half the smallest double */
    MAX_POWER = 324,  /* what brings the smallest double into the range of its digits */
    MAX_EXACT = 55,   /* 5^55 has 128 bits */
    LIMBS = 31,       /* of 32 bits: 2^960 / 5^342 has 166 bits, 5^324 has 753 */
};

/* The first 128 bits of 5^k, and so of 10^k, the rest cut off: high has its top bit set. */
static u128 powers[MAX_POWER - MIN_POWER + 1];

static u128 top_bits(const uint32_t *limbs) {
    int top = LIMBS - 1;
    while (limbs[top] == 0)
        top--;
    u128 bits = 0;
    for (int i = 0; i < 5; i++) { /* 160 bits hold 128 at any shift of the first */
        const uint32_t limb = top - i >= 0 ? limbs[top - i] : 0;
        const int shift = __builtin_clz(limbs[top]);
        bits |= i < 4 ? (u128)limb << (96 - 32 * i) << shift : (uint64_t)limb << shift >> 32;
    }
    return bits;
}

/* 5^k for k >= 0; floor(2^960 / 5^-k), which has the same first bits, for k < 0. */
static void compute_powers(void) {
    uint32_t up[LIMBS] = {1}, down[LIMBS] = {0};
    for (int k = 0; k <= MAX_POWER; k++) {
        powers[k - MIN_POWER] = top_bits(up);
        uint64_t carry = 0;
        for (int i = 0; i < LIMBS; i++) {
            carry += (uint64_t)up[i] * 5;
            up[i] = (uint32_t)carry;
            carry >>= 32;
        }
    }
    down[LIMBS - 1] = 1;
    for (int k = -1; k >= MIN_POWER; k--) {
        uint64_t rest = 0;
        for (int i = LIMBS - 1; i >= 0; i--) {
            rest = rest << 32 | down[i];
            down[i] = (uint32_t)(rest / 5);
            rest %= 5;
        }
        powers[k - MIN_POWER] = top_bits(down);
    }
}

static u128 power_of_ten(int k) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    static bool is_ready;
    if (!__atomic_load_n(&is_ready, __ATOMIC_ACQUIRE)) {
        pthread_once(&once, compute_powers);
        __atomic_store_n(&is_ready, true, __ATOMIC_RELEASE);
    }
    return powers[k - MIN_POWER];
}

/* floor(log2(10^k)) and floor(log10(2^q)), for every exponent that a double or its text has. */
static int log2_of_power(int k) {
    return (k * 1741647) >> 19;
}

static int log10_of_power(int q) {
    return (q * 1262611) >> 22;
}

// ---- reading ----

/* 10^0 .. 10^22 are doubles. */
static const double exact_powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                      1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                      1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

static const uint64_t whole_powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,
                                        1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19};

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* Reads digits after those in *digits (modulo 2^64); returns where they end. Eight bytes
 * are looked at together: 3 products put 8 digits into one number, whatever their count is. */
static inline const char *read_digits(const char *p, const char *end, uint64_t *digits) {
    while (end - p >= 8) {
        uint64_t eight;
        memcpy(&eight, p, 8);
        if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)
            eight = __builtin_bswap64(eight);
        eight ^= 0x3030303030303030; /* a digit is now 0 to 9; the first is the lowest byte */
        const uint64_t others = (eight | (eight + 0x7676767676767676)) & 0x8080808080808080;
        const int count = others != 0 ? __builtin_ctzll(others) / 8 : 8;
        if (count == 0)
            return p;
        eight <<= 64 - 8 * count;
        eight = eight * (10 << 8 | 1) >> 8;
        eight = (eight & 0x00ff00ff00ff00ff) * (100 << 16 | 1) >> 16;
        eight = (eight & 0x0000ffff0000ffff) * ((uint64_t)10000 << 32 | 1) >> 32;
        *digits = *digits * whole_powers[count] + eight;
        p += count;
        if (count < 8)
            return p;
    }
    for (; p < end && is_digit(*p); p++)
        *digits = *digits * 10 + (uint64_t)(*p - '0');
    return p;
}

/* digits * 10^exponent as a double; false where 128 bits of the product do not decide how it is
 * rounded. `digits` is not 0. The true product is at least `product` and, the power being cut off,
 * less than product + 2. */
static bool round_product(uint64_t digits, int64_t exponent, double *value) {
    if (exponent < MIN_POWER || exponent > DBL_MAX_10_EXP) {
        *value = exponent < 0 ? 0 : INFINITY;
        return true;
    }
    const u128 power = power_of_ten((int)exponent);
    const int shift = __builtin_clzll(digits);
    digits <<= shift;
    const u128 low = (u128)digits * (uint64_t)power;
    const u128 product = (u128)digits * (uint64_t)(power >> 64) + (uint64_t)(low >> 64);
    const bool is_exact = exponent >= 0 && exponent <= MAX_EXACT;
    const int top = (int)(product >> 127);
    const int binary = top + 63 - shift + log2_of_power((int)exponent); /* 2^binary <= value */
    if (binary > 1023) {
        *value = INFINITY;
        return true;
    }
    const bool is_normal = binary >= -1022;
    const int kept = is_normal ? 53 : 53 - (-1022 - binary);
    if (kept < 1)
        return false;
    const int dropped = 127 + top - kept;
    const u128 half = (u128)1 << (dropped - 1), rest = product & (2 * half - 1);
    uint64_t bits = (uint64_t)(product >> dropped);
    bool up = rest > half;
    if (is_exact && rest == half)
        up = (uint64_t)low != 0 || (bits & 1) != 0;
    else if (!is_exact && rest - (half - 1) <= 1)
        return false;
    if (is_normal)
        bits += (uint64_t)(binary + 1022) << 52; /* bit 52, which is set, adds the one that lacks */
    bits += up;                                  /* may carry into the exponent, as it should */
    memcpy(value, &bits, sizeof bits);
    return true;
}

/* The number from text to end by strtod: what the ways before it leave open. */
static double read_exactly(const char *text, const char *end, char point) {
    char small[128];
    const size_t length = (size_t)(end - text);
    char *copy = length < sizeof small ? small : lp_alloc(length + 1, 1);
    memcpy(copy, text, length);
    copy[length] = '\0';
    char *at = memchr(copy, point, length);
    if (at != NULL)
        *at = '.';
    const double value = strtod(copy, NULL);
    if (copy != small)
        free(copy);
    return value;
}

/* A number of more than 19 digits: its first 19 from the first that is not 0, and whether the next
 * number of 19 digits rounds to the same. `first` is the first digit or point, `end` is after the
 * last. */
static bool read_long(const char *first, const char *end, char point, int64_t exponent,
                      double *value) {
    uint64_t digits = 0;
    int count = 0;
    bool after_point = false, has_more = false;
    for (const char *p = first; p < end; p++) {
        if (*p == point) {
            after_point = true;
            continue;
        }
        if (count < 19) {
            digits = digits * 10 + (uint64_t)(*p - '0');
            count += digits != 0;
            exponent -= after_point;
        } else {
            has_more = has_more || *p != '0';
            exponent += !after_point;
        }
    }
    if (digits == 0) {
        *value = 0;
        return true;
    }
    double next;
    if (!round_product(digits, exponent, value))
        return false;
    return !has_more || (round_product(digits + 1, exponent, &next) && *value == next);
}

/* The exponent at p ("e-5"), where there is one; returns where it ends. */
static const char *read_exponent(const char *p, const char *end, int64_t *exponent) {
    const char *digit = p + 1;
    *exponent = 0;
    if (p == end || (*p != 'e' && *p != 'E'))
        return p;
    const bool is_negative = digit < end && *digit == '-';
    digit += digit < end && (*digit == '-' || *digit == '+');
    if (digit == end || !is_digit(*digit))
        return p;
    for (; digit < end && is_digit(*digit); digit++)
        if (*exponent < INT64_MAX / 100)
            *exponent = *exponent * 10 + (*digit - '0');
    *exponent = is_negative ? -*exponent : *exponent;
    return digit;
}

const char *lp_number_read(const char *text, const char *end, char point, double *value) {
    const char *p = text;
    const bool is_negative = p < end && *p == '-';
    p += p < end && (*p == '-' || *p == '+');
    const char *first = p;
    uint64_t digits = 0;
    int64_t exponent = 0, power = 0;
    if (end - p >= 2 && is_digit(p[0]) && !is_digit(p[1]))
        digits = (uint64_t)(*p++ - '0'); /* as most numbers of a table begin */
    else
        p = read_digits(p, end, &digits);
    int64_t count = p - first;
    if (p < end && *p == point) {
        const char *fraction = p + 1;
        p = read_digits(fraction, end, &digits);
        exponent = fraction - p;
        count -= exponent;
    }
    if (count == 0)
        return NULL;
    const char *last = p;
    if (p < end && (*p | 0x20) == 'e') {
        p = read_exponent(p, end, &power);
        exponent += power;
    }
    double number = 0;
    if (count <= 19 && digits <= (uint64_t)1 << 53 && exponent >= -22 && exponent <= 22) {
        number = (double)digits;
        number = exponent < 0 ? number / exact_powers[-exponent] : number * exact_powers[exponent];
    } else if (count > 19 ? !read_long(first, last, point, power, &number)
                          : digits != 0 && !round_product(digits, exponent, &number)) {
        number = read_exactly(first, p, point);
    }
    *value = is_negative ? -number : number;
    return p;
}

// ---- writing ----

/* digits * 10^exponent */
typedef struct {
    uint64_t digits;
    int exponent;
} decimal;

/* floor(power * factor / 2^128), its lowest bit set where something is lost: "round to odd", which
 * keeps every comparison with an even number true (section 9.8). The power is rounded up, by at
 * most 1 in its last place: the 64 bits after the result are still 0 where nothing is lost. */
static uint64_t scale_to_odd(u128 power, uint64_t factor) {
    const u128 low = (u128)(uint64_t)power * factor;
    const u128 product = (u128)(uint64_t)(power >> 64) * factor + (uint64_t)(low >> 64);
    return (uint64_t)(product >> 64) | ((uint64_t)product != 0);
}

/* The shortest decimal nearest to c * 2^q among those within half of 2^q of it; that distance
 * itself counts where c is even, since it is then rounded to c. 10^k is the largest power that is
 * not above 2^q, so some multiple of 10^k lies within, and at most one of 10^(k+1). Everything is
 * compared in quarters of 10^k. */
static decimal find_shortest(uint64_t c, int q) {
    const int k = log10_of_power(q);
    const u128 power = power_of_ten(-k) + 1;
    const int shift = q + log2_of_power(-k) + 1;
    const uint64_t is_odd = c & 1;
    const uint64_t lower = scale_to_odd(power, (4 * c - 2) << shift) + is_odd;
    const uint64_t upper = scale_to_odd(power, (4 * c + 2) << shift) - is_odd;
    const uint64_t value = scale_to_odd(power, (4 * c) << shift);
    const uint64_t below = value / 4, tens = below / 10;
    const bool is_ten_below = lower <= 40 * tens;
    const bool is_ten_above = 40 * tens + 40 <= upper;
    if (is_ten_below != is_ten_above)
        return (decimal){tens + is_ten_above, k + 1};
    const bool is_below = lower <= 4 * below, is_above = 4 * below + 4 <= upper;
    if (is_below != is_above)
        return (decimal){below + is_above, k};
    const uint64_t half = 4 * below + 2;
    return (decimal){below + (value > half || (value == half && (below & 1) != 0)), k};
}

static void drop_zeros(decimal *d) {
#define DROP(power, count)                                                                         \
    if (d->digits % (power) == 0)                                                                  \
    d->digits /= (power), d->exponent += (count)
    DROP(100000000, 8);
    DROP(10000, 4);
    DROP(100, 2);
    DROP(10, 1);
#undef DROP
}

/* Of digits below 10^19; 1 for 0. */
static int count_digits(uint64_t digits) {
    digits |= 1; /* which has as many */
    const int bits = 64 - __builtin_clzll(digits);
    const int count = (bits * 1233) >> 12; /* of the smallest number of so many bits, less 1 */
    return count + (digits >= whole_powers[count]);
}

/* The digits, `count` of them, from text on. */
static void put_digits(char *text, uint64_t digits, int count) {
    static const char pairs[] = "0001020304050607080910111213141516171819"
                                "2021222324252627282930313233343536373839"
                                "4041424344454647484950515253545556575859"
                                "6061626364656667686970717273747576777879"
                                "8081828384858687888990919293949596979899";
    for (; count >= 2; count -= 2, digits /= 100)
        memcpy(text + count - 2, pairs + 2 * (digits % 100), 2);
    if (count == 1)
        text[0] = (char)('0' + digits);
}

/* As %.*g with the digits that there are, but at least `precision`, lays it out. */
static char *put_decimal(char *text, decimal d, int precision) {
    const int count = count_digits(d.digits), leading = d.exponent + count - 1;
    if (leading < -4 || (leading >= precision && leading >= count)) {
        put_digits(text + 1, d.digits, count);
        text[0] = text[1];
        text[1] = '.';
        text += count > 1 ? count + 1 : 1;
        *text++ = 'e';
        *text++ = leading < 0 ? '-' : '+';
        const int size = abs(leading) < 100 ? 2 : 3;
        put_digits(text, (uint64_t)abs(leading), size);
        return text + size;
    }
    if (leading < 0) {
        memcpy(text, "0.000", 5);
        put_digits(text + 1 - leading, d.digits, count);
        return text + 1 - leading + count;
    }
    if (d.exponent >= 0) {
        put_digits(text, d.digits, count);
        memset(text + count, '0', (size_t)d.exponent);
        return text + count + d.exponent;
    }
    put_digits(text + 1, d.digits, count);
    for (int i = 0; i <= leading; i++)
        text[i] = text[i + 1];
    text[leading + 1] = '.';
    return text + count + 1;
}

/* The plain way: the fewest digits of printf's that read back. */
static char *write_plainly(char *text, double value, bool is_single) {
    for (int digits = is_single ? FLT_DIG : DBL_DIG;; digits++) {
        const int length = snprintf(text, LP_NUMBER_SIZE, "%.*g", digits, value);
        if (is_single ? strtof(text, NULL) == (float)value : strtod(text, NULL) == value)
            return text + length;
    }
}

/* A number of at most 15 digits that is whole or has up to 8 after the point: so few survive in
 * any double, hence those that read back are the shortest. Most tables hold nothing else. */
static bool find_short(double value, decimal *d) {
    if (value >= 1e15)
        return false;
    *d = (decimal){(uint64_t)value, 0};
    if ((double)d->digits == value)
        return true;
    if (value >= 1e7)
        return false;
    *d = (decimal){(uint64_t)(value * 1e8 + 0.5), -8};
    if ((double)d->digits / 1e8 != value)
        return false;
    drop_zeros(d);
    return true;
}

/* The decimal of a positive value with these bits, `fraction` of them of the mantissa; false where
 * only the plain way tells it. `precision` digits survive in every number of its type. */
static bool find_decimal(uint64_t bits, int fraction, int bias, int precision, decimal *d) {
    const uint64_t unit = (uint64_t)1 << fraction, mantissa = bits & (unit - 1);
    const int exponent = (int)(bits >> fraction);
    const uint64_t c = exponent > 0 ? mantissa | unit : mantissa;
    const int q = (exponent > 0 ? exponent : 1) - bias - fraction;
    /* Below a power of two lies a number at half the distance. Within that distance a text of so
     * few digits that they survive is the one. */
    const bool is_power = mantissa == 0;
    *d = is_power ? find_shortest(2 * c, q - 1) : find_shortest(c, q);
    drop_zeros(d);
    return !is_power || d->digits < whole_powers[precision];
}

/* Writes 0 or what is not finite; the sign is written already. */
static char *write_special(char *text, double value) {
    memcpy(text, isnan(value) ? "nan" : value != 0 ? "inf" : "0  ", 3);
    return text + (value != 0 ? 3 : 1);
}

/* The types that are written. */
typedef struct {
    int fraction, bias, precision;
    double max;
    bool is_single;
} format;

/* `bits` are those of |value| in its type. */
static inline size_t write_number(char *text, double value, uint64_t bits, format f) {
    char *at = text;
    decimal d;
    *at = '-';
    at += signbit(value) && value == value;
    value = fabs(value);
    if (!(value > 0 && value <= f.max))
        at = write_special(at, value);
    else if ((!f.is_single && find_short(value, &d)) ||
             find_decimal(bits, f.fraction, f.bias, f.precision, &d))
        at = put_decimal(at, d, f.precision);
    else
        at = write_plainly(at, value, f.is_single);
    return (size_t)(at - text);
}

size_t lp_number_write(char text[LP_NUMBER_SIZE], double value) {
    uint64_t bits;
    const double magnitude = fabs(value);
    memcpy(&bits, &magnitude, sizeof bits);
    return write_number(text, value, bits, (format){52, 1023, DBL_DIG, DBL_MAX, false});
}

size_t lp_number_write_single(char text[LP_NUMBER_SIZE], float value) {
    uint32_t bits;
    const float magnitude = fabsf(value);
    memcpy(&bits, &magnitude, sizeof bits);
    return write_number(text, (double)value, bits,
                        (format){23, 127, FLT_DIG, (double)FLT_MAX, true});
}
