/* io/image: PNG and PGM/PPM, as they are, made grey, and made smaller. */
#include "io/image.h"
#include "fuzz.h"
#include "io/crc32.h"

#include <string.h>
#include <zlib.h>

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

/* The Adler-32 of a zlib stream that is one stored block: what an IDAT chunk of the corpus holds.
 */
static void mend_stored(uint8_t *data, size_t size) {
    enum { HEADER = 7 }; /* zlib's two bytes; the block's kind, its length, and that inverted */
    if (size < HEADER + 4 || data[2] > 1)
        return;
    const uint32_t length = fuzz_get(data + 3, 2, false);
    if (length > size - HEADER - 4)
        return;
    fuzz_put(data + 5, 2, false, ~length);
    fuzz_put(data + HEADER + length, 4, true,
             (uint32_t)adler32(1, data + HEADER, (unsigned)length));
}

/* The CRC-32 of every chunk of a PNG: libpng is not instrumented, and without them nothing but its
 * refusals would be seen. */
void fuzz_mend(uint8_t *bytes, size_t size) {
    enum { MARK = 8, AROUND = 12 }; /* its length, kind and CRC-32 */
    if (size < MARK || memcmp(bytes, "\x89PNG", 4) != 0)
        return;
    for (size_t at = MARK; at + AROUND <= size;) {
        const uint32_t length = fuzz_get(bytes + at, 4, true);
        if (length > size - at - AROUND)
            return;
        if (memcmp(bytes + at + 4, "IDAT", 4) == 0)
            mend_stored(bytes + at + 8, length);
        fuzz_put(bytes + at + 8 + length, 4, true, lp_crc32(0, bytes + at + 4, 4 + length));
        at += AROUND + length;
    }
}
