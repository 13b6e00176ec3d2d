/* Training, on streams in memory: steps against NumPy, what is learned, time and its units,
 * snapshots, early stopping, frozen layers, and resuming after every possible break. */
#include "check.h"

#include "learn/dataset.h"
#include "learn/evaluator.h"
#include "learn/train_network.h"
#include "net/network.h"
#include "num/rng.h"

#include <stdlib.h>

static lp_error e;

static void put(lp_stream *s, const char *name, lp_type type, size_t rows, size_t cols,
                const void *data) {
    lp_tensor t = cols == 0 ? lp_tensor_vector(type, rows) : lp_tensor_matrix(type, rows, cols);
    memcpy(t.data, data, t.count * type.size);
    lp_stream_put(s, name, &t);
}

static const double *values(lp_stream *s, const char *name, size_t count) {
    const lp_tensor *t = lp_stream_get(s, name, &e);
    CHECK(t != NULL && t->count == count && lp_type_is(t->type, LP_F8));
    return t == NULL ? NULL : t->data;
}

static lp_train_network_options defaults(void) {
    lp_train_network_options o = {.dtype = 1,
                                  .input_scale = 1,
                                  .lr = 0.1,
                                  .optim.beta1 = 0.9,
                                  .optim.beta2 = 0.999,
                                  .optim.epsilon = 1e-8,
                                  .output_activation = 3};
    return o;
}

/* A fixed 2-3-2 tanh network on four rows. The figures were worked out with NumPy 1.24 in float64:
 * h = tanh(x w1ᵀ + b1), o = h w2ᵀ + b2, softmax cross-entropy averaged over the rows, gradients by
 * the chain rule written out, and the updates as torch.optim documents them. */
static const double small_x[] = {0.5, -1.0, 1.5, 0.25, -0.75, 2.0, 0.0, -0.5};
static const int64_t small_y[] = {0, 1, 1, 0};
static const double start[] = {0.1, -0.2, 0.3, 0.4,  -0.5, 0.6,  0.05, -0.1, 0.2,
                               0.7, -0.8, 0.9, -1.0, 0.15, 0.25, 0.0,  0.3};

static lp_stream *small_network(void) {
    lp_stream *s = lp_stream_new();
    put(s, "layer1.weight", LP_F8, 3, 2, start);
    put(s, "layer1.bias", LP_F8, 3, 0, start + 6);
    put(s, "layer2.weight", LP_F8, 2, 3, start + 9);
    put(s, "layer2.bias", LP_F8, 2, 0, start + 15);
    lp_stream_put_text(s, "layer1.activation", "tanh");
    lp_stream_put_text(s, "layer2.activation", "identity");
    return s;
}

static lp_stream *small_data(void) {
    lp_stream *s = lp_stream_new();
    put(s, "x", LP_F8, 4, 2, small_x);
    put(s, "y", LP_I8, 4, 0, small_y);
    return s;
}

static void check_network(lp_stream *s, const double *expected, double tolerance) {
    static const struct {
        const char *name;
        size_t count;
    } parts[] = {
        {"layer1.weight", 6}, {"layer1.bias", 3}, {"layer2.weight", 6}, {"layer2.bias", 2}};
    for (int i = 0; i < 4; expected += parts[i++].count) {
        const double *got = values(s, parts[i].name, parts[i].count);
        for (size_t k = 0; got != NULL && k < parts[i].count; k++)
            CHECK_CLOSE(got[k], expected[k], tolerance);
    }
}

static void train_small(lp_train_network_options o, const double *expected) {
    int64_t hidden[] = {3};
    o.hidden = (lp_ints){hidden, 1};
    o.activation = 2; /* tanh */
    lp_stream *s = small_data(), *from = small_network();
    CHECK(lp_train_network(s, &o, &(lp_run_hooks){.init_from = from}, &e) == 0);
    check_network(s, expected, 1e-12);
    lp_stream_free(s);
    lp_stream_free(from);
}

static void against_numpy(void) {
    static const double sgd[] = {0.0966291692043825,   -0.25334028029503886, 0.30038394902473964,
                                 0.42833170445314706,  -0.5039921259703536,  0.588970070507086,
                                 0.062140861436284715, -0.10727918378638805, 0.2072791945976761,
                                 0.7069835810694436,   -0.8142131486636082,  0.8880079123807818,
                                 -1.0069835810694436,  0.1642131486636081,   0.26199208761921816,
                                 0.006939183163200778, 0.29306081683679924};
    static const double momentum[] = {
        0.08730859537225391, -0.3476517911657405, 0.3024830583266426,  0.4794087418808083,
        -0.5116601407279288, 0.5691293040181539,  0.08363852883784699, -0.12039881003503289,
        0.22008630968453932, 0.7209898795628626,  -0.8410038434998168, 0.8671341462246059,
        -1.0209898795628627, 0.1910038434998167,  0.28286585377539397, 0.019293385490620867,
        0.28070661450937917};
    static const double nesterov[] = {
        0.07394570582465274, -0.42047682991403856, 0.30520801439532114, 0.5190382786004138,
        -0.5163411884714146, 0.5503413875941991,   0.0996098772389088,  -0.13028344851912266,
        0.22899069732774058, 0.731112802103777,    -0.8608289083096718, 0.8472011260571,
        -1.0297308851037772, 0.21382306180967176,  0.29750152544290015, 0.028840171941722167,
        0.26977791105827786};
    static const double adam[] = {0.05000001483313406, -0.24999999906262216, 0.34999986977471864,
                                  0.44999999823519277, -0.5499999874753483,  0.55000000453312,
                                  0.09999999588167646, -0.14999999313109902, 0.2499999931311092,
                                  0.7499999928403505,  -0.849999996482131,   0.8500000041694155,
                                  -1.0499999928403505, 0.19999999648213093,  0.29999999583058456,
                                  0.04999999279454204, 0.25000000720545795};
    static const double adam_twice[] = {
        0.0019193531664599556, -0.2997472159120871, 0.3930793868761647,  0.49983188078832236,
        -0.5997633001671808,   0.5010736041954905,  0.14355261016642962, -0.19573273568282298,
        0.29786873659639806,   0.800042777454869,   -0.8999655792521613, 0.8012785496175647,
        -1.100042777454869,    0.24996557925216115, 0.3487214503824353,  0.09417679755745675,
        0.20582320244254323};
    lp_train_network_options o = defaults();
    o.epochs = 0;
    train_small(o, start);
    o.epochs = 1;
    train_small(o, sgd);
    o.epochs = 2;
    o.optim.momentum = 0.9;
    train_small(o, momentum);
    o.optim.nesterov = true;
    o.optim.weight_decay = 0.01;
    train_small(o, nesterov);
    o = defaults();
    o.optim.kind = LP_OPTIM_ADAM;
    o.lr = 0.05;
    o.epochs = 1;
    train_small(o, adam);
    o.epochs = 2;
    train_small(o, adam_twice);
    /* The sum over four rows is four times the mean. */
    o = defaults();
    o.reduction = LP_REDUCE_SUM;
    o.lr = 0.025;
    o.epochs = 1;
    train_small(o, sgd);
}

static double last(lp_stream *s, const char *name) {
    const lp_tensor *t = lp_stream_get(s, name, &e);
    CHECK(t != NULL && t->count > 0);
    return t == NULL ? NAN : lp_tensor_at(t, t->count - 1);
}

static void learn_xor(void) {
    const double x[] = {0, 0, 0, 1, 1, 0, 1, 1};
    const int64_t y[] = {0, 1, 1, 0};
    int64_t hidden[] = {8};
    for (uint64_t seed = 0; seed < 5; seed++) {
        lp_stream *s = lp_stream_new();
        put(s, "x", LP_F8, 4, 2, x);
        put(s, "y", LP_I8, 4, 0, y);
        lp_train_network_options o = defaults();
        o.dtype = 0;
        o.hidden = (lp_ints){hidden, 1};
        o.activation = 2;
        o.lr = 0.5;
        o.epochs = 2000;
        o.seed = seed;
        CHECK(lp_train_network(s, &o, &(lp_run_hooks){0}, &e) == 0);
        CHECK_CLOSE(last(s, "history.accuracy"), 1, 0);
        CHECK(last(s, "history.loss") < 0.05);
        lp_stream_free(s);
    }
}

/* Squared error on y = 2 x1 - x2 + 3, a linear network: gradient descent finds the coefficients. */
static void learn_a_line(void) {
    double x[40], y[20];
    lp_rng rng = lp_rng_new(1, LP_RNG_POINTS, 0);
    for (int i = 0; i < 20; i++) {
        x[2 * i] = lp_rng_normal(&rng);
        x[2 * i + 1] = lp_rng_normal(&rng);
        y[i] = 2 * x[2 * i] - x[2 * i + 1] + 3.5;
    }
    lp_stream *s = lp_stream_new();
    put(s, "x", LP_F8, 20, 2, x);
    put(s, "y", LP_F8, 20, 0, y);
    lp_train_network_options o = defaults();
    o.loss = LP_LOSS_MSE;
    o.epochs = 1000;
    CHECK(lp_train_network(s, &o, &(lp_run_hooks){0}, &e) == 0);
    const double *w = values(s, "layer1.weight", 2), *b = values(s, "layer1.bias", 1);
    CHECK_CLOSE(w[0], 2, 1e-10);
    CHECK_CLOSE(w[1], -1, 1e-10);
    CHECK_CLOSE(b[0], 3.5, 1e-10);
    CHECK_CLOSE(last(s, "history.loss"), 0, 1e-20);
    CHECK(!lp_stream_has(s, "history.accuracy"));
    lp_stream_free(s);
}

/* 30 rows in two classes that a line does not part; the last 10 are the validation part. */
static lp_stream *points(uint64_t seed) {
    double x[60];
    int64_t y[30];
    lp_rng rng = lp_rng_new(seed, LP_RNG_POINTS, 0);
    for (int i = 0; i < 30; i++) {
        x[2 * i] = lp_rng_normal(&rng);
        x[2 * i + 1] = lp_rng_normal(&rng);
        y[i] = x[2 * i] * x[2 * i + 1] > 0;
    }
    lp_stream *s = lp_stream_new();
    put(s, "x_train", LP_F8, 20, 2, x);
    put(s, "y_train", LP_I8, 20, 0, y);
    put(s, "x_val", LP_F8, 10, 2, x + 40);
    put(s, "y_val", LP_I8, 10, 0, y + 20);
    return s;
}

typedef struct {
    char **bytes; /* (count) checkpoints, in the order they were made */
    size_t *size, count;
} vault;

static int keep(void *context, lp_stream *checkpoint, lp_error *error) {
    (void)error;
    vault *v = context;
    v->bytes = realloc(v->bytes, (v->count + 1) * sizeof *v->bytes);
    v->size = realloc(v->size, (v->count + 1) * sizeof *v->size);
    v->bytes[v->count] = check_bytes(checkpoint, &v->size[v->count]);
    v->count++;
    return 0;
}

static lp_stream *stream_of(const char *bytes, size_t size) {
    char path[] = "/tmp/test_train_XXXXXX";
    int fd = mkstemp(path);
    FILE *f = fdopen(fd, "wb");
    CHECK(fwrite(bytes, 1, size, f) == size);
    fclose(f);
    lp_stream *s = lp_stream_read(&(lp_input){.path = path}, 1, &e);
    CHECK(s != NULL);
    remove(path);
    return s;
}

static int64_t two_layers[] = {5, 4};

static lp_train_network_options with_everything(int which) {
    lp_train_network_options o = defaults();
    o.dtype = which % 2;
    o.hidden = (lp_ints){two_layers, 2};
    o.seed = 3;
    o.run.eval_every.units = 2;
    o.run.snapshot_every = 3;
    o.run.patience = 40;
    o.epochs = 9;
    CHECK(lp_schedule_parse("cosine", &o.schedule, &e) == 0);
    switch (which / 2) {
    case 0: /* batches, momentum, time in epochs */
        o.batch = 7;
        o.optim.momentum = 0.9;
        break;
    case 1: /* batches, Adam, time in steps: breaks fall inside epochs */
        o.batch = 7;
        o.optim.kind = LP_OPTIM_ADAM;
        o.count_steps = true;
        o.steps = 11;
        break;
    case 2: /* one random row a step */
        o.sample = o.count_steps = true;
        o.steps = 13;
        o.optim.momentum = 0.5;
        break;
    default:
        o.optim.kind = LP_OPTIM_ADAM;
        o.sample = o.count_steps = true;
        o.steps = 13;
    }
    return o;
}

static void resume(void) {
    for (int which = 0; which < 8; which++) {
        lp_train_network_options o = with_everything(which);
        vault v = {0};
        lp_stream *s = points(7);
        const lp_run_hooks whole = {
            .save = keep, .checkpoint_every = 1, .options = "these", .context = &v};
        CHECK(lp_train_network(s, &o, &whole, &e) == 0);
        size_t size, again_size;
        char *bytes = check_bytes(s, &size);
        lp_stream_free(s);
        CHECK(v.count == (size_t)(o.count_steps ? o.steps : o.epochs));
        for (size_t i = 0; i < v.count; i++) {
            lp_stream *checkpoint = stream_of(v.bytes[i], v.size[i]);
            const lp_run_hooks on = {.resume = checkpoint, .options = "these"};
            s = points(7);
            CHECK(lp_train_network(s, &o, &on, &e) == 0);
            char *again = check_bytes(s, &again_size);
            CHECK(size == again_size && memcmp(bytes, again, size) == 0);
            free(again);
            lp_stream_free(s);
            if (i == 0) {
                s = points(8);
                CHECK(lp_train_network(s, &o, &on, &e) == -1);
                CHECK_HOLDS(e.text, "resuming: the checkpoint is of other data");
                lp_stream_free(s);
                s = points(7);
                const lp_run_hooks other = {.resume = checkpoint, .options = "those"};
                CHECK(lp_train_network(s, &o, &other, &e) == -1);
                CHECK_HOLDS(e.text,
                            "resuming: the checkpoint is of other options: 'these', now 'those'");
                lp_stream_free(s);
            }
            lp_stream_free(checkpoint);
        }
        for (size_t i = 0; i < v.count; i++)
            free(v.bytes[i]);
        free(v.bytes);
        free(v.size);
        free(bytes);
    }
}

static void history(void) {
    lp_train_network_options o = defaults();
    o.epochs = 10;
    o.run.eval_every.units = 4;
    lp_stream *s = points(1);
    CHECK(lp_train_network(s, &o, &(lp_run_hooks){0}, &e) == 0);
    const double *epoch = values(s, "history.epoch", 4);
    const double expected[] = {0, 4, 8, 10};
    for (int i = 0; i < 4; i++)
        CHECK_CLOSE(epoch[i], expected[i], 0);
    const double *loss = values(s, "history.loss", 4);
    CHECK(loss[3] < loss[0]);
    values(s, "history.val_loss", 4);
    values(s, "history.val_accuracy", 4);
    /* Evaluated anew, the model has the loss that its history ends with. */
    lp_model m;
    lp_dataset d;
    lp_history_row row;
    lp_arena memory = {0};
    CHECK(lp_model_read(&m, s, &e) == 0);
    CHECK(lp_dataset_read(&d, s, LP_Y_CLASSES, &e) == 0);
    lp_evaluator evaluator = lp_evaluator_new(&m, &d, &memory);
    CHECK(lp_evaluator_row(&evaluator, &row, &e) == 0);
    CHECK_CLOSE(row.loss, loss[3], 0);
    lp_evaluator_free(&evaluator);
    lp_arena_free(&memory);
    lp_dataset_free(&d);
    lp_model_free(&m);
    lp_stream_free(s);
}

static void snapshots(void) {
    lp_train_network_options o = defaults();
    o.epochs = 4;
    o.run.snapshot_every = 2;
    lp_stream *s = points(1);
    CHECK(lp_train_network(s, &o, &(lp_run_hooks){0}, &e) == 0);
    CHECK(values(s, "snapshot.epoch", 3)[1] == 2);
    CHECK(memcmp(values(s, "snapshot.4.layer1.weight", 4), values(s, "layer1.weight", 4), 32) == 0);
    CHECK(memcmp(values(s, "snapshot.2.layer1.weight", 4), values(s, "layer1.weight", 4), 32) != 0);
    /* --epochs 2 ends where the snapshot at 2 was taken. */
    lp_stream *half = points(1);
    o.epochs = 2;
    CHECK(lp_train_network(half, &o, &(lp_run_hooks){0}, &e) == 0);
    CHECK(memcmp(values(s, "snapshot.2.layer1.bias", 2), values(half, "layer1.bias", 2), 16) == 0);
    lp_stream_free(half);
    lp_stream_free(s);
}

/* At a rate that overshoots, the validation loss rises sooner or later: the run stops early, and
 * the weights kept are those of the lowest one. */
static void early_stopping(void) {
    lp_train_network_options o = defaults();
    o.hidden = (lp_ints){two_layers, 2};
    o.lr = 1;
    o.epochs = 400;
    o.run.eval_every.units = 1;
    o.run.patience = 5;
    lp_stream *s = points(2);
    CHECK(lp_train_network(s, &o, &(lp_run_hooks){0}, &e) == 0);
    const lp_tensor *val = lp_stream_get(s, "history.val_loss", &e);
    size_t best = 0;
    for (size_t i = 0; i < val->count; i++)
        best = lp_tensor_at(val, i) < lp_tensor_at(val, best) ? i : best;
    CHECK(val->count < 401);
    CHECK(val->count == best + 6);
    CHECK_CLOSE(last(s, "history.best_epoch"), (double)best, 0);
    lp_stream *again = points(2);
    o.epochs = (int64_t)best;
    o.run.patience = 0;
    CHECK(lp_train_network(again, &o, &(lp_run_hooks){0}, &e) == 0);
    CHECK(memcmp(values(s, "layer1.weight", 10), values(again, "layer1.weight", 10), 80) == 0);
    lp_stream_free(again);
    lp_stream_free(s);
}

static void frozen(void) {
    int64_t hidden[] = {4}, second[] = {2}, both[] = {1, 2}, third[] = {3};
    lp_train_network_options o = defaults();
    o.hidden = (lp_ints){hidden, 1};
    lp_stream *start_weights = points(1), *s = points(1);
    CHECK(lp_train_network(start_weights, &o, &(lp_run_hooks){0}, &e) == 0);
    o.epochs = 5;
    o.optim.momentum = 0.9;
    o.optim.weight_decay = 0.1;
    o.freeze = (lp_ints){second, 1};
    CHECK(lp_train_network(s, &o, &(lp_run_hooks){0}, &e) == 0);
    CHECK(memcmp(values(s, "layer2.weight", 8), values(start_weights, "layer2.weight", 8), 64) ==
          0);
    CHECK(memcmp(values(s, "layer1.weight", 8), values(start_weights, "layer1.weight", 8), 64) !=
          0);
    o.freeze = (lp_ints){both, 2};
    CHECK(lp_train_network(s, &o, &(lp_run_hooks){0}, &e) == -1);
    CHECK_HOLDS(e.text, "every layer is frozen");
    o.freeze = (lp_ints){third, 1};
    CHECK(lp_train_network(s, &o, &(lp_run_hooks){0}, &e) == -1);
    CHECK_HOLDS(e.text, "there is no layer 3 (expected 1 to 2)");
    lp_stream_free(start_weights);
    lp_stream_free(s);
}

static void refused(lp_stream *s, const lp_train_network_options *o, const char *text) {
    CHECK(lp_train_network(s, o, &(lp_run_hooks){0}, &e) == -1);
    CHECK_HOLDS(e.text, text);
    lp_stream_free(s);
}

static lp_stream *data(size_t rows, const double *x, const int64_t *y) {
    lp_stream *s = lp_stream_new();
    put(s, "x", LP_F8, rows, 2, x);
    put(s, "y", LP_I8, rows, 0, y);
    return s;
}

static void refusals(void) {
    lp_train_network_options o = defaults();
    o.epochs = 50;
    double x[8];
    memcpy(x, small_x, sizeof x);
    refused(data(0, x, small_y), &o, "x has no rows");
    refused(data(4, x, (int64_t[]){1, 1, 1, 1}), &o,
            "y: every row is class 1 (expected at least two classes)");
    x[5] = NAN;
    refused(data(4, x, small_y), &o,
            "x: row 2, column 1 is nan (labpipe impute fills missing values)");
    x[5] = -INFINITY;
    refused(data(4, x, small_y), &o, "x: row 2, column 1 is -inf (expected finite numbers)");
    lp_stream *s = small_data();
    (lp_stream_put)(
        s, "classes",
        &(lp_tensor){.type = {'S', 1}, .ndim = 1, .shape = {1}, .count = 1, .data = "a"});
    refused(s, &o, "y: row 1 is class 1, but there are only 1 (0 to 0)");
    s = small_data();
    put(s, "y", LP_I8, 3, 0, small_y);
    refused(s, &o, "y has 3 rows, x has 4");
    s = points(1);
    put(s, "x_val", LP_F8, 5, 4, (double[20]){0});
    put(s, "y_val", LP_I8, 5, 0, (int64_t[5]){0});
    refused(s, &o, "x_val has 4 columns, x_train has 2");
    int64_t hidden[] = {7};
    o.hidden = (lp_ints){hidden, 1};
    o.activation = 2;
    lp_stream *from = small_network();
    s = small_data();
    CHECK(lp_train_network(s, &o, &(lp_run_hooks){.init_from = from}, &e) == -1);
    CHECK_HOLDS(e.text, "do not fit: layer1.weight has shape (3, 2), expected (7, 2)");
    lp_stream_free(from);
    lp_stream_free(s);
    /* Squared error at a hopeless rate overflows: the message has step and rate. */
    o = defaults();
    o.loss = LP_LOSS_MSE;
    o.epochs = 100;
    o.lr = 1e9;
    refused(small_data(), &o, "with learning rate 1e+09 (try a smaller --lr");
    CHECK_HOLDS(e.text, "training: the loss became inf at step");
}

int main(void) {
    static const check_test tests[] = {
        {"steps of SGD, momentum, Nesterov and Adam as NumPy computes them", against_numpy},
        {"XOR is learned from every start", learn_xor},
        {"a linear network finds the coefficients of a line", learn_a_line},
        {"the history has its times, and the loss that evaluating gives", history},
        {"snapshots are the weights of their time", snapshots},
        {"patience stops, and keeps the best weights", early_stopping},
        {"frozen layers stay as they are", frozen},
        {"a run resumed from any of its checkpoints ends in the same bytes", resume},
        {"bad data, bad options and divergence are refused", refusals},
        {0},
    };
    return check_main("test_train", tests);
}
