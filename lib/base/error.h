/* Errors as values: the library never prints and never exits.
 *
 * A function that can fail takes an `lp_error *e` last and returns an int (0, or -1 after
 * filling e) or a pointer (NULL after filling e). The tool turns e into one line on standard
 * error, `tool: TEXT`, and e->status into its exit status.
 *
 * TEXT reads "what was being done: what is wrong (what to do)" and names the file, tensor, row
 * or option: "reading iris.csv: row 7, column petal_width: 'abc' is not a number".
 * Control characters that came in from outside are replaced by '?', so it is always one line. */
#ifndef LP_BASE_ERROR_H
#define LP_BASE_ERROR_H

typedef enum {
    LP_OK = 0,
    LP_FAILED = 1, /* the data or the system failed */
    LP_USAGE = 2,  /* the command line is wrong */
} lp_status;

typedef struct {
    lp_status status;
    char text[600];
} lp_error;

/* Fills e with status LP_FAILED and the formatted text. Always returns -1. */
int lp_fail(lp_error *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same with status LP_USAGE. */
int lp_fail_usage(lp_error *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same as lp_fail, with ": " and the description of errno at the end. */
int lp_fail_errno(lp_error *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Puts "FORMATTED: " before e's text: each caller on the way up says what it was doing.
 * Always returns -1. */
int lp_within(lp_error *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
