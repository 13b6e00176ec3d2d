#include "num/entries.h"

#include "num/math.h"

#include <string.h>

extern const lp_entries_math lp_entries_generic;
#if defined __x86_64__
extern const lp_entries_math lp_entries_avx2, lp_entries_avx512;
#elif defined __aarch64__
extern const lp_entries_math lp_entries_neon;
#endif

const lp_entries_math *lp_entries(void) {
    static const lp_entries_math *const tables[] = {
#if defined __x86_64__
        &lp_entries_avx512,
        &lp_entries_avx2,
#elif defined __aarch64__
        &lp_entries_neon,
#endif
        &lp_entries_generic,
    };
    const char *isa = lp_math_of(LP_F8)->isa;
    size_t i = 0;
    while (strcmp(tables[i]->isa, isa) != 0 && tables[i] != &lp_entries_generic)
        i++;
    return tables[i];
}
