/* A model of what a training step costs on several nodes, and its fit to measured times.
 *
 *     computation   rows r of a node                      C(r) = c0 + c1 r
 *     sum           n bytes of gradient over P nodes      S(n, P) = ceil(log2 P) (s0 + s1 n)
 *     step          B rows over P nodes                   C(ceil(B / P)) + S(n, P)
 *
 * The sum is num/ranks.h's: a binary tree in which each level is one message and one addition, and
 * a broadcast back, whose tree has as many levels. Over a network that takes alpha seconds for a
 * message and beta for each of its bytes, and nodes that add a byte in gamma seconds,
 * s0 = 2 alpha and s1 = 2 beta + gamma (Hockney 1994; Thakur, Rabenseifner and Gropp 2005, section
 * 3, for the trees). Times are seconds, sizes bytes. */
#ifndef BENCH_COST_H
#define BENCH_COST_H

#include <math.h>
#include <stddef.h>

/* A straight line: fixed + slope x. */
typedef struct {
    double fixed, slope;
    double rms, worst; /* of the relative residuals (model / measured - 1) of its fit */
} cost_line;

/* A measured time: levels (fixed + slope x), levels > 0. */
typedef struct {
    double levels, x, seconds;
} cost_sample;

static inline double cost_at(const cost_line *line, double x) {
    return line->fixed + line->slope * x;
}

/* How many levels a binary tree over p has: ceil(log2 p). */
static inline double cost_levels(size_t p) {
    int levels = 0;
    while (((size_t)1 << levels) < p)
        levels++;
    return levels;
}

/* The line with the least sum of squared relative residuals. Neither part is negative: where the
 * free fit has one that is, it is 0 and the other is fitted alone. Takes n >= 1 times > 0. */
static inline cost_line cost_fit(size_t n, const cost_sample *sample) {
    double uu = 0, uv = 0, vv = 0, u1 = 0, v1 = 0;
    for (size_t i = 0; i < n; i++) {
        double u = sample[i].levels / sample[i].seconds, v = u * sample[i].x;
        uu += u * u, uv += u * v, vv += v * v, u1 += u, v1 += v;
    }
    double det = uu * vv - uv * uv;
    cost_line line = {0};
    if (det > 1e-12 * uu * vv) {
        line.fixed = (u1 * vv - v1 * uv) / det;
        line.slope = (v1 * uu - u1 * uv) / det;
    }
    if (line.slope <= 0 || !(vv > 0))
        line.fixed = u1 / uu, line.slope = 0;
    else if (line.fixed < 0)
        line.fixed = 0, line.slope = v1 / vv;
    double squares = 0;
    for (size_t i = 0; i < n; i++) {
        double r = sample[i].levels * cost_at(&line, sample[i].x) / sample[i].seconds - 1;
        squares += r * r;
        line.worst = fmax(line.worst, fabs(r));
    }
    line.rms = sqrt(squares / (double)n);
    return line;
}

/* What s0 and s1 are over a network. */
static inline cost_line cost_network(double alpha, double beta, double gamma) {
    return (cost_line){.fixed = 2 * alpha, .slope = 2 * beta + gamma};
}

/* A network's training: its computation on a node, its batch and the bytes of its gradient. */
typedef struct {
    cost_line compute; /* over rows */
    size_t batch;
    double bytes;
} cost_training;

/* Seconds a step on p nodes. The node with the most rows is waited for. */
static inline double cost_step(const cost_training *t, const cost_line *sum, size_t p) {
    double rows = (double)((t->batch + p - 1) / p);
    return cost_at(&t->compute, rows) + cost_levels(p) * cost_at(sum, t->bytes);
}

static inline double cost_speedup(const cost_training *t, const cost_line *sum, size_t p) {
    return cost_step(t, sum, 1) / cost_step(t, sum, p);
}

/* The nodes up to which doubling their number, from 1 on, still takes at least a tenth off the
 * time's inverse: speed-up(2 p) >= 1.1 speed-up(p); at most `most`, a power of two. */
static inline size_t cost_pays_up_to(const cost_training *t, const cost_line *sum, size_t most) {
    size_t p = 1;
    while (p < most && cost_step(t, sum, p) >= 1.1 * cost_step(t, sum, 2 * p))
        p *= 2;
    return p;
}

#endif
