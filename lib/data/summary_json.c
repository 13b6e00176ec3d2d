/* A stream's summary as JSON. */
#include "data/summary.h"

#include "base/memory.h"
#include "io/digest.h"
#include "io/json.h"
#include "io/npy.h"
#include "io/recipe.h"

#include <stdlib.h>

/* Strings and numbers of a tensor, into the object. */
static int put_values(json_t *tensor, const lp_tensor *t, lp_error *e) {
    if (lp_type_is_string(t->type)) {
        enum { SHOWN = 100 };
        json_t *texts = json_array();
        for (size_t i = 0; i < t->count && i < SHOWN; i++) {
            LP_CLEANUP(lp_free) char *text = lp_tensor_string(t, i, e);
            if (text == NULL) {
                json_decref(texts);
                return -1;
            }
            lp_json_append(texts, lp_json_text(text));
        }
        lp_json_put(tensor, "first", texts);
        return 0;
    }
    const lp_summary summary = lp_summarise(t);
    const bool has = summary.finite > 0;
    lp_json_put(tensor, "min", has ? lp_json_real(summary.min) : json_null());
    lp_json_put(tensor, "max", has ? lp_json_real(summary.max) : json_null());
    lp_json_put(tensor, "mean", has ? lp_json_real(summary.mean) : json_null());
    lp_json_put(tensor, "nonfinite", json_integer((json_int_t)summary.nonfinite));
    return 0;
}

static int put_tensor(json_t *tensor, lp_stream *s, size_t i, lp_error *e) {
    const char *name = lp_stream_name(s, i);
    size_t size;
    lp_tensor t;
    lp_sha256 sha256;
    char dtype[24];
    lp_json_put(tensor, "name", lp_json_text(name));
    const char *foreign = lp_stream_foreign(s, i, &size);
    if (foreign != NULL) {
        lp_json_put(tensor, "bytes", json_integer((json_int_t)size));
        lp_json_put(tensor, "foreign", lp_json_text(foreign));
    } else if (lp_stream_describe(s, name, &t)) {
        json_t *shape = json_array();
        for (int k = 0; k < t.ndim; k++)
            lp_json_append(shape, json_integer((json_int_t)t.shape[k]));
        lp_json_put(tensor, "dtype", lp_json_text(lp_npy_dtype(t.type, dtype)));
        lp_json_put(tensor, "shape", shape);
        const lp_tensor *values = lp_stream_get(s, name, e);
        if (values == NULL || put_values(tensor, values, e))
            return -1;
    }
    if (lp_stream_sha256(s, i, &sha256, e))
        return -1;
    lp_json_put(tensor, "sha256", lp_json_text(sha256.hex));
    return 0;
}

/* The recipe, why it cannot be replayed, and who made it. */
static void put_recipe(json_t *all, const lp_stream *s) {
    const char *recipe = lp_stream_recipe(s);
    const lp_texts *versions = lp_stream_versions(s);
    char *reason = NULL;
    json_t *list = json_array();
    const bool is_broken = lp_recipe_is_broken(recipe, &reason);
    lp_json_put(all, "recipe", *recipe != '\0' ? lp_json_text(recipe) : json_null());
    lp_json_put(all, "not_replayable", is_broken ? lp_json_text(reason) : json_null());
    for (size_t i = 0; i < versions->count; i++)
        lp_json_append(list, lp_json_text(versions->item[i]));
    lp_json_put(all, "versions", list);
    lp_json_put(all, "archives", json_integer((json_int_t)lp_stream_archives(s)));
    free(reason);
}

int lp_summary_write_json(lp_stream *s, FILE *out, lp_error *e) {
    json_t *all = json_object(), *tensors = json_array();
    int failed = 0;
    for (size_t i = 0; i < lp_stream_count(s) && !failed; i++) {
        json_t *tensor = json_object();
        if (put_tensor(tensor, s, i, e))
            failed = lp_within(e, "tensor '%s'", lp_stream_name(s, i));
        lp_json_append(tensors, tensor);
    }
    lp_json_put(all, "tensors", tensors);
    put_recipe(all, s);
    return lp_json_write(all, failed ? NULL : out, e) || failed ? -1 : 0;
}
