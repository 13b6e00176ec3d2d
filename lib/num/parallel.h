/* Threads: how many, and a loop over chunks of independent outputs. Which thread takes a chunk
 * varies, what it computes does not. */
#ifndef LP_NUM_PARALLEL_H
#define LP_NUM_PARALLEL_H

#include <stdbool.h>
#include <stddef.h>

/* The number of threads from now on; 0 means one a CPU that this process may use. */
void lp_threads_set(int threads);
int lp_threads(void);

/* Of these, those that would take part in a job now: no more than there are CPUs that nobody else
 * runs on (looked up each 10 ms, and believed once three counts agree), and 1 inside a body. What
 * is to be shared is cut for them. */
size_t lp_threads_now(void);

/* Range number i of n things cut into `parts`: from lp_cut(n, parts, i) to lp_cut(n, parts, i + 1).
 * It is floor(n i / parts), without overflow. */
size_t lp_cut(size_t n, size_t parts, size_t i);

/* Calls body(context, i) for every i in 0 .. chunks-1, in any order, on lp_threads_now()
 * threads, which claim chunks one by one. */
void lp_parallel(size_t chunks, void (*body)(void *context, size_t i), void *context);

/* Whether all lp_threads() take part even where no CPU is free for them: for tests. */
void lp_threads_insist(bool insist);

/* The calling thread's own LP_SCRATCH bytes, 64-byte aligned: what a kernel packs into. The next
 * kernel that asks overwrites them. */
enum { LP_SCRATCH = 1280 * 1024 };
void *lp_scratch(void);

#endif
