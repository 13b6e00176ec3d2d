#include "io/recipe.h"

#include <string.h>

/* Characters without a meaning to any POSIX shell, anywhere in a word. */
static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                            "0123456789" LP_RECIPE_PLAIN_MARKS;

void lp_recipe_word(lp_buffer *b, const char *word) {
    if (b->size > 0)
        lp_buffer_append(b, " ", 1);
    const size_t length = strlen(word);
    if (length > 0 && strspn(word, plain) == length) {
        lp_buffer_append(b, word, length);
        return;
    }
    lp_buffer_append(b, "'", 1);
    for (; *word != '\0'; word++)
        lp_buffer_append(b, *word == '\'' ? "'\\''" : word, *word == '\'' ? 4 : 1);
    lp_buffer_append(b, "'", 1);
}

void lp_recipe_tool(lp_buffer *b, const char *tool) {
    lp_recipe_word(b, LP_RECIPE_COMMAND);
    lp_recipe_word(b, tool);
}

bool lp_recipe_names_a_file(const char *operand) {
    const size_t length = strlen(operand);
    const char *end = operand + length;
    return strcmp(operand, "-") == 0 || operand[0] == '/' || strncmp(operand, "./", 2) == 0 ||
           strncmp(operand, "../", 3) == 0 ||
           (length > 4 && (strcmp(end - 4, ".npz") == 0 || strcmp(end - 4, ".npy") == 0));
}

void lp_recipe_path(lp_buffer *b, const char *path, bool among_words) {
    const bool is_option = path[0] == '-' && path[1] != '\0';
    if (!is_option && (!among_words || lp_recipe_names_a_file(path))) {
        lp_recipe_word(b, path);
        return;
    }
    LP_CLEANUP(lp_buffer_free) lp_buffer safe = {0};
    lp_buffer_printf(&safe, "./%s", path);
    lp_recipe_word(b, safe.data);
}

void lp_recipe_crc32(lp_buffer *b, unsigned long crc32) {
    lp_buffer_printf(b, "%s--crc32 %08lx", b->size > 0 ? " " : "", crc32);
}

bool lp_recipe_is_clean(const char *text, size_t size) {
    const unsigned char *c = (const unsigned char *)text, *end = c + size;
    for (; c < end; c++) {
        const bool is_pair = *c == 0xc2 && c + 1 < end && c[1] >= 0x80 && c[1] < 0xa0;
        if ((*c < 0x20 && *c != '\n' && *c != '\t') || *c == 0x7f || is_pair)
            return false;
    }
    return true;
}

/* One shell word at p, unquoted into `out` where that is not NULL; returns what follows it. */
static const char *read_word(const char *p, char *out) {
    size_t n = 0;
    bool is_quoted = false;
    for (; *p != '\0' && (is_quoted || strchr(" \t\n|&;<>()", *p) == NULL); p++) {
        if (*p == '\'') {
            is_quoted = !is_quoted;
            continue;
        }
        if (*p == '\\' && !is_quoted && p[1] != '\0')
            p++;
        if (out != NULL)
            out[n++] = *p;
    }
    if (out != NULL)
        out[n] = '\0';
    return p;
}

bool lp_recipe_is_broken(const char *recipe, char **reason) {
    const size_t length = strlen(LP_RECIPE_BROKEN);
    bool is_command = true; /* the next word is a command's name */
    if (reason != NULL)
        *reason = NULL;
    for (const char *p = recipe; *p != '\0';) {
        if (*p == ' ' || *p == '\t' || *p == '<' || *p == '>') {
            p++;
        } else if (strchr("\n|&;()", *p) != NULL) {
            is_command = true;
            p++;
        } else {
            const char *end = read_word(p, NULL);
            if (is_command && (size_t)(end - p) == length &&
                strncmp(p, LP_RECIPE_BROKEN, length) == 0) {
                while (*end == ' ')
                    end++;
                if (reason != NULL) {
                    *reason = lp_alloc(strlen(end) + 1, 1);
                    read_word(end, *reason);
                }
                return true;
            }
            is_command = false;
            p = end;
        }
    }
    return false;
}

/* ---- where inputs come from ---- */

void lp_origin_break(lp_origin *o, const char *why) {
    lp_recipe_word(&o->recipe, LP_RECIPE_BROKEN);
    lp_recipe_word(&o->recipe, why);
}

lp_origin lp_origin_join(lp_origin *inputs, size_t n) {
    if (n == 1)
        return inputs[0];
    lp_origin all = {0};
    lp_buffer_printf(&all.recipe, "cat");
    for (size_t i = 0; i < n; i++) {
        lp_buffer *part = &inputs[i].recipe;
        if (inputs[i].path != NULL) {
            lp_recipe_tool(part, "pick");
            lp_recipe_crc32(part, inputs[i].crc32);
            lp_recipe_word(part, "*");
            lp_recipe_path(part, inputs[i].path, true);
        }
        lp_buffer_printf(&all.recipe, " <(%s)", part->data);
        lp_buffer_free(part);
    }
    return all;
}

void lp_origin_continue(lp_origin *o, const char *tool, const char *options, const char *operands) {
    lp_buffer b = {0};
    if (o->recipe.size > 0)
        lp_buffer_printf(&b, "%s |", o->recipe.data);
    lp_recipe_tool(&b, tool);
    if (o->path != NULL)
        lp_recipe_crc32(&b, o->crc32);
    if (options[0] != '\0')
        lp_buffer_printf(&b, " %s", options);
    if (operands[0] != '\0')
        lp_buffer_printf(&b, " %s", operands);
    if (o->path != NULL)
        lp_recipe_path(&b, o->path, operands[0] != '\0');
    lp_buffer_free(&o->recipe);
    *o = (lp_origin){.recipe = b};
}

int lp_recipe_decode(const lp_tensor *t, lp_buffer *recipe, lp_error *e) {
    if (!lp_type_is_string(t->type) || t->count != 1)
        return lp_fail(e, "the recipe is not one string");
    /* NULs fill a string up; one inside would end the text early. */
    const size_t unit = t->type.kind == 'U' ? 4 : 1;
    bool has_ended = false, has_nul = false;
    for (size_t i = 0; i + unit <= t->type.size; i += unit) {
        const bool is_nul = memcmp((const char *)t->data + i, "\0\0\0\0", unit) == 0;
        has_nul = has_nul || (has_ended && !is_nul);
        has_ended = has_ended || is_nul;
    }
    LP_CLEANUP(lp_free) char *text = lp_tensor_string(t, 0, e);
    if (text == NULL)
        return -1;
    if (has_nul || !lp_recipe_is_clean(text, strlen(text)))
        return lp_fail(e, "the recipe holds control characters (do not run it)");
    lp_buffer_append(recipe, text, strlen(text));
    return 0;
}
