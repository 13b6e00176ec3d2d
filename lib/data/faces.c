#include "data/images.h"

#include "data/pixels.h"
#include "num/parallel.h"
#include "num/rng.h"

#include <math.h>

/* Lengths are in half heights of the head, x to the right and y downwards from its middle; tones
 * are 0 (black) .. 1 (white). */

typedef struct {
    double width, jaw, chin;          /* half width; how much narrower the jaw is; its roundness */
    double skin, hair, ground, cloth; /* tones */
    double hairline, parting, curl,
        length; /* hair: lower edge, its tilt, its bow; reach downwards */
    double eye_x, eye_y, eye_size, iris;
    double brow_y, brow_tilt, brow_thick, brow_tone;
    double nose_length, nose_width;
    double mouth_y, mouth_width, lips;
    double beard, glasses, cheeks, ears; /* 0 none .. 1 */
} person;

typedef struct {
    double turn[2]; /* sines of the angles to the side and down */
    double tilt;    /* tangent of the angle in the plane */
    double shift[2], size;
    double lamp[3], ambient; /* direction of the light (unit), share of light from everywhere */
    double smile, open_mouth, open_eyes, brows;
} shot;

/* Uniform in low .. high. */
static double between(lp_rng *r, double low, double high) {
    return low + (high - low) * lp_rng_uniform(r);
}

static person draw_person(uint64_t seed, uint32_t which) {
    lp_rng r = lp_rng_new(seed, LP_RNG_PERSON, which);
    person p;
    p.width = between(&r, 0.68, 0.84);
    p.jaw = between(&r, 0.12, 0.4);
    p.chin = between(&r, 0.1, 0.35);
    p.skin = between(&r, 0.42, 0.86);
    p.hair = between(&r, 0.06, 0.55);
    p.ground = between(&r, 0.35, 0.6);
    p.cloth = between(&r, 0.08, 0.7);
    p.hairline = between(&r, -0.82, -0.5);
    p.parting = between(&r, -0.2, 0.2);
    p.curl = between(&r, -0.1, 0.35);
    p.length = between(&r, -0.3, 0.2);
    if (lp_rng_uniform(&r) < 0.35) /* long hair */
        p.length = between(&r, 0.6, 1.3);
    p.eye_x = between(&r, 0.29, 0.38);
    p.eye_y = between(&r, -0.16, -0.06);
    p.eye_size = between(&r, 0.1, 0.14);
    p.iris = between(&r, 0.05, 0.35);
    p.brow_y = between(&r, 0.17, 0.25);
    p.brow_tilt = between(&r, -0.18, 0.22);
    p.brow_thick = between(&r, 0.025, 0.06);
    p.brow_tone = between(&r, 0.35, 0.85);
    p.nose_length = between(&r, 0.26, 0.38);
    p.nose_width = between(&r, 0.1, 0.17);
    p.mouth_y = between(&r, 0.46, 0.56);
    p.mouth_width = between(&r, 0.2, 0.32);
    p.lips = between(&r, 0.03, 0.075);
    double bearded = lp_rng_uniform(&r), density = between(&r, 0.2, 0.9);
    p.beard = bearded < 0.3 ? density : 0;
    p.glasses = lp_rng_uniform(&r) < 0.2 ? 1 : 0;
    p.cheeks = between(&r, 0, 0.5);
    p.ears = between(&r, 0.3, 1);
    return p;
}

static shot draw_shot(uint64_t seed, uint32_t which) {
    lp_rng r = lp_rng_new(seed, LP_RNG_SHOT, which);
    shot s;
    s.turn[0] = between(&r, -0.32, 0.32);
    s.turn[1] = between(&r, -0.16, 0.16);
    s.tilt = between(&r, -0.1, 0.1);
    s.shift[0] = between(&r, -0.05, 0.05);
    s.shift[1] = between(&r, -0.04, 0.04);
    s.size = between(&r, 0.96, 1.04);
    s.lamp[0] = between(&r, -1.2, 1.2);
    s.lamp[1] = between(&r, -0.8, 0.2);
    s.lamp[2] = 1;
    double length = sqrt(s.lamp[0] * s.lamp[0] + s.lamp[1] * s.lamp[1] + 1);
    for (int k = 0; k < 3; k++)
        s.lamp[k] /= length;
    s.ambient = between(&r, 0.2, 0.45);
    s.smile = between(&r, -0.35, 1);
    double opened = lp_rng_uniform(&r);
    s.open_mouth = lp_smooth(0.6, 1, opened);
    s.open_eyes = between(&r, 0.45, 1);
    s.brows = between(&r, -0.03, 0.06);
    return s;
}

static double mix(double from, double to, double share) {
    return from + share * (to - from);
}

/* 1 in the middle of an ellipse of half axes a, b, 0 outside, with an edge as wide as `soft` of
 * them. */
static double spot(double x, double y, double a, double b, double soft) {
    double distance = sqrt(x / a * (x / a) + y / b * (y / b));
    return 1 - lp_smooth(1 - soft, 1 + soft, distance);
}

/* 1 on a band of half thickness t about 0, with soft edges. */
static double band(double x, double t) {
    return 1 - lp_smooth(0.4 * t, 1.6 * t, fabs(x));
}

/* Half width of the head at height y: an ellipse, drawn in below the middle. */
static double half_width(const person *p, double y) {
    double below = y > 0 ? y : 0;
    double round = 1 - y * y;
    double ellipse = sqrt(round > 0 ? round : 0);
    double narrow = 1 - p->jaw * below * below;
    return p->width * narrow * mix(ellipse, sqrt(sqrt(round > 0 ? round : 0)), p->chin);
}

static double eye(const person *p, const shot *s, double tone, double x, double y) {
    double size = p->eye_size, lid = size * 0.62 * s->open_eyes;
    /* the socket is a little darker, the lid's edge and the iris much */
    tone *= 1 - 0.18 * spot(x, y, 2.1 * size, 1.7 * size, 0.9);
    double white = spot(x, y, 1.15 * size, lid, 0.25);
    tone = mix(tone, 0.9, 0.85 * white);
    tone = mix(tone, p->iris, white * spot(x, y, 0.55 * size, 0.6 * size, 0.25));
    tone = mix(tone, 0.02, white * spot(x, y, 0.22 * size, 0.24 * size, 0.4));
    double upper = y + lid * (1 - 0.55 * (x / size) * (x / size));
    tone *= 1 - 0.75 * band(upper, 0.022) * (1 - lp_smooth(1, 1.35, fabs(x) / size));
    return tone;
}

static double brow(const person *p, const shot *s, double tone, double x, double y, double side) {
    double along = side * x; /* outwards */
    double centre = -(p->brow_y + s->brows) - p->brow_tilt * along + 1.2 * along * along;
    double reach = 1 - lp_smooth(0.13, 0.2, fabs(along + 0.02));
    return mix(tone, p->hair * 0.8, p->brow_tone * reach * band(y - centre, p->brow_thick));
}

static double nose(const person *p, double tone, double x, double y) {
    double down = (y - p->eye_y) / p->nose_length; /* 0 between the eyes, 1 at the tip */
    double along = lp_smooth(-0.2, 0.35, down) * (1 - lp_smooth(1, 1.25, down));
    double width = p->nose_width * (0.45 + 0.55 * lp_ramp(down));
    tone *= 1 + 0.1 * along * band(x, 0.5 * width);
    tone *= 1 - 0.2 * along * band(fabs(x) - width, 0.05) * lp_smooth(0.2, 1, down);
    double tip = p->eye_y + p->nose_length;
    tone *=
        1 - 0.3 * band(y - tip - 0.06, 0.035) * (1 - lp_smooth(0.6, 1.1, fabs(x) / p->nose_width));
    double nostril = fabs(x) - 0.55 * p->nose_width;
    return tone * (1 - 0.6 * spot(nostril, y - tip - 0.035, 0.045, 0.025, 0.6));
}

static double mouth(const person *p, const shot *s, double tone, double x, double y) {
    double width = p->mouth_width * (1 + 0.22 * s->smile), across = x / width;
    double line = p->mouth_y + 0.08 * s->smile * (0.5 - across * across);
    double inside = 1 - lp_smooth(0.8, 1.1, fabs(across));
    double gap = 0.1 * s->open_mouth * (1 - lp_ramp(across * across));
    double off = y - line, upper = off < 0 ? -off : 0, lower = off > gap ? off - gap : 0;
    double lip = p->lips * (1.1 - 0.6 * lp_ramp(across * across));
    double on_lip = 1 - lp_smooth(0.6 * lip, 1.5 * lip, upper + lower);
    tone = mix(tone, tone * 0.62, inside * on_lip);
    double dark = off > 0 && off < gap ? 1 : band(off < 0 ? off : off - gap, 0.022);
    tone = mix(tone, 0.12, 0.8 * inside * dark);
    double teeth = lp_ramp(s->open_mouth * (0.3 + s->smile)) *
                   spot(across, off - 0.3 * gap, 0.6, 0.35 * gap + 1e-3, 0.5);
    tone = mix(tone, 0.85, 0.8 * teeth);
    /* the folds from the nose to the corners, deeper in a smile; the dent under the lip */
    double fold =
        fabs(x) - (0.7 * p->nose_width +
                   0.55 * lp_ramp((y - 0.2) / 0.4) * (width - 0.5 * p->nose_width) + 0.05);
    double height = lp_smooth(0.15, 0.3, y) * (1 - lp_smooth(0.45, 0.6, y));
    tone *= 1 - (0.1 + 0.15 * lp_ramp(s->smile)) * height * band(fold, 0.035);
    return tone * (1 - 0.18 * spot(x, y - line - gap - 2.6 * p->lips, 0.16, 0.04, 0.8));
}

static double glasses(const person *p, double tone, double x, double y) {
    double a = 0.24, b = 0.19, side = fabs(x) - p->eye_x;
    double rim = sqrt(side / a * (side / a) + (y - p->eye_y) / b * ((y - p->eye_y) / b)) - 1;
    double frame = band(rim, 0.11);
    double bridge =
        band(y - p->eye_y + 0.05, 0.03) * (1 - lp_smooth(0, 0.05, fabs(x) - p->eye_x + a));
    double arm = band(y - p->eye_y + 0.04, 0.03) * lp_smooth(0, 0.05, side - a);
    return mix(tone, 0.1, 0.85 * p->glasses * fmax(frame, fmax(bridge, arm)));
}

/* The painted face: its tone at a place on the head that is seen from the front. */
static double paint(const person *p, const shot *s, double x, double y) {
    double tone = p->skin;
    tone *= 1 - 0.2 * p->cheeks * spot(fabs(x) - 0.62 * p->width, y - 0.32, 0.16, 0.3, 0.9);
    tone *= 1 + 0.07 * spot(fabs(x) - 0.4, y - 0.16, 0.22, 0.16, 0.9);
    double bearded = lp_smooth(0.2, 0.5, y + 0.25 * (x / p->width) * (x / p->width));
    tone = mix(tone, 0.75 * p->hair, p->beard * bearded);
    for (int side = -1; side <= 1; side += 2) {
        tone = eye(p, s, tone, x - side * p->eye_x, y - p->eye_y);
        tone = brow(p, s, tone, x - side * p->eye_x, y - p->eye_y, side);
    }
    tone = nose(p, tone, x, y);
    tone = mouth(p, s, tone, x, y);
    tone = glasses(p, tone, x, y);
    double across = x / p->width;
    double edge = p->hairline + p->parting * across + p->curl * across * across;
    double temples =
        lp_smooth(0.86, 0.98, fabs(across)) * (1 - lp_smooth(p->length - 0.1, p->length + 0.1, y));
    double hair = fmax(1 - lp_smooth(edge - 0.05, edge + 0.05, y), temples);
    double strand = 9 * x + 4 * y;
    double strands = 1 + 0.12 * (fabs(strand - floor(strand) - 0.5) - 0.25);
    return mix(tone, p->hair * strands, hair);
}

/* What is behind the face, without a lamp: the ground, shoulders, neck, hair, ears. */
static double backdrop(const person *p, const shot *s, double x, double y) {
    double tone = p->ground * (1.08 - 0.1 * y + 0.08 * x * s->lamp[0]);
    double hair_y = (y + 0.06) / (y < 0 ? 1.12 : fmax(p->length, 0.3) + 0.06);
    double hair = spot(x, 0, p->width * 1.16, 1, 0.06) * (1 - lp_smooth(0.85, 1.05, fabs(hair_y)));
    if (y < 0)
        hair = spot(x, y + 0.06, p->width * 1.16, 1.1, 0.06);
    tone = mix(tone, p->hair * (0.8 + 0.2 * s->lamp[0] * x), hair);
    double neck = (1 - lp_smooth(0.5, 0.56, fabs(x) / p->width)) * lp_smooth(0.3, 0.5, y);
    tone = mix(tone, p->skin * (0.55 + 0.25 * s->lamp[0] * x), neck);
    double shoulder = 1.08 + 0.35 * (x * x) / 1.4;
    double collar = shoulder + 0.22 * (1 - lp_smooth(0.2, 0.45, fabs(x)));
    tone = mix(tone, p->cloth * (0.9 + 0.25 * s->lamp[0] * x), lp_smooth(-0.03, 0.03, y - collar));
    return tone;
}

static double ears(const person *p, const shot *s, double tone, double x, double y) {
    for (int side = -1; side <= 1; side += 2) {
        double ear = spot(x - side * 1.0 * p->width, y - p->eye_y - 0.08, 0.11, 0.2, 0.2);
        double covered = lp_smooth(0.3, 0.6, p->length);
        double light = 0.6 + 0.3 * s->lamp[0] * side;
        tone = mix(tone, p->skin * light, ear * p->ears * (1 - covered));
    }
    return tone;
}

/* The grey level, 0 .. 1, at a place of the picture. */
static double look(const person *p, const shot *s, double x, double y) {
    x = (x - s->shift[0]) / s->size;
    y = (y - s->shift[1]) / s->size;
    double tone = backdrop(p, s, x, y);
    double upright[2] = {x + s->tilt * y, y - s->tilt * x};
    tone = ears(p, s, tone, upright[0] + 0.25 * s->turn[0], upright[1]);
    double half = half_width(p, upright[1]);
    double edge = half > 0 ? fabs(upright[0]) / half : 2;
    if (fabs(upright[1]) >= 1 || edge >= 1.03)
        return tone;
    /* depth on the ellipsoid, then back to the face as it was painted, seen from the front */
    double across = fmin(edge, 1);
    double depth = sqrt(1 - across * across) * sqrt(1 - upright[1] * upright[1]);
    double cosine[2] = {sqrt(1 - s->turn[0] * s->turn[0]), sqrt(1 - s->turn[1] * s->turn[1])};
    double painted[2] = {upright[0] * cosine[0] - s->turn[0] * depth * p->width,
                         upright[1] * cosine[1] - s->turn[1] * depth};
    double normal[3] = {upright[0] / p->width * (1 - 0.2 * depth), upright[1] * 0.8, depth + 0.25};
    double length = sqrt(normal[0] * normal[0] + normal[1] * normal[1] + normal[2] * normal[2]);
    double lit = 0;
    for (int k = 0; k < 3; k++)
        lit += normal[k] / length * s->lamp[k];
    double light = s->ambient + (1.12 - s->ambient) * (lit > 0 ? lit : 0);
    double face = paint(p, s, painted[0], painted[1]) * light;
    return mix(face, tone, lp_smooth(0.95, 1.03, edge));
}

typedef struct {
    const lp_faces_options *options;
    uint8_t *pixels;
    int64_t *labels;
} drawing;

static void draw_picture(void *context, size_t i) {
    const drawing *d = context;
    size_t who = i / (size_t)d->options->shots;
    person p = draw_person(d->options->seed, (uint32_t)who);
    shot s = draw_shot(d->options->seed, (uint32_t)i);
    lp_rng noise = lp_rng_new(d->options->seed, LP_RNG_PIXEL, (uint32_t)i);
    d->labels[i] = (int64_t)who;
    const double half = LP_FACE_SIDE / 2.0, scale = 1.2 / half; /* the head fills five sixths */
    uint8_t *to = d->pixels + i * LP_FACE_SIDE * LP_FACE_SIDE;
    for (int y = 0; y < LP_FACE_SIDE; y++)
        for (int x = 0; x < LP_FACE_SIDE; x++) {
            double tone = look(&p, &s, (x + 0.5 - half) * scale, (y + 0.5 - half) * scale - 0.08);
            *to++ = lp_pixel(255 * tone, d->options->noise, &noise);
        }
}

int lp_faces(lp_stream *s, const lp_faces_options *o, lp_error *e) {
    int64_t n;
    if (o->people < 1 || o->shots < 1 || __builtin_mul_overflow(o->people, o->shots, &n) ||
        n > UINT32_MAX)
        return lp_fail_usage(e,
                             "drawing faces: %lld people, %lld times each (1 to 2^32 - 1 in all)",
                             (long long)o->people, (long long)o->shots);
    if (!(o->noise >= 0 && o->noise <= 255))
        return lp_fail_usage(e, "drawing faces: noise %g (0 to 255)", o->noise);
    lp_tensor x = lp_tensor_zeros(LP_U1, 3, (size_t[]){(size_t)n, LP_FACE_SIDE, LP_FACE_SIDE});
    lp_tensor y = lp_tensor_vector(LP_I8, (size_t)n);
    lp_parallel((size_t)n, draw_picture, &(drawing){o, x.data, y.data});
    lp_stream_put(s, "x", &x);
    lp_stream_put(s, "y", &y);
    return 0;
}
