#include "data/features.h"

#include "base/memory.h"
#include "data/scale.h"

#include <string.h>

const char *lp_features_name(const lp_stream *s, const char *name) {
    return name != NULL                 ? name
           : lp_stream_has(s, "x")      ? "x"
           : lp_stream_has(s, "x_test") ? "x_test"
                                        : "x_train";
}

static int same_scaling(lp_stream *s, lp_stream *model, lp_error *e) {
    static const char *const names[] = {"scale.offset", "scale.divisor"};
    for (int i = 0; i < 2; i++) {
        const lp_tensor *a = lp_stream_get(s, names[i], e);
        const lp_tensor *b = a == NULL ? NULL : lp_stream_get(model, names[i], e);
        if (b == NULL)
            return -1;
        bool same = lp_type_is(a->type, b->type) && a->count == b->count &&
                    memcmp(a->data, b->data, a->count * a->type.size) == 0;
        if (!same)
            return lp_fail(e, "%s is not the model's (the data was scaled by other numbers)",
                           names[i]);
    }
    return 0;
}

int lp_features_scaled(lp_stream *s, lp_stream *model, const char *name, lp_tensor *out,
                       lp_error *e) {
    *out = (lp_tensor){0};
    const lp_tensor *x = lp_stream_get(s, name, e);
    if (x == NULL)
        return -1;
    *out = lp_tensor_view(x);
    if (model == NULL || !lp_stream_has(model, "scale.offset"))
        return 0;
    if (lp_stream_has(s, "scale.offset"))
        return same_scaling(s, model, e);
    LP_CLEANUP(lp_tensor_free) lp_tensor offset = {0};
    LP_CLEANUP(lp_tensor_free) lp_tensor divisor = {0};
    if (lp_stream_get_as(model, "scale.offset", LP_F8, &offset, e) ||
        lp_stream_get_as(model, "scale.divisor", LP_F8, &divisor, e) ||
        lp_scale_apply(x, &offset, &divisor, out, e))
        return lp_within(e, "scaling %s as the model's data", name);
    return 0;
}

int lp_features_check(const lp_tensor *x, const char *name, lp_error *e) {
    if (!lp_type_is_number(x->type))
        return lp_fail(e, "%s is text, expected numbers", name);
    if (x->ndim == 0 || lp_tensor_rows(x) == 0)
        return lp_fail(e, "%s has no rows", name);
    return lp_tensor_check_finite(x, name, e);
}
