/* data/table over io/csv: dense tables, with a header and labels and without. */
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
    for (size_t i = 0; i < sizeof how / sizeof *how; i++) {
        lp_error e = {0};
        lp_table *t = lp_table_new(&how[i]);
        lp_stream *s = lp_stream_new();
        const lp_file file = {"a.csv", (const char *)bytes, size};
        int failed = lp_table_add(t, &file, &e) || lp_table_put(t, s, &e) ? -1 : 0;
        fuzz_verdict(failed, &e);
        if (!failed)
            fuzz_touch_stream(s);
        lp_table_free(t);
        lp_stream_free(s);
    }
    return 0;
}
