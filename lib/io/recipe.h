/* Recipes: the shell pipeline that makes a stream again.
 *
 *   gen-moons -n 1000 --seed 0 | split --train 0.8 --seed 0 | train-mlp --hidden 20 --seed 0
 *
 * A source is one of
 *   a tool that makes data             gen-gauss -n 100 --seed 0
 *   a tool on a foreign file           from-csv --crc32 1a2b3c4d iris.csv
 *   a file that has no recipe          (nothing yet: the tool that reads it names it, see below)
 *   a pipe that has no recipe          not-replayable 'standard input came without a recipe'
 * and several inputs are joined as   cat <(A) <(B) | tool …
 * A lone file without a recipe becomes an operand of the tool that reads it:
 *   split --crc32 1a2b3c4d --train 0.8 --seed 0 data.npz
 * and one among several is read through pick:   cat <(pick --crc32 1a2b3c4d '*' data.npz) <(B)
 *
 * A recipe holds no control characters but newline and tab. */
#ifndef LP_IO_RECIPE_H
#define LP_IO_RECIPE_H

#include "base/error.h"
#include "base/memory.h"

#include <stdbool.h>
#include <stddef.h>

/* The command that stands where nothing can make the data again. There is no such tool, so that a
 * replay fails at once. */
#define LP_RECIPE_BROKEN "not-replayable"

/* Appends one word to a command line, a space before it unless b is empty, quoted for a POSIX
 * shell where it needs it. */
void lp_recipe_word(lp_buffer *b, const char *word);

/* The same for a path that is to be an operand: "./" goes before one that begins with '-' and is
 * not "-" itself and, of a tool that takes words too, before one that would read as a word. */
void lp_recipe_path(lp_buffer *b, const char *path, bool among_words);

/* Whether an operand of a tool that takes words is a FILE: told by its text alone, so that a
 * command means the same in every folder. One is that is "-", ends in .npz or .npy, or begins with
 * "/", "./" or "../". */
bool lp_recipe_names_a_file(const char *operand);

/* Appends a file's CRC-32 as two words: --crc32 1a2b3c4d. */
void lp_recipe_crc32(lp_buffer *b, unsigned long crc32);

/* True where a recipe may hold these bytes: no control character but newline and tab, neither one
 * byte long nor (U+0080 to U+009F in UTF-8) two. */
bool lp_recipe_is_clean(const char *text, size_t size);

/* True where a recipe holds a part that cannot be made again. *reason, unless NULL, then is its
 * quoted word that says why, to be freed (NULL where there is none, or no memory). */
bool lp_recipe_is_broken(const char *recipe, char **reason);

#ifndef LP_NO_COMPAT
#define lp_recipe_word(b, w, ...) lp_ok_(((lp_recipe_word)(b, w), 0))
#define lp_recipe_path(b, p, a, ...) lp_ok_(((lp_recipe_path)(b, p, a), 0))
#define lp_recipe_crc32(b, c, ...) lp_ok_(((lp_recipe_crc32)(b, c), 0))
#endif

#endif
