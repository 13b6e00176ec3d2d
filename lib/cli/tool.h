/* What every tool shares: the command line, reading, errors, output. One process is one tool, so
 * this room keeps the tool's state itself, and it is the only room that prints or exits.
 *
 * A tool's main has four parts, marked by the same comments:
 *
 *     int main(int argc, char **argv) {
 *         // arguments
 *         lp_split_options o;
 *         lp_error *e = lp_tool_begin(&tool, argc, argv, &o);
 *         // read
 *         lp_stream *s = lp_tool_input_stream();
 *         // compute
 *         lp_tool_try(lp_split(s, &o, e));
 *         // write
 *         return lp_tool_write(s);
 *     }
 */
#ifndef LP_CLI_TOOL_H
#define LP_CLI_TOOL_H

#include "base/error.h"
#include "base/memory.h"
#include "cli/option.h"
#include "cli/progress.h"
#include "io/gzip.h"
#include "io/source.h"
#include "io/stream.h"

#include <stdio.h>

/* What flows in and out of a tool. It decides which common options the tool has. */
typedef enum {
    LP_IN_NOTHING, /* a generator: no operands */
    LP_IN_STREAM,  /* [FILE...] are tensor streams: lp_tool_input_stream */
    LP_IN_FILES,   /* [FILE...] are foreign files: lp_tool_input_file */
} lp_tool_in;

typedef enum {
    LP_OUT_STREAM, /* a tensor stream: lp_tool_write; adds --compress */
    LP_OUT_BINARY, /* another binary file (PNG): lp_tool_out, lp_tool_end; refuses a terminal */
    LP_OUT_TEXT,   /* text: lp_tool_out, lp_tool_end */
} lp_tool_out_kind;

/* What a tool is for: the headings of a list of tools, in their order. */
#define LP_TOOL_GROUPS(ROW)                                                                        \
    ROW(MAKE, "make data")                                                                         \
    ROW(CONVERT, "read and write other formats")                                                   \
    ROW(PREPARE, "prepare")                                                                        \
    ROW(LEARN, "learn")                                                                            \
    ROW(EVALUATE, "evaluate")                                                                      \
    ROW(DRAW, "draw")
#define LP_TOOL_GROUP(NAME, name) LP_TO_##NAME,
#define LP_TOOL_GROUP_NAME(NAME, name) name,
typedef enum { LP_TOOL_GROUPS(LP_TOOL_GROUP) } lp_tool_group;

/* Tensors that a tool takes or gives, for its manual page; a table of them ends with {0}. */
typedef struct {
    const char *names;   /* "y, y_train"; in "layerN.weight" N is a number, in "model.*" * a name */
    const char *shape;   /* "[n, d]", behind the element type where there is but one, "f8 [n]" */
    const char *meaning; /* no full stop */
} lp_tensor_row;

typedef struct {
    const char *name;
    lp_tool_group group;
    const char *summary; /* one line: what it does, for a list of tools; no full stop */
    const lp_tensor_row *reads, *writes; /* NULL: none */
    const char *manual;   /* paragraphs for --help and the manual page: tensors taken and given */
    const char *examples; /* command lines, each on its own line, for both */
    lp_tool_in in;
    lp_tool_out_kind out;
    const lp_option *options; /* ends with {0} */
    const char *text_flags;   /* "tsv|runs": under these flags the output is text after all */
    lp_size_limit *limit;     /* LP_IN_FILES: of what is inflated, by a file's first bytes; NULL */
    const char *shards; /* the option that says into how many shards the work is cut, which the
                         * processes of a job (mpirun) divide; NULL: the tool is a single process */
    const char *words;  /* name of operands that are not files ("PATTERN..."); else NULL */
} lp_tool;

/* Parses the command line by the tool's table into *values, the struct of the table's rows: every
 * row's member is cleared, then has its default. --help, --version, --man and
 * --completion print and exit 0; a wrong command line prints one line and exits 2. It returns the
 * tool's error, for every library call that follows. */
lp_error *lp_tool_begin(const lp_tool *tool, int argc, char **argv, void *values);

/* Exits with the error's line and status where `failed` is not 0 (or the pointer is NULL). */
void lp_tool_try(int failed);
void *lp_tool_need(const void *result);

/* Exits 2 with a line about the command line / exits 1 with a line about the data. */
_Noreturn void lp_tool_usage(const char *format, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void lp_tool_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A warning: one line on standard error, silent under --quiet. */
void lp_tool_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same for each line of a text. */
void lp_tool_warn_lines(const lp_buffer *text);

/* True where the option was on the command line. */
bool lp_tool_given(const char *option);

/* Gives the option WORD as if it had been on the command line, so that the recipe has it too. */
void lp_tool_give(const char *option, const char *word);

/* The option has the word that OTHER has, given or by default, as its own default: one that the
 * table does not know. To be called where OPTION was not given. */
void lp_tool_default(const char *option, const char *other);

/* As if the option had not been given: its word says what the tool does without it. */
void lp_tool_forget(const char *option);

/* The default of this option decides nothing beside what else was given or read: the recipe leaves
 * it out. To be called for options that were not given, or have no effect where they were. */
void lp_tool_leave_out(const char *option);

/* The operands that are not files (tool.words), in order; *n is their number. */
const char *const *lp_tool_words(size_t *n);

/* ---- inputs ---- */

/* The operands that are files: their number, at least 1, and their paths ("-": standard input). */
size_t lp_tool_input_count(void);
const char *lp_tool_input_path(size_t i);

/* LP_IN_STREAM: all operands as one stream; operand i alone, which the recipe of the tool's own new
 * stream then names as an operand (`alone`: of a tool that writes no stream); or the stream in the
 * file that the text option OPTION names (--init-from FILE), NULL where it was not given. In the
 * recipe that option's word becomes <(the recipe of the stream); or the stream in a file that an
 * option given several times names, for a tool that writes no recipe. */
lp_stream *lp_tool_input_stream(void);

/* The same for a tool that passes everything on as it is, so that it may be written while it
 * arrives (lp_stream_read_through). */
lp_stream *lp_tool_input_through(void);
lp_stream *lp_tool_input_stream_at(size_t i);
lp_stream *lp_tool_input_stream_alone(size_t i);
lp_stream *lp_tool_input_stream_of(const char *option);
lp_stream *lp_tool_input_stream_in(const char *path);

/* Reads the checkpoint at `path`; NULL if there is no file yet. */
lp_stream *lp_tool_input_checkpoint(const char *path);

/* True in the process of a job that writes: all but one read and compute alone. */
bool lp_tool_writes(void);

/* LP_IN_FILES: reads the next operand, a foreign file, whole; false when all have been read. A gzip
 * file is inflated. The recipe names it and the CRC-32 of its bytes on the disk. The bytes live
 * until the tool ends. */
bool lp_tool_input_file(lp_file *file);

/* The same for a tool that takes folders: a folder gives its files, at least one (`endings`,
 * `deep`: io/folder.h), whose bytes live until the next file. The recipe names the folder and a
 * CRC-32 over the names and bytes of the files. */
bool lp_tool_input_file_or_folder(lp_file *file, const char *endings, bool deep);

/* From now on a warning says how many files of a folder end in one of these, which the tool cannot
 * read, and `advice` what to do with them. */
void lp_tool_warn_of_files(const char *endings, const char *advice);

/* A file that an option names, once all operands have been read. Its CRC-32 follows theirs. */
lp_file lp_tool_input_file_at(const char *path);

/* ---- the end ---- */

/* The options that were given and decide the output, as the recipe has them, but for the length of
 * a run (LP_RUN_LENGTH): a checkpoint belongs to them. The text lives until the tool ends. */
const char *lp_tool_options(void);

/* Writes a stream that is not the tool's output to the file at `path`, without a recipe, and
 * flushes it to the disk. For checkpoints: whenever the process is killed, the file is the last
 * whole one, or absent (cli/replace.h). */
int lp_tool_save(lp_stream *s, const char *path, lp_error *e);

/* Refuses, before the work begins, a checkpoint at `path` that could not be written, or would
 * overwrite the output, an operand, or the file `also_read` (NULL for none). */
int lp_tool_check_save(const char *path, const char *also_read, lp_error *e);

/* Writes the stream, its recipe continued by this command line, and returns the exit status. */
int lp_tool_write(lp_stream *s);

/* Where text or a picture goes: standard output or the temporary of -o FILE. lp_tool_end
 * flushes, closes, names, reports and returns the exit status. */
FILE *lp_tool_out(void);
int lp_tool_end(void);

/* The FILE of -o, NULL without or where it is a descriptor such as - (a tool may choose a format by
 * its ending). */
const char *lp_tool_out_path(void);

#endif
