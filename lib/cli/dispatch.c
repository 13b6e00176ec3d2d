/* The tools as programs in one folder. */
#include "cli/dispatch.h"

#include "cli/parse.h"
#include "cli/tool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* ---- where they are ---- */

/* A tool that no other package has: where it is, all of them are. Other folders have a `split`. */
#define A_TOOL "train-perceptron"

static bool holds_tools(const char *folder) {
    char path[PATH_MAX];
    int length = snprintf(path, sizeof path, "%s/" A_TOOL, folder);
    return (size_t)length < sizeof path && access(path, X_OK) == 0;
}

/* The path of this program: the kernel's, or else what the shell made of `invoked`. */
static bool own_path(const char *invoked, char path[PATH_MAX]) {
    if (realpath("/proc/self/exe", path) != NULL)
        return true;
    if (strchr(invoked, '/') != NULL)
        return realpath(invoked, path) != NULL;
    const char *at = getenv("PATH");
    while (at != NULL) {
        char candidate[PATH_MAX];
        int length = (int)strcspn(at, ":");
        snprintf(candidate, sizeof candidate, "%.*s/%s", length, at, invoked);
        if (access(candidate, X_OK) == 0)
            return realpath(candidate, path) != NULL;
        at = at[length] == ':' ? at + length + 1 : NULL;
    }
    return false;
}

const char *lp_dispatch_folder(const char *invoked, lp_error *e) {
    static char folder[PATH_MAX + sizeof "/../libexec/labpipe"];
    char path[PATH_MAX];
    const char *told = getenv("LABPIPE_EXEC_PATH");
    if (told != NULL && *told != '\0')
        return realpath(told, folder) != NULL && holds_tools(folder)
                   ? folder
                   : (lp_fail(e, "LABPIPE_EXEC_PATH: labpipe's tools are not in %s", told), NULL);
    if (!own_path(invoked, path))
        return lp_fail(e, "where this program is cannot be told (set LABPIPE_EXEC_PATH)"), NULL;
    *strrchr(path, '/') = '\0';
    snprintf(folder, sizeof folder, "%s/../libexec/labpipe", path);
    if (holds_tools(folder) && realpath(folder, path) != NULL) {
        strcpy(folder, path);
        return folder;
    }
    strcpy(folder, path);
    if (!holds_tools(folder))
        return lp_fail(e, "labpipe's tools are neither in %s/../libexec/labpipe nor in %s", path,
                       path),
               NULL;
    return folder;
}

/* ---- which there are ---- */

static int by_name(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int lp_dispatch_names(const char *folder, lp_texts *names, lp_error *e) {
    DIR *dir = opendir(folder);
    if (dir == NULL)
        return lp_fail_errno(e, "reading %s", folder);
    errno = 0;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL; errno = 0)
        if (entry->d_name[0] != '.' && strcmp(entry->d_name, "labpipe") != 0)
            lp_texts_append(names, lp_strdup(entry->d_name));
    if (errno != 0)
        lp_fail_errno(e, "reading %s", folder);
    const int failed = errno != 0 ? -1 : 0;
    closedir(dir);
    qsort(names->item, names->count, sizeof *names->item, by_name);
    return failed;
}

/* Starts `path --completion`, and gives the descriptor to read what it prints, its error too; or
 * -1. */
static int start(const char *path, pid_t *child, lp_error *e) {
    int ends[2];
    posix_spawn_file_actions_t actions;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return lp_fail_errno(e, "opening a pipe");
    int failed = posix_spawn_file_actions_init(&actions);
    if (!failed) {
        failed = posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
        if (!failed)
            failed = posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
        if (!failed)
            failed = posix_spawn(child, path, &actions, NULL,
                                 (char *[]){(char *)path, "--completion", NULL}, environ);
        posix_spawn_file_actions_destroy(&actions);
    }
    close(ends[1]);
    if (failed == 0)
        return ends[0];
    close(ends[0]);
    errno = failed;
    return lp_fail_errno(e, "starting %s", path);
}

/* Reads to the end, and keeps the first bytes as a text. -1 and errno where that fails. */
static int read_text(int fd, char *text, size_t size) {
    size_t kept = 0;
    for (;;) {
        char more[512];
        const ssize_t n = lp_read_some(fd, more, sizeof more);
        if (n <= 0)
            return text[kept] = '\0', (int)n;
        const size_t room = size - 1 - kept, taken = (size_t)n < room ? (size_t)n : room;
        memcpy(text + kept, more, taken);
        kept += taken;
    }
}

/* Appends the first line of what `path --completion` prints. */
static int ask(const char *path, lp_buffer *line, lp_error *e) {
    int status = 0;
    pid_t child;
    char text[500];
    const int out = start(path, &child, e);
    if (out < 0)
        return -1;
    const int failed = read_text(out, text, sizeof text);
    if (failed)
        lp_fail_errno(e, "reading what %s says", path);
    close(out); /* where it goes on writing, that ends it */
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return lp_fail_errno(e, "waiting for %s", path);
    if (failed)
        return -1;
    const size_t length = strcspn(text, "\n");
    if (status != 0 || text[length] == '\0')
        return lp_fail(e, "%s does not say what it is%s%.*s", path, length > 0 ? ": " : "",
                       (int)length, text);
    lp_buffer_append(line, text, length + 1);
    return 0;
}

int lp_dispatch_table(const char *folder, lp_buffer *table, lp_error *e) {
    static const char *const groups[] = {LP_TOOL_GROUPS(LP_TOOL_GROUP_NAME)};
    enum { GROUPS = sizeof groups / sizeof *groups };
    lp_buffer part[GROUPS] = {0};
    lp_texts names = {0};
    signal(SIGCHLD, SIG_DFL); /* where it was ignored, no tool's status would be kept */
    int failed = lp_dispatch_names(folder, &names, e);
    for (size_t i = 0; i < names.count && !failed; i++) {
        char path[PATH_MAX];
        LP_CLEANUP(lp_buffer_free) lp_buffer line = {0};
        snprintf(path, sizeof path, "%s/%s", folder, names.item[i]);
        failed = ask(path, &line, e);
        for (size_t g = 0; g < GROUPS && !failed; g++)
            if (strncmp(line.data, groups[g], strcspn(line.data, "\t")) == 0)
                lp_buffer_append(&part[g], line.data, line.size);
    }
    for (size_t g = 0; g < GROUPS; g++) {
        lp_buffer_append(table, part[g].data, part[g].size);
        lp_buffer_free(&part[g]);
    }
    return failed;
}

/* ---- running one ---- */

static int unknown_tool(const char *folder, const char *name, lp_error *e) {
    lp_texts names = {0};
    lp_nearest nearest = {.typed = name};
    if (lp_dispatch_names(folder, &names, e))
        return -1;
    for (size_t i = 0; i < names.count; i++) { /* a part of a name, such as csv, is near too */
        bool is_part = strlen(name) >= 3 && strstr(names.item[i], name) != NULL;
        lp_nearest_consider(&nearest, "", names.item[i], is_part ? name : NULL);
    }
    return lp_fail_usage(e, "there is no tool '%s' (%slabpipe list names them all)", name,
                         lp_nearest_text(&nearest));
}

int lp_dispatch_run(const char *folder, char **argv, lp_error *e) {
    char path[PATH_MAX];
    const char *name = argv[0];
    int length = snprintf(path, sizeof path, "%s/%s", folder, name);
    bool is_name = *name != '\0' && *name != '.' && strchr(name, '/') == NULL;
    if (!is_name || strcmp(name, "labpipe") == 0 || (size_t)length >= sizeof path)
        return unknown_tool(folder, name, e);
    if (access(path, X_OK) != 0 && (errno == ENOENT || errno == ENAMETOOLONG))
        return unknown_tool(folder, name, e);
    execv(path, argv);
    return lp_fail_errno(e, "starting %s", path);
}
