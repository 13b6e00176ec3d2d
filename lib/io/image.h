/* PNG and PGM/PPM files as pixels, through libpng. */
#ifndef LP_IO_IMAGE_H
#define LP_IO_IMAGE_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* 8-bit pixels, row by row, 1 (grey) or 3 (RGB) channels; owned, freed with lp_image_free. */
typedef struct {
    size_t width, height, channels;
    uint8_t *pixels; /* (height, width, channels) */
} lp_image;

/* Decodes a PNG (any colour type and depth; alpha is laid over white) or a PGM/PPM (P2, P3, P5,
 * P6) from memory. At most 2^28 pixels and 65,535 a side. */
int lp_image_decode(lp_image *image, const void *bytes, size_t size, lp_error *e);

/* Writes a PNG: 8 bits, no time stamp, fixed filter and compression level. */
int lp_image_write_png(FILE *out, const lp_image *image, lp_error *e);

void lp_image_free(lp_image *image);

#endif
