#include "io/source.h"

#include "base/memory.h"
#include "base/read_write.h"
#include "io/crc32.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    FIRST_ROOM = 1 << 20,     /* a pipe's room at first; doubled as it fills */
    CHUNK = 1 << 20,          /* of a mapped file, summed and then released */
    LARGEST_STEP = 256 << 20, /* by which a pipe's room in a file grows */
    FORGETFUL_STEP = 16 << 20,
    HUGE_PAGE = 2 << 20,
};

static void (*told)(size_t done, size_t total);

void lp_source_on_reading(void (*tell)(size_t done, size_t total)) {
    told = tell;
}

const char *lp_source_name(const char *path) {
    return strcmp(path, "-") == 0 ? "standard input" : path;
}

char *lp_source_stem(const char *path) {
    const char *name = lp_source_name(path), *slash = strrchr(name, '/');
    char *stem = lp_strdup(slash != NULL && slash[1] != '\0' ? slash + 1 : name);
    char *dot = strrchr(stem, '.');
    if (dot != NULL && dot > stem)
        *dot = '\0';
    return stem;
}

/* Maps the rest of a regular file. False where that fails: it is then read like a pipe. */
static bool map(lp_source *s, const struct stat *status) {
    off_t at = lseek(s->fd, 0, SEEK_CUR);
    if (at < 0 || at >= status->st_size || (uintmax_t)status->st_size > SIZE_MAX)
        return false;
    size_t size = (size_t)status->st_size;
    void *base = mmap(NULL, size, PROT_READ, MAP_PRIVATE, s->fd, 0);
    if (base == MAP_FAILED)
        return false;
    s->base = base;
    s->capacity = size;
    s->data = (const unsigned char *)base + at;
    s->size = size - (size_t)at;
    s->is_mapped = s->ended = true;
    /* Other users of the descriptor find it at its end. */
    madvise(base, size, MADV_SEQUENTIAL);
    lseek(s->fd, 0, SEEK_END);
    return true;
}

int lp_source_open(lp_source *s, const char *path, lp_error *e) {
    *s = (lp_source){.fd = -1};
    struct stat status;
    bool is_standard = strcmp(path, "-") == 0;
    s->fd = is_standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (s->fd < 0 || fstat(s->fd, &status) != 0) {
        lp_fail_errno(e, "it cannot be opened");
    } else if (S_ISDIR(status.st_mode)) {
        lp_fail(e, "it is a directory");
    } else if (isatty(s->fd)) {
        lp_fail(e, "it is a terminal (name a file, or pipe something in)");
    } else {
        s->is_regular = S_ISREG(status.st_mode);
        if (s->is_regular && map(s, &status)) {
            if (!is_standard)
                close(s->fd);
            s->fd = -1;
        }
        return 0;
    }
    if (s->fd >= 0 && !is_standard)
        close(s->fd);
    *s = (lp_source){.fd = -1};
    return -1;
}

/* Doubles the room of a pipe in memory. Its pages are moved, not copied; untouched ones cost
 * nothing. */
static int grow_in_memory(lp_source *s, size_t capacity, lp_error *e) {
    void *base = s->base == NULL ? mmap(NULL, capacity, PROT_READ | PROT_WRITE,
                                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
                                 : mremap(s->base, s->capacity, capacity, MREMAP_MAYMOVE);
    if (base == MAP_FAILED)
        return lp_fail(e, "out of memory after %zu bytes", s->size);
    madvise(base, capacity, MADV_HUGEPAGE); /* fewer page faults, if it works */
    s->base = base;
    return 0;
}

/* Moves what a pipe has brought to a file. */
static int spill(lp_source *s, size_t capacity, lp_error *e) {
    if (lp_spill_open(&s->spill, capacity, e))
        return -1;
    if (s->size > 0) {
        const size_t from = s->forgotten;
        memcpy((char *)s->spill.base + from, (char *)s->base + from, s->size - from);
        munmap(s->base, s->capacity);
    }
    lp_memory_recount(s->capacity - s->forgotten, 0);
    return 0;
}

/* Makes more room for what a pipe brings. */
static int grow(lp_source *s, lp_error *e) {
    size_t step = s->base == NULL ? FIRST_ROOM : s->capacity;
    if (s->spill.base != NULL && step > LARGEST_STEP)
        step = LARGEST_STEP;
    if (s->forgotten > 0)
        step = FORGETFUL_STEP; /* what lies before is free again */
    const size_t capacity = s->capacity + step;
    if (capacity < s->capacity)
        return lp_fail(e, "out of memory after %zu bytes", s->size);
    if (s->spill.base != NULL) {
        if (lp_spill_grow(&s->spill, capacity, e))
            return -1;
    } else if (lp_memory_recount(s->capacity, capacity)) {
        if (grow_in_memory(s, capacity, e))
            return -1;
    } else {
        lp_memory_recount(capacity, s->capacity);
        if (spill(s, capacity, e)) {
            if (lp_memory_is_bounded() || grow_in_memory(s, capacity, e))
                return -1;
            lp_memory_recount(s->capacity, capacity);
        }
    }
    if (s->spill.base != NULL)
        s->base = s->spill.base;
    s->data = s->base;
    s->capacity = capacity;
    return 0;
}

int lp_source_fill(lp_source *s, size_t size, lp_error *e) {
    while (s->size < size && !s->ended) {
        if (s->size == s->capacity && grow(s, e))
            return -1;
        ssize_t n = lp_read_some(s->fd, (char *)s->base + s->size, s->capacity - s->size);
        if (n < 0)
            return lp_fail_errno(e, "it cannot be read");
        s->size += (size_t)n;
        s->ended = n == 0;
        if (told != NULL)
            told(s->size, s->ended ? s->size : 0);
    }
    return 0;
}

int lp_source_need(lp_source *s, size_t at, size_t n, lp_error *e) {
    size_t end;
    if (__builtin_add_overflow(at, n, &end))
        return lp_fail(e, "its sizes overflow");
    if (s->size >= end)
        return 0;
    if (lp_source_fill(s, end, e))
        return -1;
    if (s->size < end)
        return lp_fail(e,
                       "it is cut short: it ends at byte %zu of at least %zu (did what wrote it "
                       "fail?)",
                       s->size, end);
    return 0;
}

int lp_source_fill_all(lp_source *s, lp_error *e) {
    if (lp_source_fill(s, SIZE_MAX, e))
        return -1;
    return s->size > 0 ? 0 : lp_fail(e, "it is empty");
}

void lp_source_release(const lp_source *s, size_t first, size_t last) {
    if (!s->is_mapped && s->spill.base == NULL)
        return;
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t from = ((uintptr_t)s->data + first + page - 1) / page * page;
    uintptr_t to = ((uintptr_t)s->data + last) / page * page;
    if (from < to)
        madvise((void *)from, to - from, MADV_DONTNEED);
}

uint32_t lp_source_crc32(const lp_source *s, uint32_t crc, size_t first, size_t last) {
    for (size_t at = first; at < last;) {
        size_t n = last - at < CHUNK ? last - at : CHUNK;
        crc = lp_crc32(crc, s->data + at, n);
        if (n == CHUNK)
            lp_source_release(s, at, at + n);
        at += n;
        if (told != NULL && s->is_mapped)
            told(at, s->size);
    }
    return crc;
}

void lp_source_forget(lp_source *s, size_t last) {
    last -= last % HUGE_PAGE; /* none is cut in pieces */
    if (s->is_mapped || last <= s->forgotten)
        return;
    if (s->spill.base != NULL) {
        lp_spill_forget(&s->spill, s->forgotten, last);
    } else {
        madvise((char *)s->base + s->forgotten, last - s->forgotten, MADV_DONTNEED);
        lp_memory_recount(last - s->forgotten, 0);
    }
    s->forgotten = last;
}

void lp_source_close(lp_source *s) {
    if (s->spill.base != NULL) {
        lp_spill_close(&s->spill);
    } else if (s->base != NULL) {
        munmap(s->base, s->capacity);
        lp_memory_recount(s->is_mapped ? 0 : s->capacity - s->forgotten, 0);
    }
    if (s->fd > STDIN_FILENO)
        close(s->fd);
    *s = (lp_source){.fd = -1};
}
