#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>

static void broken(const char *promise, const char *text) {
    fprintf(stderr, "promise broken: %s: '%s'\n", promise, text);
    abort();
}

void fuzz_verdict(int failed, const lp_error *e) {
    if (failed != 0 && failed != -1)
        broken("0 or -1 is returned", e->text);
    if (failed == 0 && e->text[0] != '\0')
        broken("success says nothing", e->text);
    if (failed != 0 && e->text[0] == '\0')
        broken("a failure says why", e->text);
    for (const char *c = e->text; *c != '\0'; c++)
        if ((unsigned char)*c < ' ' || *c == 127)
            broken("an error is one line without control characters", e->text);
}

void fuzz_touch(const void *bytes, size_t size) {
    uint8_t total = 0;
    for (size_t i = 0; i < size; i++)
        total = (uint8_t)(total + ((const uint8_t *)bytes)[i]);
    __asm__ volatile("" : : "r"(total)); /* or the compiler would leave the loop out */
}

void fuzz_touch_tensor(const lp_tensor *t) {
    size_t count = 1;
    if (t->ndim < 0 || t->ndim > LP_MAX_DIMS)
        broken("a tensor has up to 8 dimensions", "");
    for (int i = 0; i < t->ndim; i++)
        count *= t->shape[i];
    if (count != t->count)
        broken("a tensor's shape and count agree", "");
    fuzz_touch(t->data, t->count * t->type.size);
}

void fuzz_touch_stream(lp_stream *s) {
    lp_error e = {0};
    for (size_t i = 0; i < lp_stream_count(s); i++) {
        size_t size;
        lp_tensor description;
        e = (lp_error){0};
        if (lp_stream_foreign(s, i, &size) == NULL &&
            !lp_stream_describe(s, lp_stream_name(s, i), &description))
            broken("a tensor that is listed is there", lp_stream_name(s, i));
        const lp_tensor *t = lp_stream_get(s, lp_stream_name(s, i), &e);
        fuzz_verdict(t == NULL ? -1 : 0, &e);
        if (t != NULL)
            fuzz_touch_tensor(t);
    }
    e = (lp_error){0};
    FILE *out = fopen("/dev/null", "wb");
    if (out == NULL)
        broken("/dev/null can be opened", "");
    fuzz_verdict(lp_stream_write(s, out, false, &e), &e);
    fclose(out);
}
