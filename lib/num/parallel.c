/* A pool of threads of our own. OpenMP's parallel region ends in a barrier that waits for every
 * thread of the team, even one that the system has not scheduled yet: on a busy machine (and the
 * tools of a pipe keep each other busy) a product of one millisecond then takes the eight of a time
 * slice. Here the caller works too, and waits only for chunks that have begun. */
#include "num/parallel.h"

#include "base/memory.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

enum {
    MAX_WORKERS = 255,
    SPINS = 2000, /* looks before a thread sleeps: some tens of microseconds */
};

static atomic_int chosen; /* 0: one a CPU */

/* The current job. `state` holds its number in the upper half and the count of unclaimed chunks in
 * the lower. A thread claims a chunk by lowering that count with compare-and-swap; the other fields
 * belong to the job until its last chunk is finished. */
static struct {
    _Atomic uint64_t state;
    atomic_size_t chunks;
    atomic_size_t unfinished;
    atomic_int workers; /* how many may take part */
    void (*_Atomic body)(void *context, size_t i);
    void *_Atomic context;
} job;

static atomic_bool busy;    /* a job is running */
static atomic_int sleepers; /* workers in wake_up */
static atomic_bool caller_sleeps;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake_up = PTHREAD_COND_INITIALIZER, finished = PTHREAD_COND_INITIALIZER;
static int started; /* workers; written by the owner of `busy` */
static _Thread_local bool inside;

static int cpus(void) {
    cpu_set_t set;
    int n = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    return n > 0 ? n : 1;
}

void lp_threads_set(int threads) {
    atomic_store(&chosen, threads > 0 ? threads : 0);
}

int lp_threads(void) {
    int threads = atomic_load(&chosen);
    return threads > 0 ? threads : cpus();
}

static void pause_a_little(void) {
#if defined __x86_64__
    __builtin_ia32_pause();
#elif defined __aarch64__
    __asm__ volatile("yield");
#endif
}

/* Claims and runs chunks until none is left. */
static void take_part(int worker) {
    uint64_t state = atomic_load(&job.state);
    while ((uint32_t)state > 0) {
        size_t i = atomic_load(&job.chunks) - (uint32_t)state;
        void (*body)(void *, size_t) = atomic_load(&job.body);
        void *context = atomic_load(&job.context);
        if (worker >= atomic_load(&job.workers))
            return;
        if (!atomic_compare_exchange_weak(&job.state, &state, state - 1))
            continue;
        body(context, i);
        if (atomic_fetch_sub(&job.unfinished, 1) == 1 && atomic_load(&caller_sleeps)) {
            pthread_mutex_lock(&mutex);
            pthread_cond_signal(&finished);
            pthread_mutex_unlock(&mutex);
        }
        state = atomic_load(&job.state);
    }
}

static void *work(void *argument) {
    int worker = (int)(intptr_t)argument;
    inside = true;
    for (uint64_t seen = 0;;) {
        for (int i = 0; i < SPINS && atomic_load(&job.state) >> 32 == seen; i++)
            pause_a_little();
        pthread_mutex_lock(&mutex);
        atomic_fetch_add(&sleepers, 1);
        while (atomic_load(&job.state) >> 32 == seen)
            pthread_cond_wait(&wake_up, &mutex);
        atomic_fetch_sub(&sleepers, 1);
        pthread_mutex_unlock(&mutex);
        seen = atomic_load(&job.state) >> 32;
        take_part(worker);
    }
    return NULL;
}

static int start_workers(int wanted) {
    for (; started < wanted; started++) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, work, (void *)(intptr_t)started) != 0)
            break; /* fewer threads give the same bytes */
        pthread_detach(thread);
    }
    return started < wanted ? started : wanted;
}

static void run_job(int workers, size_t chunks, void (*body)(void *context, size_t i),
                    void *context) {
    atomic_store(&job.chunks, chunks);
    atomic_store(&job.unfinished, chunks);
    atomic_store(&job.workers, workers);
    atomic_store(&job.body, body);
    atomic_store(&job.context, context);
    uint64_t number = (atomic_load(&job.state) >> 32) + 1;
    atomic_store(&job.state, number << 32 | chunks);
    if (atomic_load(&sleepers) > 0) {
        pthread_mutex_lock(&mutex);
        pthread_cond_broadcast(&wake_up);
        pthread_mutex_unlock(&mutex);
    }
    inside = true;
    take_part(-1);
    inside = false;
    for (int i = 0; i < SPINS && atomic_load(&job.unfinished) > 0; i++)
        pause_a_little();
    if (atomic_load(&job.unfinished) > 0) {
        pthread_mutex_lock(&mutex);
        atomic_store(&caller_sleeps, true);
        while (atomic_load(&job.unfinished) > 0)
            pthread_cond_wait(&finished, &mutex);
        atomic_store(&caller_sleeps, false);
        pthread_mutex_unlock(&mutex);
    }
}

void lp_parallel(size_t chunks, void (*body)(void *context, size_t i), void *context) {
    size_t threads = (size_t)lp_threads();
    if (threads > chunks)
        threads = chunks;
    if (threads > MAX_WORKERS + 1)
        threads = MAX_WORKERS + 1;
    if (threads <= 1 || inside || chunks > UINT32_MAX || atomic_exchange(&busy, true)) {
        for (size_t i = 0; i < chunks; i++)
            body(context, i);
        return;
    }
    run_job(start_workers((int)threads - 1), chunks, body, context);
    atomic_store(&busy, false);
}

static pthread_once_t scratch_once = PTHREAD_ONCE_INIT;
static pthread_key_t scratch_key;

static void make_scratch_key(void) {
    pthread_key_create(&scratch_key, free);
}

/* Not an array of the thread's: the loader would clear it, page by page, at the start of every tool
 * and thread. */
void *lp_scratch(void) {
    static _Thread_local void *bytes;
    if (bytes == NULL) {
        bytes = lp_alloc(1, LP_SCRATCH);
        pthread_once(&scratch_once, make_scratch_key);
        pthread_setspecific(scratch_key, bytes); /* freed when the thread ends */
    }
    return bytes;
}
