/* io/safetensors: one file, and what can be read is written again. */
#include "io/safetensors.h"
#include "fuzz.h"

#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    lp_error e = {0};
    lp_safetensors st = lp_safetensors_new();
    int failed = lp_safetensors_read(&st, bytes, size, &e);
    fuzz_verdict(failed, &e);
    if (!failed) {
        fuzz_touch_stream(st.tensors);
        fuzz_touch_stream(st.notes);
        FILE *out = fopen("/dev/null", "w");
        fuzz_verdict(lp_safetensors_write(&st, NULL, out, &e), &e);
        fclose(out);
    }
    lp_safetensors_free(&st);
    return 0;
}
