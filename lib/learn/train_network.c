#include "learn/train_network.h"

#include "autodiff/graph.h"
#include "learn/batch_shards.h"
#include "learn/network_start.h"
#include "num/ranks.h"
#include "num/rng.h"

#include <inttypes.h>
#include <string.h>

typedef struct {
    const lp_train_network_options *options;
    lp_dataset data;
    const lp_part *train;
    lp_model model;
    lp_optim optim;
    lp_graph *graph;
    lp_batch batch;
    bool is_soft; /* the labels: class weights, or smoothed */
    lp_soft_labels soft;
    size_t batch_rows;
    size_t shards, shard_rows; /* 1 and batch_rows, or how many rows of a batch a shard may have */
    lp_batch_shards cut;       /* of the batch */
    lp_shard_sum sum;          /* of the shards' gradients, each followed by the loss */
    uint64_t epoch_steps;
    size_t *order;  /* (train->rows) the epoch's order; order[0] is the row under `sample` */
    bool has_order; /* of the epoch under way: after a resume it is drawn again */
    lp_rng draws;   /* of rows, under `sample` */
} network_learner;

/* ---- preparing ---- */

/* What a row of x is to the network: plain numbers, or a picture by its own shape or, where it is
 * flat, by input_shape. */
static int find_input(const network_learner *l, lp_stream *s, lp_volume *input, lp_error *e) {
    const lp_part *p = l->train;
    *input = (lp_volume){.channels = p->cols};
    if (!l->options->pictures)
        return 0;
    if (p->dims == 2 || p->dims == 3) {
        *input = (lp_volume){.height = p->shape[0],
                             .width = p->shape[1],
                             .channels = p->dims == 3 ? p->shape[2] : 1};
        return 0;
    }
    if (p->dims != 1 || !lp_stream_has(s, "input_shape"))
        return lp_fail(e,
                       "%s has rows of %zu plain numbers, expected pictures: [n, height, width] "
                       "or [n, height, width, channels], or their shape in input_shape",
                       p->x_name, p->cols);
    if (lp_volume_read(s, "input_shape", input, e))
        return -1;
    if (lp_volume_size(*input) == p->cols)
        return 0;
    return lp_fail(e, "%s has rows of %zu numbers, pictures of input_shape have %zu", p->x_name,
                   p->cols, lp_volume_size(*input));
}

static int make_network(network_learner *l, lp_stream *s, lp_stream *from, lp_error *e) {
    const lp_train_network_options *o = l->options;
    lp_volume input;
    l->model = (lp_model){.loss = o->loss,
                          .reduction = o->reduction,
                          .target = o->target,
                          .input_scale = o->input_scale,
                          .input_shift = o->input_shift};
    if (find_input(l, s, &input, e))
        return -1;
    size_t outputs = o->target == LP_TARGET_X ? l->train->cols : l->train->target_cols;
    return lp_network_start(&l->model.net, o, input, outputs, from, e);
}

static int freeze_layers(network_learner *l, lp_error *e) {
    const lp_ints *freeze = &l->options->freeze;
    lp_network *net = &l->model.net;
    for (size_t i = 0; i < freeze->count; i++)
        if (freeze->item[i] < 1 || (uint64_t)freeze->item[i] > net->layers)
            return lp_fail_usage(
                e, "option --freeze: there is no layer %" PRId64 " (expected 1 to %zu)",
                freeze->item[i], net->layers);
        else if (!lp_network_freeze(net, (size_t)freeze->item[i] - 1))
            return lp_fail_usage(e, "option --freeze: layer %" PRId64 " has nothing to learn",
                                 freeze->item[i]);
    for (size_t i = 0; i < net->params.count; i++)
        if (!net->params.table[i].frozen)
            return 0;
    return lp_fail_usage(e, "option --freeze: every layer is frozen, nothing would be learned");
}

/* Batch normalisation couples the rows of a batch, and a shard knows its own alone. */
static int check_shards(const network_learner *l, lp_error *e) {
    const lp_network *net = &l->model.net;
    for (size_t i = 0; i < net->layers; i++)
        if (l->shards > 1 && net->layer[i].kind == LP_LAYER_BATCH_NORM)
            return lp_fail_usage(e,
                                 "option --shards: layer%zu is batch-norm, whose mean and variance "
                                 "are of the whole batch, not of a shard (leave out one of both)",
                                 i + 1);
    return 0;
}

/* Appends the loss of the network's output y. */
static int make_loss(network_learner *l, int y, int *loss, lp_arena *memory, lp_error *e) {
    const lp_train_network_options *o = l->options;
    const lp_class_weights *weights = &o->class_weights;
    lp_graph *g = l->graph;
    bool labels = o->loss == LP_LOSS_CROSS_ENTROPY;
    l->is_soft =
        labels && (weights->balanced || weights->weight.count > 0 || o->label_smoothing > 0);
    if (labels && !l->is_soft) {
        *loss = lp_graph_apply(g, LP_OP_CROSS_ENTROPY, y);
        lp_graph_set_labels(g, *loss, l->batch.label);
        return 0;
    }
    if (l->is_soft &&
        lp_soft_labels_new(&l->soft, weights, o->label_smoothing, o->reduction, g->type,
                           l->data.classes, l->train, l->shard_rows, memory, e))
        return -1;
    size_t cols = l->is_soft ? l->data.classes : l->batch.target_cols;
    int target = lp_graph_input(g, l->shard_rows, cols, true);
    lp_graph_set(g, target, l->is_soft ? l->soft.target : l->batch.target);
    *loss =
        lp_graph_apply(g, l->is_soft ? LP_OP_CROSS_ENTROPY_SOFT : LP_OP_SQUARED_ERROR, y, target);
    return 0;
}

static int make_graph(network_learner *l, lp_arena *memory, lp_error *e) {
    const lp_train_network_options *o = l->options;
    const lp_network *net = &l->model.net;
    bool numbers = o->loss == LP_LOSS_MSE;
    lp_batch *b = &l->batch;
    *b = lp_batch_new(&l->data, net->params.type, l->shard_rows, o->target, numbers, memory);
    lp_graph *g = l->graph = lp_graph_new(net->params.type);
    int x = lp_graph_input(g, l->shard_rows, l->train->cols, true);
    lp_graph_set(g, x, b->x);
    int loss, y = lp_network_graph(net, g, x, true, o->seed);
    if (make_loss(l, y, &loss, memory, e))
        return -1;
    if (o->reduction == LP_REDUCE_MEAN)
        lp_graph_set_mean(g, loss);
    return lp_graph_finish(g, loss, e);
}

static int read_data(network_learner *l, lp_stream *s, lp_error *e) {
    const lp_train_network_options *o = l->options;
    lp_y_use use = o->target == LP_TARGET_X ? LP_Y_NONE
                   : o->loss == LP_LOSS_MSE ? LP_Y_TARGETS
                                            : LP_Y_CLASSES;
    if (o->loss == LP_LOSS_CROSS_ENTROPY && use == LP_Y_NONE)
        return lp_fail_usage(e, "option --target: x goes only with --loss mse");
    if (lp_dataset_read(&l->data, s, use, e))
        return -1;
    l->train = &l->data.part[0];
    if (o->run.patience > 0 && !l->data.validates)
        return lp_fail(
            e, "option --patience: there is no x_val to watch (labpipe split --validation 0.1 "
               "makes one)");
    return 0;
}

static void add_state(network_learner *l, lp_run *run) {
    const lp_params *params = &l->model.net.params;
    lp_run_add_params(run, "", true, params, params->value);
    for (int i = 0; i < lp_optim_moments(&l->optim); i++) {
        char prefix[20];
        snprintf(prefix, sizeof prefix, "moment%d.", i + 1);
        lp_run_add_params(run, prefix, false, params, l->optim.moment[i]);
    }
    lp_run_add_count(run, "steps", &l->optim.steps);
    lp_run_add_count(run, "draws", &l->draws.next);
}

/* The rows index[0..n) of the data are put into the graph's batch. */
static void take_rows(network_learner *l, size_t n, const size_t *index) {
    const lp_train_network_options *o = l->options;
    lp_batch_fill(&l->batch, l->train, o->input_scale, o->input_shift, n, index);
    if (l->is_soft)
        lp_soft_labels_fill(&l->soft, n, l->batch.label);
}

/* The same of a whole batch. */
static void take_batch(network_learner *l, size_t n, const size_t *index) {
    if (l->is_soft)
        lp_soft_labels_weigh(&l->soft, l->train, n, index);
    take_rows(l, n, index);
}

static size_t min(size_t a, size_t b) {
    return a < b ? a : b;
}

static int prepare(network_learner *l, lp_run *run, lp_stream *s, lp_error *e) {
    const lp_train_network_options *o = l->options;
    if (read_data(l, s, e))
        return -1;
    size_t n = l->train->rows;
    l->batch_rows = o->sample ? 1 : o->batch == 0 ? n : min((size_t)o->batch, n);
    l->epoch_steps = (n + l->batch_rows - 1) / l->batch_rows;
    l->shards = o->shards > 1 ? (size_t)o->shards : 1;
    l->shard_rows = min(l->batch_rows, (n + l->shards - 1) / l->shards);
    l->draws = lp_rng_new(o->seed, LP_RNG_BATCH, 0);
    l->order = lp_arena_alloc(&run->memory, n, sizeof *l->order);
    for (size_t i = 0; i < n; i++)
        l->order[i] = i;
    run->has_test = l->data.parts > 1;
    run->lr = o->lr;
    run->total = (uint64_t)(o->count_steps ? o->steps : o->epochs);
    run->unit_steps = o->count_steps ? 1 : l->epoch_steps;
    run->needs_total = lp_schedule_needs_total(&o->schedule);
    lp_stream *from = run->hooks->init_from;
    if (make_network(l, s, from, e) || freeze_layers(l, e) || check_shards(l, e) ||
        make_graph(l, &run->memory, e) || lp_model_describe(&l->model, &l->data, s, e) ||
        (from != NULL && lp_network_check_start(&l->model.schema, from, e)))
        return -1;
    l->optim = lp_optim_new(&run->memory, &o->optim, &l->model.net.params);
    run->evaluator = lp_evaluator_new(&l->model, &l->data, &run->memory);
    run->evaluator.shards = l->shards;
    run->work = lp_work_of_network(&l->model.net, &l->data, (double)run->unit_steps,
                                   (double)(o->count_steps ? l->batch_rows : n));
    if (l->shards > 1) {
        const lp_params *params = &l->model.net.params;
        l->cut = lp_batch_shards_new(n, l->shards, l->batch_rows, &run->memory);
        l->sum = lp_shard_sum_new(&run->memory, params->type, params->size + 1, l->shards);
    } else if (l->batch_rows == n && !o->sample) {
        take_batch(l, n, l->order);
    }
    add_state(l, run);
    return 0;
}

/* ---- the learner ---- */

/* The rows of step number `step` (from 0), *rows of them. */
static const size_t *choose_rows(network_learner *l, uint64_t step, size_t *rows) {
    size_t n = l->train->rows;
    const size_t *index = l->order;
    *rows = l->batch_rows;
    if (l->options->sample) {
        l->order[0] = lp_rng_below(&l->draws, n);
    } else if (l->batch_rows < n) {
        uint64_t place = step % l->epoch_steps, epoch = step / l->epoch_steps;
        if (place == 0 || !l->has_order) {
            lp_rng rng = lp_rng_new(l->options->seed, LP_RNG_BATCH, (uint32_t)(epoch + 1));
            lp_rng_permutation(&rng, n, l->order);
            l->has_order = true;
        }
        index += place * l->batch_rows;
        *rows = min(l->batch_rows, n - place * l->batch_rows);
    }
    return index;
}

/* The loss and the gradient of the rows in the graph's batch. */
static void compute_gradient(network_learner *l, uint64_t step) {
    lp_graph_set_step(l->graph, step);
    lp_graph_forward(l->graph);
    lp_graph_backward(l->graph);
}

static double take_gradient(network_learner *l, uint64_t step) {
    size_t rows;
    if (l->batch_rows < l->train->rows || l->options->sample) {
        const size_t *index = choose_rows(l, step, &rows);
        lp_graph_set_rows(l->graph, rows);
        take_batch(l, rows, index);
    }
    compute_gradient(l, step);
    return lp_graph_loss(l->graph);
}

/* partial = the gradient of shard k of a batch of n rows, and its loss. */
static void compute_partial(network_learner *l, uint64_t step, size_t n, size_t k, void *partial) {
    const lp_params *params = &l->model.net.params;
    const lp_batch_shards *cut = &l->cut;
    const lp_kernels *num = lp_kernels_of(params->type);
    size_t from = cut->start[k], rows = cut->start[k + 1] - from, size = params->type.size;
    if (rows == 0) {
        num->fill(params->size + 1, 0, partial);
        return;
    }
    lp_graph_set_rows(l->graph, rows);
    lp_graph_set_part(l->graph, n, cut->place + from);
    take_rows(l, rows, cut->index + from);
    compute_gradient(l, step);
    memcpy(partial, params->gradient, params->size * size);
    num->fill(1, lp_graph_loss(l->graph), (char *)partial + params->size * size);
}

/* The same as take_gradient as a sum over shards: each rank computes those of its own. */
static double take_sharded_gradient(network_learner *l, uint64_t step) {
    const lp_params *params = &l->model.net.params;
    size_t n;
    const size_t *index = choose_rows(l, step, &n);
    lp_batch_shards_cut(&l->cut, n, index);
    if (l->is_soft)
        lp_soft_labels_weigh(&l->soft, l->train, n, index);
    for (size_t k = l->sum.first; k < l->sum.end; k++)
        compute_partial(l, step, n, k, lp_shard_sum_next(&l->sum));
    const void *sum = lp_shard_sum_all(&l->sum);
    memcpy(params->gradient, sum, params->size * params->type.size);
    return lp_element(params->type, sum, params->size);
}

static int step(lp_run *run, lp_error *e) {
    (void)e;
    network_learner *l = run->self;
    run->lr = lp_schedule_rate(&l->options->schedule, l->options->lr, run->done, run->total);
    run->loss = l->shards > 1 ? take_sharded_gradient(l, run->steps) : take_gradient(l, run->steps);
    lp_optim_step(&l->optim, run->lr);
    return 0;
}

static const lp_learner learner = {.step_name = "step", .step = step};

int lp_train_network(lp_stream *s, const lp_train_network_options *options,
                     const lp_run_hooks *hooks, lp_error *e) {
    network_learner l = {.options = options};
    lp_run run = {.learner = &learner, .self = &l, .options = options->run, .hooks = hooks};
    int failed = prepare(&l, &run, s, e) || lp_run_train_model(&run, s, e);
    lp_graph_free(l.graph);
    lp_model_free(&l.model);
    lp_dataset_free(&l.data);
    lp_run_free(&run);
    return failed ? -1 : 0;
}
