#include "learn/checkpoint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VERSION = 2 }; /* 1: labpipe 0.1.0's, without checkpoint.version */

#define BEST "checkpoint.best."

/* ---- into a stream ---- */

static void put_block(const lp_state_block *b, const char *prefix, const void *from, lp_stream *s) {
    char name[128];
    snprintf(name, sizeof name, "%s%s", prefix, b->name);
    lp_tensor t = lp_tensor_zeros(b->value.type, b->value.ndim, b->value.shape);
    memcpy(t.data, from, t.count * t.type.size);
    lp_stream_put(s, name, &t);
}

/* Puts a copy of the model's blocks under PREFIX + their names. */
static void put_copy(const lp_run *r, const char *prefix, const char *copy, lp_stream *s) {
    for (size_t i = 0; i < r->blocks; i++) {
        const lp_state_block *b = &r->block[i];
        if (!b->is_model)
            continue;
        put_block(b, prefix, copy, s);
        copy += b->value.count * b->value.type.size;
    }
}

static const char *snapshot_prefix(double epoch, char text[64]) {
    snprintf(text, 64, "snapshot.%.0f.", epoch);
    return text;
}

void lp_run_put_history(const lp_run *r, lp_stream *s) {
    lp_history_put(&r->history, s);
    if (r->snapshots > 0) {
        lp_tensor epochs = lp_tensor_vector(LP_F8, r->snapshots);
        for (size_t i = 0; i < r->snapshots; i++)
            ((double *)epochs.data)[i] = r->snapshot[i].epoch;
        lp_stream_put(s, "snapshot.epoch", &epochs);
    }
    for (size_t i = 0; i < r->snapshots; i++) {
        char prefix[64];
        put_copy(r, snapshot_prefix(r->snapshot[i].epoch, prefix), r->snapshot[i].model, s);
    }
    if (r->best != NULL)
        lp_stream_put_number(s, "history.best_epoch", r->best_epoch);
}

lp_stream *lp_checkpoint_make(lp_run *r) {
    lp_stream *s = lp_stream_new();
    r->learner->put_model(r, s);
    lp_run_put_history(r, s);
    lp_stream_put_number(s, "checkpoint.version", VERSION);
    lp_stream_put_text(s, "checkpoint.options", r->hooks->options);
    lp_stream_put_number(s, "checkpoint.data_crc32", r->data_crc32);
    for (size_t i = 0; i < r->blocks; i++)
        if (!r->block[i].is_model)
            put_block(&r->block[i], "", r->block[i].value.data, s);
    if (r->best != NULL)
        put_copy(r, BEST, r->best, s);
    return s;
}

/* ---- out of a stream ---- */

static int take_block(const lp_state_block *b, const char *prefix, void *to, lp_stream *s,
                      lp_error *e) {
    char name[128], expected[200], got[200];
    size_t bad;
    snprintf(name, sizeof name, "%s%s", prefix, b->name);
    const lp_tensor *t = lp_stream_get(s, name, e), *v = &b->value;
    if (t == NULL)
        return -1;
    if (!lp_type_is(t->type, v->type) || t->ndim != v->ndim ||
        memcmp(t->shape, v->shape, (size_t)v->ndim * sizeof *v->shape) != 0)
        return lp_fail(e, "%s has shape %s, expected %s of %c%u", name,
                       lp_shape_text(t->ndim, t->shape, got),
                       lp_shape_text(v->ndim, v->shape, expected), v->type.kind, v->type.size);
    if (v->type.kind == 'f' && lp_tensor_find_nonfinite(t, &bad))
        return lp_fail(e, "%s: element %zu is %g", name, bad, lp_tensor_at(t, bad));
    memcpy(to, t->data, t->count * t->type.size);
    return 0;
}

static int take_copy(const lp_run *r, const char *prefix, char *copy, lp_stream *s, lp_error *e) {
    for (size_t i = 0; i < r->blocks; i++) {
        const lp_state_block *b = &r->block[i];
        if (!b->is_model)
            continue;
        if (take_block(b, prefix, copy, s, e))
            return -1;
        copy += b->value.count * b->value.type.size;
    }
    return 0;
}

static int read_number(lp_stream *s, const char *name, double *value, lp_error *e) {
    const lp_tensor *t = lp_stream_get(s, name, e);
    if (t == NULL)
        return -1;
    if (!lp_type_is(t->type, LP_F8) || t->count != 1)
        return lp_fail(e, "%s is not one f8 number", name);
    *value = lp_tensor_at(t, 0);
    return 0;
}

static int check_options(const lp_run *r, lp_stream *s, lp_error *e) {
    const lp_tensor *text = lp_stream_get(s, "checkpoint.options", e);
    char *options = text == NULL ? NULL : lp_tensor_string(text, 0, e);
    if (options == NULL)
        return -1;
    int failed = 0;
    if (strcmp(options, r->hooks->options) != 0)
        failed = lp_fail(e, "the checkpoint is of other options: '%s', now '%s'", options,
                         r->hooks->options);
    free(options);
    return failed;
}

/* Version, options and data have to be this run's. */
static int check_origin(const lp_run *r, lp_stream *s, lp_error *e) {
    double version = 0, crc32;
    if (lp_stream_has(s, "checkpoint.version") && read_number(s, "checkpoint.version", &version, e))
        return -1;
    if (version != VERSION)
        return lp_fail(e, "the file is not a checkpoint of this version of labpipe (remove it to "
                          "start anew)");
    if (check_options(r, s, e) || read_number(s, "checkpoint.data_crc32", &crc32, e))
        return -1;
    if (crc32 != (double)r->data_crc32)
        return lp_fail(e, "the checkpoint is of other data (CRC-32 %08x, now %08x)",
                       (uint32_t)crc32, r->data_crc32);
    return 0;
}

static int take_snapshots(lp_run *r, lp_stream *s, lp_error *e) {
    if (!lp_stream_has(s, "snapshot.epoch"))
        return 0;
    const lp_tensor *epochs = lp_stream_get(s, "snapshot.epoch", e);
    if (epochs == NULL)
        return -1;
    for (size_t i = 0; i < epochs->count; i++) {
        char prefix[64];
        double epoch = lp_tensor_at(epochs, i);
        if (!(epoch >= 0 && epoch <= (double)r->done))
            return lp_fail(e, "snapshot.epoch: row %zu is %g", i, epoch);
        char *model = lp_run_add_snapshot(r, epoch);
        if (take_copy(r, snapshot_prefix(epoch, prefix), model, s, e))
            return -1;
    }
    return 0;
}

static int take_best(lp_run *r, lp_stream *s, lp_error *e) {
    for (size_t i = 0; i < lp_stream_count(s); i++)
        if (strncmp(lp_stream_name(s, i), BEST, strlen(BEST)) == 0) {
            r->best = lp_arena_alloc(&r->memory, lp_run_model_size(r), 1);
            return take_copy(r, BEST, r->best, s, e);
        }
    return 0;
}

int lp_checkpoint_take(lp_run *r, lp_stream *s, lp_error *e) {
    if (check_origin(r, s, e))
        return -1;
    for (size_t i = 0; i < r->blocks; i++)
        if (take_block(&r->block[i], "", r->block[i].value.data, s, e))
            return -1;
    if (r->done > r->total)
        return lp_fail(e, "checkpoint.done is past the end of the run");
    return lp_history_read(&r->history, s, e) || take_snapshots(r, s, e) || take_best(r, s, e) ? -1
                                                                                               : 0;
}
