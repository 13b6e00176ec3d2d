/* Evaluating what a stream holds: a model, predictions, or factors. */
#ifndef LP_LEARN_EVALUATE_H
#define LP_LEARN_EVALUATE_H

#include "base/error.h"
#include "io/stream.h"
#include "learn/report.h"

/* Evaluates, in this order of preference,
 *     a model (learn/model.h) on every part of the data: train, test, all
 *     y_pred against y, or else y_test, or else y_train, whichever is there ("all", "test",
 * "train") factors (mf/factors.h) on their matrix; `mask` and `zero_filled` go with these alone and
 * reports accuracy and loss, or for factors sse, mse, rmse and mae. `model`: the stream that holds
 * the model, where it is not s; data is then scaled like the model's (data/features.h). A stream
 * with both a model and factors is refused. Freed with lp_report_free. */
int lp_evaluate(lp_stream *s, lp_stream *model, const char *mask, bool zero_filled,
                lp_report *report, lp_error *e);

#endif
