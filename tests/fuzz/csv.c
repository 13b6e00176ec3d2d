/* data/table over io/csv: dense tables, with a header and labels and without. The first byte
 * chooses how the rest is read. */
#include "data/table.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    const lp_table_options how[] = {
        {.format = {',', '.', '\0'}},
        {.format = {',', '.', '#'}, .header = LP_HEADER_YES, .label = "species"},
        {.format = {';', ',', '\0'}, .header = LP_HEADER_NO, .label = "2"},
        {.format = {',', '.', '\0'},
         .target = "-1",
         .id = "1",
         .missing = {(const char *[]){"?,,3"}, 1},
         .categories = {(const char *[]){"2"}, 1}},
        {.format = {',', '.', '\0'},
         .label = "species",
         .like = {.given = true,
                  .features = {(const char *[]){"b", "a=1"}, 2},
                  .classes = {(const char *[]){"setosa"}, 1}}},
    };
    if (size == 0)
        return 0;
    lp_error e = {0};
    lp_table *t = lp_table_new(&how[bytes[0] % (sizeof how / sizeof *how)]);
    lp_stream *s = lp_stream_new();
    const lp_file file = {"a.csv", (const char *)bytes + 1, size - 1};
    int failed = lp_table_add(t, &file, &e) || lp_table_put(t, s, &e) ? -1 : 0;
    fuzz_verdict(failed, &e);
    if (!failed)
        fuzz_touch_stream(s);
    lp_table_free(t);
    lp_stream_free(s);
    return 0;
}
