#include "data/pictures.h"

#include "base/memory.h"
#include "data/names.h"
#include "io/cifar.h"
#include "io/idx.h"
#include "io/image.h"

#include <stdlib.h>
#include <string.h>

static void put_input_shape(lp_stream *s, const lp_tensor *x) {
    lp_tensor shape = lp_tensor_vector(LP_I8, (size_t)x->ndim - 1);
    for (int i = 1; i < x->ndim; i++)
        ((int64_t *)shape.data)[i - 1] = (int64_t)x->shape[i];
    lp_stream_put(s, "input_shape", &shape);
}

/* ---- IDX ---- */

/* The files of images, or those of labels, as places among all. */
typedef struct {
    size_t count, place[2];
} group;

static int group_files(size_t n, const lp_idx *t, const lp_file *files, group kind[2],
                       lp_error *e) {
    for (size_t i = 0; i < n; i++) {
        const bool is_labels = t[i].form.ndim == 1;
        group *g = &kind[is_labels];
        if (g->count == 2)
            return lp_fail(e, "%s is a third file of %s (one, or two for train and test, are read)",
                           files[i].name, is_labels ? "labels" : "images");
        g->place[g->count++] = i;
    }
    if ((kind[0].count == 2 || kind[1].count == 2) && kind[0].count != kind[1].count)
        return lp_fail(e, "%zu files of images and %zu of labels do not go together", kind[0].count,
                       kind[1].count);
    return 0;
}

/* Whether a file's own name says that it is for training: train-images-idx3-ubyte does. */
static bool is_called_train(const char *path) {
    const char *slash = strrchr(path, '/');
    return strstr(slash != NULL ? slash : path, "train") != NULL;
}

static int check_groups(const lp_idx *t, const lp_file *files, const group kind[2], lp_error *e) {
    for (size_t k = 0; k < kind[0].count && k < kind[1].count; k++) {
        size_t images = kind[0].place[k], labels = kind[1].place[k];
        const size_t n = t[images].form.shape[0], n_labels = t[labels].form.shape[0];
        if (n != n_labels)
            return lp_fail(e, "%s has %zu labels, %s %zu images", files[labels].name, n_labels,
                           files[images].name, n);
    }
    if (kind[0].count < 2)
        return 0;
    const lp_tensor *train = &t[kind[0].place[0]].form, *test = &t[kind[0].place[1]].form;
    const char *first = files[kind[0].place[0]].name, *second = files[kind[0].place[1]].name;
    if (is_called_train(second) && !is_called_train(first))
        return lp_fail(e, "%s comes before %s (the first images become x_train)", first, second);
    if (train->ndim != test->ndim ||
        memcmp(train->shape + 1, test->shape + 1, (size_t)(train->ndim - 1) * sizeof(size_t)) != 0)
        return lp_fail(e, "the images of %s and %s differ in shape", first, second);
    return 0;
}

/* An lp_rows_make. */
static int idx_rows(const void *idx, const lp_tensor *from, size_t first, size_t n, void *rows,
                    lp_error *e) {
    (void)from, (void)e;
    lp_idx_rows(idx, first, n, rows);
    return 0;
}

int lp_idx_put(lp_stream *s, size_t n, const lp_file *files, const lp_texts *classes, lp_error *e) {
    static const char *const whole[2][1] = {{"x"}, {"y"}};
    static const char *const parts[2][2] = {{"x_train", "x_test"}, {"y_train", "y_test"}};
    lp_idx *t = lp_stream_alloc(s, n, sizeof *t);
    group kind[2] = {0};
    for (size_t i = 0; i < n; i++)
        if (lp_idx_open(&t[i], files[i].bytes, files[i].size, e))
            return lp_within(e, "reading %s", files[i].name);
    if (group_files(n, t, files, kind, e) || check_groups(t, files, kind, e))
        return -1;
    if (kind[0].count > 0)
        put_input_shape(s, &t[kind[0].place[0]].form);
    for (size_t k = 0; k < 2; k++)
        for (int g = 0; g < 2; g++) {
            const lp_idx *idx = &t[kind[g].place[k]];
            const char *name = kind[g].count == 2 ? parts[g][k] : whole[g][0];
            const lp_stream_rows rows = {.make = idx_rows, .context = idx};
            if (k < kind[g].count && lp_stream_put_rows(s, name, &idx->form, &rows, e))
                return -1;
        }
    if (classes->count > 0)
        lp_stream_put_strings(s, "classes", classes->item, classes->count);
    return 0;
}

/* ---- CIFAR-10 ---- */

/* lp_rows_make. */
static int pixel_rows(const void *batches, const lp_tensor *from, size_t first, size_t n,
                      void *rows, lp_error *e) {
    (void)from, (void)e;
    lp_cifar_rows(batches, first, n, rows, NULL);
    return 0;
}

static int label_rows(const void *batches, const lp_tensor *from, size_t first, size_t n,
                      void *rows, lp_error *e) {
    (void)from, (void)e;
    lp_cifar_rows(batches, first, n, NULL, rows);
    return 0;
}

static int put_batches(lp_stream *s, const char *x_name, const char *y_name, size_t files,
                       const lp_file *file, lp_error *e) {
    lp_tensor x = {LP_U1, .ndim = 4, .shape = {0, LP_CIFAR_SIDE, LP_CIFAR_SIDE, 3}};
    lp_tensor y = {LP_U1, .ndim = 1};
    if (lp_cifar_count(files, file, &x.shape[0], e))
        return -1;
    y.shape[0] = x.shape[0];
    const lp_file *batches =
        memcpy(lp_stream_alloc(s, files, sizeof *file), file, files * sizeof *file);
    const lp_stream_rows pixels = {.make = pixel_rows, .context = batches};
    const lp_stream_rows labels = {.make = label_rows, .context = batches};
    return lp_stream_put_rows(s, x_name, &x, &pixels, e) ||
                   lp_stream_put_rows(s, y_name, &y, &labels, e)
               ? -1
               : 0;
}

int lp_cifar_put(lp_stream *s, size_t n, const lp_file *files, const lp_file *test, lp_error *e) {
    static const char *const names[LP_CIFAR_CLASSES] = {
        "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"};
    for (size_t i = 0; test != NULL && i < n; i++)
        if (files[i].size == test->size && memcmp(files[i].bytes, test->bytes, test->size) == 0)
            return lp_fail(e, "%s, to train on, holds the same pictures as %s, to test on",
                           files[i].name, test->name);
    if (put_batches(s, test != NULL ? "x_train" : "x", test != NULL ? "y_train" : "y", n, files,
                    e) ||
        (test != NULL && put_batches(s, "x_test", "y_test", 1, test, e)))
        return -1;
    lp_stream_put_strings(s, "classes", names, LP_CIFAR_CLASSES);
    put_input_shape(s, &(lp_tensor){.ndim = 4, .shape = {0, LP_CIFAR_SIDE, LP_CIFAR_SIDE, 3}});
    return 0;
}

/* ---- picture files ---- */

struct lp_pictures {
    lp_pictures_options options;
    size_t count, width, height, channels; /* of each picture, once there is one */
    char *first;                           /* the first one's path */
    lp_buffer pixels;
    lp_names folders;
    lp_buffer labels; /* size_t (count): each picture's number among folders */
};

lp_pictures *lp_pictures_new(const lp_pictures_options *options) {
    lp_pictures *p = lp_alloc_zero(1, sizeof *p);
    p->options = *options;
    return p;
}

void lp_pictures_free(lp_pictures *p) {
    if (p == NULL)
        return;
    free(p->first);
    lp_buffer_free(&p->pixels);
    lp_names_free(&p->folders);
    lp_buffer_free(&p->labels);
    free(p);
}

/* The name of the folder that the path's file is in is its label: "anna" of "faces/anna/1.png". */
static int add_label(lp_pictures *p, const char *path, lp_error *e) {
    const char *end = strrchr(path, '/'), *start = end;
    while (start != NULL && start > path && start[-1] != '/')
        start--;
    if (start == NULL || start == end)
        return lp_fail(e, "its path names no folder, to be its label");
    LP_CLEANUP(lp_buffer_free) lp_buffer name = {0};
    lp_buffer_append(&name, start, (size_t)(end - start));
    size_t label = lp_names_add(&p->folders, name.data);
    lp_buffer_append(&p->labels, &label, sizeof label);
    return 0;
}

static int check_shape(lp_pictures *p, const char *path, const lp_image *image, lp_error *e) {
    if (p->count == 0) {
        p->width = image->width;
        p->height = image->height;
        p->channels = image->channels;
        p->first = lp_strdup(path);
        return 0;
    }
    if (p->width != image->width || p->height != image->height)
        return lp_fail(e, "it is %zu x %zu, %s %zu x %zu (--resize %zux%zu makes them alike)",
                       image->width, image->height, p->first, p->width, p->height, p->width,
                       p->height);
    if (p->channels != image->channels)
        return lp_fail(e, "it is %s, %s %s (--grey makes them alike)",
                       image->channels == 1 ? "grey" : "coloured", p->first,
                       p->channels == 1 ? "grey" : "coloured");
    return 0;
}

static int add_image(lp_pictures *p, const char *path, lp_image *image, lp_error *e) {
    const lp_size resize = p->options.resize;
    if (p->options.grey)
        lp_image_grey(image);
    if ((resize.width > 0 && lp_image_resize(image, resize.width, resize.height, e)) ||
        check_shape(p, path, image, e) || (p->options.labels && add_label(p, path, e)))
        return -1;
    lp_buffer_append(&p->pixels, image->pixels, image->width * image->height * image->channels);
    p->count++;
    return 0;
}

int lp_pictures_add(lp_pictures *p, const lp_file *file, lp_error *e) {
    LP_CLEANUP(lp_image_free) lp_image image = {0};
    if (lp_image_decode(&image, file->bytes, file->size, e) || add_image(p, file->name, &image, e))
        return lp_within(e, "reading %s", file->name);
    return 0;
}

static int compare(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* y and classes: the folders' names in order, and their places in it. */
static void put_labels(const lp_pictures *p, lp_stream *s) {
    const size_t n = p->folders.count, *label = (const size_t *)p->labels.data;
    LP_CLEANUP(lp_free) const char **name = lp_alloc(n, sizeof *name);
    for (size_t i = 0; i < n; i++)
        name[i] = p->folders.item[i];
    qsort(name, n, sizeof *name, compare);
    lp_tensor y = lp_tensor_vector(LP_I8, p->count);
    for (size_t i = 0; i < p->count; i++) {
        const char **at = bsearch(&p->folders.item[label[i]], name, n, sizeof *name, compare);
        ((int64_t *)y.data)[i] = at - name;
    }
    lp_stream_put(s, "y", &y);
    lp_stream_put_strings(s, "classes", name, n);
}

void lp_pictures_put(lp_pictures *p, lp_stream *s) {
    const size_t shape[] = {p->count, p->height, p->width, 3};
    lp_tensor x = lp_tensor_take_buffer(&p->pixels, LP_U1, p->channels == 1 ? 3 : 4, shape);
    const lp_tensor view = lp_tensor_view(&x);
    lp_stream_put(s, "x", &x);
    put_input_shape(s, &view);
    if (p->options.labels)
        put_labels(p, s);
}
