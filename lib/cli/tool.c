/* A tool's beginning, its common options, and its end by an error. */
#include "cli/tool.h"

#include "base/read_write.h"
#include "cli/replace.h"
#include "cli/replay.h"
#include "cli/state.h"
#include "io/recipe.h"
#include "io/source.h"
#include "num/kernels.h"
#include "num/parallel.h"
#include "num/ranks.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

lp_tool_state lp_now;

#define ROW(name, member) LP_ROW(name, lp_common_options, member)

/* 256M or 2G: a whole number, and K, M, G or T for powers of 1024. */
static int parse_memory(const char *word, void *member, lp_error *e) {
    static const char units[] = "KMGT";
    char *end;
    errno = 0;
    unsigned long long count = strtoull(word, &end, 10), bytes = count;
    const char *unit = *end != '\0' ? strchr(units, *end) : NULL;
    for (const char *u = units; unit != NULL && u <= unit; u++)
        if (__builtin_mul_overflow(bytes, 1024, &bytes))
            errno = ERANGE;
    if (*word < '0' || *word > '9' || (*end != '\0' && (unit == NULL || end[1] != '\0')))
        return lp_fail_usage(e, "'%s' is not a size (expected one such as 256M or 2G)", word);
    if (errno != 0 || bytes > PTRDIFF_MAX)
        return lp_fail_usage(e, "'%s' is too large", word);
    if (bytes < 1 << 20)
        return lp_fail_usage(e, "'%s' is out of range: it has to be at least 1M", word);
    *(size_t *)member = bytes;
    return 0;
}

static const lp_option output_row = {
    ROW("output", output), .letter = 'o', .metavar = "FILE", .flags = LP_NOT_IN_RECIPE,
    .help = "write to FILE: a temporary beside it takes its name once it is whole"};
static const lp_option compress_row = {ROW("compress", compress),
                                       .help = "deflate the tensors written"};
static const lp_option crc32_row = {
    ROW("crc32", crc32), .metavar = "HEX", .flags = LP_NOT_IN_RECIPE,
    .help = "refuse the FILE unless its CRC-32 is HEX (one for each FILE, in order)"};
static const lp_option other_rows[] = {
    {ROW("sync", sync), .flags = LP_NOT_IN_RECIPE, .requires = "output",
     .help = "flush FILE and its folder to the disk before ending"},
    {ROW("threads", threads), .metavar = "N", .default_value = "0", .max = 1024,
     .flags = LP_NOT_IN_RECIPE,
     .help = "compute on at most N threads, 0 for one a CPU; it changes no byte of the output"},
    {ROW("memory", memory), .metavar = "SIZE", .parse = parse_memory, .flags = LP_NOT_IN_RECIPE,
     .help = "keep at most SIZE of data in memory, such as 256M or 2G, and the rest in a file in "
             "$TMPDIR; it changes no byte of the output (without it: a quarter of the machine's)"},
    {ROW("quiet", quiet), .letter = 'q', .flags = LP_NOT_IN_RECIPE, .conflicts = "progress",
     .help = "no progress and no warnings"},
    {ROW("progress", progress), .flags = LP_NOT_IN_RECIPE,
     .help = "lines for a log, one a second, where standard error is not a terminal"},
    {ROW("help", question), .letter = 'h', .flags = LP_NOT_IN_RECIPE, .help = "print this and end"},
    {ROW("version", question), .flags = LP_NOT_IN_RECIPE, .help = "print the version and end"},
    {ROW("man", question), .flags = LP_NOT_IN_RECIPE,
     .help = "print the manual page (roff) and end"},
    {ROW("completion", question), .flags = LP_NOT_IN_RECIPE,
     .help = "print the options, one a line, for a shell's completion, and end"},
    {0},
};

/* Opens the standard descriptors that are closed on /dev/null, the other way round: no file that is
 * opened later takes their place, and using them stays an error. */
static void fill_standard_descriptors(void) {
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

/* Adds the tool's rows and the common ones that fit its input and output. */
static void add_options(void *values) {
    static lp_option fitting[4];
    size_t n = 0;
    fitting[n++] = output_row;
    if (lp_now.tool->out == LP_OUT_STREAM)
        fitting[n++] = compress_row;
    if (lp_now.tool->in != LP_IN_NOTHING)
        fitting[n++] = crc32_row;
    lp_command_add(&lp_now.command, lp_now.tool->options, values);
    lp_command_add(&lp_now.command, fitting, &lp_now.common);
    lp_command_add(&lp_now.command, other_rows, &lp_now.common);
}

/* ---- failing ---- */

static void print_line(const char *text) {
    char line[sizeof lp_now.error.text + 100], rank[32] = "";
    if (lp_job_rank() > 0)
        snprintf(rank, sizeof rank, "rank %zu: ", lp_job_rank());
    int length = snprintf(line, sizeof line, "labpipe %s: %s%s\n", lp_now.tool->name, rank, text);
    lp_progress_clear();
    lp_write_all(STDERR_FILENO, line, (size_t)length);
}

_Noreturn static void end_with_error(void) {
    int cause = errno;
    if (lp_output_has_failed()) /* then that is the cause, whatever met it; EPIPE has no line */
        lp_output_error(cause, &lp_now.error);
    const int status = lp_now.error.status != LP_OK ? (int)lp_now.error.status : LP_FAILED;
    lp_progress_clear();
    lp_replace_unlink_all();
    lp_job_take_turns();
    if (lp_now.error.text[0] != '\0')
        print_line(lp_now.error.text);
    lp_ranks_abort(status);
    /* Not exit(): the output's buffer must not be written after an error. */
    _exit(status);
}

void lp_tool_try(int failed) {
    if (failed != 0)
        end_with_error();
}

void *lp_tool_need(const void *result) {
    if (result == NULL)
        end_with_error();
    return (void *)result;
}

/* Formats the arguments after `format` as the text of an error. */
#define FORMAT(text, format)                                                                       \
    do {                                                                                           \
        va_list args;                                                                              \
        va_start(args, format);                                                                    \
        vsnprintf(text, sizeof text, format, args);                                                \
        va_end(args);                                                                              \
    } while (0)

void lp_tool_usage(const char *format, ...) {
    char text[sizeof lp_now.error.text];
    FORMAT(text, format);
    lp_fail_usage(&lp_now.error, "%s", text);
    end_with_error();
}

void lp_tool_fail(const char *format, ...) {
    char text[sizeof lp_now.error.text];
    FORMAT(text, format);
    lp_fail(&lp_now.error, "%s", text);
    end_with_error();
}

void lp_tool_warn(const char *format, ...) {
    lp_error line;
    char text[sizeof line.text];
    if (lp_now.common.quiet)
        return;
    FORMAT(text, format);
    lp_fail(&line, "%s", text);
    print_line(line.text);
}

void lp_tool_warn_lines(const lp_buffer *text) {
    const char *line = text->data, *end = line + text->size;
    for (; line < end; line += strcspn(line, "\n") + 1)
        lp_tool_warn("%.*s", (int)strcspn(line, "\n"), line);
}

static void out_of_memory(const char *line) {
    lp_tool_fail("%s", line);
}

/* Called where a mapped file becomes shorter while it is read. */
static void cut_short(int signal_number, siginfo_t *info, void *context) {
    (void)context;
    lp_replace_unlink_all();
    if (info->si_code <= 0) { /* another process sent it */
        signal(signal_number, SIG_DFL);
        raise(signal_number);
        return;
    }
    static const char line[] = ": an input file was cut short while it was being read\n";
    const char *name = lp_now.tool->name;
    if (lp_write_all(STDERR_FILENO, "labpipe ", 8) == 0 &&
        lp_write_all(STDERR_FILENO, name, strlen(name)) == 0)
        lp_write_all(STDERR_FILENO, line, sizeof line - 1);
    _exit(LP_FAILED);
}

/* ---- the command line ---- */

static void print_version(FILE *out, const lp_tool *tool, const lp_command *command) {
    (void)command;
    fprintf(out, "labpipe %s %s\n", tool->name, LP_VERSION);
}

/* --help and its like win over the rest of the line, mistakes included: they print and exit. */
static void answer_questions(int argc, char **argv) {
    static const struct {
        const char *word;
        void (*print)(FILE *out, const lp_tool *tool, const lp_command *command);
    } questions[] = {{"--help", lp_usage_help},
                     {"-h", lp_usage_help},
                     {"--man", lp_usage_man},
                     {"--completion", lp_usage_completion},
                     {"--version", print_version}};
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        for (int q = 0; q < 5; q++)
            if (strcmp(argv[i], questions[q].word) == 0) {
                lp_tool_try(lp_output_open(NULL, false, &lp_now.error));
                questions[q].print(lp_tool_out(), lp_now.tool, &lp_now.command);
                exit(lp_tool_end());
            }
}

static void sort_operands(void) {
    const lp_tool *tool = lp_now.tool;
    lp_texts *files = &lp_now.files, *words = &lp_now.words;
    for (size_t i = 0; i < lp_now.command.operands.count; i++) {
        const char *operand = lp_now.command.operands.item[i];
        bool is_word = tool->words != NULL && !lp_recipe_names_a_file(operand);
        lp_texts_append(is_word ? words : files, operand);
    }
    if (tool->in == LP_IN_NOTHING && files->count > 0)
        lp_tool_usage("unexpected operand '%s' (labpipe %s reads no input)", files->item[0],
                      tool->name);
    if (tool->in != LP_IN_NOTHING && files->count == 0)
        lp_texts_append(files, "-");
    for (size_t i = 0, dashes = 0; i < files->count; i++)
        if (strcmp(files->item[i], "-") == 0 && ++dashes > 1)
            lp_tool_usage("standard input is named twice");
}

/* Of the environment alone: it bounds every single tensor that is not used in place in its file. */
static const lp_option max_bytes = {ROW("max-bytes", max_bytes), .min = 1 << 20, .max = 9e18};

/* Takes an option's word from the environment, for a whole pipeline or lab. */
static int take_variable(const char *name, const lp_option *row) {
    const char *word = getenv(name);
    if (word == NULL || *word == '\0' || lp_tool_given(row->name))
        return 0;
    if (lp_option_parse(row, word, &lp_now.common, &lp_now.error))
        return lp_within(&lp_now.error, "%s", name);
    return 0;
}

static int take_environment(void) {
    if (take_variable("LABPIPE_MAX_BYTES", &max_bytes) ||
        take_variable("LABPIPE_MEMORY", lp_command_find(&lp_now.command, "memory")->row) ||
        take_variable("LABPIPE_THREADS", lp_command_find(&lp_now.command, "threads")->row))
        return -1;
    if (lp_now.common.max_bytes > 0)
        lp_memory_limit((size_t)lp_now.common.max_bytes);
    lp_memory_budget(lp_now.common.memory.bytes);
    return 0;
}

static bool is_binary(const lp_tool *tool) {
    return tool->out != LP_OUT_TEXT &&
           (tool->text_flags == NULL ||
            lp_command_any_given(&lp_now.command, tool->text_flags) == NULL);
}

bool lp_is_terminal(int fd) {
    return isatty(fd) && !(lp_job_is_launched() && is_binary(lp_now.tool));
}

lp_error *lp_tool_begin(const lp_tool *tool, int argc, char **argv, void *values) {
    lp_error *e = &lp_now.error;
    lp_now.tool = tool;
    fill_standard_descriptors();
    lp_on_out_of_memory(out_of_memory);
    add_options(values);
    if (!lp_is_replayed())
        answer_questions(argc, argv);
    lp_tool_try(lp_command_parse(&lp_now.command, argc, argv, e));
    lp_replayed_check_command();
    sort_operands();
    lp_tool_try(take_environment());
    lp_tool_try(lp_kernels_check(e));
    lp_source_on_reading(lp_progress_of_reading);
    lp_threads_set((int)lp_now.common.threads);
    lp_job_join();
    if (!lp_tool_writes())
        lp_now.common.quiet = true;
    sigaction(SIGBUS, &(struct sigaction){.sa_sigaction = cut_short, .sa_flags = SA_SIGINFO}, NULL);
    lp_tool_try(lp_tool_writes() ? lp_output_open(lp_now.common.output, is_binary(tool), e)
                                 : lp_output_open("/dev/null", false, e));
    return e;
}

bool lp_tool_given(const char *option) {
    const lp_setting *setting = lp_command_find(&lp_now.command, option);
    return setting != NULL && setting->given;
}

void lp_tool_give(const char *option, const char *word) {
    lp_setting *setting = lp_command_find(&lp_now.command, option);
    setting->given = true;
    lp_texts_append(&setting->words, word);
    lp_tool_try(lp_option_parse(setting->row, word, setting->values, &lp_now.error));
}

void lp_tool_default(const char *option, const char *other) {
    lp_setting *setting = lp_command_find(&lp_now.command, option);
    const lp_setting *source = lp_command_find(&lp_now.command, other);
    setting->default_word = source->given ? source->words.item[0] : source->default_word;
    lp_tool_try(
        lp_option_parse(setting->row, setting->default_word, setting->values, &lp_now.error));
}

void lp_tool_forget(const char *option) {
    lp_setting *setting = lp_command_find(&lp_now.command, option);
    setting->given = false;
    setting->words.count = 0;
}

void lp_tool_leave_out(const char *option) {
    lp_command_find(&lp_now.command, option)->unused = true;
}

const char *const *lp_tool_words(size_t *n) {
    *n = lp_now.words.count;
    return lp_now.words.item;
}
