/* A tool's table as --help, manual page and completion. */
#include "check.h"

#include "cli/state.h"

#include <stdlib.h>

typedef struct {
    int64_t epochs, steps;
    lp_texts drop;
} options;

#define ROW(name, member) LP_ROW(name, options, member)
static const lp_option rows[] = {
    {ROW("n", epochs), .letter = 'n', .metavar = "N", .default_value = "7", .help = "passes"},
    {ROW("steps", steps), .metavar = "N", .conflicts = "n|drop", .synonym = "updates",
     .flags = LP_REQUIRED, .help = "steps"},
    {ROW("drop", drop), .letter = 'd', .metavar = "NAME", .requires = "steps", .help = "leave out"},
    {0},
};

/* Prints with one of the functions; the text is to be freed. */
static char *print_with(const char *manual,
                        void (*print)(FILE *, const lp_tool *, const lp_command *)) {
    options o;
    lp_command command = {0};
    const lp_tool tool = {.name = "some-tool",
                          .summary = "do it",
                          .reads = (const lp_tensor_row[]){{"x", "[n, d]", "the data"}, {0}},
                          .manual = manual,
                          .examples = "labpipe gen-moons | labpipe some-tool | labpipe gen-moons\n"
                                      ".then",
                          .options = rows};
    lp_command_add(&command, rows, &o);
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    print(out, &tool, &command);
    fclose(out);
    free(command.setting);
    return text;
}

static char *printed(void (*print)(FILE *, const lp_tool *, const lp_command *)) {
    static char long_text[3000];
    memset(long_text, 'x', sizeof long_text - 5);
    strcpy(long_text + sizeof long_text - 5, " end");
    return print_with(long_text, print);
}

static void help_says_what_the_table_knows(void) {
    char *text = printed(lp_usage_help);
    CHECK_HOLDS(text, "Usage: labpipe some-tool [OPTION]...\nDo it.\n");
    CHECK_HOLDS(text, "  -n N\n        passes (default: 7)\n");
    CHECK_HOLDS(text, "  --steps N\n        steps (required; not with --n or --drop)\n");
    CHECK_HOLDS(text, "leave out (any number of times; only with --steps)\n");
    CHECK(strstr(text, "updates") == NULL);
    free(text);
}

static void a_manual_page_is_whole(void) {
    char *text = printed(lp_usage_man);
    CHECK_HOLDS(text, "xxx\nend\n.SH OPTIONS\n.TP\n.B \\-n N\npasses (default: 7).\n");
    CHECK_HOLDS(text, ".SH TENSORS READ\n.TP\n.BR \"x\" \" [n, d]\"\nthe data\n.SH EXAMPLES\n"
                      ".nf\nlabpipe gen\\-moons | labpipe some\\-tool | labpipe gen\\-moons\n"
                      "\\&.then\n.fi\n.SH EXIT STATUS\n");
    CHECK_HOLDS(text, ".BR labpipe (1),\n.BR labpipe\\-gen\\-moons (1),\n.BR labpipe\\-stream");
    CHECK(strstr(text, "updates") == NULL);
    free(text);
}

/* Paragraphs, lines that stay as they are, and dots that roff would take for commands. */
static void paragraphs_and_lines(void) {
    const char *manual = "One  two.\n\n.three\n  four   five\nsix";
    char *text = print_with(manual, lp_usage_help);
    CHECK_HOLDS(text, "\nOne two.\n\n.three\n  four   five\nsix\n");
    free(text);
    text = print_with("One  two.\n  three   four", lp_usage_help);
    CHECK_HOLDS(text, "\nOne two.\n  three   four\n\nOptions:\n");
    free(text);
    text = print_with(manual, lp_usage_man);
    CHECK_HOLDS(text,
                ".SH DESCRIPTION\nOne two.\n.PP\n\\&.three\n.br\n\\ \\ \\ four five\nsix\n.SH");
    free(text);
}

static void completion_lists_the_options(void) {
    char *text = printed(lp_usage_completion);
    CHECK_TEXT(text, "make data\tsome-tool\tdo it\n-n\tN\t-\tpasses\n--steps\tN\t-\tsteps\n"
                     "--drop\tNAME\t-\tleave out\n-d\tNAME\t-\tleave out\n");
    free(text);
}

int main(void) {
    return check_main("usage",
                      (check_test[]){
                          {"help says what the table knows", help_says_what_the_table_knows},
                          {"a manual page is whole", a_manual_page_is_whole},
                          {"paragraphs and lines as they are", paragraphs_and_lines},
                          {"completion lists the options", completion_lists_the_options},
                          {0},
                      });
}
