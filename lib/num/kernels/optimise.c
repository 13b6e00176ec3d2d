/* Optimiser steps, one pass over the parameters each. */
#include "num/kernels/kernel.h"

static void k_sgd_step(size_t n, void *w, const void *g, void *v, double lr, double momentum,
                       double weight_decay, bool nesterov, bool first) {
    T *pw = w, *pv = v;
    const T *pg = g;
    V rate = v_set1((T)-lr), keep = v_set1((T)momentum), decay = v_set1((T)weight_decay);
    for (size_t i = 0; i < n; i += LANES) {
        size_t left = lanes_left(n, i);
        V weight = v_load_n(pw + i, left), d = v_load_n(pg + i, left);
        if (weight_decay != 0)
            d = v_fma(decay, weight, d);
        if (pv) {
            V velocity = first ? d : v_fma(keep, v_load_n(pv + i, left), d);
            v_store_n(pv + i, velocity, left);
            d = nesterov ? v_fma(keep, velocity, d) : velocity;
        }
        v_store_n(pw + i, v_fma(rate, d, weight), left);
    }
}

static void k_adam_step(size_t n, void *w, const void *g, void *m1, void *m2, const lp_adam *c) {
    T *pw = w, *p1 = m1, *p2 = m2;
    const T *pg = g;
    V beta1 = v_set1((T)c->beta1), rest1 = v_set1((T)(1 - c->beta1));
    V beta2 = v_set1((T)c->beta2), rest2 = v_set1((T)(1 - c->beta2));
    /* m1 / correction1 over sqrt(m2 / correction2) + epsilon, with the corrections taken out of
     * the elements: one division each. */
    double root2 = sqrt(c->correction2);
    V step = v_set1((T)(-c->lr / c->correction1 * root2)),
      epsilon = v_set1((T)(c->epsilon * root2));
    V decay = v_set1((T)c->weight_decay), shrink = v_set1((T)c->shrink);
    for (size_t i = 0; i < n; i += LANES) {
        size_t left = lanes_left(n, i);
        V weight = v_load_n(pw + i, left), d = v_load_n(pg + i, left);
        if (c->weight_decay != 0)
            d = v_fma(decay, weight, d);
        weight = v_mul(shrink, weight);
        V a = v_fma(beta1, v_load_n(p1 + i, left), v_mul(rest1, d));
        V b = v_fma(beta2, v_load_n(p2 + i, left), v_mul(rest2, v_mul(d, d)));
        v_store_n(p1 + i, a, left);
        v_store_n(p2 + i, b, left);
        v_store_n(pw + i, v_fma(step, v_div(a, v_add(v_sqrt(b), epsilon)), weight), left);
    }
}

static void k_root_step(size_t n, void *w, const void *g, void *v, void *b, const lp_root_step *c) {
    T *pw = w, *pv = v, *pb = b;
    const T *pg = g;
    V back = v_set1((T)-c->lr), momentum = v_set1((T)c->momentum);
    V keep = v_set1((T)c->keep), take = v_set1((T)c->take);
    V epsilon = v_set1((T)c->epsilon), decay = v_set1((T)c->weight_decay);
    for (size_t i = 0; i < n; i += LANES) {
        size_t left = lanes_left(n, i);
        V weight = v_load_n(pw + i, left), d = v_load_n(pg + i, left);
        if (c->weight_decay != 0)
            d = v_fma(decay, weight, d);
        V squares = v_fma(keep, v_load_n(pv + i, left), v_mul(take, v_mul(d, d)));
        v_store_n(pv + i, squares, left);
        d = v_div(d, v_add(v_sqrt(squares), epsilon));
        if (pb) {
            d = v_fma(momentum, v_load_n(pb + i, left), d);
            v_store_n(pb + i, d, left);
        }
        v_store_n(pw + i, v_fma(back, d, weight), left);
    }
}
