/* Memory: every size is computed here, with overflow checked, and every block is aligned to 64
 * bytes (a cache line, and the widest vector). */
#ifndef LP_BASE_MEMORY_H
#define LP_BASE_MEMORY_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* *product = a * b; false, and *product untouched, when it does not fit a size_t. */
bool lp_multiply(size_t a, size_t b, size_t *product);

/* A block of count * size bytes, contents undefined, 64-byte aligned, freed with free(). Never
 * NULL for zero bytes. NULL and e when it cannot be had. */
void *lp_alloc(size_t count, size_t size, lp_error *e);

/* The same, filled with zeros. */
void *lp_alloc_zero(size_t count, size_t size, lp_error *e);

/* A growing byte buffer, for text and for what arrives through a pipe. Starts as {0}; data is
 * 64-byte aligned; freed with lp_buffer_free. */
typedef struct {
    char *data;
    size_t size;     /* bytes used */
    size_t capacity; /* bytes allocated */
} lp_buffer;

/* Makes room for `more` further bytes behind b->size, growing geometrically. */
int lp_buffer_reserve(lp_buffer *b, size_t more, lp_error *e);

/* Appends bytes, or formatted text (a NUL follows it and is not counted in size). */
int lp_buffer_append(lp_buffer *b, const void *bytes, size_t size, lp_error *e);
int lp_buffer_print(lp_buffer *b, lp_error *e, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

void lp_buffer_free(lp_buffer *b);

#endif
