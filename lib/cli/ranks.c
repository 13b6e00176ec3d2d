/* A tool that runs as several processes, the ranks of one job (num/ranks.h): what started them,
 * joining them, and what only rank 0 does. */
#include "num/ranks.h"
#include "base/read_write.h"
#include "base/spill.h"
#include "cli/state.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LIBRARY "liblabpipe-mpi.so.0" /* beside the one that this is in: `make MPI=1` */

enum {
    PIECE = 1 << 20,        /* bytes that rank 0 hands out at once */
    NAPS = 30,              /* tenths of a second that another rank leaves rank 0 to say the same */
    NAPS_AT_THE_START = 100 /* the same before they have met: they may start apart */
};

/* ---- the job that this process was started in ---- */

/* What Open MPI's mpirun sets, MPICH's and others', and Slurm's srun where it offers PMI: a job of
 * Slurm without it is any shell script. */
typedef struct {
    const char *count, *rank, *given_only_with;
} launcher;

static const launcher launchers[] = {
    {"OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK", NULL},
    {"PMI_SIZE", "PMI_RANK", NULL},
    {"SLURM_STEP_NUM_TASKS", "SLURM_PROCID", "PMIX_RANK"},
    {"SLURM_STEP_NUM_TASKS", "SLURM_PROCID", "PMI_RANK"},
};

static size_t number_of(const char *variable, size_t otherwise) {
    const char *word = getenv(variable);
    return word != NULL && *word >= '0' && *word <= '9' ? strtoull(word, NULL, 10) : otherwise;
}

/* The first that started as many processes or more; NULL: none did. */
static const launcher *find_launcher(size_t count) {
    for (size_t i = 0; i < sizeof launchers / sizeof *launchers; i++) {
        const launcher *l = &launchers[i];
        if ((l->given_only_with == NULL || getenv(l->given_only_with) != NULL) &&
            number_of(l->count, 0) >= count)
            return l;
    }
    return NULL;
}

/* Ends where this tool, or this command line, has no work for as many. */
static void check_shards(size_t count) {
    const char *tool = lp_now.tool->name, *option = lp_now.tool->shards;
    if (option == NULL)
        lp_tool_usage("%zu processes were started as one job (mpirun, srun), and %s is always a "
                      "single one (start it without)",
                      count, tool);
    const lp_setting *setting = lp_command_find(&lp_now.command, option);
    size_t shards = 1;
    if (setting != NULL && setting->given)
        shards = strtoull(setting->words.item[0], NULL, 10);
    if (shards <= 1)
        lp_tool_usage("%zu processes were started as one job (mpirun, srun), and nothing is to be "
                      "divided among them (add --%s K, with K at least %zu)",
                      count, option, count);
    if (shards < count)
        lp_tool_usage("%zu processes were started as one job (mpirun, srun), more than --%s %zu "
                      "has work for",
                      count, option, shards);
}

/* ---- joining it ---- */

/* The function of the library beside this one. */
static const lp_link *(*find_join(size_t count))(lp_error *e) {
    Dl_info self;
    char path[PATH_MAX];
    if (dladdr((void *)(uintptr_t)find_launcher, &self) == 0)
        self.dli_fname = "";
    const char *slash = strrchr(self.dli_fname, '/');
    snprintf(path, sizeof path, "%.*s" LIBRARY,
             slash != NULL ? (int)(slash + 1 - self.dli_fname) : 0, self.dli_fname);
    if (access(path, F_OK) != 0)
        lp_tool_fail("%zu processes were started as one job, and this labpipe was built without "
                     "MPI (build it with make MPI=1)",
                     count);
    void *library = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
    void *join = library != NULL ? dlsym(library, "lp_mpi_join") : NULL;
    if (join == NULL)
        lp_tool_fail("MPI cannot be used: %s", dlerror());
    return (const lp_link *(*)(lp_error *))(uintptr_t)join;
}

static void lost_rank(const char *line) {
    lp_tool_fail("%s", line);
}

void lp_job_join(void) {
    const launcher *started_by = find_launcher(2);
    if (started_by == NULL)
        return;
    const size_t count = number_of(started_by->count, 1);
    check_shards(count);
    const lp_link *link = lp_tool_need(find_join(count)(&lp_now.error));
    if (link->count != count)
        lp_tool_fail(
            "%zu processes were started as one job, and MPI knows of %zu (mpirun has to be "
            "that of the MPI that labpipe was built with)",
            count, link->count);
    lp_on_lost_rank(lost_rank);
    lp_ranks_join(link);
}

/* ---- one voice ---- */

bool lp_tool_writes(void) {
    return lp_rank() == 0;
}

bool lp_job_is_launched(void) {
    return find_launcher(1) != NULL;
}

size_t lp_job_rank(void) {
    const launcher *started_by = find_launcher(2);
    return started_by != NULL ? number_of(started_by->rank, 0) : 0;
}

void lp_job_take_turns(void) {
    /* Naps, since time also passes while the whole job is stopped. */
    const int naps = lp_rank_count() > 1 ? NAPS : NAPS_AT_THE_START;
    for (int i = 0; i < naps && lp_job_rank() > 0; i++)
        nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
}

/* ---- one reader ---- */

/* Gives room for the next piece. */
static void grow(lp_spill *file, size_t size) {
    lp_error *e = &lp_now.error;
    if (file->base == NULL)
        lp_tool_try(lp_spill_open(file, size, e));
    else if (size > file->size)
        lp_tool_try(lp_spill_grow(file, size > 2 * file->size ? size : 2 * file->size, e));
}

static size_t read_piece(int fd, void *bytes, const char *name) {
    const ssize_t n = lp_read_some(fd, bytes, PIECE);
    if (n < 0)
        lp_tool_try(lp_fail_errno(&lp_now.error, "reading %s", name));
    return (size_t)n;
}

/* What rank 0 reads from fd, as a file of this rank's own; its path is the caller's to free. */
static char *hand_out(int fd, const char *name) {
    lp_spill file = {0};
    size_t size = 0, piece;
    do {
        grow(&file, size + PIECE);
        char *end = (char *)file.base + size;
        piece = lp_rank() == 0 ? read_piece(fd, end, name) : 0;
        lp_ranks_broadcast(&piece, sizeof piece);
        lp_ranks_broadcast(end, piece);
        size += piece;
    } while (piece > 0);
    if (ftruncate(file.fd, (off_t)size) != 0)
        lp_tool_try(lp_fail_errno(&lp_now.error, "reading %s", name));
    LP_CLEANUP(lp_buffer_free) lp_buffer path = {0};
    lp_buffer_printf(&path, "/proc/self/fd/%d", file.fd);
    return lp_strdup(path.data);
}

lp_stream *lp_tool_input_checkpoint(const char *path) {
    lp_error *e = &lp_now.error;
    if (lp_rank_count() == 1)
        return access(path, F_OK) == 0
                   ? lp_tool_need(lp_stream_read(&(lp_input){.path = path}, 1, e))
                   : NULL;
    char is_there = lp_rank() == 0 && access(path, F_OK) == 0;
    int fd = is_there ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (is_there && fd < 0)
        lp_tool_try(lp_fail_errno(e, "reading %s: it cannot be opened", path));
    lp_ranks_broadcast(&is_there, 1);
    if (!is_there)
        return NULL;
    const lp_input input = {.path = path, .opened = hand_out(fd, path)};
    if (fd >= 0)
        close(fd);
    return lp_tool_need(lp_stream_read(&input, 1, e));
}

const char *lp_job_path(const char *path) {
    struct stat status;
    if (lp_rank_count() == 1)
        return NULL;
    if (strcmp(path, "-") == 0)
        return hand_out(STDIN_FILENO, "standard input");
    if (stat(path, &status) == 0 && !S_ISREG(status.st_mode))
        lp_tool_fail("reading %s: it is not a regular file, which every process could read (give "
                     "it on standard input)",
                     path);
    return NULL;
}
