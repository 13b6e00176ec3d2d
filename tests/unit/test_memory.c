/* lib/base/memory: sizes that overflow, the hook, growing, arenas, buffers. */
#include "base/memory.h"
#include "base/spill.h"
#include "base/tensor.h"
#include "check.h"

#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static jmp_buf out;
static char line[200];

static void hook(const char *said) {
    snprintf(line, sizeof line, "%s", said);
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
    CHECK_TEXT(line, "out of memory: 4611686018427387903 x 8 bytes");
    if (setjmp(out) == 0) {
        lp_alloc_zero(SIZE_MAX / 2, 1); /* does not, and is not to be had */
        CHECK(false);
    }
    CHECK_TEXT(line, "out of memory: 9223372036854775807 bytes");
    if (setjmp(out) == 0) {
        lp_alloc_unaligned(SIZE_MAX / 2);
        CHECK(false);
    }
    CHECK_TEXT(line, "out of memory: 9223372036854775807 bytes");
    lp_arena arena = {0};
    if (setjmp(out) == 0) {
        lp_arena_alloc(&arena, SIZE_MAX / 8, 16);
        CHECK(false);
    }
    CHECK_TEXT(line, "out of memory: 2305843009213693951 x 16 bytes");
    lp_buffer b = {0};
    if (setjmp(out) == 0) {
        lp_buffer_reserve(&b, SIZE_MAX - 1);
        CHECK(false);
    }
    CHECK(b.data == NULL);
}

/* A limit of the address space for what `run` does. */
static int within_address_space(rlim_t bytes, int (*run)(void *context), void *context) {
    struct rlimit before, limit;
    getrlimit(RLIMIT_AS, &before);
    limit = (struct rlimit){.rlim_cur = bytes, .rlim_max = before.rlim_max};
    setrlimit(RLIMIT_AS, &limit);
    const int result = run(context);
    setrlimit(RLIMIT_AS, &before);
    return result;
}

/* Before a hook is set: a line on standard error, and exit status 1. */
static void no_hook(void) {
    int fd[2], status;
    char said[200] = "";
    if (pipe(fd) != 0)
        abort();
    fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
        dup2(fd[1], STDERR_FILENO);
        lp_alloc(SIZE_MAX / 4, 8);
        _exit(0);
    }
    close(fd[1]);
    const ssize_t n = read(fd[0], said, sizeof said - 1);
    close(fd[0]);
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 1);
    CHECK(n > 0);
    CHECK_TEXT(said, "out of memory: 4611686018427387903 x 8 bytes\n");
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
static void arena_arrays(void) {
    lp_arena a = {0};
    size_t *item = NULL;
    for (size_t n = 0; n < 1000; n++) {
        item = lp_arena_grow(&a, item, n, sizeof *item);
        item[n] = n * n;
    }
    size_t kept = 0;
    for (size_t n = 0; n < 1000; n++)
        kept += item[n] == n * n;
    CHECK(kept == 1000);
    lp_arena_free(&a);
}

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

/* Blocks past the budget are files; what is freed makes room again. */
static void blocks(void) {
    const size_t mib = 1 << 20;
    lp_error e;
    lp_memory_budget(4 * mib);
    char *first = lp_block_alloc(3 * mib, 1, true, &e), *second = lp_block_alloc(mib, 3, true, &e);
    CHECK(first != NULL && second != NULL && is_aligned(first) && is_aligned(second));
    bool is_zero = true;
    for (size_t i = 0; i < 3 * mib; i++)
        is_zero = is_zero && first[i] == 0 && second[i] == 0;
    CHECK(is_zero);
    memset(first, 1, 3 * mib);
    memset(second, 2, 3 * mib);
    CHECK(first[3 * mib - 1] == 1 && second[0] == 2 && second[3 * mib - 1] == 2);

    setenv("TMPDIR", "/nonexistent", 1); /* whatever is to become a file now fails */
    CHECK(lp_block_alloc(2 * mib, 1, false, &e) == NULL);
    CHECK_HOLDS(e.text, "2097152 bytes that do not fit the memory");
    CHECK_HOLDS(e.text, "/nonexistent (TMPDIR): No such file or directory");
    if (setjmp(out) == 0) {
        lp_tensor_vector(LP_F8, mib);
        CHECK(false);
    }
    CHECK_HOLDS(line, "8388608 bytes that do not fit the memory");
    char *small = lp_block_alloc(1000, 1, false, &e);
    CHECK(small != NULL);
    lp_block_free(first);
    first = lp_block_alloc(2 * mib, 1, false, &e);
    CHECK(first != NULL);
    lp_block_free(NULL);
    lp_block_free(second);
    lp_block_free(small);
    lp_block_free(first);
    unsetenv("TMPDIR");

    /* Its bytes stay where a buffer grows out of the budget. */
    lp_buffer b = {0};
    for (uint32_t i = 0; i < 3 * mib; i++)
        lp_buffer_append(&b, &i, sizeof i);
    bool is_whole = b.size == 12 * mib;
    for (uint32_t i = 0; i < 3 * mib && is_whole; i++)
        is_whole = memcmp(b.data + 4 * i, &i, 4) == 0;
    CHECK(is_whole);
    lp_buffer_free(&b);
    lp_memory_budget(0);
}

static void spills(void) {
    lp_error e;
    lp_spill s = {0};
    CHECK(lp_spill_open(&s, 5000, &e) == 0);
    memset(s.base, 7, 5000);
    CHECK(lp_spill_grow(&s, 3 << 20, &e) == 0 && s.size == 3 << 20);
    const char *at = s.base;
    CHECK(at[0] == 7 && at[4999] == 7 && at[5000] == 0 && at[(3 << 20) - 1] == 0);
    CHECK(lp_spill_grow(&s, SIZE_MAX / 2 + 2, &e) == -1);
    CHECK_HOLDS(e.text, "find no room in");
    CHECK(s.size == 3 << 20 && at[4999] == 7);
    lp_spill_close(&s);
    CHECK(s.base == NULL);
    lp_spill_close(&s);
    CHECK(lp_quarter_of_memory() > 1 << 20);
}

static lp_error unmapped;

static int open_large(void *spill) {
    return lp_spill_open(spill, 256 << 20, &unmapped);
}

static int grow_large(void *spill) {
    return lp_spill_grow(spill, 256 << 20, &unmapped);
}

/* The file has room, and the address space has none. */
static void unmapped_spills(void) {
    lp_error e;
    lp_spill s = {0};
    CHECK(within_address_space(1 << 20, open_large, &s) == -1);
    CHECK_HOLDS(unmapped.text,
                "268435456 bytes that do not fit the memory (--memory) cannot be mapped");
    CHECK(s.base == NULL && s.size == 0);
    CHECK(lp_spill_open(&s, 5000, &e) == 0);
    memset(s.base, 7, 5000);
    CHECK(within_address_space(1 << 20, grow_large, &s) == -1);
    CHECK_HOLDS(unmapped.text, "cannot be mapped from");
    CHECK(s.size == 5000 && ((char *)s.base)[4999] == 7);
    lp_spill_close(&s);
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
                                    {"without a hook there is a line and an end", no_hook},
                                    {"the hook is called where memory cannot be had", hooks},
                                    {"a size that a file states is refused by value", stated_sizes},
                                    {"arrays and buffers grow", growing},
                                    {"an arena's blocks keep apart", arenas},
                                    {"an arena's array keeps its items", arena_arrays},
                                    {"blocks past the budget are files", blocks},
                                    {"memory that is a file", spills},
                                    {"a file that cannot be mapped", unmapped_spills},
                                    {"a scope frees what it declared", scopes},
                                    {0},
                                });
}
