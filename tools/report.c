#include "cli/tool.h"
#include "io/folder.h"
#include "page/page.h"
#include "tensors.h"

#include <string.h>

struct options {
    const char *title;
    lp_texts name, about;
};

#define ROW(name, member) LP_ROW(name, struct options, member)
static const lp_option options[] = {
    {ROW("title", title), .metavar = "TEXT", .default_value = "Report",
     .help = "what the page is called"},
    {ROW("name", name), .metavar = "TEXT",
     .help = "call the FILEs so, in their order, in place of their names"},
    {ROW("about", about), .metavar = "TEXT",
     .help = "a line about each FILE, in their order: the question that it answers"},
    {0},
};

static const lp_tensor_row reads[] = {
    {"NAME...", "of any shape",
     "all that there are: evaluated and drawn as eval, plot-curves, plot-confusion and "
     "render-weights do it"},
    {0},
};

static const lp_tool tool = {
    .name = "report",
    .group = LP_TO_DRAW,
    .reads = reads,
    .summary = "make one page of HTML that shows runs: figures, curves, weights, recipes",
    .manual =
        "Each FILE is a run and is read by itself. The page has for each what eval finds, learning "
        "curves, the confusion matrix of the last part, the first weights or pictures, the recipe "
        "with a button to copy it, the versions of labpipe that made it, and its tensors with "
        "their SHA-256; for several first a table of what their recipes do not share and of their "
        "metrics, and their curves in one picture.\n"
        "\n"
        "A FILE that is a folder becomes a section: its tables (table.tsv and table-NAME.tsv, or "
        "else *.tsv; a line that begins with a tab, \"note\" and a tab is a note below), its "
        "pictures (*.png) and its streams, as "
        "a "
        "table. Large pictures are made smaller.\n"
        "\n"
        "The page is one file that needs nothing from a network, and no script to be read. It "
        "fits a phone and paper, and is dark where the reader's screen is. Text from the files is "
        "shown, and never acts. The same files give the same bytes, with the same version of "
        "cairo.",
    .examples = "labpipe gen-moons | labpipe split --train 0.8 > moons.npz\n"
                "labpipe train-mlp --hidden 20 --lr 0.5 moons.npz > sgd.npz\n"
                "labpipe train-mlp --hidden 20 --optimizer adam --lr 0.01 moons.npz > adam.npz\n"
                "labpipe report -o moons.html sgd.npz adam.npz\n"
                "mkdir -p lab && cp sgd.npz adam.npz lab\n"
                "labpipe report --name 'Two moons' --about 'Is Adam faster?' -o lab.html lab",
    .in = LP_IN_STREAM,
    .out = LP_OUT_TEXT,
    .options = options,
};

/* The i-th of the texts that are given one a FILE; NULL where there are none. */
static const char *text_of(const lp_texts *texts, const char *option, size_t i) {
    if (texts->count != 0 && texts->count != lp_tool_input_count())
        lp_tool_usage("--%s is given %zu times for %zu inputs", option, texts->count,
                      lp_tool_input_count());
    return texts->count != 0 ? texts->item[i] : NULL;
}

/* A file by its stem, a folder by its last name. */
static const char *name_of(const char *path, bool is_folder) {
    if (!is_folder)
        return lp_source_stem(path);
    char *copy = lp_strdup(path);
    for (size_t size = strlen(copy); size > 1 && copy[size - 1] == '/'; size--)
        copy[size - 1] = '\0';
    const char *slash = strrchr(copy, '/');
    return slash != NULL && slash[1] != '\0' ? slash + 1 : copy;
}

int main(int argc, char **argv) {
    // arguments
    struct options o = {0};
    lp_error *e = lp_tool_begin(&tool, argc, argv, &o);
    // read
    size_t n = lp_tool_input_count();
    lp_page_item *item = lp_alloc_zero(n, sizeof *item);
    for (size_t i = 0; i < n; i++) {
        const char *path = lp_tool_input_path(i), *name = text_of(&o.name, "name", i);
        bool is_folder = lp_folder_is(path);
        item[i] = (lp_page_item){.path = lp_source_name(path),
                                 .name = name != NULL ? name : name_of(path, is_folder),
                                 .about = text_of(&o.about, "about", i),
                                 .stream = is_folder ? NULL : lp_tool_input_stream_alone(i)};
    }
    // compute
    lp_buffer page = {0};
    lp_tool_try(lp_page_write(&page, o.title, n, item, e));
    // write
    if (fwrite(page.data, 1, page.size, lp_tool_out()) != page.size)
        lp_tool_try(-1);
    return lp_tool_end();
}
