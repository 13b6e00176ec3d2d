/* Recipes: the shell pipeline that makes a stream again.
 *
 *   labpipe gen-moons -n 1000 --noise 0.05 --seed 0 | labpipe split --train 0.8 --seed 0
 *
 * A source is one of
 *   a tool that makes data             labpipe gen-gauss -n 100 --seed 0
 *   a tool on a foreign file           labpipe from-csv --crc32 1a2b3c4d iris.csv
 *   a file that has no recipe          (nothing yet: the tool that reads it names it, see below)
 *   a pipe that has no recipe          not-replayable 'standard input came without a recipe'
 * and several inputs are joined as   cat <(A) <(B) | labpipe TOOL …
 * A lone file without a recipe becomes an operand of the tool that reads it:
 *   labpipe split --crc32 1a2b3c4d --train 0.8 --seed 0 data.npz
 * and one among several is read through pick:
 *   cat <(labpipe pick --crc32 1a2b3c4d '*' data.npz) <(B)
 *
 * Each option that decides the output is there, with its default where it was not given, so that
 * another version with another default makes the same. Older recipes name a tool without
 * `labpipe` before it and leave defaults out, but for the seed; they are read like the others.
 *
 * A recipe holds no control characters but newline and tab. */
#ifndef LP_IO_RECIPE_H
#define LP_IO_RECIPE_H

#include "base/error.h"
#include "base/memory.h"
#include "base/tensor.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The command in place of data that nothing can make again. There is no such tool, so a replay
 * fails at once. */
#define LP_RECIPE_BROKEN "not-replayable"

/* The marks that no POSIX shell gives a meaning, anywhere in a word; letters and digits are the
 * other such characters. */
#define LP_RECIPE_PLAIN_MARKS "_@%+=:,./-"

/* What runs a tool: `labpipe split` is a command of every shell, `split` may be another program. */
#define LP_RECIPE_COMMAND "labpipe"

/* What stands behind it where tensors are not those that the recipe made (io/digest.h). */
#define LP_RECIPE_CHANGED "changed by another program"

/* Appends one word to a command line, a space before it unless b is empty, quoted for a POSIX
 * shell where it needs it. */
void lp_recipe_word(lp_buffer *b, const char *word);

/* Appends the two words that run a tool. */
void lp_recipe_tool(lp_buffer *b, const char *tool);

/* The same for a path as an operand: "./" goes before one that begins with '-', except "-" itself,
 * and, of a tool that takes words too, before one that would read as a word. */
void lp_recipe_path(lp_buffer *b, const char *path, bool among_words);

/* Whether an operand of a tool that takes words is a FILE: it is "-", ends in .npz or .npy, or
 * begins with "/", "./" or "../". Its text alone decides, so that a command means the same in every
 * folder. */
bool lp_recipe_names_a_file(const char *operand);

/* Appends a file's CRC-32 as two words: --crc32 1a2b3c4d. */
void lp_recipe_crc32(lp_buffer *b, unsigned long crc32);

/* True where a recipe may hold these bytes: no control characters but newline and tab, neither
 * those of one byte nor, in UTF-8, those of two (U+0080 to U+009F). */
bool lp_recipe_is_clean(const char *text, size_t size);

/* True where a recipe holds a part that cannot be made again. *reason, unless NULL, is then the
 * quoted word that says why, to be freed. */
bool lp_recipe_is_broken(const char *recipe, char **reason);

/* Where an input, or a whole stream, comes from: a recipe, or a file that can be named in one.
 * Starts as {0}; recipe is freed by lp_buffer_free. */
typedef struct {
    lp_buffer recipe;
    const char *path; /* NULL where recipe says it; borrowed */
    uint32_t crc32;   /* of the file */
} lp_origin;

/* The recipe of an input that came without one and cannot be named. */
void lp_origin_break(lp_origin *o, const char *why);

/* The one origin of n inputs, whose recipes it takes over: `cat <(A) <(B)` of more than one. */
lp_origin lp_origin_join(lp_origin *inputs, size_t n);

/* Makes o the origin of what TOOL makes of it: see lp_stream_continue_recipe. */
void lp_origin_continue(lp_origin *o, const char *tool, const char *options, const char *operands);

/* The recipe in a `recipe` tensor: one string without control characters. */
int lp_recipe_decode(const lp_tensor *t, lp_buffer *recipe, lp_error *e);

#endif
