#include "net/schedule.h"

#include "num/kernels.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Each takes what it names from the front of *text; false where it is not there. */
static bool take(const char **text, const char *literal) {
    size_t n = strlen(literal);
    if (strncmp(*text, literal, n) != 0)
        return false;
    *text += n;
    return true;
}

static bool take_real(const char **text, double *value) {
    if (**text == '\0' || strchr("0123456789.", **text) == NULL)
        return false;
    *value = strtod(*text, (char **)text);
    return isfinite(*value);
}

static bool take_whole(const char **text, uint64_t *value) {
    if (**text < '0' || **text > '9')
        return false;
    errno = 0;
    *value = strtoull(*text, (char **)text, 10);
    return errno == 0;
}

static bool take_list(const char **text, lp_schedule *s) {
    s->kind = LP_RATE_LIST;
    do {
        size_t i = s->count++;
        if (i == LP_MAX_RATES || !take_whole(text, &s->from[i]) || !take(text, ":") ||
            !take_real(text, &s->rate[i]))
            return false;
        if (i == 0 ? s->from[0] != 0 : s->from[i] <= s->from[i - 1])
            return false;
    } while (take(text, ","));
    return true;
}

static bool take_schedule(const char **text, lp_schedule *s) {
    bool has_size = true; /* where it has to have one */
    if (take(text, "constant")) {
        s->kind = LP_RATE_CONSTANT;
        return true;
    }
    if (take(text, "cosine")) {
        s->kind = LP_RATE_COSINE;
        return !take(text, ":") || take_real(text, &s->gamma);
    }
    if (take(text, "step:")) {
        s->kind = LP_RATE_STEP;
        has_size = take_whole(text, &s->size) && s->size > 0 && take(text, ":");
    } else if (take(text, "exponential:")) {
        s->kind = LP_RATE_EXPONENTIAL;
    } else {
        return take_list(text, s);
    }
    return has_size && take_real(text, &s->gamma) && s->gamma > 0;
}

static bool take_all(const char **text, lp_schedule *s) {
    if (!take(text, "warmup:"))
        return take_schedule(text, s);
    uint64_t warmup;
    if (!take_whole(text, &warmup) || warmup == 0)
        return false;
    bool good = **text == '\0' || (take(text, ",") && take_schedule(text, s));
    s->warmup = warmup;
    return good && s->kind != LP_RATE_LIST;
}

int lp_schedule_parse(const char *text, void *schedule, lp_error *e) {
    lp_schedule *s = schedule;
    *s = (lp_schedule){0};
    const char *end = text;
    if (!take_all(&end, s) || *end != '\0')
        return lp_fail_usage(e, "'%s' is not a schedule (" LP_SCHEDULE_FORMS ")", text);
    return 0;
}

double lp_schedule_rate(const lp_schedule *s, double lr, uint64_t t, uint64_t total) {
    if (t < s->warmup)
        return lr * ((double)(t + 1) / (double)s->warmup);
    t -= s->warmup;
    total -= s->warmup;
    switch (s->kind) {
    case LP_RATE_STEP:
        return lr * lp_pow(s->gamma, (double)(t / s->size));
    case LP_RATE_EXPONENTIAL:
        return lr * lp_pow(s->gamma, (double)t);
    case LP_RATE_COSINE:
        return s->gamma + (lr - s->gamma) *
                              (1 + lp_cos(3.14159265358979323846 * (double)t / (double)total)) / 2;
    case LP_RATE_LIST: {
        size_t i = 0;
        while (i + 1 < s->count && s->from[i + 1] <= t)
            i++;
        return s->rate[i];
    }
    case LP_RATE_CONSTANT:
        break;
    }
    return lr;
}

bool lp_schedule_needs_total(const lp_schedule *s) {
    return s->kind == LP_RATE_COSINE;
}
