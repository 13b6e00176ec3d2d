/* The tool's state, and what else the parts of this room share: one process is one tool. Used
 * inside this room only. */
#ifndef LP_CLI_STATE_H
#define LP_CLI_STATE_H

#include "cli/parse.h"
#include "cli/progress.h"
#include "cli/tool.h"

/* What the options that every tool has are parsed into. */
typedef struct {
    const char *output;
    bool compress, sync, quiet, progress, question;
    int64_t threads, max_bytes;
    struct {
        size_t bytes;
    } memory;
    lp_texts crc32;
} lp_common_options;

typedef struct {
    const lp_tool *tool;
    lp_command command;
    lp_common_options common;
    lp_error error;
    lp_texts files, words; /* the operands, told apart */
    lp_buffer apart;       /* " <(RECIPE)" for each stream that was read by itself */
    lp_texts versions;     /* that made the streams in <(...) */
} lp_tool_state;

extern lp_tool_state lp_now;

/* Adds to `options` and `operands` what the recipe says of the foreign files that were read. False
 * where one came through a pipe, so that it cannot be read again. A --crc32 that does not fit ends
 * the tool. */
bool lp_name_foreign_files(lp_buffer *options, lp_buffer *operands);

/* ---- the output (output.c): standard output, or the file of -o ---- */

/* Opens `path` (NULL: standard output). A binary result is refused to a terminal (LP_USAGE). A
 * regular file is replaced once the output is whole (cli/replace.h); a device or a named pipe is
 * written to directly, as the shell's > does; -, /dev/stdout, /dev/stderr and /dev/fd/N are the
 * open descriptor itself. Refused: directories and disks. */
int lp_output_open(const char *path, bool binary, lp_error *e);

/* True where another process reads the output while it is written: a pipe. */
bool lp_output_is_pipe(void);

/* True where a write has failed; lp_output_error says so, with `cause` an errno. The text is empty
 * where the reader went away (EPIPE). */
bool lp_output_has_failed(void);
void lp_output_error(int cause, lp_error *e);

/* A tool's table as text: --help, the manual page, the words for a shell's completion. */
void lp_usage_help(FILE *out, const lp_tool *tool, const lp_command *command);
void lp_usage_man(FILE *out, const lp_tool *tool, const lp_command *command);
void lp_usage_completion(FILE *out, const lp_tool *tool, const lp_command *command);

#endif
