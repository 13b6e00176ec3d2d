/* Example files. */
#include "data/example.h"

#include "data/images.h"
#include "data/ratings.h"
#include "data/sparse.h"
#include "num/rng.h"

#include <string.h>

/* fixtures/iris.csv, ended by a NUL. */
extern const unsigned char lp_iris[];

enum { TRAIN = 300, TEST = 100 }; /* pictures in each file of a set */

/* ---- tables ---- */

static int iris(const char *name, lp_buffer *file, lp_error *e) {
    (void)name, (void)e;
    lp_buffer_printf(file, "%s", (const char *)lp_iris);
    return 0;
}

/* One flower: its four measurements as they are printed, and its species. */
typedef struct {
    int number; /* from 1; 0 the line of names */
    char cell[5][16];
} flower;

/* The next line of the table; false after the last. */
static bool next_flower(const char **at, flower *f) {
    for (int i = 0; i < 5; i++) {
        size_t length = strcspn(*at, ",\n");
        if (length == 0 || length >= sizeof f->cell[i])
            return false;
        memcpy(f->cell[i], *at, length);
        f->cell[i][length] = '\0';
        *at += length + 1;
    }
    return true;
}

/* An id, a site, and widths that nobody measured. The new ones are some without their species,
 * their columns the other way round. */
static int plants(const char *name, lp_buffer *file, lp_error *e) {
    (void)e;
    const char *at = (const char *)lp_iris;
    bool is_new = *name == 'n';
    flower f = {0};
    for (; next_flower(&at, &f); f.number++) {
        char id[16] = "plant";
        int line = f.number + 1;
        if (f.number > 0)
            snprintf(id, sizeof id, "no.%d", f.number);
        const char *site = f.number == 0 ? "site" : line % 3 == 0 ? "shore" : "meadow";
        const char *width = line % 11 == 0 ? "?" : f.cell[1];
        if (!is_new)
            lp_buffer_printf(file, "%s,%s,%s,%s,%s,%s,%s\n", id, site, f.cell[0], width, f.cell[2],
                             f.cell[3], f.cell[4]);
        else if (f.number == 0 || line % 30 == 12)
            lp_buffer_printf(file, "%s,%s,%s,%s,%s,%s\n", f.cell[3], f.cell[2], width, f.cell[0],
                             site, id);
    }
    return 0;
}

static int iris_libsvm(const char *name, lp_buffer *file, lp_error *e) {
    (void)name, (void)e;
    const char *at = (const char *)lp_iris;
    flower f = {0};
    char species[16] = "";
    int label = 0;
    for (; next_flower(&at, &f); f.number++) {
        if (f.number == 0)
            continue;
        label += strcmp(species, f.cell[4]) != 0;
        strcpy(species, f.cell[4]);
        lp_buffer_printf(file, "%d 1:%s 2:%s 3:%s 4:%s\n", label, f.cell[0], f.cell[1], f.cell[2],
                         f.cell[3]);
    }
    return 0;
}

/* A price that follows from area, rooms and year, but for chance. Numbers have decimal commas. */
static int houses(const char *name, lp_buffer *file, lp_error *e) {
    (void)name, (void)e;
    lp_rng r = lp_rng_new(0, LP_RNG_POINTS, 0);
    lp_buffer_printf(file, "area;rooms;year;price\n");
    for (int i = 0; i < 120; i++) {
        int area = 400 + (int)lp_rng_below(&r, 1600), year = 1900 + (int)lp_rng_below(&r, 121);
        int rooms = 1 + area / 350 + (int)lp_rng_below(&r, 2);
        double price = 210. * area + 9000 * rooms + 700 * (year - 1900) + 20000 * lp_rng_normal(&r);
        lp_buffer_printf(file, "%d,%d;%d;%d;%d\n", area / 10, area % 10, rooms, year,
                         (int)(price / 500) * 500);
    }
    return 0;
}

/* Patients with a pressure and a sugar of their own, which vary little from visit to visit. */
static int visits(const char *name, lp_buffer *file, lp_error *e) {
    (void)name, (void)e;
    lp_rng r = lp_rng_new(1, LP_RNG_POINTS, 0);
    lp_buffer_printf(file, "patient,age,pressure,sugar,outcome\n");
    for (int patient = 1; patient <= 40; patient++) {
        int age = 20 + (int)lp_rng_below(&r, 60), times = 2 + (int)lp_rng_below(&r, 4);
        double pressure = 115 + 0.3 * (age - 20) + 12 * lp_rng_normal(&r);
        double sugar = 90 + 12 * lp_rng_normal(&r);
        for (int i = 0; i < times; i++) {
            int mmhg = (int)(pressure + 4 * lp_rng_normal(&r));
            int mg = (int)(sugar + 4 * lp_rng_normal(&r));
            lp_buffer_printf(file, "%d,%d,%d,%d,%s\n", patient, age, mmhg, mg,
                             pressure + sugar > 220 ? "ill" : "well");
        }
    }
    return 0;
}

/* ---- films ---- */

static const lp_ratings_options films = {
    .n = 2000, .users = 60, .items = 200, .rank = 2, .noise = 0.8};

static int ratings(const char *name, lp_buffer *file, lp_error *e) {
    (void)name;
    lp_sparse m;
    lp_stream *s = lp_stream_new();
    int failed = lp_ratings(s, &films, e) || lp_sparse_read(s, "", &m, e);
    if (!failed) {
        lp_buffer_printf(file, "userId,movieId,rating\n");
        for (size_t i = 0; i < m.count; i++)
            lp_buffer_printf(file, "%d,%d,%.1f\n", m.row[i] + 1, m.col[i] + 1, m.value[i]);
        lp_sparse_free(&m);
    }
    lp_stream_free(s);
    return failed;
}

static int movies(const char *name, lp_buffer *file, lp_error *e) {
    (void)name;
    lp_stream *s = lp_stream_new();
    const lp_tensor *titles = lp_ratings(s, &films, e) == 0 ? lp_stream_get(s, "cols", e) : NULL;
    int failed = titles == NULL ? -1 : 0;
    lp_buffer_printf(file, "movieId,title\n");
    for (size_t i = 0; !failed && i < titles->count; i++) {
        LP_CLEANUP(lp_free) char *title = lp_tensor_string(titles, i, e);
        failed = title == NULL ? -1 : 0;
        if (!failed)
            lp_buffer_printf(file, "%zu,\"%s\"\n", i + 1, title);
    }
    lp_stream_free(s);
    return failed;
}

/* ---- pictures ---- */

/* Draws the digits of the set for training, or of the other one. */
static lp_stream *digits(bool is_test, bool colour, lp_error *e) {
    lp_stream *s = lp_stream_new();
    lp_digits_options o = {.n = is_test ? TEST : TRAIN,
                           .side = colour ? 32 : LP_DIGIT_SIDE,
                           .colour = colour,
                           .noise = colour ? 8 : 0,
                           .seed = is_test};
    if (lp_digits(s, &o, e) == 0)
        return s;
    lp_stream_free(s);
    return NULL;
}

static void big_endian(lp_buffer *file, uint32_t word) {
    unsigned char byte[] = {word >> 24 & 255, word >> 16 & 255, word >> 8 & 255, word & 255};
    lp_buffer_append(file, byte, sizeof byte);
}

/* "train-images-idx3-ubyte" and its relatives: the format is described in io/idx.h. */
static int idx(const char *name, lp_buffer *file, lp_error *e) {
    bool is_test = name[1] == '1', labels = strstr(name, "labels") != NULL;
    lp_stream *s = digits(is_test, false, e);
    const lp_tensor *x = s != NULL ? lp_stream_get(s, "x", e) : NULL;
    const lp_tensor *y = x != NULL ? lp_stream_get(s, "y", e) : NULL;
    if (y != NULL) {
        const lp_tensor *t = labels ? y : x;
        big_endian(file, 0x0800u | (uint32_t)t->ndim);
        for (int k = 0; k < t->ndim; k++)
            big_endian(file, (uint32_t)t->shape[k]);
        for (size_t i = 0; i < t->count; i++)
            lp_buffer_append(file, &(unsigned char){(unsigned char)lp_tensor_at(t, i)}, 1);
    }
    lp_stream_free(s);
    return y != NULL ? 0 : -1;
}

/* "data_batch_1.bin": a label and a plane of each colour a picture (io/cifar.h). */
static int cifar(const char *name, lp_buffer *file, lp_error *e) {
    enum { PIXELS = 32 * 32 };
    lp_stream *s = digits(*name == 't', true, e);
    const lp_tensor *x = s != NULL ? lp_stream_get(s, "x", e) : NULL;
    for (size_t i = 0; x != NULL && i < x->shape[0]; i++) {
        unsigned char record[1 + 3 * PIXELS] = {(unsigned char)(i % LP_DIGIT_CLASSES)};
        const unsigned char *picture = (unsigned char *)x->data + i * 3 * PIXELS;
        for (int p = 0; p < 3 * PIXELS; p++)
            record[1 + p % 3 * PIXELS + p / 3] = picture[p];
        lp_buffer_append(file, record, sizeof record);
    }
    lp_stream_free(s);
    return x != NULL ? 0 : -1;
}

static int face(const char *name, lp_buffer *file, lp_error *e) {
    (void)name;
    lp_stream *s = lp_stream_new();
    const lp_faces_options o = {.people = 1, .shots = 1, .noise = 3};
    const lp_tensor *x = lp_faces(s, &o, e) == 0 ? lp_stream_get(s, "x", e) : NULL;
    if (x != NULL) {
        lp_buffer_printf(file, "P5 %d %d 255\n", LP_FACE_SIDE, LP_FACE_SIDE);
        lp_buffer_append(file, x->data, x->count);
    }
    lp_stream_free(s);
    return x != NULL ? 0 : -1;
}

/* ---- the table ---- */

const lp_example lp_examples[] = {
    {"iris.csv", "Fisher's irises: four measurements and the species of 150 flowers", false, iris},
    {"plants.csv", "the irises with an id, a site, and ? for some widths", false, plants},
    {"new-plants.csv", "five plants without a species, the columns the other way round", false,
     plants},
    {"iris.libsvm", "the irises in LIBSVM's format", false, iris_libsvm},
    {"houses.csv", "invented houses and prices: semicolons, decimal commas", false, houses},
    {"visits.csv", "invented patients, with several visits each", false, visits},
    {"ratings.csv", "invented ratings of films, as MovieLens has its own", false, ratings},
    {"movies.csv", "the titles of these films", false, movies},
    {"train-images-idx3-ubyte", "drawn digits, as MNIST has its own", true, idx},
    {"train-labels-idx1-ubyte", "their labels", true, idx},
    {"t10k-images-idx3-ubyte", "drawn digits to test on", true, idx},
    {"t10k-labels-idx1-ubyte", "their labels", true, idx},
    {"data_batch_1.bin", "drawn digits in colour, as CIFAR-10 has its pictures", true, cifar},
    {"test_batch.bin", "the same to test on", true, cifar},
    {"face.pgm", "a drawn face", true, face},
    {0},
};

const lp_example *lp_example_find(const char *name) {
    for (const lp_example *row = lp_examples; row->name != NULL; row++)
        if (strcmp(row->name, name) == 0)
            return row;
    return NULL;
}
