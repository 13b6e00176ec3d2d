/* The matrix product against OpenBLAS with its best kernels for this CPU, alternating in one
 * process: medians over pairs of samples. Usage: gemm [f4|f8] [THREADS] [SAMPLES] [SHAPE...], where
 * a shape is MxKxN, in every form that is in the table, or with the form before it: NN:128x784x512.
 */
#include "bench.h"
#include "num/kernels.h"
#include "num/parallel.h"

#include <cblas.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct shape {
    size_t m, k, n;
    lp_form form;
    bool extra; /* beside the shapes that the geometric mean is over */
} shapes[] = {
    {128, 784, 512, LP_NN, false},    {128, 512, 10, LP_NN, false},
    {784, 128, 512, LP_TN, false},    {64, 784, 128, LP_NN, false},
    {64, 128, 64, LP_NN, false},      {32, 4096, 64, LP_NN, false},
    {32, 64, 4096, LP_NN, false},     {4096, 32, 64, LP_TN, false},
    {100, 4, 12, LP_NN, false},       {100, 12, 3, LP_NN, false},
    {800, 2, 20, LP_NN, false},       {800, 20, 2, LP_NN, false},
    {1000, 1000, 1000, LP_NN, false}, {400, 4096, 400, LP_NN, false},
    {128, 784, 512, LP_NT, true},     {128, 512, 10, LP_NT, true},
    {512, 128, 784, LP_TN, true},     {10, 128, 512, LP_TN, true},
    {128, 10, 512, LP_NN, true},      {64, 784, 128, LP_NT, true},
    {32, 4096, 64, LP_NT, true},      {32, 64, 4096, LP_NT, true},
    {1000, 1000, 1000, LP_NT, true},  {1000, 1000, 1000, LP_TN, true},
};
enum { SHAPES = sizeof shapes / sizeof shapes[0], MOST = 101 };

static const char *const forms[] = {"NN", "NT", "TN"};

struct job {
    const lp_kernels *num;
    const struct shape *s;
    void *a, *b, *c;
};

static void ours(void *context) {
    struct job *j = context;
    j->num->gemm(j->s->form, j->s->m, j->s->n, j->s->k, j->a, j->b, j->c, false);
}

static void theirs(void *context) {
    struct job *j = context;
    int m = (int)j->s->m, n = (int)j->s->n, k = (int)j->s->k;
    CBLAS_TRANSPOSE ta = j->s->form == LP_TN ? CblasTrans : CblasNoTrans;
    CBLAS_TRANSPOSE tb = j->s->form == LP_NT ? CblasTrans : CblasNoTrans;
    int lda = j->s->form == LP_TN ? m : k, ldb = j->s->form == LP_NT ? k : n;
    if (j->num->type.size == 4)
        cblas_sgemm(CblasRowMajor, ta, tb, m, n, k, 1, j->a, lda, j->b, ldb, 0, j->c, n);
    else
        cblas_dgemm(CblasRowMajor, ta, tb, m, n, k, 1, j->a, lda, j->b, ldb, 0, j->c, n);
}

/* OpenBLAS' idle threads look for work for 2^28 cycles before they sleep: until then they would
 * share the CPU with ours, and the second of the two would be measured at half speed. */
static void settle(int threads) {
    if (threads > 1)
        usleep(160000);
}

static void run_shape(const struct shape *s, int size, int threads, int samples,
                      double *log_ratio) {
    size_t a = s->m * s->k, b = s->k * s->n, c = s->m * s->n;
    struct job j = {lp_kernels_of((lp_type){'f', (uint32_t)size}), s, bench_alloc(a, (size_t)size),
                    bench_alloc(b, (size_t)size), bench_alloc(c, (size_t)size)};
    bench_fill(size, a, j.a);
    bench_fill(size, b, j.b);
    double our[MOST], their[MOST], ratio[MOST], peaks[MOST];
    settle(threads);
    size_t our_calls = bench_calls(ours, &j, 1e-3);
    size_t their_calls = bench_calls(theirs, &j, 1e-3);
    for (int i = 0; i < samples; i++) {
        settle(threads);
        ours(&j);
        our[i] = bench_time(ours, &j, our_calls);
        theirs(&j);
        their[i] = bench_time(theirs, &j, their_calls);
        ratio[i] = their[i] / our[i];
        settle(threads);
        peaks[i] = bench_peak(size, threads);
    }
    double flops = 2.0 * (double)s->m * (double)s->n * (double)s->k * 1e-9;
    double mine = bench_median((size_t)samples, our), other = bench_median((size_t)samples, their);
    double median = bench_median((size_t)samples, ratio);
    double peak = bench_median((size_t)samples, peaks);
    bench_row("f%d\t%d\t%zux%zux%zu\t%s\t%.3f\t%.3f\t%.1f\t%.1f\t%.2f\t%.1f\t%.0f%%", size, threads,
              s->m, s->k, s->n, forms[s->form], mine * 1e6, other * 1e6, flops / mine,
              flops / other, median, peak * 1e-9, 100 * flops * 1e9 / mine / peak);
    *log_ratio = log(median);
    free(j.a);
    free(j.b);
    free(j.c);
}

/* Whether a shape is among the `count` names; of none, each is. */
static bool chosen(const struct shape *s, int count, char **names) {
    char name[64];
    snprintf(name, sizeof name, "%s:%zux%zux%zu", forms[s->form], s->m, s->k, s->n);
    for (int i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0 || strcmp(names[i], name + 3) == 0)
            return true;
    return count <= 0;
}

int main(int argc, char **argv) {
    /* OpenBLAS chooses its kernels when it is loaded; left alone, 0.3.21 takes the Haswell ones on
     * some CPUs with AVX-512. BENCH_CORETYPE overrides. */
    const char *core = getenv("BENCH_CORETYPE"), *now = getenv("OPENBLAS_CORETYPE");
    if (!core && strcmp(lp_kernels_all(LP_F4)[0]->isa, "avx512") == 0)
        core = "SkylakeX";
    if (core && (!now || strcmp(core, now) != 0)) {
        setenv("OPENBLAS_CORETYPE", core, 1);
        execv("/proc/self/exe", argv);
    }
    int only = argc > 1 ? atoi(argv[1] + 1) : 0, only_threads = argc > 2 ? atoi(argv[2]) : 0;
    int samples = argc > 3 ? atoi(argv[3]) : 21;
    samples = samples < 1 || samples > MOST ? MOST : samples;
    bench_begin("gemm",
                "type\tthreads\tm x k x n\tform\tlabpipe us\tOpenBLAS us\tGFLOP/s\tOpenBLAS\t"
                "ratio\tfma peak\tof peak");
    bench_note("%s kernels against %s, core type %s", lp_kernels_of(LP_F4)->isa,
               openblas_get_config(), openblas_get_corename());
    for (int size = 4; size <= 8; size += 4)
        for (int threads = 1; threads <= 2; threads++) {
            if ((only && only != size) || (only_threads && only_threads != threads))
                continue;
            lp_threads_set(threads);
            openblas_set_num_threads(threads);
            bench_one_thread(threads == 1);
            double sum = 0, least = INFINITY;
            int counted = 0;
            for (int i = 0; i < SHAPES; i++) {
                double log_ratio;
                if (!chosen(&shapes[i], argc - 4, argv + 4))
                    continue;
                run_shape(&shapes[i], size, threads, samples, &log_ratio);
                if (shapes[i].extra)
                    continue;
                sum += log_ratio, counted++;
                least = log_ratio < least ? log_ratio : least;
            }
            bench_note("f%d, threads %d: geometric mean of the first %d ratios %.3f, least %.2f",
                       size, threads, counted, exp(sum / counted), exp(least));
        }
    return bench_end();
}
