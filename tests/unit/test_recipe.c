/* Recipes: words quoted so that a shell gives them back, and parts that cannot be made again. */
#include "check.h"

#include "io/recipe.h"

#include <stdio.h>
#include <stdlib.h>

static void quoting(void) {
    static const char *const rows[][2] = {
        {"split", "split"},
        {"--train", "--train"},
        {"0.8", "0.8"},
        {"a,b:c=d_e@f%g+h./-", "a,b:c=d_e@f%g+h./-"},
        {"", "''"},
        {"*", "'*'"},
        {"a b", "'a b'"},
        {"it's", "'it'\\''s'"},
        {"'", "''\\'''"},
        {"$HOME", "'$HOME'"},
        {"`id`", "'`id`'"},
        {"a;b", "'a;b'"},
        {"~", "'~'"},
        {"{a,b}", "'{a,b}'"},
        {"a\\b", "'a\\b'"},
        {"a\nb", "'a\nb'"},
        {"#x", "'#x'"},
        {"!", "'!'"},
        {"\xc3\xa9", "'\xc3\xa9'"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        lp_buffer b = {0};
        lp_recipe_word(&b, rows[i][0]);
        CHECK_TEXT(b.data, rows[i][1]);
        lp_buffer_free(&b);
    }
    lp_buffer b = {0};
    lp_recipe_word(&b, "pick");
    lp_recipe_crc32(&b, 0xabc);
    lp_recipe_word(&b, "x*");
    lp_recipe_path(&b, "-a", false);
    lp_recipe_path(&b, "-", false);
    lp_recipe_path(&b, "a b", true);
    lp_recipe_path(&b, "a.npz", true);
    lp_recipe_path(&b, "/a", true);
    CHECK_TEXT(b.data, "pick --crc32 00000abc 'x*' ./-a - './a b' a.npz /a");
    lp_buffer_free(&b);
}

/* Every byte but NUL, alone and between letters, comes back from a real shell. */
static void a_shell_gives_words_back(void) {
    lp_buffer command = {0};
    char expected[2 * 255 * 5];
    size_t n = 0;
    lp_buffer_printf(&command, "printf '%%s.'");
    for (int c = 1; c < 256; c++) {
        const char alone[] = {(char)c, '\0'}, between[] = {'a', (char)c, 'b', '\0'};
        lp_recipe_word(&command, alone);
        lp_recipe_word(&command, between);
        n += (size_t)snprintf(expected + n, sizeof expected - n, "%s.%s.", alone, between);
    }
    FILE *shell = popen(command.data, "r");
    CHECK(shell != NULL);
    char actual[sizeof expected];
    size_t got = fread(actual, 1, sizeof actual, shell);
    CHECK(pclose(shell) == 0);
    CHECK(got == n && memcmp(actual, expected, n) == 0);
    lp_buffer_free(&command);
}

static void files_among_words(void) {
    static const char *const files[] = {"-", "/a", "./a", "../a", "a.npz", "b/a.npy"};
    static const char *const words[] = {"x", "x*", "a/b", ".npz", "a.npz.gz", "", "*.csv"};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        CHECK(lp_recipe_names_a_file(files[i]));
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        CHECK(!lp_recipe_names_a_file(words[i]));
}

static void broken(void) {
    static const char *const rows[][2] = {
        {"not-replayable 'standard input came without a recipe'",
         "standard input came without a recipe"},
        {"not-replayable 'why' | split --seed 0", "why"},
        {"cat <(gen-a) <(not-replayable 'it'\\''s so') | t", "it's so"},
        {"gen-a |not-replayable why", "why"},
        {"cat <(cat <(a) <(not-replayable 'deep')) <(b)", "deep"},
        {"not-replayable", ""},
    };
    static const char *const sound[] = {
        "",
        "gen-a --seed 0 | split",
        "from-csv --label 'not-replayable' a.csv",
        "from-csv --label not-replayable a.csv",
        "t 'a | not-replayable b'",
        "t 'a' '| not-replayable b'",
        "not-replayables 'a'",
        "t it\\'s '| not-replayable '",
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *reason = NULL;
        CHECK(lp_recipe_is_broken(rows[i][0], NULL));
        CHECK(lp_recipe_is_broken(rows[i][0], &reason));
        CHECK_TEXT(reason, rows[i][1]);
        free(reason);
    }
    for (size_t i = 0; i < sizeof sound / sizeof sound[0]; i++) {
        char *reason;
        CHECK(!lp_recipe_is_broken(sound[i], &reason) && reason == NULL);
    }
}

static void clean(void) {
    CHECK(lp_recipe_is_clean("gen --a 'b'\n\t\xc3\xa9\xc2\xa0", 17));
    for (int c = 0; c < 32; c++)
        CHECK(lp_recipe_is_clean(&(char){(char)c}, 1) == (c == '\n' || c == '\t'));
    CHECK(!lp_recipe_is_clean("\x7f", 1));
    CHECK(!lp_recipe_is_clean("\xc2\x80", 2) && !lp_recipe_is_clean("a\xc2\x9f", 3));
    CHECK(lp_recipe_is_clean("\xc2", 1));
}

int main(void) {
    static const check_test tests[] = {
        {"words are quoted where they have to be", quoting},
        {"a shell gives every quoted word back", a_shell_gives_words_back},
        {"operands that are files among words", files_among_words},
        {"broken parts are found wherever a command may stand", broken},
        {"control characters are found", clean},
        {0},
    };
    return check_main("recipe", tests);
}
