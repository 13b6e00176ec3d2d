#include "data/onehot.h"

#include "base/memory.h"

enum { MAX_CLASSES = 1 << 20 };

static const char *const names[] = {"y", "y_train", "y_val", "y_test"};
enum { NAMES = sizeof names / sizeof *names };

int lp_onehot(const lp_tensor *labels, size_t k, lp_tensor *out, lp_error *e) {
    *out = (lp_tensor){0};
    LP_CLEANUP(lp_tensor_free) lp_tensor whole = {0};
    if (lp_tensor_convert(&whole, labels, LP_I8, e))
        return -1;
    const int64_t *label = whole.data;
    for (size_t i = 0; i < whole.count; i++)
        if (label[i] < 0 || (uint64_t)label[i] >= k)
            return lp_fail(e, "row %zu: label %lld is outside the %zu classes 0 .. %zu", i,
                           (long long)label[i], k, k - 1);
    *out = lp_tensor_matrix(LP_U1, labels->count, k);
    for (size_t i = 0; i < whole.count; i++)
        ((uint8_t *)out->data)[i * k + (size_t)label[i]] = 1;
    return 0;
}

/* *k grows to the largest label plus one. */
static int count_classes(const lp_tensor *labels, size_t *k, lp_error *e) {
    LP_CLEANUP(lp_tensor_free) lp_tensor whole = {0};
    if (lp_tensor_convert(&whole, labels, LP_I8, e))
        return -1;
    for (size_t i = 0; i < whole.count; i++) {
        int64_t label = ((const int64_t *)whole.data)[i];
        if (label >= 0 && (uint64_t)label >= *k)
            *k = (size_t)label + 1;
    }
    return 0;
}

int lp_onehot_stream(lp_stream *s, size_t classes, lp_error *e) {
    size_t k = classes, found = 0;
    lp_tensor named;
    if (k == 0 && lp_stream_describe(s, "classes", &named))
        k = named.count;
    bool from_labels = k == 0;
    for (int i = 0; i < NAMES; i++) {
        if (!lp_stream_has(s, names[i]))
            continue;
        found++;
        const lp_tensor *labels = lp_stream_get(s, names[i], e);
        if (labels == NULL)
            return -1;
        char shape[200];
        if (!lp_type_is_number(labels->type))
            return lp_fail(e, "one-hot labels: %s is text (from-csv --label makes integers)",
                           names[i]);
        if (labels->ndim != 1)
            return lp_fail(e, "one-hot labels: %s has shape %s, expected (n,): integer labels",
                           names[i], lp_shape_text(labels->ndim, labels->shape, shape));
        if (from_labels && count_classes(labels, &k, e))
            return lp_within(e, "one-hot labels: %s", names[i]);
    }
    if (found == 0) {
        lp_stream_get(s, "y", e); /* says what there is instead */
        return lp_within(e, "one-hot labels");
    }
    if (k > MAX_CLASSES)
        return lp_fail(e, "one-hot labels: %zu classes are more than %d", k, MAX_CLASSES);
    for (int i = 0; i < NAMES; i++) {
        if (!lp_stream_has(s, names[i]))
            continue;
        lp_tensor out;
        const lp_tensor *labels = lp_stream_get(s, names[i], e);
        if (labels == NULL || lp_onehot(labels, k, &out, e))
            return lp_within(e, "one-hot labels: %s", names[i]);
        lp_stream_put(s, names[i], &out);
    }
    return 0;
}
