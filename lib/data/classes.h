/* Classes: what the labels of y stand for, and how the classes of data and of a model match.
 *
 * A tensor of labels y is one of
 *     whole numbers [n] or [n, 1]   with names in the stream's `classes`: their places, 0 .. k-1;
 *                                   without: 0 .. k-1, or any others, which are then the classes'
 *                                   names, in ascending order (-1 and 1; 1 .. K)
 *     one-hot rows [n, k]           a 1 in the class's column
 *     texts [n]                     the classes' names, which are sorted by their bytes; or some of
 *                                   the stream's `classes`
 * as numpy.unique and scikit-learn's LabelEncoder number them. */
#ifndef LP_DATA_CLASSES_H
#define LP_DATA_CLASSES_H

#include "base/error.h"
#include "base/memory.h"
#include "base/tensor.h"
#include "data/names.h"
#include "io/stream.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The labels of one tensor, as it has them. */
typedef struct {
    const char *name; /* of the tensor */
    size_t n;
    int64_t *value; /* (n), in memory: whole numbers; the columns of one-hot rows; of texts their
                       numbers among the texts */
    size_t columns; /* of one-hot rows, else 0 */
    bool is_text;
} lp_labels;

/* Reads them; texts are added to `texts`. Refused, with the row: no rows, a number that is not
 * whole, a row that is not one-hot. */
int lp_labels_read(lp_stream *s, const char *name, lp_names *texts, lp_arena *memory,
                   lp_labels *labels, lp_error *e);

/* The classes that labels are of. Starts as {0}; freed with lp_classes_free. */
typedef struct {
    size_t count;
    lp_tensor names; /* strings (count); {0} where the labels are 0 .. count-1 without names */
    int64_t *value;  /* (count) the values that name the classes, ascending, or the texts' numbers
                        in the order of the classes, -1 where no label has its name; NULL where
                        labels are places, 0 .. count-1 */
} lp_classes;

/* The classes of all these labels together. `names` are the stream's `classes`, or NULL. Refused: a
 * label outside the named or the one-hot classes, tensors of different kinds. */
int lp_classes_of(const lp_tensor *names, const lp_labels *labels, size_t n, const lp_names *texts,
                  lp_classes *c, lp_error *e);

/* place[i] = the class, 0 .. count-1, of label i. All labels are among those that c was made of. */
void lp_classes_places(const lp_classes *c, const lp_labels *labels, int32_t *place);

/* The same by the classes of a model, -1 where it does not know one: by name where both sides have
 * names; by value where the model's names are whole numbers, as those of labels -1 and 1 are, and
 * the data has no names; else by place. `names` are the data's, `model` the model's, or NULL, and
 * `count` its number of classes. Refused: a label that has no name among `names`. */
int lp_classes_match(const lp_tensor *names, const lp_names *texts, const lp_labels *labels,
                     const lp_tensor *model, size_t count, int32_t *place, lp_error *e);

/* Whether the names are whole numbers, as those of labels -1 and 1 are. */
bool lp_classes_are_numbers(const lp_tensor *names);

void lp_classes_free(lp_classes *c);

#endif
