/* Where a tool's result goes. One output a process. */
#include "cli/state.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static FILE *file;
static char target[PATH_MAX];                 /* what the temporary becomes, or "" */
static char temporary[PATH_MAX];              /* or ""; the signal handler reads it */
static const char *label = "standard output"; /* for messages */

static void stop(int signal_number) {
    if (temporary[0] != '\0')
        unlink(temporary);
    /* SA_RESETHAND has put the default action back: die of the signal itself. */
    raise(signal_number);
}

static int open_temporary(const char *path, lp_error *e) {
    if (realpath(path, target) == NULL && errno != ENOENT)
        return lp_fail_errno(e, "writing %s", path);
    if (target[0] == '\0' || access(target, F_OK) != 0)
        snprintf(target, sizeof target, "%s", path);
    int length = snprintf(temporary, sizeof temporary, "%s.%ld.tmp", target, (long)getpid());
    if (length < 0 || (size_t)length >= sizeof temporary) {
        temporary[0] = '\0';
        return lp_fail(e, "writing %s: the name is too long", path);
    }
    struct stat existing;
    mode_t mode = stat(target, &existing) == 0 ? existing.st_mode & 0777 : 0666;
    int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0) {
        temporary[0] = '\0';
        return lp_fail_errno(e, "writing %s", path);
    }
    struct sigaction action = {.sa_handler = stop, .sa_flags = (int)SA_RESETHAND};
    for (int i = 0; i < 3; i++)
        sigaction((int[]){SIGINT, SIGTERM, SIGHUP}[i], &action, NULL);
    file = fdopen(fd, "wb");
    return file != NULL ? 0 : lp_fail_errno(e, "writing %s", path);
}

int lp_output_open(const char *path, bool binary, lp_error *e) {
    struct stat existing;
    if (path == NULL) {
        if (binary && isatty(STDOUT_FILENO))
            return lp_fail_usage(e, "standard output is a terminal, and the result is binary "
                                    "(redirect it, or give -o FILE)");
        file = stdout;
        return 0;
    }
    label = path;
    if (stat(path, &existing) == 0 && !S_ISREG(existing.st_mode)) {
        if (S_ISDIR(existing.st_mode))
            return lp_fail(e, "writing %s: it is a directory", path);
        file = fopen(path, "wb");
        if (file == NULL)
            return lp_fail_errno(e, "writing %s", path);
        if (binary && isatty(fileno(file)))
            return lp_fail_usage(e, "%s is a terminal, and the result is binary", path);
        return 0;
    }
    return open_temporary(path, e);
}

FILE *lp_tool_out(void) {
    return file;
}

const char *lp_tool_out_path(void) {
    return lp_now.common.output;
}

bool lp_output_has_failed(void) {
    return file != NULL && ferror(file);
}

void lp_output_error(int cause, lp_error *e) {
    *e = (lp_error){.status = LP_FAILED};
    errno = cause;
    if (cause == 0)
        lp_fail(e, "writing %s: it failed", label);
    else if (cause == EFAULT) /* what was to be written is mapped from a file that is shorter now */
        lp_fail(e, "an input file was cut short while it was being read");
    else if (cause != EPIPE)
        lp_fail_errno(e, "writing %s", label);
}

int lp_tool_end(void) {
    lp_progress_clear();
    errno = 0;
    bool failed = ferror(file) != 0;
    failed = fflush(file) != 0 || failed;
    int cause = errno;
    failed = fclose(file) != 0 || failed;
    cause = cause != 0 ? cause : errno;
    file = NULL;
    if (!failed && temporary[0] != '\0' && rename(temporary, target) != 0) {
        failed = true;
        cause = errno;
    }
    if (failed) {
        lp_output_discard();
        lp_output_error(cause, &lp_now.error);
        lp_tool_try(-1);
    }
    temporary[0] = '\0';
    return LP_OK;
}

void lp_output_discard(void) {
    int saved = errno;
    if (temporary[0] != '\0')
        unlink(temporary);
    temporary[0] = '\0';
    errno = saved;
}
