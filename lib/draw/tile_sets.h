/* What render-weights draws, out of a stream: tensors as sets of tiles, with their captions. */
#ifndef LP_DRAW_TILE_SETS_H
#define LP_DRAW_TILE_SETS_H

#include "base/error.h"
#include "base/values.h"
#include "draw/tiles.h"
#include "io/stream.h"

typedef enum { LP_SCALE_AUTO, LP_SCALE_EACH_TILE, LP_SCALE_ALL_TILES } lp_tile_scaling_choice;
typedef enum { LP_COLOURS_AUTO, LP_COLOURS_GREY, LP_COLOURS_SIGNED } lp_tile_colours_choice;

/* In the orders above. */
#define LP_TILE_SCALING_CHOICES "auto|each|common"
#define LP_TILE_COLOURS_CHOICES "auto|grey|signed"

typedef struct {
    lp_texts of;      /* tensors; none: layer1.weight, else v, else x, else x_train */
    lp_texts names;   /* headings, one a tensor; none: of several tensors, their own names */
    lp_size tile;     /* 0 x 0: what the stream says */
    lp_texts caption; /* tensors with an entry for each tile, which are joined by arrows */
    lp_reals range;   /* none, or the two values that are drawn black and white */
    lp_tile_scaling_choice scaling;
    lp_tile_colours_choice colours;
    lp_ints maps;  /* rows of x whose feature maps are drawn, in place of tensors */
    int64_t first; /* tiles of each tensor; 0: all */
    bool unscale;
    lp_tiles tiles; /* the rest of what lp_draw_tiles takes */
} lp_tile_options;

/* Everything that lp_draw_tiles takes, in an arena. */
typedef struct {
    lp_arena arena;
    size_t sets;
    lp_tile_set *set;
    lp_tiles wish;
} lp_tile_sets;

/* Takes the tensors (or the feature maps, learn/feature_maps.h, of the one tensor in `of`, or else
 * of x, x_test or x_train) and fills in the wish. One picture's shape is `tile` (grey), or else the
 * stream's `input_shape` (h, w) or (h, w, 3), or else that of a row of x or x_train. The pictures
 * of a convolution's weights, [out, in, h, w], are its kernels; those of v, eigenfaces, its
 * columns; those of another matrix its rows, or its columns where only they fit.
 *
 * `unscale` undoes scale's work first: value * scale.divisor + scale.offset, pixel by pixel, so
 * that what an autoencoder answers with can be looked at as its data was.
 *
 * Auto scaling: u1 tensors as they are, 0 black and 255 white; others each tile by its own values.
 * Auto colours: signed for tensors whose names end in "weight" and that go below 0, grey else.
 * A caption is the entry's text or number; of labels, in y, y_train, y_val, y_test or y_pred, the
 * class's name (data/labels.h). lp_arena_free(&t->arena) frees t, also after a failure. */
int lp_tile_sets_read(lp_tile_sets *t, lp_stream *s, const lp_tile_options *o, lp_error *e);

#endif
