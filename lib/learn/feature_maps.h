/* The feature maps that a network makes of pictures, layer by layer. */
#ifndef LP_LEARN_FEATURE_MAPS_H
#define LP_LEARN_FEATURE_MAPS_H

#include "base/error.h"
#include "base/memory.h"
#include "base/values.h"
#include "io/stream.h"

/* The maps of one layer, or a picture itself, whose channels are kept together where they are
 * colours: 3. */
typedef struct {
    const char *name; /* "x_test, row 3", "layer1: conv, relu" */
    size_t count, height, width, channels;
    double *value; /* (count, height, width, channels) */
} lp_feature_maps;

/* For each of row[], counted from 0, of tensor `x_name` (NULL: x, or else x_test, or else x_train)
 * the picture, and then the output of every layer of the stream's network that gives maps, but for
 * dropout. *count of them, in `memory`. NULL and e where the network does not take pictures, or
 * not these, or x has not so many rows. */
lp_feature_maps *lp_feature_maps_of(lp_stream *s, const char *x_name, const lp_ints *row,
                                    lp_arena *memory, size_t *count, lp_error *e);

#endif
