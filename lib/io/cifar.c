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

static void read_record(const uint8_t *record, uint8_t *x, uint8_t *y) {
    *y = record[0];
    for (size_t i = 0; i < PLANE; i++)
        for (size_t c = 0; c < 3; c++)
            x[3 * i + c] = record[1 + c * PLANE + i];
}

int lp_cifar_read(lp_tensor *x, lp_tensor *y, size_t files, const lp_file *file, lp_error *e) {
    size_t n = 0, row = 0;
    *x = *y = (lp_tensor){0};
    for (size_t f = 0; f < files; f++) {
        if (check_batch(&file[f], e))
            return -1;
        n += file[f].size / RECORD;
    }
    *x = lp_tensor_zeros(LP_U1, 4, (size_t[]){n, LP_CIFAR_SIDE, LP_CIFAR_SIDE, 3});
    *y = lp_tensor_vector(LP_U1, n);
    for (size_t f = 0; f < files; f++)
        for (size_t i = 0; i < file[f].size / RECORD; i++, row++)
            read_record((const uint8_t *)file[f].bytes + i * RECORD,
                        (uint8_t *)x->data + row * 3 * PLANE, (uint8_t *)y->data + row);
    return 0;
}
