/* A file over a descriptor: whole lines for a terminal, and the progress of a long output. */
#include "base/printable.h"
#include "base/read_write.h"
#include "cli/progress.h"
#include "cli/replace.h"
#include "cli/state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { AT_ONCE = 4 << 20 }; /* bytes, between two looks at the clock */

typedef struct {
    int fd;
    bool is_terminal, is_pipe;
    size_t written;
    lp_buffer line; /* what a terminal is given once it is a whole line */
} cookie;

/* Gives a terminal the first `size` bytes of its line: line breaks and tabs as they are, between
 * them what is printable. */
static int show(cookie *c, size_t size) {
    LP_CLEANUP(lp_buffer_free) lp_buffer shown = {0};
    for (size_t at = 0; at < size; at++) {
        LP_CLEANUP(lp_buffer_free) lp_buffer part = {0};
        for (; at < size && c->line.data[at] != '\n' && c->line.data[at] != '\t'; at++)
            lp_buffer_append(&part, c->line.data[at] != '\0' ? &c->line.data[at] : "?", 1);
        lp_buffer_append_printable(&shown, lp_buffer_text(&part));
        if (at < size)
            lp_buffer_append(&shown, &c->line.data[at], 1);
    }
    memmove(c->line.data, c->line.data + size, c->line.size - size);
    c->line.size -= size;
    return lp_write_all(c->fd, shown.data, shown.size);
}

/* A pipe's reader says how much it has read: two lines at once would hide each other. */
static int write_pieces(cookie *c, const char *bytes, size_t size) {
    for (size_t done = 0; done < size;) {
        size_t n = size - done < AT_ONCE ? size - done : AT_ONCE;
        if (lp_write_all(c->fd, bytes + done, n))
            return -1;
        done += n;
        c->written += n;
        if (!c->is_pipe)
            lp_progress_bytes(LP_PROGRESS_WRITING, c->written, 0);
    }
    return 0;
}

/* All of it, or 0, which is fopencookie's error. */
static ssize_t write_cookie(void *context, const char *bytes, size_t size) {
    cookie *c = context;
    int failed = 0;
    if (!c->is_terminal)
        return write_pieces(c, bytes, size) ? 0 : (ssize_t)size;
    lp_buffer_append(&c->line, bytes, size);
    const char *end = memrchr(c->line.data, '\n', c->line.size);
    if (end != NULL)
        failed = show(c, (size_t)(end + 1 - c->line.data));
    return failed ? 0 : (ssize_t)size;
}

static int close_cookie(void *context) {
    cookie *c = context;
    int failed = c->line.size > 0 ? show(c, c->line.size) : 0;
    /* Linux has closed it even where a signal interrupted that. */
    failed = (close(c->fd) != 0 && errno != EINTR) || failed;
    lp_buffer_free(&c->line);
    free(c);
    return failed ? -1 : 0;
}

FILE *lp_file_over(int fd) {
    cookie *c = lp_alloc_zero(1, sizeof *c);
    const int saved = errno;
    c->fd = fd;
    c->is_terminal = lp_is_terminal(fd);
    struct stat status;
    c->is_pipe = fstat(fd, &status) == 0 && S_ISFIFO(status.st_mode);
    errno = saved;
    FILE *file =
        fopencookie(c, "wb", (cookie_io_functions_t){.write = write_cookie, .close = close_cookie});
    if (file == NULL)
        free(c);
    else if (c->is_terminal)
        setvbuf(file, NULL, _IOLBF, 0);
    return file;
}
