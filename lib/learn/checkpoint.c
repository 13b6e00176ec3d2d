#include "learn/checkpoint.h"

#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const lp_params *params(const lp_train_state *t) {
    return &t->model->net.params;
}

static size_t block_size(const lp_train_state *t) {
    return params(t)->size * params(t)->type.size;
}

void lp_train_state_free(lp_train_state *t) {
    for (size_t i = 0; i < t->snapshots; i++)
        free(t->snapshot[i]);
    free(t->snapshot);
    free(t->snapshot_epoch);
    free(t->history);
    free(t->best);
    *t = (lp_train_state){0};
}

/* Room for one more element of `size` bytes in *array, which holds `count` and has room for *room.
 */
static int grow(void *array, size_t size, size_t count, size_t *room, lp_error *e) {
    if (count < *room)
        return 0;
    size_t more = *room ? 2 * *room : 64;
    void *old;
    memcpy(&old, array, sizeof old);
    void *block = lp_alloc(more, size, e);
    if (block == NULL)
        return -1;
    if (count > 0)
        memcpy(block, old, count * size);
    free(old);
    memcpy(array, &block, sizeof block);
    *room = more;
    return 0;
}

int lp_train_state_append(lp_train_state *t, const lp_evaluation *now, lp_error *e) {
    if (grow(&t->history, sizeof *t->history, t->evaluations, &t->history_room, e))
        return -1;
    t->history[t->evaluations++] = *now;
    return 0;
}

int lp_train_state_snapshot(lp_train_state *t, lp_error *e) {
    size_t room = t->snapshot_room;
    if (grow(&t->snapshot_epoch, sizeof *t->snapshot_epoch, t->snapshots, &room, e) ||
        grow(&t->snapshot, sizeof *t->snapshot, t->snapshots, &t->snapshot_room, e))
        return -1;
    void *block = lp_alloc(block_size(t), 1, e);
    if (block == NULL)
        return -1;
    memcpy(block, params(t)->value, block_size(t));
    t->snapshot_epoch[t->snapshots] = (double)t->done;
    t->snapshot[t->snapshots++] = block;
    return 0;
}

int lp_train_state_keep_best(lp_train_state *t, lp_error *e) {
    if (t->best == NULL)
        t->best = lp_alloc(block_size(t), 1, e);
    if (t->best == NULL)
        return -1;
    memcpy(t->best, params(t)->value, block_size(t));
    return 0;
}

/* ---- history and snapshots in a stream ---- */

static const struct {
    const char *name;
    size_t offset;
} columns[] = {
    {"history.epoch", offsetof(lp_evaluation, epoch)},
    {"history.loss", offsetof(lp_evaluation, loss)},
    {"history.accuracy", offsetof(lp_evaluation, accuracy)},
    {"history.val_loss", offsetof(lp_evaluation, val_loss)},
    {"history.val_accuracy", offsetof(lp_evaluation, val_accuracy)},
};

enum { COLUMNS = sizeof columns / sizeof *columns };

static double *cell(const lp_train_state *t, size_t i, size_t column) {
    return (double *)((char *)&t->history[i] + columns[column].offset);
}

int lp_train_state_put(const lp_train_state *t, lp_stream *s, lp_error *e) {
    for (size_t c = 0; c < COLUMNS; c++) {
        if (t->evaluations == 0 || isnan(*cell(t, 0, c)))
            continue;
        lp_tensor column;
        if (lp_tensor_vector(&column, LP_F8, t->evaluations, e))
            return -1;
        for (size_t i = 0; i < t->evaluations; i++)
            ((double *)column.data)[i] = *cell(t, i, c);
        if (lp_stream_put(s, columns[c].name, &column, e))
            return -1;
    }
    if (t->snapshots == 0)
        return 0;
    lp_tensor epochs;
    if (lp_tensor_vector(&epochs, LP_F8, t->snapshots, e))
        return -1;
    memcpy(epochs.data, t->snapshot_epoch, t->snapshots * sizeof *t->snapshot_epoch);
    if (lp_stream_put(s, "snapshot.epoch", &epochs, e))
        return -1;
    for (size_t i = 0; i < t->snapshots; i++) {
        char prefix[60];
        snprintf(prefix, sizeof prefix, "snapshot.%.0f.", t->snapshot_epoch[i]);
        lp_params_put(params(t), t->snapshot[i], prefix, s);
    }
    return 0;
}

/* ---- checkpoints ---- */

static void put_moments(const lp_train_state *t, lp_stream *s) {
    for (int i = 0; i < lp_optim_moments(t->optim); i++) {
        char prefix[40];
        snprintf(prefix, sizeof prefix, "checkpoint.moment%d.", i + 1);
        lp_params_put(params(t), t->optim->moment[i], prefix, s);
    }
}

lp_stream *lp_checkpoint_make(const lp_train_state *t, lp_error *e) {
    lp_stream *s = lp_stream_new(e);
    if (s == NULL)
        return NULL;
    int failed = lp_model_write(t->model, s, e) || lp_train_state_put(t, s, e);
    put_moments(t, s);
    if (t->best != NULL)
        lp_params_put(params(t), t->best, "checkpoint.best.", s);
    if (failed || lp_stream_put_text(s, "checkpoint.options", t->options, e) ||
        lp_stream_put_number(s, "checkpoint.data_crc32", t->data_crc32, e) ||
        lp_stream_put_number(s, "checkpoint.done", (double)t->done, e) ||
        lp_stream_put_number(s, "checkpoint.steps", (double)t->optim->steps, e) ||
        lp_stream_put_number(s, "checkpoint.draws", (double)t->draws.next, e) ||
        lp_stream_put_number(s, "checkpoint.best_loss", t->best_loss, e) ||
        lp_stream_put_number(s, "checkpoint.best_epoch", t->best_epoch, e) ||
        lp_stream_put_number(s, "checkpoint.waited", (double)t->waited, e)) {
        lp_stream_free(s);
        return NULL;
    }
    return s;
}

static int take_number(lp_stream *s, const char *name, double *value, lp_error *e) {
    const lp_tensor *t = lp_stream_get(s, name, e);
    if (t == NULL)
        return -1;
    if (!lp_type_is(t->type, LP_F8) || t->count != 1)
        return lp_fail(e, "%s is not one f8 number", name);
    *value = lp_tensor_at(t, 0);
    return 0;
}

static int check_whose(const lp_train_state *t, lp_stream *s, lp_error *e) {
    double crc;
    const lp_tensor *text = lp_stream_get(s, "checkpoint.options", e);
    if (text == NULL)
        return -1;
    char *options = lp_tensor_string(text, 0, e);
    if (options == NULL)
        return -1;
    int failed = 0;
    if (strcmp(options, t->options) != 0)
        failed =
            lp_fail(e, "the checkpoint is of other options: '%s', now '%s'", options, t->options);
    free(options);
    if (failed || take_number(s, "checkpoint.data_crc32", &crc, e))
        return -1;
    if (crc != (double)t->data_crc32)
        return lp_fail(e, "the checkpoint is of other data (CRC-32 %08x, now %08x)", (uint32_t)crc,
                       t->data_crc32);
    return 0;
}

static int take_history(lp_train_state *t, lp_stream *s, lp_error *e) {
    if (!lp_stream_has(s, columns[0].name))
        return 0;
    for (size_t c = 0; c < COLUMNS; c++) {
        const lp_tensor *column = NULL;
        if (lp_stream_has(s, columns[c].name)) {
            column = lp_stream_get(s, columns[c].name, e);
            if (column == NULL)
                return -1;
            if (!lp_type_is(column->type, LP_F8) || column->ndim != 1 ||
                (c > 0 && column->count != t->evaluations))
                return lp_fail(e, "%s is not as long as history.epoch", columns[c].name);
        }
        for (size_t i = 0; c == 0 && i < column->count; i++)
            if (lp_train_state_append(t, &(lp_evaluation){0}, e))
                return -1;
        for (size_t i = 0; i < t->evaluations; i++)
            *cell(t, i, c) = column != NULL ? lp_tensor_at(column, i) : NAN;
    }
    return 0;
}

static int take_snapshots(lp_train_state *t, lp_stream *s, lp_error *e) {
    if (!lp_stream_has(s, "snapshot.epoch"))
        return 0;
    const lp_tensor *epochs = lp_stream_get(s, "snapshot.epoch", e);
    if (epochs == NULL)
        return -1;
    uint64_t done = t->done;
    for (size_t i = 0; i < epochs->count; i++) {
        char prefix[60];
        double epoch = lp_tensor_at(epochs, i);
        if (!(epoch >= 0 && epoch <= (double)done))
            return lp_fail(e, "snapshot.epoch: row %zu is %g", i, epoch);
        t->done = (uint64_t)epoch;
        int failed = lp_train_state_snapshot(t, e);
        t->done = done;
        snprintf(prefix, sizeof prefix, "snapshot.%.0f.", epoch);
        if (failed || lp_params_take(params(t), t->snapshot[i], prefix, s, e))
            return -1;
    }
    return 0;
}

int lp_checkpoint_take(lp_train_state *t, lp_stream *s, lp_error *e) {
    double done, steps, draws, waited;
    if (check_whose(t, s, e) || take_number(s, "checkpoint.done", &done, e) ||
        take_number(s, "checkpoint.steps", &steps, e) ||
        take_number(s, "checkpoint.draws", &draws, e) ||
        take_number(s, "checkpoint.waited", &waited, e) ||
        take_number(s, "checkpoint.best_loss", &t->best_loss, e) ||
        take_number(s, "checkpoint.best_epoch", &t->best_epoch, e))
        return -1;
    if (!(done >= 0 && done < 0x1p53 && steps >= 0 && steps < 0x1p53 && draws >= 0 &&
          draws < 0x1p53 && waited >= 0 && waited < 0x1p53))
        return lp_fail(e, "the checkpoint's counts are out of range");
    t->done = (uint64_t)done;
    t->optim->steps = (uint64_t)steps;
    t->draws.next = (uint64_t)draws;
    t->waited = (uint64_t)waited;
    if (lp_params_take(params(t), params(t)->value, "", s, e) || take_history(t, s, e) ||
        take_snapshots(t, s, e))
        return -1;
    for (int i = 0; i < lp_optim_moments(t->optim); i++) {
        char prefix[40];
        snprintf(prefix, sizeof prefix, "checkpoint.moment%d.", i + 1);
        if (lp_params_take(params(t), t->optim->moment[i], prefix, s, e))
            return -1;
    }
    if (lp_stream_has(s, "checkpoint.best.layer1.weight"))
        return lp_train_state_keep_best(t, e) ||
                       lp_params_take(params(t), t->best, "checkpoint.best.", s, e)
                   ? -1
                   : 0;
    return 0;
}
