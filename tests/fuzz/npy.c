/* io/npy: headers, and the elements behind them. */
#include "io/npy.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    lp_error e = {0};
    size_t header;
    lp_npy npy;
    lp_tensor t;
    if (size < LP_NPY_START || !lp_npy_is(bytes, size))
        return 0;
    int failed = lp_npy_header_size(bytes, &header, &e);
    fuzz_verdict(failed, &e);
    if (failed || header > size)
        return 0;
    failed = lp_npy_parse(bytes, header, &npy, &e);
    fuzz_verdict(failed, &e);
    if (failed || npy.data_size > size - header)
        return 0;
    failed = lp_npy_decode(&npy, bytes + header, &t, &e);
    fuzz_verdict(failed, &e);
    if (!failed)
        fuzz_touch_tensor(&t);
    lp_tensor_free(&t);
    return 0;
}
