/* The process that runs a recipe. */
#include "cli/replay.h"

#include "base/memory.h"
#include "base/read_write.h"
#include "base/spill.h"
#include "io/recipe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* ---- what may run ---- */

static bool is_known(const lp_texts *tools, const char *name) {
    for (size_t i = 0; i < tools->count; i++)
        if (strcmp(tools->item[i], name) == 0)
            return true;
    return false;
}

static int check_cat(const lp_stage *stage, lp_error *e) {
    for (size_t i = 1; i < stage->count; i++)
        if (stage->argument[i].from == NULL)
            return lp_fail(e, "the recipe's cat takes '%s' (a recipe joins <(...) alone)",
                           stage->argument[i].word);
    return stage->count > 1 ? 0 : lp_fail(e, "the recipe's cat joins nothing");
}

static int check_stage(const lp_stage *stage, const lp_texts *tools, lp_error *e) {
    size_t used;
    const char *tool = lp_stage_tool(stage, &used);
    if (lp_stage_is(stage, "cat"))
        return check_cat(stage, e);
    if (lp_stage_is(stage, LP_RECIPE_BROKEN))
        return lp_fail(e, "the recipe cannot be replayed: %s",
                       stage->count > 1 && stage->argument[1].word != NULL ? stage->argument[1].word
                                                                           : "no reason");
    if (tool == NULL)
        return lp_fail(e, "the recipe has a command without a name");
    if (!is_known(tools, tool))
        return lp_fail(e, "the recipe runs '%s', which is not a tool of labpipe: nothing was run",
                       tool);
    return 0;
}

/* Refuses what will not be run: a command that is no tool, a part that cannot be replayed. */
static int check(const lp_pipeline *p, const lp_texts *tools, lp_error *e) {
    for (size_t i = 0; i < p->count; i++) {
        if (check_stage(&p->stage[i], tools, e))
            return -1;
        for (size_t k = 0; k < p->stage[i].count; k++)
            if (p->stage[i].argument[k].from != NULL &&
                check(p->stage[i].argument[k].from, tools, e))
                return -1;
    }
    return 0;
}

/* ---- starting ---- */

typedef struct {
    pid_t pid;
    const char *tool;
} child;

typedef struct {
    const lp_replay_options *o;
    int errors; /* where the tools write their lines */
    int last;   /* the highest descriptor so far */
    child *child;
    size_t children, capacity;
    lp_error *e;
} runner;

static int start_pipeline(runner *r, const lp_pipeline *p, int out);

/* A pipe whose ends no tool inherits by itself. */
static int open_pipe(runner *r, int end[2]) {
    if (pipe2(end, O_CLOEXEC))
        return lp_fail_errno(r->e, "opening a pipe");
    for (int i = 0; i < 2; i++)
        r->last = end[i] > r->last ? end[i] : r->last;
    return 0;
}

/* Starts what writes into an argument; *fd is where to read it. */
static int start_argument(runner *r, const lp_pipeline *from, int *fd) {
    int end[2];
    if (open_pipe(r, end))
        return -1;
    *fd = end[0];
    int failed = start_pipeline(r, from, end[1]);
    close(end[1]);
    return failed;
}

/* The new process stays this program, and writes all of the descriptors to its output. It keeps no
 * end of another pipe, whose reader would wait for it, or whose writer would not end for it. */
_Noreturn static void join(const runner *r, const int *fds, size_t n, int out) {
    static char bytes[1 << 16];
    for (int fd = STDERR_FILENO + 1; fd <= r->last; fd++) {
        bool is_used = fd == out;
        for (size_t i = 0; i < n; i++)
            is_used |= fd == fds[i];
        if (!is_used)
            close(fd);
    }
    for (size_t i = 0; i < n; i++) {
        ssize_t size;
        while ((size = lp_read_some(fds[i], bytes, sizeof bytes)) > 0)
            if (lp_write_all(out, bytes, (size_t)size))
                _exit(EXIT_FAILURE);
        if (size < 0)
            _exit(EXIT_FAILURE);
    }
    _exit(EXIT_SUCCESS);
}

_Noreturn static void become(const runner *r, char *const *argv, const int *fds, size_t n, int in,
                             int out) {
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
    if (argv == NULL)
        join(r, fds, n, out);
    if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
        dup2(r->errors, STDERR_FILENO) < 0)
        _exit(EXIT_FAILURE);
    for (size_t i = 0; i < n; i++)
        fcntl(fds[i], F_SETFD, 0);
    execv(argv[0], argv);
    _exit(EXIT_FAILURE);
}

/* The tool's path and its words, /dev/fd/N for <(...); NULL for cat. All in the arena. */
static char **words_of(const runner *r, const lp_stage *stage, const int *fds, lp_arena *arena) {
    size_t used, n = 0;
    const char *tool = lp_stage_tool(stage, &used);
    if (lp_stage_is(stage, "cat"))
        return NULL;
    char **argv = lp_arena_alloc_zero(arena, stage->count + 2, sizeof *argv);
    LP_CLEANUP(lp_buffer_free) lp_buffer path = {0};
    lp_buffer_printf(&path, "%s/%s", r->o->folder, tool);
    argv[n++] = lp_arena_strdup(arena, path.data);
    for (size_t i = used; i < stage->count; i++) {
        char name[40];
        const lp_argument *argument = &stage->argument[i];
        if (argument->from != NULL)
            snprintf(name, sizeof name, "/dev/fd/%d", *fds++);
        argv[n++] = lp_arena_strdup(arena, argument->from != NULL ? name : argument->word);
    }
    return argv;
}

static int start_stage(runner *r, const lp_stage *stage, int in, int out) {
    LP_CLEANUP(lp_arena_free) lp_arena arena = {0};
    int *fds = lp_arena_alloc(&arena, stage->count, sizeof *fds), failed = 0;
    size_t n = 0, used;
    for (size_t i = 0; i < stage->count && !failed; i++)
        if (stage->argument[i].from != NULL) {
            fds[n] = -1;
            failed = start_argument(r, stage->argument[i].from, &fds[n]);
            n += fds[n] >= 0;
        }
    if (!failed) {
        char **argv = words_of(r, stage, fds, &arena);
        r->child = lp_grow(r->child, r->children, &r->capacity, sizeof *r->child);
        pid_t pid = fork();
        if (pid == 0)
            become(r, argv, fds, n, in, out);
        if (pid < 0)
            failed = lp_fail_errno(r->e, "starting a tool");
        else
            r->child[r->children++] =
                (child){pid, argv != NULL ? lp_stage_tool(stage, &used) : "cat"};
    }
    while (n > 0)
        close(fds[--n]);
    return failed;
}

static int start_pipeline(runner *r, const lp_pipeline *p, int out) {
    int in = open("/dev/null", O_RDONLY | O_CLOEXEC), failed = 0;
    if (in < 0)
        return lp_fail_errno(r->e, "opening /dev/null");
    for (size_t i = 0; i < p->count && !failed; i++) {
        int end[2] = {-1, out};
        const bool is_last = i == p->count - 1;
        if (!is_last && open_pipe(r, end)) {
            failed = -1;
            break;
        }
        failed = start_stage(r, &p->stage[i], in, end[1]);
        close(in);
        in = end[0];
        if (!is_last)
            close(end[1]);
    }
    if (in >= 0)
        close(in);
    return failed;
}

/* ---- waiting ---- */

static void kill_all(runner *r) {
    for (size_t i = 0; i < r->children; i++)
        if (r->child[i].pid > 0)
            kill(r->child[i].pid, SIGKILL);
}

/* Waits for all of them; the first tool that failed by itself, by its place, or NULL. */
static const child *wait_for_all(runner *r, int *status) {
    const child *failed = NULL;
    for (size_t i = 0; i < r->children; i++) {
        int ended = -1; /* where its status cannot be had */
        while (waitpid(r->child[i].pid, &ended, 0) < 0 && errno == EINTR)
            continue;
        if (failed == NULL && ended != 0) {
            failed = &r->child[i];
            *status = ended;
        }
        r->child[i].pid = 0;
    }
    return failed;
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

enum { ENDED, ENOUGH, LATE, UNREADABLE };

/* Hands on what the last tool writes, and keeps the first lines of all. */
static int drain(int out, int errors, const lp_replay_options *o, lp_replay_take *take,
                 void *context, lp_buffer *lines) {
    static unsigned char bytes[1 << 18];
    const double end = now() + (double)o->seconds;
    struct pollfd fd[2] = {{.fd = out, .events = POLLIN}, {.fd = errors, .events = POLLIN}};
    while (fd[0].fd >= 0 || fd[1].fd >= 0) {
        double left = end - now();
        if (o->seconds > 0 && left <= 0)
            return LATE;
        if (poll(fd, 2, o->seconds > 0 && left < 1e6 ? (int)(1e3 * left) + 1 : -1) < 0)
            continue;
        for (int i = 0; i < 2; i++) {
            if (fd[i].fd < 0 || fd[i].revents == 0)
                continue;
            const ssize_t size = lp_read_some(fd[i].fd, bytes, sizeof bytes);
            if (size < 0)
                return UNREADABLE;
            if (size == 0) {
                fd[i].fd = -1;
                continue;
            }
            if (i == 0 && !take(context, bytes, (size_t)size))
                return ENOUGH;
            if (i == 1 && lines->size < 4096)
                lp_buffer_append(lines, bytes, (size_t)size);
        }
    }
    return ENDED;
}

/* The line of the tool that failed first, or what the system says of it. */
static int tell(const child *failed, int status, lp_buffer *lines, lp_error *e) {
    const char *line = lp_buffer_text(lines);
    const size_t length = strcspn(line, "\n");
    if (length > 0)
        return lp_fail(e, "%.*s", (int)length, line);
    if (WIFSIGNALED(status))
        return lp_fail(e, "labpipe %s was ended by signal %d", failed->tool, WTERMSIG(status));
    return lp_fail(e, "labpipe %s failed", failed->tool);
}

/* Children inherit it all. What bounds a tensor is there unless the user said otherwise. */
static void set_environment(const lp_replay_options *o) {
    setenv("LABPIPE_REPLAY", "1", 1);
    setenv("LABPIPE_MAX_BYTES", "4294967296", 0);
    if (o->find != NULL)
        setenv("LABPIPE_FIND", o->find, 1);
    else
        unsetenv("LABPIPE_FIND");
}

int lp_replay_run(const lp_pipeline *p, const lp_replay_options *o, lp_replay_take *take,
                  void *context, lp_error *e) {
    runner r = {.o = o, .e = e};
    int out[2], errors[2], status = 0;
    LP_CLEANUP(lp_buffer_free) lp_buffer lines = {0};
    if (check(p, o->tools, e))
        return -1;
    if (open_pipe(&r, out) || open_pipe(&r, errors))
        return -1;
    r.errors = errors[1];
    signal(SIGCHLD, SIG_DFL); /* where it was ignored, no tool's status would be kept */
    set_environment(o);
    int failed = start_pipeline(&r, p, out[1]), how = ENOUGH;
    close(out[1]);
    close(errors[1]);
    if (!failed)
        how = drain(out[0], errors[0], o, take, context, &lines);
    if (how == UNREADABLE)
        failed = lp_fail_errno(e, "reading what the recipe makes");
    if (how != ENDED)
        kill_all(&r);
    close(out[0]);
    close(errors[0]);
    const child *first = wait_for_all(&r, &status);
    if (how == LATE)
        failed = lp_fail(e, "the recipe was not done after %lld seconds (--time-limit)",
                         (long long)o->seconds);
    else if (how == ENDED && first != NULL)
        failed = tell(first, status, &lines, e);
    free(r.child);
    return failed;
}

FILE *lp_replay_temporary(lp_error *e) {
    const int fd = lp_temporary_file(e);
    if (fd < 0)
        return NULL;
    FILE *file = fdopen(fd, "w+b");
    if (file == NULL) {
        lp_fail_errno(e, "no temporary file can be made");
        close(fd);
    }
    return file;
}
