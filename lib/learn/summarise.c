#include "learn/summarise.h"

#include "learn/evaluate.h"
#include "learn/model.h"
#include "mf/factors.h"
#include "mf/matrix.h"

#include <fnmatch.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

lp_spread lp_spread_of(size_t count, const double *value) {
    lp_spread s = {.mean = 0, .min = INFINITY, .max = -INFINITY};
    for (size_t i = 0; i < count; i++) {
        if (isnan(value[i]))
            continue;
        s.n++;
        s.mean += value[i];
        s.min = fmin(s.min, value[i]);
        s.max = fmax(s.max, value[i]);
    }
    if (s.n == 0)
        return (lp_spread){0, NAN, NAN, NAN, NAN};
    s.mean /= (double)s.n;
    for (size_t i = 0; i < count; i++)
        if (!isnan(value[i]))
            s.sd += (value[i] - s.mean) * (value[i] - s.mean);
    s.sd = s.n > 1 ? sqrt(s.sd / (double)(s.n - 1)) : NAN;
    return s;
}

/* ---- the table ---- */

static bool is_wanted(const char *name, const lp_texts *of) {
    bool wanted = of->count == 0;
    for (size_t i = 0; i < of->count; i++)
        wanted |= fnmatch(of->item[i], name, 0) == 0;
    return wanted;
}

/* The value's place, or NULL where nobody wants it. */
static lp_run_metric *set(lp_run_table *t, size_t run, const char *part, const char *metric,
                          double value, const lp_texts *of) {
    LP_CLEANUP(lp_buffer_free) lp_buffer name = {0};
    lp_buffer_printf(&name, "%s.%s", part, metric);
    if (!is_wanted(name.data, of))
        return NULL;
    size_t k = 0;
    while (k < t->metrics && strcmp(t->metric[k].name, name.data) != 0)
        k++;
    if (k == t->metrics) {
        t->metric = lp_grow(t->metric, t->metrics++, &t->capacity, sizeof *t->metric);
        t->metric[k] =
            (lp_run_metric){.name = lp_arena_strdup(&t->memory, name.data),
                            .value = lp_arena_alloc(&t->memory, t->runs, sizeof(double))};
        for (size_t i = 0; i < t->runs; i++)
            t->metric[k].value[i] = NAN;
    }
    t->metric[k].value[run] = value;
    return &t->metric[k];
}

/* The accuracy of each class, which has to be the same one in all runs. */
static int set_classes(lp_run_table *t, size_t run, const lp_report *r, const lp_report_part *p,
                       const lp_texts *of, lp_error *e) {
    for (size_t k = 0; k < p->confusion.classes; k++) {
        char name[40], number[24];
        snprintf(name, sizeof name, "per_class.%zu", k);
        snprintf(number, sizeof number, "%zu", k);
        lp_run_metric *m = set(t, run, p->name, name, lp_class_accuracy(&p->confusion, k), of);
        if (m == NULL)
            continue;
        const char *class_name = r->class_name != NULL ? r->class_name[k] : number;
        if (m->class_name == NULL)
            m->class_name = lp_arena_strdup(&t->memory, class_name);
        if (strcmp(m->class_name, class_name) != 0)
            return lp_fail(e,
                           "%s is of class '%s', and of '%s' in the runs before it (--of chooses "
                           "other metrics)",
                           m->name, class_name, m->class_name);
    }
    return 0;
}

static int add_metrics(lp_run_table *t, size_t run, lp_stream *s, const lp_texts *of, lp_error *e) {
    lp_report r;
    if (lp_evaluate(s, NULL, &(lp_evaluate_options){0}, &r, e))
        return -1;
    bool failed = false;
    for (size_t i = 0; i < r.parts; i++) {
        const lp_report_part *p = &r.part[i];
        set(t, run, p->name, "n", (double)p->n, of);
        for (size_t k = 0; k < LP_MAX_METRICS && r.metric[k] != NULL; k++)
            set(t, run, p->name, r.metric[k], p->metric[k], of);
        for (size_t k = 0; k < p->figures; k++)
            set(t, run, p->name, p->figure[k].name, p->figure[k].value, of);
        failed = failed || set_classes(t, run, &r, p, of, e);
    }
    lp_report_free(&r);
    return failed ? -1 : 0;
}

/* Removes what no run has: the loss of predictions, the accuracy of a regression. */
static void drop_unknown(lp_run_table *t) {
    size_t kept = 0;
    for (size_t k = 0; k < t->metrics; k++)
        if (lp_spread_of(t->runs, t->metric[k].value).n > 0)
            t->metric[kept++] = t->metric[k];
    t->metrics = kept;
}

static int check_patterns(const lp_run_table *t, const lp_texts *of, lp_error *e) {
    for (size_t i = 0; i < of->count; i++) {
        size_t k = 0;
        while (k < t->metrics && fnmatch(of->item[i], t->metric[k].name, 0) != 0)
            k++;
        if (k == t->metrics)
            return lp_fail(
                e,
                "no metric matches '%s' (labpipe eval --tsv shows a run's; their names are "
                "such as test.accuracy)",
                of->item[i]);
    }
    return 0;
}

int lp_run_table_read(lp_run_table *t, size_t runs, lp_stream *const *s,
                      const char *const *run_name, const lp_texts *of, lp_error *e) {
    *t = (lp_run_table){.runs = runs, .run_name = run_name};
    for (size_t i = 0; i < runs; i++) {
        if (!lp_can_be_evaluated(s[i]) && !lp_stream_has(s[i], "history.epoch"))
            return lp_fail(e, "%s: there is nothing to evaluate, and no history", run_name[i]);
        if (lp_can_be_evaluated(s[i]) && add_metrics(t, i, s[i], of, e))
            return lp_within(e, "%s", run_name[i]);
    }
    drop_unknown(t);
    return check_patterns(t, of, e);
}

void lp_run_table_free(lp_run_table *t) {
    free(t->metric);
    lp_arena_free(&t->memory);
    *t = (lp_run_table){0};
}

/* ---- spreads in a stream ---- */

static const char *const spread_names[] = {"mean", "sd", "min", "max"};

static double spread_at(const lp_spread *s, int k) {
    return k == 0 ? s->mean : k == 1 ? s->sd : k == 2 ? s->min : s->max;
}

/* Puts a tensor whose name comes in parts. */
static void put_named(lp_stream *out, const char *prefix, const char *dot, const char *name,
                      lp_tensor *t) {
    LP_CLEANUP(lp_buffer_free) lp_buffer whole = {0};
    lp_buffer_printf(&whole, "%s%s%s", prefix, dot, name);
    lp_stream_put(out, whole.data, t);
}

/* Puts n and the four numbers of `count` spreads as PREFIX.n, PREFIX.sd, ...; the mean is called
 * PREFIX.mean, or PREFIX alone where `mean_name` is "". */
static void put_spreads(lp_stream *out, const char *prefix, const char *mean_name, size_t count,
                        const lp_spread *spread) {
    for (int k = 0; k < 4; k++) {
        lp_tensor column = lp_tensor_vector(LP_F8, count);
        for (size_t i = 0; i < count; i++)
            ((double *)column.data)[i] = spread_at(&spread[i], k);
        put_named(out, prefix, k > 0 ? "." : "", k > 0 ? spread_names[k] : mean_name, &column);
        if (k > 0)
            continue;
        lp_tensor n = lp_tensor_vector(LP_I8, count);
        for (size_t i = 0; i < count; i++)
            ((int64_t *)n.data)[i] = (int64_t)spread[i].n;
        put_named(out, prefix, ".", "n", &n);
    }
}

void lp_run_table_put(const lp_run_table *t, lp_stream *out) {
    if (t->metrics == 0)
        return;
    LP_CLEANUP(lp_free) const char **names = lp_alloc(t->metrics, sizeof *names);
    LP_CLEANUP(lp_free) lp_spread *spread = lp_alloc(t->metrics, sizeof *spread);
    lp_tensor value = lp_tensor_matrix(LP_F8, t->runs, t->metrics);
    for (size_t k = 0; k < t->metrics; k++) {
        names[k] = t->metric[k].name;
        spread[k] = lp_spread_of(t->runs, t->metric[k].value);
        for (size_t i = 0; i < t->runs; i++)
            ((double *)value.data)[i * t->metrics + k] = t->metric[k].value[i];
    }
    lp_tensor metric = lp_tensor_strings(names, t->metrics);
    lp_tensor run = lp_tensor_strings(t->run_name, t->runs);
    lp_stream_put(out, "summary.metric", &metric);
    put_spreads(out, "summary", ".mean", t->metrics, spread);
    lp_stream_put(out, "summary.run", &run);
    lp_stream_put(out, "summary.value", &value);
}

/* ---- the table as text ---- */

static void print_cell(lp_buffer *out, double value) {
    lp_buffer_printf(out, "\t");
    lp_report_print_number(out, value, LP_REPORT_TSV);
}

void lp_run_table_print(const lp_run_table *t, bool by_run, lp_buffer *out) {
    if (by_run) {
        lp_buffer_printf(out, "run");
        for (size_t k = 0; k < t->metrics; k++)
            lp_buffer_printf(out, "\t%s", t->metric[k].name);
        for (size_t i = 0; i < t->runs; i++) {
            lp_buffer_printf(out, "\n%s", t->run_name[i]);
            for (size_t k = 0; k < t->metrics; k++)
                print_cell(out, t->metric[k].value[i]);
        }
    } else {
        lp_buffer_printf(out, "metric\tn\tmean\tsd\tmin\tmax");
        for (size_t k = 0; k < t->metrics; k++) {
            lp_spread s = lp_spread_of(t->runs, t->metric[k].value);
            lp_buffer_printf(out, "\n%s\t%zu", t->metric[k].name, s.n);
            for (int i = 0; i < 4; i++)
                print_cell(out, spread_at(&s, i));
        }
    }
    lp_buffer_printf(out, "\n");
}

/* ---- histories ---- */

/* A run's column and its epochs, f8 both; {0} where it has none. */
typedef struct {
    lp_tensor epoch, value;
} run_column;

static int read_column(run_column *c, lp_stream *s, const char *name, lp_error *e) {
    *c = (run_column){0};
    if (!lp_stream_has(s, name) || !lp_stream_has(s, "history.epoch"))
        return 0;
    if (lp_stream_get_as(s, "history.epoch", LP_F8, &c->epoch, e) ||
        lp_stream_get_as(s, name, LP_F8, &c->value, e))
        return -1;
    if (c->value.count != c->epoch.count)
        return lp_fail(e, "%s has %zu entries, history.epoch %zu", name, c->value.count,
                       c->epoch.count);
    return 0;
}

static void free_column(run_column *c) {
    lp_tensor_free(&c->epoch);
    lp_tensor_free(&c->value);
}

/* The run's number at an epoch, from entry *at on, which moves up to it; NaN where it has none. */
static double value_at(const run_column *c, double epoch, size_t *at) {
    const double *epochs = c->epoch.data;
    while (*at < c->epoch.count && epochs[*at] < epoch)
        ++*at;
    bool found = *at < c->epoch.count && epochs[*at] == epoch;
    return found ? ((const double *)c->value.data)[*at] : NAN;
}

static int summarise_column(size_t runs, lp_stream *const *s, const char *const *run_name,
                            const char *name, const lp_tensor *epoch, lp_stream *out, lp_error *e) {
    lp_arena memory = {0};
    run_column *column = lp_arena_alloc_zero(&memory, runs, sizeof *column);
    lp_spread *spread = lp_arena_alloc(&memory, epoch->count, sizeof *spread);
    double *value = lp_arena_alloc(&memory, runs, sizeof *value);
    size_t *at = lp_arena_alloc_zero(&memory, runs, sizeof *at);
    int failed = 0;
    for (size_t i = 0; i < runs && !failed; i++)
        if (read_column(&column[i], s[i], name, e))
            failed = lp_within(e, "%s", run_name[i]);
    for (size_t k = 0; k < epoch->count && !failed; k++) {
        for (size_t i = 0; i < runs; i++)
            value[i] = value_at(&column[i], ((const double *)epoch->data)[k], &at[i]);
        spread[k] = lp_spread_of(runs, value);
    }
    if (!failed)
        put_spreads(out, name, "", epoch->count, spread);
    for (size_t i = 0; i < runs; i++)
        free_column(&column[i]);
    lp_arena_free(&memory);
    return failed;
}

static int rising(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* *all = every epoch of any run once, rising. */
static int unite_epochs(size_t runs, lp_stream *const *s, const char *const *run_name,
                        lp_tensor *all, lp_error *e) {
    LP_CLEANUP(lp_buffer_free) lp_buffer epochs = {0};
    for (size_t i = 0; i < runs; i++) {
        LP_CLEANUP(free_column) run_column c = {0};
        if (read_column(&c, s[i], "history.epoch", e))
            return lp_within(e, "%s", run_name[i]);
        if (c.epoch.count > 0)
            lp_buffer_append(&epochs, c.epoch.data, c.epoch.count * sizeof(double));
    }
    size_t n = epochs.size / sizeof(double), kept = 0;
    double *epoch = (void *)epochs.data;
    if (n > 0)
        qsort(epoch, n, sizeof *epoch, rising);
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || epoch[i] != epoch[kept - 1])
            epoch[kept++] = epoch[i];
    *all = lp_tensor_vector(LP_F8, kept);
    if (kept > 0)
        memcpy(all->data, epoch, kept * sizeof *epoch);
    return 0;
}

/* A list of numbers beside the epochs: not a spread of one, nor a single number. */
static bool is_column(const lp_stream *s, const char *name) {
    static const char prefix[] = "history.";
    lp_tensor t;
    return strncmp(name, prefix, sizeof prefix - 1) == 0 &&
           strchr(name + sizeof prefix - 1, '.') == NULL && strcmp(name, "history.epoch") != 0 &&
           lp_stream_describe(s, name, &t) && t.ndim == 1 && lp_type_is_number(t.type);
}

int lp_summarise_history(size_t runs, lp_stream *const *s, const char *const *run_name,
                         lp_stream *out, lp_error *e) {
    LP_CLEANUP(lp_tensor_free) lp_tensor all = {0};
    if (unite_epochs(runs, s, run_name, &all, e))
        return -1;
    if (all.count == 0)
        return 0;
    lp_tensor put = lp_tensor_copy(&all);
    lp_stream_put(out, "history.epoch", &put);
    for (size_t i = 0; i < runs; i++)
        for (size_t k = 0; k < lp_stream_count(s[i]); k++) {
            const char *name = lp_stream_name(s[i], k);
            if (is_column(s[i], name) && !lp_stream_has(out, name) &&
                summarise_column(runs, s, run_name, name, &all, out, e))
                return -1;
        }
    return 0;
}
