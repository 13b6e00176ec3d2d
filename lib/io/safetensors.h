/* safetensors, the format that models travel in (github.com/huggingface/safetensors, "Format"): the
 * length of a header, u64, the header, a JSON object with a type, a shape and a place for each
 * tensor, and the elements, little-endian and in C order. Nothing in it can be executed. */
#ifndef LP_IO_SAFETENSORS_H
#define LP_IO_SAFETENSORS_H

#include "base/error.h"
#include "io/stream.h"

#include <stddef.h>
#include <stdio.h>

/* What a file holds, as streams. Texts and lists, for which the format has no tensors, are `notes`:
 * they travel in its __metadata__ under the key "labpipe", as a JSON object of texts, numbers and
 * lists of either. */
typedef struct {
    lp_stream *tensors; /* f4 f8 i1..i8 u1..u8 b1 */
    lp_stream *notes;   /* texts and numbers, 0-d or [n] */
} lp_safetensors;

lp_safetensors lp_safetensors_new(void);
void lp_safetensors_free(lp_safetensors *st);

/* Adds all tensors of a stream: numbers as tensors (f2 as f4), texts as notes. Refused: a member
 * that is not a tensor. */
int lp_safetensors_put(lp_safetensors *st, lp_stream *s, lp_error *e);

/* Adds what a file holds, in the order of its header. F16 and BF16 become f4, exactly. Refused: a
 * header of more than 100 MB, or not JSON, or with a key twice; tensors that overlap, leave bytes
 * unused or go beyond the end; another size than a shape has; other types (F8_E4M3, ...); a name
 * that no tensor of a stream can have, or that an earlier file has. */
int lp_safetensors_read(lp_safetensors *st, const void *bytes, size_t size, lp_error *e);

/* Writes a file. Its metadata also has "recipe", that of `tensors` (if it is UTF-8), and "format",
 * unless NULL. As the reference does it, larger elements come first, then names in order, and the
 * elements start at a multiple of 8. Refused: a tensor that is not of numbers, a note of two
 * dimensions. */
int lp_safetensors_write(const lp_safetensors *st, const char *format, FILE *out, lp_error *e);

#endif
