#include "base/memory.h"

#include "base/spill.h"

#include <malloc.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 64, ARENA_BLOCK = 64 * 1024 };

static void print_and_exit(const char *line) {
    fprintf(stderr, "%s\n", line);
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

void lp_out_of_memory(size_t count, size_t size) {
    lp_error e;
    size_t bytes;
    if (lp_multiply(count, size, &bytes))
        lp_fail(&e, "out of memory: %zu bytes", bytes);
    else
        lp_fail(&e, "out of memory: %zu x %zu bytes", count, size);
    out_of_memory(e.text);
    abort();
}

void *lp_alloc(size_t count, size_t size) {
    void *block = aligned_block(count, size);
    if (block == NULL)
        lp_out_of_memory(count, size);
    return block;
}

void *lp_alloc_unaligned(size_t size) {
    void *block = size <= max_bytes ? malloc(size > 0 ? size : 1) : NULL;
    if (block == NULL)
        lp_out_of_memory(1, size);
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

/* ---- blocks ---- */

enum { LARGE = 1 << 20 }; /* what may go to a file */

static size_t budget, counted; /* budget 0: a quarter, not asked for yet */
static bool is_bounded;
static lp_spill *spilled; /* (spilled_count): the blocks that are files */
static size_t spilled_count, spilled_capacity;

void lp_memory_budget(size_t bytes) {
    budget = bytes;
    is_bounded = bytes > 0;
}

bool lp_memory_is_bounded(void) {
    return is_bounded;
}

bool lp_memory_recount(size_t before, size_t now) {
    counted += now - before;
    if (budget == 0)
        budget = lp_quarter_of_memory();
    return counted <= budget;
}

static void *spill_block(size_t bytes, lp_error *e) {
    lp_spill s;
    if (lp_spill_open(&s, bytes, e))
        return NULL;
    spilled = lp_grow(spilled, spilled_count, &spilled_capacity, sizeof *spilled);
    spilled[spilled_count++] = s;
    return s.base;
}

void *lp_block_alloc(size_t count, size_t size, bool zero, lp_error *e) {
    size_t bytes = 0;
    if (lp_multiply(count, size, &bytes) && bytes >= LARGE && bytes <= max_bytes) {
        const bool fits = lp_memory_recount(0, bytes);
        lp_memory_recount(bytes, 0);
        if (!fits) {
            lp_error no_file;
            void *block = spill_block(bytes, e != NULL ? e : &no_file);
            if (block == NULL && is_bounded && e == NULL)
                out_of_memory(no_file.text);
            if (block != NULL || is_bounded)
                return block;
        }
    }
    void *block = e != NULL ? lp_try_alloc(count, size, e) : lp_alloc(count, size);
    if (block == NULL)
        return NULL;
    counted += malloc_usable_size(block);
    return zero ? memset(block, 0, bytes) : block;
}

void lp_block_free(void *block) {
    for (size_t i = 0; i < spilled_count; i++)
        if (spilled[i].base == block) {
            lp_spill_close(&spilled[i]);
            spilled[i] = spilled[--spilled_count];
            return;
        }
    counted -= block != NULL ? malloc_usable_size(block) : 0;
    free(block);
}

/* ---- arena ---- */

/* The header of a block; its memory starts ALIGNMENT bytes after it. */
struct lp_arena_block {
    lp_arena_block *before;
    size_t used, size; /* after the header */
};

_Static_assert(sizeof(lp_arena_block) <= ALIGNMENT, "the header fits before the first allocation");

static lp_arena_block *new_block(lp_arena_block *before, size_t size) {
    lp_arena_block *block = lp_block_alloc(size + ALIGNMENT, 1, false, NULL);
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

void *lp_arena_grow(lp_arena *a, void *items, size_t count, size_t size) {
    if ((count & (count - 1)) != 0)
        return items;
    void *more = lp_arena_alloc(a, count > 0 ? 2 * count : 1, size);
    return count > 0 ? memcpy(more, items, count * size) : more;
}

void lp_arena_free(lp_arena *a) {
    while (a->last != NULL) {
        lp_arena_block *block = a->last;
        a->last = block->before;
        lp_block_free(block);
    }
}

/* ---- buffer ---- */

int lp_buffer_try_reserve(lp_buffer *b, size_t more, lp_error *e) {
    if (b->data != NULL && b->capacity - b->size >= more)
        return 0;
    size_t capacity = b->capacity < 4096 ? 4096 : b->capacity;
    while (capacity - b->size < more && capacity < SIZE_MAX)
        capacity = capacity > PTRDIFF_MAX / 2 ? SIZE_MAX : capacity * 2;
    char *data = lp_block_alloc(capacity, 1, false, e);
    if (data == NULL)
        return -1;
    if (b->size > 0)
        memcpy(data, b->data, b->size);
    data[b->size] = '\0'; /* a text stays one; there is room, since the block grows */
    lp_block_free(b->data);
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
    lp_block_free(b->data);
    *b = (lp_buffer){0};
}
