/* data/libsvm: with a width that is given, and, where x stays small, with the one that the file
 * has. */
#include "data/libsvm.h"
#include "fuzz.h"

#include <stdbool.h>

static bool is_small(const uint8_t *bytes, size_t size) {
    for (size_t i = 0, digits = 0; i < size; i++) {
        digits = bytes[i] >= '0' && bytes[i] <= '9' ? digits + 1 : 0;
        if (digits > 5)
            return false;
    }
    return size < 200;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    static const lp_libsvm_options how[] = {{5, true}, {0, false}};
    for (size_t i = 0; i < (is_small(bytes, size) ? 2u : 1u); i++) {
        lp_error e = {0};
        lp_libsvm *t = lp_libsvm_new(&how[i]);
        lp_stream *s = lp_stream_new();
        int failed = lp_libsvm_add(t, &(lp_file){"a", (const char *)bytes, size}, &e)
                         ? -1
                         : lp_libsvm_put(t, s, &e);
        fuzz_verdict(failed, &e);
        if (!failed)
            fuzz_touch_stream(s);
        lp_libsvm_free(t);
        lp_stream_free(s);
    }
    return 0;
}
