#include "learn/summarise.h"
#include "cli/tool.h"
#include "io/source.h"

struct options {
    lp_texts name, of;
    bool tsv, runs;
};

#define ROW(name, member) LP_ROW(name, struct options, member)
static const lp_option options[] = {
    {ROW("name", name), .metavar = "TEXT",
     .help = "call the FILEs so, in their order, in place of their names"},
    {ROW("of", of), .metavar = "PATTERN",
     .help = "only the metrics that match, such as 'test.*'; may be repeated"},
    {ROW("tsv", tsv), .conflicts = "runs",
     .help = "print the metrics as tab-separated values, a line for each: n, mean, sd, min, max"},
    {ROW("runs", runs),
     .help = "print the table of runs as tab-separated values: a line for each, its metrics"},
    {0},
};

static const lp_tensor_row reads[] = {
    {"what eval takes", "", "of each FILE"},
    {"history.*", "[e]", "the learning curves of each FILE"},
    {0},
};
static const lp_tensor_row writes[] = {
    {"summary.run", "[runs]", "the names of the runs"},
    {"summary.metric", "[metrics]", "the names of the metrics"},
    {"summary.value", "f8 [runs, metrics]", "each run's"},
    {"summary.n, summary.mean, summary.sd, summary.min, summary.max", "i8 or f8 [metrics]",
     "over the runs"},
    {"history.epoch", "f8 [e]", "every epoch of any run"},
    {"history.NAME", "f8 [e]", "the mean over the runs"},
    {"history.NAME.n, history.NAME.sd, history.NAME.min, history.NAME.max", "i8 or f8 [e]",
     "their number and spread"},
    {0},
};

static const lp_tool tool = {
    .name = "summarise",
    .group = LP_TO_EVALUATE,
    .summary = "summarise many runs: n, mean, sd, min and max of every metric",
    .reads = reads,
    .writes = writes,
    .manual =
        "Each FILE is a run and is read by itself. What eval finds in it (train.accuracy, "
        "test.loss, test.f1_macro, ...: the part and what eval --tsv calls the figure) becomes a "
        "row of the table summary.value [runs, metrics], with the names summary.run and "
        "summary.metric; summary.n, summary.mean, summary.sd (over n - 1), summary.min and "
        "summary.max [metrics] are taken over the runs that have the metric.\n"
        "\n"
        "Training histories are summarised too: history.epoch holds every epoch at which some run "
        "has an entry, history.loss (and accuracy, val_loss, ...) the mean over the runs that have "
        "one there, history.loss.n how many they are, history.loss.sd, .min and .max their spread. "
        "Where some runs ended early, the later epochs are those of the others alone. plot-curves "
        "draws the means, and bands of one sd about them.",
    .examples =
        "labpipe gen-moons -n 300 | labpipe split > moons.npz\n"
        "seq 1 4 | xargs -I{} labpipe train-mlp --hidden 5 --lr 0.5 --seed {} moons.npz -o "
        "seed-{}.npz\n"
        "labpipe summarise --tsv --of test.accuracy seed-1.npz seed-2.npz seed-3.npz "
        "seed-4.npz\n"
        "labpipe summarise --runs --of 'test.*' seed-1.npz seed-2.npz\n"
        "labpipe summarise seed-1.npz seed-2.npz seed-3.npz | labpipe plot-curves -o seeds.png",
    .in = LP_IN_STREAM,
    .out = LP_OUT_STREAM,
    .text_flags = "tsv|runs",
    .options = options,
};

/* The FILEs' names, in the recipe too, since a replay has other files. */
static void name_runs(const lp_texts *name) {
    size_t n = lp_tool_input_count(), named = name->count;
    if (named != 0 && named != n)
        lp_tool_usage("--name is given %zu times for %zu inputs", named, n);
    for (size_t i = named; i < n; i++)
        lp_tool_give("name", lp_source_stem(lp_tool_input_path(i)));
}

int main(int argc, char **argv) {
    // arguments
    struct options o = {0};
    lp_error *e = lp_tool_begin(&tool, argc, argv, &o);
    name_runs(&o.name);
    // read
    size_t n = lp_tool_input_count();
    lp_stream **s = lp_alloc(n, sizeof(lp_stream *)), *out = lp_stream_new();
    for (size_t i = 0; i < n; i++)
        s[i] = lp_tool_input_stream_at(i);
    // compute
    lp_run_table table;
    lp_tool_try(lp_run_table_read(&table, n, s, o.name.item, &o.of, e));
    lp_run_table_put(&table, out);
    lp_tool_try(lp_summarise_history(n, s, o.name.item, out, e));
    // write
    if (!o.tsv && !o.runs)
        return lp_tool_write(out);
    lp_buffer text = {0};
    lp_run_table_print(&table, o.runs, &text);
    fwrite(text.data, 1, text.size, lp_tool_out());
    return lp_tool_end();
}
