#include "draw/history.h"

#include "io/source.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *prefix, *name;
} parts_table[] = {{"history.", "training"}, {"history.val_", "validation"}};

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

/* Adds one run's curves of one metric to its panel. `name` is NULL where it is the only run. */
static int add_run(lp_curves *h, lp_panel *panel, lp_curve *curve, lp_stream *s, int colour,
                   const char *name, const char *metric, lp_curves_parts parts, lp_error *e) {
    char text[100];
    size_t epochs, before = panel->curve_count;
    if (!lp_stream_has(s, "history.epoch"))
        return lp_fail(e, "there is no history.epoch: no training has been recorded in it");
    const double *epoch = read_values(h, s, "history.epoch", &epochs, e);
    if (epoch == NULL)
        return -1;
    for (int part = 0; part < 2; part++) {
        if (!is_asked(parts, part) || !lp_stream_has(s, tensor_name(text, part, metric)))
            continue;
        const char *part_name = parts_table[part].name;
        lp_curve *new = &curve[panel->curve_count++];
        *new = (lp_curve){.name = name != NULL ? name : part_name,
                          .part = name != NULL && parts == LP_PARTS_BOTH ? part_name : NULL,
                          .colour = name != NULL ? colour : part,
                          .dash = parts == LP_PARTS_BOTH ? part : 0,
                          .x = epoch};
        new->y = read_values(h, s, text, &new->n, e);
        if (new->y == NULL)
            return -1;
        if (new->n != epochs)
            return lp_fail(e, "%s has %zu entries, history.epoch %zu", text, new->n, epochs);
        if (read_band(h, new, s, text, e))
            return -1;
    }
    if (panel->curve_count == before)
        return lp_fail(e, "there is no history.%s of the parts asked for", metric);
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

static const char *name_of(lp_curves *h, const char *path) {
    LP_CLEANUP(lp_free) char *stem = lp_source_stem(path);
    return lp_arena_strdup(&h->arena, stem);
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
        h->panel[p] = (lp_panel){
            .title = title, .log_y = o->log && strcmp(metric, "accuracy") != 0, .curves = curve};
        for (size_t i = 0; i < n; i++) {
            const char *name = o->name.count != 0 ? o->name.item[i] : name_of(h, run[i].path);
            if (add_run(h, &h->panel[p], curve, run[i].stream, (int)i, n > 1 ? name : NULL, metric,
                        o->parts, e))
                return lp_within(e, "%s", lp_source_name(run[i].path));
        }
    }
    drop_lone_part(h);
    h->size = (lp_size){h->panels == 1 ? 720 : 480 * h->panels, 420};
    return 0;
}
