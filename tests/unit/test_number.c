/* Numbers as text, held against strtod and printf: random bit patterns, powers, halfway cases,
 * subnormal numbers, the longest expansions. LABPIPE_EXHAUSTIVE=1 tries 10^8 of each kind. */
#include "check.h"

#include "io/number.h"

#include <float.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

/* Splitmix64 (Steele, Lea, Flood 2014). */
static uint64_t state;
static uint64_t draw(void) {
    uint64_t z = state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

static double from_bits(uint64_t bits) {
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static bool same_bits(double a, double b) {
    return memcmp(&a, &b, sizeof a) == 0;
}

static size_t tries(size_t usual) {
    return getenv("LABPIPE_EXHAUSTIVE") != NULL ? 100000000 : usual;
}

/* What differs is counted, and the first few are shown. */
static unsigned wrong;
static void differs(const char *what, const char *text) {
    if (wrong++ < 5)
        printf("%s: %.800s\n", what, text);
}

// ---- reading ----

/* The text is read to its end, as strtod reads it, followed by anything or nothing. */
static void read_back(const char *text) {
    char wide[1600];
    const size_t size = strlen(text);
    const double expected = strtod(text, NULL);
    double value = 7;
    memcpy(wide, text, size);
    memcpy(wide + size, ",12345678", 10);
    if (lp_number_read(wide, wide + size + 9, '.', &value) != wide + size ||
        !same_bits(value, expected))
        differs("reading (text follows)", text);
    value = 7;
    if (lp_number_read(text, text + size, '.', &value) != text + size ||
        !same_bits(value, expected))
        differs("reading", text);
}

static void reads_random_doubles(void) {
    wrong = 0;
    for (size_t i = tries(300000); i > 0; i--) {
        char text[60];
        const double value = from_bits(draw());
        if (!isfinite(value))
            continue;
        snprintf(text, sizeof text, "%.*g", 14 + (int)(draw() % 8), value);
        read_back(text);
    }
    CHECK(wrong == 0);
}

/* 1 to 30 digits with the point anywhere and exponents within and around a double's range. */
static void reads_random_texts(void) {
    wrong = 0;
    for (size_t i = tries(300000); i > 0; i--) {
        char text[80];
        size_t n = 0;
        const int count = 1 + (int)(draw() % 30), point = (int)(draw() % 31);
        if (draw() % 2)
            text[n++] = "+-"[draw() % 2];
        for (int k = 0; k < count; k++) {
            if (k == point)
                text[n++] = '.';
            text[n++] = (char)('0' + draw() % (draw() % 4 == 0 ? 1 : 10));
        }
        text[n] = '\0';
        if (draw() % 2)
            snprintf(text + n, sizeof text - n, "%c%+d", "eE"[draw() % 2],
                     (int)(draw() % 2 ? draw() % 40 : draw() % 720) - (int)(draw() % 2 ? 0 : 360));
        read_back(text);
    }
    CHECK(wrong == 0);
}

/* Between two neighbours: exactly half way, and a digit far behind that above or below it. The
 * expansions have up to 770 digits. */
static void reads_halfway_cases(void) {
    wrong = 0;
    for (size_t i = tries(10000) / 10; i > 0; i--) {
        const uint64_t bits =
            draw() % 3 ? draw() & INT64_MAX : draw() % 100 + (draw() & 1) * (1ull << 52);
        char text[1400], near[1500];
        const long double low = (long double)from_bits(bits),
                          high = (long double)from_bits(bits + 1);
        if (!isfinite(from_bits(bits)) || !isfinite(from_bits(bits + 1)))
            continue;
        snprintf(text, sizeof text, "%.800Lg", (low + high) / 2);
        read_back(text);
        snprintf(text, sizeof text, "%.800Le", (low + high) / 2);
        char *e = strchr(text, 'e');
        snprintf(near, sizeof near, "%.*s1%s", (int)(e - text), text, e);
        read_back(near);
        e[-1] = '1'; /* a zero, far behind the last digit that counts */
        read_back(text);
        snprintf(text, sizeof text, "%.18Le", (low + high) / 2);
        read_back(text);
    }
    CHECK(wrong == 0);
}

static void reads_powers_and_integers(void) {
    wrong = 0;
    char text[1400];
    for (int k = -360; k <= 320; k++)
        for (uint64_t d = 1; d <= 100; d++) {
            snprintf(text, sizeof text, "%llue%d", (unsigned long long)d, k);
            read_back(text);
            snprintf(text, sizeof text, "%llu.5e%d", (unsigned long long)(d << 52), k);
            read_back(text);
        }
    for (int q = -1080; q <= 1025; q++) {
        snprintf(text, sizeof text, "%.1200Lg", ldexpl(1, q));
        read_back(text);
        snprintf(text, sizeof text, "%.17Lg", ldexpl(1, q));
        read_back(text);
    }
    for (int shift = 50; shift < 64; shift++)
        for (uint64_t d = 0; d < 64; d++) {
            snprintf(text, sizeof text, "%llu", (unsigned long long)((1ull << shift) - 32 + d));
            read_back(text);
            strcat(text, ".5");
            read_back(text);
            strcat(text, "000000000000000000000000000001");
            read_back(text);
        }
    CHECK(wrong == 0);
}

static void stops_where_the_number_ends(void) {
    static const struct {
        const char *text;
        int length; /* -1: no number */
        double value;
    } rows[] = {
        {"1,2", 1, 1},
        {"1.5.2", 3, 1.5},
        {"1e5e", 3, 1e5},
        {"1e", 1, 1},
        {"1e+", 1, 1},
        {"1e+x", 1, 1},
        {"5.", 2, 5},
        {".5", 2, 0.5},
        {".", -1, 0},
        {"", -1, 0},
        {"-", -1, 0},
        {"+.e1", -1, 0},
        {"nan", -1, 0},
        {"inf", -1, 0},
        {"e5", -1, 0},
        {"0x10", 1, 0},
        {"--1", -1, 0},
        {" 1", -1, 0},
        {"-0", 2, -0.0},
        {"1 ", 1, 1},
        {"1e999", 5, INFINITY},
        {"-1e999", 6, -INFINITY},
        {"0e999", 5, 0},
        {"1e-999", 6, 0},
        {"1e99999999999999999999999", 25, INFINITY},
        {"1e-99999999999999999999999", 26, 0},
        {"12345678", 8, 12345678},
        {"123456789", 9, 123456789},
        {"1234567,", 7, 1234567},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        double value = 7;
        const char *text = rows[i].text;
        const char *end = lp_number_read(text, text + strlen(text), '.', &value);
        CHECK(rows[i].length < 0 ? end == NULL : end == text + rows[i].length);
        CHECK(end == NULL || same_bits(value, rows[i].value));
    }
    double value;
    const char *german = "-1234567,891e2;";
    CHECK(lp_number_read(german, german + 15, ',', &value) == german + 14);
    CHECK(value == -123456789.1);
    german = "0,1234567890123456789012345678901;";
    CHECK(lp_number_read(german, german + 34, ',', &value) == german + 33);
    CHECK(value == 0.1234567890123456789012345678901);
}

// ---- writing ----

/* The plain form: the fewest digits that read back, from as many as any number survives on. */
static const char *plain_text(double value, bool is_single) {
    static char text[60];
    const bool is_subnormal = fabs(value) < (is_single ? FLT_MIN : DBL_MIN);
    for (int digits = is_subnormal ? 1 : is_single ? FLT_DIG : DBL_DIG;; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (is_single ? strtof(text, NULL) == (float)value : strtod(text, NULL) == value)
            return text;
    }
}

static void write_double(double value) {
    char text[LP_NUMBER_SIZE + 1];
    if (!isfinite(value))
        return;
    text[lp_number_write(text, value)] = '\0';
    if (strcmp(text, plain_text(value, false)) != 0)
        differs("writing", text);
}

static void write_single(float value) {
    char text[LP_NUMBER_SIZE + 1];
    if (!isfinite(value))
        return;
    text[lp_number_write_single(text, value)] = '\0';
    if (strcmp(text, plain_text((double)value, true)) != 0)
        differs("writing a float", text);
}

static float single_from_bits(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void writes_random_doubles(void) {
    wrong = 0;
    for (size_t i = tries(200000); i > 0; i--) {
        write_double(from_bits(draw()));
        write_single(single_from_bits((uint32_t)draw()));
    }
    CHECK(wrong == 0);
}

/* Those with few digits, whole ones, subnormal ones, and each with its neighbours. */
static void writes_special_doubles(void) {
    static const double powers[] = {1, 1e1, 1e2, 1e4, 1e6, 1e9, 1e15, 1e17, 1e22};
    wrong = 0;
    for (size_t i = tries(400000) / 8; i > 0; i--) {
        const double digits = (double)(draw() >> (draw() % 60 + 4));
        const double values[] = {digits / powers[draw() % 9], digits * powers[draw() % 9],
                                 (double)(digits * powers[draw() % 9]),
                                 from_bits(draw() >> (draw() % 52 + 12))};
        for (size_t k = 0; k < 4; k++) {
            write_double(values[k]);
            write_double(nextafter(values[k], INFINITY));
            write_single((float)values[k]);
            write_single(nextafterf((float)values[k], 0));
        }
    }
    for (uint64_t bits = 0; bits < 2000; bits++) {
        write_double(from_bits(bits));
        write_double(from_bits((1ull << 52) - 1000 + bits));
        write_single(single_from_bits((uint32_t)bits));
        write_single(single_from_bits((1u << 23) - 1000 + (uint32_t)bits));
    }
    CHECK(wrong == 0);
}

/* Every power of two and of ten, where a number's neighbours are at two distances. */
static void writes_powers(void) {
    wrong = 0;
    for (uint64_t exponent = 0; exponent < 2047; exponent++)
        for (int step = -2; step <= 2; step++)
            write_double(from_bits(((exponent << 52) + (uint64_t)step) & INT64_MAX));
    for (uint32_t exponent = 0; exponent < 255; exponent++)
        for (int step = -2; step <= 2; step++)
            write_single(single_from_bits(((exponent << 23) + (uint32_t)step) & INT32_MAX));
    for (int k = -330; k <= 308; k++) {
        char text[20];
        for (int d = 1; d < 100; d++) {
            snprintf(text, sizeof text, "%de%d", d, k);
            const double value = strtod(text, NULL);
            write_double(-value);
            write_double(nextafter(value, 0));
            write_double(nextafter(value, INFINITY));
            write_single((float)value);
        }
    }
    CHECK(wrong == 0);
}

static void writes_what_is_not_finite(void) {
    static const struct {
        double value;
        const char *text;
    } rows[] = {{INFINITY, "inf"}, {-INFINITY, "-inf"}, {NAN, "nan"}, {-NAN, "nan"}};
    char text[LP_NUMBER_SIZE + 1];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        text[lp_number_write(text, rows[i].value)] = '\0';
        CHECK_TEXT(text, rows[i].text);
        text[lp_number_write_single(text, (float)rows[i].value)] = '\0';
        CHECK_TEXT(text, rows[i].text);
    }
}

int main(void) {
    static const check_test tests[] = {
        {"doubles in 14 to 21 digits are read as strtod reads them", reads_random_doubles},
        {"random texts are read as strtod reads them", reads_random_texts},
        {"what lies half way between two doubles is read", reads_halfway_cases},
        {"powers of ten and two and whole numbers are read", reads_powers_and_integers},
        {"reading stops where the number ends", stops_where_the_number_ends},
        {"doubles and floats are written as printf writes them", writes_random_doubles},
        {"short, whole and subnormal numbers are written so", writes_special_doubles},
        {"powers of two and ten are written so", writes_powers},
        {"infinities and what is no number are written", writes_what_is_not_finite},
        {0},
    };
    return check_main("number", tests);
}
