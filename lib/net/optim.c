#include "net/optim.h"

#include "num/kernels.h"
#include "num/parallel.h"

#include <math.h>
#include <string.h>

/* A step on some of the parameters: n of them from element `from` of the block on. */
typedef struct {
    const lp_optim *optim;
    const lp_kernels *num;
    double lr;
    size_t from, n;
} step;

typedef struct {
    const char *name, *lr, *weight_decay, *epsilon; /* defaults: lp_optim_default */
    int (*moments)(const lp_optim_options *o);
    /* Updates w by its gradient g, and the moments m. */
    void (*step)(const step *s, void *w, const void *g, void *const m[LP_MAX_MOMENTS]);
} optim_row;

/* ---- SGD ---- */

static int sgd_moments(const lp_optim_options *o) {
    return o->momentum != 0 ? 1 : 0;
}

static void sgd_step(const step *s, void *w, const void *g, void *const m[LP_MAX_MOMENTS]) {
    const lp_optim_options *o = &s->optim->options;
    s->num->sgd_step(s->n, w, g, m[0], s->lr, o->momentum, o->weight_decay, o->nesterov,
                     s->optim->steps == 1);
}

/* ---- Adam ---- */

static int adam_moments(const lp_optim_options *o) {
    (void)o;
    return 2;
}

static lp_adam adam_constants(const step *s) {
    const lp_optim_options *o = &s->optim->options;
    double t = (double)s->optim->steps;
    return (lp_adam){.lr = s->lr,
                     .beta1 = o->beta1,
                     .beta2 = o->beta2,
                     .epsilon = o->epsilon,
                     .correction1 = 1 - lp_pow(o->beta1, t),
                     .correction2 = 1 - lp_pow(o->beta2, t),
                     .shrink = 1};
}

static void adam_step(const step *s, void *w, const void *g, void *const m[LP_MAX_MOMENTS]) {
    lp_adam constants = adam_constants(s);
    constants.weight_decay = s->optim->options.weight_decay;
    s->num->adam_step(s->n, w, g, m[0], m[1], &constants);
}

static void adamw_step(const step *s, void *w, const void *g, void *const m[LP_MAX_MOMENTS]) {
    lp_adam constants = adam_constants(s);
    constants.shrink = 1 - s->lr * s->optim->options.weight_decay;
    s->num->adam_step(s->n, w, g, m[0], m[1], &constants);
}

/* ---- RMSprop and Adagrad: the mean, and the sum, of all squares so far ---- */

static int rmsprop_moments(const lp_optim_options *o) {
    return o->momentum != 0 ? 2 : 1;
}

static void rmsprop_step(const step *s, void *w, const void *g, void *const m[LP_MAX_MOMENTS]) {
    const lp_optim_options *o = &s->optim->options;
    const lp_root_step constants = {.lr = s->lr,
                                    .epsilon = o->epsilon,
                                    .weight_decay = o->weight_decay,
                                    .momentum = o->momentum,
                                    .keep = o->alpha,
                                    .take = 1 - o->alpha};
    s->num->root_step(s->n, w, g, m[0], m[1], &constants);
}

static int adagrad_moments(const lp_optim_options *o) {
    (void)o;
    return 1;
}

static void adagrad_step(const step *s, void *w, const void *g, void *const m[LP_MAX_MOMENTS]) {
    const lp_optim_options *o = &s->optim->options;
    double before = (double)(s->optim->steps - 1);
    const lp_root_step constants = {.lr = s->lr / (1 + before * o->lr_decay),
                                    .epsilon = o->epsilon,
                                    .weight_decay = o->weight_decay,
                                    .keep = 1,
                                    .take = 1};
    s->num->root_step(s->n, w, g, m[0], NULL, &constants);
}

/* ---- the table ---- */

#define ROW(NAME, text, rate, ...) [LP_OPTIM_##NAME] = {.name = text, .lr = rate, __VA_ARGS__},
static const optim_row optims[LP_OPTIM_COUNT] = {LP_OPTIMS(ROW)};

const char *lp_optim_default(lp_optim_kind kind, const char *option) {
    const optim_row *row = &optims[kind];
    if (strcmp(option, "lr") == 0)
        return row->lr;
    if (strcmp(option, "weight-decay") == 0)
        return row->weight_decay;
    return strcmp(option, "epsilon") == 0 ? row->epsilon : NULL;
}

int lp_optim_moments(const lp_optim *o) {
    return optims[o->options.kind].moments(&o->options);
}

lp_optim lp_optim_new(lp_arena *memory, const lp_optim_options *options, const lp_params *params) {
    lp_optim o = {.options = *options, .params = params};
    for (int i = 0; i < lp_optim_moments(&o); i++)
        o.moment[i] = lp_arena_alloc_zero(memory, params->size, params->type.size);
    return o;
}

/* The end of the parameters from i on that are all frozen, or all not: they are updated as one, and
 * without frozen ones that is the whole block. */
static size_t end_of_run(const lp_params *p, size_t i) {
    size_t end = i + 1;
    while (end < p->count && p->table[end].frozen == p->table[i].frozen)
        end++;
    return end;
}

/* Threads share a step in chunks: every element is updated by itself. */
enum { CHUNK = 1 << 15 };

static void step_chunk(void *context, size_t i) {
    step s = *(const step *)context;
    const lp_optim *o = s.optim;
    size_t rest = s.n - i * CHUNK, bytes = (s.from + i * CHUNK) * o->params->type.size;
    s.n = rest < CHUNK ? rest : CHUNK;
    void *m[LP_MAX_MOMENTS];
    for (int k = 0; k < LP_MAX_MOMENTS; k++)
        m[k] = o->moment[k] != NULL ? (char *)o->moment[k] + bytes : NULL;
    optims[o->options.kind].step(&s, (char *)o->params->value + bytes,
                                 (const char *)o->params->gradient + bytes, m);
}

/* What is frozen has a gradient of 0, as has the padding. */
static void clip(const lp_optim *o, const lp_kernels *num) {
    const lp_params *p = o->params;
    double norm = sqrt(num->dot(p->size, p->gradient, p->gradient));
    double factor = o->options.clip_norm / (norm + 1e-6);
    if (factor < 1)
        num->scale(p->size, factor, p->gradient, p->gradient);
}

void lp_optim_step(lp_optim *o, double lr) {
    const lp_params *p = o->params;
    step s = {.optim = o, .num = lp_kernels_of(p->type), .lr = lr};
    o->steps++;
    if (o->options.clip_norm > 0)
        clip(o, s.num);
    for (size_t i = 0, end; i < p->count; i = end) {
        end = end_of_run(p, i);
        if (p->table[i].frozen)
            continue;
        s.from = p->table[i].offset;
        s.n = (end < p->count ? p->table[end].offset : p->size) - s.from;
        lp_parallel((s.n + CHUNK - 1) / CHUNK, step_chunk, &s);
    }
}
