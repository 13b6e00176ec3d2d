/* JSON that is written: values that it has no form for, and what cannot be written. */
#include "check.h"
#include "io/json.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* An object with one member, as text; the caller's to free. */
static char *written(json_t *value) {
    lp_error e;
    char *text = NULL;
    size_t size;
    json_t *object = json_object();
    lp_json_put(object, "a", value);
    FILE *out = open_memstream(&text, &size);
    CHECK(lp_json_write(object, out, &e) == 0);
    fclose(out);
    return text;
}

static void check_written(json_t *value, const char *expected) {
    char *text = written(value);
    CHECK_TEXT(text, expected);
    free(text);
}

static void values(void) {
    check_written(lp_json_real(0.1), "{\n \"a\": 0.10000000000000001\n}\n");
    check_written(lp_json_real(NAN), "{\n \"a\": null\n}\n");
    check_written(lp_json_real(-INFINITY), "{\n \"a\": null\n}\n");
    check_written(lp_json_text("\xc3\xb6 \"x\""), "{\n \"a\": \"\\u00F6 \\\"x\\\"\"\n}\n");
    check_written(lp_json_text("\xff|"), "{\n \"a\": \"?|\"\n}\n"); /* no UTF-8 */
    json_t *list = json_array();
    lp_json_append(list, lp_json_real(1));
    lp_json_append(list, lp_json_text("b"));
    check_written(list, "{\n \"a\": [\n  1.0,\n  \"b\"\n ]\n}\n");
}

static void a_full_disk(void) {
    lp_error e;
    FILE *out = fopen("/dev/full", "w");
    if (out == NULL) {
        check_skip("no /dev/full");
        return;
    }
    setvbuf(out, NULL, _IONBF, 0);
    CHECK(lp_json_write(json_object(), out, &e) == -1);
    CHECK_TEXT(e.text, "writing JSON: No space left on device");
    fclose(out);
    CHECK(lp_json_write(json_object(), NULL, &e) == 0); /* thrown away */
}

static void *none(size_t size) {
    (void)size;
    return NULL;
}

enum { A_TEXT, A_NUMBER, A_MEMBER, AN_ELEMENT, CASES };

/* True where jansson gets no memory for that, and the JSON is refused. */
static bool is_refused(int lacking) {
    lp_error e = {0};
    char *text = NULL;
    size_t size = 1;
    json_malloc_t has;
    json_free_t frees;
    json_t *object = json_object(), *list = json_array(), *one = json_integer(1);
    for (int i = 0; i < 8; i++) /* what it has room for at first */
        lp_json_append(list, json_integer(i));
    json_get_alloc_funcs(&has, &frees);
    json_set_alloc_funcs(none, frees);
    bool is_null = true;
    if (lacking == A_TEXT)
        is_null = lp_json_text("x") == NULL;
    else if (lacking == A_NUMBER)
        is_null = lp_json_real(1) == NULL;
    else if (lacking == A_MEMBER)
        lp_json_put(object, "a", json_incref(one));
    else
        lp_json_append(list, json_incref(one));
    json_set_alloc_funcs(has, frees);
    FILE *out = open_memstream(&text, &size);
    const int failed = lp_json_write(object, out, &e);
    fclose(out);
    const bool is_right = is_null && failed == -1 && size == 0 &&
                          strcmp(e.text, "there is no memory for the JSON") == 0;
    free(text);
    json_decref(list);
    json_decref(one);
    return is_right;
}

/* Each in a process of its own: what has lacked once lacks to the end. */
static void no_memory(void) {
    for (int lacking = A_TEXT; lacking < CASES; lacking++) {
        int status = 0;
        fflush(stdout);
        const pid_t child = fork();
        if (child == 0)
            exit(is_refused(lacking) ? 0 : 1);
        CHECK(waitpid(child, &status, 0) == child && status == 0);
    }
}

int main(void) {
    return check_main("json", (check_test[]){
                                  {"values, and those that JSON has no form for", values},
                                  {"a full disk", a_full_disk},
                                  {"what lacks memory is not written", no_memory},
                                  {0},
                              });
}
