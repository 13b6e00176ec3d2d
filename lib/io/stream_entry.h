/* What a stream is made of: shared by the set of tensors (stream.c), their reading (stream_read.c)
 * and their writing (stream_write.c), and by nothing else. */
#ifndef LP_IO_STREAM_ENTRY_H
#define LP_IO_STREAM_ENTRY_H

#include "base/dictionary.h"
#include "base/memory.h"
#include "base/tensor.h"
#include "base/values.h"
#include "io/archive.h"
#include "io/digest.h"
#include "io/groups.h"
#include "io/recipe.h"
#include "io/relay.h"
#include "io/rows.h"
#include "io/source.h"
#include "io/stream.h"

#include <stdbool.h>
#include <stddef.h>

/* One tensor: as it was read, as it was put, or both forms of what was read. */
typedef struct lp_entry lp_entry;
struct lp_entry {
    const char *name;
    size_t archive;   /* that it was read from, counted from 1 */
    size_t set;       /* and its set's place; SIZE_MAX for a tensor that was put */
    size_t place;     /* in the list of items, until all is read */
    bool is_grouped;  /* it is in the list of its group */
    lp_member member; /* as it was read; without a name for a tensor that was put */
    bool is_decoded;
    lp_tensor tensor; /* decoded, or put */
    bool is_made;     /* row by row, when it is needed: the tensor has no data yet */
    lp_rows rows;     /* then: how; what they are made of is in `from`, if anything */
    lp_entry *from;
    size_t users;     /* how many others are made of this one */
    bool is_detached; /* removed from the stream, and kept for these alone */
    bool has_sha256;  /* the digest that came with it says its SHA-256 */
    lp_sha256 sha256;
};

/* What belongs together: an archive, or bare arrays that follow each other. */
typedef struct {
    bool is_bare;
    bool has_data, has_model; /* has a tensor that leads such a group (io/groups.h) */
} lp_stream_set;

typedef struct {
    lp_entry **item;
    size_t count, capacity;
} lp_entries;

struct lp_stream {
    lp_arena arena;  /* of the entries and their names */
    lp_entry **item; /* in order; while archives are read, NULL for one that was replaced */
    size_t count, capacity;
    lp_entries grouped[LP_GROUPS]; /* while archives are read: what a later one may replace */
    lp_source *source;
    size_t sources;
    size_t archives;
    lp_stream_set *set;
    size_t sets, set_capacity;
    size_t data_sets; /* of them, those that have data */
    lp_relay relay;
    lp_origin origin;
    lp_texts versions;     /* of labpipe, that ran the recipe's stages */
    lp_dictionary tensors; /* the entries by name */
    lp_dictionary files;   /* those that are not tensors, under the name of a file */
};

/* Finds the entry called `name`, a tensor before a file; NULL if neither is there. */
lp_entry *lp_stream_find(const lp_stream *s, const char *name);

/* The entry of that name and ending, cleared, or a new one at the end. */
lp_entry *lp_stream_renew(lp_stream *s, const char *name, const char *ending);

/* Where an entry is to be found: an ending that is not an .npy's makes its name that of a file. */
lp_dictionary *lp_stream_index(lp_stream *s, const char *ending);
lp_dictionary *lp_stream_index_of(lp_stream *s, const lp_entry *x);

/* Gives a tensor another name, which is free. */
void lp_stream_set_name(lp_stream *s, lp_entry *x, const char *name);

/* Frees what an entry holds; its name stays. */
void lp_entry_clear(lp_entry *x);

/* The ending of its member, as it was read or will be written. */
const char *lp_entry_ending(const lp_entry *x);

/* How the rows of one that is made row by row are made. */
lp_rows lp_entry_rows(const lp_entry *x);

#endif
