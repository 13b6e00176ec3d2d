/* What reads a meaning out of a stream's tensors: models, checkpoints' and factors' parts, sparse
 * matrices, data sets. The input is a list of tensors. */
#include "data/sparse.h"
#include "fuzz.h"
#include "learn/dataset.h"
#include "learn/predict.h"
#include "mf/predict.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    lp_error e = {0};
    lp_stream *s = lp_stream_new();
    fuzz_put_list(s, bytes, size);

    lp_sparse sparse;
    int failed = lp_sparse_read(s, "", &sparse, &e);
    fuzz_verdict(failed, &e);
    if (!failed) {
        fuzz_touch(sparse.row, sparse.count * sizeof *sparse.row);
        fuzz_touch(sparse.col, sparse.count * sizeof *sparse.col);
        lp_sparse_free(&sparse);
    }

    /* These begin by reading the model or the factors. */
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
