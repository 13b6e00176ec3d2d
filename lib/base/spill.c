#include "base/spill.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const char *folder(void) {
    const char *named = getenv("TMPDIR");
    if (named != NULL && *named != '\0')
        return named;
    return access("/var/tmp", W_OK) == 0 ? "/var/tmp" : "/tmp";
}

/* A new file without a name. Where the system has no such files it loses its name at once. */
static int open_unnamed(const char *in) {
#ifdef O_TMPFILE
    const int fd = open(in, O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600);
    if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT))
        return fd;
#endif
    char path[4096];
    if (snprintf(path, sizeof path, "%s/labpipe-XXXXXX", in) >= (int)sizeof path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    const int named = mkostemp(path, O_CLOEXEC);
    if (named >= 0)
        unlink(path);
    return named;
}

int lp_temporary_file(lp_error *e) {
    const int fd = open_unnamed(folder());
    return fd >= 0 ? fd
                   : lp_fail_errno(e, "no temporary file can be made in %s (TMPDIR)", folder());
}

static int fail(int cause, const char *what, size_t size, lp_error *e) {
    errno = cause;
    return lp_fail_errno(e, "%zu bytes that do not fit the memory (--memory) %s %s (TMPDIR)", size,
                         what, folder());
}

/* Gives the file room for `size` bytes, of which it has `before`. */
static int reserve(int fd, size_t before, size_t size, lp_error *e) {
    int cause;
    do
        cause =
            size > INT64_MAX ? EFBIG : posix_fallocate(fd, (off_t)before, (off_t)(size - before));
    while (cause == EINTR);
    return cause != 0 ? fail(cause, "find no room in", size, e) : 0;
}

int lp_spill_open(lp_spill *s, size_t size, lp_error *e) {
    *s = (lp_spill){.fd = open_unnamed(folder()), .size = size};
    if (s->fd < 0)
        return fail(errno, "cannot go to a file in", size, e);
    if (reserve(s->fd, 0, size, e) == 0) {
        s->base = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, s->fd, 0);
        if (s->base != MAP_FAILED)
            return 0;
        fail(errno, "cannot be mapped from", size, e);
    }
    close(s->fd);
    *s = (lp_spill){0};
    return -1;
}

int lp_spill_grow(lp_spill *s, size_t size, lp_error *e) {
    if (reserve(s->fd, s->size, size, e))
        return -1;
    void *base = mremap(s->base, s->size, size, MREMAP_MAYMOVE);
    if (base == MAP_FAILED)
        return fail(errno, "cannot be mapped from", size, e);
    s->base = base;
    s->size = size;
    return 0;
}

void lp_spill_forget(lp_spill *s, size_t first, size_t last) {
#ifdef FALLOC_FL_PUNCH_HOLE
    fallocate(s->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)first,
              (off_t)(last - first));
#else
    madvise((char *)s->base + first, last - first, MADV_DONTNEED);
#endif
}

void lp_spill_close(lp_spill *s) {
    if (s->base != NULL) {
        munmap(s->base, s->size);
        close(s->fd);
    }
    *s = (lp_spill){0};
}

/* The limit of a container, in bytes; SIZE_MAX where there is none. */
static size_t cgroup_limit(void) {
    char text[32];
    const int fd = open("/sys/fs/cgroup/memory.max", O_RDONLY | O_CLOEXEC);
    const ssize_t n = fd >= 0 ? read(fd, text, sizeof text - 1) : 0;
    if (fd >= 0)
        close(fd);
    text[n > 0 ? n : 0] = '\0';
    char *end;
    const unsigned long long limit = strtoull(text, &end, 10);
    return end != text && limit < SIZE_MAX ? (size_t)limit : SIZE_MAX;
}

size_t lp_quarter_of_memory(void) {
    const size_t machine = (size_t)sysconf(_SC_PHYS_PAGES) * (size_t)sysconf(_SC_PAGESIZE);
    const size_t container = cgroup_limit();
    return (machine < container ? machine : container) / 4;
}
