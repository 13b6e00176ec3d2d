/* The data that a stream holds, as learning takes it: rows of features with a label or a target
 * each, in the parts train and test.
 *
 *     x  y                            one part, "all"
 *     x_train y_train x_test y_test   two, "train" and "test"
 *
 * x is [n, ...] of any number type, a row's elements its features. y is one of
 *     whole numbers [n] or [n, 1]     classes 0 .. k-1: k is the number of names in `classes`, or
 *                                     else one more than the largest label of all parts
 *     one-hot rows [n, k]             the same, k from the shape
 *     other numbers [n] or [n, m]     a target to be met (regression), f4 or f8 */
#ifndef LP_LEARN_DATASET_H
#define LP_LEARN_DATASET_H

#include "base/error.h"
#include "base/tensor.h"
#include "io/stream.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    const char *name;            /* "train", "test", "all" */
    const char *x_name, *y_name; /* in the stream */
    size_t rows, cols;           /* of x, flattened */
    lp_type x_type;              /* as the stream holds it */
    const void *x;               /* (rows, cols), the stream's */
    int32_t *label;              /* (rows), owned; NULL without classes */
    size_t target_cols;          /* what a model should answer with: classes, or m */
    lp_type target_type;         /* f4 or f8 */
    const void *target;          /* (rows, target_cols), the stream's; NULL with classes */
} lp_part;

/* What is asked of y. */
typedef enum {
    LP_Y_CLASSES, /* labels, or one-hot rows */
    LP_Y_TARGETS, /* those, or numbers to be met */
    LP_Y_NONE,    /* y is not looked at */
} lp_y_use;

typedef struct {
    size_t parts; /* 1 or 2, and in lp_dataset_read_all up to 3 */
    lp_part part[3];
    size_t classes; /* 0 without */
} lp_dataset;

/* The part to learn from (x_train, or x where there is none) and, if present, x_test. Checked:
 * at least one row, at least one column, as many labels as rows, the same columns in both parts,
 * labels inside the classes, at least two classes among the labels of the first part, no NaN and
 * no infinity; a fault is named by tensor, row and column (from 0). Freed with lp_dataset_free;
 * borrows from the stream, whose tensors must stay. */
int lp_dataset_read(lp_dataset *d, lp_stream *s, lp_y_use use, lp_error *e);

/* Every part that is there, to be judged: train and test, and then all. A part may be of a single
 * class here; the classes are at least `classes`. */
int lp_dataset_read_all(lp_dataset *d, lp_stream *s, lp_y_use use, size_t classes, lp_error *e);

void lp_dataset_free(lp_dataset *d);

/* CRC-32 over everything a training run reads of the data: shapes, types, values, labels. */
uint32_t lp_dataset_crc32(const lp_dataset *d);

/* Labels alone: (n) from a tensor NAME of whole numbers [n], [n, 1] or one-hot rows, to be freed,
 * and *classes, one more than the largest (or the columns). */
int lp_labels_read(const lp_tensor *y, const char *name, int32_t **label, size_t *n,
                   size_t *classes, lp_error *e);

/* What a model should answer with. */
typedef enum { LP_TARGET_Y, LP_TARGET_X } lp_target;

#define LP_TARGET_CHOICES "y|x" /* in the order above; x: an autoencoder */

/* Rows of a part, put together as a model takes them. */
typedef struct {
    lp_type type;
    size_t most;    /* rows that it has room for */
    void *x;        /* (most, cols), x times input_scale */
    int32_t *label; /* (most), or NULL where the part has no classes */
    void *target;   /* (most, target columns): y's numbers, one-hot rows of its labels, or x
                     * itself; NULL where labels are all that is needed */
    size_t target_cols;
} lp_batch;

/* Room for batches of `most` rows of the dataset's parts; with `with_target` also for the rows to
 * be met, which for LP_TARGET_X are x. Freed with lp_batch_free. */
int lp_batch_new(lp_batch *b, const lp_dataset *d, lp_type type, size_t most, lp_target target,
                 bool with_target, lp_error *e);
void lp_batch_free(lp_batch *b);

/* Fills the first n <= most rows from rows index[0..n) of the part. */
void lp_batch_fill(lp_batch *b, const lp_part *p, double input_scale, size_t n,
                   const size_t *index);

/* label[i] = index of the largest of row i of scores (rows, cols), the first of equals. */
void lp_argmax_rows(lp_type type, size_t rows, size_t cols, const void *scores, int32_t *label);

#endif
