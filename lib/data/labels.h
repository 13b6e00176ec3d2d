/* Labels as y and classes: 0 .. K-1 in sorted order, as numpy.unique and scikit-learn's
 * LabelEncoder number them. */
#ifndef LP_DATA_LABELS_H
#define LP_DATA_LABELS_H

#include "data/names.h"
#include "io/stream.h"

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

/* Renumbers the labels of a stream, y, y_train, y_val and y_test, by the classes of a model, whose
 * names `model` are, and puts these as `classes`; classes that the model does not know follow, and
 * `warnings` (or NULL) gets a line that counts them. Nothing changes where the stream's labels are
 * numbered so already. Refused: what is no label (data/classes.h). */
int lp_labels_recode(lp_stream *s, const lp_tensor *model, lp_buffer *warnings, lp_error *e);

#endif
