/* What the benches share: a clock, medians of samples, and a table that goes to standard output
 * and, as TSV, to build/bench/NAME.tsv. A bench measures and judges nothing. */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stddef.h>

/* Seconds, monotonic: of the clock on the wall, or of the calling thread's own CPU time where what
 * is measured runs on one thread (a busy machine then disturbs less). */
double bench_now(void);
void bench_one_thread(bool one);

/* The median; sorts the samples. */
double bench_median(size_t n, double *samples);

/* The calls of run(context) that fill about `seconds`: at least 1. */
size_t bench_calls(void (*run)(void *context), void *context, double seconds);

/* Seconds a call, over `calls` calls. */
double bench_time(void (*run)(void *context), void *context, size_t calls);

/* The fma operations a second (times 2: FLOP/s) that this CPU's registers reach on `threads`
 * threads just now, for elements of 4 or 8 bytes: a millisecond or two. A CPU's clock falls by an
 * eighth after some tens of milliseconds of wide vectors, so a peak that is to be held against
 * something has to be taken in turn with it. 0 where this CPU has no wide vectors. */
double bench_peak(int element_size, int threads);

/* A table: the columns' names (padded with spaces where a column is to be wide), then rows, fields
 * separated by tabs. Lines of bench_note go to
 * standard output and into the TSV as comments; the first one names the CPU. */
void bench_begin(const char *name, const char *columns);
void bench_row(const char *format, ...) __attribute__((format(printf, 1, 2)));
void bench_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Closes the TSV; the exit status. */
int bench_end(void);

/* Fills x with numbers in [-1, 1), the same ones in every run. */
void bench_fill(int element_size, size_t n, void *x);

/* A zeroed block; ends the program if memory runs out. */
void *bench_alloc(size_t count, size_t size);

#endif
