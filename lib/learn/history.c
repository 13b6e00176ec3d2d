#include "learn/history.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

static const struct {
    const char *name;
    size_t offset;
} columns[] = {
    {"history.epoch", offsetof(lp_history_row, epoch)},
    {"history.loss", offsetof(lp_history_row, loss)},
    {"history.accuracy", offsetof(lp_history_row, accuracy)},
    {"history.val_loss", offsetof(lp_history_row, val_loss)},
    {"history.val_accuracy", offsetof(lp_history_row, val_accuracy)},
};

enum { COLUMNS = sizeof columns / sizeof *columns };

static double *cell(const lp_history *h, size_t row, size_t column) {
    return (double *)((char *)&h->row[row] + columns[column].offset);
}

void lp_history_add(lp_history *h, const lp_history_row *row) {
    h->row = lp_grow(h->row, h->count, &h->capacity, sizeof *h->row);
    h->row[h->count++] = *row;
}

void lp_history_free(lp_history *h) {
    free(h->row);
    *h = (lp_history){0};
}

void lp_history_put(const lp_history *h, lp_stream *s) {
    for (size_t c = 0; c < COLUMNS; c++) {
        if (h->count == 0 || isnan(*cell(h, 0, c)))
            continue;
        lp_tensor column = lp_tensor_vector(LP_F8, h->count);
        for (size_t i = 0; i < h->count; i++)
            ((double *)column.data)[i] = *cell(h, i, c);
        lp_stream_put(s, columns[c].name, &column);
    }
}

int lp_history_read(lp_history *h, lp_stream *s, lp_error *e) {
    const lp_tensor *column[COLUMNS] = {0};
    size_t count = 0;
    for (size_t c = 0; c < COLUMNS; c++) {
        if (!lp_stream_has(s, columns[c].name))
            continue;
        column[c] = lp_stream_get(s, columns[c].name, e);
        if (column[c] == NULL)
            return -1;
        count = c == 0 ? column[c]->count : count;
        if (!lp_type_is(column[c]->type, LP_F8) || column[c]->ndim != 1 ||
            column[c]->count != count)
            return lp_fail(e, "%s is not a vector of %zu f8 numbers", columns[c].name, count);
    }
    for (size_t i = 0; i < count; i++) {
        lp_history_add(h, &(lp_history_row){0});
        for (size_t c = 0; c < COLUMNS; c++)
            *cell(h, i, c) = column[c] != NULL ? lp_tensor_at(column[c], i) : NAN;
    }
    return 0;
}
