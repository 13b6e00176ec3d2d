/* What a tool reads: streams, foreign files, folders. */
#include "cli/replay.h"
#include "cli/state.h"

#include "io/crc32.h"
#include "io/folder.h"
#include "io/gzip.h"
#include "io/recipe.h"

#include <stdlib.h>
#include <string.h>

/* A foreign file that has been read: the recipe names it. Of a folder the CRC-32 is over the names
 * and bytes of all that was read from it, and only the bytes of the last file are kept. */
typedef struct {
    const char *path;
    lp_source source;
    lp_buffer inflated; /* of a gzip file */
    uint32_t crc32;
    bool is_folder;
    size_t name_at; /* where the names of its files begin in their paths */
} foreign_file;

static foreign_file *foreign; /* (foreign_count): the operands, then the options' files */
static size_t foreign_count, foreign_capacity;

/* The operand that is read next and, where it is a folder, the files in it and the next of them. */
static size_t next_operand, next_path;
static lp_texts folder;

size_t lp_tool_input_count(void) {
    return lp_now.files.count;
}

const char *lp_tool_input_path(size_t i) {
    return lp_now.files.item[i];
}

/* The i-th --crc32; false past the last one. */
static bool expected_crc32(size_t i, uint32_t *crc32) {
    if (i >= lp_now.common.crc32.count)
        return false;
    const char *word = lp_now.common.crc32.item[i];
    if (strlen(word) != 8 || strspn(word, "0123456789abcdefABCDEF") != 8)
        lp_tool_usage("option --crc32: '%s' is not eight hexadecimal digits", word);
    *crc32 = (uint32_t)strtoul(word, NULL, 16);
    return true;
}

static void check_crc32_count(size_t inputs) {
    const size_t given = lp_now.common.crc32.count;
    if (given > 0 && given != inputs)
        lp_tool_usage("--crc32 is given %zu time%s for %zu input%s", given, given == 1 ? "" : "s",
                      inputs, inputs == 1 ? "" : "s");
}

/* ---- streams ---- */

/* What is read in the place of an input: a rank's own copy, or what a recipe's path has become. */
static const char *opened_for(const lp_input *input) {
    const char *copy = lp_job_path(input->path);
    return copy != NULL ? copy : lp_replayed_path(input->path, input->check_crc32, input->crc32);
}

static lp_stream *read_streams(size_t from, size_t n) {
    check_crc32_count(lp_now.files.count);
    LP_CLEANUP(lp_free) lp_input *inputs = lp_alloc_zero(n, sizeof *inputs);
    for (size_t i = 0; i < n; i++) {
        inputs[i].path = lp_now.files.item[from + i];
        inputs[i].check_crc32 = expected_crc32(from + i, &inputs[i].crc32);
        inputs[i].opened = opened_for(&inputs[i]);
    }
    lp_stream *s = lp_tool_need(lp_stream_read(inputs, n, &lp_now.error));
    lp_progress_clear();
    return s;
}

lp_stream *lp_tool_input_stream(void) {
    return read_streams(0, lp_now.files.count);
}

lp_stream *lp_tool_input_through(void) {
    const lp_input input = {.path = lp_now.files.item[0]};
    if (lp_now.files.count > 1 || lp_now.common.crc32.count > 0 || lp_now.common.compress ||
        !lp_output_is_pipe())
        return lp_tool_input_stream();
    return lp_tool_need(lp_stream_read_through(&input, lp_tool_out(), &lp_now.error));
}

/* Appends "<(RECIPE)", the stream as a recipe has it that names several. */
static void name_stream(lp_buffer *b, lp_stream *s) {
    if (lp_stream_recipe(s)[0] == '\0')
        lp_stream_continue_recipe(s, "pick", "", "'*'");
    lp_buffer_printf(b, "%s<(%s)", b->size > 0 ? " " : "", lp_stream_recipe(s));
    const lp_texts *versions = lp_stream_versions(s);
    for (size_t i = 0; i < versions->count; i++)
        lp_texts_append(&lp_now.versions, versions->item[i]);
}

lp_stream *lp_tool_input_stream_alone(size_t i) {
    return read_streams(i, 1);
}

lp_stream *lp_tool_input_stream_at(size_t i) {
    lp_stream *s = read_streams(i, 1);
    name_stream(&lp_now.apart, s);
    return s;
}

lp_stream *lp_tool_input_stream_in(const char *path) {
    lp_input input = {.path = path};
    input.opened = opened_for(&input);
    return lp_tool_need(lp_stream_read(&input, 1, &lp_now.error));
}

lp_stream *lp_tool_input_stream_of(const char *option) {
    lp_setting *setting = lp_command_find(&lp_now.command, option);
    if (!setting->given)
        return NULL;
    lp_stream *s = lp_tool_input_stream_in(setting->words.item[0]);
    lp_buffer text = {0};
    name_stream(&text, s);
    setting->raw = text.data;
    return s;
}

/* ---- foreign files ---- */

static foreign_file *add_foreign(const char *path, bool is_folder) {
    foreign = lp_grow(foreign, foreign_count, &foreign_capacity, sizeof *foreign);
    foreign[foreign_count] = (foreign_file){.path = path, .is_folder = is_folder};
    return &foreign[foreign_count++];
}

static void check_foreign(const foreign_file *file) {
    uint32_t expected;
    if (expected_crc32((size_t)(file - foreign), &expected) && expected != file->crc32)
        lp_tool_fail("reading %s: its CRC-32 is %08x, --crc32 asks for %08x (it is another %s)",
                     lp_source_name(file->path), file->crc32, expected,
                     file->is_folder ? "folder" : "file");
}

/* Where it is read. */
static const char *path_of(const foreign_file *file) {
    uint32_t crc32 = 0;
    bool has_crc32 = expected_crc32((size_t)(file - foreign), &crc32);
    return lp_replayed_path(file->path, has_crc32, crc32);
}

static lp_file open_foreign(foreign_file *file, const char *path) {
    lp_error *e = &lp_now.error;
    const char *name = lp_source_name(path);
    if (lp_source_open(&file->source, path, e) || lp_source_fill_all(&file->source, e))
        lp_tool_try(lp_within(e, "reading %s", name));
    file->crc32 = lp_source_crc32(&file->source, file->crc32, 0, file->source.size);
    lp_progress_clear();
    if (!lp_gzip_begins(file->source.data, file->source.size))
        return (lp_file){name, (const char *)file->source.data, file->source.size};
    file->inflated.size = 0;
    if (lp_gzip_inflate(&file->inflated, file->source.data, file->source.size, lp_now.tool->limit,
                        e))
        lp_tool_try(lp_within(e, "reading %s", name));
    if (file->inflated.size == 0)
        lp_tool_fail("reading %s: it is empty", name);
    return (lp_file){name, file->inflated.data, file->inflated.size};
}

lp_file lp_tool_input_file_at(const char *path) {
    foreign_file *file = add_foreign(path, false);
    lp_file opened = open_foreign(file, path_of(file));
    check_foreign(file);
    return opened;
}

bool lp_tool_input_file(lp_file *file) {
    if (next_operand == lp_now.files.count)
        return false;
    *file = lp_tool_input_file_at(lp_now.files.item[next_operand++]);
    return true;
}

/* Files that somebody may take to be read, and what to do with them. */
static const char *others, *others_advice;

void lp_tool_warn_of_files(const char *endings, const char *advice) {
    others = endings;
    others_advice = advice;
}

static void warn_of_others(const char *path, bool deep) {
    LP_CLEANUP(lp_folder_free) lp_texts found = {0};
    if (others == NULL)
        return;
    lp_tool_try(lp_folder_list(&found, path, others, deep, &lp_now.error));
    if (found.count > 0)
        lp_tool_warn("%s: %zu of its files left out, such as %s (%s)", path, found.count,
                     found.item[0], others_advice);
}

/* Begins with the next operand, if that is a folder. */
static bool begin_folder(const char *endings, bool deep) {
    if (next_operand == lp_now.files.count)
        return false;
    foreign_file *whole = add_foreign(lp_now.files.item[next_operand], true);
    const char *opened = path_of(whole);
    if (!lp_folder_is(opened)) {
        foreign_count--;
        return false;
    }
    whole->name_at = strlen(opened);
    next_operand++;
    lp_folder_free(&folder);
    next_path = 0;
    lp_tool_try(lp_folder_list(&folder, opened, endings, deep, &lp_now.error));
    if (folder.count == 0)
        lp_tool_fail("reading %s: it is a directory without a file of the kind %s", opened,
                     endings);
    warn_of_others(opened, deep);
    return true;
}

bool lp_tool_input_file_or_folder(lp_file *file, const char *endings, bool deep) {
    if (next_path == folder.count && !begin_folder(endings, deep))
        return lp_tool_input_file(file);
    foreign_file *whole = &foreign[foreign_count - 1];
    const char *path = folder.item[next_path++], *name = path + whole->name_at;
    name += strspn(name, "/");
    lp_source_close(&whole->source);
    whole->crc32 = lp_crc32(whole->crc32, name, strlen(name));
    *file = open_foreign(whole, path);
    return true;
}

bool lp_name_foreign_files(lp_buffer *options, lp_buffer *operands) {
    if (lp_now.tool->in == LP_IN_FILES)
        check_crc32_count(foreign_count);
    for (size_t i = 0; i < foreign_count; i++) {
        const foreign_file *file = &foreign[i];
        check_foreign(file);
        if (!file->source.is_regular || strcmp(file->path, "-") == 0)
            return false;
        lp_recipe_crc32(options, file->crc32);
        if (i < lp_now.files.count)
            lp_recipe_path(operands, file->path, lp_now.tool->words != NULL);
    }
    return true;
}
