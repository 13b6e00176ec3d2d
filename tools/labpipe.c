/* labpipe TOOL [ARGUMENT]...: runs one of the tools, as git runs its own. Some of them have names
 * that the shell or the system uses too (eval, split), so that a PATH holds this program alone. */
#include "cli/dispatch.h"
#include "cli/parse.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static lp_error error;
static lp_buffer text; /* what is printed, in one piece at the end */

static _Noreturn void end_with_error(void) {
    fprintf(stderr, "labpipe: %s\n", error.text);
    exit(error.status);
}

static void out_of_memory(const char *line) {
    lp_fail(&error, "%s", line);
    end_with_error();
}

/* Ends well where all that was to be printed has been written. */
static int end(void) {
    if (lp_write_all(STDOUT_FILENO, text.data, text.size)) {
        if (errno == EPIPE) /* its reader went away */
            exit(LP_FAILED);
        lp_fail_errno(&error, "writing standard output");
        end_with_error();
    }
    return LP_OK;
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
            lp_buffer_printf(&text, "%.*s\n", (int)length, line);
            continue;
        }
        if (strncmp(line, group, name + 1) != 0)
            lp_buffer_printf(&text, "%s%.*s\n", *group != '\0' ? "\n" : "", (int)name, line);
        lp_buffer_printf(&text, "  %-17.*s %.*s\n", (int)(summary - name - 1), line + name + 1,
                         (int)(length - summary - 1), line + summary + 1);
        group = line;
    }
    return end();
}

static const char help_text[] =
    "Usage: labpipe TOOL [OPTION]... [FILE]...\n"
    "Runs machine-learning experiments as pipelines of small tools.\n"
    "\n"
    "labpipe list           what each tool does (--tsv: as tab-separated lines)\n"
    "labpipe help TOOL      its options and examples, as `labpipe TOOL --help`\n"
    "labpipe version        as --version\n"
    "labpipe --exec-path    the folder of the tools; LABPIPE_EXEC_PATH names another\n"
    "\n"
    "Example:\n"
    "labpipe gen-moons -n 1000 | labpipe split | labpipe train-mlp --hidden 20 | labpipe "
    "eval\n";

static bool is(const char *word, const char *words) {
    return lp_choice_of(words, word, strlen(word)) >= 0;
}

int main(int argc, char **argv) {
    lp_on_out_of_memory(out_of_memory);
    // arguments
    const char *word = argc > 1 ? argv[1] : "";
    bool is_help = is(word, "help|--help|-h");
    if (argc < 2)
        return fputs(help_text, stderr), LP_USAGE;
    if (is_help && argc == 2) {
        lp_buffer_append(&text, help_text, strlen(help_text));
        return end();
    }
    if (is(word, "version|--version") && argc == 2) {
        lp_buffer_printf(&text, "labpipe %s\n", LP_VERSION);
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
        lp_buffer_printf(&text, "%s\n", folder);
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
