/* PNG and PGM/PPM files as pixels (PNG through libpng). */
#ifndef LP_IO_IMAGE_H
#define LP_IO_IMAGE_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Larger pictures are refused, whatever their file's size: over 8192 x 8192 pixels in all, or over
 * 65,535 a side. So is one whose file is too small to hold what its header declares. */
enum { LP_IMAGE_MAX_SIDE = 65535, LP_IMAGE_MAX_PIXELS = 1 << 26 };

/* 8-bit pixels, row by row, 1 (grey) or 3 (RGB) channels; owned, freed with lp_image_free. */
typedef struct {
    size_t width, height, channels;
    uint8_t *pixels; /* (height, width, channels) */
} lp_image;

/* A white picture. */
int lp_image_new(lp_image *image, size_t width, size_t height, size_t channels, lp_error *e);

/* Decodes a PNG (any colour type and depth; alpha is laid over white, 16 bits are rounded to 8,
 * colour profiles and gamma are not applied) or a PGM/PPM (P2, P3, P5, P6, any maximum) from
 * memory. Grey kinds give 1 channel, the others 3. A file that is cut, damaged (every checksum
 * counts) or goes on after its picture is refused. */
int lp_image_decode(lp_image *image, const void *bytes, size_t size, lp_error *e);

/* RGB to grey in place, with the luma weights of ITU-R BT.601: 0.299 R + 0.587 G + 0.114 B,
 * rounded to nearest. A grey picture stays as it is. */
void lp_image_grey(lp_image *image);

/* Replaces the picture by one of another size, through a triangle filter on pixel centres: linear
 * interpolation where a side grows; where it shrinks the filter is widened by the factor, so that
 * every source pixel counts (no aliasing). Columns first, then rows, rounded once at the end. */
int lp_image_resize(lp_image *image, size_t width, size_t height, lp_error *e);

/* Writes a PNG: 8 bits, no time stamp, fixed filter and compression level. The caller flushes and
 * closes. */
int lp_image_write_png(FILE *out, const lp_image *image, lp_error *e);

/* The same in less than half the bytes, with at most 256 colours: each channel is rounded to 16
 * equal steps, or to so few (6 at least) that there are no more. A grey picture stays as it is. */
int lp_image_write_png_palette(FILE *out, const lp_image *image, lp_error *e);

void lp_image_free(lp_image *image);

#endif
