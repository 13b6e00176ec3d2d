/* An epoch over ratings of MovieLens small's size: 610 x 9,724 with 100,836 entries. Where LIBMF
 * names its program mf-train, one of its iterations is measured too, without reading and writing.
 */
#include "bench.h"

#include "data/ratings.h"
#include "data/sparse.h"
#include "mf/fit.h"
#include "num/parallel.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void epoch(void *context) {
    lp_error e;
    double sse;
    if (lp_fit_epoch(context, &sse, &e)) {
        fprintf(stderr, "bench factor: %s\n", e.text);
        exit(1);
    }
}

static void measure(const char *name, const lp_sparse *m, lp_fit_options o, int threads) {
    enum { SAMPLES = 9 };
    lp_error e;
    double sample[SAMPLES];
    lp_threads_set(threads);
    bench_one_thread(threads == 1);
    lp_fit *fit = lp_fit_new(&o, m, NULL, NULL, &e);
    if (fit == NULL) {
        fprintf(stderr, "bench factor: %s\n", e.text);
        exit(1);
    }
    size_t calls = bench_calls(epoch, fit, 0.05);
    for (int i = 0; i < SAMPLES; i++)
        sample[i] = bench_time(epoch, fit, calls);
    double seconds = bench_median(SAMPLES, sample);
    bench_row("%s\t%lld\t%s\t%d\t%.3f\t%.1f", name, (long long)o.rank, o.bias ? "yes" : "no",
              threads, 1e3 * seconds, 1e-6 * (double)m->count / seconds);
    lp_fit_free(fit);
}

/* Seconds of the whole process that trains for `iterations`. */
static double libmf_process(const char *program, const char *ratings, int rank, int iterations) {
    char command[4096];
    int size = snprintf(command, sizeof command,
                        "'%s' -k %d -t %d -s 1 -r 0.01 -l2 0.05 --quiet %s %s.model >/dev/null",
                        program, rank, iterations, ratings, ratings);
    double from = bench_now();
    if (size < 0 || (size_t)size >= sizeof command || system(command) != 0) {
        fprintf(stderr, "bench factor: LIBMF='%s' does not train\n", program);
        exit(1);
    }
    return bench_now() - from;
}

static void measure_libmf(const char *program, const lp_sparse *m) {
    enum { SAMPLES = 5, FEW = 5, MANY = 65 };
    char path[] = "/tmp/bench-factor-XXXXXX", model[sizeof path + 6];
    int file = mkstemp(path);
    FILE *out = file < 0 ? NULL : fdopen(file, "w");
    if (out == NULL) {
        perror("bench factor: a temporary file");
        exit(1);
    }
    for (size_t i = 0; i < m->count; i++)
        fprintf(out, "%d %d %.17g\n", m->row[i], m->col[i], m->value[i]);
    fclose(out);
    bench_one_thread(false);
    for (int rank = 5; rank <= 32; rank += 27) {
        double sample[SAMPLES];
        for (int i = 0; i < SAMPLES; i++)
            sample[i] = (libmf_process(program, path, rank, MANY) -
                         libmf_process(program, path, rank, FEW)) /
                        (MANY - FEW);
        double seconds = bench_median(SAMPLES, sample);
        bench_row("LIBMF\t%d\tno\t1\t%.3f\t%.1f", rank, 1e3 * seconds,
                  1e-6 * (double)m->count / seconds);
    }
    snprintf(model, sizeof model, "%s.model", path);
    unlink(path);
    unlink(model);
}

int main(void) {
    lp_error e;
    lp_sparse m;
    lp_ratings_options data = {
        .users = 610, .items = 9724, .n = 100836, .rank = 5, .noise = 0.75, .seed = 0};
    lp_stream *s = lp_stream_new();
    if (lp_ratings(s, &data, &e) || lp_sparse_read(s, "", &m, &e)) {
        fprintf(stderr, "bench factor: %s\n", e.text);
        return 1;
    }
    bench_begin("factor", "method\trank\tbiases\tthreads\tms an epoch\tmillion entries a second");
    static const struct {
        const char *name;
        lp_fit_method method;
        int64_t rank, blocks;
        bool bias, shared;
    } runs[] = {
        {"sgd by row", LP_FIT_SGD, 5, 1, false, false},
        {"sgd by row", LP_FIT_SGD, 5, 1, true, false},
        {"sgd by row", LP_FIT_SGD, 32, 1, false, false},
        {"sgd by row", LP_FIT_SGD, 32, 1, true, false},
        {"sgd 8 x 8", LP_FIT_SGD, 5, 8, true, true},
        {"sgd 8 x 8", LP_FIT_SGD, 32, 8, true, true},
        {"gradient", LP_FIT_GD, 5, 1, false, true},
        {"gradient", LP_FIT_GD, 32, 1, false, true},
        {"als", LP_FIT_ALS, 5, 1, true, true},
    };
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++)
        /* Row by row there is nothing to share. */
        for (int threads = 1; threads <= (runs[i].shared ? 2 : 1); threads++) {
            lp_fit_options o = {.method = runs[i].method,
                                .rank = runs[i].rank,
                                .epochs = 1,
                                .lr = runs[i].method == LP_FIT_GD ? 1e-5 : 0.005,
                                .update = 1,
                                .reg = runs[i].method == LP_FIT_ALS ? 10 : 0.1,
                                .bias_reg = runs[i].method == LP_FIT_ALS ? 10 : 0.1,
                                .bias = runs[i].bias,
                                .init = 1,
                                .init_scale = 0.1,
                                .blocks = runs[i].blocks};
            measure(runs[i].name, &m, o, threads);
        }
    if (getenv("LIBMF") != NULL)
        measure_libmf(getenv("LIBMF"), &m);
    else
        bench_note("LIBMF=path of mf-train sets its iterations beside these");
    lp_sparse_free(&m);
    lp_stream_free(s);
    return bench_end();
}
