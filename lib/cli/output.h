/* Where a tool's result goes: standard output, or a temporary beside the file of -o that takes
 * its name only when it is whole. One output a process. */
#ifndef LP_CLI_OUTPUT_H
#define LP_CLI_OUTPUT_H

#include "base/error.h"

#include <stdbool.h>
#include <stdio.h>

/* Opens `path` (NULL: standard output). A binary result is refused to a terminal (LP_USAGE). A path
 * that is not a regular file (/dev/full, a FIFO) is written to directly; a symbolic link is
 * followed. A signal that can be caught removes the temporary. */
int lp_output_open(const char *path, bool binary, lp_error *e);

FILE *lp_output_file(void);

/* Flushes, checks, closes and renames. Errors as lp_output_error. */
int lp_output_close(lp_error *e);

/* True where a write has failed; lp_output_error says so, with `cause` an errno. The text is empty
 * where the reader went away (EPIPE). */
bool lp_output_has_failed(void);
void lp_output_error(int cause, lp_error *e);

/* Removes the temporary, if there is one. */
void lp_output_discard(void);

#endif
