#include "cli/replay.h"
#include "cli/dispatch.h"
#include "cli/tool.h"
#include "io/digest.h"
#include "io/pipeline.h"
#include "io/recipe.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct options {
    const char *find;
    int64_t time_limit;
};

#define ROW(name, member) LP_ROW(name, struct options, member)
static const lp_option options[] = {
    {ROW("find", find), .metavar = "DIR",
     .help = "take a file that is not where the recipe says, or is another by now, from this "
             "folder or those in it: by its CRC-32, whatever its name"},
    {ROW("time-limit", time_limit), .metavar = "SECONDS", .default_value = "3600", .max = 1e9,
     .help = "end it after so many seconds; 0: never"},
    {0},
};

static const lp_tensor_row reads[] = {
    {"recipe", "[]", "what is run"},
    {"NAME...", "of any shape", "what its result is compared with"},
    {0},
};

static const lp_tool tool = {
    .name = "replay",
    .group = LP_TO_EVALUATE,
    .summary = "run a stream's recipe and say whether it gives the same bytes",
    .reads = reads,
    .manual =
        "Reads the recipe in FILE, runs it, and compares what comes out with FILE, byte by byte. "
        "Where they differ, the first tensor and element that do are named, and the exit status is "
        "1; with -o what came out is kept, the same or not.\n"
        "\n"
        "The recipe may be a stranger's. No shell reads it: words, quotes, pipes and <(...) are "
        "all that it may consist of, and labpipe's own tools all that it may run. Nothing runs "
        "where any part of it is something else. The tools write no files, read only regular "
        "files with the CRC-32 that the recipe has, outside /dev, /proc and /sys, and make no "
        "tensor of more than 4 GiB (LABPIPE_MAX_BYTES=N: N bytes).\n"
        "\n"
        "Relative paths are those of the folder that replay runs in.",
    .examples = "labpipe gen-moons -n 100 | labpipe split > moons.npz\n"
                "labpipe replay moons.npz\n"
                "labpipe example iris.csv > iris.csv\n"
                "labpipe from-csv --label species iris.csv > iris.npz\n"
                "mkdir data; mv iris.csv data/fisher.csv\n"
                "labpipe replay --find data -o again.npz iris.npz",
    .in = LP_IN_STREAM,
    .out = LP_OUT_TEXT,
    .options = options,
};

/* What came out so far, held against the file. */
typedef struct {
    const lp_stream *s;
    const unsigned char *expected;
    size_t size, at; /* of the file; bytes that came */
    bool differs;
    size_t first;       /* byte that does */
    const char *tensor; /* the first that differs, and its element; NULL for none so far */
    size_t element;
    size_t from; /* where lp_stream_locate is */
    bool is_stored;
    FILE *kept;
    FILE *whole; /* all that came, where another program laid the file out in its own way */
    const lp_stream *again; /* it, read */
} comparison;

/* Bytes of an archive's start that are the same in all that labpipe writes: what comes next is the
 * first tensor's CRC-32. */
enum { LAYOUT = 14 };

static void compare(comparison *c, const unsigned char *bytes, size_t size) {
    size_t common = c->at >= c->size ? 0 : c->size - c->at < size ? c->size - c->at : size;
    if (common == size && memcmp(c->expected + c->at, bytes, size) == 0)
        return;
    for (size_t i = 0; i < size && !c->differs; i++)
        if (i == common || c->expected[c->at + i] != bytes[i])
            c->differs = true, c->first = c->at + i;
    /* Where an element differs, so does the CRC-32 before it, which says less. */
    for (size_t i = 0; c->is_stored && i < common && c->tensor == NULL; i++)
        if (c->expected[c->at + i] != bytes[i])
            c->tensor = lp_stream_locate(c->s, c->at + i, &c->from, &c->element);
}

static _Noreturn void fail_to_keep(void) {
    lp_tool_fail("writing a temporary file (TMPDIR): %s", strerror(errno));
}

/* Keeps what comes, to be compared tensor by tensor. */
static void take_whole(comparison *c, const unsigned char *bytes, size_t size) {
    lp_error e;
    bool failed = false;
    if (c->whole == NULL) {
        c->whole = lp_replay_temporary(&e);
        if (c->whole == NULL)
            lp_tool_fail("%s", e.text);
        failed = fwrite(c->expected, 1, c->at, c->whole) != c->at;
    }
    if (failed || fwrite(bytes, 1, size, c->whole) != size)
        fail_to_keep();
}

static bool take(void *context, const unsigned char *bytes, size_t size) {
    comparison *c = context;
    if (c->tensor == NULL && c->whole == NULL)
        compare(c, bytes, size);
    const bool is_laid_out_otherwise = c->differs && c->first < LAYOUT;
    if (is_laid_out_otherwise)
        take_whole(c, bytes, size);
    c->at += size;
    if (c->kept != NULL && fwrite(bytes, 1, size, c->kept) != size)
        lp_tool_try(-1); /* the output's own line */
    return c->kept != NULL || is_laid_out_otherwise || c->tensor == NULL;
}

/* Compares the tensors of a file that another program wrote. */
static void compare_tensors(comparison *c, lp_stream *s, lp_error *e) {
    char path[40];
    if (fflush(c->whole) != 0)
        fail_to_keep();
    rewind(c->whole);
    snprintf(path, sizeof path, "/dev/fd/%d", fileno(c->whole));
    lp_stream *again = lp_tool_need(lp_stream_read(&(lp_input){.path = path}, 1, e));
    c->again = again;
    const char *tensor = lp_stream_difference(again, s, &c->element, e);
    if (tensor == NULL && e->text[0] != '\0')
        lp_tool_try(-1);
    c->tensor = tensor; /* its stream stays until the tool ends */
}

static const char *name(void) {
    return lp_source_name(lp_tool_input_path(0));
}

/* The verdict in words. */
static void tell(const comparison *c, FILE *out) {
    fprintf(out, "%s: ", name());
    if (!c->differs)
        fprintf(out, "the recipe gives the same bytes\n");
    else if (c->tensor != NULL && !lp_stream_has(c->s, c->tensor))
        fprintf(out, "different: the file has no %s\n", c->tensor);
    else if (c->again != NULL && c->tensor != NULL && !lp_stream_has(c->again, c->tensor))
        fprintf(out, "different: the recipe makes no %s\n", c->tensor);
    else if (c->tensor != NULL && c->element != SIZE_MAX)
        fprintf(out, "different: %s differs first, in element %zu\n", c->tensor, c->element);
    else if (c->tensor != NULL)
        fprintf(out, "different: %s differs first, in its type or shape\n", c->tensor);
    else if (c->whole != NULL)
        fprintf(out, "different: the tensors are the same, but another program wrote the file\n");
    else if (c->at < c->size)
        fprintf(out, "different: the recipe gives %zu bytes, the file has %zu\n", c->at, c->size);
    else if (c->at == c->size && c->is_stored)
        fprintf(out, "different: the tensors are the same, the recipe or its digest is not\n");
    else
        fprintf(out, "different: byte %zu is the first that differs\n", c->first);
}

/* The recipe of a stream, where it can be replayed. */
static void parse(lp_stream *s, lp_arena *arena, lp_pipeline *p, lp_error *e) {
    LP_CLEANUP(lp_buffer_free) lp_buffer versions = {0};
    const char *recipe = lp_stream_recipe(s), *path = name();
    if (recipe[0] == '\0')
        lp_tool_fail("%s came without a recipe", path);
    if (lp_pipeline_parse(recipe, arena, p, e))
        lp_tool_try(lp_within(e, "%s", path));
    if (lp_digest_tell_versions(lp_stream_versions(s), &versions))
        lp_tool_warn("%s was %s: other bytes are to be expected", path, versions.data);
}

int main(int argc, char **argv) {
    // arguments
    struct options o = {0};
    lp_error *e = lp_tool_begin(&tool, argc, argv, &o);
    if (lp_tool_input_count() != 1)
        lp_tool_usage("one FILE at a time (its recipe is run, and its bytes are compared)");
    // read
    lp_arena arena = {0};
    lp_pipeline p;
    lp_texts names = {0};
    comparison c = {.s = lp_tool_input_stream()};
    parse((lp_stream *)c.s, &arena, &p, e);
    c.is_stored = lp_stream_is_stored(c.s);
    c.expected = lp_stream_bytes(c.s, &c.size);
    // compute
    lp_replay_options how = {.folder = lp_tool_need(lp_dispatch_folder(argv[0], e)),
                             .tools = &names,
                             .find = o.find,
                             .seconds = o.time_limit};
    const bool is_kept = lp_tool_given("output");
    c.kept = is_kept ? lp_tool_out() : NULL;
    lp_tool_try(lp_dispatch_names(how.folder, &names, e));
    if (lp_replay_run(&p, &how, take, &c, e))
        lp_tool_try(lp_within(e, "%s", name()));
    c.differs |= c.at != c.size;
    if (c.whole != NULL)
        compare_tensors(&c, (lp_stream *)c.s, e);
    // write
    tell(&c, !is_kept ? lp_tool_out() : lp_tool_out_path() != NULL ? stdout : stderr);
    int status = lp_tool_end();
    return status == LP_OK && c.differs ? LP_FAILED : status;
}
