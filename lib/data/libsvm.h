/* LIBSVM's text format (Chang, Lin 2011; SVMlight's before it): a row a line, its label and the
 * values that are not 0, each after its column's index, which counts from 1:
 *
 *     +1 3:0.5 7:-2    # a comment
 */
#ifndef LP_DATA_LIBSVM_H
#define LP_DATA_LIBSVM_H

#include "base/error.h"
#include "io/source.h"
#include "io/stream.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    int64_t features; /* columns of x; 0: as many as the highest index */
    bool target;      /* the labels are numbers to predict, also where all are whole */
} lp_libsvm_options;

typedef struct lp_libsvm lp_libsvm;

/* No rows yet; the options are borrowed. Freed with lp_libsvm_free. */
lp_libsvm *lp_libsvm_new(const lp_libsvm_options *options);
void lp_libsvm_free(lp_libsvm *t);

/* Appends the rows of one file; blank lines and comments are skipped.
 * Refused, as "reading FILE: line 7, column 12: ...": what is not a finite decimal number, indices
 * that are not ascending or are above options.features, several labels, a query's id (qid:). */
int lp_libsvm_add(lp_libsvm *t, const lp_file *file, lp_error *e);

/* Puts what was read:
 *   x  f8 [rows, features], dense
 *   y  where all labels are whole numbers, their classes (data/labels.h); else, or with
 *      options.target, the labels themselves, f8 [rows]
 * Refused: no rows, no columns, an x that memory cannot hold. */
int lp_libsvm_put(lp_libsvm *t, lp_stream *s, lp_error *e);

#endif
