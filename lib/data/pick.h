/* Which tensors of a stream stay, under which names, and which of their rows. */
#ifndef LP_DATA_PICK_H
#define LP_DATA_PICK_H

#include "base/error.h"
#include "base/values.h"
#include "io/stream.h"

#include <stdbool.h>
#include <stddef.h>

/* Patterns are the shell's (* ? [a-z]); a * matches dots and slashes too. */
typedef struct {
    const char *const *keep; /* no pattern at all: everything */
    size_t keep_count;
    lp_texts drop;
    lp_texts rename; /* OLD=NEW each */
    bool rows_given;
    lp_range rows;
    lp_ints at;  /* rows one by one, in place of a range; none: not given */
    lp_texts of; /* whose rows; none: everything that is kept and has a dimension, but for what
                    describes columns and classes */
} lp_pick_options;

/* True where the options leave every stream as it is. */
bool lp_pick_is_all(const lp_pick_options *options);

/* In this order: keeps the tensors that match a pattern of `keep`, with x or a part of it scale.*,
 * and with a model model.*, removes those that match one of `drop`, takes the rows, renames. What
 * stays keeps its order and is decoded only where rows are taken of it.
 *
 * Rows from .. to - 1 are taken of the tensors that `of` names, which all need the same number of
 * rows; the range has to lie inside and hold at least one, and so has each row of `at`, which are
 * taken in their order. Refused, with the names in the stream: a
 * pattern that matches nothing, a NEW that exists already or is not valid, a stream left empty. */
int lp_pick(lp_stream *s, const lp_pick_options *options, lp_error *e);

#endif
