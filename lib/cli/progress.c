/* The progress line on standard error. */
#include "cli/state.h"

#include <stdarg.h>
#include <time.h>
#include <unistd.h>

static bool visible;
static struct timespec last;

/* At most ten lines a second; the first and the last step always. */
static bool is_due(size_t done, size_t total) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    double seconds =
        (double)(now.tv_sec - last.tv_sec) + 1e-9 * (double)(now.tv_nsec - last.tv_nsec);
    if (done < total && seconds < 0.1)
        return false;
    last = now;
    return true;
}

void lp_tool_progress(size_t done, size_t total, const char *format, ...) {
    bool terminal = isatty(STDERR_FILENO);
    if (lp_now.common.quiet || !(lp_now.common.progress || terminal) || !is_due(done, total))
        return;
    char text[200];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    /* On a terminal the line overwrites itself; in a log every line stays. */
    fprintf(stderr, terminal ? "\r%s: %zu/%zu %s\033[K" : "%s: %zu/%zu %s\n", lp_now.tool->name,
            done, total, text);
    visible = terminal;
}

void lp_progress_clear(void) {
    if (visible)
        fputs("\r\033[K", stderr);
    visible = false;
}
