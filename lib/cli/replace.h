/* A file that is replaced whole or not at all. The bytes go to a temporary in the file's own
 * folder, which takes the file's name in one step when all of them are there; until then an older
 * file of that name stays as it is. The output of -o and every checkpoint is written this way.
 *
 * Where the system can (Linux, O_TMPFILE), the temporary has no name, so that nothing is left
 * whatever ends the process, SIGKILL and a power cut included. Elsewhere it is called
 * NAME.PID-N.tmp, and every signal that can be caught removes it.
 *
 * A symbolic link is followed, and what it leads to is replaced. The new file has the old one's
 * mode, and its owner and group where the system allows that. A hard link keeps the old bytes. */
#ifndef LP_CLI_REPLACE_H
#define LP_CLI_REPLACE_H

#include "base/error.h"
#include "base/memory.h"

#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>

typedef struct lp_replacement lp_replacement;
struct lp_replacement {
    const char *path; /* as it was given, for messages */
    FILE *file;       /* the temporary, to be written to; NULL where none is open */
    int fd;           /* its descriptor */
    int folder;       /* the descriptor of the folder */
    lp_buffer name;   /* of the file, in that folder */
    struct stat old;  /* of the file that is replaced; st_nlink 0: there is none */
    lp_buffer temporary;
    bool has_name; /* whether the temporary is called that yet */
    lp_replacement *next_named;
};

/* Opens a temporary for the file at `path` (which has to outlive it). *r is {0}, as before, after a
 * failure. Refused: what is not a regular file, a file or a folder that may not be written to, a
 * missing folder. */
int lp_replace_open(lp_replacement *r, const char *path, lp_error *e);

/* True where both would become the same file, or `status` is the file that is replaced. */
bool lp_replace_is_same(const lp_replacement *a, const lp_replacement *b);
bool lp_replace_is(const lp_replacement *r, const struct stat *status);

/* Flushes and closes the temporary, which takes the file's name; with `sync` after file and folder
 * were flushed to the disk. -1 and errno where that failed: the old file is still there then, or
 * the new one, whole, where all but flushing the folder succeeded. *r is {0} afterwards. */
int lp_replace_commit(lp_replacement *r, bool sync);

/* Forgets the temporary. Harmless on {0}. */
void lp_replace_discard(lp_replacement *r);

/* Removes the temporaries that have a name, and nothing else: for a process that ends at once. */
void lp_replace_unlink_all(void);

/* A file over a descriptor that it closes, written by lp_write_all (base/read_write.h). A terminal
 * gets whole lines, made printable (base/printable.h). NULL and errno where it cannot be had. */
FILE *lp_file_over(int fd);

#endif
