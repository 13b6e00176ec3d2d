#include "data/images.h"

#include "data/pixels.h"
#include "num/kernels.h"
#include "num/parallel.h"
#include "num/rng.h"

#include <math.h>

/* ---- the alphabet: strokes through control points in a box of 100 by 100, y downwards ---- */

enum { MAX_POINTS = 13, MAX_STROKES = 3, SUBDIVISIONS = 6, MAX_SIDE = 256 };

typedef struct {
    int count; /* of points; two make a straight line, more a Catmull-Rom spline */
    signed char point[2 * MAX_POINTS]; /* x, y, x, y, ... */
} stroke;

/* The ways to write each digit; all are as likely. */
enum { STYLES = 16 };
static const struct {
    int digit;
    stroke strokes[MAX_STROKES];
} styles[STYLES] = {
    {0, {{9, {52, 5, 24, 18, 14, 50, 24, 82, 50, 95, 76, 82, 86, 50, 76, 18, 48, 5}}}},
    {0, {{9, {60, 8, 34, 12, 24, 50, 30, 84, 50, 94, 68, 84, 76, 50, 68, 14, 44, 4}}}},
    {1, {{2, {52, 4, 50, 96}}}},
    {1, {{2, {28, 26, 54, 4}}, {2, {54, 4, 52, 96}}}},
    {1, {{2, {32, 22, 52, 4}}, {2, {52, 4, 52, 95}}, {2, {28, 95, 76, 95}}}},
    {2, {{7, {18, 28, 32, 9, 56, 5, 78, 20, 74, 42, 48, 68, 16, 94}}, {2, {16, 94, 86, 92}}}},
    {2, {{9, {20, 22, 44, 5, 74, 12, 74, 40, 44, 74, 18, 92, 26, 76, 50, 88, 86, 92}}}},
    {3,
     {{5, {20, 14, 48, 5, 76, 18, 68, 40, 42, 48}}, {5, {42, 48, 76, 58, 80, 80, 52, 95, 16, 86}}}},
    {3, {{2, {18, 7, 80, 7}}, {2, {80, 7, 46, 42}}, {5, {46, 42, 76, 52, 80, 78, 52, 95, 16, 84}}}},
    {4, {{2, {58, 5, 14, 66}}, {2, {14, 66, 88, 66}}, {2, {66, 34, 66, 96}}}},
    {4, {{5, {22, 6, 18, 30, 22, 52, 48, 56, 76, 50}}, {2, {76, 6, 70, 96}}}},
    {5,
     {{2, {80, 7, 28, 8}},
      {2, {28, 8, 24, 44}},
      {6, {24, 44, 50, 38, 78, 52, 78, 80, 50, 95, 16, 86}}}},
    {6, {{9, {72, 6, 42, 24, 20, 60, 28, 88, 54, 95, 80, 78, 70, 54, 44, 52, 22, 70}}}},
    {7, {{2, {14, 8, 86, 7}}, {3, {86, 7, 58, 48, 40, 96}}}},
    {8, {{13, {52, 48, 24, 32, 28, 12, 50, 5,  72, 12, 76, 32, 50,
               48, 20, 68, 24, 88, 50, 95, 76, 88, 80, 68, 48, 46}}}},
    {9, {{9, {78, 28, 56, 48, 26, 40, 24, 16, 52, 5, 76, 16, 78, 34, 74, 64, 58, 96}}}},
};

typedef struct {
    const lp_digits_options *options;
    uint8_t *pixels;
    int64_t *labels;
} drawing;

/* The nearest stroke's squared distance from each pixel's centre, in pixels. */
typedef struct {
    size_t side;
    double reach; /* farther than this it does not matter */
    float *distance;
} field;

static void draw_segment(field *f, const double a[2], const double b[2]) {
    double d[2] = {b[0] - a[0], b[1] - a[1]}, length = d[0] * d[0] + d[1] * d[1];
    long from[2], to[2], last = (long)f->side - 1;
    for (int k = 0; k < 2; k++) {
        double low = fmin(a[k], b[k]) - f->reach, high = fmax(a[k], b[k]) + f->reach;
        from[k] = low < 0 ? 0 : low > (double)last ? last : (long)low;
        to[k] = high < 0 ? 0 : high > (double)last ? last : (long)high;
    }
    for (long y = from[1]; y <= to[1]; y++)
        for (long x = from[0]; x <= to[0]; x++) {
            double p[2] = {(double)x + 0.5 - a[0], (double)y + 0.5 - a[1]};
            double along = length > 0 ? (p[0] * d[0] + p[1] * d[1]) / length : 0;
            along = along < 0 ? 0 : along > 1 ? 1 : along;
            double off[2] = {p[0] - along * d[0], p[1] - along * d[1]};
            float squared = (float)(off[0] * off[0] + off[1] * off[1]);
            float *nearest = &f->distance[(size_t)y * f->side + (size_t)x];
            *nearest = squared < *nearest ? squared : *nearest;
        }
}

/* Catmull and Rom 1974, uniform: from p[1] to p[2] at t in 0 .. 1. */
static double spline(const double p[4], double t) {
    return p[1] + 0.5 * t *
                      (p[2] - p[0] +
                       t * (2 * p[0] - 5 * p[1] + 4 * p[2] - p[3] +
                            t * (3 * (p[1] - p[2]) + p[3] - p[0])));
}

static void draw_stroke(field *f, int count, double (*point)[2]) {
    for (int i = 0; i + 1 < count; i++) {
        double from[2] = {point[i][0], point[i][1]};
        int steps = count == 2 ? 1 : SUBDIVISIONS;
        for (int step = 1; step <= steps; step++) {
            double to[2];
            for (int k = 0; k < 2; k++) {
                double p[4] = {point[i > 0 ? i - 1 : 0][k], point[i][k], point[i + 1][k],
                               point[i + 2 < count ? i + 2 : i + 1][k]};
                to[k] = steps == 1 ? p[2] : spline(p, (double)step / steps);
            }
            draw_segment(f, from, to);
            from[0] = to[0];
            from[1] = to[1];
        }
    }
}

/* Uniform in centre - spread .. centre + spread. */
static double around(lp_rng *r, double centre, double spread) {
    return centre + spread * (2 * lp_rng_uniform(r) - 1);
}

/* How the box of 100 lands on the picture: p' = m p + shift. */
typedef struct {
    double m[2][2], shift[2];
} placement;

static placement draw_placement(lp_rng *r, double side) {
    double angle = around(r, 0, 0.26),
           slant = around(r, 0.1, 0.3); /* 15 degrees; 0.1 to the right */
    double width = around(r, 0.58, 0.12) * side, height = around(r, 0.7, 0.1) * side;
    double s = lp_sin(angle), c = lp_cos(angle);
    /* scaled, slanted, rotated about the middle of the box */
    placement p = {
        .m = {{c * width, -(c * slant + s) * height}, {s * width, (c - s * slant) * height}}};
    for (int k = 0; k < 2; k++)
        p.shift[k] = side * around(r, 0.5, 0.08);
    return p;
}

static void draw_glyph(field *f, int digit, lp_rng *r) {
    int first = 0, ways = 0;
    for (int i = 0; i < STYLES; i++) {
        first = styles[i].digit < digit ? i + 1 : first;
        ways += styles[i].digit == digit;
    }
    const stroke *strokes = styles[first + (int)lp_rng_below(r, (uint64_t)ways)].strokes;
    placement p = draw_placement(r, (double)f->side);
    for (int i = 0; i < MAX_STROKES && strokes[i].count > 0; i++) {
        double point[MAX_POINTS][2];
        for (int j = 0; j < strokes[i].count; j++) {
            double box[2];
            for (int k = 0; k < 2; k++)
                box[k] = strokes[i].point[2 * j + k] / 100.0 - 0.5 + 0.035 * lp_rng_normal(r);
            for (int k = 0; k < 2; k++)
                point[j][k] = p.m[k][0] * box[0] + p.m[k][1] * box[1] + p.shift[k];
        }
        draw_stroke(f, strokes[i].count, point);
    }
}

/* Draws colours until the ink is darker or brighter than all of the ground by a quarter of the
 * range. */
static void draw_colours(lp_rng *r, double ground[2][3], double ink[3]) {
    const double contrast = 64;
    double above[2]; /* how much brighter the ink is than either end of the ground */
    do {
        double brightness[3] = {0};
        double *const colour[3] = {ground[0], ground[1], ink};
        for (int c = 0; c < 3; c++)
            for (int k = 0; k < 3; k++) {
                colour[c][k] = 255 * lp_rng_uniform(r);
                brightness[c] += colour[c][k] / 3;
            }
        above[0] = brightness[2] - brightness[0];
        above[1] = brightness[2] - brightness[1];
    } while (fmin(above[0], above[1]) < contrast && fmax(above[0], above[1]) > -contrast);
}

static void draw_picture(void *context, size_t i) {
    const drawing *d = context;
    size_t side = (size_t)d->options->side, channels = d->options->colour ? 3 : 1;
    lp_rng r = lp_rng_new(d->options->seed, LP_RNG_GLYPH, (uint32_t)i);
    lp_rng noise = lp_rng_new(d->options->seed, LP_RNG_PIXEL, (uint32_t)i);
    double radius = (double)side * around(&r, 0.046, 0.018), strength = around(&r, 0.85, 0.15);
    double ground[2][3] = {{0}}, ink[3] = {255, 255, 255};
    if (d->options->colour)
        draw_colours(&r, ground, ink);
    float distance[MAX_SIDE * MAX_SIDE];
    field f = {side, radius + 1, distance};
    for (size_t p = 0; p < side * side; p++)
        distance[p] = INFINITY;
    d->labels[i] = (int64_t)(i % LP_DIGIT_CLASSES);
    draw_glyph(&f, (int)(i % LP_DIGIT_CLASSES), &r);
    uint8_t *to = d->pixels + i * side * side * channels;
    for (size_t p = 0; p < side * side; p++) {
        double cover = strength * lp_ramp(radius + 0.5 - sqrt((double)distance[p]));
        double down = (double)(p / side) / (double)side;
        for (size_t k = 0; k < channels; k++) {
            double base = ground[0][k] + down * (ground[1][k] - ground[0][k]);
            *to++ = lp_pixel(base + cover * (ink[k] - base), d->options->noise, &noise);
        }
    }
}

int lp_digits(lp_stream *s, const lp_digits_options *o, lp_error *e) {
    static const char *const names[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
    if (o->n < 1 || o->n > UINT32_MAX || o->side < 8 || o->side > MAX_SIDE)
        return lp_fail_usage(
            e, "drawing digits: %lld of %lld x %lld (1 to 2^32 - 1 of 8 to %d a side)",
            (long long)o->n, (long long)o->side, (long long)o->side, MAX_SIDE);
    if (!(o->noise >= 0 && o->noise <= 255))
        return lp_fail_usage(e, "drawing digits: noise %g (0 to 255)", o->noise);
    const size_t n = (size_t)o->n, side = (size_t)o->side;
    lp_tensor x = lp_tensor_zeros(LP_U1, o->colour ? 4 : 3, (size_t[]){n, side, side, 3});
    lp_tensor y = lp_tensor_vector(LP_I8, n);
    lp_parallel(n, draw_picture, &(drawing){o, x.data, y.data});
    lp_stream_put(s, "x", &x);
    lp_stream_put(s, "y", &y);
    lp_stream_put_strings(s, "classes", names, LP_DIGIT_CLASSES);
    return 0;
}
