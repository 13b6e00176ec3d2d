/* The progress line on standard error. See lp_tool_progress (cli/tool.h). */
#ifndef LP_CLI_PROGRESS_H
#define LP_CLI_PROGRESS_H

#include <stdbool.h>

/* Shown where standard error is a terminal or `always`, and never when `quiet`. */
void lp_progress_begin(const char *tool, bool quiet, bool always);

/* Removes the line, if one is shown. */
void lp_progress_clear(void);

#endif
