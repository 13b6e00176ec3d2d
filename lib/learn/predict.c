#include "learn/predict.h"

#include "data/features.h"
#include "data/labels.h"

#include <string.h>

/* ---- the forward pass ---- */

/* Pictures go through a network in smaller chunks, whose feature maps stay in the cache. */
enum { PICTURES = 32 };

static size_t chunk_rows(const lp_model *m) {
    return lp_volume_is_flat(m->net.layer[0].in) ? LP_FORWARD_ROWS : PICTURES;
}

lp_forward lp_forward_new(const lp_model *m, const lp_dataset *d, bool with_target,
                          lp_arena *memory) {
    lp_error never; /* the network's layers fit each other */
    lp_type type = m->net.params.type;
    lp_forward f = {.model = m,
                    .batch = lp_batch_new(d, type, LP_FORWARD_ROWS, m->target, with_target, memory),
                    .index = lp_arena_alloc(memory, LP_FORWARD_ROWS, sizeof(size_t)),
                    .graph = lp_graph_new(type)};
    f.input = lp_graph_input(f.graph, chunk_rows(m), lp_network_inputs(&m->net), true);
    f.output = lp_network_graph(&m->net, f.graph, f.input, false, 0);
    lp_graph_finish_forward(f.graph, &never);
    return f;
}

void lp_forward_free(lp_forward *f) {
    lp_graph_free(f->graph);
    *f = (lp_forward){0};
}

size_t lp_forward_rows(lp_forward *f, const lp_part *p, size_t from, size_t end, void *scores) {
    size_t n = end - from < LP_FORWARD_ROWS ? end - from : LP_FORWARD_ROWS;
    for (size_t i = 0; i < n; i++)
        f->index[i] = from + i;
    lp_batch_fill(&f->batch, p, f->model->input_scale, f->model->input_shift, n, f->index);
    size_t size = f->graph->type.size, outputs = lp_network_outputs(&f->model->net);
    size_t inputs = lp_network_inputs(&f->model->net), max = chunk_rows(f->model);
    for (size_t r = 0, rows; r < n; r += rows) {
        rows = n - r < max ? n - r : max;
        lp_graph_set_rows(f->graph, rows);
        lp_graph_set(f->graph, f->input, (const char *)f->batch.x + r * inputs * size);
        lp_graph_forward(f->graph);
        memcpy((char *)scores + r * outputs * size, f->graph->node[f->output].value,
               rows * outputs * size);
    }
    return n;
}

int lp_model_scores(const lp_model *m, const lp_tensor *x, const char *name, lp_tensor *scores,
                    lp_error *e) {
    *scores = (lp_tensor){0};
    size_t rows = lp_tensor_rows(x), cols = lp_tensor_row_size(x);
    if (lp_features_check(x, name, &m->schema.features, e) ||
        lp_model_check_rows(m, name, cols, x->ndim - 1, x->shape + 1, e))
        return -1;
    const lp_dataset d = {.parts = 1,
                          .part = {{.rows = rows, .cols = cols, .x_type = x->type, .x = x->data}}};
    LP_CLEANUP(lp_arena_free) lp_arena memory = {0};
    LP_CLEANUP(lp_forward_free) lp_forward forward = lp_forward_new(m, &d, false, &memory);
    *scores = lp_tensor_matrix(m->net.params.type, rows, lp_network_outputs(&m->net));
    for (size_t from = 0; from < rows; from += LP_FORWARD_ROWS)
        lp_forward_rows(&forward, &d.part[0], from, rows,
                        (char *)scores->data + from * scores->shape[1] * scores->type.size);
    return 0;
}

/* ---- classes ---- */

void lp_model_classify(const lp_model *m, size_t n, const void *scores, int32_t *label) {
    lp_type type = m->net.params.type;
    size_t cols = lp_network_outputs(&m->net);
    for (size_t r = 0; r < n; r++) {
        size_t best = 0;
        for (size_t c = 1, at = r * cols; c < cols; c++)
            if (lp_element(type, scores, at + c) > lp_element(type, scores, at + best))
                best = c;
        label[r] = m->is_perceptron ? lp_element(type, scores, r) > 0 : (int32_t)best;
    }
}

/* ---- predictions in a stream ---- */

/* scores (n, outputs) as y_pred and y_score. */
static void put_predictions(const lp_model *m, lp_stream *s, lp_tensor *scores, bool labelled) {
    size_t n = scores->shape[0];
    if (scores->shape[1] == 1)
        scores->ndim = 1;
    if (lp_model_classes(m, labelled) == 0) {
        lp_stream_put(s, "y_pred", scores);
        return;
    }
    LP_CLEANUP(lp_free) int32_t *label = lp_alloc(n, sizeof *label);
    lp_tensor predicted = lp_tensor_vector(LP_I8, n);
    lp_model_classify(m, n, scores->data, label);
    for (size_t i = 0; i < n; i++)
        ((int64_t *)predicted.data)[i] = label[i];
    lp_stream_put(s, "y_pred", &predicted);
    if (!m->is_perceptron && m->loss == LP_LOSS_CROSS_ENTROPY)
        lp_kernels_of(scores->type)
            ->softmax(n, lp_network_outputs(&m->net), scores->data, scores->data);
    lp_stream_put(s, "y_score", scores);
}

#define OF "y_pred.of"

static const lp_truth truths[] = {
    {"x", "y", "all"},
    {"x_test", "y_test", "test"},
    {"x_val", "y_val", "val"},
    {"x_train", "y_train", "train"},
};
enum { TRUTHS = sizeof truths / sizeof *truths };

/* What predictions are taken to be of unless they say so; NULL where there are no labels. */
static const lp_truth *usual_truth(const lp_stream *s) {
    for (size_t i = 0; i < TRUTHS; i++)
        if (lp_stream_has(s, truths[i].y))
            return &truths[i];
    return NULL;
}

const lp_truth *lp_truth_of(lp_stream *s, lp_error *e) {
    const lp_truth *usual = usual_truth(s);
    if (!lp_stream_has(s, OF)) {
        if (usual == NULL)
            lp_fail(e, "there is nothing to hold y_pred against (y, y_test, y_val or y_train)");
        return usual;
    }
    const lp_tensor *of = lp_stream_get(s, OF, e);
    LP_CLEANUP(lp_free) char *name = of != NULL ? lp_tensor_string(of, 0, e) : NULL;
    if (name == NULL)
        return NULL;
    for (size_t i = 0; i < TRUTHS; i++)
        if (strcmp(truths[i].x, name) == 0)
            return &truths[i];
    lp_fail(e, "y_pred is of %s, which no labels belong to (expected x, x_test, x_val or x_train)",
            name);
    return NULL;
}

static void put_subject(lp_stream *s, const char *x_name) {
    const lp_truth *usual = usual_truth(s);
    lp_stream_drop(s, OF);
    if (strcmp(x_name, usual != NULL ? usual->x : lp_features_name(s, NULL)) != 0) {
        lp_tensor name = lp_tensor_text(x_name);
        lp_stream_put(s, OF, &name);
    }
}

int lp_predict(lp_stream *s, lp_stream *model, const char *x_name, lp_buffer *warnings,
               lp_error *e) {
    lp_stream *from = model != NULL ? model : s;
    LP_CLEANUP(lp_model_free) lp_model m = {0};
    LP_CLEANUP(lp_tensor_free) lp_tensor x = {0};
    LP_CLEANUP(lp_tensor_free) lp_tensor scores = {0};
    x_name = lp_features_name(s, x_name);
    if (lp_model_read_for(&m, s, model, e) ||
        lp_features_match(s, &m.schema, x_name, &x, warnings, e) ||
        lp_model_scores(&m, &x, x_name, &scores, e))
        return -1;
    bool labelled = lp_model_has_classes(&m, from);
    if (model != NULL && lp_model_is_in(s)) {
        lp_model_drop(s);
        if (warnings != NULL)
            lp_buffer_printf(warnings,
                             "the model beside the data is left out: the predictions are of "
                             "another\n");
    }
    put_predictions(&m, s, &scores, labelled);
    put_subject(s, x_name);
    return lp_model_classes(&m, labelled) > 0 && m.schema.classes.data != NULL
               ? lp_labels_recode(s, &m.schema.classes, warnings, e)
               : 0;
}
