#include "cli/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    MAX_LINKS = 40, /* in a row, as in Linux */
    STEM = 200,     /* bytes of the file's name in that of its temporary: a name has at most 255 */
    ATTEMPTS = 1000 /* to find a name that is free */
};

/* ---- signals: a temporary that has a name is removed by all that can be caught ---- */

static lp_replacement *volatile named;

void lp_replace_unlink_all(void) {
    for (const lp_replacement *r = named; r != NULL; r = r->next_named)
        if (r->has_name)
            unlinkat(r->folder, r->temporary.data, 0);
}

static void stop(int signal_number) {
    lp_replace_unlink_all();
    /* SA_RESETHAND has put the default action back: die of the signal itself. */
    raise(signal_number);
}

/* Those that do not end a process, or cannot be caught. */
static bool is_harmless(int signal_number) {
    static const int harmless[] = {SIGCHLD, SIGCONT, SIGURG,  SIGWINCH, SIGKILL,
                                   SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU};
    for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++)
        if (harmless[i] == signal_number)
            return true;
    return false;
}

/* A signal that the process was started to ignore (nohup) stays ignored. */
static void catch_signals(void) {
    static bool done;
    struct sigaction old, action = {.sa_handler = stop, .sa_flags = (int)SA_RESETHAND};
    for (int i = 1; i <= SIGRTMAX && !done; i++)
        if (!is_harmless(i) && sigaction(i, NULL, &old) == 0 && old.sa_handler == SIG_DFL)
            sigaction(i, &action, NULL);
    done = true;
}

/* ---- where a path leads ---- */

/* Moves to the folder of `path`, as seen from r->folder, and leaves the rest as r->name. */
static int enter(lp_replacement *r, const char *path) {
    const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;
    LP_CLEANUP(lp_buffer_free) lp_buffer folder = {0};
    if (slash == NULL)
        lp_buffer_append(&folder, ".", 1);
    else /* the slash remains of "/file" */
        lp_buffer_append(&folder, path, slash > path ? (size_t)(slash - path) : 1);
    int from = r->folder;
    r->folder = openat(from, folder.data, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int cause = errno;
    if (from >= 0)
        close(from);
    lp_buffer copy = {0};
    lp_buffer_append(&copy, name, strlen(name));
    lp_buffer_free(&r->name);
    r->name = copy;
    errno = cause;
    if (r->folder >= 0 && *name == '\0')
        errno = EISDIR;
    return r->folder >= 0 && *name != '\0' ? 0 : -1;
}

/* Finds the folder and the name that the path leads to, which need not exist. */
static int follow(lp_replacement *r, const char *path) {
    char text[PATH_MAX];
    if (enter(r, path))
        return -1;
    for (int i = 0; i < MAX_LINKS; i++) {
        ssize_t n = readlinkat(r->folder, r->name.data, text, sizeof text - 1);
        if (n < 0) /* EINVAL: it is there, and not a link */
            return errno == EINVAL || errno == ENOENT ? 0 : -1;
        text[n] = '\0';
        if (enter(r, text))
            return -1;
    }
    errno = ELOOP;
    return -1;
}

/* Looks at the file so far. One that may not be written to is refused, as the shell's > does. */
static int look(lp_replacement *r, lp_error *e) {
    if (fstatat(r->folder, r->name.data, &r->old, AT_SYMLINK_NOFOLLOW) != 0) {
        r->old.st_nlink = 0;
        return errno == ENOENT ? 0 : lp_fail_errno(e, "writing %s", r->path);
    }
    if (S_ISDIR(r->old.st_mode))
        return lp_fail(e, "writing %s: it is a directory", r->path);
    if (!S_ISREG(r->old.st_mode))
        return lp_fail(e, "writing %s: it is not a regular file", r->path);
    int fd = openat(r->folder, r->name.data, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return lp_fail_errno(e, "writing %s", r->path);
    close(fd);
    return 0;
}

/* ---- the temporary ---- */

static void name_temporary(lp_replacement *r, int attempt) {
    r->temporary.size = 0;
    lp_buffer_printf(&r->temporary, "%.*s.%ld-%d.tmp", STEM, r->name.data, (long)getpid(), attempt);
}

/* "/proc/self/fd/N", under which linkat finds a file without a name. */
typedef struct {
    char text[40];
} proc_path;

static proc_path proc_path_of(int fd) {
    proc_path path;
    snprintf(path.text, sizeof path.text, "/proc/self/fd/%d", fd);
    return path;
}

/* A temporary without a name; false where the system has none, or could not name it later. */
static bool open_unnamed(lp_replacement *r, mode_t mode) {
    r->fd = openat(r->folder, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, mode);
    if (r->fd < 0)
        return false;
    if (access(proc_path_of(r->fd).text, F_OK) == 0)
        return true;
    close(r->fd);
    return false;
}

static bool open_named(lp_replacement *r, mode_t mode) {
    catch_signals();
    for (int i = 0; i < ATTEMPTS; i++) {
        name_temporary(r, i);
        r->next_named = named;
        named = r;
        r->has_name = true; /* before it is: a signal may come between */
        r->fd = openat(r->folder, r->temporary.data,
                       O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
        if (r->fd >= 0)
            return true;
        r->has_name = false;
        named = r->next_named;
        if (errno != EEXIST)
            break;
    }
    return false;
}

/* Owner, group and mode of the file so far. What its group may do, another group may not. */
static void take_over(const lp_replacement *r) {
    const struct stat *old = &r->old;
    struct stat now;
    if (fstat(r->fd, &now) != 0)
        return;
    bool is_group = now.st_gid == old->st_gid;
    if (now.st_uid != old->st_uid && fchown(r->fd, old->st_uid, old->st_gid) == 0)
        is_group = true;
    is_group = is_group || fchown(r->fd, (uid_t)-1, old->st_gid) == 0;
    fchmod(r->fd, old->st_mode & (is_group ? 0777 : 0707));
}

int lp_replace_open(lp_replacement *r, const char *path, lp_error *e) {
    *r = (lp_replacement){.path = path, .fd = -1, .folder = AT_FDCWD};
    if (follow(r, path)) {
        lp_fail_errno(e, "writing %s", path);
    } else if (look(r, e) == 0) {
        const bool is_new = r->old.st_nlink == 0;
        const mode_t mode = is_new ? 0666 : 0600;
        if ((open_unnamed(r, mode) || open_named(r, mode)) &&
            (r->file = lp_file_over(r->fd)) != NULL) {
            if (!is_new)
                take_over(r);
            return 0;
        }
        lp_fail_errno(e, "writing %s", path);
    }
    lp_replace_discard(r);
    return -1;
}

bool lp_replace_is(const lp_replacement *r, const struct stat *status) {
    return r->file != NULL && r->old.st_nlink > 0 && r->old.st_dev == status->st_dev &&
           r->old.st_ino == status->st_ino;
}

bool lp_replace_is_same(const lp_replacement *a, const lp_replacement *b) {
    struct stat folder_a, folder_b;
    if (a->file == NULL || b->file == NULL)
        return false;
    if (b->old.st_nlink > 0 && lp_replace_is(a, &b->old))
        return true;
    return strcmp(a->name.data, b->name.data) == 0 && fstat(a->folder, &folder_a) == 0 &&
           fstat(b->folder, &folder_b) == 0 && folder_a.st_dev == folder_b.st_dev &&
           folder_a.st_ino == folder_b.st_ino;
}

/* ---- the end ---- */

/* Names a temporary without a name: 0 or an errno, EEXIST where its name is taken. linkat replaces
 * nothing, so an older file needs a second step. System calls only. */
static int link_and_rename(const lp_replacement *r, const char *from) {
    if (linkat(AT_FDCWD, from, r->folder, r->name.data, AT_SYMLINK_FOLLOW) == 0)
        return 0;
    if (errno != EEXIST ||
        linkat(AT_FDCWD, from, r->folder, r->temporary.data, AT_SYMLINK_FOLLOW) != 0)
        return errno;
    if (renameat(r->folder, r->temporary.data, r->folder, r->name.data) == 0)
        return 0;
    int cause = errno;
    unlinkat(r->folder, r->temporary.data, 0);
    return cause;
}

/* The same in a child process with a session of its own, so that what kills this process, or its
 * group, cannot fall between the two steps and leave a second name behind. A vfork shares the
 * memory and stops this thread until the child has ended; an emulator's, which is a fork, leaves
 * the child's status alone to tell. That in turn is lost where SIGCHLD is ignored. */
static int link_apart(const lp_replacement *r, const char *from) {
    volatile int cause = EINTR;
    int status = 0;
    pid_t ended, child = vfork();
    if (child == 0) {
        setsid();
        cause = link_and_rename(r, from);
        _exit(cause);
    }
    if (child < 0) /* no process to be had */
        return link_and_rename(r, from);
    while ((ended = waitpid(child, &status, 0)) < 0 && errno == EINTR)
        continue;
    return ended == child && WIFEXITED(status) ? WEXITSTATUS(status) : cause;
}

static int take_name(lp_replacement *r) {
    if (r->has_name) {
        if (renameat(r->folder, r->temporary.data, r->folder, r->name.data) != 0)
            return -1;
        r->has_name = false;
        return 0;
    }
    int cause = EEXIST;
    const proc_path from = proc_path_of(r->fd);
    for (int i = 0; i < ATTEMPTS && cause == EEXIST; i++) {
        name_temporary(r, i);
        cause = link_apart(r, from.text);
    }
    errno = cause;
    return cause == 0 ? 0 : -1;
}

static int sync_descriptor(int fd) {
    int failed;
    while ((failed = fsync(fd)) != 0 && errno == EINTR)
        continue;
    return failed;
}

/* A file's name is on the disk only once its folder is. EINVAL: this file system syncs none. */
static int sync_folder(int folder) {
    return sync_descriptor(folder) != 0 && errno != EINVAL ? -1 : 0;
}

int lp_replace_commit(lp_replacement *r, bool sync) {
    errno = 0;
    /* Opened first: where it cannot be, the file stays the old one. */
    int folder = sync ? openat(r->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    int failed = (sync && folder < 0) || ferror(r->file) != 0 || fflush(r->file) != 0 ||
                 (sync && sync_descriptor(r->fd));
    if (!failed && r->has_name) { /* a nameless file is reached through its descriptor alone */
        failed = fclose(r->file) != 0;
        r->file = NULL;
        r->fd = -1;
    }
    failed = failed || take_name(r) || (sync && sync_folder(folder));
    int cause = errno;
    if (folder >= 0)
        close(folder);
    lp_replace_discard(r);
    errno = cause;
    return failed ? -1 : 0;
}

void lp_replace_discard(lp_replacement *r) {
    int saved = errno;
    for (lp_replacement *volatile *at = &named; *at != NULL; at = &(*at)->next_named)
        if (*at == r) {
            if (r->has_name)
                unlinkat(r->folder, r->temporary.data, 0);
            *at = r->next_named;
            break;
        }
    if (r->file != NULL)
        fclose(r->file);
    else if (r->fd > STDERR_FILENO)
        close(r->fd);
    if (r->folder > STDERR_FILENO)
        close(r->folder);
    lp_buffer_free(&r->name);
    lp_buffer_free(&r->temporary);
    *r = (lp_replacement){0};
    errno = saved;
}
