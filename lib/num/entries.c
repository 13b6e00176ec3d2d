#include "num/entries.h"

#include <string.h>

extern const lp_entries_math lp_entries_generic;
#if defined __x86_64__
extern const lp_entries_math lp_entries_avx2, lp_entries_avx512;
#elif defined __aarch64__
extern const lp_entries_math lp_entries_neon;
#endif

const lp_entries_math *lp_entries_like(const lp_math *math) {
    static const lp_entries_math *const tables[] = {
#if defined __x86_64__
        &lp_entries_avx512,
        &lp_entries_avx2,
#elif defined __aarch64__
        &lp_entries_neon,
#endif
        &lp_entries_generic,
    };
    size_t i = 0;
    while (strcmp(tables[i]->isa, math->isa) != 0 && tables[i] != &lp_entries_generic)
        i++;
    return tables[i];
}

const lp_entries_math *lp_entries(void) {
    return lp_entries_like(lp_math_of(LP_F8));
}
