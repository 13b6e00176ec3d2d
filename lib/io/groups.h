/* The groups that the tensors of a stream form by their names. What describes one set of data
 * belongs together, and so does what makes up one model: a later archive replaces a group as a
 * whole, so that nothing of the old data is left to describe the new (io/stream.h). */
#ifndef LP_IO_GROUPS_H
#define LP_IO_GROUPS_H

#include <stdbool.h>

typedef enum {
    LP_GROUP_OTHER,
    LP_GROUP_DATA,    /* x, y, their parts, a sparse matrix, and what describes them */
    LP_GROUP_MODEL,   /* a network, a perceptron, factors, and their history */
    LP_GROUP_RESULTS, /* predictions: of a model for data */
} lp_group;

enum { LP_GROUPS = LP_GROUP_RESULTS + 1 };

lp_group lp_group_of(const char *name);

/* True for a tensor that its group cannot be without: an archive that has it brings the whole
 * group. x or a part of it, a matrix' rows; a first layer, u. */
bool lp_group_is_led_by(const char *name);

/* A description of data, `scale.offset` for instance, has a counterpart in the model that was
 * trained on them, `model.offset`, by which it can be applied to other data. NULL without one. */
const char *lp_group_model_name(const char *name);

#endif
