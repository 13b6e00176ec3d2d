/* Tiles: many small pictures (images, weights, eigenfaces) as one grid of pixels. */
#ifndef LP_DRAW_TILES_H
#define LP_DRAW_TILES_H

#include "base/error.h"
#include "base/memory.h"
#include "base/tensor.h"
#include "io/image.h"

/* One picture's shape: 1 channel (grey or signed) or 3 (red, green, blue). */
typedef struct {
    size_t height, width, channels;
} lp_tile_shape;

/* Pictures of one shape that form one grid. */
typedef struct {
    size_t count;
    lp_tile_shape shape;
    double *value;              /* (count, height, width, channels) */
    const char *name;           /* a heading above them, or NULL; borrowed */
    const char *const *caption; /* (count): a line under each, or NULL; borrowed */
} lp_tile_set;

/* Takes the first `first` pictures (fewer where there are not so many) out of a tensor of numbers,
 * into the arena:
 *   (n, h, w), (n, h, w, 3)      as they are
 *   (n, p)                       of `shape`, whose height * width * channels is p: a row each
 *   (p, n)                       a column each, where `by_column`, or where only that fits
 * A given shape (height > 0) has to be the tensor's own in the first two kinds. The name and the
 * captions are left NULL. */
int lp_tiles_take(lp_arena *arena, lp_tile_set *set, const lp_tensor *t, lp_tile_shape shape,
                  bool by_column, size_t first, lp_error *e);

/* The same of a convolution's weights (out, in, height, width): with 3 inputs a coloured tile for
 * each output, else a tile for each output and input, those of an output one after another. */
int lp_tiles_take_kernels(lp_arena *arena, lp_tile_set *set, const lp_tensor *t, size_t first,
                          lp_error *e);

/* What the values become. Each: every tile by its own minimum and maximum. Common: by those
 * of all tiles. Fixed: by lo and hi, beyond which values are clipped. */
typedef enum { LP_TILES_EACH, LP_TILES_COMMON, LP_TILES_FIXED } lp_tiles_scaling;

/* Grey: from black to white. Signed: from blue over white (exactly 0) to red, up to the
 * largest absolute value; equal steps look equal on both sides. */
typedef enum { LP_TILES_GREY, LP_TILES_SIGNED } lp_tiles_colours;

typedef struct {
    lp_tiles_scaling scaling;
    lp_tiles_colours colours; /* ignored for 3 channels, which are colours already */
    double lo, hi;            /* LP_TILES_FIXED */
    int64_t columns, rows;    /* of a set's grid; 0: chosen. Tiles beyond both are an error */
    int64_t gap;              /* pixels between tiles; at most 1000 */
    int64_t zoom;             /* a value is zoom x zoom pixels; 0: chosen; at most 1000 */
    const char *title;        /* NULL: none */
    bool bar;                 /* signed: with a bar of the colours and their values at the foot */
} lp_tiles;

/* Draws the sets below each other. Grey tiles without any text give a picture of 1 channel, all
 * others of 3; its pixels depend on what is given alone (its text also on cairo). A tile whose
 * values are all equal is middle grey, or white where signed and 0. NaN or infinity is an error
 * that names the tile. */
int lp_draw_tiles(lp_image *image, size_t sets, const lp_tile_set *set, const lp_tiles *wish,
                  lp_error *e);

#endif
