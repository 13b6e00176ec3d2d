/* A fuzz target gives a reader any bytes at all and holds it to its promises: it says yes, or no in
 * one line, and what it made can be read to the last byte. Each target is one function, libFuzzer's
 * (llvm.org/docs/LibFuzzer.html), in a file of its own. */
#ifndef LP_FUZZ_H
#define LP_FUZZ_H

#include "base/error.h"
#include "base/tensor.h"
#include "io/stream.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* Ends the process unless `failed` comes with a line of text and success with none. */
void fuzz_verdict(int failed, const lp_error *e);

/* Reads every byte, so that a sanitizer sees one that is not there. */
void fuzz_touch(const void *bytes, size_t size);

/* The same for a tensor, whose sizes have to agree. */
void fuzz_touch_tensor(const lp_tensor *t);

/* Puts tensors, up to the end of the input or its first fault, and returns how many: each is a
 * name, a line break and a .npy. Checksums would keep a fuzzer from changing what is in an archive.
 */
size_t fuzz_put_list(lp_stream *s, const uint8_t *bytes, size_t size);

/* A target may have it: makes the checksums in an input right again, in place, after a mutation. In
 * one mutant of eight they stay wrong. */
void fuzz_mend(uint8_t *bytes, size_t size) __attribute__((weak));

/* Numbers as files have them. */
uint32_t fuzz_get(const uint8_t *bytes, int count, bool is_big_endian);
void fuzz_put(uint8_t *bytes, int count, bool is_big_endian, uint32_t value);

/* Takes every tensor of a stream. */
void fuzz_touch_tensors(lp_stream *s);

/* The same, and writes the stream out, to nowhere. */
void fuzz_touch_stream(lp_stream *s);

#endif
