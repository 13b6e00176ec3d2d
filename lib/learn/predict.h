/* What a trained model predicts: its forward pass, and predictions in a stream. */
#ifndef LP_LEARN_PREDICT_H
#define LP_LEARN_PREDICT_H

#include "base/error.h"
#include "base/memory.h"
#include "base/tensor.h"
#include "io/stream.h"
#include "learn/model.h"

/* Rows go through a model in chunks; the results do not depend on the size. */
enum { LP_FORWARD_ROWS = 512 };

typedef struct {
    const lp_model *model;
    lp_batch batch; /* the rows of the last chunk */
    size_t *index;
    lp_graph *graph; /* the network, its parameters constants */
    int input, output;
} lp_forward;

/* Room in `memory` for chunks of the dataset's parts, with their targets where `with_target`. Its
 * graph is freed with lp_forward_free. */
lp_forward lp_forward_new(const lp_model *m, const lp_dataset *d, bool with_target,
                          lp_arena *memory);
void lp_forward_free(lp_forward *f);

/* scores (n, outputs), of the model's type = the last layer's output for the n rows of a part from
 * row `from` on, up to row `end`. Returns n, at most LP_FORWARD_ROWS. */
size_t lp_forward_rows(lp_forward *f, const lp_part *p, size_t from, size_t end, void *scores);

/* scores (n, outputs) of the model's type, the caller's to free, for the rows of x (any number
 * type, [n, ...]). Refused: a row of another width than the model's, no rows, a value that is not
 * finite (named by row and column after `name`). */
int lp_model_scores(const lp_model *m, const lp_tensor *x, const char *name, lp_tensor *scores,
                    lp_error *e);

/* Element i of scores, or of another array of a model's type (f4 or f8). */
static inline double lp_element(lp_type type, const void *x, size_t i) {
    return type.size == 4 ? (double)((const float *)x)[i] : ((const double *)x)[i];
}

/* label[i] = the class that row i of scores (n, outputs) predicts: the largest score's, the first
 * of equals. */
void lp_model_classify(const lp_model *m, size_t n, const void *scores, int32_t *label);

/* What predictions are held against. */
typedef struct {
    const char *x, *y; /* features, and the labels beside them */
    const char *part;  /* as reports call it */
} lp_truth;

/* The truth about y_pred: what y_pred.of names, or else the first of y, y_test, y_val and y_train
 * that there is. Refused: predictions of features that no labels belong to. */
const lp_truth *lp_truth_of(lp_stream *s, lp_error *e);

/* Predictions for tensor `x_name` of a stream (NULL: x, or else x_test, or else x_train), put into
 * it:
 *     y_pred [n]       i8, the class; for a model without classes [n] or [n, m] of its type, the
 *                      predicted numbers
 *     y_score [n, k]   the classes' probabilities (cross-entropy) or outputs; for a perceptron [n],
 *                      x·weight + bias
 *     y_pred.of        x_name, text, where lp_truth_of would take them for another part's
 * `model` is the stream that holds the model, NULL for s itself; one that s has too is dropped,
 * with its history, since the predictions are not its own. Features are matched to the model's
 * (data/features.h), and where the model's classes have names, so are the stream's labels: y_pred,
 * y and `classes` then number them alike (data/labels.h). `warnings` gets lines for people.
 */
int lp_predict(lp_stream *s, lp_stream *model, const char *x_name, lp_buffer *warnings,
               lp_error *e);

#endif
