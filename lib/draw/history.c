#include "draw/history.h"

#include "base/memory.h"
#include "base/tensor.h"
#include "io/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *prefix, *name;
} parts_table[] = {{"history.", "training"}, {"history.val_", "validation"}};

static bool is_asked(lp_history_parts parts, int part) {
    return parts == LP_PARTS_BOTH || (parts == LP_PARTS_TRAINING) == (part == 0);
}

static const char *tensor_name(char text[100], int part, const char *metric) {
    snprintf(text, 100, "%s%s", parts_table[part].prefix, metric);
    return text;
}

/* The tensor as numbers, owned by h. */
static const double *read_values(lp_history *h, lp_stream *s, const char *name, size_t *n,
                                 lp_error *e) {
    const lp_tensor *t = lp_stream_get(s, name, e);
    if (t == NULL)
        return NULL;
    if (!lp_type_is_number(t->type) || t->ndim != 1) {
        lp_fail(e, "%s is no list of numbers", name);
        return NULL;
    }
    double *value = lp_alloc(t->count, sizeof *value, e);
    if (value == NULL)
        return NULL;
    for (size_t i = 0; i < t->count; i++)
        value[i] = lp_tensor_at(t, i);
    h->value[h->values++] = value;
    *n = t->count;
    return value;
}

/* Adds one stream's curves of one metric to its panel. */
static int add_stream(lp_history *h, lp_panel *panel, lp_curve *curve, lp_stream *s, int colour,
                      const char *name, const char *metric, lp_history_parts parts, lp_error *e) {
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
        lp_curve *new = &curve[panel->curve_count++];
        *new = (lp_curve){.name = name != NULL ? name : parts_table[part].name,
                          .part = name != NULL && parts == LP_PARTS_BOTH ? parts_table[part].name
                                                                         : NULL,
                          .colour = name != NULL ? colour : part,
                          .dash = parts == LP_PARTS_BOTH ? part : 0,
                          .x = epoch};
        new->y = read_values(h, s, text, &new->n, e);
        if (new->y == NULL)
            return -1;
        if (new->n != epochs)
            return lp_fail(e, "%s has %zu entries, history.epoch %zu", text, new->n, epochs);
    }
    if (panel->curve_count == before)
        return lp_fail(e, "there is no history.%s of the parts asked for", metric);
    return 0;
}

static bool all_have(size_t n, const lp_run *run, const char *metric) {
    char text[100];
    for (size_t i = 0; i < n; i++)
        if (!lp_stream_has(run[i].stream, tensor_name(text, 0, metric)) &&
            !lp_stream_has(run[i].stream, tensor_name(text, 1, metric)))
            return false;
    return true;
}

/* A lone part needs no word in the legend. */
static void drop_lone_part(lp_history *h) {
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

static int read_panels(lp_history *h, size_t n, const lp_run *run, const lp_texts *metrics,
                       lp_history_parts parts, bool log, lp_error *e) {
    h->panels = metrics->count;
    h->panel = lp_alloc_zero(h->panels, sizeof *h->panel, e);
    h->value = lp_alloc(h->panels, 3 * n * sizeof *h->value, e);
    h->title = lp_alloc_zero(h->panels, sizeof *h->title, e);
    if (h->panel == NULL || h->value == NULL || h->title == NULL)
        return -1;
    for (size_t p = 0; p < h->panels; p++) {
        lp_curve *curve = lp_alloc_zero(2 * n, sizeof *curve, e);
        if (curve == NULL)
            return -1;
        const char *metric = metrics->item[p];
        if (asprintf(&h->title[p], "%s%s", part_of_title[parts], metric) < 0)
            return lp_fail(e, "out of memory");
        h->panel[p] = (lp_panel){
            .title = h->title[p], .log_y = log && strcmp(metric, "accuracy") != 0, .curves = curve};
        for (size_t i = 0; i < n; i++)
            if (add_stream(h, &h->panel[p], curve, run[i].stream, (int)i,
                           n > 1 ? run[i].name : NULL, metric, parts, e))
                return lp_within(e, "%s", lp_source_name(run[i].path));
    }
    drop_lone_part(h);
    h->size = (lp_size){h->panels == 1 ? 720 : 480 * h->panels, 420};
    return 0;
}

int lp_history_read(lp_history *h, size_t n, const lp_run *run, const lp_texts *metrics,
                    lp_history_parts parts, bool log, lp_error *e) {
    static const char *usual[] = {"loss", "accuracy"};
    lp_texts chosen = *metrics;
    if (chosen.count == 0)
        chosen = (lp_texts){usual, all_have(n, run, "accuracy") ? 2 : 1};
    *h = (lp_history){0};
    if (read_panels(h, n, run, &chosen, parts, log, e)) {
        lp_history_free(h);
        return -1;
    }
    return 0;
}

char *lp_history_name(const char *path, lp_error *e) {
    const char *name = lp_source_name(path), *slash = strrchr(name, '/');
    name = slash != NULL && slash[1] != '\0' ? slash + 1 : name;
    const char *dot = strrchr(name, '.');
    char *stem = strndup(name, dot != NULL && dot > name ? (size_t)(dot - name) : strlen(name));
    if (stem == NULL)
        lp_fail(e, "out of memory");
    return stem;
}

void lp_history_free(lp_history *h) {
    for (size_t i = 0; i < h->values; i++)
        free(h->value[i]);
    for (size_t p = 0; h->panel != NULL && p < h->panels; p++)
        free((void *)h->panel[p].curves);
    for (size_t p = 0; h->title != NULL && p < h->panels; p++)
        free(h->title[p]);
    free(h->title);
    free(h->value);
    free(h->panel);
    *h = (lp_history){0};
}
