/* Example files, for the commands in help and manual: each as another program would have written
 * it. */
#ifndef LP_DATA_EXAMPLE_H
#define LP_DATA_EXAMPLE_H

#include "base/error.h"
#include "base/memory.h"

#include <stdbool.h>

typedef struct {
    const char *name; /* "iris.csv" */
    const char *what; /* one line, no full stop */
    bool is_binary;
    int (*write)(const char *name, lp_buffer *file, lp_error *e);
} lp_example;

/* The table of them; it ends with {0}. Each is the same bytes whenever it is written. The irises
 * are Fisher's, as fixtures/iris.csv has them; everything else is invented or drawn. */
extern const lp_example lp_examples[];

/* The row of that name; NULL where there is none. */
const lp_example *lp_example_find(const char *name);

#endif
