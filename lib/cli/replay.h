/* Running a recipe (io/pipeline.h) without a shell, on both sides: `labpipe replay`, which starts
 * the tools and takes what they write, and a tool that was started so.
 *
 * The recipe may be a stranger's. Nothing is started but the tools of lp_dispatch_names, from their
 * own folder; `cat` is a loop in here. All of it is checked before the first of them starts. Their
 * standard input, output and error are pipes of ours or /dev/null. LABPIPE_REPLAY in their
 * environment tells them to refuse what no recipe has: options that write files or change no byte,
 * a file without its --crc32, and whatever is not a regular file or a folder, or lies in /dev,
 * /proc or /sys. They make no tensor above LABPIPE_MAX_BYTES, end with this process, and are ended
 * when the time is over. */
#ifndef LP_CLI_REPLAY_H
#define LP_CLI_REPLAY_H

#include "base/error.h"
#include "base/values.h"
#include "io/pipeline.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* ---- the process that runs a recipe ---- */

typedef struct {
    const char *folder;    /* of the tools (lp_dispatch_folder) */
    const lp_texts *tools; /* their names */
    const char *find;      /* a folder for foreign files that are not where the recipe says; NULL */
    int64_t seconds;       /* that it may take; 0: any time */
} lp_replay_options;

/* Takes a part of what the pipeline writes; false: no more is wanted. */
typedef bool lp_replay_take(void *context, const unsigned char *bytes, size_t size);

/* Checks a pipeline, runs it and waits for its end. -1 and e where a tool failed (with its own
 * line), or the time was over; not where `take` had enough. */
int lp_replay_run(const lp_pipeline *p, const lp_replay_options *o, lp_replay_take *take,
                  void *context, lp_error *e);

/* A new file without a name in $TMPDIR, to be written and read. NULL and e where it cannot be had.
 */
FILE *lp_replay_temporary(lp_error *e);

/* ---- a tool that such a process has started (replayed.c) ---- */

bool lp_is_replayed(void);

/* Ends the tool where its command line has what no recipe has. */
void lp_replayed_check_command(void);

/* What to open for the path in a recipe: itself, or under --find a file (the folder of that name)
 * with the CRC-32. Ends the tool where a recipe may not name it. Without a replay it is the path.
 */
const char *lp_replayed_path(const char *path, bool has_crc32, uint32_t crc32);

#endif
