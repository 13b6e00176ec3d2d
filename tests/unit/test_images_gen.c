/* Drawn pictures: shapes and labels, pictures that do not depend on their number or on threads, the
 * noise that was asked for, and that pictures of a class are alike. */
#include "check.h"
#include "data/images.h"
#include "data/pixels.h"
#include "num/parallel.h"

#include <stdlib.h>

static lp_error e;

/* The set in a stream of its own. */
static lp_stream *digits(lp_digits_options o) {
    lp_stream *s = lp_stream_new();
    CHECK(lp_digits(s, &o, &e) == 0);
    return s;
}

static lp_stream *faces(lp_faces_options o) {
    lp_stream *s = lp_stream_new();
    CHECK(lp_faces(s, &o, &e) == 0);
    return s;
}

static const lp_tensor *get(lp_stream *s, const char *name) {
    return lp_stream_get(s, name, &e);
}

static void pixels_have_the_noise(void) {
    enum { N = 200000 };
    const double sd = 20;
    lp_rng r = lp_rng_new(1, LP_RNG_PIXEL, 0);
    double mean = 0, variance = 0;
    for (int i = 0; i < N; i++) {
        double d = lp_pixel(128, sd, &r) - 128.0;
        mean += d / N;
        variance += d * d / N;
    }
    /* rounding adds 1/12; a sum of four uniforms has kurtosis 2.7, so Var(s^2) < 2 s^4 / n */
    CHECK_CLOSE(mean, 0, 5 * sd / sqrt(N));
    CHECK_RELATIVE(variance, sd * sd + 1.0 / 12, 5 * sqrt(2.0 / N));
    for (int i = 0; i < 1000; i++) {
        CHECK(lp_pixel(-1000, sd, &r) == 0);
        CHECK(lp_pixel(1000, sd, &r) == 255);
        CHECK(lp_pixel(99.4, 0, &r) == 99 && lp_pixel(99.6, 0, &r) == 100);
    }
}

static void digits_are_shaped_as_asked(void) {
    lp_digits_options o = {.n = 23, .side = 28, .noise = 0, .seed = 4};
    lp_stream *s = digits(o);
    const lp_tensor *x = get(s, "x"), *y = get(s, "y"), *names = get(s, "classes");
    CHECK(x->ndim == 3 && x->shape[0] == 23 && x->shape[1] == 28 && x->shape[2] == 28);
    CHECK(lp_type_is(x->type, LP_U1) && lp_type_is(y->type, LP_I8) && y->count == 23);
    for (size_t i = 0; i < 23; i++) {
        const uint8_t *p = (uint8_t *)x->data + i * 784;
        size_t ink = 0, brightest = 0;
        for (int k = 0; k < 784; k++) {
            ink += p[k] > 0;
            brightest = p[k] > brightest ? p[k] : brightest;
        }
        CHECK(((int64_t *)y->data)[i] == (int64_t)i % 10);
        /* a stroke of some 15 pixels or more, and never half of the picture */
        CHECK(ink > 15 && ink < 392);
        CHECK(brightest >= 170); /* strength 0.7 or more, less what a thin stroke lacks */
    }
    char *seven = lp_tensor_string(names, 7, &e);
    CHECK(names->count == 10);
    CHECK_TEXT(seven, "7");
    free(seven);
    lp_stream_free(s);
    o.colour = true;
    o.side = 32;
    s = digits(o);
    x = get(s, "x");
    CHECK(x->ndim == 4 && x->shape[1] == 32 && x->shape[2] == 32 && x->shape[3] == 3);
    lp_stream_free(s);
}

static bool begins_like(const lp_tensor *many, const lp_tensor *few) {
    return memcmp(few->data, many->data, few->count) == 0;
}

/* The pictures of one call are among those of a larger one, whatever the threads. */
static void a_picture_depends_on_its_number_alone(void) {
    lp_digits_options o = {.n = 12, .side = 28, .noise = 20, .seed = 9};
    lp_threads_set(1);
    lp_stream *few = digits(o);
    lp_threads_set(3);
    o.n = 40;
    lp_stream *many = digits(o);
    o.seed = 10;
    lp_stream *others = digits(o);
    const uint8_t *pixels = get(few, "x")->data;
    CHECK(begins_like(get(many, "x"), get(few, "x")));
    CHECK(!begins_like(get(others, "x"), get(few, "x")));
    CHECK(memcmp(pixels, pixels + 10 * 784, 784) != 0); /* two zeros */
    lp_stream_free(few);
    lp_stream_free(many);
    lp_stream_free(others);

    lp_faces_options f = {.people = 2, .shots = 3, .noise = 3, .seed = 9};
    lp_threads_set(1);
    few = faces(f);
    lp_threads_set(3);
    f.people = 5;
    many = faces(f);
    lp_threads_set(0);
    const lp_tensor *x = get(many, "x"), *y = get(many, "y");
    CHECK(begins_like(x, get(few, "x")));
    for (size_t i = 0; i < 15; i++)
        CHECK(((int64_t *)y->data)[i] == (int64_t)i / 3);
    CHECK(x->ndim == 3 && x->shape[0] == 15 && x->shape[1] == 64 && x->shape[2] == 64);
    lp_stream_free(few);
    lp_stream_free(many);
}

/* The share of the second half of (n, d) pictures whose nearest mean, of the first half's, is that
 * of their own class. */
static double nearest_mean(const lp_tensor *x, const lp_tensor *y, size_t classes) {
    size_t n = x->shape[0], d = lp_tensor_row_size(x), right = 0;
    double *mean = calloc(classes * d, sizeof *mean);
    size_t *count = calloc(classes, sizeof *count);
    for (size_t i = 0; i < n / 2; i++)
        count[((int64_t *)y->data)[i]]++;
    for (size_t i = 0; i < n / 2; i++) {
        size_t c = (size_t)((int64_t *)y->data)[i];
        for (size_t k = 0; k < d; k++)
            mean[c * d + k] += (double)((uint8_t *)x->data)[i * d + k] / (double)count[c];
    }
    for (size_t i = n / 2; i < n; i++) {
        size_t best = 0;
        double min = INFINITY;
        for (size_t c = 0; c < classes; c++) {
            double distance = 0;
            for (size_t k = 0; k < d; k++) {
                double off = (double)((uint8_t *)x->data)[i * d + k] - mean[c * d + k];
                distance += off * off;
            }
            best = distance < min ? c : best;
            min = distance < min ? distance : min;
        }
        right += best == (size_t)((int64_t *)y->data)[i];
    }
    free(mean);
    free(count);
    return (double)right / (double)(n - n / 2);
}

static void digits_of_a_class_are_alike(void) {
    lp_stream *s = digits((lp_digits_options){.n = 1000, .side = 28, .noise = 20, .seed = 1});
    /* by chance 0.1 with a standard error of 0.013 */
    CHECK(nearest_mean(get(s, "x"), get(s, "y"), 10) > 0.1 + 10 * 0.013);
    lp_stream_free(s);
}

static void pictures_of_a_person_are_alike(void) {
    enum { PEOPLE = 20, SHOTS = 6, N = PEOPLE * SHOTS, D = 4096 };
    lp_faces_options o = {.people = PEOPLE, .shots = SHOTS, .noise = 3, .seed = 1};
    lp_stream *s = faces(o);
    /* the nearest other picture is mostly of the same person: by chance 5 of 119 */
    size_t right = 0;
    const uint8_t *p = get(s, "x")->data;
    for (size_t i = 0; i < N; i++) {
        size_t best = 0;
        long min = 0;
        for (size_t j = 0; j < N; j++) {
            long distance = 0;
            for (size_t k = 0; k < D && i != j; k++)
                distance += (p[i * D + k] - p[j * D + k]) * (p[i * D + k] - p[j * D + k]);
            if (i != j && (min == 0 || distance < min)) {
                min = distance;
                best = j;
            }
        }
        CHECK(min > 0);
        right += best / SHOTS == i / SHOTS;
    }
    CHECK(right > N / 2);
    lp_stream_free(s);
}

static void pictures_that_cannot_be(void) {
    static const lp_digits_options bad_digits[] = {
        {.n = 0, .side = 28},
        {.n = 5, .side = 7},
        {.n = 5, .side = 257},
        {.n = 5, .side = 28, .noise = -1},
        {.n = 5, .side = 28, .noise = NAN},
    };
    static const lp_faces_options bad_faces[] = {{.people = 0, .shots = 1},
                                                 {.people = 1, .shots = 0},
                                                 {.people = INT64_MAX, .shots = 2},
                                                 {.people = 1, .shots = 1, .noise = 256}};
    lp_stream *s = lp_stream_new();
    for (size_t i = 0; i < sizeof bad_digits / sizeof *bad_digits; i++) {
        e = (lp_error){0};
        CHECK(lp_digits(s, &bad_digits[i], &e) == -1 && e.status == LP_USAGE);
        CHECK_HOLDS(e.text, "drawing digits: ");
    }
    for (size_t i = 0; i < sizeof bad_faces / sizeof *bad_faces; i++) {
        e = (lp_error){0};
        CHECK(lp_faces(s, &bad_faces[i], &e) == -1 && e.status == LP_USAGE);
        CHECK_HOLDS(e.text, "drawing faces: ");
    }
    CHECK(lp_stream_count(s) == 0);
    lp_stream_free(s);
}

int main(void) {
    return check_main(
        "images_gen",
        (check_test[]){
            {"pixels have the noise asked for", pixels_have_the_noise},
            {"digits are shaped as asked", digits_are_shaped_as_asked},
            {"a picture depends on its number alone", a_picture_depends_on_its_number_alone},
            {"digits of a class are alike", digits_of_a_class_are_alike},
            {"pictures of a person are alike", pictures_of_a_person_are_alike},
            {"pictures that cannot be are refused", pictures_that_cannot_be},
            {0},
        });
}
