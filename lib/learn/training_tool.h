/* What the training tools share on their command lines: checkpoints, a model to start from, and
 * progress. */
#ifndef LP_LEARN_TRAINING_TOOL_H
#define LP_LEARN_TRAINING_TOOL_H

#include "cli/tool.h"
#include "learn/run.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    const char *init_from; /* a file, or NULL; the row is the tool's own */
    const char *checkpoint;
    int64_t checkpoint_every;
    bool resume;
} lp_training_files;

/* The rows of a tool whose options struct has such a member; `time` is what the run counts. */
#define LP_TRAINING_ROWS(type, member, time)                                                       \
    {LP_ROW("checkpoint", type, member.checkpoint), .metavar = "FILE", .flags = LP_NOT_IN_RECIPE,  \
     .requires = "checkpoint-every", .help = "where checkpoints are kept, the last one only"},     \
        {LP_ROW("checkpoint-every", type, member.checkpoint_every),                                \
         .metavar = "N",                                                                           \
         .min = 1,                                                                                 \
         .max = 9e15,                                                                              \
         .flags = LP_NOT_IN_RECIPE,                                                                \
         .requires = "checkpoint",                                                                 \
         .help = "make one every N " time},                                                        \
    {                                                                                              \
        LP_ROW("resume", type, member.resume),                                                     \
            .flags = LP_NOT_IN_RECIPE, .requires = "checkpoint",                                   \
            .help = "go on from the checkpoint, if there is one; the output is that of a run in "  \
                    "one go"                                                                       \
    }

/* The hooks of such a tool's run, which `files` has to outlive. To be called when the operands have
 * been read. */
lp_run_hooks lp_training_hooks(const lp_training_files *files, lp_error *e);

#endif
