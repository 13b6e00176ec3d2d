#include "io/cifar.h"

#include <stdint.h>

enum { PLANE = LP_CIFAR_SIDE * LP_CIFAR_SIDE, RECORD = 1 + 3 * PLANE };

static int check_batch(const lp_file *batch, lp_error *e) {
    const uint8_t *bytes = (const uint8_t *)batch->bytes;
    if (batch->size == 0 || batch->size % RECORD != 0)
        return lp_fail(e, "reading %s: %zu bytes are not a whole number of CIFAR-10 records of %d",
                       batch->name, batch->size, RECORD);
    for (size_t i = 0; i < batch->size / RECORD; i++)
        if (bytes[i * RECORD] >= LP_CIFAR_CLASSES)
            return lp_fail(e, "reading %s: record %zu has label %d (CIFAR-10 has 0 to 9)",
                           batch->name, i, bytes[i * RECORD]);
    return 0;
}

int lp_cifar_count(size_t files, const lp_file *file, size_t *n, lp_error *e) {
    *n = 0;
    for (size_t f = 0; f < files; f++) {
        if (check_batch(&file[f], e))
            return -1;
        *n += file[f].size / RECORD;
    }
    return 0;
}

static void read_pixels(const uint8_t *record, uint8_t *x) {
    for (size_t i = 0; i < PLANE; i++)
        for (size_t c = 0; c < 3; c++)
            x[3 * i + c] = record[1 + c * PLANE + i];
}

void lp_cifar_rows(const lp_file *file, size_t first, size_t n, uint8_t *x, uint8_t *y) {
    for (; first >= file->size / RECORD; file++)
        first -= file->size / RECORD;
    for (size_t i = 0; i < n; i++, first++) {
        if (first == file->size / RECORD)
            file++, first = 0;
        const uint8_t *record = (const uint8_t *)file->bytes + first * RECORD;
        if (x != NULL)
            read_pixels(record, x + i * 3 * PLANE);
        if (y != NULL)
            y[i] = record[0];
    }
}
