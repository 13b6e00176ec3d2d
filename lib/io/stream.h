/* The tensor stream as a tool sees it: an ordered set of named tensors and the recipe that made
 * them. Reading takes one or more .npz archives (or bare .npy files), front to back; a later tensor
 * replaces an earlier one of the same name. Writing gives one archive in labpipe's strict profile
 * (io/archive).
 *
 * Data and model are replaced as groups (io/groups.h): an archive that brings x, or a part of it,
 * replaces all that earlier archives said of other data, and one that brings a model replaces the
 * earlier model. Three refinements:
 *   - what an archive says of its data remains known to the model that it holds, as model.*;
 *   - what an archive with a model but without x says of data, it says of the model's;
 *   - archives with neither are pieces, which stay; bare arrays that follow each other are one.
 *
 * Every CRC and every size has been checked when lp_stream_read returns, so whatever is taken from
 * a stream, or passed on by it, is sound. A tensor that is never asked for is never decoded and is
 * written out byte for byte. So is a member that is not a tensor: an array of another type
 * (objects, dates), a file under another name than a tensor's ("readme.txt", "\u00f6.npy"). Such a
 * member is an error only where it is asked for. Regular files are mapped. */
#ifndef LP_IO_STREAM_H
#define LP_IO_STREAM_H

#include "base/error.h"
#include "base/memory.h"
#include "base/tensor.h"
#include "base/values.h"
#include "io/digest.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef struct lp_stream lp_stream;

/* An empty stream without a recipe; freed with lp_stream_free. */
lp_stream *lp_stream_new(void);

/* One input of a tool, to be read: a path, or "-" for standard input. Where check_crc32 is set
 * the file's CRC-32 (of all its bytes) has to be `crc32`: what a recipe's --crc32 asks for. */
typedef struct {
    const char *path;
    bool check_crc32;
    uint32_t crc32;
    const char *opened; /* what is read in its place; NULL: itself */
} lp_input;

/* Reads every archive of every input. Refused, with the input, the member and the reason: a
 * terminal, an empty input, whatever the format does not allow. NULL and e then. */
lp_stream *lp_stream_read(const lp_input *inputs, size_t n, lp_error *e);

/* The same for one input that a tool writes to `out`, as it is, by lp_stream_write. An archive of
 * more than LP_RELAY_HOLD bytes (io/relay.h) that comes through a pipe is written while it arrives;
 * its tensors can be asked for by name and header alone then, and a second archive after it is
 * refused. */
lp_stream *lp_stream_read_through(const lp_input *input, FILE *out, lp_error *e);

void lp_stream_free(lp_stream *s);

/* The tensors, in order. */
size_t lp_stream_count(const lp_stream *s);
const char *lp_stream_name(const lp_stream *s, size_t i);

/* Why item i is not a tensor, and the size of its bytes; NULL where it is one. */
const char *lp_stream_foreign(const lp_stream *s, size_t i, size_t *size);

/* What NAME's header says, without decoding it: type (as stored: f2 stays f2), ndim, shape and
 * count are set, data is NULL. False if NAME is missing or not a tensor; it is {0} then. */
bool lp_stream_describe(const lp_stream *s, const char *name, lp_tensor *description);

bool lp_stream_has(const lp_stream *s, const char *name);

/* -1 and e where lp_stream_get would find no tensor NAME. */
int lp_stream_check(const lp_stream *s, const char *name, lp_error *e);

/* Writes what the stream holds to text, for messages: "it holds x, y and 3 more", "it is empty".
 * Returns it. */
enum { LP_STREAM_LISTED = 300 };
const char *lp_stream_list(const lp_stream *s, char text[LP_STREAM_LISTED]);

/* The tensor NAME, decoded (C order, native bytes, f2 widened to f4). Owned by the stream and
 * valid until NAME is replaced, dropped or the stream freed. NULL and e, with the names that the
 * stream holds, where there is none, and with the reason where it is not a tensor. */
const lp_tensor *lp_stream_get(lp_stream *s, const char *name, lp_error *e);

/* The same as another number type (lp_tensor_convert); *t is the caller's to lp_tensor_free (it
 * is a view where nothing had to be converted). */
int lp_stream_get_as(lp_stream *s, const char *name, lp_type type, lp_tensor *t, lp_error *e);

/* The rows index[0..n) of NAME, each below its first dimension, of which it needs one; *t is the
 * caller's to lp_tensor_free. A tensor that has not been decoded stays so: only these rows are. */
int lp_stream_get_rows(lp_stream *s, const char *name, const size_t *index, size_t n, lp_tensor *t,
                       lp_error *e);

/* The place, from 0, of the text NAME among `choices`, "a|b|c"; -1 and e where it is missing, not a
 * text, or none of them. */
int lp_stream_get_choice(lp_stream *s, const char *name, const char *choices, lp_error *e);

/* NAME = *t, in its place if NAME exists and else at the end. The stream takes over what *t owns
 * and clears *t; data that *t borrows has to outlive the stream. Aborts where NAME is not valid. */
void lp_stream_put(lp_stream *s, const char *name, lp_tensor *t);

/* rows = the rows [first, first + n) of a tensor, in C order, made of `from`, the n rows that they
 * are made of. A row's bytes are always the same, whatever rows are made with it: all are made
 * twice, for the checksums that precede them and then to be written. -1 and e, which says whose row
 * it is, where one cannot be made. */
typedef int lp_rows_make(const void *context, const lp_tensor *from, size_t first, size_t n,
                         void *rows, lp_error *e);

/* How rows are made. What is borrowed has to outlive the stream: lp_stream_alloc gives such memory.
 */
typedef struct {
    const char *from;    /* the tensor whose rows they are made of; NULL: the context alone */
    const size_t *index; /* row i is made of its row index[i]; NULL: of row i */
    lp_rows_make *make;  /* NULL: as they are there */
    const void *context;
} lp_stream_rows;

/* NAME = a tensor of that type and shape (of a dimension or more) whose rows are made when they are
 * written, about a megabyte at a time, or all together when NAME is asked for; at once where they
 * are LP_STREAM_ROWS_AT_ONCE bytes or less. `from` may be NAME itself, and may be replaced or
 * dropped afterwards. -1 and e where `from` is missing or not a tensor, or a row cannot be made. */
#define LP_STREAM_ROWS_AT_ONCE ((size_t)16 << 20)
int lp_stream_put_rows(lp_stream *s, const char *name, const lp_tensor *description,
                       const lp_stream_rows *rows, lp_error *e);

/* NAME = the rows index[0 .. n) of the tensor `from`, which are taken when they are written; index
 * has to outlive the stream. */
int lp_stream_put_taken(lp_stream *s, const char *name, const char *from, const size_t *index,
                        size_t n, lp_error *e);

/* The tensor NAME becomes `parts` tensors at the end, which have count[0], count[1], ... of its
 * rows, taken in the order of index as above; those that would have none are left out. */
int lp_stream_divide(lp_stream *s, const char *name, const size_t *index, size_t parts,
                     const char *const *part_name, const size_t *count, lp_error *e);

/* Memory that is the stream's and is freed with it. */
void *lp_stream_alloc(lp_stream *s, size_t count, size_t size) __attribute__((returns_nonnull));

/* NAME = a text (U, 0-d), a list of texts (U, [n]) and a single number. */
void lp_stream_put_text(lp_stream *s, const char *name, const char *text);
void lp_stream_put_strings(lp_stream *s, const char *name, const char *const *texts, size_t n);
void lp_stream_put_number(lp_stream *s, const char *name, double value);

/* Removes NAME, if present. */
void lp_stream_drop(lp_stream *s, const char *name);

/* Removes all but the tensors that `keep` is true of, in one pass. */
void lp_stream_filter(lp_stream *s, bool (*keep)(const char *name, const void *context),
                      const void *context);

/* Gives OLD the name NEW; an existing NEW is an error. */
int lp_stream_rename(lp_stream *s, const char *old_name, const char *new_name, lp_error *e);

/* True for a name a stream may hold: [A-Za-z0-9_.+-/], no "..", no leading '/', not empty. */
bool lp_stream_name_is_valid(const char *name);

/* Refuses a name that no tensor can be put under: one that is not valid, or the recipe's own. */
int lp_stream_check_name(const char *name, lp_error *e);

/* The recipe of what was read (io/recipe.h), "" for a new stream and for one file that came
 * without a recipe. A `recipe` member is never among the tensors above: it is read into this text
 * and written from it, last, unless it is "".
 *
 * Nor is its digest (io/digest.h). Where that tells of other tensors than an archive has, or was
 * left out, the recipe goes on with | not-replayable 'changed by another program'. */
const char *lp_stream_recipe(const lp_stream *s);
void lp_stream_set_recipe(lp_stream *s, const char *recipe);

/* Continues the recipe by the command that makes of what was read what will be written.
 * `options` and `operands` are text made by lp_recipe_word and its like, "" where there are none.
 * The recipe becomes
 *     TOOL OPTIONS OPERANDS                       of a new stream (a generator, a foreign file)
 *     RECIPE | TOOL OPTIONS OPERANDS              of a stream with a recipe
 *     TOOL --crc32 HEX OPTIONS OPERANDS PATH      of one file that came without a recipe */
void lp_stream_continue_recipe(lp_stream *s, const char *tool, const char *options,
                               const char *operands);

/* The versions of labpipe that ran the stages of the recipe, as the digests of what was read have
 * them, and "unknown" where a recipe has no digest; empty for a new stream. The second adds those
 * of a stream that the recipe has as <(...). Writing adds this version. */
const lp_texts *lp_stream_versions(const lp_stream *s);
void lp_stream_add_versions(lp_stream *s, const lp_texts *versions);

/* All bytes of the first input, which the stream keeps. */
const unsigned char *lp_stream_bytes(const lp_stream *s, size_t *size);

/* Where byte `offset` of the only file that was read lies, in a stream that lp_stream_is_stored:
 * the name of the tensor whose header or elements it is in (*element is then SIZE_MAX, or the place
 * of the element as it is stored); NULL between them and behind them. *from is 0 at first, and
 * moves on with the offsets, which must not decrease. */
const char *lp_stream_locate(const lp_stream *s, size_t offset, size_t *from, size_t *element);

/* True where lp_stream_locate knows of every tensor's bytes: one archive, nothing deflated. */
bool lp_stream_is_stored(const lp_stream *s);

/* The SHA-256 of item i, computed from what it is. */
int lp_stream_sha256(const lp_stream *s, size_t i, lp_sha256 *sha256, lp_error *e);

/* How many archives the inputs held in all: more than one in a single file means that other
 * programs see only the last of them. */
size_t lp_stream_archives(const lp_stream *s);

/* The first tensor of `a`, in its order and then in that of `b`, which the other has not, or not
 * the same: its name, which lives as long as its stream, and in *element the place of the first
 * element that differs, in C order, or SIZE_MAX where the whole, its type or its shape does. NULL
 * where all are the same, to the bit, and NULL with a text in e where one cannot be read. */
const char *lp_stream_difference(lp_stream *a, lp_stream *b, size_t *element, lp_error *e);

/* Writes one archive to `out`, deflated where `compress` is set. The caller flushes and closes. */
int lp_stream_write(lp_stream *s, FILE *out, bool compress, lp_error *e);

#endif
