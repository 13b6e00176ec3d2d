/* exp, log, tanh, sigmoid, sin, cos, ELU, GELU, SiLU: errors against the C library at a higher
 * precision (its double functions for floats, long double for doubles), the same bits on every
 * instruction set, and the edges. A part of the arguments by default, as LABPIPE_EXHAUSTIVE=1 every
 * float there is and two hundred times the doubles (a quarter of an hour). */
#include "num/kernels.h"

#include "check.h"
#include "num/parallel.h"
#include "num/rng.h"

#include <float.h>
#include <stdbool.h>
#include <stdlib.h>

static double sigmoid_double(double x) {
    return 1 / (1 + exp(-x));
}

static long double sigmoid_long(long double x) {
    return 1 / (1 + expl(-x));
}

static double elu_double(double x) {
    return x < 0 ? expm1(x) : x;
}

static long double elu_long(long double x) {
    return x < 0 ? expm1l(x) : x;
}

/* For -infinity the limit, which the formula, infinity times 0, does not give. */
static double gelu_double(double x) {
    return x == -INFINITY ? -0.0 : x * erfc(-x / sqrt(2)) / 2;
}

/* erfc, far out, multiplies the rounding of its argument by the argument's square: what x / √2
 * loses is put back by the derivative. */
static long double gelu_long(long double x) {
    if (x == -INFINITY)
        return -0.0L;
    const long double high = 0xb.504f333f9de6484p-4L, low = 0xb.2fb1366ea957d3ep-69L;
    long double a = -x * high, lost = fmal(-x, high, -a) - x * low;
    long double slope = -2 / sqrtl(acosl(-1)) * expl(-a * a);
    return x == INFINITY ? x : x * (erfcl(a) + slope * lost) / 2;
}

static double silu_double(double x) {
    return x == -INFINITY ? -0.0 : x / (1 + exp(-x));
}

static long double silu_long(long double x) {
    return x == -INFINITY ? -0.0L : x / (1 + expl(-x));
}

/* The functions, the errors that num/kernels/vmath.h states, and where doubles are drawn from. */
static const struct function {
    const char *name;
    lp_unary map;
    double (*of_double)(double);
    long double (*of_long)(long double);
    double ulp4, ulp8;
    double range[3][2];
} functions[] = {
    {"exp", LP_EXP, exp, expl, 0.88, 0.86, {{-746, 710}, {-1, 1}, {-745.2, -700}}},
    {"log", LP_LOG, log, logl, 0.85, 0.87, {{0, 10}, {0.5, 2}, {0, 1e-300}}},
    {"tanh", LP_TANH, tanh, tanhl, 0.94, 0.92, {{-1, 1}, {-20, 20}, {-0.4, 0.4}}},
    {"sigmoid",
     LP_SIGMOID,
     sigmoid_double,
     sigmoid_long,
     0.81,
     0.82,
     {{-5, 5}, {-750, 40}, {-1, 1}}},
    {"sin", LP_SIN, sin, sinl, 0.502, 0.86, {{-0.8, 0.8}, {-10, 10}, {-2e9, 2e9}}},
    {"cos", LP_COS, cos, cosl, 0.502, 0.86, {{-0.8, 0.8}, {-10, 10}, {-2e9, 2e9}}},
    {"elu", LP_ELU, elu_double, elu_long, 0.92, 0.83, {{-50, 1}, {-1, 0}, {-1e-3, 0}}},
    {"gelu", LP_GELU, gelu_double, gelu_long, 5.2, 5.8, {{-5, 5}, {-38, 2}, {-1, 1}}},
    {"silu", LP_SILU, silu_double, silu_long, 1.5, 1.5, {{-5, 5}, {-750, 40}, {-1, 1}}},
};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

static bool exhaustive(void) {
    const char *value = getenv("LABPIPE_EXHAUSTIVE");
    return value != NULL && strcmp(value, "1") == 0;
}

/* |got - want| in units of the last place of floats with `digits` bits and this least and largest
 * exponent at want; infinite for a wrong infinity, sign of zero, or NaN. */
static double ulps(long double got, long double want, int digits, int least, int largest) {
    if (isnan(want))
        return isnan(got) ? 0 : INFINITY;
    if (fabsl(want) >= ldexpl(1, largest) - ldexpl(1, largest - digits - 1))
        return isinf(got) && !signbit(got) == !signbit(want) ? 0 : INFINITY;
    if (isnan(got) || isinf(got) || (want == 0 && (got != 0 || !signbit(got) != !signbit(want))))
        return INFINITY;
    int exponent;
    frexpl(want, &exponent);
    if (want == 0 || exponent < least)
        exponent = least;
    return (double)ldexpl(fabsl(got - want), digits - exponent);
}

static double ulps4(float got, double want) {
    return ulps(got, want, 24, -125, 128);
}

static double ulps8(double got, long double want) {
    return ulps(got, want, 53, -1021, 1024);
}

/* ---- floats ---- */

enum { CHUNKS = 256, BATCH = 4096 };

typedef struct {
    const struct function *f;
    uint64_t stride;
    double worst[CHUNKS];
    bool differs[CHUNKS];
} sweep;

/* Every stride-th of the floats whose upper byte is `chunk`, on every instruction set. */
static void sweep_chunk(void *context, size_t chunk) {
    sweep *s = context;
    float x[BATCH], y[BATCH], other[BATCH];
    uint64_t bits = (uint64_t)chunk << 24, end = bits + (1 << 24);
    bits += (s->stride - bits % s->stride) % s->stride;
    while (bits < end) {
        size_t n = 0;
        for (; n < BATCH && bits < end; n++, bits += s->stride) {
            uint32_t u = (uint32_t)bits;
            memcpy(&x[n], &u, sizeof u);
        }
        const lp_kernels *const *isa = lp_kernels_all(LP_F4);
        (*isa)->unary(s->f->map, n, x, y);
        while (*++isa != NULL) {
            (*isa)->unary(s->f->map, n, x, other);
            s->differs[chunk] |= memcmp(y, other, n * sizeof *y) != 0;
        }
        for (size_t i = 0; i < n; i++) {
            double error = ulps4(y[i], s->f->of_double(x[i]));
            s->worst[chunk] = error > s->worst[chunk] ? error : s->worst[chunk];
        }
    }
}

static void floats(void) {
    static sweep s;
    for (size_t f = 0; f < FUNCTIONS; f++) {
        s = (sweep){.f = &functions[f], .stride = exhaustive() ? 1 : 4001};
        lp_parallel(CHUNKS, sweep_chunk, &s);
        double worst = 0;
        bool differs = false;
        for (size_t c = 0; c < CHUNKS; c++) {
            worst = s.worst[c] > worst ? s.worst[c] : worst;
            differs |= s.differs[c];
        }
        if (exhaustive())
            printf("%s f4: %.5f ulp\n", functions[f].name, worst);
        CHECK_CLOSE(worst, 0, functions[f].ulp4);
        CHECK(!differs);
    }
}

/* ---- doubles ---- */

static double draw(lp_rng *r, const struct function *f, int kind) {
    if (kind < 3)
        return f->range[kind][0] + (f->range[kind][1] - f->range[kind][0]) * lp_rng_uniform(r);
    uint64_t bits = lp_rng_u64(r);
    double x;
    if (kind == 3) { /* any double; a NaN becomes a small number */
        memcpy(&x, &bits, sizeof x);
        return isnan(x) ? 0.5 : x;
    }
    x = ldexp(1 + lp_rng_uniform(r), (int)lp_rng_below(r, 24) - 14);
    return bits >> 63 ? -x : x;
}

static void doubles(void) {
    enum { KINDS = 5 };
    static double x[BATCH], y[BATCH], other[BATCH];
    for (size_t f = 0; f < FUNCTIONS; f++) {
        double worst = 0;
        bool differs = false, scalar_differs = false;
        for (int kind = 0; kind < KINDS; kind++)
            for (uint32_t batch = 0; batch < (exhaustive() ? 1000 : 5); batch++) {
                lp_rng r = lp_rng_new(batch, LP_RNG_POINTS, (uint32_t)(f * KINDS) + (uint32_t)kind);
                for (size_t i = 0; i < BATCH; i++)
                    x[i] = draw(&r, &functions[f], kind);
                const lp_kernels *const *isa = lp_kernels_all(LP_F8);
                (*isa)->unary(functions[f].map, BATCH, x, y);
                while (*++isa != NULL) {
                    (*isa)->unary(functions[f].map, BATCH, x, other);
                    differs |= memcmp(y, other, sizeof y) != 0;
                }
                for (size_t i = 0; i < BATCH; i++) {
                    double error = ulps8(y[i], functions[f].of_long((long double)x[i]));
                    worst = error > worst ? error : worst;
                    static double (*const scalar[LP_UNARIES])(double) = {
                        [LP_EXP] = lp_exp,   [LP_LOG] = lp_log, [LP_TANH] = lp_tanh,
                        [LP_SIGMOID] = NULL, [LP_SIN] = lp_sin, [LP_COS] = lp_cos};
                    if (scalar[functions[f].map] != NULL) {
                        double one = scalar[functions[f].map](x[i]);
                        scalar_differs |= memcmp(&one, &y[i], sizeof one) != 0;
                    }
                }
            }
        if (exhaustive())
            printf("%s f8: %.4f ulp\n", functions[f].name, worst);
        CHECK_CLOSE(worst, 0, functions[f].ulp8);
        CHECK(!differs);
        CHECK(!scalar_differs);
    }
}

/* ---- the edges ---- */

typedef struct {
    lp_unary map;
    double x, y;
} value;

static bool same_float(float a, float b) {
    return memcmp(&a, &b, sizeof a) == 0;
}

static bool same_double(double a, double b) {
    return memcmp(&a, &b, sizeof a) == 0;
}

static void check_exactly(lp_type type, const value *v, size_t n) {
    for (size_t i = 0; i < n; i++)
        for (const lp_kernels *const *isa = lp_kernels_all(type); *isa != NULL; isa++) {
            bool good;
            if (type.size == 4) {
                float x = (float)v[i].x, y;
                (*isa)->unary(v[i].map, 1, &x, &y);
                good = same_float(y, (float)v[i].y);
            } else {
                double y;
                (*isa)->unary(v[i].map, 1, &v[i].x, &y);
                good = same_double(y, v[i].y);
            }
            char text[200];
            snprintf(text, sizeof text, "%s f%u: map %d of %a is %a", (*isa)->isa, type.size,
                     (int)v[i].map, v[i].x, v[i].y);
            CU_assertImplementation(good, __LINE__, text, __FILE__, "", CU_FALSE);
        }
}

/* The one NaN has the bits of NAN; as an argument, -NAN is another one. */
static void special_values(void) {
    static const value both[] = {
        {LP_EXP, 0, 1},
        {LP_EXP, -0.0, 1},
        {LP_EXP, INFINITY, INFINITY},
        {LP_EXP, -INFINITY, 0},
        {LP_EXP, NAN, NAN},
        {LP_EXP, -NAN, NAN},
        {LP_EXP, 3e38, INFINITY},
        {LP_EXP, -3e38, 0},
        {LP_LOG, 1, 0},
        {LP_LOG, 0, -INFINITY},
        {LP_LOG, -0.0, -INFINITY},
        {LP_LOG, -1, NAN},
        {LP_LOG, -INFINITY, NAN},
        {LP_LOG, INFINITY, INFINITY},
        {LP_LOG, NAN, NAN},
        {LP_LOG, -NAN, NAN},
        {LP_TANH, 0, 0},
        {LP_TANH, -0.0, -0.0},
        {LP_TANH, INFINITY, 1},
        {LP_TANH, -INFINITY, -1},
        {LP_TANH, NAN, NAN},
        {LP_TANH, -NAN, NAN},
        {LP_TANH, 1e30, 1},
        {LP_TANH, -1e30, -1},
        {LP_SIGMOID, 0, 0.5},
        {LP_SIGMOID, -0.0, 0.5},
        {LP_SIGMOID, INFINITY, 1},
        {LP_SIGMOID, -INFINITY, 0},
        {LP_SIGMOID, NAN, NAN},
        {LP_SIGMOID, -NAN, NAN},
        {LP_SIGMOID, 1e30, 1},
        {LP_SIGMOID, -1e30, 0},
        {LP_SIN, 0, 0},
        {LP_SIN, -0.0, -0.0},
        {LP_SIN, INFINITY, NAN},
        {LP_SIN, -INFINITY, NAN},
        {LP_SIN, NAN, NAN},
        {LP_SIN, -NAN, NAN},
        {LP_COS, 0, 1},
        {LP_COS, -0.0, 1},
        {LP_COS, INFINITY, NAN},
        {LP_COS, -INFINITY, NAN},
        {LP_COS, NAN, NAN},
        {LP_COS, -NAN, NAN},
        {LP_ELU, 0, 0},
        {LP_ELU, -0.0, -0.0},
        {LP_ELU, 2.5, 2.5},
        {LP_ELU, INFINITY, INFINITY},
        {LP_ELU, -INFINITY, -1},
        {LP_ELU, -1e30, -1},
        {LP_ELU, NAN, NAN},
        {LP_ELU, -NAN, NAN},
        {LP_GELU, 0, 0},
        {LP_GELU, -0.0, -0.0},
        {LP_GELU, INFINITY, INFINITY},
        {LP_GELU, -INFINITY, -0.0},
        {LP_GELU, 1e30, 1e30},
        {LP_GELU, -1e30, -0.0},
        {LP_GELU, NAN, NAN},
        {LP_GELU, -NAN, NAN},
        {LP_SILU, 0, 0},
        {LP_SILU, -0.0, -0.0},
        {LP_SILU, INFINITY, INFINITY},
        {LP_SILU, -INFINITY, -0.0},
        {LP_SILU, 1e30, 1e30},
        {LP_SILU, -1e30, -0.0},
        {LP_SILU, NAN, NAN},
        {LP_SILU, -NAN, NAN},
    };
    check_exactly(LP_F4, both, sizeof both / sizeof *both);
    check_exactly(LP_F8, both, sizeof both / sizeof *both);

    /* Subnormals, and the last arguments before a result is infinite or zero. log(2^-149) and
     * log(2^-1074) rounded, from mpmath. */
    static const value floats[] = {
        {LP_TANH, 0x1p-149, 0x1p-149},      {LP_SIN, 0x1p-149, 0x1p-149},
        {LP_SIN, -0x1.8p-127, -0x1.8p-127}, {LP_COS, 0x1p-149, 1},
        {LP_LOG, 0x1p-149, -0x1.9d1dap+6},  {LP_EXP, 0x1p-149, 1},
        {LP_EXP, 0x1.62e43p+6, INFINITY},   {LP_EXP, -0x1.9fe368p+6, 0x1p-149},
        {LP_EXP, -0x1.9fe36ap+6, 0},        {LP_SIGMOID, -0x1.9fe368p+6, 0x1p-149},
    };
    check_exactly(LP_F4, floats, sizeof floats / sizeof *floats);
    static const value doubles[] = {
        {LP_TANH, 0x1p-1074, 0x1p-1074},
        {LP_SIN, 0x1p-1074, 0x1p-1074},
        {LP_SIN, -0x1.8p-1023, -0x1.8p-1023},
        {LP_COS, 0x1p-1074, 1},
        {LP_LOG, 0x1p-1074, -0x1.74385446d71c3p+9},
        {LP_EXP, 0x1p-1074, 1},
        {LP_EXP, 0x1.62e42fefa39fp+9, INFINITY},
        {LP_EXP, -0x1.74910d52d3051p+9, 0x1p-1074},
        {LP_EXP, -0x1.74910d52d3052p+9, 0},
        {LP_SIGMOID, -0x1.74910d52d3051p+9, 0x1p-1074},
    };
    check_exactly(LP_F8, doubles, sizeof doubles / sizeof *doubles);
}

/* Arguments far out and next to multiples of pi/2, among them the double that comes closest to
 * one; mpmath with 2000 bits. */
static void hard_angles(void) {
    static const double known[][3] = {
        {0x1.6ac5b262ca1ffp+849, 1, -0x1.14ae72e6ba22fp-61},
        {0x1p+1023, 0x1.205248cbdb760p-1, -0x1.a719f26c232bfp-1},
        {0x1.fffffffffffffp+1023, 0x1.452fc98b34e97p-8, -0x1.fffe62ecfab75p-1},
        {0x1.0f0cf064dd592p+73, -0x1.b453ab76bf397p-1, 0x1.0be2cef01c8f4p-1},
        {0x1p+30, -0x1.3c12353728cafp-1, 0x1.92cb46a920144p-1},
        {0x1.921fb54442d18p+0, 1, 0x1.1a62633145c07p-54},
        {0x1.921fb54442d18p+1, 0x1.1a62633145c07p-53, -1},
        {0x1.921fb54442d18p+30, -0x1.1a62633145c03p-24, 0x1.fffffffffffedp-1},
        {0x1.4p-28, 0x1.4p-28, 1},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        for (int sign = -1; sign <= 1; sign += 2) {
            double x = sign * known[i][0];
            CHECK(ulps8(lp_sin(x), sign * (long double)known[i][1]) <= 1);
            CHECK(ulps8(lp_cos(x), (long double)known[i][2]) <= 1);
        }
    static const double known4[][3] = {
        {0x1.fffffep+127, -0x1.0b33665089575p-1, 0x1.b4bf2c79bdfcep-1},
        {0x1.fffffep+23, -0x1.e57ec09221973p-1, -0x1.4532c3721ed43p-2},
        {0x1.3170fp+63, 0x1.5ac1ed995c7c4p-4, 0x1.fe29770000000p-1},
        {0x1.2b9622p+67, -0x1.f983c13bb4967p-3, 0x1.f0285d0000000p-1},
        {0x1.0036eep+20, -0x1.aeb43e6b5147ep-2, 0x1.d081ff6750a08p-1},
    };
    const lp_kernels *num = lp_kernels_of(LP_F4);
    for (size_t i = 0; i < sizeof known4 / sizeof *known4; i++) {
        float x = (float)known4[i][0], y;
        num->unary(LP_SIN, 1, &x, &y);
        CHECK(ulps4(y, known4[i][1]) <= 0.502);
        num->unary(LP_COS, 1, &x, &y);
        CHECK(ulps4(y, known4[i][2]) <= 0.502);
    }
}

/* A value depends neither on its place nor on its neighbours: lanes with huge arguments, NaNs and
 * ordinary ones beside each other, in every length up to four vectors. */
static void places(void) {
    enum { N = 64 };
    double x8[N], whole8[N], y8[N];
    float x4[N], whole4[N], y4[N];
    static const double some[] = {0.5, 1e300, -3, NAN, 1e10, 0, 700, -INFINITY, -1e-310, 88, -104};
    for (size_t i = 0; i < N; i++) {
        x8[i] = some[i % 11] * (i % 3 == 0 ? 1 : 0.75);
        x4[i] = (float)x8[i];
    }
    for (size_t f = 0; f < FUNCTIONS; f++) {
        for (size_t i = 0; i < N; i++) {
            lp_kernels_of(LP_F8)->unary(functions[f].map, 1, &x8[i], &whole8[i]);
            lp_kernels_of(LP_F4)->unary(functions[f].map, 1, &x4[i], &whole4[i]);
        }
        for (size_t n = 0; n <= N; n++)
            for (const lp_kernels *const *isa = lp_kernels_all(LP_F8); *isa != NULL; isa++) {
                memset(y8, 0x55, sizeof y8);
                (*isa)->unary(functions[f].map, n, x8, y8);
                CHECK(memcmp(y8, whole8, n * sizeof *y8) == 0);
            }
        for (size_t n = 0; n <= N; n++)
            for (const lp_kernels *const *isa = lp_kernels_all(LP_F4); *isa != NULL; isa++) {
                memset(y4, 0x55, sizeof y4);
                (*isa)->unary(functions[f].map, n, x4, y4);
                CHECK(memcmp(y4, whole4, n * sizeof *y4) == 0);
            }
    }
}

/* ---- pow ---- */

static void powers(void) {
    /* mpmath with 2000 bits. */
    static const double known[][3] = {
        {2, 0.5, 0x1.6a09e667f3bcdp+0},
        {10, -3, 0x1.0624dd2f1a9fcp-10},
        {10, 308, 0x1.1ccf385ebc8a0p+1023},
        {0.5, 1074, 0x1p-1074},
        {1.0000001, 1e9, 0x1.349445c228792p+144},
        {0.9999999999999999, 1e18, 0x1.c6ab6c6b3f2f9p-161},
        {3, -5.5, 0x1.376ae1d09b11bp-9},
        {1e-300, 1.05, 0x0.000000c1069cdp-1022},
        {7.25, 300.125, 0x1.af00292f66145p+857},
        {-3, 5, -243},
        {-2.5, -4, 0x1.a36e2eb1c432dp-6},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        CHECK(ulps8(lp_pow(known[i][0], known[i][1]), (long double)known[i][2]) <= 1);

    lp_rng r = lp_rng_new(1, LP_RNG_POINTS, 99);
    double worst = 0;
    for (int i = 0; i < (exhaustive() ? 10000000 : 50000); i++) {
        double x = ldexp(0.5 + lp_rng_uniform(&r), i % 2 ? (int)lp_rng_below(&r, 2000) - 1000 : 0);
        double y = (lp_rng_uniform(&r) - 0.5) * (i % 4 < 2 ? 20 : 2000);
        double error = ulps8(lp_pow(x, y), powl((long double)x, (long double)y));
        worst = error > worst ? error : worst;
    }
    if (exhaustive())
        printf("pow: %.4f ulp\n", worst);
    CHECK_CLOSE(worst, 0, 0.9);
}

/* C11, F.10.4.4. */
static void powers_at_the_edges(void) {
    static const double known[][3] = {
        {INFINITY, 0, 1},
        {NAN, 0, 1},
        {NAN, -0.0, 1},
        {1, NAN, 1},
        {1, INFINITY, 1},
        {-1, INFINITY, 1},
        {-1, -INFINITY, 1},
        {0, -3, INFINITY},
        {-0.0, -3, -INFINITY},
        {-0.0, -2, INFINITY},
        {0, -INFINITY, INFINITY},
        {0, 3, 0},
        {-0.0, 3, -0.0},
        {-0.0, 2, 0},
        {-0.0, 0.5, 0},
        {0.5, -INFINITY, INFINITY},
        {2, -INFINITY, 0},
        {0.5, INFINITY, 0},
        {2, INFINITY, INFINITY},
        {-INFINITY, -3, -0.0},
        {-INFINITY, -2, 0},
        {-INFINITY, 3, -INFINITY},
        {-INFINITY, 2, INFINITY},
        {-INFINITY, 2.5, INFINITY},
        {INFINITY, -1, 0},
        {INFINITY, 0.1, INFINITY},
        {-2, 0.5, NAN},
        {NAN, 1, NAN},
        {2, NAN, NAN},
        {2, 1024, INFINITY},
        {-2, 1025, -INFINITY},
        {2, -1075.5, 0},
        {-2, -1077, -0.0},
        {1e300, 1e300, INFINITY},
        {1e300, -1e300, 0},
        {-1, 1e300, 1},
        {-1, 0x1p53 - 1, -1},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        double y = lp_pow(known[i][0], known[i][1]);
        bool good = isnan(known[i][2]) ? isnan(y) : same_double(y, known[i][2]);
        char text[100];
        snprintf(text, sizeof text, "pow(%g, %g) is %g, not %g", known[i][0], known[i][1], y,
                 known[i][2]);
        CU_assertImplementation(good, __LINE__, text, __FILE__, "", CU_FALSE);
    }
}

int main(void) {
    static const check_test tests[] = {
        {"floats are within the stated errors, alike on every instruction set", floats},
        {"doubles are within the stated errors, alike everywhere and singly", doubles},
        {"infinities, NaNs, zeros, subnormals, the last before overflow", special_values},
        {"angles that are hard to reduce", hard_angles},
        {"a value depends on its argument alone", places},
        {"powers", powers},
        {"powers at the edges, as C has them", powers_at_the_edges},
        {0},
    };
    return check_main("vmath", tests);
}
