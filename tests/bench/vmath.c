/* exp, log, tanh, sigmoid, sin and cos over arrays against libm's, a call an element, alternating
 * in one process: nanoseconds an element, medians, one thread. libm has no sigmoid: 1 / (1 +
 * exp(-x)) takes its place. */
#include "bench.h"
#include "num/kernels.h"

#include <gnu/libc-version.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { N = 1 << 14, SAMPLES = 21 };

static const lp_kernels *num;
static lp_unary map;
static void *x, *y;

static void ours(void *context) {
    (void)context;
    num->unary(map, N, x, y);
}

static float sigmoidf(float v) {
    return 1 / (1 + expf(-v));
}
static double sigmoid(double v) {
    return 1 / (1 + exp(-v));
}

static const struct {
    const char *name;
    lp_unary map;
    float (*f4)(float);
    double (*f8)(double);
    double low, high; /* of the arguments */
} functions[] = {
    {"exp", LP_EXP, expf, exp, -20, 20},   {"log", LP_LOG, logf, log, 1e-6, 100},
    {"tanh", LP_TANH, tanhf, tanh, -5, 5}, {"sigmoid", LP_SIGMOID, sigmoidf, sigmoid, -10, 10},
    {"sin", LP_SIN, sinf, sin, -100, 100}, {"cos", LP_COS, cosf, cos, -100, 100},
};

static void theirs(void *context) {
    size_t f = *(size_t *)context;
    if (num->type.size == 4)
        for (size_t i = 0; i < N; i++)
            ((float *)y)[i] = functions[f].f4(((float *)x)[i]);
    else
        for (size_t i = 0; i < N; i++)
            ((double *)y)[i] = functions[f].f8(((double *)x)[i]);
}

int main(void) {
    bench_begin("vmath", "function\ttype\tlabpipe ns\tlibm ns\tratio");
    bench_note("%s kernels against glibc %s", lp_kernels_of(LP_F4)->isa, gnu_get_libc_version());
    bench_one_thread(true);
    x = bench_alloc(N, 8), y = bench_alloc(N, 8);
    for (int size = 4; size <= 8; size += 4)
        for (size_t f = 0; f < sizeof functions / sizeof functions[0]; f++) {
            double low = functions[f].low, width = functions[f].high - low;
            double mine[SAMPLES], other[SAMPLES], ratio[SAMPLES];
            num = lp_kernels_of((lp_type){'f', (uint32_t)size});
            map = functions[f].map;
            bench_fill(size, N, x);
            for (size_t i = 0; i < N; i++)
                if (size == 4)
                    ((float *)x)[i] = (float)(low + width * (((float *)x)[i] + 1) / 2);
                else
                    ((double *)x)[i] = low + width * (((double *)x)[i] + 1) / 2;
            size_t our_calls = bench_calls(ours, &f, 2e-3);
            size_t their_calls = bench_calls(theirs, &f, 2e-3);
            for (int i = 0; i < SAMPLES; i++) {
                mine[i] = bench_time(ours, &f, our_calls) * 1e9 / N;
                other[i] = bench_time(theirs, &f, their_calls) * 1e9 / N;
                ratio[i] = other[i] / mine[i];
            }
            bench_row("%s\tf%d\t%.3f\t%.3f\t%.1f", functions[f].name, size,
                      bench_median(SAMPLES, mine), bench_median(SAMPLES, other),
                      bench_median(SAMPLES, ratio));
        }
    free(x);
    free(y);
    return bench_end();
}
