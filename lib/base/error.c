#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int fill(lp_error *e, lp_status status, int saved_errno, const char *format, va_list args) {
    e->status = status;
    int used = vsnprintf(e->text, sizeof e->text, format, args);
    if (saved_errno != 0 && used >= 0 && (size_t)used < sizeof e->text)
        snprintf(e->text + used, sizeof e->text - (size_t)used, ": %s", strerror(saved_errno));
    for (char *c = e->text; *c != '\0'; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = '?';
    return -1;
}

int lp_fail(lp_error *e, const char *format, ...) {
    va_list args;
    va_start(args, format);
    fill(e, LP_FAILED, 0, format, args);
    va_end(args);
    return -1;
}

int lp_fail_usage(lp_error *e, const char *format, ...) {
    va_list args;
    va_start(args, format);
    fill(e, LP_USAGE, 0, format, args);
    va_end(args);
    return -1;
}

int lp_fail_errno(lp_error *e, const char *format, ...) {
    int saved_errno = errno;
    va_list args;
    va_start(args, format);
    fill(e, LP_FAILED, saved_errno, format, args);
    va_end(args);
    return -1;
}

int lp_within(lp_error *e, const char *format, ...) {
    char inner[sizeof e->text];
    memcpy(inner, e->text, sizeof inner);
    va_list args;
    va_start(args, format);
    fill(e, e->status, 0, format, args);
    va_end(args);
    size_t used = strlen(e->text);
    snprintf(e->text + used, sizeof e->text - used, ": %s", inner);
    return -1;
}
