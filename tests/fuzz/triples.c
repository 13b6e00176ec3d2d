/* data/triples over io/csv: ratings, and a table of names for their columns. The input is both,
 * parted by a line "--". */
#include "data/triples.h"
#include "fuzz.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    static const lp_triples_options how = {.table = {.format = {',', '.', '\0'}},
                                           .columns = {"user", "film", "rating"},
                                           .names = {"films.csv", "film", "title"}};
    static const char cut[] = "\n--\n";
    const uint8_t *at = memmem(bytes, size, cut, sizeof cut - 1);
    size_t first = at == NULL ? size : (size_t)(at - bytes);
    lp_error e = {0};
    lp_triples *t = lp_triples_new(&how);
    lp_stream *s = lp_stream_new();
    const lp_file file = {"a.csv", (const char *)bytes, first};
    int failed = lp_triples_add(t, &file, &e) || lp_triples_put(t, s, &e) ? -1 : 0;
    if (!failed && at != NULL) {
        const lp_file names = {"films.csv", (const char *)at + sizeof cut - 1,
                               size - first - (sizeof cut - 1)};
        failed = lp_triples_name_cols(s, &how, &names, &e);
    }
    fuzz_verdict(failed, &e);
    if (!failed)
        fuzz_touch_stream(s);
    lp_triples_free(t);
    lp_stream_free(s);
    return 0;
}
