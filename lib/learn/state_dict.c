#include "learn/state_dict.h"

#include <stdlib.h>
#include <string.h>

/* What the notes call the prefixes. */
static const char PREFIXES[] = "state_dict.prefixes";

enum { NAME = 256 };

/* The prefixes of the layers with parameters, in their order. */
typedef struct {
    lp_arena memory;
    size_t count, capacity;
    const char **item;
} prefixes;

static void add(prefixes *p, const char *text, size_t length) {
    p->item = lp_grow(p->item, p->count, &p->capacity, sizeof *p->item);
    char *copy = lp_arena_alloc(&p->memory, length + 1, 1);
    memcpy(copy, text, length);
    copy[length] = '\0';
    p->item[p->count++] = copy;
}

static void free_prefixes(prefixes *p) {
    free(p->item);
    lp_arena_free(&p->memory);
}

/* "fc1,fc2" */
static int parse_prefixes(prefixes *p, const char *names, lp_error *e) {
    for (const char *at = names;; at++) {
        const size_t length = strcspn(at, ",");
        if (length == 0 || length > 100)
            return lp_fail_usage(e, "option --names: '%s' is not a list of names", names);
        add(p, at, length);
        for (size_t i = 0; i + 1 < p->count; i++)
            if (strcmp(p->item[i], p->item[p->count - 1]) == 0)
                return lp_fail_usage(e, "option --names: '%s' is there twice", p->item[i]);
        at += length;
        if (*at == '\0')
            return 0;
    }
}

static bool has_params(lp_layer_kind kind) {
    return lp_layers[kind].params != NULL;
}

/* Where the layers' modules are in a torch.nn.Sequential. */
static void number_modules(prefixes *p, const lp_network *net) {
    size_t module = 0;
    for (size_t l = 0; l < net->layers; l++) {
        char text[24];
        const int length = snprintf(text, sizeof text, "%zu", module);
        if (has_params(net->layer[l].kind))
            add(p, text, (size_t)length);
        module += net->layer[l].activation == LP_ACTIVATION_IDENTITY ? 1 : 2;
    }
}

/* ---- out of a stream ---- */

/* One number as `units` of them. */
static lp_tensor expand(const lp_tensor *bias, size_t units) {
    lp_tensor all = lp_tensor_vector(bias->type, units);
    for (size_t i = 0; i < units; i++)
        memcpy((char *)all.data + i * bias->type.size, bias->data, bias->type.size);
    return all;
}

static int move_param(lp_stream *notes, const char *from, const char *to, size_t units,
                      lp_stream *tensors, lp_error *e) {
    const lp_tensor *t = lp_stream_get(notes, from, e);
    if (t == NULL)
        return -1;
    if (lp_stream_check_name(to, e)) {
        e->status = LP_USAGE;
        return lp_within(e, "option --names");
    }
    lp_tensor moved =
        t->ndim == 1 && t->count == 1 && units > 1 ? expand(t, units) : lp_tensor_copy(t);
    lp_stream_put(tensors, to, &moved);
    lp_stream_drop(notes, from);
    return 0;
}

static int move_network(const lp_network *net, const char *names, lp_stream *tensors,
                        lp_stream *notes, lp_error *e) {
    LP_CLEANUP(free_prefixes) prefixes p = {0};
    size_t used = 0, layers = 0;
    for (size_t l = 0; l < net->layers; l++)
        layers += has_params(net->layer[l].kind);
    if (names == NULL)
        number_modules(&p, net);
    else if (parse_prefixes(&p, names, e))
        return -1;
    if (p.count != layers)
        return lp_fail_usage(e, "option --names: %zu names for %zu layers with parameters", p.count,
                             layers);
    for (size_t l = 0; l < net->layers; l++) {
        const lp_layer *layer = &net->layer[l];
        for (size_t i = 0; i < LP_LAYER_PARAMS; i++) {
            if (layer->param[i] == SIZE_MAX)
                continue;
            const char *from = net->params.table[layer->param[i]].name;
            char to[NAME];
            snprintf(to, sizeof to, "%s%s", p.item[used], strchr(from, '.'));
            if (move_param(notes, from, to, i == LP_BIAS && layer->bias == 1 ? layer->units : 1,
                           tensors, e))
                return -1;
        }
        used += has_params(layer->kind);
    }
    lp_stream_put_strings(notes, PREFIXES, p.item, p.count);
    return 0;
}

int lp_state_dict_write(lp_stream *s, const char *names, lp_stream *tensors, lp_stream *notes,
                        lp_error *e) {
    LP_CLEANUP(lp_model_free) lp_model m = {0};
    if (lp_model_read(&m, s, e))
        return -1;
    lp_model_write(&m, notes);
    if (!m.is_perceptron)
        return move_network(&m.net, names, tensors, notes, e);
    if (names != NULL)
        return lp_fail_usage(e, "option --names: a perceptron is one nn.Linear, weight and bias");
    return move_param(notes, "weight", "weight", 1, tensors, e) ||
                   (lp_stream_has(notes, "bias") &&
                    move_param(notes, "bias", "bias", 1, tensors, e))
               ? -1
               : 0;
}

/* ---- into a stream ---- */

static void put_ints(lp_stream *s, const char *name, const lp_ints *values) {
    lp_tensor t = lp_tensor_vector(LP_I8, values->count);
    memcpy(t.data, values->item, values->count * sizeof *values->item);
    lp_stream_put(s, name, &t);
}

static size_t count_layers(const lp_stream *notes) {
    char kind[NAME], activation[NAME];
    for (size_t l = 1;; l++) {
        snprintf(kind, sizeof kind, "layer%zu.kind", l);
        snprintf(activation, sizeof activation, "layer%zu.activation", l);
        if (!lp_stream_has(notes, kind) && !lp_stream_has(notes, activation))
            return l - 1;
    }
}

static int describe_layers(lp_stream *notes, const lp_state_dict_options *o, lp_error *e) {
    if (count_layers(notes) > 0)
        return lp_fail(e, "the file says which layers it has (leave out --layers)");
    for (size_t l = 0; l < o->layers.count; l++)
        lp_layer_put(&o->layers.item[l], l, notes);
    lp_stream_put_text(notes, "model.loss", o->loss == LP_LOSS_MSE ? "mse" : "cross-entropy");
    if (o->input_shape.count > 0)
        put_ints(notes, "model.input_shape", &o->input_shape);
    if (o->input_scale != 1)
        lp_stream_put_number(notes, "model.input_scale", o->input_scale);
    if (o->input_shift != 0)
        lp_stream_put_number(notes, "model.input_shift", o->input_shift);
    return 0;
}

/* The number that a prefix is, SIZE_MAX where it is not one. */
static size_t number_of(const char *prefix) {
    const size_t digits = strspn(prefix, "0123456789");
    return digits > 0 && digits < 10 && prefix[digits] == '\0' ? strtoul(prefix, NULL, 10)
                                                               : SIZE_MAX;
}

static int by_number(const void *a, const void *b) {
    const size_t x = number_of(*(const char *const *)a), y = number_of(*(const char *const *)b);
    return (x > y) - (x < y);
}

/* The prefixes that the tensors have, by their numbers. */
static int find_prefixes(prefixes *p, const lp_stream *tensors, lp_error *e) {
    for (size_t i = 0; i < lp_stream_count(tensors); i++) {
        const char *name = lp_stream_name(tensors, i), *dot = strrchr(name, '.');
        const size_t length = dot != NULL ? (size_t)(dot - name) : 0;
        bool is_new = true;
        for (size_t k = 0; k < p->count; k++)
            is_new =
                is_new && !(strlen(p->item[k]) == length && strncmp(p->item[k], name, length) == 0);
        if (!is_new)
            continue;
        add(p, name, length);
        if (number_of(p->item[p->count - 1]) == SIZE_MAX)
            return lp_fail(
                e,
                "the order of the layers is not to be seen from names such as '%s' (name "
                "those with parameters, from the first to the last: --names NAME,NAME)",
                name);
    }
    if (p->count > 1)
        qsort(p->item, p->count, sizeof *p->item, by_number);
    return 0;
}

static int read_prefixes(prefixes *p, lp_stream *notes, lp_error *e) {
    const lp_tensor *t = lp_stream_get(notes, PREFIXES, e);
    if (t == NULL || !lp_type_is_string(t->type))
        return t == NULL ? -1 : lp_fail(e, "%s is not a list of names", PREFIXES);
    for (size_t i = 0; i < t->count; i++) {
        LP_CLEANUP(lp_free) char *text = lp_tensor_string(t, i, e);
        if (text == NULL)
            return -1;
        add(p, text, strlen(text));
    }
    return 0;
}

/* Layer l's kind, which is dense where the notes have none. */
static int read_kind(lp_stream *notes, size_t l, lp_error *e) {
    char name[NAME];
    snprintf(name, sizeof name, "layer%zu.kind", l + 1);
    return lp_stream_has(notes, name) ? lp_stream_get_choice(notes, name, LP_LAYER_CHOICES, e)
                                      : (int)LP_LAYER_DENSE;
}

/* Renames PREFIX.* to layerN.*. A name in between keeps a prefix "layer2" from meeting another
 * layer's. */
static int rename_layer(lp_stream *tensors, const char *prefix, const char *to, lp_error *e) {
    const size_t length = strlen(prefix);
    size_t renamed = 0;
    char name[NAME];
    for (size_t i = 0; i < lp_stream_count(tensors); i++) {
        const char *old = lp_stream_name(tensors, i);
        if (strncmp(old, prefix, length) != 0 || strchr(old + length, '.') != old + length ||
            strchr(old + length + 1, '.') != NULL || strlen(old + length) > 100)
            continue;
        snprintf(name, sizeof name, "%.100s%.100s", to, old + length);
        if (lp_stream_rename(tensors, old, name, e))
            return -1;
        renamed++;
    }
    if (renamed > 0)
        return 0;
    char list[LP_STREAM_LISTED];
    return lp_fail(e, "there is no tensor '%s.weight' (%s)", prefix, lp_stream_list(tensors, list));
}

static bool is_kept(const char *name, const void *context) {
    (void)context;
    const char *dot = strrchr(name, '.');
    return dot == NULL || strcmp(dot, ".num_batches_tracked") != 0;
}

/* Gives the layers with parameters their own names. */
static int rename_all(lp_stream *tensors, lp_stream *notes, const prefixes *p, lp_error *e) {
    char between[NAME], own[NAME];
    size_t used = 0;
    for (size_t l = 0; l < count_layers(notes); l++) {
        int kind = read_kind(notes, l, e);
        if (kind < 0)
            return -1;
        if (!has_params((lp_layer_kind)kind))
            continue;
        if (used == p->count)
            return lp_fail(e, "layer %zu has parameters, for which there are no tensors", l + 1);
        snprintf(between, sizeof between, "state_dict/layer%zu", l + 1);
        if (rename_layer(tensors, p->item[used++], between, e))
            return -1;
    }
    if (used < p->count)
        return lp_fail(e, "no layer is left for '%s'", p->item[used]);
    for (size_t i = 0; i < lp_stream_count(tensors); i++) {
        const char *name = lp_stream_name(tensors, i);
        if (strncmp(name, "state_dict/", 11) != 0)
            return lp_fail(e, "tensor '%s' belongs to no layer", name);
        snprintf(own, sizeof own, "%.200s", name + 11);
        if (lp_stream_rename(tensors, name, own, e))
            return -1;
    }
    return 0;
}

/* Refuses a tensor that is not a parameter of its layer, of the first n of a stream. */
static int check_params(const lp_params *params, const lp_stream *s, size_t n, lp_error *e) {
    for (size_t i = 0; i < n; i++) {
        bool is_param = false;
        for (size_t k = 0; k < params->count; k++)
            is_param = is_param || strcmp(params->table[k].name, lp_stream_name(s, i)) == 0;
        if (!is_param)
            return lp_fail(e, "'%s' is not a parameter of that layer", lp_stream_name(s, i));
    }
    return 0;
}

/* Holds the weights against the sizes in --layers. */
static int check_sizes(const lp_network *net, const lp_layer_list *layers, lp_error *e) {
    for (size_t l = 0; l < layers->count && l < net->layers; l++) {
        const lp_layer *got = &net->layer[l], *wanted = &layers->item[l];
        if (lp_layers[got->kind].weight_dims > 0 &&
            (got->units != wanted->units || got->kernel != wanted->kernel))
            return lp_fail(e, "the weights of layer %zu are of %zu units%s, --layers says %zu",
                           l + 1, got->units,
                           got->kernel != wanted->kernel ? " and another kernel" : "",
                           wanted->units);
    }
    return 0;
}

static void merge(lp_stream *tensors, lp_stream *notes) {
    lp_error e;
    for (size_t i = 0; i < lp_stream_count(notes); i++) {
        const char *name = lp_stream_name(notes, i);
        lp_tensor t = lp_tensor_copy(lp_stream_get(notes, name, &e));
        lp_stream_put(tensors, name, &t);
    }
}

int lp_state_dict_read(lp_stream *tensors, lp_stream *notes, const lp_state_dict_options *o,
                       lp_error *e) {
    LP_CLEANUP(free_prefixes) prefixes p = {0};
    if (o->layers.count > 0 && describe_layers(notes, o, e))
        return -1;
    const bool is_network = o->layers.count > 0 || lp_stream_has(notes, PREFIXES);
    if (is_network) {
        lp_stream_filter(tensors, is_kept, NULL);
        if (lp_stream_has(notes, PREFIXES) ? read_prefixes(&p, notes, e)
            : o->names != NULL             ? parse_prefixes(&p, o->names, e)
                                           : find_prefixes(&p, tensors, e))
            return -1;
        if (rename_all(tensors, notes, &p, e))
            return -1;
    }
    const size_t params = lp_stream_count(tensors);
    lp_stream_drop(notes, PREFIXES);
    merge(tensors, notes);
    if (!is_network)
        return 0;
    LP_CLEANUP(lp_model_free) lp_model m = {0};
    if (lp_model_read(&m, tensors, e))
        return -1;
    return check_params(&m.net.params, tensors, params, e) ? -1
                                                           : check_sizes(&m.net, &o->layers, e);
}
