/* A checkpoint: a run (learn/run.h) in the middle of its training, as a tensor stream.
 *
 *     the model under its own names, so that a checkpoint may be used as one
 *     history.*, snapshot.*        as in what a run puts at its end
 *     checkpoint.version           of this format
 *     checkpoint.options           the options it was made under
 *     checkpoint.data              the CRC-32 of the data it was made from
 *     checkpoint.NAME              each state block that is not the model's, counts as u8
 *     checkpoint.best.NAME         with patience: the best model's blocks */
#include "learn/run.h"

#include <stdio.h>
#include <string.h>

#define VERSION "2" /* of the format; 1 had no checkpoint.version */

/* ---- blocks ---- */

void lp_checkpoint_put_block(const lp_state_block *b, const char *prefix, lp_stream *s) {
    char name[128];
    snprintf(name, sizeof name, "%s%s", prefix, b->name);
    lp_tensor copy = lp_tensor_copy(&b->value);
    lp_stream_put(s, name, &copy);
}

static int take_block(lp_state_block *b, const char *prefix, lp_stream *s, lp_error *e) {
    char name[128], expected[200], got[200];
    snprintf(name, sizeof name, "%s%s", prefix, b->name);
    const lp_tensor *t = lp_stream_get(s, name, e), *v = &b->value;
    if (t == NULL)
        return -1;
    if (!lp_type_is(t->type, v->type) || t->ndim != v->ndim ||
        memcmp(t->shape, v->shape, (size_t)v->ndim * sizeof *v->shape) != 0)
        return lp_fail(e, "%s has shape %s, expected %s of %c%u", name,
                       lp_shape_text(t->ndim, t->shape, got),
                       lp_shape_text(v->ndim, v->shape, expected), v->type.kind, v->type.size);
    if (v->type.kind == 'f' && lp_tensor_check_finite(t, name, e))
        return -1;
    memcpy(v->data, t->data, t->count * t->type.size);
    return 0;
}

int lp_checkpoint_take_model(lp_run *r, const char *prefix, lp_stream *s, lp_error *e) {
    for (size_t i = 0; i < r->blocks; i++)
        if (r->block[i].is_model && take_block(&r->block[i], prefix, s, e))
            return -1;
    return 0;
}

int lp_checkpoint_copy(lp_stream *from, const char *prefix, lp_stream *to, lp_error *e) {
    for (size_t i = 0; i < lp_stream_count(from); i++) {
        const char *name = lp_stream_name(from, i);
        if (strncmp(name, prefix, strlen(prefix)) != 0)
            continue;
        const lp_tensor *t = lp_stream_get(from, name, e);
        if (t == NULL)
            return -1;
        lp_tensor copy = lp_tensor_copy(t);
        lp_stream_put(to, name, &copy);
    }
    return 0;
}

/* ---- checkpoints ---- */

static const char *crc32_text(const lp_run *r, char text[16]) {
    snprintf(text, 16, "CRC-32 %08x", r->data_crc32);
    return text;
}

lp_stream *lp_checkpoint_make(const lp_run *r) {
    char crc32[16];
    lp_error never; /* what is kept is in memory */
    lp_stream *s = lp_stream_new();
    if (r->learner->put_model != NULL)
        r->learner->put_model(r, s);
    else
        lp_model_write(r->evaluator.model, s);
    lp_run_put_history(r, s);
    lp_stream_put_text(s, "checkpoint.version", VERSION);
    lp_stream_put_text(s, "checkpoint.options", r->hooks->options);
    lp_stream_put_text(s, "checkpoint.data", crc32_text(r, crc32));
    for (size_t i = 0; i < r->blocks; i++)
        if (!r->block[i].is_model)
            lp_checkpoint_put_block(&r->block[i], "", s);
    lp_checkpoint_copy(r->kept, LP_CHECKPOINT_BEST, s, &never);
    return s;
}

/* Refused where the text NAME, which says what the checkpoint is of, is not what it is now. */
static int check_origin(lp_stream *s, const char *name, const char *what, const char *now,
                        lp_error *e) {
    const lp_tensor *t = lp_stream_get(s, name, e);
    if (t == NULL)
        return -1;
    LP_CLEANUP(lp_free)
    char *text = lp_type_is_string(t->type) && t->count == 1 ? lp_tensor_string(t, 0, e) : NULL;
    if (text == NULL)
        return lp_fail(e, "%s is not a text", name);
    if (strcmp(text, now) != 0)
        return lp_fail(e, "the checkpoint is of other %s: '%s', now '%s'", what, text, now);
    return 0;
}

int lp_checkpoint_take(lp_run *r, lp_stream *s, lp_error *e) {
    char crc32[16];
    if (!lp_stream_has(s, "checkpoint.version"))
        return lp_fail(e, "the file is not a checkpoint of this version of labpipe (remove it to "
                          "start anew)");
    if (check_origin(s, "checkpoint.version", "version", VERSION, e) ||
        check_origin(s, "checkpoint.options", "options", r->hooks->options, e) ||
        check_origin(s, "checkpoint.data", "data", crc32_text(r, crc32), e))
        return -1;
    for (size_t i = 0; i < r->blocks; i++)
        if (take_block(&r->block[i], "", s, e))
            return -1;
    if (r->done > r->total)
        return lp_fail(e, "checkpoint.done is past the end of the run");
    if (lp_history_read(&r->history, s, e) || lp_checkpoint_copy(s, "snapshot.", r->kept, e))
        return -1;
    return lp_checkpoint_copy(s, LP_CHECKPOINT_BEST, r->kept, e);
}
