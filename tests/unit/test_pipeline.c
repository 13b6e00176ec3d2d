/* Recipes as trees: what they say, what a shell would understand otherwise, the limits. */
#include "check.h"

#include "io/pipeline.h"
#include "io/recipe.h"

#include <stdio.h>
#include <string.h>

/* Writes a tree as text: words in [], stages between |, substitutions in <>. */
static void show(const lp_pipeline *p, lp_buffer *b) {
    for (size_t i = 0; i < p->count; i++) {
        lp_buffer_printf(b, "%s", i > 0 ? "|" : "");
        for (size_t k = 0; k < p->stage[i].count; k++) {
            const lp_argument *argument = &p->stage[i].argument[k];
            if (argument->from == NULL) {
                lp_buffer_printf(b, "[%s]", argument->word);
                continue;
            }
            lp_buffer_printf(b, "<");
            show(argument->from, b);
            lp_buffer_printf(b, ">");
        }
    }
}

static void trees(void) {
    static const char *const rows[][2] = {
        {"labpipe gen-moons -n 4", "[labpipe][gen-moons][-n][4]"},
        {"a b|c | d\te", "[a][b]|[c]|[d][e]"},
        {"  a  ", "[a]"},
        {"cat <(a 1) <(b | c) | d", "[cat]<[a][1]><[b]|[c]>|[d]"},
        {"t --m <(a --m <(b))", "[t][--m]<[a][--m]<[b]>>"},
        {"t <( a )", "[t]<[a]>"},
        {"t 'a | b' '' '<(x)' x''y", "[t][a | b][][<(x)][xy]"},
        {"t 'it'\\''s' \\$HOME a\\ b", "[t][it's][$HOME][a b]"},
        {"t 'a\nb' '#' '$(rm -rf /)' '`id`'", "[t][a\nb][#][$(rm -rf /)][`id`]"},
        {"t caf\xc3\xa9 x=y,z:1/2@3%4+5_6", "[t][caf\xc3\xa9][x=y,z:1/2@3%4+5_6]"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        lp_arena arena = {0};
        lp_pipeline p;
        lp_error e = {0};
        lp_buffer b = {0};
        CHECK(lp_pipeline_parse(rows[i][0], &arena, &p, &e) == 0);
        show(&p, &b);
        CHECK_TEXT(lp_buffer_text(&b), rows[i][1]);
        lp_buffer_free(&b);
        lp_arena_free(&arena);
    }
}

static void refused(const char *recipe, const char *why) {
    lp_arena arena = {0};
    lp_pipeline p;
    lp_error e = {0};
    CHECK(lp_pipeline_parse(recipe, &arena, &p, &e) == -1);
    if (strstr(e.text, why) == NULL)
        CHECK_TEXT(e.text, why);
    lp_arena_free(&arena);
}

static void what_only_a_shell_does(void) {
    static const char *const marks[] = {"$x",  "`x`", "$(x)", "a;b", "a&b",   "a\nb",  "\"a\"",
                                        "*",   "?",   "[a]",  "~",   "#a",    "{a,b}", "a>b",
                                        "a<b", "!",   "(a)",  "^",   "a\\\nb"};
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        char recipe[40];
        snprintf(recipe, sizeof recipe, "t %s", marks[i]);
        refused(recipe, "it has another meaning to a shell");
    }
    refused("", "a command is missing");
    refused("a |", "character 4: a command is missing");
    refused("| a", "character 1: a command is missing");
    refused("a || b", "a command is missing");
    refused("t <()", "a command is missing");
    refused("t 'a", "a quote has no end");
    refused("t <(a", "a <( has no end");
    refused("t a)", "there is no <( that this ) ends");
    refused("t <(a)b", "a word goes on behind <(...)");
    refused("t --m=<(a)", "it has another meaning to a shell");
    refused("t a\\", "it has another meaning to a shell");
}

/* `n` copies of a text and what stands around them. */
static char *repeat(const char *text, size_t n, const char *end, lp_buffer *b) {
    for (size_t i = 0; i < n; i++)
        lp_buffer_append(b, text, strlen(text));
    lp_buffer_append(b, end, strlen(end));
    return b->data;
}

static void limits(void) {
    lp_buffer deep = {0}, long_one = {0}, wide = {0}, brackets = {0};
    lp_arena arena = {0};
    lp_pipeline p;
    lp_error e;
    repeat("t <(", LP_PIPELINE_MAX_DEPTH, "a", &deep);
    CHECK(lp_pipeline_parse(repeat(")", LP_PIPELINE_MAX_DEPTH, "", &deep), &arena, &p, &e) == 0);
    refused(repeat("t <(", 100000, "", &brackets), "<( lies too deep in others");
    CHECK(lp_pipeline_parse(repeat("t|", LP_PIPELINE_MAX_COMMANDS - 1, "t", &long_one), &arena, &p,
                            &e) == 0);
    CHECK(p.count == LP_PIPELINE_MAX_COMMANDS);
    refused(repeat("|t", 10000, "", &long_one), "there are more than 1000 commands");
    lp_buffer_printf(&wide, "cat");
    refused(repeat(" <(t)", 1000, "", &wide), "there are more than 1000 commands");
    lp_arena_free(&arena);
    lp_buffer_free(&deep);
    lp_buffer_free(&long_one);
    lp_buffer_free(&wide);
    lp_buffer_free(&brackets);
}

/* Every byte but NUL, as lp_recipe_word writes it, is a word again. */
static void words_come_back(void) {
    for (int c = 1; c < 256; c++) {
        const char word[] = {'a', (char)c, 'b', (char)c, '\0'};
        lp_buffer b = {0};
        lp_arena arena = {0};
        lp_pipeline p;
        lp_error e;
        lp_recipe_tool(&b, "t");
        lp_recipe_word(&b, word);
        CHECK(lp_pipeline_parse(b.data, &arena, &p, &e) == 0);
        CHECK(p.count == 1 && p.stage[0].count == 3);
        CHECK_TEXT(p.stage[0].argument[2].word, word);
        lp_buffer_free(&b);
        lp_arena_free(&arena);
    }
}

static void tools(void) {
    static const struct {
        const char *recipe, *tool;
        size_t used;
    } rows[] = {
        {"labpipe split -n 1", "split", 2},
        {"split -n 1", "split", 1},
        {"labpipe", NULL, 2},
        {"labpipe <(a)", NULL, 2},
        {"<(a) b", NULL, 1},
        {"labpipe labpipe", "labpipe", 2},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        lp_arena arena = {0};
        lp_pipeline p;
        lp_error e;
        size_t used;
        CHECK(lp_pipeline_parse(rows[i].recipe, &arena, &p, &e) == 0);
        const char *tool = lp_stage_tool(&p.stage[0], &used);
        CHECK(used == rows[i].used && (tool == NULL) == (rows[i].tool == NULL));
        if (tool != NULL)
            CHECK_TEXT(tool, rows[i].tool);
        lp_arena_free(&arena);
    }
}

int main(void) {
    static const check_test tests[] = {
        {"words, stages and substitutions", trees},
        {"what means something to a shell alone is refused", what_only_a_shell_does},
        {"depth and number of commands are bounded", limits},
        {"every quoted word comes back", words_come_back},
        {"the tool of a stage, with and without labpipe", tools},
        {0},
    };
    return check_main("pipeline", tests);
}
