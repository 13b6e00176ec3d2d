/* A tool that runs for `labpipe replay`, by somebody's recipe. */
#include "cli/replay.h"
#include "cli/state.h"

#include "io/folder.h"
#include "io/source.h"

#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool lp_is_replayed(void) {
    return getenv("LABPIPE_REPLAY") != NULL;
}

void lp_replayed_check_command(void) {
    if (!lp_is_replayed())
        return;
    if (lp_now.tool->out != LP_OUT_STREAM)
        lp_tool_usage("a recipe makes a stream, and this tool does not");
    for (size_t i = 0; i < lp_now.command.settings; i++) {
        const lp_setting *at = &lp_now.command.setting[i];
        char spelling[64];
        if (at->given && (at->row->flags & LP_NOT_IN_RECIPE) && strcmp(at->row->name, "crc32") != 0)
            lp_tool_usage("a recipe never has %s", lp_option_spelling(at->row, spelling));
    }
    lp_now.common.quiet = true;
}

/* ---- files ---- */

/* A pipe that replay has opened for <(...). (The standard ones would never end: a tool's own errors
 * are among them.) */
static bool is_argument(const char *path) {
    static const char folder[] = "/dev/fd/";
    const size_t length = sizeof folder - 1;
    struct stat status;
    return strncmp(path, folder, length) == 0 && strtol(path + length, NULL, 10) > STDERR_FILENO &&
           stat(path, &status) == 0 && S_ISFIFO(status.st_mode);
}

/* A regular file or a folder, that is not the system's own; NULL and errno where it is missing. */
static const char *check_file(const char *path) {
    static const char *const system_folders[] = {"/dev", "/proc", "/sys"};
    char real[PATH_MAX];
    struct stat status;
    if (stat(path, &status) != 0)
        return NULL;
    if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) /* a pipe in /proc has no real path */
        lp_tool_fail("reading %s: a recipe names regular files only", path);
    if (realpath(path, real) == NULL)
        return NULL;
    for (int i = 0; i < 3; i++) {
        const size_t length = strlen(system_folders[i]);
        if (strncmp(real, system_folders[i], length) == 0 &&
            (real[length] == '/' || real[length] == '\0'))
            lp_tool_fail("reading %s: a recipe names no files in %s", path, system_folders[i]);
    }
    return path;
}

/* What is looked for: nftw passes nothing on. */
static struct {
    const char *name; /* NULL: whatever its name */
    uint32_t crc32;
    bool is_folder;
    size_t left; /* files that are looked at */
    char *found;
} wanted;

static bool has_crc32(const char *path, uint32_t crc32) {
    lp_source source = {0};
    lp_error e;
    bool fits = lp_source_open(&source, path, &e) == 0 && lp_source_fill_all(&source, &e) == 0 &&
                lp_source_crc32(&source, 0, 0, source.size) == crc32;
    lp_source_close(&source);
    return fits;
}

static int look_at(const char *path, const struct stat *status, int kind, struct FTW *place) {
    (void)status;
    const bool is_named = wanted.name == NULL || strcmp(path + place->base, wanted.name) == 0;
    const bool fits = wanted.is_folder ? kind == FTW_D && is_named
                                       : kind == FTW_F && S_ISREG(status->st_mode) && is_named &&
                                             has_crc32(path, wanted.crc32);
    if (fits)
        wanted.found = strdup(path);
    return fits || wanted.left-- == 0;
}

/* A file with the CRC-32, first by the name that the recipe has, then by any; the folder of that
 * name, whose files are compared when they are read. */
static const char *find(const char *folder, const char *path, uint32_t crc32) {
    const char *slash = strrchr(path, '/');
    for (int is_folder = 0; is_folder < 2; is_folder++)
        for (int by_name = 1; by_name >= is_folder; by_name--) {
            wanted.name = by_name ? (slash != NULL ? slash + 1 : path) : NULL;
            wanted.crc32 = crc32;
            wanted.is_folder = is_folder;
            wanted.left = 1000000;
            if (nftw(folder, look_at, 20, FTW_PHYS) != 0 && wanted.found != NULL)
                return wanted.found;
        }
    return NULL;
}

const char *lp_replayed_path(const char *path, bool has_sum, uint32_t crc32) {
    if (!lp_is_replayed() || strcmp(path, "-") == 0 || is_argument(path))
        return path;
    if (!has_sum)
        lp_tool_fail("reading %s: a recipe names a file with its --crc32", path);
    const char *folder = getenv("LABPIPE_FIND"), *there = check_file(path);
    if (folder == NULL || (there != NULL && (lp_folder_is(path) || has_crc32(path, crc32))))
        return path; /* where it is missing, opening it says so */
    const char *found = find(folder, path, crc32);
    if (found == NULL)
        lp_tool_fail("reading %s: there is no file with the CRC-32 %08x in %s either", path,
                     (unsigned)crc32, folder);
    return found;
}
