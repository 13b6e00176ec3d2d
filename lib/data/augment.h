/* More pictures to train on: copies of those there are, mirrored and shifted at random. */
#ifndef LP_DATA_AUGMENT_H
#define LP_DATA_AUGMENT_H

#include "base/error.h"
#include "io/stream.h"

#include <stdbool.h>
#include <stdint.h>

/* What comes in where a picture is moved away: zeros, or the nearest pixel of its edge. */
typedef enum { LP_FILL_ZEROS, LP_FILL_EDGE } lp_fill;

#define LP_FILL_CHOICES "zeros|edge" /* in the order above */

/* The members are of the types that an option table parses into. */
typedef struct {
    bool mirror;   /* left and right change places, or not, at random */
    int64_t shift; /* then it moves by -shift .. shift rows, and by as many columns */
    int fill;      /* lp_fill */
    int64_t times; /* >= 2 */
    uint64_t seed;
} lp_augment_options;

/* Grows x_train, or x where there is none, to `times` its rows: its own rows first, then times - 1
 * copies of all of them, each picture changed by itself. Rows are pictures [h, w] or [h, w,
 * channels] of any number type, or flat rows of the stream's input_shape; mirroring and moving take
 * whole pixels, so that no value changes. Copy k draws from a random stream of its own, the
 * pictures in their order.
 *
 * y, ids and every other tensor with a row for each picture (beside x_train: whose name ends in
 * _train) are repeated as they are. What describes the data, x_val, x_test and the like, a model
 * and its results stay. Refused: rows that are not pictures, a shift that is not less than both
 * sides, an x whose columns were scaled each by itself, y or ids with another number of rows. */
int lp_augment(lp_stream *s, const lp_augment_options *options, lp_error *e);

#endif
