/* Drawn pictures with labels, for the image labs where the real sets cannot be shipped.
 *
 * Every picture has random streams of its own, so picture i is the same in a set of any size, and
 * the pictures are drawn in parallel. Impossible options are LP_USAGE. */
#ifndef LP_DATA_IMAGES_H
#define LP_DATA_IMAGES_H

#include "base/error.h"
#include "io/stream.h"

#include <stdbool.h>
#include <stdint.h>

enum { LP_DIGIT_SIDE = 28, LP_DIGIT_CLASSES = 10, LP_FACE_SIDE = 64 };

typedef struct {
    int64_t n;    /* pictures */
    int64_t side; /* in pixels: LP_DIGIT_SIDE as in MNIST; 8 to 256 */
    bool colour;  /* RGB: an ink of a random colour on a ground that shades into another */
    double noise; /* standard deviation, in grey levels 0 .. 255; 0 to 255 */
    uint64_t seed;
} lp_digits_options;

/* Puts digits drawn as strokes: x u1 [n, side, side] (0 the ground, 255 full ink; [n, side, side,
 * 3] in colour), y i8 [n], the digit (picture i shows i mod 10), and classes, "0" to "9". Each
 * class is some splines through control points, which are moved at random; then come scale, slant,
 * rotation and shift of the whole, a stroke width and an ink, and noise on every pixel. */
int lp_digits(lp_stream *s, const lp_digits_options *options, lp_error *e);

typedef struct {
    int64_t people, shots; /* faces, and pictures of each */
    double noise;          /* as above */
    uint64_t seed;
} lp_faces_options;

/* Puts grey faces: x u1 [people * shots, 64, 64] and y i8, the person, all pictures of one after
 * the other. A head is an ellipsoid with a painted face, lit by one lamp (Lambert's law). A person
 * is a shape, tones, hair, eyes, brows, nose, mouth, perhaps a beard or glasses; a shot turns the
 * head, moves the lamp and changes the expression. Everything varies smoothly. */
int lp_faces(lp_stream *s, const lp_faces_options *options, lp_error *e);

#endif
