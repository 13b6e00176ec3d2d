#include "io/folder.h"

#include "base/memory.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool lp_folder_is(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static bool has_ending(const char *name, const char *endings) {
    char pattern[100];
    snprintf(pattern, sizeof pattern, "*.@(%s)", endings);
    return fnmatch(pattern, name, FNM_EXTMATCH | FNM_CASEFOLD) == 0;
}

static int list(lp_buffer *paths, const char *folder, const char *endings, bool deep, lp_error *e);

static int list_entry(lp_buffer *paths, const char *folder, const char *name, const char *endings,
                      bool deep, lp_error *e) {
    struct stat status;
    LP_CLEANUP(lp_buffer_free) lp_buffer text = {0};
    size_t length = strlen(folder);
    lp_buffer_printf(&text, "%s%s%s", folder, length > 0 && folder[length - 1] == '/' ? "" : "/",
                     name);
    if (stat(text.data, &status) != 0) /* with `deep` it might be a folder */
        return deep || has_ending(name, endings) ? lp_fail_errno(e, "reading %s", text.data) : 0;
    if (S_ISDIR(status.st_mode) && deep)
        return list(paths, text.data, endings, false, e);
    if (S_ISREG(status.st_mode) && has_ending(name, endings)) {
        char *path = lp_strdup(text.data);
        lp_buffer_append(paths, &path, sizeof path);
    }
    return 0;
}

/* Appends the paths (char *). */
static int list(lp_buffer *paths, const char *folder, const char *endings, bool deep, lp_error *e) {
    DIR *dir = opendir(folder);
    if (dir == NULL)
        return lp_fail_errno(e, "reading %s", folder);
    int failed = 0;
    struct dirent *entry;
    while (!failed && (errno = 0, entry = readdir(dir)) != NULL)
        if (entry->d_name[0] != '.')
            failed = list_entry(paths, folder, entry->d_name, endings, deep, e);
    if (!failed && errno != 0)
        failed = lp_fail_errno(e, "reading %s", folder);
    closedir(dir);
    return failed;
}

static int compare(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int lp_folder_list(lp_texts *paths, const char *folder, const char *endings, bool deep,
                   lp_error *e) {
    lp_buffer found = {0};
    int failed = list(&found, folder, endings, deep, e);
    *paths = (lp_texts){(const char **)found.data, found.size / sizeof(char *)};
    if (failed)
        lp_folder_free(paths);
    else if (paths->count > 0)
        qsort(paths->item, paths->count, sizeof *paths->item, compare);
    return failed;
}

void lp_folder_free(lp_texts *paths) {
    for (size_t i = 0; i < paths->count; i++)
        free((char *)paths->item[i]);
    free(paths->item);
    *paths = (lp_texts){0};
}
