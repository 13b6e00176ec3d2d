#include "learn/model.h"

#include "base/values.h"
#include "io/groups.h"

#include <math.h>
#include <string.h>

static bool has_network(const lp_stream *s) {
    return lp_stream_has(s, "layer1.weight") || lp_stream_has(s, "layer1.kind");
}

bool lp_model_is_in(const lp_stream *s) {
    return has_network(s) || lp_stream_has(s, "weight");
}

/* The place of the text NAME among `choices`, "a|b"; 0 where the stream has none. */
static int read_choice(lp_stream *s, const char *name, const char *choices, lp_error *e) {
    return lp_stream_has(s, name) ? lp_stream_get_choice(s, name, choices, e) : 0;
}

/* The number NAME, where there is one. */
static int read_number(lp_stream *s, const char *name, double *value, lp_error *e) {
    if (!lp_stream_has(s, name))
        return 0;
    const lp_tensor *t = lp_stream_get(s, name, e);
    if (t == NULL)
        return -1;
    *value = lp_type_is_number(t->type) && t->count == 1 ? lp_tensor_at(t, 0) : NAN;
    return isfinite(*value) ? 0 : lp_fail(e, "%s is not a finite number", name);
}

static int read_network(lp_model *m, lp_stream *s, lp_error *e) {
    int loss = read_choice(s, "model.loss", LP_LOSS_CHOICES, e);
    int reduction = loss < 0 ? -1 : read_choice(s, "model.reduction", LP_REDUCTION_CHOICES, e);
    int target = reduction < 0 ? -1 : read_choice(s, "model.target", LP_TARGET_CHOICES, e);
    if (target < 0)
        return -1;
    m->loss = (lp_loss)loss;
    m->reduction = (lp_reduction)reduction;
    m->target = (lp_target)target;
    if (read_number(s, "model.input_scale", &m->input_scale, e) ||
        read_number(s, "model.input_shift", &m->input_shift, e))
        return -1;
    return lp_network_read(&m->net, s, false, e);
}

lp_model lp_model_new_perceptron(lp_type type, size_t d, bool has_bias) {
    lp_model m = {.is_perceptron = true, .input_scale = 1};
    m.net = lp_network_mlp(type, 1, (size_t[]){d, 1}, has_bias ? LP_BIAS_SCALAR : LP_BIAS_NONE,
                           LP_ACTIVATION_IDENTITY, LP_ACTIVATION_IDENTITY, false);
    for (size_t i = 0; i < m.net.params.count; i++)
        strcpy(m.net.params.table[i].name, i == 0 ? "weight" : "bias");
    return m;
}

static int read_perceptron(lp_model *m, lp_stream *s, lp_error *e) {
    lp_tensor w;
    char shape[200];
    lp_stream_describe(s, "weight", &w);
    if (w.type.kind != 'f' || w.ndim != 2 || w.shape[0] != 1 || w.count == 0)
        return lp_fail(e, "weight has shape %s, expected (1, d) of f4 or f8",
                       lp_shape_text(w.ndim, w.shape, shape));
    *m = lp_model_new_perceptron(w.type, w.shape[1], lp_stream_has(s, "bias"));
    return lp_params_take(&m->net.params, s, e);
}

/* Classes 0 .. k-1, by these numbers. */
static lp_tensor numbered_names(size_t k) {
    LP_CLEANUP(lp_arena_free) lp_arena arena = {0};
    const char **name = lp_arena_alloc(&arena, k, sizeof *name);
    for (size_t i = 0; i < k; i++) {
        char text[24];
        snprintf(text, sizeof text, "%zu", i);
        name[i] = lp_arena_strdup(&arena, text);
    }
    return lp_tensor_strings(name, k);
}

/* Labels 0 .. k-1 need no names. Where the data has some that are numbers, as a file without a
 * class 0 gets, the model's are these numbers: labels match by value, not by place. What an earlier
 * version wrote, without model.offset, says nothing of its classes. */
static int name_classes(lp_model *m, lp_stream *data, lp_error *e) {
    const size_t k = lp_model_classes(m, false);
    if (k == 0 || m->schema.classes.data != NULL || m->schema.offset.data == NULL || data == NULL ||
        !lp_stream_has(data, "classes"))
        return 0;
    const lp_tensor *names = lp_stream_get(data, "classes", e);
    if (names == NULL)
        return -1;
    if (lp_classes_are_numbers(names))
        m->schema.classes = numbered_names(k);
    return 0;
}

static int read_model(lp_model *m, lp_stream *s, bool is_apart, lp_error *e) {
    *m = (lp_model){.input_scale = 1};
    bool network = has_network(s), perceptron = lp_stream_has(s, "weight");
    if (network && perceptron)
        lp_fail(e, "there are two models, layer1.weight and weight (drop one with labpipe pick)");
    else if (!network && !perceptron)
        lp_fail(e, "there is no model (expected layer1.weight or weight)");
    else if ((network ? read_network(m, s, e) : read_perceptron(m, s, e)) == 0 &&
             lp_schema_of_model(&m->schema, s, is_apart, e) == 0)
        return 0;
    return lp_within(e, "reading the model");
}

int lp_model_read(lp_model *m, lp_stream *s, lp_error *e) {
    return read_model(m, s, false, e) ? -1 : name_classes(m, s, e);
}

int lp_model_read_for(lp_model *m, lp_stream *s, lp_stream *apart, lp_error *e) {
    return read_model(m, apart != NULL ? apart : s, apart != NULL, e) ? -1 : name_classes(m, s, e);
}

int lp_model_describe(lp_model *m, const lp_dataset *d, lp_stream *s, lp_error *e) {
    lp_schema_free(&m->schema);
    if (lp_schema_of_data(&m->schema, s, e))
        return lp_within(e, "reading what describes the data");
    lp_tensor_free(&m->schema.classes);
    if (d->class_name.data != NULL)
        m->schema.classes = lp_tensor_copy(&d->class_name);
    else if (d->classes > 0 && m->loss == LP_LOSS_MSE && !m->is_perceptron)
        /* names alone tell that a network trained by squared error has classes */
        m->schema.classes = numbered_names(d->classes);
    return 0;
}

void lp_model_write(const lp_model *m, lp_stream *s) {
    lp_schema_put(&m->schema, s);
    if (m->is_perceptron) {
        lp_params_put(&m->net.params, s);
        return;
    }
    lp_network_write(&m->net, s);
    lp_stream_put_text(s, "model.loss", m->loss == LP_LOSS_MSE ? "mse" : "cross-entropy");
    lp_stream_put_text(s, "model.reduction", m->reduction == LP_REDUCE_SUM ? "sum" : "mean");
    lp_stream_put_text(s, "model.target", m->target == LP_TARGET_X ? "x" : "y");
    if (m->input_scale != 1)
        lp_stream_put_number(s, "model.input_scale", m->input_scale);
    if (m->input_shift != 0)
        lp_stream_put_number(s, "model.input_shift", m->input_shift);
}

void lp_model_free(lp_model *m) {
    lp_network_free(&m->net);
    lp_schema_free(&m->schema);
}

/* Factors are a model too, but not one that is trained on rows of features. */
static bool is_factor(const char *name) {
    return lp_choice_of("u|s|v|mean|row_bias|col_bias", name, strlen(name)) >= 0;
}

/* For lp_stream_filter: false for what a model leaves behind. */
static bool is_not_of_a_model(const char *name, const void *context) {
    (void)context;
    lp_group group = lp_group_of(name);
    return group != LP_GROUP_RESULTS && (group != LP_GROUP_MODEL || is_factor(name));
}

void lp_model_drop(lp_stream *s) {
    lp_stream_filter(s, is_not_of_a_model, NULL);
}

int lp_model_check_rows(const lp_model *m, const char *name, size_t cols, int dims,
                        const size_t *shape, lp_error *e) {
    const lp_volume in = m->net.layer[0].in;
    size_t side[] = {in.height, in.width, in.channels};
    char got[200], expected[200];
    if (cols != lp_network_inputs(&m->net))
        return lp_fail(e, "%s has %zu columns, the model takes %zu", name, cols,
                       lp_network_inputs(&m->net));
    if (lp_volume_is_flat(in) || dims < 2)
        return 0;
    int wanted = dims == 2 && in.channels == 1 ? 2 : 3;
    if (dims == wanted && memcmp(shape, side, (size_t)dims * sizeof *shape) == 0)
        return 0;
    return lp_fail(e, "%s has pictures of %s, the model takes %s", name,
                   lp_shape_text(dims, shape, got), lp_shape_text(wanted, side, expected));
}

size_t lp_model_classes(const lp_model *m, bool labelled) {
    if (m->is_perceptron)
        return 2;
    if (m->target == LP_TARGET_X || (m->loss == LP_LOSS_MSE && !labelled))
        return 0;
    return lp_network_outputs(&m->net);
}

static bool has_integers(const lp_stream *s, const char *name) {
    lp_tensor t;
    return lp_stream_describe(s, name, &t) && lp_type_is_integer(t.type);
}

bool lp_model_has_classes(const lp_model *m, const lp_stream *s) {
    return m->schema.classes.data != NULL ||
           (!lp_stream_has(s, "model.offset") &&
            (lp_stream_has(s, "classes") || has_integers(s, "y_train") || has_integers(s, "y")));
}
