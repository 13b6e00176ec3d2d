/* Pictures of one shape, gathered into tensors. */
#ifndef LP_IO_PICTURES_H
#define LP_IO_PICTURES_H

#include "base/error.h"
#include "base/values.h"
#include "io/image.h"
#include "io/stream.h"

#include <stdbool.h>
#include <stddef.h>

/* What is done to each picture on its way. */
typedef struct {
    lp_size resize; /* 0 x 0: as it is */
    bool grey;
    bool labels; /* the name of the folder that a file lies in is its class */
} lp_pictures_options;

typedef struct lp_pictures lp_pictures;

/* An empty set; freed with lp_pictures_free. */
lp_pictures *lp_pictures_new(const lp_pictures_options *how, lp_error *e);

/* Decodes one file (io/image.h) and adds it. Errors name it. Refused: a picture whose size or
 * channels are not those of the first; with labels, a path without a folder. */
int lp_pictures_add(lp_pictures *p, const char *path, const void *bytes, size_t size, lp_error *e);

/* Puts x, u1 [n, height, width] (grey) or [n, height, width, 3], `input_shape`, and with labels
 * y, i8 [n], numbers in the order of the folders' names (by their bytes), and `classes`. */
int lp_pictures_put(lp_pictures *p, lp_stream *s, lp_error *e);

void lp_pictures_free(lp_pictures *p);

#endif
