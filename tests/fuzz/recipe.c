/* io/recipe, io/pipeline, io/digest: texts that came as somebody's recipe or digest, and the words
 * and paths of a command line. */
#include "io/recipe.h"
#include "fuzz.h"
#include "io/digest.h"
#include "io/pipeline.h"

#include <stdlib.h>
#include <string.h>

/* Writes a tree as a recipe. */
static void write_pipeline(const lp_pipeline *p, lp_buffer *b) {
    for (size_t i = 0; i < p->count; i++) {
        lp_buffer stage = {0};
        for (size_t k = 0; k < p->stage[i].count; k++) {
            const lp_argument *argument = &p->stage[i].argument[k];
            if (argument->from == NULL) {
                lp_recipe_word(&stage, argument->word);
                continue;
            }
            lp_buffer_printf(&stage, " <(");
            write_pipeline(argument->from, &stage);
            lp_buffer_printf(&stage, ")");
        }
        lp_buffer_printf(b, "%s%s", i > 0 ? " | " : "", stage.data);
        lp_buffer_free(&stage);
    }
}

/* What was understood means the same when it is written anew. */
static void parse(const char *text) {
    lp_arena arena = {0};
    lp_pipeline p;
    lp_digest d;
    lp_error e;
    lp_buffer once = {0}, twice = {0};
    lp_digest_parse(text, &arena, &d);
    if (lp_pipeline_parse(text, &arena, &p, &e) == 0) {
        write_pipeline(&p, &once);
        if (lp_pipeline_parse(once.data, &arena, &p, &e))
            abort();
        write_pipeline(&p, &twice);
        if (strcmp(once.data, twice.data) != 0)
            abort();
    }
    lp_buffer_free(&once);
    lp_buffer_free(&twice);
    lp_arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    char *text = malloc(size + 1), *reason = NULL;
    if (text == NULL)
        return 0;
    memcpy(text, bytes, size);
    text[size] = '\0';
    lp_buffer line = {0};
    lp_recipe_word(&line, text);
    lp_recipe_path(&line, text, true);
    if (lp_recipe_is_clean(text, strlen(text)) && lp_recipe_is_broken(text, &reason))
        free(reason);
    lp_buffer_free(&line);
    parse(text);
    free(text);
    return 0;
}
