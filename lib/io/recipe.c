#include "io/recipe.h"

#include <stdlib.h>
#include <string.h>

/* What no POSIX shell gives a meaning to, anywhere in a word. */
static bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("_@%+=:,./-", c) != NULL);
}

void (lp_recipe_word)(lp_buffer *b, const char *word) {
    if (b->size > 0)
        lp_buffer_append(b, " ", 1);
    size_t length = strlen(word), plain = 0;
    while (plain < length && is_plain(word[plain]))
        plain++;
    if (length > 0 && plain == length) {
        lp_buffer_append(b, word, length);
        return;
    }
    lp_buffer_append(b, "'", 1);
    for (const char *part = word;;) {
        size_t n = strcspn(part, "'");
        lp_buffer_append(b, part, n);
        if (part[n] == '\0')
            break;
        lp_buffer_append(b, "'\\''", 4);
        part += n + 1;
    }
    lp_buffer_append(b, "'", 1);
}

bool lp_recipe_names_a_file(const char *operand) {
    const size_t length = strlen(operand);
    const char *end = operand + length;
    return strcmp(operand, "-") == 0 || operand[0] == '/' || strncmp(operand, "./", 2) == 0 ||
           strncmp(operand, "../", 3) == 0 ||
           (length > 4 && (strcmp(end - 4, ".npz") == 0 || strcmp(end - 4, ".npy") == 0));
}

void (lp_recipe_path)(lp_buffer *b, const char *path, bool among_words) {
    const bool is_option = path[0] == '-' && path[1] != '\0';
    if (!is_option && (!among_words || lp_recipe_names_a_file(path))) {
        lp_recipe_word(b, path);
        return;
    }
    lp_buffer safe = {0};
    lp_buffer_printf(&safe, "./%s", path);
    lp_recipe_word(b, safe.data);
    lp_buffer_free(&safe);
}

void (lp_recipe_crc32)(lp_buffer *b, unsigned long crc32) {
    lp_buffer_printf(b, "%s--crc32 %08lx", b->size > 0 ? " " : "", crc32);
}

bool lp_recipe_is_clean(const char *text, size_t size) {
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)text[i];
        if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f)
            return false;
        if (c == 0xc2 && i + 1 < size && (unsigned char)text[i + 1] < 0xa0 &&
            (unsigned char)text[i + 1] >= 0x80)
            return false;
    }
    return true;
}

/* One shell word at p, unquoted into `out` where that is not NULL; returns what follows it. */
static const char *read_word(const char *p, char *out) {
    size_t n = 0;
    while (*p != '\0' && strchr(" \t\n|&;<>()", *p) == NULL) {
        if (*p == '\'') {
            for (p++; *p != '\0' && *p != '\''; p++, n++)
                if (out != NULL)
                    out[n] = *p;
            if (*p == '\'')
                p++;
            continue;
        }
        if (*p == '\\' && p[1] != '\0')
            p++;
        if (out != NULL)
            out[n] = *p;
        n++, p++;
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
