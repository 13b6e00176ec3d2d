#include "bench.h"
#include "num/parallel.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#if defined __x86_64__
#include <immintrin.h>
#endif

static FILE *tsv;

static bool one_thread;

void bench_one_thread(bool one) {
    one_thread = one;
}

double bench_now(void) {
    struct timespec t;
    clock_gettime(one_thread ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double bench_median(size_t n, double *samples) {
    qsort(samples, n, sizeof *samples, compare);
    return n % 2 ? samples[n / 2] : (samples[n / 2 - 1] + samples[n / 2]) / 2;
}

double bench_time(void (*run)(void *context), void *context, size_t calls) {
    double start = bench_now();
    for (size_t i = 0; i < calls; i++)
        run(context);
    return (bench_now() - start) / (double)calls;
}

size_t bench_calls(void (*run)(void *context), void *context, double seconds) {
    run(context);
    for (size_t calls = 1;; calls *= 2) {
        double spent = bench_time(run, context, calls) * (double)calls;
        if (spent > seconds / 4) {
            double fit = (double)calls * seconds / spent;
            return fit < 1 ? 1 : (size_t)fit;
        }
    }
}

/* ---- the peak: 16 chains of fma in registers, so that latency is hidden and memory idle ---- */

enum { CHAINS = 16 };

#define PEAK(name, isa, V, set1, fma, lanes)                                                       \
    __attribute__((target(isa))) static double name(size_t steps) {                                \
        V x[CHAINS], a = set1(0.999), b = set1(1e-3);                                              \
        for (int i = 0; i < CHAINS; i++)                                                           \
            x[i] = set1(i);                                                                        \
        for (size_t s = 0; s < steps; s++) {                                                       \
            _Pragma("GCC unroll 16") for (int i = 0; i < CHAINS; i++) x[i] = fma(x[i], a, b);      \
        }                                                                                          \
        double kept[sizeof(V) / 8];                                                                \
        for (int i = 1; i < CHAINS; i++)                                                           \
            x[0] += x[i];                                                                          \
        memcpy(kept, &x[0], sizeof kept);                                                          \
        volatile double sink = kept[0];                                                            \
        (void)sink;                                                                                \
        return 2.0 * (lanes)*CHAINS * (double)steps;                                               \
    }
#if defined __x86_64__
PEAK(peak4_avx512, "avx512f", __m512, _mm512_set1_ps, _mm512_fmadd_ps, 16)
PEAK(peak8_avx512, "avx512f", __m512d, _mm512_set1_pd, _mm512_fmadd_pd, 8)
PEAK(peak4_avx2, "avx2,fma", __m256, _mm256_set1_ps, _mm256_fmadd_ps, 8)
PEAK(peak8_avx2, "avx2,fma", __m256d, _mm256_set1_pd, _mm256_fmadd_pd, 4)
static double (*peak_of(int element_size))(size_t) {
    if (__builtin_cpu_supports("avx512f"))
        return element_size == 4 ? peak4_avx512 : peak8_avx512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return element_size == 4 ? peak4_avx2 : peak8_avx2;
    return NULL;
}
#else
static double (*peak_of(int element_size))(size_t) {
    (void)element_size;
    return NULL;
}
#endif

enum { PEAK_STEPS = 100000 }; /* 0.3 ms and more */

static void peak_chunk(void *context, size_t i) {
    (void)i;
    (*(double (**)(size_t))context)(PEAK_STEPS);
}

double bench_peak(int element_size, int threads) {
    double (*run)(size_t) = peak_of(element_size);
    if (!run)
        return 0;
    size_t chunks = threads > 1 ? 8 * (size_t)threads : 4;
    double start = bench_now();
    lp_parallel(chunks, peak_chunk, &run);
    return (double)chunks * run(1) * PEAK_STEPS / (bench_now() - start);
}

/* ---- the table ---- */

enum { COLUMNS = 20, LEAST_WIDTH = 12 };
static int width[COLUMNS]; /* on the screen */

static void print_fields(const char *line) {
    for (int i = 0; *line; i++) {
        int length = (int)strcspn(line, "\t");
        printf("%-*.*s ", i < COLUMNS ? width[i] : 0, length, line);
        line += length + (line[length] == '\t');
    }
    putchar('\n');
    fflush(stdout);
}

/* A column is as wide as its name, which may be padded, and LEAST_WIDTH. */
static void set_widths(const char *columns) {
    for (int i = 0; i < COLUMNS; i++) {
        int length = (int)strcspn(columns, "\t");
        width[i] = length > LEAST_WIDTH ? length : LEAST_WIDTH;
        columns += length + (columns[length] == '\t');
    }
}

/* A figure means nothing without the CPU that it was taken on. */
static void name_cpu(void) {
    char line[200], model[200] = "unknown";
    FILE *info = fopen("/proc/cpuinfo", "r");
    while (info && fgets(line, sizeof line, info))
        if (sscanf(line, "model name%*[^:]: %199[^\n]", model) == 1)
            break;
    if (info)
        fclose(info);
    bench_note("CPU: %s, %ld of them", model, sysconf(_SC_NPROCESSORS_ONLN));
}

void bench_begin(const char *name, const char *columns) {
    const char *build = getenv("BUILD");
    char path[500];
    snprintf(path, sizeof path, "%s/bench", build ? build : "build");
    mkdir(path, 0777);
    snprintf(path, sizeof path, "%s/bench/%s.tsv", build ? build : "build", name);
    tsv = fopen(path, "w");
    if (!tsv) {
        perror(path);
        exit(1);
    }
    set_widths(columns);
    fprintf(tsv, "%s\n", columns);
    name_cpu();
    print_fields(columns);
}

void bench_row(const char *format, ...) {
    char line[1000];
    va_list list;
    va_start(list, format);
    vsnprintf(line, sizeof line, format, list);
    va_end(list);
    fprintf(tsv, "%s\n", line);
    print_fields(line);
}

void bench_note(const char *format, ...) {
    char line[1000];
    va_list list;
    va_start(list, format);
    vsnprintf(line, sizeof line, format, list);
    va_end(list);
    fprintf(tsv, "# %s\n", line);
    printf("%s\n", line);
}

int bench_end(void) {
    putchar('\n');
    return fclose(tsv) != 0;
}

void bench_fill(int element_size, size_t n, void *x) {
    uint64_t state = 1;
    for (size_t i = 0; i < n; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        double v = (double)(int64_t)state * 0x1p-63;
        if (element_size == 4)
            ((float *)x)[i] = (float)v;
        else
            ((double *)x)[i] = v;
    }
}

void *bench_alloc(size_t count, size_t size) {
    void *p = aligned_alloc(64, (count * size + 63) / 64 * 64);
    if (!p) {
        fprintf(stderr, "bench: no memory for %zu elements\n", count);
        exit(1);
    }
    return memset(p, 0, count * size);
}
