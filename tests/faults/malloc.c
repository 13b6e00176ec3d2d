/* A library to be preloaded: lets one allocation fail, the one that FAULT_MALLOC counts to, in the
 * program and in the C library alike. It says so by a byte to descriptor FAULT_TOLD. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

static atomic_long calls;
static int has_started; /* what libraries do before main is not the tool's */
static long fails = -1;

static int is_to_fail(void) {
    if (!has_started)
        return 0;
    if (fails < 0) {
        const char *text = getenv("FAULT_MALLOC");
        fails = text != NULL ? atol(text) : 0;
    }
    if (fails == 0 || atomic_fetch_add(&calls, 1) + 1 != fails)
        return 0;
    const char *told = getenv("FAULT_TOLD");
    if (told != NULL && write(atoi(told), "x", 1) != 1)
        abort();
    errno = ENOMEM;
    return 1;
}

/* glibc's own names for its functions: dlsym would allocate. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

void *malloc(size_t size) {
    return is_to_fail() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    return is_to_fail() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *block, size_t size) {
    return is_to_fail() ? NULL : __libc_realloc(block, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    return is_to_fail() ? NULL : __libc_memalign(alignment, size);
}

int posix_memalign(void **block, size_t alignment, size_t size) {
    if (is_to_fail())
        return ENOMEM;
    *block = __libc_memalign(alignment, size);
    return *block != NULL ? 0 : ENOMEM;
}

typedef int start_main(int (*main)(int, char **, char **), int argc, char **argv,
                       void (*init)(void), void (*fini)(void), void (*loader_fini)(void),
                       void *stack_end);

start_main __libc_start_main;
int __libc_start_main(int (*main)(int, char **, char **), int argc, char **argv, void (*init)(void),
                      void (*fini)(void), void (*loader_fini)(void), void *stack_end) {
    start_main *original;
    *(void **)&original = dlsym(RTLD_NEXT, "__libc_start_main");
    has_started = 1;
    return original(main, argc, argv, init, fini, loader_fini, stack_end);
}
