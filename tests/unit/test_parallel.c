/* lib/num/parallel and lib/num/cpus: every chunk once, on the threads and CPUs that it is to have.
 */
#include "check.h"
#include "num/cpus.h"
#include "num/parallel.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* ---- chunks ---- */

enum { CHUNKS = 1000, FEW = 4 };
static unsigned char visits[CHUNKS];

static void visit(void *context, size_t i) {
    visits[i]++;
    (void)context;
}

static void visit_nested(void *context, size_t i) {
    unsigned char *rows = context;
    rows[i]++;
    CHECK(lp_threads_now() == 1);
    if (i == 3)
        lp_parallel(CHUNKS, visit, NULL);
}

static void each_once(void) {
    for (int threads = 1; threads <= 7; threads++) {
        lp_threads_set(threads);
        CHECK(lp_threads() == threads);
        for (size_t chunks = 0; chunks <= CHUNKS; chunks += chunks < 10 ? 1 : 99) {
            memset(visits, 0, sizeof visits);
            lp_parallel(chunks, visit, NULL);
            bool once = true;
            for (size_t i = 0; i < CHUNKS; i++)
                once = once && visits[i] == (i < chunks);
            CHECK(once);
        }
        unsigned char rows[8] = {0};
        memset(visits, 0, sizeof visits);
        lp_parallel(8, visit_nested, rows);
        CHECK(memcmp(rows, "\1\1\1\1\1\1\1\1", 8) == 0);
        CHECK(visits[0] == 1 && visits[CHUNKS - 1] == 1);
    }
    lp_threads_set(0);
    CHECK(lp_threads() == lp_cpus());
}

static void count(void *context, size_t i) {
    unsigned char *counts = context;
    counts[i]++;
}

static void *many_jobs(void *wrong) {
    unsigned char counts[FEW];
    for (int job = 0; job < 20000; job++) {
        memset(counts, 0, sizeof counts);
        lp_parallel(FEW, count, counts);
        *(int *)wrong += memcmp(counts, "\1\1\1\1", FEW) != 0;
    }
    return NULL;
}

/* The pool does one caller's job at a time, the other does its own. */
static void two_callers(void) {
    lp_threads_set(2);
    pthread_t other;
    int wrong[2] = {0};
    CHECK(pthread_create(&other, NULL, many_jobs, &wrong[0]) == 0);
    many_jobs(&wrong[1]);
    pthread_join(other, NULL);
    CHECK(wrong[0] == 0 && wrong[1] == 0);
    lp_threads_set(0);
}

static void wait_a_millisecond(void) {
    nanosleep(&(struct timespec){0, 1000000}, NULL);
}

/* Free CPUs are counted again after ten milliseconds, and then, where there is another number of
 * them, twice more. */
static void wait_for_a_count(void) {
    for (int ms = 0; ms < 20; ms++) {
        wait_a_millisecond();
        lp_threads_now();
    }
}

/* ---- which thread takes a chunk ---- */

enum { PATIENCE = 5000 };
static pthread_t caller, thread_of[FEW];
static atomic_int begun, workers_first; /* 1 + the chunk that the worker began with */

/* Returns once two threads have begun a chunk, or after PATIENCE milliseconds. */
static void meet(void *context, size_t i) {
    (void)context;
    thread_of[i] = pthread_self();
    if (!pthread_equal(thread_of[i], caller))
        atomic_compare_exchange_strong(&workers_first, &(int){0}, (int)i + 1);
    atomic_fetch_add(&begun, 1);
    for (int ms = 0; ms < PATIENCE && atomic_load(&begun) < 2; ms++)
        wait_a_millisecond();
}

/* A thread begins with chunks of its own, the same in every job. */
static void ranges(void) {
    lp_threads_set(2);
    pthread_t worker = caller = pthread_self();
    for (int job = 0; job < 20; job++) {
        atomic_store(&begun, 0);
        atomic_store(&workers_first, 0);
        lp_parallel(FEW, meet, NULL);
        CHECK(pthread_equal(thread_of[0], caller));
        CHECK(workers_first == 1 + FEW / 2);
        CHECK(job == 0 || pthread_equal(thread_of[2], worker));
        worker = thread_of[2];
        if (job % 4 == 3) /* until the worker sleeps */
            wait_a_millisecond();
    }
    lp_threads_set(0);
}

static void note_thread(void *context, size_t i) {
    (void)context;
    thread_of[i] = pthread_self();
    wait_a_millisecond();
}

static bool all_here(void) {
    lp_parallel(FEW, note_thread, NULL);
    bool here = true;
    for (size_t i = 0; i < FEW; i++)
        here = here && pthread_equal(thread_of[i], pthread_self());
    return here;
}

/* With one CPU, on the calling thread alone, however many threads are asked for. */
static void pinned(void) {
    cpu_set_t before, one;
    CPU_ZERO(&one);
    CHECK(sched_getaffinity(0, sizeof before, &before) == 0);
    CPU_SET(sched_getcpu(), &one);
    int quota = lp_cpus_quota("/proc/self/cgroup", "/sys/fs/cgroup"), all = CPU_COUNT(&before);
    CHECK(lp_cpus() == (quota > 0 && quota < all ? quota : all));
    CHECK(sched_setaffinity(0, sizeof one, &one) == 0);
    CHECK(lp_cpus() == 1 && lp_cpus_free(0) == 1);
    lp_threads_insist(false);
    lp_threads_set(3);
    wait_for_a_count();
    CHECK(all_here());
    lp_threads_set(0);
    CHECK(lp_threads() == 1);
    lp_threads_insist(true);
    CHECK(sched_setaffinity(0, sizeof before, &before) == 0);
    lp_threads_set(0);
}

static cpu_set_t set_of[FEW];

static void note_set(void *context, size_t i) {
    meet(context, i);
    CHECK(sched_getaffinity(0, sizeof set_of[i], &set_of[i]) == 0);
}

/* A worker may use all CPUs but the one that the caller runs on. */
static void beside_the_caller(void) {
    cpu_set_t mine, both;
    CHECK(sched_getaffinity(0, sizeof mine, &mine) == 0);
    if (CPU_COUNT(&mine) == 1) {
        check_skip("one CPU");
        return;
    }
    lp_threads_set(2);
    atomic_store(&begun, 0);
    lp_parallel(FEW, note_set, NULL);
    CPU_AND(&both, &set_of[2], &mine);
    CHECK(CPU_COUNT(&set_of[2]) == CPU_COUNT(&mine) - 1 && CPU_EQUAL(&both, &set_of[2]));
    CHECK(CPU_EQUAL(&set_of[0], &mine));
    lp_threads_set(0);
}

/* ---- a busy machine ---- */

static atomic_bool stop;

static void *spin(void *unused) {
    while (!atomic_load(&stop))
        ;
    return unused;
}

enum { MOST_CPUS = 256 };

/* Where others run on all CPUs, none is free but the caller's, and its chunks stay on it. */
static void busy(void) {
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    if (cpus > MOST_CPUS) {
        check_skip("more than 256 CPUs");
        return;
    }
    int loadavg = open("/proc/loadavg", O_RDONLY);
    int n = lp_cpus_running(loadavg);
    close(loadavg);
    if (n == 0) {
        check_skip("no /proc/loadavg");
        return;
    }
    pthread_t thread[MOST_CPUS];
    atomic_store(&stop, false);
    for (long i = 0; i < cpus; i++)
        CHECK(pthread_create(&thread[i], NULL, spin, NULL) == 0);
    lp_threads_insist(false);
    lp_threads_set(3);
    wait_for_a_count();
    CHECK(lp_cpus_free(0) == 1);
    CHECK(all_here());
    lp_threads_insist(true);
    lp_threads_set(0);
    atomic_store(&stop, true);
    for (long i = 0; i < cpus; i++)
        pthread_join(thread[i], NULL);
}

/* ---- what the system says ---- */

static char folder[] = "/tmp/labpipe-test-XXXXXX";

/* Writes a file below the folder, whose own folders it makes; its path, until the next call. */
static const char *file(const char *name, const char *text) {
    static char path[300];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    for (char *end = path + strlen(folder) + 1; (end = strchr(end, '/')); *end++ = '/') {
        *end = '\0';
        mkdir(path, 0700);
    }
    FILE *f = fopen(path, "w");
    CHECK(f != NULL && fputs(text, f) >= 0 && fclose(f) == 0);
    return path;
}

static int quota(const char *groups) {
    return lp_cpus_quota(file("groups", groups), folder);
}

static void quotas(void) {
    CHECK(mkdtemp(folder) != NULL);
    CHECK(lp_cpus_quota("/nonexistent", folder) == 0);
    CHECK(quota("") == 0 && quota("nonsense\n::\n0:\n0::\n0::x\n") == 0);
    CHECK(quota("0::/\n") == 0);
    file("cpu.max", "max 100000\n");
    CHECK(quota("0::/\n") == 0);
    /* Version 2: the least of a group and those around it, rounded up. */
    file("a/cpu.max", "400000 100000\n");
    file("a/b/cpu.max", "150000 100000\n");
    file("a/b/c/cpu.max", "max 100000\n");
    file("a/d/cpu.max", "500000 100000\n");
    CHECK(quota("0::/a\n") == 4 && quota("0::/a/b\n") == 2 && quota("0::/a/b/c\n") == 2);
    CHECK(quota("0::/a/d\n") == 4 && quota("0::/a/d/") == 4);
    file("cpu.max", "50000 100000\n");
    CHECK(quota("0::/a/b\n") == 1 && quota("0::/not/seen/from/here\n") == 1);
    /* Version 1, whose other controllers limit other things. */
    file("cpu/cpu.cfs_quota_us", "-1\n");
    file("cpu/cpu.cfs_period_us", "100000\n");
    file("cpu/e/cpu.cfs_quota_us", "250000\n");
    file("cpu/e/cpu.cfs_period_us", "100000\n");
    file("cpu/f/cpu.cfs_quota_us", "250000\n");
    CHECK(quota("4:cpu,cpuacct:/e\n") == 3 && quota("9:memory:/\n4:cpuacct,cpu:/e/x\n") == 3);
    CHECK(quota("4:cpu:/\n") == 0 && quota("4:cpu:/f\n") == 0);
    CHECK(quota("5:cpuset:/e\n4:cpuacct:/e\n3:name=cpu:/e\n") == 0);
    CHECK(quota("4:cpu:/e\n0::/a\n") == 1);
    char command[100];
    snprintf(command, sizeof command, "rm -r %s", folder);
    CHECK(system(command) == 0);
}

static void running(void) {
    FILE *f = tmpfile();
    CHECK(f != NULL && fputs("0.20 0.18 0.12 13/80 11206\n", f) >= 0 && fflush(f) == 0);
    CHECK(lp_cpus_running(fileno(f)) == 13 && lp_cpus_running(fileno(f)) == 13);
    CHECK(ftruncate(fileno(f), 10) == 0 && lp_cpus_running(fileno(f)) == 0);
    fclose(f);
    CHECK(lp_cpus_running(-1) == 0);
}

int main(void) {
    return check_main("test_parallel",
                      (check_test[]){{"each chunk runs once", each_once},
                                     {"two callers", two_callers},
                                     {"a thread begins with chunks of its own", ranges},
                                     {"one CPU, one thread", pinned},
                                     {"workers keep off the caller's CPU", beside_the_caller},
                                     {"a busy machine, one thread", busy},
                                     {"control groups limit the CPUs", quotas},
                                     {"what runs is read", running},
                                     {0}});
}
