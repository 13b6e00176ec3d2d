/* Writing to a descriptor, whatever interrupts it. */
#include "cli/replace.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

/* Writes at least one byte; -1 and errno where that fails. */
static ssize_t write_some(int fd, const void *bytes, size_t size) {
    for (;;) {
        ssize_t n = write(fd, bytes, size);
        if (n > 0 || size == 0)
            return n;
        if (n == 0) /* no system does so; it must not spin */
            errno = EIO;
        if (errno == EAGAIN) /* it is non-blocking */
            poll(&(struct pollfd){.fd = fd, .events = POLLOUT}, 1, -1);
        else if (errno != EINTR)
            return -1;
    }
}

int lp_write_all(int fd, const void *bytes, size_t size) {
    for (size_t done = 0; done < size;) {
        ssize_t n = write_some(fd, (const char *)bytes + done, size - done);
        if (n < 0)
            return -1;
        done += (size_t)n;
    }
    return 0;
}

/* All of it, or 0, which is fopencookie's error. */
static ssize_t write_cookie(void *cookie, const char *bytes, size_t size) {
    return lp_write_all((int)(intptr_t)cookie, bytes, size) ? 0 : (ssize_t)size;
}

static int close_cookie(void *cookie) {
    /* Linux has closed it even where a signal interrupted that. */
    return close((int)(intptr_t)cookie) != 0 && errno != EINTR ? -1 : 0;
}

FILE *lp_file_over(int fd) {
    FILE *file = fopencookie((void *)(intptr_t)fd, "wb",
                             (cookie_io_functions_t){.write = write_cookie, .close = close_cookie});
    int saved = errno;
    if (file != NULL && isatty(fd))
        setvbuf(file, NULL, _IOLBF, 0);
    errno = saved;
    return file;
}
