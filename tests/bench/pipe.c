/* A 400 MB tensor through `pick '*'`, which checks its CRC and writes it anew, against cat: from a
 * file, and from a pipe; and from a file of 40 MB, whose memory says what grows. Alternating,
 * medians of wall seconds; memory is the largest resident set. The tensor has a digest, as every
 * stream of labpipe's; without one its SHA-256 has to be computed, which is a row of its own. */
#include "base/tensor.h"
#include "bench.h"
#include "io/stream.h"

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { SAMPLES = 9 };

static void stop(const char *what) {
    fprintf(stderr, "pipe: %s\n", what);
    exit(1);
}

/* `megabytes` MB of doubles as x in a file, written by a child: a process starts with its parent's
 * memory as the most that it had. */
static void make(const char *path, size_t megabytes, const char *recipe) {
    pid_t child = fork();
    if (child > 0) {
        int status = 1;
        if (waitpid(child, &status, 0) < 0 || status != 0)
            stop(path);
        return;
    }
    lp_error e;
    lp_tensor x = lp_tensor_matrix(LP_F8, megabytes * 1000, 125);
    lp_stream *s = lp_stream_new();
    FILE *f = fopen(path, "wb");
    if (f == NULL)
        stop(path);
    bench_fill(8, x.count, x.data);
    lp_stream_put(s, "x", &x);
    lp_stream_set_recipe(s, recipe);
    if (lp_stream_write(s, f, false, &e) || fclose(f) != 0)
        stop(e.text);
    _exit(0);
}

/* Seconds that a shell's command takes; *kilobytes, the largest resident set of its last process,
 * which it execs. */
static double run(const char *command, long *kilobytes) {
    char *argv[] = {"sh", "-c", (char *)command, NULL};
    struct rusage usage;
    pid_t child;
    int status = 1;
    double from = bench_now();
    if (posix_spawnp(&child, "sh", NULL, NULL, argv, environ) != 0 ||
        wait4(child, &status, 0, &usage) < 0 || status != 0)
        stop(command);
    *kilobytes = usage.ru_maxrss;
    return bench_now() - from;
}

static void compare(const char *what, const char *mine, const char *other, size_t megabytes) {
    double ours[SAMPLES], theirs[SAMPLES], ratio[SAMPLES];
    long memory, theirs_memory;
    run(other, &theirs_memory); /* into the page cache */
    for (int i = 0; i < SAMPLES; i++) {
        ours[i] = run(mine, &memory);
        theirs[i] = run(other, &theirs_memory);
        ratio[i] = theirs[i] / ours[i];
    }
    double time = bench_median(SAMPLES, ours);
    bench_row("%s\t%zu\t%.3f\t%.3f\t%.2f\t%.1f\t%ld", what, megabytes, time,
              bench_median(SAMPLES, theirs), bench_median(SAMPLES, ratio),
              1e-3 * (double)megabytes / time, memory);
}

int main(void) {
    const char *build = getenv("BUILD"), *bin = getenv("BIN");
    build = build != NULL ? build : "build", bin = bin != NULL ? bin : "bin";
    bench_begin("pipe", "pick '*' > /dev/null   \tMB\tlabpipe s\tcat s\tratio\tGB/s\tkB of memory");
    char path[300], mine[700], other[700];
    static const size_t sizes[] = {40, 400};
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/bench/pipe.npz", build);
        make(path, sizes[i], "bench");
        snprintf(mine, sizeof mine, "exec %s/pick '*' %s > /dev/null", bin, path);
        snprintf(other, sizeof other, "exec cat %s > /dev/null", path);
        compare("from a file", mine, other, sizes[i]);
        snprintf(mine, sizeof mine, "cat %s | %s/pick '*' > /dev/null", path, bin);
        snprintf(other, sizeof other, "cat %s | cat > /dev/null", path);
        compare("from a pipe", mine, other, sizes[i]);
        make(path, sizes[i], "");
        snprintf(mine, sizeof mine, "exec %s/pick '*' %s > /dev/null", bin, path);
        snprintf(other, sizeof other, "exec cat %s > /dev/null", path);
        compare("without a digest", mine, other, sizes[i]);
    }
    remove(path);
    return bench_end();
}
