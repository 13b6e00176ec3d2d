#include "io/pipeline.h"

#include "io/recipe.h"

#include <string.h>

typedef struct {
    const char *text, *at;
    lp_arena *arena;
    size_t commands;
    lp_error *e;
} reader;

static int refuse(const reader *r, const char *what) {
    return lp_fail(r->e, "character %zu: %s", (size_t)(r->at - r->text) + 1, what);
}

static void skip_blanks(reader *r) {
    r->at += strspn(r->at, " \t");
}

/* True where a character is itself in every shell, anywhere in a word. */
static bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr(LP_RECIPE_PLAIN_MARKS, c) != NULL) || (unsigned char)c >= 0x80;
}

/* The end of a word, -1 where it holds what is not a word. Writes it to `out` unless that is
 * NULL; *size is its length without quotes. */
static int read_characters(reader *r, char *out, size_t *size) {
    size_t n = 0;
    bool is_quoted = false;
    for (; *r->at != '\0'; r->at++) {
        char c = *r->at;
        if (c == '\'') {
            is_quoted = !is_quoted;
            continue;
        }
        if (!is_quoted && strchr(" \t|)", c) != NULL)
            break;
        if (!is_quoted && c == '\\' && r->at[1] != '\0' && r->at[1] != '\n')
            c = *++r->at;
        else if (!is_quoted && !is_plain(c))
            return refuse(r, "it has another meaning to a shell than as part of a word");
        if (out != NULL)
            out[n] = c;
        n++;
    }
    *size = n;
    return is_quoted ? refuse(r, "a quote has no end") : 0;
}

static int read_word(reader *r, const char **word) {
    const char *start = r->at;
    size_t size;
    if (read_characters(r, NULL, &size))
        return -1;
    char *text = lp_arena_alloc(r->arena, size + 1, 1);
    r->at = start;
    read_characters(r, text, &size);
    text[size] = '\0';
    *word = text;
    return 0;
}

static int read_pipeline(reader *r, int depth, lp_pipeline *p);

static int read_substitution(reader *r, int depth, lp_argument *argument) {
    if (depth == LP_PIPELINE_MAX_DEPTH)
        return refuse(r, "<( lies too deep in others");
    lp_pipeline *from = lp_arena_alloc_zero(r->arena, 1, sizeof *from);
    r->at += 2;
    if (read_pipeline(r, depth + 1, from))
        return -1;
    if (*r->at != ')')
        return refuse(r, "a <( has no end");
    r->at++;
    if (*r->at != '\0' && strchr(" \t|)", *r->at) == NULL)
        return refuse(r, "a word goes on behind <(...)");
    argument->from = from;
    return 0;
}

static int read_stage(reader *r, int depth, lp_stage *stage) {
    if (++r->commands > LP_PIPELINE_MAX_COMMANDS)
        return refuse(r, "there are more than 1000 commands");
    for (skip_blanks(r); *r->at != '\0' && *r->at != '|' && *r->at != ')'; skip_blanks(r)) {
        stage->argument =
            lp_arena_grow(r->arena, stage->argument, stage->count, sizeof *stage->argument);
        lp_argument *argument = &stage->argument[stage->count++];
        *argument = (lp_argument){0};
        if (strncmp(r->at, "<(", 2) == 0 ? read_substitution(r, depth, argument)
                                         : read_word(r, &argument->word))
            return -1;
    }
    return stage->count > 0 ? 0 : refuse(r, "a command is missing");
}

static int read_pipeline(reader *r, int depth, lp_pipeline *p) {
    for (;;) {
        p->stage = lp_arena_grow(r->arena, p->stage, p->count, sizeof *p->stage);
        lp_stage *stage = &p->stage[p->count++];
        *stage = (lp_stage){0};
        if (read_stage(r, depth, stage))
            return -1;
        if (*r->at != '|')
            return 0;
        r->at++;
    }
}

int lp_pipeline_parse(const char *recipe, lp_arena *arena, lp_pipeline *p, lp_error *e) {
    reader r = {.text = recipe, .at = recipe, .arena = arena, .e = e};
    *p = (lp_pipeline){0};
    int failed = read_pipeline(&r, 0, p);
    if (!failed && *r.at != '\0')
        failed = refuse(&r, "there is no <( that this ) ends");
    return failed ? lp_within(e, "the recipe") : 0;
}

bool lp_stage_is(const lp_stage *stage, const char *word) {
    return stage->argument[0].word != NULL && strcmp(stage->argument[0].word, word) == 0;
}

const char *lp_stage_tool(const lp_stage *stage, size_t *used) {
    *used = lp_stage_is(stage, LP_RECIPE_COMMAND) ? 2 : 1;
    return stage->count >= *used ? stage->argument[*used - 1].word : NULL;
}
