/* Reading and writing a descriptor, whatever interrupts it: a call that a signal ends, or that a
 * descriptor refuses which does not block, is made again. */
#ifndef LP_BASE_READ_WRITE_H
#define LP_BASE_READ_WRITE_H

#include <stddef.h>
#include <sys/types.h>

/* Reads at least one byte and at most `size`; 0 at the end; -1 and errno where that fails. */
ssize_t lp_read_some(int fd, void *bytes, size_t size);

/* Writes all the bytes; -1 and errno where that fails. */
int lp_write_all(int fd, const void *bytes, size_t size);

#endif
