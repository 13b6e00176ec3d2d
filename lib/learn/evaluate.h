/* Evaluating what a stream holds: a model, predictions, or factors. */
#ifndef LP_LEARN_EVALUATE_H
#define LP_LEARN_EVALUATE_H

#include "base/error.h"
#include "io/stream.h"
#include "learn/report.h"

typedef struct {
    const char *mask; /* mask and zero_filled go with factors alone (mf/factors.h) */
    bool zero_filled;
    int64_t top_k; /* 0: none */
} lp_evaluate_options;

/* Evaluates, in this order of preference,
 *     a model (learn/model.h) on every part of the data: train, val, test, all
 *     y_pred, and y_score where it is there, against y, or else y_test, y_val, y_train
 *     factors (mf/factors.h) on their matrix
 * and reports
 *     classes   accuracy and loss; balanced_accuracy, log_loss, roc_auc, top_k_accuracy (under
 *               top_k), precision, recall and f1, each _macro and _weighted
 *     numbers   loss; mse, rmse, mae, r2, explained_variance
 *     factors   sse, mse, rmse, mae; of a dense matrix without a mask explained_variance, and for
 *               an SVD's the ratio that each component explains
 * as learn/classification.h and learn/regression.h define them; y_pred are classes or numbers as y
 * is (learn/dataset.h). `model`: the stream that holds the model, where it is not s; data is then
 * scaled like the model's (data/features.h). A stream with both a model and factors is refused.
 * Freed with lp_report_free. */
int lp_evaluate(lp_stream *s, lp_stream *model, const lp_evaluate_options *o, lp_report *report,
                lp_error *e);

/* True where the stream holds one of these, and what it is evaluated on. */
bool lp_can_be_evaluated(const lp_stream *s);

#endif
