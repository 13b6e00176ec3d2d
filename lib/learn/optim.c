#include "learn/optim.h"

#include "base/memory.h"

#include <stdlib.h>

int lp_optim_moments(const lp_optim *o) {
    if (o->options.kind == LP_OPTIM_ADAM)
        return 2;
    return o->options.momentum != 0 ? 1 : 0;
}

int lp_optim_new(lp_optim *o, const lp_optim_options *options, const lp_params *params,
                 lp_error *e) {
    *o = (lp_optim){.options = *options, .params = params};
    for (int i = 0; i < lp_optim_moments(o); i++) {
        o->moment[i] = lp_alloc_zero(params->size, params->type.size, e);
        if (o->moment[i] == NULL) {
            lp_optim_free(o);
            return -1;
        }
    }
    return 0;
}

void lp_optim_free(lp_optim *o) {
    free(o->moment[0]);
    free(o->moment[1]);
    *o = (lp_optim){0};
}

/* The first parameter after `i` that has another `frozen` than it: runs of parameters are updated
 * as one, and without frozen ones the whole block is one run. */
static size_t end_of_run(const lp_params *p, size_t i) {
    size_t end = i + 1;
    while (end < p->count && p->table[end].frozen == p->table[i].frozen)
        end++;
    return end;
}

void lp_optim_step(lp_optim *o, double lr) {
    const lp_params *p = o->params;
    const lp_optim_options *option = &o->options;
    const lp_math *num = lp_math_of(p->type);
    o->steps++;
    lp_adam adam = {.lr = lr,
                    .beta1 = option->beta1,
                    .beta2 = option->beta2,
                    .epsilon = option->epsilon,
                    .weight_decay = option->weight_decay};
    if (option->kind == LP_OPTIM_ADAM) {
        adam.correction1 = 1 - lp_pow(option->beta1, (double)o->steps);
        adam.correction2 = 1 - lp_pow(option->beta2, (double)o->steps);
    }
    for (size_t i = 0, end; i < p->count; i = end) {
        end = end_of_run(p, i);
        if (p->table[i].frozen)
            continue;
        size_t from = p->table[i].offset;
        size_t n = (end < p->count ? p->table[end].offset : p->size) - from;
        size_t bytes = from * p->type.size;
        void *w = (char *)p->value + bytes;
        const void *g = (const char *)p->gradient + bytes;
        void *m1 = o->moment[0] ? (char *)o->moment[0] + bytes : NULL;
        void *m2 = o->moment[1] ? (char *)o->moment[1] + bytes : NULL;
        if (option->kind == LP_OPTIM_ADAM)
            num->adam_step(n, w, g, m1, m2, &adam);
        else
            num->sgd_step(n, w, g, m1, lr, option->momentum, option->weight_decay, option->nesterov,
                          o->steps == 1);
    }
}
