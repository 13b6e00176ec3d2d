#include "draw/axis.h"

#include "num/kernels.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* floor(log10(x)) for x > 0. */
static int decade(double x) {
    char text[40];
    snprintf(text, sizeof text, "%.16e", x);
    return atoi(strchr(text, 'e') + 1);
}

/* digits * 10^exponent: text is exact and the same everywhere. */
static double value_of(long long digits, int exponent) {
    char text[48];
    snprintf(text, sizeof text, "%llde%d", digits, exponent);
    return strtod(text, NULL);
}

/* digits * 10^exponent without an exponent ("0.25"), decimals down to 10^exponent. */
static void write_plain(char text[32], long long digits, int exponent) {
    snprintf(text, 32, "%.*f", exponent < 0 ? -exponent : 0, value_of(digits, exponent));
}

/* digits * 10^exponent, exactly, as a mantissa and an exponent ("2.5e-9"). */
static void write_scientific(char text[32], long long digits, int exponent) {
    char number[24];
    if (digits == 0) {
        strcpy(text, "0");
        return;
    }
    int length = snprintf(number, sizeof number, "%lld", digits < 0 ? -digits : digits);
    exponent += length - 1;
    while (length > 1 && number[length - 1] == '0')
        number[--length] = '\0';
    snprintf(text, 32, "%s%c%s%se%d", digits < 0 ? "-" : "", number[0], length > 1 ? "." : "",
             number + 1, exponent);
}

/* The labels of ticks first, first + step, ... (times 10^exponent). */
static void write_labels(lp_axis *a, long long first, long long step, int exponent) {
    long long last = first + step * (long long)(a->ticks - 1), base = 0;
    long long largest = llabs(first) > llabs(last) ? llabs(first) : llabs(last);
    if (largest >= 1000000) { // too many digits that are the same in every label
        base = first - first % 1000;
        largest =
            llabs(first - base) > llabs(last - base) ? llabs(first - base) : llabs(last - base);
        double value = value_of(base, exponent);
        snprintf(a->base, sizeof a->base, "%.15g", value);
    }
    double size = value_of(largest, exponent);
    bool plain = largest == 0 || (size >= 1e-4 && size < 1e6 && exponent >= -6);
    for (size_t i = 0; i < a->ticks; i++) {
        long long digits = first + step * (long long)i - base;
        if (plain)
            write_plain(a->label[i], digits, exponent);
        else
            write_scientific(a->label[i], digits, exponent);
    }
}

/* Widens [lo, hi] by the pad, or about a single value. */
static void set_range(lp_axis *a, double min, double max, double pad, double alone) {
    double size = fabs(min) > fabs(max) ? fabs(min) : fabs(max);
    if (max - min <= size * 1e-12 || max - min < 1e-300) {
        a->lo = min - alone;
        a->hi = max + alone;
    } else {
        a->lo = min - (max - min) * pad;
        a->hi = max + (max - min) * pad;
    }
}

/* A number of ticks that an axis has room for. */
static size_t within_limits(size_t wanted) {
    const size_t max = LP_AXIS_MAX_TICKS - 2;
    return wanted < 1 ? 1 : wanted > max ? max : wanted;
}

void lp_axis_linear(lp_axis *a, double min, double max, double pad, size_t wanted, bool whole) {
    static const int mantissa[] = {1, 2, 5, 10};
    *a = (lp_axis){0};
    set_range(a, min, max, pad, fabs(max) < 1e-300 || whole ? 1 : fabs(max) / 10);
    wanted = within_limits(wanted);

    double min_step = (a->hi - a->lo) / (double)wanted;
    int exponent = decade(min_step), m = 0;
    while (m < 3 && value_of(mantissa[m], exponent) < min_step)
        m++;
    long long step = mantissa[m];
    if (step == 10) {
        step = 1;
        exponent++;
    }
    if (whole && exponent < 0) {
        step = 1;
        exponent = 0;
    }
    // The slack keeps a tick at an end that differs from it by rounding only.
    double unit = value_of(1, exponent), slack = 1e-9 * (double)step;
    long long first = (long long)ceil((a->lo / unit - slack) / (double)step) * step;
    long long last = (long long)floor((a->hi / unit + slack) / (double)step) * step;
    for (long long at = first; at <= last && a->ticks < LP_AXIS_MAX_TICKS; at += step)
        a->tick[a->ticks++] = value_of(at, exponent);
    if (a->ticks > 0)
        write_labels(a, first, step, exponent);
}

static double log10_of(double x) {
    double y;
    lp_kernels_of(LP_F8)->unary(LP_LOG, 1, &x, &y);
    return y * 0.43429448190325183;
}

static void add_log_tick(lp_axis *a, int digit, int exponent) {
    double value = value_of(digit, exponent), at = log10_of(value);
    if (at < a->lo - 1e-9 || at > a->hi + 1e-9 || a->ticks == LP_AXIS_MAX_TICKS)
        return;
    // Beside 1e6 also 10000 is written as 1e4.
    bool far = a->lo < -4 || a->hi >= 6;
    if (exponent >= (far ? -2 : -4) && exponent < (far ? 4 : 6))
        write_plain(a->label[a->ticks], digit, exponent);
    else
        write_scientific(a->label[a->ticks], digit, exponent);
    a->tick[a->ticks++] = value;
}

void lp_axis_log(lp_axis *a, double min, double max, double pad, size_t wanted) {
    *a = (lp_axis){.log = true};
    set_range(a, log10_of(min), log10_of(max), pad, 0.5);
    wanted = within_limits(wanted);
    static const int steps[] = {1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000};
    int from = (int)floor(a->lo), to = (int)ceil(a->hi);
    const int *every = steps;
    while ((to - from) / *every > (int)wanted)
        every++;
    double length = a->hi - a->lo;
    for (int exponent = from; exponent <= to; exponent++)
        for (int digit = 1; digit <= 9; digit++) {
            if (digit == 1 ? length < 2 || exponent % *every == 0
                           : (length < 2 && (digit == 2 || digit == 5)) || length < 0.6)
                add_log_tick(a, digit, exponent);
            double value = value_of(digit, exponent), at = log10_of(value);
            if (digit > 1 && to - from <= 10 && at > a->lo && at < a->hi)
                a->minor[a->minors++] = value;
        }
    if (a->ticks < 2) { // too narrow for those
        lp_axis linear;
        lp_axis_linear(&linear, min, max, pad, wanted, false);
        linear.log = true;
        linear.lo = a->lo;
        linear.hi = a->hi;
        *a = linear;
    }
}

double lp_axis_share(const lp_axis *a, double value) {
    return ((a->log ? log10_of(value) : value) - a->lo) / (a->hi - a->lo);
}
