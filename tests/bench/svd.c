/* Eigenfaces: the 24 largest singular values of 400 x 4096 against LAPACK's exact factorisation
 * (dgesdd, through OpenBLAS), one thread, alternating in one process, medians. "error" is the
 * largest relative difference of a squared value: of the variance that it explains. */
#include "bench.h"
#include "num/linalg.h"
#include "num/parallel.h"
#include "num/rng.h"

#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { M = 400, N = 4096, K = 24, SAMPLES = 5 };

/* A matrix whose i-th singular value is near (i + 1)^-power: random rows, scaled and mixed. */
static void make(double power, double *x) {
    lp_rng rng = lp_rng_new(1, LP_RNG_POINTS, 0);
    double *row = bench_alloc(M * (size_t)N, 8), *mix = bench_alloc(M * (size_t)M, 8);
    for (size_t i = 0; i < M; i++)
        for (size_t j = 0; j < N; j++)
            row[i * N + j] = lp_rng_normal(&rng) * pow((double)i + 1, -power);
    for (size_t i = 0; i < M * (size_t)M; i++)
        mix[i] = lp_rng_normal(&rng) / sqrt(M);
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, M, N, M, 1, mix, M, row, N, 0, x, N);
    free(row);
    free(mix);
}

static void measure(const char *what, const double *x) {
    double *u = bench_alloc(M * (size_t)M, 8), *v = bench_alloc(N * (size_t)M, 8);
    double *copy = bench_alloc(M * (size_t)N, 8), *exact = bench_alloc(M, 8), s[K];
    double ours[SAMPLES], theirs[SAMPLES], error = 0;
    for (int i = 0; i < SAMPLES; i++) {
        lp_error e;
        double from = bench_now();
        if (lp_svd_top(M, N, K, x, 0, u, s, v, &e)) {
            fprintf(stderr, "svd: %s\n", e.text);
            exit(1);
        }
        ours[i] = bench_now() - from;
        memcpy(copy, x, M * (size_t)N * sizeof *copy);
        from = bench_now();
        if (LAPACKE_dgesdd(LAPACK_ROW_MAJOR, 'S', M, N, copy, N, exact, u, M, v, N) != 0)
            exit(1);
        theirs[i] = bench_now() - from;
    }
    for (int i = 0; i < K; i++)
        error = fmax(error, fabs(s[i] * s[i] / (exact[i] * exact[i]) - 1));
    double mine = bench_median(SAMPLES, ours), other = bench_median(SAMPLES, theirs);
    bench_row("%s\t%.1f\t%.1f\t%.1f\t%.1e", what, 1e3 * mine, 1e3 * other, other / mine, error);
    free(u);
    free(v);
    free(copy);
    free(exact);
}

int main(void) {
    static const double powers[] = {2, 1, 0.5, 0.25, 0};
    bench_begin("svd", "24 of 400 x 4096, values falling as\tlabpipe ms\tdgesdd ms\tratio\terror");
    lp_threads_set(1);
    openblas_set_num_threads(1);
    bench_one_thread(true);
    double *x = bench_alloc(M * (size_t)N, 8);
    for (int i = 0; i < 5; i++) {
        char what[40];
        make(powers[i], x);
        snprintf(what, sizeof what, "i^-%g", powers[i]);
        measure(what, x);
    }
    free(x);
    return bench_end();
}
