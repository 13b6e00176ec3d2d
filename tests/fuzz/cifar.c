/* io/cifar: one batch, and the same one twice. */
#include "io/cifar.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    const lp_file batch[] = {{"a.bin", (const char *)bytes, size},
                             {"b.bin", (const char *)bytes, size}};
    for (size_t n = 1; n <= 2; n++) {
        lp_error e = {0};
        size_t rows;
        int failed = lp_cifar_count(n, batch, &rows, &e);
        fuzz_verdict(failed, &e);
        if (!failed) {
            lp_tensor x = lp_tensor_matrix(LP_U1, rows, 3 * LP_CIFAR_SIDE * LP_CIFAR_SIDE);
            lp_tensor y = lp_tensor_vector(LP_U1, rows);
            lp_cifar_rows(batch, 0, rows, x.data, y.data);
            fuzz_touch_tensor(&x);
            fuzz_touch_tensor(&y);
            lp_tensor_free(&x);
            lp_tensor_free(&y);
        }
    }
    return 0;
}
