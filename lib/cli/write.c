/* The stream that a tool writes, with its recipe. */
#include "cli/state.h"
#include "io/recipe.h"

static void continue_recipe(lp_stream *s) {
    LP_CLEANUP(lp_buffer_free) lp_buffer options = {0};
    LP_CLEANUP(lp_buffer_free) lp_buffer operands = {0};
    if (!lp_name_foreign_files(&options, &operands)) {
        LP_CLEANUP(lp_buffer_free) lp_buffer broken = {0};
        lp_recipe_word(&broken, LP_RECIPE_BROKEN);
        lp_recipe_word(&broken, "the data came through a pipe");
        lp_stream_set_recipe(s, broken.data);
    }
    lp_command_recipe(&lp_now.command, &options);
    lp_buffer_append(&operands, lp_now.apart.data, lp_now.apart.size);
    for (size_t i = 0; i < lp_now.words.count; i++)
        lp_recipe_word(&operands, lp_now.words.item[i]);
    lp_stream_continue_recipe(s, lp_now.tool->name, lp_buffer_text(&options),
                              lp_buffer_text(&operands));
}

const char *lp_tool_options(void) {
    lp_buffer text = {0};
    lp_command_given(&lp_now.command, LP_NOT_IN_RECIPE | LP_RUN_LENGTH, &text);
    return lp_buffer_text(&text);
}

int lp_tool_write(lp_stream *s) {
    if (!lp_tool_writes())
        return lp_tool_end();
    continue_recipe(s);
    lp_stream_add_versions(s, &lp_now.versions);
    lp_progress_end(); /* now: a reader that goes away ends the process */
    lp_tool_try(lp_stream_write(s, lp_tool_out(), lp_now.common.compress, &lp_now.error));
    return lp_tool_end();
}
