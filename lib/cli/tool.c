#include "cli/tool.h"

#include "cli/output.h"
#include "cli/parse.h"
#include "cli/progress.h"
#include "cli/usage.h"
#include "io/folder.h"
#include "io/recipe.h"
#include "io/source.h"
#include "num/kernels.h"
#include "num/parallel.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- the tool's state ---- */

typedef struct {
    const char *output;
    bool compress, quiet, progress, help, version, man, completion;
    int64_t threads;
    lp_texts crc32;
} common_options;

/* A foreign file that has been read: the recipe names it, and its bytes live until the end. Of a
 * folder the CRC-32 is over all that was read from it, names and bytes, one file behind the other,
 * and the bytes of the last one alone are kept. */
typedef struct {
    const char *path;
    lp_source source;
    uint32_t crc32;
    bool is_folder;
} foreign_file;

static const lp_tool *tool;
static lp_command command;
static common_options common;
static lp_error error;
static lp_texts files, words; /* the operands, told apart */
static foreign_file *foreign; /* (foreign_count): the operands, then the extra files */
static size_t foreign_count;

#define ROW(member) offsetof(common_options, member)

static const lp_option output_row = {
    "output",
    'o',
    LP_OPTION_TEXT,
    ROW(output),
    "FILE",
    .flags = LP_NOT_IN_RECIPE,
    .help = "write to FILE: a temporary beside it takes its name once it is whole"};
static const lp_option compress_row = {"compress", 0, LP_OPTION_FLAG, ROW(compress),
                                       .help = "deflate the tensors written"};
static const lp_option crc32_row = {
    "crc32",
    0,
    LP_OPTION_TEXTS,
    ROW(crc32),
    "HEX",
    .flags = LP_NOT_IN_RECIPE,
    .help = "refuse the FILE unless its CRC-32 is HEX (one for each FILE, in order)"};
static const lp_option other_rows[] = {
    {"threads", 0, LP_OPTION_INT, ROW(threads), "N", "0", 0, 1024, .flags = LP_NOT_IN_RECIPE,
     .help = "compute on N threads, 0 for one a CPU; it changes no byte of the output"},
    {"quiet", 'q', LP_OPTION_FLAG, ROW(quiet), .flags = LP_NOT_IN_RECIPE, .conflicts = "progress",
     .help = "no progress line and no warnings"},
    {"progress", 0, LP_OPTION_FLAG, ROW(progress), .flags = LP_NOT_IN_RECIPE,
     .help = "a progress line even where standard error is no terminal"},
    {"help", 0, LP_OPTION_FLAG, ROW(help), .flags = LP_NOT_IN_RECIPE, .help = "print this and end"},
    {"version", 0, LP_OPTION_FLAG, ROW(version), .flags = LP_NOT_IN_RECIPE,
     .help = "print the version and end"},
    {"man", 0, LP_OPTION_FLAG, ROW(man), .flags = LP_NOT_IN_RECIPE,
     .help = "print the manual page (roff) and end"},
    {"completion", 0, LP_OPTION_FLAG, ROW(completion), .flags = LP_NOT_IN_RECIPE,
     .help = "print the options, one a line, for a shell's completion, and end"},
};

enum { OTHER_ROWS = sizeof other_rows / sizeof other_rows[0] };

/* The common rows that fit what flows in and out of the tool. */
static const lp_option *common_rows(void) {
    static lp_option rows[OTHER_ROWS + 4];
    size_t n = 0;
    rows[n++] = output_row;
    if (tool->out == LP_OUT_STREAM)
        rows[n++] = compress_row;
    if (tool->in != LP_IN_NOTHING)
        rows[n++] = crc32_row;
    memcpy(rows + n, other_rows, sizeof other_rows);
    return rows;
}

/* ---- failing ---- */

_Noreturn static void end_with_error(void) {
    int cause = errno;
    if (lp_output_has_failed()) /* whoever met it, it is the output's error; EPIPE is none */
        lp_output_error(cause, &error);
    lp_progress_clear();
    lp_output_discard();
    if (error.text[0] != '\0')
        fprintf(stderr, "%s: %s\n", tool->name, error.text);
    /* Not exit(): what stands in the output's buffer must not be written after an error. */
    _exit(error.status != LP_OK ? (int)error.status : LP_FAILED);
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

void lp_tool_usage(const char *format, ...) {
    va_list args;
    va_start(args, format);
    char text[sizeof error.text];
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    lp_fail_usage(&error, "%s", text);
    end_with_error();
}

void lp_tool_fail(const char *format, ...) {
    va_list args;
    va_start(args, format);
    char text[sizeof error.text];
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    lp_fail(&error, "%s", text);
    end_with_error();
}

void lp_tool_warn(const char *format, ...) {
    if (common.quiet)
        return;
    lp_error line;
    char text[sizeof line.text];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    lp_fail(&line, "%s", text);
    lp_progress_clear();
    fprintf(stderr, "%s: %s\n", tool->name, line.text);
}

static void out_of_memory(size_t count, size_t size) {
    size_t bytes;
    if (lp_multiply(count, size, &bytes))
        lp_tool_fail("out of memory: %zu bytes", bytes);
    lp_tool_fail("out of memory: %zu x %zu bytes", count, size);
}

/* A mapped file that becomes shorter while it is read ends here. */
static void cut_short(int signal_number) {
    (void)signal_number;
    static const char line[] = ": an input file was cut short while it was being read\n";
    if (write(STDERR_FILENO, tool->name, strlen(tool->name)) >= 0 &&
        write(STDERR_FILENO, line, sizeof line - 1) >= 0)
        lp_output_discard();
    _exit(LP_FAILED);
}

/* ---- the command line ---- */

static void sort_operands(void) {
    size_t n = command.operands.count;
    files.item = lp_tool_need(lp_alloc(n + 1, sizeof *files.item, &error));
    words.item = lp_tool_need(lp_alloc(n + 1, sizeof *words.item, &error));
    for (size_t i = 0; i < n; i++) {
        const char *operand = command.operands.item[i];
        lp_texts *to = tool->words != NULL && !lp_recipe_names_a_file(operand) ? &words : &files;
        to->item[to->count++] = operand;
    }
    if (tool->in == LP_IN_NOTHING && files.count > 0)
        lp_tool_usage("unexpected operand '%s' (%s reads no input)", files.item[0], tool->name);
    if (tool->in != LP_IN_NOTHING && files.count == 0)
        files.item[files.count++] = "-";
    for (size_t i = 0, dashes = 0; i < files.count; i++)
        if (strcmp(files.item[i], "-") == 0 && ++dashes > 1)
            lp_tool_usage("standard input is named twice");
}

static bool answer_questions(const lp_option *rows) {
    if (common.help)
        lp_usage_help(stdout, tool, rows);
    else if (common.man)
        lp_usage_man(stdout, tool, rows);
    else if (common.completion)
        lp_usage_completion(stdout, tool, rows);
    else if (common.version)
        printf("%s (labpipe) %s\n", tool->name, LP_VERSION);
    else
        return false;
    return true;
}

/* --help and its like win over whatever else stands on the line, mistakes included. */
static bool is_question(int argc, char **argv) {
    static const char *const questions[] = {"--help", "--version", "--man", "--completion"};
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        for (int q = 0; q < 4; q++)
            if (strcmp(argv[i], questions[q]) == 0) {
                common.help = q == 0;
                common.version = q == 1;
                common.man = q == 2;
                common.completion = q == 3;
                return true;
            }
    return false;
}

/* LABPIPE_THREADS stands in for --threads: for a whole pipeline, or a whole lab. */
static int take_environment(const lp_option *rows) {
    const char *word = getenv("LABPIPE_THREADS");
    if (word == NULL || *word == '\0' || lp_tool_given("threads"))
        return 0;
    if (lp_option_parse(lp_option_find(rows, "threads"), word, &common, &error))
        return lp_within(&error, "LABPIPE_THREADS");
    return 0;
}

lp_error *lp_tool_begin(const lp_tool *described, int argc, char **argv, void *values) {
    tool = described;
    lp_on_out_of_memory(out_of_memory);
    const lp_option *rows = common_rows();
    command.table[0] = (lp_option_table){tool->options, values};
    command.table[1] = (lp_option_table){rows, &common};
    if (is_question(argc, argv) && answer_questions(rows)) {
        lp_tool_try(lp_output_open(NULL, false, &error));
        exit(lp_tool_end());
    }
    if (lp_command_parse(&command, argc, argv, &error))
        end_with_error();
    sort_operands();
    lp_tool_try(take_environment(rows));
    lp_tool_try(lp_kernels_check(&error));
    lp_threads_set((int)common.threads);
    lp_progress_begin(tool->name, common.quiet, common.progress);
    signal(SIGBUS, cut_short);
    lp_tool_try(lp_output_open(common.output, tool->out != LP_OUT_TEXT, &error));
    return &error;
}

bool lp_tool_given(const char *option) {
    for (int t = 0; t < 2; t++) {
        const lp_option *row = lp_option_find(command.table[t].rows, option);
        if (row != NULL)
            return command.given[t][row - command.table[t].rows];
    }
    return false;
}

const char *const *lp_tool_words(size_t *n) {
    *n = words.count;
    return words.item;
}

/* ---- reading ---- */

/* The i-th --crc32, or false where there is none. */
static bool expected_crc32(size_t i, uint32_t *crc32) {
    if (i >= common.crc32.count)
        return false;
    const char *word = common.crc32.item[i];
    if (strlen(word) != 8 || strspn(word, "0123456789abcdefABCDEF") != 8)
        lp_tool_usage("option --crc32: '%s' is not eight hexadecimal digits", word);
    *crc32 = (uint32_t)strtoul(word, NULL, 16);
    return true;
}

static lp_stream *read_inputs(size_t from, size_t n) {
    if (common.crc32.count > 0 && common.crc32.count != files.count)
        lp_tool_usage("--crc32 is given %zu times for %zu input%s", common.crc32.count, files.count,
                      files.count == 1 ? "" : "s");
    lp_input *inputs = lp_tool_need(lp_alloc_zero(n, sizeof *inputs, &error));
    for (size_t i = 0; i < n; i++) {
        inputs[i].path = files.item[from + i];
        inputs[i].check_crc32 = expected_crc32(from + i, &inputs[i].crc32);
    }
    lp_stream *s = lp_tool_need(lp_stream_read(inputs, n, &error));
    free(inputs);
    return s;
}

lp_stream *lp_tool_read(void) {
    if (tool->in != LP_IN_STREAM)
        return lp_tool_need(lp_stream_new(&error));
    return read_inputs(0, files.count);
}

size_t lp_tool_input_count(void) {
    return files.count;
}

const char *lp_tool_input_path(size_t i) {
    return files.item[i];
}

lp_stream *lp_tool_read_one(size_t i) {
    return read_inputs(i, 1);
}

lp_stream *lp_tool_read_option(const char *option, const char *path) {
    lp_stream *s = lp_tool_need(lp_stream_read(&(lp_input){.path = path}, 1, &error));
    if (lp_stream_recipe(s)[0] == '\0')
        lp_tool_try(lp_stream_continue_recipe(s, "pick", "", "'*'", &error));
    lp_buffer text = {0};
    lp_tool_try(lp_buffer_print(&text, &error, "<(%s)", lp_stream_recipe(s)));
    command.raw[lp_option_find(tool->options, option) - tool->options] = text.data;
    return s;
}

static foreign_file *add_foreign(const char *path) {
    foreign_file *more = realloc(foreign, (foreign_count + 1) * sizeof *more);
    if (more == NULL)
        lp_tool_fail("out of memory");
    foreign = more;
    foreign[foreign_count] = (foreign_file){.path = path};
    return &foreign[foreign_count++];
}

static void check_foreign(const foreign_file *file) {
    uint32_t expected;
    if (expected_crc32((size_t)(file - foreign), &expected) && expected != file->crc32)
        lp_tool_fail("reading %s: its CRC-32 is %08x, --crc32 asks for %08x (it is another %s)",
                     lp_source_name(file->path), file->crc32, expected,
                     file->is_folder ? "folder" : "file");
}

static void open_foreign(foreign_file *file, const char *path) {
    if (lp_source_open(&file->source, path, &error) || lp_source_fill_all(&file->source, &error))
        lp_tool_try(lp_within(&error, "reading %s", lp_source_name(path)));
    file->crc32 = lp_source_crc32(&file->source, file->crc32, 0, file->source.size);
}

static const char *read_foreign(const char *path, size_t *size) {
    foreign_file *file = add_foreign(path);
    open_foreign(file, path);
    check_foreign(file);
    *size = file->source.size;
    return (const char *)file->source.data;
}

size_t lp_tool_file_count(void) {
    return files.count;
}

const char *lp_tool_file_path(size_t i) {
    return files.item[i];
}

const char *lp_tool_file_name(size_t i) {
    return lp_source_name(files.item[i]);
}

const char *lp_tool_file(size_t i, size_t *size) {
    return read_foreign(files.item[i], size);
}

const lp_texts *lp_tool_folder(size_t i, const char *endings, bool deep) {
    if (!lp_folder_is(files.item[i]))
        return NULL;
    lp_texts *paths = lp_tool_need(lp_alloc(1, sizeof *paths, &error));
    lp_tool_try(lp_folder_list(paths, files.item[i], endings, deep, &error));
    if (paths->count == 0)
        lp_tool_fail("reading %s: it is a directory without a file of the kind %s", files.item[i],
                     endings);
    add_foreign(files.item[i])->is_folder = true;
    return paths;
}

const char *lp_tool_folder_file(const char *path, size_t *size) {
    foreign_file *folder = &foreign[foreign_count - 1];
    const char *name = path + strlen(folder->path);
    name += strspn(name, "/");
    lp_source_close(&folder->source);
    folder->crc32 = lp_crc32(folder->crc32, name, strlen(name));
    open_foreign(folder, path);
    *size = folder->source.size;
    return (const char *)folder->source.data;
}

const char *lp_tool_extra_file(const char *path, size_t *size) {
    return read_foreign(path, size);
}

/* ---- writing ---- */

/* The foreign files as a recipe's source names them: CRC-32s among the options, paths among the
 * operands. What came through a pipe cannot be read again: the recipe says so. */
static int name_foreign_files(lp_stream *s, lp_buffer *options, lp_buffer *operands) {
    for (size_t i = 0; i < foreign_count; i++) {
        check_foreign(&foreign[i]);
        if (!foreign[i].source.is_mapped || strcmp(foreign[i].path, "-") == 0) {
            lp_buffer broken = {0};
            if (lp_recipe_word(&broken, LP_RECIPE_BROKEN, &error) ||
                lp_recipe_word(&broken, "the data came through a pipe", &error) ||
                lp_stream_set_recipe(s, broken.data, &error))
                return -1;
            lp_buffer_free(&broken);
            return 0;
        }
        if (lp_recipe_crc32(options, foreign[i].crc32, &error) ||
            (i < files.count &&
             lp_recipe_path(operands, foreign[i].path, tool->words != NULL, &error)))
            return -1;
    }
    return 0;
}

static int continue_recipe(lp_stream *s) {
    lp_buffer options = {0}, operands = {0};
    if (lp_buffer_reserve(&options, 1, &error) || lp_buffer_reserve(&operands, 1, &error))
        return -1;
    options.data[0] = operands.data[0] = '\0';
    if (name_foreign_files(s, &options, &operands) || lp_command_recipe(&command, &options, &error))
        return -1;
    for (size_t i = 0; i < words.count; i++)
        if (lp_recipe_word(&operands, words.item[i], &error))
            return -1;
    if (lp_stream_continue_recipe(s, tool->name, options.data, operands.data, &error))
        return -1;
    lp_buffer_free(&options);
    lp_buffer_free(&operands);
    return 0;
}

const char *lp_tool_options(void) {
    lp_buffer text = {0};
    lp_tool_try(lp_buffer_append(&text, "", 0, &error));
    lp_tool_try(lp_command_recipe(&command, &text, &error));
    return text.data;
}

int lp_tool_save(lp_stream *s, const char *path, lp_error *e) {
    lp_buffer partial = {0};
    if (lp_buffer_print(&partial, e, "%s.partial", path))
        return -1;
    FILE *file = fopen(partial.data, "wbe");
    int failed = file == NULL ? lp_fail_errno(e, "writing %s", path) : 0;
    if (file != NULL) {
        failed = lp_stream_write(s, file, false, e);
        if (!failed && (fflush(file) != 0 || fsync(fileno(file)) != 0))
            failed = lp_fail_errno(e, "writing %s", path);
        if (fclose(file) != 0 && !failed)
            failed = lp_fail_errno(e, "writing %s", path);
        if (!failed && rename(partial.data, path) != 0)
            failed = lp_fail_errno(e, "writing %s", path);
        if (failed)
            unlink(partial.data);
    }
    lp_buffer_free(&partial);
    return failed;
}

int lp_tool_write(lp_stream *s) {
    lp_tool_try(continue_recipe(s));
    lp_tool_try(lp_stream_write(s, lp_output_file(), common.compress, &error));
    return lp_tool_end();
}

FILE *lp_tool_out(void) {
    return lp_output_file();
}

const char *lp_tool_out_path(void) {
    return common.output;
}

int lp_tool_end(void) {
    lp_progress_clear();
    if (lp_output_close(&error))
        end_with_error();
    return LP_OK;
}
