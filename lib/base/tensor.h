/* The tensor: an n-dimensional array, always in C order and in the machine's own byte order. */
#ifndef LP_BASE_TENSOR_H
#define LP_BASE_TENSOR_H

#include "base/error.h"
#include "base/memory.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LP_MAX_DIMS = 8 };

/* An element type, named as NumPy names it: a kind and a size in bytes.
 *   'f' float (2, 4, 8)   'i' signed (1, 2, 4, 8)   'u' unsigned (1, 2, 4, 8)   'b' bool (1)
 *   'S' bytes (any size, NUL-padded)   'U' UCS-4 text (4 bytes a character, NUL-padded) */
typedef struct {
    char kind;
    uint32_t size;
} lp_type;

#define LP_F4 ((lp_type){'f', 4})
#define LP_F8 ((lp_type){'f', 8})
#define LP_I8 ((lp_type){'i', 8})
#define LP_I4 ((lp_type){'i', 4})
#define LP_U1 ((lp_type){'u', 1})
#define LP_B1 ((lp_type){'b', 1})

typedef struct {
    lp_type type;
    int ndim;
    size_t shape[LP_MAX_DIMS];
    size_t count; /* the product of shape; 1 where ndim is 0 */
    void *data;   /* count * type.size bytes, aligned to the element or more */
    void *owned;  /* what lp_tensor_free frees; NULL where data is borrowed */
} lp_tensor;

bool lp_type_is(lp_type a, lp_type b);
bool lp_type_is_number(lp_type type);  /* f, i, u or b */
bool lp_type_is_integer(lp_type type); /* i, u or b */
bool lp_type_is_string(lp_type type);  /* S or U */

/* True for the types a stream may hold (see above). */
bool lp_type_is_valid(lp_type type);

/* Writes "f8", "u1", "S12" (the size of U in characters, as NumPy has it) to text; returns it. */
const char *lp_type_name(lp_type type, char text[16]);

/* Writes "(150, 4)" to text, as NumPy prints a shape; returns it. */
const char *lp_shape_text(int ndim, const size_t *shape, char text[200]);

/* *count = the product of shape, *bytes = that times the size; -1 where either overflows or
 * ndim is over LP_MAX_DIMS. */
int lp_shape_size(lp_type type, int ndim, const size_t *shape, size_t *count, size_t *bytes,
                  lp_error *e);

/* A tensor of zeros that owns its data; shorthands for one and two dimensions; a 0-d f8 number. */
lp_tensor lp_tensor_zeros(lp_type type, int ndim, const size_t *shape);
lp_tensor lp_tensor_vector(lp_type type, size_t n);
lp_tensor lp_tensor_matrix(lp_type type, size_t rows, size_t cols);
lp_tensor lp_tensor_scalar(double value);

/* The same as lp_tensor_zeros for a shape that a file states, and may state wrongly: -1 and e where
 * it cannot be had, and *t is {0}. */
int lp_tensor_try_zeros(lp_tensor *t, lp_type type, int ndim, const size_t *shape, lp_error *e);

/* What a buffer holds as a tensor that owns it; the buffer is {0} afterwards. */
lp_tensor lp_tensor_take_buffer(lp_buffer *b, lp_type type, int ndim, const size_t *shape);

/* A tensor of that shape over data that something else owns. */
lp_tensor lp_tensor_over(void *data, lp_type type, int ndim, const size_t *shape);

/* A view: the same data, not owned. */
lp_tensor lp_tensor_view(const lp_tensor *t);

/* A copy that owns its data. */
lp_tensor lp_tensor_copy(const lp_tensor *from);

/* `from` as another number type: values are converted as C does, with f -> i refused unless every
 * value is a whole number in range, and i -> i likewise; f2 is widened on reading. A view where
 * the type is the same already. Names the first element that does not fit. */
int lp_tensor_convert(lp_tensor *t, const lp_tensor *from, lp_type type, lp_error *e);

/* Element i (in C order) of a number tensor, as a double. */
double lp_tensor_at(const lp_tensor *t, size_t i);

/* Rows are what the first dimension counts: their number (1 for 0-d), and the elements in each. */
size_t lp_tensor_rows(const lp_tensor *t);
size_t lp_tensor_row_size(const lp_tensor *t);

/* Reverses the bytes of n numbers of `width` bytes, 2, 4 or 8, aligned to it. */
void lp_swap_bytes(void *data, size_t n, size_t width);

/* The value of IEEE 754's binary16 (f2), exactly. */
float lp_half_value(uint16_t half);

/* The rows index[0..n), in that order, as a new tensor. Every index is below the rows. */
lp_tensor lp_tensor_take_rows(const lp_tensor *from, const size_t *index, size_t n);

/* The same to n rows of memory. */
void lp_tensor_copy_rows(const lp_tensor *from, const size_t *index, size_t n, void *rows);

/* String tensors of UTF-8 texts: 'U', NumPy's str. One text that is not UTF-8, such as a recipe
 * with an old file's name, becomes 'S', its bytes as they are. */
lp_tensor lp_tensor_strings(const char *const *texts, size_t n); /* U, [n] */
lp_tensor lp_tensor_text(const char *text);                      /* U (or S), 0-d */

/* Element i of an S or U tensor as a NUL-terminated UTF-8 string, to be freed; NULL and e where
 * it holds an invalid code point. */
char *lp_tensor_string(const lp_tensor *t, size_t i, lp_error *e);

/* Decodes the UTF-8 character at *text and moves on; an invalid byte is U+FFFD. */
uint32_t lp_utf8_next(const char **text);

/* Frees what is owned and clears *t; harmless on {0}. */
void lp_tensor_free(lp_tensor *t);

/* Refuses a NaN or infinity, named by row and column of tensor NAME. */
int lp_tensor_check_finite(const lp_tensor *t, const char *name, lp_error *e);

/* Finds the first NaN or infinity of an f tensor. True, and *index its place, where there is one.
 */
bool lp_tensor_find_nonfinite(const lp_tensor *t, size_t *index);

#endif
