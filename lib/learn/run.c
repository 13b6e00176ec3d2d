#include "learn/run.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
        size_t shape[] = {row->ndim == 1 ? row->cols : row->rows, row->cols};
        lp_run_add_array(r, name, is_model, p->type, row->ndim, shape, lp_params_at(p, i, block));
    }
}

static void store(lp_run *r) {
    if (r->learner->store != NULL)
        r->learner->store(r);
}

/* ---- the end of a unit ---- */

static bool is_due(uint64_t done, int64_t every) {
    return every > 0 && done % (uint64_t)every == 0;
}

static int check_loss(const lp_run *r, const char *what, double loss, lp_error *e) {
    if (isfinite(loss))
        return 0;
    return lp_fail(
        e, "training: the loss %s %g at %s %" PRIu64 " with learning rate %g (try a smaller --lr)",
        what, loss, r->learner->step_name, r->steps, r->lr);
}

/* Keeps a copy of the model under PREFIX + its blocks' names. */
static void keep_model(lp_run *r, const char *prefix) {
    store(r);
    for (size_t i = 0; i < r->blocks; i++)
        if (r->block[i].is_model)
            lp_checkpoint_put_block(&r->block[i], prefix, r->kept);
}

static int evaluate(lp_run *r, lp_error *e) {
    lp_history_row row = {(double)r->done, NAN, NAN, NAN, NAN};
    if ((r->learner->evaluate != NULL ? r->learner->evaluate(r, &row, e)
                                      : lp_evaluator_row(&r->evaluator, &row, e)) ||
        check_loss(r, "over the training part is", row.loss, e) ||
        (r->has_test && check_loss(r, "over the test part is", row.val_loss, e)))
        return -1;
    lp_history_add(&r->history, &row);
    if (r->options.patience == 0)
        return 0;
    if (r->history.count == 1 || row.val_loss < r->best_loss) {
        keep_model(r, LP_CHECKPOINT_BEST);
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
    lp_stream *s = lp_checkpoint_make(r);
    int failed = r->hooks->save(r->hooks->context, s, e);
    lp_stream_free(s);
    return failed;
}

static bool is_over(const lp_run *r) {
    return r->done == r->total || r->converged || r->out_of_patience;
}

static int end_unit(lp_run *r, lp_error *e) {
    if ((is_due(r->done, r->options.eval_every) || is_over(r)) && evaluate(r, e))
        return -1;
    if (is_due(r->done, r->options.snapshot_every))
        take_snapshot(r);
    bool saves = r->hooks->save != NULL && r->done > 0 && !is_over(r);
    return saves && is_due(r->done, r->hooks->checkpoint_every) ? save_checkpoint(r, e) : 0;
}

/* ---- the loop ---- */

static int begin(lp_run *r, lp_error *e) {
    const lp_run_hooks *hooks = r->hooks;
    r->kept = lp_stream_new();
    lp_run_add_count(r, "done", &r->done);
    lp_run_add_count(r, "waited", &r->waited);
    lp_run_add_array(r, "best_loss", false, LP_F8, 0, NULL, &r->best_loss);
    lp_run_add_array(r, "best_epoch", false, LP_F8, 0, NULL, &r->best_epoch);
    if (hooks->save != NULL || hooks->resume != NULL)
        r->data_crc32 = r->learner->data_crc32 != NULL ? r->learner->data_crc32(r)
                                                       : lp_dataset_crc32(r->evaluator.data);
    if (hooks->resume == NULL)
        return end_unit(r, e);
    if (lp_checkpoint_take(r, hooks->resume, e))
        return lp_within(e, "resuming");
    r->steps = r->done * r->unit_steps;
    return r->learner->load != NULL ? r->learner->load(r, e) : 0;
}

int lp_run_train(lp_run *r, lp_error *e) {
    const lp_run_hooks *hooks = r->hooks;
    if (begin(r, e))
        return -1;
    while (!is_over(r)) {
        for (uint64_t i = 0; i < r->unit_steps; i++) {
            if (r->learner->step(r, e))
                return -1;
            r->steps++;
            if (check_loss(r, "became", r->loss, e))
                return -1;
            if (hooks->progress != NULL)
                hooks->progress(hooks->context, r->steps, r->total * r->unit_steps, r->loss);
        }
        r->done++;
        if (end_unit(r, e))
            return -1;
    }
    if (r->options.patience > 0)
        return lp_checkpoint_take_model(r, LP_CHECKPOINT_BEST, r->kept, e);
    store(r);
    return 0;
}

void lp_run_put_history(const lp_run *r, lp_stream *s) {
    lp_error never; /* what is kept is in memory */
    lp_history_put(&r->history, s);
    lp_checkpoint_copy(r->kept, "snapshot.", s, &never);
    if (r->options.patience > 0)
        lp_stream_put_number(s, "history.best_epoch", r->best_epoch);
}

void lp_run_free(lp_run *r) {
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
