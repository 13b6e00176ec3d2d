/* Errors as values: the library never prints and never exits.
 *
 * A function that can fail takes an `lp_error *e` last and returns an int (0, or -1 after
 * filling e) or a pointer (NULL after filling e). The tool turns e into one line on standard
 * error, `tool: TEXT`, and e->status into its exit status.
 *
 * TEXT reads "what was being done: what is wrong (what to do)" and names the file, tensor, row
 * or option: "reading iris.csv: row 7, column petal_width: 'abc' is not a number".
 * What came in from outside is made printable (base/printable.h), so it is always one line. */
#ifndef LP_BASE_ERROR_H
#define LP_BASE_ERROR_H

#include <errno.h>
#include <string.h>

typedef enum {
    LP_OK = 0,
    LP_FAILED = 1, /* the data or the system failed */
    LP_USAGE = 2,  /* the command line is wrong */
} lp_status;

typedef struct {
    lp_status status;
    char text[600];
} lp_error;

/* Fills e with the status and the formatted text, and ": CAUSE" after it unless that is NULL.
 * Always returns -1, as do the four below. */
int lp_error_set(lp_error *e, lp_status status, const char *cause, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#define lp_fail(e, ...) lp_error_set(e, LP_FAILED, NULL, __VA_ARGS__)
#define lp_fail_usage(e, ...) lp_error_set(e, LP_USAGE, NULL, __VA_ARGS__)

/* The cause is what errno describes. */
#define lp_fail_errno(e, ...) lp_error_set(e, LP_FAILED, strerror(errno), __VA_ARGS__)

/* Puts "FORMATTED: " before e's text: each caller on the way up says what it was doing. */
#define lp_within(e, ...) lp_error_set(e, (e)->status, (e)->text, __VA_ARGS__)

#endif
