#include "base/memory.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 64 };

bool lp_multiply(size_t a, size_t b, size_t *product) {
    size_t result;
    if (__builtin_mul_overflow(a, b, &result))
        return false;
    *product = result;
    return true;
}

void *lp_alloc(size_t count, size_t size, lp_error *e) {
    size_t bytes;
    if (!lp_multiply(count, size, &bytes) || bytes > PTRDIFF_MAX - ALIGNMENT) {
        lp_fail(e, "out of memory: %zu elements of %zu bytes are more than can be addressed", count,
                size);
        return NULL;
    }
    size_t rounded = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    void *block = aligned_alloc(ALIGNMENT, rounded ? rounded : ALIGNMENT);
    if (block == NULL)
        lp_fail(e, "out of memory: %zu bytes were asked for", bytes);
    return block;
}

void *lp_alloc_zero(size_t count, size_t size, lp_error *e) {
    void *block = lp_alloc(count, size, e);
    if (block != NULL)
        memset(block, 0, count * size);
    return block;
}

int lp_buffer_reserve(lp_buffer *b, size_t more, lp_error *e) {
    if (b->data != NULL && b->capacity - b->size >= more)
        return 0;
    if (more > PTRDIFF_MAX - b->size)
        return lp_fail(e, "out of memory: a buffer of more bytes than can be addressed");
    size_t capacity = b->capacity < 4096 ? 4096 : b->capacity;
    while (capacity - b->size < more)
        capacity = capacity > PTRDIFF_MAX / 2 ? b->size + more : capacity * 2;
    char *data = lp_alloc(capacity, 1, e);
    if (data == NULL)
        return -1;
    if (b->size > 0)
        memcpy(data, b->data, b->size);
    free(b->data);
    b->data = data;
    b->capacity = capacity;
    return 0;
}

int lp_buffer_append(lp_buffer *b, const void *bytes, size_t size, lp_error *e) {
    if (lp_buffer_reserve(b, size + 1, e))
        return -1;
    if (size > 0)
        memcpy(b->data + b->size, bytes, size);
    b->size += size;
    b->data[b->size] = '\0';
    return 0;
}

int lp_buffer_print(lp_buffer *b, lp_error *e, const char *format, ...) {
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    int failed = -1;
    if (length < 0) {
        lp_fail(e, "text could not be formatted");
    } else if (lp_buffer_reserve(b, (size_t)length + 1, e) == 0) {
        vsnprintf(b->data + b->size, (size_t)length + 1, format, again);
        b->size += (size_t)length;
        failed = 0;
    }
    va_end(again);
    return failed;
}

void lp_buffer_free(lp_buffer *b) {
    free(b->data);
    *b = (lp_buffer){0};
}
