#include "base/read_write.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <unistd.h>

/* Whether a call that has failed is to be made again, now that it may succeed. */
static bool is_to_repeat(int fd, short events) {
    if (errno == EAGAIN) /* it is non-blocking */
        return poll(&(struct pollfd){.fd = fd, .events = events}, 1, -1) >= 0 || errno == EINTR;
    return errno == EINTR;
}

ssize_t lp_read_some(int fd, void *bytes, size_t size) {
    ssize_t n;
    while ((n = read(fd, bytes, size)) < 0 && is_to_repeat(fd, POLLIN))
        continue;
    return n;
}

int lp_write_all(int fd, const void *bytes, size_t size) {
    for (size_t done = 0; done < size;) {
        const ssize_t n = write(fd, (const char *)bytes + done, size - done);
        if (n == 0) /* no system does so; it must not spin */
            return errno = EIO, -1;
        if (n < 0 && !is_to_repeat(fd, POLLOUT))
            return -1;
        done += n > 0 ? (size_t)n : 0;
    }
    return 0;
}
