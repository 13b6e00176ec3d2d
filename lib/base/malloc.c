/* A tool's malloc, calloc and realloc: the C library's, but for their end where memory cannot be
 * had. cairo, pixman, libpng and the C library itself do not all stand that: they crash (cairo's
 * scan converter), or go on and leave something out. So the tool ends instead, as it does where its
 * own memory cannot be had. What may fail, lp_try_alloc and the like, asks by aligned_alloc.
 *
 * This is linked with the tools alone, never into a library: another program's malloc is its own.
 * The tools come before every library where a symbol is looked up, so whatever calls malloc comes
 * through here, also on its way to an allocator that is loaded first (LD_PRELOAD). */
#include "base/memory.h"

#include <dlfcn.h>
#include <stdlib.h>

static struct {
    void *(*malloc)(size_t size);
    void *(*calloc)(size_t count, size_t size);
    void *(*realloc)(void *block, size_t size);
} next;

/* Looking for the next ones, or ending the program: what either asks for may fail. */
static _Thread_local bool is_busy;

/* At the program's first allocation. No thread has begun before: that takes memory, too. */
static void find_next(void) {
    if (is_busy)
        return; /* dlsym asks in older C libraries, and does without */
    is_busy = true;
    *(void **)&next.malloc = dlsym(RTLD_NEXT, "malloc");
    *(void **)&next.calloc = dlsym(RTLD_NEXT, "calloc");
    *(void **)&next.realloc = dlsym(RTLD_NEXT, "realloc");
    is_busy = false;
}

static void *or_end(void *block, size_t count, size_t size) {
    if (block == NULL && !is_busy) {
        is_busy = true;
        lp_out_of_memory(count, size);
    }
    return block;
}

void *malloc(size_t size) {
    if (next.malloc == NULL)
        find_next();
    return or_end(next.malloc != NULL ? next.malloc(size) : NULL, 1, size);
}

void *calloc(size_t count, size_t size) {
    if (next.calloc == NULL)
        find_next();
    return or_end(next.calloc != NULL ? next.calloc(count, size) : NULL, count, size);
}

void *realloc(void *block, size_t size) {
    if (next.realloc == NULL)
        find_next();
    void *moved = next.realloc != NULL ? next.realloc(block, size) : NULL;
    return block != NULL && size == 0 ? moved : or_end(moved, 1, size); /* 0: it was freed */
}
