/* The files in a folder. */
#ifndef LP_IO_FOLDER_H
#define LP_IO_FOLDER_H

#include "base/error.h"
#include "base/values.h"

#include <stdbool.h>

/* True where the path is a folder. */
bool lp_folder_is(const char *path);

/* The paths of the regular files in a folder and, where `deep`, in the folders within it (one
 * level: a folder a class) whose names end in one of `endings` ("png|pgm", after a dot, in upper or
 * lower case), in the order of their bytes. Names that begin with a dot are left out, links are
 * followed. The list is freed by lp_folder_free. */
int lp_folder_list(lp_texts *paths, const char *folder, const char *endings, bool deep,
                   lp_error *e);

void lp_folder_free(lp_texts *paths);

#endif
