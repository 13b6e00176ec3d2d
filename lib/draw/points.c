#include "draw/points.h"

#include "draw/texts.h"
#include "learn/predict.h"

#include <string.h>

enum { MAX_CLASSES = 10000 };

// ---- columns ----

static int find_column(lp_points *p, size_t *column, const lp_tensor *names, const char *word,
                       lp_error *e) {
    if (word[0] != '\0' && strspn(word, "0123456789") == strlen(word)) {
        unsigned long long number = strtoull(word, NULL, 10);
        if (number >= p->columns)
            return lp_fail(e, "there is no column %s: there are %zu, counted from 0", word,
                           p->columns);
        *column = (size_t)number;
        return 0;
    }
    for (size_t i = 0; names != NULL && i < p->columns; i++) {
        const char *name = lp_text_at(&p->arena, names, i, e);
        if (name == NULL)
            return -1;
        if (strcmp(name, word) == 0) {
            *column = i;
            return 0;
        }
    }
    return lp_fail(e, "there is no column '%s' (%s)", word,
                   names != NULL ? "features has no such name"
                                 : "its columns have no names: give a number from 0");
}

static const char *column_name(lp_points *p, const lp_tensor *names, const char *of, size_t column,
                               lp_error *e) {
    char text[300];
    if (of[0] == 'x' && names != NULL)
        return lp_text_at(&p->arena, names, column, e);
    /* x_train and x_test are parts of x. */
    snprintf(text, sizeof text, "%s[:, %zu]", strncmp(of, "x_", 2) == 0 ? "x" : of, column);
    return lp_arena_strdup(&p->arena, text);
}

/* Finds the two columns and their names. */
static int choose_columns(lp_points *p, lp_stream *s, const char *of, size_t columns,
                          const lp_points_options *o, lp_error *e) {
    const lp_tensor *names;
    p->columns = columns;
    if (lp_find_texts(&names, s, "features", e))
        return lp_within(e, "%s", of);
    if (names != NULL && names->count != columns)
        names = NULL;
    if (find_column(p, &p->x_column, names, o->x, e) ||
        find_column(p, &p->y_column, names, o->y, e))
        return lp_within(e, "%s", of);
    p->x_name = column_name(p, names, of, p->x_column, e);
    p->y_name = column_name(p, names, of, p->y_column, e);
    return p->x_name != NULL && p->y_name != NULL ? 0 : -1;
}

// ---- classes ----

static const char *labels_of(const char *name) {
    return strcmp(name, "x_train") == 0  ? "y_train"
           : strcmp(name, "x_val") == 0  ? "y_val"
           : strcmp(name, "x_test") == 0 ? "y_test"
                                         : "y";
}

/* The class of one row of y, [n], [n, 1] or one-hot [n, k]; -1 where it has none. */
static int class_of(const lp_tensor *y, size_t row) {
    size_t k = lp_tensor_row_size(y);
    if (k == 1) {
        double value = lp_tensor_at(y, row);
        return value >= 0 && value < MAX_CLASSES && value == (double)(int)value ? (int)value : -1;
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

static int read_labels(lp_points *p, int *label, lp_stream *s, const char *of, size_t rows,
                       lp_error *e) {
    const char *name = labels_of(of);
    const lp_tensor *y = lp_stream_get(s, name, e);
    if (y == NULL)
        return -1;
    if (!lp_type_is_number(y->type) || y->ndim < 1 || y->ndim > 2 || y->shape[0] != rows ||
        lp_tensor_row_size(y) > MAX_CLASSES)
        return lp_fail(e, "%s does not class the %zu rows of %s (--plain draws without classes)",
                       name, rows, of);
    for (size_t i = 0; i < rows; i++) {
        label[i] = class_of(y, i);
        if (label[i] < 0)
            return lp_fail(e, "%s: row %zu has no class (--plain draws without classes)", name, i);
        if ((size_t)label[i] >= p->scatter.classes)
            p->scatter.classes = (size_t)label[i] + 1;
    }
    return 0;
}

/* Names for the classes, of which there are as many as `classes` has names, or more. */
static int name_classes(lp_points *p, lp_stream *s, lp_error *e) {
    lp_scatter *points = &p->scatter;
    const lp_tensor *names;
    if (lp_find_texts(&names, s, "classes", e))
        return -1;
    if (names != NULL && names->count > points->classes && names->count <= MAX_CLASSES)
        points->classes = names->count;
    const char **all = lp_arena_alloc(&p->arena, points->classes, sizeof *all);
    points->class_names = all;
    for (size_t i = 0; i < points->classes; i++) {
        char text[40];
        snprintf(text, sizeof text, "class %zu", i);
        all[i] = names != NULL && i < names->count ? lp_text_at(&p->arena, names, i, e)
                                                   : lp_arena_strdup(&p->arena, text);
        if (all[i] == NULL)
            return -1;
    }
    return 0;
}

// ---- points ----

/* Room for the points: x, y and, where every tensor has labels, their classes. */
static void make_room(lp_points *p, double **x, double **y, int **label, lp_stream *s,
                      const lp_texts *of, bool plain) {
    size_t rows = 0;
    bool classed = !plain;
    for (size_t i = 0; i < of->count; i++) {
        lp_tensor description;
        if (lp_stream_describe(s, of->item[i], &description))
            rows += lp_tensor_rows(&description);
        classed = classed && lp_stream_has(s, labels_of(of->item[i]));
    }
    *x = lp_arena_alloc(&p->arena, rows, sizeof **x);
    *y = lp_arena_alloc(&p->arena, rows, sizeof **y);
    *label = classed ? lp_arena_alloc(&p->arena, rows, sizeof **label) : NULL;
    p->scatter = (lp_scatter){.x = *x, .y = *y, .label = *label};
}

static int read_points(lp_points *p, lp_stream *s, const lp_texts *of, const lp_points_options *o,
                       lp_error *e) {
    double *x, *y;
    int *label;
    make_room(p, &x, &y, &label, s, of, o->plain || o->colour != NULL);
    for (size_t i = 0; i < of->count; i++) {
        char shape[200];
        const char *name = of->item[i];
        const lp_tensor *t = lp_stream_get(s, name, e);
        if (t == NULL)
            return -1;
        if (!lp_type_is_number(t->type) || t->ndim < 2)
            return lp_fail(e, "%s: its shape is %s, expected rows of numbers", name,
                           lp_shape_text(t->ndim, t->shape, shape));
        size_t rows = lp_tensor_rows(t), columns = lp_tensor_row_size(t), n = p->scatter.n;
        if (p->x_name == NULL && choose_columns(p, s, name, columns, o, e))
            return -1;
        if (columns != p->columns)
            return lp_fail(e, "%s has %zu columns, the tensors before it %zu", name, columns,
                           p->columns);
        for (size_t k = 0; k < rows; k++) {
            x[n + k] = lp_tensor_at(t, k * columns + p->x_column);
            y[n + k] = lp_tensor_at(t, k * columns + p->y_column);
        }
        if (label != NULL && read_labels(p, label + n, s, name, rows, e))
            return -1;
        p->scatter.n += rows;
    }
    return label != NULL ? name_classes(p, s, e) : 0;
}

// ---- sets ----

/* The tensors' names in the legend. */
static const char *set_name(const char *of) {
    return strcmp(of, "x_train") == 0  ? "training"
           : strcmp(of, "x_val") == 0  ? "validation"
           : strcmp(of, "x_test") == 0 ? "test"
                                       : of;
}

static int read_sets(lp_points *p, lp_stream *s, const lp_texts *of, const lp_texts *name,
                     lp_error *e) {
    if (of->count > LP_SCATTER_SETS)
        return lp_fail_usage(e, "at most %d tensors can be told apart, not %zu", LP_SCATTER_SETS,
                             of->count);
    if (name->count != 0 && name->count != of->count)
        return lp_fail_usage(e, "--name is given %zu times for %zu tensors", name->count,
                             of->count);
    const char **names = lp_arena_alloc(&p->arena, of->count, sizeof *names);
    int *set = lp_arena_alloc(&p->arena, p->scatter.n, sizeof *set);
    size_t n = 0;
    for (size_t i = 0; i < of->count; i++) {
        const lp_tensor *t = lp_stream_get(s, of->item[i], e);
        if (t == NULL)
            return -1;
        for (size_t k = 0; k < lp_tensor_rows(t); k++)
            set[n++] = (int)i;
        names[i] = name->count != 0 ? name->item[i] : set_name(of->item[i]);
    }
    p->scatter.set = set;
    p->scatter.sets = of->count;
    p->scatter.set_names = names;
    return 0;
}

// ---- colour by a number ----

/* The numbers of tensor `of`'s rows that colour them, a number in every `stride`. */
static const lp_tensor *find_colour(lp_points *p, lp_stream *s, const char *of, const char *colour,
                                    size_t *first, size_t *stride, lp_error *e) {
    const lp_tensor *t = lp_stream_get(s, of, e), *names;
    *first = 0;
    *stride = 1;
    if (t == NULL)
        return NULL;
    if (strcmp(colour, "y") != 0) {
        *stride = p->columns;
        if (lp_find_texts(&names, s, "features", e))
            return NULL;
        if (names != NULL && names->count != p->columns)
            names = NULL;
        if (find_column(p, first, names, colour, e))
            return NULL;
        p->scatter.value_name = column_name(p, names, of, *first, e);
        return p->scatter.value_name != NULL ? t : NULL;
    }
    const lp_tensor *y = lp_stream_get(s, labels_of(of), e);
    if (y != NULL && (!lp_type_is_number(y->type) || y->count != lp_tensor_rows(t))) {
        lp_fail(e, "%s does not hold a number for each of the %zu rows of %s", labels_of(of),
                lp_tensor_rows(t), of);
        return NULL;
    }
    return y;
}

static int read_colours(lp_points *p, lp_stream *s, const lp_texts *of, const char *colour,
                        lp_error *e) {
    double *value = lp_arena_alloc(&p->arena, p->scatter.n, sizeof *value);
    size_t n = 0;
    p->scatter.value_name = "y";
    for (size_t i = 0; i < of->count; i++) {
        size_t first, stride;
        const lp_tensor *t = find_colour(p, s, of->item[i], colour, &first, &stride, e);
        if (t == NULL)
            return lp_within(e, "colour");
        for (size_t k = first; k < t->count; k += stride)
            value[n++] = lp_tensor_at(t, k);
    }
    p->scatter.value = value;
    return 0;
}

// ---- a pair ----

/* t = the tensors of the pair "A,B". */
static int get_pair(lp_points *p, lp_stream *s, const char *pair, const lp_tensor *t[2],
                    lp_error *e) {
    char shape[200], other[200], *first = lp_arena_strdup(&p->arena, pair);
    size_t length = strcspn(first, ",");
    first[length] = '\0';
    p->x_name = first;
    p->y_name = first + length + 1;
    for (int i = 0; i < 2; i++) {
        const char *name = i == 0 ? p->x_name : p->y_name;
        t[i] = lp_stream_get(s, name, e);
        if (t[i] == NULL)
            return -1;
        if (!lp_type_is_number(t[i]->type) || t[i]->ndim < 1 || t[i]->ndim > 2)
            return lp_fail(e, "%s: its shape is %s, expected one or two dimensions of numbers",
                           name, lp_shape_text(t[i]->ndim, t[i]->shape, shape));
    }
    if (t[0]->shape[0] != t[1]->shape[0] || t[0]->count != t[1]->count)
        return lp_fail(e, "%s has shape %s and %s has %s", p->x_name,
                       lp_shape_text(t[0]->ndim, t[0]->shape, shape), p->y_name,
                       lp_shape_text(t[1]->ndim, t[1]->shape, other));
    return 0;
}

static int read_pair(lp_points *p, lp_stream *s, const lp_points_options *o, lp_error *e) {
    const lp_tensor *t[2];
    if (o->boundary || o->colour != NULL || o->by_tensor)
        return lp_fail_usage(e, "a pair of tensors has no %s",
                             o->boundary         ? "boundary"
                             : o->colour != NULL ? "colour"
                                                 : "tensors to tell apart");
    if (get_pair(p, s, o->of.item[0], t, e))
        return -1;
    size_t n = t[0]->count, columns = lp_tensor_row_size(t[0]);
    double *x = lp_arena_alloc(&p->arena, n, sizeof *x);
    double *y = lp_arena_alloc(&p->arena, n, sizeof *y);
    int *label = lp_arena_alloc(&p->arena, n, sizeof *label);
    for (size_t i = 0; i < n; i++) {
        x[i] = lp_tensor_at(t[0], i);
        y[i] = lp_tensor_at(t[1], i);
        label[i] = (int)(i % columns);
    }
    p->scatter = (lp_scatter){.n = n, .x = x, .y = y, .diagonal = true};
    if (columns == 1 || columns > MAX_CLASSES || o->plain)
        return 0;
    char **names = lp_arena_alloc(&p->arena, columns, sizeof *names);
    for (size_t i = 0; i < columns; i++) {
        char text[40];
        snprintf(text, sizeof text, "column %zu", i);
        names[i] = lp_arena_strdup(&p->arena, text);
    }
    p->scatter.label = label;
    p->scatter.classes = columns;
    p->scatter.class_names = (const char *const *)names;
    return 0;
}

// ---- regions ----

/* What lp_scatter.decide asks: the model's class at each point. */
static int decide(void *points, size_t count, const double *x, const double *y, int *label,
                  lp_error *e) {
    const lp_points *p = points;
    bool swapped = p->x_column == 1;
    LP_CLEANUP(lp_tensor_free) lp_tensor at = lp_tensor_matrix(LP_F8, count, 2);
    LP_CLEANUP(lp_tensor_free) lp_tensor scores = {0};
    double *value = at.data;
    for (size_t i = 0; i < count; i++) {
        value[2 * i] = swapped ? y[i] : x[i];
        value[2 * i + 1] = swapped ? x[i] : y[i];
    }
    if (lp_model_scores(&p->model, &at, "a point of the picture", &scores, e))
        return -1;
    lp_model_classify(&p->model, count, scores.data, label);
    return 0;
}

/* The model takes the two columns that are drawn. */
static int check_takes(const lp_points *p, const lp_model *m, const char *what, lp_error *e) {
    size_t takes = lp_network_inputs(&m->net);
    if (takes != 2 || p->columns != 2 || p->x_column == p->y_column)
        return lp_fail(e,
                       "%s drawn for a model of two columns: this one takes %zu, and columns %zu "
                       "and %zu of %zu are drawn",
                       what, takes, p->x_column, p->y_column, p->columns);
    return 0;
}

static int read_regions(lp_points *p, lp_stream *s, lp_error *e) {
    if (!lp_model_is_in(s))
        return lp_fail(e, "there is no model in the stream to draw regions of");
    if (lp_model_read(&p->model, s, e))
        return -1;
    size_t classes = lp_model_classes(&p->model, true);
    if (check_takes(p, &p->model, "regions are", e))
        return -1;
    if (classes == 0 || classes > MAX_CLASSES)
        return lp_fail(e, "the model does not tell classes apart: it has no regions");
    p->scatter.decide = decide;
    p->scatter.decide_context = p;
    if (classes <= p->scatter.classes)
        return 0;
    p->scatter.classes = classes;
    return name_classes(p, s, e);
}

int lp_points_read(lp_points *p, lp_stream *s, const lp_points_options *o, lp_error *e) {
    static const char *whole[] = {"x"}, *parts[] = {"x_train", "x_test"};
    lp_texts of = {whole, 1};
    if (o->of.count > 0)
        of = o->of;
    else if (!lp_stream_has(s, "x") && lp_stream_has(s, "x_train"))
        of = (lp_texts){parts, lp_stream_has(s, "x_test") ? 2 : 1};
    *p = (lp_points){0};
    bool is_pair = of.count == 1 && strchr(of.item[0], ',') != NULL;
    if (is_pair ? read_pair(p, s, o, e) : read_points(p, s, &of, o, e))
        return -1;
    if (o->colour != NULL && read_colours(p, s, &of, o->colour, e))
        return -1;
    if (o->by_tensor && read_sets(p, s, &of, &o->name, e))
        return -1;
    p->scatter.equal_scale = o->equal;
    p->scatter.joined = o->join;
    p->scatter.x_range = o->x_range;
    p->scatter.y_range = o->y_range;
    return o->boundary ? read_regions(p, s, e) : 0;
}

int lp_points_add_line(lp_points *p, lp_stream *model, const char *name, lp_error *e) {
    LP_CLEANUP(lp_model_free) lp_model m = {0};
    if (!lp_model_is_in(model))
        return lp_fail(e, "there is no model in it to draw a line of");
    if (lp_model_read(&m, model, e) || check_takes(p, &m, "a line is", e))
        return -1;
    if (!m.is_perceptron)
        return lp_fail(e, "a network has no line (--boundary draws its regions)");
    // The scores are affine: three of them give the bias and both weights.
    LP_CLEANUP(lp_tensor_free) lp_tensor at = lp_tensor_matrix(LP_F8, 3, 2);
    LP_CLEANUP(lp_tensor_free) lp_tensor scores = {0};
    memcpy(at.data, (double[]){0, 0, 1, 0, 0, 1}, 6 * sizeof(double));
    if (lp_model_scores(&m, &at, "a point of the picture", &scores, e))
        return -1;
    double bias = lp_tensor_at(&scores, 0);
    double w[] = {lp_tensor_at(&scores, 1) - bias, lp_tensor_at(&scores, 2) - bias};
    if (w[0] == 0 && w[1] == 0)
        return lp_fail(e, "its weights are 0: it has no line");
    lp_scatter *points = &p->scatter;
    lp_line *line = lp_arena_alloc(&p->arena, points->lines + 1, sizeof *line);
    for (size_t i = 0; i < points->lines; i++)
        line[i] = points->line[i];
    line[points->lines++] = (lp_line){w[p->x_column], w[p->y_column], bias, name};
    points->line = line;
    return 0;
}
