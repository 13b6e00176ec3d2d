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
 * and one among several is read through pick:   cat <(pick --crc32 1a2b3c4d '*' data.npz) <(B) */
#ifndef LP_IO_RECIPE_H
#define LP_IO_RECIPE_H

#include "base/error.h"
#include "base/memory.h"

#include <stdbool.h>

/* Appends one word to a command line, a space before it unless b is empty, quoted for a POSIX
 * shell where it needs it. */
int lp_recipe_word(lp_buffer *b, const char *word, lp_error *e);

/* True where a recipe holds a part that cannot be made again; *reason (borrowed from it) then
 * starts at the words that say why. */
bool lp_recipe_is_broken(const char *recipe, const char **reason);

#endif
