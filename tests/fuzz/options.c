/* cli/parse and cli/value with every tool's own table. The first byte chooses the tool, the rest
 * are the words of its command line, one a line. The tools are linked in, each with its main under
 * another name, and come no further than the parsing. */
#include "cli/tool.h"

#include "cli/parse.h"
#include "fuzz.h"
#include "io/recipe.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

/* TOOLS(ROW) has a row for each tool's main; the Makefile makes it from the folder. */
#define DECLARE(tool_main) int tool_main(int argc, char **argv);
TOOLS(DECLARE)
#define LIST(tool_main) tool_main,
static int (*const mains[])(int argc, char **argv) = {TOOLS(LIST)};
enum { COUNT = sizeof mains / sizeof *mains, WORDS = 64 };

static jmp_buf parsed;

/* In place of lp_tool_begin (the linker's --wrap). */
lp_error *__wrap_lp_tool_begin(const lp_tool *tool, int argc, char **argv, void *values);
lp_error *__wrap_lp_tool_begin(const lp_tool *tool, int argc, char **argv, void *values) {
    lp_error e = {0};
    lp_command c = {0};
    lp_buffer recipe = {0};
    lp_command_add(&c, tool->options, values);
    int failed = lp_command_parse(&c, argc, argv, &e);
    fuzz_verdict(failed, &e);
    if (failed && e.status != LP_USAGE)
        abort();
    if (!failed) {
        lp_command_given(&c, 0, &recipe);
        lp_command_recipe(&c, &recipe);
        char *reason = NULL;
        if (recipe.size > 0 && lp_recipe_is_broken(recipe.data, &reason))
            free(reason);
        fuzz_touch(recipe.data, recipe.size);
    }
    lp_buffer_free(&recipe);
    free(c.setting);
    longjmp(parsed, 1);
}

/* What an option is parsed into lives as long as its tool. */
const char *__asan_default_options(void);
const char *__asan_default_options(void) {
    return "detect_leaks=0";
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    if (size == 0)
        return 0;
    char *text = malloc(size), *words[WORDS + 2] = {(char[]){"tool"}};
    if (text == NULL)
        return 0;
    int count = 1;
    memcpy(text, bytes + 1, size - 1);
    text[size - 1] = '\0';
    for (char *at = text; at != NULL && *at != '\0' && count <= WORDS;) {
        words[count++] = at;
        at = strchr(at, '\n');
        if (at != NULL)
            *at++ = '\0';
    }
    if (setjmp(parsed) == 0)
        mains[bytes[0] % COUNT](count, words);
    free(text);
    return 0;
}
