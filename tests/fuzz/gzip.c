/* io/gzip: what it inflates, without a limit and up to what an IDX header says. */
#include "io/gzip.h"
#include "fuzz.h"
#include "io/idx.h"

#include <stdlib.h>

static void inflate_idx(const uint8_t *bytes, size_t size) {
    lp_error e = {0};
    lp_buffer b = {0};
    size_t max;
    int failed = lp_gzip_inflate(&b, bytes, size, lp_idx_limit, &e);
    fuzz_verdict(failed, &e);
    if (!failed && lp_idx_limit(b.data, b.size, &max, &e) == 0 && b.size > max)
        abort();
    lp_buffer_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    lp_error e = {0};
    lp_buffer b = {0};
    int failed = lp_gzip_inflate(&b, bytes, size, NULL, &e);
    fuzz_verdict(failed, &e);
    fuzz_touch(b.data, b.size);
    lp_buffer_free(&b);
    inflate_idx(bytes, size);
    return 0;
}
