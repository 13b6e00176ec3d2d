/* The targets without libFuzzer: replay FOLDER gives the target every file of the folder, and
 * then what becomes of each when it is cut, flipped, lengthened, or made to lie about its sizes.
 * The same inputs in the same order every time. The one that ends it is left in FOLDER's name with
 * ".crash" behind it, in the folder where this program is. */
#include "fuzz.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    MAX_FILE = 1 << 16,
    ROOM = 2 * MAX_FILE,
    PLACES = 200,  /* in a longer file not every place is changed, but so many, evenly spread */
    RANDOM = 1000, /* inputs of several changes at random places */
    SECONDS = 10,  /* that one input may take */
};

/* What the target has now. It has a block of just that size, where a sanitizer sees its ends. */
static const uint8_t *now;
static size_t now_size;
static char crash[4096];

static void leave_crash(void) {
    int fd = open(crash, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (fd >= 0 && write(fd, now, now_size) == (ssize_t)now_size)
        dprintf(STDERR_FILENO, "the input of %zu bytes that did it: %s\n", now_size, crash);
}

static void on_signal(int number) {
    leave_crash();
    signal(number, SIG_DFL);
    raise(number);
}

/* Sanitizers end the process themselves, and say so here. */
extern void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

static void try(const uint8_t *bytes, size_t size) {
    uint8_t *copy = malloc(size > 0 ? size : 1);
    if (copy == NULL)
        abort();
    memcpy(copy, bytes, size);
    now = copy, now_size = size;
    alarm(SECONDS);
    LLVMFuzzerTestOneInput(copy, size);
    alarm(0);
    free(copy);
}

/* Sebastiano Vigna's splitmix64. */
static uint64_t next_random(uint64_t *state) {
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

/* What stands for a size, or in a size's place. */
static const struct {
    size_t size;
    const char *bytes;
} lies[] = {
    {4, "\xff\xff\xff\xff"},
    {4, "\xff\xff\xff\x7f"},
    {4, "\x7f\xff\xff\xff"},
    {4, "\0\0\0\x80"},
    {4, "\0\0\0\0"},
    {8, "\xff\xff\xff\xff\xff\xff\xff\xff"},
    {8, "\xff\xff\xff\xff\xff\xff\xff\x7f"},
    {8, "\0\0\0\x40\0\0\0\0"},
    {1, "9"},
    {1, "-"},
    {1, "\0"},
    {1, "\n"},
    {1, "\""},
    {20, "99999999999999999999"},
};
enum { LIES = sizeof lies / sizeof *lies };

/* Writes lie `which` over what is at `at`, or puts it in between. */
static size_t lie(uint8_t *bytes, size_t size, size_t at, size_t which, bool insert) {
    size_t n = lies[which].size;
    if (insert) {
        memmove(bytes + at + n, bytes + at, size - at);
        size += n;
    }
    memcpy(bytes + at, lies[which].bytes, at + n <= size ? n : size - at);
    return size;
}

static void try_all(const uint8_t *bytes, size_t size) {
    static uint8_t changed[ROOM];
    size_t step = (size + PLACES - 1) / PLACES;
    try(bytes, size);
    for (size_t at = 0; at < size; at += step) {
        try(bytes, at);
        for (int bit = 0; bit < 8; bit++) {
            memcpy(changed, bytes, size);
            changed[at] ^= (uint8_t)(1 << bit);
            try(changed, size);
        }
        for (size_t which = 0; which < 2 * LIES; which++) {
            memcpy(changed, bytes, size);
            try(changed, lie(changed, size, at, which / 2, which % 2 == 1));
        }
        memcpy(changed, bytes, at);
        memcpy(changed + at, bytes + at + 1, size - at - 1);
        try(changed, size - 1);
    }
    memcpy(changed, bytes, size);
    memcpy(changed + size, bytes, size);
    try(changed, 2 * size);
    try(changed, size + 1);

    uint64_t random = size;
    for (int i = 0; i < RANDOM && size > 0; i++) {
        size_t length = size;
        memcpy(changed, bytes, size);
        for (uint64_t n = 2 + next_random(&random) % 6; n > 0 && length < MAX_FILE; n--) {
            uint64_t r = next_random(&random);
            size_t at = (r >> 8) % length;
            if (r % 4 == 0)
                length = lie(changed, length, at, (r >> 40) % LIES, r % 8 == 0);
            else
                changed[at] = (uint8_t)(r >> 48);
        }
        try(changed, length);
    }
}

/* The files of a folder, by name: the order in which it lists them is nobody's promise. */
static int is_file(const struct dirent *entry) {
    return entry->d_name[0] != '.';
}

int main(int argc, char **argv) {
    static uint8_t bytes[MAX_FILE];
    struct dirent **list;
    if (argc != 2) {
        fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return 2;
    }
    int files = scandir(argv[1], &list, is_file, alphasort);
    snprintf(crash, sizeof crash, "%s.crash", argv[0]);
    unlink(crash);
    if (__sanitizer_set_death_callback != NULL) {
        __sanitizer_set_death_callback(leave_crash);
    } else {
        signal(SIGSEGV, on_signal);
        signal(SIGBUS, on_signal);
        signal(SIGFPE, on_signal);
    }
    signal(SIGABRT, on_signal);
    signal(SIGALRM, on_signal);
    int failed = 0;
    try(bytes, 0);
    for (int i = 0; i < files; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", argv[1], list[i]->d_name);
        FILE *in = fopen(path, "rb");
        size_t size = in == NULL ? 0 : fread(bytes, 1, sizeof bytes, in);
        if (in == NULL || ferror(in) || size == sizeof bytes) {
            printf("FAILED: %s cannot be read, or has %d bytes or more\n", path, MAX_FILE);
            failed++;
        } else {
            try_all(bytes, size);
        }
        if (in != NULL)
            fclose(in);
        free(list[i]);
    }
    if (files <= 0) {
        printf("FAILED: there is no file in %s\n", argv[1]);
        failed++;
    } else {
        free(list);
    }
    const char *name = strrchr(argv[0], '/');
    printf("fuzz_%s: %d passed, %d failed\n", name == NULL ? argv[0] : name + 1,
           files > failed ? files - failed : 0, failed);
    return failed != 0;
}
