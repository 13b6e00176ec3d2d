/* Memory that is a file: what does not fit the budget of lp_memory_budget (base/memory.h) is mapped
 * from a file in $TMPDIR (or /var/tmp, or /tmp), which has no name and is gone with the process,
 * however that ends. The system writes its pages out and reads them again as it needs; it takes its
 * room on the disk when it is made, so that a full disk is an error here and no signal later. */
#ifndef LP_BASE_SPILL_H
#define LP_BASE_SPILL_H

#include "base/error.h"

#include <stddef.h>

/* A new file in that folder, without a name, to be written and read: its descriptor, which the
 * caller closes. -1 and e where it cannot be had. */
int lp_temporary_file(lp_error *e);

/* A mapped file, writable, page-aligned. Starts as {0}. */
typedef struct {
    void *base; /* NULL where there is none */
    size_t size;
    int fd;
} lp_spill;

/* Makes one of `size` bytes, all zero; at least 1. Errors name the folder. */
int lp_spill_open(lp_spill *s, size_t size, lp_error *e);

/* Makes it larger, the new bytes zero; the base may move. Unchanged after a failure. */
int lp_spill_grow(lp_spill *s, size_t size, lp_error *e);

/* Says that the bytes [first, last), at multiples of a page, are not needed any more: their room on
 * the disk is free again, where the file system can do so. */
void lp_spill_forget(lp_spill *s, size_t first, size_t last);

/* Unmaps it: the room on the disk is free again. Leaves {0}, on which it is harmless. */
void lp_spill_close(lp_spill *s);

/* A quarter of the memory that the machine, or the cgroup of a container, has. */
size_t lp_quarter_of_memory(void);

#endif
