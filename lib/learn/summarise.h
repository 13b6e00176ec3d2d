/* Many runs of one experiment (seeds, folds) as one: the metrics of each, and their spread. */
#ifndef LP_LEARN_SUMMARISE_H
#define LP_LEARN_SUMMARISE_H

#include "base/error.h"
#include "base/memory.h"
#include "base/values.h"
#include "io/stream.h"

#include <stdbool.h>
#include <stddef.h>

/* Of n values: sd is the sample's, divided by n - 1 (NumPy's std with ddof=1), NaN for n < 2; the
 * others are NaN for n = 0. */
typedef struct {
    size_t n;
    double mean, sd, min, max;
} lp_spread;

/* Of value[0], value[1], ... up to `count`, without the NaNs among them. */
lp_spread lp_spread_of(size_t count, const double *value);

typedef struct {
    const char *name;       /* "test.accuracy": the part and what eval --tsv calls it */
    double *value;          /* (runs), NaN where the run does not have it */
    const char *class_name; /* of a class's own metric, else NULL */
} lp_run_metric;

typedef struct {
    size_t runs;
    const char *const *run_name; /* (runs), borrowed */
    lp_run_metric *metric;       /* (metrics) */
    size_t metrics, capacity;
    lp_arena memory; /* holds names and values */
} lp_run_table;

/* The metrics of `runs` streams, by their order of appearance. A stream that holds a model and
 * data, predictions or factors is evaluated (learn/evaluate.h); one that does not has no metrics.
 * `of`: the shell patterns of those that are wanted, all where there is none; one that matches
 * nothing is an error. Refused: a stream without metrics and without a history; runs that number
 * other classes alike, where metrics of classes are wanted. Errors name the run. Freed with
 * lp_run_table_free, also after a failure. */
int lp_run_table_read(lp_run_table *t, size_t runs, lp_stream *const *s,
                      const char *const *run_name, const lp_texts *of, lp_error *e);
void lp_run_table_free(lp_run_table *t);

/* Puts
 *     summary.metric                         U [metrics], their names
 *     summary.n                              i8 [metrics], the runs that have it
 *     summary.mean, .sd, .min, .max          f8 [metrics]
 *     summary.run, summary.value             U [runs] and f8 [runs, metrics], the table itself */
void lp_run_table_put(const lp_run_table *t, lp_stream *out);

/* Appends tab-separated values: a line for each metric (name, n, mean, sd, min, max), or, with
 * `by_run`, a line for each run (its name, its metrics), under a line of names. */
void lp_run_table_print(const lp_run_table *t, bool by_run, lp_buffer *out);

/* Puts history.epoch, the epochs at which any of the streams has an entry, rising, and for each
 * column NAME of their histories (learn/history.h), over the streams that have a number there,
 *     history.NAME                           f8 [epochs], the mean
 *     history.NAME.n                         i8 [epochs], how many streams those are
 *     history.NAME.sd, .min, .max            f8 [epochs]
 * Nothing where no stream has a history. Refused: a column of another length than its epochs. */
int lp_summarise_history(size_t runs, lp_stream *const *s, const char *const *run_name,
                         lp_stream *out, lp_error *e);

#endif
