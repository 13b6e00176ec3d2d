#include "net/optim.h"

#include "num/parallel.h"

int lp_optim_moments(const lp_optim *o) {
    if (o->options.kind == LP_OPTIM_ADAM)
        return 2;
    return o->options.momentum != 0 ? 1 : 0;
}

lp_optim lp_optim_new(lp_arena *memory, const lp_optim_options *options, const lp_params *params) {
    lp_optim o = {.options = *options, .params = params};
    for (int i = 0; i < lp_optim_moments(&o); i++)
        o.moment[i] = lp_arena_alloc_zero(memory, params->size, params->type.size);
    return o;
}

/* The first parameter after `i` that has another `frozen` than it: runs of parameters are updated
 * as one, and without frozen ones the whole block is one run. */
static size_t end_of_run(const lp_params *p, size_t i) {
    size_t end = i + 1;
    while (end < p->count && p->table[end].frozen == p->table[i].frozen)
        end++;
    return end;
}

/* What one step does to a run of parameters, `CHUNK` elements at a time: every element is updated
 * by itself, so that threads may share them. */
enum { CHUNK = 1 << 15 };

typedef struct {
    const lp_optim *optim;
    const lp_kernels *num;
    size_t first, count; /* elements of the block */
    double lr;
    lp_adam adam;
} job;

static void step_chunk(void *context, size_t i) {
    const job *j = context;
    const lp_optim *o = j->optim;
    const lp_optim_options *option = &o->options;
    size_t left = j->count - i * CHUNK, n = left < CHUNK ? left : CHUNK;
    size_t bytes = (j->first + i * CHUNK) * o->params->type.size;
    void *w = (char *)o->params->value + bytes;
    const void *g = (const char *)o->params->gradient + bytes;
    void *m1 = o->moment[0] ? (char *)o->moment[0] + bytes : NULL;
    void *m2 = o->moment[1] ? (char *)o->moment[1] + bytes : NULL;
    if (option->kind == LP_OPTIM_ADAM)
        j->num->adam_step(n, w, g, m1, m2, &j->adam);
    else
        j->num->sgd_step(n, w, g, m1, j->lr, option->momentum, option->weight_decay,
                         option->nesterov, o->steps == 1);
}

void lp_optim_step(lp_optim *o, double lr) {
    const lp_params *p = o->params;
    const lp_optim_options *option = &o->options;
    o->steps++;
    job j = {.optim = o, .num = lp_kernels_of(p->type), .lr = lr};
    if (option->kind == LP_OPTIM_ADAM)
        j.adam = (lp_adam){.lr = lr,
                           .beta1 = option->beta1,
                           .beta2 = option->beta2,
                           .epsilon = option->epsilon,
                           .weight_decay = option->weight_decay,
                           .correction1 = 1 - lp_pow(option->beta1, (double)o->steps),
                           .correction2 = 1 - lp_pow(option->beta2, (double)o->steps)};
    for (size_t i = 0, end; i < p->count; i = end) {
        end = end_of_run(p, i);
        if (p->table[i].frozen)
            continue;
        j.first = p->table[i].offset;
        j.count = (end < p->count ? p->table[end].offset : p->size) - j.first;
        lp_parallel((j.count + CHUNK - 1) / CHUNK, step_chunk, &j);
    }
}
