/* Shared by the training tools: the options for checkpoints, and the hooks of a run: a model to
 * start from, checkpoints and progress. */
#ifndef LP_TOOLS_TRAINING_H
#define LP_TOOLS_TRAINING_H

#include "cli/tool.h"
#include "learn/run.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct {
    const char *init_from; /* a file, or NULL; the row is the tool's own */
    const char *checkpoint;
    int64_t checkpoint_every;
    bool resume;
} training_files;

/* The rows of a tool whose options struct has the `member` of that type; `time` is what the run
 * counts. */
// clang-format off
#define TRAINING_ROWS(type, member, time)                                                          \
    {LP_ROW("checkpoint", type, member.checkpoint), .metavar = "FILE",                             \
     .flags = LP_NOT_IN_RECIPE, .requires = "checkpoint-every",                                    \
     .help = "where checkpoints are kept, the last one only"},                                     \
    {LP_ROW("checkpoint-every", type, member.checkpoint_every), .metavar = "N", .min = 1,          \
     .max = 9e15, .flags = LP_NOT_IN_RECIPE, .requires = "checkpoint",                             \
     .help = "make one every N " time},                                                            \
    {LP_ROW("resume", type, member.resume), .flags = LP_NOT_IN_RECIPE, .requires = "checkpoint",   \
     .help = "continue from the checkpoint if there is one, to as many " time " or more; the "     \
             "output is that of an uninterrupted run"}
// clang-format on

static inline void refuse_two_rates(bool schedule_has_rates) {
    if (lp_tool_given("lr") && schedule_has_rates)
        lp_tool_usage("--lr and --lr-schedule with rates of its own contradict each other");
}

static int save_checkpoint(void *context, lp_stream *checkpoint, lp_error *e) {
    const training_files *files = context;
    return lp_tool_save(checkpoint, files->checkpoint, e);
}

/* How the run stands: the last step's loss, and of the last evaluation what is watched. */
static void show_progress(void *context, const lp_run *run) {
    (void)context;
    const lp_history_row *row =
        run->history.count > 0 ? &run->history.row[run->history.count - 1] : NULL;
    lp_progress p = {.unit = lp_tool_given("steps") ? "step" : "epoch",
                     .done = (double)run->steps / (double)run->unit_steps,
                     .total = (double)run->total,
                     .in_parts = run->unit_steps > 1,
                     .figure = {{"loss", run->loss}}};
    if (row != NULL && !isnan(row->val_accuracy))
        p.figure[1].name = "val accuracy", p.figure[1].value = row->val_accuracy;
    else if (row != NULL && !isnan(row->val_loss))
        p.figure[1].name = "val loss", p.figure[1].value = row->val_loss;
    lp_tool_progress(&p);
}

/* The hooks of such a tool's run, which `files` has to outlive. To be called when the operands have
 * been read. */
static lp_run_hooks training_hooks(const training_files *files, lp_error *e) {
    lp_run_hooks hooks = {.progress = show_progress, .context = (void *)files};
    if (files->init_from != NULL)
        hooks.init_from = lp_tool_input_stream_of("init-from");
    hooks.options = lp_tool_options();
    if (files->checkpoint == NULL)
        return hooks;
    if (lp_tool_writes()) {
        lp_tool_try(lp_tool_check_save(files->checkpoint, files->init_from, e));
        hooks.save = save_checkpoint;
    }
    hooks.checkpoint_every = files->checkpoint_every;
    if (files->resume)
        hooks.resume = lp_tool_input_checkpoint(files->checkpoint);
    return hooks;
}

/* Says so where a run ended with a loss that is not finite, and was kept. */
static inline void warn_of_divergence(lp_stream *s, lp_error *e) {
    if (lp_stream_has(s, "history.diverged"))
        lp_tool_warn("the loss is not finite at step %.0f: the run ends there (history.diverged)",
                     lp_tensor_at(lp_tool_need(lp_stream_get(s, "history.diverged", e)), 0));
}

#endif
