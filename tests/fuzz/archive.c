/* io/archive and io/stream: archives and bare arrays, from memory and as a file. */
#include "io/archive.h"
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* A block of the size of the input: a read beyond it does not fall on a mapped page's rest. */
static void read_memory(const uint8_t *bytes, size_t size) {
    lp_error e = {0};
    lp_source source = {.data = bytes, .size = size, .ended = true, .fd = -1};
    lp_members members = {0};
    size_t at = 0;
    int failed = lp_npy_is(bytes, size) ? lp_archive_read_bare(&source, "x", &members, &e)
                                        : lp_archive_read(&source, &at, &members, &e);
    fuzz_verdict(failed, &e);
    lp_members_free(&members);
}

static void read_file(const uint8_t *bytes, size_t size) {
    lp_error e = {0};
    char path[64];
    int fd = memfd_create("fuzz", 0);
    if (fd < 0 || write(fd, bytes, size) != (ssize_t)size)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    lp_stream *s = lp_stream_read(&(lp_input){.path = path}, 1, &e);
    fuzz_verdict(s == NULL ? -1 : 0, &e);
    if (s != NULL)
        fuzz_touch_stream(s);
    lp_stream_free(s);
    close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    read_memory(bytes, size);
    read_file(bytes, size);
    return 0;
}
