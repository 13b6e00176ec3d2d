/* Memory: every size is computed here with its overflow checked, and every block is aligned to 64
 * bytes (a cache line, and the widest vector).
 *
 * Running out of memory is not an error value: no allocation here returns NULL. Where memory cannot
 * be had, the hook is called and does not return; a tool's hook discards its unfinished output,
 * prints one line and exits with status 1. lp_error is for what is wrong with the data, so a size
 * that a file states, and may state wrongly, goes through lp_try_alloc. */
#ifndef LP_BASE_MEMORY_H
#define LP_BASE_MEMORY_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* Sets what is called, with a line that says so, where memory cannot be had (or its size does not
 * fit a size_t). It must not return. The default prints the line and exits with status 1. */
typedef void lp_memory_hook(const char *line);
void lp_on_out_of_memory(lp_memory_hook *hook);

/* Calls it with a line that names count * size bytes. In a tool the malloc of every library ends so
 * as well (base/malloc.c): not all of them stand a NULL. */
_Noreturn void lp_out_of_memory(size_t count, size_t size);

/* No block may be larger from now on: asking for one is running out of memory. */
void lp_memory_limit(size_t bytes);

/* Before the declaration of a local variable: FREE(&variable) is called where its scope ends, so an
 * early return needs no clean-up (GNU C's cleanup attribute).
 *
 *     LP_CLEANUP(lp_tensor_free) lp_tensor t = {0};
 *     LP_CLEANUP(lp_free) char *text = lp_tensor_string(...);
 *
 * The variable has to be initialised where it is declared. What is given away is cleared:
 * lp_stream_put does so, and a pointer is set to NULL. */
#define LP_CLEANUP(free_function) __attribute__((cleanup(free_function)))

/* free(*pointer) for a pointer to any pointer; for LP_CLEANUP. */
void lp_free(void *pointer);

/* *product = a * b; false, and *product untouched, when it does not fit a size_t. */
bool lp_multiply(size_t a, size_t b, size_t *product);

/* A block of count * size bytes, contents undefined, 64-byte aligned, freed with free(). Never
 * NULL, also for zero bytes. */
void *lp_alloc(size_t count, size_t size) __attribute__((returns_nonnull, malloc));

/* The same, filled with zeros. */
void *lp_alloc_zero(size_t count, size_t size) __attribute__((returns_nonnull, malloc));

/* A block aligned as malloc aligns it, never NULL either: for a library that allocates many small
 * blocks through a function of ours. */
void *lp_alloc_unaligned(size_t size) __attribute__((returns_nonnull, malloc));

/* The same as lp_alloc for a size that a file states: NULL and e where it cannot be had. */
void *lp_try_alloc(size_t count, size_t size, lp_error *e);

/* Makes room for one more item after the first `count`: returns `items`, or a larger block that
 * holds them, with *capacity its items. Grows geometrically; freed with free(). */
void *lp_grow(void *items, size_t count, size_t *capacity, size_t size);

/* A copy of a text, freed with free(). */
char *lp_strdup(const char *text) __attribute__((returns_nonnull, malloc));

/* ---- blocks: what tensors, arenas and buffers are made of, and what arrives through a pipe ----
 *
 * Together they stay within a budget: a block that would pass it is mapped from a file instead
 * (base/spill.h), as slow as the disk and otherwise no different. Small blocks are counted too, but
 * stay in memory. */

/* Sets the budget; 0, as at the start: a quarter of the machine's memory. */
void lp_memory_budget(size_t bytes);

/* True where lp_memory_budget has set one: then it is kept to. The quarter gives way where no file
 * can be had. */
bool lp_memory_is_bounded(void);

/* Counts what is kept elsewhere on top of what was counted there before. True within the budget. */
bool lp_memory_recount(size_t before, size_t now);

/* A block of count * size bytes as lp_alloc gives it, but filled with zeros only where `zero` is
 * set; freed with lp_block_free. Where it cannot be had: NULL and e, or the hook where e is NULL.
 */
void *lp_block_alloc(size_t count, size_t size, bool zero, lp_error *e);

/* Harmless on NULL. */
void lp_block_free(void *block);

/* Many allocations that are freed together: those of a stream, of a training run. Starts as {0}. */
typedef struct lp_arena_block lp_arena_block;
typedef struct {
    lp_arena_block *last;
} lp_arena;

void *lp_arena_alloc(lp_arena *a, size_t count, size_t size) __attribute__((returns_nonnull));
void *lp_arena_alloc_zero(lp_arena *a, size_t count, size_t size) __attribute__((returns_nonnull));
char *lp_arena_strdup(lp_arena *a, const char *text) __attribute__((returns_nonnull));

/* Room for one more item in an array of `count` items, which has room up to the next power of two:
 * the array, or a copy of it; NULL is one without items. */
void *lp_arena_grow(lp_arena *a, void *items, size_t count, size_t size)
    __attribute__((returns_nonnull));
void lp_arena_free(lp_arena *a); /* leaves {0}, on which it is harmless */

/* A growing byte buffer, for text and for what is unpacked. Starts as {0}; data is a block (see
 * above); freed with lp_buffer_free. Nothing here fails, so no call needs a check. */
typedef struct {
    char *data;
    size_t size;     /* bytes used */
    size_t capacity; /* bytes allocated */
} lp_buffer;

/* Makes room for `more` further bytes, growing geometrically. */
void lp_buffer_reserve(lp_buffer *b, size_t more);

/* The same for a size that a file states: -1 and e where it cannot be had. */
int lp_buffer_try_reserve(lp_buffer *b, size_t more, lp_error *e);

/* Appends bytes, or formatted text (a NUL follows it and is not counted in size). */
void lp_buffer_append(lp_buffer *b, const void *bytes, size_t size);
void lp_buffer_printf(lp_buffer *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The buffer's text, "" where nothing was appended. */
const char *lp_buffer_text(lp_buffer *b);

void lp_buffer_free(lp_buffer *b);

#endif
