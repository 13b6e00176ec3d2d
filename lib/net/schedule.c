#include "net/schedule.h"

#include "num/kernels.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A number that ends where *end says and is followed by `stop`; moves *text behind the stop. */
static bool take_real(const char **text, char stop, double *value) {
    char *end;
    if (strchr("0123456789.", **text) == NULL || **text == '\0')
        return false;
    *value = strtod(*text, &end);
    if (*end != stop || !isfinite(*value))
        return false;
    *text = end + (stop != '\0');
    return true;
}

static bool take_whole(const char **text, char stop, uint64_t *value) {
    char *end;
    if (**text < '0' || **text > '9')
        return false;
    errno = 0;
    *value = strtoull(*text, &end, 10);
    if (*end != stop || errno != 0)
        return false;
    *text = end + (stop != '\0');
    return true;
}

static bool starts_with(const char **text, const char *word) {
    size_t n = strlen(word);
    if (strncmp(*text, word, n) != 0)
        return false;
    *text += n;
    return true;
}

static bool parse_list(const char *text, lp_schedule *s) {
    s->kind = LP_RATE_LIST;
    for (s->count = 0; *text != '\0'; s->count++) {
        if (s->count == LP_MAX_RATES || !take_whole(&text, ':', &s->from[s->count]))
            return false;
        const char *rest = text;
        if (!take_real(&text, ',', &s->rate[s->count])) {
            text = rest;
            if (!take_real(&text, '\0', &s->rate[s->count]))
                return false;
        } else if (*text == '\0') {
            return false; /* a comma at the end */
        }
        if (s->count == 0 ? s->from[0] != 0 : s->from[s->count] <= s->from[s->count - 1])
            return false;
    }
    return s->count > 0;
}

static bool parse(const char *text, lp_schedule *s) {
    if (strcmp(text, "constant") == 0) {
        s->kind = LP_RATE_CONSTANT;
        return true;
    }
    if (starts_with(&text, "step:")) {
        s->kind = LP_RATE_STEP;
        return take_whole(&text, ':', &s->size) && s->size > 0 &&
               take_real(&text, '\0', &s->gamma) && s->gamma > 0 && s->gamma <= 1;
    }
    if (starts_with(&text, "exponential:")) {
        s->kind = LP_RATE_EXPONENTIAL;
        return take_real(&text, '\0', &s->gamma) && s->gamma > 0 && s->gamma <= 1;
    }
    if (starts_with(&text, "cosine")) {
        s->kind = LP_RATE_COSINE;
        return *text == '\0' || (starts_with(&text, ":") && take_real(&text, '\0', &s->gamma));
    }
    return parse_list(text, s);
}

int lp_schedule_parse(const char *text, void *schedule, lp_error *e) {
    lp_schedule *s = schedule;
    *s = (lp_schedule){0};
    if (!parse(text, s))
        return lp_fail_usage(e,
                             "'%s' is not a schedule (constant, step:SIZE:GAMMA, "
                             "exponential:GAMMA, cosine, cosine:LEAST, or 0:0.1,200:0.01)",
                             text);
    return 0;
}

bool lp_schedule_is_list(const lp_schedule *schedule) {
    return schedule->kind == LP_RATE_LIST;
}

double lp_schedule_rate(const lp_schedule *s, double lr, uint64_t t, uint64_t total) {
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
