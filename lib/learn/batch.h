/* Rows of a dataset's part, gathered as a model takes them. */
#ifndef LP_LEARN_BATCH_H
#define LP_LEARN_BATCH_H

#include "base/memory.h"
#include "learn/dataset.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a model is trained to answer: y, or x itself (an autoencoder). */
typedef enum { LP_TARGET_Y, LP_TARGET_X } lp_target;

#define LP_TARGET_CHOICES "y|x" /* in the order above */

typedef struct {
    lp_type type;
    size_t capacity; /* rows */
    void *x;         /* (capacity, cols), x times the input scale */
    int32_t *label;  /* (capacity), or NULL where the part has no classes */
    void *target;    /* (capacity, target_cols): y's numbers, one-hot rows of its labels, or x
                      * itself; NULL where labels are all that is needed */
    size_t target_cols;
} lp_batch;

/* Room in `memory` for `capacity` rows of the dataset's parts, and, with `with_target`, of their
 * targets. */
lp_batch lp_batch_new(const lp_dataset *d, lp_type type, size_t capacity, lp_target target,
                      bool with_target, lp_arena *memory);

/* The first n <= capacity rows become rows index[0..n) of the part. */
void lp_batch_fill(lp_batch *b, const lp_part *p, double input_scale, size_t n,
                   const size_t *index);

#endif
