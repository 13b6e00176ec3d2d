#include "data/onehot.h"

#include "data/labels.h"

#include <inttypes.h>

enum { MAX_CLASSES = 1 << 20 };

/* Labels are places among k classes as they are. */
static int check_places(const lp_label_set *l, size_t k, lp_error *e) {
    if (l->given != NULL && l->given->count != k)
        return lp_fail(e, "%zu classes are asked for, but there are names for %zu", k,
                       l->given->count);
    for (size_t i = 0; i < l->parts; i++) {
        const lp_labels *y = &l->labels[i];
        if (y->is_text)
            return lp_fail(e, "%s is text, which is counted by itself (without --classes)",
                           y->name);
        if (y->columns != 0 && y->columns != k)
            return lp_fail(e, "%s has %zu columns, not %zu", y->name, y->columns, k);
        for (size_t r = 0; r < y->n; r++)
            if (y->value[r] < 0 || (uint64_t)y->value[r] >= k)
                return lp_fail(e,
                               "%s: row %zu: label %" PRId64 " is outside the %zu classes 0 .. %zu",
                               y->name, r, y->value[r], k, k - 1);
    }
    return 0;
}

/* Numbers the labels, among k classes where k is not 0. */
static int number(lp_label_set *l, size_t k, lp_error *e) {
    if (k == 0)
        return lp_label_set_number(l, e);
    return check_places(l, k, e) ? -1 : lp_label_set_match(l, NULL, k, e);
}

static void put_rows(const lp_label_set *l, size_t i, lp_stream *s) {
    size_t n = l->labels[i].n, k = l->count;
    lp_tensor rows = lp_tensor_matrix(LP_U1, n, k);
    for (size_t r = 0; r < n; r++)
        ((uint8_t *)rows.data)[r * k + (size_t)l->place[i][r]] = 1;
    lp_stream_put(s, l->labels[i].name, &rows);
}

static int make_rows(lp_label_set *l, lp_stream *s, size_t classes, lp_error *e) {
    if (lp_label_set_read(l, s, LP_LABEL_TENSORS, LP_LABEL_TENSOR_COUNT, e))
        return -1;
    if (l->parts == 0)
        return lp_stream_get(s, "y", e) == NULL ? -1 : 0; /* says what there is instead */
    if (number(l, classes, e))
        return -1;
    if (l->count > MAX_CLASSES)
        return lp_fail(e, "%zu classes are more than %d", l->count, MAX_CLASSES);
    for (size_t i = 0; i < l->parts; i++)
        put_rows(l, i, s);
    if (l->name.count > 0)
        lp_stream_put_strings(s, "classes", l->name.item, l->count);
    return 0;
}

int lp_onehot_stream(lp_stream *s, size_t classes, lp_error *e) {
    LP_CLEANUP(lp_label_set_free) lp_label_set l = {0};
    return make_rows(&l, s, classes, e) ? lp_within(e, "one-hot labels") : 0;
}
