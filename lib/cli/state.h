/* The tool's state: one process is one tool. Used inside this room only. */
#ifndef LP_CLI_STATE_H
#define LP_CLI_STATE_H

#include "cli/parse.h"
#include "cli/tool.h"

/* What the options that every tool has are parsed into. */
typedef struct {
    const char *output;
    bool compress, quiet, progress, question;
    int64_t threads;
    lp_texts crc32;
} lp_common_options;

typedef struct {
    const lp_tool *tool;
    lp_command command;
    lp_common_options common;
    lp_error error;
    lp_texts files, words; /* the operands, told apart */
} lp_tool_state;

extern lp_tool_state lp_now;

/* Adds to `options` and `operands` what the recipe says of the foreign files that were read. False
 * where one came through a pipe, so that it cannot be read again. A --crc32 that does not fit ends
 * the tool. */
bool lp_name_foreign_files(lp_buffer *options, lp_buffer *operands);

#endif
