/* What differs between runs: the options and operands of their recipes, side by side. */
#ifndef LP_PAGE_PARAMETERS_H
#define LP_PAGE_PARAMETERS_H

#include "base/memory.h"

#include <stddef.h>

typedef struct {
    const char *name;   /* "train-mlp --lr"; of a tool's second stage "train-mlp 2 --lr" */
    const char **value; /* (runs): the word, "yes" of an option without one, NULL where the run does
                           not have it */
} lp_parameter;

typedef struct {
    size_t runs, count, capacity;
    lp_parameter *parameter; /* (count), in the order in which the recipes have them */
    lp_arena memory;
} lp_parameters;

/* The parameters that are not the same in all of them. A recipe that is "" or that cannot be read
 * (io/pipeline.h) has none; those of <(...) count as well. Freed with lp_parameters_free. */
void lp_parameters_read(lp_parameters *p, size_t runs, const char *const *recipe);
void lp_parameters_free(lp_parameters *p);

#endif
