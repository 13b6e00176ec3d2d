#include "base/memory.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 64, ARENA_BLOCK = 64 * 1024 };

static void print_and_exit(size_t count, size_t size) {
    fprintf(stderr, "out of memory: %zu x %zu bytes\n", count, size);
    exit(LP_FAILED);
}

static lp_memory_hook *out_of_memory = print_and_exit;
static size_t max_bytes = PTRDIFF_MAX - ALIGNMENT; /* of one block */

void lp_on_out_of_memory(lp_memory_hook *hook) {
    out_of_memory = hook;
}

void lp_memory_limit(size_t bytes) {
    max_bytes = bytes < PTRDIFF_MAX - ALIGNMENT ? bytes : PTRDIFF_MAX - ALIGNMENT;
}

void lp_free(void *pointer) {
    void *block;
    memcpy(&block, pointer, sizeof block);
    free(block);
}

bool lp_multiply(size_t a, size_t b, size_t *product) {
    size_t result;
    if (__builtin_mul_overflow(a, b, &result))
        return false;
    *product = result;
    return true;
}

/* NULL where the block cannot be had. */
static void *aligned_block(size_t count, size_t size) {
    size_t bytes;
    if (!lp_multiply(count, size, &bytes) || bytes > max_bytes)
        return NULL;
    size_t rounded = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    return aligned_alloc(ALIGNMENT, rounded > 0 ? rounded : ALIGNMENT);
}

void *lp_alloc(size_t count, size_t size) {
    void *block = aligned_block(count, size);
    if (block == NULL) {
        out_of_memory(count, size);
        abort();
    }
    return block;
}

void *lp_alloc_zero(size_t count, size_t size) {
    return memset(lp_alloc(count, size), 0, count * size);
}

void *lp_try_alloc(size_t count, size_t size, lp_error *e) {
    void *block = aligned_block(count, size);
    if (block == NULL)
        lp_fail(e, "out of memory: %zu x %zu bytes", count, size);
    return block;
}

void *lp_grow(void *items, size_t count, size_t *capacity, size_t size) {
    if (count < *capacity)
        return items;
    size_t more = *capacity > SIZE_MAX / 4 ? SIZE_MAX : *capacity < 8 ? 16 : 2 * *capacity;
    void *block = lp_alloc(more, size);
    if (count > 0)
        memcpy(block, items, count * size);
    free(items);
    *capacity = more;
    return block;
}

char *lp_strdup(const char *text) {
    size_t size = strlen(text) + 1;
    return memcpy(lp_alloc(size, 1), text, size);
}

/* ---- arena ---- */

/* The header of a block; its memory starts ALIGNMENT bytes after it. */
struct lp_arena_block {
    lp_arena_block *before;
    size_t used, size; /* after the header */
};

_Static_assert(sizeof(lp_arena_block) <= ALIGNMENT, "the header fits before the first allocation");

static lp_arena_block *new_block(lp_arena_block *before, size_t size) {
    lp_arena_block *block = lp_alloc(size + ALIGNMENT, 1);
    *block = (lp_arena_block){before, 0, size};
    return block;
}

void *lp_arena_alloc(lp_arena *a, size_t count, size_t size) {
    size_t bytes;
    if (!lp_multiply(count, size, &bytes) || bytes > PTRDIFF_MAX - 4 * ALIGNMENT)
        return lp_alloc(count, size); /* which does not return */
    size_t rounded = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    lp_arena_block *last = a->last;
    if (last != NULL && last->size - last->used >= rounded) {
        void *at = (char *)last + ALIGNMENT + last->used;
        last->used += rounded;
        return at;
    }
    if (rounded <= ARENA_BLOCK / 4 || last == NULL) {
        last = a->last = new_block(last, rounded > ARENA_BLOCK ? rounded : ARENA_BLOCK);
    } else { /* a large one gets a block of its own, after the one that still has room */
        last = last->before = new_block(last->before, rounded);
    }
    last->used = rounded;
    return (char *)last + ALIGNMENT;
}

void *lp_arena_alloc_zero(lp_arena *a, size_t count, size_t size) {
    void *block = lp_arena_alloc(a, count, size);
    return memset(block, 0, count * size);
}

char *lp_arena_strdup(lp_arena *a, const char *text) {
    size_t size = strlen(text) + 1;
    return memcpy(lp_arena_alloc(a, size, 1), text, size);
}

void lp_arena_free(lp_arena *a) {
    while (a->last != NULL) {
        lp_arena_block *block = a->last;
        a->last = block->before;
        free(block);
    }
}

/* ---- buffer ---- */

int lp_buffer_try_reserve(lp_buffer *b, size_t more, lp_error *e) {
    if (b->data != NULL && b->capacity - b->size >= more)
        return 0;
    size_t capacity = b->capacity < 4096 ? 4096 : b->capacity;
    while (capacity - b->size < more && capacity < SIZE_MAX)
        capacity = capacity > PTRDIFF_MAX / 2 ? SIZE_MAX : capacity * 2;
    char *data = e != NULL ? lp_try_alloc(capacity, 1, e) : lp_alloc(capacity, 1);
    if (data == NULL)
        return -1;
    if (b->size > 0)
        memcpy(data, b->data, b->size);
    data[b->size] = '\0'; /* a text stays one; there is room, since the block grows */
    free(b->data);
    b->data = data;
    b->capacity = capacity;
    return 0;
}

void lp_buffer_reserve(lp_buffer *b, size_t more) {
    lp_buffer_try_reserve(b, more, NULL);
}

void lp_buffer_append(lp_buffer *b, const void *bytes, size_t size) {
    lp_buffer_reserve(b, size < SIZE_MAX ? size + 1 : size);
    if (size > 0)
        memcpy(b->data + b->size, bytes, size);
    b->size += size;
    b->data[b->size] = '\0';
}

void lp_buffer_printf(lp_buffer *b, const char *format, ...) {
    va_list args;
    va_start(args, format);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    const size_t size = length > 0 ? (size_t)length : 0;
    lp_buffer_reserve(b, size + 1);
    va_start(args, format);
    vsnprintf(b->data + b->size, size + 1, format, args);
    va_end(args);
    b->size += size;
}

const char *lp_buffer_text(lp_buffer *b) {
    return b->data != NULL ? b->data : "";
}

void lp_buffer_free(lp_buffer *b) {
    free(b->data);
    *b = (lp_buffer){0};
}
