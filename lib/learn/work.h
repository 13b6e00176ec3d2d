/* How often a run is evaluated where nobody says so: as often as it costs at most 2 % of the time.
 *
 * What costs how much is estimated from counts alone (rows, multiplications, parameters), never
 * measured: the same command evaluates at the same epochs everywhere. Nor does it depend on the
 * length of the run, so that a shorter run is the beginning of a longer one. */
#ifndef LP_LEARN_WORK_H
#define LP_LEARN_WORK_H

#include "base/error.h"
#include "learn/dataset.h"
#include "net/network.h"

#include <stdbool.h>
#include <stdint.h>

/* --eval-every: after so many units of time, from 0 on; 0 is never; or as the work says. */
typedef struct {
    int64_t units;
    bool by_work;
} lp_eval_every;

#define LP_EVAL_EVERY_HELP(units)                                                                  \
    "evaluate every N " units ", from 0 on; 0: at the end only; auto: at the end, and as often "   \
    "before as costs at most 2 % of the time by the counts of rows and parameters"

/* "auto", or a whole number up to 9e15, into an lp_eval_every. */
int lp_eval_every_parse(const char *word, void *eval_every, lp_error *e);

/* Nanoseconds on one core of 2023, roughly. */
typedef struct {
    double unit; /* an epoch, or a step where the run counts steps */
    double evaluation;
} lp_work;

/* Training a network: `steps` steps on `rows` rows together are a unit, and an evaluation is over
 * the data's first two parts. */
lp_work lp_work_of_network(const lp_network *net, const lp_dataset *d, double steps, double rows);

/* Training a perceptron: a pass over the first part is a unit. */
lp_work lp_work_of_perceptron(const lp_dataset *d);

/* The interval, in units, of the evaluations about unit `done`: 1, 2, 5, 10, 20, 25 or 50 times a
 * power of 100, so many units that an evaluation takes at most 2 % of their work, and at least a
 * 200th of `done`, so that a long run has some hundred entries. For the first 100 units, a default
 * run, the start of the process is work too, and the evaluation of its end comes on top. */
uint64_t lp_work_interval(const lp_work *work, uint64_t done);

/* True where the evaluation after unit `done` is due. */
bool lp_eval_every_is_due(const lp_eval_every *o, const lp_work *work, uint64_t done);

#endif
