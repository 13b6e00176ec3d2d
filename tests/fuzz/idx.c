/* io/idx: one file. */
#include "io/idx.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    lp_error e = {0};
    lp_tensor t;
    int failed = lp_idx_decode(&t, bytes, size, &e);
    fuzz_verdict(failed, &e);
    if (!failed)
        fuzz_touch_tensor(&t);
    lp_tensor_free(&t);
    return 0;
}
