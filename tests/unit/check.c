#include "check.h"

#include "num/parallel.h"

#include <CUnit/Basic.h>
#include <stdbool.h>
#include <stdlib.h>

static unsigned skipped;

int check_main(const char *suite, const check_test *tests) {
    if (CU_initialize_registry() != CUE_SUCCESS)
        return 1;
    CU_pSuite s = CU_add_suite(suite, NULL, NULL);
    for (const check_test *t = tests; t->name != NULL; t++)
        if (s == NULL || CU_add_test(s, t->name, t->run) == NULL)
            return 1;
    lp_threads_insist(true); /* a test with seven threads is one, on any machine */
    CU_basic_set_mode(CU_BRM_SILENT);
    CU_basic_run_tests();
    CU_basic_show_failures(CU_get_failure_list());
    unsigned failed = CU_get_number_of_tests_failed();
    unsigned run = CU_get_number_of_tests_run();
    printf("\n%s: %u passed, %u failed", suite, run - failed - skipped, failed);
    if (skipped > 0)
        printf(", %u skipped", skipped);
    printf("\n");
    CU_cleanup_registry();
    return failed == 0 && run > 0 ? 0 : 1;
}

void check_skip(const char *why) {
    skipped++;
    printf("skipped: %s\n", why);
}

void check_close(double actual, double expected, double tolerance, const char *what,
                 const char *file, int line) {
    double difference = fabs(actual - expected);
    bool good = isfinite(actual) && isfinite(expected) && difference <= tolerance;
    char text[300];
    if (!good)
        snprintf(text, sizeof text, "%s is %.17g, expected %.17g within %.3g", what, actual,
                 expected, tolerance);
    CU_assertImplementation(good, (unsigned)line, good ? what : text, file, "", CU_FALSE);
}

void check_text(const char *actual, const char *expected, const char *what, const char *file,
                int line) {
    bool good = actual != NULL && strcmp(actual, expected) == 0;
    char text[1500];
    if (!good)
        snprintf(text, sizeof text, "%s is \"%s\", expected \"%s\"", what, actual, expected);
    CU_assertImplementation(good, (unsigned)line, good ? what : text, file, "", CU_FALSE);
}

void check_holds(const char *text, const char *part, const char *file, int line) {
    bool good = text != NULL && strstr(text, part) != NULL;
    char message[1500];
    if (!good)
        snprintf(message, sizeof message, "\"%s\" does not hold \"%s\"", text, part);
    CU_assertImplementation(good, (unsigned)line, good ? part : message, file, "", CU_FALSE);
}

const char *check_show(lp_stream *s, const char *name, lp_error *e) {
    static char text[1000];
    char shape[200];
    const lp_tensor *t = s != NULL ? lp_stream_get(s, name, e) : NULL;
    if (t == NULL)
        return s != NULL ? "none" : e->text;
    size_t n = (size_t)snprintf(text, sizeof text, "%s", lp_shape_text(t->ndim, t->shape, shape));
    for (size_t i = 0; i < t->count && n < sizeof text; i++) {
        char *string = lp_type_is_string(t->type) ? lp_tensor_string(t, i, e) : NULL;
        n += string != NULL
                 ? (size_t)snprintf(text + n, sizeof text - n, " %s", string)
                 : (size_t)snprintf(text + n, sizeof text - n, " %.17g", lp_tensor_at(t, i));
        free(string);
    }
    return text;
}

char *check_bytes(lp_stream *s, size_t *size) {
    char *bytes = NULL;
    lp_error e;
    FILE *f = open_memstream(&bytes, size);
    CHECK(lp_stream_write(s, f, false, &e) == 0);
    fclose(f);
    return bytes;
}
