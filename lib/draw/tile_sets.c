#include "draw/tile_sets.h"

#include "data/labels.h"
#include "draw/texts.h"
#include "learn/feature_maps.h"

#include <inttypes.h>
#include <string.h>

/* ---- one picture's shape ---- */

static int shape_from(lp_tile_shape *shape, size_t ndim, const size_t *size, const char *name,
                      lp_error *e) {
    if (ndim != 2 && !(ndim == 3 && size[2] == 3))
        return lp_fail(e, "%s is not the shape of a picture: (h, w) or (h, w, 3)", name);
    *shape = (lp_tile_shape){size[0], size[1], ndim == 2 ? 1 : 3};
    return 0;
}

/* {0} where nothing tells. */
static int find_shape(lp_tile_shape *shape, lp_stream *s, lp_size tile, lp_error *e) {
    static const char *const data[] = {"x", "x_train"};
    *shape = (lp_tile_shape){0};
    if (tile.width > 0) {
        *shape = (lp_tile_shape){tile.height, tile.width, 1};
        return 0;
    }
    if (lp_stream_has(s, "input_shape")) {
        const lp_tensor *t = lp_stream_get(s, "input_shape", e);
        size_t size[3] = {0};
        if (t == NULL)
            return -1;
        for (size_t i = 0; i < t->count && i < 3; i++) {
            double side = lp_type_is_number(t->type) ? lp_tensor_at(t, i) : 0;
            if (!(side >= 1 && side <= LP_IMAGE_MAX_SIDE))
                return lp_fail(e, "input_shape is not the shape of a picture: (h, w) or (h, w, 3)");
            size[i] = (size_t)side;
        }
        return shape_from(shape, t->count, size, "input_shape", e);
    }
    for (int i = 0; i < 2; i++) {
        lp_tensor x;
        if (lp_stream_describe(s, data[i], &x) && (x.ndim == 3 || (x.ndim == 4 && x.shape[3] == 3)))
            return shape_from(shape, (size_t)x.ndim - 1, x.shape + 1, data[i], e);
    }
    return 0;
}

/* ---- captions ---- */

/* The text or number of entry i. */
static const char *caption_text(lp_arena *a, const lp_tensor *t, size_t i, lp_error *e) {
    if (lp_type_is_string(t->type))
        return lp_text_at(a, t, i, e);
    char text[40];
    snprintf(text, sizeof text, "%.4g", lp_tensor_at(t, i));
    return lp_arena_strdup(a, text);
}

static int check_count(const lp_tile_set *set, const char *name, size_t count, lp_error *e) {
    return count >= set->count
               ? 0
               : lp_fail(e, "%s has %zu entries for %zu tiles", name, count, set->count);
}

/* The names of the classes that the labels of tensor NAME are of. */
static int read_class_captions(lp_arena *a, const lp_tile_set *set, lp_stream *s, const char *name,
                               const char **text, lp_error *e) {
    LP_CLEANUP(lp_label_set_free) lp_label_set l = {0};
    if (lp_label_set_read(&l, s, &name, 1, e) || lp_label_set_number(&l, e) ||
        check_count(set, name, l.rows, e))
        return -1;
    for (size_t i = 0; i < set->count; i++) {
        char number[24];
        snprintf(number, sizeof number, "%" PRId32, l.place[0][i]);
        text[i] = lp_arena_strdup(a, l.name.count > 0 ? l.name.item[l.place[0][i]] : number);
    }
    return 0;
}

/* The tensor's first entries. */
static int read_texts(lp_arena *a, const lp_tile_set *set, lp_stream *s, const char *name,
                      const char **text, lp_error *e) {
    const lp_tensor *captions = lp_stream_get(s, name, e);
    if (captions == NULL)
        return -1;
    if (lp_is_label_tensor(name) && !lp_is_targets(captions))
        return read_class_captions(a, set, s, name, text, e);
    if (check_count(set, name, captions->count, e))
        return -1;
    for (size_t i = 0; i < set->count; i++) {
        text[i] = caption_text(a, captions, i, e);
        if (text[i] == NULL)
            return -1;
    }
    return 0;
}

static const char *joined(lp_arena *a, const char *left, const char *right) {
    LP_CLEANUP(lp_buffer_free) lp_buffer text = {0};
    lp_buffer_printf(&text, "%s → %s", left, right);
    return lp_arena_strdup(a, lp_buffer_text(&text));
}

/* A set's captions, after those that it has. */
static int read_captions(lp_arena *a, lp_tile_set *set, lp_stream *s, const char *name,
                         lp_error *e) {
    const char **text = lp_arena_alloc(a, set->count, sizeof *text);
    if (read_texts(a, set, s, name, text, e))
        return -1;
    for (size_t i = 0; i < set->count && set->caption != NULL; i++)
        text[i] = joined(a, set->caption[i], text[i]);
    set->caption = text;
    return 0;
}

/* ---- sets ---- */

static bool ends_in(const char *text, const char *ending) {
    size_t length = strlen(text), size = strlen(ending);
    return length >= size && strcmp(text + length - size, ending) == 0;
}

static size_t tile_values(const lp_tile_set *set) {
    return set->shape.height * set->shape.width * set->shape.channels;
}

/* One of scale's tensors, with a number for each of a tile's values. */
static const lp_tensor *scale_numbers(lp_stream *s, const char *name, const lp_tile_set *set,
                                      lp_error *e) {
    const lp_tensor *t = lp_stream_get(s, name, e);
    if (t == NULL || (lp_type_is_number(t->type) && t->count == tile_values(set)))
        return t;
    lp_fail(e, "%s has %zu numbers, a tile %zu", name, t->count, tile_values(set));
    return NULL;
}

static int undo_scale(lp_tile_set *set, lp_stream *s, lp_error *e) {
    const lp_tensor *offset = scale_numbers(s, "scale.offset", set, e);
    const lp_tensor *divisor = offset != NULL ? scale_numbers(s, "scale.divisor", set, e) : NULL;
    if (divisor == NULL)
        return -1;
    for (size_t i = 0; i < set->count * offset->count; i++)
        set->value[i] = set->value[i] * lp_tensor_at(divisor, i % offset->count) +
                        lp_tensor_at(offset, i % offset->count);
    return 0;
}

/* Unless told otherwise, each row of the grid is an output. */
static int take_kernels(lp_tile_sets *t, lp_tile_set *set, const lp_tensor *values,
                        const char *name, size_t first, lp_error *e) {
    if (lp_tiles_take_kernels(&t->arena, set, values, first, e))
        return lp_within(e, "%s", name);
    if (t->wish.columns == 0 && t->wish.rows == 0 && set->shape.channels == 1 &&
        values->shape[1] > 1)
        t->wish.columns = (int64_t)values->shape[1];
    return 0;
}

static int take_set(lp_tile_sets *t, lp_stream *s, const char *name, lp_tile_shape shape,
                    const lp_tile_options *o, lp_error *e) {
    lp_tile_set *set = &t->set[t->sets++];
    const lp_tensor *values = lp_stream_get(s, name, e);
    if (values == NULL)
        return -1;
    size_t first = o->first > 0 ? (size_t)o->first : SIZE_MAX;
    if (!lp_type_is_number(values->type))
        return lp_fail(e, "%s is text, not pictures", name);
    if (values->ndim == 4 && ends_in(name, "weight"))
        return take_kernels(t, set, values, name, first, e);
    if (lp_tiles_take(&t->arena, set, values, shape, strcmp(name, "v") == 0, first, e))
        return lp_within(e, "%s%s", name,
                         values->ndim == 2 && shape.height == 0 ? " (give --tile WxH)" : "");
    return o->unscale ? undo_scale(set, s, e) : 0;
}

static bool all_in_colour(const lp_tile_sets *t) {
    for (const lp_tile_set *set = t->set; set < t->set + t->sets; set++)
        if (set->shape.channels == 1)
            return false;
    return true;
}

static bool goes_below_zero(const lp_tile_sets *t) {
    for (const lp_tile_set *set = t->set; set < t->set + t->sets; set++)
        for (size_t i = 0; i < set->count * tile_values(set); i++)
            if (set->value[i] < 0)
                return true;
    return false;
}

static void choose_look(lp_tile_sets *t, lp_stream *s, const lp_texts *names,
                        const lp_tile_options *o) {
    bool bytes = names->count > 0, weights = bytes;
    for (size_t i = 0; i < names->count; i++) {
        lp_tensor description = {0};
        lp_stream_describe(s, names->item[i], &description);
        bytes = bytes && description.type.kind == 'u' && description.type.size == 1;
        weights = weights && ends_in(names->item[i], "weight");
    }
    lp_tiles *w = &t->wish;
    w->scaling = o->scaling == LP_SCALE_ALL_TILES ? LP_TILES_COMMON : LP_TILES_EACH;
    w->hi = 255;
    if (o->scaling == LP_SCALE_AUTO && bytes)
        w->scaling = LP_TILES_FIXED;
    if (o->range.count == 2) {
        w->scaling = LP_TILES_FIXED;
        w->lo = o->range.item[0];
        w->hi = o->range.item[1];
    }
    w->colours = o->colours == LP_COLOURS_SIGNED ||
                         (o->colours == LP_COLOURS_AUTO && weights && goes_below_zero(t))
                     ? LP_TILES_SIGNED
                     : LP_TILES_GREY;
    w->bar = w->colours == LP_TILES_SIGNED && !all_in_colour(t);
}

static int read_maps(lp_tile_sets *t, lp_stream *s, const lp_tile_options *o, lp_error *e) {
    if (o->of.count > 1)
        return lp_fail_usage(e, "--maps goes with one --of");
    const lp_feature_maps *maps = lp_feature_maps_of(s, o->of.count > 0 ? o->of.item[0] : NULL,
                                                     &o->maps, &t->arena, &t->sets, e);
    if (maps == NULL)
        return lp_within(e, "option --maps");
    t->set = lp_arena_alloc_zero(&t->arena, t->sets, sizeof *t->set);
    for (size_t i = 0; i < t->sets; i++)
        t->set[i] = (lp_tile_set){.count = maps[i].count,
                                  .shape = {maps[i].height, maps[i].width, maps[i].channels},
                                  .value = maps[i].value,
                                  .name = maps[i].name};
    if (t->wish.columns == 0 && t->wish.rows == 0)
        t->wish.columns = 8;
    choose_look(t, s, &(lp_texts){0}, o);
    return 0;
}

int lp_tile_sets_read(lp_tile_sets *t, lp_stream *s, const lp_tile_options *o, lp_error *e) {
    static const char *usual[] = {"layer1.weight", "v", "x", "x_train"};
    *t = (lp_tile_sets){.wish = o->tiles};
    size_t place = 0;
    while (place < 3 && !lp_stream_has(s, usual[place]))
        place++;
    lp_texts names = o->of.count > 0 ? o->of : (lp_texts){usual + place, 1};
    if (o->range.count != 0 && (o->range.count != 2 || !(o->range.item[0] < o->range.item[1])))
        return lp_fail_usage(e, "--range needs two numbers, the lower one first");
    if (o->names.count != 0 && o->names.count != names.count)
        return lp_fail_usage(e, "--name is given %zu times for %zu tensors", o->names.count,
                             names.count);
    if (o->maps.count > 0)
        return read_maps(t, s, o, e);
    lp_tile_shape shape;
    if (find_shape(&shape, s, o->tile, e))
        return -1;
    t->set = lp_arena_alloc_zero(&t->arena, names.count, sizeof *t->set);
    for (size_t i = 0; i < names.count; i++) {
        if (take_set(t, s, names.item[i], shape, o, e))
            return -1;
        t->set[i].name = o->names.count > 0 ? o->names.item[i]
                         : names.count > 1  ? names.item[i]
                                            : NULL;
    }
    choose_look(t, s, &names, o);
    for (size_t i = 0; i < t->sets; i++)
        for (size_t k = 0; k < o->caption.count; k++)
            if (read_captions(&t->arena, &t->set[i], s, o->caption.item[k], e))
                return -1;
    return 0;
}
