/* io/gzip: what it inflates, up to a size that a damaged file may well reach. */
#include "io/gzip.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    lp_error e = {0};
    lp_buffer b = {0};
    int failed = lp_gzip_inflate(&b, bytes, size, &e);
    fuzz_verdict(failed, &e);
    fuzz_touch(b.data, b.size);
    lp_buffer_free(&b);
    return 0;
}
