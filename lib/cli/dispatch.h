/* The tools as programs in one folder: where it is, which tools it holds, what each says of itself.
 * For the program `labpipe`, which runs them as git runs its own. */
#ifndef LP_CLI_DISPATCH_H
#define LP_CLI_DISPATCH_H

#include "base/error.h"
#include "base/memory.h"
#include "base/read_write.h" /* which the program prints with */
#include "base/values.h"

/* The folder of the tools, as an absolute path: LABPIPE_EXEC_PATH where it is set; else
 * ../libexec/labpipe from the folder of this program (links followed), where an installation has
 * them; else that folder itself, as in the source tree. `invoked` is argv[0], for systems without
 * /proc. The text lives until the process ends. NULL where none of them holds the tools. */
const char *lp_dispatch_folder(const char *invoked, lp_error *e);

/* The names of the tools in the folder, sorted. They live until the process ends. */
int lp_dispatch_names(const char *folder, lp_texts *names, lp_error *e);

/* Appends a line for each tool, "GROUP\tNAME\tSUMMARY" in the order of the groups (LP_TOOL_GROUPS),
 * by asking each tool itself. */
int lp_dispatch_table(const char *folder, lp_buffer *table, lp_error *e);

/* Replaces this process by the tool argv[0] with its arguments. It returns only where that fails:
 * LP_USAGE where there is no such tool, with the names that are nearest to it. */
int lp_dispatch_run(const char *folder, char **argv, lp_error *e);

#endif
