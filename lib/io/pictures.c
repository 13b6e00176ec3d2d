#include "io/pictures.h"

#include "base/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct lp_pictures {
    lp_pictures_options how;
    size_t count, width, height, channels; /* of each picture, once there is one */
    char *first;                           /* the path that they came from */
    lp_buffer pixels;
    char **folder; /* (count) of each picture, with labels */
    size_t room;
};

lp_pictures *lp_pictures_new(const lp_pictures_options *how, lp_error *e) {
    lp_pictures *p = lp_alloc_zero(1, sizeof *p, e);
    if (p != NULL)
        p->how = *how;
    return p;
}

/* Appends the name of the folder that the path's file lies in: "anna" of "faces/anna/1.png". */
static int add_folder(lp_pictures *p, const char *path, lp_error *e) {
    const char *end = strrchr(path, '/'), *start = end;
    while (start != NULL && start > path && start[-1] != '/')
        start--;
    if (start == NULL || start == end)
        return lp_fail(e, "no folder stands in its path, to be its label");
    if (p->count == p->room) {
        size_t room = p->room == 0 ? 64 : 2 * p->room;
        char **more = realloc(p->folder, room * sizeof *more);
        if (more == NULL)
            return lp_fail(e, "out of memory");
        p->folder = more;
        p->room = room;
    }
    p->folder[p->count] = strndup(start, (size_t)(end - start));
    return p->folder[p->count] == NULL ? lp_fail(e, "out of memory") : 0;
}

static int check_shape(lp_pictures *p, const char *path, const lp_image *image, lp_error *e) {
    if (p->count == 0) {
        p->width = image->width;
        p->height = image->height;
        p->channels = image->channels;
        p->first = strdup(path);
        return p->first == NULL ? lp_fail(e, "out of memory") : 0;
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
    if (p->how.grey)
        lp_image_grey(image);
    if (p->how.resize.width > 0 &&
        lp_image_resize(image, p->how.resize.width, p->how.resize.height, e))
        return -1;
    if (check_shape(p, path, image, e) ||
        lp_buffer_append(&p->pixels, image->pixels, image->width * image->height * image->channels,
                         e) ||
        (p->how.labels && add_folder(p, path, e)))
        return -1;
    p->count++;
    return 0;
}

int lp_pictures_add(lp_pictures *p, const char *path, const void *bytes, size_t size, lp_error *e) {
    lp_image image;
    int failed = lp_image_decode(&image, bytes, size, e);
    if (!failed) {
        failed = add_image(p, path, &image, e);
        lp_image_free(&image);
    }
    return failed ? lp_within(e, "reading %s", path) : 0;
}

static int compare(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* y and classes from the folders' names. */
static int put_labels(const lp_pictures *p, lp_stream *s, lp_error *e) {
    lp_tensor y, classes;
    char **name = lp_alloc(p->count, sizeof *name, e);
    if (name == NULL || lp_tensor_vector(&y, LP_I8, p->count, e)) {
        free(name);
        return -1;
    }
    memcpy(name, p->folder, p->count * sizeof *name);
    qsort(name, p->count, sizeof *name, compare);
    size_t k = 0;
    for (size_t i = 0; i < p->count; i++)
        if (i == 0 || strcmp(name[i], name[k - 1]) != 0)
            name[k++] = name[i];
    for (size_t i = 0; i < p->count; i++) {
        char **at = bsearch(&p->folder[i], name, k, sizeof *name, compare);
        ((int64_t *)y.data)[i] = at - name;
    }
    int failed = lp_stream_put(s, "y", &y, e) ||
                 lp_tensor_strings(&classes, (const char *const *)name, k, e) ||
                 lp_stream_put(s, "classes", &classes, e);
    free(name);
    return failed ? -1 : 0;
}

int lp_pictures_put(lp_pictures *p, lp_stream *s, lp_error *e) {
    const size_t shape[] = {p->count, p->height, p->width, 3};
    int ndim = p->channels == 1 ? 3 : 4;
    lp_tensor x, input_shape;
    if (lp_tensor_new(&x, LP_U1, ndim, shape, e))
        return -1;
    memcpy(x.data, p->pixels.data, p->pixels.size);
    if (lp_stream_put(s, "x", &x, e) || lp_tensor_vector(&input_shape, LP_I8, (size_t)ndim - 1, e))
        return -1;
    for (int i = 1; i < ndim; i++)
        ((int64_t *)input_shape.data)[i - 1] = (int64_t)shape[i];
    if (lp_stream_put(s, "input_shape", &input_shape, e))
        return -1;
    return p->how.labels ? put_labels(p, s, e) : 0;
}

void lp_pictures_free(lp_pictures *p) {
    if (p == NULL)
        return;
    for (size_t i = 0; p->folder != NULL && i < p->count; i++)
        free(p->folder[i]);
    free(p->folder);
    free(p->first);
    lp_buffer_free(&p->pixels);
    free(p);
}
