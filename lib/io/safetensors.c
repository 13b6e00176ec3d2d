#include "io/safetensors.h"

#include "base/memory.h"

#include <jansson.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_HEADER = 100 * 1000 * 1000, /* the reference's own limit */
    LENGTH_SIZE = 8,                /* bytes that tell how long the header is */
};

static const char METADATA[] = "__metadata__", NOTES[] = "labpipe";

/* The format's types by alignment, as the reference orders them; f2 is BF16 where is_brain is set.
 */
typedef struct {
    const char *name;
    lp_type type;
    bool is_brain;
} dtype;

static const dtype dtypes[] = {
    {"BOOL", {'b', 1}, false}, {"U8", {'u', 1}, false},  {"I8", {'i', 1}, false},
    {"I16", {'i', 2}, false},  {"U16", {'u', 2}, false}, {"F16", {'f', 2}, false},
    {"BF16", {'f', 2}, true},  {"I32", {'i', 4}, false}, {"U32", {'u', 4}, false},
    {"F32", {'f', 4}, false},  {"F64", {'f', 8}, false}, {"I64", {'i', 8}, false},
    {"U64", {'u', 8}, false},
};
enum { DTYPES = sizeof dtypes / sizeof *dtypes };

lp_safetensors lp_safetensors_new(void) {
    /* jansson 2.14 leaves a character out of a text that it finds no memory for. */
    json_set_alloc_funcs(lp_alloc_unaligned, free);
    return (lp_safetensors){lp_stream_new(), lp_stream_new()};
}

void lp_safetensors_free(lp_safetensors *st) {
    lp_stream_free(st->tensors);
    lp_stream_free(st->notes);
    *st = (lp_safetensors){0};
}

static void drop_json(json_t **value) {
    json_decref(*value);
}

/* ---- notes ---- */

static int note_fails(lp_error *e) {
    return lp_fail(e, "it is neither a text nor a number, nor a list of either");
}

static int put_list(lp_stream *notes, const char *name, const json_t *list, lp_error *e) {
    const size_t n = json_array_size(list);
    const json_type type = n > 0 ? json_typeof(json_array_get(list, 0)) : JSON_STRING;
    if (type != JSON_STRING && type != JSON_INTEGER && type != JSON_REAL)
        return note_fails(e);
    LP_CLEANUP(lp_free) const char **texts = lp_alloc(n, sizeof *texts);
    LP_CLEANUP(lp_tensor_free)
    lp_tensor numbers = lp_tensor_vector(type == JSON_REAL ? LP_F8 : LP_I8, n);
    for (size_t i = 0; i < n; i++) {
        const json_t *item = json_array_get(list, i);
        if (json_typeof(item) != type)
            return note_fails(e);
        texts[i] = json_string_value(item);
        if (type == JSON_REAL)
            ((double *)numbers.data)[i] = json_real_value(item);
        else
            ((int64_t *)numbers.data)[i] = json_integer_value(item);
    }
    if (type == JSON_STRING)
        lp_stream_put_strings(notes, name, texts, n);
    else
        lp_stream_put(notes, name, &numbers);
    return 0;
}

static int check_new_name(const lp_safetensors *st, const char *name, lp_error *e) {
    if (lp_stream_check_name(name, e))
        return -1;
    if (lp_stream_has(st->tensors, name) || lp_stream_has(st->notes, name))
        return lp_fail(e, "tensor '%s': there are two of this name", name);
    return 0;
}

static int put_note(lp_safetensors *st, const char *name, const json_t *value, lp_error *e) {
    lp_tensor whole;
    switch (json_typeof(value)) {
    case JSON_STRING:
        lp_stream_put_text(st->notes, name, json_string_value(value));
        return 0;
    case JSON_REAL:
        lp_stream_put_number(st->notes, name, json_real_value(value));
        return 0;
    case JSON_INTEGER:
        whole = lp_tensor_zeros(LP_I8, 0, NULL);
        *(int64_t *)whole.data = json_integer_value(value);
        lp_stream_put(st->notes, name, &whole);
        return 0;
    case JSON_ARRAY:
        return put_list(st->notes, name, value, e);
    default:
        return note_fails(e);
    }
}

static int parse_json(const char *text, size_t size, json_t **value, lp_error *e) {
    json_error_t why;
    *value = json_loadb(text, size, JSON_REJECT_DUPLICATES, &why);
    if (*value == NULL)
        return lp_fail(e, "JSON, byte %d: %s", why.position, why.text);
    return json_is_object(*value) ? 0 : lp_fail(e, "JSON: it is not an object");
}

static int read_notes(lp_safetensors *st, const json_t *text, lp_error *e) {
    LP_CLEANUP(drop_json) json_t *notes = NULL;
    if (parse_json(json_string_value(text), json_string_length(text), &notes, e))
        return -1;
    const char *name;
    json_t *value;
    json_object_foreach(notes, name, value) {
        if (check_new_name(st, name, e))
            return -1;
        if (put_note(st, name, value, e))
            return lp_within(e, "'%s'", name);
    }
    return 0;
}

static int check_metadata(const json_t *metadata, lp_error *e) {
    const char *key;
    json_t *value;
    if (!json_is_object(metadata))
        return lp_fail(e, "it is not an object");
    json_object_foreach((json_t *)(uintptr_t)metadata, key, value) {
        if (!json_is_string(value))
            return lp_fail(e, "'%s' is not a text", key);
    }
    return 0;
}

/* ---- reading ---- */

/* What the header says of a tensor. */
typedef struct {
    const char *name;
    const dtype *type;
    int ndim;
    size_t shape[LP_MAX_DIMS], count;
    size_t begin, end; /* in the data */
} entry;

static bool is_size(const json_t *value, size_t *size) {
    if (!json_is_integer(value) || json_integer_value(value) < 0)
        return false;
    *size = (size_t)json_integer_value(value);
    return true;
}

static int parse_dtype(const json_t *value, entry *x, lp_error *e) {
    if (!json_is_string(value))
        return lp_fail(e, "its dtype is missing");
    for (const dtype *row = dtypes; row < dtypes + DTYPES; row++)
        if (strcmp(row->name, json_string_value(value)) == 0)
            x->type = row;
    if (x->type == NULL)
        return lp_fail(e,
                       "its dtype '%s' is not one of BOOL, U8 to U64, I8 to I64, F16, BF16, F32 "
                       "and F64 (convert it before saving)",
                       json_string_value(value));
    return 0;
}

static int parse_shape(const json_t *value, entry *x, lp_error *e) {
    if (!json_is_array(value))
        return lp_fail(e, "its shape is missing");
    if (json_array_size(value) > LP_MAX_DIMS)
        return lp_fail(e, "it has more than %d dimensions", LP_MAX_DIMS);
    for (x->ndim = 0; (size_t)x->ndim < json_array_size(value); x->ndim++)
        if (!is_size(json_array_get(value, (size_t)x->ndim), &x->shape[x->ndim]))
            return lp_fail(e, "its shape is not a list of whole numbers");
    return 0;
}

static int parse_entry(const json_t *value, entry *x, lp_error *e) {
    size_t bytes;
    const json_t *offsets = json_object_get(value, "data_offsets");
    if (!json_is_object(value))
        return lp_fail(e, "it is not an object of dtype, shape and data_offsets");
    if (parse_dtype(json_object_get(value, "dtype"), x, e) ||
        parse_shape(json_object_get(value, "shape"), x, e) ||
        lp_shape_size(x->type->type, x->ndim, x->shape, &x->count, &bytes, e))
        return -1;
    if (json_array_size(offsets) != 2 || !is_size(json_array_get(offsets, 0), &x->begin) ||
        !is_size(json_array_get(offsets, 1), &x->end) || x->begin > x->end)
        return lp_fail(e, "its data_offsets are not the places where its data begin and end");
    char shape[200];
    if (x->end - x->begin != bytes)
        return lp_fail(e, "%zu bytes of data cannot be %s of %s", x->end - x->begin,
                       lp_shape_text(x->ndim, x->shape, shape), x->type->name);
    return 0;
}

static int by_place(const void *a, const void *b) {
    const entry *x = *(entry *const *)a, *y = *(entry *const *)b;
    if (x->begin != y->begin)
        return x->begin < y->begin ? -1 : 1;
    return (x->end > y->end) - (x->end < y->end);
}

/* The tensors' data follow each other without a hole, from the first byte to the last. */
static int check_places(const entry *all, size_t n, size_t size, lp_error *e) {
    LP_CLEANUP(lp_free) const entry **sorted = lp_alloc(n, sizeof *sorted);
    for (size_t i = 0; i < n; i++)
        sorted[i] = &all[i];
    qsort(sorted, n, sizeof *sorted, by_place);
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        if (sorted[i]->begin != at)
            return lp_fail(e,
                           "tensor '%s': its data begin at byte %zu, where %zu was expected (%s)",
                           sorted[i]->name, sorted[i]->begin, at,
                           sorted[i]->begin < at ? "they overlap others" : "there is a hole");
        at = sorted[i]->end;
    }
    if (at != size)
        return lp_fail(e, "its tensors have %zu bytes of data, there are %zu%s", at, size,
                       at > size ? " (was it cut short?)" : "");
    return 0;
}

static void widen(const entry *x, const unsigned char *from, float *to) {
    for (size_t i = 0; i < x->count; i++) {
        uint16_t half;
        memcpy(&half, from + 2 * i, 2);
        const uint32_t upper = (uint32_t)half << 16; /* bfloat16: the upper half of a float */
        if (x->type->is_brain)
            memcpy(&to[i], &upper, 4);
        else
            to[i] = lp_half_value(half);
    }
}

static int put_tensor(lp_safetensors *st, const entry *x, const unsigned char *data, lp_error *e) {
    const bool is_half = lp_type_is(x->type->type, (lp_type){'f', 2});
    LP_CLEANUP(lp_tensor_free) lp_tensor t = {0};
    if (check_new_name(st, x->name, e))
        return -1;
    if (lp_tensor_try_zeros(&t, is_half ? LP_F4 : x->type->type, x->ndim, x->shape, e))
        return lp_within(e, "tensor '%s'", x->name);
    if (is_half)
        widen(x, data + x->begin, t.data);
    else if (x->end > x->begin)
        memcpy(t.data, data + x->begin, x->end - x->begin);
    lp_stream_put(st->tensors, x->name, &t);
    return 0;
}

static int read_tensors(lp_safetensors *st, json_t *header, const unsigned char *data, size_t size,
                        lp_error *e) {
    LP_CLEANUP(lp_free) entry *all = lp_alloc_zero(json_object_size(header), sizeof *all);
    size_t n = 0;
    const char *name;
    json_t *value;
    json_object_foreach(header, name, value) {
        if (strcmp(name, METADATA) == 0)
            continue;
        all[n].name = name;
        if (parse_entry(value, &all[n++], e))
            return lp_within(e, "tensor '%s'", name);
    }
    if (check_places(all, n, size, e))
        return -1;
    for (size_t i = 0; i < n; i++)
        if (put_tensor(st, &all[i], data, e))
            return -1;
    return 0;
}

static int read_file(lp_safetensors *st, const unsigned char *bytes, size_t size, lp_error *e) {
    uint64_t length;
    if (size < LENGTH_SIZE)
        return lp_fail(e, "it is cut short");
    memcpy(&length, bytes, LENGTH_SIZE);
    if (length > MAX_HEADER)
        return lp_fail(e, "its header says that it is %llu bytes long (at most %d are read)",
                       (unsigned long long)length, MAX_HEADER);
    if (length > size - LENGTH_SIZE)
        return lp_fail(e, "it is cut short: %zu of the %llu bytes of its header",
                       size - LENGTH_SIZE, (unsigned long long)length);
    if (length == 0 || bytes[LENGTH_SIZE] != '{')
        return lp_fail(e, "its header does not begin with {");
    LP_CLEANUP(drop_json) json_t *header = NULL;
    if (parse_json((const char *)bytes + LENGTH_SIZE, length, &header, e))
        return lp_within(e, "header");
    const json_t *metadata = json_object_get(header, METADATA);
    const size_t start = LENGTH_SIZE + (size_t)length;
    if (metadata != NULL && check_metadata(metadata, e))
        return lp_within(e, "%s", METADATA);
    if (read_tensors(st, header, bytes + start, size - start, e))
        return -1;
    const json_t *notes = json_object_get(metadata, NOTES);
    return notes != NULL && read_notes(st, notes, e) ? lp_within(e, "%s: %s", METADATA, NOTES) : 0;
}

int lp_safetensors_read(lp_safetensors *st, const void *bytes, size_t size, lp_error *e) {
    return read_file(st, bytes, size, e) ? lp_within(e, "safetensors") : 0;
}

/* ---- writing ---- */

int lp_safetensors_put(lp_safetensors *st, lp_stream *s, lp_error *e) {
    for (size_t i = 0; i < lp_stream_count(s); i++) {
        const char *name = lp_stream_name(s, i);
        const lp_tensor *t = lp_stream_get(s, name, e);
        if (t == NULL)
            return -1;
        lp_tensor view = lp_tensor_view(t);
        lp_stream_put(lp_type_is_string(t->type) ? st->notes : st->tensors, name, &view);
    }
    return 0;
}

/* Element i as JSON; NULL where it has none, such as a NaN. */
static json_t *json_of_element(const lp_tensor *t, size_t i) {
    lp_error e;
    if (t->type.kind == 'f')
        return json_real(lp_tensor_at(t, i));
    if (!lp_type_is_string(t->type))
        return json_integer((json_int_t)lp_tensor_at(t, i));
    LP_CLEANUP(lp_free) char *text = lp_tensor_string(t, i, &e);
    return text != NULL ? json_string(text) : NULL;
}

static json_t *json_of_note(const lp_tensor *t) {
    if (t->ndim == 0)
        return json_of_element(t, 0);
    json_t *list = json_array();
    for (size_t i = 0; i < t->count && list != NULL; i++)
        if (json_array_append_new(list, json_of_element(t, i))) {
            json_decref(list);
            list = NULL;
        }
    return list;
}

/* The notes as the text of a JSON object, to be freed; NULL and e. */
static char *text_of_notes(lp_stream *notes, lp_error *e) {
    LP_CLEANUP(drop_json) json_t *all = json_object();
    for (size_t i = 0; i < lp_stream_count(notes); i++) {
        const char *name = lp_stream_name(notes, i);
        const lp_tensor *t = lp_stream_get(notes, name, e);
        if (t == NULL)
            return NULL;
        if (t->ndim > 1) {
            lp_fail(e, "tensor '%s': a text of %d dimensions has no place in the file", name,
                    t->ndim);
            return NULL;
        }
        if (json_object_set_new(all, name, json_of_note(t))) {
            lp_fail(e, "tensor '%s': JSON has no such value (a NaN, or a text that is not UTF-8)",
                    name);
            return NULL;
        }
    }
    char *text = json_dumps(all, JSON_COMPACT);
    if (text == NULL)
        lp_fail(e, "there is no memory for the header");
    return text;
}

static int add_metadata(const lp_safetensors *st, const char *format, json_t *header, lp_error *e) {
    json_t *metadata = json_object();
    const char *recipe = lp_stream_recipe(st->tensors);
    int failed = json_object_set_new(header, METADATA, metadata);
    if (format != NULL)
        failed |= json_object_set_new(metadata, "format", json_string(format));
    if (lp_stream_count(st->notes) > 0) {
        LP_CLEANUP(lp_free) char *notes = text_of_notes(st->notes, e);
        if (notes == NULL)
            return -1;
        failed |= json_object_set_new(metadata, NOTES, json_string(notes));
    }
    if (recipe[0] != '\0')
        json_object_set_new(metadata, "recipe", json_string(recipe));
    if (!failed && json_object_size(metadata) == 0)
        json_object_del(header, METADATA);
    return failed ? lp_fail(e, "there is no memory for the header") : 0;
}

static int describe(lp_stream *s, const char *name, entry *x, lp_error *e) {
    const lp_tensor *t = lp_stream_get(s, name, e);
    if (t == NULL)
        return -1;
    *x = (entry){.name = name, .ndim = t->ndim, .count = t->count};
    memcpy(x->shape, t->shape, sizeof x->shape);
    for (const dtype *row = dtypes; row < dtypes + DTYPES; row++)
        if (lp_type_is(row->type, t->type))
            x->type = row;
    return x->type != NULL ? 0 : lp_fail(e, "tensor '%s' is not of numbers", name);
}

static int by_type_and_name(const void *a, const void *b) {
    const entry *x = a, *y = b;
    return x->type != y->type ? (x->type > y->type ? -1 : 1) : strcmp(x->name, y->name);
}

static int add_entry(const entry *x, json_t *header) {
    json_t *shape = json_array();
    int failed = 0;
    for (int i = 0; i < x->ndim; i++)
        failed |= json_array_append_new(shape, json_integer((json_int_t)x->shape[i]));
    json_t *value = json_pack("{s:s, s:o, s:[I, I]}", "dtype", x->type->name, "shape", shape,
                              "data_offsets", (json_int_t)x->begin, (json_int_t)x->end);
    return failed | json_object_set_new(header, x->name, value);
}

/* The header's text, to be freed; NULL and e. Sets the entries' places. */
static char *text_of_header(const lp_safetensors *st, const char *format, entry *all, size_t n,
                            lp_error *e) {
    LP_CLEANUP(drop_json) json_t *header = json_object();
    if (add_metadata(st, format, header, e))
        return NULL;
    int failed = 0;
    for (size_t i = 0; i < n; i++) {
        all[i].begin = i > 0 ? all[i - 1].end : 0;
        all[i].end = all[i].begin + all[i].count * all[i].type->type.size;
        failed |= add_entry(&all[i], header);
    }
    char *text = failed ? NULL : json_dumps(header, JSON_COMPACT);
    if (text == NULL)
        lp_fail(e, "there is no memory for the header");
    return text;
}

static int write_bytes(FILE *out, const void *bytes, size_t size, lp_error *e) {
    return size == 0 || fwrite(bytes, 1, size, out) == size ? 0
                                                            : lp_fail_errno(e, "writing the file");
}

int lp_safetensors_write(const lp_safetensors *st, const char *format, FILE *out, lp_error *e) {
    const size_t n = lp_stream_count(st->tensors);
    LP_CLEANUP(lp_free) entry *all = lp_alloc(n, sizeof *all);
    for (size_t i = 0; i < n; i++)
        if (describe(st->tensors, lp_stream_name(st->tensors, i), &all[i], e))
            return -1;
    qsort(all, n, sizeof *all, by_type_and_name);
    LP_CLEANUP(lp_free) char *header = text_of_header(st, format, all, n, e);
    if (header == NULL)
        return -1;
    const size_t used = strlen(header);
    const uint64_t length = (used + 7) / 8 * 8;
    if (length > MAX_HEADER)
        return lp_fail(e, "a header of %zu bytes is too long (at most %d)", used, MAX_HEADER);
    if (write_bytes(out, &length, LENGTH_SIZE, e) || write_bytes(out, header, used, e) ||
        write_bytes(out, "       ", (size_t)length - used, e))
        return -1;
    for (size_t i = 0; i < n; i++) {
        const lp_tensor *t = lp_stream_get(st->tensors, all[i].name, e);
        if (t == NULL || write_bytes(out, t->data, all[i].end - all[i].begin, e))
            return -1;
    }
    return 0;
}
