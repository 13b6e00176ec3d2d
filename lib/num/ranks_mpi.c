#include "num/ranks_mpi.h"

#include <mpi.h>

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

static int send(size_t to, const void *data, size_t size, lp_error *e) {
    for (const char *p = data, *end = p + size; p < end; p += part_of((size_t)(end - p)))
        if (check(MPI_Send(p, part_of((size_t)(end - p)), MPI_BYTE, (int)to, 0, MPI_COMM_WORLD),
                  "send to", to, e))
            return -1;
    return 0;
}

static int receive(size_t from, void *data, size_t size, lp_error *e) {
    for (char *p = data, *end = p + size; p < end; p += part_of((size_t)(end - p)))
        if (check(MPI_Recv(p, part_of((size_t)(end - p)), MPI_BYTE, (int)from, 0, MPI_COMM_WORLD,
                           MPI_STATUS_IGNORE),
                  "receive from", from, e))
            return -1;
    return 0;
}

static int broadcast(void *data, size_t size, lp_error *e) {
    for (char *p = data, *end = p + size; p < end; p += part_of((size_t)(end - p)))
        if (check(MPI_Bcast(p, part_of((size_t)(end - p)), MPI_BYTE, 0, MPI_COMM_WORLD),
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
                    .send = send,
                    .receive = receive,
                    .broadcast = broadcast,
                    .finish = finish,
                    .abort = end_all};
    return &all;
}
