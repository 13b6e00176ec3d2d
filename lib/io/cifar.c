#include "io/cifar.h"

#include <stdint.h>
#include <string.h>

enum { PLANE = LP_CIFAR_SIDE * LP_CIFAR_SIDE, RECORD = 1 + 3 * PLANE };

static int check_batch(const lp_cifar_batch *batch, lp_error *e) {
    const uint8_t *bytes = batch->bytes;
    if (batch->size == 0 || batch->size % RECORD != 0)
        return lp_fail(e, "reading %s: %zu bytes are no whole number of CIFAR-10 records of %d",
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

int lp_cifar_read(lp_tensor *x, lp_tensor *y, size_t batches, const lp_cifar_batch *batch,
                  lp_error *e) {
    size_t n = 0;
    *x = *y = (lp_tensor){0};
    for (size_t b = 0; b < batches; b++) {
        if (check_batch(&batch[b], e))
            return -1;
        n += batch[b].size / RECORD;
    }
    const size_t shape[] = {n, LP_CIFAR_SIDE, LP_CIFAR_SIDE, 3};
    if (lp_tensor_new(x, LP_U1, 4, shape, e) || lp_tensor_vector(y, LP_U1, n, e)) {
        lp_tensor_free(x);
        return -1;
    }
    size_t row = 0;
    for (size_t b = 0; b < batches; b++)
        for (size_t i = 0; i < batch[b].size / RECORD; i++, row++)
            read_record((const uint8_t *)batch[b].bytes + i * RECORD,
                        (uint8_t *)x->data + row * 3 * PLANE, (uint8_t *)y->data + row);
    return 0;
}

int lp_cifar_put_names(lp_stream *s, lp_error *e) {
    static const char *const names[LP_CIFAR_CLASSES] = {
        "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"};
    lp_tensor classes, shape;
    if (lp_tensor_strings(&classes, names, LP_CIFAR_CLASSES, e) ||
        lp_stream_put(s, "classes", &classes, e) || lp_tensor_vector(&shape, LP_I8, 3, e))
        return -1;
    memcpy(shape.data, (const int64_t[]){LP_CIFAR_SIDE, LP_CIFAR_SIDE, 3}, 3 * sizeof(int64_t));
    return lp_stream_put(s, "input_shape", &shape, e);
}
