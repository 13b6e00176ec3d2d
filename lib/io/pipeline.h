/* A recipe (io/recipe.h) as a tree, read without a shell:
 *
 *     pipeline = stage { "|" stage }
 *     stage    = argument { blank argument }
 *     argument = word | "<(" pipeline ")"
 *
 * A word is plain characters, '...' and backslash with one character, joined; blanks are spaces and
 * tabs. Whatever else means something to a shell is refused, so that no recipe means another thing
 * here than there: variables, globs, line breaks, redirections, ";", "&", comments, double quotes.
 * Nothing here runs anything. */
#ifndef LP_IO_PIPELINE_H
#define LP_IO_PIPELINE_H

#include "base/error.h"
#include "base/memory.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    LP_PIPELINE_MAX_DEPTH = 32,      /* of <( <( ... ) ) */
    LP_PIPELINE_MAX_COMMANDS = 1000, /* in all, since they run at the same time */
};

typedef struct lp_stage lp_stage;

typedef struct {
    lp_stage *stage; /* (count), at least one */
    size_t count;
} lp_pipeline;

/* A word without its quotes or, where `from` is not NULL, what <(from) writes. */
typedef struct {
    const char *word;
    const lp_pipeline *from;
} lp_argument;

struct lp_stage {
    lp_argument *argument; /* (count), at least one */
    size_t count;
};

/* The pipeline that a recipe says. All of it lives in the arena. Refused, with the place: what the
 * grammar does not have, a quote or <( without its end, and more than the limits. */
int lp_pipeline_parse(const char *recipe, lp_arena *arena, lp_pipeline *p, lp_error *e);

/* True where the first word of the stage is `word`. */
bool lp_stage_is(const lp_stage *stage, const char *word);

/* The name of the tool that a stage runs, `labpipe NAME` or NAME alone, and the number of arguments
 * up to and with that name; NULL where its first word is <(...) or `labpipe` is all there is. */
const char *lp_stage_tool(const lp_stage *stage, size_t *used);

#endif
