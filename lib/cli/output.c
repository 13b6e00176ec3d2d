/* Where a tool's result goes. One output a process. */
#include "cli/replace.h"
#include "cli/state.h"
#include "num/ranks.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static FILE *file;
static lp_replacement replacement; /* of -o, where that is a regular file */
static bool is_pipe;
static const char *label = "standard output"; /* for messages */

/* ---- opening it ---- */

/* The descriptor that a path stands for, -1 for other paths. Opened anew as a file, it would lose
 * its place, and what was written through it. */
static int descriptor_of(const char *path) {
    static const char *const folders[] = {"/dev/fd/", "/proc/self/fd/"};
    char digits[8] = "";
    int length = 0;
    if (strcmp(path, "-") == 0 || strcmp(path, "/dev/stdout") == 0)
        return STDOUT_FILENO;
    if (strcmp(path, "/dev/stderr") == 0)
        return STDERR_FILENO;
    for (int i = 0; i < 2; i++) {
        const size_t n = strlen(folders[i]);
        if (strncmp(path, folders[i], n) == 0 &&
            sscanf(path + n, "%7[0-9]%n", digits, &length) == 1 && path[n + (size_t)length] == '\0')
            return atoi(digits);
    }
    return -1;
}

static int write_to(int fd, bool binary, lp_error *e) {
    if (fd < 0)
        return lp_fail_errno(e, "writing %s", label);
    if (binary && lp_is_terminal(fd))
        return lp_fail_usage(
            e, "%s is a terminal, and the result is binary (redirect it, or give -o FILE)", label);
    struct stat status;
    is_pipe = fstat(fd, &status) == 0 && S_ISFIFO(status.st_mode);
    file = lp_file_over(fd);
    return file != NULL ? 0 : lp_fail_errno(e, "writing %s", label);
}

/* True where it is one of the files that are read. */
static bool is_input(const struct stat *status) {
    struct stat input;
    for (size_t i = 0; i < lp_now.files.count; i++) {
        const char *path = lp_now.files.item[i];
        int failed = strcmp(path, "-") == 0 ? fstat(STDIN_FILENO, &input) : stat(path, &input);
        if (!failed && input.st_dev == status->st_dev && input.st_ino == status->st_ino)
            return true;
    }
    return false;
}

/* Writes to what is there and is not a regular file, as the shell's > does: a terminal, /dev/null,
 * a named pipe. */
static int write_to_special(const char *path, const struct stat *status, bool binary, lp_error *e) {
    int fd;
    if (S_ISDIR(status->st_mode))
        return lp_fail(e, "writing %s: it is a directory", path);
    if (S_ISBLK(status->st_mode))
        return lp_fail(e, "writing %s: it is a disk (write to it through standard output)", path);
    if (S_ISFIFO(status->st_mode) && is_input(status))
        return lp_fail_usage(e, "%s is the input, too", path);
    while ((fd = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC)) < 0 && errno == EINTR)
        continue;
    return write_to(fd, binary, e);
}

int lp_output_open(const char *path, bool binary, lp_error *e) {
    struct stat existing;
    int fd = path != NULL ? descriptor_of(path) : STDOUT_FILENO;
    if (fd == STDOUT_FILENO)
        return write_to(fd, binary, e);
    label = path;
    if (*path == '\0')
        return lp_fail_usage(e, "option --output: the file's name is empty");
    if (fd >= 0)
        return write_to(fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1), binary, e);
    if (stat(path, &existing) == 0 && !S_ISREG(existing.st_mode))
        return write_to_special(path, &existing, binary, e);
    if (lp_replace_open(&replacement, path, e))
        return -1;
    file = replacement.file;
    return 0;
}

bool lp_output_is_pipe(void) {
    return is_pipe;
}

FILE *lp_tool_out(void) {
    return file;
}

const char *lp_tool_out_path(void) {
    const char *path = lp_now.common.output;
    return path != NULL && descriptor_of(path) >= 0 ? NULL : path;
}

/* ---- ending it ---- */

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

/* Standard output and its like: 0, or -1 and errno. */
static int close_output(void) {
    errno = 0;
    bool failed = ferror(file) != 0;
    failed = fflush(file) != 0 || failed;
    int cause = errno;
    failed = fclose(file) != 0 || failed;
    errno = cause != 0 ? cause : errno;
    return failed ? -1 : 0;
}

int lp_tool_end(void) {
    lp_progress_end();
    int failed = file == replacement.file ? lp_replace_commit(&replacement, lp_now.common.sync)
                                          : close_output();
    file = NULL;
    if (failed) {
        lp_output_error(errno, &lp_now.error);
        lp_tool_try(-1);
    }
    lp_ranks_finish();
    return LP_OK;
}

/* ---- checkpoints ---- */

int lp_tool_check_save(const char *path, const char *also_read, lp_error *e) {
    LP_CLEANUP(lp_replace_discard) lp_replacement checkpoint = {0};
    struct stat other;
    if (*path == '\0')
        return lp_fail_usage(e, "option --checkpoint: the file's name is empty");
    if (lp_replace_open(&checkpoint, path, e))
        return -1;
    if (lp_replace_is_same(&checkpoint, &replacement) ||
        (fstat(STDOUT_FILENO, &other) == 0 && lp_replace_is(&checkpoint, &other)))
        return lp_fail_usage(e, "the checkpoint %s is the output, too", path);
    if ((checkpoint.old.st_nlink > 0 && is_input(&checkpoint.old)) ||
        (also_read != NULL && stat(also_read, &other) == 0 && lp_replace_is(&checkpoint, &other)))
        return lp_fail_usage(e, "the checkpoint %s is an input, too", path);
    return 0;
}

int lp_tool_save(lp_stream *s, const char *path, lp_error *e) {
    LP_CLEANUP(lp_replace_discard) lp_replacement checkpoint = {0};
    if (lp_replace_open(&checkpoint, path, e))
        return -1;
    if (lp_stream_write(s, checkpoint.file, false, e))
        return lp_within(e, "checkpoint %s", path);
    return lp_replace_commit(&checkpoint, true) ? lp_fail_errno(e, "writing %s", path) : 0;
}
