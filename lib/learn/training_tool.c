#include "learn/training_tool.h"

#include <unistd.h>

static int save(void *context, lp_stream *checkpoint, lp_error *e) {
    const lp_training_files *files = context;
    return lp_tool_save(checkpoint, files->checkpoint, e);
}

static void progress(void *context, uint64_t done, uint64_t total, double loss) {
    (void)context;
    lp_tool_progress(done, total, "loss %.4g", loss);
}

lp_run_hooks lp_training_hooks(const lp_training_files *files, lp_error *e) {
    lp_run_hooks hooks = {.progress = progress, .context = (void *)files};
    if (files->init_from != NULL)
        hooks.init_from = lp_tool_input_stream_of("init-from");
    if (files->checkpoint == NULL)
        return hooks;
    hooks.save = save;
    hooks.checkpoint_every = files->checkpoint_every;
    hooks.options = lp_tool_options();
    if (files->resume && access(files->checkpoint, F_OK) == 0)
        hooks.resume = lp_tool_need(lp_stream_read(&(lp_input){.path = files->checkpoint}, 1, e));
    return hooks;
}
