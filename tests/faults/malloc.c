/* A library to be preloaded: lets one allocation fail, the one that FAULT_MALLOC counts to, in the
 * program and in the C library alike. It says so by a byte to descriptor FAULT_TOLD. With
 * FAULT_ALONE=1 the programs that this one starts, or becomes, have all their allocations. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

static atomic_long calls;
static int has_started; /* what libraries do before main is not the tool's */
static long fails, told;

static long number_of(const char *variable) {
    const char *text = getenv(variable);
    return text != NULL ? atol(text) : 0;
}

static int is_to_fail(void) {
    if (!has_started || fails == 0 || atomic_fetch_add(&calls, 1) + 1 != fails)
        return 0;
    if (told > 0 && write((int)told, "x", 1) != 1)
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
    fails = number_of("FAULT_MALLOC");
    told = number_of("FAULT_TOLD");
    if (number_of("FAULT_ALONE") == 1)
        unsetenv("LD_PRELOAD");
    has_started = 1;
    return original(main, argc, argv, init, fini, loader_fini, stack_end);
}
