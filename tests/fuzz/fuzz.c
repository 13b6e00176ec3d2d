#include "fuzz.h"
#include "io/digest.h"
#include "io/npy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* The address sanitizer's: the first byte that must not be read, or NULL. */
extern void *__asan_region_is_poisoned(void *bytes, size_t size) __attribute__((weak));

void fuzz_touch(const void *bytes, size_t size) {
    enum { PAGE = 4096 };
    const volatile uint8_t *at = bytes;
    size_t step = 1;
    if (__asan_region_is_poisoned != NULL && size > 0) {
        const volatile uint8_t *poisoned =
            __asan_region_is_poisoned((void *)(uintptr_t)bytes, size);
        if (poisoned != NULL)
            (void)*poisoned; /* the report */
        step = PAGE;         /* what is not even mapped */
        (void)at[size - 1];
    }
    for (size_t i = 0; i < size; i += step)
        (void)at[i];
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

void fuzz_touch_tensors(lp_stream *s) {
    for (size_t i = 0; i < lp_stream_count(s); i++) {
        size_t size;
        lp_tensor description;
        lp_error e = {0};
        if (lp_stream_foreign(s, i, &size) == NULL &&
            !lp_stream_describe(s, lp_stream_name(s, i), &description))
            broken("a tensor that is listed is there", lp_stream_name(s, i));
        const lp_tensor *t = lp_stream_get(s, lp_stream_name(s, i), &e);
        fuzz_verdict(t == NULL ? -1 : 0, &e);
        if (t != NULL)
            fuzz_touch_tensor(t);
    }
}

void fuzz_touch_stream(lp_stream *s) {
    static FILE *out;
    lp_error e = {0};
    fuzz_touch_tensors(s);
    if (out == NULL && (out = fopen("/dev/null", "wb")) == NULL)
        broken("/dev/null can be opened", "");
    fuzz_verdict(lp_stream_write(s, out, false, &e), &e);
}

size_t fuzz_put_list(lp_stream *s, const uint8_t *bytes, size_t size) {
    for (size_t count = 0;; count++) {
        lp_error e = {0};
        char name[64];
        size_t header;
        lp_npy npy;
        lp_tensor view;
        const uint8_t *line = memchr(bytes, '\n', size < sizeof name ? size : sizeof name);
        if (line == NULL)
            return count;
        size_t length = (size_t)(line - bytes);
        memcpy(name, bytes, length);
        name[length] = '\0';
        bytes += length + 1, size -= length + 1;
        if (!lp_stream_name_is_valid(name) || strcmp(name, "recipe") == 0 ||
            strcmp(name, LP_DIGEST_NAME) == 0 || size < LP_NPY_START || !lp_npy_is(bytes, size) ||
            lp_npy_header_size(bytes, &header, &e) || header > size ||
            lp_npy_parse(bytes, header, &npy, &e) || npy.data_size > size - header ||
            lp_npy_decode(&npy, bytes + header, &view, &e))
            return count;
        lp_tensor t = lp_tensor_copy(&view);
        lp_stream_put(s, name, &t);
        lp_tensor_free(&view);
        bytes += header + npy.data_size, size -= header + npy.data_size;
    }
}

uint32_t fuzz_get(const uint8_t *bytes, int count, bool is_big_endian) {
    uint32_t value = 0;
    for (int i = 0; i < count; i++)
        value |= (uint32_t)bytes[i] << 8 * (is_big_endian ? count - 1 - i : i);
    return value;
}

void fuzz_put(uint8_t *bytes, int count, bool is_big_endian, uint32_t value) {
    for (int i = 0; i < count; i++)
        bytes[i] = (uint8_t)(value >> 8 * (is_big_endian ? count - 1 - i : i));
}

/* libFuzzer's own mutations, among them those of a dictionary. */
extern size_t LLVMFuzzerMutate(uint8_t *bytes, size_t size, size_t max) __attribute__((weak));

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t max, unsigned seed);
size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t max, unsigned seed) {
    size = LLVMFuzzerMutate(bytes, size, max);
    if (fuzz_mend != NULL && seed % 8 != 0)
        fuzz_mend(bytes, size);
    return size;
}
