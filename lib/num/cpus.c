#include "num/cpus.h"

#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { TEXT = 4096, PATH = 4500 };

/* The text of a small file, "" where it cannot be read. */
static void read_text(const char *path, char text[TEXT]) {
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t size = file < 0 ? -1 : read(file, text, TEXT - 1);
    text[size > 0 ? size : 0] = '\0';
    if (file >= 0)
        close(file);
}

static void read_in(const char *folder, const char *name, char text[TEXT]) {
    char path[PATH];
    bool fits = (size_t)snprintf(path, sizeof path, "%s/%s", folder, name) < sizeof path;
    text[0] = '\0';
    if (fits)
        read_text(path, text);
}

/* ---- control groups ---- */

/* The share of CPU time that the group in `folder` has: of version 2 "QUOTA PERIOD", where QUOTA
 * may be "max", and of version 1 a file for each, where no limit is -1. */
static double share_of(const char *folder, int version) {
    char text[TEXT];
    double quota = 0, period = 0;
    read_in(folder, version == 2 ? "cpu.max" : "cpu.cfs_quota_us", text);
    if (sscanf(text, "%lf %lf", &quota, &period) == 1 && quota > 0) {
        read_in(folder, "cpu.cfs_period_us", text);
        sscanf(text, "%lf", &period);
    }
    return quota > 0 && period > 0 ? quota / period : INFINITY;
}

/* The least share of a group and all that it is in. A container may see its own group as the root,
 * and the path that it has outside: what is not there limits nothing. */
static double least_share(const char *root, const char *group, int version) {
    char folder[PATH];
    int mount = snprintf(folder, sizeof folder, "%s%s", root, version == 2 ? "" : "/cpu");
    int size = snprintf(folder, sizeof folder, "%s%s%s", root, version == 2 ? "" : "/cpu", group);
    if (size >= PATH || group[0] != '/')
        return INFINITY;
    double least = INFINITY;
    for (;; folder[size] = '\0') {
        if (folder[size - 1] != '/')
            least = fmin(least, share_of(folder, version));
        if (size <= mount)
            return least;
        while (folder[--size] != '/')
            ;
    }
}

/* Whether `word` is one of the words of a list with commas. */
static bool holds(const char *list, const char *word) {
    for (size_t size; *list; list += size + (list[size] == ',')) {
        size = strcspn(list, ",");
        if (size == strlen(word) && strncmp(list, word, size) == 0)
            return true;
    }
    return false;
}

int lp_cpus_quota(const char *groups, const char *root) {
    char text[TEXT];
    double least = INFINITY;
    read_text(groups, text);
    /* Lines "NUMBER:CONTROLLERS:PATH"; version 2 names no controllers. */
    for (char *line = text, *next; *line; line = next) {
        next = line + strcspn(line, "\n");
        if (*next)
            *next++ = '\0';
        char *list = strchr(line, ':'), *path = list ? strchr(list + 1, ':') : NULL;
        if (path == NULL)
            continue;
        *path++ = '\0', list++;
        if (*list == '\0' || holds(list, "cpu"))
            least = fmin(least, least_share(root, path, *list ? 1 : 2));
    }
    return least < 1e6 ? (int)ceil(least) : 0;
}

/* ---- what the process may use, and what is free ---- */

int lp_cpus(void) {
    static atomic_int known = -1; /* the quota, which nobody changes while a tool runs */
    int quota = atomic_load(&known);
    if (quota < 0)
        atomic_store(&known, quota = lp_cpus_quota("/proc/self/cgroup", "/sys/fs/cgroup"));
    cpu_set_t set;
    int n = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    n = quota > 0 && quota < n ? quota : n;
    return n > 0 ? n : 1;
}

int lp_cpus_running(int loadavg) {
    char text[64]; /* "0.20 0.18 0.12 1/80 11206": 1 of 80 */
    int n = 0;
    ssize_t size = loadavg < 0 ? -1 : pread(loadavg, text, sizeof text - 1, 0);
    text[size > 0 ? size : 0] = '\0';
    return sscanf(text, "%*s %*s %*s %d/", &n) == 1 ? n : 0;
}

/* What stays as it is while a tool runs. To open a file costs ten times as much as to read it, or
 * some 40 us where something else is in the caches. */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static long online;
static int loadavg;

static void ask_once(void) {
    online = sysconf(_SC_NPROCESSORS_ONLN);
    int file = open("/proc/loadavg", O_RDONLY | O_CLOEXEC);
    /* Not in the place of a standard stream that was closed. */
    loadavg = file < 0 ? -1 : fcntl(file, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (file >= 0)
        close(file);
}

int lp_cpus_free(int ours) {
    pthread_once(&once, ask_once);
    long others = lp_cpus_running(loadavg) - 1 - ours;
    long n = online - (others > 0 ? others : 0), mine = lp_cpus();
    n = n < mine ? n : mine;
    return n > 1 ? (int)n : 1;
}
