/* A pool of threads of our own. OpenMP's parallel region ends in a barrier that waits for every
 * thread of the team, even one that the system has not scheduled yet: on a busy machine (and the
 * tools of a pipe keep each other busy) a product of one millisecond then takes the eight of a time
 * slice. Here the caller works too, and waits only for chunks that have begun. */
#include "num/parallel.h"

#include "base/memory.h"
#include "num/cpus.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

enum {
    MAX_WORKERS = 255,
    LOOKS = 32, /* for what a thread waits for, between two looks at the clock */

    /* Nanoseconds. */
    SPIN = 100000,       /* that a thread looks for what it waits for before it sleeps */
    AGE = 10000000,      /* after which free CPUs are counted again, */
    DOUBT_AGE = 1000000, /* and where the last count gave another number */
};

enum { COUNTS = 3 }; /* that agree on another number, before it is believed */

static atomic_int chosen; /* 0: one a CPU */
static atomic_int usual;  /* one a CPU; 0: not asked yet */
static atomic_bool insisted;

/* The current job. Each thread begins with a range of its own, the same of every job: what it has
 * computed in one job it finds in its cache in the next. Then it goes round the other ranges.
 *
 * A range's state holds the job's number in the upper half and the count of its unclaimed chunks in
 * the lower. A thread claims a chunk by lowering that count with compare-and-swap; the other fields
 * belong to the job until its last chunk is finished. */
static struct {
    struct {
        _Alignas(64) _Atomic uint64_t state;
    } range[MAX_WORKERS + 1];
    _Alignas(64) _Atomic uint32_t number;
    atomic_size_t chunks;
    atomic_size_t threads; /* how many may take part, and ranges */
    void (*_Atomic body)(void *context, size_t i);
    void *_Atomic context;
    _Alignas(64) atomic_size_t unfinished;
} job;

static atomic_bool busy; /* a job is running */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

/* A thread that waits, in the end asleep. */
typedef struct {
    pthread_cond_t signal;
    atomic_bool asleep;
} waiter;

static waiter caller = {.signal = PTHREAD_COND_INITIALIZER};
static struct {
    pthread_t thread;
    waiter waiter;
} workers[MAX_WORKERS];
static atomic_size_t started; /* workers; written by the owner of `busy` */
static _Thread_local bool inside;

void lp_threads_set(int threads) {
    atomic_store(&chosen, threads > 0 ? threads : 0);
    atomic_store(&usual, 0);
}

int lp_threads(void) {
    int threads = atomic_load(&chosen);
    if (threads == 0)
        threads = atomic_load(&usual);
    if (threads == 0)
        atomic_store(&usual, threads = lp_cpus());
    return threads;
}

void lp_threads_insist(bool insist) {
    atomic_store(&insisted, insist);
}

/* ---- waiting ---- */

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void pause_a_little(void) {
#if defined __x86_64__
    __builtin_ia32_pause();
#elif defined __aarch64__
    __asm__ volatile("yield");
#endif
}

/* What a thread waits for: a worker for a job that it may take part in and has not `seen`, the
 * caller for the end of one. */
typedef bool event(size_t thread, uint32_t seen);

static bool called(size_t thread, uint32_t seen) {
    return atomic_load(&job.number) != seen && thread < atomic_load(&job.threads);
}

static bool all_finished(size_t thread, uint32_t seen) {
    (void)thread, (void)seen;
    return atomic_load(&job.unfinished) == 0;
}

/* Waits for an event, a little awake, then asleep until someone wakes it. */
static void wait_for(event *happened, size_t thread, uint32_t seen, waiter *self) {
    for (int64_t end = now() + SPIN; now() < end;)
        for (int i = 0; i < LOOKS; i++) {
            if (happened(thread, seen))
                return;
            pause_a_little();
        }
    pthread_mutex_lock(&mutex);
    atomic_store(&self->asleep, true);
    while (!happened(thread, seen))
        pthread_cond_wait(&self->signal, &mutex);
    atomic_store(&self->asleep, false);
    pthread_mutex_unlock(&mutex);
}

static void wake(waiter *other) {
    if (atomic_load(&other->asleep)) {
        pthread_mutex_lock(&mutex);
        pthread_cond_signal(&other->signal);
        pthread_mutex_unlock(&mutex);
    }
}

/* ---- a job ---- */

size_t lp_cut(size_t n, size_t parts, size_t i) {
    return n / parts * i + n % parts * i / parts;
}

/* Claims and runs chunks of range r of job `number` until none is left; how many. */
static size_t take_range(uint32_t number, size_t thread, size_t r) {
    size_t taken = 0;
    uint64_t state = atomic_load(&job.range[r].state);
    while ((uint32_t)state > 0 && state >> 32 == number) {
        size_t threads = atomic_load(&job.threads);
        if (thread >= threads)
            break;
        size_t end = lp_cut(atomic_load(&job.chunks), threads, r + 1);
        void (*body)(void *, size_t) = atomic_load(&job.body);
        void *context = atomic_load(&job.context);
        if (!atomic_compare_exchange_weak(&job.range[r].state, &state, state - 1))
            continue;
        body(context, end - (uint32_t)state);
        taken++;
        state = atomic_load(&job.range[r].state);
    }
    return taken;
}

/* Claims and runs chunks of job `number` until none is left, those of the thread's own range first:
 * of the next job, which may begin meanwhile, its own come first too. */
static void take_part(uint32_t number, size_t thread) {
    size_t taken = 0, threads = atomic_load(&job.threads);
    for (size_t i = 0; i < threads; i++)
        taken += take_range(number, thread, (thread + i) % threads);
    if (taken > 0 && atomic_fetch_sub(&job.unfinished, taken) == taken)
        wake(&caller);
}

static void *work(void *argument) {
    size_t thread = (size_t)(uintptr_t)argument;
    inside = true;
    for (uint32_t seen = 0;;) {
        wait_for(called, thread, seen, &workers[thread - 1].waiter);
        seen = atomic_load(&job.number);
        take_part(seen, thread);
    }
    return NULL;
}

/* The caller is thread 0. */
static size_t start_workers(size_t wanted) {
    for (; started < wanted; started++) {
        pthread_cond_init(&workers[started].waiter.signal, NULL);
        if (pthread_create(&workers[started].thread, NULL, work,
                           (void *)(uintptr_t)(started + 1)) != 0)
            break; /* fewer threads give the same bytes */
    }
    return started < wanted ? started : wanted;
}

/* As many threads as there are free CPUs may take part. A worker without one would take the
 * caller's, or lose its own to others in the midst of a chunk that the caller then waits for. What
 * runs for a moment only, as the system's own threads do, is not worth a CPU. */
static size_t count_free(void) {
    static _Atomic int64_t asked;
    static atomic_size_t known; /* 0: not asked yet */
    static atomic_int doubts;   /* counts that gave another number, one after another */
    int64_t time = now();
    size_t most = atomic_load(&known);
    if (most > 0 && time - atomic_load(&asked) <= (atomic_load(&doubts) > 0 ? DOUBT_AGE : AGE))
        return most;
    int awake = 0;
    for (size_t i = 0; i < atomic_load(&started); i++)
        awake += !atomic_load(&workers[i].waiter.asleep);
    size_t count = (size_t)lp_cpus_free(awake);
    if (count == most) {
        atomic_store(&doubts, 0);
    } else if (most == 0 || atomic_fetch_add(&doubts, 1) + 1 >= COUNTS) {
        atomic_store(&known, most = count);
        atomic_store(&doubts, 0);
    }
    atomic_store(&asked, time);
    return most;
}

size_t lp_threads_now(void) {
    size_t threads = inside ? 1 : (size_t)lp_threads();
    threads = threads < MAX_WORKERS + 1 ? threads : MAX_WORKERS + 1;
    if (threads == 1 || atomic_load(&insisted))
        return threads;
    size_t most = count_free();
    return threads < most ? threads : most;
}

/* Keeps the workers off the CPU that the caller runs on: asleep, a worker wakes where its waker
 * runs on many a virtual machine, whatever other CPU is idle, and the two then take turns. */
static void keep_off_caller(void) {
    static int avoided = -1;
    static size_t placed;
    int cpu = sched_getcpu();
    if (cpu == avoided && placed == started)
        return;
    cpu_set_t set;
    if (cpu < 0 || sched_getaffinity(0, sizeof set, &set) != 0)
        return;
    CPU_CLR(cpu, &set);
    if (CPU_COUNT(&set) == 0)
        return;
    for (size_t i = 0; i < started; i++)
        pthread_setaffinity_np(workers[i].thread, sizeof set, &set);
    avoided = cpu, placed = started;
}

static void publish(size_t threads, size_t chunks, void (*body)(void *context, size_t i),
                    void *context) {
    atomic_store(&job.chunks, chunks);
    atomic_store(&job.unfinished, chunks);
    atomic_store(&job.threads, threads);
    atomic_store(&job.body, body);
    atomic_store(&job.context, context);
    uint32_t number = atomic_load(&job.number) + 1;
    for (size_t r = 0; r < threads; r++) {
        size_t size = lp_cut(chunks, threads, r + 1) - lp_cut(chunks, threads, r);
        atomic_store(&job.range[r].state, (uint64_t)number << 32 | size);
    }
    atomic_store(&job.number, number);
    for (size_t i = 1; i < threads; i++)
        wake(&workers[i - 1].waiter);
}

void lp_parallel(size_t chunks, void (*body)(void *context, size_t i), void *context) {
    size_t threads = chunks > 1 && chunks <= UINT32_MAX ? lp_threads_now() : 1;
    threads = threads < chunks ? threads : chunks;
    bool ours = threads > 1 && !atomic_exchange(&busy, true);
    if (ours)
        threads = 1 + start_workers(threads - 1);
    if (ours && threads > 1) {
        keep_off_caller();
        publish(threads, chunks, body, context);
        inside = true;
        take_part(atomic_load(&job.number), 0);
        inside = false;
        wait_for(all_finished, 0, 0, &caller);
    } else {
        for (size_t i = 0; i < chunks; i++)
            body(context, i);
    }
    if (ours)
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
