/* Rows that several tools' tables of tensors share (lp_tensor_row). */
#ifndef TENSORS_H
#define TENSORS_H

/* clang-format takes such rows apart. */
/* clang-format off */
#define FEATURES_ROW \
    {"x, x_train, x_val, x_test", "[n, ...]", "features, whole or in parts"}
#define LABELS_ROW \
    {"y, y_train, y_val, y_test", "[n] or [n, k]", \
     "labels: whole numbers, texts or one-hot rows; or numbers to be predicted"}
#define PICTURES_ROW \
    {"x, x_train, x_val, x_test", "[n, height, width, ...] or [n, d]", \
     "pictures, grey or with channels, or flattened to rows"}
#define INPUT_SHAPE_ROW \
    {"input_shape", "i8 [2] or [3]", "height, width and channels of a row of x"}
#define CLASSES_ROW {"classes", "[k]", "the names of the classes"}
#define COLUMNS_ROW {"features", "[d]", "the names of the columns"}
#define SCALING_ROW \
    {"scale.offset, scale.divisor", "f8 [d]", "(x - offset) / divisor was applied to x"}
#define FILLED_ROW {"impute.value", "f8 [d]", "what fills missing values, column by column"}

/* A sparse matrix of m rows and d columns with n entries. */
#define SPARSE_ROWS \
    {"row, col", "i4 or i8 [n]", "a sparse matrix: the place of each entry"}, \
    {"data", "[n]", "its entries"}, \
    {"shape", "i8 [2]", "the numbers of its rows and columns"}, \
    {"format", "[]", "coo"}, \
    {"rows, cols", "[m], [d]", "the names of its rows and columns"}
#define SPARSE_PARTS_ROWS \
    {"row_train, col_train, data_train", "[n]", "entries of a sparse matrix to train on"}, \
    {"row_val, col_val, data_val", "[n]", "those to choose a model by"}, \
    {"row_test, col_test, data_test", "[n]", "those to test on"}

/* A model, as it is read and written. */
#define LAYER_ROWS \
    {"layerN.weight", "[out, in], [out, in, height, width] or [channels]", \
     "weights of a dense layer, a convolution, batch normalisation"}, \
    {"layerN.bias", "[out] or [1]", "its biases"}, \
    {"layerN.activation", "[]", "the name of its activation"}
#define PICTURE_LAYER_ROWS \
    {"layerN.kind", "[]", "what a layer is that is not dense"}, \
    {"layerN.kernel_size, layerN.stride, layerN.padding, layerN.p", "[]", "the arguments of its module in PyTorch"}, \
    {"layerN.running_mean, layerN.running_var", "[channels]", "what batch normalisation has learned beside its parameters"}
#define PERCEPTRON_ROWS \
    {"weight", "[1, d]", "the weights of a perceptron"}, \
    {"bias", "[1]", "its bias"}
#define FACTOR_ROWS \
    {"u, v", "[m, r], [d, r]", "factors: x is about u diag(s) v', of m rows and d columns"}, \
    {"s", "[r]", "the singular values, of svd alone"}, \
    {"mean, row_bias, col_bias", "[], [m], [d]", "what is added to the product of the factors"}
#define MODEL_ROW \
    {"model.*", "[], [d] or [k]", \
     "what the model knows of its data (columns, classes, scaling, missing values), and its loss"}
#define HISTORY_ROWS \
    {"history.epoch", "f8 [e]", "the epoch, or step, of each evaluation"}, \
    {"history.loss, history.accuracy", "f8 [e]", "on the training part"}, \
    {"history.val_loss, history.val_accuracy", "f8 [e]", \
     "on the validation part, or else on the test part"}, \
    {"history.batch_loss", "f8 [e]", "the loss of the last batch before its update"}, \
    {"history.best_epoch, history.diverged", "[]", \
     "the epoch whose model was kept; the step whose loss was not finite"}
#define SNAPSHOT_ROWS \
    {"snapshot.epoch", "f8 [t]", "the epochs, or steps, of the snapshots"}, \
    {"snapshot.T.*", "as in the model", "the tensors of the model at time T"}
#define PREDICTION_ROWS \
    {"y_pred", "[n] or [n, k]", "predicted classes or numbers"}, \
    {"y_score", "[n, k]", "the probability of each class, or a perceptron's number"}, \
    {"y_pred.of", "[]", \
     "the features that they are of, where --x named others than the labels' that eval takes"}
/* clang-format on */

#endif
