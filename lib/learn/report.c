#include "learn/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void lp_report_free(lp_report *r) {
    for (size_t i = 0; i < r->parts; i++)
        lp_confusion_free(&r->part[i].confusion);
    lp_arena_free(&r->memory);
    *r = (lp_report){0};
}

/* ---- JSON and TSV ---- */

/* The shortest of 15, 16, 17 digits that reads back as the same number. JSON can only give null
 * for what is not finite. */
static void print_number(lp_buffer *out, double value, lp_report_format format) {
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
        print_number(out, lp_class_accuracy(c, k), LP_REPORT_JSON);
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

static void print_json(const lp_report *r, bool has_classes, lp_buffer *out) {
    lp_buffer_printf(out, "{");
    for (size_t i = 0; i < r->parts; i++) {
        const lp_report_part *p = &r->part[i];
        lp_buffer_printf(out, "%s\"%s\": {\"n\": %zu", i > 0 ? ", " : "", p->name, p->n);
        for (size_t k = 0; k < metrics(r); k++) {
            lp_buffer_printf(out, ", \"%s\": ", r->metric[k]);
            print_number(out, p->metric[k], LP_REPORT_JSON);
        }
        if (has_classes)
            print_json_classes(&p->confusion, out);
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
    for (size_t i = 0; i < r->parts; i++) {
        const lp_report_part *p = &r->part[i];
        lp_buffer_printf(out, "\n%s\t%zu", p->name, p->n);
        for (size_t k = 0; k < metrics(r) + classes; k++) {
            lp_buffer_printf(out, "\t");
            print_number(out,
                         k < metrics(r) ? p->metric[k]
                                        : lp_class_accuracy(&p->confusion, k - metrics(r)),
                         LP_REPORT_TSV);
        }
        for (size_t k = 0; k < classes * classes; k++)
            lp_buffer_printf(out, "\t%zu", p->confusion.count[k]);
    }
    lp_buffer_printf(out, "\n");
}

/* ---- text ---- */

/* How wide a text is on a terminal, roughly: its characters, in UTF-8. */
static int width(const char *text) {
    int n = 0;
    for (; *text != '\0'; text++)
        n += (*text & 0xc0) != 0x80;
    return n;
}

static const char *class_name(const lp_report *r, size_t k, char text[40]) {
    if (r->class_name != NULL)
        return r->class_name[k];
    snprintf(text, 40, "class %zu", k);
    return text;
}

/* Accuracy of each class and the confusion matrix beside it. */
static void print_classes(const lp_report *r, const lp_confusion *c, lp_buffer *out) {
    char text[40];
    int widest = 0, cell = 1;
    for (size_t k = 0; k < c->classes; k++)
        widest = width(class_name(r, k, text)) > widest ? width(class_name(r, k, text)) : widest;
    for (size_t n = c->n; n >= 10; n /= 10)
        cell++;
    for (size_t k = 0; k < c->classes; k++) {
        const char *name = class_name(r, k, text);
        double accuracy = lp_class_accuracy(c, k);
        lp_buffer_printf(out, "  %s%*s", name, widest - width(name), "");
        lp_buffer_printf(out, isnan(accuracy) ? "       -   " : "  %.4f   ", accuracy);
        for (size_t j = 0; j < c->classes; j++)
            lp_buffer_printf(out, " %*zu", cell, c->count[k * c->classes + j]);
        lp_buffer_printf(out, "\n");
    }
}

static void print_text(const lp_report *r, lp_buffer *out) {
    for (size_t i = 0; i < r->parts; i++) {
        const lp_report_part *p = &r->part[i];
        lp_buffer_printf(out, "%s: %zu %s", p->name, p->n, r->counted);
        for (size_t k = 0; k < metrics(r); k++)
            if (!isnan(p->metric[k]))
                lp_buffer_printf(out, ", %s %.6g", r->metric[k], p->metric[k]);
        lp_buffer_printf(out, "\n");
        print_classes(r, &p->confusion, out);
    }
}

void lp_report_print(const lp_report *r, lp_report_format format, lp_buffer *out) {
    bool has_classes = strcmp(r->counted, "rows") == 0;
    if (format == LP_REPORT_JSON)
        print_json(r, has_classes, out);
    else if (format == LP_REPORT_TSV)
        print_tsv(r, out);
    else
        print_text(r, out);
}
