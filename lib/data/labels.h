/* Labels in streams: y and classes, numbered 0 .. K-1 in sorted order, as numpy.unique and
 * scikit-learn's LabelEncoder number them. */
#ifndef LP_DATA_LABELS_H
#define LP_DATA_LABELS_H

#include "data/classes.h"
#include "data/names.h"
#include "io/stream.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Puts `n` labels that are whole numbers:
 *   y        i8 [n], each label's place among the values that occur, the smallest first
 *   classes  U [K], these values as text; left out where they are 0 .. K-1, so that y is the labels
 */
void lp_labels_put_whole(lp_stream *s, const int64_t *labels, size_t n);

/* Puts `n` labels that are texts, given as numbers among `names`: y as above and classes, sorted by
 * their bytes. Texts that are all decimal numbers are sorted by value. */
void lp_labels_put_texts(lp_stream *s, const int64_t *numbers, size_t n, const lp_names *names);

/* ---- the labels of several tensors together ---- */

/* Starts as {0}; freed with lp_label_set_free, also after a failure. */
typedef struct {
    size_t parts;      /* the tensors that the stream has */
    lp_labels *labels; /* (parts) */
    size_t rows;       /* of all parts */

    /* After lp_label_set_number or lp_label_set_match: */
    int32_t **place; /* (parts) the class of each row */
    size_t count;    /* of the classes */
    lp_names name;   /* (count) of the classes; none where labels are 0 .. count-1 without names */
    size_t unknown;  /* rows of a class that the model does not know */

    lp_names texts;
    const lp_tensor *given; /* the stream's `classes`, or NULL */
    lp_arena memory;
} lp_label_set;

/* The tensors of a stream's labels. */
#define LP_LABEL_TENSORS ((const char *const[]){"y", "y_train", "y_val", "y_test"})
enum { LP_LABEL_TENSOR_COUNT = 4 };

/* Reads those of the tensors `name` (n) that the stream has, and its `classes`. Refused: a
 * tensor that does not hold labels (data/classes.h), classes that are not texts. */
int lp_label_set_read(lp_label_set *l, lp_stream *s, const char *const *name, size_t n,
                      lp_error *e);

/* Numbers them by the classes that they show (lp_classes_of, which says what is refused). */
int lp_label_set_number(lp_label_set *l, lp_error *e);

/* Numbers them by the `count` classes of a model, whose names `model` are, or NULL
 * (lp_classes_match, which says what is refused). Classes that it does not know follow. */
int lp_label_set_match(lp_label_set *l, const lp_tensor *model, size_t count, lp_error *e);

void lp_label_set_free(lp_label_set *l);

/* True for y, y_train, y_val, y_test and y_pred, which may hold labels. */
bool lp_is_label_tensor(const char *name);

/* True where y is a regression target: f numbers other than rows of zeros and ones. */
bool lp_is_targets(const lp_tensor *y);

/* ---- by the classes of a model ---- */

/* Renumbers the labels of a stream, y, y_train, y_val and y_test, by the classes of a model, whose
 * names `model` are, and puts these as `classes`; classes that the model does not know follow, and
 * `warnings` (or NULL) gets a line that counts them. Nothing changes where the stream's labels are
 * numbered so already. Refused: a tensor that does not
 * hold labels (data/classes.h). */
int lp_labels_recode(lp_stream *s, const lp_tensor *model, lp_buffer *warnings, lp_error *e);

#endif
