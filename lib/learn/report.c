#include "learn/report.h"

#include "base/printable.h"
#include "learn/classification.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void lp_report_free(lp_report *r) {
    for (size_t i = 0; i < r->parts; i++)
        lp_confusion_free(&r->part[i].confusion);
    lp_arena_free(&r->memory);
    lp_buffer_free(&r->warnings);
    *r = (lp_report){0};
}

/* ---- JSON and TSV ---- */

/* The shortest of 15, 16, 17 digits that reads back as the same number. JSON can only give null
 * for what is not finite. */
void lp_report_print_number(lp_buffer *out, double value, lp_report_format format) {
    char text[40];
    if (!isfinite(value)) {
        const char *tsv = isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
        lp_buffer_printf(out, "%s", format == LP_REPORT_JSON ? "null" : tsv);
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    lp_buffer_printf(out, "%s", text);
}

static size_t metrics(const lp_report *r) {
    size_t n = 0;
    while (n < LP_MAX_METRICS && r->metric[n] != NULL)
        n++;
    return n;
}

static void print_json_classes(const lp_confusion *c, lp_buffer *out) {
    lp_buffer_printf(out, ", \"per_class\": [");
    for (size_t k = 0; k < c->classes; k++) {
        lp_buffer_printf(out, "%s", k > 0 ? ", " : "");
        lp_report_print_number(out, lp_class_accuracy(c, k), LP_REPORT_JSON);
    }
    lp_buffer_printf(out, "], \"confusion\": [");
    for (size_t k = 0; k < c->classes; k++) {
        lp_buffer_printf(out, "%s[", k > 0 ? ", " : "");
        for (size_t j = 0; j < c->classes; j++)
            lp_buffer_printf(out, "%s%zu", j > 0 ? ", " : "", c->count[k * c->classes + j]);
        lp_buffer_printf(out, "]");
    }
    lp_buffer_printf(out, "]");
}

/* ---- arrays over the classes, and over the components of factors ---- */

static double precision_of(const lp_report_part *p, size_t k) {
    return lp_class_metrics_of(p->confusion.classes, p->confusion.count, k).precision;
}

static double recall_of(const lp_report_part *p, size_t k) {
    return lp_class_metrics_of(p->confusion.classes, p->confusion.count, k).recall;
}

static double f1_of(const lp_report_part *p, size_t k) {
    return lp_class_metrics_of(p->confusion.classes, p->confusion.count, k).f1;
}

static double support_of(const lp_report_part *p, size_t k) {
    return (double)lp_class_metrics_of(p->confusion.classes, p->confusion.count, k).support;
}

static double explained_by(const lp_report_part *p, size_t k) {
    return p->explained_variance_ratio[k];
}

static const struct {
    const char *name;
    bool of_components;
    double (*at)(const lp_report_part *p, size_t k);
} arrays[] = {
    {"precision", false, precision_of},
    {"recall", false, recall_of},
    {"f1", false, f1_of},
    {"support", false, support_of},
    {"explained_variance_ratio", true, explained_by},
};
enum { ARRAYS = sizeof arrays / sizeof *arrays };

static size_t length_of(const lp_report_part *p, int array) {
    return arrays[array].of_components ? p->components : p->confusion.classes;
}

static void print_json_more(const lp_report_part *p, lp_buffer *out) {
    for (size_t k = 0; k < p->figures; k++) {
        lp_buffer_printf(out, ", \"%s\": ", p->figure[k].name);
        lp_report_print_number(out, p->figure[k].value, LP_REPORT_JSON);
    }
    for (int a = 0; a < ARRAYS; a++) {
        for (size_t k = 0; k < length_of(p, a); k++) {
            lp_buffer_printf(out, k == 0 ? ", \"%s\": [" : ", ", arrays[a].name);
            lp_report_print_number(out, arrays[a].at(p, k), LP_REPORT_JSON);
        }
        lp_buffer_printf(out, length_of(p, a) > 0 ? "]" : "");
    }
}

static void print_tsv_more_names(const lp_report_part *p, lp_buffer *out) {
    for (size_t k = 0; k < p->figures; k++)
        lp_buffer_printf(out, "\t%s", p->figure[k].name);
    for (int a = 0; a < ARRAYS; a++)
        for (size_t k = 0; k < length_of(p, a); k++)
            lp_buffer_printf(out, "\t%s.%zu", arrays[a].name, k);
}

static void print_tsv_more(const lp_report_part *p, lp_buffer *out) {
    for (size_t k = 0; k < p->figures; k++) {
        lp_buffer_printf(out, "\t");
        lp_report_print_number(out, p->figure[k].value, LP_REPORT_TSV);
    }
    for (int a = 0; a < ARRAYS; a++)
        for (size_t k = 0; k < length_of(p, a); k++) {
            lp_buffer_printf(out, "\t");
            lp_report_print_number(out, arrays[a].at(p, k), LP_REPORT_TSV);
        }
}

static void print_json(const lp_report *r, bool has_classes, lp_buffer *out) {
    lp_buffer_printf(out, "{");
    for (size_t i = 0; i < r->parts; i++) {
        const lp_report_part *p = &r->part[i];
        lp_buffer_printf(out, "%s\"%s\": {\"n\": %zu", i > 0 ? ", " : "", p->name, p->n);
        for (size_t k = 0; k < metrics(r); k++) {
            lp_buffer_printf(out, ", \"%s\": ", r->metric[k]);
            lp_report_print_number(out, p->metric[k], LP_REPORT_JSON);
        }
        if (has_classes)
            print_json_classes(&p->confusion, out);
        print_json_more(p, out);
        lp_buffer_printf(out, "}");
    }
    lp_buffer_printf(out, "}\n");
}

static void print_tsv(const lp_report *r, lp_buffer *out) {
    size_t classes = r->part[0].confusion.classes;
    lp_buffer_printf(out, "part\tn");
    for (size_t k = 0; k < metrics(r); k++)
        lp_buffer_printf(out, "\t%s", r->metric[k]);
    for (size_t k = 0; k < classes; k++)
        lp_buffer_printf(out, "\tper_class.%zu", k);
    for (size_t k = 0; k < classes * classes; k++)
        lp_buffer_printf(out, "\tconfusion.%zu.%zu", k / classes, k % classes);
    print_tsv_more_names(&r->part[0], out);
    for (size_t i = 0; i < r->parts; i++) {
        const lp_report_part *p = &r->part[i];
        lp_buffer_printf(out, "\n%s\t%zu", p->name, p->n);
        for (size_t k = 0; k < metrics(r) + classes; k++) {
            lp_buffer_printf(out, "\t");
            lp_report_print_number(
                out,
                k < metrics(r) ? p->metric[k] : lp_class_accuracy(&p->confusion, k - metrics(r)),
                LP_REPORT_TSV);
        }
        for (size_t k = 0; k < classes * classes; k++)
            lp_buffer_printf(out, "\t%zu", p->confusion.count[k]);
        print_tsv_more(p, out);
    }
    lp_buffer_printf(out, "\n");
}

/* ---- text ---- */

enum { MATRIX_CLASSES = 20 }; /* a wider confusion matrix is not readable */

static const char *class_name(const lp_report *r, size_t k, char text[40]) {
    if (r->class_name != NULL)
        return r->class_name[k];
    snprintf(text, 40, "class %zu", k);
    return text;
}

static int widest_name(const lp_report *r, size_t classes) {
    char text[40];
    int widest = 0;
    for (size_t k = 0; k < classes; k++)
        widest = lp_text_columns(class_name(r, k, text)) > widest
                     ? lp_text_columns(class_name(r, k, text))
                     : widest;
    return widest;
}

/* Accuracy of each class and the confusion matrix beside it. */
static void print_matrix(const lp_report *r, const lp_confusion *c, lp_buffer *out) {
    char text[40];
    int widest = widest_name(r, c->classes), cell = 1;
    for (size_t n = c->n; n >= 10; n /= 10)
        cell++;
    for (size_t k = 0; k < c->classes; k++) {
        const char *name = class_name(r, k, text);
        double accuracy = lp_class_accuracy(c, k);
        lp_buffer_printf(out, "  %s%*s", name, widest - lp_text_columns(name), "");
        lp_buffer_printf(out, isnan(accuracy) ? "       -   " : "  %.4f   ", accuracy);
        for (size_t j = 0; j < c->classes; j++)
            lp_buffer_printf(out, " %*zu", cell, c->count[k * c->classes + j]);
        lp_buffer_printf(out, "\n");
    }
}

/* The wrong classes that rows of class k are predicted as, the most frequent first, at most 3. */
static void print_mistakes(const lp_report *r, const lp_confusion *c, size_t k, lp_buffer *out) {
    char text[40];
    const size_t *row = c->count + k * c->classes;
    size_t taken[3] = {0};
    for (int i = 0; i < 3; i++) {
        size_t best = k;
        for (size_t j = 0; j < c->classes; j++) {
            bool is_listed = false;
            for (int t = 0; t < i; t++)
                is_listed |= taken[t] == j;
            if (j != k && !is_listed && row[j] > 0 && (best == k || row[j] > row[best]))
                best = j;
        }
        if (best == k)
            return;
        taken[i] = best;
        lp_buffer_printf(out, "%s %s %zu", i > 0 ? "," : "  ", class_name(r, best, text),
                         row[best]);
    }
}

/* A line for each class, which stays readable however many there are. */
static void print_table(const lp_report *r, const lp_confusion *c, lp_buffer *out) {
    char text[40];
    int widest = widest_name(r, c->classes);
    lp_buffer_printf(out, "  %*s  recall  precision      f1     rows   predicted as\n", widest, "");
    for (size_t k = 0; k < c->classes; k++) {
        const char *name = class_name(r, k, text);
        lp_class_metrics m = lp_class_metrics_of(c->classes, c->count, k);
        lp_buffer_printf(out, "  %s%*s  %.4f     %.4f  %.4f  %7zu", name,
                         widest - lp_text_columns(name), "", m.recall, m.precision, m.f1,
                         m.support);
        print_mistakes(r, c, k, out);
        lp_buffer_printf(out, "\n");
    }
}

static const char *group_of(const char *name) {
    const char *suffix = strrchr(name, '_');
    return suffix != NULL && strcmp(suffix, "_macro") == 0      ? "macro"
           : suffix != NULL && strcmp(suffix, "_weighted") == 0 ? "weighted"
                                                                : "";
}

/* The further figures that are known: "  balanced accuracy 0.9, roc auc 0.995", and the means over
 * the classes in lines of their own, "  macro: precision 0.91, recall 0.9, f1 0.9". */
static void print_figures(const lp_report_part *p, lp_buffer *out) {
    const char *group = NULL;
    for (size_t k = 0; k < p->figures; k++) {
        const char *name = p->figure[k].name, *own_group = group_of(name);
        if (isnan(p->figure[k].value))
            continue;
        if (group == NULL || strcmp(group, own_group) != 0)
            lp_buffer_printf(out, "%s  %s%s", group == NULL ? "" : "\n", own_group,
                             own_group[0] != '\0' ? ": " : "");
        else
            lp_buffer_printf(out, ", ");
        group = own_group;
        size_t length = strlen(name) - (group[0] != '\0' ? strlen(group) + 1 : 0);
        for (size_t i = 0; i < length; i++)
            lp_buffer_append(out, name[i] == '_' ? " " : name + i, 1);
        lp_buffer_printf(out, " %.6g", p->figure[k].value);
    }
    if (group != NULL)
        lp_buffer_printf(out, "\n");
}

static void print_text(const lp_report *r, bool per_class, lp_buffer *out) {
    for (size_t i = 0; i < r->parts; i++) {
        const lp_report_part *p = &r->part[i];
        lp_buffer_printf(out, "%s: %zu %s", p->name, p->n, r->counted);
        for (size_t k = 0; k < metrics(r); k++)
            if (!isnan(p->metric[k]))
                lp_buffer_printf(out, ", %s %.6g", r->metric[k], p->metric[k]);
        lp_buffer_printf(out, "\n");
        if (p->confusion.classes > 0 && (per_class || p->confusion.classes > MATRIX_CLASSES))
            print_table(r, &p->confusion, out);
        else
            print_matrix(r, &p->confusion, out);
        print_figures(p, out);
    }
}

void lp_report_print(const lp_report *r, lp_report_format format, bool per_class, lp_buffer *out) {
    bool has_classes = strcmp(r->counted, "rows") == 0;
    if (format == LP_REPORT_JSON)
        print_json(r, has_classes, out);
    else if (format == LP_REPORT_TSV)
        print_tsv(r, out);
    else
        print_text(r, per_class, out);
}
