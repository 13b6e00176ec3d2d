#include "draw/points.h"

#include "base/memory.h"
#include "learn/predict.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_CLASSES = 10000 };

static char *format_text(lp_error *e, const char *format, const char *text, size_t number) {
    char line[300];
    snprintf(line, sizeof line, format, text, number);
    char *copy = strdup(line);
    if (copy == NULL)
        lp_fail(e, "out of memory");
    return copy;
}

// ---- columns ----

/* The names of a tensor's columns; NULL, and no error, where the stream has none that fit. */
static const lp_tensor *feature_names(lp_stream *s, size_t columns, lp_error *e) {
    lp_tensor description;
    if (!lp_stream_describe(s, "features", &description) || description.count != columns ||
        !lp_type_is_string(description.type))
        return NULL;
    return lp_stream_get(s, "features", e);
}

static int find_column(size_t *column, lp_stream *s, const char *word, size_t columns,
                       lp_error *e) {
    if (word[0] != '\0' && strspn(word, "0123456789") == strlen(word)) {
        unsigned long long number = strtoull(word, NULL, 10);
        if (number >= columns)
            return lp_fail(e, "there is no column %s: there are %zu, counted from 0", word,
                           columns);
        *column = (size_t)number;
        return 0;
    }
    const lp_tensor *names = feature_names(s, columns, e);
    for (size_t i = 0; names != NULL && i < columns; i++) {
        char *name = lp_tensor_string(names, i, e);
        if (name == NULL)
            return -1;
        bool same = strcmp(name, word) == 0;
        free(name);
        if (same) {
            *column = i;
            return 0;
        }
    }
    return lp_fail(e, "there is no column '%s' (%s)", word,
                   names != NULL ? "features has no such name"
                                 : "its columns have no names: give a number from 0");
}

static char *column_name(lp_stream *s, const char *of, size_t column, size_t columns, lp_error *e) {
    const lp_tensor *names = of[0] == 'x' ? feature_names(s, columns, e) : NULL;
    if (names != NULL)
        return lp_tensor_string(names, column, e);
    return format_text(e, "%s[:, %zu]", of, column);
}

// ---- classes ----

static const char *labels_of(const char *name) {
    return strcmp(name, "x_train") == 0 ? "y_train" : strcmp(name, "x_test") == 0 ? "y_test" : "y";
}

/* The class of one row of y, [n], [n, 1] or one-hot [n, k]; -1 where it is none. */
static int class_of(const lp_tensor *y, size_t row) {
    size_t k = lp_tensor_row_size(y);
    if (k == 1) {
        double value = lp_tensor_at(y, row);
        return value >= 0 && value < MOST_CLASSES && value == (double)(int)value ? (int)value : -1;
    }
    int class = -1;
    for (size_t c = 0; c < k; c++) {
        double value = lp_tensor_at(y, row * k + c);
        if (value == 1 && class < 0)
            class = (int)c;
        else if (value != 0)
            return -1;
    }
    return class;
}

static int read_labels(lp_points *p, size_t from, lp_stream *s, const char *of, size_t rows,
                       lp_error *e) {
    const char *name = labels_of(of);
    const lp_tensor *y = lp_stream_get(s, name, e);
    if (y == NULL)
        return -1;
    if (!lp_type_is_number(y->type) || y->ndim < 1 || y->ndim > 2 || y->shape[0] != rows ||
        lp_tensor_row_size(y) > MOST_CLASSES)
        return lp_fail(e, "%s does not class the %zu rows of %s (--plain draws without classes)",
                       name, rows, of);
    for (size_t i = 0; i < rows; i++) {
        int class = class_of(y, i);
        if (class < 0)
            return lp_fail(e, "%s: row %zu is no class (--plain draws without classes)", name, i);
        p->label[from + i] = class;
        if ((size_t) class >= p->classes)
            p->classes = (size_t) class + 1;
    }
    return 0;
}

/* Names for p->classes classes, in place of those there were. */
static int name_classes(lp_points *p, size_t had, lp_stream *s, lp_error *e) {
    lp_tensor description;
    const lp_tensor *names = NULL;
    if (lp_stream_describe(s, "classes", &description) && lp_type_is_string(description.type) &&
        (names = lp_stream_get(s, "classes", e)) == NULL)
        return -1;
    if (names != NULL && names->count > p->classes && names->count <= MOST_CLASSES)
        p->classes = names->count;
    char **all = lp_alloc_zero(p->classes, sizeof *all, e);
    if (all == NULL)
        return -1;
    for (size_t i = 0; i < had; i++)
        all[i] = p->class_name[i];
    free(p->class_name);
    p->class_name = all;
    for (size_t i = had; i < p->classes; i++) {
        all[i] = names != NULL && i < names->count ? lp_tensor_string(names, i, e)
                                                   : format_text(e, "%s %zu", "class", i);
        if (all[i] == NULL)
            return -1;
    }
    return 0;
}

// ---- points ----

static int read_rows(lp_points *p, lp_stream *s, const char *name, const char *x, const char *y,
                     bool classed, lp_error *e) {
    char shape[200];
    const lp_tensor *t = lp_stream_get(s, name, e);
    if (t == NULL)
        return -1;
    size_t rows = lp_tensor_rows(t), columns = lp_tensor_row_size(t);
    if (!lp_type_is_number(t->type) || t->ndim < 2)
        return lp_fail(e, "%s: its shape is %s, expected rows of numbers", name,
                       lp_shape_text(t->ndim, t->shape, shape));
    if (p->x_name == NULL) {
        p->columns = columns;
        if (find_column(&p->x_column, s, x, columns, e) ||
            find_column(&p->y_column, s, y, columns, e))
            return lp_within(e, "%s", name);
        const char *shown = strncmp(name, "x_", 2) == 0 ? "x" : name; // x_train, x_test
        p->x_name = column_name(s, shown, p->x_column, columns, e);
        p->y_name = column_name(s, shown, p->y_column, columns, e);
        if (p->x_name == NULL || p->y_name == NULL)
            return -1;
    }
    if (columns != p->columns)
        return lp_fail(e, "%s has %zu columns, the tensors before it %zu", name, columns,
                       p->columns);
    for (size_t i = 0; i < rows; i++) {
        p->x[p->n + i] = lp_tensor_at(t, i * columns + p->x_column);
        p->y[p->n + i] = lp_tensor_at(t, i * columns + p->y_column);
    }
    if (classed && read_labels(p, p->n, s, name, rows, e))
        return -1;
    p->n += rows;
    return 0;
}

static int read_all(lp_points *p, lp_stream *s, const lp_texts *of, const char *x, const char *y,
                    bool plain, lp_error *e) {
    size_t rows = 0;
    bool classed = !plain;
    for (size_t i = 0; i < of->count; i++) {
        lp_tensor description;
        if (lp_stream_describe(s, of->item[i], &description))
            rows += lp_tensor_rows(&description);
        classed = classed && lp_stream_has(s, labels_of(of->item[i]));
    }
    p->x = lp_alloc(rows, sizeof *p->x, e);
    p->y = lp_alloc(rows, sizeof *p->y, e);
    p->label = lp_alloc(rows, sizeof *p->label, e);
    if (p->x == NULL || p->y == NULL || p->label == NULL)
        return -1;
    for (size_t i = 0; i < of->count; i++)
        if (read_rows(p, s, of->item[i], x, y, classed, e))
            return -1;
    if (!classed) {
        free(p->label);
        p->label = NULL;
        return 0;
    }
    return name_classes(p, 0, s, e);
}

int lp_points_read(lp_points *p, lp_stream *s, const lp_texts *of, const char *x, const char *y,
                   bool plain, lp_error *e) {
    static const char *whole[] = {"x"}, *parts[] = {"x_train", "x_test"};
    lp_texts usual = {whole, 1};
    if (!lp_stream_has(s, "x") && lp_stream_has(s, "x_train"))
        usual = (lp_texts){parts, lp_stream_has(s, "x_test") ? 2 : 1};
    *p = (lp_points){0};
    if (read_all(p, s, of->count > 0 ? of : &usual, x, y, plain, e)) {
        lp_points_free(p);
        return -1;
    }
    return 0;
}

void lp_points_free(lp_points *p) {
    for (size_t i = 0; p->class_name != NULL && i < p->classes; i++)
        free(p->class_name[i]);
    free(p->class_name);
    free(p->x);
    free(p->y);
    free(p->label);
    free(p->x_name);
    free(p->y_name);
    *p = (lp_points){0};
}

// ---- regions ----

int lp_regions_read(lp_regions *r, lp_stream *s, lp_points *p, lp_error *e) {
    *r = (lp_regions){0};
    if (!lp_model_is_in(s))
        return lp_fail(e, "there is no model in the stream to draw regions of");
    if (lp_model_read(&r->model, s, e))
        return -1;
    size_t takes = r->model.net.layer[0].in, classes = lp_model_classes(&r->model, true);
    if (takes != 2 || p->columns != 2 || p->x_column == p->y_column)
        return lp_fail(e,
                       "regions are drawn for a model of two columns: this one takes %zu, and "
                       "columns %zu and %zu of %zu are drawn",
                       takes, p->x_column, p->y_column, p->columns);
    if (classes == 0 || classes > MOST_CLASSES)
        return lp_fail(e, "the model does not tell classes apart: it has no regions");
    r->swapped = p->x_column == 1;
    if (classes > p->classes) {
        size_t had = p->class_name != NULL ? p->classes : 0;
        p->classes = classes;
        return name_classes(p, had, s, e);
    }
    return 0;
}

int lp_regions_decide(void *regions, size_t count, const double *x, const double *y, int *label,
                      lp_error *e) {
    lp_regions *r = regions;
    lp_tensor points, scores = {0};
    if (lp_tensor_matrix(&points, LP_F8, count, 2, e))
        return -1;
    double *value = points.data;
    for (size_t i = 0; i < count; i++) {
        value[2 * i] = r->swapped ? y[i] : x[i];
        value[2 * i + 1] = r->swapped ? x[i] : y[i];
    }
    int failed = lp_model_scores(&r->model, &points, "a point of the picture", &scores, e);
    if (!failed) {
        int32_t *answer = lp_alloc(count, sizeof *answer, e);
        failed = answer == NULL ? -1 : 0;
        if (!failed)
            lp_model_classify(&r->model, count, scores.data, answer);
        for (size_t i = 0; i < count && !failed; i++)
            label[i] = answer[i];
        free(answer);
    }
    lp_tensor_free(&points);
    lp_tensor_free(&scores);
    return failed;
}

void lp_regions_free(lp_regions *r) {
    lp_model_free(&r->model);
}
