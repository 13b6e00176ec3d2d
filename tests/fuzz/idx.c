/* io/idx: one file. */
#include "io/idx.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    lp_error e = {0};
    lp_idx idx;
    int failed = lp_idx_open(&idx, bytes, size, &e);
    fuzz_verdict(failed, &e);
    if (!failed) {
        lp_tensor t = lp_tensor_zeros(idx.form.type, idx.form.ndim, idx.form.shape);
        lp_idx_rows(&idx, 0, t.shape[0], t.data);
        fuzz_touch_tensor(&t);
        lp_tensor_free(&t);
    }
    return 0;
}
