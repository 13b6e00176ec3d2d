/* A trained model, whichever kind a stream holds, and what it answers.
 *
 * An MLP (net/mlp.h) may say more about itself:
 *     model.loss          "cross-entropy" (the default) or "mse"
 *     model.reduction     "mean" (the default) or "sum"
 *     model.target        "y" (the default), or "x": an autoencoder
 *     model.input_scale   what x is multiplied by first (1 where absent)
 * A perceptron is `weight [1, d]` and, unless it has none, `bias [1]`: class 1 where
 * x·weight + bias > 0, else class 0. In memory it is a network of one layer and one output. */
#ifndef LP_LEARN_MODEL_H
#define LP_LEARN_MODEL_H

#include "base/error.h"
#include "base/tensor.h"
#include "io/stream.h"
#include "learn/dataset.h"
#include "learn/metrics.h"
#include "net/mlp.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum { LP_LOSS_CROSS_ENTROPY, LP_LOSS_MSE } lp_loss;
typedef enum { LP_REDUCE_MEAN, LP_REDUCE_SUM } lp_reduction;

/* In the order above. */
#define LP_LOSS_CHOICES "cross-entropy|mse"
#define LP_REDUCTION_CHOICES "mean|sum"

typedef struct {
    lp_mlp net;
    bool is_perceptron;
    lp_loss loss;
    lp_reduction reduction;
    lp_target target;
    double input_scale;
} lp_model;

/* True where the stream holds a model. */
bool lp_model_is_in(const lp_stream *s);

/* Reads the model of a stream; a stream with both kinds is refused. Freed with lp_model_free. */
int lp_model_read(lp_model *m, lp_stream *s, lp_error *e);
int lp_model_write(const lp_model *m, lp_stream *s, lp_error *e);
void lp_model_free(lp_model *m);

/* Gives the parameters of a network of one layer the names that a perceptron's have. */
void lp_model_name_perceptron(lp_model *m);

/* Drops every model from a stream, with history, snapshots and answers: a new one replaces it. */
void lp_model_drop(lp_stream *s);

/* The classes that it tells apart (2 for a perceptron); 0 for a regression or an autoencoder,
 * whose answers are numbers. `labelled`: the data has classes. */
size_t lp_model_classes(const lp_model *m, bool labelled);

/* scores (n, outputs) of the model's type, the caller's to free, for the rows of x (any number
 * type, [n, ...]): the last layer's output. Refused: a row of another width than the model's, no
 * rows, a value that is not finite (named by row and column after `name`). */
int lp_model_scores(const lp_model *m, const lp_tensor *x, const char *name, lp_tensor *scores,
                    lp_error *e);

/* label[i] = the class that row i of scores (n, outputs) stands for. */
void lp_model_classify(const lp_model *m, size_t n, const void *scores, int32_t *label);

/* In place: scores to probabilities (softmax), for a model trained by cross-entropy. */
void lp_model_probabilities(const lp_model *m, lp_tensor *scores);

/* How the model does on a part of a dataset. `loss`: cross-entropy averaged over the rows;
 * squared errors averaged over all numbers, or, under LP_REDUCE_SUM, summed in each row and
 * averaged over the rows; for a perceptron Rosenblatt's criterion max(0, -t (x·w + b)), t = ±1,
 * averaged over the rows. `accuracy` is NaN where there are no classes. */
typedef struct {
    size_t n;
    double loss, accuracy;
    lp_confusion confusion; /* {0} where there are no classes */
} lp_judgement;

/* Room for judging a dataset's parts over and over. */
typedef struct {
    lp_batch batch;
    size_t *index;
    void *work, *scores, *row_loss;
    int32_t *answer;
} lp_judge;

int lp_judge_new(lp_judge *j, const lp_model *m, const lp_dataset *d, lp_error *e);
void lp_judge_free(lp_judge *j);

/* Freed with lp_confusion_free(&judgement->confusion). */
int lp_judge_part(lp_judge *j, const lp_model *m, const lp_part *p, lp_judgement *judgement,
                  lp_error *e);

/* Answers for tensor `x_name` of a stream (NULL: x, or else x_test, or else x_train), put into it:
 *     y_pred [n]       i8, the class; for a model without classes [n] or [n, m] of its type, the
 *                      answer itself
 *     y_score [n, k]   the classes' probabilities (cross-entropy) or outputs; for a perceptron [n],
 *                      x·weight + bias
 * `model` is the stream that holds the model, NULL for s itself. Data of another stream than the
 * model's is scaled by the model's scale.offset and scale.divisor, unless it has its own scale.*:
 * then it has been scaled already, and by the same numbers, or it is refused. */
int lp_predict(lp_stream *s, lp_stream *model, const char *x_name, lp_error *e);

/* x_name, or what it stands for where it is NULL. */
const char *lp_predicted_name(const lp_stream *s, const char *x_name);

/* Scales the tensor NAME of `s` as just said: *out is a view where nothing is to be done. */
int lp_scale_for_model(lp_stream *s, lp_stream *model, const char *name, lp_tensor *out,
                       lp_error *e);

#endif
