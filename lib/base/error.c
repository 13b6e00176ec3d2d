#include "base/error.h"

#include "base/printable.h"

#include <stdarg.h>
#include <stdio.h>

int lp_error_set(lp_error *e, lp_status status, const char *cause, const char *format, ...) {
    char text[sizeof e->text];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (cause != NULL) {
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, ": %s", cause);
    }
    lp_printable(text);
    e->status = status;
    strcpy(e->text, text);
    return -1;
}
