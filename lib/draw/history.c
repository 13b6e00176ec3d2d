#include "draw/history.h"

#include "io/number.h"
#include "io/source.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *prefix, *name;
    int dash; /* beside the other part */
} parts_table[] = {{"history.", "training", 1}, {"history.val_", "validation", 0}};

static bool is_asked(lp_curves_parts parts, int part) {
    return parts == LP_PARTS_BOTH || (parts == LP_PARTS_TRAINING) == (part == 0);
}

static const char *tensor_name(char text[100], int part, const char *metric) {
    snprintf(text, 100, "%s%s", parts_table[part].prefix, metric);
    return text;
}

/* The tensor as numbers; NULL and e where it has none. */
static const double *read_values(lp_curves *h, lp_stream *s, const char *name, size_t *n,
                                 lp_error *e) {
    const lp_tensor *t = lp_stream_get(s, name, e);
    if (t == NULL)
        return NULL;
    if (!lp_type_is_number(t->type) || t->ndim != 1) {
        lp_fail(e, "%s is not a list of numbers", name);
        return NULL;
    }
    double *value = lp_arena_alloc(&h->arena, t->count, sizeof *value);
    for (size_t i = 0; i < t->count; i++)
        value[i] = lp_tensor_at(t, i);
    *n = t->count;
    return value;
}

/* What summarise has put beside the means in NAME: their standard deviations. */
static int read_band(lp_curves *h, lp_curve *curve, lp_stream *s, const char *name, lp_error *e) {
    char text[110];
    size_t n;
    snprintf(text, sizeof text, "%s.sd", name);
    if (!lp_stream_has(s, text))
        return 0;
    curve->sd = read_values(h, s, text, &n, e);
    if (curve->sd != NULL && n != curve->n)
        return lp_fail(e, "%s has %zu entries, %s %zu", text, n, name, curve->n);
    return curve->sd != NULL ? 0 : -1;
}

/* Leaves out what is before the epoch. */
static void start_at(lp_curve *curve, int64_t from) {
    size_t skip = 0;
    while (skip < curve->n && curve->x[skip] < (double)from)
        skip++;
    curve->n -= skip;
    curve->x += skip;
    curve->y += skip;
    curve->sd += curve->sd != NULL ? skip : 0;
}

/* *value = the number NAME of the stream, or NULL where it has none. */
static int read_number(lp_curves *h, const double **value, lp_stream *s, const char *name,
                       lp_error *e) {
    const lp_tensor *t = lp_stream_has(s, name) ? lp_stream_get(s, name, e) : NULL;
    *value = NULL;
    if (t == NULL)
        return lp_stream_has(s, name) ? -1 : 0;
    if (!lp_type_is_number(t->type) || t->count != 1)
        return lp_fail(e, "%s is not a number", name);
    double *copy = lp_arena_alloc(&h->arena, 1, sizeof *copy);
    *copy = lp_tensor_at(t, 0);
    *value = copy;
    return 0;
}

/* Adds one run's curves of one metric to its panel. `name` is NULL where it is the only run. */
static int add_run(lp_curves *h, lp_panel *panel, lp_curve *curve, lp_stream *s, int colour,
                   const char *name, const char *metric, const lp_curves_options *o, lp_error *e) {
    char text[100];
    size_t epochs, before = panel->curve_count;
    lp_curves_parts parts = o->parts;
    const double *kept;
    if (!lp_stream_has(s, "history.epoch"))
        return lp_fail(e, "there is no history.epoch: no training has been recorded in it");
    const double *epoch = read_values(h, s, "history.epoch", &epochs, e);
    if (epoch == NULL || read_number(h, &kept, s, "history.best_epoch", e))
        return -1;
    for (int part = 0; part < 2; part++) {
        if (!is_asked(parts, part) || !lp_stream_has(s, tensor_name(text, part, metric)))
            continue;
        const char *part_name = parts_table[part].name;
        lp_curve *new = &curve[panel->curve_count++];
        *new = (lp_curve){.name = name != NULL ? name : part_name,
                          .part = name != NULL && parts == LP_PARTS_BOTH ? part_name : NULL,
                          .colour = name != NULL ? colour : part,
                          .dash = parts == LP_PARTS_BOTH ? parts_table[part].dash : 0,
                          .x = epoch};
        new->y = read_values(h, s, text, &new->n, e);
        if (new->y == NULL)
            return -1;
        if (new->n != epochs)
            return lp_fail(e, "%s has %zu entries, history.epoch %zu", text, new->n, epochs);
        if (read_band(h, new, s, text, e))
            return -1;
        start_at(new, o->from);
    }
    if (panel->curve_count == before)
        return lp_fail(e, "there is no history.%s of the parts asked for", metric);
    curve[panel->curve_count - 1].kept = kept;
    return 0;
}

static bool all_have(size_t n, const lp_curves_run *run, const char *metric) {
    char text[100];
    for (size_t i = 0; i < n; i++)
        if (!lp_stream_has(run[i].stream, tensor_name(text, 0, metric)) &&
            !lp_stream_has(run[i].stream, tensor_name(text, 1, metric)))
            return false;
    return true;
}

/* A lone part needs no word in the legend. */
static void drop_lone_part(lp_curves *h) {
    bool has[2] = {false, false};
    for (size_t p = 0; p < h->panels; p++)
        for (size_t k = 0; k < h->panel[p].curve_count; k++)
            has[h->panel[p].curves[k].dash] = true;
    for (size_t p = 0; p < h->panels && !(has[0] && has[1]); p++)
        for (size_t k = 0; k < h->panel[p].curve_count; k++) {
            lp_curve *curve = (lp_curve *)&h->panel[p].curves[k];
            curve->part = NULL;
            curve->dash = 0;
        }
}

static const char *const part_of_title[] = {
    [LP_PARTS_BOTH] = "",
    [LP_PARTS_TRAINING] = "training ",
    [LP_PARTS_VALIDATION] = "validation ",
};

/* How the legend calls the run: by the name that is given or its file's, and whether it diverged.
 */
static int name_run(lp_curves *h, const char **name, const lp_curves_run *run, const char *given,
                    lp_error *e) {
    LP_CLEANUP(lp_free) char *stem = lp_source_stem(run->path);
    LP_CLEANUP(lp_buffer_free) lp_buffer text = {0};
    const double *diverged;
    if (read_number(h, &diverged, run->stream, "history.diverged", e))
        return -1;
    lp_buffer_printf(&text, "%s", given != NULL ? given : stem);
    if (diverged != NULL)
        lp_buffer_printf(&text, " (diverged in step %.0f)", *diverged);
    *name = lp_arena_strdup(&h->arena, lp_buffer_text(&text));
    return 0;
}

/* "METRIC:FROM,TO" of the options, for the panel of that metric. */
static int read_range(lp_curves *h, lp_panel *panel, const char *metric, const char *text,
                      lp_error *e) {
    const char *colon = strrchr(text, ':'), *end = text + strlen(text);
    double *ends = lp_arena_alloc(&h->arena, 2, sizeof *ends);
    const char *after = colon != NULL ? lp_number_read(colon + 1, end, '.', &ends[0]) : NULL;
    if (after == NULL || *after != ',' || lp_number_read(after + 1, end, '.', &ends[1]) != end ||
        !(ends[0] < ends[1]) || fabs(ends[0]) > 1e300 || fabs(ends[1]) > 1e300)
        return lp_fail_usage(e, "option --range: '%s' is not METRIC:FROM,TO, FROM below TO", text);
    if ((size_t)(colon - text) != strlen(metric) || strncmp(text, metric, strlen(metric)) != 0)
        return 0;
    if (panel->log_y && !(ends[0] > 0))
        return lp_fail_usage(e, "option --range: %s: a logarithmic axis has no %g", text, ends[0]);
    panel->y_range = (lp_reals){ends, 2};
    return 0;
}

int lp_curves_read(lp_curves *h, size_t n, const lp_curves_run *run, const lp_curves_options *o,
                   lp_error *e) {
    static const char *usual[] = {"loss", "accuracy"};
    lp_texts metrics = o->of;
    *h = (lp_curves){0};
    if (o->name.count != 0 && o->name.count != n)
        return lp_fail_usage(e, "--name is given %zu times for %zu inputs", o->name.count, n);
    if (metrics.count == 0)
        metrics = (lp_texts){usual, all_have(n, run, "accuracy") ? 2 : 1};
    h->panels = metrics.count;
    h->panel = lp_arena_alloc(&h->arena, h->panels, sizeof *h->panel);
    for (size_t p = 0; p < h->panels; p++) {
        const char *metric = metrics.item[p], *part = part_of_title[o->parts];
        lp_curve *curve = lp_arena_alloc(&h->arena, 2 * n, sizeof *curve);
        char *title = lp_arena_alloc(&h->arena, strlen(part) + strlen(metric) + 1, 1);
        strcat(strcpy(title, part), metric);
        for (char *c = title; *c != '\0'; c++)
            *c = *c == '_' ? ' ' : *c;
        h->panel[p] = (lp_panel){
            .title = title, .log_y = o->log && strcmp(metric, "accuracy") != 0, .curves = curve};
        for (size_t i = 0; i < o->range.count; i++)
            if (read_range(h, &h->panel[p], metric, o->range.item[i], e))
                return -1;
        for (size_t i = 0; i < n; i++) {
            const char *name;
            if (name_run(h, &name, &run[i], o->name.count != 0 ? o->name.item[i] : NULL, e) ||
                add_run(h, &h->panel[p], curve, run[i].stream, (int)i, n > 1 ? name : NULL, metric,
                        o, e))
                return lp_within(e, "%s", lp_source_name(run[i].path));
        }
    }
    drop_lone_part(h);
    h->size = (lp_size){h->panels == 1 ? 720 : 480 * h->panels, 420};
    return 0;
}
