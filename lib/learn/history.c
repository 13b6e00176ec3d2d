#include "learn/history.h"

#include <math.h>
#include <stdlib.h>

/* The columns, in the order of a row's members. */
static const char *const names[] = {"history.epoch",        "history.loss",
                                    "history.accuracy",     "history.val_loss",
                                    "history.val_accuracy", "history.batch_loss"};

enum { COLUMNS = sizeof names / sizeof *names };

_Static_assert(sizeof(lp_history_row) == COLUMNS * sizeof(double), "a column for each member");

static double *cell(const lp_history *h, size_t row, size_t column) {
    return &h->row[row].epoch + column;
}

void lp_history_add(lp_history *h, const lp_history_row *row) {
    h->row = lp_grow(h->row, h->count, &h->capacity, sizeof *h->row);
    h->row[h->count++] = *row;
}

void lp_history_free(lp_history *h) {
    free(h->row);
    *h = (lp_history){0};
}

static bool is_known(const lp_history *h, size_t column) {
    for (size_t i = 0; i < h->count; i++)
        if (!isnan(*cell(h, i, column)))
            return true;
    return false;
}

void lp_history_put(const lp_history *h, lp_stream *s) {
    for (size_t c = 0; c < COLUMNS; c++) {
        if (!is_known(h, c))
            continue;
        lp_tensor column = lp_tensor_vector(LP_F8, h->count);
        for (size_t i = 0; i < h->count; i++)
            ((double *)column.data)[i] = *cell(h, i, c);
        lp_stream_put(s, names[c], &column);
    }
}

int lp_history_read(lp_history *h, lp_stream *s, lp_error *e) {
    for (size_t c = 0; c < COLUMNS; c++) {
        const lp_tensor *t = lp_stream_has(s, names[c]) ? lp_stream_get(s, names[c], e) : NULL;
        if (t == NULL && lp_stream_has(s, names[c]))
            return -1;
        for (size_t i = 0; c == 0 && t != NULL && i < t->count; i++)
            lp_history_add(h, &(lp_history_row){0});
        if (t != NULL && (!lp_type_is(t->type, LP_F8) || t->ndim != 1 || t->count != h->count))
            return lp_fail(e, "%s is not a vector of %zu f8 numbers", names[c], h->count);
        for (size_t i = 0; i < h->count; i++)
            *cell(h, i, c) = t != NULL ? lp_tensor_at(t, i) : NAN;
    }
    return 0;
}
