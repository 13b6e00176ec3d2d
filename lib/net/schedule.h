/* Learning rates that change while training goes on. */
#ifndef LP_NET_SCHEDULE_H
#define LP_NET_SCHEDULE_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

enum { LP_MAX_RATES = 64 };

typedef enum {
    LP_RATE_CONSTANT,
    LP_RATE_STEP,        /* lr * gamma^floor(t / size) */
    LP_RATE_EXPONENTIAL, /* lr * gamma^t */
    LP_RATE_COSINE,      /* min + (lr - min) (1 + cos(pi t / total)) / 2 */
    LP_RATE_LIST,        /* each rate from its time on, whatever lr is */
} lp_rate_kind;

typedef struct {
    lp_rate_kind kind;
    double gamma; /* STEP, EXPONENTIAL; the minimum of COSINE */
    uint64_t size;
    size_t count; /* LIST */
    uint64_t from[LP_MAX_RATES];
    double rate[LP_MAX_RATES];
} lp_schedule;

/* Parses one of
 *     constant   step:SIZE:GAMMA   exponential:GAMMA   cosine   cosine:MIN   0:0.1,200:0.01
 * (the last: rate 0.1 from 0 on, 0.01 from 200 on; it begins with 0 and rises). Refused with what
 * is wrong, status LP_USAGE: anything else, GAMMA not in (0, 1], SIZE 0, a negative rate.
 * `schedule` is an lp_schedule: void, so that an option row can name this function. */
int lp_schedule_parse(const char *text, void *schedule, lp_error *e);

/* The rate at time t (epochs or steps, from 0) of `total`, from the base rate lr. */
double lp_schedule_rate(const lp_schedule *schedule, double lr, uint64_t t, uint64_t total);

#endif
