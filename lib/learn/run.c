#include "learn/run.h"

#include "io/crc32.h"
#include "num/ranks.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Of a checkpoint's format; 1 had no checkpoint.version, 2 no total. Its options leave out
 * defaults, so that another default is another version: in 3 --batch was 0. */
#define VERSION "4"
#define BEST "checkpoint.best."
#define LAST "checkpoint.last."

/* ---- state blocks ---- */

void lp_run_add_array(lp_run *r, const char *name, bool is_model, lp_type type, int ndim,
                      const size_t *shape, void *data) {
    r->block = lp_grow(r->block, r->blocks, &r->block_capacity, sizeof *r->block);
    lp_state_block *b = &r->block[r->blocks++];
    *b = (lp_state_block){.is_model = is_model,
                          .value = {.type = type, .ndim = ndim, .count = 1, .data = data}};
    snprintf(b->name, sizeof b->name, "%s%s", is_model ? "" : "checkpoint.", name);
    for (int i = 0; i < ndim; i++) {
        b->value.shape[i] = shape[i];
        b->value.count *= shape[i];
    }
}

void lp_run_add_count(lp_run *r, const char *name, uint64_t *count) {
    lp_run_add_array(r, name, false, (lp_type){'u', sizeof *count}, 0, NULL, count);
}

void lp_run_add_params(lp_run *r, const char *prefix, bool is_model, const lp_params *p,
                       void *block) {
    for (size_t i = 0; i < p->count; i++) {
        const lp_param *row = &p->table[i];
        char name[64];
        snprintf(name, sizeof name, "%s%s", prefix, row->name);
        lp_run_add_array(r, name, is_model, p->type, row->ndim, row->shape,
                         lp_params_at(p, i, block));
    }
}

/* PREFIX + the block's name = a copy of the block. */
static void put_block(const lp_state_block *b, const char *prefix, lp_stream *s) {
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

/* Copies the tensors whose names start with `prefix`. */
static int copy_tensors(lp_stream *from, const char *prefix, lp_stream *to, lp_error *e) {
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

static void store(lp_run *r) {
    if (r->learner->store != NULL)
        r->learner->store(r);
}

void lp_run_put_history(const lp_run *r, lp_stream *s) {
    lp_error never; /* what is kept is in memory */
    lp_history_put(&r->history, s);
    copy_tensors(r->kept, "snapshot.", s, &never);
    if (r->options.patience > 0)
        lp_stream_put_number(s, "history.best_epoch", r->best_epoch);
    if (r->diverged)
        lp_stream_put_number(s, "history.diverged", (double)r->steps);
}

/* ---- checkpoints ---- */

/* A checkpoint is a tensor stream:
 *
 *     the model under its own names, so that a checkpoint may be used as one
 *     history.*, snapshot.*        as in what a run puts at its end
 *     checkpoint.version           of this format
 *     checkpoint.options           the options it was made under
 *     checkpoint.data              the CRC-32 of the data it was made from
 *     checkpoint.total             the units that its run was to have
 *     checkpoint.unit_steps        the steps of each
 *     checkpoint.NAME              each state block that is not the model's, counts as u8
 *     checkpoint.best.NAME         with patience: the best model's blocks
 *     checkpoint.last.NAME         else, where divergence is kept: those last evaluated */

static const char *crc32_text(const lp_run *r, char text[16]) {
    snprintf(text, 16, "CRC-32 %08x", r->data_crc32);
    return text;
}

/* The checkpoint of a run whose model is in its blocks. */
static lp_stream *make_checkpoint(const lp_run *r) {
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
    lp_stream_put_number(s, "checkpoint.total", (double)r->total);
    lp_stream_put_number(s, "checkpoint.unit_steps", (double)r->unit_steps);
    for (size_t i = 0; i < r->blocks; i++)
        if (!r->block[i].is_model)
            put_block(&r->block[i], "", s);
    copy_tensors(r->kept, BEST, s, &never);
    copy_tensors(r->kept, LAST, s, &never);
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
        return lp_fail(e, "the checkpoint is of other %s: '%s', now '%s' (remove it to start anew)",
                       what, text, now);
    return 0;
}

static int read_number(lp_stream *s, const char *name, double *value, lp_error *e) {
    LP_CLEANUP(lp_tensor_free) lp_tensor t = {0};
    if (lp_stream_get_as(s, name, LP_F8, &t, e))
        return -1;
    if (t.count != 1)
        return lp_fail(e, "%s is not one number", name);
    *value = *(double *)t.data;
    return 0;
}

/* Refused where the checkpoint's run counts time in other units, or where its length matters and
 * was another. */
static int check_time(const lp_run *r, lp_stream *s, lp_error *e) {
    double total, unit_steps;
    if (read_number(s, "checkpoint.total", &total, e) ||
        read_number(s, "checkpoint.unit_steps", &unit_steps, e))
        return -1;
    if (unit_steps != (double)r->unit_steps)
        return lp_fail(e, "the checkpoint counts %s",
                       unit_steps == 1 ? "steps, not epochs" : "epochs, not steps");
    if (r->needs_total && total != (double)r->total)
        return lp_fail(e,
                       "the learning rate depends on the length of the run, which was to be %.0f "
                       "and is now %" PRIu64 " (a cosine cannot go on past its end: give %.0f, or "
                       "start anew)",
                       total, r->total, total);
    return 0;
}

/* Brings a prepared run to where the checkpoint was made. */
static int take_checkpoint(lp_run *r, lp_stream *s, lp_error *e) {
    char crc32[16];
    if (!lp_stream_has(s, "checkpoint.version"))
        return lp_fail(e, "the file is not a checkpoint of this version of labpipe (remove it to "
                          "start anew)");
    if (check_origin(s, "checkpoint.version", "version", VERSION, e) ||
        check_origin(s, "checkpoint.options", "options", r->hooks->options, e) ||
        check_origin(s, "checkpoint.data", "data", crc32_text(r, crc32), e) || check_time(r, s, e))
        return -1;
    for (size_t i = 0; i < r->blocks; i++)
        if (take_block(&r->block[i], "", s, e))
            return -1;
    if (r->done > r->total)
        return lp_fail(e, "the checkpoint is at %" PRIu64 ", past the end of the run at %" PRIu64,
                       r->done, r->total);
    if (lp_history_read(&r->history, s, e) || copy_tensors(s, "snapshot.", r->kept, e))
        return -1;
    return copy_tensors(s, BEST, r->kept, e) || copy_tensors(s, LAST, r->kept, e) ? -1 : 0;
}

/* ---- the end of a unit ---- */

static bool is_due(uint64_t done, int64_t every) {
    return every > 0 && done % (uint64_t)every == 0;
}

static bool is_evaluation_due(const lp_run *r) {
    return lp_eval_every_is_due(&r->options.eval_every, &r->work, r->done);
}

static int check_loss(lp_run *r, const char *what, double loss, lp_error *e) {
    if (isfinite(loss))
        return 0;
    r->diverged = true;
    if (r->options.on_divergence == LP_DIVERGENCE_KEEP)
        return 0;
    return lp_fail(e,
                   "training: the loss %s %g at %s %" PRIu64
                   " with learning rate %g (try a smaller --lr, or "
                   "labpipe scale --by standard first)",
                   what, loss, r->learner->step_name, r->steps, r->lr);
}

/* The prefix under which the run keeps the model that it may have to go back to; NULL: none. */
static const char *kept_prefix(const lp_run *r) {
    return r->options.patience > 0                          ? BEST
           : r->options.on_divergence == LP_DIVERGENCE_KEEP ? LAST
                                                            : NULL;
}

/* Keeps a copy of the model under PREFIX + its blocks' names. */
static void keep_model(lp_run *r, const char *prefix) {
    store(r);
    for (size_t i = 0; i < r->blocks; i++)
        if (r->block[i].is_model)
            put_block(&r->block[i], prefix, r->kept);
}

static int evaluate(lp_run *r, lp_error *e) {
    lp_history_row row = {(double)r->done, NAN, NAN, NAN, NAN, NAN};
    if (r->options.batch_loss && r->steps > 0)
        row.batch_loss = r->loss;
    if ((r->learner->evaluate != NULL ? r->learner->evaluate(r, &row, e)
                                      : lp_evaluator_row(&r->evaluator, &row, e)) ||
        check_loss(r, "over the training part is", row.loss, e) ||
        (r->has_test && check_loss(r, "over the test part is", row.val_loss, e)))
        return -1;
    if (r->diverged)
        return 0;
    lp_history_add(&r->history, &row);
    if (r->options.patience == 0) {
        if (kept_prefix(r) != NULL)
            keep_model(r, LAST);
        return 0;
    }
    if (r->history.count == 1 || row.val_loss < r->best_loss) {
        keep_model(r, BEST);
        r->best_loss = row.val_loss;
        r->best_epoch = row.epoch;
        r->waited = 0;
    } else {
        r->out_of_patience = ++r->waited >= (uint64_t)r->options.patience;
    }
    return 0;
}

static void take_snapshot(lp_run *r) {
    char prefix[64];
    uint64_t every = (uint64_t)r->options.snapshot_every, count = r->done / every + 1;
    lp_tensor epochs = lp_tensor_vector(LP_F8, count);
    for (uint64_t i = 0; i < count; i++)
        ((double *)epochs.data)[i] = (double)(i * every);
    lp_stream_put(r->kept, "snapshot.epoch", &epochs);
    snprintf(prefix, sizeof prefix, "snapshot.%" PRIu64 ".", r->done);
    keep_model(r, prefix);
}

static int save_checkpoint(lp_run *r, lp_error *e) {
    store(r);
    lp_stream *s = make_checkpoint(r);
    int failed = r->hooks->save(r->hooks->context, s, e);
    lp_stream_free(s);
    return failed;
}

static bool is_over(const lp_run *r) {
    return r->done == r->total || r->converged || r->out_of_patience || r->diverged;
}

/* The checkpoint of the end is one that a longer run goes on from. */
static bool is_to_be_saved(const lp_run *r) {
    bool stopped = r->converged || r->out_of_patience || r->diverged;
    return r->hooks->save != NULL && r->done > 0 && !stopped &&
           (r->done == r->total || is_due(r->done, r->hooks->checkpoint_every));
}

/* The evaluation of the end, where it was not due anyway: not in a checkpoint, since a longer run
 * does not have it. */
static int evaluate_end(lp_run *r, lp_error *e) {
    return is_over(r) && !is_evaluation_due(r) ? evaluate(r, e) : 0;
}

static int end_unit(lp_run *r, lp_error *e) {
    if (is_evaluation_due(r) && evaluate(r, e))
        return -1;
    if (!r->diverged && is_due(r->done, r->options.snapshot_every))
        take_snapshot(r);
    if (is_to_be_saved(r) && save_checkpoint(r, e))
        return -1;
    return evaluate_end(r, e);
}

/* ---- the loop ---- */

int lp_check_ranks(uint32_t data, const char *options, uint32_t weights, lp_error *e) {
    uint32_t own[] = {data, 0, weights}, first[3];
    static const char *const what[] = {"data", "options", "weights"};
    if (options != NULL)
        own[1] = lp_crc32(0, options, strlen(options));
    memcpy(first, own, sizeof first);
    lp_ranks_broadcast(first, sizeof first);
    for (int i = 0; i < 3; i++)
        if (own[i] != first[i])
            return lp_fail(e,
                           "it starts with other %s than rank 0 (every process of the job needs "
                           "the same files and command)",
                           what[i]);
    return 0;
}

static int check_ranks(const lp_run *r, lp_error *e) {
    uint32_t weights = 0;
    if (lp_rank_count() == 1)
        return 0;
    for (size_t i = 0; i < r->blocks; i++) {
        const lp_tensor *t = &r->block[i].value;
        weights = lp_crc32(weights, t->data, t->count * t->type.size);
    }
    return lp_check_ranks(r->data_crc32, r->hooks->options, weights, e);
}

static int begin(lp_run *r, lp_error *e) {
    const lp_run_hooks *hooks = r->hooks;
    r->kept = lp_stream_new();
    lp_run_add_count(r, "done", &r->done);
    lp_run_add_count(r, "waited", &r->waited);
    lp_run_add_array(r, "best_loss", false, LP_F8, 0, NULL, &r->best_loss);
    lp_run_add_array(r, "best_epoch", false, LP_F8, 0, NULL, &r->best_epoch);
    if (hooks->save != NULL || hooks->resume != NULL || lp_rank_count() > 1)
        r->data_crc32 = r->learner->data_crc32 != NULL ? r->learner->data_crc32(r)
                                                       : lp_dataset_crc32(r->evaluator.data);
    if (hooks->resume != NULL && take_checkpoint(r, hooks->resume, e))
        return lp_within(e, "resuming");
    if (check_ranks(r, e))
        return -1;
    if (hooks->resume == NULL) {
        if (kept_prefix(r) != NULL)
            keep_model(r, kept_prefix(r));
        return end_unit(r, e);
    }
    r->steps = r->done * r->unit_steps;
    if (r->learner->load != NULL && r->learner->load(r, e))
        return -1;
    return evaluate_end(r, e);
}

/* The steps of one unit, as far as the loss is finite. */
static int take_unit(lp_run *r, lp_error *e) {
    const lp_run_hooks *hooks = r->hooks;
    for (uint64_t i = 0; i < r->unit_steps && !r->diverged; i++) {
        if (r->learner->step(r, e))
            return -1;
        r->steps++;
        if (check_loss(r, "became", r->loss, e))
            return -1;
        if (hooks->progress != NULL && !r->diverged)
            hooks->progress(hooks->context, r);
    }
    return 0;
}

/* The model that the run ends with: as it is, or as it was kept. */
static int settle(lp_run *r, lp_error *e) {
    const char *prefix = r->options.patience > 0 || r->diverged ? kept_prefix(r) : NULL;
    if (prefix == NULL)
        store(r);
    for (size_t i = 0; prefix != NULL && i < r->blocks; i++)
        if (r->block[i].is_model && take_block(&r->block[i], prefix, r->kept, e))
            return -1;
    /* The loss may be finite beside weights that are not: a perceptron's is 0 once all are right.
     */
    for (size_t i = 0; i < r->blocks; i++)
        if (r->block[i].is_model && r->block[i].value.type.kind == 'f' &&
            lp_tensor_check_finite(&r->block[i].value, r->block[i].name, e))
            return lp_within(e, "training with learning rate %g (try a smaller --lr)", r->lr);
    return 0;
}

int lp_run_train(lp_run *r, lp_error *e) {
    if (begin(r, e))
        return -1;
    while (!is_over(r)) {
        if (take_unit(r, e))
            return -1;
        if (r->diverged)
            break;
        r->done++;
        if (end_unit(r, e))
            return -1;
    }
    return settle(r, e);
}

void lp_run_free(lp_run *r) {
    lp_evaluator_free(&r->evaluator);
    lp_history_free(&r->history);
    lp_stream_free(r->kept);
    free(r->block);
    lp_arena_free(&r->memory);
}

int lp_run_train_model(lp_run *r, lp_stream *s, lp_error *e) {
    if (lp_run_train(r, e))
        return -1;
    lp_model_drop(s);
    lp_model_write(r->evaluator.model, s);
    lp_run_put_history(r, s);
    return 0;
}
