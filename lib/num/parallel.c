#include "num/parallel.h"

#include <omp.h>
#include <stdatomic.h>

static atomic_int chosen; /* 0: one a CPU */

void lp_threads_set(int threads) {
    atomic_store(&chosen, threads > 0 ? threads : 0);
}

int lp_threads(void) {
    int threads = atomic_load(&chosen);
    return threads > 0 ? threads : omp_get_num_procs();
}

void lp_parallel(size_t chunks, void (*body)(void *context, size_t i), void *context) {
    size_t threads = (size_t)lp_threads();
    if (threads > chunks)
        threads = chunks;
    if (threads <= 1 || omp_in_parallel()) {
        for (size_t i = 0; i < chunks; i++)
            body(context, i);
        return;
    }
    /* Claimed one by one: a thread that the system does not run holds nobody up. */
    atomic_size_t next = 0;
#pragma omp parallel num_threads((int)threads)
    for (size_t i; (i = atomic_fetch_add_explicit(&next, 1, memory_order_relaxed)) < chunks;)
        body(context, i);
}
