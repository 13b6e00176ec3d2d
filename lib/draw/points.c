#include "draw/points.h"

#include "data/features.h"
#include "data/labels.h"
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
    return lp_features_refuse(word, names, e);
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

/* The tensors of labels: part i those of drawn tensor i, and then the stream's others, so that a
 * class has its number and colour whichever part is drawn. */
static const char **label_tensors(lp_points *p, const lp_texts *of, size_t *n) {
    const char **name = lp_arena_alloc(&p->arena, of->count + LP_LABEL_TENSOR_COUNT, sizeof *name);
    for (*n = 0; *n < of->count; ++*n)
        name[*n] = labels_of(of->item[*n]);
    for (size_t k = 0; k < LP_LABEL_TENSOR_COUNT; k++) {
        bool drawn = false;
        for (size_t i = 0; i < of->count; i++)
            drawn = drawn || strcmp(name[i], LP_LABEL_TENSORS[k]) == 0;
        if (!drawn)
            name[(*n)++] = LP_LABEL_TENSORS[k];
    }
    return name;
}

static int check_rows(lp_stream *s, const char *of, const lp_labels *y, lp_error *e) {
    lp_tensor x;
    lp_stream_describe(s, of, &x);
    if (y->n == lp_tensor_rows(&x))
        return 0;
    return lp_fail(e, "%s does not class the %zu rows of %s (--plain draws without classes)",
                   y->name, lp_tensor_rows(&x), of);
}

/* The classes' names, or "class 0", .... */
static int name_classes(lp_points *p, const lp_label_set *l, lp_error *e) {
    if (l->count > MAX_CLASSES)
        return lp_fail(e, "%zu classes are more than %d (--plain draws without classes)", l->count,
                       MAX_CLASSES);
    const char **name = lp_arena_alloc(&p->arena, l->count, sizeof *name);
    for (size_t i = 0; i < l->count; i++) {
        char text[40];
        snprintf(text, sizeof text, "class %zu", i);
        name[i] = lp_arena_strdup(&p->arena, l->name.count > 0 ? l->name.item[i] : text);
    }
    p->scatter.classes = l->count;
    p->scatter.class_names = name;
    return 0;
}

static bool has_labels(lp_stream *s, const lp_texts *of) {
    bool all = true;
    for (size_t i = 0; i < of->count; i++)
        all = all && lp_stream_has(s, labels_of(of->item[i]));
    return all;
}

/* Classes the points where every drawn tensor has labels; by the model where there are regions. */
static int read_classes(lp_points *p, lp_stream *s, const lp_texts *of, lp_label_set *l,
                        lp_error *e) {
    const lp_model *m = p->scatter.decide != NULL ? &p->model : NULL;
    bool labelled = has_labels(s, of);
    size_t n = 0, row = 0;
    const char **name = label_tensors(p, of, &n);
    if (labelled && lp_label_set_read(l, s, name, n, e))
        return lp_within(e, "classes (--plain draws without them, --colour y by numbers)");
    for (size_t i = 0; labelled && i < of->count; i++)
        if (check_rows(s, of->item[i], &l->labels[i], e))
            return -1;
    if (!labelled && m == NULL)
        return 0;
    if (m != NULL
            ? lp_label_set_match(l, m->schema.classes.data != NULL ? &m->schema.classes : NULL,
                                 lp_model_classes(m, true), e)
            : lp_label_set_number(l, e))
        return -1;
    if (name_classes(p, l, e) || !labelled)
        return labelled ? -1 : 0;
    int *label = lp_arena_alloc(&p->arena, p->scatter.n, sizeof *label);
    for (size_t i = 0; i < of->count; i++)
        for (size_t k = 0; k < l->labels[i].n; k++)
            label[row++] = l->place[i][k];
    p->scatter.label = label;
    return 0;
}

// ---- points ----

/* Room for the points. */
static void make_room(lp_points *p, double **x, double **y, lp_stream *s, const lp_texts *of) {
    size_t rows = 0;
    for (size_t i = 0; i < of->count; i++) {
        lp_tensor description;
        if (lp_stream_describe(s, of->item[i], &description))
            rows += lp_tensor_rows(&description);
    }
    *x = lp_arena_alloc(&p->arena, rows, sizeof **x);
    *y = lp_arena_alloc(&p->arena, rows, sizeof **y);
    p->scatter = (lp_scatter){.x = *x, .y = *y};
}

static int read_points(lp_points *p, lp_stream *s, const lp_texts *of, const lp_points_options *o,
                       lp_error *e) {
    double *x, *y;
    make_room(p, &x, &y, s, of);
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
        p->scatter.n += rows;
    }
    /* What describes data describes x. */
    bool is_x = of->item[0][0] == 'x' && (of->item[0][1] == '\0' || of->item[0][1] == '_');
    return is_x ? lp_schema_of_data(&p->data, s, e) : 0;
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

// ---- models ----

/* Finds the columns that a model takes, the two that are drawn, and what describes them. Where one
 * side has no names it takes all columns by their places, and there have to be just two. */
static int take_columns(const lp_points *p, const lp_model *m, const char *what, size_t taken[2],
                        lp_schema *taken_data, lp_error *e) {
    size_t takes = lp_network_inputs(&m->net), first = p->x_column, second = p->y_column;
    bool by_name = p->data.features.data != NULL && m->schema.features.data != NULL;
    if (takes != 2 || first == second || (!by_name && p->columns != 2))
        return lp_fail(e,
                       "%s drawn for a model of two columns: this one takes %zu, and columns %zu "
                       "and %zu of %zu are drawn",
                       what, takes, first, second, p->columns);
    taken[0] = first < second ? first : second;
    taken[1] = first < second ? second : first;
    return lp_schema_take_columns(taken_data, &p->data, p->columns, taken, 2, e);
}

/* The model's scores at `count` points, given by the columns in `taken`. */
static int score(const lp_model *m, const lp_tensor *at, const lp_schema *data, lp_tensor *scores,
                 lp_error *e) {
    LP_CLEANUP(lp_tensor_free) lp_tensor matched = {0};
    return lp_features_match_tensor(at, data, &m->schema, "what is drawn", &matched, NULL, e) ||
                   lp_model_scores(m, &matched, "a point of the picture", scores, e)
               ? -1
               : 0;
}

/* What lp_scatter.decide asks: the model's class at each point. */
static int decide(void *points, size_t count, const double *x, const double *y, int *label,
                  lp_error *e) {
    const lp_points *p = points;
    bool swapped = p->taken[0] != p->x_column;
    LP_CLEANUP(lp_tensor_free) lp_tensor at = lp_tensor_matrix(LP_F8, count, 2);
    LP_CLEANUP(lp_tensor_free) lp_tensor scores = {0};
    double *value = at.data;
    for (size_t i = 0; i < count; i++) {
        value[2 * i] = swapped ? y[i] : x[i];
        value[2 * i + 1] = swapped ? x[i] : y[i];
    }
    if (score(&p->model, &at, &p->taken_data, &scores, e))
        return -1;
    lp_model_classify(&p->model, count, scores.data, label);
    return 0;
}

static int read_regions(lp_points *p, lp_stream *s, lp_error *e) {
    if (!lp_model_is_in(s))
        return lp_fail(e, "there is no model in the stream to draw regions of");
    if (lp_model_read(&p->model, s, e) ||
        take_columns(p, &p->model, "regions are", p->taken, &p->taken_data, e))
        return -1;
    if (lp_model_classes(&p->model, lp_model_has_classes(&p->model, s)) == 0)
        return lp_fail(e, "the model does not tell classes apart: it has no regions");
    p->scatter.decide = decide;
    p->scatter.decide_context = p;
    return 0;
}

static int read_all(lp_points *p, lp_stream *s, const lp_points_options *o, const lp_texts *of,
                    lp_error *e) {
    LP_CLEANUP(lp_label_set_free) lp_label_set labels = {0};
    bool is_pair = of->count == 1 && strchr(of->item[0], ',') != NULL;
    if (is_pair)
        return read_pair(p, s, o, e);
    if (read_points(p, s, of, o, e) || (o->boundary && read_regions(p, s, e)))
        return -1;
    if (o->colour != NULL)
        return read_colours(p, s, of, o->colour, e);
    return o->plain ? 0 : read_classes(p, s, of, &labels, e);
}

int lp_points_read(lp_points *p, lp_stream *s, const lp_points_options *o, lp_error *e) {
    static const char *whole[] = {"x"}, *parts[] = {"x_train", "x_test"};
    lp_texts of = {whole, 1};
    if (o->of.count > 0)
        of = o->of;
    else if (!lp_stream_has(s, "x") && lp_stream_has(s, "x_train"))
        of = (lp_texts){parts, lp_stream_has(s, "x_test") ? 2 : 1};
    *p = (lp_points){0};
    if (read_all(p, s, o, &of, e) || (o->by_tensor && read_sets(p, s, &of, &o->name, e)))
        return -1;
    p->scatter.equal_scale = o->equal;
    p->scatter.joined = o->join;
    p->scatter.x_range = o->x_range;
    p->scatter.y_range = o->y_range;
    return 0;
}

/* The scores of a model of one output are affine: three of them give the bias and both weights of
 * the columns in `taken`. */
static int find_line(const lp_model *m, const lp_schema *data, double w[2], double *bias,
                     lp_error *e) {
    LP_CLEANUP(lp_tensor_free) lp_tensor at = lp_tensor_matrix(LP_F8, 3, 2);
    LP_CLEANUP(lp_tensor_free) lp_tensor scores = {0};
    memcpy(at.data, (double[]){0, 0, 1, 0, 0, 1}, 6 * sizeof(double));
    if (score(m, &at, data, &scores, e))
        return -1;
    *bias = lp_tensor_at(&scores, 0);
    w[0] = lp_tensor_at(&scores, 1) - *bias;
    w[1] = lp_tensor_at(&scores, 2) - *bias;
    return w[0] != 0 || w[1] != 0 ? 0 : lp_fail(e, "its weights are 0: it has no line");
}

int lp_points_add_line(lp_points *p, lp_stream *model, const char *name, lp_error *e) {
    LP_CLEANUP(lp_model_free) lp_model m = {0};
    LP_CLEANUP(lp_schema_free) lp_schema data = {0};
    size_t taken[2];
    double w[2], bias;
    if (!lp_model_is_in(model))
        return lp_fail(e, "there is no model in it to draw a line of");
    if (lp_model_read_for(&m, NULL, model, e) || take_columns(p, &m, "a line is", taken, &data, e))
        return -1;
    if (!m.is_perceptron)
        return lp_fail(e, "a network has no line (--boundary draws its regions)");
    if (find_line(&m, &data, w, &bias, e))
        return -1;
    lp_scatter *points = &p->scatter;
    lp_line *line = lp_arena_alloc(&p->arena, points->lines + 1, sizeof *line);
    for (size_t i = 0; i < points->lines; i++)
        line[i] = points->line[i];
    bool swapped = taken[0] != p->x_column;
    line[points->lines++] = (lp_line){w[swapped], w[!swapped], bias, name};
    points->line = line;
    return 0;
}

void lp_points_free(lp_points *p) {
    lp_model_free(&p->model);
    lp_schema_free(&p->data);
    lp_schema_free(&p->taken_data);
    lp_arena_free(&p->arena);
    *p = (lp_points){0};
}
