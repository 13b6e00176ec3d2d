/* The run loop, with a toy learner whose losses are known: when it evaluates, stops, keeps, and
 * that a run resumed after any unit ends in the same bytes. */
#include "check.h"

#include "learn/run.h"
#include "num/rng.h"

#include <stdlib.h>

static lp_error e;

/* Walks at random: x += a draw, `sum` is state of the run alone. val_loss is what `script` says. */
typedef struct {
    double x[3], sum[2];
    lp_rng rng;
    const double *script; /* (total + 1) */
    uint64_t converges;   /* after so many steps; 0: never */
    uint64_t diverges;    /* in that step; 0: never */
    double hidden;        /* with `copied`, steps work on this in place of x[0] */
    int evaluations;
} toy;

static double *first(lp_run *run) {
    toy *t = run->self;
    return run->learner->store != NULL ? &t->hidden : &t->x[0];
}

static int step(lp_run *run, lp_error *error) {
    (void)error;
    toy *t = run->self;
    *first(run) += lp_rng_uniform(&t->rng);
    t->x[1] += lp_rng_uniform(&t->rng);
    t->x[2] += lp_rng_uniform(&t->rng);
    t->sum[0] += *first(run);
    run->loss = t->x[2];
    run->lr = 0.5;
    run->converged = t->converges > 0 && run->steps + 1 >= t->converges;
    if (run->steps + 1 == t->diverges)
        *first(run) = run->loss = NAN;
    return 0;
}

static int evaluate(lp_run *run, lp_history_row *row, lp_error *error) {
    (void)error;
    toy *t = run->self;
    t->evaluations++;
    row->loss = *first(run) + t->sum[0];
    if (t->script != NULL)
        row->val_loss = t->script[run->done];
    return 0;
}

static void put_model(const lp_run *run, lp_stream *s) {
    toy *t = run->self;
    lp_tensor x = lp_tensor_vector(LP_F8, 3);
    memcpy(x.data, t->x, sizeof t->x);
    lp_stream_put(s, "x", &x);
}

static uint32_t data_crc32(const lp_run *run) {
    (void)run;
    return 0xfeedf00d;
}

static void store(lp_run *run) {
    toy *t = run->self;
    t->x[0] = t->hidden;
}

static int load(lp_run *run, lp_error *error) {
    (void)error;
    toy *t = run->self;
    t->hidden = t->x[0];
    return 0;
}

static const lp_learner in_place = {"step", step, evaluate, put_model, data_crc32, NULL, NULL};
static const lp_learner copied = {"step", step, evaluate, put_model, data_crc32, store, load};

static const lp_run_hooks no_hooks;

/* A run of the toy; its random numbers are drawn from far beyond 2^53 on. */
static lp_run run_of(toy *t, const lp_learner *learner, const lp_run_hooks *hooks) {
    lp_run run = {.learner = learner, .self = t, .hooks = hooks, .total = 12, .unit_steps = 2};
    t->rng = lp_rng_new(1, LP_RNG_POINTS, 0);
    t->rng.next = ((uint64_t)1 << 60) + 1;
    run.has_test = t->script != NULL;
    lp_run_add_array(&run, "x", true, LP_F8, 1, (size_t[]){3}, t->x);
    lp_run_add_array(&run, "sum", false, LP_F8, 2, (size_t[]){1, 2}, t->sum);
    lp_run_add_count(&run, "draws", &t->rng.next);
    return run;
}

static lp_stream *result_of(lp_run *run) {
    lp_stream *s = lp_stream_new();
    put_model(run, s);
    lp_run_put_history(run, s);
    return s;
}

static void check_values(lp_stream *s, const char *name, size_t count, const double *expected) {
    const lp_tensor *t = lp_stream_get(s, name, &e);
    CHECK(t != NULL && t->count == count);
    for (size_t i = 0; t != NULL && i < t->count && i < count; i++)
        CHECK_CLOSE(lp_tensor_at(t, i), expected[i], 0);
}

static void evaluates_when_due(void) {
    static const struct {
        int64_t every;
        size_t count;
        double epochs[13];
    } cases[] = {{0, 1, {12}}, {5, 4, {0, 5, 10, 12}}, {6, 3, {0, 6, 12}}, {20, 2, {0, 12}}};
    for (size_t i = 0; i < 4; i++) {
        toy t = {0};
        lp_run run = run_of(&t, &in_place, &no_hooks);
        run.options.eval_every.units = cases[i].every;
        CHECK(lp_run_train(&run, &e) == 0);
        CHECK(run.done == 12 && run.steps == 24);
        lp_stream *s = result_of(&run);
        check_values(s, "history.epoch", cases[i].count, cases[i].epochs);
        CHECK(!lp_stream_has(s, "history.val_loss") && !lp_stream_has(s, "history.accuracy"));
        lp_stream_free(s);
        lp_run_free(&run);
    }
}

static void patience_keeps_the_best(void) {
    static const double script[] = {5, 4, 3, 3.5, 3, 2, 2.5, 2, 9, 0, 0, 0, 0};
    const lp_learner *learners[] = {&in_place, &copied};
    for (int i = 0; i < 2; i++) {
        toy t = {.script = script}, five = {.script = script};
        lp_run run = run_of(&t, learners[i], &no_hooks),
               half = run_of(&five, learners[i], &no_hooks);
        run.options = (lp_run_options){.eval_every.units = 1, .patience = 3};
        half.total = 5;
        CHECK(lp_run_train(&run, &e) == 0 && lp_run_train(&half, &e) == 0);
        CHECK(run.done == 8); /* 5 is the lowest, and an equal one is no lower */
        lp_stream *s = result_of(&run);
        check_values(s, "history.best_epoch", 1, (double[]){5});
        check_values(s, "history.val_loss", 9, script);
        check_values(s, "x", 3, five.x);
        lp_stream_free(s);
        lp_run_free(&run);
        lp_run_free(&half);
    }
}

static void snapshots_are_the_model_of_their_time(void) {
    toy t = {0}, eight = {0};
    lp_run run = run_of(&t, &copied, &no_hooks), shorter = run_of(&eight, &copied, &no_hooks);
    run.options.snapshot_every = 4;
    shorter.total = 8;
    CHECK(lp_run_train(&run, &e) == 0 && lp_run_train(&shorter, &e) == 0);
    lp_stream *s = result_of(&run);
    check_values(s, "snapshot.epoch", 4, (double[]){0, 4, 8, 12});
    check_values(s, "snapshot.0.x", 3, (double[]){0, 0, 0});
    check_values(s, "snapshot.8.x", 3, eight.x);
    check_values(s, "snapshot.12.x", 3, t.x);
    CHECK(!lp_stream_has(s, "snapshot.4.sum") && !lp_stream_has(s, "snapshot.2.x"));
    lp_stream_free(s);
    lp_run_free(&run);
    lp_run_free(&shorter);
}

static void convergence_ends_it(void) {
    toy t = {.converges = 9};
    lp_run run = run_of(&t, &in_place, &no_hooks);
    run.options.eval_every.units = 3;
    CHECK(lp_run_train(&run, &e) == 0);
    CHECK(run.done == 5); /* the unit under way is finished, and evaluated */
    CHECK(t.evaluations == 3);
    lp_run_free(&run);
}

static void divergence_is_refused(void) {
    toy t = {.x = {0, 0, INFINITY}};
    lp_run run = run_of(&t, &in_place, &no_hooks);
    CHECK(lp_run_train(&run, &e) == -1);
    CHECK_TEXT(e.text, "training: the loss became inf at step 1 with learning rate 0.5 (try a "
                       "smaller --lr, or labpipe scale --by standard first)");
    lp_run_free(&run);
    static const double script[] = {1, 1, NAN};
    toy watched = {.script = script};
    run = run_of(&watched, &in_place, &no_hooks);
    run.options.eval_every.units = 1;
    CHECK(lp_run_train(&run, &e) == -1);
    CHECK_HOLDS(e.text, "training: the loss over the test part is nan at step 4");
    lp_run_free(&run);
}

/* The run that is kept ends in the step, with the model of the epoch. */
static void check_kept(toy t, lp_run_options options, const lp_learner *learner, double diverged,
                       uint64_t epoch, size_t evaluations, const double *epochs) {
    toy shorter = {0};
    lp_run run = run_of(&t, learner, &no_hooks), until = run_of(&shorter, learner, &no_hooks);
    run.options = options;
    run.options.on_divergence = LP_DIVERGENCE_KEEP;
    until.total = epoch;
    CHECK(lp_run_train(&run, &e) == 0 && lp_run_train(&until, &e) == 0);
    lp_stream *s = result_of(&run);
    check_values(s, "history.diverged", 1, &diverged);
    check_values(s, "x", 3, shorter.x);
    if (evaluations > 0)
        check_values(s, "history.epoch", evaluations, epochs);
    CHECK(lp_stream_has(s, "history.epoch") == (evaluations > 0));
    lp_stream_free(s);
    lp_run_free(&run);
    lp_run_free(&until);
}

static void divergence_is_kept(void) {
    static const double script[] = {1, 2, NAN}, best[] = {5, 4, 6, INFINITY};
    static const double epochs[] = {0, 1, 2, 3, 4}, even[] = {0, 2};
    const lp_learner *learners[] = {&in_place, &copied};
    for (int i = 0; i < 2; i++) {
        const lp_learner *l = learners[i];
        toy seventh = {.diverges = 7}, watched = {.script = script}, patient = {.script = best};
        check_kept(seventh, (lp_run_options){.eval_every.units = 1}, l, 7, 3, 4, epochs);
        check_kept(seventh, (lp_run_options){.eval_every.units = 2}, l, 7, 2, 2, even);
        check_kept(seventh, (lp_run_options){0}, l, 7, 0, 0, NULL);
        check_kept(watched, (lp_run_options){.eval_every.units = 1}, l, 4, 1, 2, epochs);
        check_kept(patient, (lp_run_options){.eval_every.units = 1, .patience = 9}, l, 6, 1, 3,
                   epochs);
    }
    toy t = {0};
    lp_run run = run_of(&t, &in_place, &no_hooks);
    run.options.on_divergence = LP_DIVERGENCE_KEEP;
    CHECK(lp_run_train(&run, &e) == 0);
    lp_stream *s = result_of(&run);
    CHECK(run.done == 12 && !lp_stream_has(s, "history.diverged"));
    lp_stream_free(s);
    lp_run_free(&run);
}

/* ---- checkpoints ---- */

typedef struct {
    lp_stream *checkpoint[16]; /* copies */
    size_t count;
    uint64_t progress, total;
} vault;

static int save(void *context, lp_stream *checkpoint, lp_error *error) {
    vault *v = context;
    lp_stream *s = lp_stream_new();
    for (size_t i = 0; i < lp_stream_count(checkpoint); i++) {
        const char *name = lp_stream_name(checkpoint, i);
        lp_tensor copy = lp_tensor_copy(lp_stream_get(checkpoint, name, error));
        lp_stream_put(s, name, &copy);
    }
    v->checkpoint[v->count++] = s;
    return 0;
}

static void progress(void *context, const lp_run *run) {
    vault *v = context;
    CHECK(run->steps == v->progress + 1 && run->loss > 0);
    v->progress = run->steps;
    v->total = run->total * run->unit_steps;
}

static const double falling[] = {9, 8, 7, 8, 6, 9, 9, 5, 9, 9, 4, 9, 9};

/* A run with patience, evaluations and snapshots; its result as bytes. */
static char *whole_run(const lp_learner *learner, bool diverges, const lp_run_hooks *hooks,
                       size_t *size) {
    toy t = {.script = falling, .diverges = diverges ? 23 : 0};
    lp_run run = run_of(&t, learner, hooks);
    run.options = (lp_run_options){.eval_every.units = 1, .patience = 9, .snapshot_every = 5};
    if (diverges)
        run.options = (lp_run_options){.eval_every.units = 5, .on_divergence = LP_DIVERGENCE_KEEP};
    CHECK(lp_run_train(&run, &e) == 0);
    lp_stream *s = result_of(&run);
    char *bytes = check_bytes(s, size);
    lp_stream_free(s);
    lp_run_free(&run);
    return bytes;
}

static void resumes_after_every_unit(void) {
    const lp_learner *learners[] = {&in_place, &copied, &in_place, &copied};
    for (int k = 0; k < 4; k++) {
        vault v = {0};
        size_t size, again_size;
        const lp_run_hooks hooks = {.save = save,
                                    .checkpoint_every = 1,
                                    .options = "these",
                                    .progress = progress,
                                    .context = &v};
        char *bytes = whole_run(learners[k], k >= 2, &hooks, &size);
        CHECK(v.count == (k < 2 ? 12 : 11) && v.progress == (k < 2 ? 24 : 22) && v.total == 24);
        for (size_t i = 0; i < v.count; i++) {
            const lp_run_hooks on = {.resume = v.checkpoint[i], .options = "these"};
            char *again = whole_run(learners[k], k >= 2, &on, &again_size);
            CHECK(size == again_size && memcmp(bytes, again, size) == 0);
            CHECK(lp_stream_has(v.checkpoint[i], "x"));
            free(again);
            lp_stream_free(v.checkpoint[i]);
        }
        free(bytes);
    }
}

/* A run of `total` units, from its beginning or from a checkpoint, which saves its end in *v. */
static char *run_to(const lp_learner *learner, uint64_t total, lp_stream *from, vault *v,
                    size_t *size) {
    const lp_run_hooks hooks = {
        .save = save, .checkpoint_every = 100, .resume = from, .options = "these", .context = v};
    toy t = {.script = falling};
    lp_run run = run_of(&t, learner, &hooks);
    run.total = total;
    run.options = (lp_run_options){.eval_every.units = 3, .patience = 9, .snapshot_every = 2};
    CHECK(lp_run_train(&run, &e) == 0 && run.done == total);
    lp_stream *s = result_of(&run);
    char *bytes = check_bytes(s, size);
    lp_stream_free(s);
    lp_run_free(&run);
    return bytes;
}

/* From the end of a run of 5, where an evaluation was not due, to 5 again and on to 12. */
static void goes_on_past_its_end(void) {
    const lp_learner *learners[] = {&in_place, &copied};
    for (int k = 0; k < 2; k++) {
        vault v = {0};
        size_t size[4];
        char *bytes[] = {run_to(learners[k], 5, NULL, &v, &size[0]),
                         run_to(learners[k], 12, NULL, &v, &size[1]), NULL, NULL};
        bytes[2] = run_to(learners[k], 5, v.checkpoint[0], &v, &size[2]);
        bytes[3] = run_to(learners[k], 12, v.checkpoint[0], &v, &size[3]);
        CHECK(v.count == 3 && size[0] != size[1]);
        for (int i = 0; i < 2; i++)
            CHECK(size[i] == size[i + 2] && memcmp(bytes[i], bytes[i + 2], size[i]) == 0);
        for (int i = 0; i < 4; i++)
            free(bytes[i]);
        for (size_t i = 0; i < v.count; i++)
            lp_stream_free(v.checkpoint[i]);
    }
}

static void other_lengths_are_refused(void) {
    static const struct {
        uint64_t total, unit_steps;
        bool needs_total;
        const char *text; /* NULL: goes on */
    } cases[] = {{4, 2, false, "resuming: the checkpoint is at 5, past the end of the run at 4"},
                 {12, 1, false, "resuming: the checkpoint counts epochs, not steps"},
                 {12, 2, true,
                  "resuming: the learning rate depends on the length of the run, "
                  "which was to be 5 and is now 12"},
                 {5, 2, true, NULL}};
    vault v = {0};
    size_t size;
    free(run_to(&in_place, 5, NULL, &v, &size));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const lp_run_hooks on = {.resume = v.checkpoint[0], .options = "these"};
        toy t = {.script = falling};
        lp_run run = run_of(&t, &in_place, &on);
        run.options = (lp_run_options){.patience = 9};
        run.total = cases[i].total;
        run.unit_steps = cases[i].unit_steps;
        run.needs_total = cases[i].needs_total;
        CHECK(lp_run_train(&run, &e) == (cases[i].text != NULL ? -1 : 0));
        if (cases[i].text != NULL)
            CHECK_HOLDS(e.text, cases[i].text);
        lp_run_free(&run);
    }
    lp_stream_free(v.checkpoint[0]);
}

static void refuses_resume(lp_stream *checkpoint, const char *options, const char *text) {
    toy t = {0};
    const lp_run_hooks hooks = {.resume = checkpoint, .options = options};
    lp_run run = run_of(&t, &in_place, &hooks);
    CHECK(lp_run_train(&run, &e) == -1);
    CHECK_HOLDS(e.text, text);
    lp_run_free(&run);
}

static void other_checkpoints_are_refused(void) {
    vault v = {0};
    const lp_run_hooks hooks = {
        .save = save, .checkpoint_every = 7, .options = "these", .context = &v};
    toy t = {0};
    lp_run run = run_of(&t, &in_place, &hooks);
    CHECK(lp_run_train(&run, &e) == 0 && v.count == 2);
    lp_run_free(&run);
    lp_stream_free(v.checkpoint[1]);
    lp_stream *s = v.checkpoint[0];
    refuses_resume(s, "those",
                   "resuming: the checkpoint is of other options: 'these', now 'those'");
    lp_tensor x = lp_tensor_vector(LP_F8, 4);
    lp_stream_put(s, "x", &x);
    refuses_resume(s, "these", "resuming: x has shape (4,), expected (3,) of f8");
    lp_stream_put_text(s, "checkpoint.data", "CRC-32 00000000");
    refuses_resume(s, "these",
                   "resuming: the checkpoint is of other data: 'CRC-32 00000000', now 'CRC-32 "
                   "feedf00d'");
    lp_stream_put_text(s, "checkpoint.version", "2");
    refuses_resume(s, "these", "resuming: the checkpoint is of other version: '2', now '4'");
    lp_stream_drop(s, "checkpoint.version");
    refuses_resume(s, "these", "resuming: the file is not a checkpoint of this version of labpipe");
    lp_stream_free(s);
}

int main(void) {
    static const check_test tests[] = {
        {"evaluations are made when they are due, and at the end", evaluates_when_due},
        {"patience stops, and goes back to the best model", patience_keeps_the_best},
        {"snapshots are the model of their time", snapshots_are_the_model_of_their_time},
        {"a learner that has converged ends the run", convergence_ends_it},
        {"a loss that is not finite is refused", divergence_is_refused},
        {"or ends the run, if it is kept, with what was last evaluated", divergence_is_kept},
        {"a run resumed after any unit ends in the same bytes", resumes_after_every_unit},
        {"a run goes on past its end as a longer one", goes_on_past_its_end},
        {"runs of another length or unit are refused where that matters",
         other_lengths_are_refused},
        {"checkpoints of other runs and versions are refused", other_checkpoints_are_refused},
        {0},
    };
    return check_main("test_run", tests);
}
