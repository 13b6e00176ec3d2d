/* CSV read and written: from-csv and to-csv on 500,000 rows of 20 numbers, with 6 digits after the
 * point and with all digits that a double takes. Medians of wall seconds, one thread, from and to
 * files in the page cache and /dev/null. */
#include "base/tensor.h"
#include "bench.h"
#include "io/number.h"
#include "io/stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { SAMPLES = 5, ROWS = 500000, COLUMNS = 20 };

static void stop(const char *what) {
    fprintf(stderr, "text: %s\n", what);
    exit(1);
}

static void make(const char *path, bool is_short) {
    lp_error e;
    lp_tensor x = lp_tensor_matrix(LP_F8, ROWS, COLUMNS);
    double *value = x.data;
    bench_fill(8, x.count, value);
    for (size_t i = 0; is_short && i < x.count; i++) {
        char text[LP_NUMBER_SIZE];
        const int length = snprintf(text, sizeof text, "%.6f", value[i]);
        lp_number_read(text, text + length, '.', &value[i]);
    }
    lp_stream *s = lp_stream_new();
    FILE *f = fopen(path, "wb");
    lp_stream_put(s, "x", &x);
    if (f == NULL || lp_stream_write(s, f, false, &e) || fclose(f) != 0)
        stop(path);
    lp_stream_free(s);
}

static void run(const char *what, const char *command, double megabytes) {
    double seconds[SAMPLES];
    for (int i = 0; i < SAMPLES; i++) {
        const double from = bench_now();
        if (system(command) != 0)
            stop(command);
        seconds[i] = bench_now() - from;
    }
    const double time = bench_median(SAMPLES, seconds);
    bench_row("%s\t%.0f\t%.3f\t%.0f", what, megabytes, time, megabytes / time);
}

int main(void) {
    static const char *const names[][2] = {
        {"from-csv, all digits       ", "to-csv, all digits         "},
        {"from-csv, 6 after the point", "to-csv, 6 after the point  "},
    };
    const char *build = getenv("BUILD"), *bin = getenv("BIN");
    build = build != NULL ? build : "build", bin = bin != NULL ? bin : "bin";
    bench_begin("text", "500,000 rows of 20 numbers \tMB\tseconds\tMB/s");
    for (int is_short = 0; is_short < 2; is_short++) {
        char stream[300], table[300], command[900];
        struct stat status;
        snprintf(stream, sizeof stream, "%s/bench/text.npz", build);
        snprintf(table, sizeof table, "%s/bench/text.csv", build);
        make(stream, is_short);
        snprintf(command, sizeof command, "%s/to-csv -o %s %s", bin, table, stream);
        if (system(command) != 0 || stat(table, &status) != 0)
            stop(command);
        const double megabytes = 1e-6 * (double)status.st_size;
        snprintf(command, sizeof command, "%s/from-csv --quiet %s > /dev/null", bin, table);
        run(names[is_short][0], command, megabytes);
        snprintf(command, sizeof command, "%s/to-csv %s > /dev/null", bin, stream);
        run(names[is_short][1], command, megabytes);
        remove(stream);
        remove(table);
    }
    return bench_end();
}
