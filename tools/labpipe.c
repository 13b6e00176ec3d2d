/* labpipe TOOL [ARGUMENT]...: runs one of the tools, as git runs its own. Some of them have names
 * that the shell or the system uses too (eval, split), so that a PATH holds this program alone. */
#include "cli/dispatch.h"
#include "cli/parse.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static lp_error error;

static _Noreturn void end_with_error(void) {
    fprintf(stderr, "labpipe: %s\n", error.text);
    exit(error.status);
}

/* Ends well where all that was printed has been written. */
static int end(void) {
    if (ferror(stdout) || fflush(stdout) != 0) {
        lp_fail(&error, "writing standard output: %s", strerror(errno));
        end_with_error();
    }
    return 0;
}

/* The tools under the headings of their groups; with `bare` as tab-separated lines. */
static int list(const char *folder, bool bare) {
    LP_CLEANUP(lp_buffer_free) lp_buffer table = {0};
    if (lp_dispatch_table(folder, &table, &error))
        end_with_error();
    const char *group = "", *line = lp_buffer_text(&table);
    for (size_t length; *line != '\0'; line += length + 1) {
        size_t name = strcspn(line, "\t"), summary = name + 1 + strcspn(line + name + 1, "\t");
        length = strcspn(line, "\n");
        if (bare) {
            printf("%.*s\n", (int)length, line);
            continue;
        }
        if (strncmp(line, group, name + 1) != 0)
            printf("%s%.*s\n", *group != '\0' ? "\n" : "", (int)name, line);
        printf("  %-17.*s %.*s\n", (int)(summary - name - 1), line + name + 1,
               (int)(length - summary - 1), line + summary + 1);
        group = line;
    }
    return end();
}

static void print_help(FILE *out) {
    fputs("Usage: labpipe TOOL [OPTION]... [FILE]...\n"
          "Runs machine-learning experiments as pipelines of small tools.\n"
          "\n"
          "labpipe list           what each tool does (--tsv: as tab-separated lines)\n"
          "labpipe help TOOL      its options and examples, as `labpipe TOOL --help`\n"
          "labpipe version        as --version\n"
          "labpipe --exec-path    the folder of the tools; LABPIPE_EXEC_PATH names another\n"
          "\n"
          "Example:\n"
          "labpipe gen-moons -n 1000 | labpipe split | labpipe train-mlp --hidden 20 | labpipe "
          "eval\n",
          out);
}

static bool is(const char *word, const char *words) {
    return lp_choice_of(words, word, strlen(word)) >= 0;
}

int main(int argc, char **argv) {
    // arguments
    const char *word = argc > 1 ? argv[1] : "";
    bool is_help = is(word, "help|--help|-h");
    if (argc < 2 || (is_help && argc == 2)) {
        print_help(argc < 2 ? stderr : stdout);
        return argc < 2 ? LP_USAGE : end();
    }
    if (is(word, "version|--version") && argc == 2) {
        printf("labpipe %s\n", LP_VERSION);
        return end();
    }
    if (*word == '-' && !is_help && !is(word, "--exec-path")) {
        lp_fail_usage(&error, "unknown option '%s' (labpipe --help)", word);
        end_with_error();
    }
    // the tools
    const char *folder = lp_dispatch_folder(argv[0], &error);
    if (folder == NULL)
        end_with_error();
    bool is_tsv = argc == 3 && is(argv[2], "--tsv");
    if (is(word, "list") && (argc == 2 || is_tsv))
        return list(folder, is_tsv);
    if (is(word, "--exec-path") && argc == 2) {
        puts(folder);
        return end();
    }
    // one of them
    char *help[] = {argv[0], is_help && argc == 3 ? argv[2] : NULL, "--help", NULL};
    if (help[1] != NULL)
        argv = help;
    else if (is(word, "help|--help|-h|list|version|--version|--exec-path"))
        lp_fail_usage(&error, "too many words after %s (labpipe --help)", word);
    if (error.text[0] == '\0')
        lp_dispatch_run(folder, argv + 1, &error);
    end_with_error();
}
