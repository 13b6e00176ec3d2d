/* Texts of a stream that name what is drawn: classes, features. Used inside this room only. */
#ifndef LP_DRAW_TEXTS_H
#define LP_DRAW_TEXTS_H

#include "base/error.h"
#include "base/memory.h"
#include "io/stream.h"

#include <stdlib.h>

/* *t = the tensor NAME, or NULL where the stream has none that holds strings. */
static inline int lp_find_texts(const lp_tensor **t, lp_stream *s, const char *name, lp_error *e) {
    lp_tensor description;
    *t = NULL;
    if (!lp_stream_describe(s, name, &description) || !lp_type_is_string(description.type))
        return 0;
    *t = lp_stream_get(s, name, e);
    return *t != NULL ? 0 : -1;
}

/* Text i of a tensor of strings, in the arena; NULL and e where it is not valid. */
static inline const char *lp_text_at(lp_arena *a, const lp_tensor *t, size_t i, lp_error *e) {
    char *text = lp_tensor_string(t, i, e);
    const char *copy = text != NULL ? lp_arena_strdup(a, text) : NULL;
    free(text);
    return copy;
}

#endif
