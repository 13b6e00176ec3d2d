/* What an evaluation found, as text, as a table or as JSON. */
#ifndef LP_LEARN_REPORT_H
#define LP_LEARN_REPORT_H

#include "base/memory.h"
#include "learn/evaluator.h"

enum { LP_MAX_METRICS = 4, LP_MAX_FIGURES = 12 };

/* A further metric, under the name of scikit-learn's scorer. */
typedef struct {
    const char *name;
    double value; /* NaN where it is not known */
} lp_figure;

typedef struct {
    const char *name; /* "train", "test", "all"; the factors' own */
    size_t n;         /* rows, or entries */
    double metric[LP_MAX_METRICS];
    lp_confusion confusion; /* {0} where there are no classes */
    size_t figures;         /* the same ones in every part */
    lp_figure figure[LP_MAX_FIGURES];
    size_t components; /* factors of an SVD: the share of the variance that each explains */
    double *explained_variance_ratio;
} lp_report_part;

typedef struct {
    const char *counted;                /* what n counts: "rows" or "entries" */
    const char *metric[LP_MAX_METRICS]; /* their names, NULL behind the last */
    size_t parts;
    lp_report_part part[4];
    char **class_name;  /* of the classes, printable, or NULL */
    lp_arena memory;    /* holds the names */
    lp_buffer warnings; /* lines for people: what was left out */
} lp_report;

typedef enum { LP_REPORT_TEXT, LP_REPORT_TSV, LP_REPORT_JSON } lp_report_format;

/* Appends the report to `out`. TSV: a line of names, then a line for each part; JSON: one object
 * with a member for each part. Both have part, n and the metrics, and for predictions of classes
 *     per_class   accuracy among the rows of each class
 *     confusion   row: true class, column: predicted class
 * Then follow the figures and the arrays precision, recall, f1 and support over the classes, or
 * explained_variance_ratio over the components. In a text of more than 20 classes, and with
 * `per_class`, a table of these arrays takes the place of the confusion matrix.
 * What is not known is null (JSON) or nan (TSV). Numbers are the shortest that read back. */
void lp_report_print(const lp_report *r, lp_report_format format, bool per_class, lp_buffer *out);

/* Appends one number as it is printed there. */
void lp_report_print_number(lp_buffer *out, double value, lp_report_format format);

void lp_report_free(lp_report *r);

#endif
