#include "learn/work.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SHARE 0.02
#define PROCESS 1.5e6 /* to start one, to read and to write, in nanoseconds, at least */

enum { FIRST_UNITS = 100, ENTRIES = 200, MOST_DIGITS = 15 };

int lp_eval_every_parse(const char *word, void *eval_every, lp_error *e) {
    lp_eval_every *o = eval_every;
    size_t length = strlen(word);
    *o = (lp_eval_every){.by_work = strcmp(word, "auto") == 0};
    if (o->by_work)
        return 0;
    if (length == 0 || length > MOST_DIGITS || strspn(word, "0123456789") != length)
        return lp_fail_usage(e, "'%s' is neither a whole number of at most %d digits nor auto",
                             word, (int)MOST_DIGITS);
    o->units = strtoll(word, NULL, 10);
    return 0;
}

/* The multiplications of a forward pass for one row. */
static double multiplications(const lp_network *net) {
    double sum = 0;
    for (size_t l = 0; l < net->layers; l++) {
        const lp_layer *layer = &net->layer[l];
        const lp_volume out = layer->out;
        if (lp_layers[layer->kind].weight_dims == 0)
            continue;
        const lp_param *weight = &net->params.table[layer->param[LP_WEIGHT]];
        double places = lp_volume_is_flat(out) ? 1 : (double)out.height * (double)out.width;
        for (int i = 0; i < weight->ndim; i++)
            places *= (double)weight->shape[i];
        sum += places;
    }
    return sum;
}

/* The numbers that its layers give for one row. */
static double activations(const lp_network *net) {
    double sum = 0;
    for (size_t l = 0; l < net->layers; l++)
        sum += (double)lp_volume_size(net->layer[l].out);
    return sum;
}

/* The rows of the parts that a run evaluates, and how many parts those are. */
static double evaluated_rows(const lp_dataset *d, double *parts) {
    double rows = 0;
    for (size_t i = 0; i < d->parts && i < 2; i++)
        rows += (double)d->part[i].rows;
    *parts = d->parts < 2 ? 1 : 2;
    return rows;
}

lp_work lp_work_of_perceptron(const lp_dataset *d) {
    double parts, rows = evaluated_rows(d, &parts), cols = (double)d->part[0].cols;
    return (lp_work){.unit = (double)d->part[0].rows * (60 + cols / 8),
                     .evaluation = 1800 * parts + rows * (17 + cols / 5)};
}

lp_work lp_work_of_network(const lp_network *net, const lp_dataset *d, double steps, double rows) {
    double twice = net->params.type.size == 8 ? 2 : 1, products = twice * multiplications(net),
           outputs = twice * activations(net), numbers = (double)net->params.size, parts,
           evaluated = evaluated_rows(d, &parts);
    /* Backward takes twice the products of forward, but less for the first layer, which passes no
     * gradient on; forward in chunks of 512 rows is the faster for it. */
    return (lp_work){.unit = steps * (700 + 0.1 * twice * numbers) +
                             rows * (8 + 0.3 * outputs + products / 22),
                     .evaluation = 1800 * parts + evaluated * (5 + 0.25 * outputs + products / 58)};
}

/* The smallest interval of the table that is at least `least`. */
static uint64_t round_up(double least) {
    static const int rounds[] = {1, 2, 5, 10, 20, 25, 50};
    for (uint64_t hundreds = 1;; hundreds *= 100)
        for (int i = 0; i < 7; i++)
            if ((double)hundreds * rounds[i] >= least || hundreds > UINT64_MAX / 10000)
                return hundreds * (uint64_t)rounds[i];
}

uint64_t lp_work_interval(const lp_work *work, uint64_t done) {
    double allowed = SHARE * work->unit;
    if (done <= FIRST_UNITS)
        allowed += (SHARE * PROCESS + work->evaluation) / FIRST_UNITS;
    return round_up(fmax(work->evaluation / allowed, (double)done / ENTRIES));
}

bool lp_eval_every_is_due(const lp_eval_every *o, const lp_work *work, uint64_t done) {
    if (o->by_work)
        return done > 0 && done % lp_work_interval(work, done) == 0;
    return o->units > 0 && done % (uint64_t)o->units == 0;
}
