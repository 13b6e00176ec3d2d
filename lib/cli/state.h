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

/* True where what is written there is for eyes. Not where mpirun gives its processes a terminal
 * each, whatever its own output is, and the result is binary. */
bool lp_is_terminal(int fd);

/* True where another process reads the output while it is written: a pipe. */
bool lp_output_is_pipe(void);

/* True where a write has failed; lp_output_error says so, with `cause` an errno. The text is empty
 * where the reader went away (EPIPE). */
bool lp_output_has_failed(void);
void lp_output_error(int cause, lp_error *e);

/* ---- several processes as one job (ranks.c) ---- */

/* Joins the ranks of the job that mpirun or srun started this process in. Ends the tool where the
 * tool or its command line has no work for as many. */
void lp_job_join(void);

/* True where mpirun or srun started this process, alone or with others. */
bool lp_job_is_launched(void);

/* This process's place among those that were started, also before it has joined them. */
size_t lp_job_rank(void);

/* Before an error's line: leaves rank 0 the time to end the job with the same line. */
void lp_job_take_turns(void);

/* Where this rank reads what `path` names ("-": standard input, which rank 0 alone has and hands
 * out); NULL: there. The text lives until the tool ends. */
const char *lp_job_path(const char *path);

/* A tool's table as text: --help, the manual page, the words for a shell's completion. */
void lp_usage_help(FILE *out, const lp_tool *tool, const lp_command *command);
void lp_usage_man(FILE *out, const lp_tool *tool, const lp_command *command);
void lp_usage_completion(FILE *out, const lp_tool *tool, const lp_command *command);

#endif
