/* lib/base/memory: sizes that overflow, the hook, growing, arenas, buffers. */
#include "base/memory.h"
#include "check.h"

#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static jmp_buf out;
static size_t asked_count, asked_size;

static void hook(size_t count, size_t size) {
    asked_count = count;
    asked_size = size;
    longjmp(out, 1);
}

static bool is_aligned(const void *block) {
    return (uintptr_t)block % 64 == 0;
}

static void hooks(void) {
    lp_on_out_of_memory(hook);
    if (setjmp(out) == 0) {
        lp_alloc(SIZE_MAX / 4, 8); /* overflows */
        CHECK(false);
    }
    CHECK(asked_count == SIZE_MAX / 4 && asked_size == 8);
    if (setjmp(out) == 0) {
        lp_alloc_zero(SIZE_MAX / 2, 1); /* does not, and is not to be had */
        CHECK(false);
    }
    CHECK(asked_count == SIZE_MAX / 2 && asked_size == 1);
    lp_arena arena = {0};
    if (setjmp(out) == 0) {
        lp_arena_alloc(&arena, SIZE_MAX / 8, 16);
        CHECK(false);
    }
    CHECK(asked_count == SIZE_MAX / 8 && asked_size == 16);
    lp_buffer b = {0};
    if (setjmp(out) == 0) {
        lp_buffer_reserve(&b, SIZE_MAX - 1);
        CHECK(false);
    }
    CHECK(b.data == NULL);
}

static void stated_sizes(void) {
    lp_error e;
    CHECK(lp_try_alloc(SIZE_MAX / 4, 8, &e) == NULL);
    CHECK_HOLDS(e.text, "out of memory: 4611686018427387903 x 8 bytes");
    lp_buffer b = {0};
    lp_buffer_append(&b, "ab", 2);
    CHECK(lp_buffer_try_reserve(&b, SIZE_MAX - 8, &e) == -1);
    CHECK_TEXT(b.data, "ab");
    CHECK(lp_buffer_try_reserve(&b, 5000, &e) == 0 && b.capacity >= 5002);
    CHECK_TEXT(b.data, "ab");
    lp_buffer_free(&b);
}

static void growing(void) {
    size_t capacity = 0;
    int *item = NULL;
    for (size_t i = 0; i < 1000; i++) {
        item = lp_grow(item, i, &capacity, sizeof *item);
        CHECK(capacity > i && is_aligned(item));
        item[i] = (int)i;
    }
    for (int i = 0; i < 1000; i++)
        CHECK(item[i] == i);
    free(item);
    lp_buffer b = {0};
    CHECK_TEXT(lp_buffer_text(&b), "");
    for (int i = 0; i < 3000; i++)
        lp_buffer_printf(&b, "%d,", i % 10);
    CHECK(b.size == 6000 && memcmp(b.data + 5998, "9,", 3) == 0);
    lp_buffer_free(&b);
}

/* Small and large blocks, all different, none overwritten by another. */
static void arenas(void) {
    lp_arena a = {0};
    unsigned char *block[400];
    for (size_t i = 0; i < 400; i++) {
        size_t size = i % 7 == 0 ? 20000 * i + 1 : i;
        block[i] = lp_arena_alloc_zero(&a, size, 1);
        CHECK(is_aligned(block[i]));
        for (size_t j = 0; j < size; j += 61)
            CHECK(block[i][j] == 0);
        memset(block[i], (int)(i % 251), size);
    }
    for (size_t i = 0; i < 400; i++) {
        size_t size = i % 7 == 0 ? 20000 * i + 1 : i;
        for (size_t j = 0; j < size; j += 61)
            CHECK(block[i][j] == i % 251);
    }
    CHECK_TEXT(lp_arena_strdup(&a, "name"), "name");
    lp_arena_free(&a);
    CHECK(a.last == NULL);
    lp_arena_free(&a);
}

static int freed;

static void count_free(lp_buffer *b) {
    freed++;
    lp_buffer_free(b);
}

static int leave_early(bool early) {
    LP_CLEANUP(count_free) lp_buffer first = {0};
    LP_CLEANUP(lp_free) char *text = lp_strdup("text");
    lp_buffer_append(&first, text, 4);
    if (early)
        return 1;
    LP_CLEANUP(count_free) lp_buffer second = {0};
    lp_buffer_append(&second, text, 4);
    return 2;
}

static void scopes(void) {
    CHECK(leave_early(true) == 1 && freed == 1);
    CHECK(leave_early(false) == 2 && freed == 3);
}

int main(void) {
    return check_main("memory", (check_test[]){
                                    {"the hook is called where memory cannot be had", hooks},
                                    {"a size that a file states is refused by value", stated_sizes},
                                    {"arrays and buffers grow", growing},
                                    {"an arena's blocks keep apart", arenas},
                                    {"a scope frees what it declared", scopes},
                                    {0},
                                });
}
