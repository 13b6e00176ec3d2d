/* learn/run: what a run goes on from. The input's tensors, after a byte that chooses the learner,
 * take the place of those of a sound checkpoint, so that its version, its options and the CRC-32 of
 * its data, which a mutation hardly ever makes up, are right unless the input has them. */
#include "fuzz.h"
#include "learn/train_factors.h"
#include "learn/train_network.h"
#include "learn/train_perceptron.h"
#include "num/parallel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PERCEPTRON, NETWORK, FACTORS, LEARNERS };

/* The data stays where it is. */
static void put(lp_stream *s, const char *name, lp_type type, size_t rows, size_t cols,
                const void *data) {
    lp_tensor t =
        lp_tensor_over((void *)(uintptr_t)data, type, cols == 0 ? 1 : 2, (size_t[]){rows, cols});
    lp_stream_put(s, name, &t);
}

/* One run of the learner on four rows, from what the hooks say. */
static int train(int learner, int64_t epochs, const lp_run_hooks *hooks, lp_error *e) {
    static const double x[] = {0.5, -1.0, 1.5, 0.25, -0.75, 2.0, 0.0, -0.5};
    static const int64_t y[] = {0, 1, 1, 0};
    static int64_t hidden[] = {3};
    const lp_run_options run = {.eval_every = {.units = 1}, .snapshot_every = 1, .patience = 100};
    const lp_train_network_options network = {.hidden = {hidden, 1},
                                              .activation = 2,
                                              .output_activation = 3,
                                              .dtype = 1,
                                              .input_scale = 1,
                                              .optim = {.momentum = 0.9},
                                              .lr = 0.1,
                                              .epochs = epochs,
                                              .run = run};
    const lp_train_perceptron_options perceptron = {.lr = 1e-3, .epochs = epochs, .run = run};
    lp_factorise_options factors = {.fit = {.method = LP_FIT_SGD,
                                            .rank = 2,
                                            .epochs = epochs,
                                            .lr = 0.01,
                                            .init_scale = 1,
                                            .blocks = 1,
                                            .bias = true},
                                    .run = run};
    factors.run.patience = 0;
    lp_factorise_report report;
    lp_stream *s = lp_stream_new();
    const char *parts[] = {"x_train", "x_val"};
    for (int i = 0; i < (learner == FACTORS ? 1 : 2); i++)
        put(s, learner == FACTORS ? "x" : parts[i], LP_F8, 4, 2, x);
    if (learner != FACTORS) {
        put(s, "y_train", LP_I8, 4, 0, y);
        put(s, "y_val", LP_I8, 4, 0, y);
    }
    int failed = learner == PERCEPTRON ? lp_train_perceptron(s, &perceptron, hooks, e)
                 : learner == NETWORK  ? lp_train_network(s, &network, hooks, e)
                                       : lp_factorise(s, &factors, hooks, &report, e);
    if (!failed)
        fuzz_touch_tensors(s); /* all computed: what is written is another target's */
    lp_stream_free(s);
    return failed;
}

/* Puts a stream's tensors into another: what lp_tensor_copy or lp_tensor_view makes of each. */
static void put_all(lp_stream *from, lp_stream *to, lp_tensor (*make)(const lp_tensor *)) {
    for (size_t i = 0; i < lp_stream_count(from); i++) {
        lp_error never;
        const char *name = lp_stream_name(from, i);
        lp_tensor t = make(lp_stream_get(from, name, &never));
        lp_stream_put(to, name, &t);
    }
}

static int keep(void *context, lp_stream *checkpoint, lp_error *e) {
    (void)e;
    lp_stream **kept = context;
    lp_stream_free(*kept);
    *kept = lp_stream_new();
    put_all(checkpoint, *kept, lp_tensor_copy);
    return 0;
}

static int forget(void *context, lp_stream *checkpoint, lp_error *e) {
    (void)context, (void)checkpoint, (void)e;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    static lp_stream *sound[LEARNERS];
    static bool has_run[LEARNERS]; /* from the sound checkpoint as it is */
    lp_error e = {0};
    const int learner = size > 0 ? bytes[0] % LEARNERS : 0;
    if (sound[learner] == NULL) {
        lp_threads_set(1); /* each input takes longer to share out than to compute */
        const lp_run_hooks first = {
            .save = keep, .context = &sound[learner], .checkpoint_every = 1, .options = ""};
        if (train(learner, 2, &first, &e) || sound[learner] == NULL) {
            fprintf(stderr, "no sound checkpoint: %s\n", e.text);
            abort();
        }
    }
    lp_stream *changes = lp_stream_new();
    const bool is_changed = size > 0 && fuzz_put_list(changes, bytes + 1, size - 1) > 0;
    if (is_changed || !has_run[learner]) {
        lp_stream *checkpoint = lp_stream_new();
        put_all(sound[learner], checkpoint, lp_tensor_view);
        put_all(changes, checkpoint, lp_tensor_view);
        const lp_run_hooks hooks = {
            .save = forget, .checkpoint_every = 1, .resume = checkpoint, .options = ""};
        fuzz_verdict(train(learner, 3, &hooks, &e), &e);
        has_run[learner] |= !is_changed;
        lp_stream_free(checkpoint);
    }
    lp_stream_free(changes);
    return 0;
}
