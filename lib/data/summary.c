#include "data/summary.h"

#include "base/memory.h"
#include "base/printable.h"
#include "io/csv.h"
#include "io/recipe.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_ROOM = 60 }; /* characters of strings that are shown */

lp_summary lp_summarise(const lp_tensor *t) {
    lp_summary summary = {0};
    double sum = 0;
    for (size_t i = 0; i < t->count; i++) {
        const double value = lp_tensor_at(t, i);
        if (!isfinite(value)) {
            summary.nonfinite++;
            continue;
        }
        if (summary.finite == 0 || value < summary.min)
            summary.min = value;
        if (summary.finite == 0 || value > summary.max)
            summary.max = value;
        sum += value;
        summary.finite++;
    }
    if (summary.finite > 0)
        summary.mean = sum / (double)summary.finite;
    return summary;
}

/* Appends the first strings, at most TEXT_ROOM bytes in all, and an ellipsis. */
static int append_strings(lp_buffer *b, const lp_tensor *t, lp_error *e) {
    for (size_t i = 0; i < t->count; i++) {
        LP_CLEANUP(lp_free) char *text = lp_tensor_string(t, i, e);
        if (text == NULL)
            return -1;
        lp_printable(text);
        const bool is_too_long = b->size + strlen(text) > TEXT_ROOM;
        lp_buffer_printf(b, "%s%s", i > 0 ? ", " : "", is_too_long ? "..." : text);
        if (is_too_long)
            break;
    }
    return 0;
}

/* One tensor's fields, from its type on. What is not a tensor has its size and the reason. */
typedef struct {
    char type[16], shape[200], min[32], max[32], mean[32];
    lp_buffer text;
    size_t nonfinite;
    bool is_single;
} fields;

static void print_number(char text[32], double value, bool in_full) {
    LP_CLEANUP(lp_buffer_free) lp_buffer b = {0};
    if (in_full)
        lp_csv_append_number(&b, value, false);
    else
        lp_buffer_printf(&b, "%.6g", value);
    strcpy(text, b.data);
}

/* Type and shape of item i. */
static void describe(const lp_stream *s, size_t i, fields *f) {
    size_t size;
    lp_tensor t;
    const char *foreign = lp_stream_foreign(s, i, &size);
    *f = (fields){0};
    if (foreign != NULL) {
        strcpy(f->type, "-");
        snprintf(f->shape, sizeof f->shape, "%zu bytes", size);
        lp_buffer_printf(&f->text, "%s", foreign);
    } else if (lp_stream_describe(s, lp_stream_name(s, i), &t)) {
        lp_type_name(t.type, f->type);
        lp_shape_text(t.ndim, t.shape, f->shape);
    }
}

static int fill_fields(lp_stream *s, size_t i, bool in_full, fields *f, lp_error *e) {
    const char *name = lp_stream_name(s, i);
    describe(s, i, f);
    if (f->text.size > 0)
        return 0;
    const lp_tensor *t = lp_stream_get(s, name, e);
    if (t == NULL)
        return -1;
    if (lp_type_is_string(t->type))
        return append_strings(&f->text, t, e) ? lp_within(e, "tensor '%s'", name) : 0;
    f->is_single = t->count == 1;
    const lp_summary summary = lp_summarise(t);
    f->nonfinite = summary.nonfinite;
    if (summary.finite > 0) {
        print_number(f->min, summary.min, in_full);
        print_number(f->max, summary.max, in_full);
        print_number(f->mean, summary.mean, in_full);
    }
    return 0;
}

static void write_tsv(const char *name, const fields *f, const char *text, FILE *out) {
    fprintf(out, "%s\t%s\t%s\t%s\t%s\t%s\t%zu\t%s\n", name, f->type, f->shape, f->min, f->max,
            f->mean, f->nonfinite, text);
}

static void write_line(const char *name, const fields *f, const char *text, int name_width,
                       int shape_width, FILE *out) {
    fprintf(out, "%s%*s  %-4s  %-*s", name, name_width - lp_text_columns(name), "", f->type,
            shape_width, f->shape);
    if (text[0] != '\0')
        fprintf(out, "  %s", text);
    else if (f->min[0] != '\0' && f->is_single)
        fprintf(out, "  %s", f->min);
    else if (f->min[0] != '\0')
        fprintf(out, "  %s to %s, mean %s", f->min, f->max, f->mean);
    if (f->nonfinite > 0)
        fprintf(out, "%s%zu not finite", f->min[0] != '\0' ? ", " : "  ", f->nonfinite);
    fprintf(out, "\n");
}

static void write_recipe(const lp_stream *s, FILE *out) {
    LP_CLEANUP(lp_buffer_free) lp_buffer shown = {0};
    const char *recipe = lp_stream_recipe(s);
    char *reason;
    lp_buffer_append_printable(&shown, recipe[0] != '\0' ? recipe : "none");
    fprintf(out, "recipe: %s\n", shown.data);
    if (lp_recipe_is_broken(recipe, &reason)) {
        fprintf(out, "it cannot be replayed: %s\n", reason != NULL ? lp_printable(reason) : "");
        free(reason);
    }
}

int lp_summary_write(lp_stream *s, bool is_tsv, FILE *out, lp_error *e) {
    int name_width = 0, shape_width = 0;
    for (size_t i = 0; i < lp_stream_count(s); i++) {
        fields f;
        describe(s, i, &f);
        const int name_length = lp_text_columns(lp_stream_name(s, i));
        const int shape_length = (int)strlen(f.shape);
        lp_buffer_free(&f.text);
        name_width = name_length > name_width ? name_length : name_width;
        shape_width = shape_length > shape_width ? shape_length : shape_width;
    }
    if (is_tsv)
        fprintf(out, "name\ttype\tshape\tmin\tmax\tmean\tnonfinite\ttext\n");
    for (size_t i = 0; i < lp_stream_count(s); i++) {
        LP_CLEANUP(lp_buffer_free) lp_buffer name = {0};
        lp_buffer_append_printable(&name, lp_stream_name(s, i));
        fields f;
        int failed = fill_fields(s, i, is_tsv, &f, e);
        if (!failed && is_tsv)
            write_tsv(name.data, &f, lp_buffer_text(&f.text), out);
        else if (!failed)
            write_line(name.data, &f, lp_buffer_text(&f.text), name_width, shape_width, out);
        lp_buffer_free(&f.text);
        if (failed)
            return -1;
    }
    if (!is_tsv)
        write_recipe(s, out);
    return 0;
}
