/* Learning rates that change while training goes on. */
#ifndef LP_NET_SCHEDULE_H
#define LP_NET_SCHEDULE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A schedule as text:
 *
 *     SCHEDULE = RATES | [warmup:N,] DECAY | warmup:N
 *     DECAY    = constant | step:SIZE:GAMMA | exponential:GAMMA | cosine | cosine:MIN
 *     RATES    = 0:RATE{,TIME:RATE}              in place of the base rate
 *
 * GAMMA is above 0, and above 1 the rate rises. These say the same, in an error and in a help text
 * whose unit of time is `units`: */
#define LP_SCHEDULE_FORMS                                                                          \
    "constant, step:SIZE:GAMMA, exponential:GAMMA, cosine or cosine:MIN, each also as in "         \
    "warmup:5,cosine; or 0:0.1,200:0.01"
#define LP_SCHEDULE_HELP(unit, units)                                                              \
    "constant; step:SIZE:GAMMA, times GAMMA every SIZE " units "; exponential:GAMMA, times GAMMA " \
    "every " unit "; cosine or cosine:MIN, along half a cosine down to 0 or MIN; each of these "   \
    "also after warmup:N, as in warmup:5,cosine, which first rises to --lr in N equal steps; or "  \
    "0:0.1,200:0.01, rates with the " unit " they begin at, in place of --lr"

enum { LP_MAX_RATES = 64 };

typedef enum {
    LP_RATE_CONSTANT,
    LP_RATE_STEP,        /* lr * gamma^floor(t / size) */
    LP_RATE_EXPONENTIAL, /* lr * gamma^t */
    LP_RATE_COSINE,      /* min + (lr - min) (1 + cos(pi t / total)) / 2 */
    LP_RATE_LIST,        /* each rate from its time on, whatever lr is */
} lp_rate_kind;          /* after a warm-up, t and total count from its end */

typedef struct {
    lp_rate_kind kind;
    uint64_t warmup; /* times t = 0 .. warmup - 1 have lr * (t + 1) / warmup */
    double gamma;    /* STEP, EXPONENTIAL; the minimum of COSINE */
    uint64_t size;
    size_t count; /* LIST */
    uint64_t from[LP_MAX_RATES];
    double rate[LP_MAX_RATES];
} lp_schedule;

/* Parses a schedule. Refused with what is wrong, status LP_USAGE: what the grammar does not have,
 * GAMMA or SIZE or N of 0, a negative rate, times that do not begin with 0 and rise. `schedule` is
 * an lp_schedule: void, so that an option row can name this function. */
int lp_schedule_parse(const char *text, void *schedule, lp_error *e);

/* The rate at time t (epochs or steps, from 0) of `total`, from the base rate lr. In PyTorch, after
 * a warm-up, SequentialLR of LinearLR(start_factor=1/N, total_iters=N - 1) and the other. */
double lp_schedule_rate(const lp_schedule *schedule, double lr, uint64_t t, uint64_t total);

/* True where that depends on `total`: a longer run is then another one from the start. */
bool lp_schedule_needs_total(const lp_schedule *schedule);

#endif
