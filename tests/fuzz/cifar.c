/* io/cifar: one batch, and the same one twice. */
#include "io/cifar.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    const lp_file batch[] = {{"a.bin", (const char *)bytes, size},
                             {"b.bin", (const char *)bytes, size}};
    for (size_t n = 1; n <= 2; n++) {
        lp_error e = {0};
        lp_tensor x, y;
        int failed = lp_cifar_read(&x, &y, n, batch, &e);
        fuzz_verdict(failed, &e);
        if (!failed) {
            fuzz_touch_tensor(&x);
            fuzz_touch_tensor(&y);
            lp_tensor_free(&x);
            lp_tensor_free(&y);
        }
    }
    return 0;
}
