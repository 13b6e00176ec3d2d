/* io/image: PNG and PGM/PPM, as they are, made grey, and made smaller. */
#include "io/image.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    lp_error e = {0};
    lp_image image;
    int failed = lp_image_decode(&image, bytes, size, &e);
    fuzz_verdict(failed, &e);
    if (failed)
        return 0;
    fuzz_touch(image.pixels, image.width * image.height * image.channels);
    lp_image_grey(&image);
    failed = lp_image_resize(&image, 3, 2, &e);
    fuzz_verdict(failed, &e);
    if (!failed)
        fuzz_touch(image.pixels, 3 * 2);
    lp_image_free(&image);
    return 0;
}
