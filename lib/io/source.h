/* Where bytes come from: a regular file is mapped, a pipe is read into memory that grows with
 * what arrives and, past the budget (base/memory.h), into a file. Either way a source is one run of
 * bytes, read front to back; offsets into it stay valid (though `data` may move while a pipe is
 * read). */
#ifndef LP_IO_SOURCE_H
#define LP_IO_SOURCE_H

#include "base/error.h"
#include "base/spill.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    const unsigned char *data; /* page-aligned for a pipe or a file that is read from its start */
    size_t size;               /* bytes read so far */
    bool ended;                /* no more will come, as in every mapped file */
    bool is_mapped;
    bool is_regular; /* a file: whoever has its path can read it again */
    int fd;          /* -1 where nothing is left to read */
    void *base;      /* what is mapped, and how much of it */
    size_t capacity;
    size_t forgotten; /* of the pipe's memory, from its start */
    lp_spill spill;   /* the same where a pipe did not fit the memory */
} lp_source;

/* A whole file in memory. */
typedef struct {
    const char *name; /* for messages: "standard input" for - */
    const char *bytes;
    size_t size;
} lp_file;

/* Whom to tell while bytes are read or summed, about every megabyte: how many, and of how many (0:
 * nobody knows). For a tool that shows it; NULL, as at first: nobody. */
void lp_source_on_reading(void (*tell)(size_t done, size_t total));

/* Opens a path, or standard input for "-" (a regular file there is mapped, from its current
 * position on). Refused: a terminal, a directory, what cannot be read. Closed with lp_source_close,
 * which is harmless on {0}. A mapped file that shrinks while it is in use ends the process with
 * SIGBUS, which a tool may turn into a message. */
int lp_source_open(lp_source *s, const char *path, lp_error *e);

/* Reads until s->size is at least `size` or the source has ended. */
int lp_source_fill(lp_source *s, size_t size, lp_error *e);

/* The same for n bytes from `at` on; a source that ends before is an error. */
int lp_source_need(lp_source *s, size_t at, size_t n, lp_error *e);

/* Reads to the end, whatever its length; an empty source is an error. */
int lp_source_fill_all(lp_source *s, lp_error *e);

/* The CRC-32 of the bytes [first, last), continuing `crc` (0 to start with). Pages of a file
 * are released afterwards, so that a large file costs no memory until its tensors are used. */
uint32_t lp_source_crc32(const lp_source *s, uint32_t crc, size_t first, size_t last);

/* Releases the mapped pages within [first, last); they come back when touched. */
void lp_source_release(const lp_source *s, size_t first, size_t last);

/* Says that no byte before `last` is needed any more: a pipe's memory is free again. */
void lp_source_forget(lp_source *s, size_t last);

void lp_source_close(lp_source *s);

/* The name of a path in messages: itself, or "standard input" for "-". */
const char *lp_source_name(const char *path);

/* How a table or a legend calls it: without folder and ending, "sgd" for "out/sgd.npz". The
 * caller's to free. */
char *lp_source_stem(const char *path);

#endif
