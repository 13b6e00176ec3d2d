#include "learn/train.h"

#include "autodiff/graph.h"
#include "base/memory.h"
#include "learn/checkpoint.h"
#include "learn/dataset.h"
#include "num/rng.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One training run. What changes from step to step, and so belongs in a checkpoint, is in
 * `state` (learn/checkpoint.h); the rest follows from options and data. */
typedef struct {
    const lp_train_options *options;
    const lp_train_hooks *hooks;
    lp_dataset data;
    const lp_part *train, *test; /* test: NULL where there is none */
    lp_model model;
    lp_judge judge;
    lp_optim optim;
    lp_arena memory; /* of the optimiser */
    lp_graph *graph;
    int x, target; /* nodes; target: -1 with labels */
    lp_batch batch;
    size_t batch_rows;
    size_t *order;        /* (train->rows) the epoch's order; the batch's rows under `sample` */
    uint64_t epoch_steps; /* steps in an epoch */
    uint64_t total;       /* units of time */
    uint64_t unit_steps;  /* steps in a unit: 1, or epoch_steps */
    lp_train_state state;
} run;

/* ---- getting ready ---- */

static int make_model(run *r, lp_error *e) {
    const lp_train_options *o = r->options;
    size_t layers = o->hidden.count + 1;
    size_t *width = lp_alloc(layers + 1, sizeof *width, e);
    if (width == NULL)
        return -1;
    width[0] = r->train->cols;
    for (size_t i = 0; i < o->hidden.count; i++)
        width[i + 1] = (size_t)o->hidden.item[i];
    width[layers] = o->target == LP_TARGET_X ? r->train->cols : r->train->target_cols;
    r->model = (lp_model){.loss = (lp_loss)o->loss,
                          .reduction = (lp_reduction)o->reduction,
                          .target = (lp_target)o->target,
                          .input_scale = o->input_scale};
    r->model.net =
        lp_mlp_new(o->dtype == 0 ? LP_F4 : LP_F8, layers, width, (lp_bias)o->bias,
                   lp_activation(o->activation), lp_activation(o->output_activation), true);
    free(width);
    if (o->init_scale.count > 1 && o->init_scale.count != layers)
        return lp_fail_usage(e,
                             "option --init-scale: %zu numbers for %zu layers (expected 1, or "
                             "one for each layer)",
                             o->init_scale.count, layers);
    lp_mlp_init(&r->model.net, (lp_init)o->init, o->init_scale.item, o->init_scale.count, o->seed);
    size_t frozen = 0;
    for (size_t i = 0; i < o->freeze.count; i++) {
        int64_t l = o->freeze.item[i];
        if (l < 1 || (uint64_t)l > layers)
            return lp_fail_usage(
                e, "option --freeze: there is no layer %" PRId64 " (expected 1 to %zu)", l, layers);
        const lp_layer *layer = &r->model.net.layer[l - 1];
        frozen += !r->model.net.params.table[layer->weight].frozen;
        r->model.net.params.table[layer->weight].frozen = true;
        if (layer->bias != SIZE_MAX)
            r->model.net.params.table[layer->bias].frozen = true;
    }
    if (frozen == layers)
        return lp_fail_usage(e, "option --freeze: every layer is frozen, nothing would be learned");
    return 0;
}

/* Weights from another stream: the same layers, with the same activations. */
static int start_from(run *r, lp_stream *s, lp_error *e) {
    const lp_mlp *net = &r->model.net;
    lp_mlp other;
    if (lp_mlp_read(&other, s, false, e))
        return lp_within(e, "reading the weights to start from");
    int failed = 0;
    if (other.layers != net->layers)
        failed = lp_fail(e, "the weights to start from are of %zu layers, the network has %zu",
                         other.layers, net->layers);
    for (size_t l = 0; l < net->layers && !failed; l++) {
        const lp_layer *a = &other.layer[l], *b = &net->layer[l];
        size_t a_bias = a->bias == SIZE_MAX ? 0 : other.params.table[a->bias].cols;
        size_t b_bias = b->bias == SIZE_MAX ? 0 : net->params.table[b->bias].cols;
        if (a->in != b->in || a->out != b->out || a_bias != b_bias)
            failed =
                lp_fail(e,
                        "the weights to start from do not fit: layer%zu is %zu to %zu with %zu "
                        "biases, the network's is %zu to %zu with %zu",
                        l + 1, a->in, a->out, a_bias, b->in, b->out, b_bias);
        else if (a->activation != b->activation)
            failed =
                lp_fail(e, "the weights to start from have another activation in layer%zu", l + 1);
    }
    lp_mlp_free(&other);
    if (failed)
        return -1;
    return lp_params_take(&net->params, net->params.value, "", s, e);
}

static int make_graph(run *r, lp_error *e) {
    const lp_train_options *o = r->options;
    const lp_mlp *net = &r->model.net;
    bool numbers = o->loss == LP_LOSS_MSE;
    r->graph = lp_graph_new(net->params.type);
    if (lp_batch_new(&r->batch, &r->data, net->params.type, r->batch_rows, r->model.target, numbers,
                     e))
        return -1;
    lp_graph *g = r->graph;
    r->x = lp_graph_input(g, r->batch_rows, r->train->cols, true);
    int y = lp_mlp_graph(net, g, r->x), loss;
    r->target = -1;
    if (numbers) {
        r->target = lp_graph_input(g, r->batch_rows, r->batch.target_cols, true);
        loss = lp_graph_apply(g, LP_OP_SQUARED_ERROR, y, r->target);
    } else {
        loss = lp_graph_apply(g, LP_OP_CROSS_ENTROPY, y);
        lp_graph_set_labels(g, loss, r->batch.label);
    }
    if (o->reduction == LP_REDUCE_MEAN)
        lp_graph_set_mean(g, loss);
    if (lp_graph_finish(g, loss, e))
        return -1;
    lp_graph_set(g, r->x, r->batch.x);
    if (numbers)
        lp_graph_set(g, r->target, r->batch.target);
    return 0;
}

static int prepare(run *r, lp_stream *s, lp_error *e) {
    const lp_train_options *o = r->options;
    lp_y_use use = o->target == LP_TARGET_X ? LP_Y_NONE
                   : o->loss == LP_LOSS_MSE ? LP_Y_TARGETS
                                            : LP_Y_CLASSES;
    if (o->loss == LP_LOSS_CROSS_ENTROPY && use == LP_Y_NONE)
        return lp_fail_usage(e, "option --target: x goes only with --loss mse");
    if (lp_dataset_read(&r->data, s, use, e))
        return -1;
    r->train = &r->data.part[0];
    r->test = r->data.parts > 1 ? &r->data.part[1] : NULL;
    size_t n = r->train->rows;
    if ((uint64_t)o->batch > n)
        return lp_fail(e, "option --batch: %" PRId64 " is more than the %zu rows of %s", o->batch,
                       n, r->train->x_name);
    if (o->patience > 0 && r->test == NULL)
        return lp_fail(e, "option --patience: there is no x_test to watch (split makes one)");
    r->batch_rows = o->sample ? 1 : o->batch == 0 ? n : (size_t)o->batch;
    r->epoch_steps = (n + r->batch_rows - 1) / r->batch_rows;
    r->unit_steps = o->count_steps ? 1 : r->epoch_steps;
    r->total = (uint64_t)(o->count_steps ? o->steps : o->epochs);
    r->order = lp_alloc(n, sizeof *r->order, e);
    if (r->order == NULL)
        return -1;
    for (size_t i = 0; i < n; i++)
        r->order[i] = i;
    const lp_optim_options optim = {(lp_optim_kind)o->optimizer,
                                    o->momentum,
                                    o->nesterov,
                                    o->weight_decay,
                                    o->beta1,
                                    o->beta2,
                                    o->epsilon};
    if (make_model(r, e) || (r->hooks->init_from && start_from(r, r->hooks->init_from, e)) ||
        make_graph(r, e) || lp_judge_new(&r->judge, &r->model, &r->data, e))
        return -1;
    r->optim = lp_optim_new(&r->memory, &optim, &r->model.net.params);
    r->state.model = &r->model;
    r->state.optim = &r->optim;
    r->state.draws = lp_rng_new(o->seed, LP_RNG_BATCH, 0);
    r->state.best_loss = INFINITY;
    if (r->hooks->save || r->hooks->resume) {
        r->state.data_crc32 = lp_dataset_crc32(&r->data);
        r->state.options = r->hooks->options;
    }
    return 0;
}

static void release(run *r) {
    lp_train_state_free(&r->state);
    lp_judge_free(&r->judge);
    lp_arena_free(&r->memory);
    lp_graph_free(r->graph);
    lp_batch_free(&r->batch);
    lp_model_free(&r->model);
    lp_dataset_free(&r->data);
    free(r->order);
}

/* ---- steps ---- */

static double rate(const run *r, uint64_t t) {
    return lp_schedule_rate(&r->options->schedule, r->options->lr, t, r->total);
}

/* The rows of step number `step` (from 0) are put into the batch. */
static void fill_batch(run *r, uint64_t step) {
    size_t n = r->train->rows, rows = r->batch_rows;
    const size_t *index = r->order;
    if (r->options->sample) {
        r->order[0] = lp_rng_below(&r->state.draws, n);
    } else {
        uint64_t place = step % r->epoch_steps;
        if (place == 0 || !r->state.has_order) {
            lp_rng epoch =
                lp_rng_new(r->options->seed, LP_RNG_BATCH, (uint32_t)(step / r->epoch_steps + 1));
            lp_rng_permutation(&epoch, n, r->order);
            r->state.has_order = true;
        }
        index += place * rows;
        rows = place + 1 == r->epoch_steps ? n - place * rows : rows;
        lp_graph_set_rows(r->graph, rows);
    }
    lp_batch_fill(&r->batch, r->train, r->model.input_scale, rows, index);
}

static int take_step(run *r, double lr, lp_error *e) {
    if (r->batch_rows < r->train->rows || r->options->sample)
        fill_batch(r, r->optim.steps);
    lp_graph_forward(r->graph);
    if (!isfinite(lp_graph_loss(r->graph)))
        return lp_fail(e,
                       "training: the loss became %g at step %" PRIu64
                       " with learning rate %g (try a smaller --lr)",
                       lp_graph_loss(r->graph), r->optim.steps + 1, lr);
    lp_graph_backward(r->graph);
    lp_optim_step(&r->optim, lr);
    return 0;
}

/* ---- evaluations ---- */

static int judge(run *r, const lp_part *p, double *loss, double *accuracy, lp_error *e) {
    lp_judgement j;
    if (lp_judge_part(&r->judge, &r->model, p, &j, e))
        return -1;
    lp_confusion_free(&j.confusion);
    *loss = j.loss;
    *accuracy = j.accuracy;
    if (!isfinite(j.loss))
        return lp_fail(e,
                       "training: the loss over %s is %g after step %" PRIu64
                       " with learning rate %g (try a smaller --lr)",
                       p->x_name, j.loss, r->optim.steps,
                       rate(r, r->state.done > 0 ? r->state.done - 1 : 0));
    return 0;
}

/* Appends to the history; true in *stop where patience has run out. */
static int evaluate(run *r, bool *stop, lp_error *e) {
    lp_train_state *state = &r->state;
    lp_evaluation now = {.epoch = (double)state->done, .val_loss = NAN, .val_accuracy = NAN};
    if (judge(r, r->train, &now.loss, &now.accuracy, e) ||
        (r->test != NULL && judge(r, r->test, &now.val_loss, &now.val_accuracy, e)) ||
        lp_train_state_append(state, &now, e))
        return -1;
    if (r->options->patience == 0)
        return 0;
    if (now.val_loss < state->best_loss) {
        state->best_loss = now.val_loss;
        state->best_epoch = now.epoch;
        state->waited = 0;
        return lp_train_state_keep_best(state, e);
    }
    *stop = ++state->waited >= (uint64_t)r->options->patience;
    return 0;
}

static bool due(uint64_t done, int64_t every) {
    return every > 0 && done % (uint64_t)every == 0;
}

/* What follows after `done` units. */
static int close_unit(run *r, bool *stop, lp_error *e) {
    const lp_train_options *o = r->options;
    lp_train_state *state = &r->state;
    if ((due(state->done, o->eval_every) || state->done == r->total) && evaluate(r, stop, e))
        return -1;
    if (due(state->done, o->snapshot_every) && lp_train_state_snapshot(state, e))
        return -1;
    if (r->hooks->save != NULL && state->done > 0 && due(state->done, o->checkpoint_every) &&
        !*stop && state->done < r->total) {
        lp_stream *checkpoint = lp_checkpoint_make(state, e);
        int failed = checkpoint == NULL || r->hooks->save(r->hooks->context, checkpoint, e);
        lp_stream_free(checkpoint);
        return failed ? -1 : 0;
    }
    return 0;
}

static int train(run *r, lp_error *e) {
    enum { PROGRESS_STEPS = 256 };
    lp_train_state *state = &r->state;
    bool stop = false;
    if (r->hooks->resume != NULL) {
        if (lp_checkpoint_take(state, r->hooks->resume, e))
            return lp_within(e, "resuming");
    } else if (close_unit(r, &stop, e)) {
        return -1;
    }
    if (r->batch_rows == r->train->rows && !r->options->sample)
        lp_batch_fill(&r->batch, r->train, r->model.input_scale, r->batch_rows, r->order);
    while (state->done < r->total && !stop) {
        double lr = rate(r, state->done);
        for (uint64_t i = 0; i < r->unit_steps; i++) {
            if (take_step(r, lr, e))
                return -1;
            if (r->hooks->progress != NULL && r->optim.steps % PROGRESS_STEPS == 0)
                r->hooks->progress(r->hooks->context, r->optim.steps, r->total * r->unit_steps,
                                   lp_graph_loss(r->graph));
        }
        state->done++;
        if (close_unit(r, &stop, e))
            return -1;
    }
    if (state->best != NULL)
        memcpy(r->model.net.params.value, state->best,
               r->model.net.params.size * r->model.net.params.type.size);
    return 0;
}

int lp_train(lp_stream *s, const lp_train_options *options, const lp_train_hooks *hooks,
             lp_error *e) {
    run r = {.options = options, .hooks = hooks};
    int failed = prepare(&r, s, e) || train(&r, e);
    if (!failed) {
        lp_model_drop(s);
        failed = lp_model_write(&r.model, s, e) || lp_train_state_put(&r.state, s, e);
        if (!failed && options->patience > 0)
            failed = lp_stream_put_number(s, "history.best_epoch", r.state.best_epoch, e);
    }
    release(&r);
    return failed ? -1 : 0;
}
