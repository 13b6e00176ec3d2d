/* The progress line on standard error. No clock is read but here, and what it says is printed
 * alone. */
#include "cli/progress.h"
#include "cli/state.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

/* In seconds: when the first line comes, and how long until the next one. Reading and writing are
 * shown from a second on. */
enum { BYTES_AFTER = 1 };
static const double terminal_after = 0.3, terminal_every = 0.2, log_every = 1;

enum { LINE = 300 };

static enum { UNKNOWN, SILENT, TERMINAL, LOG } mode;
static bool visible;           /* a line is on the terminal */
static double shown;           /* when the last line was */
static lp_progress now;        /* where the work is */
static bool pending;           /* no line has said so */
static double began, began_at; /* when the work was first heard of, and how far it was */

/* Seconds since some time, to a few milliseconds: it may be asked for after every step. */
static double clock_of(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static bool is_silent(void) {
    const int saved = errno; /* which may be that of a write */
    if (mode == UNKNOWN)
        mode = lp_now.tool == NULL || lp_now.common.quiet ? SILENT
               : isatty(STDERR_FILENO)                    ? TERMINAL
               : lp_now.common.progress                   ? LOG
                                                          : SILENT;
    errno = saved;
    return mode == SILENT;
}

/* On a terminal the line takes the place of the last one, and is no longer than one line of it; in
 * a log every line stays. */
static void print(const char *text) {
    char line[LINE + 60];
    struct winsize size;
    int length = snprintf(line, sizeof line, "labpipe %s: %s", lp_now.tool->name, text);
    if (mode == LOG) {
        fprintf(stderr, "%s\n", line);
        return;
    }
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 && length >= size.ws_col)
        line[size.ws_col - 1] = '\0';
    fprintf(stderr, "\r%s\033[K", line);
    visible = true;
}

void lp_progress_clear(void) {
    if (visible)
        fputs("\r\033[K", stderr);
    visible = false;
}

/* ---- steps ---- */

/* "42 s", "3 min 20 s", "5 h 7 min". */
static void format_seconds(char *text, size_t size, double seconds) {
    double whole = ceil(seconds), minutes = floor(whole / 60), hours = floor(minutes / 60);
    if (whole < 60)
        snprintf(text, size, "%.0f s", whole);
    else if (minutes < 60)
        snprintf(text, size, "%.0f min %.0f s", minutes, whole - 60 * minutes);
    else
        snprintf(text, size, "%.0f h %.0f min", hours, minutes - 60 * hours);
}

/* What has been done, how it stands, how fast it goes and how long it will take. */
static void format(char text[LINE], double time) {
    char left[60];
    double since = time - began, rate = since > 0 ? (now.done - began_at) / since : 0;
    int n = snprintf(text, LINE, "%s %.*f of %.0f", now.unit, now.in_parts ? 2 : 0, now.done,
                     now.total);
    for (int i = 0; i < LP_PROGRESS_FIGURES && now.figure[i].name != NULL; i++)
        n += snprintf(text + n, (size_t)(LINE - n), ", %s %.4g", now.figure[i].name,
                      now.figure[i].value);
    if (!(rate > 0))
        return;
    n += snprintf(text + n, (size_t)(LINE - n), ", %.3g %ss/s", rate, now.unit);
    if (now.done < now.total) {
        format_seconds(left, sizeof left, (now.total - now.done) / rate);
        snprintf(text + n, (size_t)(LINE - n), ", %s left", left);
    }
}

static void show(double time) {
    char text[LINE];
    format(text, time);
    print(text);
    shown = time;
    pending = false;
}

void lp_tool_progress(const lp_progress *p) {
    if (is_silent())
        return;
    double time = clock_of();
    if (now.unit == NULL) {
        began = shown = time;
        began_at = p->done;
        shown += mode == TERMINAL ? terminal_after - terminal_every : 0;
    }
    now = *p;
    pending = true;
    if (time - shown >= (mode == TERMINAL ? terminal_every : log_every))
        show(time);
}

void lp_progress_end(void) {
    if (mode == LOG && pending)
        show(clock_of());
    lp_progress_clear();
}

/* ---- bytes ---- */

/* "512 kB", "3.4 MB" */
static void format_bytes(char *text, size_t size, double bytes) {
    static const char *const units[] = {"kB", "MB", "GB", "TB"};
    int unit = 0;
    for (bytes /= 1000; bytes >= 999.5 && unit < 3; unit++)
        bytes /= 1000;
    snprintf(text, size, bytes < 9.95 ? "%.1f %s" : "%.0f %s", bytes, units[unit]);
}

void lp_progress_bytes(lp_progress_verb verb, size_t done, size_t total) {
    static const char *const verbs[] = {
        [LP_PROGRESS_READING] = "reading", [LP_PROGRESS_WRITING] = "writing"};
    static double first[2], last[2];
    static size_t before[2];
    char text[LINE], size[40], whole[40];
    if (is_silent())
        return;
    double time = clock_of();
    /* All inputs are one; each checkpoint that is written is another. */
    if (first[verb] == 0 || (verb == LP_PROGRESS_WRITING && done < before[verb]))
        first[verb] = last[verb] = time;
    before[verb] = done;
    if (done == total && total > 0) {
        lp_progress_clear();
        return;
    }
    if (time - first[verb] < BYTES_AFTER ||
        time - last[verb] < (mode == TERMINAL ? terminal_every : log_every))
        return;
    format_bytes(size, sizeof size, (double)done);
    format_bytes(whole, sizeof whole, (double)total);
    snprintf(text, sizeof text, total > 0 ? "%s, %s of %s" : "%s, %s", verbs[verb], size, whole);
    print(text);
    last[verb] = time;
}

void lp_progress_of_reading(size_t done, size_t total) {
    lp_progress_bytes(LP_PROGRESS_READING, done, total);
}
