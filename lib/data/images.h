/* Pictures with labels, drawn: what the image labs run on where the real sets cannot be shipped.
 *
 * Every picture has streams of random numbers of its own, so picture i is the same in a set of any
 * size, and they are drawn in parallel. The caller frees x and y; on failure both are {0}. */
#ifndef LP_DATA_IMAGES_H
#define LP_DATA_IMAGES_H

#include "base/error.h"
#include "base/tensor.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LP_DIGIT_SIDE = 28, LP_DIGIT_CLASSES = 10, LP_FACE_SIDE = 64 };

typedef struct {
    size_t n;
    size_t side;  /* LP_DIGIT_SIDE as in MNIST; 8 to 256 */
    bool colour;  /* RGB: an ink of a random colour on a ground that shades into another */
    double noise; /* standard deviation, in grey levels 0 .. 255; 0 to 255 */
    uint64_t seed;
} lp_digits_options;

/* Digits drawn as strokes: x u1 [n, side, side] (0 the ground, 255 full ink; [n, side, side, 3]
 * in colour) and y i8 [n], the digit: picture i shows i mod 10. Each class is some splines through
 * control points, which are moved at random; then scale, slant, rotation and shift of the whole,
 * a stroke width and an ink, and noise on every pixel. */
int lp_digits(const lp_digits_options *options, lp_tensor *x, lp_tensor *y, lp_error *e);

/* The names of the classes, "0" to "9", U [10], the caller's to free. */
int lp_digit_names(lp_tensor *names, lp_error *e);

typedef struct {
    size_t people, shots; /* faces, and pictures of each */
    double noise;         /* as above */
    uint64_t seed;
} lp_faces_options;

/* Grey faces: x u1 [people * shots, 64, 64] and y i8, the person: all pictures of one after the
 * other. A head is an ellipsoid with a painted face, lit by one lamp (Lambert's law). A person is
 * a shape, tones, hair, eyes, brows, nose, mouth, perhaps a beard or glasses; a shot turns the
 * head, moves the lamp and changes the expression. Everything varies smoothly. */
int lp_faces(const lp_faces_options *options, lp_tensor *x, lp_tensor *y, lp_error *e);

#endif
