/* The data that a stream holds, as learning takes it: rows of features with a label or a target
 * each, in the parts train, val and test.
 *
 *     x  y                            one part, "all"
 *     x_train y_train x_test y_test   two, "train" and "test", and with x_val and y_val "val"
 *
 * x is [n, ...] of any number type, a row's elements its features. y are labels of classes
 * (data/classes.h), or a regression target: other numbers [n] or [n, m], f4 or f8. */
#ifndef LP_LEARN_DATASET_H
#define LP_LEARN_DATASET_H

#include "base/error.h"
#include "base/memory.h"
#include "base/tensor.h"
#include "data/classes.h"
#include "data/schema.h"
#include "io/stream.h"

typedef struct {
    const char *name;            /* "train", "test", "all" */
    const char *x_name, *y_name; /* in the stream */
    size_t rows, cols;           /* of x, flattened */
    int dims;                    /* of a row of x as the stream holds it */
    size_t shape[LP_MAX_DIMS];
    lp_type x_type;      /* as the stream holds it */
    const void *x;       /* (rows, cols), the stream's */
    int32_t *label;      /* (rows); NULL without classes */
    size_t target_cols;  /* what a model predicts: classes, or m */
    lp_type target_type; /* f4 or f8 */
    const void *target;  /* (rows, target_cols), the stream's; NULL with classes */
} lp_part;

/* What y has to be. */
typedef enum {
    LP_Y_CLASSES, /* labels, or one-hot rows */
    LP_Y_TARGETS, /* those, or any floats */
    LP_Y_NONE,    /* nothing: y is not read */
} lp_y_use;

typedef struct {
    size_t parts; /* 1 or 2, and in lp_dataset_read_all up to 4 */
    lp_part part[4];
    bool validates;       /* lp_dataset_read: the second part is x_val */
    size_t classes;       /* 0 without */
    lp_tensor class_name; /* strings (classes), or {0} where they have no names */
    lp_arena memory;      /* holds the labels */
    lp_tensor owned[4];   /* an x that had to be made to match a model */
} lp_dataset;

/* The part to learn from (x_train, or x where there is none) and, if present, the part to watch:
 * x_val, or else x_test, which is not read where there is an x_val. Checked: at least one row, at
 * least one column, as many labels as rows, the same columns in both parts, labels inside the
 * classes, at least two classes among the labels of the first part, no NaN and no infinity; a fault
 * is named by tensor, row and column (from 0). Whole numbers that are neither floats nor places
 * among classes are refused as LP_Y_TARGETS: they may be meant either way; as LP_Y_CLASSES floats
 * with more different values than half the rows, but for 0 to k-1. Freed with
 * lp_dataset_free, also after a failure; borrows from the stream, whose tensors must stay. */
int lp_dataset_read(lp_dataset *d, lp_stream *s, lp_y_use use, lp_error *e);

/* What the data of a model was, to which other data has to be matched. */
typedef struct {
    const lp_schema *schema;
    size_t classes; /* 0: it has none */
} lp_data_form;

/* Every part of the data, to be evaluated: train, val and test, and then all. A part may be of a
 * single class here. Features (data/features.h, which says what `warnings` gets) and labels
 * (data/classes.h) are matched to the model's; labels of a class that it does not know are refused,
 * and counted. */
int lp_dataset_read_all(lp_dataset *d, lp_stream *s, lp_y_use use, const lp_data_form *form,
                        lp_buffer *warnings, lp_error *e);

/* Leaves out the classes, where they have names, of which the first part has no row, and numbers
 * the others anew. Refused: a row of such a class in another part. */
int lp_dataset_drop_absent(lp_dataset *d, lp_error *e);

void lp_dataset_free(lp_dataset *d);

/* CRC-32 over everything a training run reads of the data: shapes, types, values, labels. */
uint32_t lp_dataset_crc32(const lp_dataset *d);

/* ---- batches ---- */

/* What a model is trained to answer: y, or x itself (an autoencoder). */
typedef enum { LP_TARGET_Y, LP_TARGET_X } lp_target;

#define LP_TARGET_CHOICES "y|x" /* in the order above */

typedef struct {
    lp_type type;
    void *x;        /* (capacity, cols), x times the input scale, plus the shift */
    int32_t *label; /* (capacity), or NULL where the part has no classes */
    void *target;   /* (capacity, target_cols): y's numbers, one-hot rows of its labels, or x
                     * itself; NULL where labels are all that is needed */
    size_t target_cols;
} lp_batch;

/* Room in `memory` for `capacity` rows of the dataset's parts, and, with `with_target`, of their
 * targets. */
lp_batch lp_batch_new(const lp_dataset *d, lp_type type, size_t capacity, lp_target target,
                      bool with_target, lp_arena *memory);

/* The first n <= capacity rows become rows index[0..n) of the part. */
void lp_batch_fill(lp_batch *b, const lp_part *p, double input_scale, double input_shift, size_t n,
                   const size_t *index);

#endif
