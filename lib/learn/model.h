/* A trained model, whichever kind a stream holds.
 *
 * A network (net/network.h) may have beside it
 *     model.loss          "cross-entropy" (the default) or "mse"
 *     model.reduction     "mean" (the default) or "sum"
 *     model.target        "y" (the default), or "x": an autoencoder
 *     model.input_scale   multiplies x first (1 where absent)
 *     model.input_shift   is then added to it (0 where absent)
 * A perceptron is `weight [1, d]` and, unless it has none, `bias [1]`: class 1 where
 * x·weight + bias > 0, else class 0. In memory it is a network of one layer and one output.
 * Either keeps what describes the data that it was trained on (data/schema.h). */
#ifndef LP_LEARN_MODEL_H
#define LP_LEARN_MODEL_H

#include "base/error.h"
#include "data/schema.h"
#include "io/stream.h"
#include "learn/dataset.h"
#include "net/network.h"

typedef enum { LP_LOSS_CROSS_ENTROPY, LP_LOSS_MSE } lp_loss;
typedef enum { LP_REDUCE_MEAN, LP_REDUCE_SUM } lp_reduction;

/* In the order above. */
#define LP_LOSS_CHOICES "cross-entropy|mse"
#define LP_REDUCTION_CHOICES "mean|sum"

typedef struct {
    lp_network net;
    bool is_perceptron;
    lp_loss loss;
    lp_reduction reduction;
    lp_target target;
    double input_scale, input_shift;
    lp_schema schema; /* of the data that it was trained on */
} lp_model;

/* True where the stream holds a model. */
bool lp_model_is_in(const lp_stream *s);

/* Reads the model of a stream; a stream with both kinds is refused. Freed with lp_model_free, also
 * after a failure. */
int lp_model_read(lp_model *m, lp_stream *s, lp_error *e);

/* The model to be applied to the data of stream s: that of `apart`, or, where it is NULL, of s. */
int lp_model_read_for(lp_model *m, lp_stream *s, lp_stream *apart, lp_error *e);

void lp_model_write(const lp_model *m, lp_stream *s);
void lp_model_free(lp_model *m);

/* Keeps what describes the data of a stream, from which d was read, as what the model is trained
 * on. Refused as in lp_schema_of_data. */
int lp_model_describe(lp_model *m, const lp_dataset *d, lp_stream *s, lp_error *e);

/* An untrained perceptron for d features, all parameters 0. */
lp_model lp_model_new_perceptron(lp_type type, size_t d, bool has_bias);

/* Drops every model from a stream, with history, snapshots and predictions: a new one replaces it.
 */
void lp_model_drop(lp_stream *s);

/* Refuses rows of x, tensor NAME, of `cols` numbers in `dims` dimensions of that shape, which the
 * model does not take. */
int lp_model_check_rows(const lp_model *m, const char *name, size_t cols, int dims,
                        const size_t *shape, lp_error *e);

/* The number of classes that it tells apart (2 for a perceptron); 0 for a regression or an
 * autoencoder, which predict numbers. `labelled`: the data has classes. */
size_t lp_model_classes(const lp_model *m, bool labelled);

/* Whether a network that was trained by squared error has classes: its names tell, and in the
 * stream s of an earlier version, from which m was read, the data that it was trained on. */
bool lp_model_has_classes(const lp_model *m, const lp_stream *s);

#endif
