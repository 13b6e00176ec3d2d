/* Image data sets as streams: picture files, IDX files (MNIST) and CIFAR-10's batches. Each puts
 * its pictures as u1 [n, height, width] (grey) or [n, height, width, 3] and, as `input_shape`, i8,
 * the shape of one. The bytes of IDX files and batches have to outlive the stream: large ones are
 * decoded when it is written. */
#ifndef LP_DATA_PICTURES_H
#define LP_DATA_PICTURES_H

#include "base/error.h"
#include "base/values.h"
#include "io/source.h"
#include "io/stream.h"

#include <stdbool.h>
#include <stddef.h>

/* Puts n IDX files (io/idx.h). Those of one dimension are labels, the others images. One of each
 * becomes x and y (either alone will do), two of each x_train, y_train, x_test, y_test, in their
 * order. `classes`, names of the classes from 0 on, is put unless it is empty. Refused: other
 * numbers of files, labels that are not as many as their images, images of different shapes, and a
 * second part whose file alone is called "train", as t10k-* sorts before train-*. */
int lp_idx_put(lp_stream *s, size_t n, const lp_file *files, const lp_texts *classes, lp_error *e);

/* Puts n CIFAR-10 batches (io/cifar.h) as x and y or, with a further batch `test` (else NULL), as
 * x_train, y_train, x_test and y_test; and `classes`, the ten names. Refused: a batch that holds
 * the bytes of `test`. */
int lp_cifar_put(lp_stream *s, size_t n, const lp_file *files, const lp_file *test, lp_error *e);

/* What is done to each picture file. */
typedef struct {
    lp_size resize; /* 0 x 0: as it is */
    bool grey;
    bool labels; /* the name of the folder that a file is in is its class */
} lp_pictures_options;

/* A growing set of pictures of one shape. */
typedef struct lp_pictures lp_pictures;

/* An empty set; freed with lp_pictures_free. */
lp_pictures *lp_pictures_new(const lp_pictures_options *options);
void lp_pictures_free(lp_pictures *p);

/* Decodes one file (io/image.h) and adds it. Errors name it. Refused: a picture whose size or
 * channels differ from the first one's; with labels, a path without a folder. */
int lp_pictures_add(lp_pictures *p, const lp_file *file, lp_error *e);

/* Puts x and, with labels, y, i8 [n], numbers in the order of the folders' names (by their bytes),
 * and `classes`. */
void lp_pictures_put(lp_pictures *p, lp_stream *s);

#endif
