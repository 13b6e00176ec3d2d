#include "num/ranks_mpi.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <mpi.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    AWAKE = 200000,     /* nanoseconds that a rank asks for a message without a pause, */
    PAUSE = 20000,      /* and how long each pause then is */
    WATCH = 1000000000, /* of waiting, until the connections are looked after */
    SILENT = 8000,      /* milliseconds without an answer from the other machine that end the job */
    FIRST_PROBE = 4,    /* seconds of silence before it is asked, */
    NEXT_PROBE = 1,     /* and between two questions */
};

static lp_link all;

/* Where the calls fail, MPI says what it knows. */
static int check(int code, const char *what, size_t other, lp_error *e) {
    char text[MPI_MAX_ERROR_STRING] = "";
    int length = 0;
    if (code == MPI_SUCCESS)
        return 0;
    MPI_Error_string(code, text, &length);
    return lp_fail(e, "rank %zu of %zu cannot %s rank %zu: %s", all.rank, all.count, what, other,
                   text);
}

/* MPI counts in int. */
static int part_of(size_t size) {
    enum { MOST = 1 << 30 };
    return size < MOST ? (int)size : MOST;
}

/* ---- waiting ---- */

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Linux gives up a connection whose other end is silent, where a cable was pulled, after a quarter
 * of an hour. MPI opens its connections when it needs them, and has no option for that. */
static void watch_connections(void) {
    DIR *folder = opendir("/proc/self/fd");
    for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;) {
        int fd = atoi(entry->d_name), on = 1, idle = FIRST_PROBE, interval = NEXT_PROBE,
            probes = (SILENT / 1000 - FIRST_PROBE) / NEXT_PROBE, silent = SILENT;
        struct sockaddr_storage peer;
        socklen_t size = sizeof peer;
        if (getpeername(fd, (struct sockaddr *)&peer, &size) != 0 ||
            (peer.ss_family != AF_INET && peer.ss_family != AF_INET6))
            continue;
        setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
        setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
        setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof interval);
        setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes);
        setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &silent, sizeof silent);
    }
    if (folder != NULL)
        closedir(folder);
}

/* Where a connection breaks, Open MPI ends the job, and waits for ever for its daemons to agree. */
static void give_up(int signal_number) {
    static const char line[] = "labpipe: another rank cannot be reached: the job ends\n";
    (void)signal_number;
    (void)!write(STDERR_FILENO, line, sizeof line - 1);
    _exit(LP_FAILED);
}

/* MPI itself asks without a pause, and keeps a CPU from ranks that compute, where they share it. */
static int wait_for(MPI_Request *request) {
    int done = 0, code;
    int64_t begin = now(), watched = begin;
    while ((code = MPI_Test(request, &done, MPI_STATUS_IGNORE)) == MPI_SUCCESS && !done) {
        int64_t time = now();
        if (time - begin > AWAKE)
            nanosleep(&(struct timespec){.tv_nsec = PAUSE}, NULL);
        if (time - watched > WATCH) {
            watch_connections();
            signal(SIGALRM, give_up);
            alarm(SILENT / 1000); /* for the next round */
            watched = time;
        }
    }
    if (watched != begin)
        alarm(0);
    return code;
}

/* ---- the link ---- */

/* What has begun with the code `begun`, to its end. */
static int complete(int begun, MPI_Request *request) {
    return begun == MPI_SUCCESS ? wait_for(request) : begun;
}

static int send_bytes(size_t to, const void *data, size_t size, lp_error *e) {
    MPI_Request request;
    for (const char *p = data, *end = p + size; p < end; p += part_of((size_t)(end - p)))
        if (check(complete(MPI_Isend(p, part_of((size_t)(end - p)), MPI_BYTE, (int)to, 0,
                                     MPI_COMM_WORLD, &request),
                           &request),
                  "send to", to, e))
            return -1;
    return 0;
}

static int receive_bytes(size_t from, void *data, size_t size, lp_error *e) {
    MPI_Request request;
    for (char *p = data, *end = p + size; p < end; p += part_of((size_t)(end - p)))
        if (check(complete(MPI_Irecv(p, part_of((size_t)(end - p)), MPI_BYTE, (int)from, 0,
                                     MPI_COMM_WORLD, &request),
                           &request),
                  "receive from", from, e))
            return -1;
    return 0;
}

static int broadcast_bytes(void *data, size_t size, lp_error *e) {
    MPI_Request request;
    for (char *p = data, *end = p + size; p < end; p += part_of((size_t)(end - p)))
        if (check(complete(MPI_Ibcast(p, part_of((size_t)(end - p)), MPI_BYTE, 0, MPI_COMM_WORLD,
                                      &request),
                           &request),
                  "share the data of", 0, e))
            return -1;
    return 0;
}

static int finish(lp_error *e) {
    return check(MPI_Finalize(), "end with", 0, e);
}

static void end_all(int status) {
    MPI_Abort(MPI_COMM_WORLD, status);
}

const lp_link *lp_mpi_join(lp_error *e) {
    int provided, rank, count;
    if (MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided) != MPI_SUCCESS) {
        lp_fail(e, "MPI cannot be started");
        return NULL;
    }
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &count);
    all = (lp_link){.rank = (size_t)rank,
                    .count = (size_t)count,
                    .send = send_bytes,
                    .receive = receive_bytes,
                    .broadcast = broadcast_bytes,
                    .finish = finish,
                    .abort = end_all};
    return &all;
}
