/* Writing to a descriptor, whatever interrupts it. The program `labpipe` needs it too, and nothing
 * else of a tool's output. */
#include "cli/replace.h"

#include <errno.h>
#include <poll.h>
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
