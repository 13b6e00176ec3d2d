/* A tool's table as text: --help, the manual page, the words for a shell's completion. */
#ifndef LP_CLI_USAGE_H
#define LP_CLI_USAGE_H

#include "cli/parse.h"
#include "cli/tool.h"

#include <stdio.h>

void lp_usage_help(FILE *out, const lp_tool *tool, const lp_command *command);
void lp_usage_man(FILE *out, const lp_tool *tool, const lp_command *command);
void lp_usage_completion(FILE *out, const lp_tool *tool, const lp_command *command);

#endif
