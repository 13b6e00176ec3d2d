/* What the unit tests share: CUnit with a closing count, and comparisons that a NaN cannot pass. */
#ifndef CHECK_H
#define CHECK_H

#include "io/stream.h"

#include <CUnit/CUnit.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    const char *name; /* a sentence: what holds */
    void (*run)(void);
} check_test;

/* Runs the tests (ended by {0}), prints what failed and "SUITE: N passed, N failed". Returns the
 * exit status. */
int check_main(const char *suite, const check_test *tests);

/* Says why a test cannot run here; it counts as skipped. Call it, then return. */
void check_skip(const char *why);

/* |actual - expected| <= tolerance, both finite. */
#define CHECK_CLOSE(actual, expected, tolerance)                                                   \
    check_close((double)(actual), (double)(expected), (double)(tolerance), #actual, __FILE__,      \
                __LINE__)
/* The same, relative to the expected value. */
#define CHECK_RELATIVE(actual, expected, tolerance)                                                \
    check_close((double)(actual), (double)(expected), fabs((double)(expected)) * (tolerance),      \
                #actual, __FILE__, __LINE__)
#define CHECK(condition)                                                                           \
    CU_assertImplementation(!!(condition), __LINE__, #condition, __FILE__, "", 0)
#define CHECK_TEXT(actual, expected) check_text((actual), (expected), #actual, __FILE__, __LINE__)
/* The text holds the part: for error lines. */
#define CHECK_HOLDS(text, part) check_holds((text), (part), __FILE__, __LINE__)

void check_close(double actual, double expected, double tolerance, const char *what,
                 const char *file, int line);
void check_text(const char *actual, const char *expected, const char *what, const char *file,
                int line);
void check_holds(const char *text, const char *part, const char *file, int line);

/* A tensor of the stream as text, its shape and elements, "(2, 2) 1 2 3 4.5"; "none" where it has
 * none, e->text where there is no stream. Valid until the next call. */
const char *check_show(lp_stream *s, const char *name, lp_error *e);

/* What the stream is written as; the caller's to free. */
char *check_bytes(lp_stream *s, size_t *size);

#endif
