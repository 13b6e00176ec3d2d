/* Judging what a stream holds, and saying it as text, as a table or as JSON. */
#ifndef LP_LEARN_EVALUATE_H
#define LP_LEARN_EVALUATE_H

#include "base/error.h"
#include "base/memory.h"
#include "io/stream.h"
#include "learn/model.h"
#include "mf/factors.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    bool is_factors;
    size_t parts;
    const char *name[3];         /* "train", "test", "all"; the factors' own */
    lp_judgement judgement[3];   /* loss is NaN where only answers are known */
    lp_factors_metrics error[3]; /* is_factors */
    char **class_name;           /* (classes) owned, or NULL */
    size_t classes;
} lp_evaluation_report;

/* Judges, in this order of preference:
 *   a model (learn/model.h) on every part of the data: train, test, all
 *   y_pred against y, or else y_test, or else y_train, whichever is there ("all", "test", "train")
 *   factors (mf/factors.h) on their matrix; `mask` and `zero_filled` go with these alone
 * `model`: the stream that holds the model, where it is not s; data is then scaled like the
 * model's (lp_scale_for_model). A stream with both a model and factors is refused. Freed with
 * lp_evaluation_free. */
int lp_evaluate(lp_stream *s, lp_stream *model, const char *mask, bool zero_filled,
                lp_evaluation_report *report, lp_error *e);
void lp_evaluation_free(lp_evaluation_report *report);

typedef enum { LP_REPORT_TEXT, LP_REPORT_TSV, LP_REPORT_JSON } lp_report_format;

/* The report as text. TSV: a line of names, then a line for each part; JSON: one object with a
 * member for each part. Both have part, n and then
 *     accuracy, loss, per_class (accuracy among the rows of each class), confusion (row: true
 *     class, column: answered class)          for classes and models
 *     sse, mse, rmse, mae                     for factors
 * What is not known is null (JSON) or nan (TSV). Numbers are the shortest that read back. */
int lp_evaluation_print(const lp_evaluation_report *report, lp_report_format format, lp_buffer *out,
                        lp_error *e);

#endif
