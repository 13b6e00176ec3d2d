/* io/recipe: text that came as somebody's recipe, and the words and paths of a command line. */
#include "io/recipe.h"
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

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
    free(text);
    return 0;
}
