#include "cli/tool.h"
#include "data/columns.h"
#include "data/summary.h"
#include "io/digest.h"
#include "io/prov.h"
#include "io/recipe.h"

struct options {
    bool recipe, tsv, json, prov, columns;
};

#define ROW(name, member) LP_ROW(name, struct options, member)
static const lp_option options[] = {
    {ROW("recipe", recipe), .conflicts = "tsv|json|prov|columns",
     .help = "print only the recipe; fails where there is none, or where it cannot be replayed"},
    {ROW("columns", columns), .conflicts = "json|prov",
     .help = "print for each column of x and y how many values are missing and how many distinct, "
             "and the quartiles"},
    {ROW("json", json), .conflicts = "tsv|prov",
     .help = "print one JSON object: tensors, their SHA-256, recipe, versions"},
    {ROW("prov", prov), .conflicts = "tsv", .help = "print the recipe as W3C PROV-JSON"},
    {ROW("tsv", tsv), .help = "print a header and the tensors, tab-separated, numbers in full"},
    {0},
};

static const lp_tensor_row reads[] = {
    {"NAME...", "of any shape", "all that there are"},
    {0},
};

static const lp_tool tool = {
    .name = "inspect",
    .group = LP_TO_EVALUATE,
    .summary = "say what a stream holds and how it was made",
    .reads = reads,
    .manual =
        "Prints every tensor's name, stored element type and shape; for numbers the minimum, the "
        "maximum and the mean of the finite values, and how many are not finite; for strings the "
        "first ones. Last comes the recipe: the shell pipeline that makes the stream again.\n"
        "\n"
        "Printing a recipe never runs it: labpipe replay does, without a shell.\n"
        "\n"
        "--columns has a line for each column of x, y and their parts: values, missing ones (NaN, "
        "or empty texts), distinct ones, and minimum, quartiles and maximum as numpy.nanquantile "
        "computes them.\n"
        "\n"
        "--prov writes what the PROV-JSON submission to the W3C describes: a stage is an activity, "
        "what it writes and the files that it reads are entities, the versions of labpipe agents.",
    .examples = "labpipe gen-moons -n 100 | labpipe train-mlp --hidden 5 > model.npz\n"
                "labpipe inspect model.npz\n"
                "labpipe inspect --recipe model.npz\n"
                "labpipe inspect --columns model.npz",
    .in = LP_IN_STREAM,
    .out = LP_OUT_TEXT,
    .options = options,
};

/* The recipe, where it can be replayed. */
static const char *sound_recipe(const lp_stream *s) {
    char *reason;
    const char *recipe = lp_stream_recipe(s);
    if (recipe[0] == '\0')
        lp_tool_fail("%s came without a recipe", lp_source_name(lp_tool_input_path(0)));
    if (lp_recipe_is_broken(recipe, &reason))
        lp_tool_fail("the recipe cannot be replayed: %s", reason != NULL ? reason : "no reason");
    return recipe;
}

int main(int argc, char **argv) {
    // arguments
    struct options o = {0};
    lp_error *e = lp_tool_begin(&tool, argc, argv, &o);
    // read
    lp_stream *s = lp_tool_input_stream();
    if (lp_stream_archives(s) > lp_tool_input_count())
        lp_tool_warn("%zu archives follow each other: other programs see only the last one in each "
                     "file (labpipe pick '*' joins them)",
                     lp_stream_archives(s));
    LP_CLEANUP(lp_buffer_free) lp_buffer versions = {0};
    if (!lp_recipe_is_broken(lp_stream_recipe(s), NULL) &&
        lp_digest_tell_versions(lp_stream_versions(s), &versions))
        lp_tool_warn("the stream was %s: a replay may give other bytes", versions.data);
    // write
    if (o.recipe)
        fprintf(lp_tool_out(), "%s\n", sound_recipe(s));
    else if (o.prov)
        lp_tool_try(lp_prov_write(s, lp_tool_out(), e));
    else if (o.json)
        lp_tool_try(lp_summary_write_json(s, lp_tool_out(), e));
    else if (o.columns)
        lp_tool_try(lp_columns_write(s, o.tsv, lp_tool_out(), e));
    else
        lp_tool_try(lp_summary_write(s, o.tsv, lp_tool_out(), e));
    return lp_tool_end();
}
