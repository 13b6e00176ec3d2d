/* What reads a meaning out of a stream's tensors: models, checkpoints' and factors' parts, sparse
 * matrices, data sets. The input is a list of tensors, each a name and a line break and then a
 * .npy: checksums would keep a fuzzer from changing what is in an archive. */
#include "data/sparse.h"
#include "fuzz.h"
#include "io/npy.h"
#include "learn/dataset.h"
#include "learn/predict.h"
#include "mf/factors.h"
#include "mf/predict.h"

#include <string.h>

/* Puts the tensors of the list up to its end or its first fault. */
static void put_list(lp_stream *s, const uint8_t *bytes, size_t size) {
    for (;;) {
        lp_error e = {0};
        char name[64];
        size_t header;
        lp_npy npy;
        lp_tensor view;
        const uint8_t *line = memchr(bytes, '\n', size < sizeof name ? size : sizeof name);
        if (line == NULL)
            return;
        size_t length = (size_t)(line - bytes);
        memcpy(name, bytes, length);
        name[length] = '\0';
        bytes += length + 1, size -= length + 1;
        if (!lp_stream_name_is_valid(name) || strcmp(name, "recipe") == 0 || size < LP_NPY_START ||
            !lp_npy_is(bytes, size) || lp_npy_header_size(bytes, &header, &e) || header > size ||
            lp_npy_parse(bytes, header, &npy, &e) || npy.data_size > size - header ||
            lp_npy_decode(&npy, bytes + header, &view, &e))
            return;
        lp_tensor t = lp_tensor_copy(&view);
        lp_stream_put(s, name, &t);
        lp_tensor_free(&view);
        bytes += header + npy.data_size, size -= header + npy.data_size;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    lp_error e = {0};
    lp_stream *s = lp_stream_new();
    put_list(s, bytes, size);

    lp_model model;
    int failed = lp_model_read(&model, s, &e);
    fuzz_verdict(failed, &e);
    lp_model_free(&model);

    lp_factors factors;
    e = (lp_error){0};
    failed = lp_factors_read(s, &factors, &e);
    fuzz_verdict(failed, &e);
    if (!failed)
        lp_factors_free(&factors);

    lp_sparse sparse;
    e = (lp_error){0};
    failed = lp_sparse_read(s, "", &sparse, &e);
    fuzz_verdict(failed, &e);
    if (!failed) {
        fuzz_touch(sparse.row, sparse.count * sizeof *sparse.row);
        fuzz_touch(sparse.col, sparse.count * sizeof *sparse.col);
        lp_sparse_free(&sparse);
    }

    e = (lp_error){0};
    failed = lp_predict(s, NULL, NULL, NULL, &e);
    fuzz_verdict(failed, &e);
    e = (lp_error){0};
    failed = lp_factors_predict(s, &(lp_factors_query){0}, &e);
    fuzz_verdict(failed, &e);
    e = (lp_error){0};
    failed = lp_factors_project(s, NULL, NULL, NULL, &e);
    fuzz_verdict(failed, &e);
    fuzz_touch_stream(s);
    lp_stream_free(s);
    return 0;
}
